"""Extending a review: only under a rule, within its length, before the last day is over."""

from datetime import UTC, datetime

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.application import extension
from sanzhi_desktop.application.extension import ExtensionFault
from sanzhi_desktop.domain.case import Case, ClockEvent, Submission
from sanzhi_desktop.domain.clock import ClockFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import PeriodFault, Unit
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.resources import calendars, profiles

SEVEN_AND_THREE = profiles.load(str(resources.path("profiles", "examples", "shilixian.toml")))
UNSPECIFIED = profiles.load(str(resources.path("profiles", "examples", "market.toml")))
RECEIPT = ClockEvent(1, 1, "start_receipt", datetime(2026, 9, 18, 2, tzinfo=UTC))
INSIDE = datetime(2026, 9, 22, 2, tzinfo=UTC)


def case(*events: ClockEvent) -> Case:
    return Case(
        "c", 1, 1, State.REVIEWING, 1, Submission(), "h", "r", None, None, "p", "1", clock=events
    )


def ask(
    number: int,
    unit: Unit = Unit.WORKING_DAY,
    *,
    made: Case | None = None,
    profile: Profile = SEVEN_AND_THREE,
    now: datetime = INSIDE,
    approver: str = "分管负责人",
) -> str:
    strip = extension.extended(
        made or case(RECEIPT),
        profile,
        calendars.shipped(),
        number=number,
        unit=unit,
        approver=approver,
        now=now,
    )
    return strip.due.isoformat() if strip.due else ""


def refused(code: Code, number: int = 3, unit: Unit = Unit.WORKING_DAY, **more: object) -> None:
    with pytest.raises(DomainError) as caught:
        ask(number, unit, **more)  # type: ignore[arg-type]
    assert caught.value.code is code


def test_seven_and_three_working_days() -> None:
    offer = extension.offer(case(RECEIPT), SEVEN_AND_THREE, calendars.shipped(), now=INSIDE)
    # 20 (worked Sunday), 21, 22, 23, 24, then after Mid-Autumn 28 and 29 September.
    assert offer.strip.due is not None
    assert offer.strip.due.isoformat() == "2026-09-29"
    assert (offer.number, offer.unit) == (3, Unit.WORKING_DAY)
    assert offer.approver == "本机关分管法制工作的负责人"
    assert ask(3) == "2026-10-09"  # 30 September, then the 8th and 9th after the National Day


def test_more_than_the_rule_allows_is_refused() -> None:
    refused(ExtensionFault.TOO_LONG, 4)
    refused(ExtensionFault.OTHER_UNIT, 3, Unit.CALENDAR_DAY)
    refused(PeriodFault.NUMBER, 0)
    refused(ClockFault.EXTENSION_APPROVER, 3, approver="  ")


def test_the_length_is_that_of_all_extensions_together() -> None:
    first = ClockEvent(1, 2, "extend", INSIDE, number=2, unit="working_day", approver="分管负责人")
    later = datetime(2026, 9, 23, 2, tzinfo=UTC)
    refused(ExtensionFault.TOO_LONG, 2, made=case(RECEIPT, first), now=later)
    assert ask(1, made=case(RECEIPT, first), now=later) == "2026-10-09"
    both = ClockEvent(1, 3, "extend", later, number=1, unit="working_day", approver="分管负责人")
    refused(ExtensionFault.USED_UP, 1, made=case(RECEIPT, first, both), now=later)


def test_the_last_day_counts_and_the_day_after_does_not() -> None:
    assert ask(1, now=datetime(2026, 9, 29, 15, 59, tzinfo=UTC)) == "2026-09-30"
    refused(ClockFault.EXTENSION_LATE, 1, now=datetime(2026, 9, 29, 16, 1, tzinfo=UTC))


def test_silence_allows_nothing() -> None:
    refused(ExtensionFault.NOT_PROVIDED, profile=profiles.shipped("shucheng"))
    refused(ExtensionFault.LIMIT_OPEN, profile=profiles.shipped("zhengzhou"))


def test_a_rule_without_a_length_leaves_it_to_who_approves() -> None:
    offer = extension.offer(case(RECEIPT), UNSPECIFIED, calendars.shipped(), now=INSIDE)
    assert (offer.number, offer.unit) == (None, None)
    assert ask(15, Unit.CALENDAR_DAY, profile=UNSPECIFIED) > "2026-10-10"


def test_a_clock_that_has_not_started_or_has_stopped_cannot_be_extended() -> None:
    refused(ExtensionFault.NOT_STARTED, made=case())
    stop = ClockEvent(1, 2, "stop", datetime(2026, 9, 21, 2, tzinfo=UTC))
    refused(ExtensionFault.NOT_STARTED, made=case(RECEIPT, stop))
