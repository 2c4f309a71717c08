"""Finds the fonts for the typeface roles of official papers and answers which font prints what.

The PC's own 仿宋, 黑体, 楷体 and 小标宋 come first, by the family name inside the file; bundled
open fonts otherwise (`resources/fonts/faces.toml`). Nothing here lays out text or writes files.
"""

import io
import lzma
import os
import re
import struct
import sys
import threading
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.documents.blocks import Face
from sanzhi_desktop.domain.errors import Code, DomainError

_FAMILY_NAMES = (1, 4, 6, 16)  # family, full name, PostScript name, typographic family
_NO_EMBEDDING = 0x0002 | 0x0300  # OS/2 fsType: restricted, no subsetting, bitmaps only


class FontFault(Code):
    """What is wrong with the fonts or with a character to be printed."""

    NO_GLYPH = "typeset.no_glyph"
    MISSING = "typeset.font_missing"


def clean(text: str) -> str:
    """Text as it is set: one kind of line end, no invisible characters, tabs as spaces.

    Copied text brings zero-width joiners, byte order marks and variation selectors; they print
    nothing, so they must not count as unprintable.
    """
    if text.isascii() and text.isprintable():
        return text
    text = "\n".join(text.splitlines()) + ("\n" if text.endswith("\n") else "")
    text = text.replace("\t", " ").replace("\xa0", " ")
    return "".join(char for char in text if char == "\n" or not _invisible(char))


def _invisible(char: str) -> bool:
    code = ord(char)
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return True
    return unicodedata.category(char) in ("Cc", "Cf")


class Typeface:
    """One font file, parsed: widths, outlines that really exist, and subsets for embedding."""

    def __init__(self, data: bytes, index: int = 0) -> None:
        from reportlab.pdfbase.ttfonts import TTFontFile

        self._file: Any = TTFontFile(io.BytesIO(data), validate=0, subfontIndex=index)
        self._lock = threading.Lock()
        self.name: str = re.sub(rb"[^A-Za-z0-9_-]", b"", self._file.name).decode("ascii")
        self.glyphs: Mapping[int, int] = self._file.charToGlyph
        self.widths: Mapping[int, float] = self._file.charWidths

    @classmethod
    def load(cls, path: Path, index: int = 0) -> "Typeface":
        """Reads a font file, packed or plain. Raises DomainError when it is not there."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DomainError(FontFault.MISSING, file=path.name) from error
        return cls(lzma.decompress(data) if path.suffix == ".xz" else data, index)

    def prints(self, code: int) -> bool:
        """Whether the character leaves ink (a mapped glyph may be empty) or is a known space."""
        glyph = self.glyphs.get(code)
        if not glyph:
            return False
        offsets = self._file.glyphPos
        return offsets[glyph + 1] > offsets[glyph] or chr(code).isspace()

    @property
    def metrics(self) -> Mapping[str, Any]:
        """What a font descriptor needs, in thousandths of the size."""
        file = self._file
        return {
            "ascent": round(file.ascent),
            "descent": round(file.descent),
            "cap_height": round(file.capHeight or file.ascent),
            "stem": round(file.stemV),
            "angle": file.italicAngle,
            "bbox": tuple(round(value) for value in file.bbox),
        }

    def subset(self, codes: Sequence[int]) -> tuple[bytes, list[int]]:
        """A font file with these characters alone, and the glyph number of each in it."""
        with self._lock:  # the parser keeps its read position in itself
            data: bytes = self._file.makeSubset(list(codes))
        numbers: dict[int, int] = {0: 0}
        return data, [numbers.setdefault(self.glyphs.get(c, 0), len(numbers)) for c in codes]


@dataclass(frozen=True, slots=True)
class FontFile:
    """Where a font stands: the file and its number in a collection (.ttc)."""

    path: Path
    index: int = 0


class FaceSet:
    """The fonts for each role, found and parsed on first use. Safe to share between threads."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._found: _Choice | None = None
        self._loaded: dict[FontFile, Typeface | None] = {}
        self._printers: dict[tuple[Face, str], Typeface | None] = {}
        self._lock = threading.Lock()

    @property
    def _choice(self) -> "_Choice":
        """Looked for on first use: hundreds of fonts are named inside their files."""
        with self._lock:
            if self._found is None:
                self._found = _choose(self._folders)
            return self._found

    def _load(self, file: FontFile) -> Typeface | None:
        """The parsed font; None for a font of this PC that turns out to be damaged."""
        from reportlab.pdfbase.ttfonts import TTFError

        with self._lock:
            if file not in self._loaded:
                try:
                    self._loaded[file] = Typeface.load(file.path, file.index)
                except (TTFError, struct.error, LookupError, ValueError):
                    self._loaded[file] = None
            return self._loaded[file]

    def file(self, role: Face) -> FontFile:
        """The font file chosen for a role, for others who must embed the same font."""
        return next(file for file in self._choice.files[role] if self._load(file) is not None)

    def face(self, role: Face) -> Typeface:
        """The font of a role. Raises DomainError when even the bundled one is missing."""
        files = self._choice.files[role]
        for file in files:
            face = self._load(file)
            if face is not None:
                return face
        raise DomainError(FontFault.MISSING, file=files[-1].path.name)

    def warm(self, roles: Iterable[Face] = tuple(Face)) -> None:
        """Parses the fonts ahead of use, for a background thread at start."""
        for role in roles:
            self.face(role)

    def printer(self, char: str, role: Face) -> Typeface | None:
        """The font that prints this character in this role, or None when no font can."""
        key = (role, char)
        if key not in self._printers:
            code = ord(char)
            faces = map(self._load, (*self._choice.files[role], *self._choice.fallback))
            self._printers[key] = next(
                (face for face in faces if face is not None and face.prints(code)), None
            )
        return self._printers[key]

    def require(self, text: str, role: Face, where: str) -> None:
        """Raises DomainError naming the first character of `text` that no font can print."""
        text = clean(text).replace("\n", "")
        for position, char in enumerate(text):
            if self.printer(char, role) is None:
                context = text[max(0, position - 6) : position + 7]
                raise DomainError(
                    FontFault.NO_GLYPH,
                    character=char,
                    codepoint=f"U+{ord(char):04X}",
                    where=where,
                    context=context,
                )


@dataclass(frozen=True, slots=True)
class _Choice:
    """The fonts of each role, best first, and where a character is looked for that they lack."""

    files: Mapping[Face, tuple[FontFile, ...]]
    fallback: tuple[FontFile, ...]


def bundled_faces() -> FaceSet:
    """The committed fonts alone: the same pages on every machine."""
    return FaceSet(())


def find_faces(folders: Iterable[Path]) -> FaceSet:
    """The PC's own fonts where its `folders` hold them, the committed ones otherwise.

    Costs nothing by itself; the folders are read on first use.
    """
    return FaceSet(folders)


def _choose(folders: Iterable[Path]) -> _Choice:
    table = tomllib.loads(resources.path("fonts", "faces.toml").read_text("utf-8"))
    folder = resources.path("fonts")
    own = {family: file for file, families in _scan(folders) for family in families}

    def found(families: Iterable[str]) -> list[FontFile]:
        named = (own.get(family.casefold()) for family in families)
        return [file for file in named if file is not None]

    files = {
        role: (
            *found(table[role.value]["families"])[:1],
            FontFile(folder / table[role.value]["bundled"]),
        )
        for role in Face
    }
    fallback = (FontFile(folder / name) for name in table["fallback"]["bundled"])
    return _Choice(files, (*fallback, *found(table["fallback"]["families"])))


def system_folders(environment: Mapping[str, str], platform: str = sys.platform) -> list[Path]:
    """Where this system keeps fonts, for everybody and for this user."""
    if platform == "win32":
        places = [Path(environment.get("WINDIR", r"C:\Windows")) / "Fonts"]
        if local := environment.get("LOCALAPPDATA"):
            places.append(Path(local) / "Microsoft" / "Windows" / "Fonts")
        return places
    home = Path(environment.get("HOME", os.sep))
    if platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts"]


def _scan(folders: Iterable[Path]) -> Iterator[tuple[FontFile, set[str]]]:
    """Usable TrueType fonts below the folders with their family names, casefolded."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.lower() in (".ttf", ".ttc"):
                yield from _families(path)


def _families(path: Path) -> Iterator[tuple[FontFile, set[str]]]:
    try:
        with path.open("rb") as stream:
            for index, offset in enumerate(_fonts_in(stream)):
                if families := _read_names(stream, offset):
                    yield FontFile(path, index), families
    except (OSError, struct.error, UnicodeDecodeError):
        return  # a damaged font of this PC is no font


def _fonts_in(stream: io.BufferedReader) -> list[int]:
    """Offsets of the fonts in a file; empty for PostScript outlines and foreign files."""
    head = stream.read(12)
    if head[:4] == b"ttcf":
        count = struct.unpack(">L", head[8:12])[0]
        if count > 64:
            return []
        return list(struct.unpack(f">{count}L", stream.read(4 * count)))
    return [0] if head[:4] in (b"\0\1\0\0", b"true") else []


def _read_names(stream: io.BufferedReader, offset: int) -> set[str]:
    """The family names of one font, or nothing when it cannot or may not be embedded."""
    stream.seek(offset)
    head = stream.read(12)
    count = struct.unpack(">H", head[4:6])[0]
    records = (struct.unpack(">4sLLL", stream.read(16)) for _ in range(count))
    tables = {tag: (start, length) for tag, _, start, length in records}
    if not {b"glyf", b"OS/2", b"name"} <= tables.keys():
        return set()
    stream.seek(tables[b"OS/2"][0] + 8)
    if struct.unpack(">H", stream.read(2))[0] & _NO_EMBEDDING:
        return set()
    start, length = tables[b"name"]
    stream.seek(start)
    data = stream.read(length)
    found = set()
    _, count, strings = struct.unpack(">HHH", data[:6])
    for number in range(count):
        platform, _, _, kind, size, at = struct.unpack_from(">6H", data, 6 + 12 * number)
        if kind in _FAMILY_NAMES and platform in (0, 3):
            found.add(data[strings + at : strings + at + size].decode("utf-16-be").casefold())
    return found
