"""Badges that know what they show: a due date, an outcome."""

from datetime import date

from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge


def due_tone(due: date | None, today: date) -> Tone:
    """How near a due date is: past or today is danger, two days warn."""
    if due is None:
        return Tone.NEUTRAL
    left = (due - today).days
    if left <= 0:
        return Tone.DANGER
    return Tone.WARN if left <= 2 else Tone.OK


def outcome_tone(outcome: Outcome | None) -> Tone:
    """Green for 同意, red where the gate stays shut for good, amber between."""
    if outcome is None:
        return Tone.NEUTRAL
    if outcome.passes:
        return Tone.OK
    if outcome in {Outcome.NOT_PASS, Outcome.DROP, Outcome.TRANSFER_CRIME}:
        return Tone.DANGER
    return Tone.WARN


class DueBadge(Badge):
    """A due date with the days that are left."""

    def show_due(self, due: date | None, today: date, *, provisional: bool = False) -> None:
        """Calendar days are named, because working days need the whole strip to explain."""
        if due is None:
            self.show_as(self.tr("未计期限"), Tone.NEUTRAL)
            return
        left = (due - today).days
        if left < 0:
            words = self.tr("已超期 {0} 天").format(-left)
        elif left == 0:
            words = self.tr("今天到期")
        else:
            words = self.tr("还有 {0} 天").format(left)
        mark = self.tr("（暂定）") if provisional else ""
        self.show_as(f"{due.isoformat()}{mark} {words}", due_tone(due, today))


class OutcomeBadge(Badge):
    """The outcome of a round."""

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Hidden while there is no outcome."""
        self.show_as(name(outcome) if outcome else "", outcome_tone(outcome))
