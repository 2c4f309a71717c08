"""Comparing every row of an embedded office with what its history, carried out again, writes.

Lives here: which tables and columns are compared, and the comparison. Must not: carrying history
out (`replay`), or checking that the history itself is whole (`chains`, `tags`, `witness`). A row
that was changed, added or taken away is found whatever it says, because nothing is looked for.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.application.queries import RowFault
from sanzhi_desktop.domain.audit import entry_text
from sanzhi_desktop.persistence import chains, tables
from sanzhi_desktop.persistence.replay import ImpossibleError, Replay

# Tables that no command writes, and what speaks for them instead.
NOT_COMPARED: Mapping[str, str] = {
    "audit": "the history itself: `chains`; what stands beside an entry is read from its text",
    "audit_head": "the ends of the chains: `chains`",
    "checkpoint": "adds up by itself: `checkpoints`",
    "checkpoint_leaf": "adds up by itself: `checkpoints`",
    "history_tag": "fits by its key or does not: `tags`",
    "history_seal": "fits by its key or does not: `tags`",
    "blob": "of a server; one PC keeps its files in a folder by their hash",
    "blob_chunk": "of a server; one PC keeps its files in a folder by their hash",
    "blob_proof": "of a server; one PC keeps its files in a folder by their hash",
    "presence": "of a server; who is at a desk this minute",
}
# Columns of which an entry keeps a hash or nothing.
LEFT_OUT: Mapping[tuple[str, str], str] = {
    ("account", "argon2"): "a secret; who owns the file needs nobody's password",
    ("seal", "image"): "compared by the hash in the entry, below",
    ("document", "content"): "compared by the hash in its row: `chains`",
    ("document", "size"): "compared with the content, below",
    ("minutes", "content"): "compared by the hash in its row, below",
}
# What cases leave behind outside themselves: where one could not be carried out, it says nothing.
_BY_EVERY_CASE = frozenset({"counter", "unit"})
_TOLD_EVERY = 100
_ENTRIES = (
    "select case_id, seq, command_id, at, entry from audit where office_id = ? order by rowid"
)


def faults(db: sa.Connection, office_id: int, *, report: Report | None = None) -> list[RowFault]:
    """What the rows of an embedded office say else than its history, by case and table; the
    connection shows one snapshot. `report` hears of entries, done and all, and may raise to stop.
    """
    here: Any = db.connection.driver_connection
    total = chains.size(db, office_id).entries
    found: list[RowFault] = []
    with closing(Replay(office_id)) as replay:
        for done, row in enumerate(here.execute(_ENTRIES, (office_id,)), start=1):
            fault = _again(replay, row)
            if fault is not None:
                found.append(fault)
            if report is not None and done % _TOLD_EVERY == 0:
                report(done, total, "")
        found.extend(_together(
            fault for fault in differences(replay, here)
            if fault.case_id not in replay.stopped
            and not (replay.stopped and fault.table in _BY_EVERY_CASE)
        ))  # fmt: skip
    return sorted(found, key=lambda f: (f.case_id, f.table, f.how, f.key))


def _again(replay: Replay, row: Sequence[Any]) -> RowFault | None:
    """Carries one entry out again; a fault where that is not possible, told once for each case."""
    case_id, seq, command_id, at, entry = row
    if case_id in replay.stopped:
        return None
    how = ""
    try:
        said = json.loads(entry)
        told = (said["case"], said["seq"], said["command"], said["at"], said["office"])
        if told != (case_id, seq, command_id, at, replay.office_id):
            how = "beside"
        replay.again(said)
    except (ImpossibleError, ValueError, KeyError, TypeError, RecursionError):
        how = "impossible"
        if case_id:  # what the office did is gone on with: every case depends on it
            replay.stopped.add(case_id)
    place = seq if isinstance(seq, int) else 0
    return RowFault(str(case_id), "audit", how, (), (case_id, str(seq)), seq=place) if how else None


def _together(found: Iterator[RowFault]) -> list[RowFault]:
    """One fault for all rows of a case's table that differ in the same way."""
    first: dict[tuple[Any, ...], RowFault] = {}
    count: dict[tuple[Any, ...], int] = {}
    for fault in found:
        same = (fault.case_id, fault.table, fault.how, fault.columns)
        first.setdefault(same, fault)
        count[same] = count.get(same, 0) + 1
    return [
        RowFault(f.case_id, f.table, f.how, f.columns, f.key, rows=count[same])
        for same, f in first.items()
    ]


# ------------------------------------------------------------------ comparing


def differences(replay: Replay, here: sqlite3.Connection) -> Iterator[RowFault]:
    """Every row that is not as the replay wrote it, one by one."""
    for table in tables.metadata.sorted_tables:
        if table.name not in NOT_COMPARED:
            yield from _in_table(table, replay.db, here, replay.office_id)
    yield from _bytes(replay, here)


def _in_table(
    table: sa.Table, there: sqlite3.Connection, here: sqlite3.Connection, office_id: int
) -> Iterator[RowFault]:
    key = [c.name for c in table.primary_key if c.name != "office_id"]
    rest = [
        c.name
        for c in table.columns
        if c.name not in (*key, "office_id") and (table.name, c.name) not in LEFT_OUT
    ]
    columns = (*key, *rest)
    sql = f"select {', '.join(columns)} from {table.name} where office_id = ?"
    if key:
        sql += f" order by {', '.join(key)}"
    made, kept = there.execute(sql, (office_id,)), here.execute(sql, (office_id,))
    for row, how, differ in _merged(made, kept, columns, width=len(key)):
        case_id = str(row[columns.index("case_id")]) if "case_id" in columns else ""
        yield RowFault(case_id, table.name, how, differ, tuple(map(str, row[: len(key)])))


def _merged(
    made: Iterator[tuple[Any, ...]],
    kept: Iterator[tuple[Any, ...]],
    columns: Sequence[str],
    *,
    width: int,
) -> Iterator[tuple[tuple[Any, ...], str, tuple[str, ...]]]:
    """Rows of two readings in the order of their key that are not alike: the row, how, where."""
    one, other = next(made, None), next(kept, None)
    while one is not None or other is not None:
        if one is not None and (other is None or _before(one[:width], other[:width])):
            yield one, "deleted", ()
            one = next(made, None)
        elif other is not None and (one is None or _before(other[:width], one[:width])):
            yield other, "added", ()
            other = next(kept, None)
        elif one is not None and other is not None:
            if one != other:
                pairs = zip(columns, one, other, strict=True)
                differ = tuple(name for name, a, b in pairs if not _same(a, b))
                if differ:
                    yield other, "changed", differ
            one, other = next(made, None), next(kept, None)


def _before(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether one key comes before the other, as SQLite sorts values of any kind in any column."""
    try:
        return one < other
    except TypeError:
        return [(_rank(v), v) for v in one] < [(_rank(v), v) for v in other]


def _rank(value: Any) -> int:
    kinds = (type(None), int | float, str, bytes)
    return next(n for n, kind in enumerate(kinds) if isinstance(value, kind))


def _same(one: Any, other: Any) -> bool:
    """Whether two values are alike; a JSON text also where its keys stand in another order, for the
    history keeps them sorted."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return bool(one == other)
    if not (one[:1] == other[:1] and one[:1] in ("{", "[")):
        return False
    try:
        return entry_text(json.loads(one)) == entry_text(json.loads(other))
    except (ValueError, RecursionError):
        return False


def _bytes(replay: Replay, here: sqlite3.Connection) -> Iterator[RowFault]:
    """What the history keeps as a hash, or what only says how long something is."""
    mine = (replay.office_id,)
    sizes = "select case_id, sha256 from document where office_id = ? and size <> length(content)"
    for case_id, sha256 in here.execute(sizes, mine):
        yield RowFault(case_id, "document", "changed", ("size",), (case_id, sha256))
    signed = (
        "select meeting_id, place, sha256, cast(content as blob) from minutes where office_id = ?"
    )
    for meeting_id, place, sha256, content in here.execute(signed, mine):
        if hashlib.sha256(content).hexdigest() != sha256:
            yield RowFault("", "minutes", "changed", ("content",), (meeting_id, str(place)))
    images = "select seal_id, cast(image as blob) from seal where office_id = ?"
    for seal_id, image in here.execute(images, mine):
        told = replay.images.get(seal_id)
        if told and hashlib.sha256(image).hexdigest() != told:
            yield RowFault("", "seal", "changed", ("image",), (seal_id,))
