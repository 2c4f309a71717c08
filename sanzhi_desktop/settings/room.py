"""Whether a disk is full: SQLite on a full disk mostly speaks of an input/output error.

Lives here: the look at an error and at the disk. Must not: sentences; who asks has his own.
"""

import errno
import os
import sqlite3
import tempfile
from pathlib import Path

_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
# A write-ahead log needs its index file at once, also for reading: this is how a disk without a
# byte left is met first.
_INDEX_CANNOT_GROW = sqlite3.SQLITE_IOERR_SHMSIZE
_PRIMARY = 0xFF
_PROBE = 64 * 1024


def full(error: BaseException, beside: Path | None) -> bool:
    """Whether an error means that there is no room left. `beside` is the file it was about: where
    only an input/output error is told, a few bytes are written next to it to find out."""
    if getattr(error, "errno", None) in _NO_ROOM:
        return True
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if code & _PRIMARY == sqlite3.SQLITE_FULL:
        return True
    if code & _PRIMARY not in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
        return False
    return not _takes_more(beside.parent) if beside is not None else code == _INDEX_CANNOT_GROW


def _takes_more(folder: Path) -> bool:
    """Whether the disk of a folder takes some bytes more; also where it cannot be found out."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno not in _NO_ROOM
    return True
