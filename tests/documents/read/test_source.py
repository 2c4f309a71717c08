"""Files as they come: what can be read, what is refused and by which code; nothing crashes."""

import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.documents.read import archive
from sanzhi_desktop.documents.read import source as source_module
from sanzhi_desktop.documents.read.model import ReadFault
from sanzhi_desktop.documents.read.source import read_source
from sanzhi_desktop.documents.read.submission import read_submission
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain
from tests.documents.read import papers

DECISION = """云溪县应急管理局
行政处罚决定书
（云溪）应急罚〔2025〕7号
被处罚单位：云溪县恒昌机械厂
地址：云溪县工业路2号
法定代表人（负责人）：骆宾
2025年3月4日，我局执法人员检查发现你单位未对从业人员进行安全生产教育和培训。
以上事实违反了《中华人民共和国安全生产法》第二十八条第一款的规定，依据《中华人民共和国安全生产法》第九十七条第（三）项的规定，决定给予罚款人民币贰万元整（¥20000.00）的行政处罚。
云溪县应急管理局
2025年4月1日
"""


def fault(path: Path) -> ReadFault:
    """The code of the refusal; its sentence must name the file and what to do."""
    with pytest.raises(DomainError) as caught:
        read_submission(path)
    sentence = explain(caught.value)
    assert path.name in sentence
    assert "请" in sentence
    assert "…" not in sentence, "a fact is missing in the sentence"
    code = caught.value.code
    assert isinstance(code, ReadFault)
    return code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_in_the_encodings_of_office_pcs(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "决定.txt"
    path.write_bytes(DECISION.encode(encoding))
    reading = read_submission(path)
    assert reading.text_of("party_name") == "云溪县恒昌机械厂"
    assert reading.fields["party_name"].where == "第4行"


def test_text_garbled_once_is_set_right(tmp_path: Path) -> None:
    path = tmp_path / "镜像.txt"
    raw = DECISION.encode("utf-8").decode("latin-1").encode("utf-8")
    path.write_bytes(raw)
    assert read_submission(path).text_of("agency") == "云溪县应急管理局"


@pytest.mark.parametrize("make", [papers.docx_of, papers.pdf_of])
def test_word_and_pdf_say_the_same_as_text(tmp_path: Path, make: object) -> None:
    text = tmp_path / "a.txt"
    text.write_text(DECISION, "utf-8")
    suffix = "docx" if make is papers.docx_of else "pdf"
    other = make(tmp_path / f"a.{suffix}", DECISION)  # type: ignore[operator]
    expected, found = read_submission(text), read_submission(other)
    assert {n: f.value for n, f in found.fields.items()} == {
        n: f.value for n, f in expected.fields.items()
    }
    assert found.fields["party_name"].where == ("第4段" if suffix == "docx" else "第1页第4行")


def test_tracked_changes_boxes_controls_and_merged_cells(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>行政处罚</w:t></w:r><w:del><w:r><w:delText>告知</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>决定书</w:t></w:r></w:ins></w:p>"
        "<w:sdt><w:sdtContent>" + papers.paragraph("云环罚〔2025〕3号") + "</w:sdtContent></w:sdt>"
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx><w:txbxContent>'
        + papers.paragraph("当事人：云溪县绿野木业有限公司")
        + "</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent>"
        + papers.paragraph("当事人：云溪县绿野木业有限公司")
        + "</w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>"
        + papers.paragraph("法定代表人")
        + "</w:tc><w:tc>"
        + papers.paragraph("阮籍")
        + "</w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>"
        + papers.paragraph("")
        + "</w:tc><w:tc>"
        + papers.paragraph("住址")
        + "</w:tc><w:tc>"
        + papers.paragraph("云溪县竹林路7号")
        + "</w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏的字</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>你单位违反了《大气污染防治条例》</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>第八条的规定。</w:t></w:r></w:p>"
    )
    header = (
        f"<w:hdr {papers.NAMESPACES}>" + papers.paragraph("云溪县生态环境局") + "</w:hdr>"
    ).encode()
    path = papers.docx(tmp_path / "修订.docx", body, extra={"word/header1.xml": header})
    reading = read_submission(path)
    assert reading.text_of("kind") == "行政处罚"
    assert reading.text_of("agency") == "云溪县生态环境局"
    assert reading.text_of("document_number") == "云环罚〔2025〕3号"
    assert reading.text_of("party_name") == "云溪县绿野木业有限公司"
    assert reading.fields["party_name"].where == "文本框第1段"
    assert reading.text_of("legal_representative") == "阮籍"
    assert reading.fields["legal_representative"].where == "表1第1行第2格"
    assert reading.text_of("address") == "云溪县竹林路7号"
    assert reading.list_of("violated_provisions") == ("《大气污染防治条例》第八条",)
    assert reading.text.count("绿野木业") == 1, "a text box comes once, not again as its fallback"
    assert "告知" not in reading.text
    assert "隐藏" not in reading.text
    assert "file.tracked_changes" in {mark.code.value for mark in reading.warnings}


def test_nested_tables_and_forms(tmp_path: Path) -> None:
    body = papers.paragraph("重大行政处罚决定法制审核送审表") + papers.table(
        [
            ["案由", "未取得许可从事经营案"],
            ["当事人", "名称", "云溪县风行网约车有限公司", "法定代表人", "燕青"],
            ["统一社会信用代码", "91350100M000100Y43", "住所", "云溪县北门街9号"],
            ["立案日期", "2026年7月1日", "拟处罚意见", "处罚款人民币叁万元整（30000元）。"],
        ]
    )
    reading = read_submission(papers.docx(tmp_path / "送审表.docx", body))
    assert reading.text_of("party_name") == "云溪县风行网约车有限公司"
    assert reading.text_of("party_id") == "91350100M000100Y43"
    assert reading.text_of("legal_representative") == "燕青"
    assert reading.text_of("address") == "云溪县北门街9号"
    assert reading.text_of("filing_date") == "2026-07-01"
    assert reading.ruling is not None
    assert reading.ruling.fine_fen == 3_000_000
    assert reading.text_of("cause") == "未取得许可从事经营案"


def test_macros_are_never_run_and_said(tmp_path: Path) -> None:
    path = papers.docx(
        tmp_path / "宏.docm",
        "".join(papers.paragraph(line) for line in DECISION.splitlines()),
        extra={"word/vbaProject.bin": b"Attribute VB_Name"},
    )
    reading = read_submission(path)
    assert reading.text_of("party_name") == "云溪县恒昌机械厂"
    assert "file.macro" in {mark.code.value for mark in reading.warnings}


def test_missing_empty_folder_and_huge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fault(tmp_path / "没有.docx") is ReadFault.MISSING
    assert fault(tmp_path) is ReadFault.NOT_A_FILE
    empty = tmp_path / "空.docx"
    empty.touch()
    assert fault(empty) is ReadFault.EMPTY
    huge = tmp_path / "大.pdf"
    with huge.open("wb") as stream:
        stream.truncate(source_module.MAX_BYTES + 1)  # sparse: costs no disk
    assert fault(huge) is ReadFault.TOO_LARGE


def test_a_name_too_long_or_strange_is_no_crash(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        read_submission(tmp_path / ("长" * 300 + ".txt"))
    assert caught.value.code is ReadFault.NO_ACCESS
    with pytest.raises(DomainError):
        read_submission(Path("a\0b.txt"))


def test_encrypted_files(tmp_path: Path) -> None:
    protected = papers.ole(tmp_path / "加密.docx", "Root Entry", "EncryptedPackage")
    assert fault(protected) is ReadFault.ENCRYPTED
    assert fault(papers.locked_pdf(tmp_path / "加密.pdf", DECISION)) is ReadFault.ENCRYPTED


def test_old_word_and_wrong_names(tmp_path: Path) -> None:
    assert fault(papers.ole(tmp_path / "旧.doc", "WordDocument")) is ReadFault.OLD_WORD
    assert fault(papers.ole(tmp_path / "旧.docx", "WordDocument")) is ReadFault.OLD_WORD
    pdf = papers.pdf_of(tmp_path / "b.pdf", DECISION)
    assert fault(pdf.rename(tmp_path / "其实是.docx")) is ReadFault.WRONG_NAME
    word = papers.docx_of(tmp_path / "c.docx", DECISION)
    assert fault(word.rename(tmp_path / "其实是.pdf")) is ReadFault.WRONG_NAME
    picture = tmp_path / "图.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    assert fault(picture) is ReadFault.WRONG_NAME
    other = tmp_path / "表.docx"
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("xl/workbook.xml", "<x/>")
    assert fault(other) is ReadFault.WRONG_NAME
    plain = tmp_path / "文字.docx"
    plain.write_text(DECISION, "utf-8")
    assert fault(plain) is ReadFault.DAMAGED
    photo = tmp_path / "照片.png"
    photo.write_bytes(b"\x89PNG")
    assert fault(photo) is ReadFault.UNSUPPORTED


def test_truncated_files(tmp_path: Path) -> None:
    whole = papers.docx_of(tmp_path / "w.docx", DECISION).read_bytes()
    for share in (0.1, 0.5, 0.95):
        cut = tmp_path / f"截断{share}.docx"
        cut.write_bytes(whole[: int(len(whole) * share)])
        assert fault(cut) is ReadFault.DAMAGED
    page = papers.pdf_of(tmp_path / "p.pdf", DECISION).read_bytes()
    cut = tmp_path / "截断.pdf"
    cut.write_bytes(page[:60])
    assert fault(cut) is ReadFault.DAMAGED
    text = tmp_path / "半个字.txt"
    text.write_bytes(DECISION.encode("utf-8")[:-5])
    assert read_submission(text).text_of("party_name") == "云溪县恒昌机械厂"


def test_zip_bomb_is_refused_before_it_is_inflated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise AssertionError("a part was opened")

    path = papers.docx(
        tmp_path / "炸弹.docx",
        papers.paragraph("正文"),
        extra={"word/media/a.xml": b"\0" * (archive.RATIO_FLOOR * 12)},
    )
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "open", explode)
    assert fault(path) is ReadFault.BOMB


def test_entity_bomb_is_refused(tmp_path: Path) -> None:
    laughs = "".join(
        f'<!ENTITY l{i} "{("&l" + str(i - 1) + ";") * 10 if i else "哈"}">' for i in range(9)
    )
    path = papers.docx(
        tmp_path / "实体.docx",
        papers.paragraph("&l8;"),
        prolog=f"<!DOCTYPE lolz [{laughs}]>",
    )
    assert fault(path) is ReadFault.BOMB
    outside = papers.docx(
        tmp_path / "外部.docx",
        papers.paragraph("&x;"),
        prolog='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    )
    assert fault(outside) is ReadFault.BOMB


def test_scans_and_texts_without_text(tmp_path: Path) -> None:
    assert fault(papers.drawing_pdf(tmp_path / "扫描.pdf")) is ReadFault.NO_TEXT_LAYER
    blank = tmp_path / "空白.txt"
    blank.write_text("\n \n\t\n", "utf-8")
    assert fault(blank) is ReadFault.NO_TEXT
    assert fault(papers.docx(tmp_path / "空白.docx", "<w:p/>")) is ReadFault.NO_TEXT
    noise = tmp_path / "乱.txt"
    noise.write_bytes(bytes(range(256)) * 8)
    assert fault(noise) is ReadFault.ENCODING


def test_a_long_text_is_read_in_time_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "MAX_TEXT_BYTES", 50_000)
    path = tmp_path / "长.txt"
    path.write_text(DECISION + "证据如下，当事人违反了规定。\n" * 5000, "utf-8")
    reading = read_submission(path)
    assert reading.text_of("party_name") == "云溪县恒昌机械厂"
    assert "file.long" in {mark.code.value for mark in reading.warnings}


@given(data=st.data())
def test_mutated_packages_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp()
    seed = folder / "seed.docx"
    if not seed.exists():
        papers.docx_of(seed, DECISION)
    _mutated(folder / "变异.docx", seed.read_bytes(), data)


@given(data=st.data())
def test_mutated_pdfs_never_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp()
    seed = folder / "seed.pdf"
    if not seed.exists():
        papers.pdf_of(seed, DECISION)
    _mutated(folder / "变异.pdf", seed.read_bytes(), data)


def _mutated(path: Path, raw: bytes, data: st.DataObject) -> None:
    """Either a reading or a `read.*` refusal; `read.unexpected` would be a hole of ours."""
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(changed[: data.draw(st.integers(1, len(changed)))]))
    with suppress(DomainError):  # anything else fails the test
        read_source(path)


@given(st.binary(min_size=1, max_size=400), st.sampled_from([".txt", ".docx", ".pdf", ".doc", ""]))
def test_any_bytes_under_any_name(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"任意{suffix}"
    path.write_bytes(raw)
    with suppress(DomainError):  # anything else fails the test
        read_source(path)
