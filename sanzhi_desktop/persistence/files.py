"""Attachments in a folder by content hash: one PC, beside the database.

Lives here: the folder store. Must not: knowing what a file is about.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Files under `root/ab/abcdef…`, read-only, written once, checked when handed out."""

    root: Path

    def put(self, source: Path) -> tuple[str, int]:
        """Copies a file in; returns (sha256 hex, size). Raises DomainError when unreadable."""
        work = self.root / "incoming"
        try:
            work.mkdir(parents=True, exist_ok=True)
            part = work / secrets.token_hex(8)
            try:
                digest, size = _copy(source, part)
                self._keep(part, digest)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(source), message=error.strerror or ""
            ) from error
        return digest, size

    def _keep(self, part: Path, digest: str) -> None:
        place = self._place(digest)
        if place.is_file() and _digest(place) == digest:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        part.chmod(0o444)
        if os.name == "nt" and place.exists():
            place.chmod(0o644)  # Windows does not replace a read-only file
        part.replace(place)
        if os.name != "nt":
            _sync_folder(place.parent)

    def path(self, sha256: str) -> Path:
        """A read-only file with these bytes. Raises DomainError when changed or missing."""
        place = self._place(sha256)
        if not place.is_file():
            raise DomainError(PersistenceFault.FILE_MISSING, sha256=sha256)
        try:
            found = _digest(place)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(place), message=error.strerror or ""
            ) from error
        if found != sha256:
            raise DomainError(PersistenceFault.FILE_CHANGED, sha256=sha256, path=str(place))
        return place

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise DomainError(PersistenceFault.FILE_MISSING, sha256=sha256)
        return self.root / sha256[:2] / sha256


def _copy(source: Path, part: Path) -> tuple[str, int]:
    """Writes the bytes through to the disk and hashes what was written."""
    digest = hashlib.sha256()
    size = 0
    with source.open("rb") as read, part.open("xb") as write:
        while block := read.read(_CHUNK):
            digest.update(block)
            write.write(block)
            size += len(block)
        write.flush()
        os.fsync(write.fileno())
    return digest.hexdigest(), size


def _digest(path: Path) -> str:
    with path.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
