"""Checks one written value against its type and brings it into the form the program keeps.

Lives here: types of values and rows. Must not: what belongs to which rule, sources, layers
(`checks`). Money stays in yuan as written (whole numbers as int, others as text with the cents):
exact, readable, and turned into fen where it is compared.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, parse_kind, parse_procedure
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.rule import PROMPTLY, UNSPECIFIED
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.resources.profiles.choices import CHOICE_WORDS, figures
from sanzhi_desktop.resources.profiles.faults import FileFault, Flaw
from sanzhi_desktop.resources.profiles.parse import RawProfile
from sanzhi_desktop.resources.profiles.schema import CAUSES, SOURCE_FIELDS, FieldSpec, schema

LONGEST_TEXT = 2000
LARGEST_YUAN = 1_000_000_000_000
WORDS_FOR_DAYS = (PROMPTLY, UNSPECIFIED)
_UNIT_WORDS = {
    Unit.WORKING_DAY: "工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.HOUR: "小时",
    Unit.MONTH: "月",
    Unit.YEAR: "年",
    PROMPTLY: "及时",
    UNSPECIFIED: "未写多少",
}
_MORE_UNIT_WORDS = {"个工作日": Unit.WORKING_DAY, "自然日": Unit.CALENDAR_DAY, "个月": Unit.MONTH}
_UNIT_CODES = tuple(unit.value for unit in Unit)
_UNITS = "、".join(f"{code}（{word}）" for code, word in _UNIT_WORDS.items())
LARGEST_COUNT = 100_000
COUNT_UNITS = ("person", "round")

_UNITS_IN_CHINESE = {"元": "yuan", "%": "percent", "％": "percent", "人": "person", "轮": "round"}

_WITH_EDGE = ("threshold", "catalogue_threshold")  # rows whose amount says 含 or 不含本数

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_MONTH_DAY = re.compile(r"\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands while it is checked; collects the faults of one file."""

    raw: RawProfile
    flaws: list[Flaw] = field(default_factory=list)

    def fault(self, code: FileFault, *steps: str | int, **facts: Any) -> None:
        """Notes a fault at a path of the file."""
        key = steps[1] if len(steps) > 1 and steps[0] == "rules" else ".".join(map(str, steps))
        facts.setdefault("field", next((s for s in reversed(steps) if isinstance(s, str)), ""))
        self.flaws.append(Flaw(code, self.raw.file, self.raw.line(*steps), str(key), facts))

    def wrong_type(self, expected: str, found: Any, *steps: str | int) -> None:
        """Notes that a value is of another type than the key wants."""
        self.fault(FileFault.WRONG_TYPE, *steps, expected=expected, found=_type_name(found))


def _type_name(found: Any) -> str:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "是/否"),
        (int, "整数"),
        ((Decimal, float), "小数"),
        (str, "文字"),
        (list, "列表"),
        (dict, "表格"),
        (date, "日期"),
    )
    return next((name for kind, name in names if isinstance(found, kind)), type(found).__name__)


def text(place: Place, found: Any, *steps: str | int) -> Any:
    """A non-empty text."""
    if not isinstance(found, str):
        place.wrong_type("文字（加英文双引号）", found, *steps)
    elif not found.strip():
        place.fault(FileFault.EMPTY, *steps)
    elif control := _CONTROL.search(found):
        place.fault(FileFault.CONTROL_CHARACTER, *steps, value=f"U+{ord(control[0]):04X}")
    elif len(found) > LONGEST_TEXT:
        place.fault(FileFault.TOO_MUCH, *steps, value=f"{len(found)} 字", largest=LONGEST_TEXT)
    return found


def identifier(place: Place, found: Any, *steps: str | int) -> Any:
    """A code made of small letters, digits, underscore and hyphen."""
    if not isinstance(found, str):
        place.wrong_type("文字（加英文双引号）", found, *steps)
    elif not _ID.fullmatch(found):
        place.fault(FileFault.BAD_ID, *steps, value=found)
    return found


def flag(place: Place, found: Any, *steps: str | int) -> Any:
    """true or false."""
    if not isinstance(found, bool):
        place.wrong_type("true 或者 false", found, *steps)
    return found


def positive(place: Place, found: Any, largest: int, *steps: str | int) -> Any:
    """A whole number from one to `largest`."""
    if isinstance(found, bool) or not isinstance(found, int):
        place.wrong_type("整数", found, *steps)
    elif found <= 0:
        place.fault(FileFault.NOT_POSITIVE, *steps, value=found)
    elif found > largest:
        place.fault(FileFault.TOO_MUCH, *steps, value=found, largest=largest)
    return found


def money(place: Place, found: Any, *steps: str | int) -> Any:
    """Yuan with at most two decimals, as int or as text with the cents."""
    if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
        place.wrong_type("以元为单位的数字（不加引号）", found, *steps)
        return found
    amount = Decimal(found)
    if not amount.is_finite() or amount > LARGEST_YUAN:
        place.fault(FileFault.TOO_MUCH, *steps, value=found, largest=LARGEST_YUAN)
    elif amount <= 0:
        place.fault(FileFault.NOT_POSITIVE, *steps, value=found)
    elif amount * 100 != (amount * 100).to_integral_value():
        place.fault(FileFault.FRACTION_OF_FEN, *steps, value=found)
    elif amount == amount.to_integral_value():
        return int(amount)
    else:
        return str(amount.quantize(Decimal("0.01")))  # 0.5 and 0.50 are one amount
    return str(amount)


def percent(place: Place, found: Any, *steps: str | int) -> Any:
    """More than zero, at most a hundred."""
    if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
        place.wrong_type("数字", found, *steps)
    elif found <= 0:
        place.fault(FileFault.NOT_POSITIVE, *steps, value=found)
    elif found > 100:
        place.fault(FileFault.TOO_MUCH, *steps, value=found, largest=100)
    return float(found) if isinstance(found, Decimal) else found


def texts(place: Place, found: Any, *steps: str | int) -> Any:
    """A non-empty list of different texts."""
    if not isinstance(found, list):
        place.wrong_type('列表，例如 ["甲", "乙"]', found, *steps)
        return found
    if not found:
        place.fault(FileFault.EMPTY, *steps)
    seen: set[str] = set()
    for index, one in enumerate(found):
        text(place, one, *steps, index)
        if isinstance(one, str):
            if one in seen:
                place.fault(FileFault.DUPLICATE_ID, *steps, index, value=one)
            seen.add(one)
    return found


def day(place: Place, found: Any, *steps: str | int) -> Any:
    """A date without a time, bare or in quotation marks, kept as ISO text."""
    read = as_date(found)
    if read is None:
        place.fault(FileFault.BAD_DATE, *steps, value=found)
        return found
    return read.isoformat()


def as_date(found: Any) -> date | None:
    """The date that is written, None when it is none."""
    if isinstance(found, datetime):
        return None
    if isinstance(found, date):
        return found
    try:
        return date.fromisoformat(found) if isinstance(found, str) and len(found) == 10 else None
    except ValueError:
        return None


def in_order(place: Place, begin: date | None, end: date | None, *steps: str | int) -> None:
    """Two dates, the second not before the first."""
    if begin and end and end < begin:
        place.fault(FileFault.DATES_REVERSED, *steps, start=begin, end=end)


def month_day(place: Place, found: Any, *steps: str | int) -> Any:
    """A day of every year, written "01-31"."""
    good = isinstance(found, str) and _MONTH_DAY.fullmatch(found)
    try:
        date.fromisoformat(f"2024-{found}" if good else "")
    except ValueError:
        place.fault(FileFault.BAD_DATE, *steps, value=found)
    return found


def choice(
    place: Place, found: Any, allowed: tuple[str, ...], *steps: str | int, told: str = ""
) -> Any:
    """One of a few words; `told` says them with their meaning."""
    if not isinstance(found, str):
        place.wrong_type("文字（加英文双引号）", found, *steps)
    elif found not in allowed:
        place.fault(FileFault.BAD_CHOICE, *steps, value=found, allowed=told or "、".join(allowed))
    return found


def coded(
    place: Place, found: Any, parse: Callable[[str], str], allowed: str, *steps: str | int
) -> Any:
    """A code or its Chinese name, kept as the code."""
    if not isinstance(found, str):
        place.wrong_type("文字（加英文双引号）", found, *steps)
        return found
    try:
        return str(parse(found))
    except DomainError:
        place.fault(FileFault.BAD_CHOICE, *steps, value=found, allowed=allowed)
        return found


def coded_list(
    place: Place, found: Any, parse: Callable[[str], str], allowed: str, *steps: str | int
) -> Any:
    """A list of codes or Chinese names, kept as codes."""
    before = len(place.flaws)
    texts(place, found, *steps)
    if len(place.flaws) > before:
        return found
    return [coded(place, one, parse, allowed, *steps, i) for i, one in enumerate(found)]


def _kind(word: str) -> str:
    return parse_kind(word).value


def _procedure(word: str) -> str:
    return parse_procedure(word).value


_KINDS = "、".join(kind.value for kind in Kind)
_OUTCOMES = tuple(outcome.value for outcome in Outcome)
_CAUSES = tuple(sorted(CAUSES))
_PROCEDURES = "summary、ordinary、hearing"


def typed(place: Place, spec: FieldSpec, found: Any, *steps: str | int) -> Any:
    """A value of any type of the key table."""
    if spec.type == "items":
        return rows(place, spec.argument, found, *steps)
    if spec.type == "choice":
        allowed = tuple(spec.argument.split("|"))
        code = next((c for c in allowed if found in CHOICE_WORDS.get(c, ())), found)
        told = "、".join(
            f"{c}（{CHOICE_WORDS[c][0]}）" if c in CHOICE_WORDS else c for c in allowed
        )
        return choice(place, code, allowed, *steps, told=told)
    return _CHECKS[spec.type](place, found, *steps)


def rows(place: Place, name: str, found: Any, *steps: str | int) -> Any:
    """The rows of a list rule: known fields, required ones present, no identity twice."""
    fields = schema().rows[name]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        place.wrong_type("表格行的列表，例如 [{ … }, { … }]", found, *steps)
        return found
    if not found:
        place.fault(FileFault.EMPTY, *steps)
    identity = next(iter(fields))
    seen: set[Any] = set()
    kept = []
    for index, row in enumerate(found):
        kept.append(_row(place, name, fields, row, *steps, index))
        mark = row.get(identity)
        if identity != "role" and isinstance(mark, (str, int)):
            if mark in seen:
                place.fault(FileFault.DUPLICATE_ID, *steps, index, value=mark)
            seen.add(mark)
    return kept


def _amount(place: Place, row: Mapping[str, Any], *steps: str | int) -> dict[str, Any]:
    """The row with its amount in words (5万元以上不满50万元) as the figures it stands for."""
    kept = {name: found for name, found in row.items() if name != "amount"}
    written = row.get("amount")
    if "below_inclusive" in row and "below" not in row:
        place.fault(FileFault.MISSING_FIELD, *steps, field="below")
    if not isinstance(written, str):
        return kept
    if not {"yuan", "inclusive", "below", "below_inclusive"}.isdisjoint(row):
        place.fault(FileFault.AMOUNT_TWICE, *steps, "amount", value=written)
        return kept
    try:
        return kept | figures(written)
    except ValueError as error:
        place.fault(FileFault.AMOUNT_UNCLEAR, *steps, "amount", value=written, words=str(error))
    return kept


def _row(
    place: Place,
    name: str,
    fields: Mapping[str, FieldSpec],
    row: Mapping[str, Any],
    *steps: str | int,
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for one, found in row.items():
        if one in fields:
            kept[one] = typed(place, fields[one], found, *steps, one)
        elif one in SOURCE_FIELDS:
            kept[one] = text(place, found, *steps, one)
        else:
            allowed = "、".join((*fields, *sorted(SOURCE_FIELDS)))
            place.fault(FileFault.UNKNOWN_FIELD, *steps, one, allowed=allowed)
    for one, spec in fields.items():
        if spec.required and one not in row:
            place.fault(FileFault.MISSING_FIELD, *steps, field=one)
    if name in _WITH_EDGE and "yuan" in row and "inclusive" not in row:
        place.fault(FileFault.NEEDS_INCLUSIVE, *steps)
    if name in _WITH_EDGE:
        for given, needed in (("inclusive", "yuan"), ("instead", "reviewers")):
            if given in row and needed not in row:
                place.fault(FileFault.MISSING_FIELD, *steps, field=needed)
    if name == "threshold":
        kept = _amount(place, kept, *steps)
    if name == "stage":
        in_order(place, as_date(row.get("from")), as_date(row.get("to")), *steps)
    return kept


def with_unit(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with its unit as a code, also where it was written in Chinese (工作日)."""
    kept = dict(table)
    written = kept.get("unit")
    if isinstance(written, str):
        codes = {word: str(code) for code, word in _UNIT_WORDS.items()}
        codes |= {word: str(code) for word, code in _MORE_UNIT_WORDS.items()}
        codes |= _UNITS_IN_CHINESE
        kept["unit"] = codes.get(written, written)
    return kept


def duration(place: Place, table: Mapping[str, Any], *steps: str | int) -> Any:
    """Value and unit of a period. 及时 has a unit and no value."""
    unit, found = table.get("unit"), table.get("value")
    if unit is None:
        if found is not None:
            place.fault(FileFault.UNIT_MISSING, *steps, value=found, allowed=_UNITS)
        return found
    if unit in WORDS_FOR_DAYS:
        if found is not None:
            place.fault(
                FileFault.UNIT_WRONG, *steps, "unit", unit=unit, allowed="、".join(_UNIT_CODES)
            )
        return None
    if unit not in _UNIT_CODES:
        place.fault(FileFault.UNIT_WRONG, *steps, "unit", unit=unit, allowed=_UNITS)
        return found
    if found is None:
        place.fault(FileFault.NO_VALUE, *steps)
        return found
    return positive(place, found, Unit(unit).limit, *steps, "value")


# What a type of the key table is checked by.
_CHECKS: Mapping[str, Callable[..., Any]] = {
    "text": text,
    "id": identifier,
    "flag": flag,
    "money": money,
    "percent": percent,
    "texts": texts,
    "date": day,
    "month_day": month_day,
    "count": lambda place, found, *steps: positive(place, found, LARGEST_COUNT, *steps),
    "kind": lambda place, found, *steps: coded(place, found, _kind, _KINDS, *steps),
    "kinds": lambda place, found, *steps: coded_list(place, found, _kind, _KINDS, *steps),
    "procedures": lambda place, found, *steps: coded_list(
        place, found, _procedure, _PROCEDURES, *steps
    ),
    "outcome": lambda place, found, *steps: choice(place, found, _OUTCOMES, *steps),
    "cause": lambda place, found, *steps: choice(place, found, _CAUSES, *steps),
}
