"""The office's catalogue of what is reviewed (重大执法决定法制审核目录清单), item by item.

Lives here: items, publication and filing, the reading of a row as people write it with its faults,
and what an item asks of a submission. Must not: files (`documents.sheets`), deciding the scope
(`domain.scope`), any office's own items.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.catalogue_words import (
    CatalogueFault,
    Limit,
    format_limits,
    limit_row,
    parse_limits,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, parse_kind
from sanzhi_desktop.domain.profile import MaterialRule, Profile
from sanzhi_desktop.domain.rule import Source
from sanzhi_desktop.domain.scope import catalogue_row, yuan_to_fen

ITEMS: Final = "catalogue.items"  # the rule that holds the items
EDITIONS: Final = "catalogue.editions"  # and the one with publication and filing
MOST_ITEMS: Final = 10_000
LONGEST_TEXT: Final = 2_000  # characters of one text, as the rule profiles allow
LONGEST_LIST: Final = 20_000  # and of a whole list in one cell; Excel allows 32 767
IF_ANY: Final = "（如有）"  # at the end of a material: asked for, not demanded

_DECIDERS: Final = {"department": "部门", "authorised": "授权组织", "government": "人民政府"}
_DECIDER_WORDS: Final = {
    "department": ("部门", "本部门", "本机关", "行政机关"),
    "authorised": ("授权组织", "法律法规授权的组织", "法律、法规授权的组织"),
    "government": ("人民政府", "本级政府", "本级人民政府", "政府"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[)）])\s*")


class CatalogueColumn(StrEnum):
    """A column of the catalogue, in the order in which it is written."""

    NUMBER = "number"
    KIND = "kind"
    NAME = "name"
    BASIS = "basis"
    THRESHOLDS = "thresholds"
    DECIDER = "decider"
    LEVEL = "level"
    MATERIALS = "materials"
    FOCUS = "focus"


_LISTS = (CatalogueColumn.THRESHOLDS, CatalogueColumn.MATERIALS)


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """One item: what it is, when it counts as major, what must come with it, what to look at."""

    number: str
    kind: Kind
    name: str
    basis: str = ""
    thresholds: tuple[Limit, ...] = ()
    decider: str = ""  # department | authorised | government; empty: whoever decides
    level: str = ""  # 执法层级, as the office says it
    materials: tuple[str, ...] = ()
    focus: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueEdition:
    """One published catalogue: when and where it was published, with whom it was filed."""

    edition: str
    published: date | None = None
    place: str = ""
    filed_with: str = ""
    filed: date | None = None
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The items in force and the record of editions, the newest last."""

    items: tuple[CatalogueItem, ...] = ()
    editions: tuple[CatalogueEdition, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one cell; `row` counts from 1 as the person sees it."""

    row: int
    column: CatalogueColumn | None
    code: CatalogueFault
    facts: Mapping[str, Any] = field(default_factory=dict)


def catalogue_of(profile: Profile) -> Catalogue:
    """The office's catalogue; empty while nobody has drawn one up."""
    rule = profile.rule(ITEMS).in_force()
    return Catalogue(
        tuple(item_from_row(row) for row in profile.rows(ITEMS)),
        tuple(edition_from_row(row) for row in profile.rows(EDITIONS)),
        rule.source,
    )


def item_of(profile: Profile, submission: Submission) -> CatalogueItem | None:
    """The catalogue item that a submission names, by number or by name."""
    row = catalogue_row(profile, submission.catalogue_item)
    return item_from_row(row) if row is not None else None


def own_materials(profile: Profile, submission: Submission) -> tuple[MaterialRule, ...]:
    """The item's own material list; empty when no item is named or it has none.

    A material that the profile lists too keeps the profile's code, so that what was handed in
    under one list still counts under the other.
    """
    row = catalogue_row(profile, submission.catalogue_item)
    if row is None:
        return ()
    known = {rule.name: rule.id for rule in profile.materials(submission.kind)}
    source = profile.rule(ITEMS).in_force().row_source(row)
    found = []
    for place, written in enumerate(row.get("materials", ()), start=1):
        name = written.removesuffix(IF_ANY)
        code = known.get(name, f"catalogue.{row['number']}.{place}")
        found.append(MaterialRule(code, name, "always" if name == written else "if_any", source))
    return tuple(found)


def begin(item: CatalogueItem, submission: Submission) -> Submission:
    """A submission begun from a catalogue item: its number, kind and, where one decides, who."""
    begun = replace(submission, catalogue_item=item.number, kind=item.kind)
    return replace(begun, decider=item.decider) if item.decider else begun


# ------------------------------------------------------------------ rows of the rule


def item_as_row(item: CatalogueItem) -> dict[str, Any]:
    """The item as a row of the rule; empty fields are left out."""
    row: dict[str, Any] = {"number": item.number, "kind": item.kind.value, "name": item.name}
    if item.thresholds:
        row["thresholds"] = [limit_row(n, one) for n, one in enumerate(item.thresholds, start=1)]
    if item.materials:
        row["materials"] = list(item.materials)
    texts = {"basis": item.basis, "decider": item.decider, "level": item.level, "focus": item.focus}
    return row | {name: text for name, text in texts.items() if text}


def item_from_row(row: Mapping[str, Any]) -> CatalogueItem:
    """A checked row of the rule as an item."""
    return CatalogueItem(
        number=row["number"],
        kind=parse_kind(row["kind"]),
        name=row["name"],
        basis=row.get("basis", ""),
        thresholds=tuple(
            Limit(
                penalty=one.get("penalty", ""),
                party=one.get("party", "any"),
                fen=yuan_to_fen(one["yuan"]) if "yuan" in one else None,
                inclusive=bool(one.get("inclusive", True)),
            )
            for one in row.get("thresholds", ())
        ),
        decider=row.get("decider", ""),
        level=row.get("level", ""),
        materials=tuple(row.get("materials", ())),
        focus=row.get("focus", ""),
    )


def edition_as_row(edition: CatalogueEdition) -> dict[str, Any]:
    """The record as a row of the rule; empty fields are left out."""
    row = {
        "edition": edition.edition,
        "published": edition.published.isoformat() if edition.published else "",
        "place": edition.place,
        "filed_with": edition.filed_with,
        "filed": edition.filed.isoformat() if edition.filed else "",
        "receipt": edition.receipt,
    }
    return {name: text for name, text in row.items() if text}


def edition_from_row(row: Mapping[str, Any]) -> CatalogueEdition:
    """A checked row of the rule as a record."""
    return CatalogueEdition(
        edition=row["edition"],
        published=_day(row.get("published")),
        place=row.get("place", ""),
        filed_with=row.get("filed_with", ""),
        filed=_day(row.get("filed")),
        receipt=row.get("receipt", ""),
    )


def _day(written: Any) -> date | None:
    return date.fromisoformat(str(written)) if written else None


# ------------------------------------------------------------------ rows as people write them


def decider_name(code: str) -> str:
    """部门, 授权组织, 人民政府; nothing for whoever decides."""
    return _DECIDERS.get(code, "")


def as_cells(item: CatalogueItem) -> dict[CatalogueColumn, str]:
    """The item as it is written into a sheet or a form; `read_cells` gives the item back."""
    cells = {
        CatalogueColumn.NUMBER: item.number,
        CatalogueColumn.KIND: item.kind.chinese,
        CatalogueColumn.NAME: item.name,
        CatalogueColumn.BASIS: item.basis,
        CatalogueColumn.THRESHOLDS: format_limits(item.thresholds),
        CatalogueColumn.DECIDER: decider_name(item.decider),
        CatalogueColumn.LEVEL: item.level,
        CatalogueColumn.MATERIALS: "\n".join(item.materials),
        CatalogueColumn.FOCUS: item.focus,
    }
    return {column: _clean(text) for column, text in cells.items()}


def read_cells(
    cells: Mapping[CatalogueColumn, str], *, row: int
) -> tuple[CatalogueItem | None, tuple[RowFault, ...]]:
    """One row as a person wrote it: the item, or everything that is wrong with it."""
    faults: list[RowFault] = []
    text = {column: _clean(cells.get(column, "")) for column in CatalogueColumn}

    def fault(column: CatalogueColumn, code: CatalogueFault, **facts: Any) -> None:
        faults.append(RowFault(row, column, code, facts))

    for column, written in text.items():
        largest = LONGEST_LIST if column in _LISTS else LONGEST_TEXT
        if len(written) > largest:
            fault(column, CatalogueFault.TOO_LONG, length=len(written), largest=largest)
    for column in (CatalogueColumn.NUMBER, CatalogueColumn.KIND, CatalogueColumn.NAME):
        if not text[column]:
            fault(column, CatalogueFault.MISSING)
    kind, decider, limits = Kind.OTHER, "", tuple[Limit, ...]()
    try:
        if text[CatalogueColumn.KIND]:
            kind = parse_kind(text[CatalogueColumn.KIND])
    except DomainError as error:
        allowed = error.facts.get("allowed", "")
        value = text[CatalogueColumn.KIND]
        fault(CatalogueColumn.KIND, CatalogueFault.KIND_UNKNOWN, value=value, allowed=allowed)
    try:
        decider = _decider(text[CatalogueColumn.DECIDER])
    except DomainError as error:
        fault(CatalogueColumn.DECIDER, CatalogueFault.DECIDER_UNKNOWN, **error.facts)
    try:
        limits = parse_limits(text[CatalogueColumn.THRESHOLDS])
    except DomainError as error:
        fault(CatalogueColumn.THRESHOLDS, CatalogueFault(error.code), **error.facts)
    if faults:
        return None, tuple(faults)
    item = CatalogueItem(
        number=text[CatalogueColumn.NUMBER],
        kind=kind,
        name=text[CatalogueColumn.NAME],
        basis=text[CatalogueColumn.BASIS],
        thresholds=limits,
        decider=decider,
        level=text[CatalogueColumn.LEVEL],
        materials=read_materials(text[CatalogueColumn.MATERIALS]),
        focus=text[CatalogueColumn.FOCUS],
    )
    return item, ()


def read_materials(text: str) -> tuple[str, ...]:
    """A material list, one on a line or parted by ；, with or without numbering; each once."""
    parts = (_NUMBERING.sub("", part.strip()).strip() for part in re.split(r"[\n；;]", text))
    named = (re.sub(r"\(如有\)$", IF_ANY, part.rstrip("。")) for part in parts)
    return tuple(dict.fromkeys(part for part in named if part and part != IF_ANY))


def repeated(rows: Iterable[tuple[int, CatalogueItem]]) -> tuple[RowFault, ...]:
    """Numbers that stand twice; the fault is at the later row and names the earlier one."""
    first: dict[str, int] = {}
    faults = []
    for row, item in rows:
        if item.number in first:
            facts = {"value": item.number, "earlier": first[item.number]}
            number = CatalogueColumn.NUMBER
            faults.append(RowFault(row, number, CatalogueFault.DUPLICATE_NUMBER, facts))
        first.setdefault(item.number, row)
    return tuple(faults)


def check_items(items: Sequence[CatalogueItem]) -> tuple[RowFault, ...]:
    """Everything wrong with a list of items; rows count from 1."""
    if len(items) > MOST_ITEMS:
        facts = {"count": len(items), "largest": MOST_ITEMS}
        return (RowFault(MOST_ITEMS + 1, None, CatalogueFault.TOO_MANY, facts),)
    found: list[RowFault] = []
    for row, item in enumerate(items, start=1):
        found += read_cells(as_cells(item), row=row)[1]
    return (*found, *repeated(enumerate(items, start=1)))


def _clean(text: str) -> str:
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"))
    return "\n".join(line.strip() for line in plain.strip().split("\n"))


def _decider(text: str) -> str:
    for code, words in _DECIDER_WORDS.items():
        if text in words:
            return code
    if text in ("", "不限", "均可"):
        return ""
    allowed = "、".join(_DECIDERS.values())
    raise DomainError(CatalogueFault.DECIDER_UNKNOWN, value=text, allowed=allowed)
