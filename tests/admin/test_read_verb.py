"""`sanzhi read`: one JSON document on standard output, sentences on standard error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.admin.main import main
from sanzhi_desktop.documents.read.model import FIELD_NAMES

SAMPLE = resources.path("samples", "penalty.txt")


def test_json_is_the_only_thing_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(SAMPLE), "--json"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert set(document["fields"]) == set(FIELD_NAMES)
    assert document["fields"]["filing_date"] == {
        "value": "2026-07-06",
        "where": "第10行",
        "as_printed": "2026年7月6日",
    }
    assert document["fields"]["decision"]["value"]["fine_yuan"] == 60000
    assert document["warnings"] == []
    assert captured.err == ""


def test_plain_output_names_every_field_and_marks_go_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "错号.txt"
    text = SAMPLE.read_text("utf-8")
    path.write_text(text.replace("MA0AAMPK1G", "MA0AAMPK1H"), "utf-8")
    assert main(["read", str(path)]) == 0
    captured = capsys.readouterr()
    assert "当事人：示例县恒信机械制造有限公司" in captured.out
    assert "罚款：60,000元" in captured.out
    assert "校验位" in captured.err


def test_a_file_that_cannot_be_read_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(tmp_path / "没有.docx"), "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "没有.docx" in captured.err


def test_reading_loads_no_window_and_no_signing() -> None:
    program = (
        "import sys\n"
        "from sanzhi_desktop.admin.main import main\n"
        f"main(['read', {str(SAMPLE)!r}, '--json'])\n"
        "heavy = ['PySide6', 'pyhanko', 'reportlab', 'sqlalchemy', 'docx', 'pypdfium2', 'lxml']\n"
        "sys.exit(str([m for m in heavy if m in sys.modules] or ''))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stderr.strip() in {"", "[]"}, done.stderr
