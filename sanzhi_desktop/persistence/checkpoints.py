"""Checkpoints: the root over all chains as it was printed or handed out, with its leaves.

Lives here: recording a checkpoint and finding what a known root says about the history. Must not:
the checking of single chains (`domain.audit`).

A root on paper in somebody else's cabinet contradicts a history that was rewritten consistently.
The leaves kept here say which case it was; they are believed only when they hash to the root.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from sanzhi_desktop.domain.audit import Break, Head, merkle_root
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.reader import DatabaseReader, reading
from sanzhi_desktop.persistence.sqlite_gateway import writing
from sanzhi_desktop.persistence.writes import stamp

_CALL = "select api.checkpoint(%s::integer, %s, %s)"
_INSERT = (
    "insert into checkpoint (office_id, n, root, heads, made_at)"
    " select ?, coalesce(max(n), 0) + 1, ?, ?, ? from checkpoint where office_id = ?"
)
# A root that stands on an opinion was read shortly before its entry was written.
_BEFORE = 64


@dataclass(frozen=True, slots=True)
class Witness:
    """What a root from outside says: it holds, or these chains were rewritten, or nobody knows."""

    holds: bool
    known: bool
    breaks: tuple[Break, ...] = ()


def record(reader: DatabaseReader) -> str:
    """Keeps the present root with its leaves and returns it; the same root is kept once."""
    heads = sorted(reader.heads(), key=lambda h: h.case_id)
    root = merkle_root(heads)
    if _leaves(reader, root) is not None:
        return root
    text = json.dumps([[h.case_id, h.seq, h.hash] for h in heads], separators=(",", ":"))
    if reader.engine.dialect.name == "postgresql":
        try:
            with reader.engine.begin() as server:
                server.exec_driver_sql(_CALL, (reader.office_id, root, text))
        except sa.exc.DBAPIError as error:
            raise named_by_engine(error) from error
    else:
        moment = reader.clock() if reader.clock is not None else datetime.now(UTC)
        with writing(reader.engine) as db:
            db.execute(_INSERT, (reader.office_id, root, text, stamp(moment), reader.office_id))
    return root


def _leaves(reader: DatabaseReader, root: str) -> list[Head] | None:
    c = tables.checkpoint.c
    query = sa.select(c.heads).where(c.office_id == reader.office_id, c.root == root)
    with reading(reader.engine) as db:
        kept = db.execute(query.limit(1)).scalar_one_or_none()
    return None if kept is None else [Head(*leaf) for leaf in json.loads(kept)]


def ask(reader: DatabaseReader, root: str) -> Witness:
    """Compares the history with a root known from elsewhere. The chains themselves were checked."""
    if reader.chain_root() == root:
        return Witness(holds=True, known=True)
    leaves = _leaves(reader, root)
    if leaves is not None:
        if merkle_root(leaves) != root:
            return Witness(holds=False, known=True, breaks=(Break("", 0, "head"),))
        breaks = tuple(_differing(reader, leaves))
        return Witness(holds=not breaks, known=True, breaks=breaks)
    return Witness(holds=_held_once(reader, root), known=False)


def _differing(reader: DatabaseReader, leaves: Sequence[Head]) -> list[Break]:
    """Chains that no longer have the leaf's hash at the leaf's place."""
    found = _hashes(reader, leaves)
    return [
        Break(leaf.case_id, leaf.seq, "rewritten" if leaf.case_id in found else "deleted")
        for leaf in leaves
        if found.get(leaf.case_id) != leaf.hash
    ]


def _hashes(reader: DatabaseReader, leaves: Sequence[Head]) -> Mapping[str, str]:
    a = tables.audit.c
    wanted = {leaf.case_id: leaf.seq for leaf in leaves}
    query = sa.select(a.case_id, a.seq, a.hash).where(a.office_id == reader.office_id)
    with reading(reader.engine) as db:
        rows = db.execution_options(yield_per=5000).execute(query)
        return {row.case_id: row.hash for row in rows if wanted.get(row.case_id) == row.seq}


def _held_once(reader: DatabaseReader, root: str) -> bool:
    """Whether the root was that of all chains shortly before a paper that carries it was signed.

    No checkpoint was kept for it, so the moments before the entry that names it are tried, newest
    first, by the times that the entries themselves state.
    """
    a = tables.audit.c
    query = sa.select(a.case_id, a.seq, a.hash, a.entry).where(a.office_id == reader.office_id)
    with reading(reader.engine) as db:
        rows = [
            (json.loads(r.entry)["at"], r.case_id, r.seq, r.hash, root in r.entry)
            for r in db.execution_options(yield_per=5000).execute(query)
        ]
    rows.sort()
    named = next((place for place, row in enumerate(rows) if row[4]), None)
    if named is None:
        return False
    for end in range(named, max(named - _BEFORE, 0), -1):
        heads = {case_id: Head(case_id, seq, digest) for _, case_id, seq, digest, _ in rows[:end]}
        if merkle_root(heads.values()) == root:
            return True
    return False
