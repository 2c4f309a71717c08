"""The contract of what is put right in a meeting: votes, roll call, recusals; on both databases."""

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.meeting import (
    Attendance,
    Choice,
    ItemState,
    MeetingFault,
    MeetingState,
    MyPart,
)
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence import disputes
from tests.persistence.desk import Desk
from tests.persistence.test_contract import refused

CHECKS_READERS = True  # after every command on the server

ALL_HERE = ("a3", "a2", "a1")
WHY = "录入时看错了行"


def _correct(desk: Desk, meeting_id: str, case_id: str, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "case_id": case_id,
        "votes": disputes.votes({"a3": "uphold"}, (1,)),
        "reason": WHY,
    }
    disputes.act(desk, meeting_id, OfficeAction.CORRECT_VOTE, **(facts | changes))


def _roll(desk: Desk, meeting_id: str, **changes: Any) -> None:
    facts: dict[str, Any] = {"members": [], "recusals": [], "reason": WHY}
    disputes.act(desk, meeting_id, OfficeAction.CORRECT_ROLL, **(facts | changes))


def _absent(who: str, reason: str = "因病请假") -> list[dict[str, str]]:
    return [{"person_id": who, "attendance": "absent", "reason": reason}]


def _recusal(case_id: str, who: str, *, on: bool = True) -> list[dict[str, Any]]:
    reason = "近亲属" if on else ""
    return [{"case_id": case_id, "person_id": who, "recused": on, "reason": reason}]


def test_a_vote_is_put_right_and_the_first_one_stays(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    refused(MeetingFault.NOT_VOTED, lambda: _correct(desk, meeting_id, case_id))
    disputes.discussed(desk, meeting_id, case_id, ALL_HERE)
    cast = disputes.votes({"a1": "uphold", "a2": "adopt", "a3": "adopt"}, (1, 2))
    disputes.act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)
    for changes, code in (
        ({"reason": "  "}, MeetingFault.CORRECTION_REASON),
        ({"votes": disputes.votes({"a3": "adopt"}, (1,))}, MeetingFault.NOTHING_CORRECTED),
        ({"votes": []}, MeetingFault.NOTHING_CORRECTED),
        ({"votes": disputes.votes({"h1": "adopt"}, (1,))}, MeetingFault.NOT_VOTED),
        ({"case_id": "elsewhere"}, MeetingFault.ITEM_UNKNOWN),
        ({"who": "h1"}, PersistenceFault.NOT_ALLOWED),
    ):
        refused(code, partial(_correct, desk, meeting_id, **({"case_id": case_id} | changes)))
    _correct(desk, meeting_id, case_id)
    again = disputes.votes({"a3": "abstain"}, (1,))
    _correct(desk, meeting_id, case_id, votes=again, reason="再次核对录音")
    item = disputes.meeting(desk, meeting_id).items[0]
    assert {(v.number, v.person_id): v.choice for v in item.votes}[1, "a3"] is Choice.ABSTAIN
    assert [(c.was, c.choice, c.reason, c.made_by) for c in item.corrections] == [
        (Choice.ADOPT, Choice.UPHOLD, WHY, "se"),
        (Choice.UPHOLD, Choice.ABSTAIN, "再次核对录音", "se"),
    ]
    # The ruling goes by what counts: one for, one against, one abstained is no majority.
    close = partial(disputes.act, desk, meeting_id, OfficeAction.CLOSE_ITEM, case_id=case_id)
    refused(MeetingFault.AGAINST_VOTES, lambda: close(rulings=disputes.rulings("adopt", (1, 2))))
    _correct(desk, meeting_id, case_id, votes=cast[2:3], reason="第一次记的是对的")
    close(rulings=disputes.rulings("adopt", (1, 2)))
    refused(MeetingFault.VOTE_DECIDED, lambda: _correct(desk, meeting_id, case_id))
    disputes.act(desk, meeting_id, OfficeAction.CLOSE_MEETING)
    refused(MeetingFault.VOTE_DECIDED, lambda: _correct(desk, meeting_id, case_id))
    disputes.certified(desk, meeting_id)
    refused(MeetingFault.WRONG_STATE, lambda: _correct(desk, meeting_id, case_id))
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_a_decision_recorded_wrongly_waits_for_another_meeting(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.decided(desk, case_id)
    assert disputes.meeting(desk, meeting_id).state is MeetingState.CLOSED
    off = partial(disputes.act, desk, meeting_id, OfficeAction.DROP_ITEM, case_id=case_id)
    off(reason="表决记录有误，决定不能成立")
    refused(MeetingFault.ITEM_CLOSED, lambda: off(reason="又一次"))
    item = disputes.meeting(desk, meeting_id).items[0]
    assert (item.state, item.dropped_because) == (ItemState.DROPPED, "表决记录有误，决定不能成立")
    waiting = desk.sessions["se"].reader.waiting_cases()
    assert [(w.case_id, w.meeting_id) for w in waiting] == [(case_id, "")]
    assert disputes.held(desk, case_id)


def test_the_roll_call_is_put_right_until_the_minutes(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    for changes, code in (
        ({"members": _absent("a2"), "reason": " "}, MeetingFault.CORRECTION_REASON),
        ({"members": _absent("a2", " ")}, MeetingFault.ABSENCE_REASON),
        ({"members": _absent("a1")}, MeetingFault.CHAIR_ABSENT),
        ({"members": _absent("h1")}, MeetingFault.NOT_MEMBER),
        ({"members": _absent("a2") + _absent("a3")}, MeetingFault.QUORUM_LOST),
        (
            {"members": [{"person_id": "a2", "attendance": "present", "reason": ""}]},
            MeetingFault.NOTHING_CORRECTED,
        ),
        ({}, MeetingFault.NOTHING_CORRECTED),
        ({"recusals": _recusal(case_id, "a1")}, MeetingFault.CHAIR_RECUSED),
        ({"recusals": _recusal(case_id, "a2", on=False)}, MeetingFault.NOTHING_CORRECTED),
        ({"members": _absent("a2"), "who": "a1"}, PersistenceFault.NOT_ALLOWED),
    ):
        refused(code, partial(_roll, desk, meeting_id, **changes))
    _roll(desk, meeting_id, members=_absent("a2"))
    found = disputes.meeting(desk, meeting_id)
    assert [m.person_id for m in found.present] == ["a1", "a3"]
    assert [
        (c.person_id, c.was, c.attendance, c.absence_reason, c.reason) for c in found.corrections
    ] == [("a2", Attendance.PRESENT, Attendance.ABSENT, "因病请假", WHY)]
    disputes.discussed(desk, meeting_id, case_id, ("a3",))
    came = [{"person_id": "a2", "attendance": "present", "reason": ""}]
    both = _absent("a3") + came
    refused(MeetingFault.TOOK_PART, lambda: _roll(desk, meeting_id, members=both))
    refused(
        MeetingFault.TOOK_PART,
        lambda: _roll(desk, meeting_id, recusals=_recusal(case_id, "a3")),
    )
    disputes.speak(desk, meeting_id, case_id, "a1")
    error = refused(MeetingFault.MISSED_OUT, lambda: _roll(desk, meeting_id, members=came))
    assert error.facts["name"] == found.members[1].name
    # He came, and stays out of the case: nothing that was said or voted is touched.
    _roll(desk, meeting_id, members=came, recusals=_recusal(case_id, "a2"))
    item = disputes.meeting(desk, meeting_id).items[0]
    assert [(r.person_id, r.reason) for r in item.recusals] == [("a2", "近亲属")]
    refused(
        MeetingFault.MISSED_OUT,
        lambda: _roll(desk, meeting_id, recusals=_recusal(case_id, "a2", on=False)),
    )
    cast = disputes.votes({"a1": "adopt", "a3": "adopt"}, (1, 2))
    disputes.act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)
    made = disputes.rulings("adopt", (1, 2))
    disputes.act(desk, meeting_id, OfficeAction.CLOSE_ITEM, case_id=case_id, rulings=made)
    disputes.act(desk, meeting_id, OfficeAction.CLOSE_MEETING)
    _roll(desk, meeting_id, members=_absent("a2"), recusals=_recusal(case_id, "a2", on=False))
    found = disputes.meeting(desk, meeting_id)
    assert [c.recusal for c in found.items[0].recusal_corrections] == ["近亲属", ""]
    disputes.certified(desk, meeting_id)
    refused(MeetingFault.WRONG_STATE, lambda: _roll(desk, meeting_id, members=came))
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_a_registered_recusal_is_not_lifted(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    recusal = {"case_id": case_id, "person_id": "a2", "reason": "投资关系"}
    meeting_id = disputes.opened(desk, case_id, recusals=[recusal])
    desk.office(
        "ld", OfficeAction.ADD_RECUSAL, recusal_id="x", person_id="a2", unit="",
        party="示例甲有限公司", case_id="", reason="投资关系",
    )  # fmt: skip
    lifted = _recusal(case_id, "a2", on=False)
    refused(MeetingFault.RECUSED, lambda: _roll(desk, meeting_id, recusals=lifted))


def test_the_list_marks_what_waits_for_whom(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    meeting_id = disputes.decided(desk, case_id)
    later = disputes.plan(desk, held_on="2099-01-04")

    def parts(who: str) -> list[tuple[str, MyPart]]:
        return [(m.meeting_id, m.my_part) for m in desk.sessions[who].reader.meetings()]

    assert parts("se") == [(meeting_id, MyPart.CERTIFY), (later, MyPart.NONE)]
    assert parts("a3") == [(later, MyPart.NONE), (meeting_id, MyPart.NONE)]
    disputes.certified(desk, meeting_id)
    assert parts("se")[1] == (meeting_id, MyPart.NONE)
    assert parts("a3")[0] == (meeting_id, MyPart.SIGN)
    assert parts("a1")[1] == (meeting_id, MyPart.NONE)  # the chair signs last
    for who in ("a3", "a2"):
        disputes.sign(desk, meeting_id, who)
        assert parts(who)[1] == (meeting_id, MyPart.NONE)
    assert parts("a1")[0] == (meeting_id, MyPart.SIGN)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "update meeting_member set attendance = 'absent', absence_reason = 'x'"
            " where person_id = 'a3'"
        ),
        "delete from item_recusal",
        (
            "insert into item_recusal select office_id, case_id, meeting_id, 'a3', 'x', readers"
            " from agenda_item"
        ),
        "update vote_correction set choice = 'other'",
        "delete from vote_correction",
        "update roll_correction set reason = 'x'",
        "delete from recusal_correction",
        (
            "insert into vote_correction select office_id, case_id, meeting_id, 1, number,"
            " person_id, choice, choice, 'x', 'se', cast_at, readers from vote limit 1"
        ),
        "update agenda_item set state = 'closed'",
    ],
)
def test_the_tables_refuse_a_correction_without_its_entry(
    embedded_desk: Desk, embedded_path: Path, statement: str
) -> None:
    desk = embedded_desk
    case_id = disputes.escalated(desk)
    meeting_id = disputes.opened(desk, case_id)
    _roll(desk, meeting_id, members=_absent("a2"), recusals=_recusal(case_id, "a2"))
    disputes.discussed(desk, meeting_id, case_id, ("a3", "a1"))
    cast = disputes.votes({"a1": "adopt", "a3": "adopt"}, (1, 2))
    disputes.act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)
    _correct(desk, meeting_id, case_id)
    disputes.act(desk, meeting_id, OfficeAction.DROP_ITEM, case_id=case_id, reason="改期")
    with sqlite3.connect(embedded_path) as db, pytest.raises(sqlite3.IntegrityError) as caught:
        db.execute(statement)
    assert "SZ-" in str(caught.value) or "CHECK" in str(caught.value)
