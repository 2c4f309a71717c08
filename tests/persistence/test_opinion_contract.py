"""What an opinion, a decision and an entry must contain, asked by both databases: whoever sends a
command past the desk hears the codes that the desk would have told him."""

import base64
import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sanzhi_desktop.application.review import materials_digest
from sanzhi_desktop.domain.audit import ENTRY_LIMIT
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.desk import MATERIALS, Desk, paper, problem, submission
from tests.persistence.disputes import held_on
from tests.persistence.test_contract import refused

SAID = {"note": "证据不足", "evidence": "第3页"}


def answers(**given: str) -> list[dict[str, str]]:
    return [{"item_id": i, "answer": a, **SAID} for i, a in given.items()]


def asked(desk: Desk) -> str:
    """A case whose round asks three items, one of them a veto."""
    case_id = desk.accepted()
    listed: dict[str, Any] = {"items": ["A01", "B01", "增01"], "vetoes": ["B01"]}
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1", **listed)
    return case_id


def certified(desk: Desk, case_id: str, **changes: Any) -> Callable[[], Any]:
    """The reviewer's command with something changed."""
    sent: dict[str, Any] = {
        "opinion": {"opening": "经审核", "reasons": "理由"},
        "outcome": "AGREE",
        "problems": [],
        "earlier": [],
        "materials_digest": materials_digest(desk.case(case_id)),
        "document": paper("certified"),
    }
    return lambda: desk.send("r1", case_id, Action.CERTIFY, **(sent | changes))


def no_pdf(text: bytes = b"not a pdf") -> dict[str, str]:
    pdf = base64.b64encode(text).decode("ascii")
    return {"sha256": hashlib.sha256(text).hexdigest(), "pdf": pdf}


def test_no_item_is_left_open(desk: Desk) -> None:
    case_id = asked(desk)
    error = refused(PersistenceFault.ITEMS_UNANSWERED, certified(desk, case_id))
    assert error.facts["count"] == 3
    desk.send("r1", case_id, Action.ANSWER, answers=answers(A01="CONFORMS", C07="CONFORMS"))
    error = refused(PersistenceFault.ITEMS_UNANSWERED, certified(desk, case_id))
    assert error.facts["count"] == 2, "an answer to what was not asked counts for nothing"
    desk.send("r1", case_id, Action.ANSWER, answers=answers(B01="CONFORMS", 增01="NOT_APPLICABLE"))
    certified(desk, case_id)()
    assert desk.case(case_id).state is State.SIGNING


def test_items_that_changed_are_handed_in_again(desk: Desk) -> None:
    case_id = asked(desk)
    desk.send("r1", case_id, Action.ANSWER, answers=answers(A01="CONFORMS"))
    again: dict[str, Any] = {"reviewer": "r1", "items": ["A01"], "vetoes": []}
    desk.send("ld", case_id, Action.REASSIGN, reason="审核表有变化", **again)
    certified(desk, case_id)()


def test_a_failed_veto_needs_a_written_reason(desk: Desk) -> None:
    case_id = asked(desk)
    given = answers(A01="CONFORMS", B01="FAILS", 增01="CONFORMS")
    desk.send("r1", case_id, Action.ANSWER, answers=given)
    error = refused(CaseFault.OUTCOME_RULED_OUT, certified(desk, case_id))
    assert error.facts["items"] == "B01"
    opinion: dict[str, Any] = {"reasons": "理由", "override_reason": " "}
    refused(CaseFault.OUTCOME_RULED_OUT, certified(desk, case_id, opinion=opinion))
    certified(desk, case_id, opinion=opinion | {"override_reason": "另有依据"})()
    assert desk.case(case_id).rounds[0].outcome is Outcome.AGREE


def test_a_failed_item_that_is_no_veto_stands_beside_agreeing(desk: Desk) -> None:
    case_id = asked(desk)
    given = answers(A01="FAILS", B01="CONFORMS", 增01="FAILS")
    desk.send("r1", case_id, Action.ANSWER, answers=given)
    certified(desk, case_id, problems=[problem(1)])()


def test_a_failure_says_what_and_where(desk: Desk) -> None:
    case_id = desk.reviewing()
    for lacks in ("note", "evidence"):
        bare = [row | {lacks: " "} for row in answers(A01="FAILS")]
        desk.send("r1", case_id, Action.ANSWER, answers=bare)
        error = refused(CaseFault.ANSWERS_UNEXPLAINED, certified(desk, case_id))
        assert (error.facts["count"], error.facts["items"]) == (1, "A01")


def test_an_opinion_gives_its_reasons_and_problems(desk: Desk) -> None:
    case_id = desk.reviewing()
    refused(CaseFault.REASONS_MISSING, certified(desk, case_id, opinion={"opening": "经审核"}))
    refused(CaseFault.PROBLEMS_NONE, certified(desk, case_id, outcome="CORRECT"))
    crime: dict[str, Any] = {"outcome": "TRANSFER_CRIME", "problems": [problem(1)]}
    error = refused(CaseFault.FIELD_MISSING, certified(desk, case_id, **crime))
    assert error.facts["field"] == "opinion.transfer_to"
    for part in ("finding", "basis", "evidence", "suggestion"):
        bare = [problem(1), problem(2, **{part: " "})]
        call = certified(desk, case_id, outcome="CORRECT", problems=bare)
        error = refused(CaseFault.PROBLEM_INCOMPLETE, call)
        assert (error.facts["number"], error.facts["field"]) == (2, f"problem.{part}")
    assert desk.case(case_id).problems == ()


@pytest.mark.parametrize("item", ["", "../x", "A1", "a01", "A01 ", "增", "A0001", "AB1", "增0x"])
def test_an_answer_names_an_item(desk: Desk, item: str) -> None:
    case_id = desk.reviewing()
    given = [{"item_id": item, "answer": "CONFORMS", **SAID}]
    with pytest.raises(DomainError) as caught:
        desk.send("r1", case_id, Action.ANSWER, answers=given)
    assert "SZ-ITEM" in caught.value.facts["message"]
    assert desk.case(case_id).answers == ()


def test_what_the_opinion_stands_on_is_counted_by_the_database(desk: Desk) -> None:
    odd = '引号"反斜\\换行\n制表\t控制\x01\x1f\x7f增补𠮷😀/é\u2028'
    materials = [
        MATERIALS[1] | {"material_id": f"x{n}", "name": name}
        for n, name in enumerate((odd, "乙", "Z", "a", "é", "𠮷", "", "甲"))
    ]
    case_id = desk.register(name=odd, proposed_decision=odd)
    party = submission()["party"] | {"name": odd, "number": '\\"'}
    changed = submission(proposed_decision=odd, party=party, amount_fen=-1)
    desk.send("h1", case_id, Action.EDIT, submission=changed, materials=materials)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1")
    for wrong in ("", "x", "d" * 64):
        refused(PersistenceFault.MATERIALS_DIFFER, certified(desk, case_id, materials_digest=wrong))
    certified(desk, case_id)()


def test_a_case_without_materials_is_counted_too(desk: Desk) -> None:
    bare = {k: v for k, v in submission().items() if k != "proposed_decision"}
    case_id = desk.confirmed()
    desk.send("ck", case_id, Action.ASK_CORRECTION, reason="缺", missing=["笔录"])
    desk.send("h1", case_id, Action.EDIT, submission=bare, materials=[])
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1")
    certified(desk, case_id)()


def test_papers_are_pdf(desk: Desk) -> None:
    case_id = desk.reviewing()
    for text in (b"not a pdf", b"%PDF", b" %PDF-1.7", b"\x00", b"%pdf-1.7"):
        refused(PersistenceFault.NOT_A_PDF, certified(desk, case_id, document=no_pdf(text)))
    desk.certify(case_id)
    desk.reserve(case_id)
    issue: dict[str, Any] = {"certified_sha256": desk.papers[case_id], "document": no_pdf(b"x")}
    refused(
        PersistenceFault.NOT_A_PDF, lambda: desk.send("hd", case_id, Action.ISSUE_PASS, **issue)
    )
    desk.issue(case_id)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"number": " "}, CaseFault.FIELD_MISSING, "decision.number"),
        ({"number": "　"}, CaseFault.FIELD_MISSING, "decision.number"),
        ({"content": ""}, CaseFault.FIELD_MISSING, "decision.content"),
        ({"decided_on": ""}, CaseFault.FIELD_MISSING, "decision.decided_on"),
        ({"decided_on": None}, CaseFault.FIELD_MISSING, "decision.decided_on"),
        ({"decided_on": "2099-01-01"}, CaseFault.IN_FUTURE, "decision.decided_on"),
    ],
)
def test_a_decision_is_said_in_full(
    desk: Desk, changes: dict[str, Any], code: Code, field: str
) -> None:
    case_id = desk.passed()
    error = refused(code, lambda: desk.decide(case_id, **changes))
    assert error.facts["field"] == field
    assert desk.case(case_id).state is State.PASSED
    desk.decide(case_id, decided_on=held_on(desk))  # of today: no day too late
    assert desk.case(case_id).state is State.DECIDED


def test_an_entry_has_an_end(desk: Desk) -> None:
    """A whole book in every field of a submission goes in, an endless text does not."""
    case_id = desk.reviewing()
    before = desk.version(case_id)
    for much in ("a" * ENTRY_LIMIT, "审" * (ENTRY_LIMIT // 3)):
        draft = partial(desk.send, "r1", case_id, Action.DRAFT_OPINION, opinion={"opening": much})
        error = refused(PersistenceFault.ENTRY_TOO_LARGE, draft)
        assert (float(error.facts["size"]), error.facts["limit"]) == (4.0, 4)
    with pytest.raises(DomainError) as caught:
        desk.send("ld", case_id, Action.REASSIGN, reason="理" * ENTRY_LIMIT, reviewer="r2")
    assert caught.value.code is PersistenceFault.ENTRY_TOO_LARGE
    assert desk.version(case_id) == before
    assert desk.case(case_id).rounds[0].opinion == {}
    book = submission(facts="事" * 200_000, defence="陈" * 200_000, hearing="听" * 200_000)
    other = desk.register()
    desk.send("h1", other, Action.EDIT, submission=book)
    assert len(json.dumps(book, ensure_ascii=False).encode()) > 1_800_000
    assert len(desk.case(other).submission.facts) == 200_000
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_the_bytes_of_a_paper_are_no_part_of_its_entry(desk: Desk) -> None:
    case_id = desk.reviewing()
    document = no_pdf(b"%PDF-1.7 " + b"x" * (ENTRY_LIMIT + 1))
    certified(desk, case_id, document=document)()
    assert desk.case(case_id).state is State.SIGNING


ODD_SUBMISSIONS: list[Any] = [None, [], "x", 7, True]


@pytest.mark.parametrize("sent", ODD_SUBMISSIONS, ids=repr)
def test_a_submission_is_an_object(desk: Desk, sent: Any) -> None:
    case_id = desk.register()
    before = desk.case(case_id)
    if sent is not None:  # an edit may leave the submission as it is
        with pytest.raises(DomainError) as caught:
            desk.send("h1", case_id, Action.EDIT, submission=sent)
        assert caught.value.code is PersistenceFault.BAD_PAYLOAD
        assert "submission" in caught.value.facts["field"]
    with pytest.raises(DomainError) as caught:
        desk.send("h1", "another", Action.REGISTER, seen=0, submission=sent, unit="执法一科")
    assert caught.value.code is PersistenceFault.BAD_PAYLOAD
    assert "submission" in caught.value.facts["field"]
    assert desk.case(case_id) == before


@pytest.mark.parametrize("sent", [[], [1, {"a": None}], "x", 7, True], ids=repr)
def test_an_opinion_is_an_object(desk: Desk, sent: Any) -> None:
    case_id = desk.reviewing()
    with pytest.raises(DomainError) as caught:
        desk.send("r1", case_id, Action.DRAFT_OPINION, opinion=sent)
    assert "opinion_object" in caught.value.facts["message"]
    assert desk.case(case_id).rounds[0].opinion == {}
