"""Ruled tables and forms: cells wrapped on their own small grid, rows that may run over a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sanzhi_desktop.documents.blocks import (
    Align,
    Cell,
    Face,
    Inline,
    KeyValueTable,
    Pair,
    Run,
    Table,
)
from sanzhi_desktop.documents.typeset import kinsoku
from sanzhi_desktop.documents.typeset.geometry import MM
from sanzhi_desktop.documents.typeset.ink import Page
from sanzhi_desktop.documents.typeset.line import Line, break_lines
from sanzhi_desktop.documents.typeset.setter import Setter

_LEADING = 1.36  # line height of table text, in sizes
_PAD = 4.5  # pt, left and right of cell text
_AIR = 3.5  # pt, above and below cell text
_LEAST = 2  # lines that a divided row leaves on either page
_LONG = 9  # lines; a shorter row is not divided
_LABEL = 6.2  # width of a form's label, in characters
_SIGN_WIDTH = 44 * MM
_SIGN_LINES = 2.5
_THIN, _THICK = 0.5, 0.9


@dataclass(frozen=True, slots=True)
class SetCell:
    """A wrapped cell: where it stands in the row, its lines, a place to sign."""

    left: float
    width: float
    lines: tuple[Line, ...]
    align: Align
    least: float = 1
    place: str = ""
    foot: Line | None = None
    top: bool = False
    label: bool = False

    @property
    def rows(self) -> float:
        """Lines of room it needs."""
        end = (_SIGN_LINES if self.place else 0) + (1.2 if self.foot else 0)
        return max(self.least, len(self.lines) + end, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table as a piece of a page."""

    cells: tuple[SetCell, ...]
    size: float
    keep: bool = False
    again: "Row | None" = None
    on_grid: bool = False

    @property
    def pitch(self) -> float:
        """Height of one line of text."""
        return self.size * _LEADING

    @property
    def height(self) -> float:
        """Room it takes, in points."""
        return max(cell.rows for cell in self.cells) * self.pitch + 2 * _AIR

    def split(self, room: float) -> "tuple[Row, Row] | None":
        """In two when it is long and enough of it fits; signatures stay with their text's end."""
        fits = int((room - 2 * _AIR) / self.pitch)
        longest = max(len(cell.lines) for cell in self.cells)
        if longest < _LONG or fits < _LEAST or self.height <= room:
            return None
        fits = min(fits, longest - _LEAST)
        head = tuple(
            replace(cell, lines=cell.lines[:fits], least=1, place="", foot=None)
            for cell in self.cells
        )
        tail = tuple(
            replace(
                cell,
                lines=cell.lines if cell.label else cell.lines[fits:],
                least=max(1, cell.least - fits),
            )
            for cell in self.cells
        )
        return replace(self, cells=head, keep=False), replace(self, cells=tail)

    def draw(self, page: Page, left: float, top: float) -> None:
        """Draws frame, rules and text."""
        bottom = top - self.height
        for cell in self.cells:
            x0, x1 = left + cell.left, left + cell.left + cell.width
            page.frame(x0, bottom, x1, top, thick=_THIN)
            self._text(page, cell, x0, top, bottom)
            self._end(page, cell, x1 - _PAD, bottom + _AIR)
        outer_left = left + self.cells[0].left
        outer_right = left + self.cells[-1].left + self.cells[-1].width
        for x in (outer_left, outer_right):
            page.rule(x, bottom - _THIN / 2, x, top + _THIN / 2, thick=_THICK)

    def _end(self, page: Page, cell: SetCell, right: float, low: float) -> None:
        """The line at the lower right and the place to sign above it."""
        if cell.foot is not None:
            line = cell.foot
            base = low + (self.pitch - self.size) / 2 + 0.12 * self.size
            page.text(line.glyphs, line.xs, left=right - line.width, base=base, size=self.size)
            low += self.pitch
        if cell.place:
            high = low + _SIGN_LINES * self.pitch
            page.mark_place(cell.place, right - _SIGN_WIDTH, low, right, high)

    def _text(self, page: Page, cell: SetCell, x0: float, top: float, bottom: float) -> None:
        block = len(cell.lines) * self.pitch
        roomy = cell.place or cell.foot or cell.least > len(cell.lines)
        high = cell.top or (roomy and cell.align is Align.LEFT)
        above = _AIR if high else (top - bottom - block) / 2
        base = top - above - self.pitch + (self.pitch - self.size) / 2 + 0.12 * self.size
        for line in cell.lines:
            room = cell.width - 2 * _PAD
            shift = {Align.LEFT: 0.0, Align.CENTRE: (room - line.width) / 2}.get(
                cell.align, room - line.width
            )
            page.text(line.glyphs, line.xs, left=x0 + _PAD + shift, base=base, size=self.size)
            base -= self.pitch


def set_table(table: Table, width: float, setter: Setter) -> list[Row]:
    """The rows of a table, its heading first; each knows the heading to repeat."""
    total = sum(column.parts for column in table.columns)
    widths = [column.parts * width / total for column in table.columns]
    heading = [
        Cell((Run(column.heading),), Align.CENTRE, face=Face.HEI) for column in table.columns
    ]
    head = replace(_row(heading, widths, table.size, setter), keep=True)
    rows = [head]
    for place, cells in enumerate(table.rows, 1):
        row = _row(cells, widths, table.size, setter)
        group = len(cells) == 1 and cells[0].span == len(widths)
        keep = place < len(table.rows) and (group or table.together)
        rows.append(replace(row, again=head, keep=keep))
    return rows


def set_form(form: KeyValueTable, width: float, setter: Setter) -> list[Row]:
    """The rows of a form: label, value, label, value …"""
    label_width = _LABEL * form.size + 2 * _PAD
    rows: list[Row] = []
    head: Row | None = None
    if form.heading:
        title = _wrap((Run(form.heading),), width, Face.HEI, form.size, setter)
        head = Row((SetCell(0.0, width, title, Align.CENTRE),), form.size, keep=True)
        rows.append(head)
    for pairs in form.rows:
        value_width = (width - label_width * len(pairs)) / len(pairs)
        cells, left = [], 0.0
        for pair in pairs:
            label = _wrap((Run(_even(pair.label)),), label_width, Face.HEI, form.size, setter)
            cells.append(SetCell(left, label_width, label, Align.CENTRE))
            cells.append(_value(pair, left + label_width, value_width, form.size, setter))
            left += label_width + value_width
        hold = any(pair.hold for pair in pairs)
        rows.append(Row(tuple(cells), form.size, keep=hold, again=head))
    return rows


def _even(label: str) -> str:
    """A long label in lines of like length: no single character on the last one."""
    if not label:
        return ""
    lines = -(-len(label) // int(_LABEL))
    step = -(-len(label) // lines)
    parts = [""]
    for atom in kinsoku.atoms(label):  # a closing sign stays with the character before it
        last = parts[-1]
        if last and len(last + atom) > step and kinsoku.breakable(last, atom):
            parts.append("")
        parts[-1] += atom
    return "\n".join(parts)


def _value(pair: Pair, left: float, width: float, size: float, setter: Setter) -> SetCell:
    lines = _wrap(pair.value, width, Face.BODY, size, setter)
    foot = _wrap((Run(pair.foot),), width, Face.BODY, size, setter) if pair.foot else ()
    return SetCell(
        left, width, lines, Align.LEFT, pair.lines, pair.place, foot[0] if foot else None
    )


def _row(cells: Sequence[Cell], widths: Sequence[float], size: float, setter: Setter) -> Row:
    done, column, left = [], 0, 0.0
    for cell in cells:
        width = sum(widths[column : column + cell.span])
        lines = _wrap(cell.content, width, cell.face or Face.BODY, size, setter)
        done.append(SetCell(left, width, lines, cell.align, top=cell.top, label=cell.label))
        column += cell.span
        left += width
    return Row(tuple(done), size)


def _wrap(
    content: Sequence[Inline], width: float, face: Face, size: float, setter: Setter
) -> tuple[Line, ...]:
    glyphs = setter.shape(content, face=face, size=size, where="表格")
    room = width - 2 * _PAD
    return tuple(break_lines(glyphs, room, room, size=size, spread=False)) if glyphs else ()
