"""Extending a review: whether the rules allow it, by how much, and the new last day.

Silence allows nothing: an extension needs a rule (`review.extension`) that provides for it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import (
    RuleBook,
    office_calendar,
    profile_of,
    review_rule,
)
from sanzhi_desktop.domain.case import Case, ClockEvent
from sanzhi_desktop.domain.clock import (
    EXTEND,
    ClockFault,
    ClockState,
    DeadlineRule,
    DeadlineStrip,
)
from sanzhi_desktop.domain.deadline import compute
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import Calendar, Unit, local_date
from sanzhi_desktop.domain.workflow import Action


class ExtensionFault(Code):
    """Why the period of a review cannot be extended, or not by so much."""

    LIMIT_OPEN = "extension.limit_open"
    NOT_PROVIDED = "extension.not_provided"
    NOT_STARTED = "extension.not_started"
    USED_UP = "extension.used_up"
    TOO_LONG = "extension.too_long"
    OTHER_UNIT = "extension.other_unit"


@dataclass(frozen=True, slots=True)
class ExtensionOffer:
    """What the rule allows now. `number` and `unit` None: it states no length (可以延长)."""

    strip: DeadlineStrip
    number: int | None
    unit: Unit | None
    approver: str
    source: str
    quote: str


def offer(case: Case, profile: Profile, calendar: Calendar, *, now: datetime) -> ExtensionOffer:
    """What may be extended today.

    Raises DomainError: the limit itself is open, no rule provides for an extension, the clock
    has not started or has stopped, the last day has passed, the whole extension was used.
    """
    kind = case.submission.kind
    rule = review_rule(profile, kind)
    if rule is None:
        raise DomainError(ExtensionFault.LIMIT_OPEN)
    more = profile.duration("review.extension", kind)
    if more is None:
        raise DomainError(ExtensionFault.NOT_PROVIDED, profile=profile.name)
    strip = compute(rule, _events(case), calendar=calendar, now=now)
    if strip.state in (ClockState.NOT_STARTED, ClockState.STOPPED):
        raise DomainError(ExtensionFault.NOT_STARTED)
    today = local_date(now)
    if strip.due is not None and today > strip.due:
        raise DomainError(
            ClockFault.EXTENSION_LATE, date=today.isoformat(), due=strip.due.isoformat()
        )
    source = more.source.cited() if more.source else ""
    number, unit = more.value, Unit(more.unit) if more.value is not None else None
    if number is not None and unit is not None:
        number -= sum(e.number for e in strip.extensions if e.unit is unit)
        if number <= 0:
            raise DomainError(
                ExtensionFault.USED_UP, limit=more.value, unit=unit.chinese, source=source
            )
    quote = more.source.quote if more.source else ""
    return ExtensionOffer(strip, number, unit, more.approver, source, quote)


def extended(
    case: Case,
    profile: Profile,
    calendar: Calendar,
    *,
    number: int,
    unit: Unit,
    approver: str,
    now: datetime,
) -> DeadlineStrip:
    """The strip with the extension granted now.

    Raises DomainError as `offer` does, and: longer than the rule allows, another unit, no
    approver, a number that cannot be counted.
    """
    allowed = offer(case, profile, calendar, now=now)
    if allowed.unit is not None and unit is not allowed.unit:
        raise DomainError(
            ExtensionFault.OTHER_UNIT,
            unit=unit.chinese.removeprefix("个"),
            allowed=allowed.unit.chinese.removeprefix("个"),
            source=allowed.source,
        )
    if allowed.number is not None and number > allowed.number:
        raise DomainError(
            ExtensionFault.TOO_LONG,
            number=number,
            limit=allowed.number,
            unit=unit.chinese,
            source=allowed.source,
        )
    events = _events(case)
    last = max((e.seq for e in events), default=0)
    event = ClockEvent(
        case.round,
        last + 1,
        EXTEND,
        now.astimezone(UTC),
        number=number,
        unit=unit.value,
        approver=approver,
    )
    rule: DeadlineRule = allowed.strip.rule
    return compute(rule, [*events, event], calendar=calendar, now=now)


def extend(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    number: int,
    unit: Unit,
    approver: str,
    reason: str,
    command_id: str = "",
) -> Changed:
    """Extends the review period within what the rule allows; the list shows the new last day."""
    case = session.reader.case(case_id)
    applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
    strip = extended(
        case,
        profile_of(book, case, applied),
        office_calendar(book, session.reader),
        number=number,
        unit=unit,
        approver=approver.strip(),
        now=session.gateway.now(),
    )
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.EXTEND,
        reason=reason,
        payload={
            "number": number,
            "unit": unit.value,
            "approver": approver.strip(),
            "due_on": stepping.due_text(strip),
        },
        command_id=command_id,
    )


def _events(case: Case) -> list[ClockEvent]:
    return [e for e in case.clock if e.round == case.round]
