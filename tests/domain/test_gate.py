"""The gate per profile and kind, with the statute on top."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.gate import GateCode, gate
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.sentences import sentence

EVERY = profiles.shipped_ids()


@given(name=st.sampled_from(EVERY), kind=st.sampled_from(Kind), dispute=st.booleans())
def test_nothing_is_decided_without_a_review(name: str, kind: Kind, dispute: bool) -> None:
    answer = gate(
        profiles.shipped(name), kind, reviewed=False, passed=False, dispute_decided=dispute
    )
    assert not answer.open
    assert answer.why[0].code is GateCode.NOT_REVIEWED
    assert answer.sources


@given(name=st.sampled_from(EVERY), kind=st.sampled_from(Kind))
def test_a_passing_review_opens(name: str, kind: Kind) -> None:
    assert gate(profiles.shipped(name), kind, reviewed=True, passed=True).open


@given(name=st.sampled_from(EVERY), dispute=st.booleans())
def test_no_profile_lets_a_failed_penalty_through(name: str, dispute: bool) -> None:
    answer = gate(
        profiles.shipped(name), Kind.PENALTY, reviewed=True, passed=False, dispute_decided=dispute
    )
    assert not answer.open
    assert answer.sources[0].document == "行政处罚法"
    assert answer.sources[0].article == "第五十八条"


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.PENALTY])
def test_only_zhengzhou_lets_the_heads_decide_a_dispute(kind: Kind) -> None:
    for name in EVERY:
        profile = profiles.shipped(name)
        decided = gate(profile, kind, reviewed=True, passed=False, dispute_decided=True)
        undecided = gate(profile, kind, reviewed=True, passed=False)
        assert decided.open is (name == "zhengzhou")
        assert not undecided.open


def test_the_weaker_document_is_named_beside_the_statute() -> None:
    answer = gate(profiles.shipped("zhengzhou"), Kind.PENALTY, reviewed=True, passed=False)
    first = answer.why[0]
    assert first.code is GateCode.FAILED_STATUTE
    text = sentence(first.code.value, **first.facts)
    assert "郑政办〔2019〕49号" in text
    assert "《行政处罚法》第五十八条" in text
    assert "更严" in text


def test_a_countersignature_is_no_review() -> None:
    answer = gate(
        profiles.shipped("yueyanglou"),
        Kind.PENALTY,
        reviewed=False,
        passed=False,
        countersigned=True,
    )
    assert not answer.open
    ban = answer.why[1]
    assert ban.code is GateCode.COUNTERSIGN
    assert ban.source is not None
    assert ban.source.quote == "不得以会签行政处罚决定书代替合法性审核"


@pytest.mark.parametrize("name", ["yueyanglou", "shucheng"])
def test_a_corrected_case_has_to_pass_again(name: str) -> None:
    answer = gate(profiles.shipped(name), Kind.PERMIT, reviewed=True, passed=False)
    repass = [reason for reason in answer.why if reason.code is GateCode.REPASS]
    assert repass[0].source is not None
    assert "报送法制审核" in repass[0].source.quote


@given(
    name=st.sampled_from(EVERY), kind=st.sampled_from(Kind), bits=st.tuples(*[st.booleans()] * 4)
)
def test_every_answer_reads_as_a_sentence(name: str, kind: Kind, bits: tuple[bool, ...]) -> None:
    reviewed, passed, dispute, countersigned = bits
    answer = gate(
        profiles.shipped(name),
        kind,
        reviewed=reviewed,
        passed=passed,
        dispute_decided=dispute,
        countersigned=countersigned,
    )
    assert answer.why
    for reason in answer.why:
        text = sentence(reason.code.value, **reason.facts)
        assert "…" not in text
        assert text.endswith("。")
