"""Login roles of a server: one per person, named by the immutable code, never dropped.

Lives here: CREATE and ALTER ROLE. Must not: what a person may do in an office; that is in the
tables. Run by somebody whom the server lets make roles.
"""

from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.accounts import MINIMUM
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.functions import OFFICERS


def _check(password: str) -> None:
    if len(password) < MINIMUM:
        raise DomainError(PersistenceFault.PASSWORD_TOO_SHORT, minimum=MINIMUM)


def exists(db: sa.Connection, person_id: str) -> bool:
    """Whether the server knows this login."""
    query = sa.text("select 1 from pg_roles where rolname = :code")
    return db.execute(query, {"code": person_id}).first() is not None


def create(
    db: sa.Connection, person_id: str, password: str, *, administrator: bool = False
) -> None:
    """Makes the login; an administrator may make further ones. Raises DomainError."""
    _check(password)
    more = "createrole " if administrator else ""
    grant = " with admin option" if administrator else ""
    _run(
        db,
        f"create role {{}} login {more}connection limit 8 password {{}}",
        (person_id, scram(db, person_id, password)),
    )
    _run(db, f"grant {OFFICERS} to {{}}{grant}", (person_id, ""))


def set_password(db: sa.Connection, person_id: str, password: str) -> None:
    """Gives a login a new password. Raises DomainError."""
    _check(password)
    _run(db, "alter role {} login password {}", (person_id, scram(db, person_id, password)))


def disable(db: sa.Connection, person_id: str) -> None:
    """The login stays, so that its code is never used again; nobody gets in with it."""
    _run(db, "alter role {} nologin", (person_id, ""))


def scram(db: sa.Connection, person_id: str, password: str) -> str:
    """The SCRAM verifier, made here: the password itself never reaches the server's log."""
    raw: Any = db.connection.driver_connection
    verifier: bytes = raw.pgconn.encrypt_password(
        password.encode(), person_id.encode(), b"scram-sha-256"
    )
    return verifier.decode("ascii")


def _run(db: sa.Connection, statement: str, values: tuple[str, str]) -> None:
    from psycopg import sql

    raw: Any = db.connection.driver_connection
    made = sql.SQL(statement).format(
        *(
            [sql.Identifier(values[0]), sql.Literal(values[1])]
            if statement.count("{}") > 1
            else [sql.Identifier(values[0])]
        )
    )
    try:
        db.exec_driver_sql(made.as_string(raw).replace("%", "%%"))
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
