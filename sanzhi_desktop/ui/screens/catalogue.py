"""目录清单: what of this office's work is reviewed, item by item; for everybody to look up.

An administrator changes items, takes them from and gives them to Excel, records publication and
filing, and publishes the whole as a new edition of the office's own rules.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QSplitter, QWidget

from sanzhi_desktop.application import catalogue as work_on
from sanzhi_desktop.application.ruleset import OwnRules
from sanzhi_desktop.domain.catalogue import (
    CatalogueColumn,
    CatalogueEdition,
    CatalogueItem,
    as_cells,
)
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.resources.profiles.compare import value_in_words
from sanzhi_desktop.ui.catalogue.edition_dialog import EditionDialog
from sanzhi_desktop.ui.catalogue.exchange import TITLE, Exchange
from sanzhi_desktop.ui.catalogue.item_dialog import ItemDialog
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import day, named
from sanzhi_desktop.ui.rules.publish import PublishDialog
from sanzhi_desktop.ui.rules.workbench import Workbench
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import (
    Banner,
    Card,
    PlainLabel,
    button,
    column,
    holding,
    row,
    scrolled,
)


class CatalogueScreen(Screen):
    """The items beside everything about the chosen one."""

    kinds = frozenset({"profile"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.bench = Workbench.of(desk)
        self.exchange = Exchange(desk, self, self._take)
        self.items: tuple[CatalogueItem, ...] = ()
        self.standing = PlainLabel(role="muted").wrapped()
        self.unpublished = Banner()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("搜索事项、依据、重点（Ctrl+F）"))
        self.search.setAccessibleName(self.tr("搜索事项"))
        self.search.setMinimumWidth(260)
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("按执法类别筛选"))
        self.kind.addItem(self.tr("全部类别"), "")
        for code in Kind:
            self.kind.addItem(code.chinese, code.value)
        self.table = Table(self.tr("目录清单事项"))
        self.model: RowModel[CatalogueItem] = RowModel(self._columns(), self)
        self.table.use(self.model)
        self.words = PlainLabel().wrapped().selectable()
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.count = PlainLabel(role="muted")
        self._buttons()
        self._lay_out()
        self._connect()

    def title(self) -> str:
        return self.tr("目录清单")

    def shown(self) -> None:
        self.bench.load()
        if not self.search.hasFocus():
            self.table.setFocus()

    # ----- what is shown

    def show_catalogue(self) -> None:
        """Shows the catalogue as it stands on the bench."""
        bench, profile = self.bench, self.bench.profile
        if bench.page is None or profile is None:
            return
        self.items = work_on.items_in(bench.own, profile)
        editions = work_on.editions_in(bench.own, profile)
        self.standing.setText(standing_words(self.items, editions))
        admin = Role.ADMIN in self.desk.roles
        self.unpublished.show_text(
            self.tr("有未发布的修改，已暂存在本机。发布以后才执行。") if bench.dirty else "",
            Tone.WARN,
        )
        self.publish.setVisible(admin)
        self.publish.setEnabled(bench.dirty)
        self.discard.setVisible(admin and bench.dirty)
        self.export.setEnabled(bool(self.items))
        self.edition.setEnabled(bool(self.items))
        self._filter()

    def _filter(self) -> None:
        kind, text = self.kind.currentData(), self.search.text().casefold().split()
        found = [
            item
            for item in self.items
            if (not kind or item.kind.value == kind)
            and all(word in "\n".join(as_cells(item).values()).casefold() for word in text)
        ]
        before = self.chosen()
        place = next(
            (n for n, one in enumerate(found) if before and one.number == before.number), 0
        )
        self.model.replace(found)
        if found:
            self.table.setCurrentIndex(self.model.index(place, 0))
        self.count.setText(self.tr("显示 {0} 项，共 {1} 项").format(len(found), len(self.items)))
        self._choose(self.chosen())

    def chosen(self) -> CatalogueItem | None:
        """The item under the cursor."""
        found = self.table.current_row()
        return found if isinstance(found, CatalogueItem) else None

    def _choose(self, chosen: object) -> None:
        item = chosen if isinstance(chosen, CatalogueItem) else None
        for made in (self.change, self.drop):
            made.setEnabled(item is not None)
        cells = as_cells(item) if item is not None else {}
        self.words.setText(
            "\n\n".join(
                f"{named('catalogue_column', c.value)}\n{text}" for c, text in cells.items() if text
            )
        )

    # ----- what is done

    def _save(self, items: Sequence[CatalogueItem]) -> OwnRules:
        """The layer with other items, under the office's catalogue as their document."""
        page = self.bench.page
        issuer = page.office if page is not None else ""
        document = f"{issuer}{TITLE}"
        own = self.bench.own
        kept = own.rules.get("catalogue.items", {}).get("document")
        if kept is None:
            own = work_on.cite_catalogue(own, title=document, issuer=issuer, dated=None)
        return work_on.with_items(own, items, document=str(kept or document))

    def _put(self, before: CatalogueItem | None) -> None:
        others = [one for one in self.items if one != before]

        def save(
            owner: QWidget,
            item: CatalogueItem,
            done: Callable[[], object],
            failed: Callable[[BaseException], object],
        ) -> None:
            items = [item if one == before else one for one in self.items]
            if before is None:
                items.append(item)
            self.bench.change(owner, self._save(items), done=done, failed=failed)

        ItemDialog(before, others, save, self.desk.problems.text, self).open()

    def _drop(self) -> None:
        item = self.chosen()
        if item is not None:
            left = [one for one in self.items if one != item]
            self.bench.change(self, self._save(left))

    def _edition(self) -> None:
        bench, profile = self.bench, self.bench.profile
        if profile is None:
            return
        editions = work_on.editions_in(bench.own, profile)
        asked = [
            f"{rule.title}：{value_in_words(rule.in_force())}"
            for rule in map(profile.rule, ("catalogue.publish", "catalogue.filing"))
        ]

        def save(
            owner: QWidget,
            edition: CatalogueEdition,
            done: Callable[[], object],
            failed: Callable[[BaseException], object],
        ) -> None:
            own = work_on.with_edition(bench.own, profile, edition)
            bench.change(owner, own, done=done, failed=failed)

        last = editions[-1] if editions else CatalogueEdition("")
        EditionDialog(last, "；".join(asked), save, self.desk.problems.text, self).open()

    def _take(self, items: Sequence[CatalogueItem]) -> None:
        told = self.tr("已读入 {0} 个事项，核对差别后发布。").format(len(items))
        self.bench.change(self, self._save(items), done=lambda: self.desk.told.emit(told))

    def _export(self, items: Sequence[CatalogueItem]) -> None:
        page = self.bench.page
        self.exchange.choose_target(items, page.office if page is not None else "")

    # ----- how it is put together

    def _columns(self) -> list[Column[CatalogueItem]]:
        def cell(column_: CatalogueColumn) -> Callable[[CatalogueItem], str]:
            return lambda item: as_cells(item)[column_].replace("\n", "；")

        shown = (
            (CatalogueColumn.NUMBER, 90),
            (CatalogueColumn.KIND, 90),
            (CatalogueColumn.NAME, 260),
            (CatalogueColumn.THRESHOLDS, 240),
        )
        return [Column(c.value, named("catalogue_column", c.value), cell(c), w) for c, w in shown]

    def _buttons(self) -> None:
        tr = self.tr
        self.add = button(tr("增加事项"), lambda: self._put(None), icon="plus", shortcut="Ctrl+N")
        self.change = button(tr("修改(&E)"), lambda: self._put(self.chosen()))
        self.drop = button(tr("删去(&D)"), self._drop)
        self.bring_in = button(tr("从 Excel 导入(&I)…"), self.exchange.choose_file)
        self.blank = button(tr("导出空白表(&B)…"), lambda: self._export(()))
        self.edition = button(tr("公布和备案(&F)…"), self._edition)
        self.export = button(tr("导出 Excel(&X)…"), lambda: self._export(self.items))
        self.discard = button(tr("放弃未发布的修改"), self.bench.discard, kind="danger")
        self.publish = button(
            tr("核对差别并发布(&P)…"),
            lambda: PublishDialog(self.bench, self).open(),
            kind="primary",
        )
        self.publish.setEnabled(False)
        if Role.ADMIN not in self.desk.roles:
            for made in (self.add, self.change, self.drop, self.bring_in, self.blank):
                made.hide()
            for made in (self.edition, self.discard, self.publish):
                made.hide()
        self.discard.hide()

    def _lay_out(self) -> None:
        detail = Card(self.tr("事项内容"))
        detail.body.addWidget(self.words)
        detail.body.addStretch(1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(scrolled(holding(column(detail, None))))
        split.setStretchFactor(0, 1)
        split.setSizes([680, 380])
        self.root.addLayout(
            row(self.heading(self.tr("目录清单")), None, self.discard, self.publish)
        )
        self.root.addWidget(self.standing)
        self.root.addWidget(self.unpublished)
        self.root.addLayout(
            row(
                *(self.add, self.change, self.drop, None),
                *(self.bring_in, self.blank, self.export, self.edition),
            )
        )
        self.root.addLayout(row(self.kind, None, self.search))
        self.root.addWidget(split, 1)
        self.root.addWidget(self.count)

    def _connect(self) -> None:
        self.bench.changed.connect(self.show_catalogue)
        self.search.textChanged.connect(lambda _: self._filter())
        self.search.returnPressed.connect(self.table.setFocus)
        self.kind.currentIndexChanged.connect(lambda _: self._filter())
        self.table.chosen.connect(self._choose)
        if Role.ADMIN in self.desk.roles:
            self.table.opened.connect(lambda _: self._put(self.chosen()))
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self.search.setFocus)
        again = QShortcut(QKeySequence.StandardKey.Refresh, self)
        again.activated.connect(self.shown)


def standing_words(items: Sequence[CatalogueItem], editions: Sequence[CatalogueEdition]) -> str:
    """How many items there are, and what is recorded of their publication and filing."""
    if not items:
        return "本单位还没有目录清单。管理员可以导出空白表，在 Excel 里填好再导入，也可以逐项增加。"
    if not editions:
        return f"共 {len(items)} 项，还没有登记公布和备案。"
    last = editions[-1]
    published = f"{day(last.published)}公布" if last.published else "未登记公布"
    filed = f"{day(last.filed)}报{last.filed_with}备案" if last.filed else "未登记备案"
    if last.filed and last.receipt:
        filed += f"（回执 {last.receipt}）"
    return f"共 {len(items)} 项，{last.edition}，{published}，{filed}。"
