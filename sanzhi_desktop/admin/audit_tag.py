"""`sanzhi audit tag`: the keyed tags of the history of one PC, and the journey of their key."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.admin.db import add_db, opened
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.resources.sentences import sentence

if TYPE_CHECKING:
    from sanzhi_desktop.domain.history_tag import TagReport
    from sanzhi_desktop.persistence.open import Opened
    from sanzhi_desktop.persistence.reader import DatabaseReader

PASSPHRASE = "SANZHI_KEY_PASSPHRASE"
_TOLD = 20  # chains that are named one by one


def add_tag(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `audit tag` with its actions."""
    verb = parts.add_parser("tag", help="防伪标记：只有本机系统凭据库里的钥匙才加得上")
    actions = verb.add_subparsers(dest="tag", metavar="动作", required=True)
    check = actions.add_parser("check", help="核对防伪标记")
    check.add_argument("--json", action="store_true", help="输出 JSON")
    check.set_defaults(run=_check)
    begin = actions.add_parser("begin", help="启用防伪标记，或者给还没有标记的记录补上（记入历史）")
    begin.add_argument("--reason", default="", help="理由；--new-key 时必须写")
    begin.add_argument("--new-key", action="store_true", help="放弃原来的钥匙，换一把重新开始")
    begin.set_defaults(run=_begin)
    carry = actions.add_parser("carry", help="把钥匙用口令封好写进文件，带到另一台电脑")
    carry.set_defaults(run=_carry)
    take = actions.add_parser("take", help="收下带来的钥匙")
    take.set_defaults(run=_take)
    for part in (carry, take):
        part.add_argument("file", type=Path, metavar="FILE", help="钥匙文件")
    for part in (check, begin, carry, take):
        add_db(part)
        part.add_argument("--office", metavar="CODE", help="单位代码，默认第一个单位")


def as_dict(report: "TagReport", reader: "DatabaseReader") -> dict[str, Any]:
    """The answer as JSON values."""
    names = reader.case_names([one.case_id for one in report.untagged[:_TOLD]])
    return {
        "state": report.state.value,
        "key": report.key_id,
        "chains": report.chains,
        "untagged_entries": sum(one.last - one.first + 1 for one in report.untagged),
        "untagged_chains": len(report.untagged),
        "late_entries": report.late,
        "untagged": [
            {
                "case_id": one.case_id,
                "case": names.get(one.case_id, "" if one.case_id else "单位"),
                "first": one.first,
                "last": one.last,
            }
            for one in report.untagged[:_TOLD]
        ],
    }


def in_words(told: Mapping[str, Any]) -> list[str]:
    """The same for people: one line, and a line for each chain that lacks tags."""
    state = told["state"]
    code = f"tag.{state}"
    if state == "no_store" and told["key"]:
        code = "tag.no_store_here"
    lines = [
        sentence(
            code,
            key=told["key"],
            chains=told["chains"],
            entries=told["untagged_entries"],
        )
    ]
    if told["late_entries"]:
        lines.append(sentence("tag.late", late=told["late_entries"]))
    for one in told["untagged"]:
        where = f"案件 {one['case_id']} {one['case']}" if one["case_id"] else "单位的历史"
        lines.append(f"{where}：第 {one['first']} 至 {one['last']} 条没有防伪标记。")
    left = told["untagged_chains"] - len(told["untagged"])
    if left > 0:
        lines.append(f"另有 {left} 个案件的记录没有防伪标记。")
    return lines


def _check(args: argparse.Namespace) -> int:
    from sanzhi_desktop.domain.history_tag import TagState

    database = opened(args)
    try:
        reader = database.reader()
        report = reader.history_tags()
        told = as_dict(report, reader)
        faults = [
            {"case_id": f.case_id, "seq": f.seq, "message": sentence(f"chain.{f.what}", seq=f.seq)}
            for f in report.faults
        ]
    finally:
        database.close()
    if args.json:
        print(json.dumps({**told, "faults": faults}, ensure_ascii=False))
    else:
        print("\n".join(in_words(told)))
        for fault in faults:
            print(f"{fault['case_id'] or '单位'}：{fault['message']}", file=sys.stderr)
    return 1 if report.state in (TagState.WRONG, TagState.MISSING) else 0


def _begin(args: argparse.Namespace) -> int:
    from sanzhi_desktop.admin.user import administrator
    from sanzhi_desktop.persistence import tags

    if args.new_key and not args.reason.strip():
        raise DomainError(PersistenceFault.TAG_REASON)
    database = opened(args)
    try:
        if not database.embedded:
            raise DomainError(PersistenceFault.TAGS_ON_SERVER)
        actor = administrator(database).actor.person_id
        wish = tags.Wish(actor, datetime.now(UTC), args.reason.strip(), "command_line",
                         args.new_key)  # fmt: skip
        done = tags.begin(database.engine, database.office_id, wish)
    finally:
        database.close()
    print(f"防伪标记已加上：{done.chains} 条链，钥匙 {done.key_id} 在本机的系统凭据库里。")
    if done.replaced:
        print(f"原来的钥匙 {done.replaced} 已放弃，此前的标记不再能核对；历史里记有这一笔。")
    print("下一步：用 sanzhi audit tag carry 文件 把钥匙用口令封好，另行保存一份。")
    return 0


def _key_of(database: "Opened") -> tuple[str, bytes | None]:
    from sanzhi_desktop.persistence import history_key, tags
    from sanzhi_desktop.persistence.embedded_writing import looking

    if not database.embedded:
        raise DomainError(PersistenceFault.TAGS_ON_SERVER)
    with looking(database.engine) as db:
        name = tags.key_name(db, database.office_id)
    if not name:
        raise DomainError(PersistenceFault.NO_TAGS)
    return name, history_key.held(name)


def _carry(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence import history_key

    database = opened(args)
    try:
        name, key = _key_of(database)
        office = database.reader().office().name
    finally:
        database.close()
    if key is None:
        raise DomainError(PersistenceFault.TAG_KEY_MISSING, key=name)
    text = history_key.sealed(key, _passphrase(twice=True), office=office)
    _on_disk(args.file, lambda: args.file.write_text(text, "utf-8"))
    print(f"钥匙 {name} 已用口令封好：{args.file}。文件和口令请分开保管。")
    return 0


def _take(args: argparse.Namespace) -> int:
    from sanzhi_desktop.domain.history_tag import key_id
    from sanzhi_desktop.persistence import history_key, key_store

    database = opened(args)
    try:
        name, _ = _key_of(database)
        if not key_store.usable():
            raise DomainError(PersistenceFault.NO_KEY_STORE)
        try:
            text = args.file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DomainError(PersistenceFault.BAD_KEY_FILE, path=str(args.file)) from error
        key = history_key.unsealed(text, _passphrase(twice=False), path=str(args.file))
        found = key_id(key)
        if found != name:
            raise DomainError(PersistenceFault.OTHER_TAG_KEY, found=found, expected=name)
        if not history_key.keep(key):
            raise DomainError(PersistenceFault.NO_KEY_STORE)
        history_key.remember(Path(database.engine.url.database or ""), database.office_id, name)
    finally:
        database.close()
    print(f"钥匙 {name} 已存入本机的系统凭据库，防伪标记在这里也能核对和续加。")
    return 0


def _passphrase(*, twice: bool) -> str:
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise DomainError(PersistenceFault.PASSWORD_NEEDED, variable=PASSPHRASE)
    first = getpass.getpass("钥匙文件的口令：")
    if twice and getpass.getpass("再输入一次：") != first:
        raise DomainError(PersistenceFault.PASSWORDS_DIFFER)
    return first


def _on_disk(path: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise DomainError(
            PersistenceFault.CANNOT_WRITE, path=str(path), message=error.strerror or ""
        ) from error
