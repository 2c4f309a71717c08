"""Storing a file once more on a server that took over, and noting what was stored at all.

Lives here: files as `lately` needs them. Must not: deciding when something is sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sanzhi_desktop.application.ports import Progress
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import AttachmentFault, FileState, StoredFile, StoreSettings
from sanzhi_desktop.persistence.blobs.chunked import ChunkedStore
from sanzhi_desktop.persistence.blobs.digests import digests
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.lately import Lately, SentFile


def store_again(store: ChunkedStore, file: SentFile) -> None:
    """Sends what the server has not got. Raises DomainError when it lacks something and the file
    is not there any more as it was."""
    if store.chunks.begin(file.sha256, file.size).complete:
        return
    try:
        same = digests(file.source)[0] == file.sha256
    except OSError as error:
        raise DomainError(
            PersistenceFault.FILE_UNREADABLE, path=str(file.source), message=error.strerror or ""
        ) from error
    if not same:
        raise DomainError(AttachmentFault.CHANGED_WHILE_READ, path=str(file.source))
    store.put(file.source)


@dataclass(frozen=True, slots=True)
class NotedFiles:
    """The store of a desk: whatever is stored is noted for the case that it gets lost."""

    store: ChunkedStore
    lately: Lately

    def put(self, source: Path, *, progress: Progress | None = None) -> tuple[str, int]:
        """See `ChunkedStore.put`."""
        sha256, size = self.store.put(source, progress=progress)
        self.lately.keep_file(sha256, size, source)
        return sha256, size

    def path(self, sha256: str) -> Path:
        """See `ChunkedStore.path`."""
        return self.store.path(sha256)

    def state(self, sha256: str) -> FileState:
        """See `ChunkedStore.state`."""
        return self.store.state(sha256)

    def reach(self, settings: StoreSettings) -> None:
        """See `ChunkedStore.reach`."""
        self.store.reach(settings)

    def listing(self) -> Sequence[StoredFile]:
        """See `ChunkedStore.listing`."""
        return self.store.listing()

    def forget(self, file: StoredFile) -> None:
        """See `ChunkedStore.forget`."""
        self.store.forget(file)
