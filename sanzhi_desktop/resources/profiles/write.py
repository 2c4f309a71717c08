"""Writes an office's own layer as TOML, so that it can be kept, sent, and edited by hand.

Lives here: values back into text. Must not: checking them (`checks`) or choosing where to write.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

_HEAD = ("id", "name", "edition", "extends", "effective_from", "effective_to", "note")


def as_toml(layer: Mapping[str, Any]) -> str:
    """The text of a layer given as tables, in the order and shape of the manual."""
    lines = [f"{name} = {_value(layer[name])}" for name in _HEAD if name in layer]
    for group in ("documents", "rules"):
        for name, table in layer.get(group, {}).items():
            lines += ["", f"[{group}.{_quoted(name)}]"]
            lines += [f"{_key(field)} = {_value(found)}" for field, found in table.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else _quoted(name)


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, once DEL is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return _quoted(found)
    if isinstance(found, (int, Decimal, float)):
        return str(found)
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in found.items()) + " }"
    if isinstance(found, Sequence):
        if found and isinstance(found[0], Mapping):
            return "[\n" + "".join(f"    {_value(one)},\n" for one in found) + "]"
        return "[" + ", ".join(_value(one) for one in found) + "]"
    raise TypeError(f"no TOML for {type(found).__name__}")
