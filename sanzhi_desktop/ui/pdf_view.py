"""PDF pages as they are: drawn by pypdfium2 in the document lane, shown, and printed.

Always from the stored bytes, page for page. Only pages in sight are drawn.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Jobs, Lane

GAP = 12
ZOOM_STEP = 1.2
SMALLEST, LARGEST = 0.2, 6.0
KEPT = 12  # drawn pages that are kept


@dataclass(frozen=True, slots=True)
class PageSize:
    """Size of a page in points."""

    width: float
    height: float


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DomainError(DeskFault.PDF_UNREADABLE, reason=str(error)) from error
    try:
        if document.get_formtype():
            document.init_forms()  # number, date and signatures are fields: else not drawn
        yield document
    except pypdfium2.PdfiumError as error:
        raise DomainError(DeskFault.PDF_UNREADABLE, reason=str(error)) from error
    finally:
        document.close()


def page_sizes(data: bytes) -> tuple[PageSize, ...]:
    """In the document lane: the sizes of all pages.

    Raises DomainError(PDF_UNREADABLE) for what is no readable PDF.
    """
    with _opened(data) as document:
        sizes = tuple(PageSize(*document.get_page_size(i)) for i in range(len(document)))
    if not sizes:
        raise DomainError(DeskFault.PDF_UNREADABLE, reason="0")
    return sizes


def draw_page(data: bytes, number: int, scale: float) -> QImage:
    """In the document lane: one page as an image of its own. `scale` 1.0 is 72 dpi."""
    with _opened(data) as document:
        bitmap = document[number].render(scale=scale, prefer_bgrx=True)
        image = QImage(
            bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGB32
        )
        return image.copy()


class _Page(QWidget):
    """One sheet; grey until it is drawn."""

    def __init__(self, number: int, size: PageSize) -> None:
        super().__init__()
        self.number = number
        self.points = size
        self.image: QPixmap | None = None

    def set_scale(self, scale: float) -> None:
        """Takes the room the page needs."""
        self.setFixedSize(
            QSize(round(self.points.width * scale), round(self.points.height * scale))
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if self.image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self.rect(), self.image)
        painter.end()


class PdfView(QScrollArea):
    """A PDF to read: PgUp, PgDn, Home, End; Ctrl + and Ctrl - zoom, Ctrl 0 fits the width."""

    loaded = Signal(int)  # number of pages
    failed = Signal(object)
    page_changed = Signal(int)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._pages: list[_Page] = []
        self._asked: set[tuple[int, float]] = set()
        self._drawn: list[int] = []
        self._turn = 0
        self._fit = True
        self._scale = 1.0
        self.data = b""
        self.setProperty("paper_desk", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("PDF 预览"))
        self._desk = QFrame()
        self._desk.setProperty("paper_desk", True)
        self._lines = QVBoxLayout(self._desk)
        self._lines.setContentsMargins(GAP, GAP, GAP, GAP)
        self._lines.setSpacing(GAP)
        self._lines.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._desk)
        self.setWidgetResizable(True)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(30)
        self._later.timeout.connect(self._draw_visible)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def page_count(self) -> int:
        """Pages of the document, 0 before it is open."""
        return len(self._pages)

    def show_pdf(self, data: bytes) -> None:
        """Opens a document in place of the one before."""
        self._turn += 1
        turn = self._turn
        self.data = data
        self._jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: page_sizes(data),
            done=lambda sizes: self._opened(turn, sizes),
            failed=self._failed,
            key="open",
        )

    def clear(self) -> None:
        """Shows nothing."""
        self._turn += 1
        self.data = b""
        self._build(())

    def zoom(self, factor: float) -> None:
        """Larger or smaller by a factor."""
        self._fit = False
        self._rescale(min(max(self._scale * factor, SMALLEST), LARGEST))

    def fit_width(self) -> None:
        """As wide as the view, and stays so."""
        self._fit = True
        self._rescale(self._fitting())

    def current_page(self) -> int:
        """The page at the middle of the view, from 0."""
        middle = self.verticalScrollBar().value() + self.viewport().height() // 2
        passed = [p.number for p in self._pages if p.y() <= middle]
        return passed[-1] if passed else 0

    def go_to(self, number: int) -> None:
        """Brings the head of a page to the top."""
        if 0 <= number < len(self._pages):
            self.verticalScrollBar().setValue(self._pages[number].y() - GAP)

    def _failed(self, error: BaseException) -> None:
        self.clear()
        self.failed.emit(error)

    def _opened(self, turn: int, sizes: tuple[PageSize, ...]) -> None:
        if turn != self._turn:
            return
        self._build(sizes)
        self.verticalScrollBar().setValue(0)
        self.setAccessibleDescription(self.tr("共 {0} 页").format(len(sizes)))
        self.loaded.emit(len(sizes))

    def _build(self, sizes: tuple[PageSize, ...]) -> None:
        for page in self._pages:
            self._lines.removeWidget(page)
            page.hide()
            page.deleteLater()
        self._pages = [_Page(i, size) for i, size in enumerate(sizes)]
        self._asked.clear()
        self._drawn.clear()
        for page in self._pages:
            self._lines.addWidget(page, 0, Qt.AlignmentFlag.AlignHCenter)
        if self._pages:
            self._rescale(self._fitting() if self._fit else self._scale)

    def _fitting(self) -> float:
        widest = max((p.points.width for p in self._pages), default=595.0)
        room = self.viewport().width() - 2 * GAP
        if not self.verticalScrollBar().isVisible():
            room -= self.verticalScrollBar().sizeHint().width()
        return min(max(room / widest, SMALLEST), LARGEST)

    def _rescale(self, scale: float) -> None:
        self._scale = scale
        self._asked.clear()
        for page in self._pages:
            page.set_scale(scale)
        self._later.start()

    def _scrolled(self) -> None:
        self._later.start()
        self.page_changed.emit(self.current_page())

    def _draw_visible(self) -> None:
        if not self._pages:
            return
        self.page_changed.emit(self.current_page())
        top = self.verticalScrollBar().value() - 200
        bottom = top + self.viewport().height() + 400
        data, turn = self.data, self._turn
        sharp = self._scale * self.devicePixelRatioF()
        for page in self._pages:
            wanted = (page.number, sharp)
            if page.y() > bottom or page.y() + page.height() < top or wanted in self._asked:
                continue
            self._asked.add(wanted)
            self._jobs.run(
                Lane.DOCUMENTS,
                page,
                lambda number=page.number: draw_page(data, number, sharp),  # type: ignore[misc]
                done=lambda image, page=page: self._show(turn, page, image),  # type: ignore[misc]
                failed=self._failed,
                key="draw",
            )

    def _show(self, turn: int, page: _Page, image: QImage) -> None:
        if turn != self._turn:
            return
        page.image = QPixmap.fromImage(image)
        page.update()
        self._drawn.append(page.number)
        while len(self._drawn) > KEPT:
            old = self._drawn.pop(0)
            if old not in self._drawn and old < len(self._pages):
                self._pages[old].image = None
                self._asked = {a for a in self._asked if a[0] != old}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit and self._pages:
            self._rescale(self._fitting())
        self._later.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP)
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = event.key()
        if control and key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom(ZOOM_STEP)
        elif control and key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif control and key == Qt.Key.Key_0:
            self.fit_width()
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        else:
            super().keyPressEvent(event)


class PaperPrinter(QObject):
    """Prints stored bytes page for page: drawn in the document lane, painted one after another."""

    finished = Signal()
    failed = Signal(object)

    def __init__(self, jobs: Jobs, printer: Any, data: bytes, parent: QObject) -> None:
        """`printer`: a QPrinter that is set up and not yet begun."""
        super().__init__(parent)
        self._jobs = jobs
        self._printer = printer
        self._data = data
        self._painter = QPainter()
        self._numbers: list[int] = []

    def start(self) -> None:
        """Begins; `finished` or `failed` follows."""
        self._jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: page_sizes(self._data),
            done=self._begin,
            failed=self._fail,
        )

    def _begin(self, sizes: tuple[PageSize, ...]) -> None:
        if not self._painter.begin(self._printer):
            self._fail(DomainError(DeskFault.PRINT_FAILED))
            return
        first, last = self._printer.fromPage() or 1, self._printer.toPage() or len(sizes)
        self._numbers = list(range(first - 1, min(last, len(sizes))))
        self._next(first=True)

    def _next(self, *, first: bool = False) -> None:
        if not self._numbers:
            self._painter.end()
            self.finished.emit()
            return
        if not first:
            self._printer.newPage()
        number = self._numbers.pop(0)
        scale = min(self._printer.resolution(), 300) / 72
        self._jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: draw_page(self._data, number, scale),
            done=self._paint,
            failed=self._fail,
        )

    def _paint(self, image: QImage) -> None:
        # The paper's own margins are the margins: the whole sheet is the target.
        target = self._painter.viewport()
        size = image.size().scaled(target.size(), Qt.AspectRatioMode.KeepAspectRatio)
        self._painter.drawImage(
            target.adjusted(0, 0, size.width() - target.width(), size.height() - target.height()),
            image,
        )
        self._next()

    def _fail(self, error: BaseException) -> None:
        if self._painter.isActive():
            self._painter.end()
        self.failed.emit(error)
