"""Reads what rules and clocks need in bulk: the published editions, the events of many cases.

Lives here: queries, in the caller's snapshot. Must not: writing, or which edition is in force
(`application.editions`).
"""

from collections.abc import Sequence

import sqlalchemy as sa

from sanzhi_desktop.application.queries import CaseEvents, EditionRow
from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.persistence import mapping, tables

MOST = 500  # parameters of one query; SQLite takes 32 766, a planner likes fewer


def editions_of(db: sa.Connection, office_id: int) -> tuple[EditionRow, ...]:
    """Every published edition of the office's rules, in the order of publication."""
    p = tables.profile_edition.c
    columns = (p.profile_id, p.edition, p.effective_from, p.published_by, p.published_at)
    query = sa.select(*columns).where(p.office_id == office_id)
    found = db.execute(query.order_by(p.published_at, p.profile_id, p.edition)).mappings()
    return tuple(EditionRow(**row) for row in found)


def events_of(db: sa.Connection, office_id: int, case_ids: Sequence[str]) -> tuple[CaseEvents, ...]:
    """The clock events of many cases with what their rules are chosen by; unknown ids are left
    out."""
    found: list[CaseEvents] = []
    for begin in range(0, len(case_ids), MOST):
        some = case_ids[begin : begin + MOST]
        e, k = tables.clock_event, tables.case_
        query = sa.select(e).where(e.c.office_id == office_id, e.c.case_id.in_(some))
        events: dict[str, list[ClockEvent]] = {}
        for row in db.execute(query.order_by(e.c.case_id, e.c.seq)).mappings():
            events.setdefault(row["case_id"], []).append(mapping.clock_event(row))
        columns = (
            k.c.case_id,
            k.c.version,
            k.c.round,
            k.c.kind,
            k.c.profile_id,
            k.c.profile_edition,
        )
        cases = sa.select(*columns).where(k.c.office_id == office_id, k.c.case_id.in_(some))
        found += [
            CaseEvents(
                case_id=row["case_id"],
                version=row["version"],
                round=row["round"],
                kind=Kind(row["kind"]),
                profile_id=row["profile_id"],
                profile_edition=row["profile_edition"],
                events=tuple(events.get(row["case_id"], ())),
            )
            for row in db.execute(cases).mappings()
        ]
    return tuple(found)
