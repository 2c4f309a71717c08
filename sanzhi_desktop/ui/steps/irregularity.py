"""应审未审: a decision that an agency made although it had not been reviewed, as an irregularity."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.application import aftermath
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import IrregularityRow
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import lines
from sanzhi_desktop.ui.names import day, moment
from sanzhi_desktop.ui.sending import SendingDialog
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class IrregularityDialog(SendingDialog):
    """Lists what was recorded and records another; it never becomes a decision of a case."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self.setWindowTitle(self.tr("应审未审登记"))
        self.setMinimumSize(760, 560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        words = self.tr(
            "未经法制审核就作出的决定登记在这里，供监督和统计使用；不作为案件的决定，也不补办审核。"
        )
        outer.addWidget(PlainLabel(words, role="muted").wrapped())
        self.table = Table(self.tr("已登记的应审未审"))
        self.model: RowModel[IrregularityRow] = RowModel(
            [
                Column("agency", self.tr("机关"), lambda r: r.agency, 190),
                Column("number", self.tr("决定文号"), lambda r: r.decision_number, 190),
                Column("day", self.tr("决定日期"), lambda r: day(r.decided_on), 100),
                Column("at", self.tr("登记时间"), lambda r: moment(r.recorded_at), 146),
                Column("note", self.tr("说明"), lambda r: r.note, 160),
            ],
            self,
        )
        self.table.use(self.model)
        outer.addWidget(self.table, 1)
        outer.addWidget(self.kept)
        outer.addWidget(self.refusal)
        self.form.add("agency", self.tr("作出决定的机关(&A)"), QLineEdit())
        self.form.add("number", self.tr("决定文号(&N)"), QLineEdit())
        self.form.add("decided_on", self.tr("决定日期(&D)"), QLineEdit(), hint="2026-09-18")
        self.form.add("content", self.tr("决定内容(&C)"), lines(2))
        self.form.add("note", self.tr("怎样发现、说明(&M)"), lines(2))
        outer.addWidget(self.form)
        self.ok = button(self.tr("登记(&O)"), self.send_now, kind="primary", shortcut="Ctrl+S")
        outer.addLayout(row(None, button(self.tr("关闭"), self.reject), self.ok))
        self.read(self.session.reader.irregularities, self.model.replace)
        self.begin()

    def place(self) -> Sequence[str]:
        return "worklist", ""

    def send_now(self) -> None:
        self.refusal.show_text("")
        try:
            work = self._work()
        except DomainError as error:
            self.refuse(error)
            return
        self.write(work, self._recorded)

    def _work(self) -> Callable[[], Changed]:
        decided_on = self.form.day("decided_on")
        values = {key: text.strip() for key, text in self.form.values().items()}
        session = self.session
        return lambda: aftermath.record_irregularity(
            session,
            agency=values["agency"],
            decision_number=values["number"],
            decided_on=decided_on,
            content=values["content"],
            note=values["note"],
        )

    def _recorded(self, _answer: Changed) -> None:
        self.ok.setEnabled(True)
        self.form.put(dict.fromkeys(self.form.fields, ""))
        self.kept.show_text("")
        self.desk.told.emit(self.tr("已登记应审未审。"))
        self.read(self.session.reader.irregularities, self.model.replace)
