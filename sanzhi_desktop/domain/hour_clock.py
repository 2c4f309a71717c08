"""Deadlines in hours (移送：批准后24小时): they run by the clock, holidays included.

Must not: days of any kind (`domain.deadline`).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.clock import (
    EXTEND,
    RESUME,
    STOP,
    SUSPEND,
    ClockFault,
    ClockNote,
    ClockState,
    DeadlineRule,
    DeadlineStrip,
    Extension,
    Note,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workdays import (
    BY_THE_CLOCK,
    SHANGHAI,
    Calendar,
    DayStep,
    PeriodFault,
    Unit,
    check_number,
)

_HOUR = timedelta(hours=1)


def compute_hours(
    rule: DeadlineRule,
    start: datetime,
    events: Sequence[ClockEvent],
    *,
    calendar: Calendar,
    now: date | datetime,
) -> DeadlineStrip:
    """The strip of a clock in hours out of the events after its start, in order.

    Nothing suspends it (a suspension is noted as not named), a stop ends it, an extension in
    hours adds to it. `used` counts whole hours begun and ended, `remaining` is rounded down.
    Raises DomainError(ClockFault, PeriodFault) as `domain.deadline.compute` does.
    """
    counted = calendar.count(start, rule.number, Unit.HOUR)
    due_at = start.astimezone(SHANGHAI) + rule.number * _HOUR
    stopped: datetime | None = None
    extensions: list[Extension] = []
    notes: list[Note] = []
    for event in events:
        if stopped is not None:
            raise DomainError(ClockFault.STOPPED, date=stopped.isoformat(), event=event.event)
        if event.event == STOP:
            stopped = event.at.astimezone(SHANGHAI)
        elif event.event == EXTEND:
            extensions.append(_extension(event, due_at))
            due_at += event.number * _HOUR
        elif event.event == SUSPEND:
            notes.append(Note(ClockNote.CAUSE_NOT_NAMED, {"cause": event.cause}))
        elif event.event != RESUME:
            raise DomainError(ClockFault.UNKNOWN_EVENT, event=event.event)
    moment = now if isinstance(now, datetime) else datetime(*now.timetuple()[:3], tzinfo=SHANGHAI)
    until = moment if stopped is None else min(moment, stopped)
    state = ClockState.OVERDUE if until > due_at else ClockState.RUNNING
    if stopped is not None and stopped <= moment:
        state = ClockState.STOPPED
    if until > due_at:
        notes.append(Note(ClockNote.LATE, {"due": f"{due_at:%Y-%m-%d %H:%M}"}))
    span = (due_at.date() - counted.start).days + 1
    return DeadlineStrip(
        rule=rule,
        state=state,
        calendar=calendar.edition,
        start=counted.start,
        due=due_at.date(),
        due_at=due_at,
        used=max((until - start) // _HOUR, 0),
        remaining=(due_at - until) // _HOUR,
        days=tuple(
            DayStep(counted.start + timedelta(days=n), True, BY_THE_CLOCK) for n in range(span)
        ),
        stopped_on=stopped.date() if stopped else None,
        notes=tuple(notes),
        extensions=tuple(extensions),
    )


def _extension(event: ClockEvent, due_at: datetime) -> Extension:
    decided = event.at.astimezone(SHANGHAI)
    if event.unit != Unit.HOUR:
        raise DomainError(PeriodFault.UNIT, value=event.unit, allowed=Unit.HOUR.value)
    check_number(event.number, Unit.HOUR)
    if not event.approver.strip():
        raise DomainError(ClockFault.EXTENSION_APPROVER, date=decided.date().isoformat())
    if decided > due_at:
        raise DomainError(
            ClockFault.EXTENSION_LATE,
            date=f"{decided:%Y-%m-%d %H:%M}",
            due=f"{due_at:%Y-%m-%d %H:%M}",
        )
    return Extension(event.number, Unit.HOUR, event.approver.strip(), decided.date())
