"""The contract of a disagreement: every step and every refusal, the same on both databases."""

import hashlib
import json
from functools import partial
from typing import Any

import pytest

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.application.review import materials_digest
from sanzhi_desktop.domain.dispute import Agreement, DisputeFault, ExpertFault, Ruling, Side, Stance
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.resources.rulebook import ShippedBook
from tests.persistence import disputes
from tests.persistence.desk import Desk, paper, problem, submission
from tests.persistence.test_contract import refused

CHECKS_READERS = True  # after every command on the server


def test_a_consultation_is_kept_entry_by_entry_and_closed_by_both_sides(desk: Desk) -> None:
    case_id = desk.responding()
    consultation = disputes.consulted(desk, case_id, {1: "unit_acts", 2: "open"})
    found = desk.sessions["ld"].reader.dispute(case_id).consultations[0]
    assert (found.opened_by, found.opened_side, found.proposed_side) == (
        "h1", Side.UNIT, Side.REVIEW,
    )  # fmt: skip
    assert [(p.number, p.agreement) for p in found.points] == [
        (1, Agreement.UNIT_ACTS), (2, Agreement.OPEN),
    ]  # fmt: skip
    assert [(e.author, e.side, e.text) for e in found.entries] == [
        ("uh", Side.UNIT, "承办机构的意见")
    ]
    assert (found.closed_by, found.is_open) == ("h2", False)
    more: dict[str, Any] = {
        "consultation_id": consultation,
        "entry_id": new_id(),
        "number": 1,
        "text": "再补充",
    }
    refused(DisputeFault.CONSULTATION_CLOSED, lambda: desk.send("r1", case_id, Action.SAY, **more))


def test_an_agreement_takes_both_sides_and_a_failure_one(desk: Desk) -> None:
    case_id = desk.responding()
    key = new_id()
    points = [{"number": 1}]
    desk.send("r1", case_id, Action.OPEN_CONSULTATION, consultation_id=key, points=points)
    call: dict[str, Any] = {"consultation_id": key}
    refused(
        DisputeFault.NOT_PROPOSED,
        lambda: desk.send("h1", case_id, Action.CLOSE_CONSULTATION, **call),
    )
    agreed = [{"number": 1, "agreement": "review_yields", "note": "补充依据后接受"}]
    desk.send("r1", case_id, Action.PROPOSE_RESULT, points=agreed, **call)
    for who in ("r1", "ld"):
        refused(
            DisputeFault.OWN_PROPOSAL,
            partial(desk.send, who, case_id, Action.CLOSE_CONSULTATION, **call),
        )
    bare = [{"number": 1, "agreement": "unit_acts", "note": " "}]
    refused(
        DisputeFault.NOTE_MISSING,
        lambda: desk.send("h1", case_id, Action.PROPOSE_RESULT, points=bare, **call),
    )
    none = [{"number": 1, "agreement": "open", "note": ""}]
    desk.send("h1", case_id, Action.PROPOSE_RESULT, points=none, **call)
    assert not desk.sessions["h1"].reader.dispute(case_id).consultations[0].is_open


def test_bad_entries_of_a_consultation_are_refused(embedded_desk: Desk) -> None:
    desk = embedded_desk
    who = "uh"
    case_id = desk.responding()
    key = new_id()
    opening: dict[str, Any] = {"consultation_id": key}
    refused(
        DisputeFault.POINTS_MISSING,
        lambda: desk.send(who, case_id, Action.OPEN_CONSULTATION, points=[], **opening),
    )
    refused(
        DisputeFault.POINT_UNKNOWN,
        lambda: desk.send(
            who, case_id, Action.OPEN_CONSULTATION, points=[{"number": 9}], **opening
        ),
    )
    desk.send(who, case_id, Action.OPEN_CONSULTATION, points=[{"number": 2}], **opening)
    entry: dict[str, Any] = {"entry_id": new_id(), "number": 2, "text": "话", **opening}
    for wrong, code in (
        ({"text": " "}, DisputeFault.TEXT_MISSING),
        ({"number": 1}, DisputeFault.POINT_UNKNOWN),
        ({"consultation_id": "none"}, DisputeFault.CONSULTATION_UNKNOWN),
    ):
        refused(code, partial(desk.send, who, case_id, Action.SAY, **entry | wrong))


def test_an_objection_is_raised_once_and_answered_whole(desk: Desk) -> None:
    case_id = desk.responding()
    point: dict[str, Any] = {"number": 1, "reasons": "理由", "basis": "依据", "evidence": ""}
    refused(DisputeFault.POINTS_MISSING, lambda: desk.send("h1", case_id, Action.OBJECT, points=[]))
    for wrong, code in (
        ({"number": 7}, DisputeFault.POINT_UNKNOWN),
        ({"reasons": "  "}, DisputeFault.REASONS_MISSING),
    ):
        refused(
            code,
            partial(desk.send, "h1", case_id, Action.OBJECT, points=[point | wrong]),
        )
    refused(
        DisputeFault.NO_OBJECTION,
        lambda: desk.send("r1", case_id, Action.REPLY_OBJECTION, points=[]),
    )
    points = [point, point | {"number": 2}]
    files = [{"number": 2, **disputes.sent(desk, "uh", "证据.pdf")}]
    desk.send("uh", case_id, Action.OBJECT, points=points, files=files)
    refused(
        DisputeFault.ALREADY_OBJECTED,
        lambda: desk.send("h1", case_id, Action.OBJECT, points=[point]),
    )
    half = [{"number": 1, "stance": "accepted", "reply": "接受"}]
    error = refused(
        DisputeFault.REPLY_MISSING,
        lambda: desk.send("r1", case_id, Action.REPLY_OBJECTION, points=half),
    )
    assert error.facts["number"] == 2
    whole = [*half, {"number": 2, "stance": "maintained", "reply": "维持"}]
    desk.send("r1", case_id, Action.REPLY_OBJECTION, points=whole)
    refused(
        DisputeFault.ALREADY_REPLIED,
        lambda: desk.send("r1", case_id, Action.REPLY_OBJECTION, points=whole),
    )
    found = desk.sessions["r1"].reader.dispute(case_id).objection(1)
    assert found is not None
    assert [(p.stance, p.reply) for p in found.points] == [
        (Stance.ACCEPTED, "接受"), (Stance.MAINTAINED, "维持"),
    ]  # fmt: skip
    assert [f.name for f in found.points[1].files] == ["证据.pdf"]


def test_leave_to_object_late_is_given_by_the_review_body_with_a_reason(
    embedded_desk: Desk,
) -> None:
    desk = embedded_desk
    case_id = desk.responding()
    refused(
        WorkflowFault.NOT_YOUR_ROLE, lambda: desk.send("uh", case_id, Action.ALLOW_LATE, reason="x")
    )
    refused(WorkflowFault.REASON_MISSING, lambda: desk.send("hd", case_id, Action.ALLOW_LATE))
    desk.send("hd", case_id, Action.ALLOW_LATE, reason="承办机构补充取证")
    found = desk.sessions["hd"].reader.dispute(case_id)
    assert [(x.given_by, x.reason) for x in found.late_leaves] == [("hd", "承办机构补充取证")]


def test_the_record_is_signed_by_both_on_the_very_same_paper(desk: Desk) -> None:
    case_id = disputes.objected(desk)
    first, second, third = (paper(f"{n} {case_id}") for n in "123")
    refused(
        DisputeFault.NOT_REPLIED,
        lambda: desk.send("h1", case_id, Action.FREEZE_RECORD, content="{}", document=first),
    )
    answers = [{"number": n, "stance": "maintained", "reply": "维持"} for n in (1, 2)]
    desk.send("r1", case_id, Action.REPLY_OBJECTION, points=answers)
    refused(
        DisputeFault.NO_RECORD,
        lambda: desk.send("h1", case_id, Action.CERTIFY_RECORD, seen_sha256="", document=second),
    )
    desk.send("r1", case_id, Action.FREEZE_RECORD, content='{"甲":"乙"}', document=first)
    refused(
        DisputeFault.RECORD_NOT_CERTIFIED,
        lambda: desk.send(
            "r1", case_id, Action.SIGN_RECORD, seen_sha256=first["sha256"], document=third
        ),
    )
    refused(
        DisputeFault.RECORD_CHANGED,
        lambda: desk.send(
            "h2", case_id, Action.CERTIFY_RECORD, seen_sha256="0" * 64, document=second
        ),
    )
    refused(
        PersistenceFault.DIGEST_MISMATCH,
        lambda: desk.send(
            "h2",
            case_id,
            Action.CERTIFY_RECORD,
            seen_sha256=first["sha256"],
            document=second | {"sha256": third["sha256"]},
        ),
    )
    seen = first["sha256"]
    desk.send("h2", case_id, Action.CERTIFY_RECORD, seen_sha256=seen, document=second)
    seen = second["sha256"]
    desk.send("r1", case_id, Action.SIGN_RECORD, seen_sha256=seen, document=third)
    record = desk.sessions["uh"].reader.dispute(case_id).record(1)
    assert record is not None
    assert record.content_sha256 == hashlib.sha256('{"甲":"乙"}'.encode()).hexdigest()
    assert (record.certified_by, record.signed_by, record.complete) == ("h2", "r1", True)
    assert record.latest_sha256 == third["sha256"]
    refused(
        DisputeFault.RECORD_SIGNED,
        lambda: desk.send("r1", case_id, Action.SIGN_RECORD, seen_sha256=seen, document=third),
    )


def test_only_a_signed_record_leads_to_the_meeting(desk: Desk) -> None:
    case_id = disputes.replied(desk, accepted=(2,))
    call: dict[str, Any] = {"reason": "未达成一致", "points": [{"number": 1}]}
    refused(DisputeFault.NO_RECORD, lambda: desk.send("uh", case_id, Action.ESCALATE, **call))
    document = paper(f"p {case_id}")
    desk.send("h1", case_id, Action.FREEZE_RECORD, content="{}", document=document)
    refused(
        DisputeFault.RECORD_NOT_SIGNED, lambda: desk.send("uh", case_id, Action.ESCALATE, **call)
    )
    disputes.signed_record(desk, case_id)
    disputes.consulted(desk, case_id, {1: "open"})
    refused(DisputeFault.RECORD_OUTDATED, lambda: desk.send("uh", case_id, Action.ESCALATE, **call))
    disputes.signed_record(desk, case_id)
    accepted = call | {"points": [{"number": 2}]}
    refused(
        DisputeFault.POINT_UNKNOWN, lambda: desk.send("uh", case_id, Action.ESCALATE, **accepted)
    )
    refused(
        DisputeFault.NOTHING_OPEN,
        lambda: desk.send("uh", case_id, Action.ESCALATE, **(call | {"points": []})),
    )
    desk.send("uh", case_id, Action.ESCALATE, **call)
    refused(
        DisputeFault.ALREADY_ESCALATED, lambda: desk.send("ld", case_id, Action.ESCALATE, **call)
    )
    assert desk.sessions["se"].reader.waiting_cases()[0].points == (1,)


def test_nothing_moves_between_the_escalation_and_its_result(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    document = paper("new")
    for who, action, payload in (
        ("h1", Action.EDIT, {"submission": submission(), "materials": []}),
        ("uh", Action.CONFIRM, {"declared": True, "round_reason": "again"}),
        ("h1", Action.OPEN_CONSULTATION, {"consultation_id": "k", "points": [{"number": 1}]}),
        ("h1", Action.FREEZE_RECORD, {"content": "{}", "document": document}),
    ):
        refused(
            DisputeFault.PENDING,
            partial(desk.send, who, case_id, action, **payload),
        )
    refused(
        WorkflowFault.REASON_MISSING, lambda: desk.send("uh", case_id, Action.WITHDRAW_ESCALATION)
    )
    desk.send("uh", case_id, Action.WITHDRAW_ESCALATION, reason="再协商一次")
    refused(
        DisputeFault.NOT_ESCALATED,
        lambda: desk.send("uh", case_id, Action.WITHDRAW_ESCALATION, reason="又撤"),
    )
    points = [{"number": 1}]
    desk.send("uh", case_id, Action.ESCALATE, reason="仍未一致", points=points)
    waiting = desk.sessions["se"].reader.waiting_cases()
    assert [(w.case_id, w.points) for w in waiting] == [(case_id, (1,))]


def test_a_penalty_is_never_cleared_by_a_meeting(desk: Desk) -> None:
    _rules_clear(desk, "permit", "penalty")
    case_id = disputes.escalated(desk)
    meeting_id = disputes.held(desk, case_id, "adopt")
    call: dict[str, Any] = {"meeting_id": meeting_id}
    refused(
        DisputeFault.DOES_NOT_CLEAR, lambda: desk.send("se", case_id, Action.DISCUSS_CLEAR, **call)
    )
    desk.send("se", case_id, Action.DISCUSS, **call)
    case = desk.case(case_id)
    assert (case.state, case.clearance) == (State.RESPONDING, None)
    result = desk.sessions["h1"].reader.dispute(case_id).result(1)
    assert result is not None
    assert (result.permits, [p.ruling for p in result.points]) == (False, [Ruling.ADOPT] * 2)
    assert result.minutes_sha256 in {
        d.sha256 for d in desk.sessions["h1"].reader.documents(case_id) if d.kind == "minutes"
    }
    refused(DisputeFault.ALREADY_RECORDED, lambda: desk.send("se", case_id, Action.DISCUSS, **call))
    answers = [{"number": n, "response": "按集体讨论决定"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=answers)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="after_meeting")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")
    desk.certify(case_id, who="r2")
    desk.reserve(case_id)
    desk.issue(case_id)
    assert desk.case(case_id).state is State.PASSED
    refused(
        DisputeFault.MEETING_AFTER_DECISION,
        lambda: desk.decide(case_id, decided_on=disputes.day_before(desk)),
    )


def _rules_clear(desk: Desk, *kinds: str) -> None:
    """Publishes rules that let a meeting clear these kinds, as far as the office may."""
    applied = json.loads(ShippedBook().profile("shucheng").applied())
    rule = dict(applied["rules"]["gate.dispute_clears"])
    rule["value"] = True
    applied["rules"]["gate.dispute_clears"] = rule
    if "penalty" in kinds:
        applied["rules"]["gate.dispute_clears.penalty"] = dict(rule)
    desk.office(
        "adm",
        OfficeAction.PUBLISH_PROFILE,
        profile_id="shucheng",
        edition="2026-1",
        applied=applied,
        effective_from=None,
    )


@pytest.mark.parametrize("choice", ["adopt", "uphold"])
def test_another_kind_is_cleared_where_the_rules_let_it(desk: Desk, choice: str) -> None:
    _rules_clear(desk, "permit")
    case_id = disputes.escalated(desk, kind="permit")
    meeting_id = disputes.held(desk, case_id, choice)
    call: dict[str, Any] = {"meeting_id": meeting_id}
    if choice == "uphold":
        refused(
            DisputeFault.DOES_NOT_CLEAR,
            lambda: desk.send("se", case_id, Action.DISCUSS_CLEAR, **call),
        )
        desk.send("se", case_id, Action.DISCUSS, **call)
        assert desk.case(case_id).state is State.RESPONDING
        return
    refused(DisputeFault.CLEARS, lambda: desk.send("se", case_id, Action.DISCUSS, **call))
    desk.send("se", case_id, Action.DISCUSS_CLEAR, **call)
    case = desk.case(case_id)
    assert case.state is State.PASSED
    assert case.clearance is not None
    assert (case.clearance.origin, case.clearance.open) == ("collective_decision", True)
    refused(
        DisputeFault.MEETING_AFTER_DECISION,
        lambda: desk.decide(case_id, kind="permit", decided_on=disputes.day_before(desk)),
    )
    desk.decide(case_id, kind="permit", decided_on=disputes.held_on(desk))
    assert desk.case(case_id).state is State.DECIDED


def test_every_row_of_a_dispute_is_found_again(desk: Desk) -> None:
    case_id = disputes.everything(desk)
    reader = desk.sessions["r2"].reader
    dispute = reader.dispute(case_id)
    assert [len(part) for part in (dispute.consultations, dispute.requests, dispute.late_leaves,
                                   dispute.records, dispute.escalations, dispute.results)] == [
        1, 1, 1, 1, 1, 1,
    ]  # fmt: skip
    item = reader.meeting(dispute.results[0].meeting_id).items[0]
    assert [r.person_id for r in item.recusals] == ["a3"]
    case = reader.case(case_id)
    assert [(m.round, m.number, m.solved) for m in case.marks] == [(2, 1, True), (2, 2, True)]
    assert case.for_unit == (1,)


def test_no_earlier_problem_falls_out_of_a_later_round(desk: Desk) -> None:
    case_id = desk.responding()
    responses = [{"number": n, "response": "已处理"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=responses)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")
    opinion: dict[str, Any] = {
        "opinion": {"opening": "经审核", "reasons": "理由"},
        "outcome": "AGREE",
        "problems": [],
        "materials_digest": materials_digest(desk.case(case_id)),
        "document": paper("certified"),
    }
    half = [{"number": 1, "solved": True, "note": ""}]
    for earlier, number in (([], 1), (half, 2)):
        error = refused(
            DisputeFault.EARLIER_UNMARKED,
            partial(desk.send, "r2", case_id, Action.CERTIFY, earlier=earlier, **opinion),
        )
        assert error.facts["number"] == number
    whole = [*half, {"number": 2, "solved": False, "note": "仍缺"}]
    desk.send("r2", case_id, Action.CERTIFY, earlier=whole, **opinion)
    assert [(m.number, m.solved, m.note) for m in desk.case(case_id).marks] == [
        (1, True, ""), (2, False, "仍缺"),
    ]  # fmt: skip


def test_rules_that_are_silent_clear_nothing(desk: Desk) -> None:
    case_id = disputes.escalated(desk, kind="permit")
    meeting_id = disputes.held(desk, case_id)
    refused(
        DisputeFault.DOES_NOT_CLEAR,
        lambda: desk.send("se", case_id, Action.DISCUSS_CLEAR, meeting_id=meeting_id),
    )
    desk.send("se", case_id, Action.DISCUSS, meeting_id=meeting_id)
    refused(
        WorkflowFault.NO_TRANSITION,
        lambda: desk.decide(case_id, kind="permit"),
    )


def test_one_problem_left_to_treat_keeps_the_gate_shut(desk: Desk) -> None:
    _rules_clear(desk, "permit")
    problems = [problem(1), problem(2), problem(3)]
    case_id = disputes.escalated(
        desk, (1, 2), results={2: "review_yields"}, kind="permit", problems=problems
    )
    meeting_id = disputes.held(desk, case_id, "adopt", (1,))
    refused(
        DisputeFault.DOES_NOT_CLEAR,
        lambda: desk.send("se", case_id, Action.DISCUSS_CLEAR, meeting_id=meeting_id),
    )


def test_what_the_reviewers_gave_up_does_not_keep_it_shut(embedded_desk: Desk) -> None:
    desk = embedded_desk
    _rules_clear(desk, "permit")
    problems = [problem(1), problem(2), problem(3)]
    case_id = disputes.escalated(
        desk, (1, 2, 3), (3,), results={2: "review_yields"}, kind="permit", problems=problems
    )
    meeting_id = disputes.held(desk, case_id, "adopt", (1,))
    desk.send("se", case_id, Action.DISCUSS_CLEAR, meeting_id=meeting_id)
    assert desk.case(case_id).state is State.PASSED


def test_a_submission_edited_after_the_opinion_is_reviewed_again(embedded_desk: Desk) -> None:
    desk = embedded_desk
    _rules_clear(desk, "permit")
    case_id = disputes.replied(desk, kind="permit")
    desk.send("h1", case_id, Action.EDIT, submission=submission(kind="permit", facts="新事实"))
    disputes.signed_record(desk, case_id)
    points = [{"number": n} for n in (1, 2)]
    desk.send("uh", case_id, Action.ESCALATE, reason="未一致", points=points)
    meeting_id = disputes.held(desk, case_id)
    refused(
        DisputeFault.CHANGED_SINCE,
        lambda: desk.send("se", case_id, Action.DISCUSS_CLEAR, meeting_id=meeting_id),
    )
    desk.send("se", case_id, Action.DISCUSS, meeting_id=meeting_id)


def test_a_review_of_the_review_goes_to_somebody_else(desk: Desk) -> None:
    case_id = desk.responding()
    answers = [{"number": n, "response": "申请复审"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=answers)
    call: dict[str, Any] = {"declared": True, "round_reason": "review_of_review"}
    refused(DisputeFault.NO_OBJECTION, lambda: desk.send("uh", case_id, Action.CONFIRM, **call))
    point: dict[str, Any] = {"number": 1, "reasons": "理由", "basis": "依据", "evidence": ""}
    desk.send("h1", case_id, Action.OBJECT, points=[point])
    desk.send("uh", case_id, Action.CONFIRM, **call)
    desk.send("ck", case_id, Action.ACCEPT)
    refused(
        DisputeFault.SAME_REVIEWER,
        lambda: desk.send("ld", case_id, Action.ASSIGN, reviewer="r1"),
    )
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")


def test_expert_advice_stops_the_clock_and_is_no_opinion(desk: Desk) -> None:
    desk.office("se", OfficeAction.PUT_EXPERT, **disputes.EXPERT)
    case_id = desk.reviewing()
    ask: dict[str, Any] = {
        "expert_id": "e1",
        "question": "定性是否准确",
        "materials": [{"material_id": "m1"}],
    }
    desk.send("r1", case_id, Action.ASK_EXPERT, request_id="q1", **ask)
    desk.send("ld", case_id, Action.ASK_EXPERT, request_id="q2", **(ask | {"materials": []}))
    error = refused(ExpertFault.STILL_OPEN, lambda: desk.certify(case_id))
    assert error.facts["name"] == "某律师"
    answer: dict[str, Any] = {
        "answer": "可以",
        "files": [disputes.sent(desk, "r1", "意见.pdf")],
    }
    desk.send("r1", case_id, Action.EXPERT_ANSWER, request_id="q1", **answer)
    refused(
        ExpertFault.NOT_OPEN,
        lambda: desk.send("r1", case_id, Action.EXPERT_ANSWER, request_id="q1", **answer),
    )
    desk.send("r1", case_id, Action.EXPERT_WITHDRAW, request_id="q2", reason="不再需要")
    events = [(e.event, e.cause) for e in desk.case(case_id).clock]
    assert events == [
        ("start_receipt", ""), ("start_acceptance", ""), ("suspend", "expert"),
        ("resume", "expert"),
    ]  # fmt: skip
    first, second = desk.sessions["r1"].reader.dispute(case_id).requests
    assert ([m.name for m in first.materials], [f.name for f in first.files]) == (
        ["立案审批表"], ["意见.pdf"],
    )  # fmt: skip
    assert (second.withdrawn_because, second.is_open) == ("不再需要", False)
    assert desk.case(case_id).state is State.REVIEWING
    desk.certify(case_id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": "执法一科"}, ExpertFault.CONFLICT),
        ({"person_id": "h2"}, ExpertFault.CONFLICT),
        ({"conflicts": "\n乙公司\n示例甲有限公司\n"}, ExpertFault.CONFLICT),
        ({"valid_to": "2026-02-01"}, ExpertFault.OUT_OF_TERM),
        ({"valid_from": "2099-01-01", "valid_to": None}, ExpertFault.OUT_OF_TERM),
        ({"active": False}, ExpertFault.OUT_OF_TERM),
    ],
)
def test_an_expert_in_conflict_or_out_of_term_is_not_asked(
    embedded_desk: Desk, changes: dict[str, object], code: ExpertFault
) -> None:
    desk = embedded_desk
    desk.office("ld", OfficeAction.PUT_EXPERT, **(disputes.EXPERT | changes))
    case_id = desk.reviewing()
    call: dict[str, Any] = {
        "request_id": "q",
        "expert_id": "e1",
        "question": "问题",
        "materials": [],
    }
    refused(code, lambda: desk.send("r1", case_id, Action.ASK_EXPERT, **call))
    refused(
        ExpertFault.UNKNOWN,
        lambda: desk.send("r1", case_id, Action.ASK_EXPERT, **(call | {"expert_id": "x"})),
    )
