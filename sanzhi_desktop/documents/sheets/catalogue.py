"""The catalogue of reviewed items as an Excel sheet: the empty form, export, import with faults.

Lives here: header, cells, merged cells, formulas. Must not: what a cell means (`domain.catalogue`)
or whether a file may be opened at all (`package`).
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sanzhi_desktop.application.catalogue import ReadSheet
from sanzhi_desktop.application.checkpoint_line import NAME as FOOT
from sanzhi_desktop.documents.sheets.package import SheetFault, check_workbook
from sanzhi_desktop.domain.catalogue import (
    MOST_ITEMS,
    CatalogueColumn,
    CatalogueItem,
    RowFault,
    as_cells,
    read_cells,
    repeated,
)
from sanzhi_desktop.domain.catalogue_words import CatalogueFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.resources.sentences import sentence

HEADER_WITHIN: Final = 15  # rows in which the header is looked for
MOST_ROWS: Final = 2 * MOST_ITEMS  # with empty lines between
_NEEDED = (CatalogueColumn.NUMBER, CatalogueColumn.KIND, CatalogueColumn.NAME)
# Other words for the columns in catalogues that offices have published.
_HEADINGS: Final[Mapping[CatalogueColumn, tuple[str, ...]]] = {
    CatalogueColumn.NUMBER: ("序号", "编号", "事项序号", "事项代码"),
    CatalogueColumn.KIND: ("类别", "执法类型", "行政执法类别", "行政执法项目大类", "项目大类"),
    CatalogueColumn.NAME: (
        "事项名称",
        "执法事项",
        "审核事项",
        "审核的具体执法项目",
        "具体执法项目",
    ),
    CatalogueColumn.BASIS: ("依据", "法律依据", "设定依据", "实施依据"),
    CatalogueColumn.THRESHOLDS: ("标准", "数额标准", "审核标准", "重大标准"),
    CatalogueColumn.DECIDER: ("决定主体", "决定机关"),
    CatalogueColumn.LEVEL: ("层级", "行使层级"),
    CatalogueColumn.MATERIALS: ("应提交的资料", "应提交的材料", "送审材料", "提交材料"),
    CatalogueColumn.FOCUS: ("重点", "审核内容"),
}
_WIDTHS: Final = (10, 12, 34, 34, 34, 12, 12, 34, 34)
_TITLE: Final = "重大执法决定法制审核目录清单"
_NOTE: Final = (
    "填写说明：事项编号不重复。标准写成“对公民罚款10000元以上（含本数）；对法人或者其他组织罚款"
    "100000元以上（含本数）；吊销许可证件”，不写的，属于本事项就要送审。审核资料一行一项，"
    "有的才交的写“（如有）”。由谁决定写部门、授权组织或者人民政府，可以不写。"
)


class CatalogueWorkbooks:
    """Catalogues as .xlsx files (the port `CatalogueSheets`)."""

    def read(self, path: Path) -> ReadSheet:
        """Every item, or every fault with row and column. Raises DomainError(SheetFault)."""
        sheet = _open(path)
        if sheet.max_row > MOST_ROWS + HEADER_WITHIN:
            raise DomainError(
                SheetFault.TOO_MANY_ROWS, file=path.name, rows=sheet.max_row, largest=MOST_ITEMS
            )
        columns, header = _header(sheet, path.name)
        return _read_rows(sheet, columns, header, path.name)

    def write(
        self, path: Path, items: Sequence[CatalogueItem], *, office: str, foot: str = ""
    ) -> None:
        """Writes the items, or the empty form. Raises DomainError(SheetFault.NOT_WRITTEN)."""
        book = _written(items, office)
        if foot:
            _put_foot(book.active, 4 + len(items), foot)
        beside = path.with_name(f".{path.name}.new")
        try:
            book.save(beside)
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            reason = error.strerror or str(error)
            raise DomainError(SheetFault.NOT_WRITTEN, file=path.name, reason=reason) from error


def column_name(column: CatalogueColumn) -> str:
    """The heading of a column."""
    return sentence(f"catalogue_column.{column.value}")


# ------------------------------------------------------------------ reading


def _open(path: Path) -> Any:
    """The first sheet that is not empty."""
    from openpyxl import load_workbook

    check_workbook(path)
    try:
        with path.open("rb") as file:  # a damaged file would be left open otherwise
            book = load_workbook(file, keep_links=False)
        sheets = list(book.worksheets)
        return next((one for one in sheets if one.max_row > 1), sheets[0])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:
        raise DomainError(SheetFault.DAMAGED, file=path.name) from error
    except (zipfile.BadZipFile, SyntaxError, EOFError) as error:  # XML faults are SyntaxErrors
        raise DomainError(SheetFault.DAMAGED, file=path.name) from error


def _plain(found: Any) -> str:
    return "".join(str(found if found is not None else "").split()).rstrip("*＊：:")


def _header(sheet: Any, file: str) -> tuple[dict[CatalogueColumn, int], int]:
    """Where each column stands, and the row of the header."""
    words = {column_name(c): c for c in CatalogueColumn}
    words |= {word: c for c, others in _HEADINGS.items() for word in others}
    last = min(sheet.max_row, HEADER_WITHIN)
    for number, cells in enumerate(sheet.iter_rows(min_row=1, max_row=last), start=1):
        found: dict[CatalogueColumn, int] = {}
        twice = None
        for cell in cells:
            column = words.get(_plain(cell.value))
            if column in found:
                twice = twice or (column, found[column], cell.column)
            elif column is not None:
                found[column] = cell.column
        if all(column in found for column in _NEEDED):
            if twice:
                column, first, second = twice
                raise DomainError(
                    SheetFault.HEADER_TWICE,
                    column=column_name(column),
                    first=_letter(first),
                    second=_letter(second),
                )
            return found, number
    raise DomainError(SheetFault.NO_HEADER, file=file, rows=HEADER_WITHIN)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _read_rows(
    sheet: Any, columns: Mapping[CatalogueColumn, int], header: int, file: str
) -> ReadSheet:
    merged = _merged(sheet, header)
    faults: list[RowFault] = []
    read: list[tuple[int, CatalogueItem]] = []
    count = 0
    for number in range(header + 1, sheet.max_row + 1):
        if str(sheet.cell(number, 1).value or "").startswith(FOOT):
            continue  # our own line under the list
        cells, wrong = _cells(sheet, columns, merged, number)
        own = any(
            sheet.cell(number, place).value not in (None, "")
            for place in columns.values()
            if (number, place) not in merged
        )
        if not own and not wrong:
            continue
        count += 1
        item, more = read_cells(cells, row=number)
        known = {fault.column for fault in wrong}
        faults += [*wrong, *(fault for fault in more if fault.column not in known)]
        if item is not None:
            read.append((number, item))
    if count > MOST_ITEMS:
        raise DomainError(SheetFault.TOO_MANY_ROWS, file=file, rows=count, largest=MOST_ITEMS)
    if count == 0:
        raise DomainError(SheetFault.EMPTY, file=file)
    faults += repeated(read)
    faults.sort(key=lambda fault: fault.row)
    letters = {column.value: _letter(place) for column, place in columns.items()}
    items = () if faults else tuple(item for _, item in read)
    return ReadSheet(items, tuple(faults), letters)


_Merged = Mapping[tuple[int, int], tuple[int, int, bool]]


def _merged(sheet: Any, header: int) -> _Merged:
    """Cells under a merge below the header: where its value stands, and whether it spans columns.

    A value merged over rows counts for each of them; one merged over columns belongs to nobody.
    """
    found: dict[tuple[int, int], tuple[int, int, bool]] = {}
    for area in sheet.merged_cells.ranges:
        wide = area.max_col > area.min_col
        if area.max_row <= header or area.max_row - area.min_row > MOST_ROWS:
            continue
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                if wide or row > area.min_row:
                    found[row, column] = (area.min_row, area.min_col, wide)
    return found


def _cells(
    sheet: Any, columns: Mapping[CatalogueColumn, int], merged: _Merged, row: int
) -> tuple[dict[CatalogueColumn, str], list[RowFault]]:
    cells: dict[CatalogueColumn, str] = {}
    faults: list[RowFault] = []
    for column, place in columns.items():
        at_row, at_column, wide = merged.get((row, place), (row, place, False))
        cell = sheet.cell(at_row, at_column)
        if wide and cell.value not in (None, ""):
            faults.append(RowFault(row, column, CatalogueFault.MERGED))
        elif cell.data_type == "f":
            shown = str(getattr(cell.value, "text", cell.value))[:60]
            faults.append(RowFault(row, column, CatalogueFault.FORMULA, {"value": shown}))
        elif cell.data_type == "e":
            facts = {"value": str(cell.value)}
            faults.append(RowFault(row, column, CatalogueFault.CELL_FAULTY, facts))
        else:
            cells[column] = _text(cell.value)
    return cells, faults


def _text(found: Any) -> str:
    """A cell as text; 3.0 that Excel made out of 3 is 3."""
    if found is None:
        return ""
    if isinstance(found, float) and found.is_integer():
        return str(int(found))
    return str(found)


# ------------------------------------------------------------------ writing


def _written(items: Sequence[CatalogueItem], office: str) -> Any:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = "目录清单"
    last = len(CatalogueColumn)
    for row, text in ((1, f"{office}{_TITLE}"), (2, _NOTE)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        _put(sheet.cell(row, 1), text)
    sheet.cell(1, 1).font = Font(size=16, bold=True)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.cell(2, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[1].height = 30
    sheet.row_dimensions[2].height = 48
    line = Side(style="thin", color="FF888888")
    frame = Border(left=line, right=line, top=line, bottom=line)
    wrap = Alignment(wrap_text=True, vertical="top")
    for place, (column, width) in enumerate(zip(CatalogueColumn, _WIDTHS, strict=True), start=1):
        cell = sheet.cell(3, place)
        _put(cell, column_name(column))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE8EEF4")
        cell.border = frame
        sheet.column_dimensions[_letter(place)].width = width
    for row, item in enumerate(items, start=4):
        for place, text in enumerate(as_cells(item).values(), start=1):
            cell = sheet.cell(row, place)
            _put(cell, text)
            cell.alignment, cell.border, cell.number_format = wrap, frame, "@"
    kinds = ",".join(kind.chinese for kind in Kind)
    for letter, allowed in (("B", kinds), ("F", "部门,授权组织,人民政府")):
        choice = DataValidation(type="list", formula1=f'"{allowed}"', allow_blank=True)
        choice.add(f"{letter}4:{letter}{max(len(items), 500) + 3}")
        sheet.add_data_validation(choice)
    sheet.freeze_panes = "D4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    return book


def _put_foot(sheet: Any, row: int, text: str) -> None:
    """Small under the list, and at the foot of each printed page."""
    from openpyxl.styles import Alignment, Font

    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(CatalogueColumn))
    cell = sheet.cell(row, 1)
    _put(cell, text)
    cell.font = Font(size=8, color="FF666666")
    cell.alignment = Alignment(horizontal="left", vertical="center")
    sheet.row_dimensions[row].height = 18
    sheet.oddFooter.left.text, sheet.oddFooter.left.size = text, 8
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = "&P / &N", 8


def _put(cell: Any, text: str) -> None:
    """Text as text: what begins with = must not become a formula."""
    cell.value = text or None
    if text:
        cell.data_type = "s"
