"""Faults of a file, one in a line: where, what, and what to do. Nothing was taken over."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: place, the thing concerned, why, and the remedy."""

    place: str
    what: str
    reason: str
    remedy: str = ""


class FaultsDialog(QDialog):
    """All faults of one file; they can be copied for whoever has to mend it."""

    def __init__(self, file: str, faults: Sequence[Fault], what: str, parent: QWidget) -> None:
        """`what` is the heading of the second column."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("没有导入：{0}").format(file))
        self._faults = tuple(faults)
        self.model: RowModel[Fault] = RowModel(
            [
                Column("place", self.tr("位置"), lambda f: f.place, 90),
                Column("what", what, lambda f: f.what, 170),
                Column("reason", self.tr("问题"), lambda f: f.reason, 330),
                Column("remedy", self.tr("改法"), lambda f: f.remedy, 240),
            ],
            self,
        )
        self.table = Table(self.tr("问题列表"))
        self.table.use(self.model)
        self.table.chosen.connect(self._choose)
        self.whole = PlainLabel().wrapped().selectable()
        copy = button(self.tr("全部复制(&C)"), self._copy)
        close = button(self.tr("知道了"), self.accept, kind="primary")
        close.setDefault(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.addWidget(
            PlainLabel(
                self.tr("文件有 {0} 处问题，全部改好以后再导入。现在执行的内容没有改变。").format(
                    len(faults)
                ),
                role="muted",
            ).wrapped()
        )
        outer.addWidget(self.table, 1)
        outer.addWidget(self.whole)
        outer.addLayout(row(copy, None, close))
        self.resize(900, 460)
        self.model.replace(self._faults)

    def _choose(self, chosen: object) -> None:
        if isinstance(chosen, Fault):
            self.whole.setText(f"{chosen.place} {chosen.what}：{chosen.reason}\n{chosen.remedy}")

    def _copy(self) -> None:
        text = "\n".join(
            f"{f.place}\t{f.what}\t{f.reason}\t{f.remedy}".rstrip() for f in self._faults
        )
        QGuiApplication.clipboard().setText(text)
