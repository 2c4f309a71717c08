"""The transfer of a suspected crime at the desk: by its people, on a real database."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialog, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.transfer import Transfer, TransferStage, current
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.names import moment, name
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.transfer.attachments import PrepareTransferStep
from sanzhi_desktop.ui.transfer.base import TransferStep, parse_moment
from sanzhi_desktop.ui.transfer.deciding import OpenTransferStep
from sanzhi_desktop.ui.transfer.panel import TransferPanel
from tests.ui import hands
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished
from tests.ui.seat import nameless

HANDLER, UNIT_HEAD, CHIEF, HEAD, CLERK = (
    "chengban_01", "dadui_01", "juzhang_01", "guzhang_01", "neiqin_01",
)  # fmt: skip


class Hand:
    """Somebody at the transfer tab of one case."""

    def __init__(self, qtbot: QtBot, enter: Enter, case_id: str) -> None:
        self.qtbot, self.enter, self.case_id = qtbot, enter, case_id
        self.shell: Shell
        self.person = ""

    def sit(self, person: str) -> TransferPanel:
        if person != self.person:
            self.shell, self.person = self.enter(person), person
        self.shell.show_screen("case", self.case_id)
        idle(self.qtbot, self.shell.desk.jobs)
        screen = self.shell.front
        assert isinstance(screen, CaseScreen)
        screen.tabs.setCurrentWidget(screen.transfer)
        return screen.transfer

    def dialog(self, person: str, action: Action) -> Any:
        """Chooses the step in the list and presses its button."""
        panel = self.sit(person)
        choose(panel, action)
        assert panel.take.isEnabled(), panel.reason.text()
        QTest.mouseClick(panel.take, Qt.MouseButton.LeftButton)
        idle(self.qtbot, self.shell.desk.jobs)
        open_now = [d for d in panel.findChildren(TransferStep) if d.isVisible()]
        assert len(open_now) == 1
        return open_now[0]

    def press(self, dialog: Any) -> str:
        """Presses the button; the refusal shown, or nothing when it was done."""
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
        idle(self.qtbot, self.shell.desk.jobs)
        if not isValid(dialog) or not dialog.isVisible():
            return ""
        return str(dialog.refusal.label.text())

    def take(self, person: str, action: Action, **texts: str) -> str:
        dialog = self.dialog(person, action)
        dialog.form.put(texts)
        return self.press(dialog)

    @property
    def now(self) -> Transfer:
        found = current(self.shell.desk.session.reader.case(self.case_id).transfers)
        assert found is not None
        return found

    def open_it(self) -> None:
        assert self.take(UNIT_HEAD, Action.OPEN_TRANSFER, reason="金额达到追诉标准") == ""

    def report_it(self) -> None:
        told = {"offence": "危险作业罪", "circumstances": "情节严重", "reported_to": "王样八"}
        assert self.take(HANDLER, Action.REPORT_TRANSFER, **told) == ""

    def prepare_it(self) -> None:
        dialog = self.dialog(HANDLER, Action.PREPARE_TRANSFER)
        for code, form in dialog.forms.items():
            key = "waived" if code in ("expert_findings", "other") else "pages"
            form.put({key: "本案没有" if key == "waived" else "3"})
        assert self.press(dialog) == ""

    def sign_it(self) -> None:
        dialog = self.dialog(HEAD, Action.ISSUE_TRANSFER)
        dialog.form.put({"organ": "示例县公安局"})
        self.press(dialog)
        prompt = dialog.findChild(SigningPrompt)
        assert prompt is not None
        idle(self.qtbot, self.shell.desk.jobs)
        QTest.mouseClick(prompt.ok, Qt.MouseButton.LeftButton)
        idle(self.qtbot, self.shell.desk.jobs)
        assert not isValid(prompt) or not prompt.isVisible(), prompt.refusal.label.text()

    def to_delivered(self) -> None:
        self.open_it()
        self.report_it()
        assert self.take(CHIEF, Action.DECIDE_TRANSFER) == ""
        self.prepare_it()
        self.sign_it()
        assert self.take(HANDLER, Action.DELIVER_TRANSFER) == ""


def choose(panel: TransferPanel, action: Action) -> None:
    rows = [panel.model.row(n) for n in range(panel.model.rowCount())]
    place = next(n for n, r in enumerate(rows) if r is not None and r.action is action)
    panel.table.setCurrentIndex(panel.model.index(place, 0))
    assert panel.chosen is not None
    assert panel.chosen.action is action


@pytest.fixture
def hand(qtbot: QtBot, enter: Enter, office: Furnished) -> Hand:
    return Hand(qtbot, enter, office.cases["responding"])


def test_the_whole_transfer_by_its_people(hand: Hand, office: Furnished, work: Work) -> None:
    hand.to_delivered()
    assert hand.now.number == "示应急法审移〔2026〕1号"
    assert hand.take(HANDLER, Action.RECEIPT_TRANSFER, signed_by="某警官") == ""
    assert (
        hand.take(CLERK, Action.POLICE_ANSWER, choice="filed", number="示公立字〔2026〕9号") == ""
    )
    panel = hand.sit(HANDLER)
    assert "登记移交" in panel.headline.label.text()
    assert "最迟2026-09-" in panel.headline.label.text()
    assert hand.take(HANDLER, Action.HAND_OVER, items="账册1箱", received_by="某警官") == ""
    assert hand.now.stage is TransferStage.DONE
    panel = hand.sit(HANDLER)
    choose(panel, Action.ISSUE_TRANSFER)
    assert panel.letter.isVisible()
    letter = hand.shell.desk.session.reader.document(hand.now.letter_sha256)
    from sanzhi_desktop.application.signoff import record_of

    verdict = work.letters.verify(
        letter, record=record_of(hand.shell.desk.session.reader, sha256=hand.now.letter_sha256)
    )
    assert verdict.valid, verdict
    assert verdict.signatures[0].name == "郑样七"


def test_each_closed_step_says_why(hand: Hand) -> None:
    panel = hand.sit(HANDLER)
    for n in range(panel.model.rowCount()):
        line = panel.model.row(n)
        assert line is not None
        panel.table.setCurrentIndex(panel.model.index(n, 0))
        assert panel.take.isEnabled() == (line.action is Action.OPEN_TRANSFER)
        assert panel.reason.isVisible() != panel.take.isEnabled()
        assert line.who
        if not panel.take.isEnabled():
            assert "指定专案组" in panel.reason.text()
    hand.open_it()
    panel = hand.sit(CLERK)
    choose(panel, Action.REPORT_TRANSFER)
    assert "岗位" in panel.reason.text()
    assert "专案组：钱样二、孙样三" in panel.reason.text()
    choose(panel, Action.DELIVER_TRANSFER)
    assert "已指定专案组，待核实报告" in panel.reason.text()


def test_a_team_of_one_is_refused_in_place(hand: Hand) -> None:
    dialog = hand.dialog(UNIT_HEAD, Action.OPEN_TRANSFER)
    assert isinstance(dialog, OpenTransferStep)
    dialog.form.put({"reason": "金额达到追诉标准"})
    dialog.team.setFocus()
    dialog.team.setCurrentRow(0)
    hands.press(Qt.Key.Key_Space)  # takes one of the two away, by key
    assert len(dialog.chosen()) == 1
    assert "不少于2名" in hand.press(dialog)
    assert "不少于2名" in dialog.team_fault.text()
    hands.press(Qt.Key.Key_Space)
    assert hand.press(dialog) == ""
    assert len(hand.now.team) == 2


def test_a_time_that_is_none_or_to_come_is_told_at_its_field(hand: Hand, office: Furnished) -> None:
    dialog = hand.dialog(UNIT_HEAD, Action.OPEN_TRANSFER)
    dialog.form.put({"reason": "线索"})
    assert dialog.form.fields["at"].text == moment(office.ends), "now is offered"
    dialog.form.put({"at": "昨天下午"})
    hand.press(dialog)
    assert "2026-09-18 14:30" in dialog.form.fields["at"].fault.text()
    dialog.form.put({"at": moment(office.ends + timedelta(minutes=2))})
    hand.press(dialog)
    assert "还没有到" in dialog.form.fields["at"].fault.text()
    assert dialog.form.fields["reason"].text == "线索", "what was typed stays"


def test_the_chief_refuses_only_with_reasons(hand: Hand) -> None:
    hand.open_it()
    hand.report_it()
    dialog = hand.dialog(CHIEF, Action.DECIDE_TRANSFER)
    dialog.form.put({"choice": "refused"})
    assert dialog.form.fields["reason"].editor.isVisible()
    hand.press(dialog)
    assert "不批准移送的" in dialog.form.fields["reason"].fault.text()
    dialog.form.put({"reason": "金额未达到追诉标准"})
    assert hand.press(dialog) == ""
    assert hand.now.stage is TransferStage.REFUSED
    panel = hand.sit(UNIT_HEAD)
    choose(panel, Action.OPEN_TRANSFER)
    assert panel.take.isEnabled(), "new facts may begin another one"


def test_what_is_missing_is_named_on_its_card(hand: Hand) -> None:
    hand.open_it()
    dialog = hand.dialog(HANDLER, Action.PREPARE_TRANSFER)
    assert isinstance(dialog, PrepareTransferStep)
    assert set(dialog.forms) == {"investigation_report", "goods_list", "expert_findings", "other"}
    assert "waived" not in dialog.forms["goods_list"].fields, "the law allows no excuse"
    hand.press(dialog)
    fault = dialog.forms["investigation_report"].fields["pages"].fault
    assert "涉嫌犯罪案件情况的调查报告" in fault.text()
    own = dialog.forms["investigation_report"].fields["own"].editor
    assert isinstance(own, QComboBox)
    own.setCurrentIndex(1)
    assert dialog.forms["investigation_report"].fields["file"].text
    dialog.forms["goods_list"].put({"pages": "二页"})
    hand.press(dialog)
    assert "例如 12" in dialog.forms["goods_list"].fields["pages"].fault.text()
    dialog.forms["goods_list"].put({"pages": "2"})
    for code in ("expert_findings", "other"):
        dialog.forms[code].put({"waived": "本案没有"})
    assert hand.press(dialog) == ""
    report = hand.now.attachments[0]
    assert report.sha256
    assert report.file_name


def test_a_file_can_be_attached(hand: Hand, tmp_path: Path) -> None:
    hand.to_delivered()
    scan = tmp_path / "回执.txt"
    scan.write_text("收到", "utf-8")
    dialog = hand.dialog(HANDLER, Action.RECEIPT_TRANSFER)
    dialog.attach("paper", scan)
    idle(hand.qtbot, hand.shell.desk.jobs)
    assert dialog.form.fields["paper"].text == "回执.txt"
    hand.press(dialog)
    assert "签收人" in dialog.form.fields["signed_by"].fault.text()
    dialog.form.put({"signed_by": "某警官"})
    assert hand.press(dialog) == ""
    event = hand.now.last(Action.RECEIPT_TRANSFER)
    assert event is not None
    assert event.detail["file_name"] == "回执.txt"
    path = hand.shell.desk.session.files.path(str(event.detail["sha256"]))
    assert path.read_text("utf-8") == "收到"


def test_what_was_typed_is_kept_as_a_draft(hand: Hand) -> None:
    hand.open_it()
    dialog = hand.dialog(HANDLER, Action.REPORT_TRANSFER)
    dialog.form.fields["offence"].editor.setFocus()
    hands.say("非法经营罪")
    hands.press(Qt.Key.Key_Escape)
    idle(hand.qtbot, hand.shell.desk.jobs)
    again = hand.dialog(HANDLER, Action.REPORT_TRANSFER)
    assert again.form.fields["offence"].text == "非法经营罪"
    again.form.put({"circumstances": "情节严重", "reported_to": "王样八"})
    assert hand.press(again) == ""
    assert hand.now.told(Action.REPORT_TRANSFER, "offence") == "非法经营罪"


def test_the_gate_and_the_clocks_say_it(hand: Hand, office: Furnished) -> None:
    hand.case_id = office.cases["passed"]
    hand.sit(HANDLER)
    screen = hand.shell.front
    assert isinstance(screen, CaseScreen)
    assert screen.page is not None
    assert screen.page.gate.open
    hand.open_it()
    hand.report_it()
    assert hand.take(CHIEF, Action.DECIDE_TRANSFER) == ""
    hand.sit(HANDLER)
    screen = hand.shell.front
    assert isinstance(screen, CaseScreen)
    assert screen.page is not None
    assert not screen.page.gate.open
    assert screen.page.gate.why[0].code == "gate.transfer_unsent"
    clocks = {c.kind.value: c for c in screen.page.clocks}
    approve, send = clocks["transfer_approve"].strip, clocks["transfer_send"].strip
    assert approve is not None
    assert approve.state.value == "stopped"
    assert send is not None
    decided = hand.now.last(Action.DECIDE_TRANSFER)
    assert decided is not None
    assert send.due_at == decided.at + timedelta(hours=24)
    assert "第五条" in send.rule.source
    texts = [screen.clocks.model.row(n) for n in range(screen.clocks.model.rowCount())]
    assert any(r is not None and r.kind.value == "transfer_send" for r in texts)


def test_the_chief_finds_it_in_the_list_and_on_top(hand: Hand, qtbot: QtBot) -> None:
    hand.open_it()
    hand.report_it()
    hand.shell, hand.person = hand.enter(CHIEF), CHIEF
    mine = hand.shell.desk.session.reader.worklist(ListQuery(scope=ListScope.MINE))
    assert hand.case_id in {row.case_id for row in mine}
    hand.shell.show_screen("case", hand.case_id)
    idle(qtbot, hand.shell.desk.jobs)
    screen = hand.shell.front
    assert isinstance(screen, CaseScreen)
    assert screen.tabs.currentWidget() is screen.transfer
    assert "办理中" in screen.tabs.tabText(screen.tabs.currentIndex())


def test_dialogs_tell_a_screen_reader_what_they_are(hand: Hand) -> None:
    hand.open_it()
    dialog: QDialog = hand.dialog(HANDLER, Action.PREPARE_TRANSFER)
    assert not nameless(dialog)
    panel = hand.sit(HANDLER)
    dialog.reject()
    assert not nameless(panel)
    assert all(b.text() for b in panel.findChildren(QPushButton))


@pytest.mark.parametrize(
    "text",
    ["2026-09-18 14:05", "2026年9月18日14时05分", "2026/9/18 14：05", "2026.9.18 14:5"],
)
def test_moments_as_people_type_them(text: str) -> None:
    assert parse_moment(text) == datetime.fromisoformat("2026-09-18T14:05:00+08:00")


def test_names_of_all_steps() -> None:
    from sanzhi_desktop.ui.transfer.words import ORDER

    assert len({name(action) for action in ORDER}) == len(ORDER)
