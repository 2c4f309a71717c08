"""The clocks of a transfer against plain arithmetic: hours by the clock, days without holidays."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.application.deadlines import CaseClock, ClockKind
from sanzhi_desktop.application.transfer_clocks import transfer_clocks
from sanzhi_desktop.domain.clock import ClockState
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import (
    Transfer,
    TransferDestination,
    TransferEvent,
    TransferStage,
)
from sanzhi_desktop.domain.workdays import SHANGHAI, Calendar
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.resources import calendars, profiles

START = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)  # 09:30 on the day before the National Day
A = Action
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 1084 * 24 * 60).map(lambda n: FIRST + timedelta(minutes=n))


@cache
def profile() -> Profile:
    return profiles.shipped("shucheng")


@cache
def calendar() -> Calendar:
    return calendars.shipped()


def clocks(
    *events: tuple[Action, str, datetime],
    now: datetime,
    stage: TransferStage = TransferStage.OPENED,
    destination: TransferDestination = TransferDestination.POLICE,
) -> dict[ClockKind, CaseClock]:
    made = tuple(
        TransferEvent(n, action, choice, at, at, "h1")
        for n, (action, choice, at) in enumerate(events, 1)
    )
    found = transfer_clocks(
        (Transfer(1, stage, destination, (), made),), profile(), calendar(), now=now
    )
    return {clock.kind: clock for clock in found}


def test_nothing_without_a_transfer() -> None:
    assert transfer_clocks((), profile(), calendar(), now=START) == ()


@given(at=MOMENTS, minutes=st.integers(0, 5 * 24 * 60))
def test_twenty_four_hours_run_by_the_clock(at: datetime, minutes: int) -> None:
    now = at + timedelta(minutes=minutes)
    strip = clocks((A.DECIDE_TRANSFER, "approved", at), now=now)[ClockKind.TRANSFER_SEND].strip
    assert strip is not None
    assert strip.due_at == at + timedelta(hours=24)
    assert (strip.state is ClockState.OVERDUE) == (now > at + timedelta(hours=24))
    late = clocks(
        (A.DECIDE_TRANSFER, "approved", at), (A.DELIVER_TRANSFER, "", now), now=now
    )[ClockKind.TRANSFER_SEND].strip  # fmt: skip
    assert late is not None
    assert late.state is ClockState.STOPPED
    assert late.late == (minutes > 24 * 60)


@given(at=MOMENTS)
def test_three_days_are_calendar_days_and_end_on_a_holiday_too(at: datetime) -> None:
    strip = clocks((A.REPORT_TRANSFER, "", at), now=at)[ClockKind.TRANSFER_APPROVE].strip
    assert strip is not None
    assert strip.due == at.astimezone(SHANGHAI).date() + timedelta(days=3)
    assert all(day.counted for day in strip.days)


def test_the_national_day_stops_neither() -> None:
    strip = clocks((A.REPORT_TRANSFER, "", START), now=START)[ClockKind.TRANSFER_APPROVE].strip
    assert strip is not None
    assert str(strip.due) == "2026-10-03"
    assert "第五条" in strip.rule.source


def test_each_period_begins_with_its_own_event() -> None:
    hour = timedelta(hours=1)
    events = [
        (A.REPORT_TRANSFER, "", START),
        (A.DECIDE_TRANSFER, "approved", START + hour),
        (A.DELIVER_TRANSFER, "", START + 2 * hour),
        (A.RECEIPT_TRANSFER, "", START + 3 * hour),
        (A.POLICE_ANSWER, "not_filed", START + timedelta(days=2)),
        (A.OBJECT_TRANSFER, "reconsider", START + timedelta(days=4)),
        (A.POLICE_ANSWER, "not_filed", START + timedelta(days=6)),
        (A.OBJECT_TRANSFER, "supervise", START + timedelta(days=8)),
        (A.POLICE_ANSWER, "filed", START + timedelta(days=20)),
    ]
    now = START + timedelta(days=30)
    found = clocks(*events, now=now, stage=TransferStage.FILED)
    days = {kind: clock.strip.start for kind, clock in found.items() if clock.strip}
    first = START.astimezone(SHANGHAI).date()
    assert {kind: (day - first).days for kind, day in days.items() if day} == {
        ClockKind.TRANSFER_APPROVE: 0,
        ClockKind.TRANSFER_SEND: 0,
        ClockKind.TRANSFER_ANSWER: 0,
        ClockKind.TRANSFER_OBJECT: 2,
        ClockKind.TRANSFER_REPLY: 4,
        ClockKind.TRANSFER_SUPERVISE: 6,
        ClockKind.TRANSFER_HAND_OVER: 20,
    }
    states = {kind: clock.strip.state for kind, clock in found.items() if clock.strip}
    assert states.pop(ClockKind.TRANSFER_HAND_OVER) is ClockState.OVERDUE
    assert set(states.values()) == {ClockState.STOPPED}


def test_the_organ_it_is_sent_on_to_has_its_own_three_days() -> None:
    sent_on = START + timedelta(hours=20)
    found = clocks(
        (A.RECEIPT_TRANSFER, "", START), (A.POLICE_ANSWER, "forwarded", sent_on), now=sent_on
    )
    forward, answer = (
        found[ClockKind.TRANSFER_FORWARD].strip,
        found[ClockKind.TRANSFER_ANSWER].strip,
    )
    assert forward is not None
    assert forward.state is ClockState.STOPPED
    assert not forward.late
    assert answer is not None
    assert answer.state is ClockState.RUNNING
    assert str(answer.due) == "2026-10-04"


def test_forwarding_is_no_clock_of_a_case_that_stays() -> None:
    found = clocks((A.RECEIPT_TRANSFER, "", START), (A.POLICE_ANSWER, "filed", START), now=START)
    assert ClockKind.TRANSFER_FORWARD not in found


def test_a_clue_for_the_supervisory_organ_goes_promptly() -> None:
    found = clocks(
        (A.DECIDE_TRANSFER, "approved", START),
        now=START,
        destination=TransferDestination.SUPERVISORY,
    )
    assert list(found) == [ClockKind.TRANSFER_PROMPT]
    assert found[ClockKind.TRANSFER_PROMPT].promptly


@pytest.mark.parametrize("kind", [k for k in ClockKind if k.value.startswith("transfer_")])
def test_its_end_is_recorded(kind: ClockKind) -> None:
    assert kind.recorded
