"""Periods against the printed notices, the library chinesecalendar and a slow second counting."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workdays import (
    MAKEUP,
    SHANGHAI,
    WEEKEND,
    WORKING,
    Arrangement,
    Calendar,
    PeriodFault,
    Unit,
    add_months,
    local_date,
    make_calendar,
    parse_unit,
)
from sanzhi_desktop.resources.calendars import shipped

KNOWN = st.dates(date(2024, 1, 1), date(2026, 12, 31))
ANY = st.dates(date(2019, 1, 1), date(2032, 12, 31))
CAL = shipped()


def slowly(calendar: Calendar, start: date, number: int) -> date:
    day = start
    while number:
        day += timedelta(days=1)
        number -= calendar.is_working(day)
    return day


@given(KNOWN)
def test_every_day_of_three_years_as_the_library_has_it(day: date) -> None:
    assert CAL.is_working(day) == chinese_calendar.is_workday(day)


def test_all_days_of_three_years() -> None:
    day = date(2024, 1, 1)
    while day <= date(2026, 12, 31):
        assert CAL.is_working(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-09-20", MAKEUP),
        ("2026-09-19", WEEKEND),
        ("2026-09-21", WORKING),
        ("2026-09-26", "中秋节"),  # a Saturday, but the notice names it
        ("2026-10-08", WORKING),
        ("2025-10-06", "国庆节、中秋节"),
        ("2024-02-09", WORKING),  # 除夕 2024 was only recommended as a day off
        ("2024-06-08", WEEKEND),  # 与周末连休 makes no holiday of the weekend
        ("2024-06-10", "端午节"),
        ("2025-01-26", MAKEUP),
    ],
)
def test_reasons(day: str, reason: str) -> None:
    assert CAL.reason(date.fromisoformat(day)) == reason


@pytest.mark.parametrize(
    ("start", "five", "seven", "ten"),
    [
        ("2026-09-18", "2026-09-24", "2026-09-29", "2026-10-09"),
        ("2026-02-12", "2026-02-26", "2026-02-28", "2026-03-04"),
        ("2026-04-30", "2026-05-11", "2026-05-13", "2026-05-18"),
        ("2025-12-30", "2026-01-07", "2026-01-09", "2026-01-14"),
    ],
)
def test_worked_values(start: str, five: str, seven: str, ten: str) -> None:
    begin = date.fromisoformat(start)
    for number, due in ((5, five), (7, seven), (10, ten)):
        counted = CAL.count(begin, number, Unit.WORKING_DAY)
        assert counted.due.isoformat() == due
        assert counted.due == CAL.due(begin, number)
        assert not counted.provisional


def test_every_day_of_the_example_is_explained() -> None:
    counted = CAL.count(date(2026, 9, 18), 5, Unit.WORKING_DAY)
    assert [(d.date.day, d.counted, d.reason) for d in counted.days] == [
        (19, False, "周末"),
        (20, True, "调休上班"),
        (21, True, "工作日"),
        (22, True, "工作日"),
        (23, True, "工作日"),
        (24, True, "工作日"),
    ]


@given(ANY, st.integers(1, 300))
def test_a_period_in_working_days(start: date, number: int) -> None:
    counted = CAL.count(start, number, Unit.WORKING_DAY)
    assert counted.due == slowly(CAL, start, number) == CAL.due(start, number)
    assert CAL.is_working(counted.due)
    assert sum(d.counted for d in counted.days) == number
    assert [d.date for d in counted.days] == [
        start + timedelta(days=n + 1) for n in range(len(counted.days))
    ]
    years = {d.date.year for d in counted.days}
    assert counted.provisional == bool(years - {2024, 2025, 2026})
    assert all(d.provisional == (d.date.year not in (2024, 2025, 2026)) for d in counted.days)
    assert CAL.working_days_between(start, counted.due) == number


@given(ANY, ANY)
def test_working_days_between(one: date, other: date) -> None:
    first, last = sorted((one, other))
    slow = sum(CAL.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert CAL.working_days_between(first, last) == slow
    assert CAL.working_days_between(last, first) == -slow


@given(ANY, st.integers(1, 400), st.booleans())
def test_a_period_in_days(start: date, number: int, rolls: bool) -> None:
    counted = CAL.count(start, number, Unit.CALENDAR_DAY, rolls=rolls)
    end = start + timedelta(days=number)
    assert sum(d.counted for d in counted.days) == number
    if not rolls or CAL.is_working(end):
        assert counted.due == end
    else:
        assert counted.due > end
        assert CAL.is_working(counted.due)
        between = range(1, (counted.due - end).days)
        assert not any(CAL.is_working(end + timedelta(days=n)) for n in between)


@given(ANY, st.integers(1, 60))
def test_counting_back_leaves_the_full_number_between(event: date, number: int) -> None:
    counted = CAL.count_back(event, number, Unit.WORKING_DAY)
    assert sum(d.counted for d in counted.days) == number
    assert counted.days[0].date == counted.due + timedelta(days=1)
    assert counted.days[-1].date == event - timedelta(days=1)
    assert CAL.due(counted.due, number) < event <= CAL.due(counted.due + timedelta(days=1), number)
    days = CAL.count_back(event, number, Unit.CALENDAR_DAY)
    assert days.due == event - timedelta(days=number + 1)


def test_counting_back_knows_days_only() -> None:
    with pytest.raises(DomainError) as caught:
        CAL.count_back(date(2026, 9, 18), 3, Unit.MONTH)
    assert caught.value.code is PeriodFault.UNIT


def test_rolling_says_why() -> None:
    counted = CAL.count(date(2026, 9, 1), 30, Unit.CALENDAR_DAY, rolls=True)  # ends 1 October
    assert counted.due == date(2026, 10, 8)
    assert counted.days[-2].reason == "顺延：国庆节"
    assert counted.days[-1].reason == "顺延（期满日为国庆节）"
    assert CAL.count(date(2026, 9, 1), 30, Unit.CALENDAR_DAY).due == date(2026, 10, 1)


def test_a_roll_rests_on_the_calendar_even_when_nothing_rolls() -> None:
    weekday = CAL.count(date(2027, 1, 5), 10, Unit.CALENDAR_DAY, rolls=True)
    assert weekday.due == date(2027, 1, 15)
    assert weekday.provisional
    assert not CAL.count(date(2027, 1, 5), 10, Unit.CALENDAR_DAY).provisional


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-10-31", 4, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
    ],
)
def test_months(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)
    assert CAL.count(date.fromisoformat(start), months, Unit.MONTH).due.isoformat() == end


def test_years() -> None:
    assert CAL.count(date(2024, 2, 29), 2, Unit.YEAR).due == date(2026, 2, 28)
    assert CAL.count(date(2024, 2, 29), 5, Unit.YEAR).due == date(2029, 2, 28)


def test_hours_run_through_holidays() -> None:
    counted = CAL.count(datetime(2026, 9, 30, 14, 30, tzinfo=SHANGHAI), 24, Unit.HOUR)
    assert counted.due_at == datetime(2026, 10, 1, 14, 30, tzinfo=SHANGHAI)
    assert counted.due == date(2026, 10, 1)
    assert [d.date.day for d in counted.days] == [30, 1]


def test_hours_from_another_zone_are_shown_in_chinese_time() -> None:
    counted = CAL.count(datetime(2026, 9, 30, 20, 0, tzinfo=UTC), 24, Unit.HOUR)
    assert counted.due_at is not None
    assert counted.due_at.isoformat() == "2026-10-02T04:00:00+08:00"


def test_hours_from_a_bare_date_begin_at_midnight() -> None:
    counted = CAL.count(date(2026, 9, 18), 24, Unit.HOUR)
    assert counted.due_at == datetime(2026, 9, 19, tzinfo=SHANGHAI)


def test_an_evening_in_utc_is_the_next_day_in_china() -> None:
    assert local_date(datetime(2026, 9, 18, 16, 0, tzinfo=UTC)) == date(2026, 9, 19)


def test_an_unknown_year_is_provisional() -> None:
    counted = CAL.count(date(2026, 12, 30), 5, Unit.WORKING_DAY)
    assert counted.due == date(2027, 1, 6)
    assert counted.provisional
    assert [d.provisional for d in counted.days][:2] == [False, True]


def test_late_december_may_still_move() -> None:
    assert CAL.count(date(2026, 12, 24), 4, Unit.WORKING_DAY).may_shift  # ends on the 30th
    assert not CAL.count(date(2026, 12, 18), 4, Unit.WORKING_DAY).may_shift
    assert not CAL.count(date(2025, 12, 24), 4, Unit.WORKING_DAY).may_shift
    moved = CAL.including(
        Arrangement(
            year=2027,
            edition="2027.1",
            number="测试",
            title="",
            issued=None,
            off={date(2026, 12, 31): "元旦", date(2027, 1, 1): "元旦"},
            makeup={date(2026, 12, 26): "元旦"},
        )
    )
    assert moved.count(date(2026, 12, 24), 4, Unit.WORKING_DAY).due == date(2026, 12, 29)
    assert CAL.due(date(2026, 12, 24), 4) == date(2026, 12, 30)  # the old edition is untouched


def test_a_corrected_notice_replaces_the_year() -> None:
    first = CAL.arrangements[-1]
    corrected = Arrangement(first.year, "2026.2", first.number, first.title, first.issued, {}, {})
    changed = CAL.including(corrected)
    assert changed.edition == "2024.1+2025.1+2026.2"
    assert changed.is_working(date(2026, 10, 1))
    assert not changed.is_working(date(2026, 9, 20))


def test_without_any_notice() -> None:
    bare = make_calendar([])
    counted = bare.count(date(2026, 9, 30), 5, Unit.WORKING_DAY)
    assert counted.due == date(2026, 10, 7)
    assert counted.provisional
    assert bare.edition == "无"


@pytest.mark.parametrize("number", [0, -1, 2601])
def test_numbers_out_of_range(number: int) -> None:
    with pytest.raises(DomainError) as caught:
        CAL.count(date(2026, 9, 18), number, Unit.WORKING_DAY)
    assert caught.value.code is PeriodFault.NUMBER


@pytest.mark.parametrize("day", [date.min, date(1949, 1, 1), date.max])
def test_years_out_of_range(day: date) -> None:
    with pytest.raises(DomainError) as caught:
        CAL.count(day, 5, Unit.WORKING_DAY)
    assert caught.value.code is PeriodFault.YEAR


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(DomainError) as caught:
        local_date(datetime(2026, 9, 18, 8, 0))  # noqa: DTZ001
    assert caught.value.code is PeriodFault.MOMENT


def test_units() -> None:
    assert [parse_unit(u.value) for u in Unit] == list(Unit)
    with pytest.raises(DomainError) as caught:
        parse_unit("week")
    assert caught.value.code is PeriodFault.UNIT
