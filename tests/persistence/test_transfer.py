"""The transfer of a suspected crime: every step and every refusal, the same on both databases."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.commands import Changed, OfficeAction, new_id
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.transfer import (
    STEPS,
    TRANSFER_ACTIONS,
    Transfer,
    TransferFault,
    TransferStage,
    current,
)
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault
from tests.persistence.desk import Desk, paper
from tests.persistence.test_contract import refused

CHECKS_READERS = True  # after every command on the server

LONG_AGO = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
ATTACHMENTS = [
    {"code": "investigation_report", "name": "调查报告", "pages": 12},
    {"code": "goods_list", "name": "涉案物品清单", "pages": 2},
    {"code": "expert_findings", "name": "检验报告", "waived": "本案不需要检验"},
]
WHO = {
    Action.OPEN_TRANSFER: "uh",
    Action.REPORT_TRANSFER: "h1",
    Action.DECIDE_TRANSFER: "ah",
    Action.PREPARE_TRANSFER: "h1",
    Action.RESERVE_TRANSFER: "hd",
    Action.ISSUE_TRANSFER: "hd",
    Action.DELIVER_TRANSFER: "h2",
    Action.RECEIPT_TRANSFER: "h2",
    Action.POLICE_ANSWER: "ck",
    Action.OBJECT_TRANSFER: "h1",
    Action.HAND_OVER: "h1",
    Action.CLOSE_TRANSFER: "uh",
}
TO_DELIVERED = (
    (Action.REPORT_TRANSFER, ""),
    (Action.DECIDE_TRANSFER, "approved"),
    (Action.PREPARE_TRANSFER, ""),
    (Action.RESERVE_TRANSFER, ""),
    (Action.ISSUE_TRANSFER, ""),
    (Action.DELIVER_TRANSFER, ""),
)
TO_RECEIVED = (*TO_DELIVERED, (Action.RECEIPT_TRANSFER, ""))


class Moving:
    """Takes the steps of one case, each one hour after the one before."""

    def __init__(self, desk: Desk, case_id: str = "") -> None:
        self.desk = desk
        self.case_id = case_id or desk.responding()
        self.at = LONG_AGO

    def take(
        self, action: Action, choice: str = "", *, who: str = "", reason: str = "", **more: Any
    ) -> Changed:
        self.at += timedelta(hours=1)
        sent: dict[str, Any] = {"at": self.at.isoformat(), "choice": choice, "detail": {"n": 1}}
        if action is Action.OPEN_TRANSFER:
            sent |= {
                "team": [{"person_id": "h1"}, {"person_id": "h2"}],
                "destination": "police",
                "opened_on": "2026-01-05",
            }
        elif action is Action.PREPARE_TRANSFER:
            sent["attachments"] = ATTACHMENTS
        elif action is Action.RESERVE_TRANSFER:
            sent |= {"year": 2026, "dated": "2026-01-06"}
        elif action is Action.ISSUE_TRANSFER:
            sent["document"] = paper(f"letter {self.case_id}") | {"kind": "transfer"}
        return self.desk.send(
            who or WHO[action], self.case_id, action, reason=reason or "理由", **(sent | more)
        )

    def through(self, *steps: tuple[Action, str]) -> "Moving":
        self.take(Action.OPEN_TRANSFER)
        for action, choice in steps:
            self.take(action, choice)
        return self

    @property
    def now(self) -> Transfer:
        found = current(self.desk.case(self.case_id).transfers)
        assert found is not None
        return found


def test_from_the_team_to_the_hand_over(desk: Desk) -> None:
    moving = Moving(desk)
    before = desk.case(moving.case_id)
    moving.through(*TO_RECEIVED, (Action.POLICE_ANSWER, "filed"), (Action.HAND_OVER, ""))
    done = moving.now
    assert (done.no, done.stage, done.open) == (1, TransferStage.DONE, False)
    assert [(m.person_id, m.name, m.certificate) for m in done.team] == [
        ("h1", "甲承办", "Z-h1"), ("h2", "乙承办", "Z-h2"),
    ]  # fmt: skip
    assert [e.action for e in done.events] == [
        Action.OPEN_TRANSFER, Action.REPORT_TRANSFER, Action.DECIDE_TRANSFER,
        Action.ISSUE_TRANSFER, Action.DELIVER_TRANSFER, Action.RECEIPT_TRANSFER,
        Action.POLICE_ANSWER, Action.HAND_OVER,
    ]  # fmt: skip
    assert [e.recorded_by for e in done.events] == ["uh", "h1", "ah", "hd", "h2", "h2", "ck", "h1"]
    assert done.events[0].at == LONG_AGO + timedelta(hours=1)
    assert all(e.recorded_at > e.at for e in done.events)
    assert (done.number, str(done.dated)) == ("示法审移〔2026〕1号", "2026-01-06")
    assert [a.code for a in done.attachments] == [
        "investigation_report", "goods_list", "expert_findings",
    ]  # fmt: skip
    assert done.attachments[2].waived == "本案不需要检验"
    case = desk.case(moving.case_id)
    assert (case.state, case.round) == (before.state, before.round), "the case stays where it is"
    assert case.version == before.version + 10
    stored = {d.kind: d.sha256 for d in desk.sessions["ld"].reader.documents(moving.case_id)}
    assert stored["transfer"] == done.letter_sha256 == paper(f"letter {moving.case_id}")["sha256"]
    assert desk.sessions["ld"].reader.issued_under(done.number) == done.letter_sha256
    assert desk.sessions["au"].reader.verify_chains() == ()


@pytest.mark.parametrize(
    ("way", "end"),
    [
        ((("object_transfer", "reconsider"), ("police_answer", "filed")), "filed"),
        (
            (
                ("object_transfer", "reconsider"),
                ("police_answer", "not_filed"),
                ("object_transfer", "supervise"),
                ("police_answer", "not_filed"),
            ),
            "closed",
        ),
        ((("object_transfer", "supervise"), ("police_answer", "filed")), "filed"),
        ((("close_transfer", ""),), "closed"),
    ],
)
def test_every_way_on_when_the_police_do_not_file(desk: Desk, way: Any, end: str) -> None:
    moving = Moving(desk).through(*TO_RECEIVED, (Action.POLICE_ANSWER, "not_filed"))
    for action, choice in way:
        moving.take(Action(action), choice)
    assert moving.now.stage == end


def test_wrong_jurisdiction_is_sent_on_and_still_answered(desk: Desk) -> None:
    moving = Moving(desk).through(*TO_RECEIVED, (Action.POLICE_ANSWER, "forwarded"))
    assert moving.now.stage == TransferStage.FORWARDED
    moving.take(Action.POLICE_ANSWER, "filed")
    assert moving.now.stage.value == TransferStage.FILED.value


def test_to_the_supervisory_organ_ends_with_its_receipt(desk: Desk) -> None:
    moving = Moving(desk)
    moving.take(Action.OPEN_TRANSFER, destination="supervisory")
    for action, choice in TO_RECEIVED:
        moving.take(action, choice)
    assert moving.now.stage is TransferStage.DONE


def test_refused_with_reasons_and_begun_again(desk: Desk) -> None:
    moving = Moving(desk).through((Action.REPORT_TRANSFER, ""))
    refused(
        TransferFault.REASON_MISSING,
        lambda: moving.take(Action.DECIDE_TRANSFER, "refused", reason="   "),
    )
    moving.take(Action.DECIDE_TRANSFER, "refused", reason="金额未达到追诉标准")
    assert moving.now.stage is TransferStage.REFUSED
    assert moving.now.events[-1].reason == "金额未达到追诉标准"
    refused(TransferFault.NOT_OPEN, lambda: moving.take(Action.REPORT_TRANSFER))
    moving.take(Action.OPEN_TRANSFER)
    assert (moving.now.no, moving.now.stage) == (2, TransferStage.OPENED)
    assert len(desk.case(moving.case_id).transfers) == 2


def test_no_step_is_left_out(desk: Desk) -> None:
    """At every stage each action that the table does not open is refused, and changes nothing."""
    moving = Moving(desk)
    refused(TransferFault.NOT_OPEN, lambda: moving.take(Action.REPORT_TRANSFER))
    moving.take(Action.OPEN_TRANSFER)
    refused(TransferFault.OPEN_ALREADY, lambda: moving.take(Action.OPEN_TRANSFER))
    tried = 0
    for step in (*TO_RECEIVED, (Action.POLICE_ANSWER, "filed")):
        now = moving.now
        for action in TRANSFER_ACTIONS:
            if action is Action.OPEN_TRANSFER:
                continue
            for choice in ("", "approved", "filed", "not_filed", "supervise"):
                if any(
                    r.stage is now.stage and r.action is action and r.choice == choice
                    for r in STEPS
                ):
                    continue
                error = refused(
                    TransferFault.STEP,
                    lambda a=action, c=choice: moving.take(a, c),  # type: ignore[misc]
                )
                assert error.facts["stage"] == now.stage
                tried += 1
        assert moving.now == now
        moving.take(*step)
    assert tried > 300


def test_a_team_of_one_or_of_the_wrong_people(desk: Desk) -> None:
    moving = Moving(desk)

    def team(*codes: str) -> Any:
        members = [{"person_id": c} for c in codes]
        return lambda: moving.take(Action.OPEN_TRANSFER, team=members)

    error = refused(TransferFault.TEAM_TOO_FEW, team("h1"))
    assert (error.facts["count"], error.facts["least"]) == (1, 2)
    refused(TransferFault.TEAM_TOO_FEW, team("h1", "h1"))
    refused(TransferFault.TEAM_TOO_FEW, team())
    refused(PeopleFault.INACTIVE, team("h1", "nobody"))
    desk.office(
        "adm", OfficeAction.ADD_RECUSAL, recusal_id=new_id(), person_id="h2", unit="",
        party="示例甲有限公司", case_id="", reason="近亲属",
    )  # fmt: skip
    error = refused(PeopleFault.RECUSED, team("h1", "h2"))
    assert error.facts["name"] == "乙承办"
    assert desk.case(moving.case_id).transfers == ()


def test_only_the_team_reports_and_nobody_of_it_approves(desk: Desk) -> None:
    moving = Moving(desk)
    moving.take(Action.OPEN_TRANSFER, team=[{"person_id": "h2"}, {"person_id": "ah"}])
    refused(TransferFault.NOT_IN_TEAM, lambda: moving.take(Action.REPORT_TRANSFER, who="h1"))
    moving.take(Action.REPORT_TRANSFER, who="h2")
    refused(TransferFault.APPROVER_IN_TEAM, lambda: moving.take(Action.DECIDE_TRANSFER, "approved"))
    refused(
        WorkflowFault.NOT_YOUR_ROLE,
        lambda: moving.take(Action.DECIDE_TRANSFER, "approved", who="uh"),
    )


def test_the_clerk_records_what_the_team_brings(desk: Desk) -> None:
    moving = Moving(desk).through(*TO_DELIVERED)
    moving.take(Action.RECEIPT_TRANSFER, who="ck")
    assert moving.now.events[-1].recorded_by == "ck"


def test_times_are_past_and_in_order(desk: Desk) -> None:
    moving = Moving(desk)
    refused(
        TransferFault.IN_FUTURE,
        lambda: moving.take(Action.OPEN_TRANSFER, at="2099-01-01T00:00:00+00:00"),
    )
    refused(CaseFault.FIELD_MISSING, lambda: moving.take(Action.OPEN_TRANSFER, at=""))
    refused(
        CaseFault.FIELD_MISSING,
        lambda: moving.take(Action.OPEN_TRANSFER, opened_on="2026-02-01"),
    )
    moving.take(Action.OPEN_TRANSFER)
    earlier = (moving.at - timedelta(minutes=1)).isoformat()
    refused(TransferFault.TIME_ORDER, lambda: moving.take(Action.REPORT_TRANSFER, at=earlier))
    same = moving.now.events[-1].at.isoformat()
    moving.take(Action.REPORT_TRANSFER, at=same)
    assert moving.now.stage is TransferStage.REPORTED


def test_the_letter_needs_attachments_and_number(desk: Desk) -> None:
    moving = Moving(desk).through(
        (Action.REPORT_TRANSFER, ""), (Action.DECIDE_TRANSFER, "approved")
    )
    refused(TransferFault.NOT_PREPARED, lambda: moving.take(Action.RESERVE_TRANSFER))
    moving.take(Action.PREPARE_TRANSFER)
    refused(TransferFault.NUMBER_FIRST, lambda: moving.take(Action.ISSUE_TRANSFER))
    moving.take(Action.RESERVE_TRANSFER)
    moving.take(Action.RESERVE_TRANSFER, dated="2026-01-07")
    assert moving.now.number == "示法审移〔2026〕1号", "asked again, the same number"
    moving.take(Action.RESERVE_TRANSFER, year=2027, dated="2027-01-01")
    assert moving.now.number == "示法审移〔2027〕1号", "another year, another number"


def test_the_series_is_its_own(desk: Desk) -> None:
    first = Moving(desk).through(*TO_DELIVERED)
    second = Moving(desk).through(*TO_DELIVERED)
    assert [first.now.number, second.now.number] == ["示法审移〔2026〕1号", "示法审移〔2026〕2号"]
    assert [desk.case(m.case_id).rounds[0].number for m in (first, second)] == [
        "示法审〔2026〕1号", "示法审〔2026〕2号",
    ]  # fmt: skip


def test_no_penalty_before_the_case_was_sent(desk: Desk) -> None:
    moving = Moving(desk, desk.passed()).through(*TO_DELIVERED[:3])
    refused(TransferFault.NO_SUBSTITUTE, lambda: desk.decide(moving.case_id))
    for action, choice in TO_DELIVERED[3:]:
        moving.take(action, choice)
    desk.decide(moving.case_id)
    assert desk.case(moving.case_id).state is State.DECIDED


def test_a_decision_older_than_the_suspicion_stands(desk: Desk) -> None:
    """Art. 11: what was decided before is carried out; the day itself is not before."""
    case_id = desk.signing()
    desk.send("hd", case_id, Action.RESERVE, year=2026, dated="2026-09-01")
    desk.issue(case_id)
    moving = Moving(desk, case_id)
    moving.at = datetime(2026, 9, 10, 2, tzinfo=UTC)
    moving.take(Action.OPEN_TRANSFER, opened_on="2026-09-10")
    refused(TransferFault.NO_SUBSTITUTE, lambda: desk.decide(case_id, decided_on="2026-09-10"))
    desk.decide(case_id, decided_on="2026-09-09")
    assert desk.case(case_id).state is State.DECIDED
    assert moving.now.stage is TransferStage.OPENED


def test_who_was_recused_meanwhile_does_nothing_more(desk: Desk) -> None:
    moving = Moving(desk).through((Action.REPORT_TRANSFER, ""))
    for person in ("ah", "h1"):
        desk.office(
            "adm", OfficeAction.ADD_RECUSAL, recusal_id=new_id(), person_id=person, unit="",
            party="", case_id=moving.case_id, reason="近亲属",
        )  # fmt: skip
    refused(PeopleFault.RECUSED, lambda: moving.take(Action.DECIDE_TRANSFER, "approved"))
    refused(PeopleFault.RECUSED, lambda: moving.take(Action.PREPARE_TRANSFER))
    moving.take(Action.PREPARE_TRANSFER, who="h2")


def test_a_draft_has_no_transfer_and_a_withdrawn_case_keeps_its_own(desk: Desk) -> None:
    draft = Moving(desk, desk.register())
    refused(WorkflowFault.NO_TRANSITION, lambda: draft.take(Action.OPEN_TRANSFER))
    moving = Moving(desk).through((Action.REPORT_TRANSFER, ""))
    desk.send("uh", moving.case_id, Action.WITHDRAW, reason="已移送公安机关处理")
    moving.take(Action.DECIDE_TRANSFER, "approved")
    assert moving.now.stage is TransferStage.APPROVED
    assert desk.case(moving.case_id).state is State.WITHDRAWN


def test_a_repeat_after_a_lost_answer_is_one_step(desk: Desk) -> None:
    moving = Moving(desk)
    moving.take(Action.OPEN_TRANSFER)
    sent: dict[str, Any] = {"at": moving.at.isoformat(), "detail": {}}
    seen, command = desk.version(moving.case_id), new_id()
    for replayed in (False, True):
        answer = desk.send(
            "h1", moving.case_id, Action.REPORT_TRANSFER, seen=seen, command_id=command, **sent
        )
        assert answer.replayed is replayed
    refused(
        CaseFault.STALE,
        lambda: desk.send("h1", moving.case_id, Action.REPORT_TRANSFER, seen=seen, **sent),
    )
    assert len(moving.now.events) == 2


def test_it_stands_in_the_list_of_whoever_it_waits_for(desk: Desk) -> None:
    moving = Moving(desk, desk.decided())  # a case that waits for nobody else

    def lists() -> set[str]:
        mine = ListQuery(scope=ListScope.MINE)
        return {
            who
            for who in ("h1", "h2", "uh", "ck", "hd", "ah", "r1")
            if moving.case_id in {r.case_id for r in desk.sessions[who].reader.worklist(mine)}
        }

    assert lists() == set()
    moving.take(Action.OPEN_TRANSFER)
    assert lists() == {"h1", "h2"}
    moving.take(Action.REPORT_TRANSFER)
    assert lists() == {"ah"}
    moving.take(Action.DECIDE_TRANSFER, "approved")
    assert lists() == {"h1", "h2"}, "the attachments first"
    moving.take(Action.PREPARE_TRANSFER)
    assert lists() == {"hd"}
    for action, choice in TO_RECEIVED[3:]:
        moving.take(action, choice)
    assert lists() == set(), "the police's answer waits for nobody here"
    moving.take(Action.POLICE_ANSWER, "filed")
    assert lists() == {"h1", "h2"}
    moving.take(Action.HAND_OVER)
    assert lists() == set()


_ONE_MORE = (
    "insert into transfer_member (office_id, case_id, no, person_id, place, name, certificate)"
    " select office_id, case_id, no, 'r1', 9, '己', 'Z' from transfer"
)


@pytest.mark.parametrize(
    "statement",
    [
        "update transfer set stage = 'supervised' where stage = 'delivered'",
        "update transfer set stage = 'approved', ended = 0",
        "update transfer set stage = 'filed'",
        "update transfer set stage = 'done', ended = 1",
        "update transfer set opened_on = '2027-01-01'",
        "update transfer set letter_sha256 = 'x'",
        "update transfer set attachments = '[]'",
        "update transfer set last_at = '2020-01-01T00:00:00.000000Z'",
        "delete from transfer",
        "update transfer_event set at = '2026-01-01T00:00:00.000000Z'",
        "delete from transfer_event",
        "update transfer_member set name = '别人'",
        "delete from transfer_member",
        _ONE_MORE,
        "update transfer_number set status = 'reserved'",
        "update transfer_number set label = '示法审移〔2026〕9号'",
        "delete from transfer_number",
    ],
)
def test_another_tool_cannot_rewrite_it(
    embedded_desk: Desk, embedded_path: Path, statement: str
) -> None:
    Moving(embedded_desk).through(*TO_DELIVERED)
    refused_by_a_wall = pytest.raises(sqlite3.IntegrityError, match="SZ-")
    with closing(sqlite3.connect(embedded_path)) as db, refused_by_a_wall:
        db.execute(statement)
