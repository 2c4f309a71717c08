"""The key store of the system: whether asking it would show its user a window."""

from typing import Any

import keyring
import pytest

from sanzhi_desktop.persistence import key_store
from tests.persistence.stores import RealStore


def of_kind(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """This PC's store is one of that module of `keyring`."""
    made = type("Keyring", (RealStore,), {"__module__": module})()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    assert key_store.usable()


class Bus:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Collection:
    def __init__(self, locked: bool) -> None:
        self._locked = locked

    def is_locked(self) -> bool:
        return self._locked


@pytest.mark.parametrize("module", ["SecretService", "libsecret"])
@pytest.mark.parametrize("locked", [True, False])
def test_on_linux_the_secret_service_is_asked_whether_it_is_locked(
    monkeypatch: pytest.MonkeyPatch, module: str, locked: bool
) -> None:
    secretstorage = pytest.importorskip("secretstorage")
    bus, asked = Bus(), []

    def collection(given: Any) -> Collection:
        asked.append(given)
        return Collection(locked)

    monkeypatch.setattr(secretstorage, "dbus_init", lambda: bus)
    monkeypatch.setattr(secretstorage, "get_default_collection", collection)
    of_kind(monkeypatch, f"keyring.backends.{module}")
    assert key_store.locked() is locked
    assert asked == [bus]
    assert bus.closed


def test_a_secret_service_that_does_not_answer_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secretstorage = pytest.importorskip("secretstorage")

    def away() -> None:
        raise secretstorage.exceptions.SecretServiceNotAvailableException("no bus")

    monkeypatch.setattr(secretstorage, "dbus_init", away)
    of_kind(monkeypatch, "keyring.backends.SecretService")
    assert key_store.locked() is None


@pytest.mark.parametrize(
    ("module", "locked"), [("Windows", False), ("macOS", False), ("kwallet", None)]
)
def test_the_stores_of_other_systems(
    monkeypatch: pytest.MonkeyPatch, module: str, locked: bool | None
) -> None:
    of_kind(monkeypatch, f"keyring.backends.{module}")
    assert key_store.locked() is locked
