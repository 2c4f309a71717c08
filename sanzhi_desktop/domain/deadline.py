"""Deadlines as events on a calendar: start, suspend, resume, extend, stop → the deadline strip.

A due date is always computed from the events kept with the case (`domain.case.ClockEvent`), the
rule's plain values and a calendar edition; it is never stored alone. Lives here: that
computation and its warnings. Must not: where rules come from (profiles), what today is (the
caller says), its words (`domain.deadline_words`), how the strip is drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.clock import (
    EXTEND,
    EXTEND_CASE,
    RECALL,
    RESUME,
    START_ACCEPTANCE,
    START_FILING,
    START_RECEIPT,
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
from sanzhi_desktop.domain.hour_clock import compute_hours
from sanzhi_desktop.domain.workdays import (
    RUNNING_DAY,
    Calendar,
    DayStep,
    Unit,
    add_months,
    check_number,
    local_date,
    parse_unit,
)

__all__ = [
    "EXTEND",
    "RESUME",
    "START_ACCEPTANCE",
    "START_FILING",
    "START_RECEIPT",
    "STOP",
    "SUSPEND",
    "ClockFault",
    "ClockNote",
    "ClockState",
    "DeadlineRule",
    "DeadlineStrip",
    "Extension",
    "Note",
    "beside_statute",
    "compute",
    "moved",
]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Pause:
    """One suspension; `until` None while it lasts. Both end days belong to it."""

    since: date
    until: date | None
    cause: str
    words: str

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(slots=True)
class _Walk:
    """State of the computation while the events are read in order."""

    rule: DeadlineRule
    calendar: Calendar
    start: date
    segments: list[tuple[int, Unit]]
    pauses: list[_Pause] = field(default_factory=list)
    stopped: date | None = None
    ignored: list[str] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)

    def days(self, horizon: date) -> tuple[list[DayStep], date | None]:
        """Every day up to the due date; without a due date (suspended) up to `horizon`."""
        steps: list[DayStep] = []
        day = self.start
        for number, unit in self.segments:
            left = _length(day, number, unit)
            while left:
                day += _DAY
                pause = next((p for p in self.pauses if p.holds(day)), None)
                if pause is None:
                    step = (
                        self.calendar.step(day)
                        if unit is Unit.WORKING_DAY
                        else DayStep(day, True, RUNNING_DAY)
                    )
                    left -= step.counted
                    steps.append(step)
                elif pause.until is None and day > horizon:
                    return steps, None
                else:
                    steps.append(DayStep(day, False, pause.words))
        if self.rule.rolls and self.segments[-1][1] is not Unit.WORKING_DAY:
            steps[-1:] = self.calendar.roll(day)
        return steps, steps[-1].date

    def planned(self) -> int:
        """The whole period in days of its unit, extensions included."""
        total, anchor = 0, self.start
        for number, unit in self.segments:
            length = _length(anchor, number, unit)
            total += length
            anchor += timedelta(days=length)
        return total


def _length(anchor: date, number: int, unit: Unit) -> int:
    if unit in (Unit.MONTH, Unit.YEAR):
        return (add_months(anchor, number * (12 if unit is Unit.YEAR else 1)) - anchor).days
    return number


def compute(
    rule: DeadlineRule, events: Iterable[ClockEvent], *, calendar: Calendar, now: date | datetime
) -> DeadlineStrip:
    """The strip of one clock out of the events of one round.

    The day of the start is not counted, nor the day a suspension is notified, nor the day it
    ends. Raises DomainError(ClockFault): an extension decided after the end or without approver,
    a suspension that already runs or never began, anything after the stop.
    """
    check_number(rule.number, rule.unit)
    ordered = _since_recall(sorted(events, key=lambda e: (e.at, e.seq)))
    start = next((e for e in ordered if e.event == rule.start), None)
    if start is None:
        return DeadlineStrip(rule, ClockState.NOT_STARTED, calendar.edition)
    following = [
        e
        for e in ordered[ordered.index(start) + 1 :]
        if not _is_start(e.event) and e.event != EXTEND_CASE
    ]
    if rule.unit is Unit.HOUR:
        return compute_hours(rule, start.at, following, calendar=calendar, now=now)
    walk = _Walk(rule, calendar, local_date(start.at), [(rule.number, rule.unit)])
    for event in following:
        _apply(walk, event)
    return _strip(walk, local_date(now))


def _since_recall(events: list[ClockEvent]) -> list[ClockEvent]:
    """The events after the sender last took the submission back: it was never received."""
    last = max((n for n, e in enumerate(events) if e.event == RECALL), default=-1)
    return events[last + 1 :]


def _is_start(event: str) -> bool:
    return event.startswith("start_")


def _apply(walk: _Walk, event: ClockEvent) -> None:
    day = local_date(event.at)
    if walk.stopped is not None:
        raise DomainError(ClockFault.STOPPED, date=walk.stopped.isoformat(), event=event.event)
    if event.event == SUSPEND:
        _suspend(walk, event.cause, day)
    elif event.event == RESUME:
        _resume(walk, event.cause, day)
    elif event.event == EXTEND:
        _extend(walk, event, day)
    elif event.event == STOP:
        walk.stopped = day
    else:
        raise DomainError(ClockFault.UNKNOWN_EVENT, event=event.event)


def _suspend(walk: _Walk, cause: str, day: date) -> None:
    words = walk.rule.causes.get(cause)
    if words is None:
        walk.ignored.append(cause)
    elif any(p.cause == cause and p.until is None for p in walk.pauses):
        raise DomainError(ClockFault.ALREADY_SUSPENDED, cause=words, date=day.isoformat())
    else:
        walk.pauses.append(_Pause(day, None, cause, words))


def _resume(walk: _Walk, cause: str, day: date) -> None:
    """Ends one suspension; a resume without cause ends the only one that runs."""
    if cause in walk.ignored or (not cause and walk.ignored and not walk.pauses):
        return
    running = [p for p in walk.pauses if p.until is None and cause in ("", p.cause)]
    if len(running) != 1:
        words = walk.rule.causes.get(cause, cause)
        raise DomainError(ClockFault.NOT_SUSPENDED, cause=words, date=day.isoformat())
    walk.pauses[walk.pauses.index(running[0])] = replace(running[0], until=day)


def _extend(walk: _Walk, event: ClockEvent, day: date) -> None:
    unit = parse_unit(event.unit)
    check_number(event.number, unit)
    if not event.approver.strip():
        raise DomainError(ClockFault.EXTENSION_APPROVER, date=day.isoformat())
    _, due = walk.days(day)
    if due is not None and day > due:
        raise DomainError(ClockFault.EXTENSION_LATE, date=day.isoformat(), due=due.isoformat())
    walk.segments.append((event.number, unit))
    walk.extensions.append(Extension(event.number, unit, event.approver.strip(), day))


def _strip(walk: _Walk, today: date) -> DeadlineStrip:
    until = today if walk.stopped is None else min(today, walk.stopped)
    days, due = walk.days(until)
    used = sum(1 for d in days if d.counted and d.date <= until)
    remaining = walk.planned() - used
    state = ClockState.RUNNING if due else ClockState.SUSPENDED
    if due and until > due:
        working = walk.segments[-1][1] is Unit.WORKING_DAY
        remaining = -(
            walk.calendar.working_days_between(due, until) if working else (until - due).days
        )
        state = ClockState.OVERDUE
    if walk.stopped is not None and walk.stopped <= today:
        state = ClockState.STOPPED
    strip = DeadlineStrip(
        rule=walk.rule,
        state=state,
        calendar=walk.calendar.edition,
        start=walk.start,
        due=due,
        used=used,
        remaining=remaining,
        days=tuple(days),
        provisional=any(d.provisional for d in days),
        stopped_on=walk.stopped,
        extensions=tuple(walk.extensions),
        notices=walk.calendar.notices(days),
    )
    return replace(strip, notes=_notes(strip, walk, until))


def _notes(strip: DeadlineStrip, walk: _Walk, until: date) -> tuple[Note, ...]:
    notes = [Note(ClockNote.CAUSE_NOT_NAMED, {"cause": c}) for c in walk.ignored]
    if walk.rule.soft:
        notes.append(Note(ClockNote.SOFT, {"source": walk.rule.source}))
    leaning = [d.date for d in strip.days if d.reason != RUNNING_DAY or d.provisional]
    if strip.provisional:
        years = sorted({d.date.year for d in strip.days if d.provisional})
        notes.append(Note(ClockNote.PROVISIONAL, {"years": "、".join(map(str, years))}))
    elif strip.due and leaning and walk.calendar.may_shift(leaning[0], leaning[-1]):
        notes.append(Note(ClockNote.MAY_SHIFT, {"year": leaning[-1].year + 1}))
    if strip.due and until > strip.due:
        notes.append(Note(ClockNote.LATE, {"due": strip.due.isoformat()}))
    return tuple(notes)


def beside_statute(review: DeadlineStrip, statutory: DeadlineStrip) -> DeadlineStrip:
    """The review's strip, with a warning when it would outlast the statutory end (90 days …)."""
    if review.due is None or statutory.due is None or review.due <= statutory.due:
        return review
    note = Note(
        ClockNote.OUTLASTS_STATUTE,
        {
            "due": review.due.isoformat(),
            "statutory": statutory.due.isoformat(),
            "source": statutory.rule.source,
        },
    )
    return replace(review, notes=(*review.notes, note))


def moved(
    rule: DeadlineRule, events: Sequence[ClockEvent], *, old: Calendar, new: Calendar
) -> tuple[date, date] | None:
    """The due dates (from, to) when another calendar edition moves this deadline, else None.

    Only a deadline that stands moves: not started, suspended and stopped ones answer None.
    """
    ordered = sorted(events, key=lambda e: (e.at, e.seq))
    if not ordered or any(e.event == STOP for e in ordered):
        return None
    now = ordered[-1].at
    before = compute(rule, events, calendar=old, now=now).due
    after = compute(rule, events, calendar=new, now=now).due
    if before is None or after is None or before == after:
        return None
    return before, after
