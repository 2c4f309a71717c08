"""Carrying the attachments of an office from one PC to a server.

Lives here: which files go along, where each is put, looking at it there. Must not: rows (`carry`).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    LARGEST_IN_DATABASE,
    FileState,
    FileUse,
    StoreKind,
    StoreSettings,
    mib,
)
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.blobs import credentials, objects
from sanzhi_desktop.persistence.blobs.upload_functions import CHUNK
from sanzhi_desktop.persistence.keeping import attachments
from sanzhi_desktop.persistence.keeping.closing import Order
from sanzhi_desktop.persistence.named_files import named_files
from sanzhi_desktop.persistence.open import files_folder


@dataclass(frozen=True, slots=True)
class Luggage:
    """The files that go along, by hash with what names each; those that are lost; how many stay
    behind because nothing ever named them."""

    files: Sequence[FileUse]
    lost: Sequence[FileUse]
    unused: int


def pack(source: sqlite3.Connection, office_id: int, order: Order, *, report: Report) -> Luggage:
    """Looks at every file that the office ever named. Raises DomainError, naming case and
    material, for one that is lost and not allowed to be, or that has no place to go."""
    named: dict[str, FileUse] = {}
    for use in named_files(source.execute, office_id):
        named.setdefault(use.sha256, use)
    kept = attachments.stored(files_folder(order.source))
    lost = []
    for step, (sha256, use) in enumerate(named.items()):
        report(step, len(named), f"核对附件 {step + 1} / {len(named)}")
        place = _place(order, sha256)
        if not attachments.matches(place, sha256):
            if not order.lost_files:
                raise DomainError(KeepingFault.FILE_LOST, **_facts(use))
            lost.append(use)
        elif place.stat().st_size > LARGEST_IN_DATABASE and order.objects is None:
            raise DomainError(
                KeepingFault.FILE_TOO_LARGE,
                **_facts(use),
                size_mb=mib(place.stat().st_size),
                limit_mb=mib(LARGEST_IN_DATABASE),
            )
    gone = {use.sha256 for use in lost}
    files = [use for sha256, use in sorted(named.items()) if sha256 not in gone]
    return Luggage(files, lost, len(set(kept) - set(named)))


def put(db: sa.Connection, office_id: int, order: Order, luggage: Luggage, *, by: str,
        report: Report) -> None:  # fmt: skip
    """The files become chunks of the database, or of an object store where they are too large for
    it, and are looked at there. Raises DomainError for one whose bytes are not those of its
    name."""
    for step, use in enumerate(luggage.files):
        report(step, len(luggage.files), f"附件 {step + 1} / {len(luggage.files)}")
        place = _place(order, use.sha256)
        size = place.stat().st_size
        large = order.objects if size > LARGEST_IN_DATABASE else None
        there = large or StoreSettings(StoreKind.DATABASE)
        db.execute(
            sa.insert(tables.blob).values(
                office_id=office_id,
                sha256=use.sha256,
                size=size,
                chunk_size=CHUNK,
                place=there.kind.value,
                endpoint=there.endpoint,
                bucket=there.bucket,
                region=there.region,
                complete=1,
                stored_by=by,
                begun_at=order.now,
                completed_at=order.now,
            )
        )
        if large is None:
            state = _in_database(db, office_id, use.sha256, place)
        else:
            state = _in_objects(large, office_id, use.sha256, place)
        if state is not FileState.INTACT:
            raise DomainError(KeepingFault.FILE_LOST, **_facts(use))


def _in_database(db: sa.Connection, office_id: int, sha256: str, place: Path) -> FileState:
    for n, data in _chunks(place):
        db.execute(
            sa.insert(tables.blob_chunk).values(office_id=office_id, sha256=sha256, n=n, data=data)
        )
    found = db.exec_driver_sql("select app.file_state(%s, %s)", (office_id, sha256))
    return FileState(found.scalar_one())


def _in_objects(where: StoreSettings, office_id: int, sha256: str, place: Path) -> FileState:
    """What a move that failed has put there already is not sent again."""
    found = credentials.find(where.endpoint, where.bucket)
    store = objects.open_objects(where, office_id, found)
    size = place.stat().st_size
    have = store.have(sha256, size, CHUNK)
    for n, data in _chunks(place):
        if n not in have:
            store.put(sha256, n, data)
    return store.state(sha256, size, CHUNK)


def _chunks(place: Path) -> Iterator[tuple[int, bytes]]:
    with place.open("rb") as read:
        n = 0
        while data := read.read(CHUNK):
            yield n, data
            n += 1


def _place(order: Order, sha256: str) -> Path:
    return files_folder(order.source) / sha256[:2] / sha256


def _facts(use: FileUse) -> dict[str, str]:
    return {
        "case": use.case or use.case_id,
        "material": use.material or use.sha256,
        "sha256": use.sha256,
    }
