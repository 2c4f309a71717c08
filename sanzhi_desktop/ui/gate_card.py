"""What the gate says of a case: open or shut, each reason with the source it rests on."""

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.domain.gate import GateAnswer
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.widgets import Card, PlainLabel


def title(answer: GateAnswer) -> str:
    """Open or shut, in a word."""
    return "可以作出决定" if answer.open else "现在不得作出决定"


class GateCard(Card):
    """The gate explained. The database holds it; this card says by which article."""

    def __init__(self, answer: GateAnswer, parent: QWidget | None = None) -> None:
        super().__init__(title(answer), parent)
        for reason in answer.why:
            facts = dict(reason.facts)
            if "stage" in facts:
                facts["stage"] = sentence(f"transfer_stage.{facts['stage']}")
            words = PlainLabel(sentence(reason.code.value, **facts)).wrapped().selectable()
            self.body.addWidget(words)
