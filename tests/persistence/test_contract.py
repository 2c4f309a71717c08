"""The contract of the gateway: every step and every refusal, the same on SQLite and PostgreSQL."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

import pytest

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.application.review import materials_digest
from sanzhi_desktop.domain.case import Adoption, CaseFault, RoundReason
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.people import PeopleFault, Role
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.resources.sentences import table
from tests.persistence.desk import MATERIALS, Desk, paper, problem, submission

CHECKS_READERS = True  # after every command on the server


def refused(code: Code, call: Callable[[], Any]) -> DomainError:
    """The call must be refused with exactly this code, and with the facts its sentence needs."""
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.code is code, caught.value
    needed = {name for _, name, _, _ in Formatter().parse(table()[code.value]) if name}
    assert needed <= set(caught.value.facts), (code, needed - set(caught.value.facts))
    return caught.value


def test_a_case_from_registration_to_decision(desk: Desk) -> None:
    case_id = desk.decided()
    case = desk.case(case_id)
    assert (case.state, case.version, case.round) == (State.DECIDED, 8, 1)
    assert case.submission.party.name == "示例甲有限公司"
    assert [m.name for m in case.materials] == ["立案审批表", "询问笔录"]
    assert [m.original for m in case.materials] == [True, False]
    first = case.rounds[0]
    assert first.reason is RoundReason.FIRST
    assert (first.submitted_by, first.declared) == ("uh", True)
    assert (first.reviewer, first.signer, first.outcome) == ("r1", "hd", Outcome.AGREE)
    assert first.number == "示法审〔2026〕1号"
    assert first.dated == date(2026, 9, 22)
    assert first.opinion == {"opening": "经审核", "reasons": "理由"}
    assert case.clearance is not None
    assert case.clearance.open
    assert (case.clearance.amount_fen, case.clearance.materials_digest) == (
        120000000,
        materials_digest(case),
    )
    assert case.decision is not None
    assert (case.decision.decided_on, case.decision.registered_by) == (date(2026, 9, 28), "h1")
    assert [e.event for e in case.clock] == ["start_receipt", "start_acceptance", "stop"]
    reader = desk.sessions["ld"].reader
    kinds = {d.kind: d for d in reader.documents(case_id)}
    assert set(kinds) == {"opinion_certified", "opinion"}
    content = reader.document(first.issued_sha256)
    assert hashlib.sha256(content).hexdigest() == kinds["opinion"].sha256
    assert kinds["opinion"].size == len(content)
    assert [h.action for h in reader.history(case_id)] == [
        "register", "confirm", "accept", "assign", "certify", "reserve", "issue_pass",
        "register_decision",
    ]  # fmt: skip
    assert "pdf" not in reader.history(case_id)[6].detail["document"]
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_rounds_run_on_with_answers_and_numbers(desk: Desk) -> None:
    case_id = desk.responding()
    again: dict[str, Any] = {"declared": True, "round_reason": "again"}
    desk.send("h1", case_id, Action.RESPOND, responses=[{"number": 1, "response": "先答一条"}])
    error = refused(
        CaseFault.RESPONSE_MISSING, lambda: desk.send("uh", case_id, Action.CONFIRM, **again)
    )
    assert error.facts["number"] == 2
    answers = [{"number": 1, "response": "已补正"}, {"number": 2, "response": "不同意，理由……"}]
    desk.send("h2", case_id, Action.RESPOND, responses=answers)
    desk.send("h1", case_id, Action.EDIT, submission=submission(amount_fen=90_000_00))
    desk.send("uh", case_id, Action.CONFIRM, **again)
    case = desk.case(case_id)
    assert (case.state, case.round, case.reviewer, case.accepted_at) == (
        State.SUBMITTED, 2, "", None,
    )  # fmt: skip
    assert [r.submission.amount_fen for r in case.rounds if r.submission] == [120000000, 9000000]
    assert len(case.materials) == 2, "an edit without materials leaves them"
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")
    refused(
        PersistenceFault.PROBLEM_NUMBERS,
        lambda: desk.certify(case_id, who="r2", outcome="PROBLEM", problems=[problem(1)]),
    )
    desk.certify(case_id, who="r2", outcome="PROBLEM", problems=[problem(3)])
    desk.reserve(case_id)
    desk.issue(case_id, action=Action.ISSUE_RETURN)
    case = desk.case(case_id)
    assert [(p.number, p.round, p.response) for p in case.problems] == [
        (1, 1, "已补正"), (2, 1, "不同意，理由……"), (3, 2, ""),
    ]  # fmt: skip
    assert [r.number for r in case.rounds] == ["示法审〔2026〕1号", "示法审〔2026〕2号"]
    refused(
        PersistenceFault.NO_SUCH_PROBLEM,
        lambda: desk.send(
            "h1", case_id, Action.RESPOND, responses=[{"number": 1, "response": "x"}]
        ),
    )


def test_correction_suspends_the_clock_and_keeps_the_round(desk: Desk) -> None:
    case_id = desk.confirmed()
    notice = paper("correction") | {"kind": "correction"}
    desk.send(
        "ck", case_id, Action.ASK_CORRECTION, reason="缺少立案审批表",
        missing=["立案审批表"], days={"number": 3, "unit": "working_days"}, document=notice,
    )  # fmt: skip
    received = desk.case(case_id).received_at
    desk.send("h1", case_id, Action.EDIT, submission=submission(facts="补充的事实"), materials=[])
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    case = desk.case(case_id)
    assert (case.round, case.received_at, case.materials) == (1, received, ())
    assert case.rounds[0].reason is RoundReason.FIRST
    assert case.rounds[0].submission is not None
    assert case.rounds[0].submission.facts == "补充的事实"
    assert [(e.event, e.number, e.unit) for e in case.clock] == [
        ("start_receipt", 0, ""), ("suspend", 3, "working_days"), ("resume", 0, ""),
    ]  # fmt: skip


def test_paper_that_came_earlier_moves_the_start(desk: Desk) -> None:
    case_id = desk.confirmed()
    received = desk.case(case_id).received_at
    assert received is not None
    shanghai = (received + timedelta(hours=8)).date()
    late = (shanghai + timedelta(days=1)).isoformat()
    refused(
        PersistenceFault.RECEIVED_LATER,
        lambda: desk.send("ck", case_id, Action.ACCEPT, received_on=late),
    )
    early = shanghai - timedelta(days=2)
    desk.send("ck", case_id, Action.ACCEPT, received_on=early.isoformat(), due_on="2026-09-24")
    case = desk.case(case_id)
    assert case.received_at == datetime.fromisoformat(f"{early.isoformat()}T00:00:00+08:00")
    assert case.clock[0].at == case.received_at
    assert desk.sessions["ld"].reader.history(case_id)[-1].detail["received_on"] == str(early)


def test_send_back_keeps_the_number_and_certifies_anew(desk: Desk) -> None:
    case_id = desk.signing(outcome="PROBLEM", problems=[problem(1), problem(2)])
    number = desk.reserve(case_id)
    refused(
        WorkflowFault.REASON_MISSING, lambda: desk.send("hd", case_id, Action.SEND_BACK, reason=" ")
    )
    desk.send("hd", case_id, Action.SEND_BACK, reason="第二个问题缺依据")
    case = desk.case(case_id)
    assert case.current is not None
    assert (case.current.sent_back, case.current.certified_sha256) == ("第二个问题缺依据", "")
    desk.certify(case_id, outcome="PROBLEM", problems=[problem(1)])
    assert [p.number for p in desk.case(case_id).problems] == [1]
    assert desk.reserve(case_id) == number
    desk.issue(case_id, action=Action.ISSUE_RETURN)
    assert desk.reserve(desk.signing()) == "示法审〔2026〕2号"


def test_withdrawal_voids_the_number_with_its_reason(desk: Desk) -> None:
    case_id = desk.signing()
    assert desk.reserve(case_id) == "示法审〔2026〕1号"
    desk.send("uh", case_id, Action.WITHDRAW, reason="当事人已注销")
    case = desk.case(case_id)
    assert (case.state, case.clock[-1].event) == (State.WITHDRAWN, "stop")
    assert case.rounds[0].number == ""
    assert desk.reserve(desk.signing()) == "示法审〔2026〕2号", "a voided number is not used again"


def test_a_head_voids_a_reserved_number(desk: Desk) -> None:
    case_id = desk.signing()
    desk.reserve(case_id)
    void = {"series": "示法审", "year": 2026, "no": 1}
    refused(
        WorkflowFault.REASON_MISSING,
        lambda: desk.office("hd", OfficeAction.VOID_NUMBER, **void, reason=" "),
    )
    desk.office("hd", OfficeAction.VOID_NUMBER, **void, reason="打印错误")
    refused(CaseFault.NUMBER_NOT_RESERVED, lambda: desk.issue(case_id))
    assert desk.reserve(case_id) == "示法审〔2026〕2号"
    desk.issue(case_id)
    refused(
        PersistenceFault.NUMBER_NOT_VOIDABLE,
        lambda: desk.office("hd", OfficeAction.VOID_NUMBER, **(void | {"no": 2}), reason="x"),
    )


def test_new_round_shuts_the_gate(desk: Desk) -> None:
    case_id = desk.passed()
    desk.send(
        "h1", case_id, Action.NEW_ROUND, reason="听证后有新证据", round_reason="after_hearing"
    )
    case = desk.case(case_id)
    assert case.clearance is not None
    assert not case.clearance.open
    assert case.rounds[0].issued_at is not None, "the opinion stays as it is"
    refused(WorkflowFault.NO_TRANSITION, lambda: desk.decide(case_id))
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="after_hearing")
    assert desk.case(case_id).rounds[1].reason is RoundReason.AFTER_HEARING


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "permit"},
        {"party_name": "示例乙有限公司"},
        {"party_number": ""},
        {"amount_fen": 120000001},
    ],
)
def test_a_decision_must_be_what_was_cleared(desk: Desk, changed: dict[str, Any]) -> None:
    case_id = desk.passed()
    error = refused(CaseFault.DIFFERS_FROM_CLEARED, lambda: desk.decide(case_id, **changed))
    ((field, given),) = changed.items()
    assert (error.facts["field"], error.facts["given"]) == (field, str(given))
    assert error.facts["cleared"] in (
        "penalty",
        "示例甲有限公司",
        "91110000MA01TEST0X",
        "120000000",
    )
    assert desk.case(case_id).state is State.PASSED
    desk.decide(case_id)


def test_adoption_over_all_rounds(desk: Desk) -> None:
    case_id = desk.responding(problems=[problem(1)])
    desk.send("h1", case_id, Action.RESPOND, responses=[{"number": 1, "response": "已改"}])
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1")
    desk.certify(case_id)
    desk.reserve(case_id)
    desk.issue(case_id)
    desk.decide(case_id)
    adopted = [{"number": 1, "adoption": "partly", "reason": "金额未变"}]
    desk.send("h1", case_id, Action.ADOPT, adoptions=adopted)
    found = desk.case(case_id).problems[0]
    assert (found.adoption, found.adoption_reason) == (Adoption.PARTLY, "金额未变")


def test_stale_version_is_refused_and_loses_nothing(desk: Desk) -> None:
    case_id = desk.reviewing()
    seen = desk.version(case_id)
    yes = [{"item_id": "A01", "answer": "CONFORMS", "note": "", "evidence": "1"}]
    desk.send("r1", case_id, Action.ANSWER, seen=seen, answers=yes)
    no = [{"item_id": "A01", "answer": "FAILS", "note": "缺", "evidence": ""}]
    error = refused(
        CaseFault.STALE, lambda: desk.send("r1", case_id, Action.ANSWER, seen=seen, answers=no)
    )
    assert (error.facts["seen"], error.facts["current"]) == (seen, seen + 1)
    assert [a.answer for a in desk.case(case_id).answers] == ["CONFORMS"]
    desk.send("r1", case_id, Action.ANSWER, answers=no)
    assert [a.answer for a in desk.case(case_id).answers] == ["FAILS"]


def test_a_repeated_command_is_answered_not_repeated(desk: Desk) -> None:
    case_id = desk.signing()
    command = new_id()
    seen = desk.version(case_id)
    wanted: dict[str, Any] = {
        "year": 2026,
        "dated": "2026-09-22",
        "command_id": command,
        "seen": seen,
    }
    first = desk.send("hd", case_id, Action.RESERVE, **wanted)
    again = desk.send("hd", case_id, Action.RESERVE, **wanted)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.number, again.version, again.state) == (
        first.number, first.version, first.state,
    )  # fmt: skip
    assert desk.version(case_id) == seen + 1
    refused(
        PersistenceFault.COMMAND_TAKEN,
        lambda: desk.send("rh", case_id, Action.RESERVE, **wanted),
    )
    another, answers = desk.reviewing("r1"), [{"item_id": "C01", "answer": "CONFORMS"}]
    before = desk.version(another)
    refused(
        PersistenceFault.COMMAND_TAKEN,
        lambda: desk.send("r1", another, Action.ANSWER, answers=answers, command_id=command),
    )
    assert desk.send("r1", another, Action.ANSWER, answers=answers).version == before + 1
    registered = desk.register()
    refused(PersistenceFault.CASE_EXISTS, lambda: desk.register(registered))


def test_numbers_have_no_gap_under_eight_threads(desk: Desk) -> None:
    cases = [desk.signing() for _ in range(24)]

    def reserve(place: int) -> str:
        case_id = cases[place]
        if place % 5 == 0:  # some fail in the middle: nothing may be lost by that
            with pytest.raises(DomainError):
                desk.send("hd", case_id, Action.RESERVE, year=2026, dated="2025-01-01")
        return desk.reserve(case_id)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(reserve, range(len(cases))))
    assert sorted(numbers) == sorted(f"示法审〔2026〕{n}号" for n in range(1, 25))
    for case_id, number in zip(cases, numbers, strict=True):
        assert desk.reserve(case_id) == number


def test_separation_of_duties(desk: Desk) -> None:
    as_handler = submission()["handlers"] + [
        {"person_id": code, "name": code, "certificate": "Z"} for code in ("r1", "hd")
    ]
    case_id = desk.accepted(handlers=as_handler)
    refused(PeopleFault.HANDLING, lambda: desk.send("ld", case_id, Action.ASSIGN, reviewer="r1"))
    desk.send("ld", case_id, Action.ASSIGN, reviewer="rh")
    desk.certify(case_id, who="rh")
    desk.reserve(case_id)
    refused(PeopleFault.HANDLING, lambda: desk.issue(case_id, who="hd"))
    refused(CaseFault.SAME_PERSON_REASON, lambda: desk.issue(case_id, who="rh"))
    desk.send("hd", case_id, Action.SEND_BACK, reason="写明同一人的理由")
    desk.certify(case_id, who="rh", same_person_reason="本单位仅一名审核人员")
    desk.issue(case_id, who="rh")
    current = desk.case(case_id).current
    assert current is not None
    assert (current.signer, current.same_person_reason) == ("rh", "本单位仅一名审核人员")


def test_the_reason_for_one_person_is_the_printed_one_and_true(desk: Desk) -> None:
    case_id = desk.reviewing("rh")
    desk.certify(case_id, who="rh", same_person_reason="仅一人", override_reason="另有依据")
    desk.reserve(case_id)
    refused(CaseFault.OVERRIDE_BY_TWO, lambda: desk.issue(case_id, who="rh"))
    refused(CaseFault.SAME_PERSON_OTHER, lambda: desk.issue(case_id, who="hd"))
    desk.send("hd", case_id, Action.SEND_BACK, reason="由两人签发")
    desk.certify(case_id, who="rh", override_reason="另有依据")
    desk.issue(case_id, who="hd")
    assert desk.case(case_id).state is State.PASSED


def test_a_recusal_after_the_assignment_still_counts(desk: Desk) -> None:
    case_id = desk.reviewing()

    def recuse(code: str, **what: str) -> None:
        whole = {"recusal_id": new_id(), "person_id": code, "reason": "近亲属"} | what
        desk.office("adm", OfficeAction.ADD_RECUSAL, **whole)

    recuse("r1", party="示例甲有限公司")
    refused(PeopleFault.RECUSED, lambda: desk.certify(case_id))
    desk.send("ld", case_id, Action.REASSIGN, reason="回避", reviewer="r2")
    desk.certify(case_id, who="r2")
    desk.reserve(case_id)
    recuse("hd", case_id=case_id)
    refused(PeopleFault.RECUSED, lambda: desk.issue(case_id))
    desk.issue(case_id, who="rh")


def test_a_waived_material_keeps_its_reason_and_an_edit_moves_the_unit(desk: Desk) -> None:
    case_id = desk.register()
    waived = {**MATERIALS[1], "waived": "本案未询问"}
    desk.send(
        "h1",
        case_id,
        Action.EDIT,
        submission=submission(unit="执法二科"),
        materials=[MATERIALS[0], waived],
    )
    assert [m.waived for m in desk.case(case_id).materials] == ["", "本案未询问"]
    _put(desk, "uh", unit="执法二科")  # on a server a case is seen by its own unit's head alone
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.office(
        "adm",
        OfficeAction.ADD_RECUSAL,
        recusal_id=new_id(),
        person_id="r1",
        unit="执法二科",
        reason="原任职单位",
    )
    refused(PeopleFault.RECUSED, lambda: desk.send("ld", case_id, Action.ASSIGN, reviewer="r1"))


def test_a_number_does_not_outlive_its_year(desk: Desk) -> None:
    case_id = desk.signing()
    first = desk.reserve(case_id)
    later = desk.send("hd", case_id, Action.RESERVE, year=2027, dated="2027-01-04").number
    assert (first, later) == ("示法审〔2026〕1号", "示法审〔2027〕1号")
    current = desk.case(case_id).current
    assert current is not None
    assert current.dated == date(2027, 1, 4)
    assert desk.reserve(desk.signing()) == "示法审〔2026〕2号"
    desk.issue(case_id)


def test_a_decision_before_its_opinion_is_refused_by_the_database(desk: Desk) -> None:
    case_id = desk.passed()
    refused(CaseFault.DATE_ORDER, lambda: desk.decide(case_id, decided_on="2026-09-21"))


def test_a_problem_not_adopted_needs_its_reason(desk: Desk) -> None:
    case_id = desk.responding()
    for number in (1, 2):
        desk.send("h1", case_id, Action.RESPOND, responses=[{"number": number, "response": "已改"}])
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1")
    desk.certify(case_id)
    desk.reserve(case_id)
    desk.issue(case_id)
    desk.decide(case_id)
    not_adopted = {"number": 1, "adoption": "not", "reason": " "}
    refused(
        CaseFault.ADOPTION_REASON,
        lambda: desk.send("h1", case_id, Action.ADOPT, adoptions=[not_adopted]),
    )


def _put(desk: Desk, code: str, **changes: Any) -> None:
    person: dict[str, Any] = {
        "person_id": code, "name": f"人{code}", "unit": "法制科", "legal_qualification": "A1",
        "active": True,
    }  # fmt: skip
    desk.office("adm", OfficeAction.PUT_PERSON, **(person | changes))


def test_who_may_be_assigned(desk: Desk) -> None:
    case_id = desk.accepted()

    def assign(code: str) -> Callable[[], Any]:
        return lambda: desk.send("ld", case_id, Action.ASSIGN, reviewer=code)

    refused(PeopleFault.INACTIVE, assign("nobody"))
    refused(PeopleFault.NOT_REVIEWER, assign("ck"))
    _put(desk, "r2", active=False)
    refused(PeopleFault.INACTIVE, assign("r2"))
    _put(desk, "r2", legal_qualification="", first_review_on="2018-01-01")
    refused(PeopleFault.UNQUALIFIED, assign("r2"))
    _put(desk, "r2", legal_qualification="", first_review_on="2017-12-31")
    for cover in ({"case_id": case_id}, {"party": "示例甲有限公司"}, {"unit": "执法一科"}):
        recusal = new_id()
        desk.office(
            "ld",
            OfficeAction.ADD_RECUSAL,
            recusal_id=recusal,
            person_id="r2",
            reason="亲属",
            **cover,
        )
        error = refused(PeopleFault.RECUSED, assign("r2"))
        assert error.facts["name"] == "人r2"
        assert [r.recusal_id for r in desk.sessions["ld"].reader.recusals()] == [recusal]
        desk.office("ld", OfficeAction.DROP_RECUSAL, recusal_id=recusal)
    today = desk.gateway("adm").now().date()
    past = [
        {"role": "reviewer", "valid_to": (today - timedelta(days=2)).isoformat(), "basis": "函"}
    ]
    desk.office("adm", OfficeAction.SET_ROLES, person_id="r2", grants=past)
    refused(PeopleFault.NOT_REVIEWER, assign("r2"))
    acting = [past[0] | {"valid_to": (today + timedelta(days=2)).isoformat()}]
    desk.office("adm", OfficeAction.SET_ROLES, person_id="r2", grants=acting)
    assert assign("r2")().state is State.REVIEWING


def test_what_is_issued_must_be_what_was_certified(desk: Desk) -> None:
    case_id = desk.signing()
    refused(CaseFault.NUMBER_NOT_RESERVED, lambda: desk.issue(case_id))
    refused(
        PersistenceFault.YEAR_MISMATCH,
        lambda: desk.send("hd", case_id, Action.RESERVE, year=2026, dated="2027-01-01"),
    )
    desk.reserve(case_id)
    refused(CaseFault.SIGNED_OTHER, lambda: desk.issue(case_id, certified="0" * 64))
    refused(
        PersistenceFault.OUTCOME_MISMATCH, lambda: desk.issue(case_id, action=Action.ISSUE_RETURN)
    )
    wrong = paper("x") | {"sha256": "1" * 64}
    send: dict[str, Any] = {"certified_sha256": desk.papers[case_id]}
    refused(
        PersistenceFault.DIGEST_MISMATCH,
        lambda: desk.send("hd", case_id, Action.ISSUE_PASS, document=wrong, **send),
    )
    refused(
        PersistenceFault.DOCUMENT_MISSING,
        lambda: desk.send("hd", case_id, Action.ISSUE_PASS, **send),
    )
    assert desk.issue(case_id).state is State.PASSED


def test_a_failed_opinion_cannot_pass(desk: Desk) -> None:
    case_id = desk.signing(outcome="NOT_PASS", problems=[problem(1)])
    desk.reserve(case_id)
    refused(PersistenceFault.OUTCOME_MISMATCH, lambda: desk.issue(case_id))


def test_strangers_learn_nothing(desk: Desk) -> None:
    case_id = desk.confirmed()
    assert desk.sessions["r2"].actor.person_id == "r2"
    _put(desk, "r2", active=False)
    # A server no longer lets him in at all; either way the answer is the same for any case.
    answers = set()
    for known in (case_id, new_id()):
        with pytest.raises(DomainError) as caught:
            desk.send("r2", known, Action.ANSWER, seen=1)
        answers.add(caught.value.code)
    assert answers in ({CaseFault.NOT_FOUND}, {PersistenceFault.NOT_ALLOWED})


@pytest.mark.parametrize(
    "payload",
    [
        {"year": "zwei", "dated": "2026-09-22"},
        {"year": 2026.5, "dated": "2026-09-22"},
        {"year": 2**70, "dated": "2026-09-22"},
        {"year": 2026, "dated": "22.9.2026"},
        {"year": 2026, "dated": "2026-9-22"},
        {"year": 2026, "dated": "20260922"},
        {"year": 2026, "dated": "today"},
        {"year": 2026, "dated": "2026-02-30"},
        {"year": 2026, "dated": "2026-09-22", "note": "half \ud800 character"},
        {"year": 2026, "dated": "2026-09-22", "note": "zero \0 byte"},
        {"year": float("nan"), "dated": "2026-09-22"},
    ],
    ids=str,
)
def test_a_wrong_payload_is_refused_alike(desk: Desk, payload: dict[str, Any]) -> None:
    case_id = desk.signing()
    version = desk.version(case_id)
    refused(
        PersistenceFault.BAD_PAYLOAD,
        lambda: desk.send("hd", case_id, Action.RESERVE, seen=version, **payload),
    )
    assert desk.version(case_id) == version
    assert desk.reserve(case_id) == "示法审〔2026〕1号"


def test_a_code_that_no_table_knows_changes_nothing(desk: Desk) -> None:
    case_id = desk.reviewing()
    version = desk.version(case_id)
    wrong = [{"item_id": "A01", "answer": "CONFORMS"}, {"item_id": "A02", "answer": "PERHAPS"}]
    refused(
        PersistenceFault.REFUSED_BY_TABLE,
        lambda: desk.send("r1", case_id, Action.ANSWER, answers=wrong),
    )
    assert (desk.version(case_id), desk.case(case_id).answers) == (version, ())
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_any_chinese_text_comes_back(desk: Desk) -> None:
    text = "䶮㛃𬭎“引号”'单' \\u0000 {p.x} %s :x \n\t<b>&amp;</b> '); drop table case_; --"
    case_id = desk.register(name=text, facts=text)
    found = desk.case(case_id)
    assert (found.submission.name, found.submission.facts) == (text, text)
    query = ListQuery(scope=ListScope.ALL, text="𬭎“引")
    assert [r.name for r in desk.sessions["ld"].reader.worklist(query)] == [text]
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_office_commands_ask_for_their_roles(desk: Desk) -> None:
    refused(
        PersistenceFault.NOT_ALLOWED,
        lambda: desk.office("hd", OfficeAction.SET_ROLES, person_id="hd", grants=[]),
    )
    refused(
        PersistenceFault.LAST_ADMIN,
        lambda: desk.office("adm", OfficeAction.SET_ROLES, person_id="adm", grants=[]),
    )
    refused(
        PersistenceFault.NO_SUCH_PERSON,
        lambda: desk.office("adm", OfficeAction.SET_ROLES, person_id="zz", grants=[]),
    )
    own = {
        "fingerprint": "f" * 64, "person_id": "r1", "source": "p12", "pem": "PEM", "serial": "1",
        "not_before": "2026-01-01T00:00:00+08:00", "not_after": "2027-01-01T00:00:00+08:00",
    }  # fmt: skip
    refused(
        PersistenceFault.NOT_ALLOWED,
        lambda: desk.office("r2", OfficeAction.PUT_CERTIFICATE, **own),
    )
    desk.office("r1", OfficeAction.PUT_CERTIFICATE, **own)
    desk.office("adm", OfficeAction.REVOKE_CERTIFICATE, fingerprint="f" * 64, reason="遗失")
    desk.office("r1", OfficeAction.PUT_CERTIFICATE, **own)
    found = desk.sessions["r1"].reader.certificates()
    assert [(c.person_id, c.revoked) for c in found] == [("r1", True)]
    assert found[0].not_before.isoformat() == "2025-12-31T16:00:00+00:00"


def test_seals_roots_profiles_and_irregularities(desk: Desk) -> None:
    reader = desk.sessions["adm"].reader
    seal = {"seal_id": "s1", "name": "章", "custodian": "ck", "image": "AAEC", "media": "image/png"}
    desk.office("adm", OfficeAction.PUT_SEAL, **seal)
    desk.office("adm", OfficeAction.PUT_SEAL, **(seal | {"name": "审核专用章"}))
    assert [(s.name, s.image) for s in reader.seals()] == [("审核专用章", b"\x00\x01\x02")]
    desk.office("adm", OfficeAction.PUT_ROOT, fingerprint="1", pem="PEM", name="CA")
    assert list(reader.roots()) == ["PEM"]
    edition = {"profile_id": "haimen", "edition": "2026-2", "applied": {"a": ["文"]}}
    desk.office("adm", OfficeAction.PUBLISH_PROFILE, **edition, effective_from="2099-01-01")
    assert reader.office().profile_id == "shucheng"
    desk.office("adm", OfficeAction.PUBLISH_PROFILE, **(edition | {"edition": "2026-1"}))
    assert (reader.office().profile_id, reader.office().profile_edition) == ("haimen", "2026-1")
    assert reader.profile_applied("haimen", "2026-2") == {"a": ["文"]}
    desk.office(
        "ck", OfficeAction.RECORD_IRREGULARITY, irregularity_id=new_id(), case_id="",
        agency="示例局", decision_number="示罚〔2026〕9号", decided_on="2026-09-01", content="罚款",
        note="未送审",
    )  # fmt: skip
    found = reader.irregularities()[0]
    assert (found.decided_on, found.recorded_by) == (date(2026, 9, 1), "ck")
    assert "image" not in reader.history("")[-5].detail


def test_a_published_calendar_is_kept_and_moves_due_dates_as_steps(desk: Desk) -> None:
    case_id = desk.accepted()
    assert desk.sessions["adm"].reader.calendars() == ()
    notice: dict[str, Any] = {
        "year": 2027,
        "edition": "2027.1",
        "number": "通知1号",
        "arrangement": '{"年": 1}',
    }
    move: dict[str, Any] = {
        "year": 2027,
        "edition": "2027.1",
        "due_from": "2026-09-24",
        "due_on": "2026-09-28",
    }
    with pytest.raises(DomainError) as unknown:
        desk.send("adm", case_id, Action.MOVE_DUE, reason="通知", **move)
    assert unknown.value.code is PersistenceFault.CALENDAR_UNKNOWN
    with pytest.raises(DomainError) as role:
        desk.office("ld", OfficeAction.PUBLISH_CALENDAR, **notice)
    assert role.value.code is PersistenceFault.NOT_ALLOWED
    changed = desk.office("adm", OfficeAction.PUBLISH_CALENDAR, **notice)
    assert "calendar" in changed.kinds
    kept = desk.sessions["r1"].reader.calendars()
    assert [(c.year, c.edition, c.arrangement, c.published_by) for c in kept] == [
        (2027, "2027.1", '{"年": 1}', "adm")
    ]
    with pytest.raises(DomainError) as taken:
        desk.office("adm", OfficeAction.PUBLISH_CALENDAR, **notice)
    assert taken.value.code is PersistenceFault.CALENDAR_EDITION_TAKEN
    before = desk.version(case_id)
    desk.send("adm", case_id, Action.MOVE_DUE, reason="通知", **move)
    assert desk.version(case_id) == before + 1
    row = desk.sessions["adm"].reader.worklist(ListQuery(scope=ListScope.OPEN))[0]
    assert row.due_on == date(2026, 9, 28)
    last = desk.sessions["adm"].reader.history(case_id)[-1]
    assert (last.action, last.detail["due_from"]) == ("move_due", "2026-09-24")
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_work_lists_show_what_waits(desk: Desk) -> None:
    draft, submitted = desk.register(name="A案"), desk.confirmed(name="B案")
    accepted, reviewing = desk.accepted(name="C案"), desk.reviewing(name="D案")
    signing, passed = desk.signing(name="E案"), desk.passed(name="F案")

    def mine(who: str) -> set[str]:
        return {row.case_id for row in desk.sessions[who].reader.worklist(ListQuery())}

    assert mine("uh") == {draft}
    assert mine("ck") == {submitted}
    assert mine("ld") == {accepted}
    assert mine("r1") == {reviewing}
    assert mine("r2") == set()
    assert mine("hd") == {signing}
    assert mine("h1") == mine("h2") == {draft, passed}
    assert mine("au") == set()
    reader = desk.sessions["ld"].reader
    every = ListQuery(scope=ListScope.ALL, order="name")
    assert [r.name for r in reader.worklist(every)] == [f"{n}案" for n in "ABCDEF"]
    assert len(reader.worklist_keys(every)) == 6
    assert not reader.worklist_keys(ListQuery(scope=ListScope.DONE))
    by_number = ListQuery(scope=ListScope.OPEN, text="示法审〔2026〕1号")
    found = reader.worklist(by_number)
    assert [(r.case_id, r.number, r.reviewer_name) for r in found] == [
        (passed, "示法审〔2026〕1号", "己审核")
    ]
    assert not reader.worklist_keys(ListQuery(scope=ListScope.ALL, text="F%9"))
    by_state = ListQuery(scope=ListScope.ALL, states=(State.DRAFT, State.SIGNING))
    assert {r.case_id for r in reader.worklist(by_state)} == {draft, signing}


def test_last_event_moves_with_every_write(desk: Desk) -> None:
    reader = desk.sessions["ld"].reader
    before = reader.last_event()
    case_id = desk.register()
    middle = reader.last_event()
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
    assert len({before, middle, reader.last_event()}) == 3


def test_actor_and_people(desk: Desk) -> None:
    actor = desk.sessions["rh"].actor
    assert (actor.person_id, actor.name) == ("rh", "壬兼任")
    assert actor.roles == {Role.REVIEWER, Role.HEAD}
    people = desk.sessions["ck"].reader.people()
    assert set(people) >= {"adm", "h1", "r1"}
    assert people["r1"].has(Role.REVIEWER, date(2026, 9, 18))
