"""Seals as offices bring them: scans, cut-outs, photographs, a page of PDF. All drawn here."""

import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

from tests.documents import signed_papers as papers

RED = (206, 20, 24)


def _drawn(
    mode: str, background: tuple[int, ...], ink: tuple[int, ...], side: int = 600
) -> Image.Image:
    picture = Image.new(mode, (side + 200, side + 300), background)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((100, 150, 100 + side, 150 + side), outline=ink, width=side // 30)
    pen.rectangle((side // 2 + 60, side // 2 + 110, side // 2 + 140, side // 2 + 190), fill=ink)
    return picture


def _bytes(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


@cache
def cut_out_png() -> bytes:
    """With an alpha channel."""
    return _bytes(_drawn("RGBA", (255, 255, 255, 0), (*RED, 255)), "PNG")


@cache
def scanned_jpeg() -> bytes:
    """On white paper."""
    return _bytes(_drawn("RGB", (255, 255, 255), RED), "JPEG")


@cache
def cmyk_jpeg() -> bytes:
    """From a print shop."""
    return _bytes(_drawn("RGB", (255, 255, 255), RED).convert("CMYK"), "JPEG")


@cache
def palette_png() -> bytes:
    """With a palette, as drawing programs save it."""
    return _bytes(_drawn("RGB", (255, 255, 255), RED).convert("P"), "PNG")


@cache
def pdf_page() -> bytes:
    """A page of PDF."""
    return papers.seal().data


ALL: list[Callable[[], bytes]] = [cut_out_png, scanned_jpeg, cmyk_jpeg, palette_png, pdf_page]


def png(side: int) -> bytes:
    """A scan of the given size."""
    return _bytes(_drawn("RGB", (255, 255, 255), RED, side), "PNG")


def soft_png() -> bytes:
    """A scan with soft edges, as real ink has them."""
    drawn = _drawn("RGB", (255, 255, 255), RED)
    return _bytes(drawn.filter(ImageFilter.GaussianBlur(3)), "PNG")


def blank() -> bytes:
    """An empty sheet with the dust scanners see."""
    picture = Image.new("RGB", (700, 700), (255, 255, 255))
    picture.putpixel((10, 10), (250, 251, 250))
    return _bytes(picture, "PNG")
