"""Rules for one kind of enforcement beside the general one, and items added to the checklist."""

from datetime import date
from pathlib import Path

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.application.rulebook import review_rule
from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.checklist import applicable
from sanzhi_desktop.domain.checklist_additions import additions
from sanzhi_desktop.domain.clock import START_ACCEPTANCE, START_RECEIPT
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.opinion import Dimension, Weight
from sanzhi_desktop.domain.profile import Profile, profile_from_json
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.resources import checklists, profiles
from sanzhi_desktop.resources.profiles.compare import changed_rows, changes
from sanzhi_desktop.resources.profiles.schema import schema

HEAD = """id = "place"
name = "某县"
edition = "1"
extends = "national"
[documents."某办法"]
title = "某县重大执法决定法制审核办法"
rank = "normative"
[documents."某决定"]
title = "某局决定"
rank = "office"
"""
SOURCE = 'document = "某办法"\narticle = "第十条"\nquote = "应当在期限内审核完毕"\n'
LIMITS = f"""{HEAD}
[rules."review.limit"]
value = 7
unit = "工作日"
start = "受理"
extension = {{ value = 3, unit = "工作日", approver = "分管负责人" }}
{SOURCE}
[rules."review.limit.penalty"]
value = 10
unit = "工作日"
start = "收到"
extension = {{ value = 5, unit = "工作日", approver = "主要负责人" }}
excludes = ["hearing"]
{SOURCE}
[rules."objection.limit"]
value = 3
unit = "工作日"
{SOURCE}
[rules."objection.reply_limit.permit"]
value = 2
unit = "工作日"
{SOURCE}
"""


def read(tmp_path: Path, text: str) -> Profile:
    file = tmp_path / "place.toml"
    file.write_text(text, "utf-8")
    profile, flaws = profiles.load_file(file)
    assert flaws == ()
    assert profile is not None
    return profile


def test_ten_and_five_for_one_kind_seven_and_three_for_the_others(tmp_path: Path) -> None:
    profile = read(tmp_path, LIMITS)
    penalty, permit = review_rule(profile, Kind.PENALTY), review_rule(profile, Kind.PERMIT)
    assert penalty is not None
    assert permit is not None
    assert (penalty.number, penalty.start, set(penalty.causes)) == (10, START_RECEIPT, {"hearing"})
    assert (permit.number, permit.start, set(permit.causes)) == (7, START_ACCEPTANCE, set())
    more = {
        kind: profile.duration("review.extension", kind) for kind in (Kind.PENALTY, Kind.COERCION)
    }
    assert {kind: (d.value, d.approver) for kind, d in more.items() if d} == {
        Kind.PENALTY: (5, "主要负责人"),
        Kind.COERCION: (3, "分管负责人"),
    }
    assert profile.rule("review.limit.penalty").title == "法制审核期限（行政处罚）"
    objection = profile.duration("objection.limit", Kind.PERMIT)
    assert objection is not None
    assert (objection.value, objection.unit) == (3, Unit.WORKING_DAY)
    assert profile.duration("objection.reply_limit", Kind.PENALTY) is None


def test_the_kept_profile_and_the_comparison_know_them(tmp_path: Path) -> None:
    profile = read(tmp_path, LIMITS)
    kept = profile_from_json(profile.applied())
    assert review_rule(kept, Kind.PENALTY) == review_rule(profile, Kind.PENALTY)
    differing = {change.key for change in changes(profiles.shipped("national"), profile)}
    assert {"review.limit", "review.limit.penalty", "review.extension.penalty"} <= differing
    keys = list(profile.rules)
    assert keys.index("review.limit.penalty") == keys.index("review.limit") + 1


def test_the_office_may_differ_for_one_kind_from_its_document() -> None:
    """A document of the lower rank gives way to the office's own rule for one kind."""
    own = {
        "id": "office", "name": "某局", "edition": "1", "extends": "shucheng",
        "documents": {"某决定": {"title": "某局决定", "rank": "office"}},
        "rules": {
            "review.limit.permit": {"value": 8, "unit": "working_day", "document": "某决定"}
        },
    }  # fmt: skip
    profile = profiles.with_office("shucheng", own)
    limits = [review_rule(profile, kind) for kind in (Kind.PENALTY, Kind.PERMIT)]
    assert [limit.number for limit in limits if limit] == [5, 8]


def test_a_statute_is_not_relaxed_for_one_kind() -> None:
    """行政处罚法 art. 57: the meeting for complex penalties stands whatever a plan says."""
    national = profiles.shipped("national")
    assert national.for_kind("gate.fail_blocks", Kind.PENALTY).value is True
    zhengzhou = profiles.shipped("zhengzhou")
    assert zhengzhou.for_kind("gate.fail_blocks", Kind.PENALTY).source is not None
    assert zhengzhou.for_kind("gate.fail_blocks", Kind.PENALTY).binding


@pytest.mark.parametrize("key", ["review.limit.nothing", "staff.ratio.penalty", "review.limit."])
def test_a_key_of_no_kind_is_refused(tmp_path: Path, key: str) -> None:
    file = tmp_path / "place.toml"
    file.write_text(f'{HEAD}[rules."{key}"]\nvalue = 3\nunit = "工作日"\n{SOURCE}', "utf-8")
    profile, flaws = profiles.load_file(file)
    assert profile is None
    assert [flaw.key for flaw in flaws] == [key]


def test_the_format_names_every_key_that_may_differ_by_kind() -> None:
    text = resources.path("profiles", "FORMAT.md").read_text("utf-8")
    said = text.split("可以这样写的键：")[1].split("。")[0]
    listed = [part.strip("`") for part in said.split("、")]
    assert listed == sorted(key for key, spec in schema().keys.items() if spec.by_kind)


ITEMS = f"""{HEAD}
[rules."checklist.items"]
value = [
    {{ id = "photo", dimension = "事实证据", kinds = ["行政处罚"], text = "现场照片注明拍摄时间。", \
weight = "重要项", \
finding = "照片没有注明时间。", suggestion = "补充注明。" }},
    {{ id = "record", dimension = "PROCEDURE", text = "听证笔录逐页签名", weight = "否决项", \
shown = "hearing" }},
]
{SOURCE}
"""


def submission(kind: Kind = Kind.PENALTY, *, heard: bool = False) -> Submission:
    return Submission(
        kind=kind,
        procedure=Procedure.ORDINARY,
        hearing_date=date(2026, 9, 1) if heard else None,
    )


def test_added_items_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    profile = read(tmp_path, ITEMS)
    shipped = checklists.shipped().items
    layers = {*profile.layers, profile.id}
    heard = additions(profile, submission(heard=True))
    assert [(i.id, i.dimension, i.weight) for i in heard] == [
        ("增01", Dimension.EVIDENCE, Weight.SERIOUS),
        ("增02", Dimension.PROCEDURE, Weight.VETO),
    ]
    first = heard[0]
    assert first.basis_text(Kind.PENALTY, layers) == "《某办法》第十条"
    assert (first.finding, first.suggestion) == ("照片没有注明时间。", "补充注明。")
    assert first.added == "本地办法增加"
    asked = applicable((*shipped, *heard), Kind.PENALTY, layers)
    assert {"增01", "增02"} <= {i.id for i in asked}
    assert len(asked) == len(applicable(shipped, Kind.PENALTY, layers)) + 2
    # the number stays when the hearing item is not asked
    assert [i.id for i in additions(profile, submission())] == ["增01"]
    permit = applicable(
        additions(profile, submission(Kind.PERMIT, heard=True)), Kind.PERMIT, layers
    )
    assert [i.id for i in permit] == ["增02"]


def test_the_office_adds_and_takes_nothing_away(tmp_path: Path) -> None:
    read(tmp_path, ITEMS)
    texts = profiles.texts_of_chain(tmp_path / "place.toml")
    own = {
        "id": "office", "name": "某局", "edition": "2", "extends": "place",
        "documents": {"某局决定": {"title": "某局决定", "rank": "office"}},
        "rules": {
            "checklist.items": {
                "value": [{
                    "id": "own_1", "dimension": "DOCUMENTS", "text": "文书用新格式",
                    "weight": "FORMAL", "basis": "《某通知》第二条",
                }],
                "document": "某局决定",
            }
        },
    }  # fmt: skip
    profile = profiles.with_office("place", own, imported=texts)
    found = additions(profile, submission(heard=True))
    assert [(i.id, i.added) for i in found] == [
        ("增01", "本地办法增加"), ("增02", "本地办法增加"), ("增03", "本单位增加"),
    ]  # fmt: skip
    assert found[2].basis_text(Kind.PENALTY, set()) == "《某通知》第二条"
    kept = profile_from_json(profile.applied())
    assert additions(kept, submission(heard=True)) == found
    change = next(c for c in changes(profiles.shipped("national"), profile)
                  if c.key == "checklist.items")  # fmt: skip
    came, went, altered = changed_rows(change)
    assert came == ["文书用新格式（规范项）"]
    assert (went, altered) == ([], [])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('id = "a", dimension = "不知道", text = "x", weight = "重要项"', "dimension"),
        ('id = "a", dimension = "程序", weight = "重要项"', "text"),
        ('id = "a", dimension = "程序", text = "x", weight = "最重"', "weight"),
        ('id = "a", dimension = "程序", text = "x", weight = "重要项", shown = "有时"', "shown"),
        ('id = "a", dimension = "程序", text = "x", weight = "重要项", colour = "x"', "colour"),
    ],
)
def test_a_wrong_item_is_named(tmp_path: Path, row: str, field: str) -> None:
    file = tmp_path / "place.toml"
    file.write_text(f'{HEAD}[rules."checklist.items"]\nvalue = [{{ {row} }}]\n{SOURCE}', "utf-8")
    profile, flaws = profiles.load_file(file)
    assert profile is None
    assert field in {str(flaw.facts.get("field")) for flaw in flaws}


def test_a_case_of_an_older_edition_has_no_added_items() -> None:
    old = profiles.shipped("national")
    rules = {key: rule for key, rule in old.rules.items() if key != "checklist.items"}
    kept = Profile(old.id, old.name, old.edition, rules, old.layers)
    assert additions(kept, submission(heard=True)) == ()
