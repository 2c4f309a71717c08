"""Everything about one rule: value, unit, where it stands, the words quoted, what it overrode."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sanzhi_desktop.domain.rule import Rule, Source
from sanzhi_desktop.resources.profiles.compare import value_in_words
from sanzhi_desktop.ui.rules.words import RulesPage, Standing, citation, quotes, rows, standing
from sanzhi_desktop.ui.rules.words import value as in_words
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, Card, PlainLabel, button, clear, row, scrolled


class RuleDetail(QWidget):
    """The panel beside the list. `copied` tells what was put on the clipboard."""

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule: Rule | None = None
        self.copy_quote = button(
            self.tr("复制原文"),
            self._copy_quote,
            kind="small",
            shortcut="Ctrl+Shift+C",
            tip=self.tr("把引用的原文放到剪贴板"),
        )
        self.copy_all = button(
            self.tr("连同依据一起复制"), self._copy_all, kind="small", shortcut="Ctrl+Alt+C"
        )
        self.open_mark = Banner()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self._card = Card()
        self._card.body.addLayout(self._lines)
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._card)
        inside.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(row(self.copy_quote, self.copy_all, None, spacing=4))
        outer.addWidget(self.open_mark)
        outer.addWidget(scrolled(page), 1)
        self.show_rule(None, None)

    def show_rule(self, rule: Rule | None, page: RulesPage | None) -> None:
        """Shows a rule, or nothing."""
        self._rule = rule
        clear(self._lines)
        self._card.setVisible(rule is not None)
        self.copy_all.setEnabled(rule is not None)
        self.copy_quote.setEnabled(rule is not None and bool(quotes(rule)))
        self._say_standing(rule)
        if rule is None or page is None:
            return
        found = rule.in_force()
        self._lines.addWidget(PlainLabel(rule.title, role="heading").wrapped().selectable())
        self._add(self.tr("内容"), "" if rows(rule) else in_words(rule))
        self._add_rows(rule)
        self._add_source(self.tr("依据"), found.source)
        for other in found.also:
            self._add_source(self.tr("另见"), other)
        self._add(self.tr("来自"), page.layer(found))
        self._add(self.tr("说明"), found.note)
        self._add(self.tr("为何从严"), rule.why)
        for lost in rule.overridden:
            words = f"{page.layer(lost)}：{value_in_words(lost)}"
            if lost.source is not None:
                words += f"\n{lost.source.cited()}"
            self._add(self.tr("未采用"), words)
        self._add(self.tr("规则键"), rule.key)

    def _say_standing(self, rule: Rule | None) -> None:
        which = standing(rule) if rule is not None else Standing.SET
        words = {
            Standing.SET: "",
            Standing.OPEN: self.tr(
                "待定：各层文件都没有规定，也没有缺省。应当由本单位设定，并写明依据。"
            ),
            Standing.DEFAULT: self.tr(
                "待定：各层文件都没有规定。本单位设定之前，暂按下面的全国缺省执行。"
            ),
        }
        self.open_mark.show_text(words[which], Tone.WARN)

    def _add(self, caption: str, text: str) -> None:
        if not text:
            return
        label = PlainLabel(caption, role="muted")
        label.setFixedWidth(label.fontMetrics().horizontalAdvance("字" * 5))
        line = QHBoxLayout()
        line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(PlainLabel(text).wrapped().selectable(), 1)
        self._lines.addLayout(line)

    def _add_rows(self, rule: Rule) -> None:
        base = rule.in_force().source
        for place, found in enumerate(rows(rule), start=1):
            text = f"{place}. {found.text}"
            own = found.source
            if own.quote and (base is None or own.quote != base.quote):
                text += f"\n“{own.quote}”"
            self._add(self.tr("内容") if place == 1 else " ", text)

    def _add_source(self, caption: str, source: Source | None) -> None:
        if source is None:
            return
        self._add(caption, source.cited())
        self._add(self.tr("原文"), f"“{source.quote}”" if source.quote else "")

    def _copy_quote(self) -> None:
        if self._rule is not None:
            self._put("\n".join(quotes(self._rule)), self.tr("原文已复制。"))

    def _copy_all(self) -> None:
        if self._rule is not None:
            self._put(citation(self._rule), self.tr("规则和依据已复制。"))

    def _put(self, text: str, told: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(told)
