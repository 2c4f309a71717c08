"""`sanzhi move`: an office grows from one PC to a server, with everything it ever wrote."""

import argparse
import sys
from datetime import UTC, datetime

from sanzhi_desktop.admin.backup import existing, say
from sanzhi_desktop.admin.passwords import new_password, server_password
from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.places import target


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
    verb.set_defaults(run=_move)


def _move(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence.keeping.closing import Order
    from sanzhi_desktop.persistence.keeping.move import move

    source, where = target(args.source), target(args.to)
    if source.path is None or where.embedded:
        raise DomainError(KeepingFault.MOVE_DIRECTION)
    password = server_password(where)
    order = Order(
        source=existing(source.path),
        where=where,
        user="",
        password=password,
        new_password=new_password("搬到服务器后各人的临时密码"),
        same_people=args.same_people,
        now=datetime.now(UTC),
    )
    done = move(order, report=say)
    if done.finished:
        print(f"单位“{done.office}”上次已经搬到，现在补记了搬出；原库从此只能查看。")
        return 0
    print(
        f"单位“{done.office}”已搬到 {order.place()}：{done.rows} 行、案件 {done.cases} 件、"
        f"附件 {done.files} 个，逐行核对一致，历史记录完整。"
    )
    print(f"检查点 {done.root}")
    print(f"原库从此只能查看。各人用原来的代码登录：{'、'.join(done.people)}")
    print("临时密码是刚才设定的那个，请各人登录后立即更改。", file=sys.stderr)
    return 0
