"""The paper mark: kind of paper, its required signatures and the hash of its content, in the PDF.

It stands in the catalogue's page-piece dictionary, inside what the first signature covers. XMP
would be the other place, but every difference policy lets later revisions rewrite XMP.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanzhi_desktop.application.signing import PaperFault
from sanzhi_desktop.domain.errors import DomainError

OWNER = "SanzhiDesktop"
FORMAT = 1
MAX_BYTES = 64_000
_HEX = re.compile(r"[0-9a-f]{64}")

Box = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(frozen=True, slots=True)
class MarkedField:
    """A required signature with its role; `parts` are boxes inside its widget, in points.

    `signer` names the one person who may sign here; empty: whoever holds the role.
    """

    name: str
    role: str
    parts: Mapping[str, Box]
    signer: str = ""


@dataclass(frozen=True, slots=True)
class PaperMark:
    """What a paper says about itself. The first field certifies, the last locks the paper.

    `number`: a 文号 that is printed rather than filled in later.
    """

    kind: str
    fields: tuple[MarkedField, ...]
    content_hash: str
    number: str = ""


def content_hash(content: Any) -> str:
    """SHA-256 (hex) over the canonical JSON of a paper's content: keys sorted, UTF-8, no blanks."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def check_hash(value: str) -> None:
    """A content hash is 64 lower-case hex digits. Raises DomainError otherwise."""
    if not _HEX.fullmatch(value):
        raise DomainError(PaperFault.HASH, value=value)


def to_text(mark: PaperMark) -> str:
    """The mark as it is written into the file."""
    return json.dumps(
        {
            "format": FORMAT,
            "kind": mark.kind,
            "content": mark.content_hash,
            "fields": [
                {
                    "name": field.name,
                    "role": field.role,
                    "parts": {key: [round(v, 3) for v in box] for key, box in field.parts.items()},
                }
                | ({"signer": field.signer} if field.signer else {})
                for field in mark.fields
            ],
        }
        | ({"number": mark.number} if mark.number else {}),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def from_text(text: str) -> PaperMark:
    """The mark as read from a file. Raises DomainError when it is not one of ours."""
    if len(text) > MAX_BYTES:
        raise DomainError(PaperFault.NOT_OURS)
    try:
        raw = json.loads(text)
        fields = tuple(
            MarkedField(
                _text(entry["name"]),
                _text(entry["role"]),
                {_text(key): _box(box) for key, box in entry["parts"].items()},
                _text(entry["signer"]) if "signer" in entry else "",
            )
            for entry in raw["fields"]
        )
        form, kind, digest = raw["format"], _text(raw["kind"]), _text(raw["content"])
        number = _text(raw["number"]) if "number" in raw else ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DomainError(PaperFault.NOT_OURS) from error
    twice = len({field.name for field in fields}) != len(fields)
    if form != FORMAT or not fields or twice or not _HEX.fullmatch(digest):
        raise DomainError(PaperFault.NOT_OURS)
    return PaperMark(kind, fields, digest, number)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 200:
        raise ValueError("text expected")
    return value


def _box(value: object) -> Box:
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError("box expected")
    left, bottom, right, top = (float(number) for number in value)
    return left, bottom, right, top
