"""Cells of the small tables in which a secretary ticks and types."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem


def text_cell(table: QTableWidget, at: int, column: int, text: str, *, edit: bool = False) -> None:
    """A cell with text, which may be typed over where `edit`."""
    item = QTableWidgetItem(text)
    if not edit:
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
    table.setItem(at, column, item)


def check_cell(table: QTableWidget, at: int, column: int, *, on: bool, key: str) -> None:
    """A cell with a tick and, unseen, the code that it stands for."""
    item = QTableWidgetItem()
    item.setFlags((item.flags() | Qt.ItemFlag.ItemIsUserCheckable) & ~Qt.ItemFlag.ItemIsEditable)
    item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
    item.setData(Qt.ItemDataRole.UserRole, key)
    table.setItem(at, column, item)


def ticked(table: QTableWidget, at: int, column: int) -> bool:
    """Whether a cell's tick is set."""
    item = table.item(at, column)
    return item is not None and item.checkState() is Qt.CheckState.Checked


def text_at(table: QTableWidget, at: int, column: int) -> str:
    """A cell's text."""
    item = table.item(at, column)
    return item.text().strip() if item is not None else ""


def code_at(table: QTableWidget, at: int, column: int) -> str:
    """The code behind a cell."""
    item = table.item(at, column)
    return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""
