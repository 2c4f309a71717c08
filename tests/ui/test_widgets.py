"""Buttons answer to every key they show: the letter of the caption, the shortcut, Enter."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.ui.first_run import FirstRunScreen
from sanzhi_desktop.ui.widgets import button, column
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
