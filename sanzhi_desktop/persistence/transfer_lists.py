"""Which transfers of a suspected crime wait for somebody, as conditions of a work list.

Lives here: the conditions, made from the table of `domain.transfer`. Must not: the list itself.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.transfer import STEPS, TransferStage
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action
from sanzhi_desktop.persistence.case_tables import case_
from sanzhi_desktop.persistence.transfer_tables import transfer, transfer_member

# Steps that wait for the office itself; an answer of the police waits for nobody here.
_OURS = (
    Action.REPORT_TRANSFER,
    Action.DECIDE_TRANSFER,
    Action.PREPARE_TRANSFER,
    Action.ISSUE_TRANSFER,
    Action.DELIVER_TRANSFER,
    Action.RECEIPT_TRANSFER,
    Action.OBJECT_TRANSFER,
    Action.HAND_OVER,
)


def transfers_waiting(actor: Actor) -> Iterable[sa.ColumnElement[bool]]:
    """Of the list "waits for me": the team's own steps, and those of the two heads."""
    for action in _OURS:
        stages = _stages(action)
        roles = next(t.roles for t in TRANSITIONS if t.action is action)
        here = [
            transfer.c.office_id == case_.c.office_id,
            transfer.c.case_id == case_.c.case_id,
            transfer.c.ended == 0,
            transfer.c.stage.in_(stages),
        ]
        if stages == [TransferStage.APPROVED.value]:  # first the attachments, then the letter
            unprepared = transfer.c.attachments == ""
            here.append(unprepared if action is Action.PREPARE_TRANSFER else ~unprepared)
        if Role.HANDLER in roles:
            if Role.HANDLER in actor.roles:
                yield sa.exists().where(
                    *here,
                    transfer_member.c.office_id == transfer.c.office_id,
                    transfer_member.c.case_id == transfer.c.case_id,
                    transfer_member.c.no == transfer.c.no,
                    transfer_member.c.person_id == actor.person_id,
                    transfer_member.c.left_at.is_(None),
                )
        elif roles & actor.roles:
            yield sa.exists().where(*here)


def _stages(action: Action) -> list[str]:
    """Where a step waits. Attachments may be gathered from the start; they are awaited once the
    transfer is approved."""
    if action is Action.PREPARE_TRANSFER:
        return [TransferStage.APPROVED.value]
    return sorted({row.stage.value for row in STEPS if row.action is action and row.stage})
