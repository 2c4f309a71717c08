"""Materials: PDF, image and text inside the program, the rest outside from a read-only copy."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.application.ports import FileStore
from sanzhi_desktop.domain.case import Material
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.materials_view import load, outside_copy


class Folder:
    """A store of a few named files, as far as the view asks for one."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def path(self, sha256: str) -> Path:
        return self._files[sha256]


def store(files: Mapping[str, Path]) -> FileStore:
    return cast("FileStore", Folder(files))


def material(file_name: str) -> Material:
    return Material(material_id="m", code="", name="材料", sha256="x", file_name=file_name)


@pytest.mark.parametrize(("suffix", "kind"), [(".pdf", "pdf"), (".png", "image"), (".txt", "text")])
def test_shows_the_bundled_materials_inside(suffix: str, kind: str) -> None:
    folder = resources.path("samples", "materials")
    file = next(p for p in sorted(folder.iterdir()) if p.suffix == suffix)
    loaded = load(store({"x": file}), material(file.name))
    shown = {
        "pdf": bool(loaded.pdf),
        "image": loaded.image is not None,
        "text": loaded.text is not None,
    }
    assert [k for k, on in shown.items() if on] == [kind]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_reads_texts_as_chinese_pcs_write_them(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("询问笔录：䶮某".encode(encoding))
    assert load(store({"x": file}), material("a.txt")).text == "询问笔录：䶮某"


def test_a_broken_picture_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"\x89PNG cut off")
    with pytest.raises(DomainError) as caught:
        load(store({"x": file}), material("a.png"))
    assert caught.value.code is DeskFault.IMAGE_UNREADABLE


def test_anything_else_is_for_other_programs(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(b"PK")
    loaded = load(store({"x": file}), material("a.zip"))
    assert (loaded.pdf, loaded.image, loaded.text) == (b"", None, None)


@pytest.mark.parametrize("name", ["案卷.docx", "../../逃出.docx", "/etc/passwd", ""])
def test_the_copy_is_read_only_and_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    stored = tmp_path / "stored"
    stored.write_bytes(b"original")
    within = tmp_path / "outside"
    within.mkdir()
    copy = outside_copy(store({"x": stored}), material(name), within)
    assert copy.resolve().is_relative_to(within)
    assert copy.read_bytes() == b"original"
    assert not os.stat(copy).st_mode & 0o222  # noqa: PTH116 - the bits are what is tested
    assert copy != stored
