"""Tables that stay together, shrink to one page, repeat their heads; sheets that lie across."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.documents.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    KeyValueTable,
    LaidOut,
    Pair,
    Paragraph,
    Run,
    Table,
)
from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.documents.typeset.geometry import MM, load_sheet
from sanzhi_desktop.documents.typeset.kinsoku import NO_START
from sanzhi_desktop.documents.typeset.setter import Setter
from sanzhi_desktop.documents.typeset.table import set_form
from tests.documents.pages import chars

FACES = bundled_faces()
COLUMNS = (Column("甲栏", 1, Align.CENTRE), Column("乙栏", 3))


def paper(*blocks: Block, wide: bool = False) -> LaidOut:
    return lay_out(Document("record", "题名", "机构", blocks, form=True, wide=wide), FACES)


def table(rows: int, *, together: bool = True, least: float = 0.0, size: float = 16.0) -> Table:
    return Table(
        COLUMNS,
        tuple((Cell((Run(f"行{n:02}"),)), Cell((Run("内容"),))) for n in range(rows)),
        size=size,
        together=together,
        least=least,
    )


def texts(laid_out: LaidOut) -> list[str]:
    return ["".join(char.text for char in page) for page in chars(laid_out.pdf)]


def filler(lines: int) -> tuple[Paragraph, ...]:
    return tuple(Paragraph((Run("文" * 20),)) for _ in range(lines))


def test_a_table_kept_together_goes_to_the_next_page_whole() -> None:
    first, second = texts(paper(*filler(20), table(8)))
    assert "行" not in first
    assert second.count("行") == 8


def test_a_table_not_kept_together_begins_where_there_is_room() -> None:
    first, second = texts(paper(*filler(20), table(8, together=False)))
    assert first.count("行") + second.count("行") == 8
    assert "行00" in first


@pytest.mark.parametrize(("rows", "size"), [(15, 16.0), (22, 14.0), (24, 12.0)])
def test_a_table_takes_the_largest_type_in_which_it_stands_below_two_lines_of_heading(
    rows: int, size: float
) -> None:
    headings = (Heading(1, "一、甲"), Heading(2, "乙"))
    laid_out = paper(*headings, table(rows, least=12.0))
    pages = chars(laid_out.pdf)
    assert {round(char.size, 1) for char in pages[0] if char.text == "行"} == {size}
    assert texts(laid_out)[0].count("行") == rows
    if size < 16:  # one point more, and it would not
        assert texts(paper(*headings, table(rows, size=size + 1)))[0].count("行") < rows


def test_a_table_too_long_for_one_page_keeps_its_size() -> None:
    laid_out = paper(table(90, least=14.0))
    assert {char.size for page in chars(laid_out.pdf) for char in page if char.text == "行"} == {16}
    assert sum(text.count("行") for text in texts(laid_out)) == 90
    assert all("甲栏乙栏" in text for text in texts(laid_out))


def test_a_divided_row_says_heading_and_label_on_each_page() -> None:
    row = (Cell((Run("标签"),), label=True), Cell((Run("长" * 3000),), top=True))
    laid_out = paper(Table(COLUMNS, (row,), size=16.0))
    assert len(texts(laid_out)) >= 3
    for text in texts(laid_out):
        assert text.count("甲栏乙栏") == 1
        assert text.count("标签") == 1
    assert sum(text.count("长") for text in texts(laid_out)) == 3000


def test_text_at_the_upper_edge_stands_level_with_its_neighbour() -> None:
    row = (Cell((Run("短"),), top=True), Cell((Run("长" * 200),), top=True))
    (page,) = chars(paper(Table(COLUMNS, (row,))).pdf)
    short = next(char for char in page if char.text == "短")
    assert short.y == max(char.y for char in page if char.text == "长")


def test_a_forms_heading_comes_again() -> None:
    rows = tuple((Pair("姓名", (Run(f"人{n}"),), place=f"sig:{n}"),) for n in range(40))
    laid_out = paper(KeyValueTable(rows, heading="签名栏"))
    assert len(texts(laid_out)) > 2
    assert all(text.startswith("签名栏") for text in texts(laid_out))
    assert len(laid_out.places) == 40


@given(label=st.text(st.sampled_from("党委副局长、，）（总工程师代理"), max_size=24))
def test_a_long_label_never_begins_a_line_with_a_closing_sign(label: str) -> None:
    form = KeyValueTable(((Pair(label, ()),),))
    (row,) = set_form(form, 450.0, Setter(FACES))
    lines = [line.text for line in row.cells[0].lines]
    assert "".join(lines) == label
    for left, right in pairwise(lines):
        assert left[-1] == "（" or right[0] not in NO_START or _only_signs(left, right)


def _only_signs(left: str, right: str) -> bool:
    """Where a whole line is signs that may not begin one, nothing can be done."""
    return all(char in NO_START for char in left) or all(char in NO_START for char in right)


def test_the_sheet_across_is_a4_turned_and_its_type_area_stands_inside() -> None:
    sheet = load_sheet(form=True, wide=True)
    assert sheet.width == pytest.approx(297 * MM)
    assert sheet.height == pytest.approx(210 * MM)
    laid_out = paper(*filler(40), table(3), wide=True)
    for page in chars(laid_out.pdf):
        assert all(sheet.left - 8 < char.x < sheet.right for char in page)
        assert all(0 < char.y < sheet.base for char in page)
