"""Pages as they are: shown, zoomed, printed page for page and saved byte for byte."""

import io
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.paper_panel import save_bytes
from sanzhi_desktop.ui.pdf_view import PaperPrinter, PdfView, draw_page, page_sizes
from tests.ui.conftest import idle

A4 = (595.28, 841.89)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Three pages; a red, a green and a blue square at the same place."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for colour in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        canvas.setFillColorRGB(*colour)
        canvas.rect(200, 400, 200, 200, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.fixture
def view(qtbot: QtBot, jobs: Jobs, pdf: bytes) -> PdfView:
    made = PdfView(jobs)
    qtbot.addWidget(made)
    made.resize(600, 700)
    made.show()
    with qtbot.waitSignal(made.loaded) as told:
        made.show_pdf(pdf)
    assert told.args == [3]
    qtbot.waitUntil(lambda: made._pages[0].image is not None)
    return made


def test_draws_the_right_colours(pdf: bytes) -> None:
    assert [(round(s.width), round(s.height)) for s in page_sizes(pdf)] == [(595, 842)] * 3
    image = draw_page(pdf, 0, 1.0)
    assert image.pixelColor(300, 340) == QColor("#ff0000")
    assert draw_page(pdf, 2, 1.0).pixelColor(300, 340) == QColor("#0000ff")
    assert image.pixelColor(5, 5) == QColor("#ffffff")


def test_shows_page_by_page(qtbot: QtBot, view: PdfView) -> None:
    assert view.current_page() == 0
    QTest.keyClick(view, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: view._pages[2].image is not None)
    assert view.current_page() == 2
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.current_page() == 0


def test_zooms_and_fits(view: PdfView) -> None:
    fitted = view._pages[0].width()
    assert fitted <= view.viewport().width()
    QTest.keyClick(view, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert view._pages[0].width() == pytest.approx(fitted * 1.2, rel=0.02)
    QTest.keyClick(view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view._pages[0].width() == fitted


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 cut off", b"PK\x03\x04 a zip"])
def test_an_unreadable_file_is_told(qtbot: QtBot, jobs: Jobs, data: bytes) -> None:
    view = PdfView(jobs)
    qtbot.addWidget(view)
    with qtbot.waitSignal(view.failed) as told:
        view.show_pdf(data)
    assert told.args is not None
    error = told.args[0]
    assert isinstance(error, DomainError)
    assert error.code is DeskFault.PDF_UNREADABLE


def test_prints_every_page_from_the_same_bytes(
    qtbot: QtBot, jobs: Jobs, pdf: bytes, tmp_path: Path
) -> None:
    target = tmp_path / "printed.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(target))
    printer.setFullPage(True)
    printer.setResolution(150)
    job = PaperPrinter(jobs, printer, pdf, jobs)
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    printed = pypdfium2.PdfDocument(target.read_bytes())
    assert len(printed) == 3
    for number, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
        page = printed[number]
        assert page.get_size() == pytest.approx(A4, abs=1)
        picture = page.render(scale=1).to_pil()
        assert picture.getpixel((300, 340)) == pytest.approx(colour, abs=3)


def test_prints_the_chosen_pages_only(qtbot: QtBot, jobs: Jobs, pdf: bytes, tmp_path: Path) -> None:
    target = tmp_path / "printed.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(target))
    printer.setResolution(72)
    printer.setFromTo(2, 2)
    job = PaperPrinter(jobs, printer, pdf, jobs)
    with qtbot.waitSignal(job.finished, timeout=20_000):
        job.start()
    printed = pypdfium2.PdfDocument(target.read_bytes())
    assert len(printed) == 1


def test_a_copy_is_the_same_bytes(pdf: bytes, tmp_path: Path) -> None:
    assert save_bytes(pdf, tmp_path / "副本.pdf").read_bytes() == pdf


def test_a_place_that_cannot_be_written_is_told(pdf: bytes, tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        save_bytes(pdf, tmp_path / "没有这个文件夹" / "副本.pdf")
    assert caught.value.code is DeskFault.SAVE_FAILED


def test_a_newer_document_is_not_overwritten_by_an_older_one(
    qtbot: QtBot, jobs: Jobs, pdf: bytes
) -> None:
    view = PdfView(jobs)
    qtbot.addWidget(view)
    view.show_pdf(pdf)
    view.clear()
    idle(qtbot, jobs)
    assert view.page_count == 0
