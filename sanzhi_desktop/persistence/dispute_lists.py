"""Whose turn it is in a disagreement, as conditions of a work list.

Lives here: the conditions. Must not: the list itself, or who may take a step (`domain.workflow`).
The undertaking unit needs none: an opinion that came back stands in its list until it is submitted
again.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from sanzhi_desktop.domain.dispute import Side
from sanzhi_desktop.domain.meeting import Attendance, MeetingState
from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.case_tables import case_
from sanzhi_desktop.persistence.dispute_tables import (
    consultation,
    escalation,
    objection,
    record_edition,
)
from sanzhi_desktop.persistence.meeting_tables import (
    agenda_item,
    dispute_result,
    meeting,
    meeting_member,
)


def disputes_waiting(actor: Actor) -> Iterable[sa.ColumnElement[bool]]:
    """Of the list "waits for me": what the reviewer answers and signs, the cases that a meeting
    is to decide, the minutes that a member has not signed."""
    disputed = case_.c.state == State.RESPONDING.value
    if Role.REVIEWER in actor.roles:
        mine = disputed & (case_.c.reviewer == actor.person_id)
        yield mine & _of_round(objection, objection.c.replied_at.is_(None))
        yield mine & _of_round(
            record_edition,
            record_edition.c.certified_at.is_not(None),
            record_edition.c.complete == 0,
            ~_newer_edition(),
        )
        yield mine & _of_round(
            consultation,
            consultation.c.proposed_side == Side.UNIT.value,
            consultation.c.closed_at.is_(None),
        )
    if Role.SECRETARY in actor.roles:
        decided = _of_round(dispute_result)
        yield disputed & _of_round(escalation, escalation.c.withdrawn_at.is_(None)) & ~decided
    if Role.AGENCY_HEAD in actor.roles:
        yield disputed & _minutes_to_sign(actor)


def _of_round(what: sa.Table, *held: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Something of the running round."""
    return sa.exists().where(
        what.c.office_id == case_.c.office_id,
        what.c.case_id == case_.c.case_id,
        what.c.round == case_.c.round,
        *held,
    )


def _newer_edition() -> sa.ColumnElement[bool]:
    """A later edition takes the place of one that was left unsigned."""
    later = record_edition.alias()
    return sa.exists().where(
        later.c.office_id == record_edition.c.office_id,
        later.c.case_id == record_edition.c.case_id,
        later.c.round == record_edition.c.round,
        later.c.edition > record_edition.c.edition,
    )


def _minutes_to_sign(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        agenda_item.c.office_id == case_.c.office_id,
        agenda_item.c.case_id == case_.c.case_id,
        meeting.c.office_id == agenda_item.c.office_id,
        meeting.c.meeting_id == agenda_item.c.meeting_id,
        meeting.c.state == MeetingState.SIGNING.value,
        meeting_member.c.office_id == meeting.c.office_id,
        meeting_member.c.meeting_id == meeting.c.meeting_id,
        meeting_member.c.person_id == actor.person_id,
        meeting_member.c.attendance == Attendance.PRESENT.value,
        meeting_member.c.signed_at.is_(None),
    )
