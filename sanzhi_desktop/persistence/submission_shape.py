"""What a submission's JSON must look like, for the server: the types of its fields as paths.

Lives here: the SQL function, made from the same dataclass that reads the JSON
(`domain.submission_json`). Must not: what a submission must say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.fitting import LARGEST, required

_TYPES = {str: "string", int: "number", bool: "boolean"}


def _typed(where: str, *names: str) -> str:
    """What is there of another type; the type is asked of the value itself, arrays not unpacked."""
    wrong = " && ".join(f'@ != "{name}"' for name in names)
    return f"{where}.type() ? ({wrong})"


def _rules(kind: Any, where: str, name: str) -> Iterator[tuple[str, str]]:
    """(place, path that finds something only where it does not fit)."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is tuple:
        yield name, _typed(where, "array")
        yield from _rules(inside[0], f"{where}[*]", name)
    elif origin is dict:
        yield name, _typed(where, "object")
        yield from _rules(inside[1], f"{where}.*", name)
    elif origin is UnionType and date in inside:
        yield name, _typed(where, "string", "null")
    elif is_dataclass(kind):
        yield name, _typed(where, "object")
        for needed in required(kind):
            yield f"{name}.{needed}", f"{where} ? (!exists(@.{needed}))"
        hints = get_type_hints(kind)
        for f in fields(kind):
            yield from _rules(hints[f.name], f"{where}.{f.name}", f"{name}.{f.name}")
    elif issubclass(kind, StrEnum):
        known = " || ".join(f'@ == "{member.value}"' for member in kind)
        yield name, _typed(where, "string")
        yield name, f"{where} ? (!({known}))"
    else:
        yield name, _typed(where, _TYPES[kind])
        if kind is int:
            yield name, f"{where} ? (@ != @.floor() || @ > {LARGEST} || @ < -{LARGEST})"


def _days() -> Iterator[str]:
    for name, kind in get_type_hints(Submission).items():
        if get_origin(kind) is UnionType and date in get_args(kind):
            yield name


def submission_function(safe: str) -> str:
    """CREATE FUNCTION app.submission: the text that is kept. Whatever is no submission is refused
    as a wrong payload, under the name of the place."""
    rules: Mapping[str, str] = {path: name for name, path in _rules(Submission, "$", "submission")}
    listed = ",\n    ".join(f"array['{name}', '{path}']" for path, name in rules.items())
    days = "\n".join(f"  perform app.day(p ->> '{name}');" for name in _days())
    return f"""create function app.submission(p jsonb) returns text
language plpgsql immutable {safe} as $$
declare v_rules constant text[] := array[
    {listed}];
begin
  for v_n in 1 .. array_length(v_rules, 1) loop
    if jsonb_path_exists(p, v_rules[v_n][2]::jsonpath) then
      raise exception using message = v_rules[v_n][1], errcode = '22023';
    end if;
  end loop;
{days}
  return p::text;
end $$;"""
