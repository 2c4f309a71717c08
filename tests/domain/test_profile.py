"""Rules and profiles as values: strictness, special cases, records."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.profile import Profile, ProfileFault, profile_from_json
from sanzhi_desktop.domain.rule import (
    PROMPTLY,
    Rule,
    Source,
    as_duration,
    is_stricter,
    rule_as_dict,
    rule_from_dict,
)
from sanzhi_desktop.domain.workdays import Unit

SOURCE = Source("办法", "第一条", "原文")


def period(value: int | None, unit: str, direction: str = "less", **more: Any) -> Rule:
    return Rule("review.limit", "期限", value, unit, source=SOURCE, stricter=direction, **more)


def profile(*rules: Rule) -> Profile:
    return Profile("here", "此处", "1", {rule.key: rule for rule in rules})


PERIODS = st.builds(
    period,
    st.integers(1, 400),
    st.sampled_from([unit.value for unit in Unit]),
    st.sampled_from(["less", "more"]),
)


@given(left=PERIODS, right=PERIODS)
def test_two_periods_are_never_both_the_stricter(left: Rule, right: Rule) -> None:
    same_way = left.stricter == right.stricter
    assert not (same_way and is_stricter(left, right) and is_stricter(right, left))


@given(days=st.integers(1, 400), more=st.integers(1, 400), unit=st.sampled_from(list(Unit)))
def test_the_shorter_limit_and_the_longer_notice_are_the_stricter(
    days: int, more: int, unit: Unit
) -> None:
    assert is_stricter(period(days, unit), period(days + more, unit))
    assert is_stricter(period(days + more, unit, "more"), period(days, unit, "more"))
    assert not is_stricter(period(days, unit), period(days, unit))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((24, "hour"), (3, "calendar_day")),
        ((3, "calendar_day"), (3, "working_day")),
        ((5, "working_day"), (8, "calendar_day")),
        ((30, "calendar_day"), (2, "month")),
        ((11, "month"), (1, "year")),
        ((90, "calendar_day"), (None, PROMPTLY)),
    ],
)
def test_periods_in_different_units(left: Any, right: Any) -> None:
    assert is_stricter(period(*left), period(*right))
    assert not is_stricter(period(*right), period(*left))


@pytest.mark.parametrize(("direction", "strict"), [("true", True), ("false", False)])
def test_flags(direction: str, strict: bool) -> None:
    yes, no = (Rule("k", "t", value=value, stricter=direction) for value in (True, False))
    assert is_stricter(yes, no) is strict
    assert is_stricter(no, yes) is not strict
    assert not is_stricter(yes, yes)


def test_without_a_direction_nothing_is_stricter() -> None:
    assert not is_stricter(Rule("k", "t", value="甲"), Rule("k", "t", value="乙"))


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(DomainError) as caught:
        profile().rule("review.limit")
    assert caught.value.code is ProfileFault.UNKNOWN_RULE


def test_a_special_case_of_one_layer_answers_and_between_layers_the_stricter() -> None:
    general = Rule("publicity.limit", "期限", 5, "working_day", layer="a", stricter="less")
    special = Rule("publicity.limit.permit", "期限", 7, "working_day", layer="a", stricter="less")
    assert profile(general, special).for_kind("publicity.limit", Kind.PERMIT) is special
    assert profile(general, special).for_kind("publicity.limit", Kind.PENALTY) is general
    below = Rule("publicity.limit.permit", "期限", 7, "working_day", layer="b", stricter="less")
    assert profile(general, below).for_kind("publicity.limit", Kind.PERMIT) is general


def test_an_open_special_case_leaves_the_general_rule() -> None:
    general = Rule("publicity.limit", "期限", 5, "working_day", stricter="less")
    special = Rule("publicity.limit.permit", "期限", open=True, stricter="less")
    assert profile(general, special).for_kind("publicity.limit", "permit") is general


def test_an_open_rule_stands_by_its_default() -> None:
    default = Rule("outcomes", "意见", [{"code": "AGREE", "name": "同意"}], layer="national")
    here = profile(Rule("outcomes", "意见", open=True, default=default))
    assert [one.code for one in here.outcomes()] == [Outcome.AGREE]
    assert here.open_keys() == ("outcomes",)


def test_an_open_period_is_none_and_a_prompt_one_has_no_number() -> None:
    here = profile(Rule("review.limit", "期限", open=True))
    assert here.review_limit() is None
    prompt = profile(period(None, PROMPTLY)).review_limit()
    assert prompt is not None
    assert (prompt.value, prompt.unit) == (None, PROMPTLY)


def test_a_duration_carries_what_the_clock_needs() -> None:
    rule = period(
        90,
        "calendar_day",
        attributes={
            "start": "filing",
            "rolls": True,
            "extension": {"value": 30, "unit": "calendar_day", "approver": "负责人"},
            "excludes": ["hearing"],
            "counting": {"document": "办法", "article": "第二条", "quote": "顺延"},
        },
    )
    made = as_duration(rule)
    assert (made.start, made.rolls, made.excludes) == ("filing", True, ("hearing",))
    assert made.extension is not None
    assert (made.extension.value, made.extension.approver) == (30, "负责人")
    assert made.counting == Source("办法", "第二条", "顺延")


JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
RULES = st.builds(
    Rule,
    key=st.just("k"),
    title=st.text(max_size=8),
    value=JSON | st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=2), max_size=2),
    unit=st.sampled_from(["", "working_day", PROMPTLY]),
    open=st.booleans(),
    soft=st.booleans(),
    source=st.none() | st.just(SOURCE),
    also=st.lists(st.just(SOURCE), max_size=2).map(tuple),
    layer=st.sampled_from(["national", "here"]),
    note=st.text(max_size=5),
    why=st.text(max_size=5),
    stricter=st.sampled_from(["", "less", "true"]),
    binding=st.booleans(),
    attributes=st.dictionaries(st.sampled_from(["start", "rolls", "approver"]), JSON, max_size=2),
)


@given(rule=RULES, lost=RULES, default=st.none() | RULES)
def test_a_rule_comes_back_from_its_record(rule: Rule, lost: Rule, default: Rule | None) -> None:
    from dataclasses import replace

    whole = replace(rule, overridden=(lost,), default=default)
    assert rule_from_dict("k", rule_as_dict(whole)) == whole
    kept = profile(whole).applied()
    assert profile_from_json(kept) == profile(whole)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"id": 1, "rules": 3}', "{" * 9])
def test_a_record_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        profile_from_json(text)
    assert caught.value.code is ProfileFault.APPLIED_BROKEN
