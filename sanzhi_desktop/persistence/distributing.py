"""Spreading a built database over the servers of a Citus cluster.

Lives here: what must be so before, and running the files of `sql/citus` in their order. Must not:
what stands in the files (`overlay`), or looking at the result (`cluster_check`).

It may be run again, after a failure or on a database that is spread already: each statement is a
transaction of its own and passes by what is done. In between no desk opens, because the start-up
check misses the walls.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import server, server_check
from sanzhi_desktop.persistence.engine import check_revision
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.other_servers import ANSWERS, PREPARE, SEAL, carry_out
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.revision import SPREAD, SQL, TABLE
from sanzhi_desktop.persistence.rights import OFFICERS, OWNER
from sanzhi_desktop.persistence.spread_faults import SpreadFault

OLDEST = (12, 1)  # from here on Citus knows PostgreSQL 16 and passes rights on databases on
_STEPS = ("1_bare.sql", "2_tables.sql", "3_functions.sql", "4_everywhere.sql", "5_keys.sql",
          "6_triggers.sql", "7_delegate.sql")  # fmt: skip

# One connection to each server for a transaction: what it makes there it can then use.
_SESSION = f"""set statement_timeout = 0;
set lock_timeout = '60s';
set search_path = app;
set citus.enable_ddl_propagation = on;
set citus.multi_shard_modify_mode = 'sequential';
set citus.shard_replication_factor = 1;
set citus.enable_unsafe_triggers = on;
set role {OWNER}"""

_MISSING = f"""select count(*) from pg_class c
 where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and c.relname <> '{TABLE}'
   and not exists (select 1 from pg_catalog.pg_dist_partition where logicalrelid = c.oid)
   and not exists (select 1 from pg_catalog.pg_dist_partition p join pg_catalog.pg_dist_shard s
     on s.logicalrelid = p.logicalrelid join pg_class t on t.oid = p.logicalrelid
     where t.relname || '_' || s.shardid = c.relname)"""
_WORKERS = """select count(*) from pg_catalog.pg_dist_node
 where groupid <> 0 and isactive and noderole = 'primary' and hasmetadata and metadatasynced"""
_COORDINATOR = "select exists (select 1 from pg_catalog.pg_dist_node where groupid = 0)"
_OLD_ROLES = f"""select string_agg(rolname, '、' order by rolname) from pg_roles r
 where (rolname ~ '^sz_o[0-9]' or rolname in ('{OWNER}', '{OFFICERS}')
     or shobj_description(r.oid, 'pg_authid') like 'sanzhi office %%')
   and not exists (select 1 from pg_catalog.pg_dist_object d
     where d.classid = 'pg_authid'::regclass and d.objid = r.oid)"""
_DESKS = f"""select count(*), string_agg(distinct usename, '、') from pg_stat_activity
 where datname = current_database() and backend_type = 'client backend'
   and pid <> pg_backend_pid() and application_name not like 'citus%%'
   and pg_has_role(usesysid, '{OFFICERS}', 'member')
   and not (select rolsuper from pg_roles where oid = usesysid)"""


def distribute(made: sa.Engine, where: Target, *, tell: Callable[[str], None]) -> None:
    """Spreads the database of a superuser's engine; `tell` hears each file's name as it begins.

    Raises DomainError when something stands in the way, before anything is changed, or naming the
    step that failed.
    """
    try:
        with made.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            _refuse(db, where, revision=server.revision_of(made))
            raw: Any = db.connection.driver_connection
            _run(raw, PREPARE)
            carry_out(db, PREPARE)
            for statement in _SESSION.split(";\n"):
                raw.execute(statement)
            _owner_reaches(db)
            bare = bool(db.exec_driver_sql(_MISSING).scalar_one())
            for name in _STEPS:
                if name != _STEPS[0] or bare:
                    tell(name)
                    _run(raw, name)
            raw.execute("reset role")
            tell(SEAL)
            carry_out(db, SEAL)
            raw.execute("reset all")
            server_check.check(db)
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def _refuse(db: sa.Connection, where: Target, *, revision: str) -> None:
    def ask(sql: str) -> Any:
        return db.exec_driver_sql(sql).scalar_one()

    version = int(ask("show server_version_num"))
    if version < server.NEWEST_RULES:
        raise DomainError(PersistenceFault.SERVER_TOO_OLD, found=version // 10000, expected=16)
    check_revision(revision, where=where.shown())
    if not server_check.clustered(db):
        raise DomainError(SpreadFault.NO_EXTENSION, where=where.shown())
    found = str(ask("select extversion from pg_extension where extname = 'citus'"))
    if release(found) < OLDEST:
        expected = ".".join(map(str, OLDEST))
        raise DomainError(SpreadFault.TOO_OLD, found=found, expected=expected)
    if not ask("select rolsuper from pg_roles where rolname = current_user"):
        raise DomainError(SpreadFault.NOT_SUPERUSER, user=ask("select session_user"))
    if not ask(_COORDINATOR):
        raise DomainError(SpreadFault.NO_COORDINATOR)
    if not ask(_WORKERS):
        raise DomainError(SpreadFault.NO_WORKERS)
    names = db.exec_driver_sql(_OLD_ROLES).scalar_one()
    if names:
        raise DomainError(SpreadFault.ROLES_FIRST, names=names)
    count, users = db.exec_driver_sql(_DESKS).one()
    if count:
        raise DomainError(SpreadFault.DESKS_OPEN, count=count, users=users)


def release(version: str) -> tuple[int, int]:
    """12.1-1 as (12, 1)."""
    numbers = [int(part) for part in re.findall(r"\d+", version)[:2]]
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def _owner_reaches(db: sa.Connection) -> None:
    for node, success, result in db.exec_driver_sql(ANSWERS, ("select current_user",)):
        if not success:
            raise DomainError(SpreadFault.OWNER_REFUSED, node=node, message=result)


def _run(raw: Any, name: str) -> None:
    """One statement at a time: Citus passes the text it was sent on to the other servers, and
    there a text of several statements is refused."""
    text = (SQL / SPREAD / name).read_text("utf-8")
    for number, statement in enumerate(statements(text), 1):
        try:
            raw.execute(statement)
        except server.raw_errors() as error:
            message = " ".join(str(error).split())
            raise DomainError(
                SpreadFault.STEP_FAILED, file=name, number=number, message=message
            ) from error


_QUOTE = re.compile(r"\$\w*\$")


def statements(text: str) -> Iterator[str]:
    """The statements of a file; what stands between dollar quotes stays whole."""
    pending, quote = "", ""
    for line in text.splitlines(keepends=True):
        if not quote and not pending and (line.startswith("--") or not line.strip()):
            continue
        pending += line
        for mark in _QUOTE.findall(line):
            if not quote:
                quote = mark
            elif quote == mark:
                quote = ""
        if not quote and line.rstrip().endswith(";"):
            yield pending.strip().removesuffix(";")
            pending = ""
    if pending.strip():
        raise ValueError(pending)
