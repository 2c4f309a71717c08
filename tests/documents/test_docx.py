"""The editable copy: the same characters as the PDF, marked as a copy, in the official fonts."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from sanzhi_desktop.documents.blocks import Document, Paragraph, Run
from sanzhi_desktop.documents.content import (
    correction_document,
    opinion_document,
    return_document,
    submission_document,
)
from sanzhi_desktop.documents.docx import write_docx
from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.typeset import lay_out
from tests.documents.pages import squeezed, whole
from tests.documents.sample_papers import agreeing, correcting, correction, returning, submission

COPY = "本件为可编辑副本，以签名PDF为准"
PAPERS = {
    "agree": opinion_document(agreeing(), number="南法审〔2026〕37号", dated="2026年11月21日"),
    "correct": opinion_document(correcting(), number="南法审〔2026〕38号", dated="2026年11月22日"),
    "submission": submission_document(submission()),
    "correction": correction_document(correction()),
    "return": return_document(returning()),
}


def _texts(file: bytes) -> Iterator[str]:
    """Paragraph by paragraph in the order of the file, tables included, merged cells once."""
    body = docx.Document(io.BytesIO(file)).element.body
    for paragraph in body.iter(qn("w:p")):
        yield "".join(
            "\n" if node.tag == qn("w:br") else node.text or ""
            for node in paragraph.iter(qn("w:t"), qn("w:br"))
        )


def _without_furniture(text: str) -> str:
    """Takes away what only the PDF draws: mark, heads of continued tables, the note at the QR."""
    text = re.sub(r"(样例|演示)文书，不具有法律效力", "", text)
    return text.replace("扫码可核对文号", "").replace("和审核意见内容", "")


@pytest.mark.parametrize("name", list(PAPERS))
def test_the_copy_has_the_same_characters_as_the_pdf(name: str) -> None:
    document = PAPERS[name]
    copy = squeezed("".join(_texts(write_docx(document)))).replace("☑", "").replace("☐", "")
    page = _without_furniture(squeezed(whole(lay_out(document, bundled_faces()).pdf)))
    heads = ("编号审核内容依据结论说明及证据", "序号材料名称页数校验值（SHA-256）",
             "序号送审材料名称页数形式有／无说明")  # fmt: skip
    for head in heads:  # once in the copy, on every page of the PDF
        first, *rest = page.split(head)
        page = first + (head + "".join(rest) if rest else "")
    assert sorted(copy) == sorted(page)


def test_body_text_comes_in_the_same_order() -> None:
    document = PAPERS["agree"]
    page = squeezed(whole(lay_out(document, bundled_faces()).pdf))
    at = 0
    for text in _texts(write_docx(document)):
        if text.startswith("附件1"):
            break
        found = page.find(squeezed(text), at)
        assert found >= 0, text
        at = found


def test_every_page_says_that_it_is_a_copy() -> None:
    section = docx.Document(io.BytesIO(write_docx(PAPERS["agree"]))).sections[0]
    for foot in (section.footer, section.even_page_footer):
        assert any(paragraph.text == COPY for paragraph in foot.paragraphs)
        assert "PAGE" in foot._element.xml
    assert section.header.paragraphs[0].text == "演示文书，不具有法律效力"
    bare = docx.Document(io.BytesIO(write_docx(PAPERS["return"])))
    assert bare.sections[0].header.paragraphs[0].text == ""


def _fonts(paragraph: Any) -> set[str]:
    return {fonts.get(qn("w:eastAsia")) for fonts in paragraph._p.iter(qn("w:rFonts"))}


def test_parts_carry_the_official_fonts() -> None:
    paragraphs = docx.Document(io.BytesIO(write_docx(PAPERS["agree"]))).paragraphs
    by_text = {paragraph.text: paragraph for paragraph in paragraphs}
    assert _fonts(by_text[agreeing().title]) == {"方正小标宋简体"}
    assert _fonts(by_text["一、送审事项"]) == {"黑体"}
    assert _fonts(by_text["（一）执法主体"]) == {"楷体_GB2312"}
    assert "仿宋_GB2312" in _fonts(by_text[f"{agreeing().addressee}："])


def test_the_page_is_that_of_the_standard() -> None:
    section = docx.Document(io.BytesIO(write_docx(PAPERS["agree"]))).sections[0]
    sizes = (section.page_width, section.page_height, section.left_margin, section.top_margin,
             section.right_margin, section.bottom_margin)  # fmt: skip
    assert [round((size or 0) / 36000) for size in sizes] == [210, 297, 28, 37, 26, 35]


def test_table_heads_repeat_and_rows_hold_together() -> None:
    word = docx.Document(io.BytesIO(write_docx(PAPERS["agree"])))
    table = word.tables[-1]
    assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)


def test_check_boxes_are_written_as_signs() -> None:
    text = "".join(_texts(write_docx(PAPERS["submission"])))
    assert "☑行政处罚" in text
    assert text.count("☐") == 6


def test_markup_in_text_stays_text_and_parts_are_plain() -> None:
    value = "<w:p>&amp; {{ 7*7 }} =SUM(A1)"
    file = write_docx(Document("opinion", "t", "a", (Paragraph((Run(value),)),)))
    assert value in list(_texts(file))
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert not any("vba" in name.lower() or "external" in name for name in archive.namelist())
