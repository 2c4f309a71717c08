"""Builders of good and bad files for the reader's tests. No assertions here."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
    "</Relationships>"
)
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
)


def paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def table(rows: Iterable[Iterable[str]]) -> str:
    body = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{body}</w:tbl>"


def docx(path: Path, body: str, *, prolog: str = "", extra: dict[str, bytes] | None = None) -> Path:
    """A package with this body XML, and any further parts."""
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", document)
        for name, data in (extra or {}).items():
            package.writestr(name, data)
    return path


def docx_of(path: Path, text: str) -> Path:
    """A decision as a plain Word file, one paragraph per line."""
    return docx(path, "".join(paragraph(line) for line in text.splitlines()))


def pdf_of(path: Path, text: str, *, width: int = 30) -> Path:
    """A decision as a PDF with a text layer, hard-wrapped at `width` signs."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.setFont("STSong-Light", 14)
    height = 780
    for line in text.splitlines():
        for start in range(0, max(len(line), 1), width):
            canvas.drawString(70, height, line[start : start + width])
            height -= 22
            if height < 60:
                canvas.showPage()
                canvas.setFont("STSong-Light", 14)
                height = 780
    canvas.save()
    path.write_bytes(stream.getvalue())
    return path


def drawing_pdf(path: Path) -> Path:
    """A PDF that shows something and has no text, like a scan."""
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.rect(100, 100, 200, 300, fill=1)
    canvas.save()
    path.write_bytes(stream.getvalue())
    return path


def locked_pdf(path: Path, text: str) -> Path:
    """A PDF that needs a password to be opened."""
    import pikepdf

    plain = pdf_of(path.with_suffix(".plain.pdf"), text)
    with pikepdf.open(plain) as document:
        document.save(path, encryption=pikepdf.Encryption(user="开门", owner="o", R=6))
    return path


def ole(path: Path, *streams: str) -> Path:
    """The beginning of an OLE compound file with these directory names."""
    names = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + names)
    return path
