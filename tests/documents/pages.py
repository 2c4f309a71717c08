"""Reads laid-out pages back from the PDF itself: characters with their places, by pypdfium2."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Char:
    """One character as a reader finds it; `x`, `y` are its origin on the base line."""

    text: str
    x: float
    y: float
    size: float
    font: str


def chars(pdf: bytes) -> list[list[Char]]:
    """All visible characters of each page, in drawing order."""
    with_pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [list(_chars(with_pages[number])) for number in range(len(with_pages))]
    finally:
        with_pages.close()


def _chars(page: pypdfium2.PdfPage) -> Iterator[Char]:
    import ctypes

    text = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    number = 0
    while number < text.count_chars():
        code = pdfium.FPDFText_GetUnicode(text.raw, number)
        if 0xD800 <= code < 0xDC00:  # pdfium counts UTF-16 units
            low = pdfium.FPDFText_GetUnicode(text.raw, number + 1)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        elif 0xDC00 <= code < 0xE000:
            number += 1
            continue
        generated = pdfium.FPDFText_IsGenerated(text.raw, number)
        if code > 0x20 and not generated:
            pdfium.FPDFText_GetCharOrigin(text.raw, number, x, y)
            size = pdfium.FPDFText_GetFontSize(text.raw, number)
            pdfium.FPDFText_GetFontInfo(text.raw, number, buffer, 128, flags)
            name = buffer.value.decode().split("+")[-1]
            yield Char(chr(code), x.value, y.value, size, name)
        number += 1
    text.close()
    page.close()


def rows(page: Sequence[Char], *, size: float) -> list[str]:
    """The lines of one type size on a page, top down, each from left to right."""
    found: dict[int, list[Char]] = {}
    for char in page:
        if abs(char.size - size) < 0.1:
            found.setdefault(round(char.y), []).append(char)
    return [
        "".join(char.text for char in sorted(found[y], key=lambda char: char.x))
        for y in sorted(found, reverse=True)
    ]


def squeezed(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split()).replace("\u3000", "")


def whole(pdf: bytes) -> str:
    """All characters of a PDF in drawing order, without the page numbers (the only 14 pt)."""
    return "".join(char.text for page in chars(pdf) for char in page if char.size != 14)
