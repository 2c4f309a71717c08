"""`sanzhi export`: everything of an office in open formats, with a verifier beside it."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from sanzhi_desktop.admin.backup import say
from sanzhi_desktop.admin.db import add_db, opened


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `export`."""
    verb = commands.add_parser("export", help="把单位的全部数据导出为开放格式，附核对程序")
    add_db(verb)
    verb.add_argument("--to", type=Path, required=True, metavar="DIR", help="空文件夹")
    verb.add_argument("--office", metavar="CODE", help="单位代码，默认第一个单位")
    verb.add_argument("--json", action="store_true", help="输出 JSON")
    verb.set_defaults(run=_export)


def _export(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence.keeping.export import export

    database = opened(args)
    try:
        session = None if database.embedded else database.session("")
        done = export(database, args.to, session=session, now=datetime.now(UTC), report=say)
    finally:
        database.close()
    if args.json:
        told = {
            "folder": str(done.folder),
            "rows": done.rows,
            "papers": done.papers,
            "files": done.files,
            "missing": list(done.missing),
            "root": done.root,
        }
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(
            f"单位“{done.office}”已导出到 {done.folder}："
            f"{done.rows} 行、文书 {done.papers} 份、附件 {done.files} 个。"
        )
        print(f"检查点 {done.root}")
        print(f"核对：python {done.folder / 'verify.py'}")
    for sha256 in done.missing:
        print(f"附件 {sha256} 缺失或者内容已变，没有导出。", file=sys.stderr)
    return 1 if done.missing else 0
