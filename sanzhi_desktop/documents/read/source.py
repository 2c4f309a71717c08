"""From a path to text with places: looks at size and content before it believes a name."""

from pathlib import Path

from sanzhi_desktop.documents.read import plain
from sanzhi_desktop.documents.read.model import (
    Mark,
    ReadFault,
    ReadMark,
    Source,
    SourceKind,
)
from sanzhi_desktop.domain.errors import DomainError

MAX_BYTES = 200 * 1024 * 1024
MAX_TEXT_BYTES = 8 * 1024 * 1024  # of a plain text; what follows is not read, and said so
_SUFFIXES = {
    ".txt": SourceKind.TEXT,
    ".text": SourceKind.TEXT,
    ".md": SourceKind.TEXT,
    ".docx": SourceKind.WORD,
    ".docm": SourceKind.WORD,
    ".pdf": SourceKind.PDF,
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_CONTENT = (
    (b"{\\rtf", "RTF 文档"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIF 图片"),
    (b"MM\x00*", "TIF 图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "GZ 压缩包"),
    (b"MZ\x90", "Windows 程序"),
    (b"SQLite format 3", "数据库文件"),
    (b"OFD", "OFD 版式文件"),
)


def read_source(path: Path) -> Source:
    """The text of one file. Every refusal is a `read.*` DomainError."""
    head = _head(path)
    named = _SUFFIXES.get(path.suffix.lower())
    held = _content(path, head)
    if named is None and path.suffix.lower() not in {".doc", ".wps"}:
        raise DomainError(ReadFault.UNSUPPORTED, file=path.name, suffix=path.suffix or "（无）")
    if not isinstance(held, SourceKind):
        raise DomainError(ReadFault.WRONG_NAME, file=path.name, actual=held)
    if held is not named:
        if named is None and held is SourceKind.TEXT:
            raise DomainError(ReadFault.OLD_WORD, file=path.name)
        if held is SourceKind.TEXT and named is not None:
            # Neither a package nor a PDF: the beginning is lost or it never was one.
            raise DomainError(ReadFault.DAMAGED, file=path.name)
        actual = {"txt": "纯文本", "docx": "Word（.docx）文档", "pdf": "PDF 文件"}[held.value]
        raise DomainError(ReadFault.WRONG_NAME, file=path.name, actual=actual)
    return _by_kind(path, held)


def _by_kind(path: Path, kind: SourceKind) -> Source:
    if kind is SourceKind.WORD:
        from sanzhi_desktop.documents.read.word import read_word

        source = read_word(path)
    elif kind is SourceKind.PDF:
        from sanzhi_desktop.documents.read.pdftext import read_pdf

        source = read_pdf(path)
    else:
        source = _read_plain(path)
    if not any(piece.text.strip() for piece in source.pieces):
        raise DomainError(ReadFault.NO_TEXT, file=path.name)
    return source


def _read_plain(path: Path) -> Source:
    with path.open("rb") as stream:
        data = stream.read(MAX_TEXT_BYTES + 1)
    marks: tuple[Mark, ...] = ()
    if len(data) > MAX_TEXT_BYTES:
        data = data[:MAX_TEXT_BYTES]
        marks = (Mark("file", ReadMark.LONG, {"limit": "前8MB"}),)
    return Source(SourceKind.TEXT, tuple(plain.lines(data, name=path.name)), marks)


def _head(path: Path) -> bytes:
    try:
        if not path.exists():
            raise DomainError(ReadFault.MISSING, file=str(path))
        if not path.is_file():
            raise DomainError(ReadFault.NOT_A_FILE, file=str(path))
        size = path.stat().st_size
        if size == 0:
            raise DomainError(ReadFault.EMPTY, file=path.name)
        if size > MAX_BYTES:
            raise DomainError(
                ReadFault.TOO_LARGE, file=path.name, size=f"{size / 1024 / 1024:.0f}", limit=200
            )
        with path.open("rb") as stream:
            return stream.read(4096)
    except (OSError, ValueError) as reason:
        raise DomainError(ReadFault.NO_ACCESS, file=str(path)) from reason


def _content(path: Path, head: bytes) -> SourceKind | str:
    """What the bytes are: a kind that can be read, or the name of what they are instead."""
    if head.startswith(_OLE):
        return _ole(path)
    if head.startswith(b"PK"):
        return _zip(path)
    if b"%PDF-" in head[:1024]:
        return SourceKind.PDF
    for magic, name in _OTHER_CONTENT:
        if head.startswith(magic) and (magic != b"BM" or b"\x00" in head[:64]):
            return name
    return SourceKind.TEXT


def _ole(path: Path) -> str:
    """An OLE file: a password-protected .docx, an old .doc, or something else."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DomainError(ReadFault.ENCRYPTED, file=path.name)
    if "WordDocument".encode("utf-16-le") in data or path.suffix.lower() in {".doc", ".wps"}:
        raise DomainError(ReadFault.OLD_WORD, file=path.name)
    return "旧版 Office 文件"


def _zip(path: Path) -> SourceKind | str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as reason:
        raise DomainError(ReadFault.DAMAGED, file=path.name) from reason
    if any(name.startswith("word/") for name in names):
        return SourceKind.WORD
    if any(name.startswith("xl/") for name in names):
        return "Excel 表格"
    if any(name.startswith("ppt/") for name in names):
        return "PPT 演示文稿"
    return "OFD 版式文件" if "OFD.xml" in names else "ZIP 压缩包"
