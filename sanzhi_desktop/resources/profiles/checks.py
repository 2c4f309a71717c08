"""Checks a whole profile file and brings its rules into the form that layers are made of.

Lives here: head, documents, rules with their sources, references inside the chain. Must not:
deciding between layers (`layers`). All faults of a file are found in one pass, not only the first.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sanzhi_desktop.domain.profile import Document
from sanzhi_desktop.resources.profiles import periods, values
from sanzhi_desktop.resources.profiles.faults import FileFault, Flaw
from sanzhi_desktop.resources.profiles.parse import RawProfile
from sanzhi_desktop.resources.profiles.schema import (
    CAUSES,
    DOCUMENT_FIELDS,
    EXTRA_FIELDS,
    RANKS,
    RULE_FIELDS,
    SOURCE_FIELDS,
    TOP_FIELDS,
    FieldSpec,
    KeySpec,
    schema,
)
from sanzhi_desktop.resources.profiles.values import Place

_NOTHING: frozenset[str] = frozenset()
_LATER = SOURCE_FIELDS | {"value", "unit"}
_FLAGS = frozenset(("open", "soft", "fallback", "accept", "rolls", "before_end", "publish"))
_CLOSED = {"yields_to": RANKS, "excludes": tuple(sorted(CAUSES))}
MOST_GUESSES = 50  # a guess costs a comparison with every key
UNITS = {"percent": ("percent",), "money": ("yuan",), "count": values.COUNT_UNITS}


@dataclass(frozen=True, slots=True)
class Layer:
    """One checked file: what it says of itself, its documents and its rules as tables."""

    id: str
    name: str
    edition: str
    extends: str
    file: str
    documents: Mapping[str, Document]
    rules: Mapping[str, Mapping[str, Any]]
    effective_from: date | None = None
    effective_to: date | None = None
    raw: RawProfile | None = field(default=None, compare=False)


def check_layer(
    raw: RawProfile, inherited: Mapping[str, Document]
) -> tuple[Layer | None, tuple[Flaw, ...]]:
    """Checks one file. `inherited` are the documents of the layers below, which it may cite."""
    place = Place(raw)
    _head(place)
    documents = dict(inherited) | _documents(place)
    rules: dict[str, Mapping[str, Any]] = {}
    tables = raw.data.get("rules", {})
    if not isinstance(tables, dict):
        place.wrong_type("表格", tables, "rules")
        tables = {}
    for key, table in tables.items():
        spec = schema().spec(key)
        if spec is None:
            _unknown_key(place, key, table)
        elif not isinstance(table, dict):
            place.wrong_type('表格，写成 [rules."键"]', table, "rules", key)
        else:
            rules[key] = _rule(place, spec, table, documents)
    if not place.flaws:
        periods.with_own_keys(place, rules)
    if place.flaws:
        return None, tuple(place.flaws)
    data = raw.data
    return (
        Layer(
            id=data["id"],
            name=data["name"],
            edition=data["edition"],
            extends=data.get("extends", ""),
            file=raw.file,
            documents=documents,
            rules=rules,
            effective_from=values.as_date(data.get("effective_from")),
            effective_to=values.as_date(data.get("effective_to")),
            raw=raw,
        ),
        (),
    )


def _head(place: Place) -> None:
    data = place.raw.data
    for name in data:
        if name not in TOP_FIELDS:
            place.fault(FileFault.UNKNOWN_FIELD, name, allowed="、".join(sorted(TOP_FIELDS)))
    for name in ("id", "name", "edition"):
        if name not in data:
            _missing(place, name)
        elif name == "id":
            values.identifier(place, data[name], name)
        else:
            values.text(place, data[name], name)
    if "extends" in data:
        values.identifier(place, data["extends"], "extends")
    elif data.get("id") != "national":
        _missing(place, "extends")
    for name in ("effective_from", "effective_to"):
        if name in data:
            values.day(place, data[name], name)
    begin, end = (values.as_date(data.get(name)) for name in ("effective_from", "effective_to"))
    values.in_order(place, begin, end, "effective_to")


def _missing(place: Place, name: str) -> None:
    place.flaws.append(Flaw(FileFault.MISSING_FIELD, place.raw.file, 1, name, {"field": name}))


def _documents(place: Place) -> dict[str, Document]:
    tables = place.raw.data.get("documents", {})
    if not isinstance(tables, dict):
        place.wrong_type("表格", tables, "documents")
        return {}
    found = {}
    for name, table in tables.items():
        steps = ("documents", name)
        if not isinstance(table, dict):
            place.wrong_type("表格", table, *steps)
            continue
        for one in table:
            if one not in DOCUMENT_FIELDS:
                allowed = "、".join(sorted(DOCUMENT_FIELDS))
                place.fault(FileFault.UNKNOWN_FIELD, *steps, one, allowed=allowed)
        for one in ("title", "rank"):
            if one not in table:
                place.fault(FileFault.MISSING_FIELD, *steps, field=one)
        if "title" in table:
            values.text(place, table["title"], *steps, "title")
        if "rank" in table:
            values.choice(place, table["rank"], RANKS, *steps, "rank")
        for one in ("date", "effective"):
            if one in table:
                values.day(place, table[one], *steps, one)
        found[name] = Document(
            name,
            str(table.get("title", "")),
            str(table.get("rank", "")),
            str(table.get("issuer", "")),
            str(table.get("date", "")),
        )
    return found


def _unknown_key(place: Place, key: str, table: Any) -> None:
    steps = [key]
    while isinstance(table, dict) and schema().spec(".".join(steps)) is None and table:
        name, table = next(iter(table.items()))
        steps.append(name)
    whole = ".".join(steps)
    if schema().spec(whole) is not None:
        line = place.raw.line("rules", *steps)
        facts = {"name": whole, "whole": whole}
        place.flaws.append(Flaw(FileFault.KEY_UNQUOTED, place.raw.file, line, whole, facts))
        return
    few = len(place.flaws) < MOST_GUESSES
    near = difflib.get_close_matches(key, schema().keys, n=1, cutoff=0.6) if few else ()
    hint = f"是不是想写“{near[0]}”？" if near else ""
    place.fault(FileFault.UNKNOWN_KEY, "rules", key, name=key, hint=hint)


def _rule(
    place: Place, spec: KeySpec, table: Mapping[str, Any], documents: Mapping[str, Document]
) -> dict[str, Any]:
    steps = ("rules", spec.key)
    extra = EXTRA_FIELDS.get(spec.type, _NOTHING)
    kept = values.with_unit(table)
    for name, found in table.items():
        if name not in RULE_FIELDS and name not in extra:
            allowed = "、".join(sorted(RULE_FIELDS | extra))
            place.fault(FileFault.UNKNOWN_FIELD, *steps, name, allowed=allowed)
        elif name not in _LATER:
            kept[name] = _attribute(place, documents, found, *steps, name)
    if table.get("open") or table.get("accept"):
        if "value" in table or "unit" in table:
            place.fault(FileFault.VALUE_AND_OPEN, *steps)
    elif "value" not in table and "unit" not in table:
        place.fault(FileFault.NO_VALUE, *steps)
    else:
        kept["value"] = _value(place, spec, kept)
    _sources(place, spec, table, documents)
    return kept


def _value(place: Place, spec: KeySpec, table: Mapping[str, Any]) -> Any:
    steps = ("rules", spec.key)
    if spec.type == "duration":
        return values.duration(place, table, *steps)
    units = UNITS.get(spec.type, ())
    unit = table.get("unit")
    if "value" not in table:
        place.fault(FileFault.NO_VALUE, *steps)
        return None
    if units and unit is None:
        allowed = "、".join(units)
        place.fault(FileFault.UNIT_MISSING, *steps, value=table["value"], allowed=allowed)
    elif unit is not None and unit not in units:
        allowed = "、".join(units) or "（不写单位）"
        place.fault(FileFault.UNIT_WRONG, *steps, "unit", unit=unit, allowed=allowed)
    found = values.typed(
        place, FieldSpec(spec.type, spec.argument), table["value"], *steps, "value"
    )
    if spec.key == "outcomes" and isinstance(found, list):
        codes = [row.get("code") for row in found if isinstance(row, dict)]
        if "AGREE" not in codes:
            place.fault(FileFault.NOTHING_PASSES, *steps, "value")
    return found


def _attribute(
    place: Place, documents: Mapping[str, Document], found: Any, *steps: str | int
) -> Any:
    """Checks a further field of a rule and returns it as the program keeps it."""
    name = str(steps[-1])
    if name in ("start", "before"):
        return periods.event(place, found, name, *steps)
    if name == "extension":
        return periods.extension(place, found, *steps)
    if name in _FLAGS:
        values.flag(place, found, *steps)
    elif name in _CLOSED:
        values.texts(place, found, *steps)
        for index, word in enumerate(found if isinstance(found, list) else ()):
            if isinstance(word, str):
                values.choice(place, word, _CLOSED[name], *steps, index)
    elif name == "to":
        values.texts(place, found, *steps)
    elif name == "counting":
        _citations(place, [found], documents, *steps)
    elif name == "also":
        _citations(place, found, documents, *steps)
    else:
        values.text(place, found, *steps)
    return found


def _citations(
    place: Place, found: Any, documents: Mapping[str, Document], *steps: str | int
) -> None:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        place.wrong_type("表格 { document, article, quote }", found, *steps)
        return
    for one in found:
        for name in one:
            if name not in SOURCE_FIELDS:
                allowed = "document、article、quote"
                place.fault(FileFault.UNKNOWN_FIELD, *steps, name, allowed=allowed)
        _source(place, one, documents, *steps)


def _sources(
    place: Place, spec: KeySpec, table: Mapping[str, Any], documents: Mapping[str, Document]
) -> None:
    steps = ("rules", spec.key)
    if not table.get("open") or any(name in table for name in SOURCE_FIELDS):
        _source(place, table, documents, *steps)
    found = table.get("value")
    if spec.type != "items" or not isinstance(found, list):
        return
    for index, row in enumerate(found):
        if isinstance(row, dict) and any(name in row for name in SOURCE_FIELDS):
            whole = {name: table[name] for name in SOURCE_FIELDS if name in table} | row
            _source(place, whole, documents, *steps, "value", index)


def _source(
    place: Place,
    table: Mapping[str, Any],
    documents: Mapping[str, Document],
    *steps: str | int,
) -> None:
    for name in SOURCE_FIELDS:
        if name in table:
            values.text(place, table[name], *steps, name)
    document = table.get("document")
    if document is None:
        quoted = "quote" in table or "article" in table
        code = FileFault.QUOTE_WITHOUT_DOCUMENT if quoted else FileFault.NO_DOCUMENT
        place.fault(code, *steps)
        return
    if not isinstance(document, str):
        return
    if document not in documents:
        place.fault(FileFault.DOCUMENT_UNKNOWN, *steps, "document", document=document)
        return
    if documents[document].rank == "office":
        return
    for name in ("article", "quote"):
        if name not in table:
            place.fault(FileFault.SOURCE_INCOMPLETE, *steps, field=name)
