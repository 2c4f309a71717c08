"""The scan of an approval, chosen as a PDF: it is stored among the papers of the case."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.widgets import PlainLabel, button

LARGEST = 20 * 1024 * 1024


class ApprovalFault(Code):
    """Why a file cannot be kept as the scan of an approval."""

    NO_PDF = "approval.no_pdf"
    TOO_LARGE = "approval.too_large"
    UNREADABLE = "approval.unreadable"


class ApprovalFile(QWidget):
    """A button and the chosen file's name; without a file the paper is only named."""

    kept_changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.path: Path | None = None
        keep(self, "file", self.tr("扫描件"))
        self.choose = button(self.tr("附扫描件（PDF）(&F)…"), self._choose, icon="file")
        self.name = PlainLabel(self.tr("没有附扫描件"), role="muted").wrapped()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.choose)
        line.addWidget(self.name, 1)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("选择批准文书的扫描件"), "", self.tr("PDF 文件 (*.pdf)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take(Path(name)))
        dialog.open()

    def take(self, path: Path) -> None:
        """Takes a file; it is read when the step is sent."""
        self.put_kept(str(path))
        self.kept_changed.emit()

    def kept_text(self) -> str:
        return str(self.path or "")

    def put_kept(self, text: str) -> None:
        self.path = Path(text) if text else None
        self.name.setText(self.path.name if self.path else self.tr("没有附扫描件"))

    def kept_words(self, text: str) -> str:
        return Path(text).name


def read_pdf(path: Path) -> bytes:
    """The bytes of a PDF. Raises DomainError(ApprovalFault)."""
    try:
        if path.stat().st_size > LARGEST:
            raise DomainError(
                ApprovalFault.TOO_LARGE, file=path.name, largest=LARGEST // (1024 * 1024)
            )
        data = path.read_bytes()
    except OSError as error:
        raise DomainError(
            ApprovalFault.UNREADABLE, file=path.name, reason=error.strerror or ""
        ) from error
    if not data.startswith(b"%PDF-"):
        raise DomainError(ApprovalFault.NO_PDF, file=path.name)
    return data
