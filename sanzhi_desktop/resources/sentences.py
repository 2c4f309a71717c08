"""One table from code to Chinese sentence: `resources/sentences/*.toml`, one file per area."""

import tomllib
from functools import cache
from string import Formatter
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.domain.errors import DomainError


@cache
def table() -> dict[str, str]:
    """All sentences by code. A code that stands in two files is a mistake of ours and raises."""
    merged: dict[str, str] = {}
    for file in sorted(resources.path("sentences").glob("*.toml")):
        for code, text in tomllib.loads(file.read_text("utf-8")).items():
            if code in merged:
                raise ValueError(f"code {code!r} stands twice, again in {file.name}")
            merged[code] = text
    return merged


_NOBODY = {"reviewer": "尚未分派"}  # what stands where nobody was named yet


class _Lenient(Formatter):
    """Leaves a placeholder visible when its fact is missing: a gap must not hide the sentence."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:  # noqa: ARG002 — the base
        value = kwargs.get(str(key), "…")
        return _NOBODY.get(str(key), value) if value == "" else value


def sentence(code: str, **facts: Any) -> str:
    """The Chinese sentence for a code; an unknown code is shown as itself rather than hidden."""
    return _Lenient().format(table().get(code, code), **facts)


# Facts that are codes themselves, with the area of the table where their names stand.
_AREAS = {
    "field": "field",
    "fields": "field",
    "first": "field",
    "second": "field",
    "action": "action",
    "state": "state",
    "role": "role",
    "outcome": "outcome",
    "stage": "transfer_stage",
    "check": "id_check",
    "faults": "",
}


_OURS = ("case.", "workflow.", "people.", "transfer.", "paper.", "meeting.")
_OF_A_MEETING = {"state": "meeting_state", "needed": "meeting_state"}


def explain(error: DomainError) -> str:
    """The sentence for an error, its facts filled in and said in Chinese where they are codes.

    Only where the facts are ours: the field of an imported file is named as it stands there.
    """
    if not error.code.value.startswith(_OURS):
        return sentence(error.code.value, **error.facts)
    areas = _AREAS | _OF_A_MEETING if error.code.value.startswith("meeting.") else _AREAS
    return sentence(error.code.value, **{k: _said(areas, k, v) for k, v in error.facts.items()})


def _said(areas: dict[str, str], fact: str, value: Any) -> Any:
    if fact not in areas:
        return value
    if isinstance(value, (tuple, list)):
        return "、".join(str(_said(areas, fact, part)) for part in value)
    area = areas[fact]
    return name_of(area, str(value)) if area else table().get(str(value), value)


def name_of(area: str, code: str) -> str:
    """The Chinese name of a code, with the number of a numbered one (出席人员3); a code without a
    name stays as it is."""
    names = table()
    if f"{area}.{code}" in names:
        return names[f"{area}.{code}"]
    bare = code.rstrip("0123456789")
    name = names.get(f"{area}.{bare}")
    return code if name is None else f"{name}{code[len(bare) :]}"
