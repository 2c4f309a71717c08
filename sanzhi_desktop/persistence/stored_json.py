"""Reading the JSON of the database, also such as no desk ever writes.

Somebody's own log-in may hand the functions of a server numbers of any length and lists of any
depth, and what stands in the history stays there: it must stop nobody from reading the rest.
Must not: what the JSON means.
"""

import json
import re
from typing import Any

_DIGITS = 4000  # Python reads no whole number that is much longer
_PAYLOAD = re.compile(r'"payload": ?.*, ?"(version|reason)"', re.DOTALL)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def read(text: str) -> Any:
    """The value; an empty object where it is nested too deep to be read."""
    try:
        return json.loads(text, parse_int=_whole)
    except RecursionError:
        return {}


def read_object(text: str) -> dict[str, Any]:
    """The object; an empty one where nothing was stored, or something that is no object."""
    told = read(text) if text else {}
    return told if isinstance(told, dict) else {}


def read_entry(text: str) -> dict[str, Any]:
    """An entry of the history, with an empty payload where that is nested too deep; an empty one
    where it is no JSON object. Raises ValueError where it is no JSON."""
    return read_object(text) or read_object(_PAYLOAD.sub(r'"payload": {}, "\1"', text))
