"""What drivers raise becomes a code with a sentence; nothing of the driver's own is lost."""

import sqlite3
from typing import Any

import pytest

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.persistence import walls
from sanzhi_desktop.persistence.errors import named, named_postgresql
from sanzhi_desktop.persistence.faults import PersistenceFault, code_of, fault
from sanzhi_desktop.resources.sentences import explain, table


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite3.OperationalError("database is locked"), PersistenceFault.BUSY),
        (sqlite3.OperationalError("database or disk is full"), PersistenceFault.DISK_FULL),
        (
            sqlite3.OperationalError("attempt to write a readonly database"),
            PersistenceFault.READ_ONLY,
        ),
        (sqlite3.DatabaseError("file is not a database"), PersistenceFault.NOT_A_DATABASE),
        (
            sqlite3.DatabaseError("database disk image is malformed"),
            PersistenceFault.NOT_A_DATABASE,
        ),
        (sqlite3.OperationalError("unable to open database file"), PersistenceFault.MISSING),
        (sqlite3.OperationalError("disk I/O error"), PersistenceFault.DISK_TROUBLE),
        (sqlite3.OperationalError("no such table: office"), PersistenceFault.NOT_INITIALISED),
        (sqlite3.IntegrityError(walls.GATE), CaseFault.GATE_SHUT),
        (sqlite3.IntegrityError(walls.GATE_DIFFERS), CaseFault.DIFFERS_FROM_CLEARED),
        (sqlite3.IntegrityError(walls.VERSION), CaseFault.STALE),
        (sqlite3.IntegrityError(walls.HISTORY), CaseFault.READ_ONLY_HISTORY),
        (sqlite3.IntegrityError(walls.ISSUED), CaseFault.READ_ONLY_HISTORY),
        (sqlite3.IntegrityError(walls.DUTY), PeopleFault.HANDLING),
        (
            sqlite3.IntegrityError("CHECK constraint failed: ck_round_signer_not_reviewer"),
            CaseFault.SAME_PERSON_REASON,
        ),
        (
            sqlite3.IntegrityError("UNIQUE constraint failed: x.locked"),
            PersistenceFault.REFUSED_BY_TABLE,
        ),
        (sqlite3.IntegrityError(walls.NUMBER), PersistenceFault.REFUSED_BY_TABLE),
    ],
    ids=str,
)
def test_sqlite(error: sqlite3.Error, code: Code) -> None:
    told = named(error, path="/a/office.db")
    assert told.code is code
    assert told.facts == {"message": str(error), "path": "/a/office.db"}


class _Diagnostics:
    def __init__(self, **parts: Any) -> None:
        self.message_primary = parts.get("message", "said")
        self.message_detail = parts.get("detail")
        self.constraint_name = parts.get("constraint")


class _ServerError(Exception):
    def __init__(self, state: str | None, **parts: Any) -> None:
        super().__init__(parts.get("message", "said"))
        self.sqlstate = state
        self.diag = _Diagnostics(**parts)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_ServerError("SZ001", message="case.stale", detail='{"seen": 1}'), CaseFault.STALE),
        (_ServerError("SZ002", message=walls.GATE), CaseFault.GATE_SHUT),
        (_ServerError("23514", constraint="ck_case__reviewer_not_handler"), PeopleFault.HANDLING),
        (_ServerError("23505"), PersistenceFault.REFUSED_BY_TABLE),
        (_ServerError("22P02"), PersistenceFault.BAD_PAYLOAD),
        (_ServerError("28P01"), PersistenceFault.LOG_IN_REFUSED),
        (_ServerError("3D000"), PersistenceFault.MISSING),
        (_ServerError("40001"), PersistenceFault.BUSY),
        (_ServerError("42501"), PersistenceFault.NOT_ALLOWED),
        (_ServerError("42P01"), PersistenceFault.NOT_INITIALISED),
        (_ServerError("42939"), PersistenceFault.REFUSED_BY_TABLE),
        (_ServerError("53100"), PersistenceFault.DISK_FULL),
        (_ServerError("53200"), PersistenceFault.SERVER_LIMIT),
        (_ServerError("53400"), PersistenceFault.SERVER_LIMIT),
        (_ServerError("53300"), PersistenceFault.TOO_MANY),
        (_ServerError("55P03"), PersistenceFault.BUSY),
        (_ServerError("57014"), PersistenceFault.BUSY),
        (_ServerError("57P01"), PersistenceFault.AWAY),
        (_ServerError("08006"), PersistenceFault.AWAY),
        (_ServerError("25006"), LinkFault.READ_ONLY),
        (_ServerError(None, message="connection refused"), PersistenceFault.AWAY),
        (
            _ServerError(None, message='password authentication failed for user "x"'),
            PersistenceFault.LOG_IN_REFUSED,
        ),
    ],
    ids=lambda value: str(getattr(value, "sqlstate", value)),
)
def test_postgresql(error: _ServerError, code: Code) -> None:
    told = named_postgresql(error)
    assert told.code is code
    if error.sqlstate == "SZ001":
        assert told.facts == {"seen": 1}


def test_every_code_of_the_layer_has_its_member_and_its_sentence() -> None:
    for member in PersistenceFault:
        assert code_of(member.value) is member
        assert member.value in table()
    assert code_of("no.such_code") is None
    assert "no.such_code" in explain(fault("no.such_code", {}))
