"""Statute over profile over office: the stricter wins, says why, and keeps what lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.compare import changes, value_in_words
from sanzhi_desktop.resources.profiles.schema import BINDING, RANKS, schema

CITED = {"document": "甲", "article": "第一条", "quote": "原文"}


def over(profile_id: str, rank: str, **rules: dict[str, Any]) -> Profile:
    """A profile with an office layer whose one document has the rank."""
    tables = {
        key.replace("__", "."): CITED | table if not table.get("open") else table
        for key, table in rules.items()
    }
    return profiles.with_office(
        profile_id,
        {
            "id": "office",
            "name": "某局",
            "edition": "2026-01-01",
            "extends": profile_id,
            "documents": {"甲": {"title": "甲", "rank": rank}},
            "rules": tables,
        },
    )


@given(days=st.integers(1, 3000), rank=st.sampled_from(["normative", "office"]))
def test_no_lower_document_lengthens_a_statutory_period(days: int, rank: str) -> None:
    table = {"value": days, "unit": "calendar_day"}
    rule = over("shucheng", rank, clock__penalty__decision=table).rule("clock.penalty.decision")
    assert rule.value == min(days, 90)
    assert rule.layer == ("office" if days <= 90 else "national")
    if days == 90:
        assert rule.why == ""
        assert any(source.document == "行政处罚法" for source in rule.also)
    else:
        assert "更严" in rule.why
        assert rule.overridden[0].value == max(days, 90)


@pytest.mark.parametrize("rank", sorted(BINDING))
def test_a_special_rule_may_lengthen_where_the_statute_allows_it(rank: str) -> None:
    table = {"value": 120, "unit": "calendar_day"}
    rule = over("shucheng", rank, clock__penalty__decision=table).rule("clock.penalty.decision")
    assert rule.value == 120
    assert "另有规定" in rule.why


def test_no_document_shortens_the_notice_of_a_hearing() -> None:
    table = {"value": 5, "unit": "working_day"}
    rule = over("shucheng", "rule", clock__hearing__notice=table).rule("clock.hearing.notice")
    assert rule.value == 7


@pytest.mark.parametrize("rank", RANKS[:-1])
def test_the_penalty_gate_cannot_be_lowered_by_any_document(rank: str) -> None:
    lowered = over("zhengzhou", rank, gate__fail_blocks__penalty={"value": False})
    rule = lowered.rule("gate.fail_blocks.penalty")
    assert rule.value is True
    assert rule.overridden[0].value is False


def test_working_and_calendar_days_are_compared_by_their_length() -> None:
    shorter = over(
        "shucheng", "office", publicity__retract__penalty={"value": 3, "unit": "calendar_day"}
    )
    assert shorter.rule("publicity.retract.penalty").unit == "calendar_day"
    longer = over(
        "shucheng", "office", publicity__retract__penalty={"value": 5, "unit": "calendar_day"}
    )
    assert longer.rule("publicity.retract.penalty").unit == "working_day"


def test_an_office_fills_what_its_document_leaves_open() -> None:
    table = {"value": 7, "unit": "working_day"}
    profile = over("zhengzhou", "office", review__limit=table)
    limit = profile.review_limit()
    assert limit is not None
    assert limit.value == 7
    assert profile.layers == ("national", "zhengzhou", "office")
    assert "review.limit" not in profile.open_keys()


def test_an_office_may_be_stricter_or_looser_than_its_own_plan() -> None:
    for days in (3, 8):
        table = {"value": days, "unit": "working_day"}
        rule = over("shucheng", "office", review__limit=table).rule("review.limit")
        assert (rule.value, rule.layer) == (days, "office")
        assert rule.overridden[0].value == 5


def test_open_in_a_layer_does_not_silence_a_rule_below() -> None:
    rule = over("shucheng", "office", publicity__limit={"open": True}).rule("publicity.limit")
    assert (rule.open, rule.value) == (False, 20)


def test_an_accepted_default_is_no_longer_open() -> None:
    profile = over("tianxin", "office", outcomes={"accept": True})
    rule = profile.rule("outcomes")
    assert not rule.open
    assert rule.source is not None
    assert rule.source.document == "甲"
    assert rule.also[0].document == "国办发〔2018〕118号"
    assert [one.name for one in profile.outcomes()] == ["同意", "存在问题"]


def test_an_outcome_list_of_an_office_replaces_the_default() -> None:
    rows = [{"code": "AGREE", "name": "同意"}, {"code": "NOT_PASS", "name": "不予通过"}]
    profile = over("tianxin", "office", outcomes={"value": rows})
    assert [one.name for one in profile.outcomes()] == ["同意", "不予通过"]


def test_a_general_office_limit_does_not_relax_the_special_one() -> None:
    table = {"value": 10, "unit": "working_day"}
    profile = over("shucheng", "office", publicity__limit=table)
    assert profile.for_kind("publicity.limit", "penalty").value == 7
    assert profile.for_kind("publicity.limit", "coercion").value == 10
    table = {"value": 5, "unit": "working_day"}
    profile = over("shucheng", "office", publicity__limit=table)
    assert profile.for_kind("publicity.limit", "penalty").value == 5


def test_a_special_rule_of_one_document_stands_beside_its_general_one() -> None:
    """7 days for permits beside 5 for the rest, both of one document: the special one answers."""
    profile = over(
        "shucheng",
        "normative",
        publicity__limit={"value": 5, "unit": "working_day"},
        publicity__limit__permit={"value": 7, "unit": "working_day"},
    )
    assert profile.for_kind("publicity.limit", "permit").value == 7


def test_what_differs_between_an_office_and_its_document() -> None:
    table = {"value": 7, "unit": "working_day"}
    changed = changes(profiles.shipped("shucheng"), over("shucheng", "office", review__limit=table))
    assert [one.key for one in changed] == ["review.limit"]
    assert value_in_words(changed[0].left) == "原则上5个工作日"
    assert value_in_words(changed[0].right) == "7个工作日"


@pytest.mark.parametrize("name", profiles.shipped_ids())
def test_a_profile_does_not_differ_from_itself(name: str) -> None:
    assert changes(profiles.shipped(name), profiles.shipped(name)) == ()


def test_every_value_can_be_put_into_words() -> None:
    for name in profiles.shipped_ids():
        for rule in profiles.shipped(name).rules.values():
            words = value_in_words(rule)
            assert words
            assert "{" not in words


def test_directions_are_known_words() -> None:
    for spec in schema().keys.values():
        assert spec.stricter in ("", "less", "more", "true", "false")
        assert spec.stricter or not spec.floor
