"""Opening the embedded database: the engine, its settings, and the checks before first use.

Lives here: SQLite. PostgreSQL is in `server`. Must not: importing psycopg or alembic.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.errors import named
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import refuse_unsafe
from sanzhi_desktop.persistence.revision import MARK, REVISION, TABLE, ddl, statements
from sanzhi_desktop.settings.room import full

if TYPE_CHECKING:
    from sqlalchemy import Engine

BUSY_SECONDS = 30


def build(db: sqlite3.Connection) -> None:
    """Runs the shipped DDL on an empty database, in one transaction."""
    db.execute("begin immediate")
    for text in ddl("sqlite"):
        for statement in statements(text):
            db.execute(statement)
    for statement in MARK:
        db.execute(statement)
    db.execute("commit")


def create_file(path: Path) -> None:
    """Makes a new database file. Raises DomainError when one is there or the place is unsafe."""
    refuse_unsafe(path)
    if path.exists() and path.stat().st_size:
        raise DomainError(PersistenceFault.EXISTS, path=str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as db:
            _settings(db)
            build(db)
    except OSError as error:
        code = PersistenceFault.DISK_FULL if full(error, path) else PersistenceFault.READ_ONLY
        raise DomainError(code, message=error.strerror or "") from error
    except sqlite3.Error as error:
        remove_file(path)
        raise named(error, path=str(path)) from error


def remove_file(path: Path) -> None:
    """Takes away a database that could not be finished, so that the next try begins anew."""
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        part.unlink(missing_ok=True)


def _settings(db: sqlite3.Connection) -> None:
    db.isolation_level = None  # BEGIN is sent by us
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        db.execute(f"pragma {pragma}")


def engine(path: Path) -> "Engine":
    """The engine of an existing file. Raises DomainError when it is missing or unsafe."""
    refuse_unsafe(path)
    if not path.is_file():
        raise DomainError(PersistenceFault.MISSING, path=str(path))
    import sqlalchemy as sa

    made = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=4,
    )

    def on_connect(db: Any, _record: Any) -> None:
        try:
            _settings(db)
        except sqlite3.Error as error:
            raise named(error, path=str(path)) from error

    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("begin")  # one snapshot for everything a reader shows at once

    def on_error(context: sa.ExceptionContext) -> None:
        """Only here is known which file it was, and so which disk may be full."""
        error = context.original_exception
        if isinstance(error, sqlite3.OperationalError) and full(error, path):
            raise named(error, path=str(path)) from error

    sa.event.listen(made, "connect", on_connect)
    sa.event.listen(made, "handle_error", on_error)
    sa.event.listen(made, "begin", on_begin)
    return made


def check(path: Path) -> None:
    """The start-up check: the revision is ours and every table, index and trigger is as shipped.

    Raises DomainError naming what differs.
    """
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        check_revision(_revision(db), where=str(path))
        compare(_objects(db), shipped())
    except sqlite3.Error as error:
        raise named(error, path=str(path)) from error
    finally:
        db.close()


def revision_of(path: Path) -> str:
    """The revision of a file; "" when it has none. Raises DomainError."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        return _revision(db)
    except sqlite3.Error as error:
        raise named(error, path=str(path)) from error
    finally:
        db.close()


def _revision(db: sqlite3.Connection) -> str:
    known = db.execute("select 1 from sqlite_master where name = ?", (TABLE,)).fetchone()
    row = db.execute(f"select version_num from {TABLE}").fetchone() if known else None
    return str(row[0]) if row else ""


def check_revision(found: str, *, where: str) -> None:
    """Raises DomainError naming both revisions when the database is newer, older or foreign."""
    facts = {"found": found, "expected": REVISION, "where": where}
    if not found:
        raise DomainError(PersistenceFault.NOT_INITIALISED, **facts)
    refuse_newer(found, where=where)
    if found < REVISION:
        raise DomainError(PersistenceFault.DATABASE_OLDER, **facts)


def refuse_newer(found: str, *, where: str) -> None:
    """Raises DomainError when the database was made by a newer program."""
    if found > REVISION:
        raise DomainError(
            PersistenceFault.DATABASE_NEWER, found=found, expected=REVISION, where=where
        )


def _objects(db: sqlite3.Connection) -> dict[str, str]:
    rows = db.execute("select name, sql from sqlite_master where sql is not null")
    return {
        name: " ".join(sql.split())
        for name, sql in rows
        if name != TABLE and not name.startswith("sqlite_")
    }


def shipped() -> dict[str, str]:
    """Every object by name with its definition, as the shipped DDL makes it."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        build(db)
        return _objects(db)
    finally:
        db.close()


def compare(found: dict[str, str], expected: dict[str, str]) -> None:
    """Raises DomainError naming the first object that is missing, changed or foreign."""
    for name in sorted(expected.keys() | found.keys()):
        if found.get(name) != expected.get(name):
            how = "缺少" if name not in found else "多出" if name not in expected else "被改动"
            raise DomainError(PersistenceFault.WALL_CHANGED, name=name, how=how)
