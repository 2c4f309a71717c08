"""One backup at a time in a folder: what one still needs, the rotation of another would take away.

Lives here: a lock that ends with its process, also on shares. Must not: what is done under it.
"""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError

NAME = ".sanzhi-backup.lock"
LOOK = 0.2  # seconds
PATIENCE = 3600.0  # seconds; whoever was stopped for longer than that is seen to by a person
_BUSY = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK})
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})


@contextmanager
def held(folder: Path, *, report: Report) -> Iterator[bool]:
    """Waits for other backups in this folder. False: its file system knows no locks, so nobody
    knows who else is here. Raises DomainError when it takes too long, OSError as the disk does."""
    place = folder / NAME
    handle, alone = _waited(place, report=report)
    try:
        yield alone
    finally:
        if sys.platform == "win32":
            os.close(handle)  # only then it goes, unless somebody else has it open
            with suppress(OSError):
                place.unlink()
        else:
            with suppress(OSError):
                place.unlink()  # under the lock: whoever waits finds that it is not the same file
            os.close(handle)


def _waited(place: Path, *, report: Report) -> tuple[int, bool]:
    end = time.monotonic() + PATIENCE
    while True:
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
            if _same(handle, place):
                return handle, True
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return handle, False
            if error.errno not in _BUSY:
                os.close(handle)
                raise
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if time.monotonic() >= end:
            raise DomainError(KeepingFault.BUSY, path=str(place.parent))
        report(0, 0, "等待另一个备份完成")
        time.sleep(LOOK)


def _same(handle: int, place: Path) -> bool:
    """Whether the file that was locked is still the one that others find."""
    try:
        return os.path.samestat(os.fstat(handle), place.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
