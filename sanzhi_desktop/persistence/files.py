"""Attachments in a folder by content hash: one PC, beside the database.

Lives here: the folder store. Must not: knowing what a file is about.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sanzhi_desktop.application.ports import Progress
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    AttachmentFault,
    FileState,
    StoredFile,
    StoreKind,
    StoreSettings,
    default_settings,
    mib,
)
from sanzhi_desktop.persistence.faults import PersistenceFault

_CHUNK = 1 << 20
_ABANDONED = 24 * 60 * 60  # seconds since anything was written to it


def _no_limits() -> StoreSettings:
    return default_settings(StoreKind.FOLDER)


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Files under `root/ab/abcdef…`, read-only, written once, checked when handed out."""

    root: Path
    settings: Callable[[], StoreSettings] = _no_limits

    def put(self, source: Path, *, progress: Progress | None = None) -> tuple[str, int]:
        """Copies a file in; returns (sha256 hex, size). Whatever `progress` raises ends it and
        leaves nothing. Raises DomainError when unreadable or against the office's limits."""
        work = self.root / "incoming"
        try:
            self._demand_room(source)
            work.mkdir(parents=True, exist_ok=True)
            _sweep(work)
            part = work / secrets.token_hex(8)
            try:
                digest, size = _copy(source, part, progress)
                self._keep(part, digest)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(source), message=error.strerror or ""
            ) from error
        return digest, size

    def _demand_room(self, source: Path) -> None:
        limits = self.settings()
        size = source.stat().st_size if limits.file_limit or limits.quota else 0
        if limits.file_limit and size > limits.file_limit:
            raise DomainError(
                AttachmentFault.TOO_LARGE, size_mb=mib(size), limit_mb=mib(limits.file_limit)
            )
        if not limits.quota:
            return
        used = sum(file.size for file in self.listing())
        if used + size > limits.quota and not self._place(_digest(source)).is_file():
            raise DomainError(
                AttachmentFault.QUOTA,
                size_mb=mib(size),
                used_mb=mib(used),
                quota_mb=mib(limits.quota),
            )

    def _keep(self, part: Path, digest: str) -> None:
        place = self._place(digest)
        if place.is_file() and _digest(place) == digest:
            os.utime(place)  # somebody is about to use it: it is not abandoned
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
        state = self.state(sha256)
        if state is FileState.MISSING:
            raise DomainError(PersistenceFault.FILE_MISSING, sha256=sha256)
        if state is FileState.CHANGED:
            raise DomainError(PersistenceFault.FILE_CHANGED, sha256=sha256, path=str(place))
        return place

    def state(self, sha256: str) -> FileState:
        """Hashes the stored bytes. Raises DomainError when they cannot be read."""
        place = self._place(sha256)
        if not place.is_file():
            return FileState.MISSING
        try:
            found = _digest(place)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(place), message=error.strerror or ""
            ) from error
        return FileState.INTACT if found == sha256 else FileState.CHANGED

    def reach(self, settings: StoreSettings) -> None:
        """The folder is always at hand. Raises DomainError for a store of another kind."""
        if settings.kind is not StoreKind.FOLDER:
            raise DomainError(AttachmentFault.STORE_KIND)

    def listing(self) -> tuple[StoredFile, ...]:
        """Every file in the folder; the folder itself is the book."""
        return tuple(
            StoredFile(
                path.name,
                "",
                path.stat().st_size,
                complete=True,
                place=StoreKind.FOLDER,
                since=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            )
            for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*"))
            if path.is_file()
        )

    def forget(self, file: StoredFile) -> None:
        """Removes the file; one that is away already is no fault."""
        place = self._place(file.sha256)
        try:
            if os.name == "nt" and place.exists():
                place.chmod(0o644)  # Windows does not remove a read-only file
            place.unlink(missing_ok=True)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(place), message=error.strerror or ""
            ) from error

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise DomainError(PersistenceFault.FILE_MISSING, sha256=sha256)
        return self.root / sha256[:2] / sha256


def _sweep(work: Path) -> None:
    """Takes away what copies that were killed left; one that goes on is written to."""
    before = time.time() - _ABANDONED
    for part in work.iterdir():
        with suppress(OSError):  # finished or swept by another desk meanwhile
            if part.stat().st_mtime < before:
                part.unlink()


def _copy(source: Path, part: Path, progress: Progress | None) -> tuple[str, int]:
    """Writes the bytes through to the disk and hashes what was written."""
    digest = hashlib.sha256()
    size, total = 0, source.stat().st_size
    with source.open("rb") as read, part.open("xb") as write:
        while block := read.read(_CHUNK):
            digest.update(block)
            write.write(block)
            size += len(block)
            if progress is not None:
                progress(size, max(size, total))
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
