"""Ten problems before nine members: everything is reached, nothing changes in passing."""

from datetime import UTC, date, datetime

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.meeting import (
    AgendaItem,
    Attendance,
    Choice,
    Meeting,
    MeetingMember,
    MeetingState,
)
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.meeting.recording import VoteDialog
from tests.ui.conftest import Enter

AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)


def long_meeting() -> Meeting:
    members = tuple(
        MeetingMember(f"m{n}", f"成员{n}", "党组成员、副局长", attendance=Attendance.PRESENT)
        for n in range(9)
    )
    item = AgendaItem("case", "样例案件", 1, 0, tuple(range(1, 11)))
    return Meeting(
        "meeting", 1, MeetingState.OPEN, "局长办公会", "三楼会议室", date(2026, 9, 18), "09:30",
        "m0", "mishu_01", members, (item,), quorum=5, opened_at=AT,
    )  # fmt: skip


def test_every_vote_of_a_large_meeting_is_reached_and_none_is_changed_by_the_wheel(
    qtbot: QtBot, enter: Enter
) -> None:
    shell = enter("mishu_01")
    here = long_meeting()
    dialog = VoteDialog(shell.desk, here, here.items[0], {}, shell)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert len(dialog.choices) == 90
    assert dialog.focusWidget() is dialog.choices[1, "m0"]
    far = dialog.choices[10, "m8"]
    far.setFocus()
    QApplication.processEvents()
    assert dialog.table.viewport().rect().contains(far.geometry().center())
    put_text(far, Choice.UPHOLD.value)
    turned = QWheelEvent(
        QPointF(5, 5), QPointF(far.mapToGlobal(QPoint(5, 5))), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(far, turned)
    assert far.currentData() == Choice.UPHOLD.value
    put_text(dialog.all, Choice.ADOPT.value)
    dialog._fill_all()
    assert {box.currentData() for box in dialog.choices.values()} == {Choice.ADOPT.value}
    dialog.reject()
