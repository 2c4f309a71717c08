"""All clocks of a case: its review, the statutory period, hearing, service, publicity.

Lives here: which rule of the profile starts which clock on which day of the case. Must not:
counting days (`domain.deadline`), words for people (`domain.deadline_words`, sentences).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sanzhi_desktop.application import assess, stepping
from sanzhi_desktop.application.rulebook import review_rule
from sanzhi_desktop.domain.case import Case, ClockEvent
from sanzhi_desktop.domain.clock import (
    ClockNote,
    ClockState,
    DeadlineRule,
    DeadlineStrip,
)
from sanzhi_desktop.domain.deadline import beside_statute, compute
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Duration, Rule, as_duration
from sanzhi_desktop.domain.workdays import (
    Calendar,
    Unit,
    local_date,
)


class ClockKind(StrEnum):
    """Which clock of a case."""

    REVIEW = "review"  # 审核期限
    DECISION = "decision"  # 办理（作出决定）期限
    HEARING_REQUEST = "hearing_request"  # 当事人要求听证的期限
    HEARING_NOTICE = "hearing_notice"  # 举行听证前的通知期限
    SERVICE = "service"  # 送达期限
    PUBLICITY = "publicity"  # 公示期限
    OBJECTION = "objection"  # 提出异议的期限
    REPLY = "reply"  # 答复异议的期限
    NEGOTIATION = "negotiation"  # 协商沟通的期限
    TRANSFER_APPROVE = "transfer_approve"  # 移送：正职负责人审批
    TRANSFER_SEND = "transfer_send"  # 移送：批准后送达
    TRANSFER_FORWARD = "transfer_forward"  # 移送：公安机关转送
    TRANSFER_ANSWER = "transfer_answer"  # 移送：公安机关审查立案
    TRANSFER_OBJECT = "transfer_object"  # 移送：提请复议
    TRANSFER_REPLY = "transfer_reply"  # 移送：公安机关复议
    TRANSFER_SUPERVISE = "transfer_supervise"  # 移送：建议立案监督
    TRANSFER_HAND_OVER = "transfer_hand_over"  # 移送：移交涉案物品
    TRANSFER_PROMPT = "transfer_prompt"  # 移送监察机关：及时

    @property
    def recorded(self) -> bool:
        """Whether the program knows when it ended; of the others only the last day is known."""
        return self.value.startswith("transfer_") or self in (
            ClockKind.REVIEW,
            ClockKind.DECISION,
            ClockKind.OBJECTION,
            ClockKind.REPLY,
            ClockKind.NEGOTIATION,
        )


class StripStart(StrEnum):
    """What starts a clock beside receipt, acceptance and filing."""

    NOTICE = "start_notice"  # 告知之日
    DECISION = "start_decision"  # 作出决定之日
    HEARING = "before_hearing"  # 举行听证之日, counted back from


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock. `strip` None: the rules give no number of days (`promptly`: they say 及时).

    `declared`: the end of the period as the undertaking unit stated it on the submission.
    """

    kind: ClockKind
    strip: DeadlineStrip | None
    promptly: bool = False
    declared: date | None = None

    @property
    def backwards(self) -> bool:
        """Whether the days are counted back from an event that is still to come."""
        return self.strip is not None and self.strip.rule.start == StripStart.HEARING


_NAMES = {
    ClockKind.HEARING_REQUEST: "要求听证期限",
    ClockKind.HEARING_NOTICE: "听证通知期限",
    ClockKind.SERVICE: "送达期限",
    ClockKind.PUBLICITY: "决定公示期限",
}
# Where the statutes on a kind of enforcement have their hearing and service; other kinds have none.
_HEARING = {
    Kind.PENALTY: ("clock.hearing.request", "clock.hearing.notice"),
    Kind.PERMIT: ("clock.permit.hearing_request", "clock.permit.hearing_notice"),
}
_SERVICE = {Kind.PENALTY: "clock.penalty.service", Kind.PERMIT: "clock.permit.issue"}


def clocks_of(
    case: Case, profile: Profile, calendar: Calendar, *, now: datetime
) -> tuple[CaseClock, ...]:
    """Every clock the rules hold for this case, the review first; one not yet started is shown
    when its day will come."""
    statutory = _statutory(case, profile, calendar, now=now)
    found = [_review(case, profile, calendar, statutory, now=now), statutory]
    request, notice = _HEARING.get(case.submission.kind, ("", ""))
    told, heard = (
        assess.countable(case.submission.notice_date),
        assess.countable(case.submission.hearing_date),
    )
    if told is not None:
        rule = _rule(profile, request, ClockKind.HEARING_REQUEST, StripStart.NOTICE)
        found.append(_forward(ClockKind.HEARING_REQUEST, rule, told, calendar, now=now))
    if heard is not None:
        found.append(_hearing_notice(heard, profile, notice, calendar, now))
    decided = assess.countable(case.decision.decided_on if case.decision else None)
    service = _rule(
        profile, _SERVICE.get(case.submission.kind, ""), ClockKind.SERVICE, StripStart.DECISION
    )
    found.append(_forward(ClockKind.SERVICE, service, decided, calendar, now=now))
    publicity = _of_rule(
        profile.for_kind("publicity.limit", case.submission.kind),
        ClockKind.PUBLICITY,
        StripStart.DECISION,
    )
    found.append(_forward(ClockKind.PUBLICITY, publicity, decided, calendar, now=now))
    return tuple(clock for clock in found if clock is not None)


def _review(
    case: Case, profile: Profile, calendar: Calendar, statutory: CaseClock | None, *, now: datetime
) -> CaseClock:
    rule = review_rule(profile, case.submission.kind)
    limit = profile.review_limit(case.submission.kind)
    strip = stepping.review_strip(case, rule, calendar, now=now)
    if strip is not None and statutory is not None and statutory.strip is not None:
        strip = beside_statute(strip, statutory.strip)
    return CaseClock(ClockKind.REVIEW, strip, promptly=limit is not None and limit.value is None)


def _statutory(
    case: Case, profile: Profile, calendar: Calendar, *, now: datetime
) -> CaseClock | None:
    """The period of the whole case from filing on; a sector's own rule stands in its profile.

    Of the case's suspensions only those count that this rule names; the day of the decision
    ends it.
    """
    strip = assess.statutory_strip(case, profile, calendar, now=now)
    if strip is None:
        return None
    return CaseClock(ClockKind.DECISION, strip, declared=case.submission.period_ends_on)


def _rule(profile: Profile, key: str, kind: ClockKind, start: StripStart) -> DeadlineRule | None:
    return _of_rule(profile.rules[key], kind, start) if key in profile.rules else None


def _of_rule(rule: Rule, kind: ClockKind, start: StripStart) -> DeadlineRule | None:
    """The plain values of a rule with a number; None for an open one and for 及时."""
    found = rule.in_force()
    if not found.answers:
        return None
    limit: Duration = as_duration(found)
    if limit.value is None:
        return None
    return DeadlineRule(
        key=found.key,
        name=_NAMES[kind],
        number=limit.value,
        unit=Unit(limit.unit),
        source=limit.source.cited() if limit.source else "",
        start=start.value,
        rolls=limit.rolls,
        soft=limit.soft,
    )


def _forward(
    kind: ClockKind,
    rule: DeadlineRule | None,
    day: date | None,
    calendar: Calendar,
    *,
    now: datetime,
) -> CaseClock | None:
    if rule is None:
        return None
    events: Iterable[ClockEvent] = (
        [ClockEvent(0, 0, rule.start, assess.midnight(day))] if day is not None else []
    )
    return CaseClock(kind, _unrecorded(compute(rule, events, calendar=calendar, now=now)))


def _unrecorded(strip: DeadlineStrip) -> DeadlineStrip:
    """Nobody told the program whether it was done: past the last day it says no more than that."""
    if strip.state is not ClockState.OVERDUE:
        return strip
    notes = tuple(note for note in strip.notes if note.code is not ClockNote.LATE)
    return replace(strip, state=ClockState.STOPPED, stopped_on=strip.due, notes=notes)


def _hearing_notice(
    hearing: date, profile: Profile, key: str, calendar: Calendar, now: datetime
) -> CaseClock | None:
    rule = _rule(profile, key, ClockKind.HEARING_NOTICE, StripStart.HEARING)
    if rule is None:
        return None
    counted = calendar.count_back(hearing, rule.number, rule.unit)
    over = local_date(now) > counted.due
    strip = DeadlineStrip(
        rule=rule,
        state=ClockState.STOPPED if over else ClockState.RUNNING,
        calendar=calendar.edition,
        start=hearing,
        due=counted.due,
        days=counted.days,
        provisional=counted.provisional,
        stopped_on=counted.due if over else None,
        notices=calendar.notices(counted.days),
    )
    return CaseClock(ClockKind.HEARING_NOTICE, strip)
