"""What the program works out by itself on a case: the scope, the computed checks, the clocks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sanzhi_desktop.application.rulebook import CAUSES
from sanzhi_desktop.application.transfer_gate import with_transfer
from sanzhi_desktop.domain import checks
from sanzhi_desktop.domain.case import Case, ClockEvent, Handler, PartyType, Round, Submission
from sanzhi_desktop.domain.case_period import period_events, period_rule
from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.checks import CheckFacts, Computed
from sanzhi_desktop.domain.deadline import (
    START_FILING,
    STOP,
    DeadlineRule,
    DeadlineStrip,
    compute,
)
from sanzhi_desktop.domain.gate import GateAnswer, gate
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import as_duration
from sanzhi_desktop.domain.scope import ScopeAnswer, ScopeCase, decide_scope, yuan_to_fen
from sanzhi_desktop.domain.workdays import (
    FIRST_YEAR,
    LAST_YEAR,
    SHANGHAI,
    Calendar,
    Unit,
    local_date,
)


def scope_of(submission: Submission, profile: Profile) -> ScopeAnswer:
    """Whether the case has to be reviewed, by whom, and because of what."""
    return decide_scope(profile, scope_case(submission))


def scope_case(submission: Submission) -> ScopeCase:
    """What the scope is decided on, as the submission states it."""
    return ScopeCase(
        kind=submission.kind,
        procedure=submission.procedure,
        decider=submission.decider,
        party_type=submission.party.type,
        amount_fen=submission.amount_fen or None,
        penalty_kinds=submission.penalty_kinds,
        hearing=submission.hearing_date is not None,
        criteria=submission.criteria,
        catalogue_item=submission.catalogue_item,
    )


def scope_as_json(answer: ScopeAnswer) -> dict[str, Any]:
    """The answer as it is kept with the acceptance."""
    return {
        "needs_review": answer.needs_review,
        "reviewers": list(answer.reviewers),
        "because": [
            {
                "criterion": b.criterion,
                "name": b.name,
                "document": b.source.document,
                "article": b.source.article,
            }
            for b in answer.because
        ],
    }


def gate_of(case: Case, profile: Profile, *, changed: str = "") -> GateAnswer:
    """What the gate says of a case and by which source; the database's own answer (the open
    clearance) is what counts, this one explains it. `changed`: names of materials whose stored
    bytes were just found to differ."""
    issued = [r for r in case.rounds if r.issued_at is not None]
    last = max(issued, key=lambda r: r.round, default=None)
    answer = gate(
        profile,
        case.submission.kind,
        reviewed=last is not None,
        passed=_opened_by(case) == "opinion",
        dispute_decided=_dispute_decided(case, profile, last),
        changed=changed or _changed_since(case, last),
    )
    return with_transfer(answer, case, profile)


def _opened_by(case: Case) -> str:
    """What holds the gate open: an opinion or a collective decision; "" while it is shut."""
    return case.clearance.origin if case.clearance is not None and case.clearance.open else ""


def _dispute_decided(case: Case, profile: Profile, last: Round | None) -> bool:
    """Whether a meeting's decision for the unit is to be spoken of: it holds the gate open, or it
    was made and the rules do not let it (for a penalty they never do)."""
    if last is None or last.round not in case.for_unit:
        return False
    clears = profile.for_kind("gate.dispute_clears", case.submission.kind).value is True
    return _opened_by(case) == "collective_decision" or not clears


def _changed_since(case: Case, last: Round | None) -> str:
    """Which materials closed the clearance of the last round; "" when something else did."""
    closed = case.clearance
    if last is None or closed is None or closed.open or closed.round != last.round:
        return ""
    mark, _, names = closed.closed_because.partition("：")
    return (names or "送审材料") if mark == "材料已变" else ""


# 行政处罚法 (2021 revision) came into force on this day; its 90 days (art. 60) and its limits of
# the summary procedure (art. 51) are not asked of what was decided before.
_PENALTY_LAW_SINCE = date(2021, 7, 15)


def statutory_rule(profile: Profile, submission: Submission) -> DeadlineRule | None:
    """The clock of the whole case: 行政处罚法 art. 60 for penalties, the sector's own rule where the
    submission names one, or what the profile says; None without a number."""
    rule = period_rule(profile, submission)
    if rule is None:
        return None
    limit = as_duration(rule)
    if limit.value is None:
        return None
    return DeadlineRule(
        key=rule.key,
        name="办理期限",
        number=limit.value,
        unit=Unit(limit.unit),
        source=limit.source.cited() if limit.source else "",
        start=START_FILING,
        rolls=limit.rolls,
        causes={cause: CAUSES.get(cause, cause) for cause in limit.excludes},
    )


def statutory_strip(
    case: Case,
    profile: Profile,
    calendar: Calendar,
    *,
    now: date | datetime,
    also: Sequence[ClockEvent] = (),
) -> DeadlineStrip | None:
    """The period of the whole case from filing (立案) on, with the suspensions its rule names and
    the extensions that were approved; the day of the decision ends it. Not started without that
    day; None without a rule. `also`: events that are not recorded yet."""
    rule = statutory_rule(profile, case.submission)
    if rule is None:
        return None
    events: list[ClockEvent] = []
    filed = countable(case.submission.filing_date)
    decided = countable(case.decision.decided_on if case.decision else None)
    if filed is not None:
        events.append(ClockEvent(0, 0, START_FILING, midnight(filed)))
        events += period_events((*case.clock, *also), rule)
        if decided is not None and decided >= filed:
            events.append(ClockEvent(0, 10**6, STOP, midnight(decided)))
    return compute(rule, events, calendar=calendar, now=now)


def countable(day: date | None) -> date | None:
    """A day that can be counted from; a year that is a slip of the keyboard starts no clock."""
    return day if day is not None and FIRST_YEAR <= day.year < LAST_YEAR else None


def midnight(day: date) -> datetime:
    """The beginning of a day in Shanghai."""
    return datetime.combine(day, datetime.min.time(), SHANGHAI).astimezone(UTC)


def check_facts(
    case: Case,
    profile: Profile,
    calendar: Calendar,
    *,
    people: Mapping[str, Person],
    now: datetime,
    decision_date: date | None = None,
) -> CheckFacts:
    """Everything the computed checks may look at."""
    submission = case.submission
    limit_key = "person" if submission.party.type is PartyType.PERSON else "organisation"
    request = profile.duration("clock.hearing.request")
    notice = profile.duration("clock.hearing.notice")
    today_law = (decision_date or local_date(now)) >= _PENALTY_LAW_SINCE
    limit = profile.value(f"scope.summary_limit.{limit_key}") if today_law else None
    return replace(
        checks.facts_of(submission, day=local_date(now)),
        handlers=tuple(people.get(h.person_id) or _unregistered(h) for h in submission.handlers),
        reviewer=people.get(case.reviewer),
        received_on=local_date(case.received_at) if case.received_at else None,
        decision_date=decision_date,
        summary_limit_fen=yuan_to_fen(limit) if limit is not None else None,
        hearing_request_days=checks.working_days(request.value, request.unit) if request else None,
        hearing_notice_days=checks.working_days(notice.value, notice.unit) if notice else None,
        statutory=_started(case, profile, calendar, now=now) if today_law else None,
        calendar=calendar,
    )


def _started(
    case: Case, profile: Profile, calendar: Calendar, *, now: datetime
) -> DeadlineStrip | None:
    strip = statutory_strip(case, profile, calendar, now=now)
    return strip if strip is not None and strip.start is not None else None


def _unregistered(handler: Handler) -> Person:
    """A handler named on the submission who does not stand in the register."""
    return Person(
        handler.person_id or handler.name,
        handler.name,
        enforcement_certificate=handler.certificate,
    )


def computed_answers(items: Sequence[Item], facts: CheckFacts) -> dict[str, Computed]:
    """The items that the program can answer by itself, with its reasons."""
    found: Iterable[tuple[str, Computed | None]] = (
        (item.id, checks.compute(item.computed, facts)) for item in items if item.computed
    )
    return {item_id: answer for item_id, answer in found if answer is not None}
