"""What a full or locked disk says, in our words.

Lives here: turning the system's errors into codes while a copy is written. Must not: writing.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


@contextmanager
def storing(place: Path) -> Iterator[None]:
    """Everything inside writes under `place`. Raises DomainError for a full or locked disk."""
    try:
        yield
    except OSError as error:
        code = KeepingFault.DISK_FULL if error.errno in _FULL else KeepingFault.CANNOT_WRITE
        raise DomainError(code, path=str(place), message=error.strerror or "") from error
    except DomainError as error:
        if error.code is PersistenceFault.DISK_FULL or "disk I/O" in str(error.facts):
            raise DomainError(KeepingFault.DISK_FULL, path=str(place)) from error
        raise
