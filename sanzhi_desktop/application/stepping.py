"""What every use case on a case does: check the step against the table, send one command.

The database checks all of it again; checking here gives the person the reason before the
network is asked, and is the only check that buttons need.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sanzhi_desktop.application.commands import Changed, Command, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import review_rule
from sanzhi_desktop.domain.case import Case, CaseFault, ClockEvent
from sanzhi_desktop.domain.deadline import (
    RESUME,
    START_ACCEPTANCE,
    START_RECEIPT,
    SUSPEND,
    DeadlineRule,
    DeadlineStrip,
    compute,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import SHANGHAI, Calendar, local_date
from sanzhi_desktop.domain.workflow import Action, Position, State, step


def position(case: Case) -> Position:
    """The case as the workflow table sees it."""
    return Position(
        state=case.state,
        reviewer=case.reviewer,
        handlers=tuple(h.person_id for h in case.submission.handlers),
        registered_by=case.registered_by,
        sent_from=case.sent_from,
        asked=tuple(s.asked_of for s in case.second_opinions if s.given_at is None),
        opened=bool(case.openings),
    )


def send(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    action: Action,
    reason: str = "",
    payload: Mapping[str, Any] | None = None,
    command_id: str = "",
) -> Changed:
    """Checks version and step, then sends. Raises DomainError: stale, illegal step, no reason.

    A command with an id of its own may be the repeat of one whose answer was lost: the case has
    moved on by it, and only the gateway can tell that from somebody else's change.
    """
    case = session.reader.case(case_id)
    if case.version == seen_version:
        step(position(case), action, session.actor, reason=reason)
    elif not command_id:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=case.version)
    return session.gateway.send(
        Command(
            command_id=command_id or new_id(),
            office_id=case.office_id,
            case_id=case_id,
            seen_version=seen_version,
            action=action,
            reason=reason,
            payload=dict(payload or {}),
        )
    )


def today(session: Session) -> date:
    """The server's day in Asia/Shanghai."""
    return local_date(session.gateway.now())


def check_past(day: date | None, *, today: date, field: str) -> None:
    """A receipt or a decision cannot lie in the future. Raises DomainError(IN_FUTURE)."""
    if day is not None and day > today:
        raise DomainError(
            CaseFault.IN_FUTURE, field=field, date=day.isoformat(), today=today.isoformat()
        )


def due_text(strip: DeadlineStrip | None) -> str | None:
    """The due date as ISO text for the list's cache; None when open or stopped."""
    return strip.due.isoformat() if strip is not None and strip.due is not None else None


def review_strip(
    case: Case, rule: DeadlineRule | None, calendar: Calendar, *, now: datetime
) -> DeadlineStrip | None:
    """The review clock of the running round; None when the profile leaves the limit open."""
    return strip_of(case.round, case.clock, rule, calendar, now=now)


def strip_of(
    round_: int,
    events: Iterable[ClockEvent],
    rule: DeadlineRule | None,
    calendar: Calendar,
    *,
    now: datetime,
) -> DeadlineStrip | None:
    """The review clock of one round out of a case's events; None without a rule."""
    if rule is None:
        return None
    own = [e for e in events if e.round == round_]
    return compute(rule, own, calendar=calendar, now=now)


def deadline_after(
    case: Case,
    profile: Profile,
    calendar: Calendar,
    *,
    event: str,
    at: datetime,
    received_on: date | None = None,
) -> DeadlineStrip | None:
    """The strip as it will be once confirm, ask_correction or accept is recorded; feeds the
    list's cache."""
    rule = review_rule(profile, case.submission.kind)
    if rule is None:
        return None
    events = [e for e in case.clock if e.round == case.round]
    number = max((e.seq for e in events), default=0) + 1
    if event == "confirm" and case.state is State.CORRECTION:
        events.append(ClockEvent(case.round, number, RESUME, at, cause="correction"))
    elif event == "confirm":
        events = [ClockEvent(case.round + 1, 1, START_RECEIPT, at)]
    elif event == "ask_correction":
        events.append(ClockEvent(case.round, number, SUSPEND, at, cause="correction"))
    else:
        if received_on is not None:
            moment = datetime.combine(received_on, datetime.min.time(), SHANGHAI).astimezone(UTC)
            events = [
                ClockEvent(e.round, e.seq, e.event, moment, e.cause)
                if e.event == START_RECEIPT
                else e
                for e in events
            ]
        events.append(ClockEvent(case.round, number, START_ACCEPTANCE, at))
    return compute(rule, events, calendar=calendar, now=at)
