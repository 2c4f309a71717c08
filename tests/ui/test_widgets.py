"""Buttons answer to every key they show: letter, shortcut, Enter. The window fits its screen."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.ui.door import Entry
from sanzhi_desktop.ui.first_run import FirstRunScreen
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.widgets import button, column
from sanzhi_desktop.ui.window import DeskWindow
from tests.ui.hands import ALT, CONTROL, alt, control, press


def shown(qtbot: QtBot, page: QWidget) -> None:
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)


@pytest.mark.parametrize("kind", [QWidget, QDialog])
def test_letter_and_shortcut_both_press(qtbot: QtBot, kind: type[QWidget]) -> None:
    pressed: list[str] = []
    page = kind()
    field = QLineEdit()
    new = button("登记送审(&N)", lambda: pressed.append("new"), shortcut="Ctrl+N")
    page.setLayout(column(field, new))
    shown(qtbot, page)
    field.setFocus()
    control("N")
    assert pressed == ["new"]
    alt("N")  # the letter of a caption shows the button held for a moment
    qtbot.waitUntil(lambda: pressed == ["new", "new"])
    new.setEnabled(False)
    alt("N")
    control("N")
    assert pressed == ["new", "new"]
    assert "Ctrl+N" in new.toolTip()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
@pytest.mark.parametrize("kind", [QWidget, QDialog])
def test_enter_presses_the_button_that_has_the_focus(
    qtbot: QtBot, kind: type[QWidget], key: Qt.Key
) -> None:
    pressed: list[str] = []
    page = kind()
    first = button("甲", lambda: pressed.append("first"))
    second = button("乙", lambda: pressed.append("second"), kind="primary")
    page.setLayout(column(first, second))
    shown(qtbot, page)
    first.setFocus()
    press(key)
    second.setFocus()
    press(key)
    assert pressed == ["first", "second"]
    press(Qt.Key.Key_Return, CONTROL)
    press(Qt.Key.Key_Return, ALT)
    assert pressed == ["first", "second"]


def test_enter_in_the_last_field_sends_the_first_run(qtbot: QtBot) -> None:
    page = FirstRunScreen()
    shown(qtbot, page)
    page.form.fields["again"].editor.setFocus()
    QTest.keyClick(page.form.fields["again"].editor, Qt.Key.Key_Return)
    assert page.form.fields["office_name"].fault.text()
    assert page.form.fields["office_name"].editor.hasFocus()


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(QRect(0, 0, 720, 450), id="1440x900 at twice the size"),
        pytest.param(QRect(0, 25, 1366, 703), id="1366x768 with a bar at the top"),
        pytest.param(QRect(1920, 0, 800, 600), id="a small second screen"),
    ],
)
def test_the_window_is_never_larger_than_its_screen(
    qtbot: QtBot, tmp_path: Path, room: QRect
) -> None:
    def nobody() -> Entry:
        raise AssertionError("asked before the window was painted")

    window = DeskWindow(nobody, settings=DeskSettings(Folders(tmp_path, tmp_path)), first_run=True)
    qtbot.addWidget(window)
    window.fit(room)
    assert room.contains(QRect(window.pos(), window.size()))
    assert window.height() < room.height()
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.show()
    assert window.width() <= room.width()
    page = window.centralWidget()
    assert isinstance(page, FirstRunScreen)
    area = page.findChild(QScrollArea)
    assert area is not None
    assert area.horizontalScrollBar().maximum() == 0
    area.ensureWidgetVisible(page.build)
    seen = QRect(page.build.mapTo(area, page.build.rect().topLeft()), page.build.size())
    assert area.rect().contains(seen)


def test_a_large_screen_leaves_the_window_as_it_was(qtbot: QtBot, tmp_path: Path) -> None:
    def nobody() -> Entry:
        raise AssertionError("asked before the window was painted")

    window = DeskWindow(nobody, settings=DeskSettings(Folders(tmp_path, tmp_path)))
    qtbot.addWidget(window)
    before = window.size()
    window.fit(QRect(0, 0, 2560, 1400))
    assert window.size() == before
