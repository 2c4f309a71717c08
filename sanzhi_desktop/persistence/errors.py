"""Turns what a driver raises into codes that a person is shown.

Lives here: the reading of SQLite's and PostgreSQL's errors. Must not: sentences.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.persistence.faults import PersistenceFault, fault
from sanzhi_desktop.settings.room import full

# What a wall or a constraint says, and the code that says the same; the first match counts.
_WALLS: tuple[tuple[str, Code], ...] = (
    ("SZ-GATE 决定的种类", CaseFault.DIFFERS_FROM_CLEARED),
    ("SZ-GATE", CaseFault.GATE_SHUT),
    ("SZ-VERSION", CaseFault.STALE),
    ("SZ-HISTORY", CaseFault.READ_ONLY_HISTORY),
    ("SZ-ISSUED", CaseFault.READ_ONLY_HISTORY),
    ("SZ-TRANSFER", CaseFault.READ_ONLY_HISTORY),
    ("SZ-PAPER", PersistenceFault.NOT_A_PDF),
    ("SZ-DUTY", PeopleFault.HANDLING),
    ("signer_not_reviewer", CaseFault.SAME_PERSON_REASON),
    ("_not_handler", PeopleFault.HANDLING),
    ("ux_audit_command", PersistenceFault.COMMAND_TAKEN),
)
_SQLITE: tuple[tuple[str, Code], ...] = (
    ("locked", PersistenceFault.BUSY),
    ("disk is full", PersistenceFault.DISK_FULL),
    ("readonly", PersistenceFault.READ_ONLY),
    ("not a database", PersistenceFault.NOT_A_DATABASE),
    ("malformed", PersistenceFault.NOT_A_DATABASE),
    ("i/o error", PersistenceFault.DISK_TROUBLE),
    ("unable to open", PersistenceFault.MISSING),
    ("no such table", PersistenceFault.NOT_INITIALISED),
)
# SQLSTATE prefixes of PostgreSQL.
_STATES: tuple[tuple[str, Code], ...] = (
    ("22", PersistenceFault.BAD_PAYLOAD),
    ("28", PersistenceFault.LOG_IN_REFUSED),
    ("40", PersistenceFault.BUSY),
    ("42501", PersistenceFault.NOT_ALLOWED),
    ("42P01", PersistenceFault.NOT_INITIALISED),
    ("42883", PersistenceFault.NOT_INITIALISED),
    ("3F", PersistenceFault.NOT_INITIALISED),
    ("3D", PersistenceFault.MISSING),
    ("53300", PersistenceFault.TOO_MANY),
    ("53100", PersistenceFault.DISK_FULL),
    ("53", PersistenceFault.SERVER_LIMIT),  # memory, or a limit that the server was given
    ("55P03", PersistenceFault.BUSY),
    ("57014", PersistenceFault.BUSY),
    ("57P03", LinkFault.STARTING),
    ("57", PersistenceFault.AWAY),
    ("08", PersistenceFault.AWAY),
    ("25006", LinkFault.READ_ONLY),
    ("25P03", PersistenceFault.AWAY),  # idle too long within a transaction: the server hung up
)


def _wall(message: str) -> Code | None:
    return next((code for sign, code in _WALLS if sign in message), None)


def named(error: sqlite3.Error, *, path: str = "") -> DomainError:
    """The code of a SQLite error; `path` is the file, where that is known."""
    message = str(error)
    code = _wall(message)
    if full(error, Path(path) if path else None):
        code = PersistenceFault.DISK_FULL
    if code is None and not isinstance(error, sqlite3.IntegrityError):
        code = next((c for sign, c in _SQLITE if sign in message.lower()), None)
    return DomainError(code or PersistenceFault.REFUSED_BY_TABLE, message=message, path=path)


def named_postgresql(error: Any) -> DomainError:
    """The code of a psycopg error; SZ001 carries one of our own codes with its facts."""
    state = error.sqlstate or ""
    message = (error.diag.message_primary if error.diag else None) or str(error).strip()
    if state == "SZ001":
        detail = error.diag.message_detail
        return fault(message, json.loads(detail) if detail else {})
    code = _wall(f"{message} {error.diag.constraint_name or ''}" if error.diag else message)
    if code is None:
        code = next((c for prefix, c in _STATES if state.startswith(prefix)), None)
    if code is None and not state:
        code = (
            PersistenceFault.LOG_IN_REFUSED
            if "authentication failed" in message
            else PersistenceFault.AWAY
        )
    if code is PersistenceFault.BAD_PAYLOAD:
        return DomainError(code, field=message)
    return DomainError(code or PersistenceFault.REFUSED_BY_TABLE, message=message)


def named_by_engine(error: Any) -> DomainError:
    """The code of an error that came through SQLAlchemy."""
    inner = error.orig
    return named(inner) if isinstance(inner, sqlite3.Error) else named_postgresql(inner)
