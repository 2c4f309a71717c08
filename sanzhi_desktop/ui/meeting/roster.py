"""Who sits in a meeting: the heads of the agency by name and code, found by typing, with posts."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.meeting.grids import check_cell, code_at, text_at, text_cell, ticked
from sanzhi_desktop.ui.widgets import PlainLabel, column, row

POST = "负责人"  # of somebody who never sat in a meeting
_ON, _NAME, _CODE, _POST = range(4)


class _Search(QLineEdit):
    """Enter takes what was found and never the dialog's default button."""

    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
            event.accept()
            return
        super().keyPressEvent(event)


class Roster(QWidget):
    """One line for each head; ticked ones sit. Typing shows the lines that match."""

    def __init__(self) -> None:
        super().__init__()
        self.search = _Search()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("查找姓名、代码或者职务；回车勾选找到的第一人"))
        self.search.setAccessibleName(self.tr("查找成员"))
        self.search.textChanged.connect(lambda _: self._filter())
        self.search.taken.connect(self._take_first)
        self.count = PlainLabel(role="muted")
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(
            [self.tr("参加"), self.tr("姓名"), self.tr("代码"), self.tr("职务")]
        )
        self.table.setAccessibleName(self.tr("成员和职务"))
        keep(self.table, "members", self.tr("成员和职务"))
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.itemChanged.connect(self._changed)
        head = row(PlainLabel(self.tr("成员和职务"), role="muted"), self.search, self.count)
        head.setStretch(1, 1)
        body = column(self.table)
        body.insertLayout(0, head)
        body.setContentsMargins(0, 0, 0, 0)
        self.setLayout(body)

    def show_people(
        self,
        heads: Sequence[Person],
        *,
        seated: Mapping[str, str] | None,
        last: Mapping[str, str],
    ) -> None:
        """`seated`: who sits already, with his post, None for a new meeting, where all do.
        `last`: the post each had in his latest meeting."""
        self.table.blockSignals(True)
        self.table.setRowCount(len(heads))
        for at, person in enumerate(heads):
            code = person.person_id
            check_cell(self.table, at, _ON, on=seated is None or code in seated, key=code)
            text_cell(self.table, at, _NAME, person.name)
            text_cell(self.table, at, _CODE, code)
            post = (seated or {}).get(code) or last.get(code) or POST
            text_cell(self.table, at, _POST, post, edit=True)
        self.table.resizeColumnsToContents()
        self.table.blockSignals(False)
        self._tell()

    def members(self) -> tuple[tuple[str, str], ...]:
        """(code, post) of those who sit, in the order shown."""
        return tuple(
            (code_at(self.table, at, _ON), text_at(self.table, at, _POST))
            for at in range(self.table.rowCount())
            if ticked(self.table, at, _ON)
        )

    def _filter(self) -> None:
        wanted = self.search.text().strip().casefold()
        for at in range(self.table.rowCount()):
            shown = (text_at(self.table, at, c).casefold() for c in (_NAME, _CODE, _POST))
            self.table.setRowHidden(at, not any(wanted in text for text in shown))

    def _take_first(self) -> None:
        """Ticks the first line found, or takes its tick away, and lets the next one be typed."""
        found = [n for n in range(self.table.rowCount()) if not self.table.isRowHidden(n)]
        item = self.table.item(found[0], _ON) if found else None
        if item is None or not self.search.text().strip():
            return
        on = item.checkState() is Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
        self.search.clear()

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == _ON:
            self._tell()

    def _tell(self) -> None:
        self.count.setText(self.tr("已选 {0} 人").format(len(self.members())))
