"""Appending to a prepared paper: the writer, reading its mark and fields, filling number and date.

Every change is an incremental update, so that earlier signatures keep covering their bytes.
"""

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import PaperFault
from sanzhi_desktop.documents.paper_mark import OWNER, PaperMark, from_text
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.extensions import DeveloperExtension
    from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.writer import BasePdfFileWriter

    from sanzhi_desktop.documents.fonts import FaceSet


def appending(pdf: bytes) -> "IncrementalPdfFileWriter":
    """A writer that appends to a paper, stays PDF 1.7 and leaves the metadata alone.

    pyHanko would rewrite Info and XMP in each update, apart from each other and without need: the
    time of a change is in the signature, and an XMP that never changes is one thing less to trust.
    It would also call the file PDF 2.0 for an ECDSA signature, and PDF/A-2 is PDF 1.7.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError

    class Appending(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            return

        def ensure_output_version(self, version: tuple[int, int]) -> None:  # noqa: ARG002
            return

        def register_extension(self, ext: "DeveloperExtension") -> None:
            if ext.base_version != "/2.0":
                super().register_extension(ext)

    try:
        return Appending(io.BytesIO(pdf))
    except (PdfError, ValueError, KeyError) as error:
        raise DomainError(PaperFault.NOT_OURS) from error


def entry(dictionary: "DictionaryObject", key: str, default: Any = "") -> Any:
    """An entry with its reference followed (the library's own `get` hands references out)."""
    try:
        return dictionary[key]
    except KeyError:
        return default


def read_mark(root: "DictionaryObject") -> PaperMark:
    """The paper mark of a catalogue. Raises DomainError when it carries none."""
    try:
        return from_text(str(root["/PieceInfo"]["/" + OWNER]["/Private"]["/Mark"]))
    except (KeyError, TypeError) as error:
        raise DomainError(PaperFault.NOT_OURS) from error


def form_fields(
    root: "DictionaryObject",
) -> Iterator[tuple[str, "DictionaryObject", "IndirectObject"]]:
    """Every field of the flat form: name, dictionary, reference."""
    try:
        references = root["/AcroForm"]["/Fields"]
    except KeyError:
        return
    for reference in references:
        field = reference.get_object()
        yield str(entry(field, "/T")), field, reference


def signed_names(root: "DictionaryObject") -> list[str]:
    """Names of the signature fields that hold a signature."""
    return [name for name, field, _ in form_fields(root) if is_signature(field) and "/V" in field]


def is_signature(field: "DictionaryObject") -> bool:
    """Whether a form field is a signature field."""
    return bool(entry(field, "/FT") == "/Sig")


def text_values(root: "DictionaryObject") -> dict[str, str]:
    """Values of the text fields, "" for an empty one."""
    return {
        name: str(entry(field, "/V"))
        for name, field, _ in form_fields(root)
        if not is_signature(field)
    }


def widget_size(field: "DictionaryObject") -> tuple[float, float]:
    """Width and height of a field's rectangle in points."""
    left, bottom, right, top = (float(value) for value in field["/Rect"])
    return right - left, top - bottom


def import_look(writer: "BasePdfFileWriter", page: bytes) -> "IndirectObject":
    """A drawn page as a form object of the paper."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    drawn: IndirectObject = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(page)))
    return drawn


def fill(pdf: bytes, values: Mapping[str, str], *, faces: "FaceSet") -> bytes:
    """Writes values into the empty text fields ("number", "date", "signer") and draws them.

    Raises DomainError: no such field, already filled, empty value, or the last signature is there.
    """
    from pyhanko.pdf_utils import generic

    from sanzhi_desktop.documents.looks import field_look

    writer = appending(pdf)
    root = writer.root
    mark = read_mark(root)
    if mark.fields[-1].name in signed_names(root):
        raise DomainError(PaperFault.SIGNED, field=mark.fields[-1].name)
    known: dict[str, tuple[Any, Any]] = {
        name: (field, reference)
        for name, field, reference in form_fields(root)
        if not is_signature(field)
    }
    for name, value in values.items():
        if name not in known:
            raise DomainError(PaperFault.FIELD_UNKNOWN, field=name)
        if not value.strip():
            raise DomainError(PaperFault.EMPTY_VALUE, field=name)
        field, reference = known[name]
        if "/V" in field:
            raise DomainError(PaperFault.FILLED, field=name, value=str(field["/V"]))
        drawn = field_look(name, value, faces).draw(*widget_size(field))
        field["/V"] = generic.TextStringObject(value)
        field["/AP"] = generic.DictionaryObject(
            {generic.pdf_name("/N"): import_look(writer, drawn)}
        )
        writer.mark_update(reference.reference)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
