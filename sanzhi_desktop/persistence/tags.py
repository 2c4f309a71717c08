"""The keyed tags of an embedded history: written with every entry, made, and checked.

Lives here: the rows of `history_tag` and `history_seal`. Must not: what a tag is
(`domain.history_tag`) or where its key is (`history_key`).

A tag follows an entry only where the chain before it carries a tag that fits. So what was written
without the key, or written anew, never comes under a tag by somebody's going on with his work;
only `begin`, which an administrator asks for and which the history tells, takes it in.
"""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain import history_tag as rule
from sanzhi_desktop.domain.audit import GENESIS, Break, Head, entry_text, link_hash
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.history_tag import TagReport, TagState, Untagged
from sanzhi_desktop.persistence import history_key, key_store, kinds, row_check
from sanzhi_desktop.persistence.embedded_writing import write_link, writing
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.history_key import HistoryKeys
from sanzhi_desktop.persistence.snapshot import reading
from sanzhi_desktop.persistence.stored_json import read_entry
from sanzhi_desktop.persistence.writes import stamp

TAG_HISTORY = "tag_history"
_SEAL = "select key_id, nonce, seal from history_seal where office_id = ?"
_SET_SEAL = "update history_seal set nonce = ?, seal = ? where office_id = ?"
_ENDS = (
    "select h.case_id, h.seq, t.seq, t.tag, a.hash from audit_head h"
    " left join history_tag t on t.office_id = h.office_id and t.chain = h.case_id"
    " left join audit a on a.office_id = t.office_id and a.case_id = t.chain and a.seq = t.seq"
    " where h.office_id = ? order by h.case_id"
)
_TOLD = "select entry from audit where office_id = ? and case_id = '' and entry like ?"
_HEADLESS = (
    "select t.chain, t.seq from history_tag t where t.office_id = ? and not exists (select 1"
    " from audit_head h where h.office_id = t.office_id and h.case_id = t.chain)"
)


# ------------------------------------------------------------------ with every entry


def key_name(db: sqlite3.Connection, office_id: int) -> str:
    """The name of the key of the office's tags; "" where it has none."""
    row = db.execute(_SEAL, (office_id,)).fetchone()
    return str(row[0]) if row else ""


def key_for(db: sqlite3.Connection, office_id: int, keys: HistoryKeys) -> bytes | None:
    """The key of the office's tags, where it has tags and this PC the key. Outside a transaction,
    because the store may ask its user something."""
    name = key_name(db, office_id)
    return keys.of(name) if name else None


def follow(
    db: sqlite3.Connection, office_id: int, key: bytes, *, before: Head | None, now: Head
) -> bool:
    """Moves the tag of a chain on to its new end, within the transaction that wrote the entry;
    whether it did. `before` is the end that carries a tag, None where the chain began."""
    seal = db.execute(_SEAL, (office_id,)).fetchone()
    if seal is None or seal[0] != rule.key_id(key):
        return False
    row = db.execute(
        "select seq, tag from history_tag where office_id = ? and chain = ?",
        (office_id, now.case_id),
    ).fetchone()
    if (row is None) != (before is None):
        return False
    if before is not None and (
        row[0] != before.seq or not rule.fits(key, office_id, before, row[1])
    ):
        return False
    added = rule.weight(key, office_id, now)
    if before is not None:
        added -= rule.weight(key, office_id, before)
    try:
        total = rule.opened(key, office_id, seal[2], bytes.fromhex(seal[1])) + added
    except ValueError:
        return False  # no seal of ours: the check says so
    _put_tag(db, office_id, key, now)
    nonce = secrets.token_bytes(rule.NONCE_BYTES)
    db.execute(_SET_SEAL, (nonce.hex(), rule.sealed(key, office_id, total, nonce), office_id))
    return True


def tell(
    db: sqlite3.Connection,
    office_id: int,
    key: bytes,
    wish: "Wish",
    taken_in: Sequence[Untagged],
) -> None:
    """Writes down in the history which entries were tagged later than they were written."""
    before = _office_end(db, office_id)
    now = _write_down(db, office_id, key, wish, before=before, taken_in=taken_in, replaced="")
    follow(db, office_id, key, before=before if before.seq else None, now=now)


def _office_end(db: sqlite3.Connection, office_id: int) -> Head:
    mine = "select seq, hash from audit_head where office_id = ? and case_id = ''"
    return Head("", *(db.execute(mine, (office_id,)).fetchone() or (0, GENESIS)))


def _write_down(
    db: sqlite3.Connection,
    office_id: int,
    key: bytes,
    wish: "Wish",
    *,
    before: Head,
    taken_in: Sequence[Untagged],
    replaced: str,
) -> Head:
    entry = _entry(office_id, wish, seq=before.seq + 1, payload={
        "key": rule.key_id(key),
        "replaced": replaced,
        "taken_in": [[u.case_id, u.first, u.last] for u in taken_in],
        "via": wish.via,
    })  # fmt: skip
    digest = link_hash(before.hash, entry)
    write_link(db, entry, digest)
    return Head("", before.seq + 1, digest)


def _put_tag(db: sqlite3.Connection, office_id: int, key: bytes, head: Head) -> None:
    made = rule.tag(key, office_id, head)
    values = (head.seq, made, office_id, head.case_id)
    changed = db.execute(
        "update history_tag set seq = ?, tag = ? where office_id = ? and chain = ?", values
    )
    if changed.rowcount == 0:
        db.execute(
            "insert into history_tag (seq, tag, office_id, chain) values (?, ?, ?, ?)", values
        )


# ------------------------------------------------------------------ checking


def check(engine: sa.Engine, office_id: int) -> TagReport:
    """What the tags say about the chains as they end now. The chains themselves are checked by
    `chains`; one tag speaks for the whole chain before it."""
    if engine.dialect.name != "sqlite":
        return TagReport(TagState.SERVER)
    with reading(engine) as db:
        raw = _raw(db)
        seal = raw.execute(_SEAL, (office_id,)).fetchone()
        store = key_store.usable()
        if seal is None:
            return _without(_path(engine), office_id, store=store)
        key = history_key.held(seal[0]) if store else None
        if key is None:
            return TagReport(TagState.NO_KEY if store else TagState.NO_STORE, seal[0])
        return _compared(raw, office_id, key, seal)


def _without(path: Path, office_id: int, *, store: bool) -> TagReport:
    lost = history_key.remembered(path, office_id) if store else ""
    if lost:
        return TagReport(TagState.WRONG, lost, faults=(Break("", 0, "tags_gone"),))
    return TagReport(TagState.NONE if store else TagState.NO_STORE)


def _compared(db: sqlite3.Connection, office_id: int, key: bytes, seal: Sequence[str]) -> TagReport:
    found: list[Break] = []
    untagged: list[Untagged] = []
    total, right = 0, 0
    for chain, end, seq, told, digest in db.execute(_ENDS, (office_id,)):
        if seq is None:
            untagged.append(Untagged(chain, 1, end))
            continue
        head = Head(chain, seq, digest or "")
        if not rule.fits(key, office_id, head, told):
            found.append(Break(chain, seq, "tag"))
            continue
        total += rule.weight(key, office_id, head)
        right += 1
        if end > seq:
            untagged.append(Untagged(chain, seq + 1, end))
    for chain, seq in db.execute(_HEADLESS, (office_id,)):
        found.append(Break(chain, seq, "tag"))
    if not found and not _seal_holds(key, office_id, total, seal):
        found.append(Break("", 0, "seal"))
    state = TagState.WRONG if found else TagState.MISSING if untagged else TagState.VERIFIED
    late = _taken_in_later(db, office_id)
    return TagReport(state, seal[0], right, tuple(untagged), tuple(found), late)


def _taken_in_later(db: sqlite3.Connection, office_id: int) -> int:
    """How many entries got their tag some time after they were written, as the history tells."""
    rows = db.execute(_TOLD, (office_id, f'%"{TAG_HISTORY}"%'))
    told = [read_entry(entry) for (entry,) in rows]
    return sum(
        last - first + 1
        for one in told
        if one["action"] == TAG_HISTORY
        for _, first, last in one["payload"]["taken_in"]
    )


def _seal_holds(key: bytes, office_id: int, total: int, seal: Sequence[str]) -> bool:
    try:
        return rule.sealed(key, office_id, total, bytes.fromhex(seal[1])) == seal[2]
    except ValueError:
        return False


# ------------------------------------------------------------------ making, taking in


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin` did: how many chains now carry a tag, which were taken in, whose key."""

    key_id: str
    chains: int
    taken_in: tuple[Untagged, ...]
    replaced: str  # the key that was given up, "" when none was


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for tags, when, why; whether a key that this PC lacks is given up for a new one."""

    actor: str
    at: datetime
    reason: str
    via: str
    new_key: bool = False


def begin(
    engine: sa.Engine, office_id: int, wish: Wish, *, seen: Sequence[Untagged] | None = None
) -> Begun:
    """Gives every chain a tag, with an entry that tells it. `seen`: what the person who asks was
    shown as lacking one. Raises DomainError without a key store, where the history is broken,
    where tags contradict it, or where other entries lack one by now."""
    if engine.dialect.name != "sqlite":
        raise DomainError(PersistenceFault.TAGS_ON_SERVER)
    if not key_store.usable():
        raise DomainError(PersistenceFault.NO_KEY_STORE)
    told = check(engine, office_id)
    if told.state is TagState.WRONG and not wish.new_key:
        raise DomainError(PersistenceFault.TAGS_WRONG)
    if told.state is TagState.NO_KEY and not wish.new_key:
        raise DomainError(PersistenceFault.TAG_KEY_MISSING, key=told.key_id)
    if told.state is TagState.VERIFIED and not wish.new_key:
        raise DomainError(PersistenceFault.TAGS_COMPLETE, key=told.key_id)
    if seen is not None and told.untagged != tuple(seen):
        raise DomainError(PersistenceFault.TAGS_MOVED)
    with reading(engine) as db:
        if kinds.breaks(db, office_id) or row_check.faults(db, office_id):
            raise DomainError(PersistenceFault.TAGS_ON_BROKEN)
    going_on = told.state is TagState.MISSING and not wish.new_key
    key = history_key.held(told.key_id) if going_on else history_key.make()
    if key is None:
        raise DomainError(PersistenceFault.NO_KEY_STORE)
    replaced = "" if going_on else told.key_id
    with writing(engine) as raw:
        count = _tag_all(raw, office_id, key, wish, told=told, replaced=replaced)
    history_key.remember(_path(engine), office_id, rule.key_id(key))
    return Begun(rule.key_id(key), count, told.untagged, replaced)


def _tag_all(
    db: sqlite3.Connection,
    office_id: int,
    key: bytes,
    wish: Wish,
    *,
    told: TagReport,
    replaced: str,
) -> int:
    _write_down(db, office_id, key, wish, before=_office_end(db, office_id),
                taken_in=told.untagged, replaced=replaced)  # fmt: skip
    every = "select case_id, seq, hash from audit_head where office_id = ?"
    ends = [Head(*row) for row in db.execute(every, (office_id,))]
    for head in ends:
        _put_tag(db, office_id, key, head)
    total = sum(rule.weight(key, office_id, head) for head in ends)
    nonce = secrets.token_bytes(rule.NONCE_BYTES)
    seal = (rule.key_id(key), nonce.hex(), rule.sealed(key, office_id, total, nonce))
    values = (*seal, stamp(wish.at), office_id)
    set_all = "update history_seal set key_id = ?, nonce = ?, seal = ?, made_at = ?"
    if db.execute(f"{set_all} where office_id = ?", values).rowcount == 0:
        db.execute(
            "insert into history_seal (key_id, nonce, seal, made_at, office_id)"
            " values (?, ?, ?, ?, ?)",
            values,
        )
    return len(ends)


def _entry(office_id: int, wish: Wish, *, seq: int, payload: Mapping[str, Any]) -> str:
    return entry_text(
        {
            "action": TAG_HISTORY,
            "actor": wish.actor,
            "at": stamp(wish.at),
            "case": "",
            "command": new_id(),
            "number": "",
            "office": office_id,
            "payload": dict(payload),
            "reason": wish.reason,
            "seq": seq,
            "state": "",
            "version": 0,
        }
    )


def _raw(db: sa.Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", db.connection.driver_connection)


def _path(engine: sa.Engine) -> Path:
    return Path(engine.url.database or "")
