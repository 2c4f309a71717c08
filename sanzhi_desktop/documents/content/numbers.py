"""The register of numbers on paper (文号登记簿): every number of every series, gaps and voids."""

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Run,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import chinese_date, load_phrases, paragraphs
from sanzhi_desktop.domain.papers import NumbersPaper

_SHARES = (3.2, 2, 1.4, 5.2, 2.4, 4.4)
_CENTRED = (1, 2, 4)


def numbers_document(paper: NumbersPaper) -> Document:
    """The register as it stands, for the file or the upper office."""
    words = load_phrases("numbers")
    title = words["title"].format(office=paper.office)
    dated = chinese_date(paper.dated) if paper.dated else ""
    head = words["head"].format(scope=paper.scope, count=len(paper.rows), dated=dated)
    blocks: list[Block] = [Title(title), *paragraphs(head)]
    headings = words["columns"]
    blocks.append(
        Table(
            columns=tuple(
                Column(headings[key], share, Align.CENTRE if place in _CENTRED else Align.LEFT)
                for place, (key, share) in enumerate(zip(COLUMNS, _SHARES, strict=True))
            ),
            rows=tuple(
                tuple(
                    Cell(
                        (Run(text),) if text else (),
                        Align.CENTRE if place in _CENTRED else Align.LEFT,
                    )
                    for place, text in enumerate(row)
                )
                for row in paper.rows
            ),
        )
    )
    return Document(
        kind="numbers",
        title=title,
        author=paper.office,
        blocks=tuple(blocks),
        mark=paper.mark,
        foot=paper.checkpoint,
        form=True,
        wide=True,
    )


COLUMNS = ("label", "paper", "status", "case", "taken", "note")
