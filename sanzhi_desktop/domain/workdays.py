"""Working days by the State Council's yearly holiday arrangements, and the counting of periods.

Lives here: the calendar as frozen data and the arithmetic of days, hours, months and years.
Must not: reading files (`resources.calendars`), events and suspensions (`domain.deadline`), and
any knowledge of what a period is for.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from sanzhi_desktop.domain.errors import Code, DomainError

# China keeps one time all the year round; a fixed offset needs no time zone database on the PC.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

FIRST_YEAR = 1950
LAST_YEAR = 2200
DECEMBER_REACH = 28  # the next year's notice has moved days from 29 December on (2018, 2022)

WORKING = "工作日"
WEEKEND = "周末"
MAKEUP = "调休上班"
RUNNING_DAY = "连续计算"
BY_THE_CLOCK = "按小时计算，节假日不扣除"
ROLLED = "顺延"

_DAY = timedelta(days=1)


class PeriodFault(Code):
    """A period or a date that cannot be counted."""

    NUMBER = "period.number"
    UNIT = "period.unit"
    YEAR = "period.year"
    MOMENT = "period.moment"


class Unit(StrEnum):
    """What a period is counted in."""

    WORKING_DAY = "working_day"  # 工作日
    CALENDAR_DAY = "calendar_day"  # 日（自然日）
    HOUR = "hour"  # 小时
    MONTH = "month"  # 个月
    YEAR = "year"  # 年

    @property
    def chinese(self) -> str:
        """The measure word as it is printed behind a number."""
        return _UNIT_NAMES[self]

    @property
    def limit(self) -> int:
        """The longest period accepted, about ten years: more is a slip of the keyboard."""
        return _UNIT_LIMITS[self]


_UNIT_NAMES = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.HOUR: "小时",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
}
_UNIT_LIMITS = {
    Unit.WORKING_DAY: 2600,
    Unit.CALENDAR_DAY: 3660,
    Unit.HOUR: 87_840,
    Unit.MONTH: 120,
    Unit.YEAR: 10,
}


def parse_unit(text: str) -> Unit:
    """Reads a unit code; raises DomainError(PeriodFault.UNIT) for anything else."""
    try:
        return Unit(text)
    except ValueError:
        allowed = "、".join(unit.value for unit in Unit)
        raise DomainError(PeriodFault.UNIT, value=text, allowed=allowed) from None


def check_number(number: int, unit: Unit) -> None:
    """A period has at least one unit and at most `unit.limit`, else PeriodFault.NUMBER."""
    if not 1 <= number <= unit.limit:
        raise DomainError(
            PeriodFault.NUMBER, value=number, limit=unit.limit, unit=unit.chinese.removeprefix("个")
        )


def check_year(day: date) -> None:
    """A date far from every file is a slip of the keyboard: PeriodFault.YEAR."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DomainError(PeriodFault.YEAR, value=day.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)


def local_date(moment: date | datetime) -> date:
    """The date in China of a date or an aware datetime (PeriodFault.MOMENT if it is naive)."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise DomainError(PeriodFault.MOMENT, value=moment.isoformat())
        return moment.astimezone(SHANGHAI).date()
    return moment


def add_months(start: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it has no such day."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The arrangement of one year (节假日安排) with the notice that made it.

    `off` and `makeup` map a date to the name of the holiday; they may reach into the December
    before, because a New Year holiday does. `edition` changes when the notice is corrected.
    """

    year: int
    edition: str
    number: str
    title: str
    issued: date | None
    off: Mapping[date, str]
    makeup: Mapping[date, str]
    address: str = ""


@dataclass(frozen=True, slots=True)
class DayStep:
    """One day of a period: counted or not, and why (周末, 国庆节, 调休上班, 补正期间 …)."""

    date: date
    counted: bool
    reason: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A period counted from `start`, which is never counted itself.

    `days` are the days after the start up to the due date, without gap. `provisional` (暂定): a
    day of a year without notice was counted by weekends. `may_shift`: the period touches the last
    days of a December that the notice of the next year, not yet known, may still change.
    """

    start: date
    due: date
    days: tuple[DayStep, ...]
    provisional: bool
    may_shift: bool
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _YearTable:
    """Working days of one year: the dates, and how many of them lie on or before each day."""

    first: int  # ordinal of 1 January
    size: int
    working: tuple[date, ...]
    rank: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked, over all years: announced ones exactly, the others by weekends."""

    edition: str
    arrangements: tuple[Arrangement, ...]
    off: Mapping[date, str]
    makeup: Mapping[date, str]
    years: frozenset[int]
    # Filled per year on first use; two threads at worst build the same table twice.
    _tables: dict[int, _YearTable] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def including(self, arrangement: Arrangement) -> "Calendar":
        """The calendar of the edition that has this year's arrangement too, or instead."""
        return make_calendar([*self.arrangements, arrangement])

    def knows(self, year: int) -> bool:
        """Whether the notice for this year is loaded."""
        return year in self.years

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day; weekends decide in a year without notice."""
        if day in self.makeup:
            return True
        return day.weekday() < 5 and day not in self.off

    def reason(self, day: date) -> str:
        """Why the day is worked or not: 工作日, 调休上班, 周末 or the name of the holiday."""
        if day in self.makeup:
            return MAKEUP
        return self.off.get(day) or (WORKING if day.weekday() < 5 else WEEKEND)

    def due(self, start: date, working_days: int) -> date:
        """The date `working_days` after `start`, without explaining each day (for lists)."""
        year = start.year
        table = self._tables.get(year) or self._table(year)
        wanted = table.rank[start.toordinal() - table.first] + working_days
        while wanted > table.size:
            wanted -= table.size
            year += 1
            table = self._tables.get(year) or self._table(year)
        return table.working[wanted - 1]

    def working_days_between(self, after: date, until: date) -> int:
        """Working days later than `after` and not later than `until`; negative if reversed."""
        if until < after:
            return -self.working_days_between(until, after)
        before = self._rank(after)
        total = self._rank(until) - before
        for year in range(after.year, until.year):
            total += self._table(year).size
        return total

    def next_working(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def notices(self, days: Iterable[DayStep]) -> tuple[str, ...]:
        """The numbers of the notices that the reasons of these days rest on."""
        years = {d.date.year for d in days if d.reason not in (RUNNING_DAY, BY_THE_CLOCK)}
        return tuple(item.number for item in self.arrangements if item.year in years)

    def may_shift(self, first: date, last: date) -> bool:
        """Whether the next year's notice, not loaded, may still touch these days of December."""
        return any(
            year in self.years
            and year + 1 not in self.years
            and first <= date(year, 12, 31)
            and last > date(year, 12, DECEMBER_REACH)
            for year in range(first.year, last.year + 1)
        )

    def step(self, day: date) -> DayStep:
        """The day as it counts for a period in working days."""
        return DayStep(day, self.is_working(day), self.reason(day), day.year not in self.years)

    def count(
        self, start: date | datetime, number: int, unit: Unit, *, rolls: bool = False
    ) -> Counted:
        """Counts a period and explains every day of it.

        The day (or hour) of the event is not counted (湖南省行政程序规定 174 and the sector
        rules), also when it is a day off. `rolls`: a period in days, months or years that ends
        on a day off ends on the next working day; whether it does is a field of the rule. Hours
        run by the clock; a bare date then begins at 00:00, the strictest reading. Raises
        DomainError(PeriodFault) for a number or a year out of range.
        """
        check_number(number, unit)
        day = local_date(start)
        check_year(day)
        if unit is Unit.HOUR:
            return self._count_hours(start, number)
        if unit is Unit.WORKING_DAY:
            return self._counted(day, [self.step(d) for d in _days(day, self.due(day, number))])
        end = add_months(day, number * (12 if unit is Unit.YEAR else 1))
        if unit is Unit.CALENDAR_DAY:
            end = day + timedelta(days=number)
        steps = [DayStep(d, True, RUNNING_DAY) for d in _days(day, end)]
        return self._counted(day, steps[:-1] + self.roll(end) if rolls else steps)

    def count_back(self, event: date, number: int, unit: Unit) -> Counted:
        """The last day for something due `number` days *before* an event (听证七日前通知).

        Neither that day nor the day of the event is counted: the full number lies between them.
        Working and calendar days only, else DomainError(PeriodFault.UNIT).
        """
        check_number(number, unit)
        if unit not in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
            raise DomainError(
                PeriodFault.UNIT, value=unit.value, allowed="working_day、calendar_day"
            )
        check_year(event)
        working = unit is Unit.WORKING_DAY
        steps: list[DayStep] = []
        day, left = event, number
        while left:
            day -= _DAY
            steps.append(self.step(day) if working else DayStep(day, True, RUNNING_DAY))
            left -= steps[-1].counted
        day -= _DAY
        counted = self._counted(event, steps[::-1])
        return replace(counted, due=day)

    def roll(self, end: date) -> list[DayStep]:
        """The last day of a period and the uncounted days by which a day off carries it on."""
        last = self.next_working(end)
        why = self.reason(end)
        return [DayStep(end, True, RUNNING_DAY, end.year not in self.years)] + [
            DayStep(
                d,
                False,
                f"{ROLLED}（期满日为{why}）" if d == last else f"{ROLLED}：{self.reason(d)}",
                d.year not in self.years,
            )
            for d in _days(end, last)
        ]

    def _counted(self, start: date, steps: list[DayStep]) -> Counted:
        # Days that run on without regard to holidays are certain even in an unannounced year.
        leaning = [s.date for s in steps if s.reason != RUNNING_DAY or s.provisional]
        return Counted(
            start=start,
            due=steps[-1].date,
            days=tuple(steps),
            provisional=any(s.provisional for s in steps),
            may_shift=bool(leaning) and self.may_shift(leaning[0], leaning[-1]),
        )

    def _count_hours(self, start: date | datetime, number: int) -> Counted:
        if not isinstance(start, datetime):
            start = datetime(start.year, start.month, start.day, tzinfo=SHANGHAI)
        begin = start.astimezone(SHANGHAI)
        due_at = begin + timedelta(hours=number)
        days = [DayStep(d, True, BY_THE_CLOCK) for d in _days(begin.date() - _DAY, due_at.date())]
        return Counted(begin.date(), due_at.date(), tuple(days), False, False, due_at)

    def _rank(self, day: date) -> int:
        table = self._table(day.year)
        return table.rank[day.toordinal() - table.first]

    def _table(self, year: int) -> _YearTable:
        table = self._tables.get(year)
        if table is None:
            working: list[date] = []
            rank: list[int] = []
            for day in _days(date(year, 1, 1) - _DAY, date(year, 12, 31)):
                if self.is_working(day):
                    working.append(day)
                rank.append(len(working))
            first = date(year, 1, 1).toordinal()
            table = _YearTable(first, len(working), tuple(working), tuple(rank))
            self._tables[year] = table
        return table


def make_calendar(arrangements: Iterable[Arrangement]) -> Calendar:
    """One calendar out of the arrangements; of two for the same year the later one counts.

    An office that imports a corrected notice thereby replaces the shipped year.
    """
    by_year = {item.year: item for item in arrangements}
    ordered = tuple(by_year[year] for year in sorted(by_year))
    off: dict[date, str] = {}
    makeup: dict[date, str] = {}
    for item in ordered:  # a later year's notice has the last word on the December before it
        for day, name in item.off.items():
            makeup.pop(day, None)
            off[day] = name
        for day, name in item.makeup.items():
            off.pop(day, None)
            makeup[day] = name
    return Calendar(
        edition="+".join(item.edition for item in ordered) or "无",
        arrangements=ordered,
        off=off,
        makeup=makeup,
        years=frozenset(by_year),
    )


def _days(after: date, until: date) -> list[date]:
    """The days later than `after` and not later than `until`."""
    first = after.toordinal() + 1
    return [date.fromordinal(n) for n in range(first, until.toordinal() + 1)]
