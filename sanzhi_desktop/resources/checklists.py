"""Reads the review checklist from `resources/checklists/*.toml` (format: FORMAT.md there).

The files are ours: a fault in them is a mistake of ours and raises ValueError with the place.
Must not: deciding which items a case meets (`domain.checklist`).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.domain.checklist import Checklist, Citation, CitedDocument, Item
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Dimension, Outcome, Weight

SOURCES = "sources.toml"
_REQUIRED = {"id", "text", "kinds", "weight", "basis", "finding", "suggestion"}
_OPTIONAL = {"layers", "computed", "outcomes", "common_veto", "reasoned"}
_ALL = "all"


@cache
def shipped() -> Checklist:
    """The shipped checklist, all dimensions and kinds."""
    return load(resources.path("checklists"))


def load(folder: Path) -> Checklist:
    """A checklist from one folder: `sources.toml` and one file per dimension."""
    data = tomllib.loads((folder / SOURCES).read_text("utf-8"))
    documents = {name: _document(name, row) for name, row in data["sources"].items()}
    items: dict[str, Item] = {}
    for file in sorted(folder.glob("*.toml")):
        if file.name == SOURCES:
            continue
        content = tomllib.loads(file.read_text("utf-8"))
        for row in content["item"]:
            where = f"{file.name} {row.get('id', '?')}"
            item = _item(row, Dimension(content["dimension"]), documents, where)
            if item.id in items:
                raise ValueError(f"{where}: the id stands twice")
            items[item.id] = item
    return Checklist(data["edition"], tuple(items[key] for key in sorted(items)))


def _document(name: str, row: Mapping[str, Any]) -> CitedDocument:
    return CitedDocument(
        id=name,
        name=row["name"],
        title=row["title"],
        layer=row.get("layer", ""),
        kinds=frozenset(Kind(kind) for kind in row.get("kinds", ())),
    )


def _item(
    row: Mapping[str, Any],
    dimension: Dimension,
    documents: Mapping[str, CitedDocument],
    where: str,
) -> Item:
    missing, unknown = _REQUIRED - row.keys(), row.keys() - _REQUIRED - _OPTIONAL
    if missing or unknown:
        raise ValueError(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    if not row["basis"]:
        raise ValueError(f"{where}: no basis")
    for cited in row["basis"]:
        if cited["document"] not in documents:
            raise ValueError(f"{where}: {cited['document']} is not among the sources")
    return Item(
        id=row["id"],
        dimension=dimension,
        text=row["text"],
        kinds=frozenset(Kind) if row["kinds"] == [_ALL] else frozenset(map(Kind, row["kinds"])),
        weight=Weight(row["weight"]),
        basis=tuple(
            Citation(documents[cited["document"]], tuple(cited.get("articles", ())))
            for cited in row["basis"]
        ),
        finding=row["finding"],
        suggestion=row["suggestion"],
        layers=frozenset(row.get("layers", ())),
        computed=row.get("computed", ""),
        outcomes=tuple(Outcome(code) for code in row.get("outcomes", ())),
        common_veto=bool(row.get("common_veto", False)),
        reasoned=bool(row.get("reasoned", False)),
    )
