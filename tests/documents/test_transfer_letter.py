"""The letter of a transfer: its words, the one signature that locks it, other verifiers."""

import subprocess
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from sanzhi_desktop.application.queries import SealRow
from sanzhi_desktop.application.signing import PaperFault, PaperRecord, RegisteredSigner
from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.seal import make_seal
from sanzhi_desktop.documents.transfer_press import LetterPress
from sanzhi_desktop.documents.verify import verify
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.transfer import LETTER, Attachment, TeamMember
from sanzhi_desktop.domain.transfer_paper import TransferPaper
from tests.documents import signed_papers as papers

AGENCY = "示例县应急管理局"
PAPER = TransferPaper(
    agency=AGENCY,
    addressee="示例县公安局",
    case_name="示例县某化工有限公司危险作业案",
    file_number="示应急立〔2026〕12号",
    party="示例县某化工有限公司",
    party_number="91990000MA0YC0044Q",
    party_address="示例县工业园三号路8号",
    representative="某某甲",
    filing_date=date(2026, 8, 3),
    offence="危险作业罪",
    facts="2026年8月1日，执法人员检查发现该公司关闭直接关系生产安全的监控、报警设备，继续生产。",
    circumstances="有现实危险，拒不执行停产决定",
    amount_fen=32_889_050,
    approver="某局长",
    approved=datetime(2026, 9, 18, 14, 5, tzinfo=papers.CHINA),
    team=(TeamMember("h1", "某甲", "示YJ0001"), TeamMember("h2", "某乙", "示YJ0002")),
    attachments=(
        Attachment(LETTER, "涉嫌犯罪案件移送书"),
        Attachment("investigation_report", "涉嫌犯罪案件情况的调查报告", pages=12),
        Attachment("goods_list", "涉案物品清单", pages=2, sha256="ab" * 32, file_name="清单.pdf"),
        Attachment("expert_findings", "有关检验报告或者鉴定结论", waived="本案不需要检验"),
    ),
    mark="样例",
)
NUMBER = "示应急移〔2026〕1号"


@cache
def press() -> LetterPress:
    return LetterPress(bundled_faces())


@cache
def signed(*, sealed: bool = True) -> bytes:
    made = press()
    filled = made.fill(
        made.lay_out_transfer(PAPER), number=NUMBER, dated=date(2026, 9, 18), signer=papers.HEAD
    )
    image = make_seal(AGENCY, faces=bundled_faces(), note="样例")
    seal = SealRow("s1", AGENCY, "", image.data, image.media) if sealed else None
    return made.sign_transfer(
        filled,
        key=papers.office().key(papers.HEAD),
        ask=lambda _label: papers.PASSPHRASE,
        name=papers.HEAD,
        at=papers.NOW,
        seal=seal,
    )


def text_of(pdf: bytes) -> str:
    import pypdfium2

    pages = pypdfium2.PdfDocument(pdf)
    words = "".join(page.get_textpage().get_text_range() for page in pages)
    return "".join(words.split())


def record(sha256: str | None = None) -> PaperRecord:
    return PaperRecord(sha256, papers.office().register, (papers.office().pem,))


def test_the_verifier_says_what_it_is() -> None:
    verdict = press().verify(signed(), record=record())
    assert verdict.valid, verdict
    assert verdict.document == "transfer"
    assert [(s.field, s.name, s.role) for s in verdict.signatures] == [
        ("Head", papers.HEAD, "head")
    ]
    assert (verdict.values["number"], verdict.values["date"]) == (NUMBER, "2026年9月18日")
    assert verdict.missing == ()


@pytest.mark.parametrize(
    "words",
    [
        "示例县公安局：",
        "涉嫌构成危险作业罪",
        "某局长于2026年9月18日14时05分批准移送",
        "涉案金额：人民币328,890.50元。",
        "某甲（执法证号示YJ0001）、某乙（执法证号",
        "1.涉嫌犯罪案件移送书：本移送书。",
        "2.涉嫌犯罪案件情况的调查报告：12页。",
        "3.涉案物品清单：2页，电子文件，校验值abababababababab。",
        "4.有关检验报告或者鉴定结论：不适用，理由：本案不需要检验。",
        "24小时内转送有管辖权的机关",
        "不停止执行",
        "涉嫌犯罪案件移送书回执",
        "签收时间",
    ],
)
def test_it_says_what_the_articles_ask_for(words: str) -> None:
    assert words in text_of(press().lay_out_transfer(PAPER))


def test_to_the_supervisory_organ_it_cites_its_own_article() -> None:
    text = text_of(
        press().lay_out_transfer(replace(PAPER, supervisory=True, addressee="示例县监察委员会"))
    )
    assert "第十九条" in text
    assert "第八条" not in text


def test_unnumbered_it_is_not_signed() -> None:
    with pytest.raises(DomainError) as caught:
        press().sign_transfer(
            press().lay_out_transfer(PAPER),
            key=papers.office().key(papers.HEAD),
            ask=lambda _label: papers.PASSPHRASE,
            name=papers.HEAD,
            at=papers.NOW,
            seal=None,
        )
    assert caught.value.code is PaperFault.UNFILLED


def test_whatever_follows_the_signature_is_seen() -> None:
    changed = signed() + b"\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    assert not verify(changed, trust=[papers.office().pem], officers=papers.office().register).valid
    middle = bytearray(signed())
    middle[len(middle) // 3] ^= 1
    assert not press().verify(bytes(middle), record=record()).valid


def test_a_reviewer_alone_cannot_issue_it() -> None:
    """The certificate's owner must hold the head's role."""
    key = papers.office().register[1]
    reviewer = (RegisteredSigner(key.fingerprint, key.name, frozenset({"reviewer"})),)
    verdict = verify(signed(), trust=[papers.office().pem], officers=reviewer)
    assert not verdict.valid


def test_compared_with_what_was_stored() -> None:
    import hashlib

    own = hashlib.sha256(signed()).hexdigest()
    assert press().verify(signed(), record=record(own)).record.value == "match"
    assert not press().verify(signed(), record=record("0" * 64)).valid


@papers.needs("pdfsig", "poppler-utils")
def test_poppler_agrees(tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(signed())
    said = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert said.count("Signature is Valid.") == 1
    assert said.count("Total document signed") == 1


@papers.needs("qpdf", "qpdf")
def test_qpdf_finds_nothing_wrong(tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(signed(sealed=False))
    said = subprocess.run(
        ["qpdf", "--check", str(file)], capture_output=True, text=True, check=True
    )
    assert "No syntax or stream encoding errors" in said.stdout
