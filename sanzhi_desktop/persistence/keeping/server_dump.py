"""Dumping, restoring and checking a server's database with PostgreSQL's own programs.

Lives here: pg_dump in one snapshot with the counting, the scratch database, the roles a restored
database needs. Must not: folders and rotation. Passwords of log-ins are in no backup.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import rights as doors
from sanzhi_desktop.persistence import server
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.keeping import patient
from sanzhi_desktop.persistence.keeping import survey as counting
from sanzhi_desktop.persistence.keeping.embedded_copy import IN_FOLDER
from sanzhi_desktop.persistence.keeping.survey import Survey, survey
from sanzhi_desktop.persistence.keeping.tools import Tools, connection
from sanzhi_desktop.persistence.places import Target

_OWN_LOGINS = 160000  # from PostgreSQL 16 on the owner makes log-ins and is in charge of them
_IN_CHARGE = "grant {} to {} with admin true, inherit false, set false"
_IN = "sanzhi in "  # how the mark of an office's group begins, see `members`
_RIGHTS = (
    "select rolsuper as everything, rolsuper or rolbypassrls as sees_all,"
    " current_setting('server_version_num')::integer / 10000 as version"
    " from pg_roles where rolname = current_user"
)
# The groups that own, read and belong to offices, and the log-ins of people. Names, no verifiers.
_ROLES = """select r.rolname as name, r.rolcanlogin as login, r.rolconnlimit as connections,
  coalesce(shobj_description(r.oid, 'pg_authid'), '') as comment,
  coalesce((select array_agg(g.rolname::text order by g.rolname) from pg_auth_members m
    join pg_roles g on g.oid = m.roleid where m.member = r.oid), '{}') as member_of
 from pg_roles r where not r.rolsuper and (r.rolname like 'sanzhi\\_%%' or r.rolname ~ '^sz_o[0-9]+'
   or exists (select 1 from app.person p where p.person_id = r.rolname)) order by 1"""


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

    def named(self, *, database: str = "") -> str:
        """What the programs are told."""
        where = replace(self.where, user=self.user) if self.user else self.where
        return connection(where, database=database)


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


def take(at: Server, part: Path, *, report: Report) -> tuple[Survey, list[dict[str, Any]]]:
    """Dumps the database and says what it held in the same snapshot, and which roles it knows.

    Raises DomainError when the log-in does not see every row, or a program is missing or too old.
    """
    made = at.engine().execution_options(isolation_level="REPEATABLE READ")
    with opened(made) as db:
        rights = db.exec_driver_sql(_RIGHTS).one()
        if not rights.sees_all:
            raise DomainError(KeepingFault.RIGHTS_TO_DUMP, where=at.where.shown())
        tool = at.tools.path("pg_dump", server=rights.version)
        held = survey(counting.on(db))
        roles = [dict(row) for row in db.exec_driver_sql(_ROLES).mappings()]
        snapshot = db.exec_driver_sql("select pg_export_snapshot()").scalar_one()
        at.tools.run(
            "pg_dump",
            [tool, "--format=custom", "--no-password", f"--snapshot={snapshot}",
             f"--dbname={at.named()}", f"--file={part}"],
            alive=lambda: report(0, 0, "导出数据库"),
        )  # fmt: skip
    return held, roles


def fault(at: Server, dump: Path, wanted: Survey, *, report: Report) -> str:
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
        return _look(at, scratch, wanted)
    finally:
        _run(at, f"drop database if exists {scratch} with (force)")


def _run(at: Server, statement: str) -> None:
    made = at.engine().execution_options(isolation_level="AUTOCOMMIT")
    with opened(made) as db:
        db.exec_driver_sql(statement)


def _load(at: Server, dump: Path, database: str, *, version: int, report: Report) -> None:
    tool = at.tools.path("pg_restore", server=version)
    at.tools.run(
        "pg_restore",
        [tool, "--no-password", "--exit-on-error", "--single-transaction",
         f"--dbname={at.named(database=database)}", str(dump)],
        alive=lambda: report(0, 0, "恢复数据库"),
    )  # fmt: skip


def _look(at: Server, database: str, wanted: Survey) -> str:
    made = at.engine(database=database)
    try:
        server.check(made, replace(at.where, database=database))
        with made.connect() as db:
            found = survey(counting.on(db))
            lost = [row[0] for row in db.exec_driver_sql(IN_FOLDER)]
        breaks = counting.broken(made, [one.office_id for one in found.offices])
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    finally:
        made.dispose()
    if breaks:
        where = breaks[0].case_id or "单位"
        return f"历史记录有 {len(breaks)} 处断裂，第一处在案件 {where}"
    if lost:
        return f"有 {len(lost)} 个附件不在数据库里，例如 {lost[0]}"
    return counting.differences(wanted, found)


def restore(
    at: Server, dump: Path, roles: Sequence[Mapping[str, Any]], *, report: Report
) -> list[str]:
    """Puts a dump into an empty database; returns the log-ins that were made, without a password.

    Raises DomainError when the database is not empty or the log-in is no superuser.
    """
    from psycopg import sql

    with opened(at.engine()) as db:
        rights = db.exec_driver_sql(_RIGHTS).one()
        if not rights.everything:
            raise DomainError(KeepingFault.RIGHTS_TO_RESTORE, where=at.where.shown())
        strange = db.exec_driver_sql(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'p', 'v', 'm') and n.nspname <> 'information_schema'"
            " and n.nspname not like 'pg\\_%%'"
        ).scalar_one()
        if strange:
            raise DomainError(KeepingFault.TARGET_NOT_EMPTY, where=at.where.shown())
    made = _make_roles(at, roles)
    _load(at, dump, at.where.database, version=rights.version, report=report)
    with opened(at.engine()) as db:  # rights of the database itself are in no dump
        raw: Any = db.connection.driver_connection
        raw.execute(doors.database())
        raw.execute(sql.SQL("set local role {}").format(sql.Identifier(doors.OWNER)))
        for person in made:
            raw.execute(
                sql.SQL("grant connect on database {} to {}").format(
                    sql.Identifier(at.where.database), sql.Identifier(person)
                )
            )
        raw.commit()
    return made


def _make_roles(at: Server, roles: Sequence[Mapping[str, Any]]) -> list[str]:
    """The roles that the restored rights name; those that stand already are left alone. As where
    they came from, the owner is in charge of the log-ins, so that the office may set passwords.

    People belong to their groups by the owner's grant, not by the superuser's: only so can the
    office's own functions take it away again.
    """
    from psycopg import sql

    owner = sql.Identifier(doors.OWNER)
    with opened(at.engine()) as db:
        raw: Any = db.connection.driver_connection
        raw.execute(doors.groups())
        there = {row[0] for row in db.exec_driver_sql("select rolname from pg_roles")}
        wanted = [role for role in roles if role["name"] not in there]
        for role in wanted:
            name = sql.Identifier(role["name"])
            raw.execute(sql.SQL("create role {} nologin").format(name))
            if role["comment"]:
                words = sql.Literal(_comment(role["comment"], at.where.database))
                raw.execute(sql.SQL("comment on role {} is {}").format(name, words))
            if role["login"]:
                limit = sql.Literal(role["connections"])
                raw.execute(sql.SQL("alter role {} connection limit {}").format(name, limit))
                if raw.info.server_version >= _OWN_LOGINS:
                    raw.execute(sql.SQL(_IN_CHARGE).format(name, owner))
            elif role["name"].startswith("sz_o"):
                raw.execute(sql.SQL("grant {} to {} with admin option").format(name, owner))
        for role in wanted:
            for group in role["member_of"]:
                ours = role["login"] and group.startswith("sz_o")
                raw.execute(
                    sql.SQL("grant {} to {} {}").format(
                        sql.Identifier(group),
                        sql.Identifier(role["name"]),
                        sql.SQL("granted by {}").format(owner) if ours else sql.SQL(""),
                    )
                )
        db.commit()
    return [role["name"] for role in wanted if role["login"]]


def _comment(text: str, database: str) -> str:
    """The mark of a role; that of an office names the database in which the office now is."""
    return f"{_IN}{database}" if text.startswith(_IN) else text
