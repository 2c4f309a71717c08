"""The published key table (`resources/profiles/keys.toml`) as values: which keys and rows exist.

Lives here: reading the table and the names every rule and row may carry. Must not: judging a
profile against it (`checks`, `fields`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from sanzhi_desktop import resources
from sanzhi_desktop.domain.kinds import Kind

KINDS = frozenset(kind.value for kind in Kind)
RANKS = ("law", "admin_regulation", "local_regulation", "rule", "normative", "office")
# 法律、行政法规、地方性法规、规章: a normative document below them cannot relax what they say.
BINDING = frozenset(("law", "admin_regulation", "local_regulation", "rule"))

SOURCE_FIELDS = frozenset(("document", "article", "quote"))
RULE_FIELDS = SOURCE_FIELDS | frozenset(
    ("value", "unit", "open", "soft", "fallback", "accept", "note", "also", "yields_to")
)
EXTRA_FIELDS: Mapping[str, frozenset[str]] = {
    "duration": frozenset(
        {
            *("start", "before", "rolls", "approver", "before_end", "counting", "extension"),
            *("further", "excludes"),
        }
    ),
    "percent": frozenset(("of",)),
    "month_day": frozenset(("to", "publish")),
}
DOCUMENT_FIELDS = frozenset(("title", "rank", "issuer", "date", "effective", "url"))
TOP_FIELDS = frozenset(
    {
        *("id", "name", "edition", "extends", "effective_from", "effective_to", "note"),
        *("documents", "rules"),
    }
)
CAUSES = frozenset(
    {
        *("correction", "expert", "appraisal", "hearing", "testing", "inspection", "quarantine"),
        *("announcement", "suspension", "tender", "auction", "rights_holder_identification"),
        *("refund_order", "publicity", "assessment", "force_majeure", "other"),
    }
)


@dataclass(frozen=True, slots=True)
class KeySpec:
    """One rule key. `type` is the base type, `argument` what follows its colon."""

    key: str
    title: str
    type: str
    argument: str = ""
    stricter: str = ""
    floor: bool = False
    office_floor: bool = False
    by_kind: bool = False  # may be said for one kind of enforcement: the key with .penalty …


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a row."""

    type: str
    argument: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """All keys in their order, and the rows that list keys hold."""

    keys: Mapping[str, KeySpec]
    rows: Mapping[str, Mapping[str, FieldSpec]]

    def spec(self, key: str) -> KeySpec | None:
        """What a key is: one of the table, or one of these for a kind of enforcement."""
        found = self.keys.get(key)
        if found is not None:
            return found
        base, _, kind = key.rpartition(".")
        general = self.keys.get(base)
        if general is None or not general.by_kind or kind not in KINDS:
            return None
        return replace(general, key=key, title=f"{general.title}（{Kind(kind).chinese}）")

    def place(self, key: str) -> tuple[int, str]:
        """Where a key stands in the order of the table; those of one kind follow the general."""
        order = {known: number for number, known in enumerate(self.keys)}
        base = key if key in order else key.rpartition(".")[0]
        return order.get(base, len(order)), key


def _field(text: str) -> FieldSpec:
    required = text.endswith("!")
    base, _, argument = text.removesuffix("!").partition(":")
    return FieldSpec(base, argument, required)


@cache
def schema() -> Schema:
    """The shipped key table."""
    table = tomllib.loads(resources.path("profiles", "keys.toml").read_text("utf-8"))
    keys = {}
    for key, spec in table["keys"].items():
        base, _, argument = spec["type"].partition(":")
        keys[key] = KeySpec(
            key,
            spec["title"],
            base,
            argument,
            spec.get("stricter", ""),
            spec.get("floor", False),
            spec.get("office_floor", False),
            spec.get("by_kind", False),
        )
    rows = {
        name: {field: _field(text) for field, text in fields.items()}
        for name, fields in table["items"].items()
    }
    return Schema(keys, rows)
