"""What a database holds, counted in one snapshot, and the check of a copy against it.

Lives here: counting rows and chains, checking a copy. Must not: making the copy.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.audit import GENESIS, Break
from sanzhi_desktop.domain.files import StoreKind
from sanzhi_desktop.persistence import kinds, row_check
from sanzhi_desktop.persistence.keeping.folder import OfficeInside
from sanzhi_desktop.persistence.snapshot import reading
from sanzhi_desktop.persistence.tables import metadata

Ask = Callable[[str], Sequence[Sequence[Any]]]  # SQL without parameters → rows

# What a copy need not have alike: it says who is at a desk this minute.
PASSING = frozenset({"presence"})


@dataclass(frozen=True, slots=True)
class Survey:
    """The rows of every table, and each office's history in short."""

    counts: Mapping[str, int]
    offices: tuple[OfficeInside, ...]


def survey(ask: Ask) -> Survey:
    """Counts in the snapshot that `ask` sees."""
    counts = {
        table.name: int(ask(f"select count(*) from {table.name}")[0][0])
        for table in metadata.sorted_tables
        if table.name not in PASSING
    }
    return Survey(counts, tuple(_offices(ask)))


def _offices(ask: Ask) -> Iterator[OfficeInside]:
    heads = {
        row[0]: row[1:]
        for row in ask("select office_id, count(*), sum(seq) from audit_head group by office_id")
    }
    counted = ask("select office_id, count(*) from case_ group by office_id")
    cases = {row[0]: int(row[1]) for row in counted}
    newest = ask(
        "select office_id, root from checkpoint c where n = (select max(n) from checkpoint m"
        " where m.office_id = c.office_id)"
    )
    roots = {row[0]: str(row[1]) for row in newest}
    stored = {
        (row[0], row[1]): int(row[2])
        for row in ask(
            "select office_id, place, count(*) from blob where complete = 1"
            " group by office_id, place"
        )
    }
    for number, code, name in ask("select office_id, code, name from office order by office_id"):
        held, entries = heads.get(number, (0, 0))
        yield OfficeInside(
            office_id=int(number),
            code=code,
            name=name,
            chains=int(held),
            entries=int(entries),
            cases=cases.get(number, 0),
            root=roots.get(number, GENESIS),
            inside=stored.get((number, StoreKind.DATABASE), 0),
            outside=stored.get((number, StoreKind.OBJECTS), 0),
        )


def on(db: sa.Connection) -> Ask:
    """Asking through an engine's connection."""
    return lambda sql: [tuple(row) for row in db.execute(sa.text(sql))]


def broken(engine: sa.Engine, office_ids: Sequence[int]) -> list[Break]:
    """Every break of every chain and checkpoint of these offices; on one PC also where rows are
    not what the history says, for whatever is copied or moved is believed from then on."""
    found: list[Break] = []
    with reading(engine) as db:
        for office_id in office_ids:
            found.extend(kinds.breaks(db, office_id))
            if engine.dialect.name == "sqlite":
                differ = row_check.faults(db, office_id)
                found.extend(Break(fault.case_id, fault.seq, "row") for fault in differ)
    return found


def differences(wanted: Survey, found: Survey) -> str:
    """The first thing that a copy does not have as its source had it; "" when all is there."""
    for name in sorted({*wanted.counts, *found.counts}):
        here, there = wanted.counts.get(name, 0), found.counts.get(name, 0)
        if here != there:
            return f"数据表 {name} 应有 {here} 行，副本里有 {there} 行"
    for one, other in zip(wanted.offices, found.offices, strict=True):
        if one != other:
            return f"单位 {one.code} 的历史记录与原库不同"
    return ""
