"""The sign on the status line that entries carry no keyed tag, and its way out."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop.application import office as people
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.history_tag import TagState
from sanzhi_desktop.persistence import history_key
from sanzhi_desktop.persistence.open import open_embedded
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.window import DeskWindow
from tests.persistence.stores import RealStore, use
from tests.ui.conftest import Enter, idle
from tests.ui.hands import press
from tests.ui.office import Furnished

ADMIN = "guanli_01"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> RealStore:
    return use(monkeypatch, RealStore())


@pytest.fixture
def tagged(office: Furnished, store: RealStore) -> Path:
    path = office.folder / offices.SAMPLE_DATABASE
    opened = open_embedded(path)
    assert opened.begin_tags() is not None
    opened.close()
    return path


def save(qtbot: QtBot, shell: Shell, person_id: str) -> None:
    """A save as any screen sends it: in the database lane, announced to all."""
    session = shell.desk.session
    person = session.reader.people()[person_id]
    changed = people.put_person(session, person=person, new=False)
    shell.desk.jobs.changed.emit(changed)
    idle(qtbot, shell.desk.jobs)


def test_a_locked_store_is_said_at_once_and_nobody_is_stopped(
    qtbot: QtBot,
    office: Furnished,
    tagged: Path,
    store: RealStore,
    window: DeskWindow,
    enter: Enter,
) -> None:
    store.locked = True
    shell = enter(ADMIN)
    sign, banner = shell.status.tags, shell.tags
    shell.pulse.beat()
    idle(qtbot, shell.desk.jobs)
    assert not sign.isVisible()
    save(qtbot, shell, "chengban_01")
    qtbot.waitUntil(sign.isVisible, timeout=2_000)
    assert sign.text() == "1 条无防伪标记"
    assert "系统凭据库没有应答" in sign.toolTip()
    assert not banner.isVisible(), "the word alone"
    assert QApplication.activeModalWidget() is None
    save(qtbot, shell, "chengban_02")
    qtbot.waitUntil(lambda: sign.text() == "2 条无防伪标记", timeout=2_000)
    sign.setFocus()
    press(Qt.Key.Key_Return)
    assert banner.isVisible()
    assert "2 条记录" in banner.label.text()
    banner.again.click()
    idle(qtbot, shell.desk.jobs)
    assert banner.isVisible(), "it is still locked"
    store.locked = False
    banner.again.click()
    idle(qtbot, shell.desk.jobs)
    assert not banner.isVisible()
    assert not sign.isVisible()
    reader = shell.desk.session.reader
    report = reader.history_tags()
    assert (report.state, report.late) == (TagState.VERIFIED, 2)


def test_the_sign_goes_by_itself_when_the_store_answers(
    qtbot: QtBot,
    tagged: Path,
    store: RealStore,
    window: DeskWindow,
    enter: Enter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.locked = True
    shell = enter(ADMIN)
    save(qtbot, shell, "chengban_01")
    qtbot.waitUntil(shell.status.tags.isVisible, timeout=2_000)
    store.locked = False
    monkeypatch.setattr(history_key, "AGAIN", 0.0)
    shell.pulse.beat()
    qtbot.waitUntil(lambda: not shell.status.tags.isVisible(), timeout=2_000)


def test_what_an_earlier_run_left_is_said_when_the_desk_starts(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    store.locked = True
    opened = open_embedded(tagged)
    session = opened.session(ADMIN)
    people.put_person(session, person=session.reader.people()["chengban_01"], new=False)
    opened.close()
    store.locked = False
    shell = enter(ADMIN)
    shell.pulse.beat()
    qtbot.waitUntil(shell.status.tags.isVisible, timeout=2_000)
    assert "sanzhi audit tag begin" in shell.status.tags.toolTip()
    shell.status.tags.click()
    away = [b for b in shell.tags.findChildren(QPushButton) if b.text() == "知道了"]
    away[0].click()
    assert not shell.tags.isVisible()
    assert shell.status.tags.isVisible(), "the word stays as long as it is true"


def test_an_office_without_tags_says_nothing(
    qtbot: QtBot, office: Furnished, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    store.locked = True
    shell = enter(ADMIN)
    save(qtbot, shell, "chengban_01")
    shell.pulse.beat()
    idle(qtbot, shell.desk.jobs)
    assert not shell.status.tags.isVisible()


def test_the_desk_of_who_left_hears_nothing_any_more(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    first = enter(ADMIN)
    gone = first.pulse
    second = enter(ADMIN)
    qtbot.waitUntil(lambda: not isValid(gone), timeout=2_000)
    save(qtbot, second, "chengban_01")
    idle(qtbot, second.desk.jobs)
    assert second.desk.session.reader.history_tags().state is TagState.VERIFIED
