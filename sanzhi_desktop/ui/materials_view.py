"""The submitted materials: a list, and a preview of PDF, image and text inside the program.

Everything else opens outside, from a read-only copy: the stored original is never handed out.
"""

import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.application.ports import FileStore
from sanzhi_desktop.domain.case import Material
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import FileState
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.materials_check import MaterialsCheck
from sanzhi_desktop.ui.paper_panel import PaperPanel
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, EmptyState, button, row

_IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}
_TEXTS = {".txt", ".md", ".csv", ".log", ".json", ".xml"}
LARGEST_TEXT = 2_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A material ready to be shown; exactly one of the three is set, or none."""

    pdf: bytes = b""
    image: QImage | None = None
    text: str | None = None


def load(files: FileStore, material: Material) -> Loaded:
    """In the document lane. Raises DomainError when the file cannot be read."""
    path = files.path(material.sha256)
    kind = Path(material.file_name).suffix.lower()
    if kind == ".pdf":
        return Loaded(pdf=path.read_bytes())
    if kind in _IMAGES:
        image = QImage(str(path))
        if image.isNull():
            raise DomainError(DeskFault.IMAGE_UNREADABLE)
        return Loaded(image=image)
    if kind in _TEXTS and path.stat().st_size <= LARGEST_TEXT:
        data = path.read_bytes()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return Loaded(text=data.decode(encoding))
            except UnicodeDecodeError:
                continue
    return Loaded()


def outside_copy(files: FileStore, material: Material, within: Path) -> Path:
    """A read-only copy under its own name, for other programs; gone when the desk is left."""
    folder = Path(tempfile.mkdtemp(dir=within))
    # The name came with the file: its last part only, so that it cannot leave the folder.
    target = folder / (Path(material.file_name).name or material.sha256[:12])
    shutil.copyfile(files.path(material.sha256), target)
    target.chmod(stat.S_IRUSR | stat.S_IRGRP)
    return target


class _Picture(QScrollArea):
    """An image as wide as the view."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._label)
        self.setWidgetResizable(True)

    def show_image(self, image: QImage) -> None:
        """Shows another image."""
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._image.isNull():
            ratio = self.devicePixelRatioF()
            room = int((self.viewport().width() - 4) * ratio)
            width = min(room, self._image.width())
            pixmap = QPixmap.fromImage(self._image).scaledToWidth(
                max(width, 1), Qt.TransformationMode.SmoothTransformation
            )
            pixmap.setDevicePixelRatio(ratio)
            self._label.setPixmap(pixmap)


class MaterialsView(QWidget):
    """List above, preview beneath; F6 changes between them. `checked`: every stored file was
    looked at, with the materials that have changed."""

    checked = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        # Copies for other programs: a case must not stay behind in the folder of temporary files.
        self._outside = tempfile.TemporaryDirectory(prefix="sanzhi-", ignore_cleanup_errors=True)
        self.destroyed.connect(self._outside.cleanup)
        self.table = Table(self.tr("送审材料"))
        self.model: RowModel[Material] = RowModel(self._columns(), self)
        self.check = MaterialsCheck(desk, self)
        self.check.looked.connect(self._looked)
        self.check.finished.connect(self._say_check)
        self.banner = Banner()
        self.table.use(self.model)
        self.pdf = PaperPanel(desk)
        self.picture = _Picture()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("材料文字"))
        self.nothing = EmptyState("file")
        self.outside = button(self.tr("用其他程序打开(&G)"), self._open_outside, kind="small")
        self.stack = QStackedWidget()
        for page in (self.nothing, self.pdf, self.picture, self.text):
            self.stack.addWidget(page)
        lower = QWidget()
        lines = QVBoxLayout(lower)
        lines.setContentsMargins(0, 4, 0, 0)
        lines.setSpacing(4)
        lines.addLayout(row(None, self.outside))
        lines.addWidget(self.stack, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(lower)
        split.setStretchFactor(1, 1)
        split.setSizes([170, 520])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addWidget(self.banner)
        outer.addWidget(split, 1)
        self.table.chosen.connect(self._show)
        self.table.opened.connect(lambda _: self._open_outside())
        self.nothing.say(self.tr("没有送审材料"))
        self.outside.setEnabled(False)

    def _columns(self) -> list[Column[Material]]:
        return [
            Column("name", self.tr("材料"), lambda m: m.name, 190),
            Column("pages", self.tr("页数"), lambda m: str(m.pages or ""), 50, right=True),
            Column(
                "original",
                self.tr("原件"),
                lambda m: self.tr("原件") if m.original else self.tr("复印件"),
                78,
            ),
            Column("file", self.tr("文件"), self._file_words, 180),
            Column(
                "state",
                self.tr("内容核对"),
                self._state_words,
                96,
                tone=self._state_tone,
                tip=self._state_tip,
            ),
        ]

    def show_materials(self, materials: Iterable[Material]) -> None:
        """Shows a case's materials; the one that was open stays open."""
        before = self.table.current_row()
        shown = tuple(materials)
        self.check.begin(shown)
        if shown == tuple(self.model.row(i) for i in range(self.model.rowCount())):
            return
        self.model.replace(shown)
        if isinstance(before, Material):
            for place, material in enumerate(shown):
                if material.material_id == before.material_id:
                    self.table.setCurrentIndex(self.model.index(place, 0))

    def _looked(self, material_id: str) -> None:
        last = self.model.columnCount() - 1
        for place in range(self.model.rowCount()):
            row = self.model.row(place)
            if row is not None and row.material_id == material_id:
                cell = self.model.index(place, last)
                self.model.dataChanged.emit(cell, cell)

    def _say_check(self) -> None:
        changed, missing = self.check.changed(), self.check.missing()
        words = []
        if changed:
            words.append(
                self.tr("材料已变：{0}。保存的内容与登记的校验值不一致，不得据此作出决定。").format(
                    "、".join(m.name for m in changed)
                )
            )
        if missing:
            words.append(
                self.tr("找不到材料文件：{0}。请从备份恢复。").format(
                    "、".join(m.name for m in missing)
                )
            )
        if self.check.fault:
            words.append(self.tr("材料没有核对完：{0}").format(self.check.fault))
        self.banner.show_text("".join(words), Tone.DANGER if changed or missing else Tone.WARN)
        self.checked.emit(changed)

    def _state_words(self, material: Material) -> str:
        state = self.check.state(material)
        if not material.sha256:
            return ""
        return {
            None: self.tr("未核对"),
            FileState.INTACT: self.tr("一致"),
            FileState.CHANGED: self.tr("材料已变"),
            FileState.MISSING: self.tr("找不到"),
        }[state]

    def _state_tone(self, material: Material) -> Tone:
        state = self.check.state(material)
        if state is None:
            return Tone.NEUTRAL
        return Tone.OK if state is FileState.INTACT else Tone.DANGER

    def _state_tip(self, material: Material) -> str:
        if not material.sha256:
            return self.tr("只有纸质件，没有可以核对的文件")
        return self.tr("{0}\nSHA-256 {1}").format(self._state_words(material), material.sha256)

    def _file_words(self, material: Material) -> str:
        if material.waived:
            return self.tr("免交：{0}").format(material.waived)
        return material.file_name or self.tr("（只有纸质）")

    def _show(self, chosen: object) -> None:
        self.outside.setEnabled(isinstance(chosen, Material) and bool(chosen.sha256))
        if not isinstance(chosen, Material) or not chosen.sha256:
            self._say(self.tr("没有电子文件"), self.tr("这项材料只登记了纸质件，请查看纸质案卷。"))
            return
        files = self._desk.session.files
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: load(files, chosen),
            done=lambda loaded: self._loaded(chosen, loaded),
            failed=lambda error: self._say(self.tr("不能预览"), self._desk.problems.text(error)),
            key="load",
        )

    def _loaded(self, material: Material, loaded: Loaded) -> None:
        if loaded.pdf:
            self.pdf.show_paper(loaded.pdf, material.file_name)
            self.stack.setCurrentWidget(self.pdf)
        elif loaded.image is not None:
            self.picture.setAccessibleName(material.name)
            self.picture.show_image(loaded.image)
            self.stack.setCurrentWidget(self.picture)
        elif loaded.text is not None:
            self.text.setPlainText(loaded.text)
            self.stack.setCurrentWidget(self.text)
        else:
            self._say(
                self.tr("这种文件不能在程序里预览"),
                self.tr("按“用其他程序打开”查看只读副本，原件不会被改动。"),
            )

    def _say(self, text: str, hint: str) -> None:
        self.nothing.say(text, hint)
        self.stack.setCurrentWidget(self.nothing)

    def _open_outside(self) -> None:
        chosen = self.table.current_row()
        if not isinstance(chosen, Material) or not chosen.sha256:
            return
        files, within = self._desk.session.files, Path(self._outside.name)
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: outside_copy(files, chosen, within),
            done=_open_url,
        )


def _open_url(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
