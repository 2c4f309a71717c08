"""A key store of the system for tests, and none."""

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.credentials import Credential, SimpleCredential

from sanzhi_desktop.persistence import key_store


class RealStore(keyring.backend.KeyringBackend):
    """Stands in for a key store of the system; lives as long as the test."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise keyring.errors.KeyringLocked("Failed to unlock the collection!")
        return self.kept.get((service, username))

    def get_credential(self, service: str, username: str | None) -> Credential | None:
        found = [(n, s) for (of, n), s in self.kept.items() if of == service]
        return SimpleCredential(*found[0]) if found and username is None else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


def use(monkeypatch: pytest.MonkeyPatch, store: RealStore) -> RealStore:
    """This PC has that store from now on."""
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    monkeypatch.setattr(key_store, "_REAL", (f"{RealStore.__module__}.",))
    return store


def use_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """This PC has no store that counts."""
    monkeypatch.setattr(key_store, "_REAL", ("nowhere.",))
