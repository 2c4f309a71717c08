"""The neutral parts of a paper: what the content builders produce and the renderers consume.

Plain data only. Content builders (`documents.content`) make a `Document`; the grid typesetter
(`documents.typeset`) turns it into PDF pages and `documents.docx` into an editable copy. Nothing
here knows fonts, files or law.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Face(StrEnum):
    """Typeface roles of official papers; `documents.fonts` finds a font for each."""

    TITLE = "title"  # 小标宋
    BODY = "body"  # 仿宋
    HEI = "hei"  # 黑体
    KAI = "kai"  # 楷体
    SONG = "song"  # 宋体


class Align(StrEnum):
    """Where the text of a table cell stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one face; `face` None means the face of the block the run stands in."""

    text: str
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class CheckBox:
    """A box drawn as a vector, one character wide; no font holds ☑ and ☐ for certain."""

    ticked: bool


Inline = Run | CheckBox


@dataclass(frozen=True, slots=True)
class Title:
    """The title (标题): centred, 2号, broken so that words and ends look right."""

    text: str


@dataclass(frozen=True, slots=True)
class NumberLine:
    """The line of the 文号, centred. Empty text leaves room for the form field "number"."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """主送机关: flush left, ends with a full-width colon that the typesetter adds."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 4: 一、黑体；（一）楷体；1. 仿宋；（1）仿宋. The text holds the number."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text. `indent` is that of the first line and `hang` that of the others, in cells."""

    content: tuple[Inline, ...]
    indent: int = 2
    hang: int = 0
    keep_with_next: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty lines; dropped at the top of a page."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell. `span` counts columns; `top`: text at the upper edge, not in the middle;
    `label`: said again where a row that runs over the page goes on."""

    content: tuple[Inline, ...]
    align: Align = Align.LEFT
    span: int = 1
    face: Face | None = None
    top: bool = False
    label: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading and its width in parts of the whole."""

    heading: str
    parts: float
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; the heading row is repeated on each page it reaches.

    `together`: it goes to a new page rather than be divided, when one page holds it; to that end
    its type may become as small as `least` (0: never smaller).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    size: float = 12.0  # pt: 小四 12, 4号 14
    together: bool = False
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with its value in a form; a value may ask for room to write by hand."""

    label: str
    value: tuple[Inline, ...]
    lines: int = 1  # least height in lines
    foot: str = ""  # a line at the lower right of the value: name and date of who signs
    place: str = ""  # key of a signature place above that line
    hold: bool = False  # stays on the page of the next row


@dataclass(frozen=True, slots=True)
class KeyValueTable:
    """A form (送审表): each row holds one to three label and value pairs.

    A `heading` stands above the rows, across the form and again on each page it reaches. To end on
    the page on which it begins, its type may become as small as `least` (0: never smaller).
    """

    rows: tuple[tuple[Pair, ...], ...]
    size: float = 12.0
    heading: str = ""
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Signer:
    """A person who signs on the paper: caption, printed name, key of the place ("" for none).

    A key "name:…" leaves one empty line for caption and name of somebody not yet known; a key
    "sig:…" leaves a box for a signature behind caption and name.
    """

    caption: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Signers' lines, then 署名 and 成文日期 with the seal centred over both.

    An empty `date` leaves room for the form field "date"; `seal_place` is the key of the seal's
    place ("" for none); `qr` asks for the empty place "qr".
    """

    signers: tuple[Signer, ...]
    organ: str
    date: str = ""
    seal_place: str = ""
    qr: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """Start of an attachment on a new page: 附件 in 黑体 flush left, then its title centred."""

    label: str
    title: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """Go on at the top of a new page. `unless_over`: not where the text before ran over the first
    page; what follows then fills the page that it reached."""

    unless_over: bool = False


Block = (
    Title
    | NumberLine
    | Addressee
    | Heading
    | Paragraph
    | Gap
    | Table
    | KeyValueTable
    | SignatureBlock
    | Attachment
    | PageBreak
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper, ready for any renderer."""

    kind: str  # "opinion", "submission", "correction", "return" …
    title: str  # for the file's own properties
    author: str
    blocks: tuple[Block, ...]
    mark: str = ""  # 样例 / 演示 in the head of every page
    foot: str = ""  # one small line at the foot of every page
    form: bool = False  # a table form: no page of 22 lines, A4 margins only
    wide: bool = False  # A4 across


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on a page, in points from the lower left corner; pages count from 0."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A laid-out paper: plain PDF bytes and the places for fields, signatures and the QR.

    `faces` tells the font used for each role, `fallbacks` the characters that their own face
    lacks and that stand in another one. Keys of `places` for an opinion: "number", "date",
    "sig:Reviewer", "sig:Head" (the seal), "qr".
    """

    pdf: bytes
    pages: int
    places: Mapping[str, Place]
    faces: Mapping[str, str]
    fallbacks: tuple[str, ...] = ()
