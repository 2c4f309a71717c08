"""备份: made off the GUI thread, verified, listed; stopped without a trace; full disks in words."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from sanzhi_desktop.app.desk_entry import DeskEntry
from sanzhi_desktop.app.server_entry import ServerEntry
from sanzhi_desktop.application.keeping import BackupRow, ExportRow, Keeper, KeepingFault, Report
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.settings.servers import ServerList
from sanzhi_desktop.ui.screens import for_roles
from sanzhi_desktop.ui.screens.backup import BackupScreen
from tests.ui.office import Furnished
from tests.ui.seat import Seat
from tests.ui.seat import seat as seated

ADMIN = "guanli_01"


@pytest.fixture
def seat(qtbot: QtBot, office: Furnished, work: Work, dressed: QApplication) -> Iterator[Seat]:
    with seated(qtbot, office, ADMIN, work) as made:
        made.settings.backups = office.folder.parent / "kept"
        yield made


@pytest.fixture
def screen(seat: Seat) -> BackupScreen:
    made: BackupScreen = seat.sit(BackupScreen)
    return made


def rows(screen: BackupScreen) -> list[BackupRow]:
    model = screen.model
    return [r for n in range(model.rowCount()) if (r := model.row(n)) is not None]


def test_only_an_administrator_has_it_on_the_rail() -> None:
    def has(role: Role) -> bool:
        return "backup" in {spec.key for spec in for_roles(frozenset({role}))}

    assert {role for role in Role if has(role)} == {Role.ADMIN}


def test_a_backup_is_made_checked_and_listed(seat: Seat, screen: BackupScreen) -> None:
    assert screen.body.currentWidget() is screen.empty
    assert "还没有一份" in screen.banner.label.text()
    told: list[str] = []
    seat.desk.told.connect(told.append)
    QTest.keyClick(screen, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert not screen.now.isEnabled()
    assert screen.stop.isVisible()
    seat.idle()
    (made,) = rows(screen)
    assert (made.good, screen.body.currentWidget() is screen.table) == (True, True)
    assert screen.model.data(screen.model.index(0, 1)) == "已验证"
    assert not screen.banner.isVisible()
    assert screen.now.isEnabled()
    assert not screen.stop.isVisible()
    assert told == [f"已备份并验证：{made.path.name}"]
    answer = subprocess.run(
        ["sqlite3", made.path, "pragma integrity_check; select count(*) from case_"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert answer == ["ok", str(made.cases)]


def test_working_goes_on_and_stopping_leaves_nothing(seat: Seat, screen: BackupScreen) -> None:
    assert screen.keeper is not None
    keeper: Keeper = screen.keeper

    class Slow:
        """The real keeper, which waits at its first step until somebody stops it."""

        def backup(self, folder: Path, *, keep: int, report: Report) -> BackupRow:
            def patient(step: int, total: int, text: str) -> None:
                while text == "复制数据库":
                    report(step, total, text)  # raises when the button was pressed
                report(step, total, text)

            return keeper.backup(folder, keep=keep, report=patient)

        def export(self, folder: Path, *, report: Report) -> ExportRow:
            return keeper.export(folder, report=report)

        def backups(self, folder: Path) -> list[BackupRow]:
            return list(keeper.backups(folder))

    screen.keeper = Slow()
    screen.now.click()
    seat.qtbot.waitUntil(lambda: screen.doing.text() == "复制数据库")
    assert seat.desk.session.reader.office().name, "the database answers meanwhile"
    screen.stop.click()
    assert screen.now.isEnabled()
    seat.idle()
    assert rows(screen) == []
    assert [p.name for p in seat.settings.backups.iterdir() if p.name != "files"] == []


def test_a_full_disk_is_said_at_the_folder(
    seat: Seat, screen: BackupScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def backup(self, folder: Path, *, keep: int, report: Report) -> BackupRow:
            raise DomainError(KeepingFault.DISK_FULL, path=str(folder))

        def export(self, folder: Path, *, report: Report) -> ExportRow:
            raise DomainError(KeepingFault.DISK_FULL, path=str(folder))

        def backups(self, folder: Path) -> list[BackupRow]:
            return []

    screen.keeper = Full()
    screen.now.click()
    seat.idle()
    assert "磁盘已满" in screen.form.fields["folder"].fault.text()
    assert screen.now.isEnabled()


def test_everything_is_exported_with_its_verifier(
    seat: Seat, screen: BackupScreen, tmp_path: Path
) -> None:
    told: list[str] = []
    seat.desk.told.connect(told.append)
    screen.export.click()
    dialog = seat.dialog(QFileDialog, screen)
    dialog.reject()
    screen.export_to(str(tmp_path))
    assert not screen.now.isEnabled()
    seat.idle()
    (out,) = tmp_path.glob("sanzhi-export-*")
    assert [str(out) in words for words in told] == [True]
    done = subprocess.run(
        [sys.executable, "-I", "-S", out / "verify.py"],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, "完整" in done.stdout) == (0, True), done.stdout


def test_an_old_backup_asks_for_a_new_one(seat: Seat, screen: BackupScreen) -> None:
    screen.now.click()
    seat.idle()
    seat.now += timedelta(days=8)
    screen.shown()
    seat.idle()
    assert "请再做一份" in screen.banner.label.text()
    assert screen.banner.isVisible()


def test_another_folder_shows_its_own_backups(
    seat: Seat, screen: BackupScreen, tmp_path: Path
) -> None:
    screen.now.click()
    seat.idle()
    assert len(rows(screen)) == 1
    other = tmp_path / "other disk"
    screen.keep_folder(str(other))
    assert "没有这个文件夹" in screen.form.fields["folder"].fault.text()
    other.mkdir()
    screen.keep_folder(str(other))
    seat.idle()
    assert rows(screen) == []
    assert seat.settings.backups == other


def test_an_ordinary_desk_keeps_the_place_in_front(office: Furnished, tmp_path: Path) -> None:
    database = office.folder / offices.SAMPLE_DATABASE
    entry = DeskEntry(database, servers=ServerList(tmp_path), chosen="")
    entry.door()
    keeper = entry.keeper()
    assert keeper is not None
    made = keeper.backup(tmp_path / "kept", keep=1, report=lambda _s, _t, _w: None)
    assert (made.good, made.cases) == (True, len(office.cases))
    entry.leave()


def test_on_a_server_it_says_who_keeps_it(seat: Seat, screen: BackupScreen, tmp_path: Path) -> None:
    assert ServerEntry("postgresql://x/y", "局", files=tmp_path).keeper() is None
    screen._know(None)
    assert not screen.now.isVisible()
    assert screen.body.currentWidget() is screen.empty
