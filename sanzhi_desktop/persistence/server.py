"""Opening the shared database on a PostgreSQL server, building it, and its start-up check.

Lives here: connections with their time-outs, versions, building as the owner. Must not: the
comparison with what was shipped (`server_check`), or migrations; a desktop never changes a shared
schema.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import server_check
from sanzhi_desktop.persistence.engine import check_revision
from sanzhi_desktop.persistence.errors import named_by_engine, named_postgresql
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.other_servers import PREPARE, carry_out
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.revision import BEFORE, MARK, SQL, TABLE, ddl
from sanzhi_desktop.persistence.rights import OWNER

OLDEST = 150000  # with a note below NEWEST_RULES: only a DBA may create the officers there
NEWEST_RULES = 160000  # from here on CREATEROLE is no longer as good as superuser

# libpq's own time-outs let a desk hang for minutes on a cut cable.
_LINK = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "sanzhi",
}
ANSWER = 40.0  # seconds; the server itself ends every statement after 30
_SESSION = "-c search_path=app -c statement_timeout=30000 -c lock_timeout=5000 -c TimeZone=UTC"
# The server learns as soon that a desk is gone: what a dead session holds, others wait for.
_GONE = (
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=25000 -c idle_in_transaction_session_timeout=60000"
)


def engine(
    where: Target,
    *,
    user: str = "",
    password: str | None = None,
    patience: Patience | None = None,
    most: int = 6,
) -> sa.Engine:
    """The engine of a server's database with at most so many connections; nothing is connected
    yet.

    Without a password libpq looks at PGPASSWORD and PGPASSFILE. Only a desk has `patience`: it
    waits for a server that is away, and reads from a standby where no server can be written.
    Connecting raises DomainError.
    """
    from sanzhi_desktop.persistence.arrival import arrange

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
    if "tcp_user_timeout" not in given:
        link["tcp_user_timeout"] = _unheard({**link, **dict(where.options)})
    made = sa.create_engine(
        url,
        connect_args={**link, "options": _SESSION + (_GONE if patience is not None else "")},
        pool_pre_ping=True,
        pool_size=min(4, most),
        max_overflow=max(0, most - 4),
    )
    waits = patience or Patience(reconnect=0, answer=ANSWER)
    arrange(made, waits, reads_on=patience is not None)
    return made


def _unheard(link: Mapping[str, str]) -> str:
    """Milliseconds after which what was sent and not acknowledged means that a line is dead: no
    sooner than the keepalives say so, which Linux would otherwise not wait for."""
    idle, interval, count = (
        int(link[f"keepalives_{name}"]) for name in ("idle", "interval", "count")
    )
    return str(1000 * max(8, idle + interval * count))


def look_before(where: Target, *, user: str = "", password: str | None = None) -> int:
    """What has to be so before anything is asked for or made: a server that is new enough and a
    superuser's log-in. Returns the server's version; the database may be missing yet. Raises
    DomainError."""
    try:
        return _look(where, user, password)
    except DomainError as error:
        if error.code is not LinkFault.NO_DATABASE:
            raise
    with _superuser_wanted():
        return _look(replace(where, database="postgres"), user, password)


def _look(where: Target, user: str, password: str | None) -> int:
    made = engine(where, user=user, password=password, most=1)
    try:
        with made.connect() as db:
            version = _version(db)
            asked = "select rolsuper from pg_roles where rolname = session_user"
            if not db.exec_driver_sql(asked).scalar_one():
                raise DomainError(PersistenceFault.SUPERUSER_NEEDED)
            return version
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    finally:
        made.dispose()


def _version(db: sa.Connection) -> int:
    version = int(db.exec_driver_sql("show server_version_num").scalar_one())
    if version < OLDEST:
        raise DomainError(PersistenceFault.SERVER_TOO_OLD, found=version // 10000, expected=16)
    return version


def make_database(where: Target, *, user: str = "", password: str | None = None) -> bool:
    """Makes the database where the server has none of that name; whether it did.

    Raises DomainError, also when the log-in is no superuser.
    """
    made = engine(where, user=user, password=password, most=1)
    try:
        logged_in(made)
    except DomainError as error:
        if error.code is not LinkFault.NO_DATABASE:
            raise
    else:
        return False
    finally:
        made.dispose()
    with _superuser_wanted():
        _beside(where, user, password, "create database {} encoding 'UTF8' template template0")
    return True


def drop_database(where: Target, *, user: str = "", password: str | None = None) -> None:
    """Takes away a database that could not be finished. Raises DomainError."""
    _beside(where, user, password, "drop database if exists {} with (force)")


@contextmanager
def _superuser_wanted() -> Iterator[None]:
    try:
        yield
    except DomainError as shut:
        if shut.code is PersistenceFault.LOG_IN_REFUSED:  # it was let in a moment ago
            raise DomainError(PersistenceFault.SUPERUSER_NEEDED) from shut
        raise


def _beside(where: Target, user: str, password: str | None, statement: str) -> None:
    """Runs what concerns a whole database from another one, as a superuser."""
    other = replace(where, database="postgres")
    made = engine(other, user=user, password=password, most=1)
    try:
        with made.connect() as opened:
            db = opened.execution_options(isolation_level="AUTOCOMMIT")
            asked = "select rolsuper from pg_roles where rolname = session_user"
            able = bool(db.exec_driver_sql(asked).scalar_one())
            if able:
                quoted = db.dialect.identifier_preparer.quote_identifier(where.database)
                db.exec_driver_sql(statement.format(quoted))
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    finally:
        made.dispose()
    if not able:
        raise DomainError(PersistenceFault.SUPERUSER_NEEDED)


def logged_in(made: sa.Engine) -> str:
    """Who the server says we are. Raises DomainError when it refuses or is away."""
    try:
        with made.connect() as db:
            return str(db.exec_driver_sql("select session_user").scalar_one())
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def password_taken(made: sa.Engine) -> str:
    """The password that the server asked for and took, also where libpq found it in a file; ""
    where it asked for none, as with a certificate. Raises DomainError."""
    try:
        with made.connect() as db:
            raw: Any = db.connection.driver_connection
            return str(raw.info.password) if raw.pgconn.used_password else ""
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def check(made: sa.Engine, where: Target, *, beside: bool = False) -> tuple[str, ...]:
    """The start-up check; returns codes of notes. Raises DomainError naming what differs.

    `beside`: a database on a server of a cluster that is no part of it.
    """
    try:
        with made.connect() as db:
            version = _version(db)
            check_revision(_revision(db), where=where.shown())
            server_check.check(db, beside=beside)
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


@contextmanager
def as_owner(made: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction as the owner of the tables, whom only a superuser can act for.

    Prepares the server first: roles, schemas, what the public may no longer do. At the end nobody
    but superusers may be able to become the owner. Raises DomainError.
    """
    try:
        with made.connect() as db:
            run(db, (SQL / "postgresql" / BEFORE).read_text("utf-8"))
            if server_check.clustered(db):  # the other servers must know the owner before it acts
                db.commit()
                carry_out(db, PREPARE)
            run(db, BECOME)
            yield db
            run(db, "reset role")
            _refuse_members(db)
            db.commit()
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


BECOME = f"set local role {OWNER}"


def run(db: sa.Connection, text: str) -> None:
    """Runs SQL on the raw driver: SQLAlchemy would read % and : inside functions."""
    raw: Any = db.connection.driver_connection
    try:
        raw.execute(text)
    except raw_errors() as error:
        raise named_postgresql(error) from error


def raw_errors() -> type[Exception]:
    """What the driver raises when nobody stands between."""
    import psycopg

    return psycopg.Error


def make_office_roles(db: sa.Connection, office_id: int) -> None:
    """The server's roles of one office; inside `as_owner`, because a superuser makes them.

    With other servers beside this one they are kept at once, and so is all that was done before:
    there the owner acts over a connection of its own, which sees only what is kept. So this comes
    before anything of the office; roles without an office are made anew when it is tried again.
    """
    run(db, "reset role")
    db.exec_driver_sql("select app.make_office_roles(%s::integer)", (office_id,))
    if server_check.clustered(db):
        db.commit()
    run(db, BECOME)


_MEMBERS = """select string_agg(distinct r.rolname, ', ') from pg_auth_members m
  join pg_roles r on r.oid = m.member
 where m.roleid = to_regrole(%s) and not r.rolsuper"""


def _refuse_members(db: sa.Connection) -> None:
    members = db.exec_driver_sql(_MEMBERS, (OWNER,)).scalar_one()
    if members:
        raise DomainError(PersistenceFault.OWNER_HAS_MEMBERS, members=members)


def build(db: sa.Connection, *, beside: str = "") -> None:
    """Runs the shipped DDL on an empty database, inside `as_owner`.

    Tables that somebody built from the shipped files, and in which there is no office yet, are
    taken as they are; with the code of another office `beside`, also those of offices that are
    there. Raises DomainError.
    """
    if _revision(db):
        taken = set(db.exec_driver_sql("select code from app.office").scalars())
        if taken and (not beside or server_check.clustered(db)):
            raise DomainError(PersistenceFault.EXISTS, path=db.engine.url.database or "")
        if beside in taken:
            raise DomainError(PersistenceFault.OFFICE_THERE, office=beside)
        server_check.check(db)
        return
    if server_check.clustered(db):  # nothing stands elsewhere until the tables are spread
        run(db, "set local citus.enable_ddl_propagation = off")
    tables, *rest = ddl("postgresql")
    for text in (tables, *MARK, *rest):  # the rights come last and cover all tables
        run(db, text)
    if server_check.clustered(db):
        run(db, "set local citus.enable_ddl_propagation = on")
