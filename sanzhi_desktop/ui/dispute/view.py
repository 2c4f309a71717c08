"""What the disagreement tab shows, read in one go, and which of its steps are open.

Must not: widgets. The use cases and the database decide again; here stands why a button is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.dispute import Dispute, DisputeFault, Expert
from sanzhi_desktop.domain.dispute_rules import unsettled
from sanzhi_desktop.domain.errors import Code
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
    """A case page with its disagreements and the experts that may be asked."""

    page: CasePage
    dispute: Dispute
    experts: Sequence[Expert]

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.page.case

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show and nothing to do."""
        return self.dispute == Dispute() and self.case.state is not State.RESPONDING

    def offers(self) -> list[tuple[Action, Code | None]]:
        """The steps of this state with the reason why each is closed, or None."""
        shown = [a for a in ORDER if self.page.why_not(a) is None or self._mine(a)]
        return [(a, self.page.why_not(a) or self._closed(a)) for a in shown if self._fits(a)]

    def _mine(self, action: Action) -> bool:
        return self.case.state is State.RESPONDING and action is not Action.ASK_EXPERT

    def _fits(self, action: Action) -> bool:
        """Leaves out what answers a step that has not been taken."""
        now = self.case.round
        record = self.dispute.record(now)
        if action is Action.WITHDRAW_ESCALATION:
            return self.dispute.escalation(now) is not None
        if action is Action.CERTIFY_RECORD:
            return record is not None and record.certified_at is None
        if action is Action.SIGN_RECORD:
            return record is not None and not record.complete
        if action is Action.REPLY_OBJECTION:
            return self.dispute.objection(now) is not None
        if action is Action.ALLOW_LATE:
            return self.dispute.objection(now) is None
        return True

    def _closed(self, action: Action) -> Code | None:
        now = self.case.round
        objection = self.dispute.objection(now)
        record = self.dispute.record(now)
        if action is Action.OBJECT:
            return DisputeFault.ALREADY_OBJECTED if objection else None
        if action is Action.REPLY_OBJECTION:
            done = objection is not None and objection.replied_at is not None
            return DisputeFault.ALREADY_REPLIED if done else None
        if action is Action.FREEZE_RECORD:
            if objection is None:
                return DisputeFault.NO_OBJECTION
            return None if objection.replied_at else DisputeFault.NOT_REPLIED
        if action is Action.SIGN_RECORD and record is not None:
            return None if record.certified_at else DisputeFault.RECORD_NOT_CERTIFIED
        if action is Action.ESCALATE:
            return self._not_escalated()
        return None

    def _not_escalated(self) -> Code | None:
        now = self.case.round
        record = self.dispute.record(now)
        if self.dispute.escalation(now) is not None:
            return DisputeFault.ALREADY_ESCALATED
        if self.dispute.objection(now) is None:
            return DisputeFault.NO_OBJECTION
        if not unsettled(self.dispute, now):
            return DisputeFault.NOTHING_OPEN
        if record is None:
            return DisputeFault.NO_RECORD
        return None if record.complete else DisputeFault.RECORD_NOT_SIGNED


def read_view(session: Session, page: CasePage) -> DisputeView:
    """Reads what the tab shows."""
    return DisputeView(page, session.reader.dispute(page.case.case_id), session.reader.experts())
