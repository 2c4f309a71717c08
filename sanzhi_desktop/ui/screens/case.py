"""One case as a whole: what was submitted, papers, problems, history, and every open action."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QTabWidget, QWidget

from sanzhi_desktop.application import assess
from sanzhi_desktop.application.queries import HistoryRow
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import Case, CaseFault, Material, ProblemRow, Submission
from sanzhi_desktop.domain.case_period import period_words
from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.case_header import CaseHeader
from sanzhi_desktop.ui.case_page import CasePage, read_page
from sanzhi_desktop.ui.case_papers import PapersTab
from sanzhi_desktop.ui.clocks.panel import ClocksPanel
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.panel import DisputePanel
from sanzhi_desktop.ui.gate_card import GateCard
from sanzhi_desktop.ui.intake_page import submission_paper
from sanzhi_desktop.ui.materials_view import MaterialsView
from sanzhi_desktop.ui.names import day, moment, name, named
from sanzhi_desktop.ui.office_life.menu import MoreButton
from sanzhi_desktop.ui.office_life.notes import NotesPanel
from sanzhi_desktop.ui.outside_card import outside_card
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.steps.aftermath import problem_words
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.transfer.panel import TransferPanel
from sanzhi_desktop.ui.widgets import (
    Card,
    EmptyState,
    PlainLabel,
    button,
    clear,
    column,
    holding,
    row,
    scrolled,
)

# Done on screens of their own, or part of another step.
_SCREENS = {
    Action.EDIT: "intake",
    Action.ANSWER: "review",
    Action.ISSUE_PASS: "signoff",
}
_FIRST = (
    Action.ANSWER,
    Action.ISSUE_PASS,
    Action.CONFIRM,
    Action.ACCEPT,
    Action.ASSIGN,
    Action.RESPOND,
    Action.REGISTER_DECISION,
    Action.ADOPT,
)
# Only the steps of the main way stand in the bar; the transfer, the disagreement and the verbs of
# office life have places of their own.
_BAR = (
    *_FIRST,
    Action.EDIT,
    Action.ASK_CORRECTION,
    Action.RETURN,
    Action.NOT_NEEDED,
    Action.REASSIGN,
    Action.EXTEND,
    Action.EXTEND_CASE,
    Action.SEND_BACK,
    Action.NEW_ROUND,
    Action.WITHDRAW,
)
# Never where Enter falls by itself: they take the case out of the review, or back.
_ENDING = frozenset({Action.WITHDRAW, Action.RETURN, Action.NOT_NEEDED, Action.SEND_BACK})


def rows_of(case: Case, profile: Profile) -> list[tuple[str, str]]:
    """The submission as label and value, in the order of the form; empty values left out."""
    s: Submission = case.submission
    party = s.party
    pairs = [
        ("kind", s.kind.chinese),
        ("procedure", s.procedure.chinese),
        ("catalogue_item", s.catalogue_item),
        ("file_number", s.file_number),
        ("agency", s.agency),
        ("decider", named("decider", s.decider)),
        ("unit", s.unit),
        ("party.name", f"{party.name}（{name(party.type)}）"),
        ("party.number", party.number),
        ("party.number_override", party.number_override),
        ("party.legal_representative", party.legal_representative),
        ("party.address", party.address),
        ("filing_date", day(s.filing_date)),
        ("inspection_date", day(s.inspection_date)),
        ("notice_number", s.notice_number),
        ("notice_date", day(s.notice_date)),
        ("hearing_date", day(s.hearing_date)),
        ("period_ends_on", day(s.period_ends_on)),
        ("sector", period_words(profile, s)),
        ("facts", s.facts),
        ("violated_provisions", "\n".join(s.violated_provisions)),
        ("penalty_basis", "\n".join(s.penalty_basis)),
        ("proposed_decision", s.proposed_decision),
        ("penalty_kinds", "、".join(s.penalty_kinds)),
        ("amount_fen", money.format_yuan(s.amount_fen) if s.amount_fen else ""),
        ("discretion_basis", s.discretion_basis),
        ("discretion_tier", s.discretion_tier),
        ("defence", s.defence),
        ("hearing", s.hearing),
        ("coercion", s.coercion),
        ("handlers", "、".join(f"{h.name}（{h.certificate}）" for h in s.handlers)),
    ]
    return [(named("field", key), value) for key, value in pairs if value]


def _unanswered(case: Case) -> ProblemRow | None:
    """The first problem of the last opinion that the undertaking unit has not answered."""
    if case.state is not State.RESPONDING:
        return None
    now = (p for p in case.problems if p.round == case.round and not p.response.strip())
    return next(now, None)


class CaseScreen(Screen):
    """Opened from the work list; leads on to the screen where the person's own work is done."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case_id = ""
        self.page: CasePage | None = None
        self._first: QPushButton | None = None  # the first open step that ends nothing
        self.header = CaseHeader()
        self.header.back.clicked.connect(lambda: desk.go.emit("worklist", ""))
        self.root.addWidget(self.header)
        self.action_bar = QHBoxLayout()
        self.action_bar.setSpacing(8)
        self.root.addLayout(self.action_bar)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.root.addWidget(self.tabs, 1)
        self._summary = column()
        summary = QWidget()
        summary.setLayout(self._summary)
        self.tabs.addTab(scrolled(summary), self.tr("送审内容"))
        self.materials = MaterialsView(desk)
        self.materials.checked.connect(self._materials_checked)
        self.tabs.addTab(self.materials, self.tr("材料"))
        self._problems = column()
        problems = QWidget()
        problems.setLayout(self._problems)
        self.tabs.addTab(scrolled(problems), self.tr("审核意见与问题"))
        self.clocks = ClocksPanel(desk)
        self.tabs.addTab(self.clocks, self.tr("期限"))
        self.transfer = TransferPanel(desk)
        place = self.tabs.addTab(self.transfer, self.tr("涉嫌犯罪移送"))
        self.transfer.titled.connect(partial(self.tabs.setTabText, place))
        self.dispute = DisputePanel(desk)
        self.tabs.addTab(self.dispute, self.tr("异议与协商"))
        self.notes = NotesPanel()
        self.tabs.addTab(self.notes, self.tr("催办与加签"))
        self.papers = PapersTab(desk)
        self.tabs.addTab(self.papers, self.tr("文书"))
        self.tabs.addTab(self._build_history(), self.tr("办理记录"))
        next_tab = QShortcut(QKeySequence("Ctrl+Tab"), self)
        next_tab.activated.connect(
            lambda: self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % self.tabs.count())
        )

    def title(self) -> str:
        return self.page.case.submission.name if self.page else self.tr("案件")

    def open_case(self, case_id: str) -> None:
        self.case_id = case_id
        self.materials.check.forget()

    def shown(self) -> None:
        if self.case_id:
            session, work, case_id = self.desk.session, self.desk.work, self.case_id
            self.read(lambda: read_page(session, work, case_id), self.show_page, key="page")

    def show_page(self, page: CasePage) -> None:
        """Fills all tabs."""
        fresh = self.page is None or self.page.case.case_id != page.case.case_id
        self.page = page
        self.header.show_page(page)
        self._show_actions(page)
        self._show_summary(page)
        materials: Iterable[Material] = page.case.materials
        self.materials.show_materials(materials)
        self.clocks.show_page(page)
        self.transfer.show_page(page)
        if fresh and self.transfer.calls:
            self.tabs.setCurrentWidget(self.transfer)
        self.dispute.show_page(page)
        self.papers.show_page(page)
        self.notes.show_page(page)
        self._show_problems(page)
        self._history.replace(page.history)
        self.window().setWindowTitle(self.tr("{0} - 三制法审").format(self.title()))
        self._focus()

    def _focus(self) -> None:
        """The first open action that ends nothing, else the tabs; not while somebody works on a
        tab."""
        busy = QApplication.focusWidget()
        if busy is not None and self.tabs.isAncestorOf(busy):
            return
        (self._first or self.tabs.tabBar()).setFocus()

    def _build_history(self) -> QWidget:
        self.history_table = Table(self.tr("办理记录"))
        self._history: RowModel[HistoryRow] = RowModel(
            [
                Column("seq", self.tr("序号"), lambda h: str(h.seq), 50, right=True),
                Column("at", self.tr("时间"), lambda h: moment(h.at), 146),
                Column("who", self.tr("经办人"), lambda h: h.actor_name or h.actor, 90),
                Column("what", self.tr("事项"), lambda h: named("action", h.action), 190),
                Column("why", self.tr("理由"), lambda h: h.reason, 300),
                Column("hash", self.tr("链值"), lambda h: h.hash[:16] + "…", 150),
            ],
            self,
        )
        self.history_table.use(self._history)
        self.whole_history = button(
            self.tr("完整历史和签名查验(&Y)"),
            lambda: self.desk.go.emit("history", self.case_id),
            icon="history",
            kind="small",
        )
        return holding(column(self.history_table, holding(row(self.whole_history, None))))

    def _show_actions(self, page: CasePage) -> None:
        clear(self.action_bar)
        here = [t.action for t in TRANSITIONS if t.source == page.case.state]
        shown = [a for a in here if a in _BAR]
        shown.sort(key=lambda a: _FIRST.index(a) if a in _FIRST else len(_FIRST))
        primary, self._first = False, None
        for action in shown:
            fault: Code | None = page.why_not(action)
            facts: dict[str, object] = {}
            if fault is None and action is Action.CONFIRM and (open_one := _unanswered(page.case)):
                fault, facts = CaseFault.RESPONSE_MISSING, {"number": open_one.number}
            text = self.tr("审阅并签发") if action is Action.ISSUE_PASS else name(action)
            kind = "primary" if fault is None and action in _FIRST and not primary else ""
            primary = primary or kind == "primary"
            made: QPushButton = button(text, partial(self.take, action), kind=kind)
            made.setEnabled(fault is None)
            if fault is None and self._first is None and action not in _ENDING:
                self._first = made
            if fault is not None:
                made.setToolTip(
                    sentence(
                        fault.value,
                        action=name(action),
                        state=name(page.case.state),
                        reviewer=page.name_of(page.case.reviewer),
                        **facts,
                    )
                )
            self.action_bar.addWidget(made)
        self.action_bar.addWidget(MoreButton(page, self.take, self))
        self.action_bar.addStretch(1)

    def take(self, action: Action) -> None:
        """Begins an action: its own screen or its dialog."""
        if self.page is None:
            return
        if action in _SCREENS:
            self.desk.go.emit(_SCREENS[action], self.page.case.case_id)
            return
        steps.make(action, self.desk, self.page.case, self).open()

    def _show_summary(self, page: CasePage) -> None:
        clear(self._summary)
        card = Card(self.tr("送审表"))
        if card.head is not None:
            card.head.addWidget(
                button(self.tr("送审表预览(&V)"), self._preview, icon="print", kind="small")
            )
        for label, value in rows_of(page.case, page.profile):
            caption = PlainLabel(label, role="muted")
            caption.setFixedWidth(caption.fontMetrics().horizontalAdvance("字" * 12))
            text = PlainLabel(value).wrapped().selectable()
            line = QHBoxLayout()
            line.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(text, 1)
            card.body.addLayout(line)
        outside = outside_card(page)
        if outside is not None:
            self._summary.addWidget(outside)
        self._summary.addWidget(card)
        self._summary.addStretch(1)

    def _preview(self) -> None:
        if self.page is None:
            return
        session, work, page = self.desk.session, self.desk.work, self.page
        self.read(
            lambda: submission_paper(
                work,
                session,
                submission=page.case.submission,
                materials=page.case.materials,
                case=page.case,
                profile=page.profile,
            ),
            lambda pdf: PaperDialog(self.desk, pdf, self.tr("送审表.pdf"), self).open(),
            key="sheet",
        )

    def _materials_checked(self, changed: Sequence[Material]) -> None:
        """A stored file that is no longer what was signed shuts the gate, and the card says so."""
        if self.page is not None and changed:
            names = "、".join(m.name for m in changed)
            gate = assess.gate_of(self.page.case, self.page.profile, changed=names)
            self._show_problems(replace(self.page, gate=gate))

    def _show_problems(self, page: CasePage) -> None:
        clear(self._problems)
        self._problems.addWidget(GateCard(page.gate, decided=page.case.decision is not None))
        problems = page.case.problems
        if not problems:
            empty = EmptyState("review")
            empty.say(self.tr("没有审核问题"), self.tr("审核意见签发后，问题和答复列在这里。"))
            self._problems.addWidget(empty)
        for problem in problems:
            self._problems.addWidget(self._problem_card(problem))
        self._problems.addStretch(1)

    def _problem_card(self, problem: ProblemRow) -> QWidget:
        card = Card(
            self.tr("问题 {0}（第 {1} 轮，{2}）").format(
                problem.number, problem.round, name(problem.dimension)
            )
        )
        card.body.addWidget(PlainLabel(problem_words(problem)).wrapped().selectable())
        if problem.response:
            words = self.tr("承办机构答复：{0}").format(problem.response)
            card.body.addWidget(PlainLabel(words, role="muted").wrapped())
        if problem.adoption:
            words = self.tr("采纳情况：{0} {1}").format(
                name(problem.adoption), problem.adoption_reason
            )
            card.body.addWidget(PlainLabel(words, role="muted").wrapped())
        return card
