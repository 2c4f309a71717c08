"""The key store of the operating system: the only place where a password may be remembered.

Lives here: which stores count as real. Must not: files, plain text, or a store that forgets.
"""

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "sanzhi"
DRAFTS = "sanzhi-drafts"
# Backends of `keyring` that hold a secret where only the signed-in user of the PC gets at it.
_REAL = (
    "keyring.backends.Windows.",
    "keyring.backends.macOS.",
    "keyring.backends.SecretService.",
    "keyring.backends.libsecret.",
    "keyring.backends.kwallet.",
)
_SECRET_SERVICE = ("keyring.backends.SecretService.", "keyring.backends.libsecret.")


def _store() -> "KeyringBackend | None":
    import keyring
    from keyring.errors import KeyringError

    try:
        found: Any = keyring.get_keyring()
        # Several at once: the first real one, so that nothing ends in a file by accident.
        for backend in (found, *getattr(found, "backends", ())):
            made: KeyringBackend = backend
            if f"{type(made).__module__}.".startswith(_REAL):
                return made
    except (KeyringError, RuntimeError):
        return None
    return None


def usable() -> bool:
    """Whether this PC has a real key store."""
    return _store() is not None


class StoreSilentError(Exception):
    """The key store is locked, or is not there at the moment."""


def get(service: str, name: str) -> str | None:
    """What the store keeps; None when it keeps nothing, is locked or is not there."""
    try:
        return ask(service, name)
    except StoreSilentError:
        return None


def ask(service: str, name: str) -> str | None:
    """What the store keeps; None when it keeps nothing. Raises StoreSilentError. A locked store may
    ask its user to open it."""
    from keyring.errors import KeyringError

    store = _store()
    if store is None:
        raise StoreSilentError
    try:
        return store.get_password(service, name)
    except KeyringError as error:
        raise StoreSilentError from error


def credential(service: str) -> tuple[str, str] | None:
    """The (name, secret) that the store keeps of a service with one name; None as in `get`."""
    from keyring.errors import KeyringError

    store = _store()
    if store is None:
        return None
    try:
        found = store.get_credential(service, None)
    except KeyringError:
        return None
    return None if found is None else (found.username, found.password)


def locked() -> bool | None:
    """Whether asking the store now would show its user a window; None where that is not known. The
    stores of Windows and macOS are open as long as he is signed in."""
    kind = f"{type(_store()).__module__}."
    if not kind.startswith(_SECRET_SERVICE):
        return None if kind.startswith("keyring.backends.kwallet.") else False
    import secretstorage

    try:
        bus = secretstorage.dbus_init()
        try:
            return bool(secretstorage.get_default_collection(bus).is_locked())
        finally:
            bus.close()
    except (secretstorage.exceptions.SecretStorageException, OSError):
        return None


def put(service: str, name: str, secret: str) -> bool:
    """Keeps a secret; whether the store took it."""
    from keyring.errors import KeyringError

    store = _store()
    if store is None:
        return False
    try:
        store.set_password(service, name, secret)
    except KeyringError:
        return False
    return True


def forget(service: str, name: str) -> None:
    """Takes a secret away."""
    from keyring.errors import KeyringError

    store = _store()
    if store is None:
        return
    try:
        store.delete_password(service, name)
    except KeyringError:  # nothing was kept there
        return


def random_secret(name: str) -> str | None:
    """A secret of this PC's user, made at the first call; None without a real store."""
    kept = get(DRAFTS, name)
    if kept is not None:
        return kept
    made = secrets.token_urlsafe(32)
    return made if put(DRAFTS, name, made) else None
