"""The end of a paper: signers' lines, 署名 and 成文日期, and the places of seal, date and QR.

GB/T 9704-2012 7.3.5.1: the date stands four characters from the right, the 署名 is centred over
it, the seal presses on both from the middle, its top within one line of the text. Draws text only;
seal, signatures and QR are drawn by who signs.
"""

from dataclasses import dataclass

from sanzhi_desktop.documents.blocks import Face, SignatureBlock, Signer
from sanzhi_desktop.documents.typeset.geometry import MM, Sheet
from sanzhi_desktop.documents.typeset.ink import Page
from sanzhi_desktop.documents.typeset.line import Line, break_lines
from sanzhi_desktop.documents.typeset.setter import Setter
from sanzhi_desktop.documents.typeset.title import break_title

_DATE_CELLS = 7.0  # 2026年11月21日 in half-width digits
_DATE_BLANK = 4.0  # from the right
_SIGN_LEFT = 10  # cells from the left, where a handwritten or drawn signature begins
_SIGN_WIDTH = 52 * MM
_SIGN_ROWS = 2
_NAME_WIDTH = 34 * MM
NAME_LATER = "signer"  # the field of a signer who is not known while the paper is laid out
_NOTE_SIZE = 9.0
_NOTE = ("扫码可核对文号", "和审核意见内容")


@dataclass(frozen=True, slots=True)
class _Signer:
    line: Line
    place: str
    rows: int


@dataclass(frozen=True, slots=True)
class SignaturePiece:
    """The whole block; it is never divided."""

    sheet: Sheet
    signers: tuple[_Signer, ...]
    organ: tuple[Line, ...]
    date: Line | None
    seal: str
    qr: bool
    note: tuple[Line, ...]
    keep: bool = False
    on_grid: bool = True
    again: None = None

    @property
    def _before(self) -> int:
        """Rows above the 署名: one blank, the signers, one beside the head of the seal.

        A signer without a box stands on that last row: further down, and the seal would be more
        than one line away from the text.
        """
        boxed = not self.signers or self.signers[-1].rows > 1
        return 1 + sum(signer.rows for signer in self.signers) + (1 if boxed else 0)

    @property
    def height(self) -> float:
        """Room it takes; below the date stays a line for the foot of the seal."""
        rows = self._before + len(self.organ) + 1 + (1 if self.seal or self.qr else 0)
        return rows * self.sheet.pitch

    def split(self, room: float) -> None:
        """Never in two."""

    def draw(self, page: Page, left: float, top: float) -> None:
        """Draws the text and remembers the places."""
        pitch, row = self.sheet.pitch, 1
        for signer in self.signers:
            self._signer(page, signer, left, top - row * pitch)
            row += signer.rows
        centre = self._centre(left)
        row = self._before
        for line in self.organ:
            self._line(page, line, centre - line.width / 2, top - row * pitch)
            row += 1
        middle = top - row * pitch
        half = _DATE_CELLS * self.sheet.cell / 2
        if self.date is not None:
            self._line(page, self.date, centre - self.date.width / 2, middle)
        else:
            wide = half + self.sheet.cell
            page.mark_place("date", centre - wide, middle - pitch, centre + wide, middle)
        if self.seal:
            radius = self.sheet.seal / 2
            page.mark_place(
                self.seal, centre - radius, middle - radius, centre + radius, middle + radius
            )
        if self.qr:
            self._qr(page, left + 2 * self.sheet.cell, middle - self.sheet.seal / 2)

    def _centre(self, left: float) -> float:
        """The common middle of 署名, date and seal; a long name moves it to the left."""
        cell = self.sheet.cell
        width = max((line.width for line in self.organ), default=0.0)
        usual = self.sheet.text_width - (_DATE_BLANK + _DATE_CELLS / 2) * cell
        return left + min(usual, self.sheet.text_width - cell - width / 2)

    def _base(self, top: float, rows: int = 1) -> float:
        size = self.sheet.body
        return top - rows * self.sheet.pitch / 2 - size / 2 + 0.12 * size

    def _line(self, page: Page, line: Line, left: float, top: float) -> None:
        size = self.sheet.body
        page.text(line.glyphs, line.xs, left=left, base=self._base(top), size=size)

    def _signer(self, page: Page, signer: _Signer, left: float, top: float) -> None:
        base = self._base(top, signer.rows)
        x = left + 2 * self.sheet.cell
        line = signer.line
        page.text(line.glyphs, line.xs, left=x, base=base, size=self.sheet.body)
        if signer.place == NAME_LATER:  # the name follows its caption
            end = x + line.width
            page.mark_place(signer.place, end, top - self.sheet.pitch, end + _NAME_WIDTH, top)
        elif signer.place:
            start = max(left + _SIGN_LEFT * self.sheet.cell, x + line.width + self.sheet.cell / 2)
            bottom = top - signer.rows * self.sheet.pitch
            page.mark_place(signer.place, start, bottom + 3, start + _SIGN_WIDTH, top - 3)

    def _qr(self, page: Page, left: float, low: float) -> None:
        """The place of the QR, its foot level with that of the seal, and a note beside it."""
        edge = self.sheet.qr
        page.mark_place("qr", left, low, left + edge, low + edge)
        widest = max(line.width for line in self.note)
        start = left + edge + 0.4 * self.sheet.cell
        organ = max((line.width for line in self.organ), default=0.0)
        stop = self._centre(left - 2 * self.sheet.cell) - max(organ, self.sheet.seal) / 2
        if start + widest > stop:
            return  # a long 署名 leaves no room for the note
        for number, line in enumerate(self.note):
            base = low + 2 + (len(self.note) - 1 - number) * _NOTE_SIZE * 1.3
            page.text(line.glyphs, line.xs, left=start, base=base, size=_NOTE_SIZE)


def set_signature(block: SignatureBlock, sheet: Sheet, setter: Setter) -> SignaturePiece:
    """Shapes the block's text."""

    def line(text: str, where: str) -> Line:
        glyphs = setter.text(text, face=Face.BODY, size=sheet.body, where=where)
        return break_lines(glyphs, 9e9, 9e9, size=sheet.body, spread=False)[0]

    def signer(who: Signer) -> _Signer:
        rows = _SIGN_ROWS if who.place.startswith("sig:") else 1
        return _Signer(line(f"{who.caption}：{who.name}", who.caption), who.place, rows)

    # A long 署名 takes two lines of like length, and never reaches the QR.
    taken = sheet.qr + 3 * sheet.cell if block.qr else sheet.cell
    room = sheet.text_width - sheet.cell - taken
    organ = setter.text(block.organ, face=Face.BODY, size=sheet.body, where="落款")
    note = (setter.text(text, face=Face.BODY, size=_NOTE_SIZE, where="落款") for text in _NOTE)
    return SignaturePiece(
        sheet=sheet,
        signers=tuple(signer(who) for who in block.signers),
        organ=tuple(
            break_lines(part, 9e9, 9e9, size=sheet.body, spread=False)[0]
            for part in break_title(organ, room, sheet.title_words)
        ),
        date=line(block.date, "成文日期") if block.date else None,
        seal=block.seal_place,
        qr=block.qr,
        note=tuple(
            break_lines(glyphs, 9e9, 9e9, size=_NOTE_SIZE, spread=False)[0] for glyphs in note
        )
        if block.qr
        else (),
    )
