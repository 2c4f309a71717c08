"""The deadline strip on paper (期限推算表): rule, dates, and each day with its reason."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    KeyValueTable,
    Pair,
    Run,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    paragraphs,
)
from sanzhi_desktop.domain.clock import DeadlineStrip
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.papers import StripPaper
from sanzhi_desktop.domain.workdays import WEEKEND, WORKING


def strip_document(paper: StripPaper) -> Document:
    """The table of one deadline, to be kept with the file."""
    words = load_phrases("strip")
    strip = paper.strip
    blocks: list[Block] = [Title(words["title"].format(deadline=paper.title))]
    blocks.append(KeyValueTable(rows=_facts(paper, words)))
    blocks.append(Heading(1, words["basis"]))
    blocks += paragraphs(basis_paragraph(strip))
    if paper.notes:
        blocks.append(Heading(1, words["notes"]))
        for note in paper.notes:
            blocks += paragraphs(note)
    if strip.days:
        blocks.append(Heading(1, words["days"]))
        blocks.append(_days(strip, words))
    return Document(
        kind="strip",
        title=words["title"].format(deadline=paper.title),
        author=paper.office,
        blocks=tuple(blocks),
        mark=paper.mark,
        foot=paper.checkpoint,
        form=True,
    )


def _pair(label: str, value: str) -> Pair:
    return Pair(label, (Run(value),) if value else ())


def _facts(paper: StripPaper, words: Mapping[str, Any]) -> tuple[tuple[Pair, ...], ...]:
    strip = paper.strip
    rule = strip.rule
    limit = f"{rule.name}{rule.number}{rule.unit.chinese}{'（原则上）' if rule.soft else ''}"
    notices = "；".join(strip.notices) or words["no_notice"]
    dated = chinese_date(paper.dated) if paper.dated else ""
    return (
        (_pair(words["case"], paper.case_name),),
        (_pair(words["file_number"], paper.file_number), _pair(words["office"], paper.office)),
        (_pair(words["deadline"], limit), _pair(words["state"], paper.state)),
        (_pair(words["rule"], rule.source),),
        (_pair(words["start"], _start(strip, words)), _pair(words["due"], _due(strip, words))),
        (_pair(words["calendar"], notices),),
        (_pair(words["edition"], strip.calendar), _pair(words["dated"], dated)),
    )


def _start(strip: DeadlineStrip, words: Mapping[str, Any]) -> str:
    return chinese_date(strip.start) if strip.start else str(words["not_started"])


def _due(strip: DeadlineStrip, words: Mapping[str, Any]) -> str:
    if strip.due is None:
        return str(words["open_end"] if strip.start else words["not_started"])
    at = f"{strip.due_at:%H:%M}" if strip.due_at else ""
    unsure = words["due_provisional"] if strip.provisional else ""
    return f"{chinese_date(strip.due)}{at}{unsure}"


def _days(strip: DeadlineStrip, words: Mapping[str, Any]) -> Table:
    columns = words["columns"]
    rows = tuple(
        tuple(
            Cell((Run(text),) if text else (), Align.LEFT if place == 4 else Align.CENTRE)
            for place, text in enumerate(texts)
        )
        for texts in _lines(strip, words)
    )
    return Table(
        columns=(
            Column(columns["date"], 3, Align.CENTRE),
            Column(columns["weekday"], 1.2, Align.CENTRE),
            Column(columns["number"], 1, Align.CENTRE),
            Column(columns["counted"], 1.8, Align.CENTRE),
            Column(columns["reason"], 5),
        ),
        rows=rows,
    )


def _lines(strip: DeadlineStrip, words: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    forward = strip.start is None or strip.days[0].date > strip.start
    if strip.start is not None and forward:
        yield _line(strip.start, "", words["left_out"], words["event_day"], words)
    number = 0
    for step in strip.days:
        number += step.counted
        unsure = words["provisional"] if step.provisional and step.reason in _BY_WEEKDAY else ""
        yield _line(
            step.date,
            str(number) if step.counted else "",
            words["counted"] if step.counted else words["left_out"],
            f"{step.reason}{unsure}",
            words,
        )


_BY_WEEKDAY = (WORKING, WEEKEND)


def _line(
    day: date, number: str, counted: str, reason: str, words: Mapping[str, Any]
) -> tuple[str, ...]:
    return (day.isoformat(), words["weekdays"][day.weekday()], number, counted, reason)
