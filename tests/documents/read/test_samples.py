"""The bundled samples: complete, consistent, and read without a single mark."""

import tomllib
from pathlib import Path

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.documents.read.model import FIELD_NAMES
from sanzhi_desktop.documents.read.submission import read_submission
from sanzhi_desktop.domain.identifiers import IdCheck, check_uscc

SAMPLES = ("penalty.txt", "correct.docx", "transfer.txt")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_of_a_bundled_sample_is_read(name: str) -> None:
    reading = read_submission(resources.path("samples", name))
    missing = [field for field in FIELD_NAMES if not reading.fields[field].present]
    assert missing == []
    assert reading.warnings == ()
    assert check_uscc(reading.text_of("party_id")) is IdCheck.VALID
    assert "样例" in reading.text_of("facts") or "样例" in reading.text
    assert reading.ruling is not None
    assert reading.ruling.fine_fen
    assert reading.fields["kind"].value == "行政处罚"
    assert reading.text_of("cause").endswith("案")


def test_the_dates_leave_room_for_the_review() -> None:
    """Received 2026-09-18 (before the decision, after everything the papers tell of)."""
    reading = read_submission(resources.path("samples", "penalty.txt"))
    told = [
        reading.text_of(f"{name}_date") for name in ("filing", "inspection", "notice", "hearing")
    ]
    assert max(told) < "2026-09-18" < reading.text_of("decision_date")


def test_materials_open_as_what_they_are() -> None:
    folder = resources.path("samples", "materials")
    files = sorted(path.name for path in folder.iterdir())
    assert len(files) >= 4
    for path in folder.glob("*.txt"):
        assert "样例，内容虚构" in path.read_text("utf-8")
    (notice,) = folder.glob("*.pdf")
    reading = read_submission(notice)
    assert reading.text_of("document_number") == "（示）应急告〔2026〕样例1号"
    (photo,) = folder.glob("*.png")
    assert photo.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_sample_agency_is_the_sample_office() -> None:
    office = tomllib.loads(Path(resources.path("samples", "office.toml")).read_text("utf-8"))
    agency = read_submission(resources.path("samples", "penalty.txt")).text_of("agency")
    assert agency == office["office"]["agency"]
