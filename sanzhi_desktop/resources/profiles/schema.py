"""The published key table (`resources/profiles/keys.toml`) as values: which keys and rows exist.

Lives here: reading the table and the names every rule and row may carry. Must not: judging a
profile against it (`checks`, `fields`).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sanzhi_desktop import resources

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
        )
    rows = {
        name: {field: _field(text) for field, text in fields.items()}
        for name, fields in table["items"].items()
    }
    return Schema(keys, rows)
