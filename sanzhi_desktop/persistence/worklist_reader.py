"""Reading work lists: the first lines at once, the ids of all of them, the lines of some.

Lives here: the questions. Must not: what stands in a list (`worklist`) or how a text is found
(`finding`).

A list is looked at through its ids: nobody counts forward through a hundred thousand lines to show
the last ones, and a line stays where it is while other desks work.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa

from sanzhi_desktop.application.queries import CaseRow, ListQuery, ListScope
from sanzhi_desktop.domain.people import Actor
from sanzhi_desktop.persistence import finding, mapping, worklist
from sanzhi_desktop.persistence.folding import words

_ALL = 10_000_000  # more than any office has


def first_lines(
    db: sa.Connection, query: ListQuery, actor: Actor, *, unit: str
) -> tuple[CaseRow, ...]:
    """The lines from `offset` on, at most `limit`."""
    found = None
    if words(query.text):
        first = None if query.offset else _first_found(db, query, actor, unit=unit)
        if first is not None:
            lines = lines_of(db, actor.office_id, first)
            return tuple(line for line in lines if line is not None)
        if db.dialect.name == "sqlite":
            found = finding.on_this_pc(db, actor.office_id, query.text)
    elif _by_name(db, query):
        ids = _on_server(db, query, actor, most=query.offset + query.limit)
        if ids is not None:
            lines = lines_of(db, actor.office_id, ids[query.offset :])
            return tuple(line for line in lines if line is not None)
    asked = worklist.rows(query, actor, unit=unit, dialect=db.dialect.name, found=found)
    return tuple(mapping.case_row(row) for row in db.execute(asked).mappings())


def _first_found(
    db: sa.Connection, query: ListQuery, actor: Actor, *, unit: str
) -> Sequence[str] | None:
    """The ids of the first lines that have the text; None where the list has to be asked."""
    if db.dialect.name == "postgresql":
        return _on_server(db, query, actor, most=query.limit)
    # What many cases have is soon found along the list; for what is rare it is only a glance.
    seen = db.execute(worklist.glance(query, actor, unit=unit)).scalars().all()
    return seen if len(seen) == query.limit else None


def _by_name(db: sa.Connection, query: ListQuery) -> bool:
    """On a server an order of what cases say is asked of a function: no member has its index."""
    return db.dialect.name == "postgresql" and worklist.order_of(query).startswith(finding.NAMED)


def _on_server(
    db: sa.Connection, query: ListQuery, actor: Actor, *, most: int
) -> Sequence[str] | None:
    if query.scope is ListScope.MINE:  # a short list, whose conditions are the list's own
        return None
    return finding.on_server(
        db,
        actor.office_id,
        query.text,
        states=worklist.states_of(query),
        order=worklist.order_of(query),
        most=most,
    )


def all_keys(db: sa.Connection, query: ListQuery, actor: Actor, *, unit: str) -> Sequence[str]:
    """Every id of the list, in its order."""
    found = None
    if _by_name(db, query) or (words(query.text) and db.dialect.name == "postgresql"):
        ids = _on_server(db, query, actor, most=_ALL)
        if ids is not None:
            return ids
    elif words(query.text):
        found = finding.on_this_pc(db, actor.office_id, query.text)
    asked = worklist.keys(query, actor, unit=unit, dialect=db.dialect.name, found=found)
    told = db.execute(asked).scalar_one()
    listed: list[str] = json.loads(told) if isinstance(told, str) else told or []
    return listed


def lines_of(
    db: sa.Connection, office_id: int, case_ids: Sequence[str]
) -> tuple[CaseRow | None, ...]:
    """One line for each id, in that order."""
    asked = worklist.chosen(office_id, case_ids, dialect=db.dialect.name)
    lines = {row["case_id"]: mapping.case_row(row) for row in db.execute(asked).mappings()}
    return tuple(map(lines.get, case_ids))
