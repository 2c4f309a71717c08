"""What the reviewer typed reaches the database once, whatever the line does; two opinions meet."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import review
from sanzhi_desktop.application.commands import Changed, Command
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.sqlite_gateway import SqliteGateway
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.screens.review import ReviewScreen
from sanzhi_desktop.ui.shell import Shell
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished

REVIEWER = "shenhe_01"


def opened(qtbot: QtBot, enter: Enter, office: Furnished) -> tuple[Shell, ReviewScreen]:
    shell = enter(REVIEWER)
    shell.show_screen("review", office.cases["reviewing"])
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, ReviewScreen)
    assert screen.state is not None
    return shell, screen


def test_a_save_whose_answer_was_lost_is_carried_out_once(
    qtbot: QtBot, enter: Enter, office: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, screen = opened(qtbot, enter, office)
    case_id = office.cases["reviewing"]
    reader = shell.desk.session.reader
    before = len(reader.history(case_id))
    state = screen.state
    assert state is not None
    first, second = state.items[0], state.items[1]
    shell.pulse.stop()  # it would find the database at once and send again by itself
    send = SqliteGateway.send
    lost: list[str] = []

    def send_and_lose(self: SqliteGateway, command: Command) -> Changed:
        """The database carries it out; the desk never hears of it."""
        answer = send(self, command)
        if not lost:
            lost.append(command.command_id)
            raise DomainError(PersistenceFault.AWAY, message="gone")
        return answer

    monkeypatch.setattr(SqliteGateway, "send", send_and_lose)
    screen._answer(first, Answer.CONFORMS)
    screen.saver.send_answers()
    idle(qtbot, shell.desk.jobs)
    assert lost
    assert QApplication.activeModalWidget() is None
    assert screen.saver.dirty
    # Typed while nobody knows: the same item otherwise, and another one.
    screen._answer(first, Answer.FAILS)
    screen._answer(second, Answer.CONFORMS)
    shell.desk.link_back.emit()
    qtbot.waitUntil(lambda: not screen.saver.dirty, timeout=10_000)
    idle(qtbot, shell.desk.jobs)
    kept = {a.item_id: a.answer for a in reader.case(case_id).answers}
    assert (kept[first.id], kept[second.id]) == (Answer.FAILS, Answer.CONFORMS)
    assert [h.action for h in reader.history(case_id)[before:]] == ["answer", "answer"]


def test_two_opinions_meet_part_by_part(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    shell, screen = opened(qtbot, enter, office)
    case_id, session = office.cases["reviewing"], shell.desk.session
    state = screen.state
    assert state is not None
    theirs = state.draft.edit(opening="那边的开头", closing="那边的结尾")
    review.save_draft(session, case_id=case_id, seen_version=state.version, draft=theirs)
    state.write("opening", "这边的开头")
    state.write("reasons", "这边的理由")
    screen.saver.touched()
    screen.saver.send_all()
    qtbot.waitUntil(lambda: screen.findChild(ConflictDialog) is not None, timeout=10_000)
    dialog = screen.findChild(ConflictDialog)
    assert dialog is not None
    model = dialog.table.model()
    shown = [[model.index(n, c).data() for c in range(3)] for n in range(model.rowCount())]
    assert shown == [["开头", "这边的开头", "那边的开头"]]
    dialog.toggle(0)
    dialog.accept()
    qtbot.waitUntil(lambda: not screen.saver.dirty, timeout=10_000)
    idle(qtbot, shell.desk.jobs)
    kept = review.open_desk(session, shell.desk.work.book, case_id=case_id).draft
    assert (kept.opening, kept.reasons, kept.closing) == (
        "那边的开头", "这边的理由", "那边的结尾",
    )  # fmt: skip
