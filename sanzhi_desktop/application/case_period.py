"""The statutory period of a case (办理期限) and its extension, approved outside and recorded here.

The approval is a paper of the undertaking agency; the program checks it against the rule, counts
the new last day and keeps the paper. Silence of the rule allows nothing.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sanzhi_desktop.application import assess, stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import RuleBook, office_calendar, profile_of
from sanzhi_desktop.domain.case import Case, ClockEvent
from sanzhi_desktop.domain.case_period import (
    CasePeriodFault,
    ExtensionStep,
    extension_steps,
    period_rule,
)
from sanzhi_desktop.domain.clock import EXTEND_CASE, ClockFault, ClockState, DeadlineStrip
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import SHANGHAI, Calendar, Unit
from sanzhi_desktop.domain.workflow import Action


@dataclass(frozen=True, slots=True)
class PeriodOffer:
    """What may be recorded now: where the period stands, and the step of extension that is next."""

    strip: DeadlineStrip
    step: ExtensionStep
    place: int  # 1 for the first extension


@dataclass(frozen=True, slots=True)
class Approval:
    """An extension as the agency approved it. `paper`: the approval's name and number."""

    number: int
    unit: Unit
    approver: str
    approved_on: date
    paper: str


def offer(case: Case, profile: Profile, calendar: Calendar, *, now: datetime) -> PeriodOffer:
    """The next extension that the governing rule provides for.

    Raises DomainError(CasePeriodFault): no period in the rules, not filed, decided, no extension
    provided for or all of them used.
    """
    rule = period_rule(profile, case.submission)
    if rule is None:
        raise DomainError(CasePeriodFault.NO_RULE, kind=case.submission.kind.chinese)
    strip = assess.statutory_strip(case, profile, calendar, now=now)
    if strip is None or strip.start is None:
        raise DomainError(CasePeriodFault.NOT_FILED)
    if strip.state is ClockState.STOPPED:
        raise DomainError(CasePeriodFault.DECIDED)
    steps = extension_steps(profile, rule)
    used = sum(1 for e in case.clock if e.event == EXTEND_CASE)
    source = rule.source.cited() if rule.source else rule.title
    if not steps:
        raise DomainError(CasePeriodFault.NOT_PROVIDED, source=source)
    if used >= len(steps):
        raise DomainError(CasePeriodFault.USED_UP, source=source, times=used)
    return PeriodOffer(strip, steps[used], used + 1)


def extended(
    case: Case, profile: Profile, calendar: Calendar, *, approval: Approval, now: datetime
) -> DeadlineStrip:
    """The strip with the approval counted in.

    Raises DomainError as `offer` does, and: longer than the rule allows, another unit, approved
    in the future or after the last day, approver or paper missing.
    """
    allowed = offer(case, profile, calendar, now=now)
    step = allowed.step
    if step.unit is not None and approval.unit is not step.unit:
        raise DomainError(
            CasePeriodFault.OTHER_UNIT,
            unit=approval.unit.chinese,
            allowed=step.unit.chinese,
            source=step.source,
        )
    if step.number is not None and approval.number > step.number:
        raise DomainError(
            CasePeriodFault.TOO_LONG,
            number=approval.number,
            limit=step.number,
            unit=approval.unit.chinese,
            source=step.source,
        )
    if not approval.approver.strip() or not approval.paper.strip():
        raise DomainError(CasePeriodFault.INCOMPLETE)
    today = now.astimezone(SHANGHAI).date()
    stepping.check_past(approval.approved_on, today=today, field="approved_on")
    if allowed.strip.due is not None and approval.approved_on > allowed.strip.due:
        raise DomainError(
            ClockFault.EXTENSION_LATE,
            date=approval.approved_on.isoformat(),
            due=allowed.strip.due.isoformat(),
        )
    seq = max((e.seq for e in case.clock), default=0) + 1
    event = ClockEvent(
        case.round,
        seq,
        EXTEND_CASE,
        datetime.combine(approval.approved_on, datetime.min.time(), SHANGHAI).astimezone(UTC),
        cause=approval.paper.strip(),
        number=approval.number,
        unit=approval.unit.value,
        approver=approval.approver.strip(),
    )
    strip = assess.statutory_strip(case, profile, calendar, now=now, also=(event,))
    if strip is None:
        raise DomainError(CasePeriodFault.NOT_FILED)
    return strip


def extend(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    approval: Approval,
    reason: str,
    paper: StoredPaper | None = None,
    command_id: str = "",
) -> Changed:
    """Records an approved extension of the case's period; the case itself stays as it is."""
    case = session.reader.case(case_id)
    applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
    extended(
        case,
        profile_of(book, case, applied),
        office_calendar(book, session.reader),
        approval=approval,
        now=session.gateway.now(),
    )
    payload: dict[str, Any] = {
        "number": approval.number,
        "unit": approval.unit.value,
        "approver": approval.approver.strip(),
        "approved_on": approval.approved_on.isoformat(),
        "paper": approval.paper.strip(),
    }
    if paper is not None:
        payload["document"] = paper.as_payload()
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.EXTEND_CASE,
        reason=reason,
        payload=payload,
        command_id=command_id,
    )
