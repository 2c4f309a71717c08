"""The office's seal: importing its image, drawing one for sample offices.

An imported seal always becomes a cropped RGBA picture: nothing of a foreign PDF or picture file
reaches a signed paper but its colours. Who may use it is not known here.
"""

import io
import math
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.documents.blocks import Face
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.documents.sketch import Sketch, glyphs, sketch, width_of
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    import pikepdf
    from PIL.Image import Image

PNG, PDF = "image/png", "application/pdf"
MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
LEAST_PIXELS = 300  # of the longer side: 42 mm at 180 dpi
KEPT_PIXELS = 800  # of the longer side: 42 mm at 480 dpi
MM = 72 / 25.4
DIAMETER = 42.0  # mm, seals of agencies
MAX_NAME = 30  # characters on the rim
RED = "0.8 0 0.02"
_FAINT = 12  # of 255: what scanners leave on white paper


@dataclass(frozen=True, slots=True)
class SealImage:
    """A seal as it is stored: `media` is image/png (imported) or application/pdf (drawn by us).

    `width` and `height` in pixels or points; only their ratio matters on the paper.
    """

    media: str
    data: bytes = field(repr=False)
    width: float
    height: float

    def place(self, paper: "pikepdf.Pdf") -> tuple[Any, float, float]:
        """The seal as an object of another PDF, with the size that object has by itself."""
        if self.media == PDF:
            return self._place_page(paper), self.width, self.height
        return self._place_picture(paper), 1.0, 1.0

    def _place_page(self, paper: "pikepdf.Pdf") -> Any:
        import pikepdf

        with pikepdf.open(io.BytesIO(self.data)) as drawn:
            return paper.copy_foreign(drawn.pages[0].as_form_xobject())

    def _place_picture(self, paper: "pikepdf.Pdf") -> Any:
        from pikepdf import Name
        from PIL import Image

        with Image.open(io.BytesIO(self.data)) as picture:
            colours, cover = picture.convert("RGB"), picture.convert("RGBA").getchannel("A")
        common = {
            "Type": Name.XObject,
            "Subtype": Name.Image,
            "Width": colours.width,
            "Height": colours.height,
            "BitsPerComponent": 8,
            "Filter": Name.FlateDecode,
        }
        mask = paper.make_stream(
            zlib.compress(cover.tobytes(), 9), ColorSpace=Name.DeviceGray, **common
        )
        return paper.make_stream(
            zlib.compress(colours.tobytes(), 9), ColorSpace=Name.DeviceRGB, SMask=mask, **common
        )


def stored_seal(data: bytes, media: str) -> SealImage:
    """A seal out of the store. Raises DomainError when it is neither PNG nor drawn by us."""
    if media == PDF:
        import pikepdf

        with pikepdf.open(io.BytesIO(data)) as drawn:
            box = [float(value) for value in drawn.pages[0].mediabox]
        return SealImage(PDF, data, box[2] - box[0], box[3] - box[1])
    return import_seal(data)


def import_seal(data: bytes) -> SealImage:
    """Reads a seal from PNG, JPEG or a one-page PDF; white paper becomes transparent.

    Raises DomainError: unreadable, too large, too small, blank, more than one page.
    """
    if len(data) > MAX_BYTES:
        raise DomainError(KeyFault.SEAL_TOO_LARGE, limit=MAX_BYTES // 1_000_000)
    if data[:5] == b"%PDF-":
        picture = _render(data)
    elif data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        picture = _decode(data)
    else:
        raise DomainError(KeyFault.SEAL_UNREADABLE)
    covered = _cover(picture).point(lambda value: 255 if value > _FAINT else 0).getbbox()
    if covered is None:
        raise DomainError(KeyFault.SEAL_BLANK)
    picture = picture.crop(covered)
    if max(picture.size) < LEAST_PIXELS:
        raise DomainError(KeyFault.SEAL_TOO_SMALL, least=LEAST_PIXELS, found=max(picture.size))
    picture.thumbnail((KEPT_PIXELS, KEPT_PIXELS))
    picture = _transparent(picture)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return SealImage(PNG, out.getvalue(), picture.width, picture.height)


def _decode(data: bytes) -> "Image":
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise DomainError(KeyFault.SEAL_TOO_LARGE, limit=MAX_BYTES // 1_000_000)
            turned = ImageOps.exif_transpose(opened)
            if "A" in turned.getbands() or "transparency" in turned.info:
                return turned.convert("RGBA")
            return turned.convert("RGB")
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise DomainError(KeyFault.SEAL_UNREADABLE) from error
    except Image.DecompressionBombError as error:
        raise DomainError(KeyFault.SEAL_TOO_LARGE, limit=MAX_BYTES // 1_000_000) from error


def _render(data: bytes) -> "Image":
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DomainError(KeyFault.SEAL_UNREADABLE) from error
    try:
        if len(document) != 1:
            raise DomainError(KeyFault.SEAL_PAGES, pages=len(document))
        page = document[0]
        scale = 2 * KEPT_PIXELS / max(*page.get_size(), 1.0)
        picture: Image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        return picture
    finally:
        document.close()


def _has_alpha(picture: "Image") -> bool:
    """Whether any pixel lets the paper through."""
    if picture.mode != "RGBA":
        return False
    return picture.getchannel("A").histogram()[255] < picture.width * picture.height


def _cover(picture: "Image") -> "Image":
    """How far each pixel covers the paper: its alpha, or how far it is from white."""
    from PIL import ImageChops

    if _has_alpha(picture):
        return picture.getchannel("A")
    red, green, blue = picture.convert("RGB").split()
    cover = ImageChops.invert(ImageChops.darker(ImageChops.darker(red, green), blue))
    return cover.point(lambda value: 0 if value <= _FAINT else value)


def _transparent(picture: "Image") -> "Image":
    """White becomes transparent so that laying the picture on white gives the same colours."""
    from PIL import Image, ImageChops

    if _has_alpha(picture):
        return picture
    cover = _cover(picture)
    parts = []
    for channel in picture.convert("RGB").split():
        # channel = 255 - cover + cover * ink / 255, solved for ink
        lack = ImageChops.invert(channel)
        parts.append(ImageChops.invert(_quotient(lack, cover)))
    return Image.merge("RGBA", (*parts, cover))


def _quotient(numerator: "Image", denominator: "Image") -> "Image":
    """255 * numerator / denominator, by pixel, 0 where the denominator is 0."""
    from PIL import Image

    pairs = zip(numerator.tobytes(), denominator.tobytes(), strict=True)
    values = bytes(min(255, 255 * above // below) if below else 0 for above, below in pairs)
    return Image.frombytes("L", numerator.size, values)


def make_seal(name: str, *, faces: FaceSet, note: str = "") -> SealImage:
    """A round seal with the name on its rim and a star, for sample offices.

    `note` (样例, 演示) stands across its foot, so that nobody takes it for a real one. Raises
    DomainError: name empty or too long, a character that no font prints.
    """
    name = name.strip()
    if not 2 <= len(name) <= MAX_NAME:
        raise DomainError(KeyFault.SEAL_NAME, most=MAX_NAME)
    side = DIAMETER * MM
    book, page = sketch(side, side)
    middle, line = side / 2, 1.2 * MM
    page.put(f"{RED} RG {RED} rg {line:.3f} w")
    page.put(_circle(middle, middle - line / 2) + " S")
    page.put(_star(middle, middle, side * 0.15) + " f")
    _rim(page, name, faces, middle)
    if note:
        size = side * 0.1
        text = glyphs(note, faces, Face.HEI, size=size, where=note)
        page.line(text, left=middle - width_of(text) / 2, base=side * 0.17, size=size)
    return SealImage(PDF, book.write(title="", author=""), side, side)


def _rim(page: Sketch, name: str, faces: FaceSet, middle: float) -> None:
    """The name clockwise along the rim, upright at the top, spread as wide as it needs."""
    size = min(17.0, 330.0 / len(name))
    outer = middle - 2.4 * MM
    radius = outer - size  # of the characters' feet
    step = min(math.radians(30), math.radians(285) / len(name))
    start = math.pi / 2 + step * (len(name) - 1) / 2
    # Narrower than wide when the rim is full, as engravers do.
    narrow = min(1.0, step * (radius + size * 0.35) / (size * 1.02))
    for number, glyph in enumerate(glyphs(name, faces, Face.SONG, size=size, where=name)):
        angle = start - step * number
        x, y = middle + radius * math.cos(angle), middle + radius * math.sin(angle)
        sine, cosine = math.sin(angle - math.pi / 2), math.cos(angle - math.pi / 2)
        page.put(
            f"q {narrow * cosine:.5f} {narrow * sine:.5f} {-sine:.5f} {cosine:.5f} "
            f"{x:.3f} {y:.3f} cm"
        )
        page.text([glyph], [0.0], left=-glyph.advance / 2, base=size * 0.12, size=size)
        page.put("Q")


def _circle(middle: float, radius: float) -> str:
    pull = radius * 0.5522847498
    left, right = middle - radius, middle + radius
    near, far = middle - pull, middle + pull
    return (
        f"{right:.3f} {middle:.3f} m "
        f"{right:.3f} {far:.3f} {far:.3f} {right:.3f} {middle:.3f} {right:.3f} c "
        f"{near:.3f} {right:.3f} {left:.3f} {far:.3f} {left:.3f} {middle:.3f} c "
        f"{left:.3f} {near:.3f} {near:.3f} {left:.3f} {middle:.3f} {left:.3f} c "
        f"{far:.3f} {left:.3f} {right:.3f} {near:.3f} {right:.3f} {middle:.3f} c h"
    )


def _star(x: float, y: float, radius: float) -> str:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.381966
        angle = math.pi / 2 + corner * math.pi / 5
        points.append(f"{x + reach * math.cos(angle):.3f} {y + reach * math.sin(angle):.3f}")
    return f"{points[0]} m {' '.join(point + ' l' for point in points[1:])} h"
