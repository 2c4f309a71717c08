"""What the gate says of a case: open or shut, each reason with the source it rests on."""

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.domain.gate import GateAnswer
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.widgets import Card, PlainLabel


def title(answer: GateAnswer, *, decided: bool) -> str:
    """Open or shut, in a word; once the decision is made, nothing is open any more."""
    if decided and answer.open:
        return "已经作出决定"
    return "可以作出决定" if answer.open else "现在不得作出决定"


class GateCard(Card):
    """The gate explained. The database holds it; this card says by which article. `decided`:
    whether the decision was registered already."""

    def __init__(
        self, answer: GateAnswer, *, decided: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(title(answer, decided=decided), parent)
        for reason in answer.why:
            facts = dict(reason.facts)
            if "stage" in facts:
                facts["stage"] = sentence(f"transfer_stage.{facts['stage']}")
            words = PlainLabel(sentence(reason.code.value, **facts)).wrapped().selectable()
            self.body.addWidget(words)
