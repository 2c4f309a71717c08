"""The office's catalogue as work: exchanged as a sheet, edited, published as a new edition.

Lives here: the port of the sheets and the way from items to the office's own rules. Must not:
how a sheet is read (`documents.sheets`), what an item means (`domain.catalogue`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from sanzhi_desktop.application.ruleset import OwnRules
from sanzhi_desktop.domain.catalogue import (
    EDITIONS,
    ITEMS,
    CatalogueEdition,
    CatalogueItem,
    RowFault,
    edition_as_row,
    edition_from_row,
    item_as_row,
    item_from_row,
)
from sanzhi_desktop.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What a sheet holds. With any fault there are no items: a catalogue is taken whole or not."""

    items: tuple[CatalogueItem, ...] = ()
    faults: tuple[RowFault, ...] = ()
    columns: Mapping[str, str] | None = None  # column of the catalogue → letter in the sheet


class CatalogueSheets(Protocol):
    """Catalogues as Excel files."""

    def read(self, path: Path) -> ReadSheet:
        """Reads a sheet. Raises DomainError(SheetFault) for a file that is none."""
        ...

    def write(
        self, path: Path, items: Sequence[CatalogueItem], *, office: str, foot: str = ""
    ) -> None:
        """Writes a sheet; without items it is the empty form. `foot` stands small under the list
        and at the foot of each printed page. Raises DomainError(SheetFault)."""
        ...


def items_in(own: OwnRules, profile: Profile) -> tuple[CatalogueItem, ...]:
    """The items of the layer being worked on, else those of the profile beneath."""
    rule = own.rules.get(ITEMS)
    rows: Sequence[Mapping[str, Any]] = rule["value"] if rule else profile.rows(ITEMS)
    return tuple(item_from_row(row) for row in rows)


def editions_in(own: OwnRules, profile: Profile) -> tuple[CatalogueEdition, ...]:
    """The record of published catalogues of the layer being worked on, the newest last."""
    rule = own.rules.get(EDITIONS)
    rows: Sequence[Mapping[str, Any]] = rule["value"] if rule else profile.rows(EDITIONS)
    return tuple(edition_from_row(row) for row in rows)


def with_items(own: OwnRules, items: Sequence[CatalogueItem], *, document: str) -> OwnRules:
    """The layer with another catalogue; without items the office has none of its own again."""
    if not items:
        return own.drop(ITEMS)
    value = [item_as_row(item) for item in items]
    return own.set(ITEMS, {"value": value, "document": document})


def with_edition(own: OwnRules, profile: Profile, edition: CatalogueEdition) -> OwnRules:
    """The layer with a publication or a filing recorded; the same edition is written over."""
    kept = [one for one in editions_in(own, profile) if one.edition != edition.edition]
    value = [edition_as_row(one) for one in (*kept, edition)]
    document = str(own.rules.get(ITEMS, {}).get("document", ""))
    return own.set(EDITIONS, {"value": value, "document": document})


def cite_catalogue(own: OwnRules, *, title: str, issuer: str, dated: date | None) -> OwnRules:
    """The layer with the office's catalogue as a document that its items can name as source."""
    about: dict[str, Any] = {"title": title, "rank": "office"}
    if issuer:
        about["issuer"] = issuer
    if dated is not None:
        about["date"] = dated
    return own.cite(title, about)
