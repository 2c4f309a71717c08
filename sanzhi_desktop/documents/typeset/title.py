"""Breaks a title into centred lines that look right: whole words, even or diamond-shaped.

GB/T 9704-2012 7.3.1: 分一行或多行居中排布；回行时，要做到词意完整，排列对称，长短适宜，间距恰当，
使用梯形或菱形. Words are known from a list (`resources/templates/page.toml`).
"""

from collections.abc import Iterable
from itertools import combinations, pairwise

from sanzhi_desktop.documents.typeset import kinsoku
from sanzhi_desktop.documents.typeset.line import Glyph

_GOOD_END = (
    "公司",
    "一案",
    "的",
    "》",
    "）",
    "”",
    "局",
    "厅",
    "队",
    "中心",
    "案件",
    "、",
    "，",
    "关于",
)
_BAD_START = ("的", "案", "于", "司", "定", "书", "见", "核", "处", "罚")
_MOST_LINES = 5


def break_title(glyphs: list[Glyph], room: float, words: Iterable[str] = ()) -> list[list[Glyph]]:
    """The title's lines, as few as fit into `room` points, at the best places."""
    text = "".join(glyph.char for glyph in glyphs)
    atoms = kinsoku.atoms(text)
    inside = _inside(text, words)
    ends, position = [], 0
    for atom in atoms:
        position += len(atom)
        ends.append(position)
    allowed = [
        end
        for end, (left, right) in zip(ends, pairwise(atoms), strict=False)
        if kinsoku.breakable(left, right)
    ]
    total = sum(glyph.advance for glyph in glyphs)
    fewest = max(1, -int(-total // room))
    for count in range(fewest, min(_MOST_LINES, fewest + 1) + 1):
        near = _near(allowed, len(glyphs), count)
        options = [_slices(glyphs, cut) for cut in combinations(near, count - 1)]
        fitting = [lines for lines in options if max(map(_width, lines)) <= room + 0.01]
        if fitting:
            return min(fitting, key=lambda lines: _ugliness(lines, room, inside))
    return _greedy(glyphs, allowed, room)


def _inside(text: str, words: Iterable[str]) -> set[int]:
    """Places inside words, where a line should not end."""
    found: set[int] = set()
    for word in words:
        start = text.find(word)
        while start >= 0:
            found.update(range(start + 1, start + len(word)))
            start = text.find(word, start + 1)
    return found


def _near(allowed: list[int], length: int, count: int) -> list[int]:
    """Break places not too far from an even division; keeps the number of trials small."""
    step = length / count
    if count <= 1:
        return []
    wide = 0.45 if count <= 3 else 0.25
    marks = [step * part for part in range(1, count)]
    return [end for end in allowed if any(abs(end - mark) <= step * wide for mark in marks)]


def _slices(glyphs: list[Glyph], cuts: tuple[int, ...]) -> list[list[Glyph]]:
    bounds = (0, *cuts, len(glyphs))
    return [glyphs[a:b] for a, b in pairwise(bounds)]


def _width(line: list[Glyph]) -> float:
    return sum(glyph.advance for glyph in line)


def _ugliness(lines: list[list[Glyph]], room: float, inside: set[int]) -> float:
    widths = [_width(line) / room for line in lines]
    cost = (max(widths) - min(widths)) * 1.0
    if len(lines) == 3 and widths[1] < max(widths[0], widths[2]):
        cost += 0.3  # an hourglass
    end = 0
    for left, right in pairwise(lines):
        end += len(left)
        cost += 0.6 if end in inside else 0.0
        before = "".join(glyph.char for glyph in left)
        after = "".join(glyph.char for glyph in right)
        cost -= 0.25 if before.endswith(_GOOD_END) else 0.0
        cost += 0.4 if after.startswith(_BAD_START) else 0.0
    return cost


def _greedy(glyphs: list[Glyph], allowed: list[int], room: float) -> list[list[Glyph]]:
    """A title longer than any title should be: filled line by line."""
    lines, start = [], 0
    places = set(allowed)
    while start < len(glyphs):
        end, used, last = start, 0.0, 0
        while end < len(glyphs) and used + glyphs[end].advance <= room:
            used += glyphs[end].advance
            end += 1
            if end in places:
                last = end
        stop = end if end == len(glyphs) or not last else last
        lines.append(glyphs[start : max(stop, start + 1)])
        start = max(stop, start + 1)
    return lines
