"""The register of numbers as an Excel sheet. Must not: deciding what is missing or voided."""

from io import BytesIO
from typing import Any, Final

from sanzhi_desktop.documents.content.numbers import COLUMNS
from sanzhi_desktop.documents.content.phrases import load_phrases
from sanzhi_desktop.domain.papers import NumbersPaper

_WIDTHS: Final = (24, 14, 10, 44, 20, 44)


def numbers_workbook(paper: NumbersPaper) -> bytes:
    """The whole register, each value as text: what begins with = becomes no formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    words = load_phrases("numbers")
    book = Workbook()
    sheet = book.active
    sheet.title = words["sheet"]
    dated = paper.dated.isoformat() if paper.dated else ""
    head = words["head"].format(scope=paper.scope, count=len(paper.rows), dated=dated)
    for row, text in ((1, words["title"].format(office=paper.office)), (2, head)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(COLUMNS))
        _put(sheet.cell(row, 1), f"{paper.mark}　{text}" if paper.mark and row == 1 else text)
    sheet.cell(1, 1).font = Font(size=16, bold=True)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    line = Side(style="thin", color="FF888888")
    frame = Border(left=line, right=line, top=line, bottom=line)
    for place, (key, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), start=1):
        cell = sheet.cell(3, place)
        _put(cell, words["columns"][key])
        cell.font, cell.border = Font(bold=True), frame
        cell.fill = PatternFill("solid", fgColor="FFE8EEF4")
        sheet.column_dimensions[get_column_letter(place)].width = width
    wrap = Alignment(wrap_text=True, vertical="top")
    for at, row_ in enumerate(paper.rows, start=4):
        for place, text in enumerate(row_, start=1):
            cell = sheet.cell(at, place)
            _put(cell, text)
            cell.alignment, cell.border, cell.number_format = wrap, frame, "@"
    foot = paper.checkpoint
    if foot:
        at = 4 + len(paper.rows)
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=len(COLUMNS))
        _put(sheet.cell(at, 1), foot)
        sheet.cell(at, 1).font = Font(size=8, color="FF666666")
        sheet.oddFooter.left.text, sheet.oddFooter.left.size = foot, 8
    sheet.oddFooter.right.text, sheet.oddFooter.right.size = "&P / &N", 8
    sheet.freeze_panes = "B4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _put(cell: Any, text: str) -> None:
    cell.value = text or None
    if text:
        cell.data_type = "s"
