"""Reads the transfers of a case into frozen values.

Lives here: queries and their mapping. Must not: writing anything.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.fitting import NOTHING, read_as
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
from sanzhi_desktop.persistence.stored_json import read, read_object
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
    attached = read(row["attachments"]) if row["attachments"] else []
    attachments = read_as(tuple[Attachment, ...], attached, "attachments", [])
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
        attachments=() if attachments is NOTHING else attachments,
        number=row["number"],
        dated=row["dated"],
        letter_sha256=row["letter_sha256"],
    )


def _member(row: Row) -> TeamMember:
    return TeamMember(row["person_id"], row["name"], row["certificate"])


def _correction(row: Row) -> Correction:
    said = read_object(row["detail"])
    return Correction(
        seq=row["seq"],
        corrects=row["corrects"],
        at=row["at"],
        reason=str(said.get("reason", "")),
        detail=said["detail"] if isinstance(said.get("detail"), dict) else {},
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
        detail=read_object(row["detail"]),
    )
