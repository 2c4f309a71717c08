"""Makes the committed font files from the published packages named in README.md.

    python resources/fonts/build.py FOLDER-WITH-THE-UNPACKED-PACKAGES

Not part of the program. Needs fontTools; takes two to three minutes. Each face is cut to the
characters that it must print in its own design; what a face lacks is printed by the next one in
the order of `sanzhi_desktop.documents.fonts`.
"""

import lzma
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

HERE = Path(__file__).parent
EPOCH = 3_818_000_000  # a fixed head.modified, so that a rebuild gives the same bytes


def gb2312() -> set[int]:
    """The 7445 characters of GB/T 2312: 6763 hanzi and the signs."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def general_standard(unihan: Path) -> set[int]:
    """The 8105 hanzi of 通用规范汉字表 (Unihan kTGH)."""
    lines = unihan.read_text("utf-8").splitlines()
    return {int(line[2 : line.index("\t")], 16) for line in lines if "\tkTGH\t" in line}


def is_hanzi(code: int) -> bool:
    """Whether a code point is a hanzi (URO, extensions, compatibility)."""
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or code >= 0x20000


def signs(font: TTFont) -> set[int]:
    """Signs worth keeping: Latin, punctuation, units, numbers in circles, no kana or hangul."""
    kept = (
        (0x20, 0x17F),
        (0x391, 0x3C9),
        (0x2010, 0x206F),
        (0x20A0, 0x2BFF),
        (0x3000, 0x303F),
        (0x3220, 0x33FF),
        (0xFE30, 0xFE4F),
        (0xFF01, 0xFFEF),
        (0x2160, 0x217F),
    )
    return {code for code in font.getBestCmap() if any(low <= code <= high for low, high in kept)}


def cut(font: TTFont, codes: Iterable[int], name: str, family: str, note: str) -> bytes:
    """The font reduced to `codes`, renamed, without hinting and layout tables."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 9, 11, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "DSIG", "STAT", "VORG"]
    options.recalc_timestamp = False
    options.glyph_names = False
    worker = subset.Subsetter(options)
    worker.populate(unicodes=set(codes))
    worker.subset(font)
    names = font["name"]
    for record in list(names.names):
        if (record.platformID, record.langID) != (3, 0x409):
            names.removeNames(record.nameID, record.platformID, record.platEncID, record.langID)
    for identity, text in (
        (1, family),
        (2, "Regular"),
        (3, f"{name};sanzhi"),
        (4, family),
        (6, name),
    ):
        names.setName(text, identity, 3, 1, 0x409)
    names.setName(note, 10, 3, 1, 0x409)
    font["head"].modified = EPOCH
    font.recalcTimestamp = False
    target = HERE / f"{name}.tmp"
    font.save(target)
    data = target.read_bytes()
    target.unlink()
    return data


def to_truetype(font: TTFont, codes: set[int]) -> TTFont:
    """CFF outlines turned into quadratic ones, at most 1.5 thousandths of the size away."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.desubroutinize = True
    worker = subset.Subsetter(options)
    worker.populate(unicodes=codes)
    worker.subset(font)
    glyphs = {}
    outlines = font.getGlyphSet()
    for glyph in font.getGlyphOrder():
        pen = TTGlyphPen(outlines)
        outlines[glyph].draw(Cu2QuPen(pen, max_err=1.5, reverse_direction=True))
        glyphs[glyph] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder = font.getGlyphOrder()
    table.glyphs = glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in (
        "maxZones",
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
    ):
        setattr(maxp, field, 1 if field == "maxZones" else 0)
    maxp.maxComponentElements = maxp.maxComponentDepth = 0
    font["post"].formatType = 3.0
    font["post"].extraNames, font["post"].mapping = [], {}
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"
    return font


def report(name: str, size: int) -> None:
    """One line for each font made."""
    sys.stdout.write(f"{name} {size:,} bytes\n")


def only(folder: Path, name: str) -> Path:
    """The one file of that name under the folder."""
    return next(path for path in sorted(folder.rglob(name)) if path.is_file())


def main(folder: Path) -> None:
    """Writes every committed font beside this script."""
    basic, standard = gb2312(), general_standard(only(folder, "Unihan_OtherMappings.txt"))
    wide = basic | standard
    # 𰻝 and 𰻞 are in the Sans alone, so the Hei keeps them for every face that lacks them.
    jobs = (
        ("SanzhiSong", "Sanzhi Song", "NotoSerifSC_400Regular.ttf", wide),
        ("SanzhiTitle", "Sanzhi Title", "NotoSerifSC_700Bold.ttf", wide),
        ("SanzhiHei", "Sanzhi Hei", "NotoSansSC_500Medium.ttf", wide | {0x30EDD, 0x30EDE}),
        ("SanzhiKai", "Sanzhi Kai", "LXGWWenKai-Regular.ttf", basic),
    )
    for name, family, source, codes in jobs:
        font = TTFont(only(folder, source))
        note = f"Cut from {source}, see resources/fonts/README.md"
        data = cut(
            font, {code for code in codes if is_hanzi(code)} | signs(font), name, family, note
        )
        (HERE / f"{name}.ttf").write_bytes(data)
        report(name, len(data))
    font = TTFont(only(folder, "FandolFang-Regular.otf"))
    keep = {code for code in wide if is_hanzi(code)} | signs(font)
    font = to_truetype(font, keep)
    data = cut(font, keep, "SanzhiFang", "Sanzhi Fang", "FandolFang, outlines made TrueType")
    (HERE / "SanzhiFang.ttf").write_bytes(data)
    report("SanzhiFang", len(data))
    font = TTFont(only(folder, "NotoSerifSC_400Regular.ttf"))
    rest = {code for code in font.getBestCmap() if is_hanzi(code)} - wide
    data = cut(font, rest, "SanzhiRare", "Sanzhi Rare", "Cut from NotoSerifSC_400Regular.ttf")
    packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    (HERE / "SanzhiRare.ttf.xz").write_bytes(packed)
    report("SanzhiRare", len(packed))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
