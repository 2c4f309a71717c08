"""Values of the domain out of plain JSON that anybody may have written.

Lives here: reading a frozen dataclass by the types of its fields, and naming what does not fit.
Must not: what a value means. What does not fit is read as if it were not there, so that one odd
value keeps nobody from reading the rest of a case; the databases refuse it before it is stored.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

LARGEST: Final = 2**63 - 1  # of a whole number, in both databases
NOTHING: Final = object()


def read_as(kind: Any, raw: Any, where: str, wrong: list[str]) -> Any:
    """The value of this type, or NOTHING; the places that did not fit are added to `wrong`."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (tuple, frozenset):
        return _several(kind, raw, where, wrong)
    if origin is not None and issubclass_of(origin, Mapping):
        return _named(inside, raw, where, wrong)
    if origin is UnionType and date in inside:
        found = None if raw is None or raw == "" else _day(raw)
    elif is_dataclass(kind):
        return _whole_value(kind, raw, where, wrong)
    else:
        found = _single(kind, raw)
    if found is NOTHING:
        wrong.append(where)
    return found


def issubclass_of(kind: Any, parent: type) -> bool:
    """Whether the origin of a type is a class below another."""
    return isinstance(kind, type) and issubclass(kind, parent)


def required(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass that have no default."""
    return tuple(
        f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING
    )


def _single(kind: Any, raw: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        known = isinstance(raw, str) and raw in {member.value for member in kind}
        return kind(raw) if known else NOTHING
    if kind is int:
        whole = isinstance(raw, int) and not isinstance(raw, bool) and -LARGEST <= raw <= LARGEST
        return raw if whole else NOTHING
    return raw if isinstance(raw, kind) else NOTHING


def _day(raw: Any) -> Any:
    try:
        day = date.fromisoformat(raw)
    except (TypeError, ValueError):
        return NOTHING
    return day if day.isoformat() == raw else NOTHING


def _several(kind: Any, raw: Any, where: str, wrong: list[str]) -> Any:
    if not isinstance(raw, list | tuple):
        wrong.append(where)
        return NOTHING
    found = (read_as(get_args(kind)[0], one, where, wrong) for one in raw)
    return get_origin(kind)(one for one in found if one is not NOTHING)


def _named(inside: tuple[Any, ...], raw: Any, where: str, wrong: list[str]) -> Any:
    if not isinstance(raw, Mapping):
        wrong.append(where)
        return NOTHING
    found = {
        read_as(inside[0], name, where, wrong): read_as(inside[1], value, where, wrong)
        for name, value in raw.items()
    }
    return {k: v for k, v in found.items() if k is not NOTHING and v is not NOTHING}


def _whole_value(kind: Any, raw: Any, where: str, wrong: list[str]) -> Any:
    if not isinstance(raw, Mapping):
        wrong.append(where)
        return NOTHING
    hints = get_type_hints(kind)
    values = {
        f.name: read_as(hints[f.name], raw[f.name], f"{where}.{f.name}", wrong)
        for f in fields(kind)
        if f.name in raw
    }
    fitting = {name: value for name, value in values.items() if value is not NOTHING}
    lacking = [name for name in required(kind) if name not in fitting]
    wrong.extend(f"{where}.{name}" for name in lacking if name not in values)
    return NOTHING if lacking else kind(**fitting)
