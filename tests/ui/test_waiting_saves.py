"""Saves that wait for a file to be chosen again: sealed on this PC over a log-out, sent when the
file is there, given up only when the person says so."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.persistence.heartbeat import Heartbeat
from sanzhi_desktop.persistence.postgresql_gateway import _ACT
from sanzhi_desktop.settings.servers import ServerList
from sanzhi_desktop.ui.drafts import WAITING, Journal, open_journal, recover, shelves
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.link_banner import GiveUpSaves
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.screens.worklist import WorklistScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.window import DeskWindow
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.lines import registering
from tests.ui.conftest import idle
from tests.ui.test_server_desk import Start, a_server, enter, home, ruled, start

__all__ = ["home", "ruled", "start"]

FULL = (DeskFault.DRAFT_NOT_KEPT, DeskFault.DISK_FULL)
FILM = b"%PDF-1.7 the film of the hearing"
SHA256 = hashlib.sha256(FILM).hexdigest()


def a_save(office_id: int) -> list[Any]:
    """A new case that stands on a file which the server has not got."""
    made = registering(office_id)
    item = {"material_id": "m9", "code": "record", "name": "讯问录像", "pages": None,
            "original": True, "sha256": SHA256, "size": len(FILM),
            "file_name": "讯问录像.mp4"}  # fmt: skip
    made = replace(made, payload={**made.payload, "materials": [item]})
    payload = json.dumps(made.payload, ensure_ascii=False)
    return [office_id, made.command_id, made.case_id, 0, "register", "", payload]


def link_of(shell: Shell) -> Heartbeat:
    link = shell.desk.session.link
    assert isinstance(link, Heartbeat)
    return link


def asked_again(qtbot: QtBot, shell: Shell) -> None:
    qtbot.waitUntil(lambda: "讯问录像.mp4" in shell.banner.label.text(), timeout=15_000)
    assert "1 次保存" in shell.banner.label.text()
    assert "退出登录也不会丢" in shell.banner.label.text()
    assert shell.banner.choose.isVisible()
    assert shell.banner.no_more.isVisible()
    idle(qtbot, shell.desk.jobs)


@pytest.fixture
def waiting(
    qtbot: QtBot, start: Start, home: Path, cluster: Cluster, server_database: str, ruled: Desk
) -> tuple[Shell, list[Any]]:
    """A desk that is asked for a file, as after a failover."""
    ServerList(home).keep(a_server(cluster, server_database))
    shell = enter(qtbot, start(), "h1")
    link, save = link_of(shell), a_save(ruled.office_id)
    qtbot.waitUntil(lambda: bool(link.lately._system), timeout=10_000)
    one = {"sql": _ACT, "values": save, "case_id": save[2], "version": 1,
           "at": "2026-09-22T08:00:00+00:00"}  # fmt: skip
    part = {"system": link.lately._system, "wanted": {SHA256: "讯问录像.mp4"}, "saves": [one]}
    link.take_back([part])
    shell.pulse.beat()
    asked_again(qtbot, shell)
    return shell, save


def back(qtbot: QtBot, shell: Shell) -> Shell:
    """Logs out and in again."""
    window = shell.window()
    assert isinstance(window, DeskWindow)
    shell._sign_out()
    qtbot.waitUntil(lambda: isinstance(window.centralWidget(), LoginScreen), timeout=10_000)
    idle(qtbot, window.jobs)
    return enter(qtbot, window, "h1")


def test_it_is_asked_for_again_at_the_next_log_in_and_then_goes_out(
    qtbot: QtBot, waiting: tuple[Shell, list[Any]], home: Path, tmp_path: Path, ruled: Desk
) -> None:
    shell, save = waiting
    for file in home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert save[2].encode() not in content, f"{file} tells the case"
            assert "讯问录像".encode() not in content, f"{file} tells the name"
    shell = back(qtbot, shell)
    asked_again(qtbot, shell)
    worklist = shell.front
    assert isinstance(worklist, WorklistScreen)
    assert not worklist.draft_banner.isVisible(), "it is no form that he could go on with"
    film = tmp_path / "讯问录像.mp4"
    film.write_bytes(FILM)
    shell.banner.store([str(film)])
    qtbot.waitUntil(lambda: not shell.banner.label.text(), timeout=15_000)
    idle(qtbot, shell.desk.jobs)
    assert not shell.banner.choose.isVisible()
    assert ruled.sessions["h1"].reader.case(save[2]).version == 1
    shell = back(qtbot, shell)
    qtbot.waitUntil(lambda: shell.status.link.text() == "在线", timeout=10_000)
    assert not shell.banner.isVisible()
    assert list(link_of(shell).waiting) == []


def test_whoever_has_not_got_it_any_more_gives_up_after_a_question(
    qtbot: QtBot, waiting: tuple[Shell, list[Any]]
) -> None:
    shell, _ = waiting
    shell.banner.no_more.click()
    dialog = shell.window().findChild(GiveUpSaves)
    assert dialog is not None
    assert dialog.later.isDefault()
    dialog.later.click()
    idle(qtbot, shell.desk.jobs)
    assert len(link_of(shell).waiting) == 1
    shell.banner.no_more.click()
    for made in shell.window().findChildren(GiveUpSaves):
        if made.isVisible():
            made.give_up.click()
    qtbot.waitUntil(lambda: "不能重新送出" in shell.banner.label.text(), timeout=15_000)
    assert not shell.banner.choose.isVisible()
    idle(qtbot, shell.desk.jobs)
    shell = back(qtbot, shell)
    qtbot.waitUntil(lambda: shell.status.link.text() == "在线", timeout=10_000)
    assert not shell.banner.isVisible()
    assert list(link_of(shell).waiting) == []


def test_what_an_earlier_password_sealed_is_recovered_with_the_drafts(tmp_path: Path) -> None:
    file = tmp_path / "drafts.db"
    old = open_journal(file, "h1", "the old password")
    old.put(WAITING, title="", version=0, values={"parts": [{"system": "1"}]})
    old.close()
    new = open_journal(file, "h1", "the new password")
    assert new.waiting() == []
    assert shelves(file, "h1")
    new.put(WAITING, title="", version=0, values={"parts": [{"system": "2"}]})
    assert recover(file, "h1", "the old password", new) == 1
    assert new.waiting() == [{"system": "2"}, {"system": "1"}]
    assert new.all() == []
    new.drop(WAITING)
    assert new.waiting() == []


def test_a_save_that_could_not_be_sealed_is_tried_again(
    qtbot: QtBot, waiting: tuple[Shell, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, _ = waiting
    journal: Any = shell.desk.drafts._journal
    journal.drop(WAITING)
    with monkeypatch.context() as full:
        shell.desk._waiting = []

        def no_room(*_: Any, **__: Any) -> None:
            raise journal._told(*FULL, OSError(28, "disk is full"))

        full.setattr(Journal, "put", no_room)
        shell.desk.keep_waiting()
        idle(qtbot, shell.desk.jobs)
        assert journal.waiting() == []
    QApplication.processEvents()
    shell.desk.keep_waiting()
    idle(qtbot, shell.desk.jobs)
    assert len(journal.waiting()) == 1
