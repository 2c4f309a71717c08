"""`sanzhi verify` as the public command: shapes, exit codes, and what it says to a person."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.signing import (
    KeyFault,
    PaperFault,
    PaperRecord,
    VerifyFault,
)
from sanzhi_desktop.resources.sentences import table
from tests.documents import signed_disputes as disputes
from tests.documents import signed_papers as papers


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished opinion, a half-signed one, the root; a user without any roots."""
    monkeypatch.setenv("SANZHI_HOME", str(tmp_path / "home"))
    (tmp_path / "opinion.pdf").write_bytes(papers.approved())
    (tmp_path / "half.pdf").write_bytes(papers.certified())
    (tmp_path / "ca.pem").write_bytes(papers.office().pem)
    return tmp_path


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["verify", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any]]:
    code, out, err = ask(capsys, *arguments, "--json")
    assert err == ""
    shown = json.loads(out)
    assert isinstance(shown, dict)
    return code, shown


def test_a_valid_opinion(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = answer(capsys, folder / "opinion.pdf", "--trust", folder / "ca.pem")
    assert code == 0
    assert (shown["valid"], shown["document"]) == (True, "opinion")
    assert (shown["changes"], shown["record"]) == ([], "absent")
    published = ("field", "name", "role", "time", "intact", "trusted")
    assert [[signature[key] for key in published] for signature in shown["signatures"]] == [
        ["Reviewer", papers.REVIEWER, "reviewer", "2026-09-24T10:30:00+08:00", True, True],
        ["Head", papers.HEAD, "head", "2026-09-24T16:05:00+08:00", True, True],
    ]
    filled = {"number": papers.NUMBER, "date": papers.DATE, "signer": papers.HEAD}
    assert shown["fields"] == filled


def test_a_person_reads_answer_names_times_and_what_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ask(capsys, folder / "opinion.pdf", "--trust", folder / "ca.pem")
    assert code == 0
    assert out.startswith(f"【有效】法制审核意见书 {papers.NUMBER}\n")
    assert f"审核人：{papers.REVIEWER}，2026-09-24 10:30:00 北京时间，内容完整，身份可信" in out
    code, out, _ = ask(capsys, folder / "half.pdf", "--trust", folder / "ca.pem")
    assert code == 1
    assert out.startswith("【无效】法制审核意见书\n")
    assert "缺少“法制审核机构负责人”的签名" in out


@pytest.mark.parametrize(
    ("paper", "head", "signers"),
    [
        (disputes.record, "【有效】双方意见对照表", ["承办人：周某", "审核人：张某某"]),
        (
            disputes.complete,
            "【有效】集体讨论笔录 南法议〔2026〕4号",
            ["记录人：林知远", "出席人员1：赵某甲", "出席人员2：钱某乙", "会议主持人：苏明哲"],
        ),
        (
            disputes.responsibility,
            "【有效】责任清单 南法责〔2026〕9号",
            ["法制审核机构负责人：李某"],
        ),
    ],
)
def test_the_papers_of_a_disagreement_are_named_with_their_signers(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    paper: Callable[[], bytes],
    head: str,
    signers: list[str],
) -> None:
    (folder / "paper.pdf").write_bytes(paper())
    code, out, _ = ask(capsys, folder / "paper.pdf", "--trust", folder / "ca.pem")
    assert code == 0
    assert out.splitlines()[0] == head
    for line, signer in zip(out.splitlines()[1:], signers, strict=False):
        assert line.startswith(f"  {signer}，2026-09-24 17:")


def test_minutes_without_a_member_say_who_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = disputes.sign(disputes.certified(), "Member2", "钱某乙")
    (folder / "half.pdf").write_bytes(half)
    code, out, _ = ask(capsys, folder / "half.pdf", "--trust", folder / "ca.pem")
    assert code == 1
    assert "缺少“出席人员1”的签名" in out
    assert "缺少“会议主持人”的签名" in out


def test_only_roots_that_were_given_or_configured_count(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = answer(capsys, folder / "opinion.pdf")
    assert (code, shown["valid"]) == (1, False)
    assert all(s["intact"] and not s["trusted"] for s in shown["signatures"])
    assert [fault["code"] for fault in shown["faults"]] == ["verify.no_trust"]

    (folder / "other.pem").write_bytes(papers.make_office().pem)
    code, shown = answer(capsys, folder / "opinion.pdf", "--trust", folder / "other.pem")
    assert (code, shown["valid"]) == (1, False)

    trusted = folder / "home" / "trust"
    trusted.mkdir(parents=True)
    (trusted / "office.pem").write_bytes(papers.office().pem)
    code, shown = answer(capsys, folder / "opinion.pdf")
    assert (code, shown["valid"]) == (0, True)
    code, shown = answer(capsys, folder / "opinion.pdf", "--trust", folder / "other.pem")
    assert (code, shown["valid"]) == (1, False)


def test_readable_but_no_paper_is_a_no(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (
        ("text.pdf", b"hello"),
        ("empty.pdf", b""),
        ("cut.pdf", papers.approved()[:999]),
    ):
        (folder / name).write_bytes(content)
        code, shown = answer(capsys, folder / name, "--trust", folder / "ca.pem")
        assert (code, shown["valid"], shown["document"]) == (1, False, "")
        assert shown["signatures"] == []


def test_what_cannot_be_read_exits_two(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ask(capsys, folder / "absent.pdf", "--json")
    assert (code, out) == (2, "")
    assert "absent.pdf”：文件不存在" in err
    code, out, err = ask(capsys, folder, "--json")
    assert (code, out) == (2, "")
    assert "文件夹" in err
    code, out, err = ask(capsys, folder / "opinion.pdf", "--trust", folder / "absent.pem", "--json")
    assert (code, out) == (2, "")
    code, out, err = ask(
        capsys, folder / "opinion.pdf", "--trust", folder / "opinion.pdf", "--json"
    )
    assert (code, out) == (2, "")
    assert "证书文件无法识别" in err
    with (folder / "huge.pdf").open("wb") as huge:
        huge.truncate(200_000_001)
    code, out, err = ask(capsys, folder / "huge.pdf", "--json")
    assert (code, out) == (2, "")
    assert "超过 200 MB" in err


def test_the_database_brings_record_register_and_roots(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    from sanzhi_desktop import compose

    asked: list[tuple[str, str, bool]] = []
    digest = hashlib.sha256(papers.approved()).hexdigest()

    def record(url: str, sha256: str, *, number: str, content: str) -> PaperRecord:
        asked.append((url, sha256, len(content) == 64))
        return PaperRecord(digest, papers.office().register, (papers.office().pem,))

    monkeypatch.setattr(compose, "paper_record", record)
    code, shown = answer(capsys, folder / "opinion.pdf", "--db", "sqlite:///office.db")
    assert asked == [("sqlite:///office.db", digest, True)]
    assert (code, shown["valid"], shown["record"]) == (0, True, "match")

    def other(_url: str, _sha256: str, **_number: str) -> PaperRecord:
        return PaperRecord("0" * 64, papers.office().register[:1], (papers.office().pem,))

    monkeypatch.setattr(compose, "paper_record", other)
    code, shown = answer(capsys, folder / "opinion.pdf", "--db", "sqlite:///office.db")
    assert (code, shown["valid"], shown["record"]) == (1, False, "mismatch")
    assert shown["signatures"][1]["faults"][0]["code"] == "verify.not_registered"
    assert papers.HEAD in shown["signatures"][1]["faults"][0]["message"]
    _, out, _ = ask(capsys, folder / "opinion.pdf", "--db", "sqlite:///office.db")
    assert "留存：与数据库留存的原件不一致" in out
    _, out, _ = ask(capsys, folder / "opinion.pdf", "--trust", folder / "ca.pem")
    assert "留存" not in out


@pytest.mark.parametrize("faults", [KeyFault, PaperFault, VerifyFault])
def test_every_code_has_its_sentence(
    faults: type[KeyFault] | type[PaperFault] | type[VerifyFault],
) -> None:
    for code in faults:
        sentence = table()[code.value]
        assert sentence
        names = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
        assert all(name.isidentifier() for name in names)


def test_neither_the_verb_nor_its_help_loads_what_it_does_not_need() -> None:
    """Signing libraries cost most of a second: they wait until a paper is at hand."""
    heavy = "{'pyhanko', 'pikepdf', 'reportlab', 'cryptography', 'asn1crypto', 'PIL', 'pkcs11'}"
    code = (
        "import sys\n"
        "import sanzhi_desktop.admin.verify, sanzhi_desktop.documents.verify\n"
        "import sanzhi_desktop.documents.signing, sanzhi_desktop.documents.fields\n"
        "import sanzhi_desktop.documents.keys, sanzhi_desktop.documents.office_ca\n"
        "import sanzhi_desktop.documents.tokens, sanzhi_desktop.documents.seal\n"
        "import sanzhi_desktop.documents.looks, sanzhi_desktop.documents.pdfa\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
