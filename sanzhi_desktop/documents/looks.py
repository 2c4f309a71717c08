"""What fields and signatures show: text set in the paper's own fonts, the seal with its QR.

Each look draws one small page, which becomes the appearance of a form field (`fields`,
`signing`). Same fonts, same gate as the pages: a character that no font prints is an error.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import PaperFault
from sanzhi_desktop.documents.blocks import Align, Face
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.documents.paper_mark import Box
from sanzhi_desktop.documents.sketch import glyphs, sketch, width_of
from sanzhi_desktop.documents.typeset.line import Glyph
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    import pikepdf

    from sanzhi_desktop.documents.seal import SealImage

LEAST_SIZE = 6.0  # pt; smaller text is no text
_BASE = 0.14  # of the size: from the lower edge of a character's square to its base line


@dataclass(frozen=True, slots=True)
class TextLook:
    """Lines of text in a box, made smaller until they fit (`Look`)."""

    lines: tuple[str, ...]
    faces: FaceSet = field(repr=False)
    role: Face = Face.BODY
    size: float = 16.0
    align: Align = Align.CENTRE
    pitch: float = 1.3  # of the size

    def draw(self, width: float, height: float) -> bytes:
        """Raises DomainError when the text fits at no readable size or cannot be printed."""
        widest = max(width_of(self._set(line, 1.0)) for line in self.lines)
        tall = 1.0 + self.pitch * (len(self.lines) - 1)
        size = min(self.size, width / widest if widest else self.size, height / tall)
        if size < LEAST_SIZE:
            raise DomainError(PaperFault.TOO_WIDE, text="".join(self.lines))
        book, page = sketch(width, height)
        top = (height + size * tall) / 2
        for number, text in enumerate(self.lines):
            line = self._set(text, size)
            spare = width - width_of(line)
            left = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: spare}[self.align]
            base = top - size * (1 + self.pitch * number) + size * _BASE
            page.line(line, left=left, base=base, size=size)
        return book.write(title="", author="")

    def _set(self, text: str, size: float) -> list[Glyph]:
        return glyphs(text, self.faces, self.role, size=size, where=text)


def field_look(name: str, value: str, faces: FaceSet) -> TextLook:
    """The look of 文号 and 成文日期: 3号 body text in the middle of the place laid out for it; a
    signer's printed name follows its caption."""
    return TextLook((value,), faces, align=Align.LEFT if name == "signer" else Align.CENTRE)


@dataclass(frozen=True, slots=True)
class SealLook:
    """The seal in its box and, where the paper has room for it, the QR in its own (`Look`)."""

    parts: Mapping[str, Box]
    seal: "SealImage | None"
    qr_text: str = ""

    def draw(self, width: float, height: float) -> bytes:
        """One page as large as the signature's widget."""
        import pikepdf

        with pikepdf.new() as paper:
            page = paper.add_blank_page(page_size=(width, height))
            resources = pikepdf.Dictionary()
            operators = []
            if self.seal is not None:
                name, placed = self._seal(paper, self.seal)
                resources.XObject = pikepdf.Dictionary({"/Seal": name})
                # As ink does: what is printed beneath stays legible. Viewers that draw appearances
                # apart from the page ignore it and lay the seal on top.
                ink = pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, BM=pikepdf.Name.Multiply)
                resources.ExtGState = pikepdf.Dictionary({"/Ink": ink})
                operators.append(placed)
            if self.qr_text and "qr" in self.parts:
                operators.append(qr_operators(self.qr_text, self.parts["qr"]))
            page.obj.Resources = resources
            page.obj.Contents = paper.make_stream("\n".join(operators).encode("ascii"))
            out = io.BytesIO()
            paper.save(out, deterministic_id=True)
        return out.getvalue()

    def _seal(self, paper: "pikepdf.Pdf", seal: "SealImage") -> tuple[Any, str]:
        left, bottom, right, top = self.parts["mark"]
        natural = seal.width / seal.height
        wide = min(right - left, (top - bottom) * natural)
        tall = wide / natural
        x, y = (left + right - wide) / 2, (bottom + top - tall) / 2
        drawn, unit_width, unit_height = seal.place(paper)
        placed = (
            f"q /Ink gs {wide / unit_width:.5f} 0 0 {tall / unit_height:.5f} {x:.3f} {y:.3f} cm "
            "/Seal Do Q"
        )
        return drawn, placed


def qr_operators(text: str, box: Box) -> str:
    """The QR as black rectangles in its box, as large as its shorter side allows."""
    from sanzhi_desktop.documents.qr import qr_rectangles

    left, bottom, right, top = box
    side = min(right - left, top - bottom)
    rectangles = " ".join(
        f"{left + x:.3f} {bottom + y:.3f} {w:.3f} {h:.3f} re"
        for x, y, w, h in qr_rectangles(text, side)
    )
    return f"q 0 g {rectangles} f Q"
