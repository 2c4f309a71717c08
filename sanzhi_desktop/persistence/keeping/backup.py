"""Making a backup that proved itself, and putting one back.

Lives here: the order of the steps for both databases. Must not: how each is copied.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sanzhi_desktop import __version__
from sanzhi_desktop.application.keeping import BackupRow, ExportRow, KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.keeping import (
    attachments,
    embedded_copy,
    folder,
    folder_lock,
    server_dump,
)
from sanzhi_desktop.persistence.keeping.disk import storing
from sanzhi_desktop.persistence.keeping.export import export
from sanzhi_desktop.persistence.keeping.folder import Manifest
from sanzhi_desktop.persistence.keeping.server_dump import Server
from sanzhi_desktop.persistence.keeping.survey import Survey
from sanzhi_desktop.persistence.open import Clock, files_folder, open_embedded
from sanzhi_desktop.persistence.places import refuse_unsafe
from sanzhi_desktop.persistence.revision import REVISION
from sanzhi_desktop.persistence.spread_faults import SpreadFault
from sanzhi_desktop.persistence.writes import SHANGHAI, stamp

KEEP = 30
# What is wrong with a dump, or with the server that it would be restored to, and no reason to keep
# none. A tool that is missing or a disk that is full is one.
_TOLD = frozenset(
    {
        KeepingFault.TOOL_FAILED,
        PersistenceFault.WALL_CHANGED,
        PersistenceFault.PREPARED_TRANSACTIONS,
    }
)


@dataclass(frozen=True, slots=True)
class EmbeddedKeeper:
    """Backups of a database file with its folder of attachments."""

    database: Path
    clock: Clock | None = None

    def backup(self, folder_: Path, *, keep: int, report: Report) -> BackupRow:
        """Makes, checks and files one backup. Raises DomainError; then nothing was added."""
        data, manifest = self.take(folder_, keep=keep, report=report)
        return folder.row(data, manifest)

    def backups(self, folder_: Path) -> Sequence[BackupRow]:
        """What stands in the folder of this database, newest first. Raises DomainError."""
        code = embedded_copy.office_code(self.database)
        mine = ("sqlite", code, os.path.normcase(self._source()))
        return [folder.row(*one) for one in folder.listed(folder_) if one[1].series == mine]

    def export(self, folder_: Path, *, report: Report) -> ExportRow:
        """Everything of the first office, in a folder named by the time. Raises DomainError."""
        now = self._now()
        into = folder_ / f"sanzhi-export-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
        opened = open_embedded(self.database, clock=self.clock)
        try:
            done = export(opened, into, session=None, now=now, report=report)
        finally:
            opened.close()
        return ExportRow(done.folder, done.rows, done.papers, done.files, done.missing)

    def take(self, into: Path, *, keep: int, report: Report) -> tuple[Path, Manifest]:
        """Like `backup`, with all that is known of it."""
        files = files_folder(self.database)
        if into.resolve().is_relative_to(files.resolve()):
            raise DomainError(KeepingFault.INSIDE_ITSELF, path=str(into))
        with storing(into):
            into.mkdir(parents=True, exist_ok=True)
            folder.sweep_unfinished(into, self._now())
            with (
                folder_lock.held(into, report=report) as alone,
                tempfile.TemporaryDirectory(prefix=folder.MAKING, dir=into) as work,
                _for_trying(Path(work)) as trying,
            ):
                part = Path(work) / "office.db"
                held = embedded_copy.take(self.database, part, report=report)
                there, changed = attachments.copy_all(files, into, report=report)
                manifest = _manifest(
                    "sqlite", part, held, files=there, now=self._now(), source=self._source()
                )
                report(0, 1, "试恢复并验证")
                with storing(trying):
                    scratch = trying / "scratch.db"
                    why = _embedded_fault(part, scratch, held, there, report=report)
                if changed:
                    why = f"有 {len(changed)} 个附件的内容已变，例如 {changed[0]}"
                manifest = _judged(manifest, why, self._now())
                return _file(into, part, manifest, keep=keep, alone=alone)

    def _source(self) -> str:
        return str(self.database.resolve())

    def _now(self) -> datetime:
        return self.clock() if self.clock is not None else datetime.now(UTC)


def server_backup(
    at: Server, into: Path, *, keep: int, now: datetime, report: Report
) -> tuple[Path, Manifest]:
    """A dump of a server's database, restored into a scratch database beside it and checked.

    Raises DomainError; then nothing was added.
    """
    with storing(into):
        into.mkdir(parents=True, exist_ok=True)
        folder.sweep_unfinished(into, now)
        with (
            folder_lock.held(into, report=report) as alone,
            tempfile.TemporaryDirectory(prefix=folder.MAKING, dir=into) as work,
        ):
            part = Path(work) / "office.dump"
            taken = server_dump.take(at, part, report=report)
            manifest = _manifest(
                "postgresql", part, taken.held, now=now, source=at.where.shown(),
                roles=taken.roles, spread=taken.spread,
            )  # fmt: skip
            why = _server_fault(at, part, taken, report=report)
            return _file(into, part, _judged(manifest, why, now), keep=keep, alone=alone)


@contextmanager
def _for_trying(work: Path) -> Iterator[Path]:
    """Where a copy is opened. Backups may lie on a share or in a folder that is mirrored, and often
    do; a database in use may not."""
    try:
        refuse_unsafe(work / "scratch.db")
    except DomainError:
        with tempfile.TemporaryDirectory(prefix="sanzhi-backup-") as local:
            yield Path(local)
    else:
        yield work


def _embedded_fault(
    copy: Path, scratch: Path, held: Survey, files: Sequence[str], *, report: Report
) -> str:
    try:
        embedded_copy.restore(copy, scratch, report=report)
        return embedded_copy.fault(scratch, held, files)
    except DomainError as error:
        # A source that somebody tampered with is kept as evidence, and never called good.
        if error.code in (KeepingFault.DISK_FULL, KeepingFault.CANNOT_WRITE):
            raise
        from sanzhi_desktop.resources.sentences import explain

        return explain(error)


def _server_fault(at: Server, part: Path, taken: server_dump.Taken, *, report: Report) -> str:
    """A source that was tampered with, or is damaged, is kept, and never called good. Of several
    servers a copy may be of different moments; then a key may have lost its row."""
    from sanzhi_desktop.resources.sentences import explain, sentence

    try:
        why = server_dump.fault(at, part, taken, report=report)
    except DomainError as error:
        if error.code not in _TOLD:
            raise
        why = explain(error)
        if error.code is not KeepingFault.TOOL_FAILED:
            return why
    if not why or not taken.spread:
        return why
    return sentence(SpreadFault.NO_SNAPSHOT, why=why.rstrip("。"))


def _judged(manifest: Manifest, why: str, now: datetime) -> Manifest:
    return folder.verified(manifest, now) if not why else replace(manifest, why_not=why)


def _manifest(
    kind: str,
    part: Path,
    held: Survey,
    *,
    now: datetime,
    source: str,
    files: Sequence[str] = (),
    roles: Sequence[Mapping[str, object]] = (),
    spread: bool = False,
) -> Manifest:
    with part.open("rb+") as made:  # Windows writes through only what may be written
        digest = hashlib.file_digest(made, "sha256").hexdigest()
        os.fsync(made.fileno())
    return Manifest(
        kind=kind,
        made_at=stamp(now),
        program=__version__,
        revision=REVISION,
        source=source,
        sha256=digest,
        size=part.stat().st_size,
        offices=held.offices,
        counts=held.counts,
        files=tuple(files),
        roles=tuple(roles),
        spread=spread,
    )


def _file(
    into: Path, part: Path, manifest: Manifest, *, keep: int, alone: bool
) -> tuple[Path, Manifest]:
    data = folder.data_file(into, manifest.kind, datetime.fromisoformat(manifest.made_at))
    part.replace(data)
    try:
        folder.write_manifest(data, manifest)
    except BaseException:
        data.unlink(missing_ok=True)
        raise
    folder.rotate(into, keep, alone=alone)
    return data, manifest


def checked(path: Path) -> tuple[Path, Manifest]:
    """A backup whose data file still has the bytes that were filed. Raises DomainError."""
    data, manifest = folder.read_manifest(path)
    if not data.is_file():
        raise DomainError(KeepingFault.DAMAGED, path=str(data), what="数据文件不在")
    with data.open("rb") as read:
        if hashlib.file_digest(read, "sha256").hexdigest() != manifest.sha256:
            raise DomainError(KeepingFault.DAMAGED, path=str(data), what="内容与备份时不同")
    return data, manifest


def restore_embedded(path: Path, target: Path, *, report: Report) -> Manifest:
    """Puts a backup where there is no database yet, with its attachments, and checks it there;
    `why_not` says what was found here.

    Raises DomainError; then nothing stays.
    """
    data, manifest = checked(path)
    if manifest.kind != "sqlite":
        raise DomainError(KeepingFault.OTHER_KIND, path=str(data), kind="PostgreSQL")
    embedded.refuse_newer(manifest.revision, where=str(data))
    files = files_folder(target)
    with storing(target):
        embedded_copy.refuse_taken(target)
        if files.exists() and any(files.iterdir()):
            raise DomainError(KeepingFault.TARGET_NOT_EMPTY, where=str(files))
        embedded_copy.restore(data, target, report=report)
        try:
            _bring_files(data.parent, files, manifest.files, report=report)
            why = _prove(target, data, manifest)
        except BaseException:
            embedded.remove_file(target)
            shutil.rmtree(files, ignore_errors=True)
            raise
    return replace(manifest, why_not=why)


def _prove(target: Path, data: Path, manifest: Manifest) -> str:
    """What was good when it was made must be good where it was put back; evidence that was
    tampered with may be put back, and is told to be so."""
    from sanzhi_desktop.resources.sentences import explain

    held = Survey(manifest.counts, manifest.offices)
    try:
        why = embedded_copy.fault(target, held, manifest.files)
    except DomainError as error:
        why = explain(error).rstrip("。")
    if why and manifest.good:
        raise DomainError(KeepingFault.DAMAGED, path=str(data), what=why)
    return why


def _bring_files(source: Path, files: Path, wanted: Sequence[str], *, report: Report) -> None:
    for step, sha256 in enumerate(wanted):
        report(step, len(wanted), f"附件 {step + 1} / {len(wanted)}")
        place = folder.file_place(source, sha256)
        if not place.is_file() or not attachments.copy(place, files / sha256[:2] / sha256):
            raise DomainError(KeepingFault.DAMAGED, path=str(place), what="附件缺失或者内容已变")


def restore_server(at: Server, path: Path, *, report: Report) -> tuple[Manifest, list[str]]:
    """Puts a dump into an empty database of a server and checks it there; also the log-ins that
    need a password. `why_not` says what was found here.

    Raises DomainError; then nothing stays.
    """
    data, manifest = checked(path)
    if manifest.kind != "postgresql":
        raise DomainError(KeepingFault.OTHER_KIND, path=str(data), kind="SQLite")
    held = Survey(manifest.counts, manifest.offices)
    taken = server_dump.Taken(held, manifest.roles, manifest.spread)
    made, why = server_dump.restore(at, data, taken, good=manifest.good, report=report)
    return replace(manifest, why_not=why), made
