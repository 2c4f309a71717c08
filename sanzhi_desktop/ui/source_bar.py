"""Where a submission comes from: a file that is chosen, or dropped anywhere on the screen."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from sanzhi_desktop.ui.widgets import PlainLabel, button

READABLE = (".docx", ".txt", ".pdf")


class SourceBar(QWidget):
    """`chosen` carries the file to read from."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choose = button(
            self.tr("读取送审文件(&R)…"), self._choose, icon="intake", shortcut="Ctrl+O"
        )
        words = self.tr(
            "把拟作决定书（.docx、.txt、有文字的 .pdf）拖到这里，或者选择文件，读出的内容逐项确认。"
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.choose)
        line.addWidget(PlainLabel(words, role="muted").wrapped(), 1)

    def _choose(self) -> None:
        kinds = self.tr("文书 (*.docx *.txt *.pdf)")
        dialog = QFileDialog(self, self.tr("选择送审文件"), "", kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.chosen.emit(Path(file)))
        dialog.open()


def dropped(data: QMimeData) -> tuple[Path | None, list[Path]]:
    """What was dropped: the first file that can be read, and the others."""
    paths = [Path(u.toLocalFile()) for u in data.urls() if u.isLocalFile()]
    first = next((p for p in paths if p.suffix.lower() in READABLE), None)
    return first, [p for p in paths if p is not first]
