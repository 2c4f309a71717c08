"""The way through a disagreement on the real screens, as tests of several rules walk it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.dispute import Ruling
from sanzhi_desktop.domain.meeting import Choice, MeetingState
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.screens.meeting import MeetingScreen
from sanzhi_desktop.ui.screens.meetings import MeetingsScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from tests.ui.conftest import Enter, idle

UNIT, HANDLER, REVIEWER = "dadui_01", "chengban_01", "shenhe_01"
SECRETARY, CHAIR, MEMBERS = "mishu_01", "juzhang_01", ("fujuzhang_01", "fujuzhang_02")


class Room:
    """Whoever sits at the desk, on one case and one meeting."""

    def __init__(
        self, qtbot: QtBot, enter: Enter, case_id: str, *, meeting_name: str = "局长办公会"
    ) -> None:
        self.qtbot, self.enter, self.case_id = qtbot, enter, case_id
        self.meeting_name = meeting_name
        self.meeting_id = ""
        self.shell: Shell

    def sit(self, person_id: str) -> None:
        self.shell = self.enter(person_id)

    def idle(self) -> None:
        idle(self.qtbot, self.shell.desk.jobs)

    def case(self) -> Case:
        return self.shell.desk.session.reader.case(self.case_id)

    def page(self) -> Any:
        self.shell.show_screen("case", self.case_id)
        self.idle()
        screen = self.shell.front
        assert isinstance(screen, CaseScreen)
        screen.tabs.setCurrentWidget(screen.dispute)
        return screen.dispute

    def meeting(self) -> MeetingScreen:
        self.shell.show_screen("meeting", self.meeting_id)
        self.idle()
        screen = self.shell.front
        assert isinstance(screen, MeetingScreen)
        return screen

    def dialog(self, owner: Any) -> Any:
        self.idle()
        (found,) = [d for d in owner.findChildren(QDialog) if isValid(d) and d.isVisible()]
        return found

    def done(self, dialog: Any) -> str:
        """Presses the button; the refusal, or nothing when it was taken."""
        dialog.ok.click()
        self.idle()
        if not isValid(dialog) or not dialog.isVisible():
            return ""
        return str(dialog.refusal.label.text())

    def step(self, action: Action, on: object = None) -> Any:
        panel = self.page()
        panel.take(action, on)
        return self.dialog(panel)

    def press(self, screen: Any, text: str) -> Any:
        """A button of the meeting by the beginning of its caption."""
        made = next(
            b
            for b in screen.findChildren(QPushButton)
            if b.isVisible() and b.text().startswith(text)
        )
        assert made.isEnabled(), (text, made.toolTip())
        made.click()
        self.idle()
        opened = [d for d in screen.findChildren(QDialog) if isValid(d) and d.isVisible()]
        return opened[0] if opened else None

    def sign(self, prompt: Any) -> None:
        assert isinstance(prompt, SigningPrompt)
        self.idle()
        assert self.done(prompt) == "", prompt.refusal.label.text()


def object_to(room: Room, *, basis_wanted: bool = True) -> list[int]:
    room.sit(HANDLER)
    dialog = room.step(Action.OBJECT)
    assert "问题" in room.done(dialog)  # nothing ticked
    numbers = list(dialog.ticks)
    for number in numbers:
        dialog.ticks[number].setChecked(True)
        dialog.forms[number].put({"reasons": f"第{number}个问题的认定与证据不符"})
    if basis_wanted:
        assert "依据" in room.done(dialog)  # the founding document wants reasons and basis
    for number in numbers:
        dialog.forms[number].put({"basis": "《行政处罚法》第四十条"})
    assert room.done(dialog) == ""
    return numbers


def reply_and_talk(room: Room, numbers: list[int]) -> None:
    room.sit(REVIEWER)
    dialog = room.step(Action.REPLY_OBJECTION)
    assert room.done(dialog) != ""  # every point needs a reason
    for number in numbers:
        dialog.forms[number].put({"reply": "证据不足以支持该认定"})
    assert room.done(dialog) == ""
    assert room.done(room.step(Action.OPEN_CONSULTATION)) == ""
    (talk,) = room.shell.desk.session.reader.dispute(room.case_id).consultations
    dialog = room.step(Action.SAY, talk)
    dialog.form.put({"text": "请补充询问笔录"})
    assert room.done(dialog) == ""
    room.sit(UNIT)
    dialog = room.step(Action.PROPOSE_RESULT, talk)
    assert room.done(dialog) == ""  # on nothing agreed: that closes it
    (talk,) = room.shell.desk.session.reader.dispute(room.case_id).consultations
    assert not talk.is_open
    assert talk.entries[0].text == "请补充询问笔录"


def record_and_escalate(room: Room) -> None:
    room.sit(HANDLER)
    assert room.done(room.step(Action.FREEZE_RECORD)) == ""
    room.sign(room.step(Action.CERTIFY_RECORD))
    room.sit(REVIEWER)
    room.sign(room.step(Action.SIGN_RECORD))
    record = room.shell.desk.session.reader.dispute(room.case_id).record(room.case().round)
    assert record is not None
    assert record.complete
    room.sit(UNIT)
    dialog = room.step(Action.ESCALATE)
    assert room.meeting_name in dialog.explanation.text()
    assert "理由" in room.done(dialog)
    dialog.form.put({"reason": "双方未能达成一致"})
    assert room.done(dialog) == ""


def plan_meeting(room: Room) -> None:
    room.sit(SECRETARY)
    room.shell.show_screen("meetings", "")
    room.idle()
    screen = room.shell.front
    assert isinstance(screen, MeetingsScreen)
    assert screen.waiting_model.rowCount() == 1
    screen.plan.click()
    dialog = room.dialog(screen)
    assert dialog.form.values()["name"] == room.meeting_name
    assert "地点" in room.done(dialog)
    dialog.form.put({"place": "三楼会议室", "begins": "09:30"})
    assert "主持人" in room.done(dialog), "nobody presides by being the first in a list"
    put_text(dialog.chair, CHAIR)
    assert room.done(dialog) == ""
    (row,) = room.shell.desk.session.reader.meetings()
    room.meeting_id = row.meeting_id
    assert room.done(room.press(room.meeting(), "议程")) == ""
    dialog = room.press(room.meeting(), "点名开会")
    assert room.done(dialog) == ""


def report_and_speak(room: Room, speakers: set[str]) -> None:
    dialog = room.press(room.meeting(), "汇报")
    put_text(dialog.person, HANDLER)
    dialog.form.put({"text": "本案事实清楚"})
    assert room.done(dialog) == ""
    spoken = []
    while True:
        screen = room.meeting()
        button = next(b for b in screen.findChildren(QPushButton) if b.text().startswith("发言"))
        if not button.isEnabled():
            break
        dialog = room.press(screen, "发言")
        spoken.append(dialog.person.currentData())
        dialog.form.put({"text": "同意承办意见"})
        assert room.done(dialog) == ""
    assert spoken[-1] == CHAIR  # the head speaks last
    assert set(spoken) == speakers


def discuss(room: Room, numbers: list[int], ruling: Ruling) -> None:
    report_and_speak(room, {CHAIR, *MEMBERS})
    dialog = room.press(room.meeting(), "表决")
    assert {number for number, _ in dialog.choices} == set(numbers)
    for box in dialog.choices.values():
        put_text(box, Choice(ruling.value).value)
    assert room.done(dialog) == ""
    dialog = room.press(room.meeting(), "决定")
    assert all(box.currentData() == ruling.value for box in dialog.rulings.values())
    assert room.done(dialog) == ""
    assert room.press(room.meeting(), "散会") is None


def sign_minutes(room: Room, *, members: Sequence[str] = MEMBERS) -> None:
    room.sign(room.press(room.meeting(), "制作笔录"))
    room.sit(CHAIR)
    screen = room.meeting()
    button = next(b for b in screen.findChildren(QPushButton) if b.text().startswith("签名"))
    assert not button.isEnabled()
    assert "最后" in button.toolTip()
    for person_id in (*members, CHAIR):
        room.sit(person_id)
        room.sign(room.press(room.meeting(), "签名"))
    assert room.shell.desk.session.reader.meeting(room.meeting_id).state is MeetingState.SIGNED
