"""Another team and corrected events of a transfer at the desk; files on their way in dialogs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import office as people
from sanzhi_desktop.domain.people import Role, RoleGrant
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.dispute.base import FilePicker
from sanzhi_desktop.ui.names import moment
from sanzhi_desktop.ui.transfer.base import TransferStep
from sanzhi_desktop.ui.transfer.panel import TransferPanel
from tests.ui import dispute_room as dr
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished
from tests.ui.test_transfer import CHIEF, CLERK, HANDLER, UNIT_HEAD, Hand, choose


@pytest.fixture
def hand(qtbot: QtBot, enter: Enter, office: Furnished) -> Hand:
    return Hand(qtbot, enter, office.cases["responding"])


def opened(hand: Hand, panel: TransferPanel, button: QPushButton) -> Any:
    assert button.isVisible(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    idle(hand.qtbot, hand.shell.desk.jobs)
    (dialog,) = [d for d in panel.findChildren(TransferStep) if d.isVisible()]
    return dialog


def told(panel: TransferPanel) -> str:
    return " ".join(label.text() for label in panel.recorded.findChildren(QLabel))


def register(hand: Hand) -> str:
    """A third officer of the register."""
    session = hand.enter("guanli_01").desk.session
    known = session.reader.people()[HANDLER]
    third = replace(known, person_id="chengban_09", name="吴样九", roles=())
    people.put_person(session, person=third, new=True)
    people.set_roles(session, person_id=third.person_id, grants=[RoleGrant(Role.HANDLER)])
    return third.person_id


def test_the_team_is_changed_where_it_is_shown(hand: Hand) -> None:
    third = register(hand)
    hand.open_it()
    panel = hand.sit(HANDLER)
    choose(panel, Action.OPEN_TRANSFER)
    assert not panel.team.isVisible()  # the unit's head and the lead name the team
    panel = hand.sit(UNIT_HEAD)
    choose(panel, Action.OPEN_TRANSFER)
    dialog = opened(hand, panel, panel.team)
    before = dialog.chosen()
    assert sorted(before) == sorted(m.person_id for m in hand.now.team)
    assert "理由" in hand.press(dialog) or "没有变化" in dialog.refusal.label.text()
    dialog.form.put({"reason": "原成员调离"})
    assert "没有变化" in hand.press(dialog)
    items = [dialog.team.item(n) for n in range(dialog.team.count())]
    code = Qt.ItemDataRole.UserRole
    joins = next(i for i in items if i.data(code) == third)
    leaves = next(i for i in items if i.data(code) == before[0])
    joins.setCheckState(Qt.CheckState.Checked)
    leaves.setCheckState(Qt.CheckState.Unchecked)
    assert hand.press(dialog) == ""
    assert {m.person_id for m in hand.now.team} == {before[1], third}
    panel = hand.sit(UNIT_HEAD)
    choose(panel, Action.OPEN_TRANSFER)
    assert "原成员调离" in told(panel)
    assert "离开：" in told(panel)


def test_an_event_is_put_right_and_its_clock_counts_anew(hand: Hand) -> None:
    hand.open_it()
    hand.report_it()
    event = hand.now.events[-1]
    panel = hand.sit(HANDLER)
    choose(panel, Action.REPORT_TRANSFER)
    before = panel.headline.label.text()
    dialog = opened(hand, panel, panel.correct)
    assert dialog.form.values()["offence"] == "危险作业罪"
    assert dialog.form.values()["at"] == moment(event.at)
    dialog.form.put({"why": "罪名、日期写错"})
    assert "没有改动" in hand.press(dialog)
    dialog.form.put({"at": "2019-01-01 10:00", "offence": "重大责任事故罪"})
    assert "次序不符" in hand.press(dialog)
    # The opening first, then what came after it.
    dialog.reject()
    choose(panel, Action.OPEN_TRANSFER)
    dialog = opened(hand, panel, panel.correct)
    dialog.form.put({"at": "2026-09-10 09:00", "why": "补登"})
    assert hand.press(dialog) == ""
    panel = hand.sit(HANDLER)
    choose(panel, Action.REPORT_TRANSFER)
    dialog = opened(hand, panel, panel.correct)
    dialog.form.put({"at": "2026-09-11 10:00", "offence": "重大责任事故罪", "why": "罪名写错"})
    assert hand.press(dialog) == ""
    panel = hand.sit(HANDLER)
    assert panel.headline.label.text() != before
    assert "最迟2026-09-14" in panel.headline.label.text()
    choose(panel, Action.REPORT_TRANSFER)
    text = told(panel)
    assert "重大责任事故罪" in text
    assert f"时间 {moment(event.at)}；涉嫌的罪名 危险作业罪。更正理由：罪名写错" in text


def test_what_the_chief_decided_is_put_right_by_him_alone(hand: Hand) -> None:
    hand.open_it()
    hand.report_it()
    assert hand.take(CHIEF, Action.DECIDE_TRANSFER) == ""
    panel = hand.sit(CLERK)
    choose(panel, Action.DECIDE_TRANSFER)
    assert panel.correct.isVisible()
    assert not panel.correct.isEnabled()
    assert "审批人本人" in panel.correct.toolTip()
    panel = hand.sit(CHIEF)
    choose(panel, Action.DECIDE_TRANSFER)
    assert panel.correct.isEnabled()


def test_a_dialog_waits_for_the_files_it_was_given(
    hand: Hand, qtbot: QtBot, enter: Enter, tmp_path: Path
) -> None:
    """The bar is there while a file is on its way; what is stopped is not sent along."""
    room = dr.Room(qtbot, enter, hand.case_id)
    room.sit(dr.HANDLER)
    dialog = room.step(Action.OBJECT)
    number = next(iter(dialog.ticks))
    dialog.ticks[number].setChecked(True)
    dialog.forms[number].put({"reasons": "与证据不符", "basis": "《行政处罚法》第四十条"})
    picker: FilePicker = dialog.files[number]
    kept, stopped = tmp_path / "说明.txt", tmp_path / "录像.bin"
    kept.write_bytes(b"x" * 100)
    stopped.write_bytes(b"y" * 100)
    picker.add(kept)
    assert picker.uploads.isVisible()
    assert not dialog.ok.isEnabled()
    room.idle()
    assert dialog.ok.isEnabled()
    assert not picker.uploads.isVisible()
    picker.add(stopped)
    picker.uploads.stop.click()
    assert dialog.ok.isEnabled()
    picker.add(tmp_path / "没有这个文件.txt")
    room.idle()
    assert dialog.refusal.label.text()
    assert room.done(dialog) == ""
    raised = room.shell.desk.session.reader.dispute(hand.case_id).objection(room.case().round)
    assert raised is not None
    assert [f.name for f in raised.points[0].files] == ["说明.txt"]


def test_a_receipt_is_stored_with_its_progress(hand: Hand, tmp_path: Path) -> None:
    hand.to_delivered()
    dialog = hand.dialog(HANDLER, Action.RECEIPT_TRANSFER)
    scan = tmp_path / "回执.txt"
    scan.write_bytes(b"z" * 64)
    dialog.attach("paper", scan)
    assert dialog.uploads.isVisible()
    assert not dialog.ok.isEnabled()
    idle(hand.qtbot, hand.shell.desk.jobs)
    assert dialog.ok.isEnabled()
    dialog.form.put({"signed_by": "某警官"})
    assert hand.press(dialog) == ""
    receipt = hand.now.last(Action.RECEIPT_TRANSFER)
    assert receipt is not None
    assert receipt.detail["file_name"] == "回执.txt"
