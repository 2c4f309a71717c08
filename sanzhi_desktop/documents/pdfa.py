"""From laid-out pages to a paper ready to sign: PDF/A-2b, empty form fields, the paper mark.

Everything here happens before the first signature, so the file is written whole; what comes
after is only ever appended (`fields`, `signing`).
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import PaperFault, SignatureField
from sanzhi_desktop.documents.blocks import LaidOut, Place
from sanzhi_desktop.documents.paper_mark import (
    OWNER,
    Box,
    MarkedField,
    PaperMark,
    check_hash,
    to_text,
)
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    import pikepdf

FLAVOUR = "2b"
PDF_VERSION = "1.7"  # the one PDF/A-2 builds on; later updates cannot raise it
SIGNER = "signer"  # the printed name of whoever signs last
TEXT_FIELDS = ("number", "date", SIGNER)
PRINT = 4  # annotation flag that PDF/A demands, alone
READ_ONLY = 1
APPEND_ONLY, SIGNATURES_EXIST = 2, 1
QR_PLACE = "qr"
FIELD_FONT = "Body"


@dataclass(frozen=True, slots=True)
class _Widget:
    name: str
    kind: str  # Tx or Sig
    page: int
    box: Box
    locks: bool = False


def to_pdfa(pdf: bytes) -> bytes:
    """The same pages as PDF/A-2b, checked as written. Raises DomainError with what fails."""
    return _convert(pdf)[0]


def prepare(
    laid_out: LaidOut,
    *,
    kind: str,
    required_fields: Sequence[SignatureField],
    content_hash: str,
    number: str = "",
) -> bytes:
    """A PDF/A-2b with empty fields and the paper mark, ready for its first signature.

    The signatures are made in the order of `required_fields`: the first certifies, the last locks
    every field. "number" and "date" become read-only text fields where the layout has their
    places; a `number` that the pages print already is told to the mark. Raises DomainError: a
    place is missing, the pages cannot become PDF/A.
    """
    import pikepdf

    check_hash(content_hash)
    widgets, marked = _plan(laid_out.places, laid_out.pages, required_fields)
    mark = PaperMark(kind, marked, content_hash, number)
    converted, save_options = _convert(laid_out.pdf)
    with pikepdf.open(io.BytesIO(converted)) as paper:
        _add_form(paper, widgets)
        _add_mark(paper, mark)
        out = io.BytesIO()
        paper.save(out, **save_options)
    return out.getvalue()


def _convert(pdf: bytes) -> tuple[bytes, dict[str, Any]]:
    import pikepdf
    from pikepdf import pdfa

    with pikepdf.open(io.BytesIO(pdf)) as source:
        for page in source.pages:
            if "/Trans" in page:  # a slide-show key that reportlab writes; PDF/A bars it
                del page["/Trans"]
        out = io.BytesIO()
        try:
            report = pdfa.save(source, out, FLAVOUR, deterministic_id=True, min_version=PDF_VERSION)
        except pdfa.PdfaError as error:
            raise DomainError(PaperFault.NOT_PDFA, detail=str(error)) from error
    return out.getvalue(), dict(report.save_kwargs)


def _plan(
    places: Mapping[str, Place], pages: int, required: Sequence[SignatureField]
) -> tuple[list[_Widget], tuple[MarkedField, ...]]:
    widgets = [
        _Widget(name, "Tx", places[name].page, _box(places[name]))
        for name in TEXT_FIELDS
        if name in places
    ]
    marked = []
    for index, field in enumerate(required):
        own = _place(places, field.place)
        parts = {"mark": own}
        if field.with_qr:
            parts[QR_PLACE] = _place(places, QR_PLACE)
            if parts[QR_PLACE].page != own.page:  # one widget stands on one page
                raise DomainError(PaperFault.PLACE_MISSING, place=QR_PLACE)
        boxes = [_box(place) for place in parts.values()]
        left, bottom = min(b[0] for b in boxes), min(b[1] for b in boxes)
        whole = (left, bottom, max(b[2] for b in boxes), max(b[3] for b in boxes))
        widgets.append(_Widget(field.name, "Sig", own.page, whole, index == len(required) - 1))
        inside = {
            key: (p.left - left, p.bottom - bottom, p.right - left, p.top - bottom)
            for key, p in parts.items()
        }
        marked.append(MarkedField(field.name, field.role, inside, field.signer))
    if not marked:
        raise DomainError(PaperFault.PLACE_MISSING, place="sig")
    for widget in widgets:
        if not 0 <= widget.page < pages:
            raise DomainError(PaperFault.PLACE_MISSING, place=widget.name)
    return widgets, tuple(marked)


def _place(places: Mapping[str, Place], key: str) -> Place:
    place = places.get(key)
    if place is None or place.right <= place.left or place.top <= place.bottom:
        raise DomainError(PaperFault.PLACE_MISSING, place=key)
    return place


def _box(place: Place) -> Box:
    return place.left, place.bottom, place.right, place.top


def _add_form(paper: "pikepdf.Pdf", widgets: Sequence[_Widget]) -> None:
    from pikepdf import Array, Dictionary, Name, String

    references = []
    by_page: dict[int, list[Any]] = {}
    for widget in widgets:
        left, bottom, right, top = (round(value, 3) for value in widget.box)
        page = paper.pages[widget.page].obj
        blank = paper.make_stream(
            b"",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, right - left, top - bottom]),
            Resources=Dictionary(),
        )
        entry = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name("/" + widget.kind),
            T=String(widget.name),
            F=PRINT,
            Rect=Array([left, bottom, right, top]),
            P=page,
            AP=Dictionary(N=blank),  # PDF/A: an appearance even while empty
        )
        if widget.kind == "Tx":
            entry.Ff, entry.DA = READ_ONLY, String(f"/{FIELD_FONT} 16 Tf 0 g")
        if widget.locks:
            entry.Lock = paper.make_indirect(Dictionary(Type=Name.SigFieldLock, Action=Name.All))
        reference = paper.make_indirect(entry)
        references.append(reference)
        by_page.setdefault(widget.page, []).append(reference)
    for number, entries in by_page.items():
        paper.pages[number].obj.Annots = paper.make_indirect(Array(entries))
    # Indirect, so that a later signature replaces one small object and never a page.
    paper.Root.AcroForm = paper.make_indirect(
        Dictionary(
            Fields=Array(references),
            SigFlags=SIGNATURES_EXIST | APPEND_ONLY,
            DR=Dictionary(Font=_field_fonts(paper)),
        )
    )


def _field_fonts(paper: "pikepdf.Pdf") -> "pikepdf.Dictionary":
    """The font that the format wants named for text fields: one that the pages embed anyway.

    Nobody draws with it: the fields are read-only and get their looks from us.
    """
    from pikepdf import Dictionary

    for page in paper.pages:
        for font in page.resources.get("/Font", Dictionary()).values():
            return Dictionary({f"/{FIELD_FONT}": font})
    return Dictionary()


def _add_mark(paper: "pikepdf.Pdf", mark: PaperMark) -> None:
    from pikepdf import Dictionary, Name, String

    # The moment is that of the converted file, not of a clock: the same content, the same mark.
    stamp = paper.docinfo.get("/CreationDate", String("D:20000101000000Z"))
    piece = Dictionary(LastModified=stamp, Private=Dictionary(Mark=String(to_text(mark))))
    paper.Root.PieceInfo = Dictionary({str(Name("/" + OWNER)): piece})
