"""Publishing the office's own rules: what changes against the founding document and against the
edition in force, then edition and day."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QTabWidget, QVBoxLayout, QWidget

from sanzhi_desktop.application import ruleset
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.rulebook import RuleChange
from sanzhi_desktop.application.ruleset import Preview
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.resources.profiles.compare import MOST_ROWS, Change, changed_rows
from sanzhi_desktop.ui.forms import Form, parse_day
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.people.dialog import is_day
from sanzhi_desktop.ui.rules import words
from sanzhi_desktop.ui.rules.workbench import WORKING, Workbench
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, column, holding, row, scrolled


class Changes(QWidget):
    """Differences of two profiles, one clause in a line; the chosen one is shown whole."""

    def __init__(self, label: str, left: str, right: str) -> None:
        super().__init__()
        self.model: RowModel[RuleChange] = RowModel(
            [
                Column("title", self.tr("规则"), lambda c: c.left.title or c.right.title, 190),
                Column("left", left, lambda c: words.value(c.left), 280),
                Column("right", right, lambda c: words.value(c.right), 280),
            ],
            self,
        )
        self.names = (left, right)
        self.table = Table(label)
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.whole = PlainLabel().wrapped().selectable()
        self.whole.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = scrolled(self.whole)
        area.setMaximumHeight(self.fontMetrics().lineSpacing() * 9)
        self.setLayout(column(self.table, area))

    def show_changes(self, found: Sequence[RuleChange]) -> None:
        """Fills the list."""
        self.model.replace(found)
        if not found:
            self.whole.setText(self.tr("没有差别。"))

    def _choose(self, chosen: object) -> None:
        if not isinstance(chosen, Change):
            return
        rows = changed_rows(chosen)
        if any(rows) and chosen.left.answers:
            kinds = (self.tr("新增"), self.tr("删去"), self.tr("修改"))
            told = [_some(kind, found) for kind, found in zip(kinds, rows, strict=True) if found]
            self.whole.setText("\n".join([*told, _source(chosen.right)]))
            return
        left, right = self.names
        self.whole.setText(f"{left}：{_whole(chosen.left)}\n\n{right}：{_whole(chosen.right)}")


def _some(kind: str, found: Sequence[str]) -> str:
    more = f"……等 {len(found)} 项" if len(found) > MOST_ROWS else ""
    return f"{kind}：{'；'.join(found[:MOST_ROWS])}{more}"


def _source(rule: Rule) -> str:
    source = rule.in_force().source
    if source is None:
        return ""
    return source.cited() + (f"“{source.quote}”" if source.quote else "")


def _whole(rule: Rule) -> str:
    return "\n".join(part for part in (words.value(rule), _source(rule)) if part)


class PublishDialog(QDialog):
    """Shows the differences and publishes a new edition; running cases keep theirs."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self.bench = bench
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("核对差别，发布新版本"))
        self.today: date | None = None
        self.effective: date | None = None
        self.refusal = Banner()
        page = bench.page
        founding = page.founding.name if page is not None else ""
        self.founding = Changes(
            self.tr("与所依据方案的差别"), self.tr("所依据的方案"), self.tr("拟发布")
        )
        self.running = Changes(self.tr("与现行版本的差别"), self.tr("现行版本"), self.tr("拟发布"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.running, self.tr("与现行版本的差别"))
        self.tabs.addTab(self.founding, self.tr("与“{0}”的差别").format(founding))
        self.form = Form()
        self.form.add("edition", self.tr("版本号(&E)"), QLineEdit())
        self.form.add(
            "from",
            self.tr("施行日期(&F)"),
            QLineEdit(),
            hint=self.tr("晚于今天的，到那一天才施行，此前显示为待生效"),
        )
        self.ok = button(self.tr("发布(&P)"), self.publish, kind="primary", shortcut="Ctrl+S")
        self.ok.setEnabled(False)
        cancel = button(self.tr("取消"), self.reject)
        cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.addWidget(
            PlainLabel(
                self.tr("发布后新收的案件按新版本办理，在办案件仍按各自送审时的版本办理。"),
                role="muted",
            ).wrapped()
        )
        outer.addWidget(self.refusal)
        outer.addWidget(self.tabs, 1)
        outer.addWidget(holding(column(self.form)))
        outer.addLayout(row(None, cancel, self.ok))
        self.resize(900, 620)
        self._read()

    def publish(self) -> None:
        """Sends the new edition."""
        self.refusal.show_text("")
        self.form.clear_errors()
        values = self.form.values()
        effective = parse_day(values["from"]) if is_day(values["from"]) else None
        if effective is None:
            self.form.fields["from"].error(self.tr("日期认不出来，请按 2026-09-18 的形式填写。"))
            return
        self.effective = effective
        session, book = self.bench.desk.session, self.bench.desk.work.book
        own, edition = self.bench.own, values["edition"].strip()

        def work() -> Changed:
            return ruleset.publish(session, book, own, edition=edition, effective_from=effective)

        self.ok.setEnabled(False)
        self.bench.desk.jobs.write(self, work, done=self._published, failed=self._refused)

    def _read(self) -> None:
        session, book, own = self.bench.desk.session, self.bench.desk.work.book, self.bench.own

        def work() -> tuple[Preview, date, str]:
            found = ruleset.preview(book, session.reader, own, edition=WORKING, effective_from=None)
            return found, local_date(session.gateway.now()), session.reader.office().profile_edition

        self.bench.desk.jobs.run(Lane.DATABASE, self, work, done=self._show, failed=self._refused)

    def _show(self, found: tuple[Preview, date, str]) -> None:
        preview, today, running = found
        self.today = today
        self.founding.show_changes(preview.from_founding)
        self.running.show_changes(preview.from_running)
        for place, changes in enumerate((preview.from_running, preview.from_founding)):
            self.tabs.setTabText(place, f"{self.tabs.tabText(place)}（{len(changes)}）")
        edition = day(today)
        self.form.put(
            {"edition": edition if edition != running else f"{edition}-2", "from": edition}
        )
        self.ok.setEnabled(bool(preview.from_running))
        if not preview.from_running:
            self.refusal.show_text(self.tr("与现行版本没有差别，不需要发布。"), Tone.INFO)

    def _published(self, _answer: Changed) -> None:
        self.bench.published()
        told = self.tr("新版本已发布。")
        if self.effective is not None and self.today is not None and self.effective > self.today:
            told = self.tr("新版本已发布，自 {0} 起施行（待生效）。").format(day(self.effective))
        self.bench.desk.told.emit(told)
        self.accept()

    def _refused(self, error: BaseException) -> None:
        self.ok.setEnabled(True)
        self.refusal.show_text(self.bench.desk.problems.text(error), Tone.DANGER)
