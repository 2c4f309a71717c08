"""The whole opinion against the same pages drawn, converted and signed by bare library calls.

Target: laid out, made PDF/A, signed twice and verified, ours costs at most 1.5 times what
reportlab, pikepdf and pyHanko cost for pages whose line breaks somebody else already knows, and
which nobody verifies. Both with warm imports and fonts, taking turns in one run.
"""

import ctypes
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.application.signing import RegisteredSigner
from sanzhi_desktop.documents import fields
from sanzhi_desktop.documents.blocks import Document, Face
from sanzhi_desktop.documents.content import opinion_document
from sanzhi_desktop.documents.pdfa import prepare
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.documents.verify import verify
from tests.documents import signed_papers as papers
from tests.documents.sample_papers import agreeing, correcting

TARGET = 1.5
ROUNDS = 7


@cache
def register() -> tuple[RegisteredSigner, ...]:
    """The office's register, which a running program has from its database."""
    return papers.office().register


def ours(document: Document) -> bytes:
    """From blocks to a verified opinion."""
    laid_out = lay_out(document, papers.faces())
    pdf = prepare(
        laid_out, kind="opinion", required_fields=papers.OPINION, content_hash=papers.CONTENT
    )
    pdf = papers.certify(pdf)
    values = {"number": papers.NUMBER, "date": papers.DATE, "signer": papers.HEAD}
    present = {name: value for name, value in values.items() if name in laid_out.places}
    pdf = fields.fill(pdf, present, faces=papers.faces())
    pdf = papers.approve(pdf)
    assert verify(pdf, trust=[papers.office().pem], officers=register()).valid
    return pdf


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text where it stands on a page."""

    text: str
    font: str
    size: float
    x: float
    y: float


def lines_of(pdf: bytes) -> list[list[Line]]:
    """The text of every page with its place and font, read by another library."""
    with pypdfium2.PdfDocument(pdf) as book:
        return [list(_page_lines(page.get_textpage())) for page in book]


def _page_lines(text: Any) -> Any:
    for number in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(number)
        middle = (bottom + top) / 2
        index = text.get_index(left + 1, middle, 8, 8)
        if index is None:
            continue
        name = ctypes.create_string_buffer(200)
        pdfium.FPDFText_GetFontInfo(text, index, name, 200, None)
        size = pdfium.FPDFText_GetFontSize(text, index)
        content = text.get_text_bounded(left, bottom, right, top).replace("\r\n", "")
        yield Line(content, name.value.decode().split("+")[-1], size, left, bottom)


def register_fonts() -> dict[str, str]:
    """reportlab's fonts by the name that stands in the file."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    names = {}
    for path in sorted(resources.path("fonts").glob("*.ttf")):
        font = TTFont(path.stem, str(path), asciiReadable=False)
        pdfmetrics.registerFont(font)
        names[font.face.name.decode()] = path.stem
    return names


def bare(pages: list[list[Line]], names: dict[str, str], look: Path) -> bytes:
    """What the libraries alone cost: known lines, no layout, no form texts, no verification."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields as form
    from pyhanko.sign import signers
    from pyhanko.stamp import StaticStampStyle
    from reportlab.pdfgen.canvas import Canvas

    drawn = io.BytesIO()
    first = next(iter(names.values()))
    canvas = Canvas(drawn, pagesize=(595.28, 841.89), initialFontName=first)
    for page in pages:
        for line in page:
            canvas.setFont(names.get(line.font, first), line.size)
            canvas.drawString(line.x, line.y, line.text)
        canvas.showPage()
    canvas.save()

    archived = io.BytesIO()
    with pikepdf.open(drawn) as paper:
        for sheet in paper.pages:
            if "/Trans" in sheet:
                del sheet["/Trans"]
        pikepdf.pdfa.save(paper, archived, "2b")

    writer: Any = IncrementalPdfFileWriter(archived)
    lock = form.FieldMDPSpec(form.FieldMDPAction.ALL)
    last = len(pages) - 1
    form.append_signature_field(
        writer, form.SigFieldSpec("Reviewer", on_page=last, box=(90, 300, 240, 350))
    )
    form.append_signature_field(
        writer,
        form.SigFieldSpec("Head", on_page=last, box=(345, 470, 461, 586), field_mdp_spec=lock),
    )
    made = io.BytesIO()
    writer.write(made)
    for name, person in (("Reviewer", papers.REVIEWER), ("Head", papers.HEAD)):
        signer = signers.SimpleSigner.load_pkcs12_data(
            papers.office().keys[person], other_certs=[], passphrase=papers.PASSPHRASE.encode()
        )
        meta = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=form.SigSeedSubFilter.PADES,
            certify=name == "Reviewer",
            docmdp_permissions=form.MDPPerm.FILL_FORMS,
        )
        style = StaticStampStyle.from_pdf_file(str(look))
        made = signers.PdfSigner(meta, signer, stamp_style=style).sign_pdf(
            IncrementalPdfFileWriter(made)
        )
    return made.getvalue()


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _opinions() -> dict[str, Document]:
    return {"agree": opinion_document(agreeing()), "correct": opinion_document(correcting())}


@pytest.mark.parametrize("name", ["agree", "correct"])
def test_the_whole_opinion_costs_little_more_than_the_libraries(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    document = _opinions()[name]
    papers.faces().warm(tuple(Face))
    look = tmp_path / "seal.pdf"
    look.write_bytes(papers.seal().data)
    laid_out = lay_out(document, papers.faces())
    pages, names = lines_of(laid_out.pdf), register_fonts()
    assert sum(len(line.text) for page in pages for line in page) > 1000

    ours(document)
    other = bare(pages, names, look)  # warm; and check that it does the work
    with pikepdf.open(io.BytesIO(other)) as paper:
        assert len(paper.pages) == laid_out.pages
        assert all("/V" in field for field in paper.Root.AcroForm.Fields)

    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(_timed(lambda: ours(document)))
        theirs.append(_timed(lambda: bare(pages, names, look)))
    ratio = min(mine) / min(theirs)
    record_property("ratio", round(ratio, 2))
    print(f"{name}: {laid_out.pages} pages, ours {min(mine) * 1000:.0f} ms, "
          f"theirs {min(theirs) * 1000:.0f} ms, ratio {ratio:.2f}")  # fmt: skip
    assert ratio <= TARGET
