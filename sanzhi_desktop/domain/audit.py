"""The history chain: canonical entries, their SHA-256 chain per case, the root over all chains.

Lives here: how an entry is written as text, how it is hashed, how a broken chain is described.
Must not: reading or writing the database. Anyone can check a chain without a key and without this
program: hash = SHA-256(previous hash as hex text ‖ entry), both UTF-8; the first previous hash is
64 zeros. The office's own chain has the case id ''.

Rewriting everything consistently is found only against a root kept elsewhere: on printed papers,
in an exported checkpoint. So: evident, never prevented.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
# Kept as their hash or kept nowhere: the bytes of papers, images, and secrets.
LEFT_OUT: tuple[tuple[str, ...], ...] = (("document", "pdf"), ("image",), ("argon2",))


@dataclass(frozen=True, slots=True)
class Link:
    """One stored entry of a chain."""

    case_id: str
    seq: int
    entry: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """What the database says is the end of a chain."""

    case_id: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain breaks: edited, deleted, reordered, truncated, a head without a chain; where
    the case's own row, a stored paper or somebody's roles say something else than the history
    (row, paper, roles); or what a root from elsewhere
    contradicts (rewritten)."""

    case_id: str
    seq: int
    # edited | deleted | reordered | truncated | head | row | paper | roles | rewritten
    what: str


def left_out(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as history keeps it: without the bytes of papers and without secrets."""
    kept = dict(payload)
    for path in LEFT_OUT:
        if len(path) == 1:
            kept.pop(path[0], None)
        elif isinstance(kept.get(path[0]), Mapping):
            kept[path[0]] = {k: v for k, v in kept[path[0]].items() if k != path[1]}
    return kept


def entry_text(entry: Mapping[str, Any]) -> str:
    """The canonical text of an entry: JSON, keys in order, no spaces, no escapes of Chinese."""
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link_hash(previous: str, entry: str) -> str:
    """The hash of an entry, given the hash before it."""
    return hashlib.sha256((previous + entry).encode()).hexdigest()


def check_chain(links: Sequence[Link], head: Head | None) -> Break | None:
    """The first break of one chain, or None. `links` are in the order of their seq."""
    case_id = links[0].case_id if links else head.case_id if head else ""
    previous = GENESIS
    for place, link in enumerate(links, start=1):
        if link.seq != place:
            return Break(case_id, place, "deleted")
        if link_hash(previous, link.entry) != link.hash:
            return Break(case_id, place, _how(links, place))
        previous = link.hash
    if head is None:
        return Break(case_id, len(links), "head")
    if head.seq > len(links):
        return Break(case_id, len(links) + 1, "truncated")
    if head.seq < len(links) or head.hash != previous:
        return Break(case_id, head.seq, "head")
    return None


def _how(links: Sequence[Link], place: int) -> str:
    """An entry that says another place of its own chain was moved; else it was edited."""
    try:
        said = json.loads(links[place - 1].entry).get("seq")
    except (ValueError, AttributeError):
        return "edited"
    return "reordered" if said != place and 1 <= int(said or 0) <= len(links) + 1 else "edited"


def merkle_root(heads: Iterable[Head]) -> str:
    """One hash over the heads of all chains, in the order of their case ids.

    Leaves and inner nodes are hashed with different first bytes, so that no inner node can be
    shown as a leaf (RFC 6962). An empty history has the hash of nothing.
    """
    level = [
        hashlib.sha256(b"\x00" + f"{h.case_id}|{h.seq}|{h.hash}".encode()).digest()
        for h in sorted(heads, key=lambda h: h.case_id)
    ]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0].hex()
