"""A paper with its tool bar: zoom, print, save a copy, open the folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton, QVBoxLayout, QWidget

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.pdf_view import ZOOM_STEP, PaperPrinter, PdfView
from sanzhi_desktop.ui.widgets import EmptyState, PlainLabel, button, row


def save_bytes(data: bytes, target: Path) -> Path:
    """Writes a copy. Raises DomainError(SAVE_FAILED) in words for people."""
    try:
        target.write_bytes(data)
    except OSError as error:
        raise DomainError(
            DeskFault.SAVE_FAILED, file=str(target), reason=error.strerror or str(error)
        ) from error
    return target


class PaperPanel(QWidget):
    """Shows stored PDF bytes and what can be done with them."""

    saved = Signal(object)

    def __init__(self, desk: Desk, *, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.file_name = "文件.pdf"
        self._docx: Callable[[], bytes] | None = None
        self.view = PdfView(desk.jobs)
        self.empty = EmptyState("file")
        self.empty.say(empty or self.tr("没有可预览的文件"))
        self._pages = PlainLabel(role="muted")
        self._buttons = self._build_buttons()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addLayout(row(*self._buttons, None, self._pages, spacing=4))
        lines.addWidget(self.view, 1)
        lines.addWidget(self.empty, 1)
        self.view.loaded.connect(self._loaded)
        self.view.page_changed.connect(lambda _: self._say_page())
        self.view.failed.connect(self._failed)
        self.clear()

    def _build_buttons(self) -> list[QPushButton]:
        view = self.view
        made = [
            self._tool(self.tr("缩小（Ctrl+-）"), "minus", lambda: view.zoom(1 / ZOOM_STEP)),
            self._tool(self.tr("放大（Ctrl++）"), "plus", lambda: view.zoom(ZOOM_STEP)),
            self._tool(self.tr("适合宽度（Ctrl+0）"), "width", view.fit_width),
            button(self.tr("打印(&P)…"), self.print_paper, icon="print", kind="small"),
            button(self.tr("另存(&V)…"), self._ask_target, icon="save", kind="small"),
            self._tool(self.tr("另存可编辑副本（.docx）…"), "file", self._ask_docx),
            self._tool(self.tr("打开保存副本的文件夹"), "folder", self._open_folder),
        ]
        made[4].setToolTip(self.tr("另存副本：与存档逐字节相同"))
        return made

    @staticmethod
    def _tool(text: str, icon: str, slot: Callable[[], None]) -> QPushButton:
        made = button("", slot, icon=icon, kind="small")
        made.setToolTip(text)
        made.setAccessibleName(text.partition("（")[0])
        return made

    def show_paper(
        self, data: bytes, file_name: str, *, docx: Callable[[], bytes] | None = None
    ) -> None:
        """Shows a paper; `docx` makes its editable copy (in the document lane)."""
        self.file_name = file_name
        self._docx = docx
        self.empty.hide()
        self.view.show()
        self.view.show_pdf(data)
        for made in self._buttons:
            made.setEnabled(True)
        self._buttons[5].setVisible(docx is not None)

    def clear(self, text: str = "", hint: str = "") -> None:
        """Shows that there is nothing, and why."""
        self.view.clear()
        self.view.hide()
        if text:
            self.empty.say(text, hint)
        self.empty.show()
        self._pages.setText("")
        for made in self._buttons:
            made.setEnabled(False)
        self._buttons[5].hide()

    def save_copy(self, target: Path) -> None:
        """Saves the very bytes that are shown."""
        data = self.view.data
        self._save(lambda: data, target)

    def print_paper(self) -> None:
        """Asks for a printer and prints page for page from the stored bytes."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

        if not QPrinterInfo.availablePrinters():
            self._desk.problems.report(self, DomainError(DeskFault.PRINTER_MISSING))
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.file_name)
        printer.setFullPage(True)
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, max(self.view.page_count, 1))
        dialog.accepted.connect(lambda: self.print_to(printer))
        QDialog.open(dialog)

    def print_to(self, printer: Any) -> PaperPrinter:
        """Prints on a printer that is set up."""
        job = PaperPrinter(self._desk.jobs, printer, self.view.data, self)
        job.finished.connect(lambda: self._desk.told.emit(self.tr("已送打印。")))
        job.failed.connect(lambda error: self._desk.problems.report(self, error))
        job.start()
        return job

    def _ask_target(self) -> None:
        self._ask(self.file_name, self.tr("PDF 文件 (*.pdf)"), self.save_copy)

    def _ask_docx(self) -> None:
        make = self._docx
        if make is not None:
            name = str(Path(self.file_name).with_suffix(".docx"))
            self._ask(name, self.tr("Word 文件 (*.docx)"), lambda target: self._save(make, target))

    def _ask(self, name: str, kinds: str, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, self.tr("保存到"), str(self._desk.settings.papers), kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog, on=False)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda file: then(Path(file)))
        dialog.open()

    def _save(self, make: Callable[[], bytes], target: Path) -> None:
        self._desk.jobs.run(
            Lane.DOCUMENTS, self, lambda: save_bytes(make(), target), done=self._saved
        )

    def _saved(self, target: Path) -> None:
        self._desk.settings.papers = target.parent
        self._desk.told.emit(self.tr("已保存到 {0}").format(target))
        self.saved.emit(target)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._desk.settings.papers)))

    def _loaded(self, _count: int) -> None:
        QTimer.singleShot(0, self, self._say_page)  # the pages have their places by then

    def _say_page(self) -> None:
        self._pages.setText(
            self.tr("第 {0} 页，共 {1} 页").format(
                self.view.current_page() + 1, self.view.page_count
            )
        )

    def _failed(self, error: BaseException) -> None:
        self.clear(self.tr("不能预览"), self._desk.problems.text(error))
