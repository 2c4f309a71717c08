"""What ends a case, or takes it back, is never where Enter falls by itself."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.steps.base import StepDialog
from tests.ui.conftest import Enter, idle
from tests.ui.hands import focused, press
from tests.ui.office import STAGES, Furnished

ENDING = (Action.WITHDRAW, Action.RETURN, Action.NOT_NEEDED, Action.SEND_BACK)


def opened(qtbot: QtBot, shell: Shell, case_id: str) -> CaseScreen:
    shell.show_screen("case", case_id)
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, CaseScreen)
    return screen


def open_steps(screen: CaseScreen) -> list[str]:
    places = (screen.action_bar.itemAt(n) for n in range(screen.action_bar.count()))
    found = [p.widget() for p in places if p is not None]
    return [b.text() for b in found if isinstance(b, QPushButton) and b.isEnabled()]


def test_confirming_is_closed_and_withdrawing_is_open(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell = enter("dadui_01")
    screen = opened(qtbot, shell, office.cases["responding"])
    assert screen.page is not None
    assert screen.page.case.state is State.RESPONDING
    steps = open_steps(screen)
    assert name(Action.WITHDRAW) in steps
    assert name(Action.CONFIRM) not in steps
    assert isinstance(focused(), QPushButton) is (name(Action.RESPOND) in steps)
    before = screen.page.case.version
    press(Qt.Key.Key_Return)
    idle(qtbot, shell.desk.jobs)
    titles = [d.windowTitle() for d in screen.findChildren(StepDialog) if d.isVisible()]
    assert name(Action.WITHDRAW) not in titles
    for dialog in screen.findChildren(StepDialog):
        dialog.reject()
    assert shell.desk.session.reader.case(screen.case_id).version == before


@pytest.mark.parametrize("person", ["dadui_01", "neiqin_01", "guzhang_01"])
def test_no_ending_step_has_the_first_focus(
    qtbot: QtBot, enter: Enter, office: Furnished, person: str
) -> None:
    shell = enter(person)
    ending = {name(a) for a in ENDING}
    seen: set[str] = set()
    for stage in STAGES:
        screen = opened(qtbot, shell, office.cases[stage])
        seen |= ending & set(open_steps(screen))
        at = QApplication.focusWidget()
        assert at is not None, stage
        if isinstance(at, QPushButton):
            assert at.text() not in ending, stage
    assert seen, f"{person} may end nothing: this proves nothing"


def test_enter_does_not_take_what_ends(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    for person, stage, action in (
        ("dadui_01", "responding", Action.WITHDRAW),
        ("guzhang_01", "signing", Action.SEND_BACK),
    ):
        shell = enter(person)
        screen = opened(qtbot, shell, office.cases[stage])
        screen.take(action)
        idle(qtbot, shell.desk.jobs)
        (dialog,) = [d for d in screen.findChildren(StepDialog) if d.isVisible()]
        assert not any(b.isDefault() for b in dialog.findChildren(QPushButton))
        assert focused() is not dialog.ok
        dialog.reject()
