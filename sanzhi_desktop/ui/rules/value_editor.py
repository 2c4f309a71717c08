"""The editor of one rule's content: its fields follow the type of the key.

Lives here: the table of a profile file to fields and back. Must not: source and quote (`source`),
rows (`rows_editor`), judging the value (the profile's own check).
"""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.domain.kinds import Kind, parse_kind
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.resources.profiles.checks import UNITS
from sanzhi_desktop.resources.profiles.schema import KeySpec
from sanzhi_desktop.resources.profiles.values import WORDS_FOR_DAYS
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.rules.rows_editor import RowsEditor, choice_words, number

_TEXTS = ("text", "month_day", "date", "id")
# What a list rule, a number, a period keep from the document they were prefilled from.
_KEPT = ("start", "before", "rolls", "counting", "extension", "further", "excludes", "of", "to")


class ValueEditor(QWidget):
    """Content of a rule. `table()` gives the fields of the profile file that hold it."""

    def __init__(self, spec: KeySpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.form = Form()
        self.rows: RowsEditor | None = None
        self._kinds: dict[str, QCheckBox] = {}
        self._rest: dict[str, Any] = {}
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.form)
        if spec.type == "items":
            self.rows = RowsEditor(spec.argument)
            body.addWidget(self.rows, 1)
        elif spec.type == "kinds":
            for kind in Kind:
                self._kinds[kind.value] = QCheckBox(kind.chinese)
                self.form.add(kind.value, " ", self._kinds[kind.value])
        else:
            self._build()

    def show_rule(self, rule: Rule) -> None:
        """Fills in what holds now: the rule itself, or the default of an open one."""
        found = rule.in_force()
        table: dict[str, Any] = {"unit": found.unit, "soft": found.soft, **found.attributes}
        if self.rows is not None:
            self.rows.show_rows(
                [{**row, **_source(found, row)} for row in found.value or ()], borrowed=True
            )
            return
        if found.value is not None:
            table["value"] = found.value
        self.show_table(table)

    def show_table(self, table: Mapping[str, Any]) -> None:
        """Fills in the fields of a profile file."""
        self._rest = {name: table[name] for name in _KEPT if name in table}
        value = table.get("value")
        if self.rows is not None:
            self.rows.show_rows(value or ())
            return
        if self._kinds:
            held = [parse_kind(one).value for one in value or ()]
            # What was there keeps its order, so that nothing looks changed that is not.
            self._kinds = {code: self._kinds[code] for code in dict.fromkeys([*held, *self._kinds])}
            for code, box in self._kinds.items():
                box.setChecked(code in held)
            return
        shown = {"value": _shown(self.spec, value), "unit": str(table.get("unit") or "")}
        shown |= {name: "1" for name in ("soft", "before_end") if table.get(name)}
        shown["approver"] = str(table.get("approver") or "")
        self.form.put(shown)

    def table(self) -> dict[str, Any]:
        """Value, unit and what belongs to them. Raises DomainError for a number nobody can read."""
        spec = self.spec
        if self.rows is not None:
            return {"value": self.rows.rows()}
        if self._kinds:
            return {"value": [code for code, box in self._kinds.items() if box.isChecked()]}
        values = self.form.values()
        text = values["value"].strip()
        if spec.type == "duration":
            return self._duration(values, text)
        made = dict(self._rest)
        if spec.type == "flag":
            return made | {"value": text == "true"}
        if spec.type == "texts":
            return made | {"value": [one.strip() for one in text.splitlines() if one.strip()]}
        if spec.type in UNITS:
            return made | {"value": number(spec.title, text), "unit": values["unit"]}
        return made | {"value": text}

    def _duration(self, values: Mapping[str, str], text: str) -> dict[str, Any]:
        made = dict(self._rest) | {"unit": values["unit"]}
        if values["unit"] not in WORDS_FOR_DAYS:
            made["value"] = number(self.spec.title, text)
        made |= {name: True for name in ("soft", "before_end") if values[name]}
        if values["approver"].strip():
            made["approver"] = values["approver"].strip()
        return made

    def _build(self) -> None:
        spec = self.spec
        if spec.type == "flag":
            box = QComboBox()
            box.addItem(self.tr("是"), "true")
            box.addItem(self.tr("否"), "false")
            self.form.add("value", self.tr("内容(&V)"), box)
        elif spec.type == "choice":
            box = QComboBox()
            for code, words in choice_words(spec.key.split(".")[-1], spec.argument.split("|")):
                box.addItem(words, code)
            self.form.add("value", self.tr("内容(&V)"), box)
        elif spec.type == "texts":
            hint = self.tr("一行一项")
            self.form.add("value", self.tr("内容(&V)"), lines(5), hint=hint)
        elif spec.type == "text":
            self.form.add("value", self.tr("内容(&V)"), lines(2))
        else:
            hint = {"month_day": self.tr("月-日，例如 01-31")}.get(spec.type, "")
            self.form.add("value", self.tr("内容(&V)"), QLineEdit(), hint=hint)
        units = (*(u.value for u in Unit), *WORDS_FOR_DAYS) if spec.type == "duration" else ()
        units = units or UNITS.get(spec.type, ())
        if units:
            unit = QComboBox()
            for code, words in choice_words("unit", units):
                unit.addItem(words, code)
            self.form.add("unit", self.tr("单位(&U)"), unit)
        if spec.type == "duration":
            self.form.add("soft", self.tr("程度"), QCheckBox(self.tr("原则上（不是硬性期限）")))
            approver = self.tr("没有的不填；审核期限的延长须写明由谁批准")
            self.form.add("approver", self.tr("批准人(&B)"), QLineEdit(), hint=approver)
            early = QCheckBox(self.tr("须在期满前批准"))
            self.form.add("before_end", self.tr("批准时间"), early)


def _source(rule: Rule, row: Mapping[str, Any]) -> dict[str, str]:
    """A row keeps the place it was taken from when the rule around it becomes the office's."""
    found = rule.row_source(row)
    named = {"document": found.document, "article": found.article, "quote": found.quote}
    return {name: text for name, text in named.items() if text}


def _shown(spec: KeySpec, value: Any) -> str:
    if value is None:
        return ""
    if spec.type == "flag":
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return str(value)
