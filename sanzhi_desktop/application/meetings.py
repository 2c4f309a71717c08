"""The meeting: planned, put on an agenda, opened with a roll call, spoken in, voted, closed.

All of it is the secretary's work, on behalf of those who sit there; they answer for it with their
signatures on the minutes (`application.minutes`). Every command names the version of the meeting
that was seen, so that two secretaries cannot write over each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed, OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import RuleBook
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import (
    Attendance,
    ItemRecusal,
    MeetingFault,
    MeetingMember,
)
from sanzhi_desktop.domain.meeting_rules import (
    MAJORITY,
    QUORUM_WORDS,
    check_members,
    check_open,
    quorum,
)
from sanzhi_desktop.domain.people import PeopleFault, Person, Role
from sanzhi_desktop.domain.profile import Profile

QUORUM = "meeting.quorum"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is set before a meeting. `members`: (code, post) in the order of the roster."""

    name: str
    place: str
    held_on: date
    begins: str
    chair: str
    recorder: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RollCall:
    """Whether one member came, and why not."""

    person_id: str
    present: bool
    reason: str = ""


def send(
    session: Session,
    action: OfficeAction,
    *,
    meeting_id: str,
    seen_version: int,
    payload: Mapping[str, Any],
    command_id: str = "",
) -> Changed:
    """One command on a meeting; the database compares the version."""
    return session.gateway.send_office(
        OfficeCommand(
            command_id=command_id or new_id(),
            office_id=session.actor.office_id,
            action=action,
            payload={"meeting_id": meeting_id, "seen_version": seen_version, **payload},
        )
    )


def heads(session: Session, day: date) -> Sequence[Person]:
    """Who may be a member on a day: the agency's heads, acting ones within their period."""
    return [p for p in session.reader.people().values() if p.has(Role.AGENCY_HEAD, day)]


def plan(
    session: Session,
    plan: Plan,
    *,
    meeting_id: str = "",
    seen_version: int = 0,
    command_id: str = "",
) -> str:
    """Plans a meeting (version 0: a new one) or changes a planned one; returns its id.

    Raises DomainError: a field missing, a member twice or no head on that day, the chair no
    member, the recorder also chair.
    """
    for field, value in (
        ("meeting.name", plan.name),
        ("meeting.place", plan.place),
        ("meeting.begins", plan.begins),
        ("meeting.chair", plan.chair),
        ("meeting.recorder", plan.recorder),
    ):
        if not value.strip():
            raise DomainError(MeetingFault.FIELD_MISSING, field=field)
    people = session.reader.people()
    for code in (*(c for c, _ in plan.members), plan.recorder):
        if code not in people:
            raise DomainError(PeopleFault.UNKNOWN, person=code)
    members = [(people[code], post) for code, post in plan.members]
    check_members(members, chair=plan.chair, day=plan.held_on)
    keeps = people[plan.recorder].has(Role.SECRETARY, plan.held_on)
    if not keeps or plan.recorder in {code for code, _ in plan.members}:
        raise DomainError(MeetingFault.RECORDER_UNFIT, name=people[plan.recorder].name)
    meeting_id = meeting_id or new_id()
    send(
        session,
        OfficeAction.PUT_MEETING,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={
            "name": plan.name,
            "place": plan.place,
            "held_on": plan.held_on.isoformat(),
            "begins": plan.begins,
            "chair": plan.chair,
            "recorder": plan.recorder,
            "members": [{"person_id": c, "post": p.strip()} for c, p in plan.members],
        },
        command_id=command_id,
    )
    return meeting_id


def set_agenda(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_ids: Sequence[str],
    command_id: str = "",
) -> Changed:
    """The escalated cases in the order in which they are discussed."""
    if len(set(case_ids)) != len(case_ids):
        raise DomainError(MeetingFault.CASE_TWICE)
    return send(
        session,
        OfficeAction.PUT_AGENDA,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={"items": [{"case_id": c} for c in case_ids]},
        command_id=command_id,
    )


def quorum_rule(profile: Profile) -> tuple[str, str]:
    """The quorum's code and its words with the source; more than half where nobody says more."""
    rule = profile.rules[QUORUM].in_force() if QUORUM in profile.rules else None
    code = str(rule.value) if rule is not None and rule.value in QUORUM_WORDS else MAJORITY
    source = rule.source.cited() if rule is not None and rule.source else "没有另行规定，按过半数"
    return code, f"{QUORUM_WORDS[code]}（{source}）"


def open_meeting(
    session: Session,
    profile: Profile,
    *,
    meeting_id: str,
    seen_version: int,
    roll: Sequence[RollCall],
    recusals: Sequence[tuple[str, str, str]] = (),
    command_id: str = "",
) -> Changed:
    """The roll call. `recusals`: (case, member, reason). A meeting without a quorum does not open.

    Raises DomainError: agenda empty, somebody not named, absent without a reason, no quorum, the
    chair absent or recused, a meeting that lies in the future.
    """
    meeting = session.reader.meeting(meeting_id)
    code, words = quorum_rule(profile)
    needed = quorum(len(meeting.members), code)
    called = {r.person_id: r for r in roll}
    opened = replace(
        meeting,
        quorum=needed,
        members=tuple(_called(m, called.get(m.person_id)) for m in meeting.members),
        items=tuple(
            replace(i, recusals=tuple(ItemRecusal(p, w) for c, p, w in recusals if c == i.case_id))
            for i in meeting.items
        ),
    )
    if not meeting.items:
        raise DomainError(MeetingFault.AGENDA_EMPTY)
    today = stepping.today(session)
    if meeting.held_on > today:
        raise DomainError(
            MeetingFault.IN_FUTURE, date=meeting.held_on.isoformat(), today=today.isoformat()
        )
    if any(not reason.strip() for _, _, reason in recusals):
        raise DomainError(MeetingFault.RECUSAL_REASON)
    check_open(opened)
    return send(
        session,
        OfficeAction.OPEN_MEETING,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={
            "quorum": needed,
            "quorum_rule": words,
            "members": [
                {
                    "person_id": m.person_id,
                    "attendance": m.attendance.value,
                    "reason": m.absence_reason,
                }
                for m in opened.members
            ],
            "recusals": [{"case_id": c, "person_id": p, "reason": w} for c, p, w in recusals],
        },
        command_id=command_id,
    )


def _called(member: MeetingMember, call: RollCall | None) -> MeetingMember:
    if call is None:
        return member
    attendance = Attendance.PRESENT if call.present else Attendance.ABSENT
    return replace(member, attendance=attendance, absence_reason=call.reason.strip())


def close_meeting(
    session: Session, *, meeting_id: str, seen_version: int, command_id: str = ""
) -> Changed:
    """Ends the meeting once every case is decided or taken off."""
    return send(
        session,
        OfficeAction.CLOSE_MEETING,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={},
        command_id=command_id,
    )


def cancel_meeting(
    session: Session, *, meeting_id: str, seen_version: int, reason: str, command_id: str = ""
) -> Changed:
    """Cancels a planned meeting, with the reason; its cases wait for the next one."""
    return send(
        session,
        OfficeAction.CANCEL_MEETING,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={"reason": reason},
        command_id=command_id,
    )


def profile_here(session: Session, book: RuleBook) -> Profile:
    """The office's rules in force: they name the meeting and its quorum."""
    office = session.reader.office()
    if not office.profile_edition:
        return book.profile(office.profile_id)
    applied = session.reader.profile_applied(office.profile_id, office.profile_edition)
    return book.applied(applied) if applied else book.profile(office.profile_id)


def meeting_name(profile: Profile) -> str:
    """What the rules call the meeting: 局长办公会, 负责人集体讨论 …"""
    return str(profile.value("meeting.name") or "")
