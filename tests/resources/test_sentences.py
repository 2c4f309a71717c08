"""Sentences are made at the edge: facts that are codes are said in Chinese, gaps stay visible."""

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import WorkflowFault
from sanzhi_desktop.resources.sentences import explain, sentence


def test_codes_among_the_facts_are_said_in_chinese() -> None:
    error = DomainError(WorkflowFault.NO_TRANSITION, action="accept", state="draft", reviewer="")
    assert "受理" in explain(error)
    assert "草拟送审" in explain(error)


def test_a_list_of_fields_is_joined() -> None:
    error = DomainError(CaseFault.UNCONFIRMED, fields=("name", "party.number"))
    assert "案由、当事人证件号码" in explain(error)


def test_a_party_number_says_what_is_wrong() -> None:
    error = DomainError(CaseFault.PARTY_NUMBER_WRONG, check="check_digit", number="9134")
    assert "校验码不符" in explain(error)
    assert "9134" in explain(error)


def test_a_missing_fact_leaves_a_gap_and_an_unknown_code_is_shown() -> None:
    assert "…" in sentence(CaseFault.STALE.value)
    assert sentence("no.such.code") == "no.such.code"


def test_nobody_named_yet_is_said_in_words() -> None:
    named = sentence(WorkflowFault.NOT_YOUR_CASE.value, reviewer="张某")
    nobody = sentence(WorkflowFault.NOT_YOUR_CASE.value, reviewer="")
    assert "（审核人：张某）" in named
    assert "（审核人：尚未分派）" in nobody
