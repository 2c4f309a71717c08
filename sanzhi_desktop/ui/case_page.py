"""A case as screens show it: read in one go in the database lane, frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sanzhi_desktop.application import assess, office_life, stepping
from sanzhi_desktop.application.deadlines import CaseClock, clocks_of
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import DocumentRow, HistoryRow
from sanzhi_desktop.application.rulebook import office_calendar, profile_of
from sanzhi_desktop.application.transfer_clocks import transfer_clocks
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.deadline import DeadlineStrip
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.gate import GateAnswer
from sanzhi_desktop.domain.people import Actor, Person
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault, available, why_not


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything around one case that more than one screen needs."""

    case: Case
    profile: Profile
    people: Mapping[str, Person]
    documents: Sequence[DocumentRow]
    history: Sequence[HistoryRow]
    today: date
    strip: DeadlineStrip | None
    clocks: tuple[CaseClock, ...]
    gate: GateAnswer
    actor: Actor

    def name_of(self, person_id: str) -> str:
        """A person's name; the code of one that is unknown."""
        person = self.people.get(person_id)
        return person.name if person else person_id

    def open_actions(self) -> tuple[Action, ...]:
        """What the person at the desk may do now."""
        return available(stepping.position(self.case), self.actor)

    def why_not(self, action: Action) -> WorkflowFault | None:
        """Why an action is closed, or None."""
        return why_not(stepping.position(self.case), action, self.actor)


def read_page(session: Session, work: Work, case_id: str) -> CasePage:
    """Reads a case with what stands around it."""
    reader = session.reader
    case = reader.case(case_id)
    if opens_now(session, case):
        case = reader.case(case_id)
    now = session.gateway.now()
    profile = profile_of(
        work.book, case, reader.profile_applied(case.profile_id, case.profile_edition)
    )
    calendar = office_calendar(work.book, reader)
    clocks = clocks_of(case, profile, calendar, now=now)
    clocks += transfer_clocks(case.transfers, profile, calendar, now=now)
    strip = clocks[0].strip if case.clock else None
    return CasePage(
        case=case,
        profile=profile,
        people=reader.people(),
        documents=reader.documents(case_id),
        history=reader.history(case_id),
        today=local_date(now),
        strip=strip,
        clocks=clocks,
        gate=assess.gate_of(case, profile),
        actor=session.actor,
    )


def opens_now(session: Session, case: Case) -> bool:
    """Records that the receiving side has the case before it (查收); a look by anybody else, or
    at a database that only reads, records nothing."""
    try:
        return office_life.note_opened(session, case) is not None
    except DomainError:
        return False


def screen_for(page: CasePage) -> str:
    """The screen where the person's own work on this case is done; "case" otherwise."""
    open_now = set(page.open_actions())
    if Action.ANSWER in open_now:
        return "review"
    if page.case.state is State.SIGNING and Action.RESERVE in open_now:
        return "signoff"
    if Action.EDIT in open_now and page.case.state is not State.RESPONDING:
        return "intake"
    return "case"
