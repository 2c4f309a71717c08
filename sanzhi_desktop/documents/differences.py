"""Names what differs between two revisions of a paper, in words a person can check on the page.

It never judges: whether a change was allowed is decided by the strict difference rules.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import Finding, VerifyFault
from sanzhi_desktop.documents.fields import entry, form_fields, is_signature

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

_EXPECTED = {"/AcroForm", "/Metadata", "/DSS", "/Extensions", "/Version"}


def differences(reader: "PdfFileReader", revision: int) -> tuple[Finding, ...]:
    """What was changed after a revision, in the order pages, remarks, fields, the rest."""
    old = reader.get_historical_resolver(revision)
    new = reader.get_historical_resolver(reader.xrefs.total_revisions - 1)
    found = [*_pages(old, new), *_values(old, new), *_catalogue(old, new)]
    return tuple(found) or (Finding(VerifyFault.CHANGED_INSIDE),)


def _pages(old: "HistoricalResolver", new: "HistoricalResolver") -> Iterator[Finding]:
    before, after = list(_kids(old.root["/Pages"])), list(_kids(new.root["/Pages"]))
    if len(before) != len(after):
        yield Finding(VerifyFault.CHANGED_PAGES, {"before": len(before), "after": len(after)})
        return
    for number, (left, right) in enumerate(zip(before, after, strict=True), start=1):
        if _drawing(left) != _drawing(right):
            yield Finding(VerifyFault.CHANGED_PAGE, {"page": number})
        if len(entry(left, "/Annots")) != len(entry(right, "/Annots")):
            yield Finding(VerifyFault.CHANGED_NOTES, {"page": number})


def _kids(node: Any, depth: int = 0) -> Iterator[Any]:
    if depth > 50:
        return
    if "/Kids" not in node:
        yield node
        return
    for kid in node["/Kids"]:
        yield from _kids(kid.get_object(), depth + 1)


def _drawing(page: Any) -> list[bytes]:
    contents = entry(page, "/Contents", [])
    parts = contents if isinstance(contents, list) else [contents]
    return [part.get_object().encoded_data for part in parts]


def _values(old: "HistoricalResolver", new: "HistoricalResolver") -> Iterator[Finding]:
    before = {name: _value(field) for name, field, _ in form_fields(old.root)}
    after = {name: _value(field) for name, field, _ in form_fields(new.root)}
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            facts = {"field": name, "before": before.get(name, ""), "after": after.get(name, "")}
            yield Finding(VerifyFault.CHANGED_VALUE, facts)


def _value(field: Any) -> str:
    if is_signature(field):
        return "签名" if "/V" in field else ""
    return str(entry(field, "/V"))


def _catalogue(old: "HistoricalResolver", new: "HistoricalResolver") -> Iterator[Finding]:
    keys = (set(old.root) | set(new.root)) - _EXPECTED
    for key in sorted(keys):
        if entry(old.root, key) != entry(new.root, key):
            yield Finding(VerifyFault.CHANGED_CATALOGUE, {"entry": key.lstrip("/")})
