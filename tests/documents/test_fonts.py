"""Which font prints what: bundled coverage, the PC's own fonts first, what cannot be printed."""

import hashlib
import lzma
import shutil
import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from sanzhi_desktop import resources
from sanzhi_desktop.documents.blocks import Document, Face, Paragraph, Run
from sanzhi_desktop.documents.fonts import (
    FontFault,
    bundled_faces,
    clean,
    find_faces,
    system_folders,
)
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain

FONTS = resources.path("fonts")
RARE = "䶮㛃𬭎"


def test_bundled_fonts_are_small_and_licensed() -> None:
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 25_000_000
    ofl = (FONTS / "LICENSE-OFL-1.1.txt").read_text("utf-8")
    for owner in ("Google", "Adobe", "LXGW", "Klee"):
        assert owner in ofl
    assert "GNU GENERAL PUBLIC LICENSE" in (FONTS / "LICENSE-GPL-3.txt").read_text("utf-8")


@pytest.mark.parametrize("file", sorted(FONTS.glob("*.ttf*")), ids=lambda path: path.name)
def test_bundled_fonts_use_no_reserved_name_and_may_be_embedded(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    plain = tmp_path / "font.ttf"
    plain.write_bytes(lzma.decompress(data) if file.suffix == ".xz" else data)
    font = TTFont(plain)
    names = " ".join(str(font["name"].getName(key, 3, 1)) for key in (1, 4, 6))
    assert "Sanzhi" in names
    for reserved in ("LXGW", "霞鹜", "Source", "Klee"):
        assert reserved not in names
    assert font["OS/2"].fsType & 0x0302 == 0
    assert "glyf" in font


def _gb2312() -> list[str]:
    found = []
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


@pytest.mark.parametrize("role", list(Face))
def test_every_role_prints_every_hanzi_of_gb2312_itself(role: Face) -> None:
    faces = bundled_faces()
    hanzi = [char for char in _gb2312() if "\u4e00" <= char <= "\u9fff"]
    assert len(hanzi) == 6763
    own = faces.face(role)
    assert [char for char in hanzi if not own.prints(ord(char))] == []


def test_rare_names_and_traditional_characters_print_in_every_role() -> None:
    faces = bundled_faces()
    for role in Face:
        for char in RARE + "𬴊𫖯㑇𠅤𣲗𰻝" + "環執審龍龔①②③℃※㎡":
            assert faces.printer(char, role) is not None, (role, char)


def test_a_mapped_but_empty_glyph_is_no_glyph() -> None:
    face = bundled_faces().face(Face.BODY)
    code = ord("国")
    offsets = list(face._file.glyphPos)
    glyph = face.glyphs[code]
    assert face.prints(code)
    offsets[glyph + 1] = offsets[glyph]
    face._file.glyphPos = offsets
    assert not face.prints(code)
    assert face.prints(0x3000)


def test_what_no_font_prints_is_an_error_that_names_the_character_and_the_place() -> None:
    text = "当事人姓名为\ue5b1某，住本市"
    document = Document("opinion", "t", "a", (Paragraph((Run(text),)),))
    with pytest.raises(DomainError) as caught:
        lay_out(document, bundled_faces())
    assert caught.value.code is FontFault.NO_GLYPH
    assert caught.value.facts["character"] == "\ue5b1"
    assert caught.value.facts["codepoint"] == "U+E5B1"
    assert "姓名为\ue5b1某" in caught.value.facts["context"]
    assert "正文" in explain(caught.value)


def test_invisible_characters_of_copied_text_are_dropped_and_nothing_else() -> None:
    assert clean("\ufeff审\u200b核\u00ad人\ufe0f\r\n张\t某\xa0") == "审核人\n张 某 "
    assert clean("一\u2028二\x0b三\r四\n") == "一\n二\n三\n四\n"
    assert clean("审核——……《①》𬭎") == "审核——……《①》𬭎"


def test_the_pc_own_fonts_come_first_by_the_name_inside_the_file(tmp_path: Path) -> None:
    font = TTFont(FONTS / "SanzhiKai.ttf")
    for identity, name in ((1, "仿宋_GB2312"), (4, "仿宋_GB2312"), (6, "FangSong_GB2312")):
        font["name"].setName(name, identity, 3, 1, 0x804)
    faces = find_faces([tmp_path, tmp_path / "absent"])  # reads nothing before its first use
    font.save(tmp_path / "whatever.ttf")
    assert faces.file(Face.BODY).path == tmp_path / "whatever.ttf"
    assert faces.file(Face.HEI).path == FONTS / "SanzhiHei.ttf"
    # What the PC's font lacks comes from the bundled font of the same role or from the Song.
    printer = faces.printer("䶮", Face.BODY)
    assert printer is not None
    assert printer.name.startswith("Sanzhi")


def test_fonts_that_may_not_be_embedded_or_are_damaged_are_passed_over(tmp_path: Path) -> None:
    font = TTFont(FONTS / "SanzhiKai.ttf")
    font["name"].setName("黑体", 1, 3, 1, 0x804)
    font["OS/2"].fsType = 2
    font.save(tmp_path / "forbidden.ttf")
    (tmp_path / "damaged.ttf").write_bytes(b"\0\1\0\0\xff\xff" + b"x" * 40)
    (tmp_path / "empty.ttc").write_bytes(b"ttcf")
    shutil.copy(FONTS / "faces.toml", tmp_path / "text.ttf")
    assert find_faces([tmp_path]).file(Face.HEI).path == FONTS / "SanzhiHei.ttf"


def test_a_font_that_cannot_be_parsed_gives_way_to_the_bundled_one(tmp_path: Path) -> None:
    font = TTFont(FONTS / "SanzhiKai.ttf")
    font["name"].setName("黑体", 1, 3, 1, 0x804)
    font.save(tmp_path / "hei.ttf")
    whole = (tmp_path / "hei.ttf").read_bytes()
    (tmp_path / "hei.ttf").write_bytes(whole.replace(b"cmap", b"cmab", 1))
    faces = find_faces([tmp_path])
    assert faces.face(Face.HEI).name == "SanzhiHei"
    printer = faces.printer("审", Face.HEI)
    assert printer is not None
    assert printer.name == "SanzhiHei"


def test_what_the_pc_own_font_lacks_comes_from_the_bundled_font_of_that_role(
    tmp_path: Path,
) -> None:
    for role in ("title", "hei", "kai", "body"):
        table = tomllib.loads((FONTS / "faces.toml").read_text("utf-8"))
        font = TTFont(FONTS / "SanzhiKai.ttf")
        for cmap in font["cmap"].tables:
            cmap.cmap.pop(ord("审"), None)
        font["name"].setName(table[role]["families"][0], 1, 3, 1, 0x804)
        font.save(tmp_path / f"{role}.ttf")
    faces = find_faces([tmp_path])
    for role, bundled in ((Face.BODY, "SanzhiFang"), (Face.HEI, "SanzhiHei")):
        printer = faces.printer("审", role)
        assert printer is not None
        assert printer.name == bundled
        kept = faces.printer("核", role)
        assert kept is not None
        assert kept.name == "SanzhiKai"


def test_system_folders_of_windows_hold_both_places() -> None:
    places = system_folders({"WINDIR": "W", "LOCALAPPDATA": "L"}, "win32")
    assert places == [Path("W/Fonts"), Path("L/Microsoft/Windows/Fonts")]


def test_a_subset_keeps_outlines_and_order() -> None:
    face = bundled_faces().face(Face.HEI)
    codes = [ord(char) for char in "审核（Aé1"]
    data, glyphs = face.subset(codes)
    assert hashlib.sha256(data).digest() == hashlib.sha256(face.subset(codes)[0]).digest()
    assert len(set(glyphs)) == len(codes)
    assert all(glyphs)


def test_every_role_of_the_table_has_its_file() -> None:
    table = tomllib.loads((FONTS / "faces.toml").read_text("utf-8"))
    for role in Face:
        assert (FONTS / table[role.value]["bundled"]).is_file()
