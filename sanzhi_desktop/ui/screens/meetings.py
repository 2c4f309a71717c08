"""集体讨论: the cases that wait for a meeting, and the meetings."""

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget

from sanzhi_desktop.domain.meeting import MeetingRow, MeetingState, MyPart, WaitingCase
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.meeting.planning import PlanDialog
from sanzhi_desktop.ui.names import day, moment, name
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import EmptyState, PlainLabel, button, reveal, row

_TONES = {
    MeetingState.PLANNED: Tone.INFO,
    MeetingState.OPEN: Tone.WARN,
    MeetingState.CLOSED: Tone.WARN,
    MeetingState.SIGNING: Tone.WARN,
    MeetingState.SIGNED: Tone.OK,
    MeetingState.CANCELLED: Tone.NEUTRAL,
}
Found = tuple[Sequence[WaitingCase], Sequence[MeetingRow]]


class MeetingsScreen(Screen):
    """Above what waits, beneath what was and will be held."""

    kinds = frozenset({"case", "meetings"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._parts = {
            MyPart.NONE: "",
            MyPart.CERTIFY: self.tr("制作笔录并签名"),
            MyPart.SIGN: self.tr("在笔录上签名"),
        }
        self._build_tables()
        self.plan = button(self.tr("安排会议(&N)…"), self._plan, kind="primary", icon="plus")
        reveal(self.plan, on=Role.SECRETARY in desk.roles)
        self.nothing_waits = EmptyState("worklist")
        self.nothing_waits.say(
            self.tr("没有等待讨论的案件"),
            self.tr("双方意见对照表签名后，从案件的“异议与协商”提请集体讨论。"),
        )
        self.no_meeting = EmptyState("people")
        self.no_meeting.say(
            self.tr("还没有会议"), self.tr("由会议秘书安排会议、排定议程，会上逐案记录。")
        )
        self.above, self.beneath = QStackedWidget(), QStackedWidget()
        for stack, table, empty in (
            (self.above, self.waiting, self.nothing_waits),
            (self.beneath, self.table, self.no_meeting),
        ):
            stack.addWidget(table)
            stack.addWidget(empty)
        self.root.addLayout(row(self.heading(self.tr("集体讨论")), None, self.plan))
        self.root.addWidget(PlainLabel(self.tr("等待讨论的案件"), role="heading"))
        self.root.addWidget(self.above, 1)
        self.mine = button(self.tr("待您签名(&M)"), self._open_mine, kind="primary", icon="signoff")
        self.mine.hide()
        self.root.addLayout(row(PlainLabel(self.tr("会议"), role="heading"), None, self.mine))
        self.root.addWidget(self.beneath, 2)

    def _build_tables(self) -> None:
        self.waiting = Table(self.tr("等待集体讨论的案件"))
        self.waiting_model: RowModel[WaitingCase] = RowModel(
            [
                Column("case", self.tr("案由"), lambda w: w.case_name, 320),
                Column("party", self.tr("当事人"), lambda w: w.party_name, 220),
                Column("unit", self.tr("承办机构"), lambda w: w.unit, 120),
                Column(
                    "points", self.tr("问题"), lambda w: self.tr("{0} 个").format(len(w.points)), 70
                ),
                Column("at", self.tr("提请时间"), lambda w: moment(w.escalated_at), 146),
                Column(
                    "on",
                    self.tr("议程"),
                    lambda w: self.tr("已列入") if w.meeting_id else self.tr("未列入"),
                    80,
                ),
            ],
            self,
        )
        self.waiting.use(self.waiting_model)
        self.waiting.opened.connect(lambda w: self.desk.go.emit("case", w.case_id))
        self.table = Table(self.tr("会议"))
        self.model: RowModel[MeetingRow] = RowModel(
            [
                Column("day", self.tr("日期"), lambda m: day(m.held_on), 100),
                Column("time", self.tr("时间"), lambda m: m.begins, 70),
                Column("name", self.tr("会议"), lambda m: m.name, 250),
                Column(
                    "mine",
                    self.tr("待您办理"),
                    lambda m: self._parts[m.my_part],
                    150,
                    tone=lambda m: Tone.NEUTRAL if m.my_part is MyPart.NONE else Tone.WARN,
                ),
                Column("place", self.tr("地点"), lambda m: m.place, 160),
                Column("cases", self.tr("案件"), lambda m: str(m.cases), 60, right=True),
                Column(
                    "state",
                    self.tr("状态"),
                    lambda m: name(m.state),
                    170,
                    tone=lambda m: _TONES[m.state],
                ),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.opened.connect(lambda m: self.desk.go.emit("meeting", m.meeting_id))

    def title(self) -> str:
        return self.tr("集体讨论")

    def shown(self) -> None:
        reader = self.desk.session.reader
        self.read(
            lambda: (reader.waiting_cases(), reader.meetings()),
            self._show,
            key="meetings",
        )

    def _show(self, found: Found) -> None:
        waiting, meetings = found
        self.waiting_model.replace(waiting)
        self.model.replace(meetings)
        self.above.setCurrentIndex(0 if waiting else 1)
        self.beneath.setCurrentIndex(0 if meetings else 1)
        waits = [m for m in meetings if m.my_part is not MyPart.NONE]
        self.mine.setVisible(bool(waits))
        self.mine.setText(self.tr("待您签名的笔录 {0} 份(&M)").format(len(waits)))

    def _open_mine(self) -> None:
        """The first one that waits; they stand first in the list."""
        first = self.model.row(0)
        if first is not None and first.my_part is not MyPart.NONE:
            self.desk.go.emit("meeting", first.meeting_id)

    def _plan(self) -> None:
        PlanDialog(self.desk, None, self).open()
