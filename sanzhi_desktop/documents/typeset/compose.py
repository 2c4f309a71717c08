"""The whole way from a `Document` to a laid-out PDF."""

from sanzhi_desktop.documents.blocks import Document, Face, LaidOut
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.documents.typeset.flow import Flow
from sanzhi_desktop.documents.typeset.geometry import Sheet, load_sheet
from sanzhi_desktop.documents.typeset.ink import Book, Page
from sanzhi_desktop.documents.typeset.line import Line, break_lines
from sanzhi_desktop.documents.typeset.parts import Parts
from sanzhi_desktop.documents.typeset.setter import Setter


def lay_out(document: Document, faces: FaceSet) -> LaidOut:
    """Pages for a document, the same bytes for the same content and fonts.

    Raises DomainError `typeset.no_glyph` before anything is written when a character cannot be
    printed by any font.
    """
    sheet = load_sheet(document.form, wide=document.wide)
    setter = Setter(faces)
    pieces = Parts(sheet, setter).pieces(document.blocks)
    book = Book(sheet.width, sheet.height)
    Flow(book, sheet, _Furniture(sheet, setter, document).draw).run(pieces)
    pdf = book.write(title=document.title, author=document.author)
    return LaidOut(
        pdf=pdf,
        pages=len(book.pages),
        places=book.places(),
        faces={role.value: name for role, name in sorted(setter.used.items())},
        fallbacks=tuple(setter.fallbacks),
    )


class _Furniture:
    """What every page carries besides its text: the page number, the mark of a sample, and the
    line at its foot."""

    def __init__(self, sheet: Sheet, setter: Setter, document: Document) -> None:
        self._sheet = sheet
        self._setter = setter
        mark = sheet.mark_sentence.format(mark=document.mark) if document.mark else ""
        self._mark = self._set(mark, Face.HEI, sheet.mark) if mark else None
        self._foot = self._set(document.foot, Face.SONG, sheet.foot) if document.foot else None

    def _set(self, text: str, face: Face, size: float) -> Line:
        glyphs = self._setter.text(text, face=face, size=size, where="页眉页脚")
        return break_lines(glyphs, 9e9, 9e9, size=size, spread=False)[0]

    def draw(self, page: Page) -> None:
        """Draws on a new page."""
        self._number(page)
        if self._foot is not None:
            self._draw_foot(page, self._foot)
        if self._mark is not None:
            self._draw_mark(page, self._mark)

    def _number(self, page: Page) -> None:
        """GB/T 9704-2012 7.5: odd pages on the right, even pages on the left, one blank in."""
        sheet = self._sheet
        line = self._set(f"— {page.number + 1} —", Face.SONG, sheet.number)
        odd = page.number % 2 == 0
        left = sheet.right - sheet.number - line.width if odd else sheet.left + sheet.number
        middle = sheet.base - sheet.text_height - sheet.number_drop
        base = middle - sheet.number * 0.38  # the dashes stand at 7 mm
        page.text(line.glyphs, line.xs, left=left, base=base, size=sheet.number)

    def _draw_foot(self, page: Page, line: Line) -> None:
        """Opposite the page number, on its line."""
        sheet = self._sheet
        left = sheet.left if page.number % 2 == 0 else sheet.right - line.width
        middle = sheet.base - sheet.text_height - sheet.number_drop
        base = middle - sheet.foot * 0.38
        page.text(line.glyphs, line.xs, left=left, base=base, size=sheet.foot)

    def _draw_mark(self, page: Page, line: Line) -> None:
        sheet = self._sheet
        base = sheet.base + sheet.mark_raise
        left, right = sheet.right - line.width - 6, sheet.right
        page.frame(left - 6, base - 6, right, base + sheet.mark + 3, thick=0.75)
        page.text(line.glyphs, line.xs, left=left, base=base, size=sheet.mark)
