"""Credentials of an object store: from the environment, else from the PC's key store.

Lives here: looking them up and keeping them. Must not: writing a secret to a file, a setting or
the database.
"""

import os
from dataclasses import dataclass, field

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import AttachmentFault

KEY_ID = "SANZHI_OBJECTS_KEY_ID"
SECRET = "SANZHI_OBJECTS_SECRET"  # the name of a variable
# Backends of `keyring` that keep a secret in the open or not at all.
_NO_STORE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; its secret is never shown."""

    key_id: str
    secret: str = field(repr=False)


def _entry(endpoint: str, bucket: str) -> str:
    return f"sanzhi objects {endpoint} {bucket}"


def find(endpoint: str, bucket: str) -> Credentials:
    """Raises DomainError(NO_CREDENTIALS) saying where they are looked for."""
    key_id, secret = os.environ.get(KEY_ID, ""), os.environ.get(SECRET, "")
    if key_id and secret:
        return Credentials(key_id, secret)
    if _safe():
        import keyring
        from keyring.errors import KeyringError

        try:
            found = keyring.get_credential(_entry(endpoint, bucket), None)
        except KeyringError:
            found = None
        if found is not None:
            return Credentials(found.username, found.password)
    raise DomainError(
        AttachmentFault.NO_CREDENTIALS,
        key_id=KEY_ID,
        secret=SECRET,
        endpoint=endpoint,
        bucket=bucket,
    )


def keep(endpoint: str, bucket: str, credentials: Credentials) -> None:
    """Keeps them in the PC's key store. Raises DomainError(NO_KEYRING) where there is none."""
    import keyring
    from keyring.errors import KeyringError

    if not _safe():
        raise DomainError(AttachmentFault.NO_KEYRING, key_id=KEY_ID, secret=SECRET)
    try:
        keyring.set_password(_entry(endpoint, bucket), credentials.key_id, credentials.secret)
    except KeyringError as error:
        raise DomainError(AttachmentFault.NO_KEYRING, key_id=KEY_ID, secret=SECRET) from error


def _safe() -> bool:
    import keyring

    return not type(keyring.get_keyring()).__module__.startswith(_NO_STORE)
