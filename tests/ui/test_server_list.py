"""The list of servers: nothing typed is lost without a question, and nothing goes by one key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.app.entries import EmbeddedEntry
from sanzhi_desktop.settings.servers import Server, ServerList
from sanzhi_desktop.ui.connection.asking import Question
from sanzhi_desktop.ui.connection.dialog import ConnectionDialog
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.widgets import PlainLabel
from tests.ui.hands import press

FIRST = Server("一局", (("db1.example", 5432),))
SECOND = Server("二局", (("db2.example", 5432),))


@pytest.fixture
def known(tmp_path: Path) -> ServerList:
    made = ServerList(tmp_path)
    for server in (FIRST, SECOND):
        made.keep(server)
    return made


@pytest.fixture
def dialog(
    qtbot: QtBot, dressed: QApplication, known: ServerList, tmp_path: Path
) -> Iterator[ConnectionDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    jobs = Jobs()
    made = ConnectionDialog(known, jobs, EmbeddedEntry(tmp_path / "a.db"), parent)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.open()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    jobs.stop()


def asked(qtbot: QtBot) -> Question:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), Question))
    found = QApplication.activeModalWidget()
    assert isinstance(found, Question)
    qtbot.waitUntil(found.isActiveWindow)
    return found


def answer(qtbot: QtBot, key: Qt.Key) -> None:
    press(key, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: not isinstance(QApplication.activeModalWidget(), Question))


def names(known: ServerList) -> list[str]:
    return [server.name for server in known.all()]


def host(dialog: ConnectionDialog) -> str:
    return dialog.page.form.where.fields["hosts"].text


def test_a_server_goes_after_a_question_only(
    qtbot: QtBot, dialog: ConnectionDialog, known: ServerList
) -> None:
    dialog.page.drop.click()
    words = [label.text() for label in asked(qtbot).findChildren(PlainLabel)]
    assert any("一局" in text and "db1.example" in text for text in words)
    press(Qt.Key.Key_Space)  # whoever presses on does not delete
    qtbot.waitUntil(lambda: not isinstance(QApplication.activeModalWidget(), Question))
    assert names(known) == ["一局", "二局"]
    dialog.page.drop.click()
    asked(qtbot)
    answer(qtbot, Qt.Key.Key_D)
    assert names(known) == ["二局"]
    assert host(dialog) == "db2.example"


def test_another_server_is_shown_when_it_was_settled_what_becomes_of_the_edits(
    qtbot: QtBot, dialog: ConnectionDialog, known: ServerList
) -> None:
    page = dialog.page
    page.form.where.fields["hosts"].set_text("typed.example")
    page.list.setCurrentRow(1)
    asked(qtbot)
    assert (page.list.currentRow(), host(dialog)) == (0, "typed.example")
    answer(qtbot, Qt.Key.Key_N)
    assert (page.list.currentRow(), host(dialog)) == (0, "typed.example")
    page.list.setCurrentRow(1)
    asked(qtbot)
    answer(qtbot, Qt.Key.Key_S)
    assert (page.list.currentRow(), host(dialog)) == (1, "db2.example")
    assert known.all()[0].hosts == (("typed.example", 5432),)
    page.form.where.fields["hosts"].set_text("given up.example")
    page.add.click()
    asked(qtbot)
    answer(qtbot, Qt.Key.Key_D)
    assert host(dialog) == ""
    assert known.all()[1] == SECOND


def test_closing_asks_too_and_saving_what_is_wrong_stays(
    qtbot: QtBot, dialog: ConnectionDialog, known: ServerList
) -> None:
    field = dialog.page.form.where.fields["hosts"]
    field.set_text("")
    dialog.reject()
    asked(qtbot)
    answer(qtbot, Qt.Key.Key_S)
    assert dialog.isVisible()
    assert field.fault.text()
    assert known.all() == (FIRST, SECOND)
    dialog.reject()
    asked(qtbot)
    answer(qtbot, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert known.all() == (FIRST, SECOND)


def test_what_was_only_looked_at_is_left_without_a_question(
    qtbot: QtBot, dialog: ConnectionDialog
) -> None:
    dialog.page.list.setCurrentRow(1)
    assert host(dialog) == "db2.example"
    dialog.page.add.click()
    dialog.accept()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert not isinstance(QApplication.activeModalWidget(), Question)
