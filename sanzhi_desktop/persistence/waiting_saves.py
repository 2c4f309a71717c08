"""Saves that wait for a file to be chosen again, as plain values and back.

Lives here: the shape in which a PC keeps them over a log-out, sealed in the journal of drafts. Must
not: the journal itself, or when they are sent (`lately`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that was acknowledged, and the version at which it left the case; without values
    once there was no room for them."""

    sql: str
    values: tuple[Any, ...]
    case_id: str
    version: int
    at: datetime
    until: float

    @property
    def size(self) -> int:
        return sum(len(str(value)) for value in self.values)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on one server, and for which files: names by hash."""

    system: str
    wanted: Mapping[str, str]
    saves: tuple[Sent, ...]


def plain(waiting: Waiting) -> Mapping[str, Any]:
    """As JSON values."""
    return {
        "system": waiting.system,
        "wanted": dict(waiting.wanted),
        "saves": [
            {
                "sql": one.sql,
                "values": list(one.values),
                "case_id": one.case_id,
                "version": one.version,
                "at": one.at.isoformat(),
            }
            for one in waiting.saves
        ],
    }


def read(kept: Sequence[Mapping[str, Any]], *, calls: Collection[str]) -> tuple[Waiting, ...]:
    """What `plain` wrote. What another edition of the program kept, with `calls` that this one does
    not make, is left out: the desk then tells at the log-in that it is missing."""
    found = []
    for one in kept:
        try:
            part = _part(one)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if part.saves and all(save.sql in calls for save in part.saves):
            found.append(part)
    return tuple(found)


def _part(told: Mapping[str, Any]) -> Waiting:
    saves = tuple(
        Sent(
            str(one["sql"]),
            tuple(one["values"]),
            str(one["case_id"]),
            int(one["version"]),
            datetime.fromisoformat(one["at"]),
            0.0,
        )
        for one in told["saves"]
    )
    wanted = {str(sha256): str(name) for sha256, name in told["wanted"].items()}
    return Waiting(str(told["system"]), wanted, saves)
