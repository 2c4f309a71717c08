"""Breaks a row of glyphs into lines on the grid: 避头尾, squeezing, spreading.

Works on widths alone; knows neither pages nor PDF. A line ends before what must not end it; a
closing sign that just sticks out is pushed in by squeezing blank halves of other signs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sanzhi_desktop.documents.fonts import Typeface
from sanzhi_desktop.documents.typeset import kinsoku

_EPSILON = 0.01
_SPACES = " \u3000"
_MAX_SPREAD = 0.26  # of the type size, between two characters; a line needing more stays ragged
_MAX_PRESS = 0.025  # of the type size, between two characters
_LONG_WORD = 0.55  # of the line: a longer Latin word (a digest, an address) may be broken …
_WORD_ROOM = 120.0  # … but in a narrow cell only one longer than this, or than the cell


class Glyph(NamedTuple):
    """One character with the font that prints it; no font: a check box or a forced break."""

    char: str
    face: Typeface | None
    advance: float  # pt
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Glyphs with their left edges, in points from the line's own left edge."""

    glyphs: tuple[Glyph, ...]
    xs: tuple[float, ...]
    width: float

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(glyph.char for glyph in self.glyphs)


class _Part(NamedTuple):
    """Glyphs [start, end) that hold together, and the width of those before trailing signs."""

    start: int
    end: int
    width: float
    bare: float


def break_lines(
    glyphs: Sequence[Glyph], first: float, width: float, *, size: float, spread: bool = True
) -> list[Line]:
    """Lines for the glyphs; the first is `first` points wide, the others `width`.

    `spread` fills lines to the margin (body text); without it they stay ragged (table cells).
    """
    lines: list[Line] = []
    limit = min(first, width)
    for stretch in _forced(glyphs):
        start, used, room = 0, 0.0, (first if not lines else width)
        for part in _parts(stretch, limit):
            if part.start > start and not _fits(
                stretch[start : part.end], part, used, room=room, size=size
            ):
                lines.append(_set(stretch[start : part.start], room, size, spread=spread))
                start, used, room = part.start, 0.0, width
                while stretch[start].char in _SPACES and start < part.end - 1:
                    start += 1
            used += part.width
        lines.append(_set(stretch[start:], room, size, spread=False))
    return lines


def _forced(glyphs: Sequence[Glyph]) -> Iterator[Sequence[Glyph]]:
    start = 0
    for position, glyph in enumerate(glyphs):
        if glyph.char == "\n":
            yield glyphs[start:position]
            start = position + 1
    yield glyphs[start:]


def _parts(glyphs: Sequence[Glyph], room: float) -> Iterator[_Part]:
    """Joins atoms that may not be parted; cuts what is wider than a line."""
    position, begin, before = 0, 0, ""
    for atom in _short_atoms(glyphs, room):
        if before and kinsoku.breakable(before, atom):
            yield from _checked(glyphs, begin, position, room)
            begin = position
        before = atom
        position += len(atom)
    if position > begin:
        yield from _checked(glyphs, begin, position, room)


def _short_atoms(glyphs: Sequence[Glyph], room: float) -> Iterator[str]:
    position = 0
    longest = max(_LONG_WORD * room, min(room, _WORD_ROOM))
    for atom in kinsoku.atoms("".join(glyph.char for glyph in glyphs)):
        end = position + len(atom)
        if len(atom) > 1 and _width(glyphs[position:end]) > longest:
            yield from atom
        else:
            yield atom
        position = end


def _checked(glyphs: Sequence[Glyph], start: int, end: int, room: float) -> Iterator[_Part]:
    """One part, or single characters where a heap of signs is wider than the line."""
    if end - start == 1:
        width = glyphs[start].advance
        yield _Part(start, end, width, width)
        return
    width = _width(glyphs[start:end])
    if width > room and end - start > 1:
        for position in range(start, end):
            advance = glyphs[position].advance
            yield _Part(position, position + 1, advance, advance)
        return
    tail = end
    while tail > start + 1 and glyphs[tail - 1].char in kinsoku.NO_START:
        tail -= 1
    yield _Part(start, end, width, width - _width(glyphs[tail:end]))


def _width(glyphs: Sequence[Glyph]) -> float:
    return sum(glyph.advance for glyph in glyphs)


def _fits(line: Sequence[Glyph], part: _Part, used: float, *, room: float, size: float) -> bool:
    """Whether the part, last in `line`, goes after the `used` points; signs may be pushed in."""
    if line[-1].char in _SPACES and part.end - part.start == 1:
        return True  # a blank at the end of a line takes no room
    over = used + part.width - room
    if over <= _EPSILON:
        return True
    if used + part.bare > room + _EPSILON:
        return False
    return over <= sum(_cuttable(line)) + _MAX_PRESS * size * (len(line) - 1) + _EPSILON


def _cuttable(line: Sequence[Glyph]) -> list[float]:
    """How much of each glyph is blank and may be cut off: up to half of a full-width sign."""
    return [
        glyph.advance / 2
        if (glyph.char in kinsoku.BLANK_RIGHT or glyph.char in kinsoku.BLANK_LEFT)
        and glyph.face is not None
        and glyph.face.widths.get(ord(glyph.char), 0) > 900
        else 0.0
        for glyph in line
    ]


def _set(glyphs: Sequence[Glyph], room: float, size: float, *, spread: bool) -> Line:
    end = len(glyphs)
    while end and glyphs[end - 1].char in _SPACES:
        end -= 1
    glyphs = glyphs[:end]
    natural = _width(glyphs)
    gaps = _gaps(glyphs)
    cuts = [0.0] * len(glyphs)
    each = 0.0
    if natural > room + _EPSILON:
        rest = _cut(cuts, _cuttable(glyphs), natural - room)
        each = -rest / max(1, len(glyphs) - 1)
        gaps = [True] * len(glyphs)
    elif spread and sum(gaps):
        each = (room - natural) / sum(gaps)
        if each > _MAX_SPREAD * size:
            each = 0.0
    return _place(glyphs, cuts, gaps, each)


def _cut(cuts: list[float], cuttable: list[float], over: float) -> float:
    """Takes `over` from the blank halves: the last sign first, then all alike. What is left."""
    if cuttable and cuttable[-1]:
        cuts[-1] = min(over, cuttable[-1])
        over -= cuts[-1]
    inner = sum(cuttable[:-1])
    if over > _EPSILON and inner:
        share = min(1.0, over / inner)
        for position, blank in enumerate(cuttable[:-1]):
            cuts[position] = blank * share
        over -= inner * share
    return max(over, 0.0)


def _gaps(glyphs: Sequence[Glyph]) -> list[bool]:
    """After which glyphs a line may be spread: not inside words, 破折号 and 省略号, nor at its end."""
    gaps = []
    for atom in kinsoku.atoms("".join(glyph.char for glyph in glyphs)):
        gaps += [False] * (len(atom) - 1) + [True]
    if gaps:
        gaps[-1] = False
    return gaps


def _place(glyphs: Sequence[Glyph], cuts: list[float], gaps: list[bool], each: float) -> Line:
    x, xs = 0.0, []
    for glyph, cut, gap in zip(glyphs, cuts, gaps, strict=True):
        xs.append(x - cut if cut and glyph.char in kinsoku.BLANK_LEFT else x)
        x += glyph.advance - cut + (each if gap else 0.0)
    return Line(tuple(glyphs), tuple(xs), x)
