"""What is unsettled, what was given up and what opens the gate, over made-up disputes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.dispute import (
    Agreement,
    Consultation,
    ConsultedPoint,
    Dispute,
    Expert,
    ExpertFault,
    ExpertKind,
    Objection,
    ObjectionPoint,
    RuledPoint,
    Ruling,
    Side,
    Stance,
)
from sanzhi_desktop.domain.dispute_rules import check_expert, clears, permits, unsettled, yielded
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind

NOW = datetime(2026, 9, 21, 1, tzinfo=UTC)
NUMBERS = st.integers(1, 6)


def consultation(results: dict[int, Agreement], *, after: int = 0) -> Consultation:
    return Consultation(
        f"k{after}", 1, "h1", Side.UNIT, NOW,
        tuple(ConsultedPoint(n, a, "说明") for n, a in results.items()),
        closed_by="h1", closed_at=NOW + timedelta(hours=after),
    )  # fmt: skip


@given(
    st.dictionaries(NUMBERS, st.sampled_from([*Stance, None]), min_size=1),
    st.lists(st.dictionaries(NUMBERS, st.sampled_from(Agreement)), max_size=3),
)
def test_every_point_is_settled_or_goes_to_the_meeting(
    stances: dict[int, Stance | None], talks: list[dict[int, Agreement]]
) -> None:
    dispute = Dispute(
        consultations=tuple(consultation(r, after=n) for n, r in enumerate(talks)),
        objections=(
            Objection(1, "h1", NOW, tuple(ObjectionPoint(n, "理由", stance=s)
                                          for n, s in stances.items())),
        ),
    )  # fmt: skip
    last = {n: a for r in talks for n, a in r.items()}
    open_ = set(unsettled(dispute, 1))
    for number, stance in stances.items():
        settled = (
            stance is Stance.ACCEPTED or last.get(number, Agreement.OPEN) is not Agreement.OPEN
        )
        assert (number in open_) is not settled
    assert open_ <= set(stances)
    assert yielded(dispute, 1) == {n for n, s in stances.items() if s is Stance.ACCEPTED} | {
        n for n, a in last.items() if a is Agreement.REVIEW_YIELDS
    }
    assert unsettled(dispute, 2) == ()


@given(
    st.sets(NUMBERS, min_size=1),
    st.dictionaries(NUMBERS, st.tuples(st.sampled_from(Ruling), st.booleans())),
    st.sets(NUMBERS),
)
def test_one_problem_left_keeps_the_decision_from_standing(
    problems: set[int], ruled: dict[int, tuple[Ruling, bool]], given_up: set[int]
) -> None:
    rulings = [
        RuledPoint(n, r, "内容", permits=p and r is not Ruling.UPHOLD)
        for n, (r, p) in ruled.items()
    ]
    left = {
        n
        for n in problems
        if n not in given_up
        and not (n in ruled and (ruled[n][0] is Ruling.ADOPT or ruled[n] == (Ruling.OTHER, True)))
    }
    assert permits(rulings, problems=problems, given_up=given_up) is not bool(left)


@given(st.sampled_from(Kind), st.booleans(), st.booleans())
def test_no_rule_and_no_meeting_clears_a_penalty(kind: Kind, rules: bool, result: bool) -> None:
    opens = clears(kind, profile_clears=rules, result_permits=result)
    assert opens is (kind is not Kind.PENALTY and rules and result)


def test_an_expert_serves_within_his_term_and_without_a_stake() -> None:
    day = date(2026, 9, 21)
    expert = Expert(
        "e", "某律师", ExpertKind.ADVISER, unit="某律所", person_id="p1",
        valid_from=day, valid_to=day, conflicts=("乙公司",),
    )  # fmt: skip
    facts = {"party": "甲公司", "unit": "执法科", "handlers": ["h1"]}
    check_expert(expert, day=day, **facts)  # type: ignore[arg-type]
    for changes, on, code in (
        ({}, date(2026, 9, 20), ExpertFault.OUT_OF_TERM),
        ({}, date(2026, 9, 22), ExpertFault.OUT_OF_TERM),
        ({"party": "乙公司"}, day, ExpertFault.CONFLICT),
        ({"unit": "某律所"}, day, ExpertFault.CONFLICT),
        ({"handlers": ["p1"]}, day, ExpertFault.CONFLICT),
    ):
        with pytest.raises(DomainError) as caught:
            check_expert(expert, day=on, **(facts | changes))  # type: ignore[arg-type]
        assert caught.value.code is code
