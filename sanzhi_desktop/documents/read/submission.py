"""The door: one file in, one `Reading` out, or one `read.*` DomainError; nothing else escapes."""

from pathlib import Path
from typing import Any

from sanzhi_desktop.documents.read.fields import read_fields
from sanzhi_desktop.documents.read.model import (
    LIST_FIELDS,
    FieldReading,
    Mark,
    ReadFault,
    Reading,
    Ruling,
    Source,
)
from sanzhi_desktop.documents.read.sheet import lay_out
from sanzhi_desktop.documents.read.source import read_source
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import sentence


def read_submission(path: Path) -> Reading:
    """Reads one decision or submission (.docx, .docm, .txt, .pdf with text).

    Raises DomainError with a `read.*` code for every file that cannot be read. What a foreign
    file makes a library do is not foreseeable, so this boundary turns anything else that happens
    into `read.unexpected` instead of ending the program.
    """
    try:
        return read_text(read_source(path))
    except DomainError:
        raise
    except Exception as reason:
        raise DomainError(
            ReadFault.UNEXPECTED, file=path.name, reason=type(reason).__name__
        ) from reason


def read_text(source: Source) -> Reading:
    """The fields of a text that is already at hand."""
    sheet, marks = lay_out(source)
    form = read_fields(sheet)
    return Reading(
        kind=source.kind,
        text=sheet.text,
        fields=form.fields,
        more=form.more,
        warnings=(*source.marks, *marks, *form.warnings),
    )


def as_json(reading: Reading) -> dict[str, Any]:
    """The public shape of `sanzhi read --json`."""
    return {
        "fields": {name: _field(name, found) for name, found in reading.fields.items()},
        "warnings": [
            {"field": mark.field, "code": mark.code.value, "message": message(mark)}
            for mark in reading.warnings
        ],
        "more": {name: _field(name, found) for name, found in reading.more.items()},
        "source": reading.kind.value,
    }


def message(mark: Mark) -> str:
    """The Chinese sentence of a mark."""
    facts = {
        key: sentence(f"read.field.{value}") if key in {"earlier", "later"} else value
        for key, value in mark.facts.items()
    }
    return sentence(mark.code.value, **facts)


def _field(name: str, found: FieldReading) -> dict[str, Any]:
    value: Any = found.value
    if isinstance(value, Ruling):
        value = value.as_json()
    elif name in LIST_FIELDS:
        value = list(found.value) if isinstance(found.value, tuple) else []
    out: dict[str, Any] = {"value": value, "where": found.where}
    if found.as_printed and found.as_printed != value:
        out["as_printed"] = found.as_printed
    return out
