"""The sign on the status line that entries carry no keyed tag, and its way out."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop.application import intake, taking_in
from sanzhi_desktop.application import office as people
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.history_tag import TagState
from sanzhi_desktop.domain.submission_json import submission_from_json
from sanzhi_desktop.domain.workflow import WorkflowFault
from sanzhi_desktop.persistence import history_key
from sanzhi_desktop.persistence.open import open_embedded
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.tag_taking import TakeIn
from sanzhi_desktop.ui.window import DeskWindow
from tests.persistence.desk import submission
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


def leave_one(path: Path, store: RealStore, person_id: str = "chengban_01") -> None:
    """Somebody works with the key store locked, and his program ends before it answers."""
    locked, store.locked = store.locked, True
    opened = open_embedded(path)
    session = opened.session(ADMIN)
    people.put_person(session, person=session.reader.people()[person_id], new=False)
    opened.close()
    store.locked = locked


def asked(qtbot: QtBot, shell: Shell) -> TakeIn:
    """Opens the dialog as its user does."""
    shell.pulse.beat()
    qtbot.waitUntil(shell.status.tags.isVisible, timeout=2_000)
    shell.status.tags.click()
    assert shell.tags.take_in.isVisible()
    assert not shell.tags.again.isVisible(), "the key store is not what it waits for"
    shell.tags.take_in.click()
    idle(qtbot, shell.desk.jobs)
    dialog = shell.window().findChild(TakeIn)
    assert dialog is not None
    return dialog


def test_an_administrator_takes_in_what_was_left_with_a_reason(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    leave_one(tagged, store)
    shell = enter(ADMIN)
    dialog = asked(qtbot, shell)
    assert "修改" in dialog.entries.toPlainText() or "登记人员" in dialog.entries.toPlainText()
    assert shell.desk.session.actor.name in dialog.entries.toPlainText()
    assert dialog.ok.isEnabled()
    dialog.ok.click()
    assert "怎样查明" in dialog.form.fields["reason"].fault.text()
    dialog.reason.setPlainText("向周某当面核对过")
    dialog.ok.click()
    qtbot.waitUntil(lambda: not shell.status.tags.isVisible(), timeout=5_000)
    assert not shell.tags.isVisible()
    reader = shell.desk.session.reader
    report = reader.history_tags()
    assert (report.state, report.late) == (TagState.VERIFIED, 1)
    told = reader.history("")[-1]
    assert (told.action, told.actor, told.reason) == ("tag_history", ADMIN, "向周某当面核对过")
    assert told.detail["via"] == "desk"
    assert len(told.detail["taken_in"]) == 1
    save(qtbot, shell, "chengban_02")
    shell.pulse.beat()
    idle(qtbot, shell.desk.jobs)
    assert not shell.status.tags.isVisible(), "and work goes on tagged"
    assert reader.history_tags().state is TagState.VERIFIED


def test_a_case_is_named_with_what_was_done_in_it(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    store.locked = True
    opened = open_embedded(tagged)
    made = submission_from_json(submission())
    nobody = replace(made.party, number="")
    session = opened.session("chengban_01")
    case_id = intake.register(
        session, submission=replace(made, name="没有标记的案子", party=nobody), materials=()
    ).case_id
    name = session.actor.name
    opened.close()
    store.locked = False
    shell = enter(ADMIN)
    dialog = asked(qtbot, shell)
    (line,) = dialog.entries.toPlainText().splitlines()
    assert f"{name}  登记送审（没有标记的案子，第 1 条）" in line
    dialog.reason.setPlainText("核对过")
    dialog.ok.click()
    qtbot.waitUntil(lambda: not shell.status.tags.isVisible(), timeout=5_000)
    reader = shell.desk.session.reader
    assert reader.history_tags().state is TagState.VERIFIED
    assert reader.history("")[-1].detail["taken_in"] == [[case_id, 1, 1]]


def test_what_came_after_it_was_shown_is_not_taken_in_unseen(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    leave_one(tagged, store)
    shell = enter(ADMIN)
    dialog = asked(qtbot, shell)
    before = dialog.entries.toPlainText().splitlines()
    leave_one(tagged, store, "chengban_02")
    dialog.reason.setPlainText("核对过")
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert "又有变动" in dialog.refusal.label.text()
    assert shell.desk.session.reader.history_tags().state is TagState.MISSING
    assert len(dialog.entries.toPlainText().splitlines()) == len(before) + 1
    dialog.ok.click()
    qtbot.waitUntil(lambda: not shell.status.tags.isVisible(), timeout=5_000)
    assert shell.desk.session.reader.history_tags().late == 2


def test_without_the_key_nothing_is_taken_in_and_the_dialog_says_why(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    leave_one(tagged, store)
    shell = enter(ADMIN)
    store.locked = True
    dialog = asked(qtbot, shell)
    assert not dialog.ok.isEnabled()
    assert "无法核对" in dialog.refusal.label.text()
    store.locked = False
    assert shell.desk.session.reader.history_tags().state is TagState.MISSING


def test_a_history_written_anew_is_not_taken_in(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    leave_one(tagged, store)
    shell = enter(ADMIN)
    with closing(sqlite3.connect(tagged)) as db, db:
        db.execute("update history_tag set tag = ? where chain = ''", ("0" * 64,))
    dialog = asked(qtbot, shell)
    assert not dialog.ok.isEnabled()
    assert "与历史记录不符" in dialog.refusal.label.text()


def test_only_an_administrator_may(
    qtbot: QtBot, tagged: Path, store: RealStore, window: DeskWindow, enter: Enter
) -> None:
    leave_one(tagged, store)
    shell = enter("chengban_01")
    shell.pulse.beat()
    qtbot.waitUntil(shell.status.tags.isVisible, timeout=2_000)
    shell.status.tags.click()
    assert shell.tags.isVisible()
    assert not shell.tags.take_in.isVisible()
    session = shell.desk.session
    seen = session.reader.history_tags().untagged
    with pytest.raises(DomainError) as refused:
        taking_in.take_in(session, reason="查过", seen=seen)
    assert refused.value.code is WorkflowFault.NOT_YOUR_ROLE
    assert session.reader.history_tags().state is TagState.MISSING


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
