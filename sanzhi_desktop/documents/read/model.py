"""What reading yields: pieces of text with their places, fields, warnings. No parsing here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.money import yuan_number


class ReadFault(Code):
    """Why a file could not be read at all."""

    MISSING = "read.missing"
    NOT_A_FILE = "read.not_a_file"
    NO_ACCESS = "read.no_access"
    EMPTY = "read.empty"
    TOO_LARGE = "read.too_large"
    ENCRYPTED = "read.encrypted"
    DAMAGED = "read.damaged"
    WRONG_NAME = "read.wrong_name"
    OLD_WORD = "read.old_word"
    UNSUPPORTED = "read.unsupported"
    BOMB = "read.bomb"
    NO_TEXT_LAYER = "read.no_text_layer"
    NO_TEXT = "read.no_text"
    ENCODING = "read.encoding"
    UNEXPECTED = "read.unexpected"


class ReadMark(Code):
    """What a reader marks on a field or on the file without refusing it."""

    ID_CHECK_DIGIT = "party_id.check_digit"
    ID_FORM = "party_id.form"
    ID_MASKED = "party_id.masked"
    PARTY_SEVERAL = "party_name.several"
    PARTY_RARE = "party_name.rare_character"
    DATE_INCOMPLETE = "date.incomplete"
    DATE_IMPOSSIBLE = "date.impossible"
    DATE_ORDER = "date.order"
    AMOUNT_MISMATCH = "amount.mismatch"
    AMOUNT_SUM = "amount.sum"
    MACRO = "file.macro"
    CHANGES = "file.tracked_changes"
    NOISE = "file.noise"
    LONG = "file.long"
    IMAGE_PAGES = "file.image_pages"
    TRUNCATED = "file.unfinished"


class SourceKind(StrEnum):
    TEXT = "txt"
    WORD = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece stands in its file. Numbers start at 1; None where the file has no such."""

    part: str = "body"  # body, header, textbox
    page: int | None = None
    line: int | None = None
    paragraph: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """As a person would say it: 第3段, 第2页第5行, 表1第2行第3格."""
        if self.table is not None:
            return f"表{self.table}第{self.row}行第{self.column}格"
        if self.page is not None:
            return f"第{self.page}页第{self.line}行"
        if self.part == "header":
            return f"页眉第{self.paragraph}段"
        if self.part == "textbox":
            return f"文本框第{self.paragraph}段"
        return f"第{self.line}行" if self.line is not None else f"第{self.paragraph}段"


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, line or table cell as the file has it."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on one field (or on the file, field "file"); facts fill the sentence."""

    field: str
    code: Code
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file before anything is understood."""

    kind: SourceKind
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...] = ()
    wrapped: bool = False  # lines are printed lines that may continue (PDF, hard-wrapped text)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The operative part (主文): what is decided. Amounts in fen; None: no such amount stated."""

    summary: str
    penalty_kinds: tuple[str, ...] = ()
    fine_fen: int | None = None
    confiscated_income_fen: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "summary": self.summary,
            "penalty_kinds": list(self.penalty_kinds),
            "fine_yuan": None if self.fine_fen is None else yuan_number(self.fine_fen),
            "confiscated_income_yuan": (
                None
                if self.confiscated_income_fen is None
                else yuan_number(self.confiscated_income_fen)
            ),
        }


FieldValue = str | tuple[str, ...] | Ruling | None


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field. An absent one has value None (lists: empty) and no place.

    `span` are offsets into `Reading.text`; `as_printed` keeps what stands there when the value
    was normalised (dates) or withheld (a masked number).
    """

    value: FieldValue
    where: str = ""
    place: Place | None = None
    span: tuple[int, int] | None = None
    as_printed: str = ""

    @property
    def present(self) -> bool:
        return self.value not in (None, ())


FIELD_NAMES = (
    "agency",
    "document_number",
    "kind",
    "party_name",
    "party_id",
    "legal_representative",
    "address",
    "filing_date",
    "inspection_date",
    "notice_number",
    "notice_date",
    "hearing_date",
    "violated_provisions",
    "penalty_basis",
    "decision",
    "decision_date",
)
LIST_FIELDS = frozenset({"violated_provisions", "penalty_basis"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read out of one file. `fields` always has every name of FIELD_NAMES.

    `more` holds what intake can use beside the published fields: party_type, cause (案由), facts.
    """

    kind: SourceKind
    text: str
    fields: Mapping[str, FieldReading]
    more: Mapping[str, FieldReading]
    warnings: tuple[Mark, ...]

    def text_of(self, name: str) -> str:
        """The value of a text field, or "" when it could not be read."""
        value = (self.fields.get(name) or self.more[name]).value
        return value if isinstance(value, str) else ""

    def list_of(self, name: str) -> tuple[str, ...]:
        value = self.fields[name].value
        return value if isinstance(value, tuple) else ()

    @property
    def ruling(self) -> Ruling | None:
        value = self.fields["decision"].value
        return value if isinstance(value, Ruling) else None
