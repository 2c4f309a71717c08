"""The period of a case: its sector's rule, extensions step by step, only before the last day."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.application import case_period
from sanzhi_desktop.application.case_period import Approval
from sanzhi_desktop.application.deadlines import ClockKind, clocks_of
from sanzhi_desktop.domain.case import Case, CaseFault, ClockEvent, Decision, Submission
from sanzhi_desktop.domain.case_period import (
    CasePeriodFault,
    extension_steps,
    period_rule,
    sectors,
)
from sanzhi_desktop.domain.clock import ClockFault, ClockNote
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.resources import calendars, profiles

NATIONAL = profiles.shipped("national")
CALENDAR = calendars.shipped()
FILED = date(2026, 3, 2)
NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)


def case(*events: ClockEvent, sector: str = "market", kind: Kind = Kind.PENALTY) -> Case:
    submission = Submission(kind=kind, filing_date=FILED, sector=sector)
    return Case(
        "c", 1, 1, State.REVIEWING, 1, submission, "h", "r", None, None, "p", "1", clock=events
    )


def event(seq: int, day: date, number: int) -> ClockEvent:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return ClockEvent(
        1, seq, "extend_case", at, cause="审批表", number=number, unit="calendar_day", approver="甲"
    )


def approval(number: int = 30, day: date = date(2026, 5, 20), **more: str) -> Approval:
    return Approval(
        number, Unit(more.get("unit", "calendar_day")), more.get("approver", "局长"), day,
        more.get("paper", "审批表〔2026〕3号"),
    )  # fmt: skip


def refused(code: Code, made: Case, asked: Approval, now: datetime = NOW) -> None:
    with pytest.raises(DomainError) as caught:
        case_period.extended(made, NATIONAL, CALENDAR, approval=asked, now=now)
    assert caught.value.code is code


def due(made: Case) -> str:
    clocks = clocks_of(made, NATIONAL, CALENDAR, now=NOW)
    strip = next(c.strip for c in clocks if c.kind is ClockKind.DECISION)
    assert strip is not None
    assert strip.due is not None
    return strip.due.isoformat()


def test_the_sector_of_the_submission_chooses_the_rule() -> None:
    assert sectors(NATIONAL, Kind.PENALTY)[0].code == ""
    assert {"market", "transport", "medicare", "natural_resources"} <= {
        s.code for s in sectors(NATIONAL, Kind.PENALTY)
    }
    assert due(case(sector="")) == "2026-05-31"  # a Sunday, and art. 60 does not roll
    assert due(case(sector="market")) == "2026-06-01"  # the sector's rule does
    assert due(case(sector="natural_resources")) == "2026-05-01"
    assert due(case(sector="no_such_sector")) == "2026-05-31"  # an old case outlives a rule


def test_ninety_and_thirty_and_what_the_meeting_decides() -> None:
    made = case()
    strip = case_period.extended(made, NATIONAL, CALENDAR, approval=approval(), now=NOW)
    # 90 + 30 days counted from the filing day by hand: 30 June 2026, a Tuesday.
    assert strip.due == date(2026, 6, 30)
    assert [(e.number, e.approver) for e in strip.extensions] == [(30, "局长")]
    once = case(event(1, date(2026, 5, 20), 30))
    assert due(once) == "2026-06-30"
    offer = case_period.offer(once, NATIONAL, CALENDAR, now=NOW)
    assert offer.place == 2
    assert offer.step.number is None
    assert "集体讨论" in offer.step.quote
    twice = case(event(1, date(2026, 5, 20), 30), event(2, date(2026, 6, 20), 45))
    assert due(twice) == "2026-08-14"
    refused(CasePeriodFault.USED_UP, twice, approval(day=date(2026, 5, 19)))


def test_ninety_and_thirty_and_sixty() -> None:
    steps = extension_steps(NATIONAL, NATIONAL.rule("clock.penalty.decision.medicare"))
    assert [step.number for step in steps] == [30, 60]
    assert "集体讨论" in steps[1].approver
    assert "六十日" in steps[1].quote
    once = case(event(1, date(2026, 5, 20), 30), sector="medicare")
    refused(CasePeriodFault.TOO_LONG, once, approval(61))
    strip = case_period.extended(once, NATIONAL, CALENDAR, approval=approval(60), now=NOW)
    assert strip.due == date(2026, 8, 31)  # 29 August is a Saturday; the rule rolls


def test_a_permit_is_extended_by_its_own_rule() -> None:
    rule = period_rule(NATIONAL, Submission(kind=Kind.PERMIT))
    assert rule is not None
    assert [(s.number, s.unit) for s in extension_steps(NATIONAL, rule)] == [(10, Unit.WORKING_DAY)]


def test_silence_allows_nothing() -> None:
    refused(CasePeriodFault.NOT_PROVIDED, case(sector=""), approval())
    refused(CasePeriodFault.NO_RULE, case(kind=Kind.INSPECTION), approval())
    unfiled = case()
    bare = Case(
        "c", 1, 1, State.DRAFT, 0, Submission(sector="market"), "h", "", None, None, "p", "1"
    )
    refused(CasePeriodFault.NOT_FILED, bare, approval())
    assert unfiled.submission.filing_date is not None


def test_what_is_wrong_is_named() -> None:
    made = case()
    refused(CasePeriodFault.TOO_LONG, made, approval(31))
    refused(CasePeriodFault.OTHER_UNIT, made, approval(30, unit="working_day"))
    refused(CasePeriodFault.INCOMPLETE, made, approval(approver="  "))
    refused(CasePeriodFault.INCOMPLETE, made, approval(paper=""))
    refused(CaseFault.IN_FUTURE, made, approval(day=date(2026, 5, 21)))
    late = datetime(2026, 6, 10, 2, tzinfo=UTC)
    refused(ClockFault.EXTENSION_LATE, made, approval(day=date(2026, 6, 2)), now=late)
    # approved on the last day, recorded later
    strip = case_period.extended(
        made, NATIONAL, CALENDAR, approval=approval(day=date(2026, 6, 1)), now=late
    )
    assert strip.due == date(2026, 6, 30)


def test_a_decided_case_is_not_extended() -> None:
    made = case()
    decided = Case(
        "c", 1, 1, State.DECIDED, 1, made.submission, "h", "r", None, None, "p", "1",
        decision=Decision("某罚〔2026〕1号", date(2026, 5, 8), "", "h", NOW),
    )  # fmt: skip
    refused(CasePeriodFault.DECIDED, decided, approval())


def test_the_review_is_warned_against_the_extended_end() -> None:
    """What would outlast the ninety days no longer does once they are extended."""
    example = profiles.load("shucheng")
    received = ClockEvent(1, 1, "start_receipt", datetime(2026, 5, 29, 2, tzinfo=UTC))
    accepted = ClockEvent(1, 2, "start_acceptance", datetime(2026, 5, 29, 3, tzinfo=UTC))
    now = datetime(2026, 5, 29, 4, tzinfo=UTC)

    def warned(*events: ClockEvent) -> bool:
        review = clocks_of(case(*events), example, CALENDAR, now=now)[0].strip
        assert review is not None
        return any(n.code is ClockNote.OUTLASTS_STATUTE for n in review.notes)

    assert warned(received, accepted)
    assert not warned(received, accepted, event(3, date(2026, 5, 29), 30))


@given(number=st.integers(1, 30), after=st.integers(0, 78))
def test_every_extension_moves_the_end_by_exactly_its_days(number: int, after: int) -> None:
    """Against plain date arithmetic: 90 and then so many calendar days, rolled off a day off."""
    from datetime import timedelta

    day = FILED + timedelta(days=after)
    now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    strip = case_period.extended(
        case(), NATIONAL, CALENDAR, approval=approval(number, day), now=now
    )
    end = FILED + timedelta(days=90 + number)
    while not CALENDAR.step(end).counted:
        end += timedelta(days=1)
    assert strip.due == end


def test_a_local_rule_of_procedure_fills_in_where_nobody_else_speaks() -> None:
    """湖南省行政程序规定 art. 81: 60 days and 30 more for acts of the agency's own motion."""
    there = profiles.shipped("tianxin")
    rule = period_rule(there, Submission(kind=Kind.COERCION))
    assert rule is not None
    assert (rule.key, rule.value) == ("clock.fallback.ex_officio", 60)
    assert extension_steps(there, rule)[0].number == 30
    assert period_rule(NATIONAL, Submission(kind=Kind.COERCION)) is None
    penalty = period_rule(there, Submission(kind=Kind.PENALTY))
    assert penalty is not None
    assert penalty.key == "clock.penalty.decision"
