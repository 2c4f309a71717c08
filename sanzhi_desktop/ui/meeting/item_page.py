"""One case as the room sees it: facts, both opinions, law, tier, similar decisions, the talk."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application.minutes_corrections import of_item
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.meeting import AgendaItem, ItemState
from sanzhi_desktop.domain.meeting_rules import next_speakers, tally
from sanzhi_desktop.ui.dispute.point_card import PointCard
from sanzhi_desktop.ui.gate_card import GateCard
from sanzhi_desktop.ui.meeting.view import ItemFacts, MeetingView
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge, Card, PlainLabel, column


class ItemPage(QWidget):
    """Everything on one case, from the facts down to the decision."""

    def __init__(self, view: MeetingView, item: AgendaItem) -> None:
        super().__init__()
        facts = view.facts[item.case_id]
        parts: list[QWidget | None] = [_head(item), _facts(facts)]
        unit = facts.case.submission.unit
        parts.extend(
            PointCard(p, facts.dispute, unit=unit)
            for p in facts.case.problems
            if p.number in item.points
        )
        parts.extend([_similar(facts), _talk(view, item), _votes(view, item)])
        if item.rulings:
            parts.append(_rulings(item))
        decided = facts.case.decision is not None
        parts.append(GateCard(facts.gate, decided=decided))
        self.setLayout(column(*parts, None))


def _head(item: AgendaItem) -> QWidget:
    card = Card()
    tones = {
        ItemState.WAITING: Tone.INFO,
        ItemState.CLOSED: Tone.OK,
        ItemState.DROPPED: Tone.NEUTRAL,
    }
    card.body.addWidget(PlainLabel(f"{item.place + 1}. {item.case_name}", role="title").wrapped())
    card.body.addWidget(Badge(name(item.state), tones[item.state]))
    if item.dropped_because:
        card.body.addWidget(PlainLabel(item.dropped_because, role="muted").wrapped())
    return card


def _facts(facts: ItemFacts) -> QWidget:
    s: Submission = facts.case.submission
    card = Card("案情")
    amount = money.format_yuan(s.amount_fen) if s.amount_fen else ""
    pairs = (
        ("当事人", s.party.name),
        ("基本事实", s.facts),
        ("违反的规定", "；".join(s.violated_provisions)),
        ("处理依据", "；".join(s.penalty_basis)),
        ("拟作决定", s.proposed_decision),
        ("金额", amount),
        ("裁量阶次", "　".join(t for t in (s.discretion_tier, s.discretion_basis) if t)),
        ("陈述申辩", s.defence),
        ("听证", s.hearing),
    )
    for label, value in pairs:
        if value:
            card.body.addWidget(PlainLabel(f"{label}：{value}").wrapped().selectable())
    return card


def _similar(facts: ItemFacts) -> QWidget:
    card = Card("同类决定")
    if not facts.similar:
        words = "本单位没有依据相同条款作出的决定。"
        card.body.addWidget(PlainLabel(words, role="muted"))
    for row in facts.similar:
        parts = [row.number, row.party_name, row.decided_on.isoformat()]
        if row.amount_fen:
            parts.append(money.format_yuan(row.amount_fen))
        if row.tier:
            parts.append(row.tier)
        text = f"{'　'.join(parts)}\n相同条款：{'；'.join(row.shared)}"
        card.body.addWidget(PlainLabel(text).wrapped().selectable())
    return card


def _talk(view: MeetingView, item: AgendaItem) -> QWidget:
    card = Card("汇报和发言")
    for said in item.reports:
        text = f"汇报　{view.name_of(said.person_id)}：{said.text}"
        card.body.addWidget(PlainLabel(text).wrapped().selectable())
    for place, speech in enumerate(item.speeches, 1):
        text = f"{place}. {view.name_of(speech.person_id)}：{speech.text}"
        card.body.addWidget(PlainLabel(text).wrapped().selectable())
    if not item.reports:
        card.body.addWidget(PlainLabel("先由承办人、审核人汇报。", role="muted"))
    elif item.state is ItemState.WAITING and (left := next_speakers(view.meeting, item)):
        names = "、".join(m.name for m in left)
        card.body.addWidget(PlainLabel(f"待发言：{names}", role="muted").wrapped())
    for recusal in item.recusals:
        words = f"回避：{view.name_of(recusal.person_id)}（{recusal.reason}）"
        card.body.addWidget(PlainLabel(words, role="muted").wrapped())
    return card


def _votes(view: MeetingView, item: AgendaItem) -> QWidget:
    card = Card("表决")
    if not item.votes:
        card.body.addWidget(PlainLabel("发言结束后逐个问题表决。", role="muted"))
        return card
    for number in item.points:
        counted = tally(item, number)
        sums = "　".join(f"{name(choice)} {count} 票" for choice, count in counted.most_common())
        said = "　".join(
            f"{view.name_of(v.person_id)}：{name(v.choice)}"
            for v in item.votes
            if v.number == number
        )
        card.body.addWidget(PlainLabel(f"问题 {number}　{sums}").wrapped())
        card.body.addWidget(PlainLabel(said, role="muted").wrapped())
    _corrections(card, of_item(item, view.people))
    return card


def _corrections(card: Card, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        card.body.addWidget(PlainLabel(f"更正：{sentence}", role="muted").wrapped())


def _rulings(item: AgendaItem) -> QWidget:
    card = Card("决定")
    for ruled in item.rulings:
        text = f"问题 {ruled.number}：{name(ruled.ruling)}"
        if ruled.content:
            text += f"。{ruled.content}"
        if ruled.against_votes:
            text += f"\n与表决不一致的理由：{ruled.against_votes}"
        card.body.addWidget(PlainLabel(text).wrapped().selectable())
    return card
