"""The workflow in Python and in both databases agree: every step of every state for everybody,
and long seeded walks taken on both at once."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from sanzhi_desktop.application.commands import Changed, new_id
from sanzhi_desktop.application.review import materials_digest
from sanzhi_desktop.domain.case import Case, CaseFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.people import Actor
from sanzhi_desktop.domain.transfer import TRANSFER_ACTIONS
from sanzhi_desktop.domain.workflow import (
    AROUND,
    STEPS_BACK,
    TRANSITIONS,
    Action,
    Position,
    State,
    available,
    why_not,
)
from tests.persistence.desk import ALL, Desk, paper, problem, submission

REASON = "理由"


def position(case: Case) -> Position:
    return Position(
        state=case.state,
        reviewer=case.reviewer,
        handlers=tuple(h.person_id for h in case.submission.handlers),
        registered_by=case.registered_by,
    )


def expected(desk: Desk, who: str, case: Case, fault: Code | None) -> Code | None:
    """The refusal that somebody is told: what he may not see on a server is not there for him."""
    try:
        desk.version(case.case_id, who)
    except DomainError as error:
        return error.code
    return fault


def _brought_to(state: State, desk: Desk) -> str:
    """A new case in this state."""
    ways = {
        State.DRAFT: desk.register,
        State.ACCEPTED: desk.accepted,
        State.REVIEWING: desk.reviewing,
        State.SIGNING: desk.signing,
        State.PASSED: desk.passed,
        State.RESPONDING: desk.responding,
        State.DECIDED: desk.decided,
        State.NOT_NEEDED: desk.register,
    }
    signed: dict[str, Any] = {"document": paper("outside"), "confirmed": {"by": "password"}}
    last: dict[State, tuple[str, Action, dict[str, Any]]] = {
        State.CORRECTION: ("ck", Action.ASK_CORRECTION, {}),
        State.RETURNED: ("ck", Action.RETURN, signed),
        State.NOT_NEEDED: ("uh", Action.NOT_NEEDED, signed),
        State.WITHDRAWN: ("uh", Action.WITHDRAW, {}),
    }
    case_id = ways.get(state, desk.confirmed)()
    if state in last:
        who, action, sent = last[state]
        desk.send(who, case_id, action, reason=REASON, **sent)
    return case_id


def test_everybody_is_refused_what_the_table_does_not_open(desk: Desk) -> None:
    made = {state: _brought_to(state, desk) for state in State}
    actors = {who: desk.sessions[who].actor for who in ALL}
    tried = 0
    for state, case_id in made.items():
        case = desk.case(case_id)
        assert case.state is state
        hidden = {who: expected(desk, who, case, None) for who in actors}
        # A transfer has the same row in every state but the draft: three of them are enough.
        few = state in (State.DRAFT, State.SIGNING, State.WITHDRAWN)
        left_out = {Action.REGISTER, *(() if few else TRANSFER_ACTIONS)}
        for action in set(Action) - left_out:
            for who, actor in actors.items():
                fault = why_not(position(case), action, actor)
                if fault is None:
                    continue
                tried += 1
                with pytest.raises(DomainError) as caught:
                    desk.send(who, case_id, action, seen=case.version, reason=REASON)
                assert caught.value.code is (hidden[who] or fault), (state, action, who)
        assert desk.version(case_id) == case.version
    assert tried > 2000


@pytest.mark.parametrize(
    "row", [t for t in TRANSITIONS if t.needs_reason], ids=lambda t: f"{t.source}-{t.action}"
)
def test_reasons_are_demanded(embedded_desk: Desk, row: Any) -> None:
    case_id = _brought_to(row.source, embedded_desk)
    case = embedded_desk.case(case_id)
    assert case.state is row.source
    who = next(
        w
        for w in ALL
        if why_not(position(case), row.action, embedded_desk.sessions[w].actor) is None
    )
    with pytest.raises(DomainError) as caught:
        embedded_desk.send(who, case_id, row.action, reason=" \n")
    assert caught.value.code.value == "workflow.reason_missing"


def payload(action: Action, case: Case, dice: random.Random) -> Mapping[str, Any]:
    """A payload that may be right, or wrong in a way that a guard must see."""
    current = case.current
    outcome = dice.choice(["AGREE", "AGREE", "PROBLEM", "TRANSFER_CRIME"])
    first = 1 + max((p.number for p in case.problems if p.round != case.round), default=0)
    certified = current.certified_sha256 if current else ""
    document = paper(f"{case.case_id} {case.version}")
    amount = case.submission.amount_fen
    made: dict[Action, dict[str, Any]] = {
        Action.EDIT: {"submission": submission(amount_fen=dice.randrange(10**9))},
        Action.CONFIRM: {"declared": dice.random() < 0.9, "round_reason": "first"},
        Action.ACCEPT: {"due_on": "2026-09-30"},
        Action.ASSIGN: {"reviewer": dice.choice(["r1", "r2", "rh", "h1", "ck"])},
        Action.REASSIGN: {"reviewer": dice.choice(["r1", "r2", "rh"])},
        Action.EXTEND: {"number": 3, "unit": "working_days", "approver": "hd"},
        Action.ANSWER: {"answers": [{"item_id": "A01", "answer": "MINOR"}]},
        Action.DRAFT_OPINION: {"opinion": {"opening": "……"}},
        Action.CERTIFY: {
            "opinion": {
                "reasons": "……",
                "same_person_reason": dice.choice(["", "", "只有一人"]),
                "override_reason": dice.choice(["", "", "另有依据"]),
            },
            "outcome": outcome,
            "problems": [] if outcome == "AGREE" else [problem(first + dice.randrange(2))],
            "earlier": [
                {"number": p.number, "solved": dice.random() < 0.5, "note": ""}
                for p in case.problems
                if p.round < case.round and dice.random() < 0.95
            ],
            "materials_digest": dice.choice(["d" * 64, *[materials_digest(case)] * 5]),
            "document": document,
        },
        Action.EXTEND_CASE: {
            "number": dice.choice([30, 30, 0]),
            "unit": "calendar_day",
            "approver": "局长",
            "approved_on": dice.choice(["2026-09-01", "2099-01-01", ""]),
            "paper": "审批表",
        },
        Action.RETURN: {
            "document": document,
            "confirmed": {"by": dice.choice(["password", "password", "sample", ""])},
        },
        Action.NOT_NEEDED: {
            "document": document,
            "confirmed": {"by": dice.choice(["password", ""])},
        },
        Action.RESERVE: {"year": 2026, "dated": "2026-09-22"},
        Action.ISSUE_PASS: {"document": document, "certified_sha256": certified},
        Action.ISSUE_RETURN: {"document": document, "certified_sha256": certified},
        Action.RESPOND: {
            "responses": [{"number": p.number, "response": "已改"} for p in case.problems]
        },
        Action.NEW_ROUND: {"round_reason": "materials_changed"},
        Action.OBJECT: {
            "points": [
                {"number": p.number, "reasons": "理由", "basis": "", "evidence": ""}
                for p in case.problems
                if p.round == case.round or dice.random() < 0.1
            ]
        },
        Action.REPLY_OBJECTION: {
            "points": [
                {"number": p.number, "stance": "maintained", "reply": "维持"}
                for p in case.problems
                if p.round == case.round and dice.random() < 0.9
            ]
        },
        Action.OPEN_CONSULTATION: {
            "consultation_id": case.case_id,
            "points": [{"number": p.number} for p in case.problems if p.round == case.round],
        },
        Action.SAY: {
            "consultation_id": case.case_id,
            "entry_id": f"{case.case_id}-{case.version}",
            "number": next((p.number for p in reversed(case.problems)), 0),
            "text": "意见",
        },
        Action.PROPOSE_RESULT: {
            "consultation_id": case.case_id,
            "points": [
                {"number": p.number, "agreement": "unit_acts", "note": "已改"}
                for p in case.problems
                if p.round == case.round
            ],
        },
        Action.CLOSE_CONSULTATION: {"consultation_id": case.case_id},
        Action.FREEZE_RECORD: {"content": "{}", "document": document},
        Action.ESCALATE: {"points": [{"number": p.number} for p in case.problems]},
        Action.REGISTER_DECISION: {
            "number": dice.choice(["1", "1", "1", ""]),
            "content": dice.choice(["罚款", "罚款", "罚款", " "]),
            "decided_on": dice.choice(["2026-09-26", "2026-09-26", "2099-01-01", ""]),
            "kind": case.submission.kind.value,
            "party_name": case.submission.party.name,
            "party_number": case.submission.party.number,
            "amount_fen": amount + dice.randrange(2),
        },
        Action.ADOPT: {"adoptions": [{"number": 1, "adoption": "full"}]},
    }
    return made.get(action, {})


def told(desk: Desk, who: str, case: Case, action: Action, sent: Mapping[str, Any]) -> Any:
    """What a gateway answers: the state and number reached, or the code of the refusal."""
    try:
        changed: Changed = desk.send(
            who, case.case_id, action, seen=case.version, reason=REASON, **sent
        )
    except DomainError as error:
        return error.code
    return changed.state, changed.version, changed.number


# What does not lead on: taken now and then, so that the walks come to a decision as well.
_ENDS = STEPS_BACK | {
    Action.WITHDRAW,
    Action.RETURN,
    Action.NOT_NEEDED,
    Action.SEND_BACK,
    Action.NEW_ROUND,
}


def _choose(
    here: Position, actors: Mapping[str, Actor], dice: random.Random
) -> tuple[str, Action] | None:
    """Somebody and what he tries: mostly a step that leads on, sometimes one that is not open."""
    steps = [(who, action) for who, me in actors.items() for action in available(here, me)]
    if not steps:
        return None
    if dice.random() < 0.15:
        return dice.choice(list(actors)), dice.choice([a for a in Action if a != "register"])
    goals = {t.action: t.target for t in TRANSITIONS if t.source is here.state}
    by_action = sorted({action for _, action in steps})
    onward = [
        a
        for a in by_action
        if (goals[a] is not here.state or a is Action.RESERVE) and a not in _ENDS
    ]
    action = dice.choice(onward if onward and dice.random() < 0.8 else by_action)
    if action in _ENDS and here.state is not State.DRAFT and dice.random() < 0.5:
        action = dice.choice(by_action)
    return dice.choice([who for who, does in steps if does is action]), action


@pytest.mark.postgres
@pytest.mark.slow
def test_two_hundred_walks_go_the_same_way_on_both(embedded_desk: Desk, server_desk: Desk) -> None:
    dice = random.Random(20260918)
    actors: dict[str, Actor] = {who: embedded_desk.sessions[who].actor for who in ALL}
    reached: set[State] = set()
    refusals: set[Code] = set()
    for _ in range(200):
        case_id = new_id()
        embedded_desk.register(case_id)
        server_desk.register(case_id)
        for _ in range(16):
            case = embedded_desk.case(case_id)
            reached.add(case.state)
            here = position(case)
            chosen = _choose(here, actors, dice)
            if chosen is None:
                break
            who, action = chosen
            sent = payload(action, case, dice)
            first = told(embedded_desk, who, case, action, sent)
            second = told(server_desk, who, case, action, sent)
            if expected(server_desk, who, case, None) is not None:
                assert (second, isinstance(first, Code)) == (CaseFault.NOT_FOUND, True)
                continue
            assert first == second, (case.state, who, action, sent)
            fault = why_not(here, action, actors[who])
            if fault is not None:
                assert first is fault
            elif isinstance(first, tuple):
                goal = next(
                    t.target for t in TRANSITIONS if (t.source, t.action) == (case.state, action)
                )
                assert first[:2] == (goal, case.version + (action not in AROUND))
            else:
                refusals.add(first)
        assert _shape(embedded_desk.case(case_id)) == _shape(server_desk.case(case_id))
    assert reached == set(State)
    assert len(refusals) > 6, refusals
    for desk in (embedded_desk, server_desk):
        assert desk.sessions["au"].reader.verify_chains() == ()


def _shape(case: Case) -> Any:
    """All of a case that does not depend on the clock or the command's own id."""
    return (
        case.state, case.version, case.round, case.submission, case.reviewer, case.materials,
        case.answers, case.problems,
        [(e.seq, e.round, e.event, e.number, e.reason) for e in case.clock],
        [(r.number, r.outcome, r.signer, r.same_person_reason, r.opinion, r.sent_back)
         for r in case.rounds],
        case.clearance and (case.clearance.open, case.clearance.amount_fen),
        case.decision and case.decision.decided_on,
    )  # fmt: skip
