"""What can be wrong with a profile file, as codes with a place.

Lives here: the codes and the fault as scripts read it. Must not: finding faults (`checks`). Each
sentence in `resources/sentences/rules.toml` has two lines: the reason, then the remedy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.resources.sentences import sentence


class FileFault(Code):
    """Why a profile file is refused."""

    TOO_LARGE = "rules.too_large"
    NOT_UTF8 = "rules.not_utf8"
    NOT_TOML = "rules.not_toml"
    DUPLICATE_KEY = "rules.duplicate_key"
    MISSING_FIELD = "rules.missing_field"
    UNKNOWN_FIELD = "rules.unknown_field"
    UNKNOWN_KEY = "rules.unknown_key"
    KEY_UNQUOTED = "rules.key_unquoted"
    WRONG_TYPE = "rules.wrong_type"
    EMPTY = "rules.empty"
    BAD_ID = "rules.bad_id"
    BAD_CHOICE = "rules.bad_choice"
    BAD_DATE = "rules.bad_date"
    DATES_REVERSED = "rules.dates_reversed"
    UNIT_MISSING = "rules.unit_missing"
    UNIT_WRONG = "rules.unit_wrong"
    NOT_POSITIVE = "rules.not_positive"
    TOO_MUCH = "rules.too_much"
    FRACTION_OF_FEN = "rules.fraction_of_fen"
    NEEDS_INCLUSIVE = "rules.needs_inclusive"
    AMOUNT_UNCLEAR = "rules.amount_unclear"
    AMOUNT_TWICE = "rules.amount_twice"
    DUPLICATE_ID = "rules.duplicate_id"
    VALUE_AND_OPEN = "rules.value_and_open"
    NO_VALUE = "rules.no_value"
    NO_DOCUMENT = "rules.no_document"
    QUOTE_WITHOUT_DOCUMENT = "rules.quote_without_document"
    DOCUMENT_UNKNOWN = "rules.document_unknown"
    SOURCE_INCOMPLETE = "rules.source_incomplete"
    EXTENDS_UNKNOWN = "rules.extends_unknown"
    EXTENDS_CYCLE = "rules.extends_cycle"
    EXTENDS_FAULTY = "rules.extends_faulty"
    DANGLING = "rules.dangling"
    NOTHING_PASSES = "rules.nothing_passes"
    NO_DEFAULT = "rules.no_default"
    BELOW_FLOOR = "rules.below_floor"
    SAID_TWICE = "rules.said_twice"
    CONTROL_CHARACTER = "rules.control_character"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One fault: file, line, key, and why, in words a person who knows law understands."""

    code: FileFault
    file: str
    line: int = 1
    key: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why it is refused."""
        return self._lines()[0]

    @property
    def remedy(self) -> str:
        """What to write instead."""
        return self._lines()[1]

    def _lines(self) -> tuple[str, str]:
        reason, _, remedy = sentence(self.code.value, key=self.key, **self.facts).partition("\n")
        return reason, remedy.strip()

    def as_dict(self) -> dict[str, Any]:
        """The public JSON shape."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "reason": self.reason,
            "remedy": self.remedy,
            "code": self.code.value,
        }
