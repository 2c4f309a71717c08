"""The two-sided record (双方意见对照表): problem by problem, the review on the left, the unit on the
right, across the page, in type that a projector shows to the last row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Face,
    Heading,
    KeyValueTable,
    PageBreak,
    Pair,
    Paragraph,
    Run,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    paragraphs,
    sentence_end,
)
from sanzhi_desktop.domain.dispute_papers import CitedRule, DisagreementPaper, DisputedPoint

_SIZE = 16.0  # 3号: on a screen of 1080 lines that shows a page, characters 29 high
_HALF = 20  # characters of that size on a line of either side
_LEAST = 14.0  # 4号: a problem that needs it to stand on one page
_LEAST_CASE = 9.0  # 小五: the case on the first page, where it can stand there
_LONG = 15  # lines of text; a longer problem begins a page of its own


def disagreement_document(paper: DisagreementPaper) -> Document:
    """The record with places for both signatures."""
    return _Record(paper, load_phrases("record", file="dispute")).document()


@dataclass(frozen=True, slots=True)
class _Record:
    paper: DisagreementPaper
    words: Mapping[str, Any]

    def document(self) -> Document:
        paper, words = self.paper, self.words
        blocks: list[Block] = [Title(words["title"])]
        blocks += [Heading(1, words["head_case"]), self._case()]
        blocks += self._points()
        blocks += [Heading(1, words["head_summary"]), *self._summary(), self._signatures()]
        return Document(
            kind="record",
            title=f"{words['title']}（{paper.case.case_name}）",
            author=paper.case.review_body,
            blocks=tuple(blocks),
            mark=paper.mark,
            foot=paper.checkpoint,
            form=True,
            wide=True,
        )

    def _case(self) -> KeyValueTable:
        case, words = self.paper.case, self.words
        unit = words["unit_people"].format(unit=case.unit, handlers="、".join(case.handlers))
        body = words["review_people"].format(body=case.review_body, reviewer=case.reviewer)
        opinion = words["opinion_text"].format(
            number=case.opinion_number,
            dated=chinese_date(case.opinion_dated) if case.opinion_dated else "",
            outcome=case.outcome_name,
        )
        frozen = words["frozen_text"].format(
            date=chinese_date(self.paper.frozen_on), edition=self.paper.edition
        )
        number = self.paper.number
        numbered = (_pair(words["number"], number),) if number else ()
        return KeyValueTable(
            rows=(
                (_pair(words["case"], case.case_name),),
                (_pair(words["party"], case.party), _pair(words["file_number"], case.file_number)),
                (_pair(words["unit"], unit), _pair(words["review_body"], body)),
                (_pair(words["opinion"], opinion), _pair(words["kind"], case.kind_name)),
                (*numbered, _pair(words["frozen"], frozen)),
                (_pair(words["facts"], case.facts),),
                (_pair(words["proposed"], case.proposed_decision),),
                *self._route(),
            ),
            least=_LEAST_CASE,
        )

    def _route(self) -> tuple[tuple[Pair, ...], ...]:
        words, names = self.words, self.words["route"]
        rules = (_cited(rule, place, words) for place, rule in enumerate(self.paper.route, 1))
        rows = [(_pair(names["rules"], "\n".join(rules)),)]
        if self.paper.meeting_name:
            rows.append((_pair(names["meeting"], self.paper.meeting_name),))
        if self.paper.expert_advice:
            advice = "\n".join(sentence_end(text) for text in self.paper.expert_advice)
            rows.append((_pair(names["advice"], f"{advice}{names['advice_note']}"),))
        return tuple(rows)

    def _points(self) -> list[Block]:
        words = self.words
        blocks: list[Block] = [PageBreak(unless_over=True), Heading(1, words["head_points"])]
        fresh = True
        for point in self.paper.points:
            long = _lines(point) > _LONG
            if long and not fresh:
                blocks.append(PageBreak())
            blocks.append(Heading(2, words["point"].format(number=point.number)))
            blocks.append(self._point(point))
            fresh = False
        return blocks

    def _point(self, point: DisputedPoint) -> Table:
        rows, columns, words = self.words["rows"], self.words["columns"], self.words
        item = "　".join(part for part in (point.item_id, sentence_end(point.item)) if part)
        if point.article:
            item += f"（{point.article}）"
        lines = [self._across(rows["item"], item)]
        review, unit = point.review, point.objection
        lines.append(
            _sides(rows["finding"], review.finding, unit.reasons if unit else words["no_objection"])
        )
        none = words["none"]
        if unit is not None:
            lines.append(_sides(rows["basis"], review.basis or none, unit.basis or none))
            lines.append(_sides(rows["evidence"], review.evidence or none, unit.evidence or none))
        else:
            lines.append(_sides(rows["basis"], review.basis or none, ""))
            lines.append(_sides(rows["evidence"], review.evidence or none, ""))
        if review.suggestion:
            lines.append(self._across(rows["suggestion"], sentence_end(review.suggestion)))
        reply = "：".join(part for part in (point.reply_name, point.reply) if part)
        settled = unit is not None and not point.remaining
        for label, text in (
            ("reply", reply),
            ("consultation", point.consultation),
            ("agreed", point.agreed or (words["agreed_all"] if settled else "")),
            ("remaining", point.remaining),
        ):
            if text:
                lines.append(self._across(rows[label], sentence_end(text)))
        return Table(
            columns=(
                Column(columns["label"], 1.5, Align.CENTRE),
                Column(columns["review"], 5),
                Column(columns["unit"], 5),
            ),
            rows=tuple(lines),
            size=_SIZE,
            together=True,
            least=_LEAST,
        )

    def _across(self, label: str, text: str) -> tuple[Cell, ...]:
        return (_label(label), Cell((Run(text),), span=2))

    def _summary(self) -> list[Paragraph]:
        words, points = self.words, self.paper.points
        open_points = [point for point in points if point.remaining]
        numbers = "、".join(str(point.number) for point in open_points)
        text = words["summary"].format(
            total=len(points),
            objected=sum(point.objection is not None for point in points),
            settled=len(points) - len(open_points),
            open=len(open_points),
            numbers=words["summary_numbers"].format(numbers=numbers) if open_points else "",
        )
        return [
            *paragraphs(text, keep=True),
            *paragraphs(words["statement"], keep=True),
        ]

    def _signatures(self) -> KeyValueTable:
        paper, words = self.paper, self.words

        def side(key: str, name: str, post: str, place: str) -> Pair:
            statement = words[f"{key}_statement"]
            foot = words["signature"].format(post=post, name=name)
            return Pair(words[key], (Run(statement),), foot=foot, place=place)

        return KeyValueTable(
            rows=(
                (
                    side("reviewer", paper.reviewer.name, paper.reviewer.post, "sig:Reviewer"),
                    side("handler", paper.handler.name, paper.handler.post, "sig:Handler"),
                ),
            ),
        )


def _cited(rule: CitedRule, place: int, words: Mapping[str, Any]) -> str:
    text: str = words["rule"].format(place=place, text=rule.text, source=rule.source)
    return text if rule.source else f"{place}. {rule.text}"


def _pair(label: str, value: str) -> Pair:
    return Pair(label, (Run(value.strip()),) if value.strip() else ())


def _label(text: str) -> Cell:
    return Cell((Run(text),), Align.CENTRE, face=Face.HEI, label=True)


def _sides(label: str, review: str, unit: str) -> tuple[Cell, ...]:
    def side(text: str) -> Cell:
        text = sentence_end(text)
        return Cell((Run(text),) if text else (), top=True)

    return (_label(label), side(review), side(unit))


def _lines(point: DisputedPoint) -> int:
    """About how many lines the problem takes: enough to choose where a page begins."""
    unit = point.objection
    pairs = (
        (point.review.finding, unit.reasons if unit else ""),
        (point.review.basis, unit.basis if unit else ""),
        (point.review.evidence, unit.evidence if unit else ""),
        (point.review.suggestion, ""),
    )
    halves = sum(-(-max(map(len, pair)) // _HALF) for pair in pairs)
    across = (point.reply, point.consultation, point.agreed, point.remaining)
    return halves + sum(-(-len(text) // (2 * _HALF)) for text in across)
