"""Files in chunks: uploading with resume, progress and cancel; fetching with a check.

Lives here: the one algorithm for every store that keeps chunks. Must not: knowing which store
(`database`, `objects`).
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.application.ports import Progress
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    AttachmentFault,
    FileState,
    StoredFile,
    StoreSettings,
)
from sanzhi_desktop.persistence.blobs.digests import digests
from sanzhi_desktop.persistence.faults import PersistenceFault


@dataclass(frozen=True, slots=True)
class Begun:
    """What the store has of a file already."""

    complete: bool
    chunk_size: int
    place: StoreSettings  # kind and, of an object store, where it is
    have: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Info:
    """A complete file as the store's books have it."""

    size: int
    chunk_size: int
    place: StoreSettings


class Chunks(Protocol):
    """Where chunks are kept. Every call stands alone; the same call again changes nothing."""

    def sm3_wanted(self) -> bool:
        """Whether the office keeps SM3 beside SHA-256."""
        ...

    def begin(self, sha256: str, size: int) -> Begun:
        """Announces a file. Raises DomainError: too large, the office's quota is used up."""
        ...

    def put(self, sha256: str, n: int, data: bytes, *, place: StoreSettings) -> None:
        """Keeps chunk `n`."""
        ...

    def complete(self, sha256: str, size: int, sm3: str, *, begun: Begun) -> bool:
        """Whether the chunks add up to the hash; when not, none of them is left."""
        ...

    def info(self, sha256: str) -> Info | None:
        """None when there is no such file, or none that this person may read."""
        ...

    def get(self, sha256: str, n: int, *, place: StoreSettings) -> bytes | None:
        """Chunk `n`, or None."""
        ...

    def state(self, sha256: str) -> FileState:
        """Looks at the stored bytes themselves."""
        ...

    def reach(self, settings: StoreSettings) -> None:
        """Raises DomainError when this PC cannot write where the setting says."""
        ...

    def listing(self) -> Sequence[StoredFile]:
        """Every file in the books."""
        ...

    def forget(self, file: StoredFile) -> None:
        """Takes away what is kept outside the books."""
        ...


def count(size: int, chunk_size: int) -> int:
    """How many chunks a file has; an empty one has none."""
    return -(-size // chunk_size)


@dataclass(frozen=True, slots=True)
class ChunkedStore:
    """Attachments in chunks. What was fetched stays in a private folder of this run only."""

    chunks: Chunks
    fetched: Callable[[], Path]

    def put(self, source: Path, *, progress: Progress | None = None) -> tuple[str, int]:
        """Uploads what the store has not got yet; returns (sha256 hex, size).

        Whatever `progress` raises ends it; the chunks that arrived are not sent again next time.
        Raises DomainError when the file is unreadable, too large, or changes while it is read.
        """
        try:
            return self._upload(source, progress)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(source), message=error.strerror or ""
            ) from error

    def _upload(self, source: Path, progress: Progress | None) -> tuple[str, int]:
        total = source.stat().st_size

        def seen() -> None:
            if progress is not None:
                progress(0, total)

        sha256, sm3, size = digests(source, sm3=self.chunks.sm3_wanted(), seen=seen)
        for _ in range(2):  # once more when the chunks found there were not of this file
            begun = self.chunks.begin(sha256, size)
            if begun.complete:
                return sha256, size
            self._send(source, sha256, size, begun, progress)
            if self.chunks.complete(sha256, size, sm3, begun=begun):
                return sha256, size
        raise DomainError(AttachmentFault.CHANGED_WHILE_READ, path=str(source))

    def _send(
        self, source: Path, sha256: str, size: int, begun: Begun, progress: Progress | None
    ) -> None:
        with source.open("rb") as read:
            for n in range(count(size, begun.chunk_size)):
                end = min((n + 1) * begun.chunk_size, size)
                if n not in begun.have:
                    read.seek(n * begun.chunk_size)
                    data = read.read(end - n * begun.chunk_size)
                    if len(data) != end - n * begun.chunk_size:
                        raise DomainError(AttachmentFault.CHANGED_WHILE_READ, path=str(source))
                    self.chunks.put(sha256, n, data, place=begun.place)
                if progress is not None:
                    progress(end, size)

    def path(self, sha256: str) -> Path:
        """A read-only file with these bytes, fetched once per run.

        Raises DomainError when the file is missing, changed, or not this person's to read.
        """
        place = self.fetched() / f"{sha256}.bytes"
        if not place.is_file() or digests(place)[0] != sha256:
            self._fetch(sha256, place)
        return place

    def _fetch(self, sha256: str, place: Path) -> None:
        info = self.chunks.info(sha256)
        if info is None:
            raise DomainError(PersistenceFault.FILE_MISSING, sha256=sha256)
        digest = hashlib.sha256()
        try:
            with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as part:
                made = Path(part.name)
                try:
                    for data in self._all(sha256, info):
                        digest.update(data)
                        part.write(data)
                except BaseException:
                    part.close()
                    made.unlink()
                    raise
            if digest.hexdigest() != sha256:
                made.unlink()
                raise DomainError(PersistenceFault.FILE_CHANGED, sha256=sha256, path=sha256)
            if os.name != "nt":  # Windows would not remove it again
                made.chmod(0o400)
            made.replace(place)
        except OSError as error:
            raise DomainError(
                PersistenceFault.FILE_UNREADABLE, path=str(place), message=error.strerror or ""
            ) from error

    def _all(self, sha256: str, info: Info) -> Iterator[bytes]:
        for n in range(count(info.size, info.chunk_size)):
            data = self.chunks.get(sha256, n, place=info.place)
            if data is None:
                raise DomainError(PersistenceFault.FILE_CHANGED, sha256=sha256, path=sha256)
            yield data

    def state(self, sha256: str) -> FileState:
        """Looks at what the store keeps, not at the fetched copy."""
        return self.chunks.state(sha256)

    def reach(self, settings: StoreSettings) -> None:
        """Whether this PC can write where a setting would keep files. Raises DomainError."""
        self.chunks.reach(settings)

    def listing(self) -> Sequence[StoredFile]:
        """Every file in the books, unfinished uploads too."""
        return self.chunks.listing()

    def forget(self, file: StoredFile) -> None:
        """The books are freed by the command; what an object store keeps goes with it."""
        self.chunks.forget(file)
