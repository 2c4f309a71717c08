"""PDF files with a text layer: lines by page. Pictures are not recognised."""

import re
import unicodedata
from pathlib import Path
from typing import Any

from sanzhi_desktop.documents.read.model import (
    Mark,
    Piece,
    Place,
    ReadFault,
    ReadMark,
    Source,
    SourceKind,
)
from sanzhi_desktop.domain.errors import DomainError

MAX_PAGES = 300
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–·\s]*\d{1,4}[-—–·\s]*|第?\s*\d+\s*页?\s*[/,，共]\s*共?\s*\d+\s*页?)\s*"
)


def read_pdf(path: Path) -> Source:
    """The lines of a PDF. Raises encrypted, damaged or no_text_layer."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as reason:
        code = ReadFault.ENCRYPTED if "password" in str(reason).lower() else ReadFault.DAMAGED
        raise DomainError(code, file=path.name) from reason
    try:
        pages = len(document)
        pieces: list[Piece] = []
        blank: list[int] = []
        for number in range(1, min(pages, MAX_PAGES) + 1):
            found = _page_lines(document, number, name=path.name)
            pieces.extend(found)
            if not found:
                blank.append(number)
    finally:
        document.close()
    if not _readable("".join(piece.text for piece in pieces[:400])):
        raise DomainError(ReadFault.NO_TEXT_LAYER, file=path.name)
    marks = []
    if pages > MAX_PAGES:
        marks.append(Mark("file", ReadMark.LONG, {"limit": f"前{MAX_PAGES}页"}))
    if blank:
        listed = "、".join(str(number) for number in blank[:10])
        marks.append(Mark("file", ReadMark.IMAGE_PAGES, {"pages": listed}))
    return Source(SourceKind.PDF, tuple(pieces), tuple(marks), wrapped=True)


def _readable(text: str) -> bool:
    """False for a scan, and for a text layer whose fonts say nothing (private signs only)."""
    signs = [sign for sign in text if not sign.isspace()]
    odd = sum(
        unicodedata.category(sign) in {"Co", "Cn", "Cc"} or sign == "\ufffd" for sign in signs
    )
    return len(signs) >= 10 and odd * 3 < len(signs)


def _page_lines(document: Any, number: int, *, name: str) -> list[Piece]:
    import pypdfium2 as pdfium

    try:
        page = document[number - 1]
        text_page = page.get_textpage()
        try:
            text = str(text_page.get_text_bounded())
        finally:
            text_page.close()
            page.close()
    except pdfium.PdfiumError as reason:
        raise DomainError(ReadFault.DAMAGED, file=name) from reason
    lines = [line.replace("\ufffe", "").replace("\uffff", "") for line in text.splitlines()]
    return [
        Piece(line, Place(page=number, line=order))
        for order, line in enumerate((ln for ln in lines if ln.strip()), start=1)
        if _PAGE_NUMBER.fullmatch(line) is None
    ]
