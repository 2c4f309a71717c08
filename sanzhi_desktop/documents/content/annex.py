"""Annexes of the opinion: the list of materials with digests, and the 审核表 with every answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Face,
    Gap,
    Paragraph,
    Run,
    Table,
)
from sanzhi_desktop.documents.content.phrases import paragraphs
from sanzhi_desktop.domain.opinion import (
    Answer,
    ChecklistLine,
    Dimension,
    MaterialLine,
    OpinionPaper,
)

_SIZE = 10.5  # 5号: dozens of rows


def material_table(materials: Sequence[MaterialLine], columns: Mapping[str, str]) -> Table:
    """序号, name, pages and SHA-256 of each submitted material."""
    return Table(
        columns=(
            Column(columns["number"], 1, Align.CENTRE),
            Column(columns["material"], 4.6),
            Column(columns["pages"], 1, Align.CENTRE),
            Column(columns["digest"], 5.4),
        ),
        rows=tuple(
            (
                _centred(str(place)),
                _cell(material.name),
                _centred("" if material.pages is None else str(material.pages)),
                _cell(_in_two(material.sha256)),
            )
            for place, material in enumerate(materials, 1)
        ),
        size=_SIZE,
    )


def checklist_blocks(paper: OpinionPaper, words: Mapping[str, Any]) -> list[Block]:
    """A legend with the counts, the table by dimension, the checkpoint of the office's history."""
    answers: Mapping[str, str] = words["answers"]
    tally = Counter(line.answer for line in paper.checklist)
    counts = "，".join(f"{answers[kind]}{tally[kind]}项" for kind in Answer if tally[kind])
    legend = words["checklist_legend"].format(total=len(paper.checklist), counts=counts)
    blocks: list[Block] = [
        Paragraph((Run(legend, Face.SONG),), indent=0),
        _checklist_table(paper, words),
    ]
    if paper.audit_root:
        blocks.append(Gap())
        blocks += paragraphs(f"{words['checklist_root']}{paper.audit_root}")
    return blocks


def _checklist_table(paper: OpinionPaper, words: Mapping[str, Any]) -> Table:
    columns = words["columns"]
    titles = {review.dimension: review.title for review in paper.dimensions}
    rows: list[tuple[Cell, ...]] = []
    order = {dimension: place for place, dimension in enumerate(Dimension)}
    ordered = sorted(paper.checklist, key=lambda line: order[line.dimension])
    for dimension, lines in groupby(ordered, key=lambda line: line.dimension):
        title = titles.get(dimension, dimension.value)
        rows.append((Cell((Run(title),), Align.LEFT, span=5, face=Face.HEI),))
        rows += [_line(line, words) for line in lines]
    # Notes need room where there are any; otherwise the bases take it.
    noted = any(line.note for line in paper.checklist)
    text, basis, note = (3.9, 2.8, 3.6) if noted else (4.3, 3.4, 2.6)
    return Table(
        columns=(
            Column(columns["item"], 1.35, Align.CENTRE),
            Column(columns["text"], text),
            Column(columns["basis"], basis),
            Column(columns["answer"], 1.4, Align.CENTRE),
            Column(columns["note"], note),
        ),
        rows=tuple(rows),
        size=_SIZE,
    )


def _line(line: ChecklistLine, words: Mapping[str, Any]) -> tuple[Cell, ...]:
    note = "\n".join(part for part in (line.note, line.evidence) if part)
    failed = line.answer in (Answer.FAILS, Answer.MINOR)
    answer = Run(words["answers"][line.answer.value], Face.HEI if failed else None)
    return (
        _centred(f"{words['weights'][line.weight.value]}{line.item_id}"),
        _cell(line.text),
        _cell(line.basis),
        Cell((answer,), Align.CENTRE, face=Face.SONG),
        _cell(note),
    )


def _in_two(digest: str) -> str:
    half = len(digest) // 2
    return f"{digest[:half]}\n{digest[half:]}" if digest else ""


def _cell(text: str) -> Cell:
    return Cell((Run(text),) if text else (), face=Face.SONG)


def _centred(text: str) -> Cell:
    return Cell((Run(text),) if text else (), Align.CENTRE, face=Face.SONG)
