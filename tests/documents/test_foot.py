"""The line at the foot of lists and reports: on every page, in the copy, in the sheet, alone."""

import io
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.paper_desk import PaperDesk
from sanzhi_desktop.documents.press import Press
from sanzhi_desktop.documents.sheets.catalogue import CatalogueWorkbooks
from sanzhi_desktop.domain.audit import PrintedRoot, read_printed
from sanzhi_desktop.domain.catalogue import CatalogueItem
from sanzhi_desktop.domain.kinds import Kind
from tests.documents import dispute_samples
from tests.documents.pages import Char, chars
from tests.documents.test_strip import paper, strip

ROOT = PrintedRoot(128, "3f9a1c2270be44d19c0e5a7b12ab34cd")
LINE = f"历史检查点 {ROOT.code()}（2026-11-22 14:03）"
SMALL = 8.0


def papers() -> dict[str, bytes]:
    desk = PaperDesk(bundled_faces())
    made = {
        name: desk.prepare(replace(getattr(dispute_samples, name)(), checkpoint=LINE))
        for name in ("record", "minutes", "responsibility")
    }
    made["strip"] = Press(bundled_faces()).strip(paper(strip(), checkpoint=LINE))
    return made


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return papers()


def lines(page: list[Char]) -> dict[float, list[Char]]:
    found: dict[float, list[Char]] = {}
    for char in page:
        found.setdefault(round(char.y, 1), []).append(char)
    return found


@pytest.mark.parametrize("name", ["record", "minutes", "responsibility", "strip"])
def test_every_page_carries_it_once_small_and_beside_nothing(
    made: dict[str, bytes], name: str
) -> None:
    pages = chars(made[name])
    assert pages
    for number, page in enumerate(pages):
        small = [char for char in page if abs(char.size - SMALL) < 0.01]
        text = "".join(char.text for char in small)
        assert text == LINE.replace(" ", "")
        assert read_printed(text) == ROOT
        (height,) = {round(char.y, 1) for char in small}
        others = [char for char in page if abs(char.y - height) < 14 and char not in small]
        said = "".join(char.text for char in others)
        assert said == f"—{number + 1}—", "the page number alone stands on its line"
        left, right = min(c.x for c in small), max(c.x for c in small)
        assert all(not left - 12 < char.x < right + 12 for char in others)


def test_the_copy_carries_it_at_its_foot() -> None:
    desk = PaperDesk(bundled_faces())
    for name in ("record", "minutes", "responsibility"):
        content = replace(getattr(dispute_samples, name)(), checkpoint=LINE)
        section = docx.Document(io.BytesIO(desk.editable_copy(content))).sections[0]
        for foot in (section.footer, section.even_page_footer):
            assert [p.text for p in foot.paragraphs].count(LINE) == 1


def test_papers_without_one_have_none() -> None:
    desk = PaperDesk(bundled_faces())
    for page in chars(desk.prepare(dispute_samples.responsibility())):
        assert not [char for char in page if abs(char.size - SMALL) < 0.01]


def test_a_catalogue_says_it_under_the_list_and_is_read_back_without(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    items = (
        CatalogueItem("1", Kind.PENALTY, "对未按规定培训的处罚"),
        CatalogueItem("2", Kind.PERMIT, "采伐许可"),
    )
    books = CatalogueWorkbooks()
    books.write(path, items, office="示例局", foot=LINE)
    assert books.read(path).items == items
    sheet = load_workbook(path).active
    assert sheet is not None
    assert sheet.cell(4 + len(items), 1).value == LINE
    assert sheet.oddFooter.left.text == LINE
    sheet.cell(5 + len(items), 1).value, sheet.cell(5 + len(items), 2).value = "3", "行政处罚"
    sheet.cell(5 + len(items), 3).value = "其后补的一项"
    sheet.parent.save(path)
    assert [item.number for item in books.read(path).items] == ["1", "2", "3"]
    books.write(path, (), office="示例局")
    assert load_workbook(path).active.max_row == 3
