"""The language in which each command's writes are said once for both databases.

Lives here: the steps, the placeholders inside their SQL, and how a placeholder becomes a bound
value (SQLite) or a PostgreSQL expression. Must not: which command writes what (`case_effects`,
`office_effects`), or the frame around them (`sqlite_gateway`, `functions`).

The SQL of a step is the common subset of both databases. `{name}` stands for a value of the
command: `{office} {case} {me} {now} {today} {cmd} {reason} {round} {target} {index} {readers}`, the
hash over what an opinion stands on `{digest}`, a column of the locked case `{c.state}`, a payload
value `{p.document.sha256}` or a value of the list item in work `{i.number|int}`. After `|` comes
how the JSON value is read, see `READINGS`.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from typing import Any

from sanzhi_desktop.domain.submission_json import misfits
from sanzhi_desktop.persistence.folding import fold

STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1992


@dataclass(frozen=True, slots=True)
class Run:
    """One statement, carried out when `when` is empty or true; `instead`: when the statement just
    before it touched no row."""

    sql: str
    when: str = ""
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """Ends the command with a code when the condition is true; unknown (null) is not true."""

    when: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Each:
    """The inner steps once for every member of a payload list, in its order."""

    items: str
    steps: tuple[Run | Refuse, ...]


Steps = tuple[Run | Refuse | Each, ...]


class Moves(StrEnum):
    """How far a command moves the case. Every one of them stands in the history."""

    ROW = "row"  # its version and its row: state, time, due day and the columns named
    VERSION = "version"  # its version only: what is saved often leaves the wide row alone
    NOTHING = "nothing"  # nobody who is typing meets a conflict because a colleague looked


@dataclass(frozen=True, slots=True)
class Effect:
    """What one command writes: the steps, then these columns of the case in its one update."""

    steps: Steps = ()
    case: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    moves: Moves = Moves.ROW


def stamp(moment: datetime) -> str:
    """An instant as SQLite keeps it."""
    return moment.astimezone(UTC).strftime(STAMP)


def _dig(data: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if not isinstance(data, Mapping):
            return None
        data = data.get(part)
    return data


def _bytes(value: Any) -> bytes | None:
    return None if value is None else base64.b64decode(value, validate=True)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> date | None:
    if value and not _DAY.fullmatch(value):
        raise ValueError(value)
    return date.fromisoformat(value) if value else None


def _codes(value: Any) -> str:
    inside = [str(h.get("person_id") or "") for h in value or []]
    return "," + "".join(f"{code}," for code in inside if code)


def _listed(value: Any) -> str:
    if value is not None and not isinstance(value, list | tuple):
        raise ValueError(value)
    return "," + "".join(f"{_text(one)}," for one in value or ())


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)  # as a server writes it


def _whole(value: Any) -> int | None:
    if value is None or value == "":
        return None
    number = int(str(value))
    if not -(2**63) <= number < 2**63:
        raise ValueError(value)
    return number


def _instant(value: Any) -> str | None:
    if not value:
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return stamp(moment)


def _day_start(value: Any) -> str | None:
    day = _day(value)
    return None if day is None else stamp(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


def _submission(value: Any) -> str:
    wrong = () if value is None else misfits(value)
    if wrong:
        raise ValueError(wrong[0])
    return "" if value is None else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a JSON value is read: by Python for SQLite, by an expression for PostgreSQL, where
    `{t}` is the value as text and `{j}` as jsonb."""

    python: Callable[[Any], Any]
    postgresql: str


_CODES = (
    "(',' || coalesce((select string_agg((h.value ->> 'person_id') || ',', '' order by h.n)"
    " from jsonb_array_elements({j}) with ordinality as h(value, n)"
    " where h.value ->> 'person_id' <> ''), ''))"
)

_LISTED = (
    "(',' || coalesce((select string_agg(h.value || ',', '' order by h.n)"
    " from jsonb_array_elements_text(nullif({j}, 'null')) with ordinality as h(value, n)), ''))"
)

READINGS: Mapping[str, Reading] = {
    "": Reading(_text, "coalesce({t}, '')"),
    "fold": Reading(lambda v: fold(_text(v)), "app.fold({t})"),
    "null": Reading(lambda v: _text(v) or None, "nullif({t}, '')"),
    "int": Reading(lambda v: _whole(v) or 0, "coalesce(({t})::bigint, 0)"),
    "int?": Reading(_whole, "(nullif({t}, ''))::bigint"),
    "flag": Reading(lambda v: int(v is True), "(case when {j} = 'true'::jsonb then 1 else 0 end)"),
    "flag_on": Reading(
        lambda v: int(v is not False), "(case when {j} = 'false'::jsonb then 0 else 1 end)"
    ),
    "has": Reading(lambda v: int(v is not None), "(coalesce({j}, 'null'::jsonb) <> 'null'::jsonb)"),
    "date": Reading(lambda v: v if _day(v) else None, "app.day({t})"),
    "instant": Reading(_instant, "app.instant({t})"),
    "day_start": Reading(_day_start, "(app.day({t})::timestamp at time zone 'Asia/Shanghai')"),
    "json": Reading(
        lambda v: "" if v is None else json.dumps(v, ensure_ascii=False),
        "coalesce(nullif({j}, 'null')::text, '')",
    ),
    "submission": Reading(_submission, "app.submission({j})"),
    "bytes": Reading(_bytes, "decode({t}, 'base64')"),
    "is_pdf": Reading(
        lambda v: int((_bytes(v) or b"").startswith(b"%PDF-")),
        "(case when substr(decode(substr({t}, 1, 8), 'base64'), 1, 5) = '\\x255044462d'"
        " then 1 else 0 end)",
    ),
    "digest": Reading(
        lambda v: None if v is None else hashlib.sha256(_bytes(v) or b"").hexdigest(),
        "encode(sha256(decode({t}, 'base64')), 'hex')",
    ),
    "text_digest": Reading(
        lambda v: hashlib.sha256(_text(v).encode()).hexdigest(),
        "encode(sha256(convert_to(coalesce({t}, ''), 'UTF8')), 'hex')",
    ),
    "codes": Reading(_codes, _CODES),
    "listed": Reading(_listed, _LISTED),
}

BAD_VALUE = (ValueError, TypeError, KeyError, AttributeError, binascii.Error)

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Slot:
    """One placeholder: where its value comes from."""

    source: str  # a plain name, c, p or i
    path: tuple[str, ...] = ()
    reading: str = ""


def slot(inside: str) -> Slot:
    """Reads what stands between the braces; a reading that is not known is a mistake of ours."""
    name, _, reading = inside.partition("|")
    head, *path = name.split(".")
    if reading not in READINGS:
        raise ValueError(f"no such reading: {inside}")
    return Slot(head, tuple(path), reading)


@cache
def prepared(sql: str) -> tuple[str, tuple[tuple[str, Slot], ...]]:
    """The statement with named parameters, and the slot behind each name."""
    slots: dict[str, Slot] = {}

    def name(match: re.Match[str]) -> str:
        key = f"x{len(slots)}"
        slots[key] = slot(match.group(1))
        return f":{key}"

    return _PLACEHOLDER.sub(name, sql), tuple(slots.items())


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one command in Python: what the placeholders of its steps stand for."""

    plain: Mapping[str, Any]
    case: Mapping[str, Any]
    payload: Mapping[str, Any]
    item: Any = None

    def bind(self, sql: str) -> tuple[str, dict[str, Any]]:
        """The statement and its parameters. Raises one of BAD_VALUE for a wrong payload."""
        text, slots = prepared(sql)
        return text, {key: self._value(where) for key, where in slots}

    def _value(self, where: Slot) -> Any:
        if where.source == "c":
            return self.case.get(where.path[0])
        if where.source in ("p", "i"):
            data = self.payload if where.source == "p" else self.item
            return READINGS[where.reading].python(_dig(data, where.path))
        return self.plain[where.source]


def postgresql(sql: str) -> str:
    """The statement with each placeholder as an expression over the function's variables."""
    return _PLACEHOLDER.sub(lambda match: _expression(slot(match.group(1))), sql)


_VARIABLES = {
    "office": "p_office",
    "case": "p_case",
    "cmd": "p_cmd",
    "reason": "p_reason",
    "me": "v_me",
    "now": "v_now",
    "today": "v_today",
    "round": "c.round",
    "readers": "v_readers",
    "digest": "app.materials_digest(p_office, p_case)",
    "target": "v_target",
    "index": "v_index",
}


def _expression(where: Slot) -> str:
    if where.source == "c":
        return f"c.{where.path[0]}"
    if where.source in ("p", "i"):
        base = "p_payload" if where.source == "p" else "v_item"
        deep = "#" if len(where.path) > 1 else "-"
        path = "'{" + ",".join(where.path) + "}'" if deep == "#" else f"'{where.path[0]}'"
        shape = READINGS[where.reading].postgresql
        as_text, as_json = f"({base} {deep}>> {path})", f"({base} {deep}> {path})"
        return shape.replace("{t}", as_text).replace("{j}", as_json)
    return _VARIABLES[where.source]
