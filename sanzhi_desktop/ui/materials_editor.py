"""The list of materials: what the profile asks for, what was handed in, what is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.case import Material
from sanzhi_desktop.domain.profile import MaterialRule
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.materials_upload import Uploads
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row

DRAFT_DECISION = "draft_decision"  # the id that profiles give to 拟作决定文书


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a listed material (with its rule) or an extra one, handed in or not."""

    rule: MaterialRule | None
    demanded: bool
    material: Material | None

    @property
    def name(self) -> str:
        """What the list calls it."""
        if self.rule is not None:
            return self.rule.name
        return self.material.name if self.material else ""

    @property
    def missing(self) -> bool:
        """Demanded, and neither there nor waived."""
        m = self.material
        return self.demanded and not (m and (m.sha256 or m.pages or m.waived.strip()))


class MaterialsEditor(Card):
    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._desk = desk
        self._rules: Sequence[MaterialRule] = ()
        self._demanded: Callable[[MaterialRule], bool] = lambda _: False
        self._materials: list[Material] = []
        self.setAcceptDrops(True)
        self.body.addWidget(PlainLabel(self.tr("送审材料"), role="heading"))
        self.table = Table(self.tr("送审材料"))
        self.model: RowModel[Entry] = RowModel(
            [
                Column("name", self.tr("材料"), lambda e: e.name, 170),
                Column("state", self.tr("情况"), self._state, 72, tone=self._tone),
                Column("pages", self.tr("页数"), self._pages, 50, right=True),
                Column("file", self.tr("文件"), self._file, 150),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.setMinimumHeight(self.fontMetrics().height() * 11)
        self.body.addWidget(self.table, 1)
        self.missing = PlainLabel(role="error").wrapped()
        self.body.addWidget(self.missing)
        self.attach = button(self.tr("选择文件(&O)…"), self._choose, icon="file", kind="small")
        self.extra = button(self.tr("添加清单外材料(&E)…"), self._choose_extra, kind="small")
        self.drop_one = button(self.tr("移除"), self._remove, kind="small")
        self.body.addLayout(row(self.attach, self.extra, None, self.drop_one))
        self.uploads = Uploads(desk)
        self.body.addWidget(self.uploads)
        self._build_detail()
        self.table.chosen.connect(lambda _: self._show_detail())

    def _build_detail(self) -> None:
        self.form = Form()
        self.form.add("pages", self.tr("页数(&G)"), QLineEdit())
        self.original = QCheckBox(self.tr("原件"))
        self.form.add("original", self.tr("形式"), self.original)
        self.form.add(
            "waived",
            self.tr("免交理由(&W)"),
            QLineEdit(),
            hint=self.tr("本案没有这项材料的，写明理由"),
        )
        self.form.changed.connect(self._detail_changed)
        self.body.addWidget(self.form)

    def show_rules(
        self, rules: Sequence[MaterialRule], demanded: Callable[[MaterialRule], bool]
    ) -> None:
        """The profile's list for this kind of enforcement."""
        self._rules, self._demanded = rules, demanded
        self._fill()

    def show_materials(self, materials: Iterable[Material]) -> None:
        """The materials of the case."""
        self._materials = list(materials)
        self._fill()

    def materials(self) -> tuple[Material, ...]:
        """What stands in the list."""
        return tuple(self._materials)

    def to_values(self) -> list[dict[str, Any]]:
        """What a local draft keeps: the files themselves are in the store already."""
        return [asdict(m) for m in self._materials]

    def restore(self, values: Iterable[dict[str, Any]]) -> None:
        """Takes over what a local draft kept."""
        self.show_materials(Material(**value) for value in values)

    def add_files(self, paths: Sequence[Path], *, to_line: bool = False) -> None:
        """Files that were dropped. `to_line`: the first one goes to the chosen line, if empty."""
        entry = self.table.current_row()
        code = ""
        empty = isinstance(entry, Entry) and entry.material is None
        if to_line and empty and entry.rule is not None:
            code = entry.rule.id
        for number, path in enumerate(paths):
            self._store(path, code if number == 0 else "")

    def add_decision(self, path: Path) -> None:
        """Keeps the file that was read as the draft decision, once."""
        code = next((r.id for r in self._rules if r.id == DRAFT_DECISION), "")
        taken = {m.code for m in self._materials if m.code}
        if code and code in taken:
            return
        self._store(path, code)

    def _fill(self) -> None:
        by_code = {m.code: m for m in self._materials if m.code}
        listed = {rule.id for rule in self._rules}
        entries = [Entry(r, self._demanded(r), by_code.get(r.id)) for r in self._rules]
        entries += [Entry(None, False, m) for m in self._materials if m.code not in listed]
        before = self.table.currentIndex().row()
        self.model.replace(entries)
        if 0 <= before < len(entries):
            self.table.setCurrentIndex(self.model.index(before, 0))
        missing = [e.name for e in entries if e.missing]
        self.missing.setText(self.tr("还缺：{0}").format("、".join(missing)) if missing else "")
        self.missing.setVisible(bool(missing))
        self._show_detail()

    def _state(self, entry: Entry) -> str:
        m = entry.material
        if m is not None and m.waived.strip():
            return self.tr("免交")
        if m is not None and (m.sha256 or m.pages):
            return self.tr("已交") if m.original else self.tr("复印件")
        return self.tr("必交") if entry.demanded else self.tr("有则交")

    @staticmethod
    def _tone(entry: Entry) -> Tone:
        if entry.missing:
            return Tone.DANGER
        return Tone.NEUTRAL if entry.material is None else Tone.OK

    @staticmethod
    def _pages(entry: Entry) -> str:
        return str(entry.material.pages or "") if entry.material else ""

    @staticmethod
    def _file(entry: Entry) -> str:
        m = entry.material
        return (m.waived or m.file_name) if m else ""

    def _show_detail(self) -> None:
        entry = self.table.current_row()
        m = entry.material if isinstance(entry, Entry) else None
        self.form.setEnabled(isinstance(entry, Entry))
        self.drop_one.setEnabled(m is not None)
        self.form.put(
            {
                "pages": str(m.pages or "") if m else "",
                "original": "1" if m is None or m.original else "",
                "waived": m.waived if m else "",
            }
        )
        self.form.show_row("waived", on=isinstance(entry, Entry) and entry.rule is not None)

    def _detail_changed(self, _key: str) -> None:
        entry = self.table.current_row()
        if not isinstance(entry, Entry):
            return
        values = self.form.values()
        pages = values["pages"].strip()
        wrong = bool(pages) and not pages.isdigit()
        self.form.fields["pages"].error(self.tr("请填写数字。") if wrong else "")
        if wrong:
            return
        code = entry.rule.id if entry.rule else ""
        base = entry.material or Material(material_id=new_id(), code=code, name=entry.name)
        self._put(
            replace(
                base,
                pages=int(pages) if pages else None,
                original=bool(values["original"]),
                waived=values["waived"].strip(),
            )
        )

    def _put(self, material: Material) -> None:
        self._materials = [m for m in self._materials if m.material_id != material.material_id]
        if material.sha256 or material.pages or material.waived:
            self._materials.append(material)
        focus = self.window().focusWidget()
        self._fill()
        if focus is not None:
            focus.setFocus()
        self.changed.emit()

    def _remove(self) -> None:
        entry = self.table.current_row()
        if isinstance(entry, Entry) and entry.material is not None:
            gone = entry.material.material_id
            self._materials = [m for m in self._materials if m.material_id != gone]
            self._fill()
            self.changed.emit()

    def _choose(self) -> None:
        entry = self.table.current_row()
        code = entry.rule.id if isinstance(entry, Entry) and entry.rule else ""
        self._ask(lambda path: self._store(path, code))

    def _choose_extra(self) -> None:
        self._ask(lambda path: self._store(path, ""))

    def _ask(self, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, self.tr("选择文件"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)

        def chosen(files: list[str]) -> None:
            for file in files:
                then(Path(file))

        dialog.filesSelected.connect(chosen)
        dialog.open()

    def _store(self, path: Path, code: str) -> None:
        self.uploads.begin(path, lambda material: self._stored(material, code))

    def _stored(self, material: Material, code: str) -> None:
        rule = next((r for r in self._rules if r.id == code), None)
        if rule is not None:
            self._materials = [m for m in self._materials if m.code != code]
            material = replace(material, code=code, name=rule.name)
        self._put(material)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.add_files(paths, to_line=True)
