"""What the disagreement tab shows, read in one go, and which of its steps are open.

Must not: widgets. The use cases and the database decide again; here stands why a button is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sanzhi_desktop.application.objection import CONSULT, late_by_rule
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.deadline import DeadlineStrip
from sanzhi_desktop.domain.dispute import (
    Consultation,
    Dispute,
    DisputeFault,
    DisputeResult,
    Expert,
)
from sanzhi_desktop.domain.dispute_rules import unsettled
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Meeting
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.case_page import CasePage

ORDER = (
    Action.OBJECT,
    Action.REPLY_OBJECTION,
    Action.OPEN_CONSULTATION,
    Action.FREEZE_RECORD,
    Action.CERTIFY_RECORD,
    Action.SIGN_RECORD,
    Action.ESCALATE,
    Action.WITHDRAW_ESCALATION,
    Action.ALLOW_LATE,
    Action.ASK_EXPERT,
)


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A case page with its disagreements and the experts that may be asked. `late`: the clock of
    an objection that comes after its last day; `meeting`: the one on whose agenda the case is."""

    page: CasePage
    dispute: Dispute
    experts: Sequence[Expert]
    late: DeadlineStrip | None = None
    meeting: Meeting | None = None

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.page.case

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show and nothing to do."""
        return self.dispute == Dispute() and self.case.state is not State.RESPONDING

    @property
    def result(self) -> DisputeResult | None:
        """What a meeting decided on the running round."""
        return self.dispute.result(self.case.round)

    @property
    def pending(self) -> bool:
        """Whether a meeting is to decide on the running round."""
        return self.dispute.pending(self.case.round)

    @property
    def talks(self) -> tuple[Consultation, ...]:
        """The consultations of the running round."""
        return tuple(c for c in self.dispute.consultations if c.round == self.case.round)

    @property
    def consults_first(self) -> bool:
        """Whether the rules want a consultation that has not been held."""
        route = self.page.profile.dispute_route()
        return bool(route) and route[0].id == CONSULT and not self.talks

    @property
    def outdated(self) -> bool:
        """Whether something was said after the newest record was frozen."""
        record = self.dispute.record(self.case.round)
        objection = self.dispute.objection(self.case.round)
        if record is None or objection is None:
            return False
        later = [objection.replied_at, *(c.closed_at for c in self.talks)]
        return any(at is not None and at > record.frozen_at for at in later)

    def offers(self) -> list[tuple[Action, DomainError | None]]:
        """The steps of this state with the reason why each is closed, or None."""
        shown = [a for a in ORDER if self.page.why_not(a) is None or self._mine(a)]
        return [(a, self.closed(a)) for a in shown if self._fits(a)]

    def closed(self, action: Action) -> DomainError | None:
        """Why a step is closed to the person at the desk, or None."""
        fault = self.page.why_not(action)
        if fault is not None:
            return DomainError(
                fault,
                action=action.value,
                state=self.case.state.value,
                reviewer=self.page.name_of(self.case.reviewer),
            )
        if action is Action.ASK_EXPERT or self.case.state is not State.RESPONDING:
            return None
        if self.result is not None:
            return DomainError(DisputeFault.ALREADY_RECORDED)
        if self.pending:
            return self._closed_by_meeting(action)
        return self._closed(action)

    def _mine(self, action: Action) -> bool:
        return self.case.state is State.RESPONDING and action is not Action.ASK_EXPERT

    def _fits(self, action: Action) -> bool:
        """Leaves out what answers a step that has not been taken."""
        now = self.case.round
        record = self.dispute.record(now)
        if action is Action.WITHDRAW_ESCALATION:
            return self.pending
        if action is Action.CERTIFY_RECORD:
            return record is not None and record.certified_at is None
        if action is Action.SIGN_RECORD:
            return record is not None and not record.complete
        if action is Action.REPLY_OBJECTION:
            return self.dispute.objection(now) is not None
        if action is Action.ALLOW_LATE:
            return self._too_late
        return True

    @property
    def _too_late(self) -> bool:
        leave = {x.round for x in self.dispute.late_leaves}
        now = self.case.round
        return self.late is not None and now not in leave and self.dispute.objection(now) is None

    def _closed_by_meeting(self, action: Action) -> DomainError | None:
        if action is not Action.WITHDRAW_ESCALATION:
            return DomainError(DisputeFault.PENDING)
        return DomainError(DisputeFault.ON_AGENDA) if self.meeting is not None else None

    def _closed(self, action: Action) -> DomainError | None:
        now = self.case.round
        objection = self.dispute.objection(now)
        record = self.dispute.record(now)
        if action is Action.OBJECT:
            return DomainError(DisputeFault.ALREADY_OBJECTED) if objection else self._late()
        if action is Action.REPLY_OBJECTION:
            done = objection is not None and objection.replied_at is not None
            return DomainError(DisputeFault.ALREADY_REPLIED) if done else None
        if action is Action.FREEZE_RECORD:
            return self._not_replied()
        if action is Action.SIGN_RECORD and record is not None:
            return None if record.certified_at else DomainError(DisputeFault.RECORD_NOT_CERTIFIED)
        if action is Action.ESCALATE:
            return self._not_escalated()
        return None

    def _late(self) -> DomainError | None:
        if not self._too_late or self.late is None or self.late.due is None:
            return None
        return DomainError(
            DisputeFault.OBJECTION_LATE,
            due=self.late.due.isoformat(),
            source=self.late.rule.source,
        )

    def _not_replied(self) -> DomainError | None:
        objection = self.dispute.objection(self.case.round)
        if objection is None:
            return DomainError(DisputeFault.NO_OBJECTION)
        return None if objection.replied_at else DomainError(DisputeFault.NOT_REPLIED)

    def _not_escalated(self) -> DomainError | None:
        """In the order of `application.objection.check_escalation`."""
        record = self.dispute.record(self.case.round)
        if (first := self._not_replied()) is not None:
            return first
        if any(talk.is_open for talk in self.talks):
            return DomainError(DisputeFault.CONSULTATION_OPEN)
        if self.consults_first:
            source = self.page.profile.dispute_route()[0].source.cited()
            return DomainError(DisputeFault.CONSULT_FIRST, source=source)
        if not unsettled(self.dispute, self.case.round):
            return DomainError(DisputeFault.NOTHING_OPEN)
        if record is None:
            return DomainError(DisputeFault.NO_RECORD)
        if not record.complete:
            return DomainError(DisputeFault.RECORD_NOT_SIGNED)
        return DomainError(DisputeFault.RECORD_OUTDATED) if self.outdated else None


def read_view(session: Session, work: Work, page: CasePage) -> DisputeView:
    """Reads what the tab shows."""
    case, reader = page.case, session.reader
    dispute = reader.dispute(case.case_id)
    late = None
    if case.state is State.RESPONDING and dispute.objection(case.round) is None:
        late = late_by_rule(session, work.book, case, now=session.gateway.now())
    meeting = None
    if dispute.pending(case.round):
        waiting = (w for w in reader.waiting_cases() if w.case_id == case.case_id)
        listed = next((w.meeting_id for w in waiting), "")
        meeting = reader.meeting(listed) if listed else None
    return DisputeView(page, dispute, reader.experts(), late, meeting)
