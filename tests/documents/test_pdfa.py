"""Papers are PDF/A-2b with empty fields and their mark; what is added later keeps to it."""

import io
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import pdfa

from sanzhi_desktop.application.signing import PaperFault, SignatureField
from sanzhi_desktop.documents import fields, signing
from sanzhi_desktop.documents.paper_mark import (
    MarkedField,
    PaperMark,
    content_hash,
    from_text,
    to_text,
)
from sanzhi_desktop.documents.pdfa import prepare, to_pdfa
from sanzhi_desktop.documents.seal import import_seal
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain
from tests.documents import seal_pictures
from tests.documents import signed_papers as papers


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        action()
    assert "…" not in explain(caught.value)  # every fact of the sentence is there
    return caught.value.code.value


def _open(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def test_converted_pages_pass_the_checker() -> None:
    converted = to_pdfa(papers.laid_out().pdf)
    report = pdfa.validate_written(io.BytesIO(converted), "2b")
    assert report.passed, report.findings
    with _open(converted) as paper:
        assert paper.pdf_version == "1.7"


def _proof(pdf: bytes) -> pdfa.Report:
    """The checker does not judge forms: draw every appearance on its page and drop the form."""
    with _open(pdf) as paper:
        for key in ("/AcroForm", "/PieceInfo", "/Perms", "/Extensions"):
            if key in paper.Root:
                del paper.Root[key]
        for page in paper.pages:
            for number, widget in enumerate(page.obj.get("/Annots", [])):
                name = page.add_resource(
                    widget.AP.N, pikepdf.Name.XObject, pikepdf.Name(f"/Look{number}")
                )
                left, bottom = widget.Rect[0], widget.Rect[1]
                page.contents_add(f"q 1 0 0 1 {left} {bottom} cm {name} Do Q".encode())
            if "/Annots" in page:
                del page["/Annots"]
        return pdfa.check(paper, "2b")


@pytest.mark.parametrize("stage", ["prepared", "certified", "filled", "approved"])
def test_what_is_drawn_passes_at_every_stage(stage: str) -> None:
    report = _proof(getattr(papers, stage)())
    assert report.passed, report.findings


def test_the_proof_sees_a_font_that_is_not_embedded() -> None:
    """The proof can fail: the same paper with a look in a viewer's own font."""

    class Bare:
        def draw(self, width: float, height: float) -> bytes:
            out = io.BytesIO()
            with pikepdf.new() as page:
                page.add_blank_page(page_size=(width, height))
                font = pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name.Helvetica,
                )
                page.pages[0].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
                page.pages[0].obj.Contents = page.make_stream(b"BT /F 9 Tf (x) Tj ET")
                page.save(out)
            return out.getvalue()

    with papers.office().open(papers.REVIEWER) as key:
        request = signing.Signing("Reviewer", papers.REVIEWER, "法制审核", papers.NOW)
        signed = signing.sign(papers.prepared(), key, request, Bare())
    assert not _proof(signed).passed


@pytest.mark.parametrize("picture", seal_pictures.ALL, ids=lambda make: make.__name__)
def test_an_imported_seal_keeps_the_paper_archivable(picture: Callable[[], bytes]) -> None:
    with papers.office().open(papers.HEAD) as key:
        signed = papers.approve_with(papers.filled(), key, import_seal(picture()))
    report = _proof(signed)
    assert report.passed, report.findings


@pytest.mark.parametrize("stage", ["prepared", "certified", "filled", "approved"])
def test_forms_keep_the_rules_of_the_archive_format(stage: str) -> None:
    """ISO 19005-2: 6.3.1-6.3.3 and 6.4.1, which the checker does not judge."""
    with _open(getattr(papers, stage)()) as paper:
        assert "/NeedAppearances" not in paper.Root.AcroForm
        assert "/XFA" not in paper.Root.AcroForm
        assert "/Version" not in paper.Root
        widgets = [w for page in paper.pages for w in page.obj.get("/Annots", [])]
        assert len(widgets) == 5
        fonts = paper.Root.AcroForm.DR.Font
        for widget in (w for w in widgets if w.FT == "/Tx"):
            name, _, operator = str(widget.DA).split()[:3]
            assert operator == "Tf"
            embedded = fonts[name].DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in embedded
        for widget in widgets:
            assert list(widget.AP.keys()) == ["/N"]
            assert isinstance(widget.AP.N, pikepdf.Stream)
            flags = int(widget.F)
            assert flags & 4
            assert not flags & (1 | 2 | 32 | 256)
            assert "/A" not in widget
            assert "/AA" not in widget


def test_fields_stand_where_the_layout_says() -> None:
    places = papers.laid_out().places
    with _open(papers.prepared()) as paper:
        found = {
            str(widget.T): (number, [float(value) for value in widget.Rect])
            for number, page in enumerate(paper.pages)
            for widget in page.obj.get("/Annots", [])
        }
        read_only = [int(f.Ff) for f in paper.Root.AcroForm.Fields if f.FT == "/Tx"]
    assert read_only == [1, 1, 1]
    for name in ("number", "date"):
        place = places[name]
        assert found[name][0] == place.page
        assert found[name][1] == pytest.approx([place.left, place.bottom, place.right, place.top])
    head, seal, qr = found["Head"], places["sig:Head"], places["qr"]
    assert head[1] == pytest.approx(
        [qr.left, min(seal.bottom, qr.bottom), seal.right, max(seal.top, qr.top)], abs=0.001
    )


def test_the_same_content_gives_the_same_fields_and_mark() -> None:
    first, second = (
        prepare(papers.laid_out(), kind="opinion", required_fields=papers.OPINION, content_hash=h)
        for h in ("ab" * 32, "cd" * 32)
    )
    with _open(first) as left, _open(second) as right:
        marks = [fields_mark(paper) for paper in (left, right)]
    assert marks[0].content_hash == "ab" * 32
    assert replace(marks[0], content_hash="cd" * 32) == marks[1]


def fields_mark(paper: pikepdf.Pdf) -> PaperMark:
    return from_text(str(paper.Root.PieceInfo.SanzhiDesktop.Private.Mark))


def test_the_mark_survives_every_step() -> None:
    for pdf in (papers.prepared(), papers.certified(), papers.approved()):
        mark = fields.read_mark(fields.appending(pdf).root)
        assert (mark.kind, mark.content_hash) == ("opinion", papers.CONTENT)
        assert [(f.name, f.role) for f in mark.fields] == [
            ("Reviewer", "reviewer"),
            ("Head", "head"),
        ]
        assert set(mark.fields[1].parts) == {"mark", "qr"}


def _prepare(place: str, **changes: object) -> bytes:
    places = dict(papers.laid_out().places)
    places[place] = replace(places[place], **changes)  # type: ignore[arg-type]
    return prepare(
        replace(papers.laid_out(), places=places),
        kind="opinion",
        required_fields=papers.OPINION,
        content_hash=papers.CONTENT,
    )


def test_places_that_cannot_be_are_refused() -> None:
    assert _code(lambda: _prepare("qr", page=0)) == PaperFault.PLACE_MISSING  # not with the seal
    assert _code(lambda: _prepare("number", page=7)) == PaperFault.PLACE_MISSING
    assert _code(lambda: _prepare("sig:Reviewer", right=0.0)) == PaperFault.PLACE_MISSING
    absent = [SignatureField("Chair", "secretary", "sig:Chair")]
    for required in (absent, []):
        code = _code(
            lambda required=required: prepare(  # type: ignore[misc]
                papers.laid_out(), kind="x", required_fields=required, content_hash=papers.CONTENT
            )
        )
        assert code == PaperFault.PLACE_MISSING


@pytest.mark.parametrize("value", ["", "AB" * 32, "5f" * 31, "zz" * 32])
def test_a_content_hash_is_a_sha256(value: str) -> None:
    assert (
        _code(
            lambda: prepare(
                papers.laid_out(), kind="x", required_fields=papers.OPINION, content_hash=value
            )
        )
        == PaperFault.HASH
    )


def test_pages_that_cannot_be_archived_are_refused() -> None:
    out = io.BytesIO()
    with _open(papers.laid_out().pdf) as paper:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        name = paper.pages[0].add_resource(font, pikepdf.Name.Font)
        paper.pages[0].contents_add(f"BT {name} 9 Tf (x) Tj ET".encode())
        paper.save(out)
    assert _code(lambda: to_pdfa(out.getvalue())) == PaperFault.NOT_PDFA


_NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=30)
_BOXES = st.tuples(*[st.floats(0, 900, width=16)] * 4)
_MARKS = st.builds(
    PaperMark,
    kind=_NAMES,
    fields=st.lists(
        st.builds(MarkedField, _NAMES, _NAMES, st.dictionaries(_NAMES, _BOXES, max_size=2)),
        min_size=1,
        max_size=4,
        unique_by=lambda field: field.name,
    ).map(tuple),
    content_hash=st.binary(min_size=32, max_size=32).map(bytes.hex),
)


@given(_MARKS)
def test_a_mark_reads_back_as_written(mark: PaperMark) -> None:
    read = from_text(to_text(mark))
    assert (read.kind, read.content_hash) == (mark.kind, mark.content_hash)
    for before, after in zip(mark.fields, read.fields, strict=True):
        assert (before.name, before.role) == (after.name, after.role)
        for key, box in before.parts.items():
            assert after.parts[key] == pytest.approx(box, abs=0.001)


@given(st.one_of(st.text(), st.recursive(st.none(), st.lists).map(repr)))
def test_other_text_is_no_mark(text: str) -> None:
    assert _code(lambda: from_text(text)) == PaperFault.NOT_OURS


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"format":1', '"format":2'),
        lambda text: text.replace('"Head"', '"Reviewer"'),
        lambda text: text.replace(papers.CONTENT, "short"),
        lambda text: text + " " * 70_000,
        lambda text: "[" * 20_000,
    ],
    ids=["format", "twice", "hash", "long", "deep"],
)
def test_a_damaged_mark_is_none(change: Callable[[str], str]) -> None:
    text = to_text(fields.read_mark(fields.appending(papers.prepared()).root))
    assert from_text(text).kind == "opinion"
    assert _code(lambda: from_text(change(text))) == PaperFault.NOT_OURS


def test_the_content_hash_is_of_the_content_alone() -> None:
    assert content_hash({"a": 1, "b": "同意"}) == content_hash({"b": "同意", "a": 1})
    assert content_hash({"a": 1}) != content_hash({"a": "1"})
    # by another program: printf '{"a":1,"b":"同意"}' | sha256sum
    assert content_hash({"b": "同意", "a": 1}) == (
        "df80522d6ab11e851a50a38a87c14c5eda9aec320df51be1764258b180ab5186"
    )
