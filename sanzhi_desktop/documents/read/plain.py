"""Plain text files: which encoding, and the lines with their numbers."""

import codecs
import unicodedata

from sanzhi_desktop.documents.read.model import Piece, Place, ReadFault
from sanzhi_desktop.domain.errors import DomainError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_CP1252 = {
    bytes([code]).decode("cp1252"): code
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


def lines(data: bytes, *, name: str) -> list[Piece]:
    """The lines of a text file. Raises `read.encoding` when it is no text."""
    text = decode(data, name=name)
    return [
        Piece(line, Place(line=number))
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]


def decode(data: bytes, *, name: str) -> str:
    """UTF-8, UTF-16, UTF-32 or GB18030, in this order; text garbled once (UTF-8 shown as
    Windows-1252, as mirror sites do) is set right."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, (encoding,), name=name)
    return _decoded(data, _likely(data), name=name)


def _likely(data: bytes) -> tuple[str, ...]:
    head = data[:4096]
    if b"\x00" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        return ("utf-16-be", "utf-16-le") if even > odd else ("utf-16-le", "utf-16-be")
    return ("utf-8", "gb18030", "utf-16-le")


def _decoded(data: bytes, encodings: tuple[str, ...], *, name: str) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        text = _unscramble(text)
        if _is_text(text):
            return text
    if b"\x00" not in data[:4096]:
        # A file cut inside one character is still worth reading.
        for encoding in encodings:
            text = data.decode(encoding, errors="replace")
            if text.count("\ufffd") <= 3 and _is_text(text):
                return text
    raise DomainError(ReadFault.ENCODING, file=name)


def _is_text(text: str) -> bool:
    sample = text[:20000]
    odd = sum(
        1
        for sign in sample
        if sign not in "\t\n\r\f\x0b\x1a" and unicodedata.category(sign) in ("Cc", "Cn", "Co", "Cs")
    )
    return odd * 50 <= len(sample)


def _unscramble(text: str) -> str:
    odd = sum(1 for sign in text if "\x80" <= sign <= "\xff" or sign in _CP1252)
    if odd * 3 < len(text):
        return text
    try:
        # As browsers do it: the holes of Windows-1252 are the control signs of the same number.
        return bytes(_CP1252.get(sign, ord(sign)) for sign in text).decode("utf-8")
    except (UnicodeError, ValueError):
        return text
