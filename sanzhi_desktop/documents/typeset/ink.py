"""Writes pages as PDF: text by glyph, rules, boxes; fonts as subsets with a true ToUnicode map.

A writer of our own for what we need of PDF, because it gives the same bytes for the same pages,
shares no state between threads, embeds one subset per font, and copies characters beyond the BMP
(𬭎) as themselves. Layout and content are unknown here.
"""

import itertools
import zlib
from collections import Counter
from collections.abc import Sequence

from sanzhi_desktop.documents.blocks import Place
from sanzhi_desktop.documents.fonts import Typeface
from sanzhi_desktop.documents.typeset.line import Glyph

_PACKING = 4  # of 9; more costs a sixth of the time and saves two hundredths of the size
_TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class Embedding:
    """The characters of one font that the paper uses; their codes count from 1 as they come."""

    def __init__(self, face: Typeface, label: str) -> None:
        self.face = face
        self.label = label
        self.codes: dict[str, int] = {}

    def code(self, char: str) -> int:
        """The two-byte code of a character."""
        number = self.codes.get(char)
        if number is None:
            number = self.codes[char] = len(self.codes) + 1
        return number


class Page:
    """The drawing of one page; coordinates in points from the lower left corner."""

    def __init__(self, book: "Book", number: int) -> None:
        self._book = book
        self._ops: list[str] = []
        self.number = number  # from 0
        self.places: dict[str, Place] = {}

    def mark_place(self, key: str, left: float, bottom: float, right: float, top: float) -> None:
        """Remembers a rectangle that somebody else fills: a field, a signature, the QR."""
        self.places[key] = Place(
            self.number, *(round(value, 3) for value in (left, bottom, right, top))
        )

    def text(
        self, glyphs: Sequence[Glyph], xs: Sequence[float], *, left: float, base: float, size: float
    ) -> None:
        """Draws glyphs at `left` + xs on a base line."""
        start = 0
        for end in range(1, len(glyphs) + 1):
            if end == len(glyphs) or glyphs[end].face is not glyphs[start].face:
                face = glyphs[start].face
                if face is not None:
                    self._segment(
                        face, glyphs[start:end], xs[start:end], left=left, base=base, size=size
                    )
                else:
                    for glyph, x in zip(glyphs[start:end], xs[start:end], strict=True):
                        self.check_box(left + x, base, size, ticked=glyph.ticked)
                start = end

    def _segment(
        self,
        face: Typeface,
        glyphs: Sequence[Glyph],
        xs: Sequence[float],
        *,
        left: float,
        base: float,
        size: float,
    ) -> None:
        font = self._book.embed(face)
        widths = [face.widths.get(ord(glyph.char), 1000) * size / 1000 for glyph in glyphs]
        steps = [right - x for x, right in itertools.pairwise(xs)]
        spare = Counter(round(step - width, 3) for step, width in zip(steps, widths, strict=False))
        spacing = spare.most_common(1)[0][0] if spare else 0.0
        pieces, pen, target = ["<"], 0.0, 0.0
        for position, glyph in enumerate(glyphs):
            shift = target - pen
            if abs(shift) > 0.002 * size:
                pieces.append(f">{_number(-shift * 1000 / size)}<")
                pen = target
            pieces.append(f"{font.code(glyph.char):04X}")
            pen += widths[position] + spacing
            if position < len(steps):
                target += steps[position]
        pieces.append(">")
        self._ops.append(
            f"BT /{font.label} {_number(size)} Tf {_number(spacing)} Tc "
            f"{_number(left + xs[0])} {_number(base)} Td [{''.join(pieces)}] TJ ET"
        )

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, thick: float = 0.5) -> None:
        """A straight line."""
        self._ops.append(
            f"{_number(thick)} w {_number(x0)} {_number(y0)} m {_number(x1)} {_number(y1)} l S"
        )

    def frame(self, left: float, bottom: float, right: float, top: float, *, thick: float) -> None:
        """A rectangle's outline."""
        self._ops.append(
            f"{_number(thick)} w {_number(left)} {_number(bottom)} "
            f"{_number(right - left)} {_number(top - bottom)} re S"
        )

    def check_box(self, x: float, base: float, size: float, *, ticked: bool) -> None:
        """A box as wide as a character, with a tick when chosen."""
        edge = size * 0.74
        left, bottom = x + size * 0.12, base - size * 0.05
        self.frame(left, bottom, left + edge, bottom + edge, thick=size * 0.05)
        if ticked:
            points = ((0.16, 0.5), (0.42, 0.2), (0.88, 0.86))
            path = " ".join(
                f"{_number(left + edge * px)} {_number(bottom + edge * py)} {'lm'[not at]}"
                for at, (px, py) in enumerate(points)
            )
            self._ops.append(f"{_number(size * 0.09)} w {path} S")

    def content(self) -> bytes:
        """The page's content stream."""
        return "\n".join(self._ops).encode("ascii")


class Book:
    """All pages of one paper and the fonts they share."""

    def __init__(self, width: float, height: float) -> None:
        self._size = (width, height)
        self._fonts: dict[Typeface, Embedding] = {}
        self.pages: list[Page] = []

    def page(self) -> Page:
        """Starts the next page."""
        page = Page(self, len(self.pages))
        self.pages.append(page)
        return page

    def embed(self, face: Typeface) -> Embedding:
        """The embedding of a font in this paper."""
        if face not in self._fonts:
            self._fonts[face] = Embedding(face, f"F{len(self._fonts) + 1}")
        return self._fonts[face]

    def places(self) -> dict[str, Place]:
        """Every remembered rectangle."""
        return {key: place for page in self.pages for key, place in page.places.items()}

    def write(self, *, title: str, author: str) -> bytes:
        """The PDF file. No time and no random id in it: the same pages give the same bytes."""
        file = _File()
        catalog, tree, info = file.reserve(), file.reserve(), file.reserve()
        fonts = " ".join(
            f"/{font.label} {_write_font(file, font, number)} 0 R"
            for number, font in enumerate(self._fonts.values())
        )
        resources = file.add(f"<< /Font << {fonts} >> >>")
        kids = []
        box = " ".join(_number(value) for value in self._size)
        for page in self.pages:
            content = file.stream(page.content())
            kids.append(
                file.add(
                    f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {box}] "
                    f"/Resources {resources} 0 R /Contents {content} 0 R >>"
                )
            )
        listed = " ".join(f"{kid} 0 R" for kid in kids)
        file.put(tree, f"<< /Type /Pages /Count {len(kids)} /Kids [{listed}] >>")
        file.put(catalog, f"<< /Type /Catalog /Pages {tree} 0 R /Lang (zh-CN) >>")
        file.put(info, f"<< /Title {_text(title)} /Author {_text(author)} /Creator (Sanzhi) >>")
        return file.finish(catalog, info)


class _File:
    """PDF objects in order, then the table of where they stand."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        self._objects.append(b"null")
        return len(self._objects)

    def put(self, number: int, body: str) -> None:
        self._objects[number - 1] = body.encode("ascii")

    def add(self, body: str) -> int:
        number = self.reserve()
        self.put(number, body)
        return number

    def stream(self, data: bytes, extra: str = "") -> int:
        packed = zlib.compress(data, _PACKING)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode {extra}>>\nstream\n".encode("ascii")
        self._objects.append(head + packed + b"\nendstream")
        return len(self._objects)

    def finish(self, catalog: int, info: int) -> bytes:
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, body in enumerate(self._objects, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
            len(offsets) + 1,
            catalog,
            info,
            start,
        )
        return bytes(out)


def _write_font(file: _File, font: Embedding, number: int) -> int:
    chars = list(font.codes)
    data, glyphs = font.face.subset([ord(char) for char in chars])
    metrics = font.face.metrics
    name = f"{_tag(number)}+{font.face.name.replace(' ', '')}"
    program = file.stream(data, f"/Length1 {len(data)} ")
    box = " ".join(str(value) for value in metrics["bbox"])
    descriptor = file.add(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{box}] "
        f"/ItalicAngle {metrics['angle']} /Ascent {metrics['ascent']} "
        f"/Descent {metrics['descent']} /CapHeight {metrics['cap_height']} "
        f"/StemV {metrics['stem']} /FontFile2 {program} 0 R >>"
    )
    table = b"\0\0" + b"".join(glyph.to_bytes(2, "big") for glyph in glyphs)
    mapping = file.stream(table)
    widths = " ".join(_number(font.face.widths.get(ord(char), 1000)) for char in chars)
    cid_font = file.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {descriptor} 0 R /DW 1000 /W [1 [{widths}]] "
        f"/CIDToGIDMap {mapping} 0 R >>"
    )
    unicode_map = file.stream(_to_unicode(chars).encode("ascii"))
    return file.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H "
        f"/DescendantFonts [{cid_font} 0 R] /ToUnicode {unicode_map} 0 R >>"
    )


def _to_unicode(chars: Sequence[str]) -> str:
    blocks = []
    for start in range(0, len(chars), 100):
        rows = [
            f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>"
            for code, char in enumerate(chars[start : start + 100], start + 1)
        ]
        blocks += [f"{len(rows)} beginbfchar", *rows, "endbfchar"]
    return _TO_UNICODE.format(blocks="\n".join(blocks))


def _tag(number: int) -> str:
    """The six capitals before the name of a subset font."""
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def _text(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _number(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
