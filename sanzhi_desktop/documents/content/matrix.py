"""The matrix of problems (问题处理表): each problem, what the unit did about it in which round, where
that stands, whether it was accepted, and what a meeting decided. Annex of the final opinion."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sanzhi_desktop.documents.blocks import Align, Block, Cell, Column, Face, Paragraph, Run, Table
from sanzhi_desktop.documents.content.phrases import load_phrases, sentence_end
from sanzhi_desktop.domain.dispute_papers import MatrixRow

_SIZE = 10.5  # 5号, as the other annexes
_COLUMNS = 4


def matrix_title() -> str:
    """The name of the annex."""
    title: str = load_phrases("matrix", file="dispute")["title"]
    return title


def matrix_blocks(rows: Sequence[MatrixRow]) -> list[Block]:
    """A legend with the counts, and the table: one group of rows for each problem."""
    words = load_phrases("matrix", file="dispute")
    columns = words["columns"]
    done = sum(_settled(row) for row in rows)
    met = sum(bool(row.meeting) and not _settled(row) for row in rows)
    legend = words["legend"].format(
        total=len(rows), done=done, met=met, open=len(rows) - done - met
    )
    table = Table(
        columns=(
            Column(columns["round"], 1.4, Align.CENTRE),
            Column(columns["action"], 5.2),
            Column(columns["where"], 2.4),
            Column(columns["accepted"], 3.4),
        ),
        rows=tuple(line for row in rows for line in _lines(row, words)),
        size=_SIZE,
    )
    return [Paragraph((Run(legend, Face.SONG),), indent=0), table]


def _settled(row: MatrixRow) -> bool:
    return bool(row.treatments) and row.treatments[-1].accepted is True


def _lines(row: MatrixRow, words: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    head = words["problem"].format(
        number=row.number,
        item=row.item_id,
        round=row.raised_in,
        finding=sentence_end(row.finding),
    )
    yield (Cell((Run(head),), span=_COLUMNS, face=Face.HEI),)
    verdicts = {True: words["accepted"], False: words["rejected"], None: words["unjudged"]}
    for treated in row.treatments:
        verdict = verdicts[treated.accepted]
        note = f"：{sentence_end(treated.note)}" if treated.note else ""
        yield (
            _cell(f"第{treated.round}轮", Align.CENTRE),
            _cell(treated.action),
            _cell(treated.where),
            _cell(f"{verdict}{note}"),
        )
    if not row.treatments:
        yield (
            _cell("—", Align.CENTRE),
            _cell(words["untreated"]),
            _cell(""),
            _cell(words["unjudged"]),
        )
    if row.meeting:
        text = words["meeting"].format(meeting=sentence_end(row.meeting))
        yield (_cell("—", Align.CENTRE), Cell((Run(text),), span=_COLUMNS - 1, face=Face.SONG))


def _cell(text: str, align: Align = Align.LEFT) -> Cell:
    return Cell((Run(text),) if text else (), align, face=Face.SONG)
