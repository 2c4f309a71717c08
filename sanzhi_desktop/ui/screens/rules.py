"""The rules in force: every key with value, source, article and quote; open ones marked 待定.

Read only: an office's own values are set in `ui.rules.edit` and published as a new edition.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QSplitter, QStackedWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.rules import words
from sanzhi_desktop.ui.rules.detail import RuleDetail
from sanzhi_desktop.ui.rules.edit import edit_button
from sanzhi_desktop.ui.rules.words import RulesPage, Standing, read_rules
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, EmptyState, PlainLabel, row


class RulesScreen(Screen):
    """A list with search and filters beside everything about the chosen rule."""

    kinds = frozenset({"profile"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.page: RulesPage | None = None
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("搜索规则、内容、依据、原文（Ctrl+F）"))
        self.search.setAccessibleName(self.tr("搜索规则"))
        self.search.setMinimumWidth(200)
        self.areas = QComboBox()
        self.areas.setAccessibleName(self.tr("按类别筛选"))
        self.standings = QComboBox()
        self.standings.setAccessibleName(self.tr("按是否待定筛选"))
        for text, code in (
            (self.tr("全部规则"), ""),
            (self.tr("待定（全部）"), "any_open"),
            (self.tr("待定，暂按缺省"), Standing.DEFAULT.value),
            (self.tr("待定，无缺省"), Standing.OPEN.value),
            (self.tr("已有规定"), Standing.SET.value),
        ):
            self.standings.addItem(text, code)
        self.edition = PlainLabel(role="muted").wrapped()
        self.coming = Banner()
        self.table = Table(self.tr("规则列表"))
        self.model: RowModel[Rule] = RowModel(self._columns(), self)
        self.table.use(self.model)
        self.detail = RuleDetail()
        self.detail.copied.connect(desk.told)
        self.empty = EmptyState("search")
        self.empty.say(self.tr("没有符合条件的规则"), self.tr("换个词，或者清除筛选。"))
        self.body = QStackedWidget()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 1)
        split.setSizes([640, 420])
        self.body.addWidget(split)
        self.body.addWidget(self.empty)
        self.count = PlainLabel(role="muted")
        self.edit = edit_button(desk, self)
        self.root.addLayout(row(self.heading(self.tr("规则方案")), None, self.edit))
        self.root.addWidget(self.edition)
        self.root.addWidget(self.coming)
        self.root.addLayout(row(self.areas, self.standings, None, self.search))
        self.root.addWidget(self.body, 1)
        self.root.addWidget(self.count)
        self._connect()

    def title(self) -> str:
        return self.tr("规则方案")

    def shown(self) -> None:
        self._refresh()
        if not self.search.hasFocus():
            self.table.setFocus()

    def on_changed(self, answer: Changed) -> None:
        if answer.kinds & self.kinds and self.isVisible():
            self._refresh()  # without taking the focus from where somebody works

    def _refresh(self) -> None:
        session, work = self.desk.session, self.desk.work
        self.read(lambda: read_rules(session, work), self.show_page, key="rules")

    def show_page(self, page: RulesPage) -> None:
        """Shows a profile."""
        self.page = page
        profile = page.profile
        layers = " → ".join(page.layer_names.get(layer, layer) for layer in profile.layers)
        words_ = self.tr("正在执行：{0}，版本 {1}。层次：{2}。").format(
            profile.name, profile.edition, layers
        )
        if profile.effective_from is not None:
            words_ += self.tr("自 {0} 起执行。").format(day(profile.effective_from))
        words_ += self.tr("在办案件按各自送审时的版本办理。")
        self.edition.setText(words_)
        self.coming.show_text(
            "\n".join(words.coming_words(edition) for edition in page.coming), Tone.INFO
        )
        self._fill_areas(page)
        self._filter()

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._filter())
        self.search.returnPressed.connect(self.table.setFocus)
        self.areas.currentIndexChanged.connect(lambda _: self._filter())
        self.standings.currentIndexChanged.connect(lambda _: self._filter())
        self.table.chosen.connect(self._choose)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self._find)
        again = QShortcut(QKeySequence.StandardKey.Refresh, self)
        again.activated.connect(self._refresh)

    def _columns(self) -> list[Column[Rule]]:
        def tone(rule: Rule) -> Tone:
            return Tone.NEUTRAL if words.standing(rule) is Standing.SET else Tone.WARN

        def source(rule: Rule) -> str:
            found = rule.in_force().source
            return found.cited() if found is not None else ""

        return [
            Column("title", self.tr("规则"), lambda r: r.title, 200),
            Column("value", self.tr("内容"), words.value, 210, tone=tone),
            Column("source", self.tr("依据"), source, 260),
        ]

    def _fill_areas(self, page: RulesPage) -> None:
        chosen = self.areas.currentData()
        self.areas.blockSignals(True)
        self.areas.clear()
        self.areas.addItem(self.tr("全部类别"), "")
        for code in dict.fromkeys(words.area(rule.key) for rule in page.rules):
            self.areas.addItem(words.area_name(code), code)
        self.areas.setCurrentIndex(max(0, self.areas.findData(chosen)))
        self.areas.blockSignals(False)

    def _filter(self) -> None:
        if self.page is None:
            return
        rules = self.page.rules
        found = [rule for rule in rules if self._wanted(rule)]
        self.body.setCurrentIndex(0 if found else 1)
        before = self.table.current_row()
        self.model.replace(found)
        if found:
            self.table.setCurrentIndex(
                self.model.index(found.index(before) if before in found else 0, 0)
            )
        else:
            self.detail.show_rule(None, None)
        open_ = sum(1 for rule in rules if words.standing(rule) is not Standing.SET)
        self.count.setText(
            self.tr(
                "显示 {0} 条，共 {1} 条，其中待定 {2} 条。Ctrl+F 搜索，Ctrl+Shift+C 复制原文。"
            ).format(len(found), len(rules), open_)
        )

    def _wanted(self, rule: Rule) -> bool:
        area, which = self.areas.currentData(), self.standings.currentData()
        if area and words.area(rule.key) != area:
            return False
        found = words.standing(rule)
        if which == "any_open" and found is Standing.SET:
            return False
        if which not in {"", "any_open", None} and found.value != which:
            return False
        return words.matches(rule, self.search.text())

    def _choose(self, chosen: object) -> None:
        if isinstance(chosen, Rule):
            self.detail.show_rule(chosen, self.page)

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()
