"""The submission form (重大执法决定法制审核送审表): a ruled form with the list of materials."""

from collections.abc import Mapping, Sequence
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    CheckBox,
    Column,
    Document,
    Inline,
    KeyValueTable,
    Pair,
    Paragraph,
    Run,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import chinese_date, load_phrases
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.money import format_yuan
from sanzhi_desktop.domain.papers import ListedMaterial, MaterialState, SubmissionPaper

_KINDS_ON_A_LINE = 4


def submission_document(paper: SubmissionPaper) -> Document:
    """The form with every field of the submission, the materials, and the place to sign."""
    words = load_phrases("submission")
    blocks: list[Block] = [Title(words["title"])]
    if paper.number:
        blocks.append(Paragraph((Run(f"{words['number']}：{paper.number}"),), indent=0))
    blocks.append(KeyValueTable(rows=(*_case_rows(paper, words), *_text_rows(paper, words))))
    if paper.materials:
        blocks.append(_materials(paper.materials, words))
    blocks.append(KeyValueTable(rows=_end_rows(paper, words)))
    return Document(
        kind="submission",
        title=words["title"],
        author=paper.submission.unit,
        blocks=tuple(blocks),
        mark=paper.mark,
        form=True,
    )


def _pair(label: str, value: str, none: str = "") -> Pair:
    return Pair(label, (Run(value or none),) if value or none else ())


def _case_rows(paper: SubmissionPaper, words: Mapping[str, Any]) -> tuple[tuple[Pair, ...], ...]:
    case = paper.submission
    party = case.party
    submitted = chinese_date(paper.submitted) if paper.submitted else ""
    filed = chinese_date(case.filing_date) if case.filing_date else ""
    ends = chinese_date(case.period_ends_on) if case.period_ends_on else ""
    turn = words["round_text"].format(round=paper.round, reason=paper.round_reason)
    handlers = "；".join(
        f"{who.name}（{who.certificate}）" if who.certificate else who.name for who in case.handlers
    )
    return (
        (_pair(words["unit"], case.unit), _pair(words["office"], paper.office)),
        (_pair(words["submitted"], submitted), _pair(words["round"], turn)),
        (_pair(words["handlers"], handlers),),
        (_pair(words["name"], case.name),),
        (_pair(words["file_number"], case.file_number), _pair(words["filing_date"], filed)),
        (_pair(words["agency"], case.agency), _pair(words["period_ends_on"], ends)),
        (Pair(words["kind"], _kinds(case.kind)),),
        (_pair(words["catalogue_item"], case.catalogue_item),),
        (_pair(words["criteria"], "；".join(paper.criteria)),),
        (_pair(words["party"], party.name), _pair(words["party_type"], words[party.type.value])),
        (
            _pair(words["party_number"], party.number),
            _pair(words["legal_representative"], party.legal_representative),
        ),
        (_pair(words["address"], party.address), _pair(words["party_phone"], party.phone)),
    )


def _kinds(chosen: Kind) -> tuple[Inline, ...]:
    """Every kind with its box, the chosen one ticked; four on a line, so that none is broken."""
    inlines: list[Inline] = []
    for place, kind in enumerate(Kind, 1):
        end = "\n" if place == _KINDS_ON_A_LINE else "　"
        inlines += [CheckBox(kind is chosen), Run(f"{kind.chinese}{end}")]
    return tuple(inlines)


def _text_rows(paper: SubmissionPaper, words: Mapping[str, Any]) -> tuple[tuple[Pair, ...], ...]:
    case, none = paper.submission, words["none"]
    tier = "　".join(part for part in (case.discretion_basis, case.discretion_tier) if part)
    amount = format_yuan(case.amount_fen) if case.amount_fen else none
    return (
        (Pair(words["facts"], (Run(case.facts.strip()),), lines=3),),
        (_pair(words["violated"], "；".join(case.violated_provisions)),),
        (_pair(words["basis"], "；".join(case.penalty_basis)),),
        (Pair(words["proposed"], (Run(case.proposed_decision.strip()),), lines=2),),
        (_pair(words["amount"], amount), _pair(words["discretion"], tier)),
        (_pair(words["defence"], case.defence, none),),
        (_pair(words["hearing"], case.hearing, none),),
        (_pair(words["coercion"], case.coercion, none),),
    )


def _materials(materials: Sequence[ListedMaterial], words: Mapping[str, Any]) -> Table:
    columns, states = words["columns"], words["states"]

    def row(place: int, material: ListedMaterial) -> tuple[Cell, ...]:
        given = material.state is MaterialState.GIVEN
        kind = states["original" if material.original else "copy"] if given else ""
        pages = "" if material.pages is None else str(material.pages)
        texts = (str(place), material.name, pages, kind, states[material.state.value])
        cells = [
            Cell((Run(text),) if text else (), Align.LEFT if at == 1 else Align.CENTRE)
            for at, text in enumerate(texts)
        ]
        return (*cells, Cell((Run(material.note),) if material.note else ()))

    return Table(
        columns=(
            Column(columns["number"], 1, Align.CENTRE),
            Column(columns["material"], 6),
            Column(columns["pages"], 1.1, Align.CENTRE),
            Column(columns["kind"], 1.4, Align.CENTRE),
            Column(columns["state"], 1.4, Align.CENTRE),
            Column(columns["note"], 3),
        ),
        rows=tuple(row(place, material) for place, material in enumerate(materials, 1)),
    )


def _end_rows(paper: SubmissionPaper, words: Mapping[str, Any]) -> tuple[tuple[Pair, ...], ...]:
    day = chinese_date(paper.confirmed) if paper.confirmed else words["date_blank"]
    declared = (Run(words["declaration_text"]),)
    return (
        (Pair(words["declaration"], declared, hold=True),),
        (
            Pair(
                words["unit_opinion"],
                (Run(paper.unit_opinion),) if paper.unit_opinion else (),
                lines=3,
                foot=words["signature"].format(name=paper.unit_head, date=day),
                place="" if paper.confirmed else "sig:UnitHead",
            ),
        ),
    )
