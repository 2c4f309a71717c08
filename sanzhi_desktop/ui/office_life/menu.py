"""The menu 更多: 撤回, 催办, 加签, each closed one with its reason."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from sanzhi_desktop.application import office_life
from sanzhi_desktop.domain.workflow import STEPS_BACK, TRANSITIONS, Action
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.names import name

VERBS = frozenset({Action.REMIND, Action.ASK_OPINION, Action.GIVE_OPINION, *STEPS_BACK})


class MoreButton(QPushButton):
    """Opens the menu; `take` begins the step that was chosen."""

    def __init__(self, page: CasePage, take: Callable[[Action], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(self.tr("更多(&M)"))
        self.setAccessibleName(self.tr("更多"))
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for action in _offered(page):
            made = menu.addAction(name(action))
            fault = page.why_not(action)
            made.setEnabled(fault is None)
            if fault is not None:
                made.setToolTip(
                    sentence(
                        fault.value,
                        action=name(action),
                        state=name(page.case.state),
                        reviewer=page.name_of(page.case.reviewer),
                    )
                )
            made.triggered.connect(lambda _=False, a=action: take(a))
        self.setMenu(menu)
        self.setVisible(not menu.isEmpty())


def _offered(page: CasePage) -> list[Action]:
    """The verbs of this state; of the steps back only the one that leads where it came from."""
    back = office_life.step_back_of(page.case)
    here = [t.action for t in TRANSITIONS if t.source == page.case.state]
    return [a for a in here if a in VERBS and (a not in STEPS_BACK or a is back)]
