"""Credentials of an object store: from the environment, else from the PC's key store.

Lives here: looking them up and keeping them. Must not: writing a secret to a file, a setting or
the database.
"""

import os
from dataclasses import dataclass, field

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.persistence import key_store

KEY_ID = "SANZHI_OBJECTS_KEY_ID"
SECRET = "SANZHI_OBJECTS_SECRET"  # the name of a variable


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; its secret is never shown."""

    key_id: str
    secret: str = field(repr=False)


def _entry(endpoint: str, bucket: str) -> str:
    return f"sanzhi objects {endpoint} {bucket}"


def find(endpoint: str, bucket: str, *, kept_first: bool = False) -> Credentials:
    """Those for a bucket. Raises DomainError(NO_CREDENTIALS) saying where they are looked for.

    `kept_first`: what the key store has for this very bucket goes before the environment, which
    knows one bucket only: the office's present one.
    """
    ways = (_from_environment, lambda: _kept(endpoint, bucket))
    for way in reversed(ways) if kept_first else ways:
        found = way()
        if found is not None:
            return found
    raise DomainError(
        AttachmentFault.NO_CREDENTIALS,
        key_id=KEY_ID,
        secret=SECRET,
        endpoint=endpoint,
        bucket=bucket,
    )


def _from_environment() -> Credentials | None:
    key_id, secret = os.environ.get(KEY_ID, ""), os.environ.get(SECRET, "")
    return Credentials(key_id, secret) if key_id and secret else None


def _kept(endpoint: str, bucket: str) -> Credentials | None:
    found = key_store.credential(_entry(endpoint, bucket))
    return None if found is None else Credentials(*found)


def keep(endpoint: str, bucket: str, credentials: Credentials) -> None:
    """Keeps them in the PC's key store. Raises DomainError(NO_KEYRING) where there is none."""
    entry = _entry(endpoint, bucket)
    if not key_store.put(entry, credentials.key_id, credentials.secret):
        raise DomainError(AttachmentFault.NO_KEYRING, key_id=KEY_ID, secret=SECRET)
