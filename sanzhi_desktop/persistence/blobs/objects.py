"""Chunks in an S3-compatible object store, each an object of its own.

Lives here: names, reading and writing through obstore. Must not: credentials in a file, a URL or
the database; they come from the environment or the PC's key store (`credentials`).

`<office>/<ab>/<sha256>/<000000>` holds chunk 0; the chunks in order are the file. Whoever has the
bucket's credentials can change it: what is read is hashed every time.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    AttachmentFault,
    FileState,
    StoreKind,
    StoreSettings,
    check_settings,
)
from sanzhi_desktop.persistence.blobs.chunked import count

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from sanzhi_desktop.persistence.blobs.credentials import Credentials

_SECONDS = "20s"


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one office in a bucket."""

    store: "ObjectStore" = field(repr=False)
    office_id: int
    place: str  # shown to people: endpoint and bucket

    def have(self, sha256: str, size: int, chunk_size: int) -> frozenset[int]:
        """Which chunks are there in their full length."""
        import obstore

        found = set()
        with self._named():
            for page in obstore.list(self.store, prefix=self._folder(sha256)):
                for entry in page:
                    tail = entry["path"].rpartition("/")[2]
                    n = int(tail) if tail.isdecimal() else -1
                    due = min(chunk_size, size - n * chunk_size)
                    if n >= 0 and entry["size"] == due:
                        found.add(n)
        return frozenset(found)

    def put(self, sha256: str, n: int, data: bytes) -> None:
        """Writes a chunk; an object appears whole or not at all."""
        import obstore

        with self._named():
            obstore.put(self.store, self._name(sha256, n), data, use_multipart=False)

    def get(self, sha256: str, n: int) -> bytes | None:
        """Reads a chunk."""
        import obstore

        try:
            with self._named():
                return bytes(obstore.get(self.store, self._name(sha256, n)).bytes())
        except FileNotFoundError:
            return None

    def state(self, sha256: str, size: int, chunk_size: int) -> FileState:
        """Reads every chunk and compares the hash; only the bytes themselves can tell."""
        digest = hashlib.sha256()
        for n in range(count(size, chunk_size)):
            data = self.get(sha256, n)
            if data is None:
                return FileState.MISSING
            digest.update(data)
        return FileState.INTACT if digest.hexdigest() == sha256 else FileState.CHANGED

    def clear(self, sha256: str, size: int, chunk_size: int) -> None:
        """Takes away the chunks of an upload that did not add up."""
        import obstore

        names = [self._name(sha256, n) for n in self.have(sha256, size, chunk_size)]
        if names:
            with self._named():
                obstore.delete(self.store, names)

    def remove(self, sha256: str) -> None:
        """Takes away every chunk of a file."""
        import obstore

        with self._named():
            names = [
                entry["path"]
                for page in obstore.list(self.store, prefix=self._folder(sha256))
                for entry in page
            ]
            if names:
                obstore.delete(self.store, names)

    def probe(self) -> None:
        """Writes, reads and removes one object. Raises DomainError naming what is wrong."""
        import obstore

        name = f"{self.office_id}/probe"
        with self._named():
            obstore.put(self.store, name, b"sanzhi", use_multipart=False)
            obstore.get(self.store, name).bytes()
            obstore.delete(self.store, name)

    def _folder(self, sha256: str) -> str:
        return f"{self.office_id}/{sha256[:2]}/{sha256}"

    def _name(self, sha256: str, n: int) -> str:
        return f"{self._folder(sha256)}/{n:06d}"

    @contextmanager
    def _named(self) -> Iterator[None]:
        """obstore's errors as codes; a missing object is for the caller."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            with _Crash(self.place):
                yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise DomainError(AttachmentFault.OBJECTS_REFUSED, place=self.place) from error
        except (BaseError, OSError) as error:
            # A bucket that is not there must never look like a file that is not there.
            if "NoSuchBucket" in str(error):
                raise DomainError(AttachmentFault.NO_BUCKET, place=self.place) from error
            if isinstance(error, FileNotFoundError):
                raise
            raise DomainError(
                AttachmentFault.OBJECTS_AWAY, place=self.place, message=_first_line(error)
            ) from error


@dataclass(frozen=True, slots=True)
class _Crash:
    """Names a crash inside the library: in its own language it is no Exception, and nothing that
    waits for one would hear of it."""

    place: str

    def __enter__(self) -> None:
        """Nothing is done before."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if kind is not None and error is not None and kind.__name__ == "PanicException":
            raise DomainError(
                AttachmentFault.OBJECTS_AWAY, place=self.place, message=_first_line(error)
            ) from error


def _first_line(error: BaseException) -> str:
    """Without the driver's debug dump: it may hold addresses and request headers."""
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__


def open_objects(settings: StoreSettings, office_id: int, credentials: "Credentials") -> Objects:
    """The object store that an office's setting names; nothing is connected yet. Raises
    DomainError for one that names none."""
    from obstore.store import S3Store

    check_settings(replace(settings, kind=StoreKind.OBJECTS))

    plain = settings.endpoint.startswith("http://")
    store = S3Store(
        settings.bucket,
        endpoint=settings.endpoint,
        region=settings.region or "us-east-1",
        access_key_id=credentials.key_id,
        secret_access_key=credentials.secret,
        virtual_hosted_style_request=False,
        client_options={"allow_http": plain, "timeout": _SECONDS, "connect_timeout": "5s"},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=30)},
    )
    return Objects(store, office_id, f"{settings.endpoint}/{settings.bucket}")
