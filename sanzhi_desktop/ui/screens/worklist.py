"""What waits: cases by role and due date, with search, filter and the drafts left behind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QLineEdit,
    QPushButton,
    QStackedWidget,
)

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.queries import CaseRow, ListQuery, ListScope
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.badges import due_tone, outcome_tone
from sanzhi_desktop.ui.case_list import CaseSource
from sanzhi_desktop.ui.case_page import read_page, screen_for
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.left_draft import GiveUpDraft, carried_out
from sanzhi_desktop.ui.names import SHANGHAI, day, moment, name
from sanzhi_desktop.ui.paged import PagedModel
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, EmptyState, PlainLabel, button, reveal, row

_RECORDERS = frozenset({Role.CLERK, Role.LEAD, Role.REVIEWER, Role.HEAD, Role.AUDITOR})
SEARCH_AFTER_MS = 150
_SORTABLE = {"due": "due", "received": "received", "name": "name", "party": "party"}


class WorklistScreen(Screen):
    """The desk's first screen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._query = ListQuery()
        self._today: date | None = None
        self._drafts: tuple[Draft, ...] = ()
        self.draft_banner = Banner()
        self.draft_banner.add_button(
            button(self.tr("继续填写(&C)"), self._take_draft, kind="small")
        )
        self.draft_banner.add_button(button(self.tr("放弃"), self._drop_draft, kind="small"))
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("搜索案由、当事人、案号、文号（Ctrl+F）"))
        self.search.setAccessibleName(self.tr("搜索"))
        self.search.setMinimumWidth(110)  # in a narrow window both give way
        self.search.setMaximumWidth(320)
        self.states = QComboBox()
        self.states.setAccessibleName(self.tr("按状态筛选"))
        self.states.setMinimumContentsLength(4)
        self.states.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.states.setMaximumWidth(180)
        self.states.addItem(self.tr("全部状态"), "")
        for state in State:
            self.states.addItem(name(state), state.value)
        self.new = button(
            self.tr("登记送审(&N)"), self._register, kind="primary", icon="plus", shortcut="Ctrl+N"
        )
        reveal(self.new, on=bool(desk.roles & {Role.HANDLER, Role.CLERK}))
        self.irregular = button(self.tr("应审未审登记(&U)…"), self._irregularities)
        reveal(self.irregular, on=bool(desk.roles & _RECORDERS))
        self.count = PlainLabel(role="muted")
        self.table = Table(self.tr("案件列表"))
        self.model = PagedModel(self._columns(), desk.jobs, self)
        self.table.use(self.model)
        self.table.allow_sort()
        self.table.give_way(name=150, party=100, state=112, unit=66, number=116)
        self.empty = EmptyState("worklist")
        self.empty.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body = QStackedWidget()
        self.body.addWidget(self.table)
        self.body.addWidget(self.empty)
        self.root.addLayout(row(self.heading(self.tr("工作台")), None, self.irregular, self.new))
        self.root.addWidget(self.draft_banner)
        finding = row(*self._scopes(), None, self.states, self.search)
        finding.setStretch(finding.count() - 2, 2)
        finding.setStretch(finding.count() - 1, 3)
        self.root.addLayout(finding)
        self.root.addWidget(self.body, 1)
        self.root.addWidget(self.count)
        self._connect()

    def title(self) -> str:
        return self.tr("工作台")

    def shown(self) -> None:
        self.read(lambda: stepping.today(self.desk.session), self._set_today, key="today")
        self._ask()
        self.desk.drafts.read(self, self._show_drafts)
        if not self.search.hasFocus():
            self.table.setFocus()

    def _connect(self) -> None:
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEARCH_AFTER_MS)
        self._later.timeout.connect(self._ask)
        self.search.textChanged.connect(lambda _: self._later.start())
        self.search.returnPressed.connect(self.table.setFocus)
        self.states.currentIndexChanged.connect(lambda _: self._ask())
        self.table.opened.connect(self._open)
        self.table.sort_asked.connect(self._sort)
        self.model.arrived.connect(self._arrived)
        self.model.counted.connect(self._say_count)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self._find)
        again = QShortcut(QKeySequence.StandardKey.Refresh, self)
        again.activated.connect(self.shown)

    def _scopes(self) -> list[QPushButton]:
        names = (
            (ListScope.MINE, self.tr("待我办理(&1)")),
            (ListScope.OPEN, self.tr("全部在办(&2)")),
            (ListScope.DONE, self.tr("已办结(&3)")),
            (ListScope.ALL, self.tr("全部(&4)")),
        )
        group = QButtonGroup(self)
        self.scopes: dict[ListScope, QPushButton] = {}
        for scope, text in names:
            # Alt+digit belongs to the rail: the digit alone is shown, Ctrl+digit works.
            plain = text.split("(")[0]
            made = button(plain, shortcut=f"Ctrl+{len(self.scopes) + 1}")
            made.setCheckable(True)
            made.setProperty("choice", True)
            made.clicked.connect(lambda _=False, s=scope: self._choose(s))
            group.addButton(made)
            self.scopes[scope] = made
        self.scopes[ListScope.MINE].setChecked(True)
        return list(self.scopes.values())

    def _columns(self) -> list[Column[CaseRow]]:
        def due(item: CaseRow) -> Tone:
            if item.due_on is None or self._today is None:
                return Tone.NEUTRAL
            found = due_tone(item.due_on, self._today)
            return Tone.NEUTRAL if found is Tone.OK else found

        def received(item: CaseRow) -> str:
            return self.tr("收到：{0}").format(moment(item.received_at) or self.tr("未送审"))

        return [
            Column(
                "due", self.tr("审核期限"), lambda c: day(c.due_on), 104, tone=due, tip=received
            ),
            Column("name", self.tr("案由"), lambda c: c.name, 236),
            Column("party", self.tr("当事人"), lambda c: c.party_name, 156),
            Column("kind", self.tr("类别"), lambda c: c.kind.chinese, 82),
            Column("state", self.tr("状态"), lambda c: name(c.state), 138),
            Column("unit", self.tr("承办机构"), lambda c: c.unit, 88),
            Column("reviewer", self.tr("审核人"), lambda c: c.reviewer_name, 70),
            Column(
                "outcome",
                self.tr("结论"),
                lambda c: name(c.outcome) if c.outcome else "",
                84,
                tone=lambda c: outcome_tone(c.outcome),
            ),
            Column("number", self.tr("文号"), lambda c: c.number, 150),
        ]

    def _ask(self) -> None:
        code = str(self.states.currentData() or "")
        self._query = replace(
            self._query, text=self.search.text().strip(), states=(State(code),) if code else ()
        )
        self.model.show_source(CaseSource(self.desk.session.reader, self._query))

    def _choose(self, scope: ListScope) -> None:
        self._query = replace(self._query, scope=scope)
        self._ask()

    def _sort(self, key: str, descending: bool) -> None:
        if key in _SORTABLE:
            self._query = replace(self._query, order=_SORTABLE[key], descending=descending)
            self._ask()

    def _set_today(self, today: date) -> None:
        self._today = today
        self.table.viewport().update()

    def _arrived(self) -> None:
        waiting = self.table.hasFocus() or QApplication.focusWidget() is None
        if self.model.rowCount():
            self.body.setCurrentWidget(self.table)
            if waiting:
                self.table.setFocus()
            return
        searching = bool(self._query.text or self._query.states)
        if searching:
            self.empty.say(self.tr("没有符合条件的案件"), self.tr("换个词，或者清除筛选。"))
        elif self._query.scope is ListScope.MINE:
            self.empty.say(
                self.tr("现在没有等您办理的案件"), self.tr("看“全部在办”了解其他案件的进度。")
            )
        else:
            self.empty.say(self.tr("还没有案件"), self.tr("承办人或者内勤可以“登记送审”。"))
        self.body.setCurrentWidget(self.empty)
        if waiting:
            (self.new if self.new.isVisible() else self.search).setFocus()

    def _say_count(self, number: int) -> None:
        self.count.setText(self.tr("共 {0} 件。回车打开，Ctrl+F 搜索，F5 刷新。").format(number))

    def _open(self, item: object) -> None:
        if isinstance(item, CaseRow):
            session, work, case_id = self.desk.session, self.desk.work, item.case_id
            self.read(
                lambda: screen_for(read_page(session, work, case_id)),
                lambda screen: self.desk.go.emit(screen, case_id),
                key="open",
            )

    def _register(self) -> None:
        self.desk.go.emit("intake", "")

    def _irregularities(self) -> None:
        from sanzhi_desktop.ui.steps.irregularity import IrregularityDialog

        IrregularityDialog(self.desk, self).open()

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return
        super().keyPressEvent(event)

    # ----- drafts that a last run left behind

    def _show_drafts(self, drafts: Sequence[Draft]) -> None:
        self._drafts = tuple(drafts)
        if any("sent" in d.values for d in drafts):
            reader = self.desk.session.reader
            self.read(lambda: carried_out(reader, drafts), self._forget, key="sent")
        if not drafts:
            self.draft_banner.show_text("")
            return
        latest = drafts[0]
        saved = latest.saved_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
        more = self.tr("（另有 {0} 份）").format(len(drafts) - 1) if len(drafts) > 1 else ""
        self.draft_banner.show_text(
            self.tr("发现未提交的内容：{0}，{1} 暂存{2}").format(latest.title, saved, more),
            Tone.WARN,
        )

    def _forget(self, drafts: Sequence[Draft]) -> None:
        """What was sent without an answer turned out to be saved."""
        for draft in drafts:
            self.desk.drafts.drop(draft.key)
            words = self.tr("上次没有得到答复的提交已经保存：{0}")
            self.desk.told.emit(words.format(draft.title))
        if drafts:
            self.desk.drafts.read(self, self._show_drafts)

    def _take_draft(self) -> None:
        if self._drafts:
            screen, _, about = self._drafts[0].key.partition(":")
            self.desk.go.emit(screen, about.partition("#")[0])

    def _drop_draft(self) -> None:
        if self._drafts:
            dialog = GiveUpDraft(self._drafts[0], self)
            dialog.accepted.connect(partial(self._give_up, self._drafts[0].key))
            dialog.open()

    def _give_up(self, key: str) -> None:
        self.desk.drafts.drop(key)
        self.desk.drafts.read(self, self._show_drafts)
