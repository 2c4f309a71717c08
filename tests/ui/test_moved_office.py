"""The desk over what an office left behind when it moved to a server: seen, said, and a way on."""

import sqlite3

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop.app.entries import EmbeddedEntry
from sanzhi_desktop.application import office as people
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.connection.dialog import ConnectionDialog
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.window import DeskWindow
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished

PLACE = "fazhi.example.cn:5433/sanzhi"


@pytest.fixture
def moved(office: Furnished) -> Furnished:
    with sqlite3.connect(office.folder / offices.SAMPLE_DATABASE) as db:
        db.execute("update office set moved_to = ?", (PLACE,))
    return office


def test_the_desk_says_where_the_office_went_and_leads_there(
    qtbot: QtBot, moved: Furnished, window: DeskWindow, enter: Enter
) -> None:
    shell = enter("guanli_01")
    assert shell.desk.office.moved_to == PLACE
    assert shell.moved.isVisible()
    assert PLACE in shell.moved.label.text()
    assert "只能查看" in shell.moved.label.text()
    person = shell.desk.session.reader.people()["chengban_01"]
    with pytest.raises(DomainError) as caught:
        people.put_person(shell.desk.session, person=person, new=False)
    assert caught.value.code == "keeping.moved_elsewhere"
    (ask,) = shell.moved.findChildren(QPushButton)
    ask.click()
    idle(qtbot, window.jobs)
    (dialog,) = [d for d in window.findChildren(ConnectionDialog) if d.isVisible()]
    server = dialog.page.form.server()
    assert server.hosts == (("fazhi.example.cn", 5433),)
    assert (server.database, server.name) == ("sanzhi", shell.desk.office.name)
    assert dialog.page.keep()
    dialog.accept()
    idle(qtbot, window.jobs)
    assert isinstance(window.centralWidget(), LoginScreen)


def test_the_door_says_it_before_anybody_logs_in(moved: Furnished) -> None:
    entry = EmbeddedEntry(moved.folder / offices.SAMPLE_DATABASE)
    door = entry.door()
    entry.leave()
    assert PLACE in door.fault
    assert "服务器设置" in door.fault


def test_an_office_that_stayed_says_nothing(office: Furnished, enter: Enter) -> None:
    assert office.cases
    shell = enter("guanli_01")
    assert not shell.moved.isVisible()
