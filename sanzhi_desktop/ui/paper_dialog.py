"""A paper in a window of its own, to read and to print."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.paper_panel import PaperPanel


class PaperDialog(QDialog):
    """Shows PDF bytes; Escape closes."""

    def __init__(
        self,
        desk: Desk,
        data: bytes,
        file_name: str,
        parent: QWidget,
        *,
        docx: Callable[[], bytes] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(file_name.removesuffix(".pdf"))
        self.resize(820, 720)
        self.panel = PaperPanel(desk)
        lines = QVBoxLayout(self)
        lines.addWidget(self.panel)
        self.panel.show_paper(data, file_name, docx=docx)
        self.panel.view.setFocus()
