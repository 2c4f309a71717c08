"""集体讨论笔录: certified by the recorder, signed by every member present, the chair last.

The latest partially signed paper is kept; each signature names the hash it was put upon, so that
of two people who sign at once the second is asked again.
"""

from dataclasses import asdict, replace

from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.application.dispute_papers import minutes_paper
from sanzhi_desktop.application.dispute_record import Signed, demand_owner, demand_valid
from sanzhi_desktop.application.meetings import send
from sanzhi_desktop.application.papers import StoredPaper, canonical
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import RuleBook
from sanzhi_desktop.application.signing import MEMBER, AskSecret, SigningKey
from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.application.work import SignedPapers
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Meeting, MeetingFault, MeetingState
from sanzhi_desktop.domain.meeting_rules import waiting_signers


def certify(
    session: Session,
    book: RuleBook,
    papers: SignedPapers,
    *,
    meeting_id: str,
    seen_version: int,
    key: SigningKey,
    ask: AskSecret,
    command_id: str = "",
) -> Signed:
    """The recorder makes the minutes out of what was recorded and certifies them; from then on
    nothing in them can change.

    Raises DomainError: the meeting has not ended, somebody else is the recorder, stale.
    """
    meeting = session.reader.meeting(meeting_id)
    _demand(meeting, MeetingState.CLOSED)
    if session.actor.person_id != meeting.recorder:
        raise DomainError(MeetingFault.NOT_RECORDER)
    paper = replace(minutes_paper(session, book, meeting), checkpoint=checkpoint_line(session))
    signed = papers.sign(
        papers.prepare(paper),
        field="Recorder",
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
        reason="记录属实",
    )
    verdict = papers.verify(signed, record=record_of(session.reader, sha256=None))
    demand_owner(session.reader, verdict, "Recorder", session)
    stored = StoredPaper("minutes", signed)
    changed = send(
        session,
        OfficeAction.CERTIFY_MINUTES,
        meeting_id=meeting_id,
        seen_version=seen_version,
        payload={"content": canonical(asdict(paper)), "document": stored.as_payload()},
        command_id=command_id,
    )
    return Signed(changed, stored)


def field_of(meeting: Meeting, person_id: str) -> str:
    """The signature field of a member who was present. Raises DomainError(NOT_SIGNER)."""
    if person_id == meeting.chair:
        return "Chair"
    others = [m.person_id for m in meeting.present if m.person_id != meeting.chair]
    if person_id not in others:
        raise DomainError(MeetingFault.NOT_SIGNER)
    return f"{MEMBER}{others.index(person_id) + 1}"


def sign(
    session: Session,
    papers: SignedPapers,
    *,
    meeting_id: str,
    seen_sha256: str,
    key: SigningKey,
    ask: AskSecret,
    command_id: str = "",
) -> Signed:
    """A member signs the minutes as he read them; the chair last, which makes them complete.

    Raises DomainError: not present in the meeting, signed already, the acting period over, the
    chair before the others, somebody signed meanwhile (read again and repeat).
    """
    me = session.actor.person_id
    meeting = session.reader.meeting(meeting_id)
    _demand(meeting, MeetingState.SIGNING)
    field = field_of(meeting, me)
    waiting = waiting_signers(meeting)
    if me not in waiting:
        raise DomainError(MeetingFault.SIGNED_ALREADY)
    if me == meeting.chair and len(waiting) > 1:
        raise DomainError(MeetingFault.CHAIR_SIGNS_LAST)
    if meeting.minutes_sha256 != seen_sha256:
        raise DomainError(MeetingFault.SIGNED_MEANWHILE)
    signed = papers.sign(
        session.reader.meeting_document(seen_sha256),
        field=field,
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
        reason="确认笔录",
    )
    verdict = papers.verify(signed, record=record_of(session.reader, sha256=None))
    if me == meeting.chair:
        demand_valid(verdict)
    demand_owner(session.reader, verdict, field, session)
    stored = StoredPaper("minutes", signed)
    changed = send(
        session,
        OfficeAction.SIGN_MINUTES,
        meeting_id=meeting_id,
        seen_version=meeting.version,
        payload={
            "person_id": me,
            "seen_sha256": seen_sha256,
            "document": stored.as_payload(),
        },
        command_id=command_id,
    )
    return Signed(changed, stored)


def _demand(meeting: Meeting, state: MeetingState) -> None:
    if meeting.state is not state:
        raise DomainError(MeetingFault.WRONG_STATE, state=meeting.state.value, needed=state.value)
