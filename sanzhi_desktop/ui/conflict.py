"""Somebody else saved first: what was typed here beside what stands there now, field by field.

Three texts decide: as it was opened, as typed here, as saved there. What one side alone changed
needs no question; what both changed is asked. The loser of a lost update keeps his text, and
nothing is overwritten unseen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


@dataclass(frozen=True, slots=True)
class Difference:
    """One field. `asked` False: only the other side changed it, and that is taken over."""

    key: str
    label: str
    mine: str
    theirs: str
    asked: bool = True


def compare(
    base: Mapping[str, str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    labels: Mapping[str, str],
) -> list[Difference]:
    """Where somebody else's text has to be heard of; fields without a label are left out."""
    found = []
    for key, label in labels.items():
        was, here, there = (texts.get(key, "") for texts in (base, mine, theirs))
        if there not in {here, was}:
            found.append(Difference(key, label, here, there, asked=here != was))
    return sorted(found, key=lambda d: not d.asked)


def settle(
    differences: Sequence[Difference],
    parent: QWidget,
    *,
    accepted: Callable[[frozenset[str]], None],
    all_theirs: Callable[[], None],
) -> None:
    """Asks where there is something to ask; `accepted` gets the keys taken from the other side."""
    if not differences:
        accepted(frozenset())
        return
    dialog = ConflictDialog(differences, parent)
    dialog.all_theirs.connect(all_theirs)
    dialog.accepted.connect(lambda: accepted(dialog.from_there))
    dialog.open()


class ConflictDialog(QDialog):
    """Shows the differences. Accepted: save with what was chosen, see `from_there`. `all_theirs`:
    give up what was typed here. Closed in any other way: nothing is changed, nothing is lost."""

    all_theirs = Signal()

    def __init__(self, differences: Sequence[Difference], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("他人已先保存"))
        self.setMinimumSize(860, 440)
        self._differences = tuple(differences)
        self._there = {d.key for d in differences if not d.asked}
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 18, 20, 16)
        lines.setSpacing(10)
        lines.addWidget(
            PlainLabel(
                self.tr(
                    "您打开之后，他人保存了修改。您填写的内容都还在。两边都改过的，请逐项选择保留"
                    "哪一边：选中一行按空格键，或者双击；只有他人改过的，已经并入。"
                )
            ).wrapped()
        )
        self.table = Table(self.tr("两边不同的内容"))
        self._model: RowModel[Difference] = RowModel(
            [
                Column("what", self.tr("内容"), lambda d: d.label, 140),
                Column("here", self.tr("您填写的"), lambda d: d.mine, 270),
                Column("there", self.tr("他人保存的"), lambda d: d.theirs, 270),
                Column("kept", self.tr("保留"), self._kept, 100),
            ],
            self,
        )
        self._model.replace(self._differences)
        self.table.use(self._model)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() * 3 + 8)
        self.table.doubleClicked.connect(lambda at: self.toggle(at.row()))
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.table)
        space.activated.connect(lambda: self.toggle(self.table.currentIndex().row()))
        lines.addWidget(self.table, 1)
        lines.addLayout(
            row(
                button(self.tr("全部采用他人的(&T)"), self._take_all),
                None,
                button(self.tr("先不保存(&N)"), self.reject),
                button(self.tr("按所选保存(&K)"), self.accept, kind="primary"),
            )
        )
        self.table.selectRow(0)
        self.table.setFocus()

    @property
    def from_there(self) -> frozenset[str]:
        """Keys of the fields that are taken from the other side."""
        return frozenset(self._there)

    def toggle(self, number: int) -> None:
        """Changes sides for one line."""
        found = self._model.row(number)
        if found is None:
            return
        self._there ^= {found.key}
        top = self._model.index(number, 0)
        self._model.dataChanged.emit(top, top.siblingAtColumn(3))

    def _kept(self, difference: Difference) -> str:
        return self.tr("他人的") if difference.key in self._there else self.tr("我的")

    def _take_all(self) -> None:
        self.all_theirs.emit()
        self.reject()
