"""Holiday arrangements from files: the shipped years and notices that an office imports.

Reads the JSON and CSV of `resources/calendars/FORMAT.md`, the yearly JSON of the open data
holiday-cn, and the library chinesecalendar where it is installed. Must not: counting days
(`domain.workdays`), storing anything.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.workdays import Arrangement, Calendar, make_calendar

FORMAT = "sanzhi-calendar/1"
SIZE_LIMIT = 200_000
FIRST_YEAR, LAST_YEAR = 1999, 2199
HEADINGS = ("类别", "节日", "开始", "结束")
_CSV_FACTS = {
    "年份": "year",
    "文号": "number",
    "成文日期": "issued",
    "版本": "edition",
    "标题": "title",
    "网址": "address",
}


class CalendarFault(Code):
    """Why an arrangement is refused; the running calendar stays as it is."""

    UNREADABLE = "calendar.unreadable"
    TOO_LARGE = "calendar.too_large"
    ENCODING = "calendar.encoding"
    SYNTAX = "calendar.syntax"
    MISSING = "calendar.missing"
    UNKNOWN_FIELD = "calendar.unknown_field"
    BAD_DATE = "calendar.bad_date"
    BAD_VALUE = "calendar.bad_value"
    OUTSIDE_YEAR = "calendar.outside_year"
    REVERSED = "calendar.reversed"
    TWICE = "calendar.twice"
    MAKEUP_WEEKDAY = "calendar.makeup_weekday"
    EMPTY = "calendar.empty"
    LIBRARY = "calendar.library"


@dataclass(frozen=True, slots=True)
class _Span:
    """Days that are off, or one day made up for, as they stand on one line of the file."""

    line: int
    name: str
    first: date
    last: date
    makeup: bool = False


@dataclass(slots=True)
class _Draft:
    """What a file says, before it is checked as a whole. Facts keep their line."""

    file: str
    facts: dict[str, tuple[str, int]] = field(default_factory=dict)
    spans: list[_Span] = field(default_factory=list)

    def refuse(self, code: CalendarFault, line: int, **facts: Any) -> DomainError:
        return DomainError(code, file=self.file, line=line, **facts)

    def day(self, text: object, line: int, where: str) -> date:
        """2027-01-01, or Excel's 2027/1/1."""
        match = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", str(text).strip())
        try:
            if match:
                return date(*(int(part) for part in match.groups()))
        except ValueError:
            pass
        raise self.refuse(CalendarFault.BAD_DATE, line, field=where, value=_short(text))


@cache
def shipped() -> Calendar:
    """The calendar of the years that come with the program."""
    return make_calendar(read(file) for file in sorted(resources.path("calendars").glob("*.json")))


def read(path: Path) -> Arrangement:
    """One year's arrangement from a .json or .csv file.

    Raises DomainError(CalendarFault) with file, line, field and reason.
    """
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise DomainError(CalendarFault.TOO_LARGE, file=path.name, size=size, limit=SIZE_LIMIT)
        data = path.read_bytes()
    except OSError as error:
        raise DomainError(
            CalendarFault.UNREADABLE, file=path.name, reason=error.strerror or str(error)
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return parse(data.decode(encoding), file=path.name)
        except UnicodeDecodeError:
            continue
    raise DomainError(CalendarFault.ENCODING, file=path.name)


def parse(text: str, *, file: str) -> Arrangement:
    """One year's arrangement from the text of a file; JSON if it begins with a brace."""
    draft = _read_json(text, file) if text.lstrip()[:1] in ("{", "[") else _read_csv(text, file)
    return _checked(draft)


def from_library(year: int) -> Arrangement:
    """The arrangement of a year as the installed library chinesecalendar has it.

    Raises DomainError(CalendarFault.LIBRARY) when it is not installed or lacks the year.
    """
    try:
        from chinese_calendar import constants
    except ImportError:
        raise DomainError(CalendarFault.LIBRARY, year=year, reason="未安装") from None
    source: str = "chinesecalendar"
    names = {item.value: item.chinese for item in constants.Holiday}
    off = {d: _proper(names[v]) for d, v in constants.holidays.items() if d.year == year}
    makeup = {d: _proper(names[v]) for d, v in constants.workdays.items() if d.year == year}
    if not off:
        raise DomainError(CalendarFault.LIBRARY, year=year, reason="该库尚无此年份")
    return Arrangement(year, f"{year}.1", source, f"{year}年节假日数据", None, off, makeup)


def to_json(arrangement: Arrangement) -> str:
    """The arrangement in the documented JSON; `parse` reads it back equal."""
    holidays = [
        {"name": name, "from": first.isoformat(), "to": last.isoformat(), "makeup": []}
        for name, first, last in _runs(arrangement.off)
    ]
    for day, name in sorted(arrangement.makeup.items()):
        near = [h for h in holidays if h["name"] == name] or holidays
        holder = min(near, key=lambda h: abs(date.fromisoformat(str(h["from"])) - day))
        holder["makeup"] = [*holder["makeup"], day.isoformat()]
    notice = {
        "number": arrangement.number,
        "title": arrangement.title,
        "issued": arrangement.issued.isoformat() if arrangement.issued else "",
        "address": arrangement.address,
    }
    document = {
        "format": FORMAT,
        "year": arrangement.year,
        "edition": arrangement.edition,
        "notice": notice,
        "holidays": holidays,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _proper(name: str) -> str:
    """The notice's word: 春节 and 元旦 stand as they are, the others end in 节."""
    return name if name.endswith(("节", "旦")) else f"{name}节"


def _runs(off: Mapping[date, str]) -> Iterator[tuple[str, date, date]]:
    first = last = None
    for day in sorted(off):
        if first and last and day == last + timedelta(days=1) and off[day] == off[first]:
            last = day
            continue
        if first and last:
            yield off[first], first, last
        first = last = day
    if first and last:
        yield off[first], first, last


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _read_csv(text: str, file: str) -> _Draft:
    draft = _Draft(file)
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise draft.refuse(CalendarFault.SYNTAX, 1, reason=str(error)) from error
    heading = tuple(cell.strip() for cell in rows[0]) if rows else ()
    if heading[:4] != HEADINGS:
        raise draft.refuse(CalendarFault.SYNTAX, 1, reason="首行应为：" + "，".join(HEADINGS))
    for line, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row] + [""] * 4
        kind, name, begin, end = cells[:4]
        if not any(cells):
            continue
        if kind in _CSV_FACTS:
            draft.facts[_CSV_FACTS[kind]] = (name, line)
        elif kind in ("放假", "上班"):
            if not name:
                raise draft.refuse(CalendarFault.MISSING, line, field="节日")
            if not begin:
                raise draft.refuse(CalendarFault.MISSING, line, field="开始")
            first = draft.day(begin, line, "开始")
            last = draft.day(end, line, "结束") if end else first
            draft.spans.append(_Span(line, name, first, last, kind == "上班"))
        else:
            raise draft.refuse(CalendarFault.UNKNOWN_FIELD, line, field=_short(kind))
    return draft


def _read_json(text: str, file: str) -> _Draft:
    draft = _Draft(file)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise draft.refuse(CalendarFault.SYNTAX, error.lineno, reason=error.msg) from error
    except (ValueError, RecursionError) as error:
        raise draft.refuse(CalendarFault.SYNTAX, 1, reason="数值过长或者嵌套过深") from error
    if not isinstance(data, dict):
        raise draft.refuse(CalendarFault.SYNTAX, 1, reason="最外层应为一个对象 {…}")
    if "days" in data and "format" not in data:
        _read_holiday_cn(draft, text, data)
        return draft
    allowed = {"format", "year", "edition", "notice", "holidays"}
    _known(draft, data, allowed, text, 0)
    if data.get("format") != FORMAT:
        line = _line(text, '"format"')
        raise draft.refuse(
            CalendarFault.BAD_VALUE,
            line,
            field="format",
            value=_short(data.get("format")),
            reason=f"应为 {FORMAT}",
        )
    notice = data.get("notice")
    if not isinstance(notice, dict):
        raise draft.refuse(CalendarFault.MISSING, 1, field="notice")
    _known(draft, notice, {"number", "title", "issued", "address"}, text, 0)
    for key, value in [*data.items(), *notice.items()]:
        # An empty date is known to be unknown (data from the library); other facts must say so.
        if key in ("year", "edition", "number", "title", "issued", "address") and (
            value != "" or key == "issued"
        ):
            draft.facts[key] = (str(value), _line(text, f'"{key}"'))
    holidays = data.get("holidays")
    if not isinstance(holidays, list):
        raise draft.refuse(CalendarFault.MISSING, 1, field="holidays")
    for offset, item in _located(text, "holidays", holidays):
        _read_holiday(draft, text, offset, item)
    return draft


def _read_holiday(draft: _Draft, text: str, offset: int, item: Any) -> None:
    line = _line(text, "", offset)
    if not isinstance(item, dict):
        raise draft.refuse(CalendarFault.SYNTAX, line, reason="每个节日应为一个对象 {…}")
    _known(draft, item, {"name", "from", "to", "makeup"}, text, offset)
    for key in ("name", "from"):
        if not isinstance(item.get(key), str) or not item[key].strip():
            raise draft.refuse(CalendarFault.MISSING, line, field=key)
    makeup = item.get("makeup", [])
    if not isinstance(makeup, list):
        where = _line(text, '"makeup"', offset)
        raise draft.refuse(
            CalendarFault.BAD_VALUE, where, field="makeup", value=_short(makeup), reason="应为列表"
        )
    where = _line(text, '"from"', offset)
    first = draft.day(item["from"], where, "from")
    last = draft.day(item.get("to", item["from"]), _line(text, '"to"', offset), "to")
    draft.spans.append(_Span(where, item["name"].strip(), first, last))
    for entry in makeup:
        at = _line(text, f'"{entry}"', offset)
        day = draft.day(entry, at, "makeup")
        draft.spans.append(_Span(at, item["name"].strip(), day, day, makeup=True))


def _read_holiday_cn(draft: _Draft, text: str, data: dict[str, Any]) -> None:
    papers = data.get("papers")
    paper = str(papers[0]) if isinstance(papers, list) and papers else "holiday-cn"
    draft.facts["year"] = (str(data.get("year", "")), _line(text, '"year"'))
    draft.facts["number"] = draft.facts["address"] = (paper, _line(text, '"papers"'))
    draft.facts["issued"] = ("", 1)
    days = data["days"] if isinstance(data["days"], list) else []
    for offset, item in _located(text, "days", days):
        line = _line(text, "", offset)
        if not isinstance(item, dict) or not isinstance(item.get("isOffDay"), bool):
            raise draft.refuse(CalendarFault.MISSING, line, field="isOffDay")
        day = draft.day(item.get("date"), line, "date")
        name = str(item.get("name", "")).strip()
        draft.spans.append(_Span(line, name, day, day, makeup=not item["isOffDay"]))


def _known(draft: _Draft, found: dict[str, Any], allowed: set[str], text: str, at: int) -> None:
    for key in found:
        if key not in allowed:
            line = _line(text, json.dumps(key, ensure_ascii=False), at)
            raise draft.refuse(CalendarFault.UNKNOWN_FIELD, line, field=_short(key))


def _located(text: str, key: str, items: list[Any]) -> Iterator[tuple[int, Any]]:
    """Each item of a top-level list with the offset where it begins in the text."""
    match = re.search(rf'"{key}"\s*:\s*\[', text)
    offset = match.end() if match else 0
    decoder = json.JSONDecoder()
    for item in items:
        while offset < len(text) and text[offset] in " \t\r\n,":
            offset += 1
        yield offset, item
        with suppress(json.JSONDecodeError):  # the key stood in a string: the place is a guess
            offset = decoder.raw_decode(text, offset)[1]


def _line(text: str, needle: str, start: int = 0) -> int:
    """The line of the first occurrence from `start`; the line of `start` when there is none."""
    found = text.find(needle, start)
    return text.count("\n", 0, found if found >= 0 else start) + 1


def _checked(draft: _Draft) -> Arrangement:
    for key, name in (
        ("year", "年份 year"),
        ("number", "文号 number"),
        ("issued", "成文日期 issued"),
    ):
        if key not in draft.facts:
            raise draft.refuse(CalendarFault.MISSING, 1, field=name)
    text, line = draft.facts["year"]
    if not re.fullmatch(r"\d{4}", text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise draft.refuse(
            CalendarFault.BAD_VALUE, line, field="year", value=_short(text), reason="应为四位年份"
        )
    year = int(text)
    issued_text, issued_line = draft.facts["issued"]
    issued = draft.day(issued_text, issued_line, "issued") if issued_text else None
    off, makeup = _days(draft, year)
    if not off:
        raise DomainError(CalendarFault.EMPTY, file=draft.file)
    title = draft.facts.get("title", (f"国务院办公厅关于{year}年部分节假日安排的通知", 0))[0]
    return Arrangement(
        year=year,
        edition=draft.facts.get("edition", (f"{year}.1", 0))[0],
        number=draft.facts["number"][0],
        title=title,
        issued=issued,
        off=off,
        makeup=makeup,
        address=draft.facts.get("address", ("", 0))[0],
    )


def _days(draft: _Draft, year: int) -> tuple[dict[date, str], dict[date, str]]:
    off: dict[date, str] = {}
    makeup: dict[date, str] = {}
    for span in draft.spans:
        if span.last < span.first:
            raise draft.refuse(CalendarFault.REVERSED, span.line, start=span.first, value=span.last)
        for day in _between(span.first, span.last):
            if day.year != year and (day.year, day.month) != (year - 1, 12):
                raise draft.refuse(
                    CalendarFault.OUTSIDE_YEAR, span.line, field=span.name, value=day, year=year
                )
            earlier = off.get(day) or makeup.get(day)
            if earlier:
                raise draft.refuse(
                    CalendarFault.TWICE, span.line, value=day, first=earlier, second=span.name
                )
            if span.makeup and day.weekday() < 5:
                raise draft.refuse(CalendarFault.MAKEUP_WEEKDAY, span.line, value=day)
            (makeup if span.makeup else off)[day] = span.name
    return off, makeup


def _between(first: date, last: date) -> Iterable[date]:
    # A slip in the year of the end must not build a list of centuries before it is refused.
    for number in range(min((last - first).days, 400) + 1):
        yield first + timedelta(days=number)
