"""The text in which fields are looked for: cleaned, in lines, every offset with its place.

Three views of one length: `text` as printed (cleaned), `folded` with half-width punctuation, and
`bare`, where quoted law and remarks in brackets are blanked so that their numbers do not count.
"""

import bisect
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sanzhi_desktop.documents.read.lexicon import bare_label
from sanzhi_desktop.documents.read.model import Mark, Piece, Place, ReadMark, Source
from sanzhi_desktop.documents.read.noise import Cleaner
from sanzhi_desktop.documents.read.stacked import regridded, restored
from sanzhi_desktop.documents.read.unfold import unfolded

BLANK = "\x00"
MAX_SIGNS = 100_000  # a long decision has 30,000; what follows is not read, and said so
_MAX_OPEN = 12  # brackets and quotes within each other
_FOLD = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "〔【［﹝"), "["),
    **dict.fromkeys(map(ord, "〕】］﹞"), "]"),
    **dict.fromkeys(map(ord, "﹙❨"), "("),
    **dict.fromkeys(map(ord, "﹚❩"), ")"),
    **dict.fromkeys(map(ord, "︰∶"), ":"),
    **dict.fromkeys(map(ord, "〈＜"), "《"),
    **dict.fromkeys(map(ord, "〉＞"), "》"),
    ord("￥"): "¥",
    ord("\t"): " ",
}
_QUOTES = {"“": "”", "「": "」", "『": "』", "‘": "’"}
_ITEM = re.compile(
    r"\s*(?:[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．,，]|[(（][一二三四五六七八九十]{1,3}[)）]"
    r"|[(（]?\d{1,2}[)）]?[、.．)）](?!\d))"
)
_LABEL_START = re.compile(r"\s*[^\s。，；,;:：]{1,24}[:：]")
_ENDS = tuple("。：；:;！!？?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document as text. Build it with `lay_out`."""

    text: str
    folded: str
    bare: str
    starts: list[int]
    places: list[Place]
    lines: list[tuple[int, int]] = field(default_factory=list)

    def place(self, offset: int) -> Place:
        """Where the sign at `offset` stands in the file."""
        return self.places[max(bisect.bisect_right(self.starts, offset) - 1, 0)]

    def slice(self, start: int, end: int) -> str:
        return self.text[start:end]


def lay_out(source: Source) -> tuple[Sheet, tuple[Mark, ...]]:
    """The sheet of a source, and marks on the file: noise cleaned away, text left out."""
    pieces, marks = _limited(source.pieces)
    cleaner = Cleaner("\n".join(piece.text for piece in pieces[:2000]))
    clean = [
        Piece(text, piece.place) for piece in pieces if (text := cleaner.clean(piece.text)).strip()
    ]
    clean = [
        Piece(line, piece.place)
        for piece in clean
        for line in (unfolded(piece.text) if piece.place.table is None else [piece.text])
    ]
    rows = [part for group in _rows(restored(regridded(clean))) for part in group]
    if cleaner.noisy:
        marks.append(Mark("file", ReadMark.NOISE, {}))
    return _sheet(_joined(rows, always=source.wrapped)), tuple(marks)


def _limited(pieces: tuple[Piece, ...]) -> tuple[list[Piece], list[Mark]]:
    kept: list[Piece] = []
    room = MAX_SIGNS
    for piece in pieces:
        if room <= 0:
            return kept, [Mark("file", ReadMark.LONG, {"limit": f"前{MAX_SIGNS // 10000}万字"})]
        kept.append(Piece(piece.text[:room], piece.place))
        room -= len(piece.text) + 1
    return kept, []


def _rows(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Table rows as `label:value` lines; other pieces as they are, one line each."""
    heads: list[Piece] = []
    for row in _grouped(pieces):
        if len(row) > 2 and all(bare_label(cell.text) for cell in row):
            heads = row
            continue
        cells = row
        if heads and len(row) == len(heads):
            cells = [cell for pair in zip(heads, row, strict=True) for cell in pair]
        elif heads:
            yield heads
        heads = []
        yield _labelled(cells) if len(cells) > 1 else _lines_of(cells[0])
    if heads:
        yield heads


def _lines_of(piece: Piece) -> list[Piece]:
    return [Piece(line, piece.place) for line in piece.text.split("\n") if line.strip()]


def _grouped(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Cells of one table row together; a text line with tabulators or bars is such a row too."""
    row: list[Piece] = []
    for piece in pieces:
        place = piece.place
        if place.table is not None:
            if row and (row[0].place.table, row[0].place.row) != (place.table, place.row):
                yield row
                row = []
            row.append(piece)
            continue
        if row:
            yield row
            row = []
        cells = [c for c in re.split(r"[\t|｜│┃]+", piece.text) if c.strip()]
        if len(cells) > 1 and any(bare_label(cell) for cell in cells):
            yield [Piece(cell.strip(), place) for cell in cells]
        else:
            yield [piece]
    if row:
        yield row


def _labelled(cells: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    index = 0
    while index < len(cells):
        text = cells[index].text
        nextcell = cells[index + 1] if index + 1 < len(cells) else None
        if (
            len(text) <= 24
            and bare_label(text)
            and nextcell is not None
            and not bare_label(nextcell.text)
        ):
            label = re.sub(r"[\s:：]", "", text)
            value = nextcell.text.replace("\n", " ") if len(nextcell.text) < 80 else nextcell.text
            head, *rest = value.split("\n")
            found.append(Piece(f"{label}：{head}", nextcell.place))
            found.extend(Piece(line, nextcell.place) for line in rest if line.strip())
            index += 2
        else:
            found.extend(
                Piece(line, cells[index].place) for line in text.split("\n") if line.strip()
            )
            index += 1
    return found


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def _joined(pieces: list[Piece], *, always: bool) -> list[list[Piece]]:
    """Printed lines put together into paragraphs, where a text was broken at a margin."""
    widths = [_width(piece.text.rstrip()) for piece in pieces]
    margin = max(widths, default=0)
    # Half-width signs and 避头尾 leave a line of a PDF shorter than the measure.
    slack = max(6, margin // 5) if always else 6
    longest = max((len(piece.text.rstrip()) for piece in pieces), default=0)
    full = [
        width >= margin - slack or len(piece.text.rstrip()) >= longest - 1
        for width, piece in zip(widths, pieces, strict=True)
    ]
    broken = 24 <= margin <= 140 and sum(full) >= (2 if always else 4)
    groups: list[list[Piece]] = []
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else None
        if (
            broken
            and before is not None
            and before.place.table is None
            and piece.place.table is None
            and full[index - 1]
            and not before.text.rstrip().endswith(_ENDS)
            and not piece.text.startswith("  ")
            and not _ITEM.match(piece.text)
            and not _starts_with_label(piece.text)
        ):
            groups[-1].append(Piece(piece.text.strip(), piece.place))
        else:
            groups.append([piece])
    return groups


def _starts_with_label(text: str) -> bool:
    found = _LABEL_START.match(text)
    return found is not None and bare_label(found.group()) is not None


def _sheet(groups: list[list[Piece]]) -> Sheet:
    parts: list[str] = []
    starts: list[int] = []
    places: list[Place] = []
    lines: list[tuple[int, int]] = []
    length = 0
    for group in groups:
        begin = length
        for piece in group:
            text = piece.text.strip()
            starts.append(length)
            places.append(piece.place)
            parts.append(text)
            length += len(text)
        lines.append((begin, length))
        parts.append("\n")
        length += 1
    text = "".join(parts)
    folded = text.translate(_FOLD)
    return Sheet(text, folded, _bare(folded), starts or [0], places or [Place(line=1)], lines)


def _bare(folded: str) -> str:
    """`folded` with the inside of quotes and brackets blanked (not inside 《》, not 第(二)项)."""
    signs = list(folded)
    for start, end in _closed(folded):
        for index in range(start + 1, end):
            signs[index] = BLANK
    return "".join(signs)


def _closed(text: str) -> Iterator[tuple[int, int]]:
    stack: list[tuple[str, int]] = []
    title = 0
    for index, sign in enumerate(text):
        if sign == "\n":
            yield from _cut_off(text, stack, index)
            stack.clear()
            title = 0
        elif sign == "《":
            title += 1
        elif sign == "》":
            title = max(0, title - 1)
        elif title == 0 and (sign == "(" or sign in _QUOTES):
            del stack[: len(stack) - _MAX_OPEN]
            stack.append((")" if sign == "(" else _QUOTES[sign], index))
        elif stack and any(closer == sign for closer, _ in stack):
            while stack:
                closer, start = stack.pop()
                if closer == sign:
                    if not _part_of_article(text, start, index):
                        yield start, index
                    break
    yield from _cut_off(text, stack, len(text))


def _part_of_article(text: str, start: int, end: int) -> bool:
    """第(二)项, 第五十三条(二)项: the bracket counts, it is no remark."""
    if text[start - 1 : start] == "第":
        return True
    return (
        text[start - 1 : start] in {"条", "款"}
        and text[end + 1 : end + 2] in {"项", "款"}
        and end - start < 5
    )


def _cut_off(text: str, stack: list[tuple[str, int]], end: int) -> Iterator[tuple[int, int]]:
    """Quoted law that is not closed because the text was cut: blank up to the line's end."""
    for closer, start in stack:
        if closer == "”" and re.search(r"[条款项目:]\s*$", text[max(0, start - 3) : start]):
            yield start, end
            return
