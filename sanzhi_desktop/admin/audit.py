"""`sanzhi audit verify | root`: checking the history, printing and keeping its checkpoint root."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.admin.audit_tag import add_tag, as_dict, in_words
from sanzhi_desktop.admin.db import add_chains_only, add_db, opened
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault

if TYPE_CHECKING:
    from sanzhi_desktop.application.queries import RowFault
    from sanzhi_desktop.domain.audit import Break
    from sanzhi_desktop.persistence.open import Opened
    from sanzhi_desktop.persistence.reader import DatabaseReader
    from sanzhi_desktop.persistence.witness import Witness

_HOW = {
    "edited": "内容被改动",
    "deleted": "记录被删除",
    "reordered": "顺序被调换",
    "truncated": "末尾被截断",
    "head": "链尾与记录不符",
    "row": "案件现在的状态与历史记录不符",
    "paper": "保存的文书与登记的校验值不符",
    "roles": "人员现在的角色与历史记录不符",
    "kind": "数据库里有程序不会写的值，文件被直接改过",
    "rewritten": "整段历史被改写（与检查点不符）",
    "checkpoint": "保存的检查点与它的各链链尾不符",
    "tag": "防伪标记不符，这段历史被人重新写过",
    "seal": "防伪标记的总数不符，有案件的历史被整段拿掉或者退回旧状态",
    "tags_gone": "原有的防伪标记被全部去掉（还原了启用以前的备份时也会这样）",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `audit`."""
    verb = commands.add_parser("audit", help="核查历史记录链，打印检查点")
    parts = verb.add_subparsers(dest="part", metavar="动作", required=True)
    verify = parts.add_parser("verify", help="核查每一条历史记录链")
    verify.add_argument(
        "--root",
        "--printed",
        metavar="HEX|TEXT|FILE",
        help="印在文书上的检查点（可把页脚那一行整个抄进来），或者另行保存的检查点文件",
    )
    add_chains_only(verify)
    verify.set_defaults(run=_verify)
    root = parts.add_parser("root", help="保存并打印现在的检查点，可导出给上级机关")
    root.add_argument("--export", type=Path, metavar="FILE.json", help="导出全部检查点和各链链尾")
    root.set_defaults(run=_root)
    add_tag(parts)
    for part in (verify, root):
        add_db(part)
        part.add_argument("--office", metavar="CODE", help="单位代码，默认第一个单位")
        part.add_argument("--json", action="store_true", help="输出 JSON")


def _verify(args: argparse.Namespace) -> int:
    from sanzhi_desktop.domain.audit import Break

    ask = None if args.root is None else _asking(args.root)
    database = opened(args)
    try:
        reader = database.reader()
        _refuse_a_part(database)
        breaks = [Break(f.case_id, f.seq, f.what) for f in reader.verify_chains()]
        witness = ask(reader) if ask else None
        if witness is not None:
            told_of = {b.case_id for b in breaks}
            breaks += [b for b in witness.breaks if b.case_id not in told_of]
        tags = reader.history_tags()
        breaks += tags.faults
        rows = None if args.chains_only else reader.verify_rows()
        whole = not breaks and (witness is None or witness.holds)
        valid = whole and not rows
        size = reader.history_size()
        told = {
            "valid": valid,
            "root": reader.chain_root(),
            "chains": size.chains,
            "entries": size.entries,
            "root_holds": None if witness is None else witness.holds,
            "tags": as_dict(tags, reader),
            "rows": None if rows is None else {"fit": not rows},
            "faults": [*_faults(reader, breaks), *_row_faults(reader, rows or ())],
        }
    finally:
        database.close()
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        _tell(told, "" if witness is None else _said_of(witness), chain=whole)
    return 0 if valid else 1


def _refuse_a_part(database: "Opened") -> None:
    """On a server auditors alone read the history."""
    from sanzhi_desktop.persistence.chains import sees_all
    from sanzhi_desktop.persistence.snapshot import reading

    with reading(database.engine) as db:
        if not sees_all(db, database.office_id):
            raise DomainError(PersistenceFault.HISTORY_BY_AUDITOR)


def _asking(text: str) -> "Callable[[DatabaseReader], Witness]":
    """How the history is asked about a root: as printed, or in a file that was handed out."""
    from sanzhi_desktop.domain.audit import read_printed
    from sanzhi_desktop.persistence import witness

    root = "".join(text.split()).lower()
    if len(root) == 64 and not set(root) - set("0123456789abcdef"):
        return lambda reader: witness.ask(reader, root)
    printed = read_printed(text)
    if printed is not None and not Path(text).is_file():
        return lambda reader: witness.ask(reader, printed)
    if not Path(text).is_file():
        raise DomainError(PersistenceFault.BAD_ROOT, root=text)
    try:
        content = Path(text).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DomainError(PersistenceFault.BAD_CHECKPOINT_FILE, path=text) from error
    code, listed = witness.from_export(content, path=text)

    def ask(reader: "DatabaseReader") -> "Witness":
        office = reader.office()
        if office.code != code:
            raise DomainError(PersistenceFault.OTHER_OFFICE, found=code, expected=office.code)
        return witness.compare(reader, listed)

    return ask


def _faults(reader: "DatabaseReader", breaks: Sequence["Break"]) -> list[dict[str, Any]]:
    names = reader.case_names([b.case_id for b in breaks])
    return [
        {
            "case_id": b.case_id,
            "case": names.get(b.case_id, "" if b.case_id else "单位"),
            "seq": b.seq,
            "what": b.what,
            "message": _HOW[b.what],
        }
        for b in breaks
    ]


def _row_faults(reader: "DatabaseReader", rows: Sequence["RowFault"]) -> list[dict[str, Any]]:
    from sanzhi_desktop.resources.row_words import row_words

    names = reader.case_names([fault.case_id for fault in rows])
    return [
        {
            "case_id": fault.case_id,
            "case": names.get(fault.case_id, "" if fault.case_id else "单位"),
            "seq": fault.seq,
            "what": f"row_{fault.how}",
            "message": row_words(fault).rstrip("。"),
            "table": fault.table,
            "columns": list(fault.columns),
            "key": list(fault.key),
            "rows": fault.rows,
        }
        for fault in rows
    ]


def _said_of(witness: "Witness") -> str:
    """Whether the root that was asked about holds, and which checkpoint it is."""
    from datetime import datetime

    from sanzhi_desktop.domain.workdays import SHANGHAI

    if not witness.known:
        return (
            "所核检查点：不认得。本库保存的检查点里没有它：它不是本库的，或者本库的历史被整个改写过。"
        )
    if witness.last is None:
        return "所核检查点：成立。它就是此刻的检查点，还没有编号保存。"
    at = datetime.fromisoformat(witness.last.made_at).astimezone(SHANGHAI)
    which = f"第 {witness.last.n} 号，{at:%Y-%m-%d %H:%M} 保存"
    if witness.holds:
        return f"所核检查点：成立（{which}）。此前的历史没有被改写。"
    return f"所核检查点：不成立（{which}）。此前的历史曾被改写。"


def _tell(told: Mapping[str, Any], witnessed: str, *, chain: bool) -> None:
    from sanzhi_desktop.resources.sentences import sentence

    for fault in told["faults"]:
        where = f"案件 {fault['case_id']} {fault['case']}" if fault["case_id"] else "单位的历史"
        place = "" if "table" in fault else f"，第 {fault['seq']} 条"
        print(f"{where}{place}：{fault['message']}。", file=sys.stderr)
    print(f"{told['chains']} 条链，{told['entries']} 条记录，检查点 {told['root']}")
    if witnessed:
        print(witnessed, file=sys.stdout if told["root_holds"] else sys.stderr)
    print("\n".join(in_words(told["tags"])))
    if told["tags"]["state"] != "server":
        rows = told["rows"]
        how = "left_out" if rows is None else "fits" if rows["fit"] else "differs"
        print(sentence(f"row.{how}"))
    if chain and not told["valid"]:
        print("历史记录完整，但各表数据不可信。")
    else:
        print("历史记录完整。" if told["valid"] else "历史记录不可信。")


def _root(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence import witness

    database = opened(args)
    try:
        reader = database.reader()
        root = witness.record(reader)
        text = json.dumps(witness.exported(reader), ensure_ascii=False) if args.export else ""
    finally:
        database.close()
    if args.export:
        try:
            args.export.write_text(text + "\n", "utf-8")
        except OSError as error:
            raise DomainError(
                PersistenceFault.CANNOT_WRITE, path=str(args.export), message=error.strerror or ""
            ) from error
        print(f"检查点已导出到 {args.export}，请交由上级机关或者异地保存。", file=sys.stderr)
    print(json.dumps({"root": root}) if args.json else root)
    return 0
