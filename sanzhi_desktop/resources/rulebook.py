"""The rule book over the shipped data: profiles, checklist, calendar and wording (`RuleBook`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sanzhi_desktop.application.wording import Wording
from sanzhi_desktop.domain.checklist import Checklist
from sanzhi_desktop.domain.profile import Profile, profile_from_json
from sanzhi_desktop.domain.workdays import Arrangement, Calendar, make_calendar
from sanzhi_desktop.resources import calendars, checklists, profiles
from sanzhi_desktop.resources.profiles.compare import Change, changes
from sanzhi_desktop.resources.wording import wording

# Layers that others stand on; an office chooses a place, not a layer.
_LAYERS = ("hunan",)
STORED = "本单位发布的安排"  # what an error calls a text that is no file


class ShippedBook:
    """Everything from `resources/`; parsed once, when first asked for."""

    def __init__(self, *, demonstration: bool = False) -> None:
        """`demonstration`: papers of a marked office say 演示 instead of 样例."""
        self._demonstration = demonstration

    def profile(self, profile_id: str) -> Profile:
        """A shipped profile."""
        return profiles.shipped(profile_id)

    def applied(self, applied: Mapping[str, Any]) -> Profile:
        """The profile as a case keeps it."""
        return _applied(json.dumps(applied, ensure_ascii=False, sort_keys=True))

    def checklist(self) -> Checklist:
        """All checklist items."""
        return checklists.shipped()

    def calendar(self, published: Sequence[str] = ()) -> Calendar:
        """The shipped calendar, with the arrangements an office published over it."""
        return _calendar(tuple(published))

    def read_notice(self, path: Path) -> Arrangement:
        """A year's arrangement from a file."""
        return calendars.read(path)

    def notice_from_library(self, year: int) -> Arrangement:
        """The arrangement as the installed library has it."""
        return calendars.from_library(year)

    def notice_text(self, arrangement: Arrangement) -> str:
        """The documented JSON."""
        return calendars.to_json(arrangement)

    def wording(self) -> Wording:
        """The shipped wording."""
        shipped = wording()
        if not self._demonstration:
            return shipped
        return replace(shipped, marks={**shipped.marks, "sample": shipped.marks["demo"]})

    def profiles(self) -> Sequence[tuple[str, str]]:
        """(id, name) of every profile an office may choose."""
        return [(h.id, h.name) for h in profiles.heads() if h.id not in _LAYERS]

    def with_office(
        self, base_id: str, layer: Mapping[str, Any], *, imported: Sequence[str] = ()
    ) -> Profile:
        """A shipped profile, or the imported files, with an office's own layer on top."""
        return profiles.with_office(base_id, layer, imported=imported)

    def imported(self, texts: Sequence[str]) -> Profile:
        """The profile of a jurisdiction's files over the shipped layers."""
        return profiles.imported(texts)

    def changes(self, left: Profile, right: Profile) -> Sequence[Change]:
        """The rules in which two profiles differ."""
        return changes(left, right)


@cache
def _applied(text: str) -> Profile:
    return profile_from_json(text)


@cache
def _calendar(published: tuple[str, ...]) -> Calendar:
    shipped = calendars.shipped()
    if not published:
        return shipped
    own = [calendars.parse(text, file=STORED) for text in published]
    return make_calendar([*shipped.arrangements, *own])
