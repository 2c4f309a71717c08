"""Chunks in the shared database, through its functions; nobody reads or writes the tables.

Lives here: the calls. Must not: rules; the functions decide (`blobs.functions`).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Protocol

import sqlalchemy as sa

from sanzhi_desktop.domain.files import FileState, StoredFile, StoreKind, StoreSettings
from sanzhi_desktop.persistence.blobs.chunked import Begun, Info, count
from sanzhi_desktop.persistence.blobs.objects import Objects
from sanzhi_desktop.persistence.errors import named_by_engine


class Calls(Protocol):
    """The functions of one office about files."""

    def call(self, function: str, *values: Any) -> Any:
        """One function call, which is the whole transaction. Raises DomainError."""
        ...

    def rows(self, function: str) -> list[Any]:
        """The rows of a function that returns a table. Raises DomainError."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """The database's books about files: also of those whose bytes are in an object store."""

    engine: sa.Engine
    office_id: int

    def call(self, function: str, *values: Any) -> Any:
        """One function call, which is the whole transaction. Raises DomainError."""
        marks = ", ".join(["%s"] * (len(values) + 1))
        at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with at_once.connect() as db:
                return db.exec_driver_sql(
                    f"select api.{function}({marks})", (self.office_id, *values)
                ).scalar_one()
        except sa.exc.DBAPIError as error:
            raise named_by_engine(error) from error

    def rows(self, function: str) -> list[Any]:
        """The rows of a function that returns a table. Raises DomainError."""
        try:
            with self.engine.connect() as db:
                return list(
                    db.exec_driver_sql(f"select * from api.{function}(%s)", (self.office_id,))
                )
        except sa.exc.DBAPIError as error:
            raise named_by_engine(error) from error


def _place(told: Mapping[str, Any]) -> StoreSettings:
    return StoreSettings(StoreKind(told["place"]), told["endpoint"], told["bucket"], told["region"])


@dataclass(frozen=True, slots=True)
class ServerChunks:
    """The chunks of a shared office: in the database, or in the object store that the books name
    for each file. Files stay where they were when the office's setting changes."""

    books: Calls
    open_objects: Callable[[StoreSettings], Objects]  # with the credentials of this PC

    def sm3_wanted(self) -> bool:
        """Whether the office keeps SM3 beside SHA-256."""
        return bool(self.books.call("sm3_wanted"))

    def begin(self, sha256: str, size: int) -> Begun:
        """Announces a file; the server knows limit, quota and place."""
        told = self.books.call("begin_file", sha256, size)
        place = _place(told)
        have = frozenset(told["have"])
        if place.kind is StoreKind.OBJECTS and not told["complete"]:
            have = self.open_objects(place).have(sha256, size, told["chunk_size"])
        return Begun(bool(told["complete"]), told["chunk_size"], place, have)

    def put(self, sha256: str, n: int, data: bytes, *, place: StoreSettings) -> None:
        """Keeps a chunk where the file belongs."""
        if place.kind is StoreKind.OBJECTS:
            self.open_objects(place).put(sha256, n, data)
        else:
            self.books.call("put_chunk", sha256, n, data, hashlib.sha256(data).hexdigest())

    def complete(self, sha256: str, size: int, sm3: str, *, begun: Begun) -> bool:
        """The database hashes its own chunks. What was found in an object store when the upload
        began is read once more: anybody with its credentials may have put it there."""
        if begun.place.kind is StoreKind.OBJECTS:
            kept = self.open_objects(begun.place)
            if len(kept.have(sha256, size, begun.chunk_size)) != count(size, begun.chunk_size) or (
                begun.have and kept.state(sha256, size, begun.chunk_size) is not FileState.INTACT
            ):
                kept.clear(sha256, size, begun.chunk_size)
                return False
        return bool(self.books.call("complete_file", sha256, sm3))

    def info(self, sha256: str) -> Info | None:
        """A complete file that this person may read."""
        told = self.books.call("file_info", sha256)
        if told is None:
            return None
        return Info(told["size"], told["chunk_size"], _place(told))

    def get(self, sha256: str, n: int, *, place: StoreSettings) -> bytes | None:
        """A chunk, from where it is."""
        if place.kind is StoreKind.OBJECTS:
            return self.open_objects(place).get(sha256, n)
        data = self.books.call("get_chunk", sha256, n)
        return None if data is None else bytes(data)

    def state(self, sha256: str) -> FileState:
        """The database hashes its own chunks without moving them."""
        told = str(self.books.call("file_state", sha256))
        if told != "elsewhere":
            return FileState(told)
        info = self.books.call("file_size", sha256)
        return self.open_objects(_place(info)).state(sha256, info["size"], info["chunk_size"])

    def reach(self, settings: StoreSettings) -> None:
        """Writes, reads and removes one object; the database is reached whenever it is asked."""
        if settings.kind is StoreKind.OBJECTS:
            self.open_objects(settings).probe()

    def listing(self) -> tuple[StoredFile, ...]:
        """Every file in the books. Raises DomainError for who does not keep the files."""
        return tuple(
            StoredFile(
                sha256=row.sha256,
                sm3=row.sm3,
                size=row.size,
                complete=bool(row.complete),
                place=StoreKind(row.place),
                since=row.begun_at.astimezone(UTC),
                endpoint=row.endpoint,
                bucket=row.bucket,
                region=row.region,
            )
            for row in self.books.rows("files")
        )

    def forget(self, file: StoredFile) -> None:
        """Removes the objects of a freed file."""
        if file.place is StoreKind.OBJECTS:
            self.open_objects(file.where).remove(file.sha256)
