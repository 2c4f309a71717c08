"""Seals: imported in the forms offices have them, drawn for sample offices."""

import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.documents.seal import PDF, PNG, import_seal, make_seal, stored_seal
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain
from tests.documents import seal_pictures
from tests.documents import signed_papers as papers


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        action()
    assert "…" not in explain(caught.value)  # every fact of the sentence is there
    return caught.value.code.value


def _picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGBA")


@pytest.mark.parametrize("make", seal_pictures.ALL, ids=lambda make: make.__name__)
def test_every_form_becomes_a_cropped_transparent_picture(make: Callable[[], bytes]) -> None:
    seal = import_seal(make())
    assert seal.media == PNG
    picture = _picture(seal.data)
    assert (picture.width, picture.height) == (seal.width, seal.height)
    assert max(picture.size) <= 800
    assert abs(picture.width - picture.height) <= 0.02 * picture.width  # cropped to the circle
    corner = picture.getpixel((2, 2))
    rim = picture.getpixel((picture.width // 2, 6))
    assert isinstance(corner, tuple)
    assert isinstance(rim, tuple)
    assert corner[3] == 0
    assert rim[3] > 180
    assert rim[0] > 150
    assert max(rim[1:3]) < 90


def test_on_white_paper_the_colours_are_those_of_the_scan() -> None:
    scan = _picture(seal_pictures.soft_png()).convert("RGB")
    seal = _picture(import_seal(seal_pictures.soft_png()).data)
    paper = Image.new("RGBA", seal.size, (255, 255, 255, 255))
    paper.alpha_composite(seal)
    middle = ((scan.width - seal.width) // 2, (scan.height - seal.height) // 2)
    worst = min(
        _worst(paper.convert("RGB"), scan, middle[0] + x, middle[1] + y)
        for x in (-1, 0, 1)
        for y in (-1, 0, 1)
    )
    assert worst <= 14  # what is taken for the white of the paper


def _worst(picture: Image.Image, scan: Image.Image, left: int, top: int) -> int:
    """The largest difference of one colour between a picture and its place in a scan."""
    cut = scan.crop((left, top, left + picture.width, top + picture.height))
    bands = ImageChops.difference(picture, cut).split()
    return max(level for band in bands for level, n in enumerate(band.histogram()) if n)


def test_a_stored_seal_reads_back() -> None:
    imported = import_seal(seal_pictures.cut_out_png())
    again = stored_seal(imported.data, imported.media)
    assert (again.media, again.width, again.height) == (PNG, imported.width, imported.height)
    drawn = stored_seal(papers.seal().data, PDF)
    assert (drawn.width, drawn.height) == pytest.approx((119.055, 119.055), abs=0.01)


def _bomb() -> bytes:
    """A PNG head that promises 40000 x 40000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
        )

    head = struct.pack(">LLBBBBB", 40_000, 40_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def _two_pages() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.seal().data)) as book:
        book.pages.append(book.pages[0])
        book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lambda: b"", KeyFault.SEAL_UNREADABLE),
        (lambda: b"GIF89a", KeyFault.SEAL_UNREADABLE),
        (lambda: seal_pictures.cut_out_png()[:200], KeyFault.SEAL_UNREADABLE),
        (lambda: seal_pictures.scanned_jpeg()[:30], KeyFault.SEAL_UNREADABLE),
        (lambda: b"%PDF-1.7 nothing", KeyFault.SEAL_UNREADABLE),
        (lambda: bytes(10_000_001), KeyFault.SEAL_TOO_LARGE),
        (_bomb, KeyFault.SEAL_TOO_LARGE),
        (lambda: seal_pictures.png(240), KeyFault.SEAL_TOO_SMALL),
        (seal_pictures.blank, KeyFault.SEAL_BLANK),
        (_two_pages, KeyFault.SEAL_PAGES),
    ],
)
def test_what_is_no_seal_is_refused(data: Callable[[], bytes], code: KeyFault) -> None:
    content = data()
    assert _code(lambda: import_seal(content)) == code


@pytest.mark.parametrize("name", ["某局", "示例市综合行政执法局", "示" * 30])
def test_a_drawn_seal_says_the_name_and_that_it_is_a_sample(name: str) -> None:
    seal = make_seal(name, faces=papers.faces(), note="样例")
    with pypdfium2.PdfDocument(seal.data) as book:
        text = book[0].get_textpage().get_text_range()
        picture = book[0].render(scale=3).to_pil().convert("RGB")
    assert "".join(text.split()) == name + "样例"
    colours = picture.getcolors(1 << 24)
    assert colours is not None
    red = sum(
        n for n, colour in colours if isinstance(colour, tuple) and colour[0] > colour[1] + 40
    )
    assert 0.05 < red / (picture.width * picture.height) < 0.4
    edge = picture.crop((0, 0, picture.width, 2)).getcolors(1 << 20)
    assert edge is not None
    assert len(edge) > 1  # the rim reaches the edge, nothing is drawn beyond it


def test_the_same_name_gives_the_same_seal() -> None:
    first, second = (make_seal("示例局", faces=papers.faces()).data for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", ["", "局", "示" * 31])
def test_names_that_fit_no_rim_are_refused(name: str) -> None:
    assert _code(lambda: make_seal(name, faces=papers.faces())) == KeyFault.SEAL_NAME
