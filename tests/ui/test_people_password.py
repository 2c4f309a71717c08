"""One's own password on a real embedded office: the old one is asked, the drafts follow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.app.entries import EmbeddedEntry
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.door import FirstRun
from sanzhi_desktop.ui.drafts import Drafts, Journal
from sanzhi_desktop.ui.errors import Problems
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.people.person_dialogs import PasswordDialog
from sanzhi_desktop.ui.screens.people import PeopleScreen
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders

ADMIN, OLD, NEW = "guanli", "the first password", "another password"


@pytest.fixture
def entry(tmp_path: Path, work: Work) -> Iterator[EmbeddedEntry]:
    made = EmbeddedEntry(tmp_path / "sanzhi.db")
    made._work = work
    made.create(FirstRun("1", "示例局法规股", "示法审", "shucheng", ADMIN, "冯某", OLD))
    yield made
    if made._opened is not None:
        made._opened.close()


def open_desk(entry: EmbeddedEntry, jobs: Jobs, home: Path) -> Desk:
    settings = DeskSettings(Folders(home, home))
    session = entry.log_in(ADMIN, OLD)
    journal = Journal(settings.folders.drafts, ADMIN, OLD)
    return Desk(
        session=session,
        office=session.reader.office(),
        jobs=jobs,
        problems=Problems(),
        drafts=Drafts(jobs, journal),
        settings=settings,
        work=entry.work(),
        entry=entry,
    )


def test_own_password_takes_the_old_one_and_the_drafts_along(
    entry: EmbeddedEntry, jobs: Jobs, dressed: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = open_desk(entry, jobs, tmp_path / "home")

    def idle() -> None:
        qtbot.waitUntil(lambda: not jobs._waiting, timeout=20_000)

    desk.drafts.keep("intake:", title="没送出的", version=0, values={"name": "某案"})
    screen = PeopleScreen(desk)
    qtbot.addWidget(screen)
    screen.show()
    screen.shown()
    idle()
    screen.people.password.click()
    dialog = next(d for d in screen.findChildren(PasswordDialog) if d.isVisible())
    dialog.form.put({"old": "not this one", "password": NEW, "again": NEW})
    dialog.submit()
    idle()
    assert "现在的密码不对" in dialog.form.fields["old"].fault.text()
    assert entry.log_in(ADMIN, OLD).actor.person_id == ADMIN
    dialog.form.put({"old": OLD})
    dialog.submit()
    idle()
    with pytest.raises(DomainError):
        entry.log_in(ADMIN, OLD)
    assert entry.log_in(ADMIN, NEW).actor.person_id == ADMIN
    file = desk.settings.folders.drafts
    with pytest.raises(DomainError) as refused:
        Journal(file, ADMIN, OLD)
    assert refused.value.code is DeskFault.DRAFT_WRONG_PASSWORD
    assert [draft.title for draft in Journal(file, ADMIN, NEW).all()] == ["没送出的"]
    seen: list[Any] = []
    desk.drafts.keep("review:", title="改密码之后", version=0, values={})
    idle()
    desk.drafts.read(desk, seen.extend)
    idle()
    assert {draft.title for draft in seen} == {"没送出的", "改密码之后"}
