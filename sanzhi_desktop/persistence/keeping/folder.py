"""The backup folder: one data file and one manifest per backup, attachments once for all of them.

Lives here: names, manifests, the list, rotation. Must not: making or checking a copy.

    DIR/sanzhi-20261122-022200.db     (SQLite) or .dump (PostgreSQL, custom format of pg_dump)
    DIR/sanzhi-20261122-022200.json   the manifest; written last, so that half a backup is none
    DIR/files/ab/abcdef…              attachments by the SHA-256 of their bytes
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sanzhi_desktop.application.keeping import BackupRow, KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.writes import SHANGHAI, stamp

FORMAT = "sanzhi-backup-1"
FILES = "files"
MAKING = ".making-"  # a folder of work; gone when the work is done
_DAY = 24 * 3600
SUFFIX = {"sqlite": ".db", "postgresql": ".dump"}

Series = tuple[str, str, str]  # kind, code of the first office, where the database is


@dataclass(frozen=True, slots=True)
class OfficeInside:
    """What the copy holds of one office."""

    office_id: int
    code: str
    name: str
    chains: int
    entries: int
    cases: int
    root: str
    # Attachments that stand in the database itself, and those it only names (object store). No part
    # of a comparison: backups made before these were counted do not have them.
    inside: int = field(default=0, compare=False)
    outside: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a backup. `verified_at` is empty until the copy proved itself."""

    kind: str
    made_at: str
    program: str
    revision: str
    source: str
    sha256: str
    size: int
    offices: tuple[OfficeInside, ...]
    counts: Mapping[str, int]
    files: tuple[str, ...]
    roles: tuple[Mapping[str, Any], ...] = ()
    verified_at: str = ""
    why_not: str = ""  # a sentence
    spread: bool = False  # taken from a database that was spread over several servers

    @property
    def series(self) -> Series:
        """Which database this is a backup of. Offices may join a server; its first one stays."""
        first = self.offices[0].code if self.offices else ""
        if self.kind == "sqlite":
            return self.kind, first, os.path.normcase(self.source)
        return self.kind, first, self.source.rpartition("@")[2]  # whoever it was that asked

    @property
    def good(self) -> bool:
        """Whether the copy was restored and checked."""
        return bool(self.verified_at)


def data_file(folder: Path, kind: str, moment: datetime) -> Path:
    """A name that is not taken yet."""
    base = f"sanzhi-{moment.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    names = (base, *(f"{base}-{n}" for n in range(2, 1000)))
    free = (n for n in names if not (folder / f"{n}.json").exists())
    return folder / f"{next(free)}{SUFFIX[kind]}"


def file_place(folder: Path, sha256: str) -> Path:
    """Where an attachment stands in a backup folder."""
    return folder / FILES / sha256[:2] / sha256


def write_manifest(data: Path, manifest: Manifest) -> None:
    """Puts the manifest beside the data file, whole or not at all."""
    place = data.with_suffix(".json")
    part = place.with_name(f".{place.name}.part")
    told = {"format": FORMAT, "data": data.name, **asdict(manifest)}
    try:
        with part.open("w", encoding="utf-8") as write:
            json.dump(told, write, ensure_ascii=False, indent=1)
            write.flush()
            os.fsync(write.fileno())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def read_manifest(path: Path) -> tuple[Path, Manifest]:
    """The data file and the manifest of a backup, named by either.

    Raises DomainError when there is no such backup.
    """
    place = path.with_suffix(".json")
    try:
        told: Any = json.loads(place.read_text("utf-8"))
        told.setdefault("spread", False)  # backups of before do not say so
        known = {name: told[name] for name in Manifest.__dataclass_fields__}
        manifest = Manifest(
            **{
                **known,
                "offices": tuple(OfficeInside(**one) for one in known["offices"]),
                "files": tuple(known["files"]),
                "roles": tuple(known["roles"]),
            }
        )
        data = place.with_name(told["data"])
        if told["format"] == FORMAT and manifest.kind in SUFFIX and data.parent == place.parent:
            return data, manifest
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise DomainError(KeepingFault.NOT_A_BACKUP, path=str(path))


def listed(folder: Path) -> list[tuple[Path, Manifest]]:
    """Every backup of the folder, newest first; foreign files are passed over."""
    found = []
    for place in folder.glob("sanzhi-*.json"):
        with suppress(DomainError):
            found.append(read_manifest(place))
    return sorted(found, key=lambda one: (one[1].made_at, one[0].name), reverse=True)


def row(data: Path, manifest: Manifest) -> BackupRow:
    """How a backup is shown. A data file that is gone or of another size is no good backup."""
    whole = data.is_file() and data.stat().st_size == manifest.size
    return BackupRow(
        path=data,
        made_at=datetime.fromisoformat(manifest.made_at),
        size=manifest.size,
        good=manifest.good and whole,
        files=len(manifest.files),
        cases=sum(one.cases for one in manifest.offices),
        root=manifest.offices[0].root if manifest.offices else "",
        why=manifest.why_not if whole else "备份的数据文件已不在原处，或者大小已变。",
    )


def to_evict(backups: Sequence[tuple[Path, Manifest]], keep: int) -> list[tuple[Path, Manifest]]:
    """Which go, given newest first: good ones are counted among good ones, the others among the
    others, so that no number of failed backups ever pushes a good one out. Each database is
    counted by itself: several may be kept in one folder."""
    kinds: dict[tuple[Series, bool], list[tuple[Path, Manifest]]] = {}
    for one in backups:
        kinds.setdefault((one[1].series, row(*one).good), []).append(one)
    return [one for same in kinds.values() for one in same[max(1, keep) :]]


def rotate(folder: Path, keep: int, *, alone: bool) -> list[Path]:
    """Takes away what is too old, then attachments that no backup left here needs; those only when
    nobody else can be copying into the folder (`alone`)."""
    gone = to_evict(listed(folder), keep)
    for data, _ in gone:
        data.with_suffix(".json").unlink(missing_ok=True)  # first: without it there is no backup
        data.unlink(missing_ok=True)
    if gone and alone:
        _sweep(folder, needed(manifest for _, manifest in listed(folder)))
    return [data for data, _ in gone]


def sweep_unfinished(folder: Path, now: datetime) -> None:
    """Takes away what a backup that was killed more than a day ago left behind."""
    for left in folder.glob(f"{MAKING}*"):
        if now.timestamp() - left.stat().st_mtime > _DAY:
            shutil.rmtree(left, ignore_errors=True)


def needed(manifests: Iterable[Manifest]) -> set[str]:
    """The attachments that some of these backups name."""
    return {sha256 for manifest in manifests for sha256 in manifest.files}


def _sweep(folder: Path, wanted: set[str]) -> None:
    for file in (folder / FILES).glob("[0-9a-f][0-9a-f]/*"):
        if file.name not in wanted:
            file.chmod(0o644)
            file.unlink()


def verified(manifest: Manifest, moment: datetime) -> Manifest:
    """The manifest of a copy that proved itself."""
    return replace(manifest, verified_at=stamp(moment), why_not="")
