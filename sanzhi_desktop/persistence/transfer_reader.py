"""Reads the transfers of a case into frozen values.

Lives here: queries and their mapping. Must not: writing anything.
"""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.transfer import (
    Attachment,
    TeamMember,
    Transfer,
    TransferDestination,
    TransferEvent,
    TransferStage,
)
from sanzhi_desktop.domain.transfer_beside import Correction, effective
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.transfer_tables import (
    transfer,
    transfer_event,
    transfer_member,
)

Row = Any  # a row of the driver, read by column name


def transfers_of(db: sa.Connection, office_id: int, case_id: str) -> tuple[Transfer, ...]:
    """Every transfer of a case, oldest first, in the caller's snapshot."""
    found = _rows(db, transfer, office_id, case_id, "no")
    if not found:
        return ()
    members = _rows(db, transfer_member, office_id, case_id, "place")
    events = _rows(db, transfer_event, office_id, case_id, "seq")
    return tuple(
        _transfer(
            row,
            [m for m in members if m["no"] == row["no"]],
            [e for e in events if e["no"] == row["no"]],
        )
        for row in found
    )


def letter_under(db: sa.Connection, office_id: int, number: str) -> str | None:
    """SHA-256 of the letter issued under a 文号 of the transfer series, if there is one."""
    query = sa.select(transfer.c.letter_sha256).where(
        transfer.c.office_id == office_id,
        transfer.c.number == number,
        transfer.c.letter_sha256 != "",
    )
    return db.execute(query).scalar_one_or_none()


def _rows(
    db: sa.Connection, table: sa.Table, office_id: int, case_id: str, order: str
) -> Sequence[Row]:
    query = sa.select(table).where(table.c.office_id == office_id, table.c.case_id == case_id)
    return list(db.execute(query.order_by("no", order)).mappings())


def _transfer(row: Row, members: Sequence[Row], events: Sequence[Row]) -> Transfer:
    attachments = json.loads(row["attachments"]) if row["attachments"] else []
    return Transfer(
        no=row["no"],
        stage=TransferStage(row["stage"]),
        destination=TransferDestination(row["destination"]),
        team=tuple(_member(m) for m in members if m["left_at"] is None),
        former=tuple(_member(m) for m in members if m["left_at"] is not None),
        events=effective(
            [_event(e) for e in events if not e["corrects"]],
            [_correction(e) for e in events if e["corrects"]],
        ),
        attachments=tuple(
            Attachment(
                code=a["code"],
                name=a["name"],
                pages=a.get("pages"),
                sha256=a.get("sha256") or "",
                file_name=a.get("file_name") or "",
                waived=a.get("waived") or "",
            )
            for a in attachments
        ),
        number=row["number"],
        dated=row["dated"],
        letter_sha256=row["letter_sha256"],
    )


def _member(row: Row) -> TeamMember:
    return TeamMember(row["person_id"], row["name"], row["certificate"])


def _correction(row: Row) -> Correction:
    said = json.loads(row["detail"])
    return Correction(
        seq=row["seq"],
        corrects=row["corrects"],
        at=row["at"],
        reason=said["reason"],
        detail=said["detail"],
        why=row["reason"],
        made_by=row["recorded_by"],
        made_at=row["recorded_at"],
    )


def _event(row: Row) -> TransferEvent:
    return TransferEvent(
        seq=row["seq"],
        action=Action(row["action"]),
        choice=row["choice"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
        reason=row["reason"],
        detail=json.loads(row["detail"]) if row["detail"] else {},
    )
