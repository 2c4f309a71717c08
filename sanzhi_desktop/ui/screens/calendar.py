"""The working-day calendar in force: which years are announced, and taking a new notice in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from sanzhi_desktop.application import calendar_notice
from sanzhi_desktop.application.calendar_notice import NoticePreview, Published
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import CalendarRow
from sanzhi_desktop.application.rulebook import office_calendar
from sanzhi_desktop.application.stepping import today
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workdays import Arrangement, Calendar
from sanzhi_desktop.ui.clocks.notice_dialog import NoticeDialog, days_in_words
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day, moment
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row, scrolled


@dataclass(frozen=True, slots=True)
class YearLine:
    """One year as the list shows it. `own`: the office published it itself, by whom and when."""

    arrangement: Arrangement
    own: CalendarRow | None
    by: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """What the screen shows."""

    calendar: Calendar
    years: tuple[YearLine, ...]
    this_year: int


def read_calendar(session: Session, work: Work) -> CalendarPage:
    """In the database lane: the calendar in force and where each year comes from."""
    reader = session.reader
    people = reader.people()
    own = {(line.year, line.edition): line for line in reader.calendars()}
    calendar = office_calendar(work.book, reader)
    years = []
    for arrangement in reversed(calendar.arrangements):
        line = own.get((arrangement.year, arrangement.edition))
        by = people[line.published_by].name if line and line.published_by in people else ""
        years.append(YearLine(arrangement, line, by))
    return CalendarPage(calendar, tuple(years), today(session).year)


class CalendarScreen(Screen):
    """Everybody sees the years; only the administrator takes a notice in."""

    kinds = frozenset({"calendar"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.page: CalendarPage | None = None
        may = Role.ADMIN in desk.roles
        why = "" if may else self.tr("只有管理员可以发布节假日安排")
        self.bring = button(
            self.tr("导入通知(&I)…"), self._ask_file, icon="folder", kind="primary", tip=why
        )
        self.library = button(self.tr("从节假日数据库取下一年(&L)"), self._from_library, tip=why)
        self.check = button(self.tr("核对在办期限(&C)"), self._settle, tip=why)
        for made in (self.bring, self.library, self.check):
            made.setEnabled(may)
        self.said = Banner()
        self.table = Table(self.tr("已公布的年份"))
        self.model: RowModel[YearLine] = RowModel(self._columns(), self)
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.detail_title = PlainLabel(role="heading").wrapped()
        self.detail = PlainLabel().wrapped().selectable()
        self.detail_source = PlainLabel(role="muted").wrapped().selectable()
        right = QWidget()
        lines = QVBoxLayout(right)
        lines.setContentsMargins(12, 0, 0, 0)
        lines.setSpacing(8)
        for part in (self.detail_title, self.detail, self.detail_source):
            lines.addWidget(part)
        lines.addStretch(1)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(scrolled(right))
        split.setStretchFactor(1, 1)
        split.setSizes([620, 440])
        explanation = self.tr(
            "工作日按国务院办公厅每年的节假日安排推算。没有公布的年份只按周末推算，标为暂定；"
            "公布后导入通知，在办案件的期限随之调整并记入办理记录。"
        )
        self.root.addWidget(self.heading(self.tr("节假日安排")))
        self.root.addWidget(PlainLabel(explanation, role="muted").wrapped())
        self.root.addLayout(row(self.bring, self.library, self.check, None))
        self.root.addWidget(self.said)
        self.root.addWidget(split, 1)

    def title(self) -> str:
        return self.tr("节假日安排")

    def shown(self) -> None:
        session, work = self.desk.session, self.desk.work
        self.read(lambda: read_calendar(session, work), self.show_page, key="calendar")
        self.table.setFocus()

    def show_page(self, page: CalendarPage) -> None:
        """Fills the list; says when this year or the next is still provisional."""
        self.page = page
        self.model.replace(page.years)
        if page.years and not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, 0))
        self._choose(self.table.current_row())
        if not self.said.isVisible():
            self._say_missing(page)

    def _say_missing(self, page: CalendarPage) -> None:
        missing = [
            str(year)
            for year in (page.this_year, page.this_year + 1)
            if not page.calendar.knows(year)
        ]
        text = self.tr("{0} 年的安排尚未导入，涉及该年的期限是暂定的。").format("、".join(missing))
        self.said.show_text(text if missing else "", Tone.WARN)

    def _columns(self) -> list[Column[YearLine]]:
        def origin(line: YearLine) -> str:
            if line.own is None:
                return self.tr("随程序提供")
            return self.tr("{0} {1}发布").format(moment(line.own.published_at), line.by)

        return [
            Column("year", self.tr("年份"), lambda y: str(y.arrangement.year), 60),
            Column("edition", self.tr("版本"), lambda y: y.arrangement.edition, 76),
            Column("number", self.tr("文号"), lambda y: y.arrangement.number, 184),
            Column("issued", self.tr("印发"), lambda y: day(y.arrangement.issued), 92),
            Column("origin", self.tr("来源"), origin, 160),
        ]

    def _choose(self, chosen: object) -> None:
        if not isinstance(chosen, YearLine):
            return
        arrangement = chosen.arrangement
        self.detail_title.setText(arrangement.title)
        self.detail.setText(days_in_words(arrangement).replace("；", "\n"))
        source = self.tr("{0}，版本 {1}").format(arrangement.number, arrangement.edition)
        self.detail_source.setText(
            f"{source}\n{arrangement.address}" if arrangement.address else source
        )

    def _ask_file(self) -> None:
        dialog = QFileDialog(
            self, self.tr("选择节假日安排"), "", self.tr("节假日安排 (*.json *.csv)")
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.take_in(Path(file)))
        dialog.open()

    def take_in(self, file: Path) -> None:
        """Reads a notice and shows what it would change."""
        session, book = self.desk.session, self.desk.work.book
        self._preview(lambda: calendar_notice.preview(session, book, book.read_notice(file)))

    def _from_library(self) -> None:
        if self.page is None:
            return
        known = {line.arrangement.year for line in self.page.years}
        year = max(known, default=self.page.this_year - 1) + 1
        session, book = self.desk.session, self.desk.work.book
        self._preview(
            lambda: calendar_notice.preview(session, book, book.notice_from_library(year))
        )

    def _preview(self, work: Callable[[], NoticePreview]) -> None:
        self.said.show_text(self.tr("正在核对在办案件的期限…"))
        self.desk.jobs.run(
            Lane.DATABASE, self, work, done=self._show_preview, failed=self._refuse, key="notice"
        )

    def _show_preview(self, found: NoticePreview) -> None:
        self.said.show_text("")
        dialog = NoticeDialog(self.desk, found, self)
        dialog.published.connect(lambda _: self.shown())
        dialog.open()

    def _settle(self) -> None:
        """Finishes what was interrupted: cases whose last day still follows an older calendar."""
        lines = self.page.years if self.page else ()
        own = [(line.own.published_at, line.arrangement) for line in lines if line.own]
        if not own:
            self.said.show_text(
                self.tr("本单位还没有发布过节假日安排，在办期限都按随程序提供的日历。"), Tone.INFO
            )
            return
        newest = max(own, key=lambda pair: pair[0])[1]
        session, book = self.desk.session, self.desk.work.book
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: calendar_notice.settle(session, book, newest),
            done=self._settled,
            failed=self._refuse,
            key="notice",
        )

    def _settled(self, answer: Published) -> None:
        self.desk.jobs.changed.emit(answer.changed)
        if answer.left:
            text = self.tr("调整了 {0} 件；还有 {1} 件正由别人办理，请稍后再核对。")
            self.said.show_text(text.format(len(answer.moved), len(answer.left)), Tone.WARN)
            return
        text = self.tr("已核对，调整了 {0} 件在办案件的期限。").format(len(answer.moved))
        self.said.show_text(text, Tone.OK)

    def _refuse(self, error: BaseException) -> None:
        self.said.show_text(self.desk.problems.text(error), Tone.DANGER)
