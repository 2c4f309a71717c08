"""Files of keys, certificates and seals on this PC: read whole, written once, never overwritten."""

import os
from pathlib import Path

from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.people.faults import RegisterFault

LARGEST = 20_000_000  # bytes; a key file has some thousand, a scanned seal some million


def read_small(path: Path) -> bytes:
    """A file that a person chose. Raises DomainError(UNREADABLE)."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        raise DomainError(KeyFault.UNREADABLE, file=path.name, reason=str(error)) from error


def write_new(path: Path, data: bytes, *, private: bool) -> Path:
    """Writes a new file; a private one only its owner may read. Raises DomainError."""
    try:
        number = os.open(
            path,
            os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0),
            0o600 if private else 0o644,
        )
        with os.fdopen(number, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise DomainError(RegisterFault.FILE_EXISTS, file=path.name) from error
    except OSError as error:
        raise DomainError(
            DeskFault.SAVE_FAILED, file=str(path), reason=error.strerror or str(error)
        ) from error
    return path
