"""The two sides of a history: what happened, and the papers with what their check says."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QProgressBar, QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.application.queries import DocumentRow, HistoryRow
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.history import words
from sanzhi_desktop.ui.history.reading import (
    Checked,
    HistoryPage,
    StoredPaper,
    check_chains,
    check_paper,
    read_paper,
)
from sanzhi_desktop.ui.history.words import Told
from sanzhi_desktop.ui.jobs import Lane, Task
from sanzhi_desktop.ui.names import moment, named
from sanzhi_desktop.ui.paper_panel import PaperPanel
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import (
    Banner,
    Card,
    PlainLabel,
    button,
    column,
    holding,
    row,
    scrolled,
)


class EventsView(QWidget):
    """Entries in order; the chosen one in full beneath; the chain check."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.page: HistoryPage | None = None
        self.check = button(
            self.tr("查验办理记录(&K)"),
            self._check,
            icon="check",
            kind="small",
            tip=self.tr("逐条核对链值；任何改动、删除、调换都会显示"),
        )
        self.stop = button(self.tr("停止(&T)"), self._stop, kind="small")
        self.stop.hide()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("查验的进度"))
        self.bar.setTextVisible(False)
        self.bar.setMaximumWidth(260)
        self.bar.hide()
        self._task: Task | None = None
        self.answer = Banner()
        self.rows = Banner()
        self.tags = Banner()
        self.root = PlainLabel(role="muted").wrapped().selectable()
        self.root.hide()
        self.table = Table(self.tr("办理记录"))
        self.model: RowModel[HistoryRow] = RowModel(
            [
                Column("seq", self.tr("序号"), lambda h: str(h.seq), 46, right=True),
                Column("at", self.tr("时间"), lambda h: moment(h.at), 126),
                Column("who", self.tr("经办人"), lambda h: h.actor_name or h.actor, 76),
                Column("what", self.tr("事项"), words.what, 170),
                Column("why", self.tr("理由"), lambda h: h.reason, 200),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.card = Card()
        self.words = PlainLabel().wrapped().selectable()
        self.card.body.addWidget(self.words)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(scrolled(holding(column(self.card, None))))
        split.setStretchFactor(0, 1)
        split.setSizes([420, 170])
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.addLayout(row(self.check, self.bar, self.stop, None))
        lines.addWidget(self.answer)
        lines.addWidget(self.rows)
        lines.addWidget(self.tags)
        lines.addWidget(self.root)
        lines.addWidget(split, 1)

    def show_page(self, page: HistoryPage) -> None:
        """Shows another history; the answer of an earlier check does not stay."""
        before, self.page = self.page, page
        if before is None or before.case_id != page.case_id:
            self.answer.show_text("")
            self.rows.show_text("")
            self.tags.show_text("")
            self.root.hide()
        elif before.entries == page.entries:
            return  # read again because something else changed: the eye stays where it is
        self.model.replace(page.entries)
        self._choose(self.table.current_row())

    def _choose(self, chosen: object) -> None:
        if not isinstance(chosen, HistoryRow) or self.page is None:
            self.words.setText(self.tr("没有办理记录。"))
            return
        said = [
            self.tr("{0}　{1}　{2}（{3}）").format(
                moment(chosen.at), words.what(chosen), chosen.actor_name, chosen.actor
            )
        ]
        if chosen.reason:
            said.append(self.tr("理由：{0}").format(chosen.reason))
        said += [
            f"{label}：{value}" for label, value in words.particulars(chosen, self.page.people)
        ]
        said.append(self.tr("链值（SHA-256）：{0}").format(words.spaced(chosen.hash)))
        self.words.setText("\n".join(said))

    def _check(self) -> None:
        if self.page is None:
            return
        self.check.setEnabled(False)
        session, case_id = self.desk.session, self.page.case_id
        self._task = self.desk.jobs.run_task(
            Lane.DATABASE,
            self,
            lambda task: check_chains(session, case_id, report=task.report),
            done=self._checked,
            failed=self._failed,
            progress=self._advance,
            key="chain",
        )

    def _advance(self, step: int, total: int, _text: str) -> None:
        """A short history is through before anything needs to be shown."""
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(step)
        self.bar.show()
        self.stop.show()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._ended()
        self.answer.show_text(self.tr("查验已停止，没有结论。"), Tone.WARN)

    def _ended(self) -> None:
        self._task = None
        self.check.setEnabled(True)
        self.bar.hide()
        self.stop.hide()

    def _checked(self, found: Checked) -> None:
        self._ended()
        for shown, told in ((self.answer, found.chains), (self.rows, found.rows),
                            (self.tags, found.tags)):  # fmt: skip
            if told is not None:
                shown.show_text("\n".join((told.headline, *told.lines)), told.tone)
        root = self.tr("全部办理记录的总摘要：{0}").format(words.spaced(found.root))
        self.root.setText("\n".join(part for part in (root, found.line) if part))
        self.root.show()

    def _failed(self, error: BaseException) -> None:
        self._ended()
        self.answer.show_text(self.desk.problems.text(error), Tone.DANGER)


class PapersView(QWidget):
    """Stored papers, the verdict on the chosen one, and its pages."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.page: HistoryPage | None = None
        self.title = ""
        self.table = Table(self.tr("文书"))
        self.model: RowModel[DocumentRow] = RowModel(
            [
                Column("kind", self.tr("文书"), lambda d: named("paper", d.kind), 122),
                Column("at", self.tr("存入"), lambda d: moment(d.stored_at), 124),
                Column("round", self.tr("轮次"), lambda d: str(d.round), 44),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.answer = Banner()
        self.words = PlainLabel().wrapped().selectable()
        self.hash = QLineEdit()
        self.hash.setReadOnly(True)
        self.hash.setAccessibleName(self.tr("文书的 SHA-256"))
        self.hash.hide()
        self.panel = PaperPanel(desk, empty=self.tr("选一份文书预览"))
        side = QWidget()
        lines = QVBoxLayout(side)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.table, 1)
        lines.addWidget(self.answer)
        lines.addWidget(self.words)
        lines.addWidget(self.hash)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(side)
        split.addWidget(self.panel)
        split.setStretchFactor(1, 1)
        split.setSizes([320, 430])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.addWidget(split)

    def show_page(self, page: HistoryPage) -> None:
        """Shows the papers of another case."""
        before, self.page = self.page, page
        self.title = page.title
        if before is not None and (before.case_id, before.documents) == (
            page.case_id,
            page.documents,
        ):
            return
        self.model.replace(page.documents)
        if not page.documents:
            self.answer.show_text("")
            self.words.setText("")
            self.panel.clear(self.tr("还没有存入文书"))

    def _choose(self, chosen: object) -> None:
        self.answer.show_text("")
        self.words.setText("")
        self.hash.setVisible(isinstance(chosen, DocumentRow))
        if isinstance(chosen, DocumentRow):
            self.hash.setText(chosen.sha256)
            self.hash.setCursorPosition(0)
            reader = self.desk.session.reader
            self.desk.jobs.run(
                Lane.DATABASE,
                self,
                lambda: read_paper(reader, chosen),
                done=self._show,
                failed=self._failed,
                key="paper",
            )

    def _show(self, paper: StoredPaper) -> None:
        kind = named("paper", paper.row.kind)
        self.panel.show_paper(paper.data, f"{kind}_{self.title}.pdf".replace("/", "_"))
        self.answer.show_text(self.tr("正在验证…"))
        press = self.desk.work.press
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: check_paper(press, paper),
            done=self._told,
            failed=self._failed,
            key="verdict",
        )

    def _told(self, told: Told) -> None:
        self.answer.show_text(told.headline, told.tone)
        self.words.setText("\n".join(told.lines))

    def _failed(self, error: BaseException) -> None:
        self.answer.show_text(self.desk.problems.text(error), Tone.DANGER)
