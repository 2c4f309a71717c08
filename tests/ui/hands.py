"""Hands for tests: keys to whatever has the focus, Chinese as an input method gives it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def focused() -> QWidget:
    """Where keys go now."""
    widget = QApplication.focusWidget() or QApplication.activeWindow()
    assert widget is not None, "nothing has the focus"
    return widget


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, *, times: int = 1) -> None:
    """Presses a key where the focus is."""
    for _ in range(times):
        QTest.keyClick(focused(), key, modifiers)


def alt(letter: str) -> None:
    """Alt and a letter or digit."""
    QTest.keyClick(focused(), Qt.Key(ord(letter.upper())), ALT)


def control(letter: str) -> None:
    """Ctrl and a letter or digit."""
    QTest.keyClick(focused(), Qt.Key(ord(letter.upper())), CONTROL)


def say(text: str) -> None:
    """Types Chinese: QTest's own keys abort the process on anything that is not Latin-1."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(focused(), event)


def type_keys(text: str) -> None:
    """Types Latin text key by key."""
    QTest.keyClicks(focused(), text)


def key_event(key: Qt.Key) -> QKeyEvent:
    """A key press to be sent by hand."""
    return QKeyEvent(QEvent.Type.KeyPress, key, NONE)
