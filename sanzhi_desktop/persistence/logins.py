"""Login roles of a server: one per person, named by the immutable code, never dropped.

Lives here: making the verifier of a password and calling the functions that make log-ins. Must
not: making roles directly; nobody who logs in may do that, the functions in `members` do it for an
administrator of the office, and write it into the office's history. Before PostgreSQL 16 log-ins
are made by the server's own administrator.
"""

from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.accounts import MINIMUM
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault

_FIRST = (
    "select app.make_login(%s::integer, %s, %s,"
    " (clock_timestamp() at time zone 'Asia/Shanghai')::date)"
)


def check(password: str) -> None:
    """Raises DomainError when the password is too short."""
    if len(password) < MINIMUM:
        raise DomainError(PersistenceFault.PASSWORD_TOO_SHORT, minimum=MINIMUM)


def set_password(made: sa.Engine, office_id: int, person_id: str, password: str) -> None:
    """Makes the log-in of a registered person, or gives it a new password, as an administrator of
    the office. Raises DomainError."""
    check(password)
    try:
        with made.begin() as db:
            values = (office_id, new_id(), person_id, scram(db, person_id, password))
            db.exec_driver_sql("select api.login(%s::integer, %s, %s, %s)", values)
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def make_first(db: sa.Connection, office_id: int, person_id: str, password: str) -> None:
    """The log-in of an office's first administrator, made by the owner. Raises DomainError."""
    check(password)
    try:
        db.exec_driver_sql(_FIRST, (office_id, person_id, scram(db, person_id, password)))
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def enter(made: sa.Engine, office_id: int) -> None:
    """Brings the server's roles of this office up to the register and to today.

    On a standby nothing is written; what stands there is then read. Raises DomainError.
    """
    try:
        with made.begin() as db:
            if db.exec_driver_sql("select not pg_is_in_recovery()").scalar_one():
                db.exec_driver_sql("select api.enter(%s::integer)", (office_id,))
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def scram(db: sa.Connection, person_id: str, password: str) -> str:
    """The SCRAM verifier, made here: the password itself never reaches the server or its log."""
    raw: Any = db.connection.driver_connection
    verifier: bytes = raw.pgconn.encrypt_password(
        password.encode(), person_id.encode(), b"scram-sha-256"
    )
    return verifier.decode("ascii")
