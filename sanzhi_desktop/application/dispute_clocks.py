"""The small clocks of a disagreement: objection, reply, negotiation, where the rules give days.

Lives here: which event of the dispute starts and ends which clock. Must not: counting days
(`domain.deadline`); the other clocks of a case (`application.deadlines`).
"""

from datetime import datetime

from sanzhi_desktop.application.deadlines import CaseClock, ClockKind
from sanzhi_desktop.domain.case import Case, ClockEvent
from sanzhi_desktop.domain.clock import STOP, DeadlineRule, DeadlineStrip
from sanzhi_desktop.domain.deadline import compute
from sanzhi_desktop.domain.dispute import Dispute
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import Calendar, Unit

START_ISSUE = "start_issue"  # 意见签发之日
START_OBJECTION = "start_objection"  # 提出异议之日
START_CONSULTATION = "start_consultation"  # 开始协商之日

_RULES = {
    ClockKind.OBJECTION: ("objection.limit", "提出异议期限", START_ISSUE),
    ClockKind.REPLY: ("objection.reply_limit", "答复异议期限", START_OBJECTION),
    ClockKind.NEGOTIATION: ("dispute.negotiation_limit", "协商沟通期限", START_CONSULTATION),
}


def _rule(profile: Profile, kind: ClockKind, of: Kind) -> tuple[DeadlineRule | None, bool]:
    """The rule with its days, and whether it only says 及时."""
    key, name, start = _RULES[kind]
    limit = profile.duration(key, of)
    if limit is None or limit.value is None:
        return None, limit is not None
    rule = DeadlineRule(
        key=key,
        name=name,
        number=limit.value,
        unit=Unit(limit.unit),
        source=limit.source.cited() if limit.source else "",
        start=start,
        rolls=limit.rolls,
        soft=limit.soft,
    )
    return rule, False


def _clock(
    kind: ClockKind,
    profile: Profile,
    calendar: Calendar,
    *,
    of: Kind,
    start: datetime,
    end: datetime | None,
    now: datetime,
) -> CaseClock | None:
    rule, promptly = _rule(profile, kind, of)
    if rule is None:
        return CaseClock(kind, None, promptly=True) if promptly else None
    events = [ClockEvent(0, 1, rule.start, start)]
    if end is not None:
        events.append(ClockEvent(0, 2, STOP, end))
    return CaseClock(kind, compute(rule, events, calendar=calendar, now=now))


def objection_strip(
    case: Case, profile: Profile, calendar: Calendar, *, now: datetime
) -> DeadlineStrip | None:
    """How long the unit may object to the running round's opinion; None where nobody says."""
    current = case.current
    if current is None or current.issued_at is None:
        return None
    clock = _clock(
        ClockKind.OBJECTION,
        profile,
        calendar,
        of=case.submission.kind,
        start=current.issued_at,
        end=None,
        now=now,
    )
    return clock.strip if clock is not None else None


def dispute_clocks(
    case: Case, dispute: Dispute, profile: Profile, calendar: Calendar, *, now: datetime
) -> tuple[CaseClock, ...]:
    """The clocks of the running round's disagreement; none while its opinion is not issued or
    when it passed."""
    current = case.current
    if current is None or current.issued_at is None or current.outcome is None:
        return ()
    if current.outcome.passes:
        return ()
    objection = dispute.objection(case.round)
    consulted = [c for c in dispute.consultations if c.round == case.round]
    raised = objection.raised_at if objection else None
    found = [
        _clock(
            ClockKind.OBJECTION,
            profile,
            calendar,
            of=case.submission.kind,
            start=current.issued_at,
            end=raised,
            now=now,
        )
    ]
    if objection is not None:
        found.append(
            _clock(
                ClockKind.REPLY,
                profile,
                calendar,
                of=case.submission.kind,
                start=objection.raised_at,
                end=objection.replied_at,
                now=now,
            )
        )
    if consulted:
        ends = [c.closed_at for c in consulted]
        done = max((e for e in ends if e is not None), default=None) if all(ends) else None
        began = min(c.opened_at for c in consulted)
        found.append(
            _clock(
                ClockKind.NEGOTIATION,
                profile,
                calendar,
                of=case.submission.kind,
                start=began,
                end=done,
                now=now,
            )
        )
    return tuple(clock for clock in found if clock is not None)
