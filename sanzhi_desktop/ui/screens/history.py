"""The history of cases: who did what and when, the papers, and whether all of it still holds.

Opened from the rail with a search, or on a case. The office's own business (people, keys, rules)
has a history as well.
"""


from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import CaseRow, ListQuery, ListScope
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.case_list import CaseSource
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.history.reading import HistoryPage, read_history
from sanzhi_desktop.ui.history.views import EventsView, PapersView
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.paged import PagedModel
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, Table
from sanzhi_desktop.ui.widgets import EmptyState, PlainLabel, button, row

SEARCH_AFTER_MS = 150
# Who is told of the office's own business: who looks after it, and who looks at all of them.
_OF_THE_OFFICE = frozenset({Role.ADMIN, Role.AUDITOR})


class HistoryScreen(Screen):
    """Search at the left; the chosen case's events and papers at the right."""

    kinds = frozenset({"case", "people", "keys", "profile", "numbers", "irregularities"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id: str | None = None  # "" is the office's own business
        self.page: HistoryPage | None = None
        self._rereading = False
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("搜索案由、当事人、文号（Ctrl+F）"))
        self.search.setAccessibleName(self.tr("搜索案件"))
        self.table = Table(self.tr("案件"))
        self.model: PagedModel[CaseRow] = PagedModel(
            [
                Column("name", self.tr("案由"), lambda c: c.name, 150),
                Column("state", self.tr("状态"), lambda c: name(c.state), 116),
                Column("number", self.tr("文号"), lambda c: c.number, 165),
            ],
            desk.jobs,
            self,
        )
        self.table.use(self.model)
        self.table.give_way(name=90, state=80)
        self.none = PlainLabel(role="muted").wrapped()
        self.office = button(
            self.tr("单位事务记录(&O)"),
            lambda: self._show_case(""),
            icon="people",
            tip=self.tr("人员、岗位、证书、印章、规则方案的办理记录"),
        )
        if not desk.roles & _OF_THE_OFFICE:
            self.office.hide()
        self.name = PlainLabel(role="heading").wrapped().selectable()
        self.about = PlainLabel(role="muted").wrapped()
        self.open = button(self.tr("打开案件(&P)"), self._open_case, icon="file", kind="small")
        self.events = EventsView(desk)
        self.papers = PapersView(desk)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("案件历史的页签"))
        self.tabs.addTab(self.events, self.tr("办理记录"))
        self.tabs.addTab(self.papers, self.tr("文书与签名"))
        self.empty = EmptyState("history")
        self.empty.say(self.tr("选一个案件"), self.tr("在左边搜索，回车或单击查看它的历史。"))
        self.body = QStackedWidget()
        self.body.addWidget(self.empty)
        self.body.addWidget(self._build_right())
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._build_left())
        split.addWidget(self.body)
        split.setStretchFactor(1, 1)
        split.setSizes([470, 730])
        self.root.addLayout(row(self.heading(self.tr("案件历史")), None, self.office))
        self.root.addWidget(split, 1)
        self._connect()

    def title(self) -> str:
        return self.tr("案件历史")

    def open_case(self, case_id: str) -> None:
        self.case_id = case_id

    def shown(self) -> None:
        self._refresh()
        if not self.search.hasFocus():
            self.search.setFocus()

    def on_changed(self, answer: Changed) -> None:
        if answer.kinds & self.kinds and self.isVisible():
            self._refresh()  # without taking the focus from where somebody works

    def show_page(self, page: HistoryPage) -> None:
        """Shows one history."""
        self.page = page
        self.name.setText(page.title)
        self.about.setText(page.about)
        self.open.setVisible(bool(page.case_id))
        self.tabs.setTabVisible(1, bool(page.case_id))
        self.events.show_page(page)
        self.papers.show_page(page)
        self.body.setCurrentIndex(1)

    def _build_left(self) -> QWidget:
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.search)
        lines.addWidget(self.table, 1)
        lines.addWidget(self.none)
        return side

    def _build_right(self) -> QWidget:
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(0, 0, 0, 0)
        head = row(self.name, self.open)
        head.setStretch(0, 1)
        lines.addLayout(head)
        lines.addWidget(self.about)
        lines.addWidget(self.tabs, 1)
        return side

    def _connect(self) -> None:
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SEARCH_AFTER_MS)
        self._later.timeout.connect(self._ask)
        self.search.textChanged.connect(lambda _: self._later.start())
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.opened.connect(self._choose)
        self.table.chosen.connect(self._moved)
        self.model.modelAboutToBeReset.connect(self._begin_reread)
        self.model.arrived.connect(self._mark_shown)
        self.table.clicked.connect(lambda _: self._choose(self.table.current_row()))
        self.model.counted.connect(self._say_count)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self._find)
        again = QShortcut(QKeySequence.StandardKey.Refresh, self)
        again.activated.connect(self._refresh)
        turn = QShortcut(QKeySequence("Ctrl+Tab"), self)
        turn.activated.connect(lambda: self.tabs.setCurrentIndex(1 - self.tabs.currentIndex()))

    def _refresh(self) -> None:
        self._ask()
        if self.case_id is not None:
            self._read(self.case_id)

    def _ask(self) -> None:
        query = ListQuery(
            scope=ListScope.ALL, text=self.search.text().strip(), order="received", descending=True
        )
        self.model.show_source(CaseSource(self.desk.session.reader, query))

    def _say_count(self, number: int) -> None:
        words = self.tr("共 {0} 件。").format(number)
        self.none.setText(words if number else self.tr("没有符合条件的案件。换个词再搜。"))

    def _moved(self, chosen: object) -> None:
        if self.table.hasFocus() and not self._rereading:
            self._choose(chosen)

    def _begin_reread(self) -> None:
        self._rereading = True  # the mark moves, but nobody moved it

    def _mark_shown(self) -> None:
        """The mark of the list stands on the case that is shown, where it is in sight."""
        for number in range(min(self.model.rowCount(), 200)):
            found = self.model.row(number)
            if found is not None and found.case_id == self.case_id:
                self.table.setCurrentIndex(self.model.index(number, 0))
                break
        self._rereading = False

    def _choose(self, chosen: object) -> None:
        if isinstance(chosen, CaseRow):
            self._show_case(chosen.case_id)

    def _show_case(self, case_id: str) -> None:
        self.case_id = case_id
        self._read(case_id)

    def _read(self, case_id: str) -> None:
        session = self.desk.session
        self.read(lambda: read_history(session, case_id), self.show_page, key="history")

    def _open_case(self) -> None:
        if self.page is not None and self.page.case_id:
            self.desk.go.emit("case", self.page.case_id)

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()
