"""Work lists: which cases wait for whom, as SQL conditions.

Lives here: the conditions and the order of a list. Must not: a second copy of the workflow; what
waits for a role is taken from `domain.workflow.TRANSITIONS`.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State, Who
from sanzhi_desktop.persistence.dispute_lists import disputes_waiting
from sanzhi_desktop.persistence.tables import case_, person, round_, second_opinion
from sanzhi_desktop.persistence.transfer_lists import transfers_waiting

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


def rows(query: ListQuery, actor: Actor, *, unit: str) -> sa.Select[Any]:
    """The list's lines with the reviewer's name, the outcome and the number of the round."""
    lines = sa.select(
        case_.c.case_id,
        case_.c.version,
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
        case_.c.updated_at,
    ).select_from(
        case_.outerjoin(
            person,
            (person.c.office_id == case_.c.office_id) & (person.c.person_id == case_.c.reviewer),
        ).outerjoin(
            round_,
            (round_.c.office_id == case_.c.office_id)
            & (round_.c.case_id == case_.c.case_id)
            & (round_.c.round == case_.c.round),
        )
    )
    return (
        lines.where(*conditions(query, actor, unit=unit))
        .order_by(*_order(query))
        .limit(query.limit)
        .offset(query.offset)
    )


def count(query: ListQuery, actor: Actor, *, unit: str) -> sa.Select[Any]:
    """How many lines the list has."""
    return sa.select(sa.func.count()).select_from(case_).where(*conditions(query, actor, unit=unit))


def conditions(query: ListQuery, actor: Actor, *, unit: str) -> list[sa.ColumnElement[bool]]:
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
    if query.text.strip():
        held.append(_says(query.text.strip()))
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


def _says(text: str) -> sa.ColumnElement[bool]:
    """Contains the text in its name, its party or one of its numbers; or sorts under it."""
    any_round = round_.alias()
    numbered = sa.exists().where(
        any_round.c.office_id == case_.c.office_id,
        any_round.c.case_id == case_.c.case_id,
        any_round.c.number.contains(text, autoescape=True),
    )
    columns = (case_.c.name, case_.c.party_name, case_.c.party_number, case_.c.file_number)
    return sa.or_(
        *(column.contains(text, autoescape=True) for column in columns),
        case_.c.sort_key.startswith(text.lower(), autoescape=True),
        numbered,
    )


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
