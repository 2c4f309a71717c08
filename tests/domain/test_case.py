"""The submission: what must be filled, confirmed and in order; its JSON form."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.case import (
    CaseFault,
    Handler,
    Party,
    PartyType,
    Provenance,
    Submission,
    check_dates,
    check_submission,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.submission_json import submission_from_json, submission_to_json

FULL = Submission(
    name="未如实记录教育培训情况案",
    agency="示例县应急管理局",
    unit="执法大队",
    party=Party(name="示例公司"),
    facts="经查……",
    proposed_decision="罚款",
    filing_date=date(2026, 7, 1),
    notice_date=date(2026, 8, 1),
    hearing_date=date(2026, 8, 20),
)


def fault_of(submission: Submission) -> DomainError:
    with pytest.raises(DomainError) as caught:
        check_submission(submission)
    return caught.value


def test_a_full_submission_passes() -> None:
    check_submission(FULL)


@pytest.mark.parametrize("name", ["name", "agency", "unit", "facts", "proposed_decision"])
def test_an_empty_field_is_named(name: str) -> None:
    error = fault_of(replace(FULL, **{name: " "}))  # type: ignore[arg-type]
    assert (error.code, error.facts["field"]) == (CaseFault.FIELD_MISSING, name)


def test_a_prefilled_field_must_be_confirmed_by_a_person() -> None:
    read = replace(FULL, provenance={"facts": Provenance("第3段")})
    assert fault_of(read).code is CaseFault.UNCONFIRMED
    check_submission(read.confirmed("facts"))


def test_dates_out_of_order_are_named() -> None:
    with pytest.raises(DomainError) as caught:
        check_dates(replace(FULL, notice_date=date(2026, 6, 30)))
    error = caught.value
    assert error.code is CaseFault.DATE_ORDER
    assert (error.facts["first"], error.facts["second"]) == ("filing_date", "notice_date")


dates = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
words = st.text(max_size=12)


@given(
    st.builds(
        Submission,
        kind=st.sampled_from(Kind),
        procedure=st.sampled_from(Procedure),
        name=words,
        filing_date=dates,
        notice_date=dates,
        violated_provisions=st.lists(words, max_size=3).map(tuple),
        amount_fen=st.integers(0, 10**13),
        party=st.builds(Party, type=st.sampled_from(PartyType), name=words, number=words),
        handlers=st.lists(st.builds(Handler, words, words, words), max_size=2).map(tuple),
        provenance=st.dictionaries(words, st.builds(Provenance, words, st.booleans()), max_size=2),
    )
)
def test_a_submission_survives_json(submission: Submission) -> None:
    text = json.dumps(submission_to_json(submission), ensure_ascii=False)
    assert submission_from_json(json.loads(text)) == submission


def test_an_old_case_outlives_a_field_that_is_gone() -> None:
    data = {**submission_to_json(FULL), "abolished": 1}
    assert submission_from_json(data) == FULL
