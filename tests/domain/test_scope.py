"""Scope: criteria, extras, thresholds and tiers, each with the article that fired."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop import resources
from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.scope import ScopeCase, decide_scope, penalty_name
from sanzhi_desktop.domain.scope_input import ScopeFault, read_case
from sanzhi_desktop.resources import profiles

LOCAL = ("tianxin", "shucheng", "zhengzhou", "yueyanglou", "haimen")
EXAMPLE = str(Path(resources.path("profiles", "examples", "shilixian.toml")))
FIVE = ("public_interest", "social_impact", "major_rights", "hearing", "complex")


def fired(profile: str, case: ScopeCase) -> set[tuple[str, str]]:
    answer = decide_scope(profiles.load(profile), case)
    assert answer.needs_review is bool(answer.because)
    assert bool(answer.reviewers) is answer.needs_review
    return {(one.criterion, one.source.document) for one in answer.because}


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize("criterion", FIVE)
@pytest.mark.parametrize("kind", [Kind.PERMIT, Kind.COERCION, Kind.FEE])
def test_each_of_the_five_criteria_calls_for_a_review(
    name: str, criterion: str, kind: Kind
) -> None:
    documents = {
        d for c, d in fired(name, ScopeCase(kind, criteria=(criterion,))) if c == criterion
    }
    own = profiles.shipped(name).rule("scope.criteria").source
    assert own is not None
    assert documents == {own.document}


def test_haimen_falls_back_on_the_national_criteria() -> None:
    assert fired("haimen", ScopeCase(Kind.PERMIT, criteria=("complex",))) == {
        ("complex", "国办发〔2018〕118号")
    }


@pytest.mark.parametrize("name", LOCAL)
def test_an_everyday_summary_penalty_needs_none(name: str) -> None:
    case = ScopeCase(Kind.PENALTY, Procedure.SUMMARY, amount_fen=20_000)
    answer = decide_scope(profiles.shipped(name), case)
    assert (answer.needs_review, answer.reviewers, answer.because) == (False, (), ())


@pytest.mark.parametrize(
    ("procedure", "needed"),
    [
        (Procedure.SUMMARY, False),
        (Procedure.ORDINARY, True),
        (Procedure.HEARING, True),
        (None, True),
    ],
)
def test_zhengzhou_reviews_every_ordinary_penalty(
    procedure: Procedure | None, needed: bool
) -> None:
    case = ScopeCase(Kind.PENALTY, procedure)
    assert decide_scope(profiles.shipped("zhengzhou"), case).needs_review is needed
    if procedure is Procedure.ORDINARY:
        answer = decide_scope(profiles.shipped("zhengzhou"), case)
        assert answer.because[0].source.quote == "适用一般程序作出的行政处罚决定都要进行法制审核"
        for other in ("tianxin", "shucheng", "yueyanglou", "haimen"):
            assert not decide_scope(profiles.shipped(other), case).needs_review


def test_zhengzhou_leaves_an_everyday_permit_alone() -> None:
    assert fired("zhengzhou", ScopeCase(Kind.PERMIT)) == set()


def test_the_statute_joins_rights_and_hearing() -> None:
    rights = ScopeCase(Kind.PENALTY, criteria=("major_rights",))
    heard = ScopeCase(Kind.PENALTY, criteria=("major_rights",), hearing=True)
    assert ("rights_and_hearing", "行政处罚法") not in fired("shucheng", rights)
    assert ("rights_and_hearing", "行政处罚法") in fired("shucheng", heard)
    assert ("rights_and_hearing", "行政处罚法") not in fired(
        "shucheng", ScopeCase(Kind.PERMIT, criteria=("major_rights",), hearing=True)
    )


def test_a_hearing_is_told_by_the_flag_or_by_the_procedure() -> None:
    by_flag = fired("tianxin", ScopeCase(Kind.PENALTY, Procedure.ORDINARY, hearing=True))
    by_procedure = fired("tianxin", ScopeCase(Kind.PENALTY, Procedure.HEARING))
    assert by_flag == by_procedure == {("hearing", "天政办发〔2019〕9号")}


@pytest.mark.parametrize("name", LOCAL)
def test_an_item_of_the_catalogue_calls_for_a_review(name: str) -> None:
    found = fired(name, ScopeCase(Kind.PERMIT, catalogue_item="3"))
    assert "catalogue" in {criterion for criterion, _ in found}
    if name == "haimen":
        assert "catalogue_item" in {criterion for criterion, _ in found}


@pytest.mark.parametrize(
    ("decider", "reviewers"),
    [
        ("department", ("该部门负责法制工作的机构",)),
        ("authorised", ("该组织负责法制工作的机构",)),
        ("government", ("承办部门负责法制工作的机构", "区司法局")),
    ],
)
def test_tianxin_has_two_tiers(decider: str, reviewers: tuple[str, ...]) -> None:
    case = ScopeCase(Kind.EXPROPRIATION, decider=decider, criteria=("public_interest",))
    assert decide_scope(profiles.shipped("tianxin"), case).reviewers == reviewers


def test_the_bureau_of_shucheng_reviews_its_own() -> None:
    case = ScopeCase(Kind.PENALTY, criteria=("complex",))
    assert decide_scope(profiles.shipped("shucheng"), case).reviewers == ("局执法监督股",)


@pytest.mark.parametrize(
    ("party", "fen", "criterion"),
    [
        (PartyType.PERSON, 1_000_000, "fine_person"),  # 含本数
        (PartyType.PERSON, 999_999, None),
        (PartyType.SOLE_TRADER, 1_000_000, "fine_person"),
        (PartyType.ORGANISATION, 1_000_000, None),
        (PartyType.ORGANISATION, 5_000_000, "fine_organisation"),
        (PartyType.ORGANISATION, 4_999_999, None),
        (None, 1_000_000, "fine_person"),
    ],
)
def test_fines_are_measured_by_party(
    party: PartyType | None, fen: int, criterion: str | None
) -> None:
    case = ScopeCase(Kind.PENALTY, Procedure.ORDINARY, party_type=party, amount_fen=fen)
    assert {c for c, _ in fired(EXAMPLE, case)} == ({criterion} if criterion else set())


@pytest.mark.parametrize(("fen", "superior"), [(50_000_000, False), (50_000_001, True)])
def test_a_large_amount_goes_to_the_superior_as_well(fen: int, superior: bool) -> None:
    case = ScopeCase(Kind.PENALTY, party_type=PartyType.ORGANISATION, amount_fen=fen)
    answer = decide_scope(profiles.load(EXAMPLE), case)
    assert answer.reviewers == (("本机关法制机构", "县司法局") if superior else ("本机关法制机构",))


@pytest.mark.parametrize(("fen", "needed"), [(2_000_050, False), (2_000_051, True)])
def test_a_threshold_counts_the_cents_and_may_exclude_its_own_number(
    fen: int, needed: bool
) -> None:
    case = ScopeCase(
        Kind.PENALTY,
        party_type=PartyType.ORGANISATION,
        amount_fen=fen,
        penalty_kinds=("没收违法所得",),
    )
    assert bool(fired(EXAMPLE, case)) is needed


def test_the_kind_of_penalty_alone_may_call_for_a_review() -> None:
    revoked = ScopeCase(Kind.PENALTY, penalty_kinds=("吊销营业执照",))
    assert {c for c, _ in fired(EXAMPLE, revoked)} == {"revocation"}
    assert fired(EXAMPLE, ScopeCase(Kind.PENALTY, penalty_kinds=("警告",))) == set()
    assert {c for c, _ in fired(EXAMPLE, ScopeCase(Kind.COERCION))} == {"demolition"}


@given(fen=st.integers(0, 10**12), more=st.integers(0, 10**12), party=st.sampled_from(PartyType))
def test_a_larger_fine_never_needs_less(fen: int, more: int, party: PartyType) -> None:
    profile = profiles.load(EXAMPLE)
    small, large = (
        {
            one.criterion
            for one in decide_scope(
                profile, ScopeCase(Kind.PENALTY, party_type=party, amount_fen=f)
            ).because
        }
        for f in (fen, fen + more)
    )
    assert small <= large


@given(
    name=st.sampled_from(LOCAL),
    kind=st.sampled_from(Kind),
    criteria=st.sets(st.sampled_from(FIVE)),
    extra=st.sampled_from(FIVE),
)
def test_one_more_criterion_never_takes_a_review_away(
    name: str, kind: Kind, criteria: set[str], extra: str
) -> None:
    profile = profiles.shipped(name)
    fewer = decide_scope(profile, ScopeCase(kind, criteria=tuple(criteria)))
    more = decide_scope(profile, ScopeCase(kind, criteria=(*criteria, extra)))
    assert set(fewer.because) <= set(more.because)
    assert more.needs_review


def read(**fields: Any) -> ScopeCase:
    return read_case(fields, profiles.shipped("shucheng"))


def test_chinese_and_codes_read_alike() -> None:
    chinese = read(
        kind="行政处罚",
        procedure="听证程序",
        decider="区人民政府",
        party_type="公民",
        amount_yuan="20,000.50",
        penalty_kinds=["罚款", "吊销许可证"],
        hearing="是",
        criteria=[
            "涉及重大公共利益",
            "引发社会风险",
            "重大利益",
            "经过听证",
            "疑难复杂、多个法律关系",
        ],
        catalogue_item=3,
    )
    codes = read(
        kind="penalty",
        procedure="hearing",
        decider="government",
        party_type="person",
        amount_yuan=20000.5,
        penalty_kinds=["fine", "revoke_licence"],
        hearing=True,
        criteria=list(FIVE),
        catalogue_item="3",
    )
    assert chinese == codes
    assert chinese.amount_fen == 2_000_050


@pytest.mark.parametrize(
    ("written", "decider"),
    [
        ("天心区人民政府", "government"),
        ("市政府", "government"),
        ("县应急管理局", "department"),
        ("城南镇人民政府", "department"),
        ("法律、法规授权的组织", "authorised"),
        ("authorised org", "authorised"),
    ],
)
def test_the_decider_is_told_by_its_name(written: str, decider: str) -> None:
    assert read(kind="penalty", decider=written).decider == decider


@pytest.mark.parametrize(
    ("written", "party"),
    [
        ("公民", PartyType.PERSON),
        ("法人或者其他组织", PartyType.ORGANISATION),
        ("个体工商户", PartyType.SOLE_TRADER),
        ("有限责任公司", PartyType.ORGANISATION),
    ],
)
def test_the_party_is_told_by_its_name(written: str, party: PartyType) -> None:
    assert read(kind="penalty", party_type=written).party_type is party


@pytest.mark.parametrize(
    ("written", "fen"),
    [(0, 0), ("2万元", 2_000_000), ("1.5万", 1_500_000), ("200元", 20_000), ("", None)],
)
def test_amounts_as_people_write_them(written: object, fen: int | None) -> None:
    assert read(kind="penalty", amount_yuan=written).amount_fen == fen


def test_what_is_not_stated_is_empty() -> None:
    assert read(kind="行政许可", procedure=None, amount_yuan=None, criteria=None) == ScopeCase(
        Kind.PERMIT
    )


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({}, ScopeFault.MISSING, "kind"),
        ({"kind": "调解"}, ScopeFault.UNKNOWN_VALUE, "kind"),
        ({"kind": "penalty", "procedure": "速裁"}, ScopeFault.UNKNOWN_VALUE, "procedure"),
        ({"kind": "penalty", "decider": "某人"}, ScopeFault.UNKNOWN_VALUE, "decider"),
        ({"kind": "penalty", "party_type": "公民、法人"}, ScopeFault.UNKNOWN_VALUE, "party_type"),
        ({"kind": "penalty", "party_type": "外星人"}, ScopeFault.UNKNOWN_VALUE, "party_type"),
        ({"kind": "penalty", "amount_yuan": "很多"}, ScopeFault.AMOUNT, "amount_yuan"),
        ({"kind": "penalty", "amount_yuan": -1}, ScopeFault.AMOUNT, "amount_yuan"),
        ({"kind": "penalty", "amount_yuan": 0.005}, ScopeFault.AMOUNT, "amount_yuan"),
        ({"kind": "penalty", "amount_yuan": True}, ScopeFault.AMOUNT, "amount_yuan"),
        ({"kind": "penalty", "amount_yuan": float("nan")}, ScopeFault.AMOUNT, "amount_yuan"),
        ({"kind": "penalty", "penalty_kinds": ["blah"]}, ScopeFault.UNKNOWN_VALUE, "penalty_kinds"),
        ({"kind": "penalty", "penalty_kinds": 3}, ScopeFault.UNKNOWN_VALUE, "penalty_kinds"),
        ({"kind": "penalty", "hearing": "perhaps"}, ScopeFault.UNKNOWN_VALUE, "hearing"),
        ({"kind": "penalty", "criteria": ["天气不好"]}, ScopeFault.UNKNOWN_VALUE, "criteria"),
        ({"kind": "penalty", "catalogue_item": []}, ScopeFault.UNKNOWN_VALUE, "catalogue_item"),
        ({"kind": "penalty", "knd": 1}, ScopeFault.UNKNOWN_FIELD, "knd"),
    ],
)
def test_the_unknown_is_refused_by_name(
    fields: dict[str, Any], code: ScopeFault, named: str
) -> None:
    with pytest.raises(DomainError) as caught:
        read(**fields)
    assert caught.value.code is code
    assert caught.value.facts["field"] == named


def test_a_list_is_no_case() -> None:
    with pytest.raises(DomainError) as caught:
        read_case([], profiles.shipped("shucheng"))
    assert caught.value.code is ScopeFault.NOT_A_CASE


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("罚款", "罚款"),
        ("责令停业整顿", "责令停产停业"),
        ("吊销营业执照", "吊销许可证件"),
        ("没收较大数额违法所得", "没收违法所得"),
        ("取消考试资格", "取消考试资格"),
    ],
)
def test_penalties_by_the_words_of_the_statute(written: str, name: str) -> None:
    assert penalty_name(written) == name


def elsewhere(*rules: str) -> Any:
    """A profile over national whose rules are written as an office would."""
    head = (
        'id = "elsewhere"\nname = "他处"\nedition = "1"\nextends = "national"\n'
        '[documents."办法"]\ntitle = "办法"\nrank = "normative"\n'
    )
    source = '\ndocument = "办法"\narticle = "第一条"\nquote = "原文"\n'
    return profiles.with_office("national", head + "".join(one + source for one in rules))


FINE = 'kind = "处罚", penalty = "罚款"'
THRESHOLDS = f"""[rules."scope.thresholds"]
value = [
    {{ id = "own", {FINE}, yuan = 5000, inclusive = true }},
    {{ id = "city", {FINE}, yuan = 500000, inclusive = false, reviewers = ["市局"] }},
  {{ id = "t", {FINE}, yuan = 1000000.55, inclusive = true, instead = true, reviewers = ["省"] }},
]"""
TIERS = """[rules."reviewer.tiers"]
value = [{ decider = "department", bodies = ["本局法制科"] }]"""


@pytest.mark.parametrize(
    ("yuan", "reviewers"),
    [
        ("4999.99", ()),
        ("5000", ("本局法制科",)),
        ("500000", ("本局法制科",)),
        ("500000.01", ("本局法制科", "市局")),
        ("1000000.54", ("本局法制科", "市局")),
        ("1000000.55", ("市局", "省")),
    ],
)
def test_a_superior_reviews_too_or_instead(yuan: str, reviewers: tuple[str, ...]) -> None:
    profile = elsewhere(THRESHOLDS, TIERS)
    case = read_case({"kind": "行政处罚", "penalty_kinds": ["罚款"], "amount_yuan": yuan}, profile)
    assert decide_scope(profile, case).reviewers == reviewers


def test_who_is_not_named_as_decider_is_reviewed_by_what_the_layer_below_says() -> None:
    profile = elsewhere(TIERS)
    national = profiles.shipped("national")
    for decider in ("authorised", "government"):
        case = ScopeCase(Kind.PERMIT, decider=decider, criteria=("complex",))
        answer = decide_scope(profile, case)
        assert answer.reviewers == decide_scope(national, case).reviewers
        assert answer.reviewers


def test_an_amount_that_is_not_included_is_said_as_exceeded() -> None:
    profile = elsewhere(THRESHOLDS)
    case = ScopeCase(Kind.PENALTY, amount_fen=600_000_00, penalty_kinds=("罚款",))
    names = [one.name for one in decide_scope(profile, case).because]
    assert names == ["罚款5000元以上（含本数）", "罚款超过500000元（不含本数）"]


@pytest.mark.parametrize(
    "written",
    [
        "5000",
        5000,
        5000.0,
        "５，０００元",
        "¥5000",
        "人民币5000元整",
        "0.5万元",
        "五千元",
        "伍仟元整",
    ],
)
def test_amounts_as_papers_write_them(written: Any) -> None:
    case = read_case({"kind": "处罚", "amount_yuan": written}, profiles.shipped("national"))
    assert case.amount_fen == 5000_00


@pytest.mark.parametrize("written", ["五千左右", "5000元以上", "1e40", "-1", "0.001", "元", "整"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_case({"kind": "处罚", "amount_yuan": written}, profiles.shipped("national"))
    assert caught.value.code is ScopeFault.AMOUNT


EXTRA = """[rules."scope.extra"]
value = [{ id = "more", name = "另定", kinds = ["处罚"], procedures = ["%s"], when = "always" }]"""


@pytest.mark.parametrize(
    ("written", "procedure", "fires"),
    [
        ("普通", None, True),
        ("普通", Procedure.ORDINARY, True),
        ("普通", Procedure.HEARING, True),
        ("普通", Procedure.SUMMARY, False),
        ("听证", Procedure.ORDINARY, False),
        ("简易", Procedure.HEARING, False),
    ],
)
def test_a_hearing_lies_within_the_ordinary_procedure(
    written: str, procedure: Procedure | None, fires: bool
) -> None:
    answer = decide_scope(elsewhere(EXTRA % written), ScopeCase(Kind.PENALTY, procedure))
    assert ("more" in [one.criterion for one in answer.because]) is fires
