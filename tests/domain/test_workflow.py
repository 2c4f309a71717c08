"""The workflow table: every state can be reached and left, and nothing illegal passes."""

import itertools

import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.workflow import (
    AROUND,
    TRANSITIONS,
    Action,
    Position,
    State,
    Who,
    WorkflowFault,
    available,
    step,
    why_not,
)

ENDS = {State.RETURNED, State.NOT_NEEDED, State.WITHDRAWN, State.DECIDED}


def actor(*roles: Role, person: str = "p1") -> Actor:
    return Actor(person_id=person, name="甲", office_id=1, roles=frozenset(roles))


def test_every_state_can_be_reached_and_left() -> None:
    reached = {t.target for t in TRANSITIONS}
    left = {t.source for t in TRANSITIONS if t.source is not t.target}
    assert reached == set(State)
    assert {s for s in State if s not in left} == ENDS


def test_every_action_has_a_row() -> None:
    assert {t.action for t in TRANSITIONS} == set(Action)


def test_state_and_action_name_one_row_only() -> None:
    keys = [(t.source, t.action) for t in TRANSITIONS]
    assert len(keys) == len(set(keys))


def _as_the_table_says(state: State | None, action: Action, role: Role) -> bool:
    """Whether the step is open, or refused for the right reason, both asked and taken."""
    row = next((t for t in TRANSITIONS if t.source == state and t.action is action), None)
    expected: WorkflowFault | None = WorkflowFault.NO_TRANSITION
    if row is not None:
        expected = None if role in row.roles else WorkflowFault.NOT_YOUR_ROLE
    position = Position(state, reviewer="p1", handlers=("p1",), registered_by="p1")
    if why_not(position, action, actor(role)) is not expected:
        return False
    try:
        taken = step(position, action, actor(role), reason="理由")
    except DomainError as error:
        return error.code is expected
    return row is not None and expected is None and taken.target is row.target


# One test for each state: as one for each of some 8 000 triples they cost a minute of two cores.
@pytest.mark.parametrize("state", [None, *State])
def test_every_triple_is_open_or_refused_for_its_reason(state: State | None) -> None:
    triples = list(itertools.product(Action, Role))
    assert len(triples) > 600
    wrong = [(a.value, r.value) for a, r in triples if not _as_the_table_says(state, a, r)]
    assert not wrong


def test_only_the_assigned_reviewer_answers() -> None:
    position = Position(State.REVIEWING, reviewer="other", handlers=("h1", "h2"))
    assert why_not(position, Action.ANSWER, actor(Role.REVIEWER)) is WorkflowFault.NOT_YOUR_CASE
    assert Action.ANSWER not in available(position, actor(Role.REVIEWER))


def test_only_a_handler_of_the_case_answers_the_problems() -> None:
    position = Position(State.RESPONDING, reviewer="r", handlers=("h1", "h2"))
    assert why_not(position, Action.RESPOND, actor(Role.HANDLER)) is WorkflowFault.NOT_YOUR_CASE
    assert why_not(position, Action.RESPOND, actor(Role.HANDLER, person="h2")) is None


@pytest.mark.parametrize("row", [t for t in TRANSITIONS if t.needs_reason])
def test_a_step_that_needs_a_reason_is_refused_without_one(row: object) -> None:
    transition = next(t for t in TRANSITIONS if t is row)
    position = Position(transition.source, reviewer="p1", handlers=("p1",), registered_by="p1")
    role = next(iter(transition.roles))
    with pytest.raises(DomainError) as caught:
        step(position, transition.action, actor(role), reason="  ")
    assert caught.value.code is WorkflowFault.REASON_MISSING


def test_the_opinion_can_only_be_issued_from_signing_and_decided_only_from_passed() -> None:
    issuing = {
        t.source for t in TRANSITIONS if t.action in (Action.ISSUE_PASS, Action.ISSUE_RETURN)
    }
    deciding = {t.source for t in TRANSITIONS if t.target is State.DECIDED and t.source != t.target}
    assert issuing == {State.SIGNING}
    assert deciding == {State.PASSED}


def test_reviewer_rows_are_bound_to_the_assigned_person() -> None:
    for row in TRANSITIONS:
        if Role.REVIEWER in row.roles and row.action not in AROUND:
            assert row.who in (Who.REVIEWER, Who.SIDES)


def test_a_stranger_does_not_speak_for_a_side() -> None:
    position = Position(State.RESPONDING, reviewer="r", handlers=("h1", "h2"))
    for role, person, fault in (
        (Role.HANDLER, "p1", WorkflowFault.NOT_YOUR_CASE),
        (Role.REVIEWER, "p1", WorkflowFault.NOT_YOUR_CASE),
        (Role.HANDLER, "h2", None),
        (Role.REVIEWER, "r", None),
        (Role.LEAD, "p1", None),
        (Role.UNIT_HEAD, "p1", None),
    ):
        assert why_not(position, Action.SAY, actor(role, person=person)) is fault, role
