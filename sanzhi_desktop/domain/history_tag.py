"""The keyed tag of a history (防伪标记): who lacks the key cannot write a history that carries it.

Lives here: what a tag is, and what a check of the tags says. Must not: the key's place, or the
database. The chain itself needs no key (`audit`); the tag finds what a chain cannot: a history
that was written anew from end to end, with its heads and its checkpoints.

Each chain has one tag, over its last entry, which is replaced with every entry: a chain that was
cut has none that fits. All tags together have one seal: the sum of one keyed number per chain,
hidden under a number that is used once, so that a chain that was taken out whole, or put back to
an older end with its older tag, leaves a sum that is not the sealed one. Both take the same time
however long the history is. What is not found: the whole file put back to an older one of its own
copies; that only a root kept elsewhere tells.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum

from sanzhi_desktop.domain.audit import Break, Head

KEY_BYTES = 32
NONCE_BYTES = 16
_MODULUS = 1 << 256


class TagState(StrEnum):
    """What a check of the tags says."""

    VERIFIED = "verified"
    MISSING = "missing"  # entries without a tag, which somebody without the key has written
    WRONG = "wrong"
    NONE = "none"  # the office has no tags
    NO_KEY = "no_key"  # it has, and this PC has not the key
    NO_STORE = "no_store"  # this PC has no key store
    SERVER = "server"  # where nobody owns the file, there is no such tag


@dataclass(frozen=True, slots=True)
class Untagged:
    """Entries at the end of a chain that carry no tag, from `first` to `last`."""

    case_id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class TagReport:
    """The answer of a check. `key_id` names the key without telling it; "" where there is none.
    `late`: entries that got their tag some time after they were written."""

    state: TagState
    key_id: str = ""
    chains: int = 0  # whose tag is right
    untagged: tuple[Untagged, ...] = ()
    faults: tuple[Break, ...] = ()
    late: int = 0


def key_id(key: bytes) -> str:
    """The name of a key, from which it cannot be computed."""
    return hmac.digest(key, b"sanzhi history key", "sha256").hex()[:16]


def tag(key: bytes, office_id: int, head: Head) -> str:
    """The tag of a chain that ends so."""
    return hmac.digest(key, b"tag|" + _said(office_id, head), "sha256").hex()


def fits(key: bytes, office_id: int, head: Head, told: str) -> bool:
    """Whether a stored tag is that of this end."""
    return hmac.compare_digest(tag(key, office_id, head).encode(), told.encode())


def weight(key: bytes, office_id: int, head: Head) -> int:
    """What a chain that ends so adds to the sum."""
    return int.from_bytes(hmac.digest(key, b"sum|" + _said(office_id, head), "sha256"), "big")


def sealed(key: bytes, office_id: int, total: int, nonce: bytes) -> str:
    """The sum as it is stored; `nonce` is used once."""
    return f"{(total + _mask(key, office_id, nonce)) % _MODULUS:064x}"


def opened(key: bytes, office_id: int, seal: str, nonce: bytes) -> int:
    """The sum out of its stored form. Raises ValueError for what is no seal."""
    return (int(seal, 16) - _mask(key, office_id, nonce)) % _MODULUS


def _mask(key: bytes, office_id: int, nonce: bytes) -> int:
    text = f"seal|{office_id}|".encode() + nonce
    return int.from_bytes(hmac.digest(key, text, "sha256"), "big")


def _said(office_id: int, head: Head) -> bytes:
    return f"{office_id}|{head.case_id}|{head.seq}|{head.hash}".encode()
