"""The verifier against attacks: nothing but the whole, untouched, rightly signed paper is valid."""

import importlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.reader import PdfFileReader

from sanzhi_desktop.application.signing import (
    OpenKey,
    RecordState,
    RegisteredSigner,
    SignatureField,
    Verdict,
    VerifyFault,
)
from sanzhi_desktop.documents import fields, signing
from sanzhi_desktop.documents.looks import TextLook
from sanzhi_desktop.documents.paper_mark import OWNER
from sanzhi_desktop.documents.pdfa import prepare
from sanzhi_desktop.documents.signing import Signing
from sanzhi_desktop.documents.verify import verify
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import sentence
from tests.documents import signed_papers as papers
from tests.documents.signed_papers import update

generic: Any = importlib.import_module("pyhanko.pdf_utils.generic")  # its classes have no types


def _verify(pdf: bytes, **options: Any) -> Verdict:
    return verify(pdf, trust=[papers.office().pem], **options)


def _codes(verdict: Verdict) -> set[VerifyFault]:
    findings = [*verdict.faults, *verdict.changes]
    findings += [finding for report in verdict.signatures for finding in report.faults]
    for finding in findings:
        assert "…" not in sentence(finding.code.value, **finding.facts)
    found = {finding.code for finding in findings}
    return found | ({VerifyFault.MISSING} if verdict.missing else set())


# --- attacks: what an attacker makes of a paper, without any key of the office


def _flip(pdf: bytes, position: int) -> bytes:
    return pdf[:position] + bytes([pdf[position] ^ 1]) + pdf[position + 1 :]


def flip_a_byte_of_a_page() -> bytes:
    return _flip(papers.approved(), papers.approved().index(b"stream\n") + 40)


def flip_a_byte_of_the_last_revision() -> bytes:
    return _flip(papers.approved(), len(papers.filled()) + 300)


def draw_on_the_page() -> bytes:
    def change(writer: Any) -> None:
        stream = generic.StreamObject(stream_data=b"1 0 0 rg 100 500 200 100 re f")
        writer.add_stream_to_page(0, writer.add_object(stream))

    return update(papers.approved(), change)


def draw_on_the_page_before_the_head_signs() -> bytes:
    def change(writer: Any) -> None:
        stream = generic.StreamObject(stream_data=b"1 1 1 rg 100 500 200 100 re f")
        writer.add_stream_to_page(0, writer.add_object(stream))

    return papers.approve(update(papers.filled(), change))


def _note(writer: Any) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.FloatObject, (100, 500, 300, 600))),
            pdf_name("/Contents"): pdf_string("同意"),
            pdf_name("/DA"): pdf_string("/Helv 12 Tf"),
        }
    )
    kept = list(page.get("/Annots", generic.ArrayObject()).get_object())
    page["/Annots"] = generic.ArrayObject([*kept, writer.add_object(note)])
    writer.update_container(page)


def lay_a_note_over_the_text() -> bytes:
    return update(papers.approved(), _note)


def shadow_a_font() -> bytes:
    def change(writer: Any) -> None:
        page = writer.find_page_for_modification(0)[0].get_object()
        fonts = page["/Resources"]["/Font"]
        first = next(iter(fonts))
        font = fonts[first]
        font["/ToUnicode"] = writer.add_object(generic.StreamObject(stream_data=b"%nothing"))
        writer.mark_update(fonts.raw_get(first).reference)

    return update(papers.approved(), change)


def run_a_script_on_opening() -> bytes:
    def change(writer: Any) -> None:
        writer.root["/OpenAction"] = generic.DictionaryObject(
            {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
        )
        writer.update_root()

    return update(papers.approved(), change)


def rewrite_the_file() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.approved())) as paper:
        paper.save(out)
    return out.getvalue()


def _contents(pdf: bytes) -> tuple[int, int]:
    start = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    return start, pdf.index(b">", start)


def zero_the_signature() -> bytes:
    start, end = _contents(papers.approved())
    return papers.approved()[:start] + b"0" * (end - start) + papers.approved()[end:]


def fill_the_padding_of_the_signature() -> bytes:
    _, end = _contents(papers.approved())
    return papers.approved()[: end - 8] + b"deadbeef" + papers.approved()[end:]


def shorten_the_byte_range() -> bytes:
    pdf = papers.approved()
    start = pdf.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    end = pdf.index(b"]", start)
    numbers = [int(part) for part in pdf[start:end].split()]
    numbers[3] -= 10
    text = b" ".join(b"%d" % number for number in numbers).ljust(end - start)
    return pdf[:start] + text + pdf[end:]


def graft_the_heads_signature_on_another_number() -> bytes:
    """The fill revision is replaced by one with another number; the rest is pasted behind it."""
    other = papers.fill(papers.certified(), number="示法审〔2026〕8号")
    return other + papers.approved()[len(papers.filled()) :]


def replace_the_number_in_place() -> bytes:
    """Same length, no new revision: 7号 becomes 8号 in the value of the field."""
    plain = papers.approved()
    old = generic.TextStringObject(papers.NUMBER)
    new = generic.TextStringObject(papers.NUMBER.replace("7号", "8号"))
    parts = []
    for value in (old, new):
        written = io.BytesIO()
        value.write_to_stream(written)
        parts.append(written.getvalue())
    assert plain.count(parts[0]) == 1
    assert len(parts[0]) == len(parts[1])
    return plain.replace(parts[0], parts[1])


def fill_another_number_after_the_head() -> bytes:
    def change(writer: Any) -> None:
        for name, field, reference in fields.form_fields(writer.root):
            if name == "number":
                field["/V"] = pdf_string("示法审〔2026〕8号")
                writer.mark_update(reference.reference)

    return update(papers.approved(), change)


def draw_another_number_after_the_head() -> bytes:
    def change(writer: Any) -> None:
        look = TextLook(("示法审〔2026〕8号",), papers.faces()).draw(300, 29)
        for name, field, reference in fields.form_fields(writer.root):
            if name == "number":
                drawn = fields.import_look(writer, look)
                field["/AP"] = generic.DictionaryObject({pdf_name("/N"): drawn})
                writer.mark_update(reference.reference)

    return update(papers.approved(), change)


def _mark(writer: Any) -> Any:
    return writer.root["/PieceInfo"]["/" + OWNER]["/Private"]


def remove_the_mark() -> bytes:
    def change(writer: Any) -> None:
        del writer.root["/PieceInfo"]
        writer.update_root()

    return update(papers.approved(), change)


def change_the_kind() -> bytes:
    def change(writer: Any) -> None:
        mark = _mark(writer)
        mark["/Mark"] = pdf_string(str(mark["/Mark"]).replace('"opinion"', '"transfer"'))
        writer.update_root()

    return update(papers.approved(), change)


def require_the_reviewer_alone() -> bytes:
    """The half-signed paper, with a mark that no longer asks for the head."""

    def change(writer: Any) -> None:
        mark = _mark(writer)
        text = str(mark["/Mark"])
        cut = text.index('{"name":"Head"')
        mark["/Mark"] = pdf_string(
            text[: cut - 1] + text[text.index("]", text.index("role", cut)) :]
        )
        writer.update_root()

    return update(papers.certified(), change)


def ask_viewers_to_redraw_the_fields() -> bytes:
    def change(writer: Any) -> None:
        form = writer.root["/AcroForm"]
        form["/NeedAppearances"] = generic.BooleanObject(True)
        writer.update_container(form)

    return update(papers.approved(), change)


def cover_text_with_a_new_signature_field() -> bytes:
    """Between the two signatures, where adding signature fields is still allowed by the format."""

    def change(writer: Any) -> None:
        from pyhanko.sign.fields import SigFieldSpec, append_signature_field

        append_signature_field(writer, SigFieldSpec("Stamp", on_page=0, box=(100, 400, 300, 500)))

    return papers.approve(update(papers.filled(), change))


def sign_once_more() -> bytes:
    return _raw(papers.approved(), "Third", papers.OUTSIDER)


def append_a_line_end() -> bytes:
    return papers.approved() + b"\n"


def append_another_file() -> bytes:
    return papers.approved() + papers.prepared()


def cut_the_last_byte() -> bytes:
    return papers.approved()[:-1]


def forge_the_office() -> bytes:
    """A root and people of the same names, made by somebody else."""
    forger = papers.make_office()
    done = papers.certify(papers.prepared(), who=forger)
    done = papers.fill(done)
    return papers.approve(done, who=forger)


def forge_the_head() -> bytes:
    return papers.approve(papers.filled(), who=papers.make_office())


ATTACKS: list[tuple[Callable[[], bytes], VerifyFault]] = [
    (flip_a_byte_of_a_page, VerifyFault.UNREADABLE),
    (flip_a_byte_of_the_last_revision, VerifyFault.NOT_INTACT),
    (draw_on_the_page, VerifyFault.CHANGED_PAGE),
    (draw_on_the_page_before_the_head_signs, VerifyFault.CHANGED_PAGE),
    (lay_a_note_over_the_text, VerifyFault.CHANGED_NOTES),
    (shadow_a_font, VerifyFault.CHANGED),
    (run_a_script_on_opening, VerifyFault.CHANGED_CATALOGUE),
    (papers.certified, VerifyFault.MISSING),  # roll back to the first signature
    (papers.filled, VerifyFault.MISSING),
    (papers.prepared, VerifyFault.MISSING),
    (rewrite_the_file, VerifyFault.NOT_INTACT),
    (zero_the_signature, VerifyFault.UNREADABLE),
    (fill_the_padding_of_the_signature, VerifyFault.NOT_INTACT),
    (shorten_the_byte_range, VerifyFault.NOT_INTACT),
    (graft_the_heads_signature_on_another_number, VerifyFault.UNREADABLE),
    (replace_the_number_in_place, VerifyFault.NOT_INTACT),
    (fill_another_number_after_the_head, VerifyFault.CHANGED_VALUE),
    (draw_another_number_after_the_head, VerifyFault.CHANGED_AFTER),
    (remove_the_mark, VerifyFault.NOT_OURS),
    (change_the_kind, VerifyFault.MARK_CHANGED),
    (require_the_reviewer_alone, VerifyFault.MARK_CHANGED),
    (ask_viewers_to_redraw_the_fields, VerifyFault.FORBIDDEN),
    (cover_text_with_a_new_signature_field, VerifyFault.EXTRA),
    (sign_once_more, VerifyFault.EXTRA),
    (append_a_line_end, VerifyFault.CHANGED_AFTER),
    (append_another_file, VerifyFault.MISSING),
    (cut_the_last_byte, VerifyFault.NOT_INTACT),
    (forge_the_office, VerifyFault.UNTRUSTED),
    (forge_the_head, VerifyFault.UNTRUSTED),
]


@pytest.mark.parametrize(("attack", "code"), ATTACKS, ids=[a.__name__ for a, _ in ATTACKS])
def test_attack(attack: Callable[[], bytes], code: VerifyFault) -> None:
    verdict = _verify(attack())
    assert not verdict.valid
    assert code in _codes(verdict), _codes(verdict)


def test_the_attacks_start_from_a_valid_paper() -> None:
    assert _codes(_verify(papers.approved())) == set()
    assert _verify(papers.approved()).valid


@cache
def _length() -> int:
    return len(papers.approved())


@settings(max_examples=60)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_is_valid(share: float, bit: int) -> None:
    position = int(share * _length())
    start, end = _contents(papers.approved())
    changed = papers.approved()[position] ^ (1 << bit)
    if start <= position < end and chr(changed).casefold() == chr(changed ^ (1 << bit)).casefold():
        return  # a hex digit in the other case says the same
    pdf = papers.approved()[:position] + bytes([changed]) + papers.approved()[position + 1 :]
    assert not _verify(pdf).valid


@settings(max_examples=60)
@given(share=st.floats(0, 1, exclude_max=True))
def test_no_prefix_is_valid(share: float) -> None:
    assert not _verify(papers.approved()[: int(share * _length())]).valid


@settings(max_examples=25)
@given(junk=st.binary(max_size=400))
def test_junk_is_never_valid_and_never_raises(junk: bytes) -> None:
    for pdf in (junk, b"%PDF-1.7\n" + junk, papers.approved() + junk + b"x"):
        assert not _verify(pdf).valid


# --- whom the signatures are trusted to be


def test_without_roots_nothing_is_valid() -> None:
    verdict = verify(papers.approved(), trust=[])
    assert not verdict.valid
    assert VerifyFault.NO_TRUST in _codes(verdict)
    assert all(report.intact and not report.trusted for report in verdict.signatures)


def test_another_offices_root_does_not_help() -> None:
    verdict = verify(papers.approved(), trust=[papers.make_office().pem])
    assert not verdict.valid
    assert not any(report.trusted for report in verdict.signatures)


def test_a_root_that_is_none_is_refused() -> None:
    with pytest.raises(DomainError) as caught:
        verify(papers.approved(), trust=[b"not a certificate"])
    assert caught.value.code.value == "key.certificate_unreadable"


def _changed(person: str, **changes: Any) -> list[RegisteredSigner]:
    return [replace(o, **changes) if o.name == person else o for o in papers.office().register]


@pytest.mark.parametrize(
    ("officers", "code"),
    [
        (lambda: papers.office().register, None),
        (lambda: _changed(papers.HEAD, revoked=True), VerifyFault.REVOKED),
        (lambda: _changed(papers.HEAD, fingerprint="00" * 32), VerifyFault.NOT_REGISTERED),
        (lambda: _changed(papers.HEAD, roles=frozenset({"reviewer"})), VerifyFault.ROLE),
        (lambda: _changed(papers.REVIEWER, name="林致远"), VerifyFault.NAME_DIFFERS),
        (list, VerifyFault.NOT_REGISTERED),
    ],
)
def test_signers_are_those_of_the_register(
    officers: Callable[[], list[RegisteredSigner]], code: VerifyFault | None
) -> None:
    verdict = _verify(papers.approved(), officers=officers())
    assert verdict.valid is (code is None)
    assert code is None or code in _codes(verdict)


@pytest.mark.parametrize("change", [{"revoked": True}, {"roles": frozenset({"clerk"})}])
def test_who_left_since_does_not_undo_the_stored_paper(change: dict[str, Any]) -> None:
    officers = _changed(papers.HEAD, **change)
    stored = _verify(papers.approved()).sha256
    assert _verify(papers.approved(), officers=officers, stored_sha256=stored).valid
    assert not _verify(papers.approved(), officers=officers).valid


def test_an_officer_cannot_sign_in_the_heads_place() -> None:
    """A certificate of the same office, in the wrong field: trusted, but not for this role."""
    ready = papers.fill(papers.certified(), signer=papers.OUTSIDER)
    done = papers.approve(ready, name=papers.OUTSIDER)
    register = (*papers.office().register, papers.office().signer(papers.OUTSIDER, "reviewer"))
    verdict = _verify(done, officers=register)
    assert not verdict.valid
    assert VerifyFault.ROLE in _codes(verdict)


class _Liar:
    """A key whose owner tells the signing side another term than the certificate has."""

    def __init__(self, key: OpenKey) -> None:
        self._key = key
        self.chain = key.chain
        far = key.certificate.not_after + timedelta(days=9999)
        self.certificate = replace(key.certificate, not_after=far)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


def _approve_at(moment: datetime) -> bytes:
    with papers.office().open(papers.HEAD) as key:
        request = Signing("Head", papers.HEAD, "签发", moment)
        look = TextLook((papers.HEAD,), papers.faces())
        return signing.sign(papers.filled(), _Liar(key), request, look)


def test_a_signature_after_the_certificates_end_is_not_trusted() -> None:
    verdict = _verify(_approve_at(papers.NOW + timedelta(days=4 * 366)))
    assert not verdict.valid
    assert VerifyFault.UNTRUSTED in _codes(verdict)


def test_a_certificate_that_ended_since_does_not_undo_its_signature() -> None:
    assert _verify(papers.approved(), now=papers.NOW + timedelta(days=20 * 366)).valid


def test_a_signature_from_the_future_is_not_believed() -> None:
    verdict = _verify(papers.approved(), now=papers.NOW - timedelta(days=2))
    assert not verdict.valid
    assert VerifyFault.FUTURE in _codes(verdict)


# --- papers made by somebody with a right key, but made wrong


def _opinion(required: list[SignatureField]) -> bytes:
    return prepare(
        papers.laid_out(), kind="opinion", required_fields=required, content_hash=papers.CONTENT
    )


def test_an_opinion_that_asks_for_the_head_alone_is_no_opinion() -> None:
    alone = _opinion([papers.OPINION[1]])
    done = papers.approve(papers.fill(alone))
    verdict = _verify(done)
    assert not verdict.valid
    assert {VerifyFault.FIELDS_TOO_FEW, VerifyFault.MISSING} <= _codes(verdict)
    assert verdict.missing == ("Reviewer",)


def _edited(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.prepared())) as paper:
        change(paper)
        paper.save(out)
    done = papers.certify(out.getvalue())
    done = papers.fill(done)
    return papers.approve(done)


def test_a_last_signature_that_does_not_lock_is_refused() -> None:
    def unlock(paper: pikepdf.Pdf) -> None:
        for field in paper.Root.AcroForm.Fields:
            if "/Lock" in field:
                del field["/Lock"]

    verdict = _verify(_edited(unlock))
    assert not verdict.valid
    assert VerifyFault.CHANGED_AFTER in _codes(verdict)


def test_a_paper_that_acts_is_refused_whoever_signed_it() -> None:
    def act(paper: pikepdf.Pdf) -> None:
        paper.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org")

    verdict = _verify(_edited(act))
    assert not verdict.valid
    assert VerifyFault.FORBIDDEN in _codes(verdict)


def _raw(pdf: bytes, field: str, person: str, **options: Any) -> bytes:
    """A signature by the library alone, without any of our checks."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    signer = signers.SimpleSigner.load_pkcs12_data(
        papers.office().keys[person], other_certs=[], passphrase=papers.PASSPHRASE.encode()
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field, subfilter=SigSeedSubFilter.PADES, **options
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return bytes(signers.sign_pdf(writer, meta, signer).getvalue())


def test_a_first_signature_that_does_not_certify_is_refused() -> None:
    plain = _raw(papers.prepared(), "Reviewer", papers.REVIEWER)
    done = papers.approve(papers.fill(plain))
    assert _codes(_verify(done)) == {VerifyFault.NOT_CERTIFYING}


def test_an_opinion_issued_without_number_and_date_is_refused() -> None:
    done = _raw(papers.certified(), "Head", papers.HEAD)
    assert _codes(_verify(done)) == {VerifyFault.UNFILLED}


def test_a_printed_name_that_is_not_the_signers_is_refused() -> None:
    other = papers.fill(papers.certified(), signer=papers.OUTSIDER)
    assert _codes(_verify(_raw(other, "Head", papers.HEAD))) == {VerifyFault.NAME_DIFFERS}


def test_a_name_beside_the_certificates_is_refused() -> None:
    done = _raw(papers.filled(), "Head", papers.HEAD, name="某领导")
    assert _codes(_verify(done)) == {VerifyFault.NAME_DIFFERS}
    assert _verify(_raw(papers.filled(), "Head", papers.HEAD, name=papers.HEAD)).valid


def test_an_encrypted_paper_is_refused() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.approved())) as paper:
        paper.save(out, encryption=pikepdf.Encryption(owner="a", user=""))
    assert not _verify(out.getvalue()).valid


# --- the record and the words


def test_the_record_is_compared_by_hash() -> None:
    good = _verify(papers.approved())
    assert good.record is RecordState.ABSENT
    match = _verify(papers.approved(), stored_sha256=good.sha256.upper())
    assert (match.valid, match.record) == (True, RecordState.MATCH)
    other = _verify(papers.approved(), stored_sha256="0" * 64)
    assert (other.valid, other.record) == (False, RecordState.MISMATCH)
    assert VerifyFault.RECORD in _codes(other)


def test_changes_are_named_so_that_one_can_look() -> None:
    changes = _verify(fill_another_number_after_the_head()).changes
    assert [dict(change.facts) for change in changes] == [
        {"field": "number", "before": papers.NUMBER, "after": "示法审〔2026〕8号"}
    ]


def test_the_difference_rules_are_the_strict_ones() -> None:
    """The library itself finds fault with the same attacks; ours adds, it never replaces."""
    reader = PdfFileReader(io.BytesIO(draw_on_the_page()))
    for embedded in reader.embedded_signatures:
        embedded.compute_integrity_info()
        assert embedded.summarise_integrity_info()["docmdp_ok"] is False
