"""Tables that lost their grid: a label on one line, its value on the next; cells under each other.

Gives them back as `label:value` lines, each with the place of the line it came from. Prose is left
as it is: a label alone on a line counts only next to others of its kind, or numbered as a heading.
"""

import re
from itertools import groupby

from sanzhi_desktop.documents.read.lexicon import bare_label
from sanzhi_desktop.documents.read.model import Piece

_NUMBER = re.compile(r"^\s*[一二三四五六七八九十]{1,2}[、.．]\s*")
_MAX_VALUE = 400
_MIN_PAIRS = 2


def restored(pieces: list[Piece]) -> list[Piece]:
    """The lines with label and value put together where they stood under each other."""
    out: list[Piece] = []
    index = 0
    while index < len(pieces):
        run = _run(pieces, index)
        numbered = run and _is_heading(pieces, index) and _is_heading(pieces, index + 2)
        if run >= _MIN_PAIRS or numbered:
            for first in range(index, index + 2 * run, 2):
                label, value = pieces[first].text, pieces[first + 1]
                label = re.sub(r"\s", "", _NUMBER.sub("", label))
                out.append(Piece(f"{label}：{value.text.strip()}", value.place))
            index += 2 * run
        else:
            out.append(pieces[index])
            index += 1
    return out


def _is_heading(pieces: list[Piece], at: int) -> bool:
    return at >= len(pieces) or _NUMBER.match(pieces[at].text) is not None


def _run(pieces: list[Piece], at: int) -> int:
    """How many pairs of a label line and a value line begin at `at`."""
    count = 0
    while at + 1 < len(pieces) and _is_label(pieces[at]) and _is_value(pieces[at + 1]):
        count += 1
        at += 2
    return count


def _is_label(piece: Piece) -> bool:
    text = _NUMBER.sub("", piece.text).strip()
    return piece.place.table is None and len(text) <= 16 and bare_label(text) is not None


def _is_value(piece: Piece) -> bool:
    text = piece.text.strip()
    return (
        piece.place.table is None
        and 0 < len(text) <= _MAX_VALUE
        and not _is_label(piece)
        and _NUMBER.match(text) is None
        and re.match(r"[(（]?\d{1,2}[)）、.．](?!\d)", text) is None
        and re.match(r"[^\s:：,，。]{2,12}[:：]", text) is None
    )


def regridded(pieces: list[Piece]) -> list[Piece]:
    """`|` alone between rows, one cell a line: the head row paired with the row below it."""
    if sum(piece.text.strip() == "|" for piece in pieces) < _MIN_PAIRS:
        return pieces
    groups = [
        (bar, list(run)) for bar, run in groupby(pieces, lambda piece: piece.text.strip() == "|")
    ]
    out: list[Piece] = []
    heads: list[Piece] = []
    for bar, run in groups:
        if bar:
            continue
        if heads and len(run) == len(heads):
            out.extend(
                Piece(f"{_cell(head)}：{_cell(cell)}", cell.place)
                for head, cell in zip(heads, run, strict=True)
            )
            heads = []
            continue
        out.extend(heads)
        heads = []
        if sum(bare_label(_cell(piece)) is not None for piece in run) * 2 > len(run) > _MIN_PAIRS:
            heads = run
        else:
            out.extend(run)
    return [*out, *heads]


def _cell(piece: Piece) -> str:
    return piece.text.strip().rstrip("|").strip()
