"""Turns text into glyphs: the font of each character, its advance on the grid, what fell back."""

from collections.abc import Iterable

from sanzhi_desktop.documents.blocks import CheckBox, Face, Inline, Run
from sanzhi_desktop.documents.fonts import FaceSet, Typeface, clean
from sanzhi_desktop.documents.typeset.line import Glyph

BOX = "□"  # stands for a drawn check box in a line's text; on the page it is a vector


class Setter:
    """Shapes the text of one paper and remembers which characters stand in another font."""

    def __init__(self, faces: FaceSet) -> None:
        self._faces = faces
        self._known: dict[tuple[Face, float, float], dict[str, Glyph]] = {}
        self.fallbacks: dict[str, None] = {}
        self.used: dict[Face, str] = {}

    def shape(
        self,
        content: Iterable[Inline],
        *,
        face: Face,
        size: float,
        where: str,
        cell: float | None = None,
    ) -> list[Glyph]:
        """Glyphs for the content. A full-width character takes one `cell` (default: its size).

        Raises DomainError `typeset.no_glyph` for a character that no font can print.
        """
        glyphs: list[Glyph] = []
        width = cell if cell is not None else size
        for item in content:
            if isinstance(item, CheckBox):
                glyphs.append(Glyph(BOX, None, width, item.ticked))
                continue
            role = item.face or face
            known = self._known.setdefault((role, size, width), {})
            for char in clean(item.text):
                glyph = known.get(char)
                if glyph is None:
                    glyph = known[char] = self._glyph(
                        char, role, size=size, cell=width, where=where, run=item
                    )
                glyphs.append(glyph)
        return glyphs

    def text(self, text: str, *, face: Face, size: float, where: str) -> list[Glyph]:
        """Glyphs for plain text of one face that must stay on one line."""
        text = " ".join(text.split("\n"))
        return self.shape((Run(text),), face=face, size=size, where=where)

    def _glyph(
        self, char: str, role: Face, *, size: float, cell: float, where: str, run: Run
    ) -> Glyph:
        if char == "\n":
            return Glyph(char, None, 0.0)
        face = self._faces.printer(char, role)
        if face is None:
            self._faces.require(run.text, role, where)
            raise AssertionError(char)  # unreachable: require() names the character and raises
        own = self._faces.face(role)
        self.used[role] = own.name
        if face is not own:
            self.fallbacks[char] = None
        return Glyph(char, face, advance(face, char, size, cell))


def advance(face: Typeface, char: str, size: float, cell: float) -> float:
    """The room a character takes: a cell when it is full-width, else its own width."""
    width = face.widths.get(ord(char), 1000)
    return cell if width > 900 else width * size / 1000
