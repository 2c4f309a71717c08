"""`sanzhi move`: an office grows from one PC to a server, with everything it ever wrote."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from sanzhi_desktop.admin.backup import existing, say
from sanzhi_desktop.admin.passwords import NEW, chosen_password, server_password, terminal
from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import target

if TYPE_CHECKING:
    from sanzhi_desktop.domain.files import FileUse, StoreSettings

_AFTERWARDS = (
    "没有拿到密码的人，由管理员用 sanzhi user password 代码 设定"
    "（管理员本人和 PostgreSQL 16 以前的服务器，由数据库管理员用 psql 的 \\password 代码 设定）。"
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `move`."""
    verb = commands.add_parser("move", help="把单位从单机数据库整个搬到服务器")
    verb.add_argument(
        "--from", dest="source", required=True, metavar="URL", help="单机数据库：文件或 sqlite:///…"
    )
    verb.add_argument(
        "--to", required=True, metavar="URL", help="服务器：postgresql+psycopg://超级用户@主机/库"
    )
    verb.add_argument("--same-people", action="store_true", help="服务器上同代码的登录就是同一个人")
    verb.add_argument(
        "--lost-files", action="store_true", help="附件确已丢失的也搬，丢失的逐个记入办理记录"
    )
    verb.add_argument("--objects", metavar="URL", help="数据库放不下的大附件存到这个对象存储")
    verb.add_argument("--bucket", default="", help="对象存储的存储桶")
    verb.add_argument("--region", default="", help="区域，多数自建的对象存储不用填")
    verb.set_defaults(run=_move)


def _move(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence.keeping.closing import Order
    from sanzhi_desktop.persistence.keeping.move import move

    source, where = target(args.source), target(args.to)
    if source.path is None or where.embedded:
        raise DomainError(KeepingFault.MOVE_DIRECTION)
    shown, chosen = terminal(), chosen_password()
    if shown is None and not chosen:  # then nobody could log in
        raise DomainError(PersistenceFault.PASSWORD_NEEDED, variable=NEW)
    password = server_password(where)
    order = Order(
        source=existing(source.path),
        where=where,
        user="",
        password=password,
        admin_password=chosen,
        same_people=args.same_people,
        now=datetime.now(UTC),
        objects=_objects(args),
        lost_files=args.lost_files,
    )
    done = move(order, report=say)
    if done.finished:
        print(f"单位“{done.office}”上次已经搬到，现在补记了搬出；原库从此只能查看。")
        print(_AFTERWARDS)
        return 0
    print(
        f"单位“{done.office}”已搬到 {order.place()}：{done.rows} 行、案件 {done.cases} 件、"
        f"附件 {done.files} 个，逐行核对一致，历史记录完整。"
    )
    _tell_files(done.lost, done.unused)
    print(f"检查点 {done.root}")
    print(f"原库从此只能查看。各人用原来的代码登录：{'、'.join(done.people)}")
    if shown is None:
        _tell_untold([code for code in done.people if code in done.passwords])
    elif done.passwords:
        _show(shown, done.people, done.passwords)
    return 0


def _objects(args: argparse.Namespace) -> "StoreSettings | None":
    """Where large files go. Raises DomainError when it is no such place."""
    if not args.objects:
        return None
    from sanzhi_desktop.domain.files import StoreKind, StoreSettings, check_settings

    given = StoreSettings(StoreKind.OBJECTS, args.objects.rstrip("/"), args.bucket, args.region)
    check_settings(given)
    return given


def _tell_files(lost: "Sequence[FileUse]", unused: int) -> None:
    for use in lost:
        print(f"没有附件：案件“{use.case}”的材料“{use.material}”，SHA-256 {use.sha256}")
    if lost:
        print(f"以上 {len(lost)} 个附件已丢失，已记入办理记录。")
    if unused:
        print(f"另有 {unused} 个文件从来没有案件使用，留在原处没有搬。")


def _show(screen: TextIO, people: Mapping[str, str], passwords: Mapping[str, str]) -> None:
    """Once, on a terminal alone: what is printed to a file stays there."""
    print("各人的首次密码只在这里显示这一次，程序不保存。请分别告知本人，然后清屏：", file=screen)
    for code, password in passwords.items():
        print(f"  {code}  {people[code]}  {password}", file=screen)
    print("请各人登录后立即在“人员与证书”页用“修改我的密码”更改。", file=screen)


def _tell_untold(people: list[str]) -> None:
    if people:
        print(f"这里没有终端，下列各人的密码没有显示，还不能登录：{'、'.join(people)}。")
        print(_AFTERWARDS)
