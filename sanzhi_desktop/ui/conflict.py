"""Somebody else saved first: what was typed here beside what stands there now.

The loser of a lost update keeps the text; nothing is overwritten unseen.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import PlainLabel, button, row

Difference = tuple[str, str, str]


class ConflictDialog(QDialog):
    """Shows the differences; accepted: go on with what was typed here."""

    def __init__(self, differences: Sequence[Difference], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("他人已先保存"))
        self.setMinimumSize(820, 420)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 18, 20, 16)
        lines.setSpacing(10)
        lines.addWidget(
            PlainLabel(
                self.tr("您打开之后，他人保存了修改。您填写的内容都还在；下面是两边不同的地方。")
            ).wrapped()
        )
        self.table = Table(self.tr("两边不同的内容"))
        model: RowModel[Difference] = RowModel(
            [
                Column("what", self.tr("内容"), lambda d: d[0], 140),
                Column("here", self.tr("您填写的"), lambda d: d[1], 300),
                Column("there", self.tr("他人保存的"), lambda d: d[2], 300),
            ],
            self,
        )
        model.replace(differences)
        self.table.use(model)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() * 3 + 8)
        lines.addWidget(self.table, 1)
        lines.addLayout(
            row(
                None,
                button(self.tr("采用他人的(&T)"), self.reject),
                button(self.tr("保留我填写的(&K)"), self.accept, kind="primary"),
            )
        )
