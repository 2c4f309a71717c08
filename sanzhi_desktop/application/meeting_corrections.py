"""What was recorded wrongly in a meeting is put right before the minutes are certified.

A vote as long as its case is not decided (更正表决); the roll call and the recusals until somebody
signs (更正点名). What stood first is kept beside it, with the reason, and printed in the minutes.
Must not: recording anything for the first time (`application.discussion`, `application.meetings`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sanzhi_desktop.application.commands import Changed, OfficeAction
from sanzhi_desktop.application.meetings import RollCall, send
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import (
    AgendaItem,
    Attendance,
    Choice,
    ItemRecusal,
    Meeting,
    MeetingFault,
    MeetingMember,
)
from sanzhi_desktop.domain.meeting_rules import check_roll_correction, check_vote_correction


@dataclass(frozen=True, slots=True)
class RecusalCall:
    """Whether one member stays out of one case; `reason` empty: he takes part."""

    case_id: str
    person_id: str
    reason: str


def correct_votes(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_id: str,
    votes: Sequence[tuple[int, str, Choice]],
    reason: str,
    command_id: str = "",
) -> Changed:
    """Other choices (point, member, choice) for votes that were cast; unchanged ones are left out.

    Raises DomainError: the case is decided, no reason, not voted yet, nothing differs.
    """
    meeting = session.reader.meeting(meeting_id)
    item = meeting.item(case_id)
    if meeting.version == seen_version:
        check_vote_correction(item, votes, reason)
    stand = {(v.number, v.person_id): v.choice for v in item.votes}
    return send(
        session,
        OfficeAction.CORRECT_VOTE,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={
            "case_id": case_id,
            "votes": [
                {"number": number, "person_id": person_id, "choice": choice.value}
                for number, person_id, choice in votes
                if stand.get((number, person_id)) is not choice
            ],
            "reason": reason.strip(),
        },
        command_id=command_id,
    )


def correct_roll(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    roll: Sequence[RollCall],
    recusals: Sequence[RecusalCall],
    reason: str,
    command_id: str = "",
) -> Changed:
    """The roll call and the recusals as they should have been entered; what is the same is left
    out.

    Raises DomainError: no reason, nothing differs, absent without a reason, the quorum lost,
    somebody put outside who spoke or voted, or inside after the chair's last word.
    """
    if not reason.strip():
        raise DomainError(MeetingFault.CORRECTION_REASON)
    meeting = session.reader.meeting(meeting_id)
    called = [c for c in roll if _differs(meeting.member(c.person_id), c)]
    stays_out = [r for r in recusals if _recusal(meeting.item(r.case_id), r) != r.reason.strip()]
    if not called and not stays_out:
        raise DomainError(MeetingFault.NOTHING_CORRECTED)
    for call in called:
        member = meeting.member(call.person_id)
        if not call.present and not call.reason.strip():
            name = member.name if member else call.person_id
            raise DomainError(MeetingFault.ABSENCE_REASON, name=name)
    if meeting.version == seen_version:
        check_roll_correction(_put_right(meeting, called, stays_out))
    return send(
        session,
        OfficeAction.CORRECT_ROLL,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={
            "members": [
                {
                    "person_id": c.person_id,
                    "attendance": _attendance(c).value,
                    "reason": _absence(c),
                }
                for c in called
            ],
            "recusals": [
                {
                    "case_id": r.case_id,
                    "person_id": r.person_id,
                    "recused": bool(r.reason.strip()),
                    "reason": r.reason.strip(),
                }
                for r in stays_out
            ],
            "reason": reason.strip(),
        },
        command_id=command_id,
    )


def _attendance(call: RollCall) -> Attendance:
    return Attendance.PRESENT if call.present else Attendance.ABSENT


def _absence(call: RollCall) -> str:
    return "" if call.present else call.reason.strip()


def _differs(member: MeetingMember | None, call: RollCall) -> bool:
    if member is None:
        raise DomainError(MeetingFault.NOT_MEMBER, name=call.person_id)
    return (member.attendance, member.absence_reason) != (_attendance(call), _absence(call))


def _recusal(item: AgendaItem, call: RecusalCall) -> str:
    return next((r.reason for r in item.recusals if r.person_id == call.person_id), "")


def _put_right(
    meeting: Meeting, called: Sequence[RollCall], stays_out: Sequence[RecusalCall]
) -> Meeting:
    """The meeting as it would be."""
    calls = {c.person_id: c for c in called}

    def member(m: MeetingMember) -> MeetingMember:
        call = calls.get(m.person_id)
        if call is None:
            return m
        return replace(m, attendance=_attendance(call), absence_reason=_absence(call))

    def item(i: AgendaItem) -> AgendaItem:
        mine = {r.person_id: r.reason.strip() for r in stays_out if r.case_id == i.case_id}
        kept = [r for r in i.recusals if r.person_id not in mine]
        added = [ItemRecusal(code, words) for code, words in mine.items() if words]
        return replace(i, recusals=(*kept, *added))

    return replace(
        meeting,
        members=tuple(member(m) for m in meeting.members),
        items=tuple(item(i) for i in meeting.items),
    )
