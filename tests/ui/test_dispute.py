"""From an opinion of 纠正 through objection and meeting back to the case, on the real screens."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.domain.dispute import Ruling
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screens.case import CaseScreen
from tests.ui.conftest import Enter
from tests.ui.dispute_room import (
    HANDLER,
    REVIEWER,
    SECRETARY,
    UNIT,
    Room,
    discuss,
    object_to,
    plan_meeting,
    record_and_escalate,
    reply_and_talk,
    sign_minutes,
)
from tests.ui.hands import press
from tests.ui.office import Furnished


def test_a_disagreement_goes_to_the_meeting_and_comes_back(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    room = Room(qtbot, enter, office.cases["responding"])
    numbers = object_to(room)
    reply_and_talk(room, numbers)
    record_and_escalate(room)
    plan_meeting(room)
    discuss(room, numbers, Ruling.ADOPT)
    sign_minutes(room)
    room.sit(SECRETARY)
    room.press(room.meeting(), "送回本案")
    case = room.case()
    assert case.state is State.RESPONDING  # a penalty: no meeting opens the gate by itself
    assert case.clearance is None
    result = room.shell.desk.session.reader.dispute(room.case_id).result(case.round)
    assert result is not None
    assert {p.ruling for p in result.points} == {Ruling.ADOPT}
    room.sit(UNIT)
    words = " ".join(label.text() for label in room.page().findChildren(QLabel))
    assert "采纳承办意见" in words
    assert "行政处罚法" in words  # the gate's card says why the meeting does not open it


def test_an_edition_is_fixed_only_after_it_was_asked(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    room = Room(qtbot, enter, office.cases["responding"])
    numbers = object_to(room)
    reply_and_talk(room, numbers)
    room.sit(HANDLER)
    panel = room.page()

    def records() -> int:
        return len(room.shell.desk.session.reader.dispute(room.case_id).records)

    (asks,) = [b for b in panel.findChildren(QPushButton) if "对照表" in b.text()]
    before = room.case().version
    asks.click()
    dialog = room.dialog(panel)
    words = dialog.explanation.text()
    assert "第 1 轮第 1 版" in words
    assert "不能修改" in words
    shown = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for number in numbers:
        assert f"问题 {number}（" in shown
    assert dialog.cancel.hasFocus()
    press(Qt.Key.Key_Return)
    room.idle()
    assert (records(), room.case().version) == (0, before)
    assert room.done(room.step(Action.FREEZE_RECORD)) == ""
    assert records() == 1
    again = room.step(Action.FREEZE_RECORD)
    assert "第 1 轮第 2 版" in again.explanation.text()
    assert "已有第 1 版" in again.earlier.label.text()
    again.reject()
    assert records() == 1


def test_no_question_goes_to_an_expert_who_is_not_there(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    room = Room(qtbot, enter, office.cases["responding"])
    room.sit(REVIEWER)
    dialog = room.step(Action.ASK_EXPERT)
    room.idle()
    assert not dialog.ok.isEnabled()
    assert "“专家”中登记" in dialog.refusal.label.text()
    dialog.reject()


def test_the_head_signs_the_responsibility_sheet(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    room = Room(qtbot, enter, office.cases["passed"])
    room.sit(REVIEWER)
    room.page()
    screen = room.shell.front
    assert isinstance(screen, CaseScreen)
    assert not screen.papers.responsibility.sign.isEnabled()
    assert "负责人" in screen.papers.responsibility.sign.toolTip()
    room.sit("guzhang_01")
    room.page()
    screen = room.shell.front
    assert isinstance(screen, CaseScreen)
    screen.tabs.setCurrentWidget(screen.papers)
    screen.papers.responsibility.sign.click()
    room.sign(room.dialog(screen.papers.responsibility))
    (shown,) = [d for d in screen.findChildren(PaperDialog) if d.isVisible()]
    made = screen.papers.responsibility._made
    assert made is not None
    session, work = room.shell.desk.session, room.shell.desk.work
    verdict = work.papers.verify(made.paper.pdf, record=record_of(session.reader, sha256=None))
    assert verdict.valid
    assert verdict.document == "responsibility"
    shown.reject()
