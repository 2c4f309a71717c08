"""The same blocks as an editable .docx, marked as a copy on every page; the signed PDF counts.

Fonts by the names that Word and WPS know, lines at the exact pitch of the grid. Line and page
breaks are Word's own: fonts differ from PC to PC, which is why this is never the original.
"""

import io
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sanzhi_desktop import resources
from sanzhi_desktop.documents.blocks import (
    Addressee,
    Align,
    Attachment,
    Block,
    Cell,
    CheckBox,
    Document,
    Face,
    Gap,
    Heading,
    Inline,
    KeyValueTable,
    NumberLine,
    PageBreak,
    Paragraph,
    Run,
    SignatureBlock,
    Table,
    Title,
)
from sanzhi_desktop.documents.fonts import clean
from sanzhi_desktop.documents.typeset.geometry import Sheet, load_sheet

if TYPE_CHECKING:
    from docx.document import Document as Word

_HEADING_FACES = {1: Face.HEI, 2: Face.KAI, 3: Face.BODY, 4: Face.BODY}
_PITCH = 28.95  # pt, exact
_TIGHTEN = -4  # twentieths of a point between characters: 28 of 16 pt in 156 mm
_TWIPS = 20
_LEADING = 1.36  # of the size, in tables
_SIGN_LINES = 2
_BOXES = {True: "☑", False: "☐"}


def write_docx(document: Document) -> bytes:
    """The editable copy of a paper."""
    import docx

    writer = _Writer(docx.Document(), load_sheet(document.form, wide=document.wide))
    writer.prepare(document)
    for block in document.blocks:
        writer.block(block)
    out = io.BytesIO()
    writer.word.save(out)
    return out.getvalue()


class _Writer:
    def __init__(self, word: "Word", sheet: Sheet) -> None:
        text = resources.path("templates", "docx.toml").read_text("utf-8")
        data: dict[str, Any] = tomllib.loads(text)
        self.word = word
        self._sheet = sheet
        self._fonts: dict[str, str] = data["fonts"]
        self._copy: str = data["copy"]
        self._break = False

    def prepare(self, document: Document) -> None:
        """Page, grid, head and foot, and the file's own properties."""
        from docx.enum.section import WD_ORIENT
        from docx.shared import Pt

        section, sheet = self.word.sections[0], self._sheet
        section.page_width, section.page_height = Pt(sheet.width), Pt(sheet.height)
        if document.wide:
            section.orientation = WD_ORIENT.LANDSCAPE
        section.left_margin = Pt(sheet.left)
        section.right_margin = Pt(sheet.width - sheet.right)
        section.top_margin = Pt(sheet.top)
        section.bottom_margin = Pt(sheet.height - sheet.top - sheet.text_height)
        section.footer_distance = Pt(sheet.height - sheet.top - sheet.text_height - 48)
        grid = _child(section._sectPr, "w:docGrid")  # noqa: SLF001 - python-docx has no other way
        _set(grid, "w:type", "lines")
        _set(grid, "w:linePitch", str(round(_PITCH * _TWIPS)))
        self.word.settings.odd_and_even_pages_header_footer = True
        properties = self.word.core_properties
        properties.title, properties.author = document.title, document.author
        properties.comments, properties.language = self._copy, "zh-CN"
        mark = sheet.mark_sentence.format(mark=document.mark) if document.mark else ""
        for head, foot, align in (
            (section.header, section.footer, Align.RIGHT),
            (section.even_page_header, section.even_page_footer, Align.LEFT),
        ):
            self._runs(head.paragraphs[0], (Run(mark),), Face.HEI, 12, align=Align.RIGHT)
            self._number(foot.paragraphs[0], align)
            if document.foot:
                self._runs(foot.add_paragraph(), (Run(document.foot),), Face.SONG, 8,
                           align=Align.CENTRE, grid=False)  # fmt: skip
            note = foot.add_paragraph()
            self._runs(note, (Run(self._copy),), Face.SONG, 9, align=Align.CENTRE)

    def block(self, block: Block) -> None:
        """Adds one block."""
        match block:
            case Title():
                self._line(block.text, Face.TITLE, self._sheet.title, align=Align.CENTRE, keep=True)
            case NumberLine():
                self._line(block.text, Face.BODY, align=Align.CENTRE)
            case Addressee():
                self._line(f"{block.text}：", Face.BODY)
            case Heading():
                face = _HEADING_FACES[block.level]
                self._line(block.text, face, indent=2, keep=True)
            case Paragraph():
                self._text(block)
            case Gap():
                self._line("\n" * (block.lines - 1), Face.BODY)
            case PageBreak():
                self._break = True
            case Attachment():
                self._break = True
                self._line(block.label, Face.HEI, keep=True)
                title = self._sheet.title
                self._line(block.title, Face.TITLE, title, align=Align.CENTRE, keep=True)
            case SignatureBlock():
                self._signature(block)
            case Table():
                self._table(block)
            case KeyValueTable():
                self._form(block)

    def _paragraph(self, *, keep: bool = False) -> Any:
        paragraph = self.word.add_paragraph()
        paragraph.paragraph_format.keep_with_next = keep
        if self._break:
            paragraph.paragraph_format.page_break_before = True
            self._break = False
        return paragraph

    def _line(
        self,
        text: str,
        face: Face,
        size: float = 0,
        *,
        align: Align | None = None,
        indent: int = 0,
        keep: bool = False,
    ) -> None:
        size = size or self._sheet.body
        paragraph = self._paragraph(keep=keep)
        self._runs(paragraph, (Run(text),), face, size, align=align, indent=indent)

    def _text(self, block: Paragraph) -> None:
        paragraph = self._paragraph(keep=block.keep_with_next)
        size = self._sheet.body
        self._runs(paragraph, block.content, Face.BODY, size, indent=block.indent, hang=block.hang)

    def _signature(self, block: SignatureBlock) -> None:
        self._line("", Face.BODY, keep=True)
        for signer in block.signers:
            if signer.name or signer.place:
                self._line(f"{signer.caption}：{signer.name}", Face.BODY, indent=2, keep=True)
        self._line("", Face.BODY, keep=True)
        for text, blank in ((block.organ, 2), (block.date, 4)):
            paragraph = self._paragraph(keep=text == block.organ)
            size = self._sheet.body
            self._runs(paragraph, (Run(text),), Face.BODY, size, align=Align.RIGHT, right=blank)

    def _table(self, table: Table) -> None:
        total = sum(column.parts for column in table.columns)
        widths = [column.parts * self._sheet.text_width / total for column in table.columns]
        heading = [
            Cell((Run(column.heading),), Align.CENTRE, face=Face.HEI) for column in table.columns
        ]
        grid = self._grid(len(table.rows) + 1, widths)
        _repeat(grid.rows[0])
        for row, cells in zip(grid.rows, (heading, *table.rows), strict=True):
            # Nobody can measure here which size one page holds: the least one is the safe one.
            self._row(row, cells, table.least or table.size)
        if table.together:
            _bind(grid.rows[:-1])

    def _form(self, form: KeyValueTable) -> None:
        label = 6.6 * form.size
        if form.heading:
            title = Cell((Run(form.heading),), Align.CENTRE, face=Face.HEI)
            self._row(self._grid(1, [self._sheet.text_width]).rows[0], (title,), form.size)
        for pairs in form.rows:
            value = (self._sheet.text_width - label * len(pairs)) / len(pairs)
            grid = self._grid(1, [label, value] * len(pairs))
            cells: list[Cell] = []
            for pair in pairs:
                blank = "\n" * _SIGN_LINES if pair.place else ""  # room to sign by hand
                foot = (Run(f"{blank}\n{pair.foot}" if pair.foot else blank),)
                name = Cell((Run(pair.label),), Align.CENTRE, face=Face.HEI)
                cells += [name, Cell((*pair.value, *foot))]
            self._row(grid.rows[0], cells, form.size)

    def _grid(self, rows: int, widths: Sequence[float]) -> Any:
        from docx.shared import Pt

        grid = self.word.add_table(rows, len(widths))
        grid.style = "Table Grid"
        grid.autofit = False
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = Pt(width)
            for cell in column.cells:
                cell.width = Pt(width)
        return grid

    def _row(self, row: Any, cells: Sequence[Cell], size: float) -> None:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT

        _child(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001 - as above
        column = 0
        for cell in cells:
            target = row.cells[column]
            if cell.span > 1:
                target = target.merge(row.cells[column + cell.span - 1])
            centre, top = WD_CELL_VERTICAL_ALIGNMENT.CENTER, WD_CELL_VERTICAL_ALIGNMENT.TOP
            target.vertical_alignment = top if cell.top else centre
            face = cell.face or Face.BODY
            self._runs(target.paragraphs[0], cell.content, face, size, align=cell.align, grid=False)
            column += cell.span

    def _runs(
        self,
        paragraph: Any,
        content: Sequence[Inline],
        face: Face,
        size: float,
        *,
        align: Align | None = None,
        indent: int = 0,
        hang: int = 0,
        right: int = 0,
        grid: bool = True,
    ) -> None:
        """Fills a paragraph; no `align` means filled lines. Indents in characters."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
        from docx.shared import Pt

        # The schema wants these before spacing, indents and alignment.
        for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
            _set(_child(paragraph._p.get_or_add_pPr(), name), "w:val", "0")  # noqa: SLF001
        if not grid:  # else some programs stretch the lines of a table to those of the page
            form = paragraph._p.get_or_add_pPr()  # noqa: SLF001
            _set(_child(form, "w:snapToGrid"), "w:val", "0")
        layout = paragraph.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.alignment = {
            None: WD_ALIGN_PARAGRAPH.JUSTIFY,
            Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
            Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
            Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
        }[align]
        layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        large = size > self._sheet.body
        layout.line_spacing = Pt(_PITCH * (1.2 if large else 1) if grid else size * _LEADING)
        layout.left_indent = Pt(hang * self._sheet.cell)
        layout.first_line_indent = Pt((indent - hang) * self._sheet.cell)
        layout.right_indent = Pt(right * self._sheet.cell)
        for item in content:
            role = item.face if isinstance(item, Run) and item.face else face
            text = _BOXES[item.ticked] if isinstance(item, CheckBox) else clean(item.text)
            self._font(paragraph.add_run(text), role, size, tight=grid and size == self._sheet.body)

    def _font(self, run: Any, role: Face, size: float, *, tight: bool) -> None:
        from docx.shared import Pt

        run.font.name = self._fonts["latin"]
        fonts = _child(run._r.get_or_add_rPr(), "w:rFonts")  # noqa: SLF001
        for slot in ("w:eastAsia", "w:hAnsi"):
            _set(fonts, slot, self._fonts[role.value])
        if tight:
            _set(_child(run._r.rPr, "w:spacing"), "w:val", str(_TIGHTEN))  # noqa: SLF001
        run.font.size = Pt(size)  # after the spacing, as the schema orders them

    def _number(self, paragraph: Any, align: Align) -> None:
        """— 3 — as a field: right on odd pages, left on even ones."""
        size = self._sheet.number
        inset = 1 if align is Align.RIGHT else 0
        self._runs(paragraph, (Run("— "),), Face.SONG, size, align=align, right=inset)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = paragraph.add_run()
            self._font(run, Face.SONG, size, tight=False)
            if kind:
                _set(_child(run._r, "w:fldChar"), "w:fldCharType", kind)  # noqa: SLF001
            else:
                _child(run._r, "w:instrText").text = text  # noqa: SLF001
        self._font(paragraph.add_run(" —"), Face.SONG, size, tight=False)


def _bind(rows: Any) -> None:
    for row in rows:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _repeat(row: Any) -> None:
    _set(_child(row._tr.get_or_add_trPr(), "w:tblHeader"), "w:val", "true")  # noqa: SLF001


def _child(parent: Any, tag: str) -> Any:
    """The child element of that name, added where it is missing."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    found = parent.find(qn(tag))
    if found is None:
        found = OxmlElement(tag)
        parent.append(found)
    return found


def _set(element: Any, name: str, value: str) -> None:
    from docx.oxml.ns import qn

    element.set(qn(name), value)
