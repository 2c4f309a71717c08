"""A small drawing on one page: text by the paper's own fonts and operators of ours.

Knows nothing of seals, fields or signatures, which are drawn with it.
"""

from collections.abc import Sequence

from sanzhi_desktop.documents.blocks import Face
from sanzhi_desktop.documents.fonts import FaceSet, clean
from sanzhi_desktop.documents.typeset.ink import Book, Page
from sanzhi_desktop.documents.typeset.line import Glyph


class Sketch(Page):
    """A page that also takes drawing operators of ours."""

    def put(self, operators: str) -> None:
        """Adds operators as they are."""
        self._ops.append(operators)

    def line(self, glyphs: Sequence[Glyph], *, left: float, base: float, size: float) -> None:
        """Glyphs side by side."""
        xs, pen = [], 0.0
        for glyph in glyphs:
            xs.append(pen)
            pen += glyph.advance
        if glyphs:
            self.text(glyphs, xs, left=left, base=base, size=size)


def sketch(width: float, height: float) -> tuple[Book, Sketch]:
    """An empty page to draw on, with the book that writes it."""
    book = Book(width, height)
    page = Sketch(book, 0)
    book.pages.append(page)
    return book, page


def glyphs(text: str, faces: FaceSet, role: Face, *, size: float, where: str) -> list[Glyph]:
    """The characters with their fonts and widths. Raises DomainError when no font has one."""
    faces.require(text, role, where)
    found = []
    for char in clean(text):
        face = faces.printer(char, role)
        width = 1000.0 if face is None else face.widths.get(ord(char), 1000.0)
        found.append(Glyph(char, face, width * size / 1000))
    return found


def width_of(line: Sequence[Glyph]) -> float:
    """Width of a line in points."""
    return sum(glyph.advance for glyph in line)
