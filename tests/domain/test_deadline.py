"""Clocks as events: suspensions, extensions, stops, soft limits, and a moved calendar."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.deadline import (
    START_ACCEPTANCE,
    START_FILING,
    ClockFault,
    ClockNote,
    ClockState,
    DeadlineRule,
    DeadlineStrip,
    beside_statute,
    compute,
    moved,
)
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workdays import SHANGHAI, Arrangement, PeriodFault, Unit
from sanzhi_desktop.resources.calendars import shipped

CAL = shipped()
REVIEW = DeadlineRule(
    key="review.limit",
    name="审核期限",
    number=5,
    unit=Unit.WORKING_DAY,
    source="测试办法第一条",
    soft=True,
    causes={"correction": "补正期间", "expert": "专家论证期间"},
)
STATUTE = DeadlineRule(
    key="decision.limit",
    name="办案期限",
    number=90,
    unit=Unit.CALENDAR_DAY,
    source="《行政处罚法》第六十条",
    start=START_FILING,
)
DATES = st.dates(date(2024, 1, 1), date(2026, 6, 30))


def event(kind: str, day: str, seq: int = 0, **more: object) -> ClockEvent:
    return ClockEvent(
        round=1,
        seq=seq,
        event=kind,
        at=datetime.fromisoformat(day).replace(hour=9, tzinfo=SHANGHAI),
        **more,  # type: ignore[arg-type]
    )


def strip(now: str, *events: ClockEvent, rule: DeadlineRule = REVIEW) -> DeadlineStrip:
    return compute(rule, events, calendar=CAL, now=date.fromisoformat(now))


def codes(shown: DeadlineStrip) -> set[ClockNote]:
    return {note.code for note in shown.notes}


def test_running() -> None:
    shown = strip("2026-09-21", event("start_receipt", "2026-09-18"))
    assert shown.state is ClockState.RUNNING
    assert shown.due == date(2026, 9, 24)
    assert (shown.used, shown.remaining) == (2, 3)
    assert codes(shown) == {ClockNote.SOFT}
    assert shown.calendar == "2024.1+2025.1+2026.1"


def test_due_today_and_overdue() -> None:
    start = event("start_receipt", "2026-09-18")
    today = strip("2026-09-24", start)
    assert (today.state, today.used, today.remaining) == (ClockState.RUNNING, 5, 0)
    # 25–27 September are off: the 28th is the first working day after the end.
    weekend = strip("2026-09-27", start)
    assert (weekend.state, weekend.remaining) == (ClockState.OVERDUE, 0)
    late = strip("2026-09-28", start)
    assert (late.state, late.used, late.remaining) == (ClockState.OVERDUE, 5, -1)
    assert late.late


def test_not_started_and_started_by_the_other_event() -> None:
    rule = DeadlineRule("k", "审核期限", 5, Unit.WORKING_DAY, "某办法", start=START_ACCEPTANCE)
    received = event("start_receipt", "2026-09-18")
    assert strip("2026-09-21", received, rule=rule).state is ClockState.NOT_STARTED
    accepted = event("start_acceptance", "2026-09-22", 1)
    assert strip("2026-09-22", received, accepted, rule=rule).due == date(2026, 9, 30)


def test_a_correction_stops_the_clock_with_both_its_days() -> None:
    events = [
        event("start_receipt", "2026-03-02"),  # Monday
        event("suspend", "2026-03-04", 1, cause="correction"),
        event("resume", "2026-03-06", 2, cause="correction"),
    ]
    shown = strip("2026-03-09", *events)
    assert [(d.date.day, d.counted, d.reason) for d in shown.days] == [
        (3, True, "工作日"),
        (4, False, "补正期间"),
        (5, False, "补正期间"),
        (6, False, "补正期间"),
        (7, False, "周末"),
        (8, False, "周末"),
        (9, True, "工作日"),
        (10, True, "工作日"),
        (11, True, "工作日"),
        (12, True, "工作日"),
    ]
    assert shown.due == date(2026, 3, 12)
    assert (shown.used, shown.remaining) == (2, 3)


def test_while_suspended_there_is_no_due_date() -> None:
    events = [
        event("start_receipt", "2026-03-02"),
        event("suspend", "2026-03-04", 1, cause="correction"),
    ]
    shown = strip("2026-06-30", *events)
    assert shown.state is ClockState.SUSPENDED
    assert shown.due is None
    assert (shown.used, shown.remaining) == (1, 4)
    assert shown.days[-1].date == date(2026, 6, 30)


def test_overlapping_suspensions_count_once() -> None:
    shown = strip(
        "2026-03-20",
        event("start_receipt", "2026-03-02"),
        event("suspend", "2026-03-04", 1, cause="correction"),
        event("suspend", "2026-03-05", 2, cause="expert"),
        event("resume", "2026-03-06", 3, cause="correction"),
        event("resume", "2026-03-10", 4, cause="expert"),
    )
    assert shown.due == date(2026, 3, 16)


def test_suspension_on_the_last_day_saves_it() -> None:
    shown = strip(
        "2026-03-10",
        event("start_receipt", "2026-03-02"),
        event("suspend", "2026-03-09", 1, cause="correction"),
        event("resume", "2026-03-09", 2, cause="correction"),
    )
    assert shown.due == date(2026, 3, 10)


def test_a_cause_the_rule_does_not_name_changes_nothing_but_is_said() -> None:
    events = [
        event("start_receipt", "2026-03-02"),
        event("suspend", "2026-03-04", 1, cause="hearing"),
        event("resume", "2026-03-20", 2, cause="hearing"),
    ]
    shown = strip("2026-03-04", *events)
    assert shown.due == date(2026, 3, 9)
    assert ClockNote.CAUSE_NOT_NAMED in codes(shown)


def test_extension_before_the_end() -> None:
    start = event("start_receipt", "2026-09-18")
    more = event("extend", "2026-09-24", 1, number=3, unit="working_day", approver="分管负责人")
    shown = strip("2026-09-24", start, more)
    assert shown.due == date(2026, 9, 30)
    assert (shown.used, shown.remaining) == (5, 3)


def test_extension_in_another_unit_follows_the_end() -> None:
    start = event("start_receipt", "2026-09-18")
    more = event("extend", "2026-09-23", 1, number=15, unit="calendar_day", approver="负责人")
    assert strip("2026-09-24", start, more).due == date(2026, 10, 9)


def test_an_extension_is_kept_on_the_strip() -> None:
    start = event("start_receipt", "2026-09-18")
    more = event("extend", "2026-09-24", 1, number=3, unit="working_day", approver=" 负责人 ")
    (kept,) = strip("2026-09-24", start, more).extensions
    assert (kept.number, kept.unit, kept.approver, kept.decided_on) == (
        3,
        Unit.WORKING_DAY,
        "负责人",
        date(2026, 9, 24),
    )


def test_extension_while_suspended() -> None:
    shown = strip(
        "2026-03-20",
        event("start_receipt", "2026-03-02"),
        event("suspend", "2026-03-04", 1, cause="correction"),
        event("extend", "2026-03-19", 2, number=3, unit="working_day", approver="负责人"),
        event("resume", "2026-03-19", 3, cause="correction"),
    )
    assert shown.due == date(2026, 3, 30)


def faults(*events: ClockEvent) -> ClockFault:
    with pytest.raises(DomainError) as caught:
        strip("2026-10-30", event("start_receipt", "2026-09-18"), *events)
    assert isinstance(caught.value.code, ClockFault)
    return caught.value.code


def test_what_contradicts_itself_is_refused() -> None:
    late = event("extend", "2026-09-25", 1, number=3, unit="working_day", approver="负责人")
    assert faults(late) is ClockFault.EXTENSION_LATE
    nobody = event("extend", "2026-09-21", 1, number=3, unit="working_day", approver=" ")
    assert faults(nobody) is ClockFault.EXTENSION_APPROVER
    pause = event("suspend", "2026-09-21", 1, cause="expert")
    again = event("suspend", "2026-09-22", 2, cause="expert")
    assert faults(pause, again) is ClockFault.ALREADY_SUSPENDED
    assert faults(event("resume", "2026-09-21", 1, cause="expert")) is ClockFault.NOT_SUSPENDED
    assert faults(event("resume", "2026-09-21", 1)) is ClockFault.NOT_SUSPENDED
    stop = event("stop", "2026-09-21", 1)
    assert faults(stop, event("suspend", "2026-09-22", 2, cause="expert")) is ClockFault.STOPPED
    assert faults(event("tick", "2026-09-21", 1)) is ClockFault.UNKNOWN_EVENT


def test_stop_freezes_the_days_used() -> None:
    start, stop = event("start_receipt", "2026-09-18"), event("stop", "2026-09-22", 1)
    shown = strip("2026-12-01", start, stop)
    assert shown.state is ClockState.STOPPED
    assert (shown.used, shown.remaining) == (3, 2)
    assert not shown.late
    assert strip("2026-12-01", start, event("stop", "2026-09-29", 1)).late


def test_ninety_calendar_days_do_not_roll_unless_the_rule_says_so() -> None:
    filed = event("start_filing", "2026-07-03")  # day 90 is 1 October
    assert strip("2026-07-10", filed, rule=STATUTE).due == date(2026, 10, 1)
    sector = DeadlineRule("k", "办案期限", 90, Unit.CALENDAR_DAY, "行业规定", START_FILING, True)
    assert strip("2026-07-10", filed, rule=sector).due == date(2026, 10, 8)


def test_a_suspended_statutory_clock_counts_calendar_days() -> None:
    rule = DeadlineRule(
        "k", "办案期限", 90, Unit.CALENDAR_DAY, "s", START_FILING, causes={"appraisal": "鉴定期间"}
    )
    shown = strip(
        "2026-03-01",
        event("start_filing", "2026-01-05"),
        event("suspend", "2026-01-10", 1, cause="appraisal"),
        event("resume", "2026-01-19", 2, cause="appraisal"),
        rule=rule,
    )
    assert shown.due == date(2026, 1, 5) + timedelta(days=100)


def test_months_keep_their_day() -> None:
    rule = DeadlineRule("k", "期限", 3, Unit.MONTH, "s")
    assert strip("2026-02-01", event("start_receipt", "2026-01-31"), rule=rule).due == date(
        2026, 4, 30
    )


def test_hours_to_the_minute() -> None:
    rule = DeadlineRule("transfer.send", "移送", 24, Unit.HOUR, "移送规定第五条")
    start = ClockEvent(1, 0, "start_receipt", datetime(2026, 9, 30, 14, 30, tzinfo=SHANGHAI))
    now = datetime(2026, 10, 1, 12, 0, tzinfo=SHANGHAI)
    shown = compute(rule, [start], calendar=CAL, now=now)
    assert shown.due_at == datetime(2026, 10, 1, 14, 30, tzinfo=SHANGHAI)
    assert (shown.used, shown.remaining, shown.state) == (21, 2, ClockState.RUNNING)
    after = compute(rule, [start], calendar=CAL, now=now + timedelta(hours=3))
    assert after.state is ClockState.OVERDUE
    assert after.late
    sent = ClockEvent(1, 1, "stop", now)
    assert not compute(rule, [start, sent], calendar=CAL, now=now + timedelta(hours=9)).late


def test_hours_are_extended_in_time_and_never_suspended() -> None:
    rule = DeadlineRule("transfer.send", "移送期限", 24, Unit.HOUR, "移送规定第五条")
    at = datetime(2026, 9, 30, 14, 30, tzinfo=SHANGHAI)
    start = ClockEvent(1, 0, "start_receipt", at)

    def later(seq: int, hours: int, kind: str, **more: object) -> ClockEvent:
        moment = at + timedelta(hours=hours)
        return ClockEvent(1, seq, kind, moment, **more)  # type: ignore[arg-type]

    pause = later(1, 1, "suspend", cause="expert")
    more = later(2, 24, "extend", number=6, unit="hour", approver="负责人")
    shown = compute(rule, [start, pause, later(3, 2, "resume"), more], calendar=CAL, now=at.date())
    assert shown.due_at == at + timedelta(hours=30)
    assert codes(shown) == {ClockNote.CAUSE_NOT_NAMED}
    assert basis_paragraph(shown) == (
        "移送期限24小时，依据：移送规定第五条。自收到送审材料之日2026年9月30日起算；"
        "2026年10月1日经负责人批准延长6小时；2026年10月1日20:30届满。"
    )
    for wrong, code in (
        (later(1, 25, "extend", number=6, unit="hour", approver="x"), ClockFault.EXTENSION_LATE),
        (later(1, 1, "extend", number=6, unit="hour"), ClockFault.EXTENSION_APPROVER),
        (later(1, 1, "extend", number=1, unit="month", approver="x"), PeriodFault.UNIT),
        (later(1, 1, "tick"), ClockFault.UNKNOWN_EVENT),
    ):
        with pytest.raises(DomainError) as caught:
            compute(rule, [start, wrong], calendar=CAL, now=at)
        assert caught.value.code is code
    with pytest.raises(DomainError) as caught:
        compute(rule, [start, later(1, 1, "stop"), later(2, 2, "stop")], calendar=CAL, now=at)
    assert caught.value.code is ClockFault.STOPPED


def test_warned_when_the_review_outlasts_the_statute() -> None:
    review = strip("2026-09-18", event("start_receipt", "2026-09-18"))
    tight = strip("2026-09-18", event("start_filing", "2026-06-25"), rule=STATUTE)
    assert tight.due == date(2026, 9, 23)
    assert ClockNote.OUTLASTS_STATUTE in codes(beside_statute(review, tight))
    roomy = strip("2026-09-18", event("start_filing", "2026-06-26"), rule=STATUTE)
    assert beside_statute(review, roomy) == review


def notice_2027() -> Arrangement:
    off = {date(2027, 1, n): "元旦" for n in (1, 2, 3)}
    return Arrangement(2027, "2027.1", "测试文号", "", None, off, {date(2027, 1, 9): "元旦"})


def test_importing_a_notice_moves_open_deadlines() -> None:
    new = CAL.including(notice_2027())
    start = event("start_receipt", "2026-12-29")
    assert moved(REVIEW, [start], old=CAL, new=new) == (date(2027, 1, 5), date(2027, 1, 6))
    ended = event("stop", "2026-12-30", 1)
    assert moved(REVIEW, [start, ended], old=CAL, new=new) is None
    early = event("start_receipt", "2026-09-18")
    assert moved(REVIEW, [early], old=CAL, new=new) is None
    assert moved(REVIEW, [], old=CAL, new=new) is None


def test_provisional_becomes_certain_with_the_notice() -> None:
    start = event("start_receipt", "2026-12-29")
    before = strip("2026-12-30", start)
    assert before.provisional
    assert ClockNote.PROVISIONAL in codes(before)
    new = CAL.including(notice_2027())
    after = compute(REVIEW, [start], calendar=new, now=date(2026, 12, 30))
    assert not after.provisional
    assert ClockNote.PROVISIONAL not in codes(after)


def test_the_paragraph_says_what_was_left_out() -> None:
    shown = strip(
        "2026-09-24",
        event("start_receipt", "2026-09-18"),
        event("extend", "2026-09-24", 1, number=5, unit="working_day", approver="负责人"),
    )
    text = basis_paragraph(shown)
    assert text == (
        "审核期限5个工作日（原则上），依据：测试办法第一条。自收到送审材料之日2026年9月18日起算，当日不计入；"
        "2026年9月24日经负责人批准延长5个工作日；"
        "不计入：中秋节（2026年9月25日至2026年9月27日），国庆节（2026年10月1日至2026年10月7日）；"
        "调休上班计入：2026年9月20日；2026年10月9日届满。节假日安排：国办发明电〔2025〕7号。"
    )


@given(DATES, st.integers(1, 60), st.integers(0, 30), st.integers(0, 30))
def test_a_suspension_adds_exactly_its_working_days(
    start: date, number: int, lead: int, length: int
) -> None:
    rule = DeadlineRule("k", "n", number, Unit.WORKING_DAY, "s", causes={"x": "中止"})
    since = start + timedelta(days=lead)
    until = since + timedelta(days=length)
    at = [datetime(d.year, d.month, d.day, 10, tzinfo=SHANGHAI) for d in (start, since, until)]
    events = [
        ClockEvent(1, 0, "start_receipt", at[0]),
        ClockEvent(1, 1, "suspend", at[1], cause="x"),
        ClockEvent(1, 2, "resume", at[2], cause="x"),
    ]
    shown = compute(rule, events, calendar=CAL, now=until)
    plain = CAL.due(start, number)
    if since > plain:
        assert shown.due == plain
    else:
        first = max(since, start + timedelta(days=1))
        lost = CAL.working_days_between(first - timedelta(days=1), until) if until > start else 0
        assert shown.due == CAL.due(start, number + lost)
    assert sum(d.counted for d in shown.days) == number
    assert shown.used + shown.remaining == number or shown.state is ClockState.OVERDUE


@given(DATES, st.integers(1, 30), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]))
def test_without_events_the_clock_is_the_calendar(start: date, number: int, unit: Unit) -> None:
    rule = DeadlineRule("k", "n", number, unit, "s", rolls=True)
    at = datetime(start.year, start.month, start.day, 23, 59, tzinfo=SHANGHAI)
    shown = compute(rule, [ClockEvent(1, 0, "start_receipt", at)], calendar=CAL, now=start)
    counted = CAL.count(start, number, unit, rolls=True)
    assert (shown.due, shown.days, shown.provisional) == (
        counted.due,
        counted.days,
        counted.provisional,
    )
