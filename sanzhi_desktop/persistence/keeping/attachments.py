"""Attachments of a folder store in a backup: copied by hash, each byte looked at.

Lives here: copying into and out of a backup folder, finding what is missing. Must not: databases.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.persistence.keeping.folder import file_place

_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


def stored(files: Path) -> list[str]:
    """The hashes under which a folder store keeps something."""
    found = files.glob("[0-9a-f][0-9a-f]/*")
    return sorted(file.name for file in found if _HASH.fullmatch(file.name))


def copy_all(files: Path, folder: Path, *, report: Report) -> tuple[list[str], list[str]]:
    """Copies what the folder does not have yet; returns (what is there now, what was changed).

    What stands in the folder already is read again: a disk forgets too.
    """
    there, changed = [], []
    wanted = stored(files)
    for step, sha256 in enumerate(wanted):
        report(step, len(wanted), f"附件 {step + 1} / {len(wanted)}")
        place = file_place(folder, sha256)
        if matches(place, sha256) or copy(files / sha256[:2] / sha256, place):
            there.append(sha256)
        else:
            changed.append(sha256)
    return there, changed


def copy(source: Path, place: Path) -> bool:
    """Copies one file whose name is its hash; False, and nothing stays, when its bytes differ."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{secrets.token_hex(8)}.part")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as read, part.open("xb") as write:
            while block := read.read(_CHUNK):
                digest.update(block)
                write.write(block)
            write.flush()
            os.fsync(write.fileno())
        if digest.hexdigest() != place.name:
            return False
        part.chmod(0o444)
        if os.name == "nt" and place.exists():
            place.chmod(0o644)  # Windows does not replace a read-only file
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return True


def matches(place: Path, sha256: str) -> bool:
    """Whether the file is there with exactly these bytes."""
    with suppress(FileNotFoundError), place.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest() == sha256
    return False


def missing(needed: Iterable[str], there: Sequence[str]) -> list[str]:
    """What cases refer to and the copy does not have."""
    return sorted(set(needed) - set(there))
