"""The contract of a meeting: who meets, speaks, votes and signs, the same on both databases."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.commands import OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Choice, ItemState, MeetingFault, MeetingState
from sanzhi_desktop.domain.meeting_rules import minority
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.open import open_embedded
from tests.persistence import disputes
from tests.persistence.desk import START, Desk, Sessions, Ticking, paper
from tests.persistence.test_contract import refused

CHECKS_READERS = True  # after every command on the server

ALL_HERE = ("a3", "a2", "a1")


def test_a_meeting_from_the_plan_to_the_last_signature(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.decided(desk, case_id)
    found = disputes.meeting(desk, meeting_id)
    item = found.items[0]
    assert (found.state, item.state, item.points) == (
        MeetingState.CLOSED, ItemState.CLOSED, (1, 2),
    )  # fmt: skip
    assert [s.person_id for s in item.speeches] == list(ALL_HERE)
    assert [r.person_id for r in item.reports] == ["h1"]
    assert {(v.person_id, v.choice) for v in item.votes if v.number == 1} == {
        ("a1", Choice.ADOPT), ("a2", Choice.ADOPT), ("a3", Choice.ABSTAIN),
    }  # fmt: skip
    assert [s.person_id for s in minority(item)] == ["a3"]
    first = disputes.certified(desk, meeting_id)
    assert disputes.meeting(desk, meeting_id).state is MeetingState.SIGNING
    second = disputes.sign(desk, meeting_id, "a2")
    refused(
        MeetingFault.SIGNED_MEANWHILE, lambda: disputes.sign(desk, meeting_id, "a3", seen=first)
    )
    refused(MeetingFault.SIGNED_ALREADY, lambda: disputes.sign(desk, meeting_id, "a2"))
    refused(MeetingFault.CHAIR_SIGNS_LAST, lambda: disputes.sign(desk, meeting_id, "a1"))
    refused(MeetingFault.NOT_SIGNER, lambda: disputes.sign(desk, meeting_id, "hd"))
    refused(
        DisputeFault.NOT_DECIDED,
        lambda: desk.send("se", case_id, Action.DISCUSS, meeting_id=meeting_id),
    )
    disputes.sign(desk, meeting_id, "a3", seen=second)
    last = disputes.sign(desk, meeting_id, "a1")
    found = disputes.meeting(desk, meeting_id)
    assert (found.state, found.minutes_sha256) == (MeetingState.SIGNED, last)
    assert all(m.signed_at for m in found.present)
    reader = desk.sessions["h1"].reader
    assert reader.meeting_document(first).startswith(b"%PDF")
    assert [m.meeting_id for m in reader.meetings()] == [meeting_id]
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_wrong_rosters_are_refused(desk: Desk) -> None:
    def members(*codes: str) -> list[dict[str, str]]:
        return [{"person_id": c, "post": "副局长"} for c in codes]

    for changes, code in (
        ({"members": members("a1", "a2", "a1")}, MeetingFault.MEMBER_TWICE),
        ({"members": members("a1", "h1")}, MeetingFault.NOT_HEAD),
        ({"members": members("a1")}, MeetingFault.MEMBERS_TOO_FEW),
        ({"members": members("a2", "a3")}, MeetingFault.CHAIR_NOT_MEMBER),
        ({"recorder": "ck"}, MeetingFault.RECORDER_UNFIT),
        ({"place": " "}, MeetingFault.FIELD_MISSING),
        ({"members": [{"person_id": "a1", "post": ""}]}, MeetingFault.FIELD_MISSING),
        ({"held_on": "tomorrow"}, PersistenceFault.BAD_PAYLOAD),
    ):
        refused(code, partial(disputes.plan, desk, **changes))
    refused(
        PersistenceFault.NOT_ALLOWED,
        lambda: disputes.plan(desk, who="h1"),
    )


def test_an_acting_head_sits_and_signs_within_his_period(
    embedded_desk: Desk, embedded_path: Path
) -> None:
    desk = embedded_desk
    case_id = disputes.escalated(desk)
    today = disputes.held_on(desk)

    def acting(**period: str) -> None:
        grant = {"role": "agency_head", "basis": "示政任〔2026〕3号", "valid_from": "2026-01-01"}
        desk.office("adm", OfficeAction.SET_ROLES, person_id="a3", grants=[grant | period])

    acting(valid_to=disputes.day_before(desk))
    refused(MeetingFault.NOT_HEAD, lambda: disputes.plan(desk))
    acting(valid_to=today)
    meeting_id = disputes.decided(desk, case_id)
    member = disputes.meeting(desk, meeting_id).member("a3")
    assert member is not None
    assert (member.basis, str(member.valid_to)) == ("示政任〔2026〕3号", today)
    disputes.certified(desk, meeting_id)
    opened = open_embedded(embedded_path, clock=Ticking(START + timedelta(days=3)))
    later = Desk(opened.office_id, Sessions(opened.session))
    error = refused(MeetingFault.ACTING_ENDED, lambda: disputes.sign(later, meeting_id, "a3"))
    assert error.facts["date"] == today
    acting(valid_to="2026-12-31")
    disputes.sign(later, meeting_id, "a3")
    opened.close()


def test_only_escalated_cases_come_on_one_agenda_and_not_before(desk: Desk) -> None:
    escalated = disputes.escalated(desk)
    other = desk.responding()
    early = disputes.plan(desk, held_on=disputes.day_before(desk))
    meeting_id = disputes.plan(desk)

    def agenda(where: str, *cases: str) -> None:
        items = [{"case_id": c} for c in cases]
        disputes.act(desk, where, OfficeAction.PUT_AGENDA, items=items)

    refused(MeetingFault.CASE_NOT_ESCALATED, lambda: agenda(meeting_id, other))
    refused(MeetingFault.CASE_NOT_ESCALATED, lambda: agenda(meeting_id, "no such case"))
    refused(MeetingFault.CASE_TWICE, lambda: agenda(meeting_id, escalated, escalated))
    refused(MeetingFault.BEFORE_ESCALATION, lambda: agenda(early, escalated))
    agenda(meeting_id, escalated)
    refused(MeetingFault.ON_OTHER_AGENDA, lambda: agenda(disputes.plan(desk), escalated))
    refused(
        MeetingFault.BEFORE_ESCALATION,
        lambda: disputes.plan(desk, meeting_id, held_on=disputes.day_before(desk), seen=None),
    )
    refused(
        DisputeFault.ON_AGENDA,
        lambda: desk.send("uh", escalated, Action.WITHDRAW_ESCALATION, reason="撤回"),
    )
    assert desk.sessions["se"].reader.waiting_cases()[0].meeting_id == meeting_id
    agenda(meeting_id)
    desk.send("uh", escalated, Action.WITHDRAW_ESCALATION, reason="撤回")


def test_a_roll_call_that_opens_no_meeting(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.plan(desk)

    def call(**changes: Any) -> None:
        facts: dict[str, Any] = {
            "quorum": 2,
            "quorum_rule": "过半数",
            "members": disputes.roll(),
            "recusals": [],
        }
        disputes.act(desk, meeting_id, OfficeAction.OPEN_MEETING, **(facts | changes))

    refused(MeetingFault.AGENDA_EMPTY, call)
    disputes.act(desk, meeting_id, OfficeAction.PUT_AGENDA, items=[{"case_id": case_id}])
    away = disputes.roll(a2="出差", a3="休假")
    refused(MeetingFault.NO_QUORUM, lambda: call(members=away, quorum=0))
    refused(MeetingFault.NO_QUORUM, lambda: call(members=disputes.roll(a2="出差"), quorum=3))
    refused(MeetingFault.ABSENCE_REASON, lambda: call(members=disputes.roll(a2=" ")))
    refused(MeetingFault.ATTENDANCE_MISSING, lambda: call(members=disputes.roll()[:2]))
    refused(MeetingFault.CHAIR_ABSENT, lambda: call(members=disputes.roll(a1="出差")))
    recusal: dict[str, Any] = {"case_id": case_id, "person_id": "a2", "reason": ""}
    refused(MeetingFault.RECUSAL_REASON, lambda: call(recusals=[recusal]))
    chair = recusal | {"person_id": "a1", "reason": "近亲属"}
    refused(MeetingFault.CHAIR_RECUSED, lambda: call(recusals=[chair]))
    desk.office(
        "ld",
        OfficeAction.ADD_RECUSAL,
        recusal_id="x",
        person_id="a2",
        unit="",
        party="示例甲有限公司",
        case_id="",
        reason="投资关系",
    )
    refused(MeetingFault.RECUSED, call)
    call(recusals=[recusal | {"reason": "投资关系"}])
    refused(
        MeetingFault.WRONG_STATE,
        lambda: disputes.act(desk, meeting_id, OfficeAction.PUT_AGENDA, items=[]),
    )


def test_a_meeting_of_tomorrow_is_not_opened_today(embedded_desk: Desk) -> None:
    desk = embedded_desk
    case_id = disputes.escalated(desk)
    meeting_id = disputes.plan(desk, held_on="2099-01-04")
    disputes.act(desk, meeting_id, OfficeAction.PUT_AGENDA, items=[{"case_id": case_id}])
    facts: dict[str, Any] = {
        "quorum": 2,
        "quorum_rule": "",
        "members": disputes.roll(),
        "recusals": [],
    }
    refused(
        MeetingFault.IN_FUTURE,
        lambda: disputes.act(desk, meeting_id, OfficeAction.OPEN_MEETING, **facts),
    )


def test_order_of_speaking_and_who_may_speak(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    recusal: dict[str, Any] = {"case_id": case_id, "person_id": "a2", "reason": "近亲属"}
    meeting_id = disputes.opened(desk, case_id, recusals=[recusal])

    def speak(who: str, kind: str = "opinion") -> None:
        disputes.speak(desk, meeting_id, case_id, who, kind)

    refused(MeetingFault.REPORT_MISSING, lambda: speak("a3"))
    refused(MeetingFault.REPORTER_UNFIT, lambda: speak("a3", "report"))
    speak("h2", "report")
    speak("r1", "report")
    refused(MeetingFault.HANDLER, lambda: speak("h1"))
    refused(MeetingFault.NOT_PRESENT, lambda: speak("hd"))
    refused(MeetingFault.RECUSED, lambda: speak("a2"))
    refused(MeetingFault.CHAIR_LAST, lambda: speak("a1"))
    speak("a3")
    refused(MeetingFault.SPOKEN, lambda: speak("a3"))
    speak("a1")
    refused(MeetingFault.CHAIR_SPOKE, lambda: speak("h1", "report"))
    refused(
        MeetingFault.ITEM_UNKNOWN,
        lambda: disputes.speak(desk, meeting_id, new_id(), "a3"),
    )


def test_votes_and_rulings(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id, a2="出差")

    def vote(choices: dict[str, str], *numbers: int) -> None:
        cast = disputes.votes(choices, numbers)
        disputes.act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)

    def close(ruling: str, *numbers: int, **more: Any) -> None:
        made = disputes.rulings(ruling, numbers, **more)
        disputes.act(desk, meeting_id, OfficeAction.CLOSE_ITEM, case_id=case_id, rulings=made)

    refused(MeetingFault.NOT_ALL_SPOKEN, lambda: vote({"a3": "adopt"}, 1))
    disputes.discussed(desk, meeting_id, case_id, ("a3", "a1"))
    refused(MeetingFault.HANDLER, lambda: vote({"h1": "adopt"}, 1))
    refused(MeetingFault.NOT_PRESENT, lambda: vote({"a2": "adopt"}, 1))
    refused(MeetingFault.POINT_UNKNOWN, lambda: vote({"a3": "adopt"}, 9))
    vote({"a3": "uphold", "a1": "adopt"}, 1)
    refused(MeetingFault.VOTED, lambda: vote({"a3": "adopt"}, 1))
    refused(MeetingFault.VOTES_MISSING, lambda: close("adopt", 1, 2))
    vote({"a3": "adopt", "a1": "adopt"}, 2)
    refused(MeetingFault.AGAINST_VOTES, lambda: close("adopt", 1, 2))
    refused(MeetingFault.CONTENT_MISSING, lambda: close("other", 1, 2))
    refused(MeetingFault.RULING_MISSING, lambda: close("adopt", 2))
    refused(MeetingFault.POINT_UNKNOWN, lambda: close("adopt", 2, 5))
    refused(MeetingFault.ITEMS_OPEN, lambda: disputes.act(desk, meeting_id, _CLOSE))
    made = [
        *disputes.rulings("uphold", (1,), against_votes="主要负责人综合各方意见决定"),
        *disputes.rulings("adopt", (2,)),
    ]
    disputes.act(desk, meeting_id, OfficeAction.CLOSE_ITEM, case_id=case_id, rulings=made)
    refused(MeetingFault.ITEM_CLOSED, lambda: vote({"a3": "adopt"}, 2))
    disputes.act(desk, meeting_id, _CLOSE)
    item = disputes.meeting(desk, meeting_id).items[0]
    assert [(r.number, r.ruling, r.permits) for r in item.rulings] == [
        (1, "uphold", False), (2, "adopt", True),
    ]  # fmt: skip


_CLOSE = OfficeAction.CLOSE_MEETING


def test_a_case_taken_off_waits_for_the_next_meeting(embedded_desk: Desk) -> None:
    desk = embedded_desk
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    off: dict[str, Any] = {"case_id": case_id}
    refused(
        MeetingFault.FIELD_MISSING,
        lambda: disputes.act(desk, meeting_id, OfficeAction.DROP_ITEM, reason="", **off),
    )
    disputes.act(desk, meeting_id, OfficeAction.DROP_ITEM, reason="材料待补", **off)
    disputes.act(desk, meeting_id, _CLOSE)
    waiting = desk.sessions["se"].reader.waiting_cases()
    assert [(w.case_id, w.meeting_id) for w in waiting] == [(case_id, "")]
    again = disputes.plan(desk)
    disputes.act(desk, again, OfficeAction.PUT_AGENDA, items=[off])
    disputes.act(desk, again, OfficeAction.CANCEL_MEETING, reason="改期")
    assert disputes.meeting(desk, again).state is MeetingState.CANCELLED
    assert disputes.held(desk, case_id)


def test_two_secretaries_do_not_write_over_each_other(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    version = disputes.meeting(desk, meeting_id).version
    speech: dict[str, Any] = {
        "case_id": case_id,
        "person_id": "h1",
        "kind": "report",
        "seen": version,
    }
    disputes.act(desk, meeting_id, OfficeAction.SPEAK, text="第一位秘书记录", **speech)
    error = refused(
        MeetingFault.STALE,
        lambda: disputes.act(desk, meeting_id, OfficeAction.SPEAK, text="第二位", **speech),
    )
    assert error.facts == {"seen": version, "current": version + 1}
    found = disputes.meeting(desk, meeting_id).items[0].reports
    assert [r.text for r in found] == ["第一位秘书记录"]


def test_writing_at_the_same_moment_one_wins_and_the_other_is_told(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    version = disputes.meeting(desk, meeting_id).version
    _ = desk.sessions["se"]

    def report(text: str) -> str:
        try:
            disputes.act(
                desk, meeting_id, OfficeAction.SPEAK, case_id=case_id, person_id="h1",
                kind="report", text=text, seen=version,
            )  # fmt: skip
        except DomainError as error:
            return error.code.value
        return "done"

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(report, ("甲", "乙")))
    assert answers == ["done", "meeting.stale"]
    assert len(disputes.meeting(desk, meeting_id).items[0].reports) == 1


def test_a_vote_cut_off_in_the_middle_is_found_done_when_repeated(desk: Desk) -> None:
    """The answer was lost: the same command again is recognised, and no vote is counted twice."""
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    disputes.discussed(desk, meeting_id, case_id, ALL_HERE)
    seen = disputes.meeting(desk, meeting_id).version
    cast = disputes.votes(dict.fromkeys(ALL_HERE, "adopt"), (1, 2))
    command = OfficeCommand(
        new_id(),
        desk.office_id,
        OfficeAction.VOTE,
        {"meeting_id": meeting_id, "seen_version": seen, "case_id": case_id, "votes": cast},
    )
    broken = OfficeCommand(
        new_id(),
        desk.office_id,
        OfficeAction.VOTE,
        {**command.payload, "votes": [*cast, *disputes.votes({"hd": "adopt"}, (1,))]},
    )
    refused(MeetingFault.NOT_PRESENT, lambda: desk.gateway("se").send_office(broken))
    assert disputes.meeting(desk, meeting_id).items[0].votes == ()
    assert not desk.gateway("se").send_office(command).replayed
    assert desk.gateway("se").send_office(command).replayed
    assert len(disputes.meeting(desk, meeting_id).items[0].votes) == 6


def test_minutes_are_made_by_the_recorder_and_then_stand(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.decided(desk, case_id)
    made = paper("minutes")
    call: dict[str, Any] = {"content": "{}", "document": made}
    refused(
        MeetingFault.NOT_RECORDER,
        lambda: disputes.act(desk, meeting_id, OfficeAction.CERTIFY_MINUTES, who="a1", **call),
    )
    wrong = call | {"document": made | {"sha256": "0" * 64}}
    refused(
        PersistenceFault.DIGEST_MISMATCH,
        lambda: disputes.act(desk, meeting_id, OfficeAction.CERTIFY_MINUTES, **wrong),
    )
    refused(MeetingFault.WRONG_STATE, lambda: disputes.sign(desk, meeting_id, "a3", seen="0" * 64))
    disputes.act(desk, meeting_id, OfficeAction.CERTIFY_MINUTES, **call)
    for action, payload in (
        (OfficeAction.SPEAK, {"case_id": case_id, "person_id": "h1", "kind": "report"}),
        (OfficeAction.VOTE, {"case_id": case_id, "votes": []}),
        (OfficeAction.CERTIFY_MINUTES, call),
    ):
        refused(
            MeetingFault.WRONG_STATE,
            partial(disputes.act, desk, meeting_id, action, text="改", **payload),
        )


@pytest.mark.parametrize(
    "statement",
    [
        "update meeting set content = '{}x' where state = 'signing'",
        "update meeting set held_on = '2020-01-01'",
        "update meeting set state = 'signed', signed = 1, version = version + 1",
        "update meeting_member set post = '局长'",
        "delete from meeting_member where person_id = 'a2'",
        "update speech set text = '改'",
        "delete from vote",
        "update vote set choice = 'uphold'",
        (
            "insert into vote select v.office_id, v.case_id, v.meeting_id, 3, v.person_id,"
            " v.choice,"
            " v.cast_at, v.readers from vote v limit 1"
        ),
        "update ruling set ruling = 'uphold'",
        "update agenda_item set state = 'dropped'",
        "delete from agenda_item",
        "delete from minutes",
        "update minutes set content = x'00'",
        "update record_edition set content = '{}x'",
        "update objection_point set reply = '改'",
        "update escalation set withdrawn_at = escalated_at, edition = 7",
        "insert or replace into objection select * from objection",
        "delete from consultation_entry",
        "update consultation_entry set text = '改'",
    ],
)
def test_the_tables_refuse_what_no_command_does(
    embedded_desk: Desk, embedded_path: Path, statement: str
) -> None:
    desk = embedded_desk
    case_id = disputes.escalated(desk, results={1: "open", 2: "open"})
    meeting_id = disputes.decided(desk, case_id)
    disputes.certified(desk, meeting_id)
    disputes.sign(desk, meeting_id, "a3")
    with sqlite3.connect(embedded_path) as db, pytest.raises(sqlite3.IntegrityError) as caught:
        db.execute(statement)
    assert "SZ-" in str(caught.value)


def test_no_clearance_is_written_past_the_meeting(embedded_desk: Desk, embedded_path: Path) -> None:
    """Foreign keys off, as other tools have them: the trigger refuses as well."""
    desk = embedded_desk
    case_id = disputes.escalated(desk)
    meeting_id = disputes.held(desk, case_id)
    desk.send("se", case_id, Action.DISCUSS, meeting_id=meeting_id)
    insert = (
        "insert into clearance (office_id, clearance_id, case_id, round, origin, outcome, issued,"
        " kind, party_name, party_number, amount_fen, opened_at, meeting_id, permits)"
        " select office_id, 'k', case_id, round, 'collective_decision', outcome, issued, {kind},"
        " party_name, party_number, amount_fen, issued_at, ?, 1 from round where case_id = ?"
    )
    for kind in ("kind", "'permit'"):
        with sqlite3.connect(embedded_path) as db, pytest.raises(sqlite3.IntegrityError) as caught:
            db.execute(insert.replace("{kind}", kind), (meeting_id, case_id))
        assert "SZ-GATE" in str(caught.value)
    with sqlite3.connect(embedded_path) as db, pytest.raises(sqlite3.IntegrityError) as caught:
        db.execute(
            "update case_ set state = 'passed', version = version + 1 where case_id = ?", (case_id,)
        )
    assert "SZ-GATE" in str(caught.value)
    with pytest.raises(DomainError) as refusal:
        desk.decide(case_id)
    assert refusal.value.code.value == "workflow.no_transition"
