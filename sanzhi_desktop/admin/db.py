"""`sanzhi db init | upgrade | check | distribute`: building, upgrading, checking a database, and
spreading it over several servers."""

import argparse
import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.admin.passwords import new_password, server_password
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, check_person
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import Target, target
from sanzhi_desktop.settings import default_database

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sanzhi_desktop.application.queries import ChainFault, Office
    from sanzhi_desktop.domain.files import FileUse
    from sanzhi_desktop.persistence.cluster_check import Cluster
    from sanzhi_desktop.persistence.open import Opened


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `db`."""
    verb = commands.add_parser("db", help="建立、升级、检查数据库")
    parts = verb.add_subparsers(dest="part", metavar="动作", required=True)
    init = parts.add_parser("init", help="建立数据库和第一个单位")
    init.add_argument(
        "--office",
        metavar="CODE",
        help="单位代码，默认 1；写明时可以在服务器已有单位的数据库里再建一个单位",
    )
    init.add_argument("--name", default="示例单位", help="单位名称")
    init.add_argument("--profile", default="shucheng", metavar="ID", help="规则文件，默认 shucheng")
    init.add_argument("--series", default="示法审", help="文号机关代字，例如 天法审")
    init.add_argument("--admin", default="admin", metavar="CODE", help="管理员代码，默认 admin")
    init.add_argument("--admin-name", default="管理员", help="管理员姓名")
    init.set_defaults(run=_init)
    upgrade = parts.add_parser("upgrade", help="把数据库升级到本程序的结构版本（先自动备份）")
    upgrade.set_defaults(run=_upgrade)
    check = parts.add_parser("check", help="检查结构、触发器、函数和历史记录")
    check.add_argument("--json", action="store_true", help="输出一份 JSON")
    add_chains_only(check)
    check.set_defaults(run=_check)
    distribute = parts.add_parser("distribute", help="把服务器上的数据库分布到 Citus 的多台服务器")
    distribute.set_defaults(run=_distribute)
    for part in (init, upgrade, check, distribute):
        add_db(part)


def add_chains_only(parser: argparse.ArgumentParser) -> None:
    """Adds the switch that leaves the rows of the tables out."""
    parser.add_argument(
        "--chains-only",
        action="store_true",
        help="只核查记录链，不把办理记录重新照做一遍与各表数据核对（单机数据库，记录很多时要几分钟）",
    )


def add_db(parser: argparse.ArgumentParser) -> None:
    """The option that every verb of a database takes."""
    parser.add_argument(
        "--db", metavar="URL", help="数据库地址或文件，默认是本机的单机数据库；地址中不能写密码"
    )


def named(args: argparse.Namespace) -> str:
    """What `--db` names, or this user's embedded database."""
    return str(args.db) if args.db else str(default_database())


def opened(args: argparse.Namespace) -> "Opened":
    """Opens what `--db` names, asking for a server's password. Raises DomainError."""
    from sanzhi_desktop.persistence.open import open_database

    name = named(args)
    where = target(name)
    password = None if where.embedded else server_password(where)
    database = open_database(name, password=password, office=getattr(args, "office", None))
    _tell_clocks(database)
    return database


def _tell_clocks(database: "Opened") -> None:
    """A clock that is wrong stops no verb: some are needed to look into what it did."""
    from sanzhi_desktop.resources.sentences import explain

    try:
        apart = database.clock_note()
    except DomainError as error:
        apart = error
    if apart is not None:
        print(explain(apart), file=sys.stderr)


def _init(args: argparse.Namespace) -> int:
    from sanzhi_desktop.compose.offices import new_office
    from sanzhi_desktop.persistence.open import create_embedded, create_shared
    from sanzhi_desktop.resources import profiles

    where = target(named(args))
    admin = Person(args.admin, args.admin_name)
    check_person(admin, {})
    office = new_office(
        profiles.shipped(args.profile),
        code=args.office or "1",
        name=args.name,
        series=args.series,
    )
    if where.path is not None and where.path.exists() and where.path.stat().st_size:
        raise DomainError(PersistenceFault.EXISTS, path=str(where.path))
    by_dba = False
    if where.path is not None:
        password = new_password(f"管理员 {args.admin} 的新密码")
        _tagged(create_embedded(where.path, office, admin=admin, password=password))
    else:
        from sanzhi_desktop.persistence import server

        owner_password = server_password(where)
        by_dba = server.look_before(where, password=owner_password) < server.NEWEST_RULES
        # One that is not used where the server's administrator makes the log-ins: not asked for.
        password = (
            secrets.token_urlsafe(24) if by_dba else new_password(f"管理员 {args.admin} 的新密码")
        )
        create_shared(
            named(args),
            office,
            admin=admin,
            password=password,
            owner_password=owner_password,
            beside=bool(args.office),
        )
    print(f"已建立：{where.shown()}")
    print(f"单位 {office.code} {args.name}，规则 {office.profile_id} {office.profile_edition}，")
    print(f"管理员 {args.admin}。下一步用 sanzhi user add 登记人员。")
    if by_dba:
        print(f"管理员 {args.admin} 的密码由数据库管理员设置，这里没有改动。")
    return 0


def _tagged(database: "Opened") -> None:
    """The history of a new office carries tags where this PC can keep their key."""
    try:
        if database.begin_tags() is None:
            print("本机没有系统凭据库，历史记录不加防伪标记；链值和检查点照常。", file=sys.stderr)
    finally:
        database.close()


def _upgrade(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence import engine as embedded
    from sanzhi_desktop.persistence import server
    from sanzhi_desktop.persistence.migrations import keep_copy, upgrade
    from sanzhi_desktop.persistence.revision import REVISION

    where = target(named(args))
    if where.path is not None:
        made = embedded.engine(where.path)
        found = embedded.revision_of(where.path)
    else:
        password = server_password(where)
        server.look_before(where, password=password)
        made = server.engine(where, password=password)
        found = server.revision_of(made)
    try:
        if not found:
            raise DomainError(
                PersistenceFault.NOT_INITIALISED, found="", expected="", where=where.shown()
            )
        embedded.refuse_newer(found, where=where.shown())
        if where.path is None and found != REVISION:
            _refuse_spread(made, where, found=found)
        if where.path is not None and found != REVISION:
            print(f"已备份到 {keep_copy(where.path, found)}", file=sys.stderr)
        head = upgrade(made)
    finally:
        made.dispose()
    done = "已是最新" if head == found else f"已从 {found} 升级"
    print(f"{where.shown()}：结构版本 {head}，{done}。")
    return 0


def _refuse_spread(made: "Engine", where: Target, *, found: str) -> None:
    """A migration would run on the first server alone. Raises DomainError."""
    from sanzhi_desktop.persistence import server_check
    from sanzhi_desktop.persistence.revision import REVISION
    from sanzhi_desktop.persistence.spread_faults import SpreadFault

    with made.connect() as db:
        if server_check.spread(db):
            raise DomainError(
                SpreadFault.UPGRADE, where=where.shown(), found=found, expected=REVISION
            )


def _distribute(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence import server
    from sanzhi_desktop.persistence.distributing import distribute
    from sanzhi_desktop.persistence.spread_faults import SpreadFault

    where = target(named(args))
    if where.path is not None:
        raise DomainError(SpreadFault.EMBEDDED, where=where.shown())
    made = server.engine(where, password=server_password(where))
    try:
        distribute(made, where, tell=lambda name: print(f"正在运行 {name}", file=sys.stderr))
    finally:
        made.dispose()
    print(f"{where.shown()}：已分布。请用 sanzhi db check 核对。")
    return 0


def _check(args: argparse.Namespace) -> int:
    database = opened(args)
    try:
        from sanzhi_desktop.persistence.revision import REVISION
        from sanzhi_desktop.resources.sentences import sentence

        reader = database.reader()
        office = reader.office()
        whole = _whole(database)
        faults = reader.verify_chains() if whole else ()
        rows = None if args.chains_only else reader.verify_rows()
        cluster = _cluster(database)
        lost = _lost(database)
        wrong = bool(faults) or bool(rows) or bool(lost) or bool(cluster and cluster.notes)
        for note in database.notes:
            print(sentence(note), file=sys.stderr)
        if args.json:
            answer = _as_dict(database, office, faults, whole=whole)
            answer |= {"valid": not wrong, "cluster": _cluster_dict(cluster)}
            answer["rows_fit"] = None if rows is None else not rows
            answer["files_missing"] = sorted({use.sha256 for use in lost})
            print(json.dumps(answer, ensure_ascii=False))
            return 1 if wrong else 0
        print(
            f"结构版本 {REVISION}，数据表、触发器{'' if database.embedded else '、函数'}与发布的一致。"
        )
        print(
            f"单位 {office.code} {office.name}，规则 {office.profile_id} {office.profile_edition}。"
        )
        if database.embedded:
            _files(database.files, lost)
        if cluster is not None:
            _tell_cluster(cluster)
        if rows is not None:
            told = sentence("row.differs" if rows else "row.fits")
            seen = "请运行 sanzhi audit verify 查看。" if rows else ""
            print(told + seen, file=sys.stderr if rows else sys.stdout)
        if not faults:
            print("历史记录链完整。" if whole else "历史记录没有查核：只有审计员可以，请他运行 sanzhi audit verify。")
            return 1 if wrong else 0
        print(
            f"历史记录有 {len(faults)} 处断裂，请运行 sanzhi audit verify 查看。", file=sys.stderr
        )
        return 1
    finally:
        database.close()


def _as_dict(
    database: "Opened", office: "Office", faults: "Sequence[ChainFault]", *, whole: bool
) -> dict[str, Any]:
    from sanzhi_desktop.persistence.revision import REVISION

    return {
        "valid": not faults,
        "revision": REVISION,
        "embedded": database.embedded,
        "office": {"id": office.office_id, "code": office.code, "name": office.name},
        "profile": {"id": office.profile_id, "edition": office.profile_edition},
        "chains": {
            "complete": whole,  # whether this login reads the history
            "faults": [
                {"case": fault.case_id, "seq": fault.seq, "what": fault.what} for fault in faults
            ],
        },
        "files": _count(database.files) if database.embedded else None,
        "notes": list(database.notes),
    }


def _cluster(database: "Opened") -> "Cluster | None":
    if database.embedded:
        return None
    from sanzhi_desktop.persistence.cluster_check import look

    with database.engine.connect() as db:
        return look(db)


def _tell_cluster(cluster: "Cluster") -> None:
    from sanzhi_desktop.persistence.cluster_check import SpreadNote
    from sanzhi_desktop.resources.sentences import sentence

    if cluster.servers:
        print(f"数据库分布在第一台以外的 {cluster.servers} 台服务器上。")
    else:
        print(sentence(SpreadNote.NOT_SPREAD), file=sys.stderr)
    for line in _cluster_lines(cluster):
        print(line, file=sys.stderr)


def _cluster_lines(cluster: "Cluster") -> list[str]:
    from sanzhi_desktop.resources.sentences import sentence

    return [sentence(note.code, **note.facts) for note in cluster.notes]


def _cluster_dict(cluster: "Cluster | None") -> dict[str, Any] | None:
    if cluster is None:
        return None
    return {"servers": cluster.servers, "problems": _cluster_lines(cluster)}


def _whole(database: "Opened") -> bool:
    from sanzhi_desktop.persistence.chains import sees_all
    from sanzhi_desktop.persistence.snapshot import reading

    with reading(database.engine) as db:
        return sees_all(db, database.office_id)


def _files(folder: Path, lost: "Sequence[FileUse]") -> None:
    print(f"附件 {_count(folder)} 个，存放在 {folder}。")
    for use in lost:
        print(
            f"缺少附件：案件 {use.case_id} {use.case}，材料“{use.material}”（SHA-256 {use.sha256}）。",
            file=sys.stderr,
        )
    if lost:
        print("请从备份恢复缺少的附件，再用 sanzhi blob check 核对内容。", file=sys.stderr)


def _lost(database: "Opened") -> "list[FileUse]":
    """The files that the office names and its folder does not have; whether what is there is still
    what it was, `blob check` reads."""
    if not database.embedded:
        return []
    there = {part.name for part in _stored(database.files)}
    return [use for use in database.reader().files_used() if use.sha256 not in there]


def _count(folder: Path) -> int:
    return sum(1 for _ in _stored(folder))


def _stored(folder: Path) -> Iterator[Path]:
    return (part for part in folder.glob("[0-9a-f][0-9a-f]/*") if part.is_file())
