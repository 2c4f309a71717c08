"""The file store of a shared office, ready to use.

Lives here: putting database, object store and the folder of fetched files together. Must not:
deciding where a file goes; the office's setting does, on the server.
"""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from sanzhi_desktop.domain.files import StoreSettings
from sanzhi_desktop.persistence.blobs import credentials, objects
from sanzhi_desktop.persistence.blobs.chunked import ChunkedStore
from sanzhi_desktop.persistence.blobs.database import Books, Calls, ServerChunks


class Fetched:
    """A private folder for what was fetched; made when needed, gone when nobody uses it any more
    or the program ends."""

    def __init__(self) -> None:
        self._path: Path | None = None

    def __call__(self) -> Path:
        """Where it is."""
        if self._path is None or not self._path.is_dir():
            self._path = Path(tempfile.mkdtemp(prefix="sanzhi-fetched-"))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        return self._path


def server_files(
    engine: sa.Engine, office_id: int, settings: Callable[[], StoreSettings]
) -> ChunkedStore:
    """The store of an office on a server; `settings` is asked only when an object store is used."""
    return files_over(Books(engine, office_id), office_id, settings)


def files_over(books: Calls, office_id: int, settings: Callable[[], StoreSettings]) -> ChunkedStore:
    """The same over books that are asked in another way."""

    def opened(wanted: StoreSettings) -> objects.Objects:
        now = settings()
        former = (wanted.endpoint, wanted.bucket) != (now.endpoint, now.bucket)
        found = credentials.find(wanted.endpoint, wanted.bucket, kept_first=former)
        return objects.open_objects(wanted, office_id, found)

    return ChunkedStore(ServerChunks(books, opened), Fetched())


def probe(
    settings: StoreSettings, office_id: int, given: credentials.Credentials | None = None
) -> None:
    """Whether this PC reaches the object store and may write there. Raises DomainError."""
    found = given or credentials.find(settings.endpoint, settings.bucket)
    objects.open_objects(settings, office_id, found).probe()
