"""Embedded log-in: local accounts with argon2 hashes.

Lives here: hashing and checking. Must not: accounts of a server; those are its login roles.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Actor
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.reader import DatabaseReader
from sanzhi_desktop.persistence.snapshot import reading

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM = 8
# The hash of nothing that anybody types: checking it costs an unknown code the same time.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c2FuemhpLW5vYm9keQ$0IFB3vVCxwXAwLJGDRQpnWvLPe0RMH4x3bBqiCh1tVU"
)


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash. Raises DomainError when the password is shorter than MINIMUM."""
    if len(password) < MINIMUM:
        raise DomainError(PersistenceFault.PASSWORD_TOO_SHORT, minimum=MINIMUM)
    return _hasher().hash(password)


@dataclass(frozen=True, slots=True)
class LocalAccounts:
    """Log-in on the embedded database."""

    engine: sa.Engine
    office_id: int
    clock: Callable[[], datetime] | None = None

    def log_in(self, person_id: str, password: str) -> Actor:
        """The actor. One code, one sentence and one cost for every way of being wrong."""
        from argon2.exceptions import InvalidHashError, VerificationError

        code = person_id.strip().lower()
        a = tables.account.c
        query = sa.select(a.argon2).where(a.office_id == self.office_id, a.person_id == code)
        with reading(self.engine) as db:
            kept = db.execute(query).scalar_one_or_none()
        try:
            _hasher().verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError) as error:
            raise DomainError(PersistenceFault.LOG_IN_REFUSED) from error
        if kept is None:
            raise DomainError(PersistenceFault.LOG_IN_REFUSED)
        return DatabaseReader(self.engine, self.office_id, code, self.clock).actor()
