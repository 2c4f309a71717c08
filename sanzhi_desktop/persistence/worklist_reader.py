"""Reading work lists: the first lines at once, the ids of all of them, the lines of some.

Lives here: the questions. Must not: what stands in a list (`worklist`) or how a text is found
(`finding`).

A list is looked at through its ids: nobody counts forward through a hundred thousand lines to show
the last ones, and a line stays where it is while other desks work.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa

from sanzhi_desktop.application.queries import CaseRow, ListQuery
from sanzhi_desktop.domain.people import Actor
from sanzhi_desktop.persistence import finding, mapping, worklist
from sanzhi_desktop.persistence.folding import words


def first_lines(
    db: sa.Connection, query: ListQuery, actor: Actor, *, unit: str
) -> tuple[CaseRow, ...]:
    """The lines from `offset` on, at most `limit`."""
    dialect = db.dialect.name
    if words(query.text) and not query.offset:
        # What many cases have is soon found along the list; nothing rare costs more than a glance.
        seen = db.execute(worklist.glance(query, actor, unit=unit)).scalars().all()
        if len(seen) == query.limit:
            return tuple(row for row in lines_of(db, actor.office_id, seen) if row is not None)
    found = finding.found(db, actor.office_id, query.text)
    if found is None and dialect == "postgresql" and query.text:
        # The planner believes every text to be rare and would sort all the cases.
        db.exec_driver_sql("set local enable_seqscan = off")
        db.exec_driver_sql("set local enable_sort = off")
    asked = worklist.rows(query, actor, unit=unit, dialect=dialect, found=found)
    return tuple(mapping.case_row(row) for row in db.execute(asked).mappings())


def all_keys(db: sa.Connection, query: ListQuery, actor: Actor, *, unit: str) -> Sequence[str]:
    """Every id of the list, in its order."""
    found = finding.found(db, actor.office_id, query.text)
    asked = worklist.keys(query, actor, unit=unit, dialect=db.dialect.name, found=found)
    told = db.execute(asked).scalar_one()
    ids: list[str] = json.loads(told) if isinstance(told, str) else told or []
    return ids


def lines_of(
    db: sa.Connection, office_id: int, case_ids: Sequence[str]
) -> tuple[CaseRow | None, ...]:
    """One line for each id, in that order."""
    asked = worklist.chosen(office_id, case_ids, dialect=db.dialect.name)
    lines = {row["case_id"]: mapping.case_row(row) for row in db.execute(asked).mappings()}
    return tuple(map(lines.get, case_ids))
