"""A tab of the case: the steps of a transfer at the left, the chosen one at the right."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.transfer import TransferFault, current
from sanzhi_desktop.domain.transfer_beside import CORRECTABLE
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.resources.sentences import explain
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import moment, name
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.transfer import words
from sanzhi_desktop.ui.transfer.words import StepRow
from sanzhi_desktop.ui.widgets import Banner, Card, PlainLabel, button, clear, column, row, scrolled


class TransferPanel(QWidget):
    """Which steps are done, which is next, who does it, until when, and why one is closed."""

    titled = Signal(str)  # what the tab is called now

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.page: CasePage | None = None
        self.chosen: StepRow | None = None
        self.headline = Banner()
        self.table = Table(self.tr("移送的步骤"))
        self.model: RowModel[StepRow] = RowModel(
            [
                Column("step", self.tr("步骤"), lambda r: name(r.action), 130),
                Column("state", self.tr("情况"), self._state, 90, tone=self._tone),
                Column("at", self.tr("时间"), lambda r: moment(r.event.at) if r.event else "", 146),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self._build_detail()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setStretchFactor(1, 1)
        split.setSizes([400, 640])
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.addWidget(self.headline)
        lines.addWidget(split, 1)

    def _build_detail(self) -> None:
        self.heading = PlainLabel(role="heading")
        self.basis = PlainLabel(role="muted").wrapped().selectable()
        self.reason = PlainLabel(role="muted").wrapped()
        self.take = button(self.tr("办理(&N)…"), self._take, kind="primary")
        self.letter = button(self.tr("移送书(&L)"), self._show_letter, icon="print", kind="small")
        self.correct = button(self.tr("更正登记(&E)…"), self._correct, kind="small")
        self.team = button(self.tr("更换专案组(&C)…"), self._change_team, kind="small")
        self.recorded = Card(self.tr("已登记的内容"))
        self._lines = column()
        self.recorded.body.addLayout(self._lines)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(12, 0, 4, 8)
        layout.setSpacing(8)
        layout.addLayout(row(self.heading, None, self.letter, self.correct, self.team))
        layout.addWidget(self.basis)
        layout.addLayout(row(self.take, None))
        layout.addWidget(self.reason)
        layout.addWidget(self.recorded)
        layout.addStretch(1)
        self.detail = scrolled(inside)

    def show_page(self, page: CasePage) -> None:
        """Fills the list; the step chosen stays, else the one that is next."""
        before = self.chosen.action if self.chosen is not None else None
        same_case = self.page is not None and self.page.case.case_id == page.case.case_id
        moved = self.page is None or self.page.case.version != page.case.version
        self.page = page
        text, tone = words.headline(page)
        self.headline.show_text(text, tone)
        rows = words.rows(page)
        self.model.replace(rows)
        wanted = next((n for n, r in enumerate(rows) if r.waits), 0)
        if same_case and not moved:
            wanted = next((n for n, r in enumerate(rows) if r.action is before), wanted)
        self.table.setCurrentIndex(self.model.index(wanted, 0))
        self._choose(rows[wanted])
        self.titled.emit(self._title(tone))

    @property
    def calls(self) -> bool:
        """Whether an open transfer waits for whoever sits here."""
        found = current(self.page.case.transfers) if self.page else None
        rows = words.rows(self.page) if self.page and found is not None and found.open else ()
        return any(line.waits and not line.reason for line in rows)

    def _title(self, tone: Tone) -> str:
        assert self.page is not None  # noqa: S101 — only called with a page
        found = current(self.page.case.transfers)
        if found is not None and found.open:
            return self.tr("涉嫌犯罪移送（办理中）")
        return self.tr("涉嫌犯罪移送") + ("！" if tone is Tone.DANGER else "")

    def _state(self, line: StepRow) -> str:
        transfer = current(self.page.case.transfers) if self.page else None
        if line.waits:
            return self.tr("下一步")
        return self.tr("已办") if words.done(line, transfer) else ""

    def _tone(self, line: StepRow) -> Tone:
        if line.waits:
            return Tone.WARN
        return Tone.OK if self._state(line) else Tone.NEUTRAL

    def _choose(self, chosen: object) -> None:
        if not isinstance(chosen, StepRow) or self.page is None:
            return
        self.chosen = chosen
        self.heading.setText(name(chosen.action))
        self.basis.setText(
            self.tr("由谁办理：{0}\n依据：{1}").format(chosen.who, chosen.basis)
            if chosen.basis
            else self.tr("由谁办理：{0}").format(chosen.who)
        )
        self.take.setText(self.tr("{0}(&N)…").format(name(chosen.action)))
        self.take.setEnabled(not chosen.reason)
        self.take.setToolTip(chosen.reason)
        self.take.setAccessibleDescription(chosen.reason)
        self.reason.setText(self.tr("现在不能办理：{0}").format(chosen.reason))
        self.reason.setVisible(bool(chosen.reason))
        transfer = current(self.page.case.transfers)
        self.letter.setVisible(
            chosen.action is Action.ISSUE_TRANSFER
            and transfer is not None
            and bool(transfer.letter_sha256)
        )
        self._offer_beside(chosen)
        self._show_recorded(chosen)

    def _offer_beside(self, chosen: StepRow) -> None:
        """Another team where the team is shown, a correction where something was recorded."""
        assert self.page is not None  # noqa: S101 — only called with a page
        transfer = current(self.page.case.transfers)
        changes = self.page.why_not(Action.CHANGE_TRANSFER_TEAM) is None
        here = chosen.action is Action.OPEN_TRANSFER and transfer is not None and transfer.open
        self.team.setVisible(here and changes)
        corrects = self.page.why_not(Action.CORRECT_TRANSFER) is None
        listed = chosen.event is not None and chosen.event.action in CORRECTABLE
        self.correct.setVisible(listed and corrects)
        decided = chosen.action is Action.DECIDE_TRANSFER and chosen.event is not None
        other = (
            decided
            and chosen.event is not None
            and (chosen.event.recorded_by != self.page.actor.person_id)
        )
        self.correct.setEnabled(not other)
        self.correct.setToolTip(
            explain(DomainError(TransferFault.DECIDER_CORRECTS)) if other else ""
        )

    def _change_team(self) -> None:
        if self.page is not None:
            steps.make(Action.CHANGE_TRANSFER_TEAM, self.desk, self.page.case, self).open()

    def _correct(self) -> None:
        if self.page is None or self.chosen is None or self.chosen.event is None:
            return
        dialog = steps.make(Action.CORRECT_TRANSFER, self.desk, self.page.case, self)
        dialog.choose(self.chosen.event.seq)
        dialog.open()

    def _show_recorded(self, chosen: StepRow) -> None:
        clear(self._lines)
        assert self.page is not None  # noqa: S101 — only called with a page
        pairs = words.facts(chosen, self.page)
        self.recorded.setVisible(bool(pairs))
        for label, text in pairs:
            caption = PlainLabel(label, role="muted").wrapped()
            caption.setFixedWidth(caption.fontMetrics().horizontalAdvance("字" * 9))
            line = row(caption, PlainLabel(text).wrapped().selectable())
            line.setAlignment(caption, Qt.AlignmentFlag.AlignTop)
            line.setStretch(1, 1)
            self._lines.addLayout(line)

    def _take(self) -> None:
        if self.page is not None and self.chosen is not None and not self.chosen.reason:
            steps.make(self.chosen.action, self.desk, self.page.case, self).open()

    def _show_letter(self) -> None:
        transfer = current(self.page.case.transfers) if self.page else None
        if transfer is None or not transfer.letter_sha256:
            return
        reader, sha256 = self.desk.session.reader, transfer.letter_sha256
        title = self.tr("涉嫌犯罪案件移送书.pdf")
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            partial(reader.document, sha256),
            done=lambda data: PaperDialog(self.desk, data, title, self).open(),
            key="letter",
        )
