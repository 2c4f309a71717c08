"""The sheets around the opinion as content: 送审表, 补正通知书, 退回函, out of a case."""

from collections.abc import Sequence
from datetime import date

from sanzhi_desktop.application import assess, intake, stepping
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.review import ROUND_NAMES
from sanzhi_desktop.application.rulebook import RuleBook, office_calendar
from sanzhi_desktop.domain.case import Case, Material, RoundReason
from sanzhi_desktop.domain.papers import (
    CorrectionItem,
    CorrectionPaper,
    ListedMaterial,
    MaterialState,
    ReturnPaper,
    SubmissionPaper,
)
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import Unit, local_date


def _mark(session: Session, book: RuleBook) -> str:
    return book.wording().marks["sample"] if session.reader.office().sample else ""


def listed_materials(profile: Profile, case: Case) -> tuple[ListedMaterial, ...]:
    """The profile's list with what was handed in, then what came beside it."""
    asked = intake.asked_materials(profile, case.submission)
    by_code = {m.code: m for m in case.materials if m.code}
    rows = [
        _listed(by_code[rule.id])
        if rule.id in by_code
        else ListedMaterial(
            rule.name,
            MaterialState.MISSING
            if intake.demanded(rule, case.submission)
            else MaterialState.WAIVED,
        )
        for rule in asked
    ]
    known = {rule.id for rule in asked}
    return (*rows, *(_listed(m) for m in case.materials if m.code not in known))


def _listed(material: Material) -> ListedMaterial:
    return ListedMaterial(
        material.name,
        MaterialState.WAIVED if material.waived else MaterialState.GIVEN,
        material.pages,
        material.original,
        material.waived,
    )


def submission_paper(
    session: Session, book: RuleBook, profile: Profile, case: Case, *, confirming: bool = False
) -> SubmissionPaper:
    """送审表 as it stands; `confirming`: as the unit's head confirms it now."""
    current = case.current
    names = {c.id: c.name for c in profile.criteria()}
    fired = assess.scope_of(case.submission, profile).because
    people = session.reader.people()
    head, day = "", None
    if confirming:
        head, day = session.actor.name, stepping.today(session)
    elif current is not None and current.submitted_by in people:
        head = people[current.submitted_by].name
        day = local_date(current.submitted_at) if current.submitted_at else None
    reason = current.reason if current else RoundReason.FIRST
    return SubmissionPaper(
        office=session.reader.office().name,
        submission=case.submission,
        round=max(case.round, 1),
        round_reason=ROUND_NAMES[reason],
        criteria=tuple(
            dict.fromkeys(
                [*(names.get(c, c) for c in case.submission.criteria), *(b.name for b in fired)]
            )
        ),
        materials=listed_materials(profile, case),
        submitted=day,
        unit_head=head,
        confirmed=day if head else None,
        mark=_mark(session, book),
    )


def correction_paper(
    session: Session,
    book: RuleBook,
    profile: Profile,
    case: Case,
    *,
    items: Sequence[CorrectionItem],
) -> CorrectionPaper:
    """补正通知书: what is missing; the period only where a rule sets one."""
    limit = profile.duration("correction.limit")
    today = stepping.today(session)
    due: date | None = None
    if limit is not None and limit.value is not None:
        due = office_calendar(book, session.reader).count(today, limit.value, Unit(limit.unit)).due
    return CorrectionPaper(
        office=session.reader.office().name,
        addressee=case.submission.unit,
        case_name=case.submission.name,
        submitted=local_date(case.received_at) if case.received_at else today,
        items=tuple(items),
        due=due,
        dated=today,
        mark=_mark(session, book),
    )


def return_paper(session: Session, book: RuleBook, case: Case, *, reason: str) -> ReturnPaper:
    """退回函: outside the scope of review, with the reason."""
    today = stepping.today(session)
    return ReturnPaper(
        office=session.reader.office().name,
        addressee=case.submission.unit,
        case_name=case.submission.name,
        submitted=local_date(case.received_at) if case.received_at else today,
        reason=reason,
        dated=today,
        mark=_mark(session, book),
    )
