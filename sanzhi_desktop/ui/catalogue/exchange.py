"""The catalogue to and from Excel at the desk: file dialogs, the document lane, the faults."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from sanzhi_desktop.application.catalogue import ReadSheet
from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.domain.catalogue import CatalogueItem
from sanzhi_desktop.ui.catalogue.item_dialog import fault_words
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import named
from sanzhi_desktop.ui.rules.flaws import Fault, FaultsDialog

TITLE = "重大执法决定法制审核目录清单"
_EXCEL = "Excel (*.xlsx)"


class Exchange(QObject):
    """`taken` is given the items of a sheet without faults."""

    def __init__(
        self, desk: Desk, owner: QWidget, taken: Callable[[Sequence[CatalogueItem]], None]
    ) -> None:
        super().__init__(owner)
        self._desk, self._owner, self._taken = desk, owner, taken

    def choose_file(self) -> None:
        """Asks which sheet to read."""
        dialog = QFileDialog(self._owner, self.tr("从 Excel 导入目录清单"), "", _EXCEL)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read_file(Path(name)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Takes a sheet over whole, or lists its faults by row and column."""
        sheets = self._desk.work.catalogues
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self._owner,
            lambda: sheets.read(path),
            done=lambda read: self._read(path, read),
        )

    def choose_target(self, items: Sequence[CatalogueItem], office: str) -> None:
        """Asks where to write; without items it is the empty form."""
        dialog = QFileDialog(self._owner, self.tr("导出"), str(self._desk.settings.papers), _EXCEL)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(f"{TITLE}{'' if items else '（空白表）'}.xlsx")
        dialog.fileSelected.connect(lambda name: self.write_file(Path(name), items, office))
        dialog.open()

    def write_file(self, path: Path, items: Sequence[CatalogueItem], office: str) -> None:
        """Writes the catalogue with the checkpoint of this moment, or the empty form."""
        kept, session = tuple(items), self._desk.session
        if not kept:
            self._write(path, kept, office, "")
            return
        self._desk.jobs.run(
            Lane.DATABASE,
            self._owner,
            lambda: checkpoint_line(session),
            done=lambda line: self._write(path, kept, office, line),
        )

    def _write(self, path: Path, kept: Sequence[CatalogueItem], office: str, line: str) -> None:
        sheets = self._desk.work.catalogues
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self._owner,
            lambda: sheets.write(path, kept, office=office, foot=line),
            done=lambda _: self._desk.told.emit(self.tr("已导出：{0}").format(path)),
        )

    def _read(self, path: Path, read: ReadSheet) -> None:
        if not read.faults:
            self._taken(read.items)
            return
        letters = read.columns or {}
        faults = [
            Fault(
                self.tr("第 {0} 行 {1} 列").format(fault.row, letters.get(fault.column.value, ""))
                if fault.column
                else self.tr("第 {0} 行").format(fault.row),
                named("catalogue_column", fault.column.value) if fault.column else "",
                fault_words(fault),
            )
            for fault in read.faults
        ]
        FaultsDialog(path.name, faults, self.tr("栏目"), self._owner).open()
