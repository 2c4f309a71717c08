"""Papers that many people sign: order, places, others' tools, and attacks that must fail."""

import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from sanzhi_desktop.application.papers import canonical
from sanzhi_desktop.application.signing import (
    KeyFault,
    PaperFault,
    PaperRecord,
    RecordState,
    SignatureField,
    Verdict,
    VerifyFault,
)
from sanzhi_desktop.application.work import DisputePaper
from sanzhi_desktop.documents import fields
from sanzhi_desktop.documents.content.minutes import minutes_document
from sanzhi_desktop.documents.paper_mark import OWNER
from sanzhi_desktop.documents.pdfa import prepare
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.documents.verify import verify
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain, sentence
from tests.documents import dispute_samples as samples
from tests.documents import signed_disputes as signed
from tests.documents import signed_papers as papers

FIRST, SECOND = (samples.member(place).name for place in (0, 1))
PAPERS: dict[str, Callable[[], bytes]] = {
    "record": signed.record,
    "minutes": signed.complete,
    "responsibility": signed.responsibility,
}


def _verify(pdf: bytes, **options: Any) -> Verdict:
    return verify(pdf, trust=[papers.office().pem], **options)


def _codes(verdict: Verdict) -> set[VerifyFault]:
    findings = [*verdict.faults, *verdict.changes]
    findings += [finding for report in verdict.signatures for finding in report.faults]
    for finding in findings:
        assert "…" not in sentence(finding.code.value, **finding.facts)
    found = {finding.code for finding in findings}
    return found | ({VerifyFault.MISSING} if verdict.missing else set())


def _refusal(attempt: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        attempt()
    assert "…" not in sentence(caught.value.code.value, **caught.value.facts)
    return caught.value


# --- what is signed is valid, and says what it is


@pytest.mark.parametrize("kind", PAPERS)
def test_a_complete_paper_is_valid_and_known(kind: str) -> None:
    verdict = _verify(PAPERS[kind]())
    assert _codes(verdict) == set()
    assert (verdict.valid, verdict.document) == (True, kind)


@pytest.mark.parametrize(
    "paper", [samples.record(), samples.minutes(2), samples.responsibility()], ids=list(PAPERS)
)
def test_the_mark_names_who_signs_where(paper: DisputePaper) -> None:
    found = signed.desk().awaited(signed.desk().prepare(paper))
    wanted = [(field, who.role, who.name) for field, who in signed.signatories(paper)]
    assert [(place.field, place.role, place.signer) for place in found] == wanted


def test_every_signature_is_by_the_person_named_in_the_register() -> None:
    paper = samples.minutes(2)
    officers = [signed.registered(who) for _, who in signed.signatories(paper)]
    done = signed.complete()
    verdict = _verify(done, officers=officers)
    assert _codes(verdict) == set()
    left = [who for who in officers if who.name != SECOND]
    assert VerifyFault.NOT_REGISTERED in _codes(_verify(done, officers=left))
    clerk = [replace(who, roles=frozenset({"clerk"})) for who in officers]
    assert VerifyFault.ROLE in _codes(_verify(done, officers=clerk))


def test_a_printed_number_is_told_by_the_verdict() -> None:
    assert _verify(signed.complete()).values == {"number": "南法议〔2026〕4号"}
    assert _verify(signed.record()).values == {}


def test_the_desk_compares_with_the_record() -> None:
    done = signed.record()
    officers = tuple(signed.registered(who) for who in (samples.HANDLER, samples.REVIEWER))
    digest = _verify(done).sha256
    told = PaperRecord(digest, officers, (papers.office().pem,))
    assert signed.desk().verify(done, record=told).record is RecordState.MATCH
    other = signed.desk().verify(done, record=replace(told, sha256="0" * 64))
    assert (other.valid, other.record) == (False, RecordState.MISMATCH)


def test_thirty_members_sign_in_any_order() -> None:
    paper = samples.minutes(30)
    first, *middle, last = signed.signatories(paper)
    pdf = signed.sign_all(signed.desk().prepare(paper), (first, *reversed(middle), last))
    verdict = _verify(pdf)
    assert _codes(verdict) == set()
    assert len(verdict.signatures) == 32


def test_a_signature_only_appends() -> None:
    assert signed.complete().startswith(signed.waiting_for_chair())
    assert signed.waiting_for_chair().startswith(signed.certified())
    assert signed.certified().startswith(signed.prepared())


def test_the_same_content_has_the_same_hash_whatever_zone_it_is_told_in() -> None:
    def hashed(began: datetime) -> str:
        pdf = signed.desk().prepare(replace(samples.minutes(2), began=began))
        return _verify(pdf).content_hash

    began = samples.minutes(2).began
    assert hashed(began) == hashed(began.astimezone(papers.CHINA))
    assert hashed(began) != hashed(datetime(2026, 11, 27, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "paper", [samples.record(), samples.minutes(2), samples.responsibility()], ids=list(PAPERS)
)
def test_the_mark_carries_the_hash_of_the_text_that_is_kept(paper: DisputePaper) -> None:
    """So that a paper and the content in the database can be told to be the same."""
    mark = _verify(signed.desk().prepare(paper)).content_hash
    assert mark == hashlib.sha256(canonical(asdict(paper)).encode("utf-8")).hexdigest()


# --- the order, before anything is written


def test_what_may_be_signed_now() -> None:
    def due(pdf: bytes) -> list[str]:
        return [place.field for place in signed.desk().awaited(pdf) if place.due]

    assert due(signed.prepared()) == ["Recorder"]
    assert due(signed.certified()) == ["Member1", "Member2"]
    assert due(signed.sign(signed.certified(), "Member2", SECOND)) == ["Member1"]
    assert due(signed.waiting_for_chair()) == ["Chair"]
    assert due(signed.complete()) == []


@pytest.mark.parametrize(
    ("stage", "field", "name", "code"),
    [
        (signed.prepared, "Member1", FIRST, PaperFault.ORDER),
        (signed.prepared, "Chair", samples.CHAIR.name, PaperFault.ORDER),
        (signed.certified, "Chair", samples.CHAIR.name, PaperFault.ORDER),
        (signed.certified, "Recorder", samples.RECORDER.name, PaperFault.SIGNED),
        (signed.certified, "Member1", SECOND, PaperFault.SIGNER),
        (signed.certified, "Member3", "孙某丙", PaperFault.FIELD_UNKNOWN),
        (signed.certified, "Member1", signed.OUTSIDER.name, PaperFault.SIGNER),
        (signed.complete, "Member1", FIRST, PaperFault.SIGNED),
    ],
)
def test_out_of_turn_is_refused_before_a_secret_is_asked(
    stage: Callable[[], bytes], field: str, name: str, code: PaperFault
) -> None:
    def never(_label: str) -> str:
        raise AssertionError("asked for a passphrase in vain")

    fault = _refusal(
        lambda: signed.desk().sign(
            stage(),
            field=field,
            key=signed.key_of(name),
            ask=never,
            name=name,
            at=signed.SIGNED_AT,
            reason="",
        )
    )
    assert fault.code is code


def test_a_refusal_names_the_places_in_chinese() -> None:
    early = _refusal(lambda: signed.sign(signed.certified(), "Chair", samples.CHAIR.name))
    assert explain(early) == "还没有轮到“会议主持人”签名：应先由“出席人员1”签名。"
    other = _refusal(lambda: signed.sign(signed.certified(), "Member2", FIRST))
    assert explain(other).startswith("“出席人员2”栏应由“钱某乙”本人签名，没有签名。")


def test_another_persons_key_is_refused() -> None:
    fault = _refusal(
        lambda: signed.desk().sign(
            signed.certified(),
            field="Member1",
            key=signed.key_of(SECOND),
            ask=signed.secret,
            name=FIRST,
            at=signed.SIGNED_AT,
            reason="",
        )
    )
    assert fault.code is KeyFault.WRONG_PERSON


def test_a_cancelled_passphrase_changes_nothing() -> None:
    fault = _refusal(
        lambda: signed.desk().sign(
            signed.certified(),
            field="Member1",
            key=signed.key_of(FIRST),
            ask=lambda _label: None,
            name=FIRST,
            at=signed.SIGNED_AT,
            reason="",
        )
    )
    assert fault.code is KeyFault.CANCELLED


# --- attacks: with a right key of the office, past all our own checks


def _raw(pdf: bytes, field: str, person: str, **options: Any) -> bytes:
    """A signature by the library alone."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    signer = signers.SimpleSigner.load_pkcs12_data(
        signed.p12(person), other_certs=[], passphrase=papers.PASSPHRASE.encode()
    )
    meta = signers.PdfSignatureMetadata(
        field_name=field, subfilter=SigSeedSubFilter.PADES, **options
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return bytes(signers.sign_pdf(writer, meta, signer).getvalue())


def _drawn(writer: Any) -> None:
    from pyhanko.pdf_utils import generic

    stream = generic.StreamObject(stream_data=b"1 1 1 rg 100 300 300 200 re f")
    writer.add_stream_to_page(0, writer.add_object(stream))


def _remarked(change: Callable[[str], str]) -> Callable[[Any], None]:
    def write(writer: Any) -> None:
        from pyhanko.pdf_utils.generic import pdf_string

        held = writer.root["/PieceInfo"]["/" + OWNER]["/Private"]
        held["/Mark"] = pdf_string(change(str(held["/Mark"])))
        writer.update_root()

    return write


def edit_a_page_after_the_recorder() -> bytes:
    pdf = papers.update(signed.certified(), _drawn)
    for field, name in (("Member1", FIRST), ("Member2", SECOND), ("Chair", samples.CHAIR.name)):
        pdf = _raw(pdf, field, name)
    return pdf


def edit_a_page_after_everybody() -> bytes:
    return papers.update(signed.complete(), _drawn)


def edit_the_record_between_its_signatures() -> bytes:
    half = signed.sign(signed.desk().prepare(samples.record()), "Handler", samples.HANDLER.name)
    return _raw(papers.update(half, _drawn), "Reviewer", samples.REVIEWER.name)


def leave_a_member_out() -> bytes:
    """The chair signs while a member has not."""
    return _raw(signed.sign(signed.certified(), "Member1", FIRST), "Chair", samples.CHAIR.name)


def take_a_members_signature_away() -> bytes:
    """The value of a signature field removed again by a later revision."""

    def change(writer: Any) -> None:
        for name, field, reference in fields.form_fields(writer.root):
            if name == "Member2":
                del field["/V"]
                writer.mark_update(reference.reference)

    return papers.update(signed.complete(), change)


def sign_in_each_others_place() -> bytes:
    pdf = _raw(signed.certified(), "Member1", SECOND)
    return _raw(_raw(pdf, "Member2", FIRST), "Chair", samples.CHAIR.name)


def rename_two_fields() -> bytes:
    """The signatures of two members change places by their names."""

    def change(writer: Any) -> None:
        from pyhanko.pdf_utils.generic import pdf_string

        other = {"Member1": "Member2", "Member2": "Member1"}
        for name, field, reference in list(fields.form_fields(writer.root)):
            if name in other:
                field["/T"] = pdf_string(other[name])
                writer.mark_update(reference.reference)

    return papers.update(signed.complete(), change)


def let_an_outsider_sign() -> bytes:
    pdf = _raw(signed.certified(), "Member1", FIRST)
    return _raw(_raw(pdf, "Member2", signed.OUTSIDER.name), "Chair", samples.CHAIR.name)


def forget_a_member_in_the_mark() -> bytes:
    def change(text: str) -> str:
        mark = json.loads(text)
        mark["fields"] = [field for field in mark["fields"] if field["name"] != "Member2"]
        return json.dumps(mark, ensure_ascii=False)

    early = signed.sign(signed.certified(), "Member1", FIRST)
    return _raw(papers.update(early, _remarked(change)), "Chair", samples.CHAIR.name)


def rename_the_signer_in_the_mark() -> bytes:
    swap = _remarked(lambda text: text.replace(SECOND, signed.OUTSIDER.name))
    return papers.update(signed.complete(), swap)


def another_number_in_the_mark() -> bytes:
    return papers.update(signed.complete(), _remarked(lambda text: text.replace("4号", "5号")))


def call_the_minutes_a_record() -> bytes:
    return papers.update(signed.complete(), _remarked(lambda t: t.replace("minutes", "record")))


def sign_after_the_chair() -> bytes:
    """The chair first, which locks; then the member who was waited for."""
    early = _raw(signed.sign(signed.certified(), "Member1", FIRST), "Chair", samples.CHAIR.name)
    return _raw(early, "Member2", SECOND)


def roll_back_to_before_the_chair() -> bytes:
    return signed.waiting_for_chair()


def add_a_member_afterwards() -> bytes:
    return _raw(signed.complete(), "Member3", signed.OUTSIDER.name)


def exchange_the_files_of_two_meetings() -> bytes:
    """The bytes of one signature put into the minutes of another size."""
    paper = samples.minutes(3)
    other = signed.sign_all(signed.desk().prepare(paper), signed.signatories(paper))
    return signed.complete()[:-3000] + other[-3000:]


ATTACKS: list[tuple[Callable[[], bytes], VerifyFault]] = [
    (edit_a_page_after_the_recorder, VerifyFault.CHANGED_PAGE),
    (edit_a_page_after_everybody, VerifyFault.CHANGED_PAGE),
    (edit_the_record_between_its_signatures, VerifyFault.CHANGED_PAGE),
    (leave_a_member_out, VerifyFault.MISSING),
    (take_a_members_signature_away, VerifyFault.MISSING),
    (sign_in_each_others_place, VerifyFault.WRONG_SIGNER),
    (rename_two_fields, VerifyFault.CHANGED),
    (let_an_outsider_sign, VerifyFault.WRONG_SIGNER),
    (forget_a_member_in_the_mark, VerifyFault.MARK_CHANGED),
    (rename_the_signer_in_the_mark, VerifyFault.MARK_CHANGED),
    (another_number_in_the_mark, VerifyFault.MARK_CHANGED),
    (call_the_minutes_a_record, VerifyFault.MARK_CHANGED),
    (sign_after_the_chair, VerifyFault.CHANGED_AFTER),
    (roll_back_to_before_the_chair, VerifyFault.MISSING),
    (add_a_member_afterwards, VerifyFault.EXTRA),
    (exchange_the_files_of_two_meetings, VerifyFault.UNREADABLE),
]


@pytest.mark.parametrize(("attack", "code"), ATTACKS, ids=[a.__name__ for a, _ in ATTACKS])
def test_attack(attack: Callable[[], bytes], code: VerifyFault) -> None:
    verdict = _verify(attack())
    assert not verdict.valid
    assert code in _codes(verdict), _codes(verdict)


@pytest.mark.parametrize(
    "names",
    [
        ("Recorder", "Chair"),
        ("Recorder", "Member2", "Chair"),
        ("Recorder", "Member2", "Member1", "Chair"),
        ("Chair", "Member1", "Recorder"),
        ("Member1", "Member2", "Chair"),
        ("Recorder", "Member1", "Guest", "Chair"),
    ],
)
def test_minutes_that_ask_for_other_signatures_are_refused(names: tuple[str, ...]) -> None:
    """Made by somebody who has every right key and his own idea of minutes."""
    paper = samples.minutes(2)
    people = dict(signed.signatories(paper)) | {"Guest": samples.HEAD}
    laid_out = lay_out(minutes_document(paper), papers.faces())
    places = dict(laid_out.places)
    places["sig:Guest"] = replace(places["sig:Member2"], page=0)
    asked = [
        SignatureField(name, people[name].role, f"sig:{name}", signer=people[name].name)
        for name in names
    ]
    pdf = prepare(
        replace(laid_out, places=places),
        kind="minutes",
        required_fields=asked,
        content_hash=papers.CONTENT,
    )
    for name in names:
        pdf = signed.sign(pdf, name, people[name].name)
    assert VerifyFault.FIELDS_TOO_FEW in _codes(_verify(pdf))


# --- what other people's tools say


def _tool(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@papers.needs("pdfsig", "poppler-utils")
@pytest.mark.parametrize("kind", PAPERS)
def test_pdfsig_finds_every_signature_valid(kind: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PAPERS[kind]())
    said = _tool("pdfsig", "-nocert", str(paper))
    count = len(_verify(PAPERS[kind]()).signatures)
    assert said.count("Signature is Valid.") == count
    assert said.count("Total document signed") == 1
    assert len(re.findall(r"^Signature #", said, re.MULTILINE)) == count


@papers.needs("qpdf", "qpdf")
@pytest.mark.parametrize("kind", PAPERS)
def test_qpdf_finds_nothing_wrong(kind: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PAPERS[kind]())
    assert "No syntax or stream encoding errors" in _tool("qpdf", "--check", str(paper))


@pytest.mark.parametrize("kind", PAPERS)
def test_the_paper_says_it_is_pdfa(kind: str) -> None:
    with pikepdf.open(io.BytesIO(PAPERS[kind]())) as paper:
        assert paper.open_metadata().pdfa_status == "2B"
