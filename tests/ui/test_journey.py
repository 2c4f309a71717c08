"""The main job by keyboard alone: from a file dropped on nobody's desk to the signed opinion.

Every step presses keys where the focus is; nothing is called on a screen. What a screen shows is
only read, to know when it is there.
"""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop import resources
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.checklist_view import ChecklistTable
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.screens.review import ReviewScreen
from sanzhi_desktop.ui.screens.signoff import SignoffScreen
from sanzhi_desktop.ui.screens.worklist import WorklistScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.window import DeskWindow
from tests.ui.conftest import idle
from tests.ui.hands import CONTROL, SHIFT, alt, control, focused, press, say, type_keys
from tests.ui.office import Furnished, furnish

# What the offscreen platform says when a file dialog lists its completions.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

NAME = "恒信机械未落实安全设施三同时案"


@pytest.fixture
def office(tmp_path: Path, work: object) -> Furnished:
    """An office without any case yet."""
    return furnish(tmp_path / "sample", work, stages=())  # type: ignore[arg-type]


def nothing_pressed() -> bool:
    """No button that is seen is down."""
    return not any(
        isinstance(w, QAbstractButton) and w.isVisible() and w.isDown()
        for w in QApplication.allWidgets()
    )


class Person:
    """Whoever sits at the keyboard."""

    def __init__(self, qtbot: QtBot, window: DeskWindow) -> None:
        self.qtbot = qtbot
        self.window = window

    @property
    def shell(self) -> Shell:
        shell = self.window.centralWidget()
        assert isinstance(shell, Shell)
        return shell

    def settle(self) -> None:
        """Until nothing is pressed any more (a shortcut holds its button for a moment) or runs."""
        self.qtbot.waitUntil(nothing_pressed)
        idle(self.qtbot, self.window.jobs)
        if QApplication.activeWindow() is None:
            # Here is no window manager that would give the keys back when a dialog has closed.
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow)

    def sign_in(self, name: str) -> None:
        """Out with Ctrl+Shift+L, in with Alt and the number on the button."""
        if isinstance(self.window.centralWidget(), Shell):
            press(Qt.Key.Key_L, CONTROL | SHIFT)
            self.qtbot.waitUntil(lambda: isinstance(self.window.centralWidget(), LoginScreen))
        door = self.window.centralWidget()
        assert isinstance(door, LoginScreen)
        self.settle()
        buttons = [b for b in door.findChildren(QPushButton) if b.accessibleName()]
        number = next(n for n, b in enumerate(buttons, 1) if b.accessibleName().startswith(name))
        with self.qtbot.waitSignal(self.window.entered, timeout=10_000):
            alt(str(number))
        self.settle()
        assert isinstance(self.shell.front, WorklistScreen)

    def open_first(self) -> None:
        """Enter on the first case that waits."""
        self.qtbot.waitUntil(lambda: focused() is self.worklist.table)
        press(Qt.Key.Key_Return)
        self.settle()
        self.settle()

    @property
    def worklist(self) -> WorklistScreen:
        screen = self.shell.front
        assert isinstance(screen, WorklistScreen)
        return screen

    def dialog(self, kind: type[QDialog] = QDialog) -> QDialog:
        """The dialog that is open now."""

        def open_now() -> QDialog | None:
            found = QApplication.activeModalWidget()
            return found if isinstance(found, kind) and found.isVisible() else None

        self.qtbot.waitUntil(lambda: open_now() is not None)
        found = open_now()
        assert found is not None
        return found

    def take_step(self) -> None:
        """Ctrl+S in the dialog of a step, which is then taken."""
        dialog = self.dialog(StepDialog)
        assert isinstance(dialog, StepDialog)
        self.settle()
        control("S")
        self.settle()
        refused = dialog.refusal.label.text() if isValid(dialog) else ""
        assert refused == ""
        self.qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
        self.settle()

    def tab_to(self, widget: QWidget) -> None:
        """Tab until a widget is reached; that it is reached at all is part of the test."""
        for _ in range(120):
            if focused() is widget:
                return
            press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {widget.accessibleName()}")

    def choose_file(self, path: Path) -> None:
        """Types a path into the file dialog."""
        dialog = self.dialog(QFileDialog)
        name = dialog.findChild(QLineEdit)
        assert name is not None
        self.qtbot.waitUntil(name.hasFocus)
        name.clear()
        type_keys(str(path))
        press(Qt.Key.Key_Return)
        self.settle()


def test_from_intake_to_the_signed_opinion(
    qtbot: QtBot, window: DeskWindow, office: Furnished
) -> None:
    person = Person(qtbot, window)
    person.settle()
    register(person)
    for who, step in (
        ("李样四", confirm),
        ("赵样一", accept),
        ("郑样七", assign),
        ("周样五", review),
        ("郑样七", sign_off),
    ):
        person.sign_in(who)
        person.open_first()
        step(person)
    screen = person.shell.front
    assert isinstance(screen, CaseScreen)
    assert screen.page is not None
    case = screen.page.case
    assert case.state is State.PASSED
    assert case.submission.name == NAME
    current = case.current
    assert current is not None
    assert current.outcome is Outcome.AGREE
    assert current.number.startswith("示应急法审〔2026〕1号")
    assert {d.kind for d in screen.page.documents} == {"opinion_certified", "opinion"}


def register(person: Person) -> None:
    person.sign_in("钱样二")
    control("N")
    person.settle()
    screen = person.shell.front
    assert isinstance(screen, IntakeScreen)
    control("O")
    person.choose_file(resources.path("samples", "penalty.txt"))
    form = screen.body.form
    person.qtbot.waitUntil(lambda: bool(form.unconfirmed()))
    alt("N")  # 案由: what cannot be read is typed
    press(Qt.Key.Key_A, CONTROL)
    say(NAME)
    for _ in range(len(form.unconfirmed())):
        press(Qt.Key.Key_F8)
        person.settle()
        press(Qt.Key.Key_Return, CONTROL)
    assert form.unconfirmed() == []
    alt("H")
    attach_missing(person, screen)
    control("S")
    person.settle()
    assert screen.case_id
    assert not screen.keeper.dirty


def attach_missing(person: Person, screen: IntakeScreen) -> None:
    """Walks down the list of materials and gives each demanded one a file."""
    materials = screen.body.materials
    person.tab_to(materials.table)
    press(Qt.Key.Key_Home, CONTROL)
    for number in range(materials.model.rowCount()):
        entry = materials.model.row(number)
        assert entry is not None
        if entry.missing:
            alt("O")
            person.choose_file(resources.path("samples", "penalty.txt"))
            person.qtbot.waitUntil(partial(_is_there, materials, number))
            person.tab_to(materials.table)
        press(Qt.Key.Key_Down)
    assert materials.missing.text() == ""


def _is_there(materials: object, number: int) -> bool:
    entry = materials.model.row(number)  # type: ignore[attr-defined]
    return not entry.missing


def confirm(person: Person) -> None:
    press(Qt.Key.Key_Space)  # the first open action has the focus: 确认送审
    person.settle()
    alt("D")
    person.settle()
    person.take_step()


def accept(person: Person) -> None:
    press(Qt.Key.Key_Space)
    person.take_step()


def assign(person: Person) -> None:
    press(Qt.Key.Key_Space)
    person.take_step()


def review(person: Person) -> None:
    screen = person.shell.front
    assert isinstance(screen, ReviewScreen)
    person.qtbot.waitUntil(lambda: isinstance(focused(), ChecklistTable))
    alt("U")  # what the program could check by itself
    person.settle()
    press(Qt.Key.Key_Escape)  # back to the checklist
    assert focused() is screen.table
    assert screen.state is not None
    for _ in range(screen.state.desk.progress.total + 1):
        if screen.state.desk.progress.complete and focused() is screen.table:
            break
        if focused() is screen.item.note:  # no crime suspected: the reason is asked at once
            say("对照追诉标准核对，未达到标准")
            press(Qt.Key.Key_Escape)
            continue
        press(Qt.Key.Key_1)
    assert screen.state.desk.progress.complete
    alt("S")
    person.settle()
    sign(person)


def sign_off(person: Person) -> None:
    screen = person.shell.front
    assert isinstance(screen, SignoffScreen)
    person.qtbot.waitUntil(lambda: screen.paper.view.page_count > 0)
    alt("S")
    sign(person)


def sign(person: Person) -> None:
    prompt = person.dialog(SigningPrompt)
    person.settle()  # the sample office fills in its throw-away key
    assert isinstance(prompt, SigningPrompt)
    assert prompt.secret.text()
    press(Qt.Key.Key_Return)
    person.settle()
    person.settle()


def test_the_door_lists_people_with_their_roles(qtbot: QtBot, window: DeskWindow) -> None:
    door = window.centralWidget()
    assert isinstance(door, LoginScreen)
    idle(qtbot, window.jobs)
    names = [b.accessibleName() for b in door.findChildren(QPushButton) if b.accessibleName()]
    assert any(n.startswith("郑样七") and "法制审核机构负责人" in n for n in names)
