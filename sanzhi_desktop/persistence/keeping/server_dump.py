"""Dumping, restoring and checking a server's database with PostgreSQL's own programs.

Lives here: pg_dump in one snapshot with the counting, the scratch database, the roles a restored
database needs. Must not: folders and rotation. Passwords of log-ins are in no backup.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import FileState, StoreKind
from sanzhi_desktop.persistence import rights as doors
from sanzhi_desktop.persistence import server, server_check, spreading
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.keeping import patient
from sanzhi_desktop.persistence.keeping import survey as counting
from sanzhi_desktop.persistence.keeping.embedded_copy import in_folder
from sanzhi_desktop.persistence.keeping.survey import Survey, survey
from sanzhi_desktop.persistence.keeping.tools import Tools, connection
from sanzhi_desktop.persistence.members import LIMITS
from sanzhi_desktop.persistence.named_files import asking
from sanzhi_desktop.persistence.other_servers import PREPARE, carry_out
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.tables import blob

_OWN_LOGINS = 160000  # from PostgreSQL 16 on the owner makes log-ins and is in charge of them
_IN_CHARGE = "grant {} to {} with admin true, inherit false, set false"
_IN = "sanzhi in "  # how the mark of an office's group begins, see `members`
_RIGHTS = (
    "select rolsuper as everything, rolsuper or rolbypassrls as sees_all,"
    " current_setting('server_version_num')::integer / 10000 as version"
    " from pg_roles where rolname = current_user"
)
# The groups that own, read and belong to offices, and the log-ins of people. Names, no verifiers.
# People are asked for before: over several servers a table is not joined with a server's own lists.
_PEOPLE = "select distinct person_id from app.person"
_ROLES = """select r.rolname as name, r.rolcanlogin as login, r.rolconnlimit as connections,
  coalesce(shobj_description(r.oid, 'pg_authid'), '') as comment,
  coalesce((select array_agg(g.rolname::text order by g.rolname) from pg_auth_members m
    join pg_roles g on g.oid = m.roleid where m.member = r.oid), '{}') as member_of
 from pg_roles r where not r.rolsuper and (r.rolname like 'sanzhi\\_%%' or r.rolname ~ '^sz_o[0-9]+'
   or r.rolname = any(%s)) order by 1"""
_OWNER_LOGS_IN = f"select rolcanlogin from pg_roles where rolname = '{doors.OWNER}'"
# An extension brings tables and views of its own.
_STRANGE = """select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm') and n.nspname <> 'information_schema'
   and n.nspname not like 'pg\\_%%' and not exists (select 1 from pg_depend d
     where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')"""
# What is restored stands on the first server alone until it is spread.
_HERE_ALONE = "-c citus.enable_ddl_propagation=off"
_EXTENSION = re.compile(r"(EXTENSION - |COMMENT - EXTENSION )citus")
_OF_SERVER = re.compile(r" ACL pg_catalog ")  # the extension's; our own are made anew


@dataclass(frozen=True, slots=True)
class Server:
    """A server's database and how it is reached."""

    where: Target
    tools: Tools
    user: str = ""

    def engine(self, *, database: str = "") -> sa.Engine:
        """An engine on the database, or on another one of the same server."""
        where = replace(self.where, database=database) if database else self.where
        return patient.engine(where, user=self.user, password=self.tools.password)

    def named(self, *, database: str = "", settings: str = "") -> str:
        """What the programs are told."""
        where = replace(self.where, user=self.user) if self.user else self.where
        return connection(where, database=database, settings=settings)


@contextmanager
def opened(made: sa.Engine) -> Iterator[sa.Connection]:
    """A connection whose errors come out as codes; the engine goes with it."""
    try:
        with made.connect() as db:
            yield db
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    finally:
        made.dispose()


@dataclass(frozen=True, slots=True)
class Taken:
    """What stood in a database when it was dumped, and whether it was spread over servers."""

    held: Survey
    roles: Sequence[Mapping[str, Any]]
    spread: bool


def take(at: Server, part: Path, *, report: Report) -> Taken:
    """Dumps the database and says what it held in the same snapshot, and which roles it knows.

    Of a database over several servers the first dumps the rows of all; only there they may be of
    different moments. Raises DomainError when the log-in does not see every row, or a program is
    missing or too old.
    """
    made = at.engine().execution_options(isolation_level="REPEATABLE READ")
    with opened(made) as db:
        rights = db.exec_driver_sql(_RIGHTS).one()
        if not rights.sees_all:
            raise DomainError(KeepingFault.RIGHTS_TO_DUMP, where=at.where.shown())
        tool = at.tools.path("pg_dump", server=rights.version)
        held = survey(counting.on(db))
        people = list(db.exec_driver_sql(_PEOPLE).scalars())
        roles = [dict(row) for row in db.exec_driver_sql(_ROLES, (people,)).mappings()]
        spread = server_check.spread(db)
        snapshot = db.exec_driver_sql("select pg_export_snapshot()").scalar_one()
        at.tools.run(
            "pg_dump",
            [tool, "--format=custom", "--no-password", f"--snapshot={snapshot}",
             f"--dbname={at.named()}", f"--file={part}"],
            alive=lambda: report(0, 0, "导出数据库"),
        )  # fmt: skip
    return Taken(held, roles, spread)


def fault(at: Server, dump: Path, taken: Taken, *, report: Report) -> str:
    """Restores a dump into a scratch database on the same server, looks at everything in it, and
    takes it away again; a sentence, or "" when it is good. Raises DomainError."""
    with opened(at.engine()) as db:
        rights = db.exec_driver_sql(_RIGHTS).one()
    if not rights.everything:
        return "没有验证：这个登录不是服务器的超级用户，不能建立试恢复用的数据库"
    scratch = f"sanzhi_check_{secrets.token_hex(6)}"
    _run(at, f"create database {scratch} template template0")
    try:
        _run(at, f"revoke connect on database {scratch} from public")
        _load(at, dump, scratch, version=rights.version, report=report)
        if taken.spread:
            _gather(at.engine(database=scratch))
        return _look(at, scratch, taken, beside=taken.spread, report=report)
    finally:
        _run(at, f"drop database if exists {scratch} with (force)")


def _run(at: Server, statement: str) -> None:
    made = at.engine().execution_options(isolation_level="AUTOCOMMIT")
    with opened(made) as db:
        db.exec_driver_sql(statement)


def _load(
    at: Server, dump: Path, database: str, *, version: int, report: Report, settings: str = ""
) -> None:
    """The extension that spread a database is not restored with it: the rows are all here."""
    tool = at.tools.path("pg_restore", server=version)
    listed = dump.with_name(f"{dump.name}.list")
    try:
        at.tools.run("pg_restore", [tool, "--list", f"--file={listed}", str(dump)],
                     alive=lambda: None)  # fmt: skip
        lines = listed.read_text("utf-8").splitlines(keepends=True)
        listed.write_text("".join(_without_extension(lines)), "utf-8")
        at.tools.run(
            "pg_restore",
            [tool, "--no-password", "--exit-on-error", "--single-transaction",
             f"--use-list={listed}",
             f"--dbname={at.named(database=database, settings=settings)}", str(dump)],
            alive=lambda: report(0, 0, "恢复数据库"),
        )  # fmt: skip
    finally:
        listed.unlink(missing_ok=True)


def _without_extension(lines: Sequence[str]) -> Sequence[str]:
    kept = [line for line in lines if not _EXTENSION.search(line)]
    return kept if len(kept) == len(lines) else [li for li in kept if not _OF_SERVER.search(li)]


def _gather(made: sa.Engine) -> None:
    """The functions and walls of one server, in place of those of several."""
    with opened(made) as db:
        raw: Any = db.connection.driver_connection
        if server_check.clustered(db):
            raw.execute("set local citus.enable_ddl_propagation = off")
        raw.execute(server.BECOME)
        raw.execute(spreading.gathered())
        raw.commit()


def _look(at: Server, database: str, taken: Taken, *, beside: bool, report: Report) -> str:
    made = at.engine(database=database)
    try:
        server.check(made, replace(at.where, database=database), beside=beside)
        with made.connect() as db:
            found = survey(counting.on(db))
            lost = [*in_folder(asking(db)), *_damaged(db, report=report)]
        breaks = counting.broken(made, [one.office_id for one in found.offices])
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    finally:
        made.dispose()
    if breaks:
        where = breaks[0].case_id or "单位"
        return f"历史记录有 {len(breaks)} 处断裂，第一处在案件 {where}"
    if lost:
        return f"有 {len(lost)} 个附件不在数据库里或者内容已变，例如 {lost[0]}"
    return counting.differences(taken.held, found)


def _damaged(db: sa.Connection, *, report: Report) -> list[str]:
    """The attachments kept in the database whose bytes are not those of their hash. The database
    hashes them; its functions were compared with ours before."""
    stored = db.execute(sa.select(blob.c.office_id, blob.c.sha256).where(
        blob.c.complete == 1, blob.c.place == StoreKind.DATABASE.value
    ).order_by(blob.c.office_id, blob.c.sha256)).all()  # fmt: skip
    found = []
    for step, (office_id, sha256) in enumerate(stored):
        report(step, len(stored), f"核对附件 {step + 1} / {len(stored)}")
        asked = db.exec_driver_sql("select app.file_state(%s, %s)", (office_id, sha256))
        if asked.scalar_one() != FileState.INTACT:
            found.append(sha256)
    return found


def restore(
    at: Server,
    dump: Path,
    taken: Taken,
    *,
    good: bool,
    report: Report,
) -> tuple[list[str], str]:
    """Puts a dump into an empty database and looks at everything there; returns the log-ins that
    were made, without a password, and what is wrong with it: a sentence, or "".

    What was spread over several servers stands on one then, and may be spread again. Raises
    DomainError when the database is not empty, the log-in is no superuser, or what was `good` when
    it was made is not so here; then nothing stays.
    """
    with opened(at.engine()) as db:
        rights = db.exec_driver_sql(_RIGHTS).one()
        if not rights.everything:
            raise DomainError(KeepingFault.RIGHTS_TO_RESTORE, where=at.where.shown())
        if db.exec_driver_sql(_STRANGE).scalar_one():
            raise DomainError(KeepingFault.TARGET_NOT_EMPTY, where=at.where.shown())
        cluster = server_check.clustered(db)
        there = set(db.exec_driver_sql("select rolname from pg_roles").scalars())
    made = _make_roles(at, taken.roles)
    try:
        _load(at, dump, at.where.database, version=rights.version, report=report,
              settings=_HERE_ALONE if cluster else "")  # fmt: skip
        if taken.spread:
            _gather(at.engine())
        _let_in(at, made)
        why = _seen(at, taken, report=report)
        if good:
            _demand_none(why, dump)
    except BaseException:
        # What cannot be taken away is refused by the next restore.
        with suppress(DomainError, server.raw_errors()):
            made_here = {role["name"] for role in taken.roles} - there
            _undo(at, sorted(name for name in made_here if not name.startswith("sanzhi_")))
        raise
    return made, why


def _demand_none(why: str, dump: Path) -> None:
    if why:
        raise DomainError(KeepingFault.DAMAGED, path=str(dump), what=why)


def _seen(at: Server, taken: Taken, *, report: Report) -> str:
    """Evidence that was tampered with may be put back, and is told to be so. Whether the server is
    part of a cluster, which shows in its roles, is no matter of the dump."""
    from sanzhi_desktop.resources.sentences import explain

    with opened(at.engine()) as db:
        beside = bool(db.exec_driver_sql(_OWNER_LOGS_IN).scalar_one())
    try:
        return _look(at, at.where.database, taken, beside=beside, report=report)
    except DomainError as error:
        if error.code is not PersistenceFault.WALL_CHANGED:  # the server, not what was found
            raise
        return explain(error).rstrip("。")


def _undo(at: Server, made: Sequence[str]) -> None:
    """The database as empty as it was, and without the roles that were made for it."""
    from psycopg import sql

    with opened(at.engine()) as db:
        raw: Any = db.connection.driver_connection
        raw.execute("drop schema if exists app, api cascade")
        (database,) = _names(at.where.database)
        for name in map(sql.Identifier, made):
            # The owner let people in, so the owner alone takes it back.
            raw.execute(sql.SQL("set local role {}").format(*_names(doors.OWNER)))
            raw.execute(sql.SQL("revoke connect on database {} from {}").format(database, name))
            raw.execute("reset role")
            raw.execute(sql.SQL("drop owned by {} cascade").format(name))
            raw.execute(sql.SQL("drop role {}").format(name))
        raw.commit()


def _let_in(at: Server, made: Sequence[str]) -> None:
    from psycopg import sql

    with opened(at.engine()) as db:  # rights of the database itself are in no dump
        raw: Any = db.connection.driver_connection
        raw.execute(doors.database())
        raw.commit()  # before the owner acts, as with the roles: it waits for what is not kept
        raw.execute(sql.SQL("set local role {}").format(sql.Identifier(doors.OWNER)))
        for person in made:
            raw.execute(
                sql.SQL("grant connect on database {} to {}").format(
                    sql.Identifier(at.where.database), sql.Identifier(person)
                )
            )
        raw.commit()


def _make_roles(at: Server, roles: Sequence[Mapping[str, Any]]) -> list[str]:
    """The roles that the restored rights name; those that stand already are left alone.

    People belong to their groups by the owner's grant, not by the superuser's: only so can the
    office's own functions take it away again.
    """
    from psycopg import sql

    with opened(at.engine()) as db:
        raw: Any = db.connection.driver_connection
        raw.execute(doors.groups())
        cluster = server_check.clustered(db)
        if cluster:  # the other servers must know the owner before it acts
            raw.commit()
            carry_out(db, PREPARE)
        there = {row[0] for row in db.exec_driver_sql("select rolname from pg_roles")}
        wanted = [role for role in roles if role["name"] not in there]
        for role in wanted:
            _make_role(raw, role, at.where.database, cluster=cluster)
        pairs = [(role, group) for role in wanted for group in role["member_of"]]
        people = [pair for pair in pairs if pair[0]["login"] and pair[1].startswith("sz_o")]
        for role, group in (pair for pair in pairs if pair not in people):
            raw.execute(sql.SQL("grant {} to {}").format(*_names(group, role["name"])))
        if cluster:
            raw.commit()  # and not every Citus passes GRANTED BY on: the owner must act itself
            raw.execute(server.BECOME)
        by = sql.SQL("") if cluster else sql.SQL(" granted by {}").format(*_names(doors.OWNER))
        for role, group in people:
            raw.execute(sql.SQL("grant {} to {}").format(*_names(group, role["name"])) + by)
        raw.commit()
    return [role["name"] for role in wanted if role["login"]]


def _make_role(raw: Any, role: Mapping[str, Any], database: str, *, cluster: bool) -> None:
    """One role. As where it came from, the owner is in charge of it, so that the office may let
    people in and set passwords."""
    from psycopg import sql

    name, owner = _names(role["name"], doors.OWNER)
    raw.execute(sql.SQL("create role {} nologin").format(name))
    if role["comment"]:
        words = sql.Literal(_comment(role["comment"], database))
        raw.execute(sql.SQL("comment on role {} is {}").format(name, words))
    if role["login"]:
        limit = sql.Literal(role["connections"])
        raw.execute(sql.SQL("alter role {} connection limit {}").format(name, limit))
        for what, value in LIMITS.items():
            setting = sql.SQL("alter role {} set {} = {}")
            raw.execute(setting.format(name, sql.Identifier(what), sql.Literal(value)))
        if raw.info.server_version >= _OWN_LOGINS:
            # Before 13.1 Citus passes on no grant that speaks of INHERIT or SET.
            everywhere = sql.SQL("grant {} to {} with admin option")
            raw.execute((everywhere if cluster else sql.SQL(_IN_CHARGE)).format(name, owner))
    elif role["name"].startswith("sz_o"):
        raw.execute(sql.SQL("grant {} to {} with admin option").format(name, owner))


def _names(*names: str) -> list[Any]:
    from psycopg import sql

    return [sql.Identifier(name) for name in names]


def _comment(text: str, database: str) -> str:
    """The mark of a role; that of an office names the database in which the office now is."""
    return f"{_IN}{database}" if text.startswith(_IN) else text
