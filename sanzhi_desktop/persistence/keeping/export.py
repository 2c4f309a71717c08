"""The open export: everything of one office as JSON Lines and original files, with a verifier.

Lives here: writing the folder. Must not: reading it back; that is a program of its own, which
needs nothing of ours (`resources/export/verify.py`).
"""

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop import __version__, resources
from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import Office
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence import checkpoints, witness
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.keeping import attachments
from sanzhi_desktop.persistence.keeping.disk import storing
from sanzhi_desktop.persistence.named_files import asking, named_files
from sanzhi_desktop.persistence.open import Opened
from sanzhi_desktop.persistence.revision import REVISION
from sanzhi_desktop.persistence.rights import hidden
from sanzhi_desktop.persistence.snapshot import reading
from sanzhi_desktop.persistence.tables import metadata
from sanzhi_desktop.persistence.writes import stamp

FORMAT = "sanzhi-export-1"
_PAPERS = "document"  # whose content goes into files
_BATCH = 500
_LOST = frozenset({PersistenceFault.FILE_MISSING, PersistenceFault.FILE_CHANGED})


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    office: str
    folder: Path
    rows: int
    papers: int
    files: int
    missing: tuple[str, ...]
    root: str


@dataclass(slots=True)
class _Writing:
    """The folder as it grows, with what the manifest will say of it."""

    folder: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, path: Path, **more: Any) -> None:
        with path.open("rb") as read:
            digest = hashlib.file_digest(read, "sha256").hexdigest()
        name = path.relative_to(self.folder).as_posix()
        self.files[name] = {"sha256": digest, "size": path.stat().st_size, **more}

    def place(self, *parts: str) -> Path:
        made = self.folder.joinpath(*parts)
        made.parent.mkdir(parents=True, exist_ok=True)
        return made


def export(
    opened: Opened, folder: Path, *, session: Session | None, now: datetime, report: Report
) -> Exported:
    """Writes the office into an empty folder. On a server somebody must be at work (`session`) who
    reads every case and the history, which on a server an auditor does and nobody else. Raises
    DomainError; then the folder is as it was."""
    if session is not None and Role.AUDITOR not in session.actor.roles:
        raise DomainError(KeepingFault.NOT_AUDITOR)
    existed = folder.exists()
    if existed and (not folder.is_dir() or any(folder.iterdir())):
        raise DomainError(KeepingFault.FOLDER_NOT_EMPTY, path=str(folder))
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return _write(opened, _Writing(folder), session, now=now, report=report)
        except BaseException:
            _empty(folder, remove=not existed)
            raise


def _empty(folder: Path, *, remove: bool) -> None:
    for part in folder.iterdir():
        shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink()
    if remove:
        folder.rmdir()


def _write(
    opened: Opened, at: _Writing, session: Session | None, *, now: datetime, report: Report
) -> Exported:
    reader = opened.reader()
    if session is None:
        witness.record(reader)
    else:
        session.gateway.checkpoint(opened.office_id)
    office = reader.office()
    tables = _tables()
    rows = papers = 0
    with reading(opened.engine) as db:
        for step, table in enumerate(tables):
            report(step, len(tables), f"导出数据表 {table.name}")
            count = _table(db, table, opened.office_id, at)
            rows += count
            papers += count if table.name == _PAPERS else 0
        named = () if session is not None else named_files(asking(db), opened.office_id)
        root = checkpoints.last_root(db, opened.office_id)
    if session is not None:  # who keeps the files need not read the history
        named = tuple(session.reader.files_used())
    wanted = {use.sha256 for use in named}
    missing = _attachments(opened, at, session, wanted, report=report)
    for name in ("verify.py", "说明.txt"):
        target = at.place(name)
        shutil.copyfile(resources.path("export", name), target)
        at.note(target)
    _manifest(at, office, now=now, root=root, missing=missing)
    kept = sum(1 for name in at.files if name.startswith("files/"))
    return Exported(office.name, at.folder, rows, papers, kept, tuple(missing), root)


def _tables() -> list[sa.Table]:
    """What an office reads of itself; passwords and passing things are no part of an archive."""
    left_out = {*hidden(), "blob_chunk"}
    return [
        table
        for table in metadata.sorted_tables
        if "office_id" in table.c and table.name not in left_out
    ]


def _table(db: sa.Connection, table: sa.Table, office_id: int, at: _Writing) -> int:
    place = at.place("tables", f"{table.name}.jsonl")
    count = 0
    with place.open("w", encoding="utf-8", newline="\n") as write:
        for row in _rows(db, table, office_id):
            told = {name: _plain(value) for name, value in row.items()}
            if table.name == _PAPERS:
                del told["content"]
                _paper(at, row["sha256"], bytes(row["content"]))
            json.dump(told, write, ensure_ascii=False)
            write.write("\n")
            count += 1
        write.flush()
        os.fsync(write.fileno())
    at.note(place, rows=count)
    return count


def _rows(db: sa.Connection, table: sa.Table, office_id: int) -> Iterator[Mapping[str, Any]]:
    query = sa.select(table).where(table.c.office_id == office_id).order_by(*table.primary_key)
    batch = 20 if table.name == _PAPERS else _BATCH
    with db.execute(query, execution_options={"yield_per": batch}) as rows:
        for row in rows.mappings():
            yield dict(row)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value


def _paper(at: _Writing, sha256: str, content: bytes) -> None:
    place = at.place("papers", f"{sha256}.pdf")
    if not place.exists():  # one paper may be filed in two cases
        place.write_bytes(content)
        at.note(place)


def _attachments(
    opened: Opened,
    at: _Writing,
    session: Session | None,
    wanted: set[str],
    *,
    report: Report,
) -> list[str]:
    """Copies the originals; returns those that are missing or changed. Raises DomainError when the
    store cannot be asked: then nobody knows."""
    names = sorted(wanted | set(attachments.stored(opened.files) if session is None else ()))
    source = _folder(opened.files) if session is None else session.files.path
    missing = []
    for step, sha256 in enumerate(names):
        report(step, len(names), f"附件 {step + 1} / {len(names)}")
        target = at.place("files", sha256[:2], sha256)
        try:
            whole = attachments.copy(source(sha256), target)
        except FileNotFoundError:
            whole = False
        except DomainError as error:
            if error.code not in _LOST:
                raise
            whole = False
        if whole:
            at.note(target)
        else:
            missing.append(sha256)
    return missing


def _folder(files: Path) -> Callable[[str], Path]:
    return lambda sha256: files / sha256[:2] / sha256


def _manifest(
    at: _Writing, office: Office, *, now: datetime, root: str, missing: list[str]
) -> None:
    told = {
        "format": FORMAT,
        "program": __version__,
        "revision": REVISION,
        "made_at": stamp(now),
        "office": {"office_id": office.office_id, "code": office.code, "name": office.name},
        "root": root,
        "missing": missing,
        "files": at.files,
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    at.place("manifest.json").write_text(text + "\n", "utf-8")
