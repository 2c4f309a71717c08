"""What the room's screen shows of a meeting, read in one go. Must not: widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanzhi_desktop.application import assess
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import SimilarRow
from sanzhi_desktop.application.rulebook import profile_of
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.dispute import Dispute
from sanzhi_desktop.domain.gate import GateAnswer
from sanzhi_desktop.domain.meeting import Meeting
from sanzhi_desktop.domain.people import Person


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One case of the agenda with everything that stands around it."""

    case: Case
    dispute: Dispute
    gate: GateAnswer
    similar: Sequence[SimilarRow]


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting with its cases."""

    meeting: Meeting
    people: Mapping[str, Person]
    facts: Mapping[str, ItemFacts]
    me: str

    def name_of(self, person_id: str) -> str:
        """A person's name; the code of one that is unknown."""
        person = self.people.get(person_id)
        return person.name if person else person_id

    def reporters(self, case_id: str) -> dict[str, str]:
        """Who may report on a case: its handlers and its reviewer."""
        case = self.facts[case_id].case
        codes = [*(h.person_id for h in case.submission.handlers), case.reviewer]
        return {code: self.name_of(code) for code in codes if code}


def read_meeting(session: Session, work: Work, meeting_id: str) -> MeetingView:
    """Reads a meeting and the cases on its agenda."""
    reader = session.reader
    meeting = reader.meeting(meeting_id)
    facts = {}
    for item in meeting.items:
        case = reader.case(item.case_id)
        applied = reader.profile_applied(case.profile_id, case.profile_edition)
        profile = profile_of(work.book, case, applied)
        facts[item.case_id] = ItemFacts(
            case, reader.dispute(item.case_id), assess.gate_of(case, profile), reader.similar(case)
        )
    return MeetingView(meeting, reader.people(), facts, session.actor.person_id)
