"""Before the meeting: who sits, when and where, which cases in which order; calling it off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from sanzhi_desktop.application import meetings, stepping
from sanzhi_desktop.application.commands import Changed, new_id
from sanzhi_desktop.application.meetings import Plan
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Meeting, MeetingFault, WaitingCase
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import lines, text_of
from sanzhi_desktop.ui.meeting.base import MeetingDialog
from sanzhi_desktop.ui.meeting.roster import Roster
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.widgets import button, row


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a plan is filled from: the register, the posts as last sat for, name and day."""

    people: Sequence[Person]
    posts: Mapping[str, str]
    name: str
    today: date


class PlanDialog(MeetingDialog):
    """A new meeting, or another plan for one that has not begun."""

    def build(self) -> None:
        self.name_it(
            self.tr("会议安排"),
            self.tr(
                "成员从行政机关负责人中选，写明职务；代理的须在代理期内。"
                "记录人不是成员。时间按会议当天的岗位核对。"
            ),
            self.tr("保存安排(&O)"),
        )
        self.setMinimumSize(680, 560)
        for key, label in (("name", "会议名称(&N)"), ("place", "地点(&L)")):
            self.form.add(key, self.tr(label), QLineEdit())
        self.form.add("held_on", self.tr("日期(&D)"), QLineEdit(), hint="2026-09-28")
        self.form.add("begins", self.tr("时间(&T)"), QLineEdit(), hint="09:30")
        self.chair, self.recorder = QComboBox(), QComboBox()
        self.form.add("chair", self.tr("主持人(&C)"), self.chair)
        self.form.add("recorder", self.tr("记录人(&R)"), self.recorder)
        self.roster = Roster()
        self.body.addWidget(self.roster, 1)
        session, book = self.session, self.desk.work.book

        def facts() -> PlanFacts:
            reader = session.reader
            return PlanFacts(
                tuple(reader.people().values()),
                reader.last_posts(),
                meetings.meeting_name(meetings.profile_here(session, book)),
                stepping.today(session),
            )

        self.read(facts, self._fill)

    def _fill(self, facts: PlanFacts) -> None:
        people, today = facts.people, facts.today
        planned = self.meeting
        self.form.put(
            {
                "name": planned.name if planned else facts.name,
                "place": planned.place if planned else "",
                "held_on": day(planned.held_on if planned else today),
                "begins": planned.begins if planned else "",
            }
        )
        heads = [p for p in people if any(g.role is Role.AGENCY_HEAD for g in p.roles)]
        writers = [p for p in people if p.active and any(g.role is Role.SECRETARY for g in p.roles)]
        seated = {m.person_id: m.post for m in planned.members} if planned else None
        self.roster.show_people(heads, seated=seated, last=facts.posts)
        for person in heads:
            self.chair.addItem(f"{person.name}（{person.person_id}）", person.person_id)
        if not planned:
            self.chair.insertItem(0, self.tr("请选择"), "")
        for person in writers:
            self.recorder.addItem(f"{person.name}（{person.person_id}）", person.person_id)
        chair = planned.chair if planned else ""
        recorder = planned.recorder if planned else self.desk.session.actor.person_id
        self.chair.setCurrentIndex(max(0, self.chair.findData(chair)))
        self.recorder.setCurrentIndex(max(0, self.recorder.findData(recorder)))

    def work(self) -> Callable[[], Changed]:
        session = self.session
        held_on = self.form.day("held_on")
        if held_on is None:
            self.form.fields["held_on"].editor.setFocus()
            raise DomainError(MeetingFault.FIELD_MISSING, field="meeting.held_on")
        plan = Plan(
            name=self.form.fields["name"].text.strip(),
            place=self.form.fields["place"].text.strip(),
            held_on=held_on,
            begins=self.form.fields["begins"].text.strip(),
            chair=text_of(self.chair),
            recorder=text_of(self.recorder),
            members=self.roster.members(),
        )
        old = self.meeting
        meeting_id = old.meeting_id if old else new_id()

        def send() -> Changed:
            meetings.plan(
                session,
                plan,
                meeting_id=meeting_id,
                seen_version=old.version if old else 0,
            )
            return Changed(kinds=frozenset({"meetings"}))

        return send


class AgendaDialog(MeetingDialog):
    """The escalated cases in the order in which they are discussed."""

    def build(self) -> None:
        self.name_it(
            self.tr("议程"),
            self.tr("勾选提请讨论的案件；按“上移”“下移”排定次序。"),
            self.tr("保存议程(&O)"),
        )
        self.form.hide()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("议程"))
        keep(self.list, "agenda", self.tr("议程"))
        self.setMinimumSize(640, 360)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(
            row(
                button(self.tr("上移(&U)"), lambda: self._move(-1), kind="small"),
                button(self.tr("下移(&W)"), lambda: self._move(1), kind="small"),
                None,
            )
        )
        self.read(self.session.reader.waiting_cases, self._fill)

    def first(self) -> QWidget:
        return self.list

    def _fill(self, waiting: Sequence[WaitingCase]) -> None:
        listed = [i.case_id for i in self.here.items]
        names = {i.case_id: i.case_name for i in self.here.items}
        free = [w for w in waiting if w.meeting_id in {"", self.here.meeting_id}]
        names |= {w.case_id: f"{w.case_name}（{w.unit}）" for w in free}
        for case_id in [*listed, *(w.case_id for w in free if w.case_id not in listed)]:
            item = QListWidgetItem(names[case_id])
            item.setData(Qt.ItemDataRole.UserRole, case_id)
            item.setCheckState(
                Qt.CheckState.Checked
                if case_id in listed or not listed
                else Qt.CheckState.Unchecked
            )
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        else:
            self.explanation.setText(self.tr("没有等待讨论的案件。案件提请集体讨论后列在这里。"))

    def _move(self, by: int) -> None:
        at = self.list.currentRow()
        if 0 <= at + by < self.list.count():
            self.list.insertItem(at + by, self.list.takeItem(at))
            self.list.setCurrentRow(at + by)

    def work(self) -> Callable[[], Changed]:
        session, here = self.session, self.here
        items = [self.list.item(n) for n in range(self.list.count())]
        chosen = [
            str(i.data(Qt.ItemDataRole.UserRole))
            for i in items
            if i.checkState() is Qt.CheckState.Checked
        ]
        return lambda: meetings.set_agenda(
            session, meeting_id=here.meeting_id, seen_version=here.version, case_ids=chosen
        )


class CancelMeetingDialog(MeetingDialog):
    """取消会议: its cases wait for the next one."""

    def build(self) -> None:
        self.name_it(
            self.tr("取消会议"),
            self.tr("取消后，议程上的案件等待下一次会议。理由保留。"),
            self.tr("取消会议(&O)"),
        )
        self.ok.setDefault(False)  # Enter alone never takes it
        self.form.add("reason", self.tr("理由(&R)"), lines(3))

    def work(self) -> Callable[[], Changed]:
        session, here, reason = self.session, self.here, self.form.fields["reason"].text
        return lambda: meetings.cancel_meeting(
            session, meeting_id=here.meeting_id, seen_version=here.version, reason=reason.strip()
        )


def title_of(meeting: Meeting) -> str:
    """What a meeting is called where many stand together."""
    return f"{meeting.name}　{meeting.held_on.isoformat()}"
