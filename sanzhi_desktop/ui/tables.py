"""Lists: one table model over frozen rows, columns as data, and the view for it.

Lives here: what every list has. Must not: lists too long to be read whole (`paged`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QFont, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.theme import Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: key (for sorting), heading, text of a row, and how it looks."""

    key: str
    title: str
    text: Callable[[R], str]
    width: int = 120
    tone: Callable[[R], Tone] | None = None
    right: bool = False
    tip: Callable[[R], str] | None = None


def _ink(tone: Tone) -> QBrush | None:
    if tone is Tone.NEUTRAL:
        return None
    return QBrush(QColor(str(getattr(theme.current(), tone.value))))


class RowModel(QAbstractTableModel, Generic[R]):
    """A read-only table over frozen rows."""

    same_list = False  # whether the rows that are being shown are those of the list before

    def __init__(self, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[R | None, ...] = ()

    def replace(self, rows: Sequence[R]) -> None:
        """Shows other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def row(self, number: int) -> R | None:
        """The row at a place, when it is there."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    @property
    def loaded(self) -> tuple[R, ...]:
        """The rows in their order, without those of a long list that nobody has looked at yet."""
        return tuple(row for row in self._rows if row is not None)

    def key_at(self, number: int) -> Any:  # noqa: ARG002 - for lists that know their rows
        """The key of the row at a place; None where rows have none or it is not known yet."""
        return None

    def place_of(self, key: Any) -> int | None:  # noqa: ARG002
        """Where the row with this key stands now."""
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index.row())
        column = self.columns[index.column()]
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        if role == ROW:
            return row
        return _cell(column, row, role)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemNeverHasChildren
        )


def _cell(column: Column[R], row: R, role: int) -> Any:
    if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
        return column.text(row)
    if role == Qt.ItemDataRole.ToolTipRole:
        # Qt would take text that looks like markup for markup.
        text = column.tip(row) if column.tip else column.text(row)
        return text.replace("<", "‹")
    if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    if role == Qt.ItemDataRole.ForegroundRole and column.tone is not None:
        return _ink(column.tone(row))
    if role == Qt.ItemDataRole.FontRole and column.tone is not None:
        font = QFont()
        font.setBold(column.tone(row) in {Tone.DANGER, Tone.WARN})
        return font
    return None


class _KeptInk(QStyledItemDelegate):
    """A cell that means something by its colour keeps it in the row that is selected."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        ink = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(ink, QBrush):
            colours = QPalette(option.palette)
            colours.setBrush(QPalette.ColorRole.HighlightedText, ink)
            option.palette = colours


class Table(QTableView):
    """A view for these models: whole rows, no grid, Enter opens. `opened` gives the row."""

    opened = Signal(object)
    chosen = Signal(object)
    sort_asked = Signal(str, bool)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(label)
        self.setItemDelegate(_KeptInk(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self._least: dict[int, int] = {}  # column → the width down to which it gives way
        self._given: dict[int, int] = {}  # the widths as they were set last
        self._wanted: list[int] = []
        self._place: tuple[Any, tuple[int, int], int] | None = None
        self.activated.connect(self._open)

    def use(self, model: RowModel[Any]) -> None:
        """Shows a model with the widths its columns ask for."""
        self.setModel(model)
        scale = self.fontMetrics().horizontalAdvance("字") / 13
        self._wanted = [int(column.width * scale) for column in model.columns]
        for place, width in enumerate(self._wanted[:-1]):  # the last one takes what is left
            self.setColumnWidth(place, width)
        self.selectionModel().currentRowChanged.connect(self._chosen)
        # A table gets its focus only through its model's own reset otherwise.
        model.modelAboutToBeReset.connect(self._remember_place)
        model.modelReset.connect(self._keep_current)

    def give_way(self, **least: int) -> None:
        """In a narrow window these columns (by key) shrink, down to their least width, before the
        table scrolls sideways. A width that somebody set by hand stays."""
        model = self.model()
        scale = self.fontMetrics().horizontalAdvance("字") / 13
        if isinstance(model, RowModel):
            keys = {column.key: place for place, column in enumerate(model.columns)}
            self._least = {keys[key]: int(width * scale) for key, width in least.items()}
            last = len(keys) - 1  # stretches by itself
            self._given = {n: self.columnWidth(n) for n in self._least if n != last}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        by_hand = any(self.columnWidth(place) != width for place, width in self._given.items())
        if not self._least or by_hand:
            return
        slack = {place: self._wanted[place] - least for place, least in self._least.items()}
        over = sum(self._wanted) - self.viewport().width()
        part = min(1.0, max(0.0, over / max(1, sum(slack.values()))))
        last = len(self._wanted) - 1  # takes what is left by itself
        for place, room in slack.items():
            if place != last:
                # rounded up: a pixel too many would scroll
                self._given[place] = self._wanted[place] - math.ceil(room * part)
                self.setColumnWidth(place, self._given[place])

    def allow_sort(self) -> None:
        """A click on a heading asks for another order (`sort_asked`: key, descending)."""
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.sortIndicatorChanged.connect(self._sort)

    def current_row(self) -> Any:
        """The frozen row under the cursor, or None."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def sizeHint(self) -> QSize:
        return QSize(640, 320)

    def _open(self, index: Index) -> None:
        row = index.data(ROW)
        if row is not None:
            self.opened.emit(row)

    def _chosen(self, index: Index, _before: Index) -> None:
        self.chosen.emit(index.data(ROW) if index.isValid() else None)

    def _remember_place(self) -> None:
        """Which row is under the cursor and where it stands, before the same list comes anew."""
        model, at = self.model(), self.currentIndex()
        self._place = None
        if isinstance(model, RowModel) and model.same_list and at.isValid():
            place = (at.row(), at.column())
            self._place = (model.key_at(at.row()), place, self.verticalScrollBar().value())

    def _return_to_place(self) -> None:
        model = self.model()
        if self._place is None or not isinstance(model, RowModel) or not model.rowCount():
            return
        key, (row, column), scrolled = self._place
        now = model.place_of(key)
        target = min(row, model.rowCount() - 1) if now is None else now
        self.executeDelayedItemsLayout()
        self.setCurrentIndex(model.index(target, column))
        # The row stays under the eye: the list moves by as much as the row has moved.
        height = self.verticalHeader().defaultSectionSize()
        self.verticalScrollBar().setValue(scrolled + (target - row) * height)

    def _keep_current(self) -> None:
        self._return_to_place()
        if self.model().rowCount() and not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, 0))

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        model = self.model()
        if isinstance(model, RowModel):
            key = model.columns[section].key
            self.sort_asked.emit(key, order == Qt.SortOrder.DescendingOrder)
