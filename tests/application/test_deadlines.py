"""All clocks of a case, each under the rule that the profile holds for it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sanzhi_desktop import resources
from sanzhi_desktop.application.deadlines import CaseClock, ClockKind, clocks_of
from sanzhi_desktop.domain.case import Case, ClockEvent, Decision, Submission
from sanzhi_desktop.domain.clock import ClockNote, ClockState
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.resources import calendars, profiles

NOW = datetime(2026, 9, 21, 2, tzinfo=UTC)
RECEIPT = ClockEvent(1, 1, "start_receipt", datetime(2026, 9, 18, 2, tzinfo=UTC))


def case(*events: ClockEvent, decided: date | None = None, **submission: object) -> Case:
    decision = None
    if decided is not None:
        decision = Decision("示罚〔2026〕1号", decided, "罚款", "", NOW)
    return Case(
        case_id="c",
        office_id=1,
        version=1,
        state=State.REVIEWING,
        round=1,
        submission=Submission(**submission),  # type: ignore[arg-type]
        registered_by="h",
        reviewer="r",
        received_at=None,
        accepted_at=None,
        profile_id="p",
        profile_edition="1",
        clock=events,
        decision=decision,
    )


def clocks(made: Case, profile: Profile | str = "shucheng") -> dict[ClockKind, CaseClock]:
    rules = profiles.shipped(profile) if isinstance(profile, str) else profile
    return {c.kind: c for c in clocks_of(made, rules, calendars.shipped(), now=NOW)}


def due(clock: CaseClock) -> date | None:
    assert clock.strip is not None
    return clock.strip.due


def test_the_review_and_the_statutory_period_stand_side_by_side() -> None:
    found = clocks(case(RECEIPT, filing_date=date(2026, 8, 3)))
    assert due(found[ClockKind.REVIEW]) == date(2026, 9, 24)  # Sunday the 20th is worked
    assert due(found[ClockKind.DECISION]) == date(2026, 11, 1)  # day 90, a Sunday: it stays
    assert next(iter(found)) is ClockKind.REVIEW
    strip = found[ClockKind.REVIEW].strip
    assert strip is not None
    assert not any(n.code is ClockNote.OUTLASTS_STATUTE for n in strip.notes)


def test_a_review_that_outlasts_the_statute_says_so() -> None:
    strip = clocks(case(RECEIPT, filing_date=date(2026, 6, 24)))[ClockKind.REVIEW].strip
    assert strip is not None
    note = next(n for n in strip.notes if n.code is ClockNote.OUTLASTS_STATUTE)
    assert note.facts["statutory"] == "2026-09-22"
    assert "第六十条" in note.facts["source"]


def test_a_sector_rule_rolls_and_leaves_out_what_it_names() -> None:
    market = profiles.load(str(resources.path("profiles", "examples", "market.toml")))
    hearing = (
        ClockEvent(1, 2, "suspend", datetime(2026, 9, 1, 2, tzinfo=UTC), cause="hearing"),
        ClockEvent(1, 3, "resume", datetime(2026, 9, 10, 2, tzinfo=UTC), cause="hearing"),
    )
    plain = clocks(case(RECEIPT, filing_date=date(2026, 8, 3)), market)[ClockKind.DECISION]
    assert due(plain) == date(2026, 11, 2)  # the Sunday rolls on
    paused = clocks(case(*hearing, filing_date=date(2026, 8, 3)), market)[ClockKind.DECISION]
    assert due(paused) == date(2026, 11, 11)  # ten days later, both end days left out
    national = clocks(case(*hearing, filing_date=date(2026, 8, 3)))[ClockKind.DECISION]
    assert due(national) == date(2026, 11, 1), "art. 60 names no suspension"
    assert national.strip is not None
    assert not national.strip.notes, "and does not list what it never named"


def test_hearing_days_are_working_days_in_both_directions() -> None:
    made = case(RECEIPT, notice_date=date(2026, 9, 24), hearing_date=date(2026, 10, 20))
    found = clocks(made)
    # 28, 29, 30 September, then after the National Day week 8 and 9 October.
    assert due(found[ClockKind.HEARING_REQUEST]) == date(2026, 10, 9)
    notice = found[ClockKind.HEARING_NOTICE]
    assert notice.backwards
    last = due(notice)
    assert last is not None
    between = calendars.shipped().working_days_between(last, date(2026, 10, 19))
    assert between == 7, "seven whole working days lie between notice and hearing"


def test_what_nobody_records_is_never_called_overdue() -> None:
    found = clocks(case(RECEIPT, notice_date=date(2026, 8, 3)))
    strip = found[ClockKind.HEARING_REQUEST].strip
    assert strip is not None
    assert strip.state is ClockState.STOPPED
    assert not strip.late
    service = found[ClockKind.SERVICE].strip
    assert service is not None
    assert service.state is ClockState.NOT_STARTED


def test_a_decision_stops_the_period_and_starts_service_and_publicity() -> None:
    found = clocks(case(RECEIPT, filing_date=date(2026, 8, 3), decided=date(2026, 9, 18)))
    decision = found[ClockKind.DECISION].strip
    assert decision is not None
    assert (decision.state, decision.stopped_on) == (ClockState.STOPPED, date(2026, 9, 18))
    # Sunday the 20th, 21–24, then (25–27 Mid-Autumn) 28 and 29 September.
    assert due(found[ClockKind.SERVICE]) == date(2026, 9, 29)
    assert due(found[ClockKind.PUBLICITY]) == date(2026, 9, 29)


def test_a_permit_has_its_own_hearing_and_service() -> None:
    made = case(RECEIPT, kind=Kind.PERMIT, notice_date=date(2026, 9, 18), decided=date(2026, 9, 18))
    found = clocks(made)
    request = found[ClockKind.HEARING_REQUEST].strip
    assert request is not None
    assert "行政许可法" in request.rule.source
    service = found[ClockKind.SERVICE].strip
    assert service is not None
    assert (service.rule.number, service.rule.unit.value) == (10, "working_day")


@pytest.mark.parametrize(("profile", "promptly"), [("zhengzhou", False), ("shucheng", False)])
def test_an_open_limit_has_no_strip(profile: str, promptly: bool) -> None:
    clock = clocks(case(RECEIPT), profile)[ClockKind.REVIEW]
    assert (clock.strip is None) is (profile == "zhengzhou")
    assert clock.promptly is promptly


@given(st.dates(), st.dates(), st.dates(), st.dates())
@example(date.min, date.max, date(26, 1, 1), date(9999, 12, 31))
@example(date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1), date(2026, 7, 1))
def test_whatever_dates_were_typed_the_clocks_can_be_shown(
    filed: date, told: date, heard: date, decided: date
) -> None:
    made = case(RECEIPT, filing_date=filed, notice_date=told, hearing_date=heard, decided=decided)
    found = clocks(made)
    assert due(found[ClockKind.REVIEW]) == date(2026, 9, 24)
    for clock in found.values():
        assert clock.strip is not None
        if clock.strip.start is not None and not clock.backwards:
            assert clock.strip.due is not None
            assert clock.strip.due > clock.strip.start
