"""A seat at the desk of a sample office for one test: real database, real keys, a clock to move.

Lives here: sitting down, waiting for the lanes, typing as an input method does. Must not: asserts.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QInputMethodEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QComboBox, QDialog, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices, sample
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Drafts
from sanzhi_desktop.ui.errors import Problems
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.theme import Scheme
from tests.ui.office import ClockedEntry, Furnished

PASSPHRASE = sample.PASSPHRASE


class Seat:
    """One person at the desk."""

    def __init__(self, qtbot: QtBot, furnished: Furnished, work: Work, person_id: str) -> None:
        self.qtbot = qtbot
        self.furnished = furnished
        self.now = furnished.ends
        self.entry = ClockedEntry(furnished, work, lambda: self.now)
        session = self.entry.log_in(person_id, "")
        self.jobs = Jobs()
        self.unexpected: list[BaseException] = []
        self.jobs.failed.connect(lambda _owner, error: self.unexpected.append(error))
        home = furnished.folder / "desk"
        self.settings = DeskSettings(Folders(home, home))
        self.settings.papers = furnished.folder
        self.desk = Desk(
            session=session,
            office=session.reader.office(),
            jobs=self.jobs,
            problems=Problems(),
            drafts=Drafts(self.jobs, None),
            settings=self.settings,
            work=work,
            entry=self.entry,
        )

    def sit(self, make: Callable[[Desk], Screen], *, case_id: str = "") -> Any:
        """A screen, shown and filled; changes reach it as they do in the shell."""
        screen = make(self.desk)
        self.qtbot.addWidget(screen)
        screen.resize(1100, 720)
        screen.show()
        if case_id:
            screen.open_case(case_id)
        screen.shown()
        self.jobs.changed.connect(screen.on_changed)
        self.idle()
        return screen

    def dialog(self, kind: type[QDialog], owner: QWidget) -> Any:
        """The dialog of a kind that stands open over a screen."""
        self.qtbot.waitUntil(lambda: any(d.isVisible() for d in owner.findChildren(kind)))
        self.idle()
        return next(d for d in owner.findChildren(kind) if d.isVisible())

    def idle(self) -> None:
        """Until the lanes have nothing left to do."""
        self.qtbot.waitUntil(lambda: not self.jobs._waiting, timeout=20_000)

    def sql(self, query: str, *values: Any) -> list[Any]:
        """Looks into the database past everything of ours."""
        with sqlite3.connect(self.furnished.folder / offices.SAMPLE_DATABASE) as db:
            found = db.execute(query, values).fetchall()
        db.close()
        return found

    def key_file(self, person_id: str) -> Path:
        """The throw-away key of a sample person."""
        return offices.sample_key(self.furnished.folder, person_id)


@contextmanager
def seat(
    qtbot: QtBot,
    furnished: Furnished,
    person_id: str,
    work: Work,
) -> Iterator[Seat]:
    """Somebody sits down; the lanes end afterwards."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, Scheme.LIGHT)
    taken = Seat(qtbot, furnished, work, person_id)
    try:
        yield taken
        taken.idle()
        assert not taken.unexpected
    finally:
        assert taken.jobs.stop(seconds=10)
        opened = taken.entry._opened
        if opened is not None:
            opened.close()


def type_chinese(widget: QWidget, text: str) -> None:
    """Commits text as an input method does; key clicks know Latin letters only."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def nameless(root: QWidget) -> list[str]:
    """Widgets that take the keyboard focus and tell a screen reader nothing."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        inner = isinstance(widget.parent(), QAbstractScrollArea) or widget.isHidden()
        if not takes_focus or inner or _within_box(widget):
            continue
        face = QAccessible.queryAccessibleInterface(widget)
        if not face.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def _within_box(widget: QWidget) -> bool:
    """Parts of a combo box (its list, its line) are told by the box itself."""
    above = widget.parent()
    while isinstance(above, QWidget):
        if isinstance(above, QComboBox):
            return True
        above = above.parent()
    return False
