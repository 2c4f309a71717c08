"""Reviewer certifies, fields are filled, head locks; and other programs agree that it holds."""

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from sanzhi_desktop.application.signing import KeyFault, PaperFault, SignatureField
from sanzhi_desktop.documents import fields, signing
from sanzhi_desktop.documents.looks import TextLook
from sanzhi_desktop.documents.pdfa import prepare
from sanzhi_desktop.documents.signing import Signing
from sanzhi_desktop.documents.verify import verify
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain
from tests.documents import signed_papers as papers


def _tool(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _refusal(action: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        action()
    assert "…" not in explain(caught.value)  # every fact of the sentence is there
    return caught.value


def test_every_step_only_appends() -> None:
    stages = [papers.prepared(), papers.certified(), papers.filled(), papers.approved()]
    for before, after in pairwise(stages):
        assert after.startswith(before)
        assert len(after) > len(before)


def test_both_signatures_hold_in_our_verdict() -> None:
    verdict = verify(papers.approved(), trust=[papers.office().pem])
    assert verdict.valid, verdict
    assert [(r.field, r.name, r.role, r.time) for r in verdict.signatures] == [
        ("Reviewer", papers.REVIEWER, "reviewer", papers.NOW),
        ("Head", papers.HEAD, "head", papers.LATER),
    ]
    assert verdict.values == {
        "number": papers.NUMBER,
        "date": papers.DATE,
        "signer": papers.HEAD,
    }
    assert verdict.content_hash == papers.CONTENT


@papers.needs("pdfsig", "poppler-utils")
def test_poppler_agrees(tmp_path: Path) -> None:
    paper = tmp_path / "opinion.pdf"
    paper.write_bytes(papers.approved())
    said = _tool("pdfsig", "-nocert", str(paper))
    assert said.count("Signature is Valid.") == 2
    assert said.count("ETSI.CAdES.detached") == 2
    assert "Signature Field Name: Reviewer" in said
    assert "Signature Field Name: Head" in said
    assert said.count("Total document signed") == 1  # the last one covers everything


@papers.needs("qpdf", "qpdf")
@pytest.mark.parametrize("stage", ["prepared", "certified", "filled", "approved"])
def test_qpdf_finds_nothing_wrong(stage: str, tmp_path: Path) -> None:
    paper = tmp_path / "stage.pdf"
    paper.write_bytes(getattr(papers, stage)())
    assert "No syntax or stream encoding errors" in _tool("qpdf", "--check", str(paper))


def test_reviewer_certifies_and_head_locks_all() -> None:
    with pikepdf.open(io.BytesIO(papers.approved())) as paper:
        assert "/DocMDP" in paper.Root.Perms
        signatures = {str(f.T): f.V for f in paper.Root.AcroForm.Fields if f.FT == "/Sig"}
        certification = signatures["Reviewer"].Reference[0]
        assert certification.TransformMethod == "/DocMDP"
        assert int(certification.TransformParams.P) == 2
        lock = signatures["Head"].Reference[0]
        assert lock.TransformMethod == "/FieldMDP"
        assert lock.TransformParams.Action == "/All"
        assert str(signatures["Head"].Reason) == "签发"


@papers.needs("qpdf", "qpdf")
@papers.needs("pdftotext", "poppler-utils")
def test_number_and_date_are_printed_as_filled(tmp_path: Path) -> None:
    """Seen by another program: the text of the drawn fields, not only their values."""
    flat = tmp_path / "flat.pdf"
    paper = tmp_path / "opinion.pdf"
    paper.write_bytes(papers.approved())
    _tool("qpdf", "--flatten-annotations=all", "--generate-appearances", str(paper), str(flat))
    text = _tool("pdftotext", "-layout", str(flat), "-")
    assert papers.NUMBER in text
    assert papers.DATE in text
    assert f"签发人：{papers.HEAD}" in "".join(text.split(" "))
    assert "NeedAppearances" not in papers.approved().decode("latin-1")


@papers.needs("zbarimg", "zbar-tools")
def test_the_qr_on_paper_names_number_and_content() -> None:
    with pypdfium2.PdfDocument(papers.approved()) as paper:
        paper.init_forms()
        picture = paper[len(paper) - 1].render(scale=150 / 72).to_pil()
    out = io.BytesIO()
    picture.save(out, "PNG")
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", "-"], input=out.getvalue(), capture_output=True, check=True
    )
    assert read.stdout.decode().strip() == f"{papers.NUMBER}\n{papers.CONTENT}"


def test_the_seal_stands_red_on_its_place() -> None:
    place = papers.laid_out().places["sig:Head"]
    with pypdfium2.PdfDocument(papers.approved()) as paper:
        paper.init_forms()
        page = paper[place.page]
        height = page.get_size()[1]
        picture = page.render(scale=1).to_pil().convert("RGB")
    cut = picture.crop(
        (int(place.left), int(height - place.top), int(place.right), int(height - place.bottom))
    )
    red = sum(1 for r, g, b in cut.get_flattened_data() if r > 150 and g < 90 and b < 90)
    assert red > 0.05 * cut.width * cut.height


def test_metadata_is_the_same_after_all_signatures() -> None:
    with (
        pikepdf.open(io.BytesIO(papers.prepared())) as before,
        pikepdf.open(io.BytesIO(papers.approved())) as after,
    ):
        assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
        assert dict(before.docinfo) == dict(after.docinfo)


def test_head_cannot_sign_first() -> None:
    fault = _refusal(lambda: papers.approve(papers.prepared()))
    assert (fault.code, fault.facts["first"]) == (PaperFault.ORDER, "Reviewer")


def test_head_cannot_sign_without_number_and_date() -> None:
    fault = _refusal(lambda: papers.approve(papers.certified()))
    assert (fault.code, fault.facts["field"]) == (PaperFault.UNFILLED, "number")
    only_number = fields.fill(papers.certified(), {"number": papers.NUMBER}, faces=papers.faces())
    fault = _refusal(lambda: papers.approve(only_number))
    assert (fault.code, fault.facts["field"]) == (PaperFault.UNFILLED, "date")


def test_nobody_signs_twice() -> None:
    assert _refusal(lambda: papers.certify(papers.certified())).code is PaperFault.SIGNED
    assert _refusal(lambda: papers.approve(papers.approved())).code is PaperFault.SIGNED


@pytest.mark.parametrize(
    ("stage", "values", "code"),
    [
        ("certified", {"serial": "1"}, PaperFault.FIELD_UNKNOWN),
        ("certified", {"number": "  "}, PaperFault.EMPTY_VALUE),
        ("filled", {"number": "示法审〔2026〕8号"}, PaperFault.FILLED),
        ("approved", {"number": "示法审〔2026〕8号"}, PaperFault.SIGNED),
        ("certified", {"number": "示" * 120}, PaperFault.TOO_WIDE),
    ],
)
def test_fields_are_filled_once_and_with_something(
    stage: str, values: dict[str, str], code: PaperFault
) -> None:
    pdf: bytes = getattr(papers, stage)()
    assert _refusal(lambda: fields.fill(pdf, values, faces=papers.faces())).code is code


def test_a_number_that_no_font_prints_is_refused_before_writing() -> None:
    fault = _refusal(
        lambda: fields.fill(papers.certified(), {"number": "示\U000e0b3f号"}, faces=papers.faces())
    )
    assert fault.code.value == "typeset.no_glyph"


def test_somebody_elses_certificate_is_refused() -> None:
    with papers.office().open(papers.OUTSIDER) as key:
        request = Signing("Reviewer", papers.REVIEWER, "法制审核", papers.NOW)
        look = TextLook((papers.REVIEWER,), papers.faces())
        fault = _refusal(lambda: signing.sign(papers.prepared(), key, request, look))
    assert fault.code is KeyFault.WRONG_PERSON
    assert fault.facts == {"name": papers.REVIEWER, "holder": papers.OUTSIDER}


def test_the_printed_name_is_that_of_the_signer() -> None:
    other = papers.fill(papers.certified(), signer=papers.OUTSIDER)
    fault = _refusal(lambda: papers.approve(other))
    assert fault.code is KeyFault.WRONG_PERSON
    assert fault.facts == {"name": papers.OUTSIDER, "holder": papers.HEAD}


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (papers.NOW + timedelta(days=4 * 366), KeyFault.EXPIRED),
        (papers.NOW - timedelta(days=366), KeyFault.NOT_YET),
    ],
)
def test_a_certificate_out_of_term_is_refused(moment: datetime, code: KeyFault) -> None:
    with papers.office().open(papers.REVIEWER) as key:
        request = Signing("Reviewer", papers.REVIEWER, "法制审核", moment)
        look = TextLook((papers.REVIEWER,), papers.faces())
        assert _refusal(lambda: signing.sign(papers.prepared(), key, request, look)).code is code


def test_a_foreign_file_is_not_signed() -> None:
    for foreign in (b"", b"no pdf", papers.laid_out().pdf, papers.prepared()[:-200]):
        fault = _refusal(lambda foreign=foreign: papers.certify(foreign))  # type: ignore[misc]
        assert fault.code is PaperFault.NOT_OURS


def test_a_paper_with_one_signature_is_closed_by_it() -> None:
    letter = prepare(
        papers.laid_out(),
        kind="transfer",
        required_fields=(SignatureField("Head", "head", "sig:Head", with_qr=True),),
        content_hash=papers.CONTENT,
    )
    ready = papers.fill(letter)
    verdict = verify(papers.approve(ready), trust=[papers.office().pem])
    assert verdict.valid, verdict
    assert verdict.document == "transfer"


def test_minutes_take_their_middle_signatures_in_any_order() -> None:
    place = papers.laid_out().places["sig:Reviewer"]
    quarter = (place.right - place.left) / 4
    names = ("Recorder", "Member1", "Member2", "Chair")
    places = {k: v for k, v in papers.laid_out().places.items() if k != "signer"}
    for number, name in enumerate(names):
        left = place.left + number * quarter
        places[f"sig:{name}"] = replace(place, left=left, right=left + quarter)
    minutes = prepare(
        replace(papers.laid_out(), places=places),
        kind="minutes",
        required_fields=[SignatureField(name, "secretary", f"sig:{name}") for name in names],
        content_hash=papers.CONTENT,
    )
    values = {"number": papers.NUMBER, "date": papers.DATE}
    pdf = fields.fill(minutes, values, faces=papers.faces())
    for name in ("Recorder", "Member2", "Member1", "Chair"):
        with papers.office().open(papers.HEAD) as key:
            request = Signing(name, papers.HEAD, "会议纪要", papers.NOW)
            pdf = signing.sign(pdf, key, request, TextLook((papers.HEAD,), papers.faces()))
    verdict = verify(pdf, trust=[papers.office().pem])
    assert verdict.valid, verdict
    assert len(verdict.signatures) == 4
