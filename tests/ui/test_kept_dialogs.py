"""What is typed into a dialog outlives the program, and what was sent is carried out once."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPlainTextEdit
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop.application import aftermath
from sanzhi_desktop.application.commands import Command
from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.sqlite_gateway import SqliteGateway
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.left_draft import GiveUpDraft
from sanzhi_desktop.ui.outgoing import REPEATS
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.screens.worklist import WorklistScreen
from sanzhi_desktop.ui.shell import Shell
from tests.sources import ROOT
from tests.ui import hands, killed_dialog
from tests.ui.conftest import Enter, idle
from tests.ui.killed_dialog import TYPED
from tests.ui.office import Furnished

HANDLER = "chengban_01"


def killed(office: Furnished, person: str, case_id: str, what: str, when: str) -> None:
    """A desk in another process types into the dialog and is killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.killed_dialog", str(office.folder),
         office.ends.isoformat(), person, case_id, what, when],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    guard = threading.Timer(90, process.kill)
    guard.start()
    assert process.stdout is not None
    if when == "typed":
        assert process.stdout.readline() == "typed\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)  # what was typed is safe within a second
        process.kill()
    assert process.wait(90) == -9
    guard.cancel()
    process.stdout.close()


def open_again(qtbot: QtBot, shell: Shell, case_id: str, what: str) -> Any:
    made: Any = killed_dialog.make(shell, case_id, what)
    made.open()
    idle(qtbot, shell.desk.jobs)
    return made


def sql(office: Furnished, query: str) -> Any:
    with sqlite3.connect(office.folder / offices.SAMPLE_DATABASE) as db:
        found = db.execute(query).fetchall()
    db.close()
    return found


def drafts(shell: Shell, qtbot: QtBot) -> list[str]:
    found: list[str] = []
    shell.desk.drafts.read(shell, lambda all_: found.extend(d.key for d in all_))
    idle(qtbot, shell.desk.jobs)
    return found


COUNTS = {
    "respond": 'select count(*) from audit where instr(entry, \'"action":"respond"\') > 0'
    ' or instr(entry, \'"action": "respond"\') > 0',
    "recusal": "select count(*) from recusal",
    "meeting": "select count(*) from meeting",
}


@pytest.mark.parametrize("when", ["typed", "sending", "sent"])
def test_answers_to_problems_outlive_a_kill(
    qtbot: QtBot, enter: Enter, office: Furnished, when: str
) -> None:
    """Killed a second after the last letter, before the database has it, or before the answer."""
    case_id = office.cases["responding"]
    killed(office, HANDLER, case_id, "respond", when)
    assert sql(office, COUNTS["respond"]) == [(1 if when == "sent" else 0,)]
    shell = enter(HANDLER)
    dialog = open_again(qtbot, shell, case_id, "respond")
    assert all(e.toPlainText() == TYPED for e in dialog.findChildren(QPlainTextEdit))
    if when == "sent":  # found in the history at the log-in: it is no draft any more
        assert dialog.kept.label.text() == ""
        dialog.reject()
        idle(qtbot, shell.desk.jobs)
    else:
        assert ("没有得到答复" if when == "sending" else "已恢复") in dialog.kept.label.text()
        hands.control("s")
        idle(qtbot, shell.desk.jobs)
        assert not isValid(dialog) or not dialog.isVisible()
    assert sql(office, COUNTS["respond"]) == [(1,)]
    assert shell.desk.session.reader.case(case_id).problems[0].response == TYPED
    assert drafts(shell, qtbot) == []


@pytest.mark.parametrize(("what", "person"), [("recusal", "guanli_01"), ("meeting", "mishu_01")])
def test_a_new_row_is_written_once(
    qtbot: QtBot, enter: Enter, office: Furnished, what: str, person: str
) -> None:
    """The command was carried out, the program died before it heard of it."""
    before = sql(office, COUNTS[what])[0][0]
    killed(office, person, "", what, "sent")
    assert sql(office, COUNTS[what]) == [(before + 1,)]
    shell = enter(person)
    dialog = open_again(qtbot, shell, "", what)
    assert "不会重复办理" in dialog.kept.label.text()
    hands.control("s")
    idle(qtbot, shell.desk.jobs)
    assert sql(office, COUNTS[what]) == [(before + 1,)]
    assert drafts(shell, qtbot) == []


class Lossy:
    """A line that loses the answer to the next command, which the database has carried out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = False
        self.sent = 0
        real: Callable[[SqliteGateway, Command], Any] = SqliteGateway.send

        def send(gateway: SqliteGateway, command: Command) -> Any:
            answer = real(gateway, command)
            self.sent += 1
            if self.away:
                raise DomainError(PersistenceFault.AWAY, message="line cut")
            return answer

        monkeypatch.setattr(SqliteGateway, "send", send)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Lossy:
    return Lossy(monkeypatch)


def respond(qtbot: QtBot, shell: Shell, case_id: str) -> Any:
    """The dialog, as it was opened now."""
    case = shell.desk.session.reader.case(case_id)
    dialog: Any = steps.make(Action.RESPOND, shell.desk, case, shell)
    dialog.open()
    idle(qtbot, shell.desk.jobs)
    return dialog


def answer(dialog: Any, text: str) -> None:
    for editor in dialog.findChildren(QPlainTextEdit):
        editor.setFocus()
        editor.selectAll()
        hands.say(text)


def test_a_lost_answer_is_no_conflict(
    qtbot: QtBot, enter: Enter, office: Furnished, line: Lossy
) -> None:
    shell, case_id = enter(HANDLER), office.cases["responding"]
    shell.pulse.stop()
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "已经改正")
    line.away = True
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    # Said only because it is so.
    assert "已保存到本机" in dialog.refusal.label.text()
    assert "自动再送" in dialog.refusal.label.text()
    assert len(drafts(shell, qtbot)) == 1
    line.away = False
    shell.desk.link_back.emit()  # the beat hears that the server is back
    idle(qtbot, shell.desk.jobs)
    assert not isValid(dialog) or not dialog.isVisible()
    assert sql(office, COUNTS["respond"]) == [(1,)]
    assert drafts(shell, qtbot) == []


def test_a_command_that_takes_the_server_away_is_not_sent_for_ever(
    qtbot: QtBot, enter: Enter, office: Furnished, line: Lossy
) -> None:
    """The beat is answered, the command never: it goes out a few times, then waits for a person."""
    shell, case_id = enter(HANDLER), office.cases["responding"]
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "已经改正")
    line.away = True
    dialog.ok.click()
    qtbot.waitUntil(lambda: line.sent == 1 + REPEATS, timeout=20_000)
    for _ in range(3):
        shell.desk.link_back.emit()
        idle(qtbot, shell.desk.jobs)
    assert line.sent == 1 + REPEATS
    assert dialog.isVisible()
    line.away = False
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert sql(office, COUNTS["respond"]) == [(1,)]


def test_what_is_typed_after_a_lost_answer_is_a_command_of_its_own(
    qtbot: QtBot, enter: Enter, office: Furnished, line: Lossy
) -> None:
    shell, case_id = enter(HANDLER), office.cases["responding"]
    shell.pulse.stop()
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "已经改正")
    line.away = True
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    answer(dialog, "已经改正，并附照片")
    line.away = False
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    # The first one is saved, and the second one still stands there, on what is saved now.
    assert "其实已经保存" in dialog.refusal.label.text()
    assert dialog.findChildren(QPlainTextEdit)[0].toPlainText() == "已经改正，并附照片"
    assert shell.desk.session.reader.case(case_id).problems[0].response == "已经改正"
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert sql(office, COUNTS["respond"]) == [(2,)]
    assert shell.desk.session.reader.case(case_id).problems[0].response == "已经改正，并附照片"


def overtake(shell: Shell, case_id: str, text: str) -> None:
    """Somebody else answers the problems first."""
    session = shell.desk.session
    case = session.reader.case(case_id)
    answers = [(p.number, text) for p in case.problems]
    aftermath.respond(session, case_id=case_id, seen_version=case.version, responses=answers)


def test_the_loser_sees_both_texts_and_chooses(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell, case_id = enter(HANDLER), office.cases["responding"]
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "我的答复")
    overtake(shell, case_id, "同事的答复")
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    (asked,) = dialog.findChildren(ConflictDialog)
    shown = asked._differences[0]
    assert (shown.mine, shown.theirs) == ("我的答复", "同事的答复")
    assert "答复" in shown.label
    assert "已" in dialog.refusal.label.text()
    hands.press(Qt.Key.Key_Escape)  # 先不保存
    assert dialog.findChildren(QPlainTextEdit)[0].toPlainText() == "我的答复"
    assert shell.desk.session.reader.case(case_id).problems[0].response == "同事的答复"
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert not isValid(dialog) or not dialog.isVisible()
    assert shell.desk.session.reader.case(case_id).problems[0].response == "我的答复"


def test_the_loser_may_take_the_other_text(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    shell, case_id = enter(HANDLER), office.cases["responding"]
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "我的答复")
    overtake(shell, case_id, "同事的答复")
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    (asked,) = dialog.findChildren(ConflictDialog)
    asked._take_all()
    idle(qtbot, shell.desk.jobs)
    assert dialog.findChildren(QPlainTextEdit)[0].toPlainText() == "同事的答复"
    assert drafts(shell, qtbot) == []


def test_a_draft_is_thrown_away_with_a_question(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell, case_id = enter(HANDLER), office.cases["responding"]
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "想了一半")
    hands.press(Qt.Key.Key_Escape)
    idle(qtbot, shell.desk.jobs)
    again = respond(qtbot, shell, case_id)
    assert again.findChildren(QPlainTextEdit)[0].toPlainText() == "想了一半"
    again.throw.click()
    (box,) = again.findChildren(QMessageBox)
    assert box.defaultButton().text().startswith("保留")
    box.defaultButton().click()
    assert again.findChildren(QPlainTextEdit)[0].toPlainText() == "想了一半"
    again.throw.click()
    box = next(b for b in again.findChildren(QMessageBox) if b.isVisible())
    next(b for b in box.buttons() if "不要了" in b.text()).click()
    idle(qtbot, shell.desk.jobs)
    assert again.findChildren(QPlainTextEdit)[0].toPlainText() == ""
    assert drafts(shell, qtbot) == []


def test_the_work_list_leads_to_a_draft_and_asks_before_it_goes(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell, case_id = enter(HANDLER), office.cases["responding"]
    dialog = respond(qtbot, shell, case_id)
    answer(dialog, "想了一半")
    hands.press(Qt.Key.Key_Escape)
    shell.show_screen("worklist")
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, WorklistScreen)
    assert "答复问题" in screen.draft_banner.label.text()
    screen._take_draft()
    idle(qtbot, shell.desk.jobs)
    assert shell.front is not None
    assert shell.front.case_at_hand == case_id
    shell.show_screen("worklist")
    idle(qtbot, shell.desk.jobs)
    screen._drop_draft()
    (asked,) = screen.findChildren(GiveUpDraft)
    assert set(asked.text.toPlainText().split("\n")) == {"想了一半"}
    assert asked.stay.isDefault()
    asked.stay.click()
    assert len(drafts(shell, qtbot)) == 1
    screen._drop_draft()
    asked = next(d for d in screen.findChildren(GiveUpDraft) if d.isVisible())
    asked.give_up.click()
    idle(qtbot, shell.desk.jobs)
    assert drafts(shell, qtbot) == []


def test_a_new_case_is_registered_once_though_the_answer_was_lost_before_a_restart(
    qtbot: QtBot, enter: Enter, line: Lossy
) -> None:
    shell = enter(HANDLER)
    shell.pulse.stop()
    before = {r.case_id for r in shell.desk.session.reader.worklist(ListQuery())}
    screen = intake(qtbot, shell)
    screen.body.form.fields["name"].editor.setFocus()
    hands.say("答复丢失的案子")
    line.away = True
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    assert "连接不上" in screen.banner.label.text()
    screen.body.form.fields["facts"].editor.setFocus()
    hands.say("此后补写的事实")
    line.away = False
    shell = enter(HANDLER)  # another log-in knows the journal alone
    screen = intake(qtbot, shell)
    assert screen.body.form.fields["name"].text == "答复丢失的案子"
    assert screen.body.form.fields["facts"].text == "此后补写的事实"
    assert "不会重复登记" in screen.banner.label.text()
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    reader = shell.desk.session.reader
    (made,) = {r.case_id for r in reader.worklist(ListQuery())} - before
    submission = reader.case(made).submission
    assert (submission.name, submission.facts) == ("答复丢失的案子", "此后补写的事实")
    assert drafts(shell, qtbot) == []


def test_what_turns_out_to_be_saved_is_no_draft_any_more(
    qtbot: QtBot, enter: Enter, line: Lossy
) -> None:
    """Nobody has to open the dialog again, which may be closed by the very step it took."""
    shell = enter(HANDLER)
    shell.pulse.stop()
    screen = intake(qtbot, shell)
    screen.body.form.fields["name"].editor.setFocus()
    hands.say("答复丢失的案子")
    line.away = True
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    line.away = False
    shell = enter(HANDLER)
    shell.show_screen("worklist")
    idle(qtbot, shell.desk.jobs)
    idle(qtbot, shell.desk.jobs)
    assert drafts(shell, qtbot) == []


def intake(qtbot: QtBot, shell: Shell) -> IntakeScreen:
    shell.show_screen("intake")
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, IntakeScreen)
    return screen
