"""The record of a collective discussion (集体讨论笔录): who met, what was said in which order, how
each point was voted on and decided, and a place to sign for everybody present."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Gap,
    Heading,
    KeyValueTable,
    NumberLine,
    Pair,
    Paragraph,
    Run,
    Table,
    Title,
)
from sanzhi_desktop.documents.content.phrases import (
    chinese_date,
    load_phrases,
    numeral,
    paragraphs,
    sentence_end,
)
from sanzhi_desktop.domain.dispute_papers import (
    Absence,
    DecidedPoint,
    Guest,
    MeetingCase,
    Member,
    MinutesPaper,
    Statement,
)
from sanzhi_desktop.domain.workdays import SHANGHAI

_ON_A_ROW = 2  # places to sign


def minutes_document(paper: MinutesPaper) -> Document:
    """The minutes with a place to sign for recorder, members and chair."""
    return _Minutes(paper, load_phrases("minutes", file="dispute")).document()


@dataclass(frozen=True, slots=True)
class _Minutes:
    paper: MinutesPaper
    words: Mapping[str, Any]

    def document(self) -> Document:
        paper, words = self.paper, self.words
        title = self._title()
        blocks: list[Block] = [Title(title)]
        if paper.number:
            blocks.append(NumberLine(paper.number))
        blocks.append(Gap())
        order = count(1)
        blocks.append(Heading(1, f"{numeral(next(order))}、{words['head_meeting']}"))
        blocks += self._meeting()
        for place, item in enumerate(paper.items, 1):
            head = words["item"].format(
                place=numeral(place) if len(paper.items) > 1 else "", case=item.case.case_name
            )
            blocks.append(Heading(1, f"{numeral(next(order))}、{head}"))
            blocks += self._item(item)
        blocks.append(Heading(1, f"{numeral(next(order))}、{words['signatures']}"))
        blocks += paragraphs(words["end"], keep=True)
        blocks.append(self._signatures())
        return Document(
            kind="minutes",
            title=title,
            author=paper.agency,
            blocks=tuple(blocks),
            mark=paper.mark,
            foot=paper.checkpoint,
        )

    def _title(self) -> str:
        words, name = self.words, self.paper.meeting_name
        named = name.endswith(words["discussion"])
        title: str = words["title" if named else "title_discussion"].format(meeting=name)
        return title

    def _meeting(self) -> Iterator[Paragraph]:
        paper, words = self.paper, self.words
        rule = paper.meeting_rule
        present = "；".join(self._member(member) for member in (paper.chair, *paper.members))
        absent = "；".join(self._absence(who) for who in paper.absent)
        guests = "、".join(self._person(who) for who in paper.guests)
        began, ended = _moments(paper.began, paper.ended)
        quorum = words["quorum_text"].format(
            entitled=paper.entitled,
            present=1 + len(paper.members),
            rule=paper.quorum_rule,
            quorum=paper.quorum,
        )
        for label, text in (
            ("time", words["time_text"].format(began=began, ended=ended)),
            ("place", paper.place),
            ("rule", f"{rule.text}（{rule.source}）" if rule.source else rule.text),
            ("chair", self._member(paper.chair)),
            (
                "recorder",
                words["person"].format(name=paper.recorder.name, post=paper.recorder.post),
            ),
            ("members", present),
            ("absent", absent or words["none"]),
            ("guests", words["guests_note"].format(people=guests) if guests else words["none"]),
            ("quorum", quorum),
            ("corrections", "\n".join(paper.corrections)),
            ("dropped", "\n".join(paper.dropped)),
        ):
            yield from paragraphs(_stopped(text), label=words[label])

    def _item(self, item: MeetingCase) -> list[Block]:
        words = self.words
        blocks: list[Block] = [*self._matter(item)]
        blocks.append(Heading(2, words["points"]))
        for point in item.points:
            blocks += self._point(point)
        blocks.append(Heading(2, words["statements"]))
        blocks += self._said(item.statements)
        blocks += [Heading(2, words["votes"]), self._votes(item.points)]
        corrected = "\n".join(item.corrections)
        blocks += paragraphs(_stopped(corrected), label=words["corrections"])
        blocks.append(Heading(2, words["minority"]))
        blocks += self._said(item.minority) or paragraphs(words["none"])
        blocks.append(Heading(2, words["effect"]))
        blocks += paragraphs(words["effects"][item.effect.value].format(source=item.effect_source))
        return blocks

    def _matter(self, item: MeetingCase) -> Iterator[Paragraph]:
        case, words = item.case, self.words
        advice = "；".join(item.expert_advice)
        for label, text in (
            (
                "item_case",
                words["item_case_text"].format(
                    kind=case.kind_name,
                    file_number=case.file_number,
                    party=case.party,
                    unit=case.unit,
                ),
            ),
            ("facts", case.facts),
            ("proposed", case.proposed_decision),
            (
                "item_opinion",
                words["item_opinion_text"].format(
                    number=case.opinion_number,
                    dated=chinese_date(case.opinion_dated) if case.opinion_dated else "",
                    outcome=case.outcome_name,
                ),
            ),
            (
                "item_record",
                words["item_record_text"].format(record=item.record) if item.record else "",
            ),
            ("recused", "；".join(self._absence(who) for who in item.recused) or words["none"]),
            ("reporters", "、".join(self._person(who) for who in item.reporters)),
            ("report", item.report),
            ("advice", words["advice_note"].format(advice=advice) if advice else ""),
        ):
            yield from paragraphs(_stopped(text), label=words[label])

    def _point(self, point: DecidedPoint) -> Iterator[Paragraph]:
        words = self.words
        label = words["point"].format(number=point.number)
        yield from paragraphs(sentence_end(point.subject), label=label, keep=True)
        yield from paragraphs(sentence_end(point.review), label=words["review"])
        yield from paragraphs(sentence_end(point.unit), label=words["unit"])

    def _said(self, statements: Sequence[Statement]) -> list[Paragraph]:
        made: list[Paragraph] = []
        for said in statements:
            label = self.words["statement"].format(name=said.name, post=said.post)
            made += paragraphs(sentence_end(said.text), label=label)
        return made

    def _votes(self, points: Sequence[DecidedPoint]) -> Table:
        words, columns = self.words, self.words["columns"]

        def row(point: DecidedPoint) -> tuple[Cell, ...]:
            ballots = "\n".join(
                words["ballot"].format(
                    choice=ballot.choice, count=len(ballot.names), names="、".join(ballot.names)
                )
                for ballot in point.ballots
                if ballot.names
            )
            pattern = words["decision_more" if point.decision else "decision"]
            decision = pattern.format(name=point.decision_name, content=point.decision)
            return (
                Cell((Run(str(point.number)),), Align.CENTRE),
                Cell((Run(point.subject),)),
                Cell((Run(ballots),) if ballots else ()),
                Cell((Run(decision),)),
            )

        return Table(
            columns=(
                Column(columns["number"], 1, Align.CENTRE),
                Column(columns["subject"], 3.4),
                Column(columns["votes"], 4.6),
                Column(columns["decision"], 3.6),
            ),
            rows=tuple(row(point) for point in points),
        )

    def _signatures(self) -> KeyValueTable:
        """Chair, members in the order of the roster, recorder; the keys tell who signs where."""
        paper, words = self.paper, self.words
        pairs = [_place(words["chair_post"], paper.chair.signatory.name, "sig:Chair")]
        pairs += [
            _place(member.post, member.name, f"sig:Member{place}")
            for place, member in enumerate(paper.members, 1)
        ]
        pairs.append(_place(words["recorder_post"], paper.recorder.name, "sig:Recorder"))
        pairs += [Pair("", (), hold=True)] * (-len(pairs) % _ON_A_ROW)
        # Held together, so that few people sign on one page; more than a page holds run on.
        pairs[-_ON_A_ROW:] = (replace(pair, hold=False) for pair in pairs[-_ON_A_ROW:])
        number = f"（{paper.number}）" if paper.number else ""
        return KeyValueTable(
            rows=tuple(tuple(pairs[at : at + _ON_A_ROW]) for at in range(0, len(pairs), _ON_A_ROW)),
            heading=words["sheet"].format(title=self._title(), number=number),
        )

    def _person(self, who: Guest) -> str:
        text: str = self.words["person"].format(name=who.name, post=who.post)
        return text

    def _member(self, member: Member) -> str:
        words = self.words
        post = member.post
        start, end = member.acting_from, member.acting_to
        if member.acting_basis:
            post += f"，{words['acting'].format(basis=member.acting_basis)}"
        if start and end:
            period = words["acting_period"]
            post += f"，{period.format(start=chinese_date(start), end=chinese_date(end))}"
        elif start:
            post += f"，{words['acting_from'].format(start=chinese_date(start))}"
        elif end:
            post += f"，{words['acting_until'].format(end=chinese_date(end))}"
        text: str = words["person"].format(name=member.name, post=post)
        return text

    def _absence(self, who: Absence) -> str:
        text: str = self.words["absence"].format(
            name=who.name, post=who.post, reason=who.reason.strip().rstrip("。")
        )
        return text


def _place(label: str, name: str, key: str) -> Pair:
    return Pair(label, (Run(name),), place=key, hold=True)


def _stopped(text: str) -> str:
    """A sentence that may end with a bracket, which `sentence_end` takes for a sign of its own."""
    text = text.strip()
    return f"{text}。" if text.endswith("）") else sentence_end(text)


def _moments(began: datetime, ended: datetime) -> tuple[str, str]:
    """Begin and end in the office's time; the day of the end only when it is another one."""
    start, end = began.astimezone(SHANGHAI), ended.astimezone(SHANGHAI)
    first = f"{chinese_date(start.date())}{_clock(start)}"
    last = "" if start.date() == end.date() else chinese_date(end.date())
    return first, f"{last}{_clock(end)}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour}时{moment.minute:02d}分"
