"""Catalogues as Excel sheets: written, read back by openpyxl itself, refused by row and column."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from sanzhi_desktop.application.catalogue import ReadSheet
from sanzhi_desktop.documents.sheets import package
from sanzhi_desktop.documents.sheets.catalogue import CatalogueWorkbooks, column_name
from sanzhi_desktop.documents.sheets.package import SheetFault
from sanzhi_desktop.domain.catalogue import MOST_ITEMS, CatalogueColumn, CatalogueItem
from sanzhi_desktop.domain.catalogue_words import CatalogueFault, Limit
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind

BOOKS = CatalogueWorkbooks()
HEADINGS = [column_name(column) for column in CatalogueColumn]
ITEMS = (
    CatalogueItem(
        "1",
        Kind.PENALTY,
        "对未按规定培训的处罚",
        "《中华人民共和国安全生产法》第九十七条",
        (Limit("罚款", "person", 10_000_00), Limit("罚款", "organisation", 100_000_00)),
        "department",
        "县级",
        ("申请表", "询问笔录（如有）"),
        "事实是否清楚\n裁量是否适当",
    ),
    CatalogueItem("2-1", Kind.PERMIT, "=1+1"),
)


def sheet(path: Path, rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> Any:
    book = Workbook()
    book.active.append(list(headings))
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return book


def refused(path: Path) -> DomainError:
    with pytest.raises(DomainError) as caught:
        BOOKS.read(path)
    return caught.value


def found(read: ReadSheet) -> set[tuple[int, str, CatalogueFault]]:
    assert read.items == ()
    return {(f.row, f.column.value if f.column else "", f.code) for f in read.faults}


def test_what_is_exported_is_imported_again(tmp_path: Path) -> None:
    BOOKS.write(tmp_path / "目录.xlsx", ITEMS, office="样例单位")
    read = BOOKS.read(tmp_path / "目录.xlsx")
    assert (read.items, read.faults) == (ITEMS, ())
    assert list(tmp_path.iterdir()) == [tmp_path / "目录.xlsx"]


def test_the_sheet_reads_well_in_other_programs(tmp_path: Path) -> None:
    """openpyxl as the oracle: title, header, texts, nothing that calculates."""
    BOOKS.write(tmp_path / "a.xlsx", ITEMS, office="样例单位")
    shown = load_workbook(tmp_path / "a.xlsx")["目录清单"]
    assert shown["A1"].value == "样例单位重大执法决定法制审核目录清单"
    assert [cell.value for cell in shown[3]] == HEADINGS
    assert [cell.value for cell in shown[4]][:3] == ["1", "行政处罚", "对未按规定培训的处罚"]
    assert shown["E4"].value == (
        "对公民罚款10000元以上（含本数）\n对法人或者其他组织罚款100000元以上（含本数）"
    )
    assert (shown["C5"].value, shown["C5"].data_type) == ("=1+1", "s")
    assert shown.freeze_panes == "D4"
    assert any("行政处罚" in one.formula1 for one in shown.data_validations.dataValidation)


def test_an_item_that_looks_like_a_formula_comes_back_as_text(tmp_path: Path) -> None:
    BOOKS.write(tmp_path / "a.xlsx", ITEMS[1:], office="")
    assert BOOKS.read(tmp_path / "a.xlsx").items[0].name == "=1+1"


def test_the_empty_form_is_told_empty(tmp_path: Path) -> None:
    BOOKS.write(tmp_path / "a.xlsx", (), office="样例单位")
    assert refused(tmp_path / "a.xlsx").code is SheetFault.EMPTY


@settings(max_examples=15)
@given(
    st.lists(
        st.builds(
            CatalogueItem,
            number=st.integers(1, 10**6).map(str),
            kind=st.sampled_from(Kind),
            name=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
            thresholds=st.lists(
                st.builds(Limit, st.just("罚款"), st.just("any"), st.integers(1, 10**12)),
                max_size=2,
                unique=True,
            ).map(tuple),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda item: item.number,
    )
)
def test_any_catalogue_survives_the_sheet(
    tmp_path_factory: pytest.TempPathFactory, items: list[CatalogueItem]
) -> None:
    path = tmp_path_factory.mktemp("sheets") / "a.xlsx"
    BOOKS.write(path, items, office="样例")
    read = BOOKS.read(path)
    assert (list(read.items), read.faults) == (items, ())


def test_columns_are_found_by_their_headings_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = [["拟批准", "对某事的处罚", 3, "处罚", "公民罚款2万元以上"]]
    sheet(path, rows, ["备注", "审核的具体执法项目", "序号", "类 别", "数额标准"])
    read = BOOKS.read(path)
    assert [(i.number, i.kind, i.name) for i in read.items] == [("3", Kind.PENALTY, "对某事的处罚")]
    assert read.items[0].thresholds == (Limit("罚款", "person", 20_000_00),)
    assert read.columns is not None
    assert read.columns["number"] == "C"


def test_faults_name_row_and_column_and_nothing_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet(
        path,
        [
            ["1", "行政处罚", "甲", "", "罚款5万元"],
            [],
            ["1", "行政调解", "", "", ""],
            ["2", "行政处罚", "乙", "", "吊销许可证件"],
            ["2", "行政许可", "丙"],
        ],
    )
    assert found(BOOKS.read(path)) == {
        (2, "thresholds", CatalogueFault.LIMIT_WITHOUT_EDGE),
        (4, "kind", CatalogueFault.KIND_UNKNOWN),
        (4, "name", CatalogueFault.MISSING),
        (6, "number", CatalogueFault.DUPLICATE_NUMBER),
    }


def test_formulas_and_error_values_are_told_not_calculated(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet(path, [["=1+1", "行政处罚", "甲"], ["2", "#REF!", "乙"]])
    book = load_workbook(path)
    book.active["B3"].data_type = "e"
    book.save(path)
    assert found(BOOKS.read(path)) == {
        (2, "number", CatalogueFault.FORMULA),
        (3, "kind", CatalogueFault.CELL_FAULTY),
    }


def test_a_kind_merged_over_rows_counts_for_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet(path, [["1", "行政处罚", "甲"], ["2", None, "乙"], ["3", "行政许可", "丙"]])
    book.active.merge_cells("B2:B3")
    book.save(path)
    kinds = [item.kind for item in BOOKS.read(path).items]
    assert kinds == [Kind.PENALTY, Kind.PENALTY, Kind.PERMIT]


def test_cells_merged_over_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet(path, [["1", "行政处罚", "甲"]])
    book.active.merge_cells("B2:C2")
    book.save(path)
    assert {(row, code) for row, _, code in found(BOOKS.read(path))} == {(2, CatalogueFault.MERGED)}


def test_too_many_items_and_endless_formatted_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = sheet(path, [["1", "行政处罚", "甲"]])
    book.active.cell(500_000, 1).number_format = "@"
    book.save(path)
    assert refused(path).code is SheetFault.TOO_MANY_ROWS
    sheet(path, [[n, "行政处罚", "甲"] for n in range(MOST_ITEMS + 1)])
    assert refused(path).code is SheetFault.TOO_MANY_ROWS


def repacked(path: Path, *, add: str = "", drop: str = "", data: bytes = b"x") -> Path:
    made = path.with_name("repacked.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != drop:
                new.writestr(name, old.read(name))
        if add:
            new.writestr(add, data)
    return made


def test_files_that_are_no_workbook_are_refused_in_words(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    BOOKS.write(good, ITEMS, office="样例")
    cases = {
        "missing.xlsx": (None, SheetFault.NOT_READABLE),
        "text.xlsx": (b"not a sheet", SheetFault.NOT_EXCEL),
        "empty.xlsx": (b"", SheetFault.NOT_EXCEL),
        "old.xls": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, SheetFault.OLD_FORMAT),
        "cut.xlsx": (good.read_bytes()[:900], SheetFault.DAMAGED),
    }
    for name, (data, code) in cases.items():
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        assert refused(path).code is code, name
    assert refused(repacked(good, add="xl/vbaProject.bin")).code is SheetFault.MACROS
    assert refused(repacked(good, drop="xl/workbook.xml")).code is SheetFault.NOT_EXCEL
    broken = repacked(good, drop="xl/worksheets/sheet1.xml", add="xl/worksheets/sheet1.xml")
    assert refused(broken).code is SheetFault.DAMAGED


def test_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    BOOKS.write(good, ITEMS, office="样例")
    bomb = repacked(good, add="xl/media/a.bin", data=b"\0" * (package.LARGEST_UNPACKED + 1))
    assert bomb.stat().st_size < package.LARGEST_BYTES
    assert refused(bomb).code is SheetFault.TOO_LARGE


def test_a_sheet_without_header_or_with_a_column_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet(path, [["1", "2", "3"]], ["甲", "乙", "丙"])
    assert refused(path).code is SheetFault.NO_HEADER
    sheet(path, [["1", "行政处罚", "甲", "乙"]], [*HEADINGS[:3], HEADINGS[2]])
    error = refused(path)
    assert (error.code, error.facts["first"]) == (SheetFault.HEADER_TWICE, "C")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        BOOKS.write(tmp_path / "none" / "a.xlsx", ITEMS, office="样例")
    assert caught.value.code is SheetFault.NOT_WRITTEN
