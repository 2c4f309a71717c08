"""What is said and decided on one case in an open meeting: reports, opinions, votes, rulings.

The secretary records on behalf of the members. Must not: planning, opening and closing the
meeting itself (`application.meetings`).
"""

from collections.abc import Mapping, Sequence

from sanzhi_desktop.application.commands import Changed, OfficeAction
from sanzhi_desktop.application.meetings import send
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.dispute import RuledPoint
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Choice, Meeting, MeetingFault, Vote
from sanzhi_desktop.domain.meeting_rules import (
    check_member,
    check_rulings,
    check_speech,
    next_speakers,
)


def report(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_id: str,
    person_id: str,
    text: str,
    command_id: str = "",
) -> Changed:
    """What a handler or the reviewer reports on the case; they have no vote."""
    return send(
        session,
        OfficeAction.SPEAK,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload=_speech(case_id, person_id, text, kind="report"),
        command_id=command_id,
    )


def speak(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_id: str,
    person_id: str,
    text: str,
    command_id: str = "",
) -> Changed:
    """A member's opinion as said, in the order spoken; the chair speaks last.

    Raises DomainError: not present, recused, a handler, spoken already, the chair too early.
    """
    meeting = session.reader.meeting(meeting_id)
    if meeting.version == seen_version:
        check_speech(meeting, meeting.item(case_id), person_id)
    return send(
        session,
        OfficeAction.SPEAK,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload=_speech(case_id, person_id, text, kind="opinion"),
        command_id=command_id,
    )


def vote(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_id: str,
    votes: Sequence[tuple[int, str, Choice]],
    command_id: str = "",
) -> Changed:
    """Votes (point, member, choice), one or many in one command; each member once per point.

    Raises DomainError: the discussion has not ended, a handler, recused, not present, voted.
    """
    meeting = session.reader.meeting(meeting_id)
    if meeting.version == seen_version:
        item = meeting.item(case_id)
        left = next_speakers(meeting, item)
        if left:
            names = "、".join(m.name for m in left)
            raise DomainError(MeetingFault.NOT_ALL_SPOKEN, names=names)
        cast = {(v.number, v.person_id) for v in item.votes}
        for number, person_id, _ in votes:
            member = check_member(meeting, item, person_id)
            if number not in item.points:
                raise DomainError(MeetingFault.POINT_UNKNOWN, number=number)
            if (number, person_id) in cast:
                raise DomainError(MeetingFault.VOTED, name=member.name, number=number)
    return send(
        session,
        OfficeAction.VOTE,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={
            "case_id": case_id,
            "votes": [
                {"number": n, "person_id": p, "choice": choice.value} for n, p, choice in votes
            ],
        },
        command_id=command_id,
    )


def close_item(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_id: str,
    rulings: Sequence[RuledPoint],
    command_id: str = "",
) -> Changed:
    """The meeting's decision on every point of a case. Raises DomainError while something lacks."""
    meeting = session.reader.meeting(meeting_id)
    if meeting.version == seen_version:
        check_rulings(meeting, meeting.item(case_id), rulings)
    return send(
        session,
        OfficeAction.CLOSE_ITEM,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={
            "case_id": case_id,
            "rulings": [
                {
                    "number": r.number,
                    "ruling": r.ruling.value,
                    "content": r.content,
                    "permits": r.permits,
                    "against_votes": r.against_votes,
                }
                for r in rulings
            ],
        },
        command_id=command_id,
    )


def drop_item(
    session: Session,
    *,
    meeting_id: str,
    seen_version: int,
    case_id: str,
    reason: str,
    command_id: str = "",
) -> Changed:
    """Takes a case off an open meeting undecided, with the reason; it stays escalated."""
    return send(
        session,
        OfficeAction.DROP_ITEM,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={"case_id": case_id, "reason": reason},
        command_id=command_id,
    )


def _speech(case_id: str, person_id: str, text: str, *, kind: str) -> Mapping[str, str]:
    if not text.strip():
        raise DomainError(MeetingFault.TEXT_MISSING)
    return {"case_id": case_id, "person_id": person_id, "kind": kind, "text": text}


def votes_of(meeting: Meeting, case_id: str) -> Mapping[tuple[int, str], Vote]:
    """The votes on a case by (point, member)."""
    return {(v.number, v.person_id): v for v in meeting.item(case_id).votes}
