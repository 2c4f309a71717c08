"""What a desk sees of backups, and the port behind it.

Lives here: the row of a list and the protocol. Must not: how a copy is made or checked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.domain.errors import Code

# (step, total, what is being done); may raise to stop the work, which then leaves nothing behind
Report = Callable[[int, int, str], None]


class KeepingFault(Code):
    """Why a backup, a restore, a move or an export did not come about."""

    DISK_FULL = "keeping.disk_full"
    CANNOT_WRITE = "keeping.cannot_write"
    NOT_A_BACKUP = "keeping.not_a_backup"
    DAMAGED = "keeping.damaged"
    TARGET_NOT_EMPTY = "keeping.target_not_empty"
    FOLDER_NOT_EMPTY = "keeping.folder_not_empty"
    OTHER_KIND = "keeping.other_kind"
    INSIDE_ITSELF = "keeping.inside_itself"
    BUSY = "keeping.busy"
    TOOL_MISSING = "keeping.tool_missing"
    TOOL_TOO_OLD = "keeping.tool_too_old"
    TOOL_FAILED = "keeping.tool_failed"
    RIGHTS_TO_DUMP = "keeping.rights_to_dump"
    RIGHTS_TO_RESTORE = "keeping.rights_to_restore"
    RIGHTS_TO_MOVE = "keeping.rights_to_move"
    MOVE_DIRECTION = "keeping.move_direction"
    HISTORY_BROKEN = "keeping.history_broken"
    OFFICE_THERE = "keeping.office_there"
    NUMBER_THERE = "keeping.number_there"
    LOGINS_THERE = "keeping.logins_there"
    MOVED_ELSEWHERE = "keeping.moved_elsewhere"
    DIFFERS = "keeping.differs"
    FILE_LOST = "keeping.file_lost"
    FILE_TOO_LARGE = "keeping.file_too_large"
    NOT_AUDITOR = "keeping.not_auditor"


@dataclass(frozen=True, slots=True)
class BackupRow:
    """One backup in a folder. `good`: restored into a scratch database and checked there."""

    path: Path
    made_at: datetime
    size: int
    good: bool
    files: int
    cases: int
    root: str  # the last checkpoint inside
    why: str = ""  # a sentence: why it is not known to be good


@dataclass(frozen=True, slots=True)
class ExportRow:
    """What an open export holds. `missing`: attachments that were lost or had changed."""

    path: Path
    rows: int
    papers: int
    files: int
    missing: tuple[str, ...]


class Keeper(Protocol):
    """Backups of the database that is open at this desk."""

    def backup(self, folder: Path, *, keep: int, report: Report) -> BackupRow:
        """Makes, checks and files one backup; `keep` good ones stay. Raises DomainError."""
        ...

    def export(self, folder: Path, *, report: Report) -> ExportRow:
        """Writes everything of the office in open formats into a new folder inside this one.
        Raises DomainError; then nothing was added."""
        ...

    def backups(self, folder: Path) -> Sequence[BackupRow]:
        """What stands in the folder of this database, newest first; nothing for a folder that is
        not there. Raises DomainError."""
        ...
