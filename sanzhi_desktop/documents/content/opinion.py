"""The opinion (法制审核意见书): letter-like paper with the list of materials and the 审核表 as annexes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Addressee,
    Attachment,
    Block,
    Document,
    Face,
    Gap,
    Heading,
    NumberLine,
    Paragraph,
    Run,
    SignatureBlock,
    Signer,
    Title,
)
from sanzhi_desktop.documents.content.annex import checklist_blocks, material_table
from sanzhi_desktop.documents.content.matrix import matrix_blocks, matrix_title
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    numeral,
    paragraphs,
    sentence_end,
)
from sanzhi_desktop.domain.opinion import EarlierProblem, OpinionPaper, Problem


def opinion_document(paper: OpinionPaper, *, number: str = "", dated: str = "") -> Document:
    """The blocks of an opinion.

    Number and date stay empty in the PDF, where they are form fields; the editable copy is given
    them as text.
    """
    return _Opinion(paper, load_phrases("opinion")).document(number, dated)


@dataclass(frozen=True, slots=True)
class _Opinion:
    paper: OpinionPaper
    words: Mapping[str, Any]

    def document(self, number: str, dated: str) -> Document:
        paper = self.paper
        blocks: list[Block] = [Title(paper.title), NumberLine(number), Gap()]
        blocks += [Addressee(paper.addressee), *self._intro()]
        order = count(1)
        for title, content in self._sections():
            if content:
                blocks += [Heading(1, f"{numeral(next(order))}、{title}"), *content]
        blocks += self._attachment_list()
        blocks.append(self._signature(dated))
        blocks += self._attachments()
        return Document(
            kind="opinion",
            title=paper.title,
            author=paper.office,
            blocks=tuple(blocks),
            mark=paper.mark,
        )

    def _sections(self) -> Iterator[tuple[str, list[Block]]]:
        words = self.words
        yield words["head_matter"], self._matter()
        yield words["head_review"], self._review()
        if self.paper.earlier:
            yield words["head_earlier"], self._earlier()
        yield words["head_conclusion"], self._conclusion()
        if self.paper.problems:
            yield words["head_problems"], self._problems()
        yield words["head_notes"], self._notes()

    def _intro(self) -> list[Paragraph]:
        paper, words = self.paper, self.words
        accepted = (
            words["accepted"].format(date=chinese_date(paper.accepted)) if paper.accepted else ""
        )
        return paragraphs(
            words["intro"].format(
                received=chinese_date(paper.received),
                case=paper.case_name,
                kind=paper.kind_name,
                round=paper.round,
                reason=paper.round_reason,
                accepted=accepted,
            )
        )

    def _matter(self) -> list[Block]:
        paper, words = self.paper, self.words
        number = paper.party_number and words["party_number"].format(number=paper.party_number)
        blocks: list[Block] = []
        blocks += paragraphs(sentence_end(f"{paper.party}{number}"), label=words["party"])
        blocks += paragraphs(sentence_end(paper.facts), label=words["facts"])
        blocks += paragraphs(sentence_end(paper.proposed_decision), label=words["proposed"])
        if paper.materials:
            pages = sum(material.pages or 0 for material in paper.materials)
            blocks += paragraphs(
                words["materials"].format(
                    count=len(paper.materials),
                    pages=words["materials_pages"].format(pages=pages) if pages else "",
                    label=self._labels()[0],
                )
            )
        return blocks

    def _review(self) -> list[Block]:
        blocks: list[Block] = []
        for place, review in enumerate(self.paper.dimensions, 1):
            blocks.append(Heading(2, f"（{numeral(place)}）{review.title}"))
            blocks += paragraphs(review.text)
        return blocks

    def _earlier(self) -> list[Block]:
        blocks: list[Block] = []
        for problem in self.paper.earlier:
            blocks += self._earlier_problem(problem)
        return blocks

    def _earlier_problem(self, problem: EarlierProblem) -> list[Paragraph]:
        words = self.words
        label = words["earlier"].format(round=problem.round, number=problem.number)
        made = paragraphs(sentence_end(problem.finding), label=label)
        answer = sentence_end(problem.answer) or words["no_answer"]
        if problem.accepted is not None:
            answer += words["accepted_yes"] if problem.accepted else words["accepted_no"]
        return made + paragraphs(answer, label=words["answer"])

    def _conclusion(self) -> list[Block]:
        paper, words = self.paper, self.words
        blocks: list[Block] = [
            Paragraph(
                (Run(words["conclusion"], Face.KAI), Run(f"{paper.outcome_name}。", Face.HEI)),
                keep_with_next=True,
            )
        ]
        leads = paper.opening.rstrip().endswith("：")
        if not (leads and paper.problems):
            blocks += paragraphs(paper.opening)
        # An opening that ends with a colon leads straight to the reasons, or to the problems.
        label = "" if leads and not paper.problems else words["reasons"]
        blocks += paragraphs(sentence_end(paper.reasons), label=label)
        if paper.transfer_to:
            blocks += paragraphs(words["transfer"].format(target=paper.transfer_to))
        blocks += paragraphs(paper.closing)
        return blocks

    def _problems(self) -> list[Block]:
        titles = {review.dimension: review.title for review in self.paper.dimensions}
        opening = self.paper.opening
        blocks: list[Block] = []
        if opening.rstrip().endswith("："):
            blocks += paragraphs(opening, keep=True)
        for problem in self.paper.problems:
            title = titles.get(problem.dimension, "")
            blocks += self._problem(problem, title)
        return blocks

    def _problem(self, problem: Problem, dimension: str) -> list[Paragraph]:
        words = self.words
        label = words["problem"].format(number=problem.number, dimension=dimension)
        label = label if dimension else label.replace("（）", "")
        made = paragraphs(sentence_end(problem.finding), label=label, keep=True)
        for key, text in (
            ("basis", problem.basis),
            ("evidence", problem.evidence),
            ("suggestion", problem.suggestion),
        ):
            made += paragraphs(sentence_end(text), label=words[key])
        return made

    def _notes(self) -> list[Block]:
        paper, words = self.paper, self.words
        blocks: list[Block] = []
        for place, reminder in enumerate(paper.reminders, 1):
            blocks += paragraphs(f"{place}. {reminder}")
        blocks += paragraphs(sentence_end(paper.deadline_basis), label=words["deadline"])
        if paper.same_person_reason:
            text = sentence_end(paper.same_person_reason)
            blocks += paragraphs(f"{words['same_person']}{text}")
        return blocks

    def _titles(self) -> list[str]:
        words = self.words
        given = (
            (self.paper.materials, words["materials_title"]),
            (self.paper.checklist, words["checklist_title"]),
            (self.paper.matrix, matrix_title()),
        )
        return [title for content, title in given if content]

    def _labels(self) -> list[str]:
        """附件, or 附件1 and 附件2."""
        total = len(self._titles())
        word = self.words["attachment"]
        return [word] if total == 1 else [f"{word}{place}" for place in range(1, total + 1)]

    def _attachment_list(self) -> list[Block]:
        """附件说明: one line below the text, two cells in, no sign at the end."""
        titles, word = self._titles(), self.words["attachments"]
        if len(titles) == 1:
            return [Gap(), Paragraph((Run(f"{word}{titles[0]}"),))]
        blocks: list[Block] = [Gap()] if titles else []
        for place, title in enumerate(titles, 1):
            first = place == 1
            text = f"{word if first else ''}{place}. {title}"
            blocks.append(
                Paragraph((Run(text),), indent=2 if first else 5, hang=6, keep_with_next=True)
            )
        return blocks

    def _signature(self, dated: str) -> SignatureBlock:
        paper, words = self.paper, self.words
        head_place = "" if paper.head else "signer"
        return SignatureBlock(
            signers=(
                Signer(words["reviewer"], paper.reviewer, "sig:Reviewer"),
                Signer(words["head"], paper.head, head_place),
            ),
            organ=paper.seal_name,
            date=dated,
            seal_place="sig:Head",
            qr=True,
        )

    def _attachments(self) -> list[Block]:
        blocks: list[Block] = []
        labels, titles = iter(self._labels()), iter(self._titles())
        if self.paper.materials:
            blocks.append(Attachment(next(labels), next(titles)))
            blocks.append(material_table(self.paper.materials, self.words["columns"]))
        if self.paper.checklist:
            blocks.append(Attachment(next(labels), next(titles)))
            blocks += checklist_blocks(self.paper, self.words)
        if self.paper.matrix:
            blocks.append(Attachment(next(labels), next(titles)))
            blocks += matrix_blocks(self.paper.matrix)
        return blocks
