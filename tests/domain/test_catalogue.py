"""The office's catalogue: rows as people write them, what fires, what has to be handed in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.application.intake import asked_materials, demanded
from sanzhi_desktop.domain import catalogue
from sanzhi_desktop.domain.case import PartyType, Submission
from sanzhi_desktop.domain.catalogue import CatalogueColumn, CatalogueItem
from sanzhi_desktop.domain.catalogue_words import (
    CatalogueFault,
    Limit,
    format_limits,
    parse_limits,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile, profile_from_json
from sanzhi_desktop.domain.scope import PENALTY_WORDS, ScopeCase, decide_scope
from sanzhi_desktop.resources import profiles

DOCUMENT = "样例单位目录清单〔2026〕1号"
FINED = CatalogueItem(
    number="3",
    kind=Kind.PENALTY,
    name="对生产经营单位违反安全生产规定的处罚",
    basis="《中华人民共和国安全生产法》第九十七条",
    thresholds=(
        Limit("罚款", "person", 10_000_00, inclusive=True),
        Limit("罚款", "organisation", 100_000_00, inclusive=False),
        Limit("吊销安全生产许可证"),
    ),
    decider="department",
    materials=("重大执法决定法制审核申请表", "现场检查记录", "听证笔录（如有）"),
    focus="裁量幅度是否适当",
)
PERMIT = CatalogueItem("4", Kind.PERMIT, "危险化学品经营许可")


def office(*items: CatalogueItem, base: str = "haimen") -> Profile:
    layer = {
        "id": "yangli_office",
        "name": "样例单位",
        "edition": "2026-1",
        "extends": base,
        "documents": {DOCUMENT: {"title": "目录清单", "rank": "office"}},
        "rules": {
            catalogue.ITEMS: {
                "value": [catalogue.item_as_row(item) for item in items],
                "document": DOCUMENT,
            }
        },
    }
    return profiles.with_office(base, layer)


texts = st.text(st.sampled_from("甲乙丙丁安全生产处罚许可 AB12（）《》"), max_size=12).map(
    str.strip
)
names = texts.filter(bool)
amounts = st.one_of(st.none(), st.integers(1, 10**14))
limits = st.builds(
    lambda penalty, party, fen, inclusive: Limit(
        penalty if penalty or fen is not None else "责令停止招生",
        party,
        fen,
        inclusive if fen is not None else True,
    ),
    st.sampled_from(["", *(name for name, _ in PENALTY_WORDS)]),
    st.sampled_from(["any", "person", "organisation"]),
    amounts,
    st.booleans(),
).filter(lambda one: one.fen is not None or one.penalty != "罚款")
materials = names.filter(lambda name: catalogue.read_materials(name) == (name,))
items = st.builds(
    CatalogueItem,
    number=names,
    kind=st.sampled_from(Kind),
    name=names,
    basis=texts,
    thresholds=st.lists(limits, max_size=4, unique=True).map(tuple),
    decider=st.sampled_from(["", "department", "authorised", "government"]),
    level=texts,
    materials=st.lists(materials, max_size=4, unique=True).map(tuple),
    focus=texts,
)


@given(st.lists(limits, max_size=5, unique=True).map(tuple))
def test_standards_are_read_back_as_they_are_written(wanted: tuple[Limit, ...]) -> None:
    assert parse_limits(format_limits(wanted)) == wanted


@given(items)
def test_an_item_is_read_back_from_its_cells_and_from_its_row(item: CatalogueItem) -> None:
    assert catalogue.read_cells(catalogue.as_cells(item), row=1) == (item, ())
    assert catalogue.item_from_row(catalogue.item_as_row(item)) == item


@given(st.text(max_size=60))
def test_any_text_is_either_understood_whole_or_refused_with_its_words(text: str) -> None:
    read: tuple[Limit, ...] = ()
    code = None
    try:
        read = parse_limits(text)
    except DomainError as refused:
        code = refused.code
    assert code is None or isinstance(code, CatalogueFault)
    assert parse_limits(format_limits(read)) == read


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("对公民处1万元以上罚款", [Limit("罚款", "person", 10_000_00)]),
        ("公民≥2万元；单位≥5万元", [Limit("", "person", 2_000_000), Limit("", "organisation", 5_000_000)]),
        ("没收违法所得超过1000元", [Limit("没收违法所得", "any", 1000_00, inclusive=False)]),
        ("罚款五万元以上（不含本数）", [Limit("罚款", "any", 50_000_00, inclusive=False)]),
        ("责令停产停业、吊销许可证", [Limit("责令停产停业"), Limit("吊销许可证")]),
        ("不低于3千元的罚款", [Limit("罚款", "any", 3000_00)]),
        ("", []),
    ],
)  # fmt: skip
def test_standards_as_offices_write_them(text: str, wanted: list[Limit]) -> None:
    assert list(parse_limits(text)) == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("罚款5万元", CatalogueFault.LIMIT_WITHOUT_EDGE),
        ("罚款5万元以下", CatalogueFault.LIMIT_DOWNWARD),
        ("罚款不超过5万元", CatalogueFault.LIMIT_DOWNWARD),
        ("较大数额罚款", CatalogueFault.LIMIT_UNREADABLE),
        ("达到听证标准", CatalogueFault.LIMIT_UNREADABLE),
        ("公民、法人罚款1万元以上", CatalogueFault.LIMIT_UNREADABLE),
        ("没收违法所得、罚款1万元以上", CatalogueFault.LIMIT_UNREADABLE),
        ("罚款50000以上", CatalogueFault.LIMIT_AMOUNT),
        ("罚款0元以上", CatalogueFault.LIMIT_AMOUNT),
        ("罚款1万元以上5万元以下", CatalogueFault.LIMIT_AMOUNT),
    ],
)
def test_standards_that_cannot_be_measured_are_refused(text: str, code: CatalogueFault) -> None:
    with pytest.raises(DomainError) as refused:
        parse_limits(text)
    assert refused.value.code is code


def test_every_fault_of_a_row_is_told_at_once() -> None:
    cells = {
        CatalogueColumn.KIND: "行政调解",
        CatalogueColumn.NAME: "甲" * 2001,
        CatalogueColumn.THRESHOLDS: "罚款5万元",
        CatalogueColumn.DECIDER: "某领导",
    }
    item, faults = catalogue.read_cells(cells, row=7)
    assert item is None
    assert {(f.row, f.column, f.code) for f in faults} == {
        (7, CatalogueColumn.NUMBER, CatalogueFault.MISSING),
        (7, CatalogueColumn.KIND, CatalogueFault.KIND_UNKNOWN),
        (7, CatalogueColumn.NAME, CatalogueFault.TOO_LONG),
        (7, CatalogueColumn.THRESHOLDS, CatalogueFault.LIMIT_WITHOUT_EDGE),
        (7, CatalogueColumn.DECIDER, CatalogueFault.DECIDER_UNKNOWN),
    }


def test_a_number_that_stands_twice_names_the_earlier_row() -> None:
    (fault,) = catalogue.check_items([FINED, PERMIT, FINED])
    assert (fault.row, fault.code, fault.facts) == (
        3,
        CatalogueFault.DUPLICATE_NUMBER,
        {"value": "3", "earlier": 1},
    )


def fires(profile: Profile, case: ScopeCase) -> bool:
    return "catalogue" in {one.criterion for one in decide_scope(profile, case).because}


@pytest.mark.parametrize(
    ("party", "yuan", "penalties", "wanted"),
    [
        (PartyType.PERSON, 9_999, ("罚款",), False),
        (PartyType.PERSON, 10_000, ("罚款",), True),
        (PartyType.SOLE_TRADER, 10_000, ("罚款",), True),
        (PartyType.ORGANISATION, 100_000, ("罚款",), False),
        (PartyType.ORGANISATION, 100_001, ("罚款",), True),
        (PartyType.ORGANISATION, None, ("吊销许可证件",), True),
        (PartyType.ORGANISATION, None, ("警告",), False),
        (PartyType.ORGANISATION, None, (), True),  # nothing to measure: not released
    ],
)
def test_an_item_fires_where_one_of_its_standards_is_met(
    party: PartyType, yuan: int | None, penalties: tuple[str, ...], wanted: bool
) -> None:
    case = ScopeCase(
        Kind.PENALTY,
        party_type=party,
        amount_fen=yuan * 100 if yuan else None,
        penalty_kinds=penalties,
        catalogue_item="3",
    )
    profile = office(FINED, PERMIT)
    assert fires(profile, case) is wanted
    assert fires(profile_from_json(profile.applied()), case) is wanted
    assert decide_scope(profile, case).needs_review is wanted


def test_the_answer_names_the_offices_catalogue_and_the_standard() -> None:
    case = ScopeCase(
        Kind.PENALTY, amount_fen=20_000_00, penalty_kinds=("罚款",), catalogue_item="3"
    )
    (found,) = [b for b in decide_scope(office(FINED), case).because if b.criterion == "catalogue"]
    assert found.source.document == DOCUMENT
    assert "对公民罚款10000元以上（含本数）" in found.name
    assert "3 对生产经营单位违反安全生产规定的处罚" in found.name


def test_an_item_named_by_its_name_and_one_the_catalogue_does_not_hold() -> None:
    profile = office(FINED, PERMIT)
    assert fires(profile, ScopeCase(Kind.PERMIT, catalogue_item="危险化学品经营许可"))
    assert fires(profile, ScopeCase(Kind.PERMIT, catalogue_item="99"))
    assert not fires(profile, ScopeCase(Kind.PERMIT))


def test_an_item_brings_its_own_material_list() -> None:
    profile = office(FINED, PERMIT, base="yueyanglou")
    case = Submission(catalogue_item="3")
    asked = asked_materials(profile, case)
    assert [m.name for m in asked] == ["重大执法决定法制审核申请表", "现场检查记录", "听证笔录"]
    assert [demanded(m, case) for m in asked] == [True, True, False]
    assert {m.source.document for m in asked} == {DOCUMENT}
    other = Submission(kind=Kind.PERMIT, catalogue_item="4")
    assert asked_materials(profile, other) == profile.materials(Kind.PERMIT)
    assert asked_materials(profile, Submission()) == profile.materials(Kind.PENALTY)


def test_a_material_of_the_profile_keeps_its_code() -> None:
    first, *_ = profiles.shipped("yueyanglou").materials(Kind.PENALTY)
    own = CatalogueItem("5", Kind.PENALTY, "甲", materials=(first.name, "乙"))
    found = catalogue.own_materials(office(own, base="yueyanglou"), Submission(catalogue_item="5"))
    assert [m.id for m in found] == [first.id, "catalogue.5.2"]


def test_a_submission_begins_from_an_item_and_finds_its_focus_again() -> None:
    profile = office(FINED, PERMIT)
    begun = catalogue.begin(PERMIT, Submission(name="某案"))
    assert (begun.catalogue_item, begun.kind, begun.name) == ("4", Kind.PERMIT, "某案")
    found = catalogue.item_of(profile, catalogue.begin(FINED, Submission()))
    assert found == FINED
    assert catalogue.item_of(profile, Submission()) is None


def test_a_catalogue_survives_the_record_of_a_case() -> None:
    profile = office(FINED, PERMIT)
    kept = profile_from_json(json.dumps(json.loads(profile.applied())))
    assert catalogue.catalogue_of(kept).items == (FINED, PERMIT)


def test_materials_lose_their_numbering_and_their_repetition() -> None:
    text = "1.申请表\n2、证据材料；（3）听证笔录(如有)\n3.5吨以上车辆清单\n申请表。"
    wanted = ("申请表", "证据材料", "听证笔录（如有）", "3.5吨以上车辆清单")
    assert catalogue.read_materials(text) == wanted
