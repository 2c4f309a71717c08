"""The shipped profiles: complete, sound, and different where their documents differ."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.profile import ProfileFault, profile_from_json
from sanzhi_desktop.domain.rule import PROMPTLY, Source
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.periods import BEFORES, STARTS
from sanzhi_desktop.resources.profiles.schema import CAUSES, EXTRA_FIELDS, RANKS, schema

LOCAL = ("tianxin", "shucheng", "zhengzhou", "yueyanglou", "haimen")
EVERY = ("national", "hunan", *LOCAL)

# (key, tianxin, shucheng, zhengzhou, yueyanglou, haimen); None: nobody says, the office sets it.
DIFFERENCES: tuple[tuple[str, Any, Any, Any, Any, Any], ...] = (
    ("review.limit", None, 5, None, None, None),
    ("outcome.reasons_required", None, True, True, True, None),
    ("gate.fail_blocks", True, True, False, True, True),
    ("gate.fail_blocks.penalty", True, True, True, True, True),
    ("gate.dispute_clears", False, False, True, False, False),
    ("gate.dispute_clears.penalty", False, False, False, False, False),
    ("gate.requires_review", True, True, True, True, True),
    ("countersign.substitutes", None, None, None, False, None),
    ("staff.ratio", 5, 5, 5, 5, 5),
    ("publicity.limit", 20, 20, 20, 20, 20),
    ("publicity.limit.penalty", 7, 7, 7, 7, 7),
    ("publicity.limit.permit", 7, 7, 7, 7, 7),
    ("publicity.retract.penalty", 3, 3, 3, 3, 3),
    ("report.annual", "01-31", "01-31", "01-31", "01-31", "01-31"),
    ("report.quarterly", None, None, True, None, None),
    ("report.monthly", None, None, None, None, True),
    ("report.evaluation", None, None, None, "01-31", None),
    ("review.start", None, None, None, None, "receipt"),
    ("staff.rotation", None, None, None, None, 3),
    ("duty.companions_identity", None, True, None, None, None),
    ("publicity.item_list_review", True, None, None, None, True),
    ("clock.penalty.decision", 90, 90, 90, 90, 90),
    ("clock.fallback.ex_officio", 60, None, None, 60, None),
)
OUTCOMES = {
    "tianxin": ("同意", "存在问题"),
    "shucheng": ("同意", "纠正", "移送有权机关处理", "移送有权机关处理"),
    "zhengzhou": ("同意", "存在问题"),
    "yueyanglou": ("同意", "存在问题"),
    "haimen": ("同意", "存在问题"),
}


def _sources(value: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    yield {k: value.get(k, "") for k in ("document", "article", "quote")}
    yield from value.get("also", ())
    if "counting" in value:
        yield value["counting"]


def _files() -> dict[str, Mapping[str, Any]]:
    return {
        name: tomllib.loads(resources.path("profiles", f"{name}.toml").read_text("utf-8"))
        for name in EVERY
    }


def test_the_shipped_profiles_are_listed_national_first() -> None:
    assert profiles.shipped_ids()[0] == "national"
    assert set(profiles.shipped_ids()) == set(EVERY)
    assert {h.id: h.extends for h in profiles.heads()}["tianxin"] == "hunan"


@pytest.mark.parametrize("name", EVERY)
def test_a_shipped_profile_passes_its_own_check(name: str) -> None:
    assert profiles.check_file(resources.path("profiles", f"{name}.toml")) == ()


@pytest.mark.parametrize("name", ["shilixian", "office", "medicare", "market"])
def test_the_worked_examples_pass(name: str) -> None:
    assert profiles.check_file(resources.path("profiles", "examples", f"{name}.toml")) == ()


def test_national_publishes_every_key_of_the_table() -> None:
    assert tuple(profiles.shipped("national").rules) == tuple(schema().keys)
    assert set(_files()["national"]["rules"]) == set(schema().keys)


def test_the_key_table_of_the_manual_is_the_table() -> None:
    manual = resources.path("profiles", "FORMAT.md").read_text("utf-8")
    for key, spec in schema().keys.items():
        assert f"| `{key}` | {spec.title} |" in manual


def test_the_manual_names_every_row_field_code_and_cause() -> None:
    manual = resources.path("profiles", "FORMAT.md").read_text("utf-8")
    for name, fields in schema().rows.items():
        (row,) = [line for line in manual.splitlines() if line.startswith(f"| `{name}` ")]
        assert all(f"`{field}`" in row for field in fields)
    for word in (*Outcome, *CAUSES, *RANKS, *Unit):
        assert f"`{word}`" in manual
    for code, word in (*STARTS.items(), *BEFORES.items()):
        assert f"`{code}` {word}" in manual
    for name in EXTRA_FIELDS["duration"]:
        assert f"| `{name}" in manual


@pytest.mark.parametrize("name", LOCAL)
def test_every_rule_that_is_not_open_names_document_article_and_phrase(name: str) -> None:
    profile = profiles.shipped(name)
    for rule in profile.rules.values():
        if rule.open:
            assert rule.value is None
        else:
            assert rule.answers
            assert rule.source is not None
            assert all((rule.source.document, rule.source.article, rule.source.quote)), rule.key


def test_a_quote_is_a_short_phrase_without_line_breaks() -> None:
    for name, data in _files().items():
        for key, table in data["rules"].items():
            rows = table.get("value")
            rows = [r for r in rows if isinstance(r, dict)] if isinstance(rows, list) else []
            for source in (*_sources(table), *rows):
                quote = source.get("quote", "")
                assert len(quote) <= 110, (name, key, quote)
                assert "\n" not in quote


def test_a_statute_is_cited_by_its_article() -> None:
    for name, data in _files().items():
        ranks = {d: t["rank"] for d, t in data["documents"].items()}
        for key, table in data["rules"].items():
            if ranks.get(table.get("document", "")) in ("law", "admin_regulation", "rule"):
                assert table["article"].startswith("第"), (name, key)


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: str(row[0]))
def test_the_profiles_differ_as_their_documents_do(row: tuple[Any, ...]) -> None:
    key, *expected = row
    for name, value in zip(LOCAL, expected, strict=True):
        rule = profiles.shipped(name).rule(key)
        assert rule.open is (value is None), (key, name)
        assert rule.value == value, (key, name)


@pytest.mark.parametrize("name", LOCAL)
def test_outcomes_in_the_words_of_the_profile(name: str) -> None:
    found = profiles.shipped(name).outcomes()
    assert tuple(one.name for one in found) == OUTCOMES[name]
    assert found[0].code is Outcome.AGREE
    assert profiles.shipped(name).rule("outcomes").open is (name in ("tianxin", "haimen"))


def test_shucheng_transfers_to_a_competent_body_of_either_sort() -> None:
    codes = {one.code for one in profiles.shipped("shucheng").outcomes()}
    assert codes == {
        *(Outcome.AGREE, Outcome.CORRECT),
        *(Outcome.TRANSFER_ADMIN, Outcome.TRANSFER_CRIME),
    }


def test_the_review_limit_of_shucheng_is_soft() -> None:
    limit = profiles.shipped("shucheng").review_limit()
    assert limit is not None
    assert (limit.value, limit.unit, limit.soft) == (5, "working_day", True)
    assert profiles.shipped("zhengzhou").review_limit() is None


def test_an_open_rule_names_the_national_default() -> None:
    rule = profiles.shipped("tianxin").rule("outcomes")
    assert rule.open
    assert rule.value is None
    assert rule.default is not None
    assert rule.default.source is not None
    assert rule.default.source.document == "国办发〔2018〕118号"
    assert [row["name"] for row in rule.in_force().value] == ["同意", "存在问题"]


def test_a_promise_to_be_prompt_loses_to_three_working_days() -> None:
    zhengzhou = profiles.shipped("zhengzhou")
    assert zhengzhou.rule("publicity.retract").unit == PROMPTLY
    rule = zhengzhou.for_kind("publicity.retract", "penalty")
    assert (rule.value, rule.unit) == (3, "working_day")
    assert rule.source is not None
    assert rule.source.document == "行政处罚法"
    assert "更严" in rule.why
    assert zhengzhou.for_kind("publicity.retract", "permit").unit == PROMPTLY


def test_the_statute_stays_where_the_province_asks_less() -> None:
    rule = profiles.shipped("tianxin").rule("clock.hearing.notice")
    assert (rule.value, rule.unit, rule.layer) == (7, "working_day", "national")
    assert rule.overridden[0].layer == "hunan"
    assert "更严" in rule.why


def test_hunan_stands_under_its_districts_only() -> None:
    assert profiles.shipped("yueyanglou").layers == ("national", "hunan", "yueyanglou")
    assert profiles.shipped("haimen").layers == ("national", "haimen")
    assert profiles.shipped("tianxin").value("meeting.required") is True


@pytest.mark.parametrize("name", ["tianxin", "yueyanglou"])
def test_twenty_four_tasks_with_leads_and_dates(name: str) -> None:
    tasks = profiles.shipped(name).rows("tasks")
    assert [task["number"] for task in tasks] == list(range(1, 25))
    standing = {task["number"]: task["standing"] for task in tasks}
    due = {task["number"]: task.get("due") for task in tasks}
    if name == "tianxin":
        assert all(standing.values())
        assert (due[7], due[8], due[16], due[5]) == ("2020-06-30", "2020-12-31", "2020-10-31", None)
        assert tasks[11]["leads"] == ["区政府办公室", "区司法局"]
    else:
        assert [n for n, lasts in standing.items() if not lasts] == [
            1,
            2,
            3,
            6,
            11,
            12,
            14,
            16,
            17,
            20,
        ]
        assert due[16] == "2020-12-31"
        assert "leads" not in tasks[4]


def test_haimen_has_its_five_stages() -> None:
    stages = profiles.shipped("haimen").rows("stages")
    assert [(s["from"], s["to"]) for s in stages] == [
        ("2017-03-11", "2017-03-31"),
        ("2017-04-01", "2017-04-20"),
        ("2017-04-21", "2017-04-30"),
        ("2017-05-01", "2017-09-30"),
        ("2017-10-01", "2017-10-31"),
    ]


def test_materials_of_yueyanglou_are_four_groups() -> None:
    names = [m.name for m in profiles.shipped("yueyanglou").materials("penalty")]
    assert names == ["行政执法文书", "相关证据", "当事人陈述申辩材料", "执法过程记录资料"]
    assert profiles.shipped("shucheng").materials("penalty") == ()


def test_the_way_of_a_disagreement() -> None:
    steps = profiles.shipped("shucheng").dispute_route()
    assert [step.id for step in steps] == ["consult", "meeting"]
    assert steps[1].body == "局长办公会"
    assert steps[1].both_opinions
    assert profiles.shipped("yueyanglou").dispute_route() == ()


def test_statutory_clocks_count_as_their_statutes_say() -> None:
    national = profiles.shipped("national")
    expected = {
        "clock.penalty.decision": (90, "calendar_day", False),
        "clock.penalty.decision.market": (90, "calendar_day", True),
        "clock.penalty.decision.natural_resources": (60, "calendar_day", False),
        "clock.penalty.service": (7, "working_day", False),
        "clock.hearing.request": (5, "working_day", False),
        "clock.hearing.notice": (7, "working_day", False),
        "clock.transfer.approve": (3, "calendar_day", False),
        "clock.transfer.send": (24, "hour", False),
        "clock.coercion.seal": (30, "calendar_day", False),
        "clock.coercion.freeze_delivery": (3, "working_day", False),
        "clock.permit.decision": (20, "working_day", False),
        "clock.lawsuit": (6, "month", False),
    }
    for key, (value, unit, rolls) in expected.items():
        found = national.duration(key)
        assert found is not None
        assert (found.value, found.unit, found.rolls) == (value, unit, rolls), key
    market = national.duration("clock.penalty.decision.market")
    assert market is not None
    assert market.extension is not None
    assert market.extension.value == 30
    assert "hearing" in market.excludes
    assert market.counting is not None


@pytest.mark.parametrize("name", EVERY)
def test_a_case_keeps_the_profile_as_applied(name: str) -> None:
    profile = profiles.shipped(name)
    kept = profile.applied()
    assert profile_from_json(kept) == profile
    assert profile_from_json(kept).applied() == kept


def test_a_broken_record_says_so() -> None:
    with pytest.raises(DomainError) as caught:
        profile_from_json('{"id": "x"}')
    assert caught.value.code is ProfileFault.APPLIED_BROKEN


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(DomainError) as caught:
        profiles.shipped("atlantis")
    assert caught.value.code is ProfileFault.UNKNOWN_PROFILE
    assert "shucheng" in caught.value.facts["known"]


def test_an_edition_is_in_effect_from_its_day() -> None:
    shucheng = profiles.shipped("shucheng")
    assert not shucheng.in_effect(date(2019, 11, 26))
    assert shucheng.in_effect(date(2019, 11, 27))


def test_a_source_is_cited_as_it_is_printed() -> None:
    assert Source("行政处罚法", "第五十八条").cited() == "《行政处罚法》第五十八条"
    plan = Source("示应急〔2026〕1号", "二、主要任务　4.明确审核流程。")
    assert plan.cited() == "示应急〔2026〕1号“二、主要任务4.明确审核流程”"
