"""The responsibility sheet (责任清单): who answers for what, by which rule, and which acts of the
log show it. One page where the log is short."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Face,
    KeyValueTable,
    Pair,
    Run,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import chinese_date, load_phrases
from sanzhi_desktop.domain.dispute_papers import ResponsibilityPaper, ResponsiblePart
from sanzhi_desktop.domain.workdays import SHANGHAI

_SIZE = 10.5


def responsibility_document(paper: ResponsibilityPaper) -> Document:
    """The sheet with the head's place to sign."""
    words = load_phrases("responsibility", file="dispute")
    blocks: tuple[Block, ...] = (
        Title(words["title"]),
        KeyValueTable(rows=_case(paper, words), size=_SIZE),
        _parts(paper, words),
        KeyValueTable(rows=_end(paper, words), size=_SIZE),
    )
    return Document(
        kind="responsibility",
        title=f"{words['title']}（{paper.case.case_name}）",
        author=paper.office,
        blocks=blocks,
        mark=paper.mark,
        foot=paper.checkpoint,
        form=True,
    )


def _pair(label: str, value: str, *, hold: bool = False) -> Pair:
    return Pair(label, (Run(value),) if value else (), hold=hold)


def _case(paper: ResponsibilityPaper, words: Mapping[str, Any]) -> tuple[tuple[Pair, ...], ...]:
    case = paper.case
    opinion = words["opinion_text"].format(
        number=case.opinion_number,
        dated=chinese_date(case.opinion_dated) if case.opinion_dated else "",
        outcome=case.outcome_name,
    )
    made = chinese_date(paper.made_on)
    return (
        (_pair(words["case"], case.case_name),),
        (_pair(words["party"], case.party), _pair(words["file_number"], case.file_number)),
        (_pair(words["kind"], case.kind_name), _pair(words["opinion"], opinion)),
        (_pair(words["number"], paper.number), _pair(words["made_on"], made)),
    )


def _parts(paper: ResponsibilityPaper, words: Mapping[str, Any]) -> Table:
    columns = words["columns"]
    return Table(
        columns=(
            Column(columns["who"], 3),
            Column(columns["duties"], 3.7),
            Column(columns["acts"], 5.3),
        ),
        rows=tuple(_part(part, words) for part in paper.parts),
        size=_SIZE,
    )


def _part(part: ResponsiblePart, words: Mapping[str, Any]) -> tuple[Cell, ...]:
    duties = part.duties
    if len(duties) > 1:
        duties = tuple(
            words["duty"].format(place=place, text=text) for place, text in enumerate(duties, 1)
        )
    lines = [*(duties or (words["open"],))]
    if part.source:
        lines.append(words["source"].format(source=part.source))
    acts = [
        words["act"].format(at=_moment(act.at), name=act.name, act=act.act) for act in part.acts
    ]
    who = (Run(f"{part.title}\n", Face.HEI), Run("\n".join((part.body, *part.people))))
    return (
        Cell(who, face=Face.SONG, top=True),
        Cell((Run("\n".join(lines)),), face=Face.SONG, top=True),
        Cell((Run("\n".join(acts or (words["no_acts"],))),), face=Face.SONG, top=True),
    )


def _end(paper: ResponsibilityPaper, words: Mapping[str, Any]) -> tuple[tuple[Pair, ...], ...]:
    rows: list[tuple[Pair, ...]] = []
    if paper.punishable:
        people = "、".join(paper.punishable)
        text = words["punishable_text"].format(people=people, source=paper.punishable_source)
        rows.append((_pair(words["punishable"], text, hold=True),))
    note = words["note"]
    if paper.chain_head:
        note += "\n" + words["chain"].format(root=paper.chain_head)
    foot = words["signature"].format(post=paper.head.post, name=paper.head.name)
    rows.append((Pair(words["sign"], (Run(note),), foot=foot, place="sig:Head"),))
    return tuple(rows)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
