"""A 责任清单 beside the one that the office stored: altered, it is not unknown but another one."""

import json
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.compose import paper_record
from sanzhi_desktop.documents.verify import content_named
from sanzhi_desktop.domain.workflow import Action
from tests.documents import signed_disputes
from tests.documents.dispute_samples import responsibility
from tests.documents.signed_papers import office
from tests.persistence.desk import Desk


@pytest.fixture
def sheet(embedded_desk: Desk) -> bytes:
    """Signed and kept, between two other papers of the same kind."""
    pdf = signed_disputes.responsibility()
    case_id = embedded_desk.decided()
    for content in (b"%PDF-1.4 no paper at all", pdf, b"%PDF-1.7 broken"):
        stored = StoredPaper("responsibility", content)
        embedded_desk.send("hd", case_id, Action.KEEP_SHEET, document=stored.as_payload())
    return pdf


def altered(pdf: bytes, way: str) -> bytes:
    if way == "appended":
        return pdf + b"% something more\n"
    at = len(pdf) // 3  # within a stream that the head signed
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


@pytest.mark.parametrize("way", ["inside", "appended"])
def test_an_altered_sheet_is_said_to_differ_from_the_stored_one(
    sheet: bytes, embedded_path: Path, tmp_path: Path, capsys: Any, way: str
) -> None:
    file, root = tmp_path / "sheet.pdf", tmp_path / "ca.pem"
    root.write_bytes(office().pem)
    asked = ["verify", str(file), "--trust", str(root), "--db", str(embedded_path), "--json"]
    file.write_bytes(altered(sheet, way))
    assert main(asked) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["document"], told["record"]) == ("responsibility", "mismatch")
    assert "verify.record" in {fault["code"] for fault in told["faults"]}
    signed = told["signatures"][0]
    assert not signed["intact"] or told["changes"], "and that it was altered after it was signed"
    assert main(asked[:-1]) == 1
    shown = capsys.readouterr().out
    assert "签名后" in shown
    assert "留存：与数据库留存的原件不一致" in shown
    file.write_bytes(sheet)
    main(asked)
    assert json.loads(capsys.readouterr().out)["record"] == "match"


def test_a_sheet_of_other_content_stays_unknown(sheet: bytes, embedded_path: Path) -> None:
    other = signed_disputes.desk().prepare(responsibility())
    assert content_named(other) == content_named(sheet)
    assert paper_record(str(embedded_path), "0" * 64, content="0" * 64).sha256 is None
    digest = StoredPaper("", sheet).sha256
    assert paper_record(str(embedded_path), "0" * 64, content=content_named(sheet)).sha256 == digest


@pytest.mark.parametrize("content", [b"", b"no paper", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7 x" * 99])
def test_what_is_no_paper_names_no_content(content: bytes) -> None:
    assert content_named(content) == ""
