"""The letter of a transfer (涉嫌犯罪案件移送书): facts, list of attachments, the receipt behind it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Addressee,
    Attachment,
    Block,
    Document,
    Gap,
    Heading,
    KeyValueTable,
    NumberLine,
    Pair,
    Paragraph,
    Run,
    SignatureBlock,
    Signer,
    Title,
)
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    numeral,
    paragraphs,
    sentence_end,
)
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.transfer import LETTER
from sanzhi_desktop.domain.transfer import Attachment as Given
from sanzhi_desktop.domain.transfer_paper import TransferPaper


def transfer_document(paper: TransferPaper, *, number: str = "", dated: str = "") -> Document:
    """The blocks of the letter. Number and date stay empty in the PDF, where they are fields."""
    return _Letter(paper, load_phrases("transfer", file="transfer")).document(number, dated)


def chinese_moment(moment: datetime) -> str:
    """2026年9月18日14时05分: the periods of a transfer run to the hour."""
    return f"{chinese_date(moment.date())}{moment.hour}时{moment.minute:02}分"


@dataclass(frozen=True, slots=True)
class _Letter:
    paper: TransferPaper
    words: Mapping[str, Any]

    def document(self, number: str, dated: str) -> Document:
        paper, words = self.paper, self.words
        blocks: list[Block] = [Title(words["title"]), NumberLine(number), Gap()]
        blocks += [Addressee(paper.addressee), *self._intro()]
        order = count(1)
        for title, content in self._sections():
            blocks += [Heading(1, f"{numeral(next(order))}、{title}"), *content]
        blocks += [Gap(), Paragraph((Run(words["receipt_note"]),))]
        blocks.append(
            SignatureBlock(
                signers=(Signer(words["signer"], "", "signer"),),
                organ=paper.agency,
                date=dated,
                seal_place="sig:Head",
            )
        )
        blocks += [Attachment(words["receipt_label"], words["receipt_title"]), *self._receipt()]
        return Document("transfer", words["title"], paper.agency, tuple(blocks), paper.mark)

    def _intro(self) -> list[Paragraph]:
        paper, words = self.paper, self.words
        number = paper.file_number
        return paragraphs(
            words["intro_supervisory" if paper.supervisory else "intro"].format(
                case=paper.case_name,
                file_number=words["file_number"].format(number=number) if number else "",
                party=paper.party,
                offence=paper.offence,
                approver=paper.approver,
                approved=chinese_moment(paper.approved) if paper.approved else "",
            )
        )

    def _sections(self) -> Iterator[tuple[str, list[Paragraph]]]:
        paper, words = self.paper, self.words
        yield (
            words["head_party"],
            self._labelled(
                ("party", paper.party),
                ("party_number", paper.party_number),
                ("representative", paper.representative),
                ("address", paper.party_address),
            ),
        )
        facts = self._labelled(
            ("filing", chinese_date(paper.filing_date) if paper.filing_date else ""),
            ("facts", paper.facts),
            ("circumstances", paper.circumstances),
        )
        if paper.amount_fen:
            amount = money.format_yuan(paper.amount_fen).removeprefix("¥").removesuffix("元")
            facts += paragraphs(words["amount"].format(amount=amount))
        yield words["head_facts"], facts + self._labelled(("offence", paper.offence))
        members = "、".join(
            words["member"].format(name=m.name, certificate=m.certificate) for m in paper.team
        )
        yield words["head_team"], paragraphs(sentence_end(members))
        yield words["head_materials"], self._materials()
        asked = ("receipt", "decision", "goods", "earlier")
        yield (
            words["head_request"],
            paragraphs(words["request_supervisory"])
            if paper.supervisory
            else [
                line
                for place, key in enumerate(asked, 1)
                for line in paragraphs(f"{place}. {words[f'request_{key}']}")
            ],
        )

    def _labelled(self, *pairs: tuple[str, str]) -> list[Paragraph]:
        return [
            line
            for key, text in pairs
            if text.strip()
            for line in paragraphs(sentence_end(text), label=self.words[key])
        ]

    def _materials(self) -> list[Paragraph]:
        made = []
        for place, given in enumerate(self.paper.attachments, 1):
            text = self.words["material"].format(
                number=place, name=given.name, state=self._state(given)
            )
            made += paragraphs(sentence_end(text))
        return made

    def _state(self, given: Given) -> str:
        words = self.words
        if given.code == LETTER:
            return str(words["own"])
        if given.given:
            parts = [words["pages"].format(pages=given.pages)] if given.pages else []
            if given.sha256:
                parts.append(words["file"].format(digest=given.sha256[:16]))
            return "，".join(parts)
        excuse = given.waived.strip()
        return str(words["waived"].format(reason=excuse) if excuse else words["absent"])

    def _receipt(self) -> list[Block]:
        paper, words = self.paper, self.words

        def pair(key: str, value: str = "", *, lines: int = 1) -> tuple[Pair, ...]:
            return (Pair(words[key], (Run(value),), lines=lines),)

        intro = words["receipt"].format(agency=paper.agency, case=paper.case_name)
        return [
            *paragraphs(intro),
            Gap(),
            KeyValueTable(
                (
                    pair("receipt_number", lines=2),
                    pair("receipt_organ", lines=3),
                    pair("receipt_signer", lines=3),
                    pair("receipt_at", words["receipt_time"], lines=2),
                    pair("receipt_remark", lines=4),
                )
            ),
        ]
