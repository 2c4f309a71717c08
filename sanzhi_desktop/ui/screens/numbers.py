"""文号登记: every number of the office without a gap, and the voiding of one that is not used."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from sanzhi_desktop.application import office
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import NumberRow, NumberStatus
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.names import moment, name
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, EmptyState, PlainLabel, button, reveal, row

_TONES = {
    NumberStatus.RESERVED: Tone.WARN,
    NumberStatus.ISSUED: Tone.OK,
    NumberStatus.VOID: Tone.NEUTRAL,
}


class NumbersScreen(Screen):
    """The register of numbers; a reserved one can be voided with its reason."""

    kinds = frozenset({"case", "numbers"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table = Table(self.tr("文号登记"))
        self.model: RowModel[NumberRow] = RowModel(
            [
                Column("label", self.tr("文号"), lambda n: n.label, 190),
                Column(
                    "status",
                    self.tr("状态"),
                    lambda n: name(n.status),
                    80,
                    tone=lambda n: _TONES[n.status],
                ),
                Column("case", self.tr("案由"), lambda n: n.case_name, 320),
                Column("round", self.tr("轮次"), lambda n: str(n.round), 50, right=True),
                Column("at", self.tr("取号时间"), lambda n: moment(n.reserved_at), 146),
                Column("why", self.tr("作废理由"), lambda n: n.void_reason, 240),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.opened.connect(self._open_case)
        self.table.chosen.connect(lambda _: self._offer())
        self.void = button(self.tr("作废文号(&V)…"), self._void)
        reveal(self.void, on=bool(desk.roles & {Role.HEAD, Role.LEAD}))
        self.empty = EmptyState("file")
        self.empty.say(
            self.tr("还没有取过文号"),
            self.tr("签发审核意见时按年度连续取号，作废的号保留在这里，不再使用。"),
        )
        self.body = QStackedWidget()
        self.body.addWidget(self.table)
        self.body.addWidget(self.empty)
        self.root.addLayout(row(self.heading(self.tr("文号登记")), None, self.void))
        self.root.addWidget(self.body, 1)

    def title(self) -> str:
        return self.tr("文号登记")

    def shown(self) -> None:
        self.read(self.desk.session.reader.numbers, self._show, key="numbers")

    def _show(self, rows: list[NumberRow]) -> None:
        self.model.replace(rows)
        self.body.setCurrentWidget(self.table if rows else self.empty)
        self._offer()

    def _offer(self) -> None:
        chosen = self.table.current_row()
        reserved = isinstance(chosen, NumberRow) and chosen.status is NumberStatus.RESERVED
        self.void.setEnabled(reserved)
        self.void.setToolTip("" if reserved else self.tr("只有已取号、尚未签发的文号可以作废。"))

    def _open_case(self, chosen: object) -> None:
        if isinstance(chosen, NumberRow):
            self.desk.go.emit("case", chosen.case_id)

    def _void(self) -> None:
        chosen = self.table.current_row()
        if isinstance(chosen, NumberRow):
            VoidDialog(self.desk, chosen, self).open()


class VoidDialog(QDialog):
    """作废: asks for the reason."""

    def __init__(self, desk: Desk, number: NumberRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._number = number
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("作废文号"))
        self.setMinimumWidth(520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(PlainLabel(number.label, role="heading"))
        words = self.tr("作废的文号连同理由保留在登记中，不再使用；本案签发时另取新号。")
        outer.addWidget(PlainLabel(words, role="muted").wrapped())
        self.refusal = Banner()
        outer.addWidget(self.refusal)
        self.form = Form()
        self.form.add("reason", self.tr("作废理由(&R)"), lines(3))
        outer.addWidget(self.form)
        self.ok = button(self.tr("作废(&O)"), self._submit, kind="danger", shortcut="Ctrl+S")
        outer.addLayout(row(None, button(self.tr("取消"), self.reject), self.ok))
        self.form.fields["reason"].editor.setFocus()

    def _submit(self) -> None:
        self.refusal.show_text("")
        self.ok.setEnabled(False)
        self._desk.jobs.write(self, self._work(), done=self._done, failed=self._refuse)

    def _work(self) -> Callable[[], Changed]:
        session, number, reason = self._desk.session, self._number, self.form.fields["reason"].text
        return lambda: office.void_number(
            session, series=number.series, year=number.year, no=number.no, reason=reason
        )

    def _done(self, _answer: Changed) -> None:
        self._desk.told.emit(self.tr("已作废：{0}").format(self._number.label))
        self.accept()

    def _refuse(self, error: BaseException) -> None:
        self.ok.setEnabled(True)
        self.refusal.show_text(self._desk.problems.text(error), Tone.DANGER)
