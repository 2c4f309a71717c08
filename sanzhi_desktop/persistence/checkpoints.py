"""Checkpoints: roots as they were printed or handed out, each over what moved since the one before.

Lives here: keeping a checkpoint on SQLite, and checking the kept ones against the chains. Must not:
the checking of single chains (`chains`), what a root from elsewhere says (`witness`), or keeping
one on PostgreSQL, where the server does it (`checkpoint_functions`).

A root on paper in somebody else's cabinet contradicts a history that was rewritten consistently.
The leaves kept here say which case it was; they are believed only when they hash to the root.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa

from sanzhi_desktop.application.queries import KeptCheckpoint
from sanzhi_desktop.domain.audit import GENESIS, Break, Checkpoint, Head, checkpoint_root
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.writes import stamp

_SUPERUSER = "select rolsuper from pg_roles where rolname = session_user"
_MOVED = "select case_id, seq, hash from audit_head where office_id = ? and moved = 1"


# ------------------------------------------------------------------ keeping


def keep(db: sqlite3.Connection, office_id: int, moment: datetime) -> str:
    """Keeps a checkpoint over what moved and returns its root; without movement the last one's.

    Inside a transaction that may write.
    """
    last = db.execute(
        "select n, root from checkpoint where office_id = ? order by n desc limit 1", (office_id,)
    ).fetchone()
    before, previous = last or (0, GENESIS)
    heads = [Head(*row) for row in db.execute(_MOVED, (office_id,))]
    if not heads:
        return str(previous)
    n, root = before + 1, checkpoint_root(previous, heads)
    db.execute(
        "insert into checkpoint (office_id, n, previous, root, leaves, made_at)"
        " values (?, ?, ?, ?, ?, ?)",
        (office_id, n, previous, root, len(heads), stamp(moment)),
    )
    db.executemany(
        "insert into checkpoint_leaf (office_id, n, chain, seq, hash) values (?, ?, ?, ?, ?)",
        [(office_id, n, head.case_id, head.seq, head.hash) for head in heads],
    )
    db.execute("update audit_head set moved = 0 where office_id = ? and moved = 1", (office_id,))
    return root


def root_now(db: sa.Connection, office_id: int) -> str:
    """The root that a checkpoint made now would have. A member has the server compute it."""
    if db.dialect.name == "postgresql" and not db.exec_driver_sql(_SUPERUSER).scalar_one():
        asked = db.exec_driver_sql("select api.chain_root(%s::integer)", (office_id,))
        return str(asked.scalar_one())
    h, leaf = tables.audit_head.c, tables.checkpoint_leaf.c
    named = (leaf.office_id == h.office_id) & (leaf.chain == h.case_id) & (leaf.seq == h.seq)
    moved = (
        sa.select(h.case_id, h.seq, h.hash)
        .select_from(tables.audit_head.outerjoin(tables.checkpoint_leaf, named))
        .where(h.office_id == office_id, h.moved == 1, leaf.n.is_(None))
    )
    return checkpoint_root(last_root(db, office_id), [Head(*row) for row in db.execute(moved)])


def last_root(db: sa.Connection, office_id: int) -> str:
    """The root of the newest checkpoint; 64 zeros before the first."""
    c = tables.checkpoint.c
    query = sa.select(c.root).where(c.office_id == office_id).order_by(c.n.desc()).limit(1)
    return db.execute(query).scalar_one_or_none() or GENESIS


def known(db: sa.Connection, office_id: int, root: str) -> KeptCheckpoint | None:
    """The kept checkpoint of a root; the newest for ""."""
    c = tables.checkpoint.c
    query = sa.select(c.n, c.root, c.made_at).where(c.office_id == office_id)
    if root:
        query = query.where(c.root == root)
    row = db.execute(query.order_by(c.n.desc()).limit(1)).one_or_none()
    return None if row is None else KeptCheckpoint(row.n, row.root, row.made_at)


# ------------------------------------------------------------------ checking


def kept(db: sa.Connection, office_id: int) -> Iterator[Checkpoint]:
    """All checkpoints with their leaves, in order; one at a time is held."""
    c, leaf = tables.checkpoint.c, tables.checkpoint_leaf.c
    rows = db.execute(sa.select(tables.checkpoint).where(c.office_id == office_id).order_by(c.n))
    listed = list(rows)
    leaves = db.execute(
        sa.select(leaf.n, leaf.chain, leaf.seq, leaf.hash)
        .where(leaf.office_id == office_id)
        .order_by(leaf.n),
        execution_options={"yield_per": 5000},
    )
    groups = groupby(leaves, key=itemgetter(0))
    waiting = next(groups, None)
    for row in listed:
        heads: tuple[Head, ...] = ()
        while waiting is not None and waiting[0] <= row.n:
            if waiting[0] == row.n:
                heads = tuple(Head._make(leaf[1:]) for leaf in waiting[1])
            waiting = next(groups, None)
        yield Checkpoint(row.n, row.previous, row.root, heads, stamp(row.made_at))


def not_adding_up(checkpoints: Iterable[Checkpoint]) -> Iterator[Break]:
    """The first checkpoint that does not follow from the one before and its leaves."""
    before = GENESIS
    for place, one in enumerate(checkpoints, start=1):
        if one.n != place or not one.adds_up(before):
            yield Break("", place, "checkpoint")
            return
        before = one.root


def breaks(db: sa.Connection, office_id: int) -> list[Break]:
    """What the checkpoints kept here contradict: themselves, or the chains."""
    return list(not_adding_up(kept(db, office_id))) or list(contradicted(db, office_id, last=None))


def contradicted(db: sa.Connection, office_id: int, *, last: int | None) -> Iterator[Break]:
    """Chains that no longer have a leaf's hash at the leaf's place, the first place of each."""
    a, leaf = tables.audit.c, tables.checkpoint_leaf.c
    joined = tables.checkpoint_leaf.outerjoin(
        tables.audit,
        (a.office_id == leaf.office_id) & (a.case_id == leaf.chain) & (a.seq == leaf.seq),
    )
    query = (
        sa.select(leaf.chain, leaf.seq, a.hash)
        .select_from(joined)
        .where(leaf.office_id == office_id, sa.or_(a.hash.is_(None), a.hash != leaf.hash))
        .order_by(leaf.chain, leaf.seq)
    )
    if last is not None:
        query = query.where(leaf.n <= last)
    told: set[str] = set()
    for row in db.execute(query):
        if row.chain not in told:
            told.add(row.chain)
            yield Break(row.chain, row.seq, "deleted" if row.hash is None else "rewritten")
