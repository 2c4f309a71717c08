"""The workflow as one table: state, action, roles, target.

Buttons, use cases and both databases read this table (the SQL triggers and the PostgreSQL
functions are generated from it). An illegal action raises; nothing is ever skipped silently.
Opinion outcomes are not states: see `domain.opinion`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sanzhi_desktop.domain.actions import Action, State
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.people import Actor, Role

__all__ = [
    "AROUND",
    "SPEAKERS",
    "STEPS_BACK",
    "TRANSITIONS",
    "Action",
    "Position",
    "State",
    "Transition",
    "Who",
    "WorkflowFault",
    "available",
    "step",
    "why_not",
]


class WorkflowFault(Code):
    """Why an action is refused."""

    NO_TRANSITION = "workflow.no_transition"
    NOT_YOUR_ROLE = "workflow.not_your_role"
    NOT_YOUR_CASE = "workflow.not_your_case"
    OPENED = "workflow.opened"
    NOT_ASKED = "workflow.not_asked"
    REASON_MISSING = "workflow.reason_missing"


class Who(StrEnum):
    """Whether holding the role is enough or the person must be the one named on the case."""

    ANYONE = "anyone"
    REVIEWER = "reviewer"  # the assigned reviewer
    HANDLER = "handler"  # one of the case's handlers, or who registered it
    SIDES = "sides"  # one of these two, or who answers for a side: its head, the lead


# Who answers for a side of a disagreement without being named on the case.
SPEAKERS = frozenset({Role.UNIT_HEAD, Role.LEAD, Role.HEAD})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `source`, somebody with one of `roles` may do `action`; the case is then
    in `target`. `source` None: the case does not exist yet."""

    source: State | None
    action: Action
    target: State
    roles: frozenset[Role]
    who: Who = Who.ANYONE
    needs_reason: bool = False


def _row(
    sources: Iterable[State | None],
    action: Action,
    target: State | None,
    *roles: Role,
    who: Who = Who.ANYONE,
    needs_reason: bool = False,
) -> list[Transition]:
    """Rows from several states at once; `target` None means that the state stays."""
    return [
        Transition(source, action, goal, frozenset(roles), who, needs_reason)
        for source in sources
        if (goal := target if target is not None else source) is not None
    ]


_S = State
_BEFORE_OPINION = (_S.DRAFT, _S.SUBMITTED, _S.CORRECTION, _S.ACCEPTED, _S.REVIEWING, _S.SIGNING)
_CLOCK_RUNS = (_S.SUBMITTED, _S.ACCEPTED, _S.REVIEWING, _S.SIGNING)
# A crime may come to light at any time, also after the review ended; the case stays where it is.
_ONCE_SUBMITTED = tuple(s for s in State if s is not State.DRAFT)
# Which of these is open is the table of `domain.transfer`; here stands who may do it.
_TRANSFER = (
    (Action.OPEN_TRANSFER, (Role.HANDLER, Role.UNIT_HEAD, Role.LEAD), True),
    (Action.REPORT_TRANSFER, (Role.HANDLER,), False),
    (Action.DECIDE_TRANSFER, (Role.AGENCY_HEAD,), False),
    (Action.PREPARE_TRANSFER, (Role.HANDLER, Role.CLERK), False),
    (Action.RESERVE_TRANSFER, (Role.HEAD,), False),
    (Action.ISSUE_TRANSFER, (Role.HEAD,), False),
    (Action.DELIVER_TRANSFER, (Role.HANDLER, Role.CLERK), False),
    (Action.RECEIPT_TRANSFER, (Role.HANDLER, Role.CLERK), False),
    (Action.POLICE_ANSWER, (Role.HANDLER, Role.CLERK), False),
    (Action.OBJECT_TRANSFER, (Role.HANDLER, Role.UNIT_HEAD), True),
    (Action.HAND_OVER, (Role.HANDLER, Role.CLERK), False),
    (Action.CLOSE_TRANSFER, (Role.HANDLER, Role.UNIT_HEAD), True),
    # Beside the steps: see `domain.transfer_beside`.
    (Action.CHANGE_TRANSFER_TEAM, (Role.UNIT_HEAD, Role.LEAD), True),
    (
        Action.CORRECT_TRANSFER,
        (Role.HANDLER, Role.CLERK, Role.UNIT_HEAD, Role.LEAD, Role.AGENCY_HEAD),
        True,
    ),
)

# The disagreement; its own order is guarded by the effects, see `domain.dispute_rules`.
_TALK = (Role.HANDLER, Role.UNIT_HEAD, Role.REVIEWER, Role.LEAD)
_DISPUTE = (
    (Action.OPEN_CONSULTATION, _TALK, Who.SIDES, False),
    (Action.SAY, _TALK, Who.SIDES, False),
    (Action.PROPOSE_RESULT, _TALK, Who.SIDES, False),
    (Action.CLOSE_CONSULTATION, _TALK, Who.SIDES, False),
    (Action.ALLOW_LATE, (Role.LEAD, Role.HEAD), Who.ANYONE, True),
    (Action.OBJECT, (Role.HANDLER, Role.UNIT_HEAD), Who.SIDES, False),
    (Action.REPLY_OBJECTION, (Role.REVIEWER,), Who.REVIEWER, False),
    (Action.FREEZE_RECORD, (Role.HANDLER, Role.REVIEWER), Who.SIDES, False),
    (Action.CERTIFY_RECORD, (Role.HANDLER,), Who.HANDLER, False),
    (Action.SIGN_RECORD, (Role.REVIEWER,), Who.REVIEWER, False),
    (Action.ESCALATE, (Role.UNIT_HEAD, Role.LEAD), Who.ANYONE, True),
    (Action.WITHDRAW_ESCALATION, (Role.UNIT_HEAD, Role.LEAD), Who.ANYONE, True),
    (Action.DISCUSS, (Role.SECRETARY,), Who.ANYONE, False),
)
_EXPERTS = (Action.ASK_EXPERT, Action.EXPERT_ANSWER, Action.EXPERT_WITHDRAW)
_REVIEWERS = (Role.REVIEWER, Role.LEAD, Role.HEAD)

TRANSITIONS: tuple[Transition, ...] = tuple(
    row
    for rows in (
        _row([None], Action.REGISTER, _S.DRAFT, Role.HANDLER, Role.CLERK),
        _row(
            [_S.DRAFT, _S.CORRECTION, _S.RESPONDING],
            Action.EDIT,
            None,
            Role.HANDLER,
            Role.CLERK,
            who=Who.HANDLER,
        ),
        _row(
            [_S.DRAFT, _S.CORRECTION, _S.RESPONDING],
            Action.CONFIRM,
            _S.SUBMITTED,
            Role.UNIT_HEAD,
        ),
        _row([_S.SUBMITTED], Action.ASK_CORRECTION, _S.CORRECTION, Role.CLERK, needs_reason=True),
        _row([_S.SUBMITTED], Action.ACCEPT, _S.ACCEPTED, Role.CLERK),
        _row(
            [_S.SUBMITTED, _S.ACCEPTED],
            Action.RETURN,
            _S.RETURNED,
            Role.CLERK,
            Role.LEAD,
            needs_reason=True,
        ),
        _row(
            [_S.DRAFT],
            Action.NOT_NEEDED,
            _S.NOT_NEEDED,
            Role.UNIT_HEAD,
            Role.LEAD,
            needs_reason=True,
        ),
        _row([_S.ACCEPTED], Action.ASSIGN, _S.REVIEWING, Role.LEAD),
        _row([_S.REVIEWING], Action.REASSIGN, _S.REVIEWING, Role.LEAD, needs_reason=True),
        _row(_CLOCK_RUNS, Action.EXTEND, None, Role.LEAD, Role.HEAD, needs_reason=True),
        _row(
            (*_BEFORE_OPINION, _S.PASSED, _S.RESPONDING),
            Action.EXTEND_CASE,
            None,
            Role.HANDLER,
            Role.CLERK,
            who=Who.HANDLER,
            needs_reason=True,
        ),
        _row(_CLOCK_RUNS, Action.MOVE_DUE, None, Role.ADMIN, needs_reason=True),
        _row([_S.REVIEWING], Action.ANSWER, None, Role.REVIEWER, who=Who.REVIEWER),
        _row([_S.REVIEWING], Action.DRAFT_OPINION, None, Role.REVIEWER, who=Who.REVIEWER),
        _row([_S.REVIEWING], Action.CERTIFY, _S.SIGNING, Role.REVIEWER, who=Who.REVIEWER),
        _row([_S.SIGNING], Action.SEND_BACK, _S.REVIEWING, Role.HEAD, needs_reason=True),
        _row([_S.SIGNING], Action.RESERVE, None, Role.HEAD),
        _row([_S.SIGNING], Action.ISSUE_PASS, _S.PASSED, Role.HEAD),
        _row([_S.SIGNING], Action.ISSUE_RETURN, _S.RESPONDING, Role.HEAD),
        _row([_S.RESPONDING], Action.RESPOND, None, Role.HANDLER, who=Who.HANDLER),
        _row(
            [_S.PASSED],
            Action.NEW_ROUND,
            _S.RESPONDING,
            Role.HANDLER,
            Role.UNIT_HEAD,
            needs_reason=True,
        ),
        # Whoever finds that a stored material is no longer the one that was reviewed.
        _row(
            [_S.PASSED],
            Action.MATERIALS_CHANGED,
            _S.RESPONDING,
            Role.HANDLER,
            Role.UNIT_HEAD,
            Role.CLERK,
            Role.LEAD,
            Role.HEAD,
            Role.ADMIN,
            needs_reason=True,
        ),
        _row([_S.PASSED], Action.REGISTER_DECISION, _S.DECIDED, Role.HANDLER, Role.CLERK),
        _row([_S.DECIDED], Action.ADOPT, None, Role.HANDLER, Role.CLERK),
        _row(
            (*_BEFORE_OPINION, _S.RESPONDING),
            Action.WITHDRAW,
            _S.WITHDRAWN,
            Role.UNIT_HEAD,
            needs_reason=True,
        ),
        # Around the case; none of these is a signature or stands for one.
        _row([_S.SUBMITTED], Action.OPEN, None, Role.CLERK, Role.LEAD),
        _row([_S.SIGNING], Action.OPEN, None, Role.HEAD),
        _row([_S.SUBMITTED], Action.RECALL, _S.DRAFT, Role.UNIT_HEAD),
        _row([_S.SUBMITTED], Action.RECALL_CORRECTION, _S.CORRECTION, Role.UNIT_HEAD),
        _row([_S.SUBMITTED], Action.RECALL_AGAIN, _S.RESPONDING, Role.UNIT_HEAD),
        _row([_S.SIGNING], Action.RECALL_OPINION, _S.REVIEWING, Role.REVIEWER, who=Who.REVIEWER),
        _row(
            (*_CLOCK_RUNS, _S.CORRECTION, _S.RESPONDING, _S.PASSED),
            Action.REMIND,
            None,
            Role.HANDLER,
            Role.UNIT_HEAD,
            Role.CLERK,
            Role.REVIEWER,
            Role.LEAD,
            Role.HEAD,
        ),
        _row(
            [_S.REVIEWING, _S.SIGNING],
            Action.ASK_OPINION,
            None,
            Role.REVIEWER,
            Role.LEAD,
            Role.HEAD,
        ),
        _row(
            [_S.REVIEWING, _S.SIGNING],
            Action.GIVE_OPINION,
            None,
            Role.REVIEWER,
            Role.CLERK,
            Role.LEAD,
            Role.HEAD,
            Role.AGENCY_HEAD,
        ),
        *(
            _row(_ONCE_SUBMITTED, action, None, *roles, needs_reason=needs_reason)
            for action, roles, needs_reason in _TRANSFER
        ),
        *(
            _row([_S.RESPONDING], action, None, *roles, who=who, needs_reason=needs_reason)
            for action, roles, who, needs_reason in _DISPUTE
        ),
        *(
            _row(
                [_S.REVIEWING, _S.RESPONDING],
                action,
                None,
                *_REVIEWERS,
                who=Who.SIDES,
                needs_reason=action is Action.EXPERT_WITHDRAW,
            )
            for action in _EXPERTS
        ),
        _row([_S.RESPONDING], Action.DISCUSS_CLEAR, _S.PASSED, Role.SECRETARY),
        _row([_S.RESPONDING, _S.PASSED, _S.DECIDED], Action.KEEP_SHEET, None, Role.HEAD),
    )
    for row in rows
)

# Around the case: its row and version stay as they are, so nobody who is typing is disturbed.
AROUND = frozenset(
    {
        Action.OPEN,
        Action.KEEP_SHEET,
        Action.REMIND,
        Action.ASK_OPINION,
        Action.GIVE_OPINION,
        Action.EXTEND_CASE,
    }
)
# 撤回: each leads back to where the case was sent from, and only while nobody has opened it.
STEPS_BACK = frozenset(
    {Action.RECALL, Action.RECALL_CORRECTION, Action.RECALL_AGAIN, Action.RECALL_OPINION}
)

_BY_KEY = {(t.source, t.action): t for t in TRANSITIONS}


@dataclass(frozen=True, slots=True)
class Position:
    """What the workflow needs to know of a case: its state and the people named on it."""

    state: State | None
    reviewer: str = ""
    handlers: tuple[str, ...] = ()
    registered_by: str = ""
    sent_from: State | None = None
    asked: tuple[str, ...] | None = None  # who still owes a further opinion (加签), if known
    opened: bool = False  # somebody of the receiving side opened it since it was sent


def _named(row: Transition, position: Position, actor: Actor) -> bool:
    """Whether `actor` is whom the row wants named on the case."""
    me = actor.person_id
    handles = me in (*position.handlers, position.registered_by)
    if row.who is Who.REVIEWER:
        return me == position.reviewer
    if row.who is Who.HANDLER:
        return handles
    if row.who is Who.SIDES:
        return handles or me == position.reviewer or bool(actor.roles & SPEAKERS)
    return True


def why_not(position: Position, action: Action, actor: Actor) -> WorkflowFault | None:
    """The code of the reason why `actor` cannot do `action` now, or None when it is open."""
    row = _BY_KEY.get((position.state, action))
    if row is None:
        return WorkflowFault.NO_TRANSITION
    if not row.roles & actor.roles:
        return WorkflowFault.NOT_YOUR_ROLE
    if not _named(row, position, actor):
        return WorkflowFault.NOT_YOUR_CASE
    if action is Action.GIVE_OPINION and position.asked is not None:
        return None if actor.person_id in position.asked else WorkflowFault.NOT_ASKED
    if action in STEPS_BACK and position.sent_from is not None:
        if row.target is not position.sent_from:
            return WorkflowFault.NO_TRANSITION
        if position.opened:
            return WorkflowFault.OPENED
    return None


def available(position: Position, actor: Actor) -> tuple[Action, ...]:
    """Actions open to `actor` now, in table order."""
    return tuple(
        t.action
        for t in TRANSITIONS
        if t.source == position.state and why_not(position, t.action, actor) is None
    )


def step(position: Position, action: Action, actor: Actor, *, reason: str = "") -> Transition:
    """The transition taken. Raises DomainError(WorkflowFault) when it is not open."""
    fault = why_not(position, action, actor)
    if fault is not None:
        raise DomainError(
            fault,
            action=action.value,
            state=position.state.value if position.state else "",
            reviewer=position.reviewer,
        )
    row = _BY_KEY[(position.state, action)]
    if row.needs_reason and not reason.strip():
        raise DomainError(WorkflowFault.REASON_MISSING, action=action.value)
    return row
