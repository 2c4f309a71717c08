"""Computed checks: what the program may answer by itself, and when it must keep silent."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.case import ClockEvent, Submission
from sanzhi_desktop.domain.checks import COMPUTED, CheckFacts, Computed, compute, facts_of
from sanzhi_desktop.domain.deadline import START_FILING, DeadlineRule
from sanzhi_desktop.domain.deadline import compute as clock
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.domain.workdays import SHANGHAI, Unit
from sanzhi_desktop.resources.calendars import shipped

DAY = date(2026, 9, 21)
FACTS = CheckFacts(day=DAY, kind=Kind.PENALTY, procedure=Procedure.ORDINARY)
ONE = Person("one", "承办甲", enforcement_certificate="A1", certificate_valid_to=date(2027, 1, 1))
TWO = Person("two", "承办乙", enforcement_certificate="A2")
LAWYER = Person("law", "审核丙", legal_qualification="L1")


def answer(name: str, facts: CheckFacts) -> Answer | None:
    found = compute(name, facts)
    assert found is None or found.explanation.endswith("。")
    return found.answer if found else None


@pytest.mark.parametrize("name", COMPUTED)
def test_nothing_known_nothing_claimed(name: str) -> None:
    found = compute(name, replace(FACTS, procedure=Procedure.HEARING))
    if name == "summary_limit":  # the procedure itself is known
        assert found is not None
        assert found.answer is Answer.CONFORMS
    else:
        assert found is None


def test_items_without_a_check_are_left_to_people() -> None:
    assert compute("", FACTS) is None


def test_handlers() -> None:
    assert answer("handlers", replace(FACTS, handlers=(ONE, TWO))) is Answer.CONFORMS
    assert answer("handlers", replace(FACTS, handlers=(ONE,))) is Answer.FAILS
    assert answer("handlers", replace(FACTS, handlers=(ONE, ONE))) is Answer.FAILS
    bare = replace(TWO, enforcement_certificate="")
    assert answer("handlers", replace(FACTS, handlers=(ONE, bare))) is Answer.FAILS
    old = replace(ONE, certificate_valid_to=date(2026, 9, 20))
    found = compute("handlers", replace(FACTS, handlers=(old, TWO)))
    assert found == Computed(Answer.FAILS, "承办甲的执法证件已于2026-09-20到期。")
    last_day = replace(ONE, certificate_valid_to=DAY)
    assert answer("handlers", replace(FACTS, handlers=(last_day, TWO))) is Answer.CONFORMS


def test_reviewer() -> None:
    facts = replace(FACTS, handlers=(ONE, TWO))
    assert answer("reviewer", replace(facts, reviewer=LAWYER)) is Answer.CONFORMS
    assert answer("reviewer", replace(facts, reviewer=ONE)) is Answer.FAILS
    unqualified = replace(LAWYER, legal_qualification="", first_review_on=date(2020, 1, 1))
    assert answer("reviewer", replace(facts, reviewer=unqualified)) is Answer.FAILS
    assert answer("reviewer", replace(FACTS, reviewer=LAWYER)) is None


@pytest.mark.parametrize(
    ("amount", "limit", "kinds", "expected"),
    [
        (20000, 20000, ("罚款",), Answer.CONFORMS),
        (20001, 20000, ("罚款",), Answer.FAILS),
        (0, 20000, ("警告",), Answer.CONFORMS),
        (100, 300000, ("罚款", "没收违法所得"), Answer.FAILS),
        (100, None, ("罚款",), None),
    ],
)
def test_summary_limit(
    amount: int, limit: int | None, kinds: tuple[str, ...], expected: Answer | None
) -> None:
    facts = replace(
        FACTS,
        procedure=Procedure.SUMMARY,
        amount_fen=amount,
        summary_limit_fen=limit,
        penalty_kinds=kinds,
    )
    assert answer("summary_limit", facts) is expected
    assert answer("summary_limit", replace(facts, kind=Kind.PERMIT)) is None


HEARD = replace(
    FACTS,
    procedure=Procedure.HEARING,
    calendar=shipped(),
    notice_date=date(2026, 9, 18),
    hearing_request_days=5,
    hearing_notice_days=7,
)


def test_no_decision_before_a_hearing_can_be_asked_for() -> None:
    assert answer("hearing_dates", replace(HEARD, decision_date=date(2026, 9, 24))) is Answer.FAILS
    assert (
        answer("hearing_dates", replace(HEARD, decision_date=date(2026, 9, 25))) is Answer.CONFORMS
    )
    assert answer("hearing_dates", replace(HEARD, day=date(2026, 9, 24))) is None
    assert answer("hearing_dates", replace(HEARD, day=date(2026, 9, 25))) is Answer.CONFORMS


def test_no_accusation_without_a_right_to_a_hearing_or_a_certain_calendar() -> None:
    early = replace(HEARD, decision_date=date(2026, 9, 22))
    assert answer("hearing_dates", early) is Answer.FAILS
    assert answer("hearing_dates", replace(early, procedure=Procedure.ORDINARY)) is None
    assert answer("hearing_dates", replace(early, hearing_date=date(2026, 9, 21))) is None
    # 2023 has no notice here: by weekends alone the period would end during the National Day.
    unknown = replace(HEARD, notice_date=date(2023, 9, 26), decision_date=date(2023, 10, 4))
    assert answer("hearing_dates", unknown) is None
    told = replace(HEARD, hearing_notice_date=date(2023, 9, 26), hearing_date=date(2023, 9, 28))
    assert answer("hearing_dates", told) is None


def test_a_hearing_is_announced_seven_working_days_before() -> None:
    told = replace(HEARD, hearing_notice_date=date(2026, 10, 9), decision_date=date(2026, 11, 2))
    # 10, 12, 13, 14, 15, 16 and 19 October are seven working days (the 10th is made up for).
    by_day = {
        day: answer("hearing_dates", replace(told, hearing_date=date(2026, 10, day)))
        for day in (16, 19, 20)
    }
    assert by_day == {16: Answer.FAILS, 19: None, 20: Answer.CONFORMS}


def test_review_after_the_hearing() -> None:
    heard = replace(FACTS, procedure=Procedure.HEARING, hearing_date=date(2026, 9, 10))
    assert answer("hearing_first", replace(heard, received_on=date(2026, 9, 10))) is Answer.CONFORMS
    assert answer("hearing_first", replace(heard, received_on=date(2026, 9, 9))) is Answer.FAILS
    assert answer("hearing_first", FACTS) is Answer.NOT_APPLICABLE


def test_not_more_than_was_announced() -> None:
    facts = replace(FACTS, notice_amount_fen=100, amount_fen=100)
    assert answer("not_heavier", facts) is Answer.CONFORMS
    assert answer("not_heavier", replace(facts, amount_fen=101)) is Answer.FAILS


def test_ninety_days() -> None:
    rule = DeadlineRule("k", "n", 90, Unit.CALENDAR_DAY, "s", START_FILING)
    filed = ClockEvent(1, 0, START_FILING, datetime(2026, 6, 23, 9, tzinfo=SHANGHAI))
    strip = clock(rule, [filed], calendar=shipped(), now=DAY)  # due 21 September
    facts = replace(FACTS, statutory=strip)
    assert answer("decision_period", facts) is Answer.CONFORMS
    assert answer("decision_period", replace(facts, day=date(2026, 9, 22))) is Answer.FAILS
    in_time = replace(facts, day=date(2026, 12, 1), decision_date=date(2026, 9, 21))
    assert answer("decision_period", in_time) is Answer.CONFORMS


def test_dates_in_order() -> None:
    facts = replace(FACTS, filing_date=date(2026, 3, 1), notice_date=date(2026, 5, 1))
    assert answer("date_order", facts) is Answer.CONFORMS
    assert answer("date_order", replace(facts, decision_date=date(2026, 5, 1))) is Answer.MINOR
    found = compute("date_order", replace(facts, decision_date=date(2026, 4, 30)))
    assert found == Computed(Answer.FAILS, "决定日2026年4月30日早于告知日2026年5月1日。")
    assert answer("date_order", replace(FACTS, filing_date=DAY)) is None


@given(st.lists(st.dates(), min_size=4, max_size=4))
def test_dates_out_of_order_never_pass(days: list[date]) -> None:
    facts = replace(
        FACTS,
        filing_date=days[0],
        notice_date=days[1],
        hearing_date=days[2],
        decision_date=days[3],
    )
    assert (answer("date_order", facts) is Answer.FAILS) == (days != sorted(days))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("罚款人民币贰万元整（¥20000.00元）", Answer.CONFORMS),
        ("罚款人民币贰万元整（¥2000.00元）", Answer.FAILS),
        ("处罚款32000元（大写：人民币叁万贰仟元整）", Answer.CONFORMS),
        ("处罚款32000元（大写：人民币叁万元整）", Answer.FAILS),
        ("罚款20000元，没收违法所得5000元", None),
        ("罚款贰万元。另没收违法所得5000元", None),
        ("警告", None),
    ],
)
def test_amounts(text: str, expected: Answer | None) -> None:
    facts = facts_of(Submission(proposed_decision=text), day=DAY)
    assert answer("amounts", facts) is expected


def test_a_partial_check_says_so() -> None:
    facts = facts_of(Submission(proposed_decision="罚款贰万元（20000元）"), day=DAY)
    found = compute("amounts", facts)
    assert found is not None
    assert found.partial
