"""QR codes read back by an independent reader."""

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from sanzhi_desktop.documents.qr import qr_rectangles

TEXT = "南法审〔2026〕37号\n2026年11月21日\n" + "0123456789abcdef" * 4
SIZE = 25 * 72 / 25.4


def test_rectangles_stay_inside_the_square_and_never_overlap() -> None:
    rectangles = qr_rectangles(TEXT, SIZE)
    seen: set[tuple[float, float]] = set()
    for x, y, width, height in rectangles:
        assert 0 < x < x + width < SIZE
        assert 0 < y < y + height < SIZE
        assert (x, y) not in seen
        seen.add((x, y))
    unit = min(height for *_, height in rectangles)
    # Four modules of white on every side.
    assert min(x for x, *_ in rectangles) == pytest.approx(4 * unit)
    assert max(y + h for _, y, _, h in rectangles) == pytest.approx(SIZE - 4 * unit)


def test_modules_side_by_side_are_one_rectangle() -> None:
    rectangles = sorted((round(y, 3), round(x, 3), w) for x, y, w, _ in qr_rectangles(TEXT, SIZE))
    for (y, x, w), (other_y, other_x, _) in itertools.pairwise(rectangles):
        assert y != other_y or other_x > x + w + 0.1


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbar-tools is not installed")
@pytest.mark.parametrize("dpi", [150, 300])
def test_another_reader_reads_the_text(dpi: int, tmp_path: Path) -> None:
    scale = dpi / 72
    edge = round(SIZE * scale)
    picture = Image.new("L", (edge, edge), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, width, height in qr_rectangles(TEXT, SIZE):
        left, top = x * scale, edge - (y + height) * scale
        pen.rectangle((left, top, left + width * scale - 1, top + height * scale - 1), fill=0)
    picture.save(tmp_path / "qr.png")
    found = subprocess.run(
        ["zbarimg", "--raw", "-q", str(tmp_path / "qr.png")], capture_output=True, check=True
    )
    assert found.stdout.decode().strip() == TEXT
