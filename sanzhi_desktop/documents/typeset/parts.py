"""From blocks to pieces: each kind of block set by its rule of GB/T 9704-2012 7.3."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sanzhi_desktop.documents.blocks import (
    Addressee,
    Attachment,
    Block,
    Face,
    Gap,
    Heading,
    Inline,
    KeyValueTable,
    NumberLine,
    PageBreak,
    Paragraph,
    Run,
    SignatureBlock,
    Table,
    Title,
)
from sanzhi_desktop.documents.typeset.flow import Blank, Break, Piece
from sanzhi_desktop.documents.typeset.geometry import Sheet
from sanzhi_desktop.documents.typeset.ink import Page
from sanzhi_desktop.documents.typeset.line import Line, break_lines
from sanzhi_desktop.documents.typeset.setter import Setter
from sanzhi_desktop.documents.typeset.signature import set_signature
from sanzhi_desktop.documents.typeset.table import Row, set_form, set_table
from sanzhi_desktop.documents.typeset.title import break_title

_HEADING_FACES = {1: Face.HEI, 2: Face.KAI, 3: Face.BODY, 4: Face.BODY}
_TITLE_ROWS = 1.2  # pitch of title lines, in rows
_INDENT = 2  # cells
_SMALLER = 0.5  # pt, by which a form's type is made smaller at a time
_TABLE_AIR = 5.0  # pt between text and the table below it
_HEADED = 2  # rows left for headings above a table that has a page to itself


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text, on a row of the grid."""

    line: Line
    indent: float
    size: float
    height: float
    keep: bool = False
    on_grid: bool = True
    again: None = None

    def split(self, room: float) -> None:
        """Never in two."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Draws the line in the middle of its row."""
        base = top - (self.height + self.size) / 2 + 0.12 * self.size
        page.text(
            self.line.glyphs, self.line.xs, left=left + self.indent, base=base, size=self.size
        )


@dataclass(frozen=True, slots=True)
class TitlePiece:
    """All lines of a title, centred; they take whole rows of the grid together."""

    lines: tuple[Line, ...]
    sheet: Sheet
    keep: bool = True
    on_grid: bool = True
    again: None = None

    @property
    def height(self) -> float:
        """Whole rows."""
        rows = -int(-len(self.lines) * _TITLE_ROWS // 1)
        return rows * self.sheet.pitch

    def split(self, room: float) -> None:
        """Never in two."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Draws the lines, evenly within their rows."""
        size, step = self.sheet.title, _TITLE_ROWS * self.sheet.pitch
        top -= (self.height - step * len(self.lines)) / 2
        for number, line in enumerate(self.lines):
            base = top - step * number - (step + size) / 2 + 0.12 * size
            x = left + (self.sheet.text_width - line.width) / 2
            page.text(line.glyphs, line.xs, left=x, base=base, size=size)


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """The empty line of the 文号, to be filled as a form field."""

    sheet: Sheet
    keep: bool = True
    on_grid: bool = True
    again: None = None

    @property
    def height(self) -> float:
        """One row."""
        return self.sheet.pitch

    def split(self, room: float) -> None:
        """Never in two."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Remembers the place."""
        inset = 4 * self.sheet.cell
        page.mark_place(
            "number", left + inset, top - self.height, left + self.sheet.text_width - inset, top
        )


class Parts:
    """Sets the blocks of one paper on one sheet."""

    def __init__(self, sheet: Sheet, setter: Setter) -> None:
        self._sheet = sheet
        self._setter = setter

    def pieces(self, blocks: Sequence[Block]) -> list[Piece]:
        """All pieces in order; text before a signature stays on its page."""
        pieces: list[Piece] = []
        for block in blocks:
            if isinstance(block, SignatureBlock):
                _hold(pieces)
            if isinstance(block, Table | KeyValueTable) and pieces and pieces[-1].on_grid:
                pieces.append(Blank(_TABLE_AIR, keep=True, on_grid=False))
            if isinstance(block, KeyValueTable) and block.least:
                pieces += self._fitted(block, _since_break(pieces))
            else:
                pieces += self._block(block)
        return pieces

    def _fitted(self, form: KeyValueTable, used: float) -> list[Row]:
        """A form in the largest type in which it ends on the page where it begins, else in its
        own."""
        sheet = self._sheet
        room = sheet.rows * sheet.pitch - used
        size = form.size
        while size >= form.least:
            rows = set_form(replace(form, size=size), sheet.text_width, self._setter)
            if _height(rows) <= room:
                return rows
            size -= _SMALLER
        return set_form(form, sheet.text_width, self._setter)

    def _block(self, block: Block) -> list[Piece]:
        made: list[Piece]
        match block:
            case Title():
                made = self._title(block.text)
            case NumberLine():
                made = self._number(block)
            case Addressee():
                made = self._lines((Run(f"{block.text}："),), Face.BODY, "主送机关", keep=True)
            case Heading():
                face = _HEADING_FACES[block.level]
                made = self._lines((Run(block.text),), face, "标题", indent=_INDENT, keep=True)
            case Paragraph():
                made = self._paragraph(block)
            case Gap():
                made = [Blank(block.lines * self._sheet.pitch)]
            case PageBreak():
                made = [Break(block.unless_over)]
            case Table():
                made = list(self._table(block))
            case KeyValueTable():
                made = list(set_form(block, self._sheet.text_width, self._setter))
            case SignatureBlock():
                made = [set_signature(block, self._sheet, self._setter)]
            case Attachment():
                made = self._attachment(block)
        return made

    def _table(self, block: Table) -> list[Row]:
        """A table in its own size or, kept together, in the largest that one page holds."""
        rows = set_table(block, self._sheet.text_width, self._setter)
        room = (self._sheet.rows - _HEADED) * self._sheet.pitch - _TABLE_AIR
        size = block.size
        while 0 < block.least < size and block.together and _height(rows) > room:
            size = max(block.least, size - 1)
            smaller = replace(block, size=size)
            rows = set_table(smaller, self._sheet.text_width, self._setter)
        if _height(rows) > room and size != block.size:
            return set_table(block, self._sheet.text_width, self._setter)
        return rows

    def _paragraph(self, block: Paragraph) -> list[Piece]:
        return self._lines(
            block.content,
            Face.BODY,
            "正文",
            indent=block.indent,
            hang=block.hang,
            keep=block.keep_with_next,
        )

    def _lines(
        self,
        content: Sequence[Inline],
        face: Face,
        where: str,
        *,
        indent: int = 0,
        hang: int = 0,
        keep: bool = False,
    ) -> list[Piece]:
        sheet = self._sheet
        glyphs = self._setter.shape(
            content, face=face, size=sheet.body, where=where, cell=sheet.cell
        )
        first = (sheet.columns - indent) * sheet.cell
        other = (sheet.columns - hang) * sheet.cell
        lines = break_lines(glyphs, first, other, size=sheet.body)
        return [
            TextLine(
                line,
                (indent if number == 0 else hang) * sheet.cell,
                sheet.body,
                sheet.pitch,
                keep=keep,
            )
            for number, line in enumerate(lines)
        ]

    def _title(self, text: str) -> list[Piece]:
        size = self._sheet.title
        glyphs = self._setter.text(text, face=Face.TITLE, size=size, where="标题")
        lines = [
            break_lines(line, 9e9, 9e9, size=size, spread=False)[0]
            for line in break_title(glyphs, self._sheet.text_width, self._sheet.title_words)
        ]
        return [TitlePiece(tuple(lines), self._sheet)]

    def _number(self, block: NumberLine) -> list[Piece]:
        if not block.text:
            return [NumberPlace(self._sheet)]
        sheet = self._sheet
        glyphs = self._setter.text(block.text, face=Face.BODY, size=sheet.body, where="文号")
        line = break_lines(glyphs, 9e9, 9e9, size=sheet.body, spread=False)[0]
        indent = (sheet.text_width - line.width) / 2
        return [TextLine(line, indent, sheet.body, sheet.pitch, keep=True)]

    def _attachment(self, block: Attachment) -> list[Piece]:
        label = self._lines((Run(block.label),), Face.HEI, "附件", keep=True)
        blank = Blank(self._sheet.pitch, keep=True)
        return [Break(), *label, *self._title(block.title), blank]


def _since_break(pieces: Sequence[Piece]) -> float:
    """How much of the page the pieces since the last break take."""
    used = 0.0
    for piece in pieces:
        used = 0.0 if isinstance(piece, Break) else used + piece.height
    return used


def _height(rows: Sequence[Row]) -> float:
    return sum(row.height for row in rows)


def _hold(pieces: list[Piece]) -> None:
    """Ties the last two lines of text to what follows: no signature on a page of its own."""
    lines = 0
    for position in range(len(pieces) - 1, -1, -1):
        piece = pieces[position]
        if not isinstance(piece, TextLine | Blank):
            return
        pieces[position] = replace(piece, keep=True)
        lines += isinstance(piece, TextLine)
        if lines == 2:
            return
