"""JSON that no desk writes is refused, or kept so that everybody can still read the case: every
place of every command's payload, with a number, a list, an object, nothing … in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sanzhi_desktop.application.commands import Command, OfficeAction, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.reader import DatabaseReader
from tests.persistence.desk import ADMIN, Desk, Sessions, paper, submission
from tests.persistence.disputes import everything
from tests.persistence.odd import Sent, Tried, Trying
from tests.persistence.test_transfer import TO_RECEIVED, Moving

FIRST: dict[str, Any] = {"declared": True, "round_reason": "first"}


def read(reader: DatabaseReader, sent: Sent) -> None:
    """Everything that a desk reads of a case, or of the office."""
    if isinstance(sent, Command):
        case = reader.case(sent.case_id)
        reader.dispute(sent.case_id)
        reader.history(sent.case_id)
        reader.clock_events((sent.case_id,))
        reader.worklist(ListQuery(scope=ListScope.ALL))
        reader.similar(case)
        reader.documents(sent.case_id)
        return
    reader.office()
    people = (reader.people, reader.recusals, reader.experts, reader.certificates)
    office = (reader.roots, reader.seals, reader.calendars, reader.editions)
    kept = (reader.irregularities, reader.numbers, reader.counters, reader.waiting_cases)
    for rows in (*people, *office, *kept):
        rows()
    for meeting in reader.meetings():
        reader.meeting(meeting.meeting_id)
    for profile in reader.editions():
        reader.profile_applied(profile.profile_id, profile.edition)


def _before_the_review(desk: Desk) -> None:
    case_id = desk.register()
    desk.send("h1", case_id, Action.EDIT, submission=submission(facts="补充"), materials=[])
    desk.send("uh", case_id, Action.CONFIRM, **FIRST)
    days = {"number": 3, "unit": "working_day"}
    notice: dict[str, Any] = {"missing": ["笔录"], "days": days, "document": paper("correction")}
    desk.send("ck", case_id, Action.ASK_CORRECTION, reason="缺", **notice)
    desk.send("uh", case_id, Action.CONFIRM, **FIRST)
    signed: dict[str, Any] = {"document": paper("out"), "confirmed": {"by": "password"}}
    desk.send("ck", case_id, Action.RETURN, reason="理由", scope={"examined": []}, **signed)
    other = desk.register()
    desk.send("uh", other, Action.NOT_NEEDED, reason="理由", scope={"examined": []}, **signed)


def _review(desk: Desk) -> None:
    case_id = desk.confirmed()
    desk.send("ck", case_id, Action.OPEN)
    desk.send("ck", case_id, Action.ACCEPT, scope={"needs_review": True}, due_on="2099-09-24")
    listed: dict[str, Any] = {"items": ["A01", "B02"], "vetoes": ["B02"]}
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2", **listed)
    desk.send("ld", case_id, Action.REASSIGN, reason="病假", reviewer="r1", **listed)
    extended: dict[str, Any] = {
        "number": 3,
        "unit": "working_day",
        "approver": "hd",
        "due_on": "2099-09-27",
    }
    desk.send("hd", case_id, Action.EXTEND, reason="复杂", **extended)
    period: dict[str, Any] = {"number": 30, "unit": "calendar_day", "approver": "局长"}
    period |= {"approved_on": "2026-01-05", "paper": "审批表"}
    desk.send("h1", case_id, Action.EXTEND_CASE, reason="复杂", **period)
    note = {"note": "说明", "evidence": "第1页"}
    answers = [{"item_id": i, "answer": "CONFORMS", **note} for i in ("A01", "B02")]
    desk.send("r1", case_id, Action.ANSWER, answers=answers)
    desk.send("r1", case_id, Action.DRAFT_OPINION, opinion={"opening": "……", "problems": []})
    until = (local_date(desk.gateway("ld").now()) + timedelta(days=9)).isoformat()
    desk.send("ld", case_id, Action.REMIND, person_id="r1", text="请抓紧", until=until)
    request = new_id()
    asked: dict[str, Any] = {"person_id": "r2", "question": "裁量？", "until": until}
    desk.send("r1", case_id, Action.ASK_OPINION, command_id=request, **asked)
    desk.send("r2", case_id, Action.GIVE_OPINION, request_id=request, opinion="适当。")
    desk.certify(case_id)
    desk.reserve(case_id)
    desk.send("hd", case_id, Action.SEND_BACK, reason="再核")
    desk.certify(case_id)
    desk.reserve(case_id)
    desk.issue(case_id)
    desk.decide(case_id)


def _adopted(desk: Desk) -> None:
    case_id = desk.responding()
    responses = [{"number": n, "response": "已改"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=responses)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")
    desk.certify(case_id, who="r2")
    desk.reserve(case_id)
    desk.issue(case_id)
    desk.decide(case_id)
    adoptions = [{"number": n, "adoption": "partly", "reason": "理由"} for n in (1, 2)]
    desk.send("h1", case_id, Action.ADOPT, adoptions=adoptions)
    other = desk.passed()
    desk.send("h1", other, Action.NEW_ROUND, reason="变化", round_reason="materials_changed")


def _transferred(desk: Desk) -> None:
    moving = Moving(desk).through(*TO_RECEIVED)
    members = [{"person_id": code} for code in ("h1", "r2")]
    moving.take(Action.CHANGE_TRANSFER_TEAM, who="ld", team=members)


def _office(desk: Desk) -> None:
    person: dict[str, Any] = {"person_id": "zz", "name": "某", "unit": "法制科", "active": True}
    desk.office(ADMIN, OfficeAction.PUT_PERSON, **person)
    grants = [{"role": "clerk", "valid_from": "2026-01-01", "valid_to": None, "basis": ""}]
    desk.office(ADMIN, OfficeAction.SET_ROLES, person_id="zz", grants=grants)
    recusal: dict[str, Any] = {
        "recusal_id": "x1",
        "person_id": "r2",
        "party": "某",
        "reason": "近亲属",
    }
    desk.office("ld", OfficeAction.ADD_RECUSAL, **recusal)
    desk.office("ld", OfficeAction.DROP_RECUSAL, recusal_id="x1")
    key: dict[str, Any] = {"fingerprint": "f1", "person_id": "r1", "source": "p12", "pem": "PEM"}
    key |= {
        "serial": "1",
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": "2029-01-01T00:00:00Z",
    }
    desk.office(ADMIN, OfficeAction.PUT_CERTIFICATE, **key)
    desk.office(ADMIN, OfficeAction.REVOKE_CERTIFICATE, fingerprint="f1", reason="离职")
    seal: dict[str, Any] = {
        "seal_id": "s1",
        "name": "章",
        "custodian": "hd",
        "image": "AAEC",
        "media": "image/png",
    }
    desk.office(ADMIN, OfficeAction.PUT_SEAL, **seal)
    desk.office(ADMIN, OfficeAction.PUT_ROOT, fingerprint="1", pem="PEM", name="CA")
    edition: dict[str, Any] = {
        "profile_id": "haimen",
        "edition": "2026-9",
        "applied": {"a": ["文"]},
    }
    desk.office(ADMIN, OfficeAction.PUBLISH_PROFILE, effective_from="2026-01-01", **edition)
    notice: dict[str, Any] = {
        "year": 2027,
        "edition": "2027.1",
        "number": "1",
        "arrangement": '{"年": 1}',
    }
    desk.office(ADMIN, OfficeAction.PUBLISH_CALENDAR, **notice)
    case_id = desk.accepted()
    move: dict[str, Any] = {"year": 2027, "edition": "2027.1", "due_from": None}
    desk.send(ADMIN, case_id, Action.MOVE_DUE, reason="通知", due_on="2099-01-01", **move)
    found: dict[str, Any] = {
        "irregularity_id": new_id(),
        "case_id": "",
        "agency": "局",
        "decision_number": "1",
    }
    found |= {"decided_on": "2026-09-01", "content": "罚款", "note": ""}
    desk.office("ck", OfficeAction.RECORD_IRREGULARITY, **found)


FLOWS: tuple[Callable[[Desk], Any], ...] = (
    _before_the_review, _review, _adopted, _transferred, _office, everything,
)  # fmt: skip


def _trying(desk: Desk, tried: Tried) -> Desk:
    def session(who: str) -> Session:
        made = desk.sessions[who]
        return replace(made, gateway=Trying(made, tried, read))

    return Desk(desk.office_id, Sessions(session))


@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.__name__.strip("_"))
def test_what_no_desk_writes_keeps_nobody_from_reading(
    desk: Desk, flow: Callable[[Desk], Any]
) -> None:
    tried = Tried()
    flow(_trying(desk, tried))
    assert (tried.unread, tried.raised) == ([], [])
    assert tried.refused > 10
    assert tried.taken > 10
    assert desk.sessions["au"].reader.verify_chains() == ()
