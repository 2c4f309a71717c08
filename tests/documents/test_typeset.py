"""The grid typesetter, judged by the lines it makes and by the PDF that others read."""

import io
import itertools
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanzhi_desktop.documents.blocks import (
    Addressee,
    Align,
    Attachment,
    Block,
    Cell,
    CheckBox,
    Column,
    Document,
    Face,
    Gap,
    Heading,
    KeyValueTable,
    LaidOut,
    NumberLine,
    PageBreak,
    Pair,
    Paragraph,
    Run,
    SignatureBlock,
    Signer,
    Table,
    Title,
)
from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.documents.typeset.geometry import load_sheet
from sanzhi_desktop.documents.typeset.line import break_lines
from sanzhi_desktop.documents.typeset.setter import Setter
from sanzhi_desktop.documents.typeset.title import break_title
from tests.documents.pages import MM, Char, chars, rows, squeezed, whole

FACES = bundled_faces()
SHEET = load_sheet(form=False)

# Written down here once more, by the standard and not by the program (GB/T 15834-2011 5.1).
BAD_START = set("，。、；：？！）》〉」』】〕”’％℃·")
BAD_END = set("（《〈「『【〔“‘￥")


def paper(*blocks: Block, mark: str = "", form: bool = False) -> LaidOut:
    return lay_out(Document("opinion", "题名", "机构", blocks, mark=mark, form=form), FACES)


def text(value: str) -> Paragraph:
    return Paragraph((Run(value),))


def lines_of(value: str, cells: int = 28) -> list[str]:
    glyphs = Setter(FACES).shape(
        (Run(value),), face=Face.BODY, size=16, where="正文", cell=SHEET.cell
    )
    width = cells * SHEET.cell
    return [line.text for line in break_lines(glyphs, width - 2 * SHEET.cell, width, size=16)]


WORDS = st.sampled_from(
    ["审核", "当事人", "处罚决定", "2026年", "GD0123456", "1,286.45㎡", "8%", "A", "条", "《办法》",
     "（一）", "“较重”", "第3项", "〔2026〕128号", "——", "……", "不", "36℃", "￥500"]
)  # fmt: skip
ENDS = st.sampled_from(["", "", "，", "。", "、", "；", "：", "！", "？", "）。", "》，", "”。"])
TEXTS = st.lists(st.tuples(WORDS, ENDS), min_size=1, max_size=80).map(
    lambda parts: "".join(word + end for word, end in parts)
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(min_value=12, max_value=28))
def test_no_line_starts_or_ends_with_a_sign_that_may_not(value: str, cells: int) -> None:
    lines = lines_of(value, cells)
    assert "".join(lines) == value
    for before, after in itertools.pairwise(lines):
        assert after[0] not in BAD_START, lines
        assert before[-1] not in BAD_END, lines


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_words_numbers_with_units_and_pairs_stay_whole(value: str) -> None:
    lines = lines_of(value)
    for whole_part in ("GD0123456", "1,286.45㎡", "——", "……", "36℃", "2026年"):
        assert sum(line.count(whole_part) for line in lines) == value.count(whole_part)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.sampled_from("审核案，。（）《》“”—…a1 　，"), max_size=200))
def test_any_heap_of_signs_is_set_without_losing_one(value: str) -> None:
    lines = lines_of(value)
    assert re.sub(r"[ 　]", "", "".join(lines)) == re.sub(r"[ 　]", "", value)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_lines_stay_within_the_type_area(value: str) -> None:
    glyphs = Setter(FACES).shape(
        (Run(value),), face=Face.BODY, size=16, where="正文", cell=SHEET.cell
    )
    width = 28 * SHEET.cell
    for line in break_lines(glyphs, width, width, size=16):
        assert line.width <= width + 0.05
        assert list(line.xs) == sorted(line.xs)


def test_a_long_digest_is_broken_rather_than_pushed_out() -> None:
    lines = lines_of("校验值" + "0123456789abcdef" * 6)
    assert len(lines) == 2
    assert "".join(lines) == "校验值" + "0123456789abcdef" * 6


def test_a_page_has_22_lines_of_28_characters_where_the_standard_puts_them() -> None:
    pages = chars(paper(*(Paragraph((Run("国" * 28),), indent=0) for _ in range(44))).pdf)
    assert len(pages) == 2
    for page in pages:
        body = [char for char in page if char.size == 16]
        assert len(body) == 22 * 28
        ys = sorted({round(char.y, 2) for char in body}, reverse=True)
        steps = [above - below for above, below in itertools.pairwise(ys)]
        assert all(abs(step - 225 * MM / 22) < 0.02 for step in steps)
        xs = sorted({round(char.x, 2) for char in body})
        assert len(xs) == 28
        assert xs[0] == pytest.approx(28 * MM, abs=0.05)
        assert xs[1] - xs[0] == pytest.approx(156 * MM / 28, abs=0.02)
        # The first line stands in the first 22nd of the 版心, the last one in the last.
        top, bottom = (297 - 37) * MM, (297 - 37 - 225) * MM
        assert top - 225 * MM / 22 < ys[0] < top
        assert bottom < ys[-1] < bottom + 225 * MM / 22


def test_page_numbers_stand_outside_seven_millimetres_below() -> None:
    pages = chars(paper(*(text("国" * 26) for _ in range(60))).pdf)
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        line = sorted((char for char in page if char.size == 14), key=lambda char: char.x)
        assert "".join(char.text for char in line) == f"—{number}—"
        if number % 2:
            assert line[-1].x + 14 == pytest.approx((28 + 156) * MM - 14, abs=2)
        else:
            assert line[0].x == pytest.approx(28 * MM + 14, abs=0.5)
        assert line[0].y + 14 * 0.38 == pytest.approx((297 - 37 - 225 - 7) * MM, abs=0.1)
        assert {char.font for char in line} == {"SanzhiSong"}


def test_headings_have_their_faces_and_never_end_a_page() -> None:
    blocks: list[Block] = [text("国" * 26) for _ in range(20)]
    blocks += [Heading(1, "一、审核情况"), Heading(2, "（一）主体"), text("未发现问题。")]
    pages = chars(paper(*blocks).pdf)
    assert len(pages) == 2
    assert rows(pages[1], size=16) == ["一、审核情况", "（一）主体", "未发现问题。"]
    assert {char.font for char in pages[1] if char.text in "一、"} >= {"SanzhiHei"}
    assert {char.font for char in pages[1] if char.text in "主体"} == {"SanzhiKai"}
    assert {char.font for char in pages[1] if char.text in "未发现"} == {"SanzhiFang"}


def _signed(lines: int, *, date: str = "", organ: str = "某市综合行政执法局") -> LaidOut:
    block = SignatureBlock(
        (Signer("审核人", "张某", "sig:Reviewer"), Signer("签发人", "李某")),
        organ,
        date=date,
        seal_place="sig:Head",
        qr=True,
    )
    return paper(
        Title("审核意见书"), NumberLine(), Gap(), Addressee("大队"),
        *(text("国" * 26) for _ in range(lines)), block,
    )  # fmt: skip


@pytest.mark.parametrize("lines", range(4, 20))
def test_the_seal_is_never_on_a_page_without_text(lines: int) -> None:
    laid_out = _signed(lines)
    seal = laid_out.places["sig:Head"]
    page = chars(laid_out.pdf)[seal.page]
    assert len([row for row in rows(page, size=16) if "国" in row]) >= 2
    assert seal.bottom > (297 - 37 - 225) * MM - 2
    for key in ("date", "sig:Reviewer", "qr"):
        assert laid_out.places[key].page == seal.page


def test_the_seal_presses_on_name_and_date_from_the_middle() -> None:
    laid_out = _signed(3, date="2026年11月21日")
    seal = laid_out.places["sig:Head"]
    assert 40 * MM <= seal.right - seal.left <= 42 * MM
    centre = (seal.left + seal.right) / 2
    page = chars(laid_out.pdf)[0]
    for wanted in ("某市综合行政执法局", "2026年11月21日"):
        line = _find(page, wanted)
        width = sum(SHEET.cell if char.text > "\xff" else 16 * 0.55 for char in line)
        assert line[0].x + width / 2 == pytest.approx(centre, abs=4)
        assert seal.bottom < line[0].y < seal.top
    # 成文日期 four characters from the right.
    last = _find(page, "2026年11月21日")[-1]
    assert last.x + SHEET.cell == pytest.approx((28 + 156) * MM - 4 * SHEET.cell, abs=5)
    # Its top within one line of the text above.
    signer = _find(page, "签发人：李某")[0]
    assert seal.top - signer.y < SHEET.pitch


def _find(page: list[Char], wanted: str) -> list[Char]:
    joined = "".join(char.text for char in page)
    at = joined.index(wanted)
    return page[at : at + len(wanted)]


ORGANS = (
    "某局",
    "某市综合行政执法局法制审核科",
    "某自治州某自治县某某街道综合行政执法办公室",
    "某某市自然资源和规划局综合行政执法支队法制审核办公室",
)


@pytest.mark.parametrize("organ", ORGANS)
def test_places_do_not_cross_each_other_nor_leave_the_type_area(organ: str) -> None:
    laid_out = _signed(5, organ=organ)
    places = laid_out.places
    for place in places.values():
        assert place.left >= 28 * MM - 0.1
        assert place.right <= (28 + 156) * MM + 0.1
    seal, qr, reviewer = places["sig:Head"], places["qr"], places["sig:Reviewer"]
    assert qr.right < seal.left
    assert reviewer.bottom >= seal.top or reviewer.right <= seal.left
    assert qr.right - qr.left == pytest.approx(25 * MM, abs=0.1)
    page = chars(laid_out.pdf)[seal.page]
    printed = [char for char in page if char.size == 16 and seal.bottom < char.y < seal.top - 20]
    text = "".join(char.text for char in printed)
    assert text.removeprefix("签发人：李某") == organ
    printed = printed[len(text) - len(organ) :]
    assert min(char.x for char in printed) > qr.right
    # Nothing that is printed stands where the QR will be.
    for char in page:
        assert (
            char.x + char.size <= qr.left
            or char.x >= qr.right
            or not (qr.bottom - char.size < char.y < qr.top)
        )
    assert max(char.x for char in printed) + 16 <= (28 + 156) * MM


def test_table_headings_come_again_and_rows_stay_whole() -> None:
    columns = (Column("编号", 1, Align.CENTRE), Column("内容", 4))
    table = Table(
        columns,
        tuple(
            (Cell((Run(f"A{number:02}"),)), Cell((Run("内" * 40 + "尾"),))) for number in range(60)
        ),
    )
    laid_out = paper(Attachment("附件", "审核表"), table)
    pages = chars(laid_out.pdf)
    assert len(pages) > 3
    for page in pages:
        joined = "".join(char.text for char in page)
        assert joined.count("编号内容") == 1
        assert joined.count("内" * 40) == joined.count("尾") == len(re.findall(r"A\d\d", joined))
    assert sum("".join(c.text for c in page).count("尾") for page in pages) == 60


def test_a_row_longer_than_a_page_runs_on() -> None:
    form = KeyValueTable(
        ((Pair("基本事实", (Run("事" * 3000),)),), (Pair("负责人意见", (), place="sig:UnitHead"),))
    )
    laid_out = paper(form, form=True)
    assert laid_out.pages >= 3
    assert whole(laid_out.pdf).count("事") == 3001
    assert laid_out.places["sig:UnitHead"].page == laid_out.pages - 1


def test_the_mark_is_on_every_page_of_a_sample_and_nowhere_else() -> None:
    blocks = tuple(text("国" * 26) for _ in range(50))
    for mark in ("样例", "演示"):
        for page in chars(paper(*blocks, mark=mark).pdf):
            assert f"{mark}文书，不具有法律效力" in "".join(char.text for char in page)
    assert "效力" not in whole(paper(*blocks).pdf)


def test_characters_beyond_the_bmp_are_copied_as_themselves() -> None:
    laid_out = paper(text("姓名：䶮某、㛃某、𬭎某，𠅤、𣲗、𰻝。"))
    assert "䶮某、㛃某、𬭎某，𠅤、𣲗、𰻝。" in whole(laid_out.pdf)
    assert set(laid_out.fallbacks) >= set("䶮㛃𬭎𠅤𣲗𰻝")
    assert laid_out.faces["body"] == "SanzhiFang"


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_another_reader_finds_the_same_text(tmp_path: Path) -> None:
    value = "当事人𬭎某——“较重”……第1,286.45㎡《办法》①②③"
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper(text(value)).pdf)
    found = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", str(file), "-"], capture_output=True, check=True
    )
    assert value in re.sub(r"\s", "", found.stdout.decode())


@pytest.mark.skipif(not shutil.which("qpdf"), reason="qpdf is not installed")
def test_the_file_is_sound_by_qpdf(tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(_signed(30).pdf)
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_all_fonts_are_embedded_with_exact_widths() -> None:
    laid_out = _signed(3)
    with pikepdf.open(io.BytesIO(laid_out.pdf)) as pdf:
        fonts = pdf.pages[0].Resources.Font
        assert len(fonts) >= 3
        for font in fonts.values():
            cid = font.DescendantFonts[0]
            assert "/FontFile2" in cid.FontDescriptor
            assert "/ToUnicode" in font
            count = len(cid.W[1])
            assert len(cid.CIDToGIDMap.read_bytes()) == 2 * (count + 1)


def test_the_same_content_gives_the_same_bytes_in_any_thread() -> None:
    wanted = _signed(40).pdf
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(_signed(40).pdf)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4


def test_check_boxes_are_drawn_not_set() -> None:
    laid_out = paper(Paragraph((CheckBox(ticked=True), Run("同意"), CheckBox(ticked=False))))
    assert "同意" in whole(laid_out.pdf)
    assert not set("☑☐□") & set(whole(laid_out.pdf))
    with pikepdf.open(io.BytesIO(laid_out.pdf)) as pdf:
        content = pdf.pages[0].Contents.read_bytes()
    assert content.count(b" re S") == 2
    assert content.count(b" l S") == 1


def test_a_page_break_and_gaps_at_the_top_leave_no_empty_lines() -> None:
    laid_out = paper(text("一"), PageBreak(), Gap(3), text("二"))
    first, second = chars(laid_out.pdf)
    assert first[-1].y == pytest.approx(second[-1].y)


def _title(value: str) -> list[str]:
    glyphs = Setter(FACES).text(value, face=Face.TITLE, size=22, where="标题")
    return [
        "".join(glyph.char for glyph in line)
        for line in break_title(glyphs, SHEET.text_width, SHEET.title_words)
    ]


def test_titles_break_between_words_and_keep_their_shape() -> None:
    lines = _title("关于某某建材有限公司未取得建设工程规划许可证进行建设案的法制审核意见书")
    assert len(lines) == 2
    assert not lines[0].endswith(("工", "规", "许", "可"))
    assert _title("法制审核意见书") == ["法制审核意见书"]


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_titles_of_any_length_fit_and_lose_nothing(value: str) -> None:
    lines = _title(value)
    assert "".join(lines) == value
    for line in lines[1:]:
        assert line[0] not in BAD_START or len(value) > 60


def test_form_labels_and_signature_place_stand_in_the_form() -> None:
    form = KeyValueTable(
        (
            (Pair("承办机构", (Run("某大队"),)), Pair("送审日期", (Run("2026年11月16日"),))),
            (
                Pair(
                    "负责人意见",
                    (Run("同意送审。"),),
                    lines=3,
                    foot="签名：　年　月　日",
                    place="sig:UnitHead",
                ),
            ),
        )
    )
    laid_out = paper(form, form=True)
    found = squeezed(whole(laid_out.pdf))
    for wanted in ("承办机构某大队送审日期2026年11月16日", "同意送审。", "签名：年月日"):
        assert wanted in found
    place = laid_out.places["sig:UnitHead"]
    assert place.top - place.bottom > 30
