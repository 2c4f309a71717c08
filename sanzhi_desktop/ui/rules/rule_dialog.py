"""One rule of the office: its content and where it stands; or the national default, accepted."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.application.ruleset import OwnRules
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Document
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.resources.profiles.compare import value_in_words
from sanzhi_desktop.resources.profiles.schema import RANKS, schema
from sanzhi_desktop.ui.forms import Form, lines, parse_day
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.rules.rows_editor import choice_words
from sanzhi_desktop.ui.rules.value_editor import ValueEditor
from sanzhi_desktop.ui.rules.words import value as in_words
from sanzhi_desktop.ui.rules.workbench import Workbench
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, Card, PlainLabel, button, holding, row, scrolled

_ABOUT = ("title", "rank", "issuer", "date", "effective")


class SourceForm(Form):
    """Document, article and quote; a document nobody has named yet is described here."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._described = False  # the fields hold a document the office has named before
        self.own = dict(bench.own.documents)
        self.known: dict[str, Document] = dict(bench.profile.documents) if bench.profile else {}
        self.document = QComboBox()
        self.document.setEditable(True)
        self.document.addItems([*self.own, *(name for name in self.known if name not in self.own)])
        self.document.setEditText(next(reversed(self.own), ""))
        self.add(
            "document",
            self.tr("依据文件(&D)"),
            self.document,
            hint=self.tr("文号或者名称；可以选，也可以直接填写新的文件"),
        )
        self.add("title", self.tr("文件标题(&T)"), QLineEdit())
        rank = QComboBox()
        for code, words in choice_words("rank", reversed(RANKS)):
            rank.addItem(words, code)
        self.add("rank", self.tr("效力级别(&K)"), rank)
        self.add("issuer", self.tr("制定机关(&I)"), QLineEdit())
        dated = self.tr("例如 2026-09-18")
        self.add("date", self.tr("成文日期(&E)"), QLineEdit(), hint=dated)
        self.add("effective", self.tr("施行日期(&F)"), QLineEdit(), hint=dated)
        self.add("article", self.tr("条款(&A)"), QLineEdit(), hint=self.tr("例如 第五条"))
        quote = self.tr("逐字照抄原文里的一个短语；本单位自己的决定可以不填")
        self.add("quote", self.tr("原文(&Q)"), lines(2), hint=quote)
        self.add("note", self.tr("说明(&N)"), QLineEdit())
        self.document.currentTextChanged.connect(lambda _: self._show_about())
        self._show_about()

    def show_table(self, table: Mapping[str, Any]) -> None:
        """Fills in the source of a rule that the office has set before."""
        self.put({k: str(table.get(k, "")) for k in ("document", "article", "quote", "note")})
        self._show_about()

    def table(self) -> dict[str, Any]:
        """The source fields of the rule."""
        found = self.values()
        kept = {k: found[k].strip() for k in ("document", "article", "quote", "note")}
        return {name: text for name, text in kept.items() if text}

    def about(self) -> dict[str, Any] | None:
        """The description of a document of the office, None for one that stands below.

        Raises DomainError for a date nobody can read."""
        found = self.values()
        if not self._own_document(found["document"].strip()):
            return None
        made: dict[str, Any] = {
            "title": found["title"].strip() or found["document"].strip(),
            "rank": found["rank"],
        }
        if found["issuer"].strip():
            made["issuer"] = found["issuer"].strip()
        for name in ("date", "effective"):
            read = self.day(name)
            if read is not None:
                made[name] = read
        return made

    def faults(self) -> dict[str, str]:
        """What is missing or cannot be read, by field."""
        found = self.values()
        if not found["document"].strip():
            return {"document": self.tr("请写明依据文件：本单位的规则也要说明出处。")}
        faults = {}
        for name in ("date", "effective"):
            try:
                parse_day(found[name])
            except DomainError:
                faults[name] = self.tr("日期认不出来，请按 2026-09-18 的形式填写。")
        rank = found["rank"]
        below = self.known.get(found["document"].strip())
        if below is not None and not self._own_document(below.name):
            rank = below.rank
        for name in ("article", "quote"):
            if rank != "office" and not found[name].strip():
                faults[name] = self.tr("请填写；只有本单位自己的决定可以不填。")
        return faults

    def _own_document(self, named: str) -> bool:
        return named in self.own or named not in self.known

    def _show_about(self) -> None:
        named = self.document.currentText().strip()
        on = self._own_document(named)
        for name in _ABOUT:
            self.show_row(name, on=on)
        about = self.own.get(named)
        if about is None and self._described:
            # Another document than the one described: its title is not to be taken along.
            self.put(dict.fromkeys(_ABOUT, "") | {"rank": "office"})
        self._described = about is not None
        if about is not None:
            shown = {k: str(about.get(k, "")) for k in ("title", "rank", "issuer")}
            days = {k: day(about.get(k)) for k in ("date", "effective")}
            self.put(shown | days)


class RuleDialog(QDialog):
    """Sets one rule on the office's own layer. `accept_default`: 接受全国缺省."""

    def __init__(
        self, bench: Workbench, rule: Rule, parent: QWidget, *, accept_default: bool = False
    ) -> None:
        super().__init__(parent)
        self.bench = bench
        self.rule = rule
        self.accept_default = accept_default
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(
            (self.tr("接受全国缺省：{0}") if accept_default else self.tr("本单位规则：{0}")).format(
                rule.title
            )
        )
        self.refusal = Banner()
        spec = schema().spec(rule.key)
        if spec is None:
            raise KeyError(rule.key)  # a key that no table holds is a mistake of ours
        self.value = ValueEditor(spec)
        self.source = SourceForm(bench)
        self.ok = button(self.tr("确定(&O)"), self.submit, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        cancel = button(self.tr("取消"), self.reject)
        cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self._lay_out(cancel)
        own = bench.own.rules.get(rule.key)
        if own is not None:
            self.source.show_table(own)
        if own is not None and not own.keys().isdisjoint(("value", "unit")):
            self.value.show_table(own)
        else:
            self.value.show_rule(rule)

    def submit(self) -> None:
        """Checks, and takes the rule over when the whole stays valid."""
        self.refusal.show_text("")
        self.source.clear_errors()
        faults = self.source.faults()
        for name, text in faults.items():
            self.source.fields[name].error(text)
        if faults:
            self.source.fields[next(iter(faults))].editor.setFocus()
            return
        try:
            own = self._own()
        except DomainError as error:
            self._refused(error)
            return
        self.ok.setEnabled(False)
        self.bench.change(self, own, done=self.accept, failed=self._refused)

    def _own(self) -> OwnRules:
        table = {"accept": True} if self.accept_default else self.value.table()
        own = self.bench.own
        about = self.source.about()
        if about is not None:
            own = own.cite(str(self.source.table()["document"]), about)
        return own.set(self.rule.key, table | self.source.table())

    def _refused(self, error: BaseException) -> None:
        self.ok.setEnabled(True)
        self.refusal.show_text(self.bench.desk.problems.text(error), Tone.DANGER)

    def _lay_out(self, cancel: QWidget) -> None:
        rule = self.rule
        now = self.tr("现在：{0}").format(in_words(rule))
        if self.accept_default and rule.default is not None:
            now = self.tr("全国缺省：{0}").format(value_in_words(rule.default))
        found = rule.in_force().source
        if found is not None:
            now += self.tr("（{0}）").format(found.cited())
        page = QVBoxLayout()
        page.setSpacing(10)
        content = Card(self.tr("内容"))
        content.body.addWidget(self.value)
        content.setVisible(not self.accept_default)
        source = Card(self.tr("依据"))
        source.body.addWidget(self.source)
        page.addWidget(content, 1)
        page.addWidget(source)
        page.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.addWidget(PlainLabel(now, role="muted").wrapped())
        outer.addWidget(self.refusal)
        outer.addWidget(scrolled(holding(page)), 1)
        outer.addLayout(row(None, cancel, self.ok))
        self.resize(860 if self.value.rows is not None else 680, 660)
