"""The history chain: canonical entries, their SHA-256 chain per case, the root over all chains.

Lives here: how an entry is written as text, how it is hashed, how a broken chain is described.
Must not: reading or writing the database. Anyone can check a chain without a key and without this
program: hash = SHA-256(previous hash as hex text ‖ entry), both UTF-8; the first previous hash is
64 zeros. The office's own chain has the case id ''. A checkpoint covers the ends of the chains that
moved since the one before, and the root of the one before: so one root speaks for all of history.

Rewriting everything consistently is found only against a root kept elsewhere: on printed papers,
in an exported checkpoint. So: evident, never prevented.
"""

import hashlib
import json
import re
import unicodedata
from binascii import hexlify
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

GENESIS = "0" * 64
# Bytes of one entry's text. The largest that an office writes are its rules as applied (0.1 MB)
# and what was read out of a decision (100 000 characters, thrice that in bytes). Whoever checks or
# reads a history holds its entries in memory, and none can ever be taken out again.
ENTRY_LIMIT = 4 * 1024 * 1024
PRINTED_DIGITS = 32  # 128 bits
_PRINTED = re.compile(r"(?<![0-9a-f])(\d{1,9})((?:\s*-\s*[0-9a-f]{8}){4})(?![0-9a-f])")
# Kept as their hash or kept nowhere: the bytes of papers, images, and secrets.
LEFT_OUT: tuple[tuple[str, ...], ...] = (("document", "pdf"), ("image",), ("argon2",))


@dataclass(frozen=True, slots=True)
class Link:
    """One stored entry of a chain."""

    case_id: str
    seq: int
    entry: str
    hash: str


class Head(NamedTuple):
    """What the database says is the end of a chain. A check makes one for every case."""

    case_id: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain breaks: edited, deleted, reordered, truncated, a head without a chain; where
    the case's own row, a stored paper or somebody's roles say something else than the history
    (row, paper, roles); or what a root from elsewhere
    contradicts (rewritten, checkpoint)."""

    case_id: str
    seq: int
    # edited | deleted | reordered | truncated | head | row | paper | roles | rewritten | checkpoint
    what: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A root as it was printed or handed out, with the ends of the chains that had moved."""

    n: int
    previous: str
    root: str
    heads: tuple[Head, ...]
    made_at: str = ""

    def adds_up(self, before: str) -> bool:
        """Whether it follows the root `before` and its own root is that of its ends."""
        return self.previous == before and checkpoint_root(before, self.heads) == self.root


@dataclass(frozen=True, slots=True)
class PrintedRoot:
    """A checkpoint as it stands on paper: its number and the first half of its root."""

    n: int
    begin: str

    def code(self) -> str:
        """Short enough to be typed, long enough that nobody finds another history with it."""
        groups = (self.begin[i : i + 8] for i in range(0, PRINTED_DIGITS, 8))
        return "-".join((str(self.n), *groups))


def read_printed(text: str) -> PrintedRoot | None:
    """The checkpoint in a text, be it the code or the whole line as printed; None without one."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = _PRINTED.search(re.sub(r"[\u2010-\u2015\u2212]", "-", plain))
    if found is None:
        return None
    return PrintedRoot(int(found[1]), re.sub(r"[\s-]", "", found[2]))


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


@dataclass(frozen=True, slots=True)
class Walked:
    """One chain that was gone through: its last entry, and where it breaks by itself."""

    case_id: str
    length: int
    hash: str
    entry: bytes
    broken: Break | None

    def against(self, head: Head | None) -> Break | None:
        """The first break, also where the kept end of the chain says something else."""
        if self.broken is not None:
            return self.broken
        if head is None:
            return Break(self.case_id, self.length, "head")
        if head.seq > self.length:
            return Break(self.case_id, self.length + 1, "truncated")
        if head.seq < self.length or head.hash != self.hash:
            return Break(self.case_id, head.seq, "head")
        return None


def digests(entries: bytes) -> list[bytes]:
    """The hash that each entry of one chain must have, as hex text, in order; the entries are given
    in one piece with a zero byte between two, so that none is copied."""
    sha256, find, whole = hashlib.sha256, entries.find, memoryview(entries)
    previous, made, begin, end = GENESIS.encode(), [], 0, 0
    while end >= 0:
        end = find(b"\0", begin)
        hashed = sha256(previous)
        hashed.update(whole[begin:end] if end >= 0 else whole[begin:])
        previous = hexlify(hashed.digest())
        made.append(previous)
        begin = end + 1
    return made


def walk(rows: Iterable[tuple[str, int, bytes, str]]) -> Iterator[Walked]:
    """Every chain of (case id, seq, entry, hash), given chain by chain in the order of seq."""
    sha256 = hashlib.sha256
    current: str | None = None
    previous, last, length, place, suspect = b"", b"", 0, 0, b""
    for case_id, seq, entry, digest in rows:
        if case_id != current:
            if current is not None:
                yield _walked(current, length, previous, last, (place, suspect))
            current, previous, length, place, suspect = case_id, GENESIS.encode(), 0, 0, b""
        length += 1
        if not place:
            if seq != length:
                place = length
            elif sha256(previous + entry).hexdigest() != digest:
                place, suspect = length, entry
        previous = digest.encode()
        last = entry
    if current is not None:
        yield _walked(current, length, previous, last, (place, suspect))


def _walked(
    case_id: str, length: int, digest: bytes, entry: bytes, found: tuple[int, bytes]
) -> Walked:
    place, suspect = found
    how = _how(suspect, place, length) if suspect else "deleted"
    broken = Break(case_id, place, how) if place else None
    return Walked(case_id, length, digest.decode(), entry, broken)


def check_chain(links: Sequence[Link], head: Head | None) -> Break | None:
    """The first break of one chain, or None. `links` are in the order of their seq."""
    rows = ((link.case_id, link.seq, link.entry.encode(), link.hash) for link in links)
    for walked in walk(rows):
        return walked.against(head)
    return Walked(head.case_id if head else "", 0, GENESIS, b"", None).against(head)


def _how(entry: bytes, place: int, length: int) -> str:
    """An entry that says another place of its own chain was moved; else it was edited."""
    try:
        said = json.loads(entry).get("seq")
    except (ValueError, AttributeError):
        return "edited"
    moved = said != place and isinstance(said, int) and 1 <= said <= length + 1
    return "reordered" if moved else "edited"


def merkle_root(heads: Iterable[Head]) -> str:
    """One hash over the heads of all chains, in the order of their case ids.

    Leaves and inner nodes are hashed with different first bytes, so that no inner node can be
    shown as a leaf (RFC 6962). An empty history has the hash of nothing.
    """
    sha256 = hashlib.sha256
    level = [
        sha256(f"\0{case_id}|{seq}|{digest}".encode()).digest()
        for case_id, seq, digest in sorted(heads, key=itemgetter(0))
    ]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        paired = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0].hex()


def checkpoint_root(previous: str, moved: Iterable[Head]) -> str:
    """The root over the chains that moved since `previous`; when none did, `previous` still holds.

    SHA-256(byte 2 ‖ previous root ‖ Merkle root); before the first one stand 64 zeros.
    """
    heads = tuple(moved)
    if not heads:
        return previous
    joined = b"\x02" + bytes.fromhex(previous) + bytes.fromhex(merkle_root(heads))
    return hashlib.sha256(joined).hexdigest()
