"""`sanzhi deadline`: the due date of a rule or of a number of working days, day by day."""

import argparse
import json
import re
import sys
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.workdays import (
    SHANGHAI,
    WEEKEND,
    WORKING,
    Calendar,
    Counted,
    Unit,
    local_date,
)

if TYPE_CHECKING:
    from sanzhi_desktop.domain.profile import Profile
    from sanzhi_desktop.domain.rule import Duration, Rule

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"[T ]?(\d{1,2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_WEEKDAYS = "一二三四五六日"
# What a period is counted back from, in Chinese; other events are shown by their code.
_EVENTS = {
    "hearing": "听证",
    "performance": "代履行",
    "decision": "作出决定",
    "expiry": "期限届满",
}


class DeadlineInput(Code):
    """What is wrong with the question, or why there is no date."""

    BAD_DATE = "deadline.bad_date"
    BAD_NUMBER = "deadline.bad_number"
    NOT_A_PERIOD = "deadline.not_a_period"
    RULE_AND_PROFILE = "deadline.rule_and_profile"
    OPEN = "deadline.open"
    PROMPTLY = "deadline.promptly"
    HOURS_FROM_MIDNIGHT = "deadline.hours_from_midnight"
    BACKWARDS = "deadline.backwards"
    NO_EXTENSION = "deadline.no_extension"


@dataclass(frozen=True, slots=True)
class _Period:
    """What is to be counted, from a rule or from the command line."""

    title: str
    number: int | None
    unit: Unit
    rolls: bool = False
    soft: bool = False
    open: bool = False
    before: str = ""
    rule: "Rule | None" = None
    extensions: tuple[tuple[int, Unit], ...] = ()


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = commands.add_parser("deadline", help="推算期限届满日，逐日说明计入与不计入的理由")
    parser.add_argument("--profile", metavar="ID", help="规则方案编号，或 .toml 文件")
    parser.add_argument("--rule", metavar="KEY", help="期限规则键，例如 review.limit")
    parser.add_argument("--working-days", metavar="N", help="直接给出工作日数")
    parser.add_argument(
        "--from", dest="start", required=True, metavar="DATE", help="起算日期（当日不计入）"
    )
    parser.add_argument(
        "--extended",
        metavar="N",
        nargs="?",
        const="1",
        help="按规则延长 N 次（不写 N 为一次）后的届满日",
    )
    parser.add_argument(
        "--calendar",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="另外导入的放假安排（JSON 或 CSV），可以多次给出",
    )
    parser.add_argument("--json", action="store_true", help="输出一份 JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 with a date; 1 when the rule is open or states no number. Raises DomainError for input
    that cannot be read."""
    from sanzhi_desktop.resources import calendars

    start = read_start(args.start)
    period = _period(args)
    calendar = calendars.shipped()
    for file in args.calendar:
        calendar = calendar.including(calendars.read(file))
    counted = None if period.number is None else _count(calendar, start, period)
    warnings = _warnings(calendar, start, period, counted)
    if args.json:
        shown = _as_dict(calendar, start, period, counted, warnings)
        json.dump(shown, sys.stdout, ensure_ascii=False, indent=2)
        print()
        for _, sentence in warnings:
            print(sentence, file=sys.stderr)
    else:
        _show(calendar, start, period, counted)
        for _, sentence in warnings:
            print(f"注意：{sentence}")
    return 0 if counted else 1


def read_start(text: str) -> date | datetime:
    """A date, or a moment (Chinese time unless an offset is written).

    Raises DomainError(DeadlineInput.BAD_DATE).
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    day = _DATE.match(folded)
    rest = folded[day.end() :] if day else ""
    time = _TIME.fullmatch(rest) if rest else None
    if day is None or (rest and time is None):
        raise DomainError(DeadlineInput.BAD_DATE, value=_short(text))
    try:
        found = date(*(int(part) for part in day.groups()))
        if time is None:
            return found
        clock = time[1] if time[1][2] == ":" else f"0{time[1]}"  # 9:30
        moment = datetime.fromisoformat(f"{found}T{clock}{(time[2] or '+08:00').upper()}")
        return moment.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise DomainError(DeadlineInput.BAD_DATE, value=_short(text)) from None


def _period(args: argparse.Namespace) -> _Period:
    by_rule = args.rule is not None
    if by_rule != (args.profile is not None) or by_rule == (args.working_days is not None):
        raise DomainError(DeadlineInput.RULE_AND_PROFILE)
    if by_rule:
        return _of_rule(args.profile, args.rule, _times(args.extended))
    if args.extended is not None:
        raise DomainError(DeadlineInput.RULE_AND_PROFILE)
    text = unicodedata.normalize("NFKC", args.working_days).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise DomainError(DeadlineInput.BAD_NUMBER, value=_short(args.working_days))
    return _Period("期限", int(text), Unit.WORKING_DAY)


def _times(written: str | None) -> int:
    if written is None:
        return 0
    text = unicodedata.normalize("NFKC", written).strip()
    if not re.fullmatch(r"[1-9]", text):
        raise DomainError(DeadlineInput.BAD_NUMBER, value=_short(written))
    return int(text)


def _of_rule(profile_name: str, key: str, times: int) -> _Period:
    from sanzhi_desktop.domain.rule import PROMPTLY, UNSPECIFIED, as_duration
    from sanzhi_desktop.resources import profiles
    from sanzhi_desktop.resources.profiles.schema import schema

    profile = profiles.load(profile_name)
    spec = schema().spec(key)
    if key in profile.rules or spec is None:
        rule = profile.rule(key)
    else:  # nothing is said for this kind alone: the general rule governs it
        rule = profile.for_kind(*_base_and_kind(key))
    if spec is None or spec.type != "duration":
        raise DomainError(DeadlineInput.NOT_A_PERIOD, key=key, title=rule.title, profile=profile.id)
    if rule.open or rule.unit in (PROMPTLY, UNSPECIFIED):
        return _Period(rule.title, None, Unit.WORKING_DAY, open=rule.open, rule=rule)
    found = as_duration(rule)
    return _Period(
        title=rule.title,
        number=found.value,
        unit=Unit(found.unit),
        rolls=found.rolls,
        soft=found.soft,
        before=found.before,
        rule=rule,
        extensions=_extensions(profile, found, times),
    )


def _base_and_kind(key: str) -> tuple[str, str]:
    base, _, kind = key.rpartition(".")
    return base, kind


def _extensions(profile: "Profile", period: "Duration", times: int) -> tuple[tuple[int, Unit], ...]:
    """The lengths of the first `times` extensions that the rule provides for.

    Raises DomainError(DeadlineInput.NO_EXTENSION): fewer, or one without a stated length.
    """
    following: Duration | None = period.extension
    if period.key == "review.limit":
        following = profile.duration("review.extension")
    elif period.key.startswith("review.limit."):
        following = profile.duration("review.extension", _base_and_kind(period.key)[1])
    found: list[tuple[int, Unit]] = []
    for _ in range(times):
        if following is None or following.value is None or period.before:
            title = profile.rule(period.key).title
            raise DomainError(DeadlineInput.NO_EXTENSION, title=title, count=len(found))
        found.append((following.value, Unit(following.unit)))
        following = following.extension
    return tuple(found)


def _count(calendar: Calendar, start: date | datetime, period: _Period) -> Counted:
    number = period.number or 0
    if period.before:
        return calendar.count_back(local_date(start), number, period.unit)
    if period.extensions:
        return _count_extended(calendar, start, number, period)
    return calendar.count(start, number, period.unit, rolls=period.rolls)


def _count_extended(
    calendar: Calendar, start: date | datetime, number: int, period: _Period
) -> Counted:
    """The period and its extensions one after the other; only the last end rolls."""
    lengths = ((number, period.unit), *period.extensions)
    parts: list[Counted] = []
    end = start
    for place, (length, unit) in enumerate(lengths, 1):
        rolls = period.rolls and place == len(lengths)
        parts.append(calendar.count(end, length, unit, rolls=rolls))
        end = parts[-1].due_at or parts[-1].due
    return replace(
        parts[-1],
        start=local_date(start),
        days=tuple(day for part in parts for day in part.days),
        provisional=any(part.provisional for part in parts),
        may_shift=any(part.may_shift for part in parts),
    )


def _warnings(
    calendar: Calendar, start: date | datetime, period: _Period, counted: Counted | None
) -> list[tuple[str, str]]:
    """(code, sentence) of what one should know beside the date."""
    from sanzhi_desktop.domain.deadline import ClockNote
    from sanzhi_desktop.resources.sentences import sentence

    found: list[tuple[Code, dict[str, Any]]] = []
    if counted is None:
        code = DeadlineInput.OPEN if period.open else DeadlineInput.PROMPTLY
        found.append((code, {"title": period.title}))
    elif counted.provisional:
        years = sorted({d.date.year for d in counted.days if not calendar.knows(d.date.year)})
        found.append((ClockNote.PROVISIONAL, {"years": "、".join(map(str, years))}))
    elif counted.may_shift:
        found.append((ClockNote.MAY_SHIFT, {"year": counted.days[-1].date.year + 1}))
    if period.soft and period.rule and period.rule.source:
        found.append((ClockNote.SOFT, {"source": period.rule.source.cited()}))
    if counted and period.unit is Unit.HOUR and not isinstance(start, datetime):
        found.append((DeadlineInput.HOURS_FROM_MIDNIGHT, {}))
    if period.before:
        event = _EVENTS.get(period.before, period.before)
        found.append((DeadlineInput.BACKWARDS, {"event": event}))
    return [(code.value, sentence(code.value, **facts)) for code, facts in found]


def _as_dict(
    calendar: Calendar,
    start: date | datetime,
    period: _Period,
    counted: Counted | None,
    warnings: list[tuple[str, str]],
) -> dict[str, Any]:
    from sanzhi_desktop.domain.rule import rule_as_dict

    due_at = counted.due_at if counted else None
    return {
        "due": counted.due.isoformat() if counted else None,
        "due_at": due_at.isoformat() if due_at else None,
        "open": period.open,
        "provisional": bool(counted and counted.provisional),
        "calendar": calendar.edition,
        "days": [
            {
                "date": step.date.isoformat(),
                "counted": step.counted,
                "reason": step.reason,
                "provisional": step.provisional,
            }
            for step in (counted.days if counted else ())
        ],
        "from": start.isoformat(),
        "number": period.number,
        "unit": period.unit.value if period.number is not None else None,
        "before": period.before or None,
        "extensions": [
            {"number": number, "unit": unit.value} for number, unit in period.extensions
        ],
        "notices": list(calendar.notices(counted.days)) if counted else [],
        "rule": {"key": period.rule.key, **rule_as_dict(period.rule)} if period.rule else None,
        "warnings": [{"code": code, "message": message} for code, message in warnings],
    }


def _show(
    calendar: Calendar, start: date | datetime, period: _Period, counted: Counted | None
) -> None:
    if counted is None:
        print(f"{period.title}：不能推算")
    else:
        soft = "（原则上）" if period.soft else ""
        more = "".join(f"，延长{number}{unit.chinese}" for number, unit in period.extensions)
        print(f"{period.title}：{period.number}{period.unit.chinese}{soft}{more}")
    rule = period.rule.in_force() if period.rule else None
    if rule and rule.source:
        label = "全国缺省" if period.rule and period.rule.default else "依据"
        print(f"{label}：{rule.source.with_quote()}")
    if counted is None:
        return
    zero = "" if counted.due_at else "，当日不计入"
    print(f"起算：{_day(counted.start)}{_clock(start)}{zero}")
    number = 0
    for step in counted.days:
        number += step.counted
        mark = f"{number:>4}" if step.counted else "   —"
        unsure = "（暂定）" if step.provisional and step.reason in (WORKING, WEEKEND) else ""
        print(f"  {_day(step.date)} {mark}  {step.reason}{unsure}")
    unsure = "（暂定）" if counted.provisional else ""
    at = f" {counted.due_at:%H:%M}" if counted.due_at else ""
    print(f"{'最迟' if period.before else '届满'}：{_day(counted.due)}{at}{unsure}")
    notices = "，".join(calendar.notices(counted.days))
    print(f"日历：{calendar.edition}" + (f"（{notices}）" if notices else ""))


def _day(day: date) -> str:
    return f"{day.isoformat()} 星期{_WEEKDAYS[day.weekday()]}"


def _clock(moment: date | datetime) -> str:
    return f" {moment:%H:%M}" if isinstance(moment, datetime) else ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
