"""Editing the rows of a list rule: one line per row, one column per field of the key table.

Lives here: rows to cells and back. Must not: judging a row as a whole (the profile's own check).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, parse_kind, parse_procedure
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.resources.profiles.schema import CAUSES, SOURCE_FIELDS, FieldSpec, schema
from sanzhi_desktop.ui.names import name, named
from sanzhi_desktop.ui.rules.workbench import OwnRulesFault
from sanzhi_desktop.ui.widgets import button, row

_LISTS = ("texts", "kinds", "procedures")
_SEPARATOR = "；"
_WIDTH = {"id": 110, "name": 240, "inclusive": 80, "yuan": 100, "code": 150}


class RowsEditor(QWidget):
    """A table of rows. What a row holds beside its fields (its own source) stays with it."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = dict(schema().rows[kind])
        self._rest: list[dict[str, Any]] = []
        self._before: list[dict[str, str]] = []  # the cells of rows whose source is not ours
        self.table = QTableWidget(0, len(self.fields))
        self.table.setAccessibleName(self.tr("表格行"))
        self.table.setHorizontalHeaderLabels(
            [named("rule_field", f) + ("*" if s.required else "") for f, s in self.fields.items()]
        )
        self.table.setTabKeyNavigation(True)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 18)
        self.table.horizontalHeader().setStretchLastSection(True)
        for place, code in enumerate(self.fields):
            self.table.setColumnWidth(place, _WIDTH.get(code, 150))
            # Identities are the program's; what was read keeps its own, a new row is given one.
            self.table.setColumnHidden(place, self.fields[code].type == "id")
        self.table.setMinimumHeight(240)
        add = button(self.tr("增加一行(&J)"), self.add_row, kind="small")
        drop = button(self.tr("删去所选行(&H)"), self.drop_row, kind="small")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.table, 1)
        lines.addLayout(row(add, drop, None))

    def show_rows(self, rows: Iterable[Mapping[str, Any]], *, borrowed: bool = False) -> None:
        """Fills the table. `borrowed`: the rows carry the sources of another document, which they
        keep only while nobody changes them."""
        self.table.setRowCount(0)
        self._rest.clear()
        self._before.clear()
        for one in rows:
            self._append(one)
            if borrowed:
                self._before[-1] = self._cells(len(self._rest) - 1)

    def add_row(self) -> None:
        """An empty row at the end, ready to be typed into."""
        self._append({})
        last = self.table.rowCount() - 1
        self.table.setCurrentCell(last, next(
            (n for n, code in enumerate(self.fields) if code != "id"), 0
        ))  # fmt: skip
        self.table.setFocus()

    def drop_row(self) -> None:
        """Takes the row under the cursor away."""
        at = self.table.currentRow()
        if at >= 0:
            self.table.removeRow(at)
            del self._rest[at], self._before[at]

    def rows(self) -> list[dict[str, Any]]:
        """What stands in the table. Raises DomainError(OwnRulesFault) naming row and field."""
        found = []
        used = {self._cell(n, "id") for n in range(self.table.rowCount())}
        for number in range(self.table.rowCount()):
            made = dict(self._rest[number])
            if self._before[number] and self._before[number] != self._cells(number):
                made = {k: v for k, v in made.items() if k not in SOURCE_FIELDS}
            for code, spec in self.fields.items():
                text = self._cell(number, code).strip()
                if code == "id" and not text:
                    text = next(i for i in (f"own_{n}" for n in range(1, 9999)) if i not in used)
                    used.add(text)
                if text:
                    made[code] = _value(code, spec, text)
                elif spec.required:
                    raise DomainError(
                        OwnRulesFault.ROW_INCOMPLETE,
                        row=number + 1,
                        field=named("rule_field", code),
                    )
            found.append(made)
        return found

    def _append(self, one: Mapping[str, Any]) -> None:
        at = self.table.rowCount()
        self.table.insertRow(at)
        self._before.append({})
        self._rest.append({k: v for k, v in one.items() if k not in self.fields})
        for place, (code, spec) in enumerate(self.fields.items()):
            choices = _choices(code, spec)
            if choices is None:
                item = QTableWidgetItem(_text(spec, one.get(code)))
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(at, place, item)
                continue
            box = QComboBox()
            box.setAccessibleName(named("rule_field", code))
            box.addItem("", "")
            for value, words in choices:
                box.addItem(words, value)
            box.setCurrentIndex(max(0, box.findData(_text(spec, one.get(code)))))
            self.table.setCellWidget(at, place, box)

    def _cells(self, number: int) -> dict[str, str]:
        return {code: self._cell(number, code) for code in self.fields}

    def _cell(self, number: int, code: str) -> str:
        if code not in self.fields:
            return ""
        place = list(self.fields).index(code)
        box = self.table.cellWidget(number, place)
        if isinstance(box, QComboBox):
            return str(box.currentData() or "")
        item = self.table.item(number, place)
        return item.text() if item is not None else ""


def choice_words(field: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes of one field with their Chinese words."""
    return [(code, named(f"rule_choice.{field}", code)) for code in codes]


def _choices(code: str, spec: FieldSpec) -> list[tuple[str, str]] | None:
    if spec.type == "choice":
        return choice_words(code, spec.argument.split("|"))
    if spec.type == "flag":
        return [("true", "是"), ("false", "否")]
    if spec.type == "kind":
        return [(kind.value, kind.chinese) for kind in Kind]
    if spec.type == "outcome":
        return [(one.value, name(one)) for one in Outcome]
    if spec.type == "cause":
        return choice_words("cause", sorted(CAUSES))
    return None


def _text(spec: FieldSpec, found: Any) -> str:
    if found is None:
        return ""
    if spec.type == "kind":
        return parse_kind(found).value
    if spec.type == "flag":
        return "true" if found else "false"
    if spec.type == "kinds":
        return _SEPARATOR.join(parse_kind(one).chinese for one in found)
    if spec.type == "procedures":
        return _SEPARATOR.join(parse_procedure(one).chinese for one in found)
    if spec.type in _LISTS:
        return _SEPARATOR.join(str(one) for one in found)
    return str(found)


def _value(code: str, spec: FieldSpec, text: str) -> Any:
    if spec.type == "flag":
        return text == "true"
    if spec.type in _LISTS:
        parts = text.replace(";", _SEPARATOR).split(_SEPARATOR)
        return [_part(spec, one.strip()) for one in parts if one.strip()]
    if spec.type in ("money", "count"):
        return number(named("rule_field", code), text)
    return text


def _part(spec: FieldSpec, text: str) -> str:
    if spec.type == "kinds":
        return parse_kind(text).value
    return parse_procedure(text).value if spec.type == "procedures" else text


def number(field: str, text: str) -> int | Decimal:
    """A number as people type it. Raises DomainError(NUMBER_WRONG)."""
    plain = text.strip().replace(",", "").replace("，", "").removesuffix("元").removesuffix("%")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise DomainError(OwnRulesFault.NUMBER_WRONG, field=field, value=text) from None
    if not value.is_finite():
        raise DomainError(OwnRulesFault.NUMBER_WRONG, field=field, value=text)
    return int(value) if value == value.to_integral_value() else value
