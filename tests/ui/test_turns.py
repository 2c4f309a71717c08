"""Steps of long work leave room for what a person does meanwhile."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from sanzhi_desktop.ui.turns import in_turns


def test_keys_are_taken_between_the_steps(qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    seen: list[str] = []

    def first() -> None:
        seen.append(field.text())
        QTimer.singleShot(0, field, lambda: QTest.keyClick(field, Qt.Key.Key_B))

    in_turns(field, (first, lambda: seen.append("-"), lambda: seen.append(field.text())))
    assert seen == []
    qtbot.waitUntil(lambda: len(seen) == 3)
    assert seen == ["", "-", "b"]


def test_a_step_that_raises_ends_the_row(qtbot: QtBot) -> None:
    owner, other = QObject(), QObject()
    seen: list[int] = []
    beside: list[int] = []

    def fails() -> None:
        seen.append(1)
        raise ValueError("step")

    with qtbot.captureExceptions() as caught:
        in_turns(owner, (fails, lambda: seen.append(2)))
        in_turns(other, [lambda: beside.append(1)] * 5)
        qtbot.waitUntil(lambda: len(beside) == 5)
    assert seen == [1]
    assert [kind for kind, _, _ in caught] == [ValueError]


def test_the_steps_end_with_their_owner(qtbot: QtBot) -> None:
    owner, other = QObject(), QObject()
    seen: list[int] = []

    def last_words() -> None:
        seen.append(1)
        QTimer.singleShot(0, other, lambda: seen.append(9))
        delete(owner)

    in_turns(owner, (last_words, lambda: seen.append(2)))
    qtbot.waitUntil(lambda: 9 in seen)
    assert seen == [1, 9]
