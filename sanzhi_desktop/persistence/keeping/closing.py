"""The two entries of a move: where the office went, and where it came from.

Lives here: the order of a move, its entries in both histories, whether the source went on after
it. Must not: carrying rows (`carry`), or the order of the steps (`move`).
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.audit import GENESIS, Head, entry_text, link_hash
from sanzhi_desktop.domain.files import StoreSettings
from sanzhi_desktop.persistence import tables, tags
from sanzhi_desktop.persistence.embedded_writing import write_link
from sanzhi_desktop.persistence.entry_row import entry_row
from sanzhi_desktop.persistence.history_key import HistoryKeys
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.writes import stamp

OUT, IN = "move_out", "move_in"


@dataclass(frozen=True, slots=True)
class Order:
    """A move as it was asked for."""

    source: Path
    where: Target
    user: str
    password: str | None = field(repr=False)  # of the server's superuser
    admin_password: str = field(repr=False)  # of his log-in, where it must be made; "": at random
    same_people: bool
    now: datetime
    objects: StoreSettings | None = None  # where files go that are too large for the database
    lost_files: bool = False  # the office goes without files that are lost; its history says which

    def place(self) -> str:
        """The new place as the source names it: without whoever carried it there."""
        return f"{self.where.host or 'localhost'}:{self.where.port or 5432}/{self.where.database}"


def close(
    source: sqlite3.Connection, office_id: int, actor: str, order: Order, *, root: str
) -> None:
    seq, previous = head(source, office_id)
    entry = _entry(office_id, actor, order, action=OUT, seq=seq + 1,
                   payload={"to": order.place(), "root": root})  # fmt: skip
    append(source, office_id, order, seq=seq + 1, entry=entry, previous=previous)


def append(
    source: sqlite3.Connection,
    office_id: int,
    order: Order,
    *,
    seq: int,
    entry: str,
    previous: str,
) -> None:
    digest = link_hash(previous, entry)
    write_link(source, entry, digest)
    key = tags.key_for(source, office_id, HistoryKeys())
    if key is not None:
        before = Head("", seq - 1, previous) if seq > 1 else None
        tags.follow(source, office_id, key, before=before, now=Head("", seq, digest))
    source.execute("update office set moved_to = ? where office_id = ?", (order.place(), office_id))


def head(source: sqlite3.Connection, office_id: int) -> tuple[int, str]:
    row = source.execute(
        "select seq, hash from audit_head where office_id = ? and case_id = ''", (office_id,)
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, GENESIS)


def arrive(
    db: sa.Connection, office_id: int, actor: str, order: Order, *, told: Mapping[str, Any]
) -> None:
    """The first entry at the new place, which goes on from the last of the old one."""
    h = tables.audit_head
    mine = (h.c.office_id == office_id) & (h.c.case_id == "")
    seq, previous = db.execute(sa.select(h.c.seq, h.c.hash).where(mine)).one()
    entry = _entry(office_id, actor, order, action=IN, seq=seq + 1,
                   payload={"from": order.source.name, **told})  # fmt: skip
    digest = link_hash(previous, entry)
    db.execute(sa.insert(tables.audit).values(**entry_row(entry, digest)))
    db.execute(sa.update(h).where(mine).values(seq=seq + 1, hash=digest))


def went_on(source: sqlite3.Connection, db: sa.Connection, office_id: int) -> bool:
    """Whether the source has an entry that never arrived."""
    a = tables.audit.c
    arrived = {
        (row.case_id, row.seq): row.hash
        for row in db.execute(sa.select(a.case_id, a.seq, a.hash).where(a.office_id == office_id))
    }
    heads = source.execute(
        "select case_id, seq, hash from audit_head where office_id = ?", (office_id,)
    )
    return any(arrived.get((case_id, seq)) != digest for case_id, seq, digest in heads)


def _entry(
    office_id: int,
    actor: str,
    order: Order,
    *,
    action: str,
    seq: int,
    payload: Mapping[str, Any],
) -> str:
    return entry_text(
        {
            "action": action,
            "actor": actor,
            "at": stamp(order.now),
            "case": "",
            "command": new_id(),
            "number": "",
            "office": office_id,
            "payload": {**payload, "via": "command_line"},
            "reason": "",
            "seq": seq,
            "state": "",
            "version": 0,
        }
    )
