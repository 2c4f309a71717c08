"""Forms: labelled fields with their fault beneath, and the mark of what the program read itself.

A field that was prefilled says where the value was read and stays marked until a person confirms
it, by button or by Ctrl+Enter. Who types over it states a value of his own: the mark says so.
"""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.widgets import PlainLabel, button, reveal

Editor = QLineEdit | QPlainTextEdit | QComboBox | QCheckBox


def text_of(editor: Editor) -> str:
    """The value of any editor as text; a combo box gives its code, a check box "1" or ""."""
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    if isinstance(editor, QComboBox):
        return editor.currentText() if editor.isEditable() else str(editor.currentData() or "")
    if isinstance(editor, QCheckBox):
        return "1" if editor.isChecked() else ""
    return editor.text()


def put_text(editor: Editor, text: str) -> None:
    """Sets the value of any editor from text; a long one is shown from its beginning."""
    if isinstance(editor, QPlainTextEdit):
        if editor.toPlainText() != text:
            editor.setPlainText(text)
    elif isinstance(editor, QComboBox):
        if editor.isEditable():
            editor.setEditText(text)
        else:
            editor.setCurrentIndex(max(0, editor.findData(text)))
    elif isinstance(editor, QCheckBox):
        editor.setChecked(bool(text))
    else:
        editor.setText(text)
        editor.setCursorPosition(0)


def parse_day(text: str) -> date | None:
    """A date as people type it: 2026-09-18, 2026.9.18, 2026/9/18, 2026年9月18日, 20260918.

    Raises DomainError(DATE_UNREADABLE).
    """
    plain = text.strip()
    if not plain:
        return None
    for mark in "年月./":
        plain = plain.replace(mark, "-")
    parts = plain.replace("日", "").strip("-").split("-")
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    try:
        year, month, day = (int(p) for p in parts)
        return date(year, month, day)
    except ValueError:
        raise DomainError(DeskFault.DATE_UNREADABLE, value=text) from None


def parse_yuan(text: str) -> int:
    """Fen of an amount as people type it, figures or capitals; nothing typed is 0.

    Raises DomainError(AMOUNT_WRONG).
    """
    plain = text.strip()
    if not plain:
        return 0
    if not set(plain) & set("元圆角分"):
        plain += "元"
    try:
        return money.parse_amount(plain)
    except ValueError:
        raise DomainError(CaseFault.AMOUNT_WRONG, value=text) from None


def combo(codes: Iterable[StrEnum], *, first: str | None = None) -> QComboBox:
    """A choice among codes, shown by their Chinese names. `first`: the text of "none"."""
    made = QComboBox()
    if first is not None:
        made.addItem(first, "")
    for code in codes:
        made.addItem(name(code), code.value)
    return made


def lines(height: int = 3) -> QPlainTextEdit:
    """A text field of some lines; Tab moves on instead of typing a tab."""
    made = QPlainTextEdit()
    made.setTabChangesFocus(True)
    made.setMinimumHeight(made.fontMetrics().lineSpacing() * height + 18)
    made.setMaximumHeight(made.fontMetrics().lineSpacing() * max(height * 2, 4) + 18)
    return made


class Field(QObject):
    """One field of a form. `changed` follows every change a person makes, none of the program's."""

    changed = Signal(str)
    confirmed = Signal(str)

    def __init__(self, form: "Form", key: str, editor: Editor, label: PlainLabel) -> None:
        super().__init__(form)
        self.key = key
        self.editor = editor
        self.label = label
        self.fault = PlainLabel(role="error").wrapped()
        self.fault.hide()
        self.mark = PlainLabel(role="mark")
        self.mark.setContentsMargins(0, 6, 0, 0)
        self.mark.hide()
        self.confirm_button = button(self.tr("确认"), self.confirm, kind="small")
        self.confirm_button.setToolTip(self.tr("内容无误，确认（光标在本栏时按 Ctrl+Enter）"))
        self.confirm_button.hide()
        self.beside: QPushButton | None = None
        self._where = ""
        self._open = False
        self._quiet = False
        self._watch()

    def _watch(self) -> None:
        if isinstance(self.editor, QComboBox):
            self.editor.currentTextChanged.connect(self._on_change)
        elif isinstance(self.editor, QCheckBox):
            self.editor.toggled.connect(self._on_change)
        else:
            self.editor.textChanged.connect(self._on_change)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self.editor)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self.confirm)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return text_of(self.editor)

    def set_text(self, text: str) -> None:
        """Fills the field by program: no confirmation is implied."""
        self._quiet = True
        try:
            put_text(self.editor, text)
        finally:
            self._quiet = False

    def error(self, text: str) -> None:
        """Shows a fault beneath the field, or takes it away."""
        self.fault.setText(text)
        reveal(self.fault, on=bool(text))
        self.editor.setAccessibleDescription(text)
        theme.set_property(self.editor, "wrong", bool(text))

    def provenance(self, where: str, *, confirmed: bool) -> None:
        """Says where the value was read and whether somebody confirmed it."""
        self._where = where
        self._open = bool(where) and not confirmed
        words = self.tr("读自{0} · {1}").format(
            where, self.tr("已确认") if confirmed else self.tr("待确认")
        )
        self.mark.setText(words if where else "")
        reveal(self.mark, on=bool(where))
        theme.set_property(self.mark, "confirmed", confirmed)
        reveal(self.confirm_button, on=self._open)
        self.confirm_button.setAccessibleName(self.tr("确认{0}").format(self.label.text()))
        theme.set_property(self.editor, "unconfirmed", self._open)

    @property
    def open(self) -> bool:
        """Whether a prefilled value still waits for a person."""
        return self._open

    def confirm(self) -> None:
        """A person says that the value is right."""
        if self._open:
            self.provenance(self._where, confirmed=True)
            self.confirmed.emit(self.key)

    def _on_change(self) -> None:
        if self._quiet:
            return
        if self._where:  # what is typed now stands at no place of the file any more
            self.provenance("", confirmed=True)
            self.mark.setText(self.tr("已改为手工填写"))
            reveal(self.mark, on=True)
        self.changed.emit(self.key)


class Form(QWidget):
    """Fields under one another: label, editor, provenance; the fault beneath the editor."""

    changed = Signal(str)
    confirmed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def add(
        self,
        key: str,
        label: str,
        editor: Editor,
        *,
        hint: str = "",
        beside: QPushButton | None = None,
    ) -> Field:
        """Adds a field; `label` may name its key by &. `beside` stands right of the editor."""
        caption = PlainLabel(label)
        caption.setBuddy(editor)
        caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        caption.setContentsMargins(0, 6, 0, 0)
        plain = label.split("(&", maxsplit=1)[0].replace("&", "").strip()
        editor.setAccessibleName(plain)
        if hint and isinstance(editor, QLineEdit | QPlainTextEdit):
            editor.setPlaceholderText(hint)
        made = Field(self, key, editor, caption)
        made.beside = beside
        at = self._grid.rowCount()
        self._grid.addWidget(caption, at, 0)
        if beside is None:
            self._grid.addWidget(editor, at, 1)
        else:
            both = QHBoxLayout()
            both.addWidget(editor, 1)
            both.addWidget(beside, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addLayout(both, at, 1)
        marks = QHBoxLayout()
        marks.setSpacing(6)
        marks.addWidget(made.mark)
        marks.addWidget(made.confirm_button)
        self._grid.addLayout(marks, at, 2, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(made.fault, at + 1, 1)
        made.changed.connect(self.changed)
        made.confirmed.connect(self.confirmed)
        self.fields[key] = made
        return made

    def values(self) -> dict[str, str]:
        """All values as text."""
        return {key: made.text for key, made in self.fields.items()}

    def put(self, values: dict[str, str]) -> None:
        """Fills the fields that are named."""
        for key, text in values.items():
            if key in self.fields:
                self.fields[key].set_text(text)

    def show_row(self, key: str, *, on: bool) -> None:
        """Shows or hides a field with everything that belongs to it."""
        made = self.fields[key]
        for part in (made.label, made.editor, made.beside):
            if part is not None:
                reveal(part, on=on)
        if not on:
            made.fault.hide()

    def clear_errors(self) -> None:
        """Takes all faults away."""
        for made in self.fields.values():
            made.error("")

    def day(self, key: str) -> date | None:
        """A date field's day; its fault is shown in place and raised."""
        made = self.fields[key]
        try:
            value = parse_day(made.text)
        except DomainError:
            made.error(self.tr("日期认不出来，请按 2026-09-18 的形式填写。"))
            made.editor.setFocus()
            raise
        made.error("")
        return value

    def check(self, key: str, fault: Callable[[str], str]) -> bool:
        """Runs a check on one field and shows what it says; whether it is right."""
        text = fault(self.fields[key].text)
        self.fields[key].error(text)
        return not text
