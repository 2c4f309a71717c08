"""Login roles of a server: one per person, named by the immutable code, never dropped.

Lives here: making the verifier of a password and calling the functions that make log-ins. Must
not: making roles directly; nobody who logs in may do that, the functions in `members` do it for an
administrator of the office, and write it into the office's history. Before PostgreSQL 16 log-ins
are made by the server's own administrator.
"""

import hashlib
import re
import secrets
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.accounts import MINIMUM
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault

# Read out or copied from a screen: nothing that looks like something else.
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 5
_OWN_SINCE = 160000  # before PostgreSQL 16 whoever may make log-ins is as good as a superuser
_RESERVED = re.compile(r"pg_|sz_o|sanzhi_|public$|none$")  # as `members` has it
_STANDING = (
    "select r.oid is not null,"
    " coalesce(shobj_description(r.oid, 'pg_authid') = 'sanzhi office ' || %s::integer, false)"
    " from (values (%s::name)) as wanted(code) left join pg_roles r on r.rolname = wanted.code"
)
_FIRST = (
    "select app.make_login(%s::integer, %s, %s,"
    " (clock_timestamp() at time zone 'Asia/Shanghai')::date)"
)


def check(password: str) -> None:
    """Raises DomainError when the password is too short."""
    if len(password) < MINIMUM:
        raise DomainError(PersistenceFault.PASSWORD_TOO_SHORT, minimum=MINIMUM)


def random_password() -> str:
    """A first password that is easy to type and told to its owner alone; 74 bits."""
    letters = [secrets.choice(_PLAIN) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[n : n + _GROUP]) for n in range(0, len(letters), _GROUP))


def made_by_dba(made: sa.Engine) -> bool:
    """Whether log-ins and passwords are the business of the server's own administrator."""
    try:
        with made.connect() as db:
            version = int(db.exec_driver_sql("show server_version_num").scalar_one())
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    return version < _OWN_SINCE


def demand_free(made: sa.Engine, office_id: int, person_id: str, *, heads: str = "") -> None:
    """Asked before anything of a new person is written, for his code is never used again.

    `heads`: the unit that he is to head. Raises DomainError when the log-in belongs to somebody
    else, or when it, or the role of that unit's readers, is to be made by the server's own
    administrator first.
    """
    by_dba = made_by_dba(made)
    try:
        with made.connect() as db:
            there, ours = db.exec_driver_sql(_STANDING, (office_id, person_id)).one()
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    if by_dba and not there:
        raise DomainError(PersistenceFault.LOGIN_BY_DBA, person=person_id)
    if by_dba and heads:
        _demand_unit(made, f"sz_o{office_id}", heads)
    if _RESERVED.match(person_id) or (there and not ours and not by_dba):
        raise DomainError(PersistenceFault.LOGIN_TAKEN, person=person_id)


def _demand_unit(made: sa.Engine, office: str, unit: str) -> None:
    role = f"{office}_u{hashlib.sha256(unit.encode()).hexdigest()[:12]}"  # as `members` has it
    try:
        with made.connect() as db:
            there = db.exec_driver_sql("select to_regrole(%s) is not null", (role,)).scalar_one()
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error
    if not there:
        raise DomainError(PersistenceFault.ROLE_BY_DBA, role=role, office=office, unit=unit)


def set_own_password(made: sa.Engine, office_id: int, person_id: str, password: str) -> None:
    """Gives `person_id`, who is logged in, a new password, which the history of the office tells.

    A log-in that the server's own administrator made is changed by its owner alone: every role may
    do that for itself, and the history does not hear of it. Raises DomainError.
    """
    if not made_by_dba(made):
        try:
            set_password(made, office_id, person_id, password)
        except DomainError as error:
            if error.code is not PersistenceFault.LOGIN_TAKEN:
                raise
        else:
            return
    check(password)
    try:
        with made.begin() as db:
            me = str(db.exec_driver_sql("select session_user").scalar_one())
            verifier = scram(db, me, password)
            quoted = db.dialect.identifier_preparer.quote_identifier(me)
            db.exec_driver_sql(f"alter role {quoted} password '{verifier}'")
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


def set_password(made: sa.Engine, office_id: int, person_id: str, password: str) -> None:
    """Makes the log-in of a registered person, or gives it a new password, as an administrator of
    the office or as the person himself. Raises DomainError."""
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
