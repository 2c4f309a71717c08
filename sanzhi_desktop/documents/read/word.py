"""Word documents (.docx, .docm): the text a reader sees, with places.

Inserted text of tracked changes is kept, deleted text dropped; content controls, text boxes and
page headers are read; merged cells come once; hidden text and macros are not read or run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanzhi_desktop.documents.read.archive import Package
from sanzhi_desktop.documents.read.model import (
    Mark,
    Piece,
    Place,
    ReadFault,
    ReadMark,
    Source,
    SourceKind,
)
from sanzhi_desktop.domain.errors import DomainError

_SPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",  # ISO/IEC 29500 strict
)
_DROPPED = {"del", "moveFrom", "Fallback", "instrText", "delText", "rPr", "pPr", "rt"}
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-", "ptab": "\t"}
_TRANSPARENT = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "body", "hdr"}


def read_word(path: Path) -> Source:
    """The pieces of a Word file. Raises `read.*` for damaged, encrypted or swollen packages."""
    with Package(path) as package:
        names = package.names()
        main = _main_part(package)
        root = None if main is None else package.xml(main)
        if root is None:
            raise DomainError(ReadFault.DAMAGED, file=path.name)
        pieces = _Walk()
        for name in sorted(n for n in names if n.startswith("word/header") and n.endswith(".xml")):
            header = package.xml(name)
            pieces.start("header")
            pieces.blocks(header)
        pieces.start("body")
        pieces.blocks(root)
        marks: list[Mark] = []
        if any(n.lower().endswith("vbaproject.bin") for n in names):
            marks.append(Mark("file", ReadMark.MACRO, {}))
        if pieces.changes:
            marks.append(Mark("file", ReadMark.CHANGES, {"count": pieces.changes}))
    return Source(SourceKind.WORD, tuple(pieces.found), tuple(marks))


def _main_part(package: Package) -> str | None:
    relations = package.xml("_rels/.rels")
    if relations is not None:
        for relation in relations:
            if str(relation.get("Type", "")).endswith("/officeDocument"):
                return str(relation.get("Target", "")).lstrip("/")
    return "word/document.xml" if "word/document.xml" in package.names() else None


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(element: Any, name: str) -> Any:
    return next((child for child in element if _local(child) == name), None)


def _attribute(element: Any, name: str) -> str | None:
    for space in _SPACES:
        value = element.get(f"{{{space}}}{name}")
        if value is not None:
            return str(value)
    return None


@dataclass(slots=True)
class _Walk:
    """Collects pieces while going down the tree in reading order."""

    found: list[Piece] = field(default_factory=list)
    changes: int = 0
    _part: str = "body"
    _paragraphs: int = 0
    _tables: int = 0
    _boxes: int = 0
    _carried: str = ""

    def start(self, part: str) -> None:
        self._part = part
        self._paragraphs = 0

    def blocks(self, parent: Any) -> None:
        """Paragraphs and tables below `parent`, through content controls and insertions."""
        for child in parent:
            name = _local(child)
            if name == "p":
                text = self._paragraph(child)
                if text is not None:
                    self._add(text)
            elif name == "tbl":
                self._table(child)
            elif name in _TRANSPARENT:
                self.blocks(child)

    def _add(self, text: str) -> None:
        for line in text.split("\n"):
            if line.strip():
                self._paragraphs += 1
                self.found.append(Piece(line, Place(self._part, paragraph=self._paragraphs)))

    def _paragraph(self, paragraph: Any) -> str | None:
        """Its text; None when its mark was deleted, so that it runs on into the next."""
        boxes: list[Any] = []
        text = self._carried + "".join(self._texts(paragraph, boxes))
        self._carried = ""
        properties = _child(paragraph, "pPr")
        mark = None if properties is None else _child(properties, "rPr")
        joined = mark is not None and _child(mark, "del") is not None
        if joined:
            self.changes += 1
            self._carried = text
        for box in boxes:
            self._box(box)
        return None if joined else text

    def _texts(self, element: Any, boxes: list[Any]) -> Iterator[str]:
        for child in element:
            name = _local(child)
            if name == "t":
                yield str(child.text or "")
            elif name in _BREAKS:
                yield _BREAKS[name]
            elif name == "txbxContent":
                boxes.append(child)
            elif name in _DROPPED:
                self.changes += name in {"del", "moveFrom"}
            elif name == "r" and self._hidden(child):
                continue
            else:
                self.changes += name in {"ins", "moveTo"}
                yield from self._texts(child, boxes)

    @staticmethod
    def _hidden(run: Any) -> bool:
        properties = _child(run, "rPr")
        vanish = None if properties is None else _child(properties, "vanish")
        return vanish is not None and _attribute(vanish, "val") not in {"0", "false", "off"}

    def _box(self, content: Any) -> None:
        part, count = self._part, self._paragraphs
        self._part, self._paragraphs = "textbox", self._boxes
        self.blocks(content)
        self._boxes = self._paragraphs
        self._part, self._paragraphs = part, count

    def _table(self, table: Any) -> None:
        self._tables += 1
        number = self._tables
        for row_number, row in enumerate(self._rows(table), start=1):
            for column, cell in enumerate(self._cells(row), start=1):
                inner = _Walk(_part=self._part, _tables=self._tables, _boxes=self._boxes)
                inner.blocks(cell)
                self.changes += inner.changes
                self._tables, self._boxes = inner._tables, inner._boxes
                place = Place(self._part, table=number, row=row_number, column=column)
                own = [p.text for p in inner.found if p.place.table is None]
                if own:
                    self.found.append(Piece("\n".join(own), place))
                self.found.extend(p for p in inner.found if p.place.table is not None)

    @staticmethod
    def _rows(table: Any) -> Iterator[Any]:
        for child in table:
            if _local(child) in {"sdt", "sdtContent", "customXml", "ins"}:
                yield from _Walk._rows(child)
            elif _local(child) == "tr":
                properties = _child(child, "trPr")
                if properties is None or _child(properties, "del") is None:
                    yield child

    @staticmethod
    def _cells(row: Any) -> Iterator[Any]:
        for child in row:
            if _local(child) in {"sdt", "sdtContent", "customXml"}:
                yield from _Walk._cells(child)
            elif _local(child) == "tc":
                properties = _child(child, "tcPr")
                merge = None if properties is None else _child(properties, "vMerge")
                if merge is None or _attribute(merge, "val") == "restart":
                    yield child
