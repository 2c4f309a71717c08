"""The clocks of a transfer of a suspected crime, each from the events as they were recorded.

Lives here: which event starts and which ends each period of 移送规定 arts. 5 to 12. Must not:
counting (`domain.deadline`, `domain.hour_clock`); the numbers, which are rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sanzhi_desktop.application.deadlines import CaseClock, ClockKind
from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.clock import STOP, DeadlineRule
from sanzhi_desktop.domain.deadline import compute
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import as_duration
from sanzhi_desktop.domain.transfer import (
    Transfer,
    TransferChoice,
    TransferDestination,
    TransferEvent,
    current,
)
from sanzhi_desktop.domain.workdays import Calendar, Unit
from sanzhi_desktop.domain.workflow import Action

_START = "start_transfer"


@dataclass(frozen=True, slots=True)
class _Span:
    """From the last event that starts the period to the first one after it that ends it."""

    kind: ClockKind
    key: str
    name: str
    start: tuple[Action, str]
    stops: tuple[Action, ...]
    after: tuple[Action, str] | None = None  # the start counts only when this came before it
    not_after: tuple[Action, str] | None = None  # and only when this did not


_A, _C, _K = Action, TransferChoice, ClockKind
_OBJECTED = (_A.OBJECT_TRANSFER, _C.RECONSIDER)
_SPANS = (
    _Span(
        _K.TRANSFER_APPROVE,
        "clock.transfer.approve",
        "移送审批期限",
        (_A.REPORT_TRANSFER, ""),
        (_A.DECIDE_TRANSFER,),
    ),
    _Span(
        _K.TRANSFER_SEND,
        "clock.transfer.send",
        "批准后移送期限",
        (_A.DECIDE_TRANSFER, _C.APPROVED),
        (_A.DELIVER_TRANSFER,),
    ),
    _Span(
        _K.TRANSFER_FORWARD,
        "clock.transfer.forward",
        "公安机关转送期限",
        (_A.RECEIPT_TRANSFER, ""),
        (_A.POLICE_ANSWER,),
    ),
    _Span(
        _K.TRANSFER_ANSWER,
        "clock.transfer.police_decision",
        "公安机关审查立案期限",
        (_A.RECEIPT_TRANSFER, ""),
        (_A.POLICE_ANSWER,),
    ),
    _Span(
        _K.TRANSFER_OBJECT,
        "clock.transfer.objection",
        "提请复议期限",
        (_A.POLICE_ANSWER, _C.NOT_FILED),
        (_A.OBJECT_TRANSFER, _A.CLOSE_TRANSFER),
        not_after=_OBJECTED,
    ),
    _Span(
        _K.TRANSFER_REPLY,
        "clock.transfer.objection_reply",
        "公安机关复议期限",
        _OBJECTED,
        (_A.POLICE_ANSWER,),
    ),
    _Span(
        _K.TRANSFER_SUPERVISE,
        "clock.transfer.supervision",
        "建议立案监督期限",
        (_A.POLICE_ANSWER, _C.NOT_FILED),
        (_A.OBJECT_TRANSFER, _A.CLOSE_TRANSFER),
        after=_OBJECTED,
    ),
    _Span(
        _K.TRANSFER_HAND_OVER,
        "clock.transfer.hand_over",
        "移交涉案物品期限",
        (_A.POLICE_ANSWER, _C.FILED),
        (_A.HAND_OVER,),
    ),
)


def transfer_clocks(
    transfers: tuple[Transfer, ...], profile: Profile, calendar: Calendar, *, now: datetime
) -> tuple[CaseClock, ...]:
    """The clocks of the open transfer, else of the latest one; those that have begun, and the one
    that the next step will begin. A clue for the 监察机关 goes 及时, without a number of days."""
    found = current(transfers)
    if found is None:
        return ()
    if found.destination is TransferDestination.SUPERVISORY:
        return (CaseClock(ClockKind.TRANSFER_PROMPT, None, promptly=True),)
    return tuple(_clocks(found, profile, calendar, now=now))


def _clocks(
    transfer: Transfer, profile: Profile, calendar: Calendar, *, now: datetime
) -> Iterator[CaseClock]:
    for span in _SPANS:
        rule = _rule(profile, span)
        start = _start(span, transfer.events)
        if rule is None or (start is None and not _next(span, transfer)):
            continue
        events = []
        if start is not None:
            end = _end(span, transfer.events, start)
            events.append(ClockEvent(0, 0, _START, start.at))
            if end is not None:
                events.append(ClockEvent(0, 1, STOP, end.at))
        yield CaseClock(span.kind, compute(rule, events, calendar=calendar, now=now))


def _next(span: _Span, transfer: Transfer) -> bool:
    """A clock that waits for its first event is shown from the start of the transfer on."""
    return transfer.open and span.kind in (ClockKind.TRANSFER_APPROVE, ClockKind.TRANSFER_SEND)


def _start(span: _Span, events: tuple[TransferEvent, ...]) -> TransferEvent | None:
    found: TransferEvent | None = None
    seen: set[tuple[Action, str]] = set()
    for event in events:
        action, choice = span.start
        if (event.action is action and choice in ("", event.choice) and _counts(span, seen)) or (
            span.kind is ClockKind.TRANSFER_ANSWER
            and event.action is Action.POLICE_ANSWER
            and event.choice == TransferChoice.FORWARDED
        ):
            found = event
        seen.add((event.action, event.choice))
    if span.kind is ClockKind.TRANSFER_FORWARD and not any(
        e.choice == TransferChoice.FORWARDED for e in events
    ):
        return None  # nobody sent the case on: the period was not asked of anybody
    return found


def _counts(span: _Span, seen: set[tuple[Action, str]]) -> bool:
    return (span.after is None or span.after in seen) and (
        span.not_after is None or span.not_after not in seen
    )


def _end(
    span: _Span, events: tuple[TransferEvent, ...], start: TransferEvent
) -> TransferEvent | None:
    return next((e for e in events if e.seq > start.seq and e.action in span.stops), None)


def _rule(profile: Profile, span: _Span) -> DeadlineRule | None:
    if span.key not in profile.rules:
        return None
    limit = as_duration(profile.rules[span.key].in_force())
    if limit.value is None:
        return None
    return DeadlineRule(
        key=span.key,
        name=span.name,
        number=limit.value,
        unit=Unit(limit.unit),
        source=limit.source.cited() if limit.source else "",
        start=_START,
        rolls=limit.rolls,
        soft=limit.soft,
    )
