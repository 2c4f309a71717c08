"""异议 and what follows it: reply, review of the review, escalation to the meeting, its result."""

from collections.abc import Sequence
from datetime import datetime

from sanzhi_desktop.application import intake, stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.dispute_clocks import objection_strip
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import RuleBook, office_calendar, profile_of
from sanzhi_desktop.domain.case import Case, CaseFault, RoundReason
from sanzhi_desktop.domain.clock import DeadlineStrip
from sanzhi_desktop.domain.dispute import DisputeFault, ObjectionPoint, Stance
from sanzhi_desktop.domain.dispute_rules import clears, permits, unsettled, yielded
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action

CONSULT = "consult"  # the step of a dispute route that is a consultation
RECHECK = "recheck"  # the step that is a review of the review (复审)


def _profile(session: Session, book: RuleBook, case: Case) -> Profile:
    applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
    return profile_of(book, case, applied)


def late_by_rule(
    session: Session, book: RuleBook, case: Case, *, now: datetime
) -> DeadlineStrip | None:
    """The objection's clock when its last day has passed, else None."""
    calendar = office_calendar(book, session.reader)
    strip = objection_strip(case, _profile(session, book, case), calendar, now=now)
    if strip is None or strip.due is None or local_date(now) <= strip.due:
        return None
    return strip


def allow_late(
    session: Session, *, case_id: str, seen_version: int, reason: str, command_id: str = ""
) -> Changed:
    """The review body lets the unit object after the last day, with the reason; it is printed."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ALLOW_LATE,
        reason=reason,
        command_id=command_id,
    )


def object_to(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    points: Sequence[ObjectionPoint],
    command_id: str = "",
) -> Changed:
    """The unit objects in writing, problem by problem; once in a round.

    Raises DomainError: no points, no reasons, no basis where the rules ask for it, too late
    without leave (with the last day and its rule).
    """
    if not points:
        raise DomainError(DisputeFault.POINTS_MISSING)
    case = session.reader.case(case_id)
    demands = _profile(session, book, case).value("objection.reasons_required") is True
    for point in points:
        if not point.reasons.strip():
            raise DomainError(DisputeFault.REASONS_MISSING, number=point.number)
        if demands and not point.basis.strip():
            raise DomainError(DisputeFault.BASIS_MISSING, number=point.number)
        for file in point.files:
            session.files.path(file.sha256)
    late = late_by_rule(session, book, case, now=session.gateway.now())
    leave = {x.round for x in session.reader.dispute(case_id).late_leaves}
    if late is not None and late.due is not None and case.round not in leave:
        raise DomainError(
            DisputeFault.OBJECTION_LATE, due=late.due.isoformat(), source=late.rule.source
        )
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.OBJECT,
        payload={
            "points": [
                {
                    "number": p.number,
                    "reasons": p.reasons,
                    "basis": p.basis,
                    "evidence": p.evidence,
                }
                for p in points
            ],
            "files": [
                {"number": p.number, "sha256": f.sha256, "name": f.name, "size": f.size}
                for p in points
                for f in p.files
            ],
        },
        command_id=command_id,
    )


def reply(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    points: Sequence[tuple[int, Stance, str]],
    command_id: str = "",
) -> Changed:
    """The reviewer answers every point of the objection: maintained or accepted, with reasons."""
    for number, _, text in points:
        if not text.strip():
            raise DomainError(DisputeFault.REPLY_MISSING, number=number)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.REPLY_OBJECTION,
        payload={
            "points": [{"number": n, "stance": s.value, "reply": text} for n, s, text in points]
        },
        command_id=command_id,
    )


def ask_recheck(
    session: Session, book: RuleBook, *, case_id: str, seen_version: int, command_id: str = ""
) -> Changed:
    """复审: a new round that goes to another reviewer, where a step of the rules says so.

    Raises DomainError when the dispute route has no such step.
    """
    case = session.reader.case(case_id)
    profile = _profile(session, book, case)
    if RECHECK not in {step.id for step in profile.dispute_route()}:
        raise DomainError(DisputeFault.RECHECK_NOT_PROVIDED, profile=profile.name)
    return intake.confirm(
        session,
        case_id=case_id,
        seen_version=seen_version,
        declared=True,
        profile=profile,
        calendar=office_calendar(book, session.reader),
        round_reason=RoundReason.REVIEW_OF_REVIEW,
        command_id=command_id,
    )


def check_escalation(session: Session, book: RuleBook, case: Case) -> tuple[int, ...]:
    """The points that would go to the meeting.

    Raises DomainError: nothing unsettled, no consultation first where the rules want it, the
    record not signed by both sides.
    """
    dispute = session.reader.dispute(case.case_id)
    objection = dispute.objection(case.round)
    if objection is None:
        raise DomainError(DisputeFault.NO_OBJECTION)
    if objection.replied_at is None:
        raise DomainError(DisputeFault.NOT_REPLIED)
    route = _profile(session, book, case).dispute_route()
    consulted = [c for c in dispute.consultations if c.round == case.round]
    if any(c.is_open for c in consulted):
        raise DomainError(DisputeFault.CONSULTATION_OPEN)
    if route and route[0].id == CONSULT and not consulted:
        raise DomainError(DisputeFault.CONSULT_FIRST, source=route[0].source.cited())
    points = unsettled(dispute, case.round)
    if not points:
        raise DomainError(DisputeFault.NOTHING_OPEN)
    record = dispute.record(case.round)
    if record is None:
        raise DomainError(DisputeFault.NO_RECORD)
    if not record.complete:
        raise DomainError(DisputeFault.RECORD_NOT_SIGNED)
    return points


def escalate(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    reason: str,
    command_id: str = "",
) -> Changed:
    """提请集体讨论: every unsettled point goes to the meeting with the signed record."""
    case = session.reader.case(case_id)
    if case.version != seen_version:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=case.version)
    points = check_escalation(session, book, case)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ESCALATE,
        reason=reason,
        payload={"points": [{"number": n} for n in points]},
        command_id=command_id,
    )


def withdraw_escalation(
    session: Session, *, case_id: str, seen_version: int, reason: str, command_id: str = ""
) -> Changed:
    """Takes the case back from the meeting while it stands on no agenda."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.WITHDRAW_ESCALATION,
        reason=reason,
        command_id=command_id,
    )


def result_clears(session: Session, book: RuleBook, case: Case, *, result_permits: bool) -> bool:
    """Whether the meeting's result opens the gate by itself, by the rules the case is under."""
    kind = case.submission.kind
    rule = _profile(session, book, case).for_kind("gate.dispute_clears", kind)
    untouched = case.edited_round != case.round
    return untouched and clears(
        kind, profile_clears=rule.value is True, result_permits=result_permits
    )


def record_result(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    meeting_id: str,
    command_id: str = "",
) -> Changed:
    """Brings the signed meeting's decision back to the case and links it to each point.

    Which of the two it is follows from the rules: the result clears the gate by itself, or (for a
    penalty always) the case is submitted again and only the new opinion's 同意 opens it.
    """
    case = session.reader.case(case_id)
    meeting = session.reader.meeting(meeting_id)
    lets = permits(
        meeting.item(case_id).rulings,
        problems=[p.number for p in case.problems if p.round == case.round],
        given_up=yielded(session.reader.dispute(case_id), case.round),
    )
    clearing = result_clears(session, book, case, result_permits=lets)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.DISCUSS_CLEAR if clearing else Action.DISCUSS,
        payload={"meeting_id": meeting_id},
        command_id=command_id,
    )
