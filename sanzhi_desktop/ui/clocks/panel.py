"""The clocks of a case: the list at the left, the chosen one day by day at the right."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.application.deadlines import CaseClock
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.papers import StripPaper
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.clocks import words
from sanzhi_desktop.ui.clocks.day_grid import DayGrid
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, EmptyState, PlainLabel, button, row, scrolled

_BESIDE = 76  # characters that list and days need beside each other


class ClocksPanel(QWidget):
    """A tab of the case: which clocks run, and why each ends when it ends."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.page: CasePage | None = None
        self.table = Table(self.tr("本案的期限"))
        self.model: RowModel[CaseClock] = RowModel(
            [
                Column("kind", self.tr("期限"), words.title, 104),
                Column("length", self.tr("长度"), words.length, 90),
                Column("due", self.tr("届满日"), words.due, 140),
                Column("state", self.tr("状态"), words.state, 120, tone=words.tone),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self._build_detail())
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([440, 640])
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.addWidget(self.split)

    def _build_detail(self) -> QWidget:
        self.heading = PlainLabel(role="heading")
        self.basis = PlainLabel().wrapped().selectable()
        self.calendar = PlainLabel(role="muted").wrapped()
        self.note = Banner()
        self.grid = DayGrid()
        self.empty = EmptyState("clock")
        self.print = button(
            self.tr("推算表(&T)…"),
            self.print_strip,
            icon="print",
            kind="small",
            tip=self.tr("预览、打印或者另存逐日推算表"),
        )
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(12, 0, 4, 8)
        lines.setSpacing(8)
        lines.addLayout(row(self.heading, None, self.print))
        lines.addWidget(self.basis)
        lines.addWidget(self.note)
        lines.addWidget(self.calendar)
        lines.addWidget(self.grid)
        lines.addWidget(self.empty)
        lines.addStretch(1)
        return scrolled(inside)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large letters or a small window: the list stands above the days, not beside them."""
        super().resizeEvent(event)
        narrow = event.size().width() < self.fontMetrics().horizontalAdvance("字") * _BESIDE
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)
            row_height = self.table.verticalHeader().defaultSectionSize()
            self.split.setSizes([row_height * 4, row_height * 12] if narrow else [440, 640])

    def show_page(self, page: CasePage) -> None:
        """Fills the list; the clock that was chosen stays chosen."""
        before = self.table.current_row()
        self.page = page
        self.model.replace(page.clocks)
        kinds = [clock.kind for clock in page.clocks]
        chosen = kinds.index(before.kind) if before is not None and before.kind in kinds else 0
        if kinds:
            self.table.setCurrentIndex(self.model.index(chosen, 0))
            self._choose(page.clocks[chosen])

    def _choose(self, chosen: object) -> None:
        if not isinstance(chosen, CaseClock) or self.page is None:
            return
        strip = chosen.strip
        self.heading.setText(_heading(chosen))
        self.basis.setText(basis_paragraph(strip) if strip else "")
        told = words.notes(chosen)
        tone = Tone.DANGER if words.tone(chosen) is Tone.DANGER else Tone.WARN
        self.note.show_text("\n".join(told), tone)
        self.calendar.setText(
            self.tr("日历版本：{0}").format(strip.calendar) if strip and strip.days else ""
        )
        self.calendar.setVisible(bool(strip and strip.days))
        self.grid.show_strip(strip, self.page.today)
        self.print.setEnabled(strip is not None and bool(strip.days))
        self._say_empty(chosen)

    def _say_empty(self, clock: CaseClock) -> None:
        nothing = clock.strip is None or not clock.strip.days
        self.empty.setVisible(nothing)
        if clock.strip is None:
            self.empty.say(
                self.tr("没有可以推算的天数"),
                self.tr("依据只说“及时”，没有天数。")
                if clock.promptly
                else self.tr("规则方案没有规定这一期限；由管理员设定并注明依据后推算。"),
            )
        elif nothing:
            self.empty.say(self.tr("尚未起算"), self.tr("起算的事项登记后，这里逐日列出。"))

    def print_strip(self) -> None:
        """Lays the chosen clock out and shows it, to print or to save."""
        clock = self.table.current_row()
        paper = self.paper_of(clock) if isinstance(clock, CaseClock) else None
        if paper is None:
            return
        session = self.desk.session
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: replace(paper, checkpoint=checkpoint_line(session)),
            done=self._print,
            key="strip",
        )

    def _print(self, paper: StripPaper) -> None:
        sheets = self.desk.work.sheets
        name = f"{paper.title}推算表_{paper.case_name}.pdf".replace("/", "_")
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: sheets.strip(paper),
            done=lambda data: PaperDialog(self.desk, data, name, self).open(),
            key="strip",
        )

    def paper_of(self, clock: CaseClock) -> StripPaper | None:
        """What stands on the paper of one clock; None without days."""
        page = self.page
        if page is None or clock.strip is None or not clock.strip.days:
            return None
        submission = page.case.submission
        return StripPaper(
            office=self.desk.office.name,
            case_name=submission.name,
            file_number=submission.file_number,
            title=words.title(clock),
            state=words.state(clock),
            strip=clock.strip,
            notes=words.notes(clock),
            dated=page.today,
            mark=self.tr("样例") if self.desk.office.sample else "",
        )


def _heading(clock: CaseClock) -> str:
    soft = clock.strip is not None and clock.strip.rule.soft
    return f"{words.title(clock)}　{words.length(clock)}{'（原则上）' if soft else ''}"
