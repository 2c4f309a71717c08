"""`sanzhi backup`: a copy of a database that was restored and checked before it is called good."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sanzhi_desktop.admin.db import add_db, named
from sanzhi_desktop.admin.passwords import server_password
from sanzhi_desktop.persistence.places import Target, target

if TYPE_CHECKING:
    from sanzhi_desktop.application.keeping import BackupRow
    from sanzhi_desktop.persistence.keeping.folder import Manifest
    from sanzhi_desktop.persistence.keeping.server_dump import Server

KEEP = 30


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `backup`."""
    verb = commands.add_parser("backup", help="备份数据库和附件，试恢复验证后才算完成")
    add_db(verb)
    verb.add_argument("--to", type=Path, required=True, metavar="DIR", help="备份文件夹")
    verb.add_argument(
        "--keep", type=_count, default=KEEP, metavar="N", help=f"保留几份已验证的，默认 {KEEP}"
    )
    add_tools(verb)
    verb.add_argument("--json", action="store_true", help="输出 JSON")
    verb.set_defaults(run=_backup)


def add_tools(parser: argparse.ArgumentParser) -> None:
    """Where PostgreSQL's own programs are."""
    parser.add_argument(
        "--pg-bin", type=Path, metavar="DIR", help="pg_dump 和 pg_restore 所在的文件夹，默认按 PATH"
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


def server_at(where: Target, args: argparse.Namespace) -> "Server":
    """The server that `--db` names, with its password and programs."""
    from sanzhi_desktop.persistence.keeping.server_dump import Server
    from sanzhi_desktop.persistence.keeping.tools import Tools

    return Server(where, Tools(folder=args.pg_bin, password=server_password(where)))


def say(step: int, total: int, text: str) -> None:
    """Progress for somebody who watches; nothing for a log file."""
    if sys.stderr.isatty():
        share = f" {step * 100 // total}%" if total else ""
        sys.stderr.write(f"\r\033[K{text}{share}")
        if total and step >= total:
            sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def _backup(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence import engine as embedded
    from sanzhi_desktop.persistence.keeping import backup, folder

    where = target(named(args))
    if where.path is not None:
        embedded.check_revision(embedded.revision_of(existing(where.path)), where=where.shown())
        data, manifest = backup.EmbeddedKeeper(where.path).take(args.to, keep=args.keep, report=say)
    else:
        data, manifest = backup.server_backup(
            server_at(where, args), args.to, keep=args.keep, now=datetime.now(UTC), report=say
        )
    _tell(folder.row(data, manifest), manifest, as_json=args.json)
    return 0 if manifest.good else 1


def existing(path: Path) -> Path:
    """A database file that is there. Raises DomainError."""
    from sanzhi_desktop.domain.errors import DomainError
    from sanzhi_desktop.persistence.faults import PersistenceFault

    if not path.is_file():
        raise DomainError(PersistenceFault.MISSING, path=str(path))
    return path


def files_words(manifest: "Manifest") -> str:
    """How many attachments a backup holds, and where they are."""
    if manifest.kind == "sqlite":
        return f"附件 {len(manifest.files)} 个"
    inside = sum(office.inside for office in manifest.offices)
    outside = sum(office.outside for office in manifest.offices)
    words = f"附件在库内 {inside} 个"
    return f"{words}，另有 {outside} 个在对象存储，不在备份里" if outside else words


def _tell(row: "BackupRow", manifest: "Manifest", *, as_json: bool) -> None:
    if as_json:
        told = {
            "file": os.fspath(row.path),
            "made_at": row.made_at.isoformat(),
            "size": row.size,
            "verified": row.good,
            "why": row.why,
            "cases": row.cases,
            "files": row.files,
            "files_in_database": sum(office.inside for office in manifest.offices),
            "files_in_object_store": sum(office.outside for office in manifest.offices),
            "root": row.root,
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"备份：{row.path}（{row.size:,} 字节，案件 {row.cases} 件，{files_words(manifest)}）")
    if row.good:
        print("已试恢复并验证：结构、历史记录、行数和附件都与原库一致。")
    else:
        print(f"没有通过验证，不能当作可靠的备份：{row.why}", file=sys.stderr)
