"""The words of an opinion as plain data; `resources.wording` reads them from the templates."""

from collections.abc import Mapping
from dataclasses import dataclass

from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences by code. Placeholders in braces are filled where the text is grown."""

    dimensions: Mapping[Dimension, str]
    answers: Mapping[Answer, str]
    findings: Mapping[str, str]
    openings: Mapping[Outcome, str]
    reasons: Mapping[str, str]
    closings: Mapping[Outcome, str]
    reminders: Mapping[str, tuple[str, ...]]
    paper: Mapping[str, str]
    suggestion: str
    marks: Mapping[str, str]

    def reasons_for(self, outcome: Outcome) -> str:
        """The reasons' opening words for an outcome."""
        return self.reasons.get(outcome.value, self.reasons["default"])

    def reminders_for(self, kind: Kind) -> tuple[str, ...]:
        """What the opinion reminds the unit of; a kind's own reminders replace the common ones."""
        return self.reminders.get(kind.value) or self.reminders["all"]
