"""A disk without a byte left, for real: a file system of its own, filled to the end.

`PRAGMA max_page_count` looks like it and is not: SQLite then says "full", while a disk that is full
makes it say "disk I/O error" at the first look at its write-ahead index.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sanzhi_desktop.persistence.errors import named
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.settings import room

PROGRAM = Path(__file__).with_name("on_a_full_disk.py")


def _own_disk(folder: Path, command: list[str]) -> list[str]:
    """The command on a disk of its own; the mount is seen by nobody else and goes with it."""
    mounted = f'mount -t tmpfs -o size=3m none "{folder}" && exec "$@"'
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", mounted, "sh", *command]


def test_a_full_disk_is_called_full(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run(
        _own_disk(tmp_path, ["true"]), check=False, capture_output=True
    ).returncode:  # fmt: skip
        pytest.skip("no file system of one's own may be mounted here")
    done = subprocess.run(
        _own_disk(
            tmp_path, [sys.executable, "-m", "tests.persistence.on_a_full_disk", str(tmp_path)]
        ),
        cwd=PROGRAM.parents[2], check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.split("\n")[:-1] == [
        "save persistence.disk_full",
        "keep ui.disk_full",
        "drafts ui.no_room",
        "new-drafts ui.no_room",
        "desk persistence.disk_full",
        "people persistence.disk_full",
        "found persistence.disk_full",
        "left False",
        "typed typed",
    ]


def _failed(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def test_trouble_on_a_disk_with_room_is_not_called_full(tmp_path: Path) -> None:
    broken = _failed(sqlite3.SQLITE_IOERR_READ)
    assert not room.full(broken, tmp_path / "a.db")
    assert named(broken, path=str(tmp_path / "a.db")).code is PersistenceFault.DISK_TROUBLE
    assert not room.full(broken, tmp_path / "gone" / "a.db")
    assert not room.full(broken, None)
    assert room.full(_failed(sqlite3.SQLITE_IOERR_SHMSIZE), None)
    assert not room.full(_failed(sqlite3.SQLITE_IOERR_SHMSIZE), tmp_path / "a.db")
    assert room.full(_failed(sqlite3.SQLITE_FULL), tmp_path / "a.db")
    assert room.full(OSError(28, "no room"), None)
