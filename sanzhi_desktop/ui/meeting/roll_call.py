"""点名: who is there, who is not and why, who stays out of which case."""

from collections.abc import Callable

from PySide6.QtWidgets import QTableWidget, QWidget

from sanzhi_desktop.application import meetings
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.meetings import RollCall
from sanzhi_desktop.domain.meeting import Attendance, ItemState
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.meeting.base import MeetingDialog
from sanzhi_desktop.ui.meeting.grids import check_cell, code_at, text_at, text_cell, ticked
from sanzhi_desktop.ui.widgets import PlainLabel


class RollCallDialog(MeetingDialog):
    """Opens the meeting once the quorum is there."""

    def build(self) -> None:
        here = self.here
        self.name_it(
            self.tr("点名开会"),
            self.tr("勾选出席的成员；没有出席的写明原因。不足法定人数的会议不能开始，也不能表决。"),
            self.tr("开会(&O)"),
        )
        self.setMinimumSize(760, 520)
        self.form.hide()
        self.members = QTableWidget(len(here.members), 4)
        self.members.setHorizontalHeaderLabels(
            [self.tr("出席"), self.tr("姓名"), self.tr("职务"), self.tr("缺席原因")]
        )
        self.members.setAccessibleName(self.tr("点名"))
        keep(self.members, "members", self.tr("点名"))
        for at, member in enumerate(here.members):
            absent = member.attendance is Attendance.ABSENT
            check_cell(self.members, at, 0, on=not absent, key=member.person_id)
            text_cell(self.members, at, 1, member.name)
            acting = f"（{member.basis}）" if member.basis else ""
            text_cell(self.members, at, 2, f"{member.post}{acting}")
            text_cell(self.members, at, 3, member.absence_reason, edit=True)
        self.body.addWidget(self.members, 1)
        self.body.addWidget(
            PlainLabel(self.tr("回避：成员不参加讨论和表决的案件，写明理由"), role="muted")
        )
        live = [i for i in here.items if i.state is not ItemState.DROPPED]
        pairs = [(i, m) for i in live for m in here.members]
        self.recusals = QTableWidget(len(pairs), 4)
        self.recusals.setHorizontalHeaderLabels(
            [self.tr("回避"), self.tr("案件"), self.tr("姓名"), self.tr("理由")]
        )
        self.recusals.setAccessibleName(self.tr("回避"))
        keep(self.recusals, "recusals", self.tr("回避"))
        for at, (item, member) in enumerate(pairs):
            why = {r.person_id: r.reason for r in item.recusals}.get(member.person_id, "")
            key = f"{item.case_id}\n{member.person_id}"
            check_cell(self.recusals, at, 0, on=bool(why), key=key)
            text_cell(self.recusals, at, 1, item.case_name)
            text_cell(self.recusals, at, 2, member.name)
            text_cell(self.recusals, at, 3, why, edit=True)
        self.body.addWidget(self.recusals, 1)
        for table in (self.members, self.recusals):
            table.verticalHeader().hide()
            table.resizeColumnsToContents()
            table.horizontalHeader().setStretchLastSection(True)

    def first(self) -> QWidget:
        return self.members

    def roll(self) -> list[RollCall]:
        """Who is there, line by line."""
        return [
            RollCall(
                code_at(self.members, at, 0),
                ticked(self.members, at, 0),
                text_at(self.members, at, 3),
            )
            for at in range(self.members.rowCount())
        ]

    def stays_out(self) -> list[tuple[str, str, str, bool]]:
        """Case, member, reason and whether he stays out of it, line by line."""
        found = []
        for at in range(self.recusals.rowCount()):
            case_id, person_id = code_at(self.recusals, at, 0).split("\n")
            reason = text_at(self.recusals, at, 3)
            found.append((case_id, person_id, reason, ticked(self.recusals, at, 0)))
        return found

    def work(self) -> Callable[[], Changed]:
        session, book, here = self.session, self.desk.work.book, self.here
        roll = self.roll()
        recusals = [(case, who, why) for case, who, why, out in self.stays_out() if out]
        return lambda: meetings.open_meeting(
            session,
            meetings.profile_here(session, book),
            meeting_id=here.meeting_id,
            seen_version=here.version,
            roll=roll,
            recusals=recusals,
        )
