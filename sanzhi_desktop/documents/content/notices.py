"""Short letters to the undertaking unit: 补正通知书, 不属于法制审核范围告知书 (退回函), 不需要审核确认书."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Addressee,
    Align,
    Block,
    Cell,
    Column,
    Document,
    Face,
    Gap,
    NumberLine,
    Paragraph,
    Run,
    SignatureBlock,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    paragraphs,
    sentence_end,
)
from sanzhi_desktop.domain.papers import CorrectionPaper, ExaminedLine, ReturnPaper
from sanzhi_desktop.domain.workdays import SHANGHAI


def correction_document(paper: CorrectionPaper) -> Document:
    """The correction notice with its items, period, effect on the clock and a receipt."""
    words = load_phrases("correction")
    blocks: list[Block] = [Title(words["title"]), NumberLine(paper.number), Gap()]
    blocks.append(Addressee(paper.addressee))
    blocks += paragraphs(
        words["intro"].format(submitted=chinese_date(paper.submitted), case=paper.case_name)
    )
    for number, item in enumerate(paper.items, 1):
        reason = words["item_reason"].format(reason=item.reason) if item.reason else ""
        text = words["item"].format(number=number, name=item.name, reason=reason)
        blocks += paragraphs(sentence_end(text))
    due = words["due"].format(due=chinese_date(paper.due)) if paper.due else words["due_open"]
    blocks += paragraphs(f"{due}{paper.clock_note or words['clock']}")
    blocks += paragraphs(words["until"])
    blocks.append(_signature(paper.office, paper.dated))
    blocks.append(Paragraph((Run(words["receipt"]),)))
    return _letter("correction", words["title"], paper.office, blocks, paper.mark)


def return_document(paper: ReturnPaper) -> Document:
    """The paper by which somebody says that no review is needed, criterion by criterion."""
    words = load_phrases(paper.letter)
    blocks: list[Block] = [Title(words["title"]), NumberLine(paper.number), Gap()]
    blocks.append(Addressee(paper.addressee if paper.letter == "return" else paper.office))
    blocks += paragraphs(
        words["intro"].format(submitted=chinese_date(paper.submitted), case=paper.case_name)
    )
    if paper.examined:
        blocks += paragraphs(words["examined"].format(rules=paper.rules), keep=True)
        blocks.append(_examined(paper.examined, words))
        if paper.claimed and words["claimed"]:
            blocks += paragraphs(words["claimed"])
    blocks += paragraphs(sentence_end(paper.reason), label=words["reason"])
    for place, basis in enumerate(paper.basis):
        blocks += paragraphs(sentence_end(basis), label=words["basis"] if place == 0 else "")
    blocks += paragraphs(words["closing"])
    if paper.decided_at is not None:
        time = paper.decided_at.astimezone(SHANGHAI)
        how = words[f"how_{paper.confirmed_by}"]
        at = f"{chinese_date(time.date())}{time:%H:%M}"
        blocks += paragraphs(words["decided"].format(name=paper.decided_by, time=at, how=how))
    organ = paper.office if paper.letter == "return" else paper.addressee
    blocks.append(_signature(organ, paper.dated))
    return _letter(paper.letter, words["title"], paper.office, blocks, paper.mark)


def _examined(lines: tuple[ExaminedLine, ...], words: Mapping[str, Any]) -> Table:
    names = words["columns"]
    columns = (
        Column(names["number"], 1, Align.CENTRE),
        Column(names["criterion"], 5),
        Column(names["source"], 6),
        Column(names["finding"], 4),
    )
    rows = tuple(
        (
            Cell((Run(str(number)),), Align.CENTRE),
            Cell((Run(line.name),)),
            Cell((Run(line.source),)),
            Cell((Run(line.finding, Face.HEI if line.met else None),)),
        )
        for number, line in enumerate(lines, 1)
    )
    return Table(columns, rows, size=10.5)


def _signature(organ: str, dated: date | None) -> SignatureBlock:
    return SignatureBlock(
        signers=(),
        organ=organ,
        date=chinese_date(dated) if dated else "",
        seal_place="sig:Head",
    )


def _letter(kind: str, title: str, office: str, blocks: list[Block], mark: str) -> Document:
    return Document(kind=kind, title=title, author=office, blocks=tuple(blocks), mark=mark)
