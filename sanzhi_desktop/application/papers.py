"""Papers on their way into the database: bytes, hash and kind."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A finished PDF as it is stored and printed from, never rebuilt (design decision 16)."""

    kind: str  # opinion_certified | opinion | correction | submission | return
    pdf: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Hex digest under which the paper is stored."""
        return hashlib.sha256(self.pdf).hexdigest()

    def as_payload(self) -> dict[str, Any]:
        """The document part of a command's payload."""
        return {
            "sha256": self.sha256,
            "kind": self.kind,
            "pdf": base64.b64encode(self.pdf).decode("ascii"),
        }


def canonical(content: Mapping[str, Any]) -> str:
    """Canonical JSON: sorted keys, no spaces, Chinese as it is. What content hashes are made of."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical(content).encode("utf-8")).hexdigest()
