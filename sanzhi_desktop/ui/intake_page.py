"""What the intake screen needs to know, read in one go; and the printed submission form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sanzhi_desktop.application import intake, stepping
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.review import ROUND_NAMES
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.case import Case, Handler, Material, RoundReason, Submission
from sanzhi_desktop.domain.papers import ListedMaterial, MaterialState, SubmissionPaper
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.case_page import CasePage, read_page


@dataclass(frozen=True, slots=True)
class IntakePage:
    """A new or an existing submission with the rules it falls under."""

    page: CasePage | None  # None: not registered yet
    profile: Profile
    people: Mapping[str, Person]
    today: date
    start: Submission

    @property
    def case(self) -> Case | None:
        """The case, once it is registered."""
        return self.page.case if self.page else None


def read_intake(session: Session, work: Work, case_id: str) -> IntakePage:
    """In the database lane. An empty id is a new submission."""
    if case_id:
        page = read_page(session, work, case_id)
        return IntakePage(page, page.profile, page.people, page.today, page.case.submission)
    reader = session.reader
    office = reader.office()
    applied = reader.profile_applied(office.profile_id, office.profile_edition)
    profile = work.book.applied(applied) if applied else work.book.profile(office.profile_id)
    people = reader.people()
    today = stepping.today(session)
    me = people.get(session.actor.person_id)
    start = Submission()
    if me is not None and me.has(Role.HANDLER, today):
        own = Handler(me.person_id, me.name, me.enforcement_certificate)
        start = replace(start, unit=me.unit, handlers=(own,))
    return IntakePage(None, profile, people, today, start)


def merged(read: Submission, kept: Submission) -> Submission:
    """What was read out of a file over what stands in the form; names of people and unit stay."""
    return replace(
        read,
        unit=kept.unit or read.unit,
        handlers=kept.handlers,
        criteria=kept.criteria,
        decider=kept.decider,
        sector=kept.sector,
        catalogue_item=kept.catalogue_item,
    )


def submission_paper(
    work: Work,
    session: Session,
    *,
    submission: Submission,
    materials: tuple[Material, ...],
    case: Case | None,
    profile: Profile,
) -> bytes:
    """The submission form (送审表) as it prints; confirmed, once the unit's head has."""
    office = session.reader.office()
    current = case.current if case else None
    reason = current.reason if current else RoundReason.FIRST
    number = case.round if case and case.round else 1
    if case is not None and case.state is State.RESPONDING:
        number, reason, current = case.round + 1, intake.next_round_reason(session, case), None
    at = current.submitted_at if current else None
    confirmed = local_date(at) if at else None
    people = session.reader.people()
    by = current.submitted_by if current else ""
    head = people[by].name if by in people else ""
    names = {c.id: c.name for c in profile.criteria()}
    return work.sheets.submission(
        SubmissionPaper(
            office=office.name,
            submission=submission,
            round=number,
            round_reason=ROUND_NAMES[reason],
            criteria=tuple(names.get(c, c) for c in submission.criteria),
            materials=_listed(profile, submission, materials),
            submitted=confirmed,
            unit_head=head,
            confirmed=confirmed,
            mark=work.book.wording().marks["sample"] if office.sample else "",
        )
    )


def _listed(
    profile: Profile, submission: Submission, materials: tuple[Material, ...]
) -> tuple[ListedMaterial, ...]:
    by_code = {m.code: m for m in materials if m.code}
    rows = []
    rules = intake.asked_materials(profile, submission)
    for rule in rules:
        given = by_code.get(rule.id)
        if given is not None and given.waived:
            rows.append(ListedMaterial(rule.name, MaterialState.WAIVED, note=given.waived))
        elif given is not None:
            rows.append(ListedMaterial(rule.name, pages=given.pages, original=given.original))
        elif intake.demanded(rule, submission):
            rows.append(ListedMaterial(rule.name, MaterialState.MISSING))
    listed = {rule.id for rule in rules}
    extra = [m for m in materials if m.code not in listed]
    rows += [ListedMaterial(m.name, pages=m.pages, original=m.original) for m in extra]
    return tuple(rows)
