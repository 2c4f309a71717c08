"""The office's own rules, rule by rule: set, accepted, taken back, brought in, sent, published.

Only for administrators. Everything happens on the bench; nothing counts before it is published.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.application import ruleset
from sanzhi_desktop.application.ruleset import OwnRules
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.faults import Flaw
from sanzhi_desktop.resources.profiles.schema import schema
from sanzhi_desktop.resources.profiles.write import as_toml
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.rules import words
from sanzhi_desktop.ui.rules.flaws import Fault, FaultsDialog
from sanzhi_desktop.ui.rules.publish import PublishDialog
from sanzhi_desktop.ui.rules.rule_dialog import RuleDialog
from sanzhi_desktop.ui.rules.words import Standing
from sanzhi_desktop.ui.rules.workbench import WORKING, OwnRulesFault, Workbench
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row

# Lists with their own screen or with rows inside rows: not for a table of cells.
ELSEWHERE = ("catalogue.items", "catalogue.editions")
_TOML = "TOML (*.toml)"


def edit_button(desk: Desk, owner: QWidget) -> QPushButton:
    """The way in, hidden from everybody but administrators."""
    made = button(
        owner.tr("设定本单位规则(&M)…"), lambda: OwnRulesDialog(desk, owner).open(), kind="primary"
    )
    if Role.ADMIN not in desk.roles:  # shown before it has a parent it would be a window
        made.hide()
    return made


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was brought in, or its faults."""

    profile: Profile | None = None
    texts: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()


class OwnRulesDialog(QDialog):
    """A list of all rules with what the office sets itself, and what can be done with them."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.bench = Workbench.of(desk)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("设定本单位规则"))
        self.standing = PlainLabel(role="muted").wrapped()
        self.unpublished = Banner()
        self.coming = Banner()
        self.from_coming = button(
            self.tr("以待生效版本为底稿(&B)"), self._from_coming, kind="small"
        )
        self.which = QComboBox()
        self.which.setAccessibleName(self.tr("显示哪些规则"))
        for text, code in (
            (self.tr("待定的和本单位已设定的"), "todo"),
            (self.tr("本单位设定的"), "own"),
            (self.tr("全部规则"), "all"),
        ):
            self.which.addItem(text, code)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("搜索规则（Ctrl+F）"))
        self.search.setAccessibleName(self.tr("搜索规则"))
        self.search.setMinimumWidth(280)
        self.table = Table(self.tr("规则"))
        self.model: RowModel[Rule] = RowModel(_columns(self), self)
        self.table.use(self.model)
        self.set_rule = button(self.tr("设定或者修改(&S)…"), self._set)
        self.by_kind = button(self.tr("只为一类执法另行规定(&K)…"), self._choose_kind)
        self.accept_default = button(self.tr("接受全国缺省(&D)…"), self._accept_default)
        self.take_back = button(self.tr("取消本单位的设定(&R)"), self._take_back)
        self.bring_in = button(self.tr("引入地方办法(&I)…"), self._choose_file)
        self.send = button(self.tr("导出本单位规则(&X)…"), self._choose_target)
        self.discard = button(self.tr("放弃未发布的修改"), self.bench.discard, kind="danger")
        self.publish = button(
            self.tr("核对差别并发布(&P)…"),
            lambda: PublishDialog(self.bench, self).open(),
            kind="primary",
        )
        self._lay_out()
        self._connect()
        self.bench.load()
        self._show()

    # ----- what is shown

    def _show(self) -> None:
        bench, page = self.bench, self.bench.page
        ready = page is not None and bench.profile is not None
        for made in (self.bring_in, self.send, self.set_rule):
            made.setEnabled(ready)
        self.publish.setEnabled(ready and bench.dirty)
        self.discard.setVisible(bench.dirty)
        coming = page.coming if page is not None else ()
        self.coming.show_text(
            "\n".join(words.coming_words(edition, editing=True) for edition, _ in coming), Tone.INFO
        )
        self.from_coming.setVisible(bool(coming) and not bench.dirty)
        self.unpublished.show_text(
            self.tr("有未发布的修改，已暂存在本机。发布以后才执行。") if bench.dirty else "",
            Tone.WARN,
        )
        if page is None or bench.profile is None:
            return
        self.standing.setText(
            self.tr("依据“{0}”，现行版本 {1}。下面可以设定它没有规定的，也可以另行规定。").format(
                bench.profile.name if bench.own.imported else page.founding.name,
                page.running.edition,
            )
        )
        self._filter()

    def _filter(self) -> None:
        profile = self.bench.profile
        if profile is None:
            return
        rules = sorted(profile.rules.values(), key=lambda rule: schema().place(rule.key))
        found = [rule for rule in rules if self._wanted(rule)]
        before = self.table.current_row()
        place = next(
            (n for n, r in enumerate(found) if before is not None and r.key == before.key), 0
        )
        self.model.replace(found)
        if found:
            self.table.setCurrentIndex(self.model.index(place, 0))
        self._enable()

    def _wanted(self, rule: Rule) -> bool:
        which, own = self.which.currentData(), rule.key in self.bench.own.rules
        if rule.key in ELSEWHERE:
            return False
        if which == "own" and not own:
            return False
        if which == "todo" and not own and words.standing(rule) is Standing.SET:
            return False
        return words.matches(rule, self.search.text())

    def _enable(self) -> None:
        rule = self._chosen()
        self.set_rule.setEnabled(rule is not None)
        spec = schema().spec(rule.key) if rule is not None else None
        self.by_kind.setEnabled(spec is not None and spec.by_kind)
        self.accept_default.setEnabled(rule is not None and rule.open and rule.default is not None)
        self.take_back.setEnabled(rule is not None and rule.key in self.bench.own.rules)

    def _chosen(self) -> Rule | None:
        found = self.table.current_row()
        return found if isinstance(found, Rule) else None

    # ----- what is done

    def _set(self) -> None:
        rule = self._chosen()
        if rule is not None:
            RuleDialog(self.bench, rule, self).open()

    def _from_coming(self) -> None:
        """Goes on from the rules that are published for a later day."""
        page = self.bench.page
        if page is not None and page.coming:
            self._change(page.coming[0][1], self.tr("已取出待生效版本的内容，可以继续修改。"))

    def _choose_kind(self) -> None:
        rule = self._chosen()
        if rule is None:
            return
        menu = QMenu(self)
        for kind in Kind:
            menu.addAction(kind.chinese, partial(self.set_for_kind, rule.key, kind))
        menu.popup(self.by_kind.mapToGlobal(self.by_kind.rect().bottomLeft()))

    def set_for_kind(self, key: str, kind: Kind) -> None:
        """The rule of a key for one kind of enforcement, beside the general one."""
        profile, schema_ = self.bench.profile, schema()
        base = key if key in schema_.keys else key.rpartition(".")[0]
        spec = schema_.spec(f"{base}.{kind.value}")
        if profile is None or spec is None:
            return
        held = profile.rules.get(spec.key) or Rule(spec.key, spec.title, open=True)
        RuleDialog(self.bench, held, self).open()

    def _accept_default(self) -> None:
        rule = self._chosen()
        if rule is not None:
            RuleDialog(self.bench, rule, self, accept_default=True).open()

    def _take_back(self) -> None:
        rule = self._chosen()
        if rule is not None:
            self.bench.change(self, self.bench.own.drop(rule.key))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("引入地方办法"), "", _TOML)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read_file(Path(name)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Brings a jurisdiction's file in, or lists its faults."""
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: read_profile_file(path),
            done=lambda found: self._read(path, found),
        )

    def _read(self, path: Path, found: ReadFile) -> None:
        if found.profile is not None:
            own = ruleset.adopt(self.bench.own, found.profile, found.texts)
            self._change(own, self.tr("已引入“{0}”，核对差别后发布。").format(found.profile.name))
            return
        faults = [
            Fault(
                self.tr("第 {0} 行").format(flaw.line),
                _title(flaw.key),
                flaw.reason,
                flaw.remedy,
            )
            for flaw in found.flaws
        ]
        FaultsDialog(path.name, faults, self.tr("规则"), self).open()

    def _change(self, own: OwnRules, told: str) -> None:
        self.bench.change(self, own, done=lambda: self.desk.told.emit(told))

    def _choose_target(self) -> None:
        dialog = QFileDialog(self, self.tr("导出本单位规则"), str(self.desk.settings.papers), _TOML)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(f"{self.bench.own.founding}_office.toml")
        dialog.fileSelected.connect(lambda name: self.write_file(Path(name)))
        dialog.open()

    def write_file(self, path: Path) -> None:
        """Writes the own layer as it stands on the bench."""
        page, own = self.bench.page, self.bench.own
        edition = page.running.edition if page is not None and not self.bench.dirty else WORKING
        text = as_toml(own.tables(edition=edition, effective_from=None))

        def work() -> Path:
            try:
                path.write_text(text, "utf-8", newline="\n")
            except OSError as error:
                reason = error.strerror or str(error)
                raise DomainError(OwnRulesFault.NOT_SAVED, file=str(path), reason=reason) from error
            return path

        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            work,
            done=lambda made: self.desk.told.emit(self.tr("已导出：{0}").format(made)),
        )

    # ----- how it is put together

    def _connect(self) -> None:
        self.bench.changed.connect(self._show)
        self.which.currentIndexChanged.connect(lambda _: self._filter())
        self.search.textChanged.connect(lambda _: self._filter())
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.chosen.connect(lambda _: self._enable())
        self.table.opened.connect(lambda _: self._set())
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self.search.setFocus)

    def _lay_out(self) -> None:
        close = button(self.tr("关闭"), self.reject)
        close.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(self.standing)
        outer.addWidget(self.unpublished)
        outer.addWidget(self.coming)
        outer.addLayout(row(self.from_coming, None))
        outer.addLayout(row(self.which, None, self.search))
        outer.addWidget(self.table, 1)
        outer.addLayout(row(self.set_rule, self.by_kind, self.accept_default, self.take_back, None))
        outer.addLayout(row(self.bring_in, self.send, None, self.discard, close, self.publish))
        self.resize(960, 640)


def _columns(dialog: "OwnRulesDialog") -> list[Column[Rule]]:
    def tone(rule: Rule) -> Tone:
        return Tone.NEUTRAL if words.standing(rule) is Standing.SET else Tone.WARN

    def whose(rule: Rule) -> str:
        own = dialog.bench.own.rules.get(rule.key)
        if own is None:
            return ""
        published = dialog.bench.page is not None and (
            dialog.bench.page.own.rules.get(rule.key) == own
        )
        return dialog.tr("本单位") if published else dialog.tr("本单位（未发布）")

    def source(rule: Rule) -> str:
        found = rule.in_force().source
        return found.cited() if found is not None else ""

    return [
        Column("title", dialog.tr("规则"), lambda r: r.title, 220),
        Column("value", dialog.tr("内容"), words.value, 250, tone=tone),
        Column("own", dialog.tr("谁设定"), whose, 110),
        Column("source", dialog.tr("依据"), source, 220),
    ]


def read_profile_file(path: Path) -> ReadFile:
    """In the document lane: the profile with the texts of its files, or all its faults."""
    profile, flaws = profiles.load_file(path)
    if profile is None:
        return ReadFile(flaws=flaws)
    return ReadFile(profile, profiles.texts_of_chain(path))


def _title(key: str) -> str:
    spec = schema().spec(key)
    return spec.title if spec is not None else key
