"""What a person can fill in on a dialog, as texts by key: read, put back, compared, watched.

Every field of every `Form` counts, secrets never. Widgets outside of forms count where `keep` named
them. Must not: journal, commands.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from sanzhi_desktop.ui.forms import Editor, Field, Form, put_text, text_of

_KEY, _LABEL, _WATCHED = "kept_key", "kept_label", "kept_watched"
_CODE = Qt.ItemDataRole.UserRole


@runtime_checkable
class Kept(Protocol):
    """A widget of our own that says itself what was filled in."""

    kept_changed: SignalInstance

    def kept_text(self) -> str:
        """What stands there."""
        ...

    def put_kept(self, text: str) -> None:
        """Takes over what `kept_text` said."""
        ...

    def kept_words(self, text: str) -> str:
        """The same for people."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to fill in. `typed`: a text, put after the choices that may fill it in."""

    key: str
    label: str
    read: Callable[[], str]
    put: Callable[[str], None]
    words: Callable[[str], str]
    typed: bool = False


def keep(widget: QWidget, key: str, label: str = "") -> None:
    """Names a widget outside of forms, or a form among several: its fields are "key.field"."""
    widget.setProperty(_KEY, key)
    widget.setProperty(_LABEL, label)


def entries(root: QWidget) -> dict[str, Entry]:
    """Everything that can be filled in on a dialog, by key; not what stands on dialogs over it."""
    found: dict[str, Entry] = {}
    for form in root.findChildren(Form):
        if form.window() is root.window():
            for entry in _of_form(form):
                found[entry.key] = entry
    for widget in root.findChildren(QWidget):
        key = widget.property(_KEY)
        if key and not isinstance(widget, Form) and widget.window() is root.window():
            found[key] = _loose(widget, str(key), str(widget.property(_LABEL) or ""))
    return found


def put_all(root: QWidget, values: Mapping[str, str]) -> dict[str, str]:
    """Puts texts back where there still is a place for them; what found none."""
    there = entries(root)
    for entry in sorted(there.values(), key=lambda e: e.typed):
        if entry.key in values and entry.read() != values[entry.key]:
            entry.put(values[entry.key])
    return {key: text for key, text in values.items() if key not in there}


def watch(root: QWidget, touched: Callable[[], None]) -> None:
    """Tells of every change a person makes; may be called again when there are more widgets."""
    for form in root.findChildren(Form):
        if _first_time(form):
            form.changed.connect(lambda _key: touched())
    for widget in root.findChildren(QWidget):
        if widget.property(_KEY) and not isinstance(widget, Form) and _first_time(widget):
            for signal in _signals(widget):
                signal.connect(lambda *_: touched())


def _first_time(widget: QWidget) -> bool:
    seen = bool(widget.property(_WATCHED))
    widget.setProperty(_WATCHED, True)
    return not seen


def _signals(widget: QWidget) -> list[SignalInstance]:
    if isinstance(widget, QCheckBox):
        return [widget.toggled]
    if isinstance(widget, QComboBox):
        return [widget.currentTextChanged]
    if isinstance(widget, QLineEdit):
        return [widget.textChanged]
    if isinstance(widget, QListWidget):
        return [widget.itemChanged, widget.model().rowsInserted]
    if isinstance(widget, QTableWidget):
        return [widget.itemChanged]
    return [widget.kept_changed] if isinstance(widget, Kept) else []


def _of_form(form: Form) -> list[Entry]:
    prefix, about = str(form.property(_KEY) or ""), str(form.property(_LABEL) or "")
    made = []
    for key, field in form.fields.items():
        editor = field.editor
        if isinstance(editor, QLineEdit) and editor.echoMode() is not QLineEdit.EchoMode.Normal:
            continue
        label = editor.accessibleName()
        if about:
            label = f"{about}　{field.label.text().split('(&', maxsplit=1)[0]}"
        name = f"{prefix}.{key}" if prefix else key
        made.append(_field_entry(field, name, label))
    return made


def _field_entry(field: Field, key: str, label: str) -> Entry:
    editor = field.editor

    def put(text: str) -> None:
        if _offers(editor, text):
            field.set_text(text)

    return Entry(
        key,
        label,
        lambda: field.text,
        put,
        lambda text: _shown(editor, text),
        typed=not isinstance(editor, QComboBox | QCheckBox),
    )


def _offers(editor: Editor, text: str) -> bool:
    """Whether a choice still has what was chosen."""
    if isinstance(editor, QComboBox) and not editor.isEditable():
        return editor.findData(text) >= 0
    return True


def _shown(editor: Editor, text: str) -> str:
    if isinstance(editor, QComboBox) and not editor.isEditable():
        return editor.itemText(editor.findData(text)) or text
    if isinstance(editor, QCheckBox):
        return "√" if text else "—"
    return text


def _loose(widget: QWidget, key: str, label: str) -> Entry:
    if isinstance(widget, Kept):
        return Entry(key, label, widget.kept_text, widget.put_kept, widget.kept_words)
    if isinstance(widget, QListWidget):
        return Entry(
            key,
            label,
            lambda: _read_list(widget),
            lambda text: _put_list(widget, text),
            lambda text: _list_words(widget, text),
        )
    if isinstance(widget, QTableWidget):
        return Entry(
            key,
            label,
            lambda: _read_table(widget),
            lambda text: _put_table(widget, text),
            lambda text: _table_words(widget, text),
        )
    if not isinstance(widget, QComboBox | QCheckBox | QLineEdit):
        raise TypeError(f"nothing to fill in on {type(widget).__name__}")

    def put(text: str) -> None:
        if _offers(widget, text):
            put_text(widget, text)

    return Entry(
        key,
        label or widget.accessibleName(),
        lambda: text_of(widget),
        put,
        lambda text: _shown(widget, text),
        typed=isinstance(widget, QLineEdit),
    )


# ----- lists and tables whose rows have a code behind them


def _read_list(widget: QListWidget) -> str:
    items = (widget.item(n) for n in range(widget.count()))
    rows = [[str(i.data(_CODE)), i.checkState() is Qt.CheckState.Checked] for i in items]
    return json.dumps(rows, ensure_ascii=False)


def _put_list(widget: QListWidget, text: str) -> None:
    """Order and ticks; what is new since then stands last as it is."""
    for place, (code, on) in enumerate(json.loads(text)):
        at = next((n for n in range(widget.count()) if widget.item(n).data(_CODE) == code), None)
        if at is None:
            continue
        item = widget.takeItem(at)
        widget.insertItem(min(place, widget.count()), item)
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def _list_words(widget: QListWidget, text: str) -> str:
    names = {str(widget.item(n).data(_CODE)): widget.item(n).text() for n in range(widget.count())}
    return "；".join(names.get(code, code) for code, on in json.loads(text or "[]") if on)


def _read_table(widget: QTableWidget) -> str:
    """By the code in the first column: the tick, and what may be typed over."""
    rows = {}
    for at in range(widget.rowCount()):
        head = _cell(widget, at, 0)
        rows[str(head.data(_CODE))] = [
            head.checkState() is Qt.CheckState.Checked,
            *(_cell(widget, at, column).text() for column in _open_columns(widget, at)),
        ]
    return json.dumps(rows, ensure_ascii=False)


def _open_columns(widget: QTableWidget, at: int) -> list[int]:
    columns = range(1, widget.columnCount())
    return [n for n in columns if _cell(widget, at, n).flags() & Qt.ItemFlag.ItemIsEditable]


def _put_table(widget: QTableWidget, text: str) -> None:
    rows = json.loads(text)
    for at in range(widget.rowCount()):
        row = rows.get(str(_cell(widget, at, 0).data(_CODE)))
        if row is None:
            continue
        state = Qt.CheckState.Checked if row[0] else Qt.CheckState.Unchecked
        _cell(widget, at, 0).setCheckState(state)
        for column, words in zip(_open_columns(widget, at), row[1:], strict=False):
            _cell(widget, at, column).setText(words)


def _table_words(widget: QTableWidget, text: str) -> str:
    rows = json.loads(text or "{}")
    said = []
    for at in range(widget.rowCount()):
        on, *typed = rows.get(str(_cell(widget, at, 0).data(_CODE)), [False])
        fixed = [_cell(widget, at, n) for n in range(1, widget.columnCount())]
        names = [i.text() for i in fixed if not i.flags() & Qt.ItemFlag.ItemIsEditable]
        if on or any(typed):
            said.append(" ".join(["√" if on else "×", *names, *typed]))
    return "；".join(said)


def _cell(widget: QTableWidget, at: int, column: int) -> QTableWidgetItem:
    item = widget.item(at, column)
    if item is None:
        raise LookupError(f"no cell {at}, {column}")
    return item
