"""The key of the history tags: in this PC's key store, or sealed under a passphrase to be carried.

Lives here: where the key is and how it travels. Must not: writing it anywhere in the clear; it is
in no log, no argument and no `repr`.
"""

import base64
import binascii
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.history_tag import KEY_BYTES, key_id
from sanzhi_desktop.persistence import key_store
from sanzhi_desktop.persistence.faults import PersistenceFault

SERVICE: Final = "sanzhi-history"
FORMAT: Final = "sanzhi-history-key-1"
PASSPHRASE_LEAST: Final = 12
# RFC 7914 with 128 MiB: about half a second a guess.
_COST: Final = {"n": 2**17, "r": 8, "p": 1}
_SALT, _NONCE = 16, 12


AGAIN = 30.0  # seconds until a store that did not answer is asked again


class HistoryKeys:
    """The keys that this PC's store gave. One that it did not give is asked for again now and
    then, where that bothers nobody."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, bytes] = {}
        self._asked: dict[str, float] = {}
        self.silent = False  # whether the store did not answer when it was asked last

    def __repr__(self) -> str:
        return f"HistoryKeys({sorted(self._held)})"

    def of(self, name: str, *, anyway: bool = False) -> bytes | None:
        """The key of that name, None where the store has it not or is locked. Only with `anyway`
        does it make a locked store ask its user."""
        if name in self._held:
            return self._held[name]
        before = self._asked.get(name)
        if before is not None and not anyway and self._clock() - before < AGAIN:
            return None
        self._asked[name] = self._clock()
        if not anyway:
            locked = key_store.locked()
            if locked or (locked is None and before is not None):
                self.silent = self.silent or bool(locked)
                return None
        try:
            key = _read(key_store.ask(SERVICE, name), name)
            self.silent = False
        except key_store.StoreSilentError:
            key = None
            self.silent = True
        if key is not None:
            self._held[name] = key
        return key


def held(name: str) -> bytes | None:
    """The key of that name out of the store."""
    return _read(key_store.get(SERVICE, name), name)


def _read(told: str | None, name: str) -> bytes | None:
    if told is None:
        return None
    try:
        key = base64.b64decode(told, validate=True)
    except binascii.Error:
        return None
    return key if key_id(key) == name else None


def make() -> bytes | None:
    """A new key, kept in the store; None without a store that takes it."""
    key = secrets.token_bytes(KEY_BYTES)
    return key if keep(key) else None


def keep(key: bytes) -> bool:
    """Puts a key into the store; whether it is there afterwards."""
    name = key_id(key)
    return key_store.put(SERVICE, name, base64.b64encode(key).decode()) and held(name) == key


# What the file at a place should carry is remembered too: else taking all tags away would make it
# look like a file that never had any.


def _place(path: Path, office_id: int) -> str:
    return f"{path.resolve()}#{office_id}"


def remember(path: Path, office_id: int, name: str) -> None:
    """Notes that the office in this file carries tags of that key."""
    key_store.put(SERVICE, _place(path, office_id), name)


def remembered(path: Path, office_id: int) -> str:
    """The name of the key whose tags this file should carry; "" when none is known."""
    return key_store.get(SERVICE, _place(path, office_id)) or ""


def forget_place(path: Path, office_id: int) -> None:
    """A new office stands where another one stood."""
    key_store.forget(SERVICE, _place(path, office_id))


# ------------------------------------------------------------------ carrying it


def sealed(key: bytes, passphrase: str, *, office: str) -> str:
    """The key as a text that opens with the passphrase alone. Raises DomainError."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(passphrase) < PASSPHRASE_LEAST:
        raise DomainError(PersistenceFault.PASSPHRASE_TOO_SHORT, least=PASSPHRASE_LEAST)
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    head = {"format": FORMAT, "key_id": key_id(key), "office": office, "kdf": "scrypt", **_COST,
            "salt": salt.hex(), "nonce": nonce.hex()}  # fmt: skip
    body = AESGCM(_derived(passphrase, salt, _COST)).encrypt(nonce, key, _bound(head))
    return json.dumps({**head, "sealed": body.hex()}, ensure_ascii=False, indent=1) + "\n"


def unsealed(text: str, passphrase: str, *, path: str) -> bytes:
    """The key out of such a text. Raises DomainError for another file or another passphrase."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        told: Any = json.loads(text)
        body = bytes.fromhex(told.pop("sealed"))
        salt, nonce = bytes.fromhex(told["salt"]), bytes.fromhex(told["nonce"])
        cost = {name: int(told[name]) for name in _COST}
        same = told["format"] == FORMAT and cost == _COST and len(nonce) == _NONCE
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DomainError(PersistenceFault.BAD_KEY_FILE, path=path) from error
    if not same:
        raise DomainError(PersistenceFault.BAD_KEY_FILE, path=path)
    try:
        key = AESGCM(_derived(passphrase, salt, cost)).decrypt(nonce, body, _bound(told))
    except InvalidTag as error:
        raise DomainError(PersistenceFault.WRONG_PASSPHRASE, path=path) from error
    if len(key) != KEY_BYTES or key_id(key) != told.get("key_id"):
        raise DomainError(PersistenceFault.BAD_KEY_FILE, path=path)
    return key


def _derived(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=cost["n"], r=cost["r"], p=cost["p"])
    return kdf.derive(passphrase.encode())


def _bound(head: dict[str, Any]) -> bytes:
    """What stands in the clear is bound to what is sealed."""
    return json.dumps(head, ensure_ascii=False, sort_keys=True).encode()
