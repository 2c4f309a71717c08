"""Opening the shared database on a PostgreSQL server, building it, and its start-up check.

Lives here: connections with their time-outs, versions, the comparison of functions and triggers
with the shipped ones. Must not: migrations (`migrations`); a desktop never changes a shared schema.
"""

import re
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.engine import check_revision, compare
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.revision import MARK, TABLE, ddl

OLDEST = 150000  # with a note below NEWEST_RULES: only a DBA may create the officers there
NEWEST_RULES = 160000  # from here on CREATEROLE is no longer as good as superuser

# libpq's own time-outs let a desk hang for minutes on a cut cable.
_LINK = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "8000",
    "application_name": "sanzhi",
}
_SESSION = "-c search_path=app -c statement_timeout=30000 -c lock_timeout=5000 -c TimeZone=UTC"


def engine(where: Target, *, user: str = "", password: str | None = None) -> sa.Engine:
    """The engine of a server's database; nothing is connected yet.

    Without a password libpq looks at PGPASSWORD and PGPASSFILE.
    """
    url = sa.URL.create(
        "postgresql+psycopg",
        username=user or where.user or None,
        password=password,
        host=where.host or None,
        port=where.port or None,
        database=where.database,
        query=dict(where.options),
    )
    given = {name for name, _ in where.options}
    link = {name: value for name, value in _LINK.items() if name not in given}
    return sa.create_engine(
        url, connect_args={**link, "options": _SESSION}, pool_pre_ping=True, pool_size=4
    )


def logged_in(made: sa.Engine) -> str:
    """Who the server says we are. Raises DomainError when it refuses or is away."""
    try:
        with made.connect() as db:
            return str(db.exec_driver_sql("select session_user").scalar_one())
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def check(made: sa.Engine, where: Target) -> tuple[str, ...]:
    """The start-up check; returns codes of notes. Raises DomainError naming what differs."""
    try:
        with made.connect() as db:
            version = int(db.exec_driver_sql("show server_version_num").scalar_one())
            if version < OLDEST:
                raise DomainError(
                    PersistenceFault.SERVER_TOO_OLD, found=version // 10000, expected=16
                )
            check_revision(_revision(db), where=where.shown())
            compare(_objects(db), shipped())
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    return () if version >= NEWEST_RULES else ("persistence.server_old_note",)


def revision_of(made: sa.Engine) -> str:
    """The revision of a server's database; "" when it has none. Raises DomainError."""
    try:
        with made.connect() as db:
            return _revision(db)
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def _revision(db: sa.Connection) -> str:
    known = db.exec_driver_sql(f"select to_regclass('app.{TABLE}') is not null").scalar_one()
    if not known:
        return ""
    return str(db.exec_driver_sql(f"select version_num from app.{TABLE}").scalar_one_or_none())


_OBJECTS = """
select 'function ' || n.nspname || '.' || p.proname,
       case when p.prosecdef then 'definer ' else '' end || p.prosrc
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('app', 'api')
union all
select 'trigger ' || c.relname || '.' || t.tgname, t.tgenabled::text
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'app' and not t.tgisinternal
union all
select 'constraint ' || c.relname || '.' || o.conname, ''
  from pg_constraint o join pg_class c on c.oid = o.conrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'app' and o.contype in ('c', 'f', 'p', 'u')
   and c.relname <> 'schema_revision'
"""
_FUNCTION = re.compile(
    r"^create function (\w+\.\w+)\((.*?)\$\$(.*?)\$\$;", re.DOTALL | re.MULTILINE
)
_TRIGGER = re.compile(r"^create trigger (\w+) .*? on app\.(\w+)$", re.MULTILINE)
_TABLE = re.compile(r"^CREATE TABLE (\w+) \((.*?)^\);", re.DOTALL | re.MULTILINE)
_CONSTRAINT = re.compile(r"CONSTRAINT \"?(\w+)\"?")


def _objects(db: sa.Connection) -> dict[str, str]:
    rows: Any = db.exec_driver_sql(_OBJECTS)
    return {name: " ".join(text.split()) for name, text in rows}


def shipped() -> dict[str, str]:
    """Every function, trigger and constraint by name, as the shipped DDL makes it."""
    text = "\n".join(ddl("postgresql"))
    made = {}
    for name, head, body in _FUNCTION.findall(text):
        definer = "definer " if "security definer" in head else ""
        made[f"function {name}"] = " ".join((definer + body).split())
    made |= {f"trigger {table}.{name}": "O" for name, table in _TRIGGER.findall(text)}
    for table, inside in _TABLE.findall(text):
        names = _CONSTRAINT.findall(inside)
        made |= {f"constraint {table}.{name}": "" for name in names}
    return made


def build(made: sa.Engine) -> None:
    """Runs the shipped DDL on an empty database, in one transaction, as its owner.

    Raises DomainError when the database already has our tables.
    """
    try:
        with made.connect() as db:
            if _revision(db):
                raise DomainError(PersistenceFault.EXISTS, path=made.url.database or "")
            raw: Any = db.connection.driver_connection
            tables, *rest = ddl("postgresql")
            for text in (tables, *MARK, *rest):  # the grants come last and cover all tables
                raw.execute(text)
            db.commit()
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
