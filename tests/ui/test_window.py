"""The way in: first run, log-in with a password, sample office, and back out again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop import app as desk_app
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.connection.dialog import ConnectionDialog
from sanzhi_desktop.ui.first_run import FirstRunScreen
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.login import LoginScreen
from sanzhi_desktop.ui.old_drafts import OldDrafts
from sanzhi_desktop.ui.settings_file import Folders
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.widgets import PlainLabel
from sanzhi_desktop.ui.window import DeskWindow
from tests.ui.conftest import idle
from tests.ui.hands import press, say, type_keys

PASSWORD = "Twelve-signs-9"
Start = Callable[[], DeskWindow]


@pytest.fixture
def start(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Starts the desk on this person's own folder, as `sanzhi` does."""
    home = tmp_path / "张三" / "Sanzhi"
    monkeypatch.setenv("SANZHI_HOME", str(home))
    windows: list[DeskWindow] = []

    def start_one() -> DeskWindow:
        window = desk_app.make_window(Folders(home, home))
        windows.append(window)
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.started, timeout=10_000):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        idle(qtbot, window.jobs)
        return window

    yield start_one
    for window in windows:
        window.close()


def found_office(qtbot: QtBot, window: DeskWindow) -> Shell:
    """Fills the wizard by keys: Chinese as an input method gives it, the rest typed."""
    page = window.centralWidget()
    assert isinstance(page, FirstRunScreen)
    assert page.profile.count() >= 5
    fields = page.form.fields
    for key, text in (("office_name", "示例市司法局法制审核科"), ("series", "示法审")):
        fields[key].editor.setFocus()
        say(text)
    put_text(page.profile, "shucheng")
    fields["admin_name"].editor.setFocus()
    say("冯样九")
    press(Qt.Key.Key_Tab)
    type_keys("guanli_01")
    for key in ("password", "again"):
        fields[key].editor.setFocus()
        type_keys(PASSWORD)
    with qtbot.waitSignal(window.entered, timeout=20_000):
        page.build.click()
    idle(qtbot, window.jobs)
    shell = window.centralWidget()
    assert isinstance(shell, Shell)
    return shell


def test_first_run_makes_the_office_and_signs_its_administrator_in(
    qtbot: QtBot, start: Start
) -> None:
    window = start()
    shell = found_office(qtbot, window)
    office = shell.desk.office
    assert (office.name, office.series, office.profile_id) == (
        "示例市司法局法制审核科",
        "示法审",
        "shucheng",
    )
    assert not office.sample
    assert shell.desk.roles == {Role.ADMIN}
    assert shell.findChildren(PlainLabel, "sample") == []


def test_first_run_refuses_in_place_and_keeps_what_was_typed(qtbot: QtBot, start: Start) -> None:
    page = start().centralWidget()
    assert isinstance(page, FirstRunScreen)
    page.form.put({"office_name": "示例单位", "password": "short", "again": "other"})
    page.build.click()
    fields = page.form.fields
    assert fields["series"].fault.text() == "请填写。"
    assert "8" in fields["password"].fault.text()
    assert fields["office_name"].fault.text() == ""
    assert fields["office_name"].text == "示例单位"


def test_log_in_takes_the_password_and_nothing_else(qtbot: QtBot, start: Start) -> None:
    window = start()
    found_office(qtbot, window)
    window.close()
    window = start()
    door = window.centralWidget()
    assert isinstance(door, LoginScreen)
    assert door.code.text() == "guanli_01"
    assert door.password.hasFocus()
    assert "示例市司法局法制审核科" in door.office.text()
    type_keys("wrong-password")
    press(Qt.Key.Key_Return)
    idle(qtbot, window.jobs)
    assert window.centralWidget() is door
    assert door.fault.label.text()
    assert door.password.hasSelectedText()
    type_keys(PASSWORD)
    with qtbot.waitSignal(window.entered, timeout=10_000):
        press(Qt.Key.Key_Return)
    files = [p.read_bytes() for p in window.settings.folders.config.rglob("*") if p.is_file()]
    assert files
    assert not any(PASSWORD.encode() in data for data in files)


def test_drafts_under_an_old_password_are_offered_not_lost(qtbot: QtBot, start: Start) -> None:
    from sanzhi_desktop.ui.drafts import Journal

    window = start()
    found_office(qtbot, window)
    window.close()
    file = window.settings.folders.drafts
    file.unlink()
    old = Journal(file, "guanli_01", "old-password")
    old.put("intake:", title="送审表 甲案", version=0, values={})
    old.close()
    window = start()
    door = window.centralWidget()
    assert isinstance(door, LoginScreen)
    with qtbot.waitSignal(window.entered, timeout=10_000):
        door.wanted.emit("guanli_01", PASSWORD)
    shell = window.centralWidget()
    assert isinstance(shell, Shell)
    dialog = shell.findChild(OldDrafts)
    assert dialog is not None
    dialog.old.setText("not that one")
    dialog._recover()
    idle(qtbot, window.jobs)
    assert dialog.form.fields["old"].fault.text()
    dialog.old.setText("old-password")
    dialog._recover()
    idle(qtbot, window.jobs)
    assert not dialog.isVisible()
    found: list[object] = []
    shell.desk.drafts.read(shell, found.extend)
    qtbot.waitUntil(lambda: bool(found))
    assert Journal(file, "guanli_01", PASSWORD).all()[0].title == "送审表 甲案"


def test_a_sample_office_is_marked_on_every_screen(
    qtbot: QtBot, window: DeskWindow, enter: Callable[[str], Shell]
) -> None:
    shell = enter("neiqin_01")
    marks = shell.findChildren(PlainLabel, "sample")
    assert len(marks) == 1
    assert "样例" in marks[0].text()
    assert marks[0].isVisible()


def test_signing_out_lets_nothing_of_the_last_person_stay(
    qtbot: QtBot, window: DeskWindow, enter: Callable[[str], Shell]
) -> None:
    first = enter("chengban_01")
    assert first.front is not None
    first.rail.out.click()
    assert isinstance(window.centralWidget(), LoginScreen)
    second = enter("guanli_01")
    assert second is not first
    assert second.desk.session.actor.person_id == "guanli_01"
    assert not second.front.new.isVisible()  # type: ignore[union-attr]


def test_wrong_usage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert desk_app.main(["--sample"]) == 2
    assert "用法" in capsys.readouterr().err


def test_the_sample_door_says_that_it_is_being_prepared(
    qtbot: QtBot, dressed: QApplication
) -> None:
    from sanzhi_desktop.ui.door import Choice, Door

    page = LoginScreen(sample=True)
    qtbot.addWidget(page)
    page.show()
    assert page.waiting.isVisible()
    page.show_door(Door("示例单位", True, "", (Choice("a1", "甲", "乙科", (Role.CLERK,)),)))
    assert not page.waiting.isVisible()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    with qtbot.waitSignal(page.wanted) as told:
        QTest.keyClick(page, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert told.args == ["a1", ""]


def test_a_narrow_window_keeps_the_icons_alone(
    qtbot: QtBot, window: DeskWindow, enter: Callable[[str], Shell]
) -> None:
    shell = enter("neiqin_01")
    wide = shell.rail.width()
    window.resize(window.minimumWidth(), 640)
    qtbot.waitUntil(lambda: shell.rail.width() < wide)
    assert shell.rail.width() <= 60
    assert all(b.accessibleName() for b in shell.rail._buttons.values())
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: shell.rail.width() == wide)


def test_what_is_done_before_the_lanes_are_up_is_taken_all_the_same(
    qtbot: QtBot, start: Start, tmp_path: Path
) -> None:
    window = start()
    found_office(qtbot, window)
    window.close()
    home = tmp_path / "张三" / "Sanzhi"
    window = desk_app.make_window(Folders(home, home))
    qtbot.addWidget(window)
    door = window.centralWidget()
    assert isinstance(door, LoginScreen)
    assert not hasattr(window, "jobs")
    door.code.setFocus()
    door.code_entered.emit("guanli_01")
    door.password.setText(PASSWORD)
    door.servers.click()
    with qtbot.waitSignal(window.entered, timeout=20_000):
        window.show()
        door.enter.click()
        assert not hasattr(window, "jobs")
    dialogs = window.findChildren(ConnectionDialog)
    assert len(dialogs) == 1
    dialogs[0].close()
    idle(qtbot, window.jobs)
    window.close()
