"""The desk under test: a real window over a real sample office on a clock of its own.

An unexpected error that the desk would survive fails the test all the same.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop import app as desk_app
from sanzhi_desktop import compose
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.errors import Problems
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.window import DeskWindow
from tests.ui.office import ClockedEntry, Furnished, furnish

Enter = Callable[[str], Shell]


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["sanzhi"]


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> QApplication:
    """The program as `app` prepares it: Chinese, light, Fusion."""
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    desk_app.prepare(["sanzhi"])
    theme.apply(qapp, theme.Scheme.LIGHT)
    return qapp


@pytest.fixture(autouse=True)
def unexpected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """Collects what `Problems` takes for a bug of ours; a test that wants one empties the list."""
    found: list[BaseException] = []
    number = Problems._number

    def record(self: Problems, error: BaseException) -> tuple[str, bool]:
        found.append(error)
        return number(self, error)

    monkeypatch.setattr(Problems, "_number", record)
    # pytest-qt has hooks of its own, which fail the test; test_errors installs ours on purpose.
    monkeypatch.setattr(Problems, "install_hooks", lambda _self: None)
    yield found
    if found:
        raise found[0]


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    assert made.stop(seconds=10)


@pytest.fixture(scope="session")
def work() -> Work:
    return compose.work(bundled_fonts=True)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, work: Work) -> Furnished:
    """The office with a case at every stage; copied for each test that changes it."""
    return furnish(tmp_path_factory.mktemp("office") / "sample", work)


@pytest.fixture
def office(furnished: Furnished, tmp_path: Path) -> Furnished:
    return furnished.copy_to(tmp_path / "sample")


@pytest.fixture
def clock(office: Furnished) -> Callable[[], datetime]:
    return lambda: office.ends


@pytest.fixture
def window(
    qtbot: QtBot,
    dressed: QApplication,
    office: Furnished,
    work: Work,
    clock: Callable[[], datetime],
) -> Iterator[DeskWindow]:
    """The window at the door of the office."""
    folders = Folders(office.folder / "desk", office.folder / "desk")
    made = DeskWindow(
        lambda: ClockedEntry(office, work, clock), settings=DeskSettings(folders), sample=True
    )
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.started, timeout=10_000):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


@pytest.fixture
def enter(qtbot: QtBot, window: DeskWindow) -> Enter:
    """Signs a person in by code, whoever is there."""

    def enter_as(person_id: str) -> Shell:
        page = window.centralWidget()
        if isinstance(page, Shell):
            page._sign_out()
        with qtbot.waitSignal(window.entered, timeout=10_000) as told:
            window._log_in(person_id, "")
        shell = told.args[0] if told.args else None
        assert isinstance(shell, Shell)
        idle(qtbot, shell.desk.jobs)
        return shell

    return enter_as


def idle(qtbot: QtBot, jobs: Jobs) -> None:
    """Waits until no job is waiting and what came back has been shown."""
    qtbot.waitUntil(lambda: not jobs._waiting, timeout=20_000)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not jobs._waiting, timeout=20_000)
