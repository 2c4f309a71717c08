"""The list of criteria examined agrees with the answer, for every profile and any case."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.scope import ScopeCase, decide_scope
from sanzhi_desktop.domain.scope_examined import examined
from sanzhi_desktop.resources.profiles import shipped

PROFILES = ("national", "tianxin", "shucheng", "zhengzhou", "yueyanglou", "haimen")
BOOK = {name: shipped(name) for name in PROFILES}

CRITERIA = ("public_interest", "social_risk", "direct_interest", "complex", "hearing", "by_law")
cases = st.builds(
    ScopeCase,
    kind=st.sampled_from(Kind),
    procedure=st.none() | st.sampled_from(Procedure),
    decider=st.sampled_from(("department", "government", "authorised")),
    party_type=st.none() | st.sampled_from(PartyType),
    amount_fen=st.none() | st.integers(min_value=0, max_value=10**12),
    penalty_kinds=st.lists(st.sampled_from(("罚款", "警告", "吊销许可证件")), max_size=2).map(
        tuple
    ),
    hearing=st.booleans(),
    criteria=st.lists(st.sampled_from(CRITERIA), max_size=2).map(tuple),
    catalogue_item=st.sampled_from(("", "3", "某事项")),
)


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=120, deadline=None)
@given(case=cases)
def test_a_line_fires_exactly_when_a_review_is_needed(name: str, case: ScopeCase) -> None:
    profile = BOOK[name]
    lines = examined(profile, case)
    answer = decide_scope(profile, case)
    assert any(line.fired for line in lines) == answer.needs_review
    fired = {(line.id, line.source.document) for line in lines if line.fired}
    assert fired == {(b.criterion, b.source.document) for b in answer.because}
    assert all(line.finding and line.source.document for line in lines)


@pytest.mark.parametrize("name", PROFILES)
def test_every_criterion_of_the_rules_is_examined(name: str) -> None:
    profile = BOOK[name]
    case: Any = ScopeCase(kind=Kind.PENALTY, procedure=Procedure.SUMMARY)
    named = {line.name for line in examined(profile, case)}
    assert {criterion.name for criterion in profile.criteria()} <= named


def test_the_finding_names_what_was_measured() -> None:
    """A fine below the threshold is told with party and amount, so that a signer can check it."""
    profile = BOOK["national"]
    case = ScopeCase(
        kind=Kind.INSPECTION, party_type=PartyType.PERSON, amount_fen=50_00, penalty_kinds=("罚款",)
    )
    first = examined(profile, case)[0]
    assert "行政检查" in first.finding
