"""The checklist: items by dimension with the vetoes first, one key for each answer."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.opinion import Answer, Dimension, Weight
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.tables import Table
from sanzhi_desktop.ui.theme import Tone

KEYS: dict[int, Answer] = {
    Qt.Key.Key_1: Answer.CONFORMS,
    Qt.Key.Key_2: Answer.MINOR,
    Qt.Key.Key_3: Answer.FAILS,
    Qt.Key.Key_4: Answer.NOT_APPLICABLE,
}
TONES = {
    Answer.CONFORMS: Tone.OK,
    Answer.MINOR: Tone.WARN,
    Answer.FAILS: Tone.DANGER,
    Answer.NOT_APPLICABLE: Tone.NEUTRAL,
}
MARKS = {Weight.VETO: "◎", Weight.SERIOUS: "●", Weight.FORMAL: "○"}
_Index = QModelIndex | QPersistentModelIndex
_WEIGHTS: tuple[Weight, ...] = tuple(Weight)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: a heading (no item) or an item."""

    heading: str = ""
    dimension: Dimension | None = None
    item: Item | None = None


def _place(item: Item) -> tuple[int, str]:
    return _WEIGHTS.index(item.weight), item.id


def arrange(items: tuple[Item, ...]) -> list[Line]:
    """By dimension in review order; within each the vetoes stand first."""
    lines: list[Line] = []
    for dimension in Dimension:
        own = [i for i in items if i.dimension is dimension]
        if own:
            lines.append(Line(heading=name(dimension), dimension=dimension))
            own.sort(key=_place)
            lines.extend(Line(dimension=dimension, item=i) for i in own)
    return lines


class ChecklistModel(QAbstractTableModel):
    """Mark, text, answer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state: ReviewState | None = None
        self.lines: list[Line] = []

    def show_state(self, state: ReviewState) -> None:
        """Shows a round; the same items keep their places."""
        lines = arrange(state.items)
        same = lines == self.lines
        if not same:
            self.beginResetModel()
        self._state = state
        self.lines = lines
        if same:
            self.refresh()
        else:
            self.endResetModel()

    def refresh(self) -> None:
        """Answers have changed."""
        if self.lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.lines) - 1, 2))

    def item_at(self, place: int) -> Item | None:
        """The item of a line."""
        return self.lines[place].item if 0 <= place < len(self.lines) else None

    def place_of(self, item_id: str) -> int:
        """The line of an item, or -1."""
        return next(
            (n for n, line in enumerate(self.lines) if line.item and line.item.id == item_id), -1
        )

    def next_open(self, after: int) -> int:
        """The next line without an answer, going round; -1 when all are answered."""
        if self._state is None:
            return -1
        order = [*range(after + 1, len(self.lines)), *range(after + 1)]
        for place in order:
            item = self.lines[place].item
            if item is not None and self._state.row(item.id) is None:
                return int(place)
        return -1

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("权重"), self.tr("审核项目"), self.tr("结果"))[section]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.lines[index.row()].item is None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._state is None:
            return None
        line = self.lines[index.row()]
        if line.item is None:
            return self._heading(line, index.column(), role)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line.item, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{name(line.item.weight)}：{line.item.text}".replace("<", "‹")
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 0:
            return Qt.AlignmentFlag.AlignCenter
        return self._look(line.item, index.column(), role)

    def _text(self, item: Item, column: int) -> str:
        if column == 0:
            return MARKS[item.weight]
        if column == 1:
            words = f"【{item.added}】{item.text}" if item.added else item.text
            return f"{item.id} {words}"  # the number by which refusals name an item
        row = self._state.row(item.id) if self._state else None
        return name(row.answer) if row else ""

    def _look(self, item: Item, column: int, role: int) -> Any:
        tokens = theme.current()
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == 0 and item.weight is Weight.VETO:
                return QBrush(QColor(tokens.danger))
            row = self._state.row(item.id) if self._state else None
            if column == 2 and row is not None:
                tone = TONES[row.answer]
                colour = tokens.muted if tone is Tone.NEUTRAL else getattr(tokens, tone.value)
                return QBrush(QColor(colour))
        return None

    def _heading(self, line: Line, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and column == 1:
            own = [x.item for x in self.lines if x.item and x.dimension is line.dimension]
            state = self._state
            done = sum(1 for i in own if state is not None and state.row(i.id) is not None)
            return f"{line.heading}（{done}/{len(own)}）"
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.BackgroundRole:
            return QBrush(QColor(theme.current().rail))
        if role == Qt.ItemDataRole.ForegroundRole:
            return QBrush(QColor(theme.current().accent))
        return None


class ChecklistTable(Table):
    """The list itself; 1 2 3 4 answer the item under the cursor. `answered`: (item, answer)."""

    answered = Signal(object, object)
    remark_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("审核表"))
        self.checklist = ChecklistModel(self)
        self.setModel(self.checklist)
        self.setAlternatingRowColors(False)
        self.setWordWrap(True)
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        height = self.fontMetrics().height()
        self.setColumnWidth(0, height * 3)
        self.setColumnWidth(2, height * 5)
        self.verticalHeader().setDefaultSectionSize(height * 2 + 10)
        self.checklist.modelReset.connect(self._fit_headings)

    @property
    def item(self) -> Item | None:
        """The item under the cursor."""
        return self.checklist.item_at(self.currentIndex().row())

    def go_to(self, place: int) -> None:
        """Puts the cursor on a line."""
        if place >= 0:
            self.setCurrentIndex(self.checklist.index(place, 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        answer = KEYS.get(event.key())
        item = self.item
        if answer is not None and item is not None and not event.modifiers():
            self.answered.emit(item, answer)
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2}:
            self.remark_asked.emit()
            return
        super().keyPressEvent(event)

    def _fit_headings(self) -> None:
        height = self.fontMetrics().height() + 12
        for place, line in enumerate(self.checklist.lines):
            if line.item is None:
                self.setRowHeight(place, height)
        first = next((n for n, line in enumerate(self.checklist.lines) if line.item), -1)
        self.go_to(first)
