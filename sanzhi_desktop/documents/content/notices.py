"""Short letters to the undertaking unit: 补正通知书 and 退回函."""

from datetime import date

from sanzhi_desktop.documents.blocks import (
    Addressee,
    Block,
    Document,
    Gap,
    NumberLine,
    Paragraph,
    Run,
    SignatureBlock,
    Title,
)
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    paragraphs,
    sentence_end,
)
from sanzhi_desktop.domain.papers import CorrectionPaper, ReturnPaper


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
    """The letter that returns a matter outside the scope of review."""
    words = load_phrases("return")
    blocks: list[Block] = [Title(words["title"]), NumberLine(paper.number), Gap()]
    blocks.append(Addressee(paper.addressee))
    blocks += paragraphs(
        words["intro"].format(submitted=chinese_date(paper.submitted), case=paper.case_name)
    )
    blocks += paragraphs(sentence_end(paper.reason), label=words["reason"])
    for place, basis in enumerate(paper.basis):
        blocks += paragraphs(sentence_end(basis), label=words["basis"] if place == 0 else "")
    blocks += paragraphs(words["closing"])
    blocks.append(_signature(paper.office, paper.dated))
    return _letter("return", words["title"], paper.office, blocks, paper.mark)


def _signature(organ: str, dated: date | None) -> SignatureBlock:
    return SignatureBlock(
        signers=(),
        organ=organ,
        date=chinese_date(dated) if dated else "",
        seal_place="sig:Head",
    )


def _letter(kind: str, title: str, office: str, blocks: list[Block], mark: str) -> Document:
    return Document(kind=kind, title=title, author=office, blocks=tuple(blocks), mark=mark)
