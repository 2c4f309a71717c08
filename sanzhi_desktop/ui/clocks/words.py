"""Clocks in words: where one stands, what it warns of, what a day is worth."""

from datetime import date

from sanzhi_desktop.application.deadlines import CaseClock
from sanzhi_desktop.domain.clock import ClockState, DeadlineStrip
from sanzhi_desktop.domain.workdays import DayStep, Unit
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.names import moment, named
from sanzhi_desktop.ui.theme import Tone

WEEKDAYS = "一二三四五六日"


def title(clock: CaseClock) -> str:
    """The name of a clock."""
    return named("clock_kind", clock.kind.value)


def length(clock: CaseClock) -> str:
    """5个工作日; why there is no number."""
    if clock.strip is None:
        return "及时，没有天数" if clock.promptly else "规则没有规定"
    return f"{clock.strip.rule.number}{clock.strip.rule.unit.chinese}"


def start(clock: CaseClock) -> str:
    """The day of the event."""
    return clock.strip.start.isoformat() if clock.strip and clock.strip.start else "—"


def due(clock: CaseClock) -> str:
    """The last day, 暂定 where it is."""
    if clock.strip is None or clock.strip.due is None:
        return "—"
    if clock.strip.due_at is not None:  # counted in hours
        return moment(clock.strip.due_at)
    return f"{clock.strip.due.isoformat()}{'（暂定）' if clock.strip.provisional else ''}"


def state(clock: CaseClock) -> str:
    """Where a clock stands; 已届满 of what nobody records, where only the day is known."""
    strip = clock.strip
    if strip is None:
        return "不推算"
    if strip.state is ClockState.STOPPED and not clock.kind.recorded:
        return "已届满"
    if strip.state is ClockState.RUNNING:
        left = f"还有{strip.remaining}{_unit(strip)}"
        return "今天届满" if strip.remaining == 0 else left
    words = named("clock_state", strip.state.value)
    if strip.state is ClockState.OVERDUE:
        return f"{words}{-strip.remaining}{_unit(strip)}"
    return words


def _unit(strip: DeadlineStrip) -> str:
    """What is left is counted in days where the rule counts in months or years."""
    unit = strip.rule.unit
    return (Unit.CALENDAR_DAY if unit in (Unit.MONTH, Unit.YEAR) else unit).chinese


def tone(clock: CaseClock) -> Tone:
    """Red when over, amber when near or suspended."""
    strip = clock.strip
    if strip is None or strip.state in (ClockState.NOT_STARTED, ClockState.STOPPED):
        return Tone.DANGER if strip is not None and strip.late else Tone.NEUTRAL
    if strip.state is ClockState.OVERDUE:
        return Tone.DANGER
    # A period in hours is near from its first moment: there is no second day to wait for.
    few = 24 if strip.rule.unit is Unit.HOUR else 2
    near = strip.state is ClockState.SUSPENDED or strip.remaining <= few
    return Tone.WARN if near else Tone.OK


def notes(clock: CaseClock) -> tuple[str, ...]:
    """What a person should know beside the date, as sentences."""
    if clock.strip is None:
        return ()
    found = [sentence(note.code.value, **note.facts) for note in clock.strip.notes]
    if clock.strip.state is ClockState.STOPPED and not clock.kind.recorded:
        found.append("届满日已过；是否已经办理没有在本程序登记，请查阅案卷。")
    if clock.declared is not None and clock.declared != clock.strip.due:
        found.append(
            f"送审表填写的办理期限届满日是{clock.declared.isoformat()}，与推算的不一致。"
            "请承办机构说明延期、中止的依据。"
        )
    return tuple(found)


def day(step: DayStep) -> str:
    """2026-09-20 周日：计入，调休上班."""
    counted = "计入" if step.counted else "不计入"
    unsure = "（暂定）" if step.provisional else ""
    weekday = WEEKDAYS[step.date.weekday()]
    return f"{step.date.isoformat()} 周{weekday}：{counted}，{step.reason}{unsure}"


def marks(strip: DeadlineStrip) -> dict[date, str]:
    """Words that stand on a day beside its count: the event, extensions, the last day."""
    found: dict[date, str] = {}
    for extension in strip.extensions:
        found[extension.decided_on] = f"批准延长{extension.number}{extension.unit.chinese}"
    if strip.start is not None:
        backwards = strip.due is not None and strip.due < strip.start
        found[strip.start] = "听证日" if backwards else "起算日"
    if strip.stopped_on is not None and strip.stopped_on != strip.due:
        found[strip.stopped_on] = "停止计时"
    if strip.due is not None:
        found[strip.due] = "最迟" if strip.start and strip.due < strip.start else "届满日"
    return found
