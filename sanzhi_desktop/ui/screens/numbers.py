"""文号登记: every number of the office without a gap, and the voiding of one that is not used."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.application import numbers_register, office
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import NumberKind, NumberRow, NumberStatus
from sanzhi_desktop.domain.papers import NumbersPaper
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import lines, text_of
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.paper_panel import save_bytes
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.sending import SendingDialog
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, EmptyState, PlainLabel, button, reveal, row

_TONES = {
    NumberStatus.RESERVED: Tone.WARN,
    NumberStatus.ISSUED: Tone.OK,
    NumberStatus.VOID: Tone.NEUTRAL,
    NumberStatus.MISSING: Tone.DANGER,
}


class NumbersScreen(Screen):
    """The register of every series; a reserved number of an opinion can be voided."""

    kinds = frozenset({"case", "numbers"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._all: tuple[NumberRow, ...] = ()
        self._build_table()
        self.void = button(self.tr("作废文号(&V)…"), self._void)
        reveal(self.void, on=bool(desk.roles & {Role.HEAD, Role.LEAD}))
        self.excel = button(self.tr("导出 Excel(&X)…"), self._choose_excel, icon="save")
        self.print = button(self.tr("打印、PDF(&P)"), self._print, icon="print")
        self.series, self.year, self.status = QComboBox(), QComboBox(), QComboBox()
        self.status.addItem(self.tr("全部状态"), "")
        for status in NumberStatus:
            self.status.addItem(name(status), status.value)
        self.gaps = Banner()
        self.empty = EmptyState("file")
        self.none = EmptyState("file")
        self.none.say(self.tr("没有符合条件的文号"), self.tr("请改选系列、年度或者状态。"))
        self.empty.say(
            self.tr("还没有取过文号"),
            self.tr("签发审核意见、移送书时按年度连续取号，作废的号保留在这里，不再使用。"),
        )
        self.body = QStackedWidget()
        for page in (self.table, self.empty, self.none):
            self.body.addWidget(page)
        self.count = PlainLabel(role="muted")
        self.root.addLayout(
            row(self.heading(self.tr("文号登记")), None, self.void, self.excel, self.print)
        )
        self.root.addLayout(row(self.series, self.year, self.status, self.count, None))
        for box, title in (
            (self.series, self.tr("系列")),
            (self.year, self.tr("年度")),
            (self.status, self.tr("状态")),
        ):
            box.setAccessibleName(title)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(lambda _: self._narrow())
        self.root.addWidget(self.gaps)
        self.root.addWidget(self.body, 1)

    def _build_table(self) -> None:
        self.table = Table(self.tr("文号登记"))
        self.model: RowModel[NumberRow] = RowModel(
            [
                Column("label", self.tr("文号"), lambda n: n.label, 190),
                Column("kind", self.tr("文书"), lambda n: name(n.kind), 90),
                Column(
                    "status",
                    self.tr("状态"),
                    lambda n: name(n.status),
                    70,
                    tone=lambda n: _TONES[n.status],
                ),
                Column(
                    "case", self.tr("案由"), lambda n: n.case_name, 250, tip=lambda n: n.case_name
                ),
                Column("round", self.tr("轮次"), _round, 50, right=True),
                Column("at", self.tr("取号时间"), numbers_register.taken, 136),
                Column("why", self.tr("作废理由、备注"), note, 260, tip=note),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.opened.connect(self._open_case)
        self.table.chosen.connect(lambda _: self._offer())

    def title(self) -> str:
        return self.tr("文号登记")

    def shown(self) -> None:
        session = self.desk.session
        self.read(lambda: numbers_register.register(session), self._show, key="numbers")
        self.table.setFocus()

    def _show(self, rows: tuple[NumberRow, ...]) -> None:
        self._all = rows
        kinds = {r.series: name(r.kind) for r in rows}
        series = [(f"{s}（{kinds[s]}）", s) for s in sorted(kinds)]
        _refill(self.series, [(self.tr("全部系列"), ""), *series])
        years = [(self.tr("{0} 年").format(y), str(y)) for y in numbers_register.years(rows)]
        _refill(self.year, [(self.tr("全部年度"), ""), *years])
        missing = [r.label for r in rows if r.status is NumberStatus.MISSING]
        listed = "、".join(missing[:_NAMED]) + (self.tr(" 等") if len(missing) > _NAMED else "")
        self.gaps.show_text(
            self.tr(
                "缺号 {0} 个：{1}。文号应当连续，请在“案件历史”中核对，必要时检查备份。"
            ).format(len(missing), listed)
            if missing
            else "",
            Tone.DANGER,
        )
        self._narrow()

    def _narrow(self) -> None:
        status = text_of(self.status)
        rows = numbers_register.narrowed(
            self._all,
            series=text_of(self.series),
            year=int(text_of(self.year) or 0),
            status=NumberStatus(status) if status else None,
        )
        self.model.replace(rows)
        self.count.setText(self.tr("{0} 个").format(len(rows)) if self._all else "")
        full = self.table if rows else self.none
        self.body.setCurrentWidget(full if self._all else self.empty)
        for made in (self.excel, self.print):
            made.setEnabled(bool(rows))
        self._offer()

    def _offer(self) -> None:
        chosen = self.table.current_row()
        why = self.tr("只有已取号、尚未签发的文号可以作废。")
        if isinstance(chosen, NumberRow) and chosen.status is NumberStatus.RESERVED:
            transfer = chosen.kind is NumberKind.TRANSFER
            why = self.tr("移送书的文号跨年度未签发的，取新号时作废。") if transfer else ""
        self.void.setEnabled(not why)
        self.void.setToolTip(why)

    def _open_case(self, chosen: object) -> None:
        if isinstance(chosen, NumberRow) and chosen.case_id:
            self.desk.go.emit("case", chosen.case_id)

    def _void(self) -> None:
        chosen = self.table.current_row()
        if isinstance(chosen, NumberRow):
            VoidDialog(self.desk, chosen, self).open()

    # ----- the register on paper and as a sheet

    def _paper(self) -> Callable[[], NumbersPaper]:
        rows = tuple(r for n in range(self.model.rowCount()) if (r := self.model.row(n)))
        boxes = (self.series, self.year, self.status)
        scope = "、".join(box.currentText() for box in boxes)
        session, book = self.desk.session, self.desk.work.book
        return lambda: numbers_register.numbers_paper(
            session,
            book,
            rows,
            scope=scope,
            words=lambda n: (name(n.kind), name(n.status), note(n)),
        )

    def _print(self) -> None:
        sheets = self.desk.work.sheets

        def made(paper: NumbersPaper) -> None:
            self.desk.jobs.run(
                Lane.DOCUMENTS,
                self,
                lambda: sheets.numbers(paper),
                done=lambda pdf: PaperDialog(
                    self.desk, pdf, self.tr("文号登记簿.pdf"), self
                ).open(),
                key="paper",
            )

        self.desk.jobs.run(Lane.DATABASE, self, self._paper(), done=made, key="paper")

    def _choose_excel(self) -> None:
        dialog = QFileDialog(
            self, self.tr("导出文号登记"), str(self.desk.settings.papers), "Excel (*.xlsx)"
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(self.tr("文号登记簿.xlsx"))
        dialog.fileSelected.connect(lambda chosen: self.write_excel(Path(chosen)))
        dialog.open()

    def write_excel(self, path: Path) -> None:
        """Writes the list as shown, with the checkpoint of this moment."""
        sheets = self.desk.work.sheets

        def write(paper: NumbersPaper) -> None:
            self.desk.jobs.run(
                Lane.DOCUMENTS,
                self,
                lambda: save_bytes(sheets.numbers_workbook(paper), path),
                done=lambda _: self.desk.told.emit(self.tr("已导出：{0}").format(path)),
                key="excel",
            )

        self.desk.jobs.run(Lane.DATABASE, self, self._paper(), done=write, key="excel")


_NAMED = 5  # gaps named in the banner


def note(row: NumberRow) -> str:
    """Why a number is void, or what a gap means."""
    if row.status is NumberStatus.MISSING:
        return "登记中没有这个号，请查明去向"
    return row.void_reason


def _round(row: NumberRow) -> str:
    return str(row.round) if row.round else ""


def _refill(box: QComboBox, pairs: Sequence[tuple[str, str]]) -> None:
    """Other choices; what was chosen stays where it still is one."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for words, value in pairs:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)


class VoidDialog(SendingDialog):
    """作废: asks for the reason."""

    def __init__(self, desk: Desk, number: NumberRow, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self._number = number
        self.setWindowTitle(self.tr("作废文号"))
        self.setMinimumWidth(520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(number.label, role="heading"))
        words = self.tr("作废的文号连同理由保留在登记中，不再使用；本案签发时另取新号。")
        outer.addWidget(PlainLabel(words, role="muted").wrapped())
        outer.addWidget(self.kept)
        outer.addWidget(self.refusal)
        self.form.add("reason", self.tr("作废理由(&R)"), lines(3))
        outer.addWidget(self.form)
        self.ok = button(self.tr("作废(&O)"), self.send_now, kind="danger", shortcut="Ctrl+S")
        outer.addLayout(row(None, button(self.tr("取消"), self.reject), self.ok))
        self.form.fields["reason"].editor.setFocus()
        self.begin()

    def place(self) -> Sequence[str]:
        return "numbers", "", self._number.label

    def send_now(self) -> None:
        self.refusal.show_text("")
        self.write(self._work(), self._done)

    def _work(self) -> Callable[[], Changed]:
        session, number, reason = self.session, self._number, self.form.fields["reason"].text
        return lambda: office.void_number(
            session, series=number.series, year=number.year, no=number.no, reason=reason
        )

    def _done(self, _answer: Changed) -> None:
        self.desk.told.emit(self.tr("已作废：{0}").format(self._number.label))
        self.accept()
