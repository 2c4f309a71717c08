"""Beside the steps of a transfer: another team (更换专案组), and putting an event right (更正登记).

Lives here: which event may be put right, by whom, within which moments; what counts after
corrections. Must not: the steps themselves (`domain.transfer`).

A correction is an entry of its own: the first entry is never written over. What was decided and
what was signed is not corrected: 批准 or 不批准, the letter with its moment of signing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.transfer import (
    EventCorrection,
    Transfer,
    TransferEvent,
    TransferFault,
)
from sanzhi_desktop.domain.workflow import Action

CORRECTABLE: tuple[Action, ...] = (
    Action.OPEN_TRANSFER,
    Action.REPORT_TRANSFER,
    Action.DECIDE_TRANSFER,
    Action.DELIVER_TRANSFER,
    Action.RECEIPT_TRANSFER,
    Action.POLICE_ANSWER,
    Action.OBJECT_TRANSFER,
    Action.HAND_OVER,
    Action.CLOSE_TRANSFER,
)
MOVING: tuple[Action, ...] = (*CORRECTABLE, Action.ISSUE_TRANSFER)
CORRECTORS = (Role.CLERK, Role.UNIT_HEAD, Role.LEAD)  # besides the team and who recorded it


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry that puts event `seq` right; `detail` names only what an event of its kind says."""

    seq: int  # of the entry itself
    corrects: int
    at: datetime
    reason: str  # of the event
    detail: Mapping[str, Any]
    why: str
    made_by: str
    made_at: datetime


def effective(
    events: Sequence[TransferEvent], corrections: Sequence[Correction]
) -> tuple[TransferEvent, ...]:
    """The events as they count, each with what it said before."""
    found = []
    for event in events:
        now = event
        for entry in sorted(corrections, key=lambda c: c.seq):
            if entry.corrects != event.seq:
                continue
            before = EventCorrection(
                now.at, now.reason, now.detail, entry.why, entry.made_by, entry.made_at
            )
            now = replace(
                now,
                at=entry.at,
                reason=entry.reason,
                detail=entry.detail,
                corrections=(*now.corrections, before),
            )
        found.append(now)
    return tuple(found)


def check_correction(
    transfer: Transfer, seq: int, me: Actor, *, at: datetime, now: datetime
) -> TransferEvent:
    """The event that is put right. Raises DomainError: none such, signed or decided, somebody
    else's, to come, out of order with the events before and after it."""
    event = next((e for e in transfer.events if e.seq == seq), None)
    if event is None or event.action not in CORRECTABLE:
        raise DomainError(TransferFault.NOT_CORRECTABLE)
    if event.action is Action.DECIDE_TRANSFER and event.recorded_by != me.person_id:
        raise DomainError(TransferFault.DECIDER_CORRECTS)
    own = me.person_id in {event.recorded_by, *(m.person_id for m in transfer.team)}
    if not own and not me.roles & set(CORRECTORS):
        raise DomainError(TransferFault.NOT_IN_TEAM, name=me.name)
    if at > now:
        raise DomainError(TransferFault.IN_FUTURE)
    others = [e for e in transfer.events if e.action in MOVING and e.seq != seq]
    if any(e.at > at for e in others if e.seq < seq) or any(
        e.at < at for e in others if e.seq > seq
    ):
        raise DomainError(TransferFault.CORRECTION_ORDER)
    return event
