"""One meeting: its plan and roll, the agenda case by case, minutes and signatures."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QSplitter, QWidget

from sanzhi_desktop.application import meetings, objection
from sanzhi_desktop.domain.meeting import AgendaItem, ItemState, Meeting, MeetingState
from sanzhi_desktop.domain.meeting_rules import missing_votes, next_speakers
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.meeting.correcting import CorrectRollDialog, CorrectVoteDialog
from sanzhi_desktop.ui.meeting.item_page import ItemPage
from sanzhi_desktop.ui.meeting.planning import (
    AgendaDialog,
    CancelMeetingDialog,
    PlanDialog,
)
from sanzhi_desktop.ui.meeting.projector import Projector
from sanzhi_desktop.ui.meeting.recording import (
    DropDialog,
    ReportDialog,
    RulingDialog,
    SpeechDialog,
    VoteDialog,
)
from sanzhi_desktop.ui.meeting.roll_call import RollCallDialog
from sanzhi_desktop.ui.meeting.signing import minutes_prompt
from sanzhi_desktop.ui.meeting.view import MeetingView, read_meeting
from sanzhi_desktop.ui.meeting.words import meeting_words, not_my_turn
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import (
    Badge,
    Banner,
    EmptyState,
    PlainLabel,
    button,
    clear,
    column,
    holding,
    row,
    scrolled,
)

Step = tuple[str, Callable[[], object], str]  # caption, what it begins, why it is closed
# Looking and putting right: never the step that comes next.
_LOOKING = ("投影", "查看", "更正", "退出")


def _ahead(steps: list[Step]) -> int:
    """Which step comes next: the first open one; reports may go on while members speak, so
    that what follows the reports goes before them. -1 where none is."""
    open_ = [n for n, (c, _, why) in enumerate(steps) if not why and not c.startswith(_LOOKING)]
    later = [n for n in open_ if steps[n][0].startswith(("发言", "表决", "决定"))]
    return next(iter(later or open_), -1)


class MeetingScreen(Screen):
    """Opened from the list of meetings."""

    kinds = frozenset({"case", "meetings"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.meeting_id = ""
        self.view: MeetingView | None = None
        self.projector: Projector | None = None
        self.back = button(
            self.tr("返回"),
            lambda: desk.go.emit("meetings", ""),
            icon="back",
            kind="small",
            shortcut="Alt+Left",
        )
        self.name = PlainLabel(role="title").wrapped()
        self.state = Badge()
        top = row(self.back, self.name, self.state)
        top.setStretch(1, 1)
        self.root.addLayout(top)
        self.who = PlainLabel(role="muted").wrapped()
        self.root.addWidget(self.who)
        self.refusal = Banner()
        self.root.addWidget(self.refusal)
        self.bar = QHBoxLayout()
        self.root.addLayout(self.bar)
        self.agenda = QListWidget()
        self.agenda.setAccessibleName(self.tr("议程"))
        self.agenda.setWordWrap(True)
        self.agenda.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.agenda.currentRowChanged.connect(lambda _: self._show_item())
        self.item_bar = QHBoxLayout()
        self._page = column()
        inner = QWidget()
        inner.setLayout(self._page)
        right = column()
        right.addLayout(self.item_bar)
        right.addWidget(scrolled(inner), 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.agenda)
        split.addWidget(holding(right))
        split.setStretchFactor(1, 1)
        split.setSizes([240, 800])
        self.root.addWidget(split, 1)

    def title(self) -> str:
        return self.view.meeting.name if self.view else self.tr("集体讨论")

    def open_case(self, case_id: str) -> None:
        self.meeting_id = case_id

    def shown(self) -> None:
        if self.meeting_id:
            session, work, meeting_id = self.desk.session, self.desk.work, self.meeting_id
            self.read(
                lambda: read_meeting(session, work, meeting_id), self.show_view, key="meeting"
            )

    def show_view(self, view: MeetingView) -> None:
        """Fills everything; the case in front stays in front."""
        self.view = view
        meeting = view.meeting
        self.refusal.show_text("")
        self.name.setText(meeting.name)
        self.state.show_as(name(meeting.state), Tone.INFO)
        self.who.setText(meeting_words(view))
        self._fill(self.bar, self._steps(view))
        at = max(0, self.agenda.currentRow())
        self.agenda.blockSignals(True)
        self.agenda.clear()
        for item in meeting.items:
            self.agenda.addItem(f"{item.place + 1}. {item.case_name}\n{name(item.state)}")
        self.agenda.setCurrentRow(min(at, len(meeting.items) - 1))
        self.agenda.blockSignals(False)
        self._show_item()
        if self.projector is not None and meeting.items:
            self.projector.show_view(view)

    def _steps(self, view: MeetingView) -> list[Step]:
        meeting = view.meeting
        not_mine = "" if Role.SECRETARY in self.desk.roles else self.tr("由会议秘书办理。")
        made: list[Step] = []
        if meeting.state is MeetingState.PLANNED:
            empty = "" if meeting.items else self.tr("请先排定议程。")
            made = [
                (self.tr("点名开会(&O)…"), self._dialog(RollCallDialog), not_mine or empty),
                (self.tr("议程(&G)…"), self._dialog(AgendaDialog), not_mine),
                (self.tr("修改安排(&E)…"), self._dialog(PlanDialog), not_mine),
                (self.tr("取消会议…"), self._dialog(CancelMeetingDialog), not_mine),
            ]
        elif meeting.state is MeetingState.OPEN:
            left = any(i.state is ItemState.WAITING for i in meeting.items)
            why = self.tr("还有案件没有作出决定。") if left else ""
            made = [
                (self.tr("散会(&O)"), self._close, not_mine or why),
                (self.tr("更正点名(&E)…"), self._dialog(CorrectRollDialog), not_mine),
            ]
        elif meeting.state is MeetingState.CLOSED:
            mine = view.me == meeting.recorder
            why = "" if mine else self.tr("由记录人制作笔录并签名。")
            made = [
                (self.tr("制作笔录并签名(&S)…"), partial(self._sign, first=True), why),
                (self.tr("更正点名(&E)…"), self._dialog(CorrectRollDialog), not_mine),
            ]
        elif meeting.state is MeetingState.SIGNING:
            made = [(self.tr("签名(&S)…"), partial(self._sign, first=False), not_my_turn(view))]
        if meeting.minutes_sha256:
            made.append((self.tr("查看笔录(&V)"), self._preview, ""))
        if meeting.items:
            made.append((self.tr("投影(&P)"), self._project, ""))
        return made

    def _item(self) -> AgendaItem | None:
        at = self.agenda.currentRow()
        items = self.view.meeting.items if self.view else ()
        return items[at] if 0 <= at < len(items) else None

    def _show_item(self) -> None:
        clear(self._page)
        clear(self.item_bar)
        item, view = self._item(), self.view
        if view is not None and not view.meeting.items:
            self._page.addWidget(self._no_agenda())
        if item is None or view is None:
            return
        self._fill(self.item_bar, self._item_steps(view, item))
        self._page.addWidget(ItemPage(view, item))

    def _no_agenda(self) -> EmptyState:
        empty = EmptyState("worklist")
        empty.say(
            self.tr("议程还没有案件"),
            self.tr("点“议程”，从提请集体讨论的案件中勾选，然后才能点名开会。"),
        )
        return empty

    def _item_steps(self, view: MeetingView, item: AgendaItem) -> list[Step]:
        meeting = view.meeting
        not_mine = "" if Role.SECRETARY in self.desk.roles else self.tr("由会议秘书办理。")
        if meeting.state is MeetingState.OPEN and item.state is ItemState.WAITING:
            speakers = next_speakers(meeting, item)
            first = "" if item.reports else self.tr("先记录汇报。")
            left = "、".join(m.name for m in speakers)
            all_spoke = self.tr("{0}还没有发言。").format(left) if speakers else ""
            votes = missing_votes(meeting, item)
            voted = self.tr("表决没有完成。") if votes else ""
            counted = "" if votes else self.tr("成员都已表决。")
            said = "" if speakers else self.tr("成员都已发言。")
            before = first or all_spoke
            none = "" if item.votes else self.tr("还没有表决。")
            return [
                (self.tr("汇报(&1)…"), self._on_item(ReportDialog), not_mine),
                (self.tr("发言(&2)…"), self._on_item(SpeechDialog), not_mine or first or said),
                (self.tr("表决(&3)…"), self._on_item(VoteDialog), not_mine or before or counted),
                (self.tr("决定(&4)…"), self._on_item(RulingDialog), not_mine or before or voted),
                (self.tr("更正表决(&5)…"), self._on_item(CorrectVoteDialog), not_mine or none),
                (self.tr("退出议程…"), self._on_item(DropDialog), not_mine),
            ]
        unsigned = meeting.state in (MeetingState.OPEN, MeetingState.CLOSED)
        if unsigned and item.state is ItemState.CLOSED:
            return [(self.tr("退出议程…"), self._on_item(DropDialog), not_mine)]
        if meeting.state is MeetingState.SIGNED and item.state is ItemState.CLOSED:
            done = view.facts[item.case_id].dispute.result(item.round) is not None
            why = self.tr("已经送回本案。") if done else ""
            return [(self.tr("送回本案(&R)"), partial(self._record, item), not_mine or why)]
        return []

    def _fill(self, bar: QHBoxLayout, steps: list[Step]) -> None:
        clear(bar)
        ahead = _ahead(steps)
        for place, (caption, begin, why) in enumerate(steps):
            made = button(caption, begin, kind="primary" if place == ahead else "")
            made.setEnabled(not why)
            made.setToolTip(why)
            bar.addWidget(made)
        bar.addStretch(1)

    def _dialog(self, kind: type) -> Callable[[], object]:
        return lambda: kind(self.desk, self.view.meeting if self.view else None, self).open()

    def _on_item(self, kind: type) -> Callable[[], object]:
        def begin() -> None:
            item, view = self._item(), self.view
            if item is not None and view is not None:
                reporters = view.reporters(item.case_id)
                kind(self.desk, view.meeting, item, reporters, self).open()

        return begin

    def _meeting(self) -> Meeting:
        if self.view is None:
            raise ValueError("no meeting is shown")
        return self.view.meeting

    def _close(self) -> None:
        session, here = self.desk.session, self._meeting()
        self.write(
            lambda: meetings.close_meeting(
                session, meeting_id=here.meeting_id, seen_version=here.version
            ),
            failed=self._refuse,
        )

    def _record(self, item: AgendaItem) -> None:
        if self.view is None:
            return
        session, book, here = self.desk.session, self.desk.work.book, self._meeting()
        version = self.view.facts[item.case_id].case.version
        self.write(
            lambda: objection.record_result(
                session,
                book,
                case_id=item.case_id,
                seen_version=version,
                meeting_id=here.meeting_id,
            ),
            lambda _: self.desk.told.emit(self.tr("结果已送回本案，双方在案件中可以看到")),
            failed=self._refuse,
        )

    def _sign(self, *, first: bool) -> None:
        minutes_prompt(self.desk, self._meeting(), first=first, parent=self).open()

    def _preview(self) -> None:
        reader, here = self.desk.session.reader, self._meeting()
        self.read(
            lambda: reader.meeting_document(here.minutes_sha256),
            lambda pdf: PaperDialog(self.desk, pdf, self.tr("集体讨论笔录.pdf"), self).open(),
            key="paper",
            failed=self._refuse,
        )

    def _project(self) -> None:
        item = self._item()
        if self.view is None or item is None:
            return
        self.projector = Projector(self.view, item.case_id, self)
        self.projector.finished.connect(self._projected)
        self.projector.showFullScreen()

    def _projected(self) -> None:
        self.projector = None

    def _refuse(self, error: BaseException) -> None:
        self.refusal.show_text(self.desk.problems.text(error), Tone.DANGER)
