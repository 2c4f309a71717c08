"""SHA-256 and SM3 of files, read once.

Lives here: hashing. Must not: knowing where a file is kept.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

BLOCK = 1 << 20


class Hash(Protocol):
    """What `hashlib` and the substitute for SM3 have in common."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Sm3:
    """SM3 by `cryptography`, where Python's own OpenSSL was built without it."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.hashes import SM3
        from cryptography.hazmat.primitives.hashes import Hash as Context

        self._context = Context(SM3())

    def update(self, data: bytes) -> None:
        self._context.update(data)

    def hexdigest(self) -> str:
        return self._context.copy().finalize().hex()


def new_sm3() -> Hash:
    """A fresh SM3 (GB/T 32905-2016)."""
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3")
    return _Sm3()


def digests(
    path: Path, *, sm3: bool = False, seen: Callable[[], None] | None = None
) -> tuple[str, str, int]:
    """(SHA-256, SM3 or "", size) of a file, read once; `seen` is called after every block and may
    raise to end it."""
    first, second = hashlib.sha256(), new_sm3() if sm3 else None
    size = 0
    with path.open("rb") as read:
        while block := read.read(BLOCK):
            first.update(block)
            if second is not None:
                second.update(block)
            size += len(block)
            if seen is not None:
                seen()
    return first.hexdigest(), second.hexdigest() if second is not None else "", size
