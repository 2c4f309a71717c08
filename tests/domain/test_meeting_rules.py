"""The rules of a collective discussion, over made-up meetings of every size."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.dispute import RuledPoint, Ruling
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import (
    AgendaItem,
    Attendance,
    Choice,
    ItemRecusal,
    Meeting,
    MeetingFault,
    MeetingMember,
    MeetingState,
    Report,
    Speech,
    Vote,
)
from sanzhi_desktop.domain.meeting_rules import (
    ALL,
    MAJORITY,
    TWO_THIRDS,
    carried,
    check_members,
    check_open,
    check_rulings,
    check_speech,
    eligible,
    minority,
    missing_votes,
    next_speakers,
    quorum,
    waiting_signers,
)
from sanzhi_desktop.domain.people import Person, Role, RoleGrant

NOW = datetime(2026, 9, 21, 1, tzinfo=UTC)
DAY = date(2026, 9, 21)


def member(code: str, attendance: Attendance = Attendance.PRESENT) -> MeetingMember:
    return MeetingMember(code, f"名{code}", "副局长", attendance=attendance, absence_reason="出差")


def meeting(
    members: tuple[MeetingMember, ...], item: AgendaItem | None = None, chair: str = "m0"
) -> Meeting:
    return Meeting(
        "k", 1, MeetingState.OPEN, "局长办公会", "会议室", DAY, "09:00", chair, "se", members,
        items=(item or item_of(),),
    )  # fmt: skip


def item_of(*points: int, **changes: Any) -> AgendaItem:
    made = AgendaItem("c", "某案", 1, 0, points or (1,), reports=(Report(1, "h1", "汇报", NOW),))
    return replace(made, **changes)


def refused(code: MeetingFault, call: object, *args: object, **more: object) -> None:
    with pytest.raises(DomainError) as caught:
        call(*args, **more)  # type: ignore[operator]
    assert caught.value.code is code


@given(st.integers(2, 60))
def test_a_quorum_is_more_than_half_and_never_more_than_all(members: int) -> None:
    half = quorum(members, MAJORITY)
    assert 2 * half > members >= 2 * (half - 1)
    assert half <= max(half, quorum(members, TWO_THIRDS)) <= quorum(members, ALL) == members
    assert 3 * quorum(members, TWO_THIRDS) >= 2 * members > 3 * (quorum(members, TWO_THIRDS) - 1)


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_a_meeting_opens_exactly_with_a_quorum_and_its_chair(here: list[bool]) -> None:
    states = [Attendance.PRESENT if h else Attendance.ABSENT for h in here]
    members = tuple(member(f"m{n}", s) for n, s in enumerate((Attendance.PRESENT, *states)))
    present = 1 + sum(here)
    made = meeting(members)
    if 2 * present > len(members):
        check_open(made)
        refused(MeetingFault.CHAIR_RECUSED, check_open, meeting(
            members, item_of(recusals=(ItemRecusal("m0", "近亲属"),))))  # fmt: skip
    else:
        refused(MeetingFault.NO_QUORUM, check_open, made)
    away = (replace(members[0], attendance=Attendance.ABSENT), *members[1:])
    refused(MeetingFault.CHAIR_ABSENT, check_open, meeting(away))


@given(
    st.integers(2, 8),
    st.sets(st.integers(1, 7)),
    st.sets(st.integers(1, 7)),
    st.randoms(use_true_random=False),
)
def test_any_order_of_speaking_ends_with_the_chair(
    size: int, out: set[int], handlers: set[int], dice: object
) -> None:
    members = tuple(member(f"m{n}") for n in range(size))
    item = item_of(
        recusals=tuple(ItemRecusal(f"m{n}", "回避") for n in sorted(out)),
        handlers=tuple(f"m{n}" for n in sorted(handlers)),
    )
    made = meeting(members, item)
    silent = {m.person_id for m in members if int(m.person_id[1:]) in out | handlers}
    spoken: list[str] = []
    while choices := next_speakers(made, item):
        who = dice.choice(choices).person_id  # type: ignore[attr-defined]
        check_speech(made, item, who)
        spoken.append(who)
        item = replace(item, speeches=(*item.speeches, Speech(len(spoken), who, "意见", NOW)))
        refused(MeetingFault.SPOKEN, check_speech, made, item, who)
    assert spoken[-1] == "m0"
    assert set(spoken) == {m.person_id for m in members} - silent
    for who in silent:
        with pytest.raises(DomainError) as caught:
            check_speech(made, item, who)
        assert caught.value.code in (MeetingFault.RECUSED, MeetingFault.HANDLER)


def test_the_chair_does_not_speak_before_another_and_nobody_before_the_report() -> None:
    members = tuple(member(f"m{n}") for n in range(3))
    refused(MeetingFault.CHAIR_LAST, check_speech, meeting(members), item_of(), "m0")
    bare = item_of(reports=())
    refused(MeetingFault.REPORT_MISSING, check_speech, meeting(members), bare, "m1")
    refused(MeetingFault.NOT_PRESENT, check_speech, meeting(members), item_of(), "stranger")


def _voted(choices: dict[str, Choice]) -> AgendaItem:
    return item_of(
        speeches=tuple(Speech(n, who, f"{who}说", NOW) for n, who in enumerate(choices)),
        votes=tuple(Vote(1, who, choice, NOW) for who, choice in choices.items()),
    )


@given(st.lists(st.sampled_from(Choice), min_size=2, max_size=9), st.sampled_from(Ruling))
def test_a_ruling_without_more_than_half_needs_its_reason(
    choices: list[Choice], ruling: Ruling
) -> None:
    members = tuple(member(f"m{n}") for n in range(len(choices)))
    item = _voted({m.person_id: c for m, c in zip(members, choices, strict=True)})
    made = meeting(members, item)
    given_ = RuledPoint(1, ruling, "内容")
    for_it = sum(c.value == ruling.value for c in choices)
    assert carried(item, 1, ruling) is (2 * for_it > len(choices))
    if carried(item, 1, ruling):
        check_rulings(made, item, [given_])
    else:
        refused(MeetingFault.AGAINST_VOTES, check_rulings, made, item, [given_])
        check_rulings(made, item, [replace(given_, against_votes="理由")])
    decided = replace(item, rulings=(given_,))
    assert {s.person_id for s in minority(decided)} == {
        m.person_id for m, c in zip(members, choices, strict=True) if c.value != ruling.value
    }


def test_a_case_is_not_closed_while_anything_lacks() -> None:
    members = tuple(member(f"m{n}") for n in range(3))
    item = _voted({"m1": Choice.ADOPT, "m2": Choice.ADOPT, "m0": Choice.ADOPT})
    made = meeting(members, item)
    silent = replace(item, speeches=item.speeches[:1])
    refused(MeetingFault.NOT_ALL_SPOKEN, check_rulings, made, silent, [])
    cut = replace(item, votes=item.votes[:2])
    assert missing_votes(made, cut) == ((1, "名m0"),)
    refused(MeetingFault.VOTES_MISSING, check_rulings, made, cut, [])
    refused(MeetingFault.RULING_MISSING, check_rulings, made, item, [])
    other = RuledPoint(1, Ruling.OTHER, " ", against_votes="理由")
    refused(MeetingFault.CONTENT_MISSING, check_rulings, made, item, [other])
    adopt = RuledPoint(1, Ruling.ADOPT)
    extra = [adopt, replace(adopt, number=7)]
    refused(MeetingFault.POINT_UNKNOWN, check_rulings, made, item, extra)


def test_the_roster_holds_heads_within_their_period_each_once() -> None:
    def head(code: str, **period: Any) -> tuple[Person, str]:
        grant = RoleGrant(Role.AGENCY_HEAD, **period)
        return Person(code, f"名{code}", roles=(grant,)), "副局长"

    good = [head("a"), head("b", valid_from=DAY, valid_to=DAY)]
    check_members(good, chair="a", day=DAY)
    for people, code in (
        ([*good, head("a")], MeetingFault.MEMBER_TWICE),
        ([*good, head("c", valid_to=date(2026, 9, 20))], MeetingFault.NOT_HEAD),
        ([*good, (Person("d", "丁"), "副局长")], MeetingFault.NOT_HEAD),
        ([good[0]], MeetingFault.MEMBERS_TOO_FEW),
        ([*good[1:], head("e")], MeetingFault.CHAIR_NOT_MEMBER),
        ([good[0], (good[1][0], "  ")], MeetingFault.FIELD_MISSING),
    ):
        refused(code, check_members, people, chair="a", day=DAY)


@given(st.permutations(range(5)), st.integers(0, 5))
def test_the_chair_is_the_last_to_sign(order: list[int], signed: int) -> None:
    members = tuple(member(f"m{n}") for n in order)
    done = {m.person_id for m in [m for m in members if m.person_id != "m0"][:signed]}
    some = tuple(replace(m, signed_at=NOW) if m.person_id in done else m for m in members)
    waiting = waiting_signers(meeting(some))
    assert waiting[-1] == "m0"
    assert set(waiting) == {m.person_id for m in members} - done
    assert {m.person_id for m in eligible(meeting(some), item_of())} == {
        m.person_id for m in members
    }
