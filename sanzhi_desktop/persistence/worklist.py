"""Work lists: which cases wait for whom, as SQL conditions.

Lives here: the conditions and the order of a list. Must not: a second copy of the workflow; what
waits for a role is taken from `domain.workflow.TRANSITIONS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State, Who
from sanzhi_desktop.persistence import finding
from sanzhi_desktop.persistence.dispute_lists import disputes_waiting
from sanzhi_desktop.persistence.folding import words
from sanzhi_desktop.persistence.tables import audit_head, case_, person, round_, second_opinion
from sanzhi_desktop.persistence.transfer_lists import transfers_waiting

Found = Sequence[str] | None
CLOSED = (State.DECIDED, State.RETURNED, State.NOT_NEEDED, State.WITHDRAWN)
_ADVISED = sorted(
    t.source.value for t in TRANSITIONS if t.source and t.action is Action.GIVE_OPINION
)
# Actions that carry a case on: while one of them is open to somebody, the case waits for him.
AWAITED = frozenset(
    {
        Action.EDIT,
        Action.CONFIRM,
        Action.ACCEPT,
        Action.ASSIGN,
        Action.CERTIFY,
        Action.ISSUE_PASS,
        Action.RESPOND,
        Action.REGISTER_DECISION,
    }
)


def rows(
    query: ListQuery, actor: Actor, *, unit: str, dialect: str = "", found: Found = None
) -> sa.Select[Any]:
    """The list's first lines; `found`: the cases that have the text, when that was asked."""
    held = conditions(query, actor, unit=unit, dialect=dialect, found=found)
    return _lines().where(*held).order_by(*_order(query)).limit(query.limit).offset(query.offset)


def glance(query: ListQuery, actor: Actor, *, unit: str) -> sa.Select[Any]:
    """The ids of those among the first cases (`finding.GLANCE`) of the list that have the text."""
    held = conditions(replace(query, text=""), actor, unit=unit)
    k = case_.c
    first = (
        sa.select(k.case_id, k.finder, k.sort_key)
        .where(*held)
        .order_by(*_order(query))
        .limit(finding.GLANCE)
        .subquery()
    )
    says = finding.says(query.text, first.c)
    return sa.select(first.c.case_id).where(says).limit(query.limit)


def chosen(office_id: int, ids: Sequence[str], *, dialect: str) -> sa.Select[Any]:
    """The lines of these cases, in no order."""
    return _lines().where(case_.c.office_id == office_id, finding.among(dialect, ids))


def keys(
    query: ListQuery, actor: Actor, *, unit: str, dialect: str, found: Found = None
) -> sa.Select[Any]:
    """The ids of every case in the list, in its order, as one value: a row for each would cost
    more than the id."""
    held = conditions(query, actor, unit=unit, dialect=dialect, found=found)
    ordered = sa.select(case_.c.case_id).where(*held).order_by(*_order(query)).subquery()
    gather = sa.func.array_agg if dialect == "postgresql" else sa.func.json_group_array
    return sa.select(gather(ordered.c.case_id))


def _lines() -> sa.Select[Any]:
    """Lines with the reviewer's name, the outcome and the number of the round."""
    return sa.select(
        case_.c.case_id,
        sa.func.coalesce(audit_head.c.version, case_.c.version).label("version"),
        case_.c.state,
        case_.c.round,
        case_.c.name,
        case_.c.kind,
        case_.c.party_name,
        case_.c.unit,
        case_.c.reviewer,
        person.c.name.label("reviewer_name"),
        case_.c.received_at,
        case_.c.due_on,
        round_.c.outcome,
        round_.c.number,
    ).select_from(
        case_.outerjoin(
            person,
            (person.c.office_id == case_.c.office_id) & (person.c.person_id == case_.c.reviewer),
        ).outerjoin(
            round_,
            (round_.c.office_id == case_.c.office_id)
            & (round_.c.case_id == case_.c.case_id)
            & (round_.c.round == case_.c.round),
        ).outerjoin(
            audit_head,
            (audit_head.c.office_id == case_.c.office_id)
            & (audit_head.c.case_id == case_.c.case_id),
        )
    )


def conditions(
    query: ListQuery, actor: Actor, *, unit: str, dialect: str = "", found: Found = None
) -> list[sa.ColumnElement[bool]]:
    """Everything that must hold of a case to stand in the list."""
    held: list[sa.ColumnElement[bool]] = [case_.c.office_id == actor.office_id]
    if query.scope is ListScope.MINE:
        held.append(sa.or_(sa.false(), *_mine(actor, unit)))
    elif query.scope is ListScope.OPEN:
        held.append(case_.c.state.not_in([s.value for s in CLOSED]))
    elif query.scope is ListScope.DONE:
        # Said as "not open": nearly all cases are closed, and the list's order is the better index.
        held.append(case_.c.state.not_in([s.value for s in State if s not in CLOSED]))
    if query.states:
        held.append(case_.c.state.in_([s.value for s in query.states]))
    if found is not None:
        held.append(finding.among(dialect, found))
    elif words(query.text):
        held.append(finding.says(query.text, case_.c))
    return held


def _mine(actor: Actor, unit: str) -> Iterable[sa.ColumnElement[bool]]:
    me = actor.person_id
    involved = sa.or_(
        case_.c.registered_by == me, case_.c.handler_codes.contains(f",{me},", autoescape=True)
    )
    yield sa.exists().where(
        second_opinion.c.office_id == case_.c.office_id,
        second_opinion.c.case_id == case_.c.case_id,
        second_opinion.c.asked_of == me,
        second_opinion.c.given_at.is_(None),
        case_.c.state.in_(_ADVISED),
    )
    yield from transfers_waiting(actor)
    yield from disputes_waiting(actor)
    for row in TRANSITIONS:
        if row.source is None or row.action not in AWAITED or not row.roles & actor.roles:
            continue
        here = case_.c.state == row.source.value
        if row.who is Who.REVIEWER:
            yield here & (case_.c.reviewer == me)
        elif row.who is Who.HANDLER or row.action is Action.REGISTER_DECISION:
            yield here & involved
        elif row.roles == {Role.UNIT_HEAD} and unit:
            yield here & (case_.c.unit == unit)
        else:
            yield here


def states_of(query: ListQuery) -> tuple[str, ...]:
    """The states in which a case can stand in the list, whoever asks."""
    wanted = set(query.states or State)
    if query.scope is ListScope.OPEN:
        wanted -= set(CLOSED)
    elif query.scope is ListScope.DONE:
        wanted &= set(CLOSED)
    return tuple(state.value for state in State if state in wanted)


def order_of(query: ListQuery) -> str:
    """The list's order by its name in `finding.ORDERS`."""
    name = query.order if query.order in ("name", "party", "received") else "due"
    return f"{name} down" if query.descending else name


def _order(query: ListQuery) -> list[sa.ColumnElement[Any]]:
    """Exactly the columns of an index each, see `case_tables`; without a date comes last."""
    key = case_.c.case_id
    names = {"name": case_.c.sort_key, "party": case_.c.party_name}
    if query.order in names:
        column = names[query.order]
        return [column.desc(), key.desc()] if query.descending else [column.asc(), key.asc()]
    date = case_.c.received_at if query.order == "received" else case_.c.due_on
    if query.descending:
        return [date.is_(None).asc(), date.desc(), key.asc()]
    return [date.is_(None).asc(), date.asc(), key.asc()]
