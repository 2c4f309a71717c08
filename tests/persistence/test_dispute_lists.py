"""A disagreement stands in the list of whoever it waits for, on both databases."""

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.workflow import Action
from tests.persistence import disputes
from tests.persistence.desk import Desk, paper

OTHERS = ("r1", "r2", "ld", "hd", "se", "a1", "a2", "a3", "au")


def lists(desk: Desk, case_id: str) -> set[str]:
    """Apart from the undertaking unit, whose list keeps the case until it is submitted again."""
    mine = ListQuery(scope=ListScope.MINE)
    return {
        who
        for who in OTHERS
        if case_id in {r.case_id for r in desk.sessions[who].reader.worklist(mine)}
    }


def test_an_objection_waits_for_its_reviewer_until_he_replies(desk: Desk) -> None:
    case_id = disputes.objected(desk)
    assert lists(desk, case_id) == {"r1"}
    desk.send(
        "r1", case_id, Action.REPLY_OBJECTION,
        points=[{"number": n, "stance": "maintained", "reply": "答复"} for n in (1, 2)],
    )  # fmt: skip
    assert lists(desk, case_id) == set()


def test_a_proposal_of_the_unit_waits_for_the_reviewer(desk: Desk) -> None:
    case_id = disputes.replied(desk)
    talk = new_id()
    desk.send(
        "h1", case_id, Action.OPEN_CONSULTATION, consultation_id=talk, points=[{"number": 1}]
    )
    assert lists(desk, case_id) == set()
    points = [{"number": 1, "agreement": "unit_acts", "note": "补充说明"}]
    desk.send("h1", case_id, Action.PROPOSE_RESULT, consultation_id=talk, points=points)
    assert lists(desk, case_id) == {"r1"}
    desk.send("r1", case_id, Action.CLOSE_CONSULTATION, consultation_id=talk)
    assert lists(desk, case_id) == set()


def test_only_the_newest_record_waits_for_the_reviewer(desk: Desk) -> None:
    case_id = disputes.replied(desk)
    made = [paper(f"{n} {case_id}") for n in range(4)]
    desk.send("h1", case_id, Action.FREEZE_RECORD, content='{"a":1}', document=made[0])
    assert lists(desk, case_id) == set()
    seen = made[0]["sha256"]
    desk.send("h1", case_id, Action.CERTIFY_RECORD, seen_sha256=seen, document=made[1])
    assert lists(desk, case_id) == {"r1"}
    desk.send("h1", case_id, Action.FREEZE_RECORD, content='{"a":2}', document=made[2])
    assert lists(desk, case_id) == set(), "the edition before waits for nobody any more"
    seen = made[2]["sha256"]
    desk.send("h1", case_id, Action.CERTIFY_RECORD, seen_sha256=seen, document=made[3])
    assert lists(desk, case_id) == {"r1"}


def test_a_meeting_waits_for_the_secretary_and_its_minutes_for_each_member(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    assert lists(desk, case_id) == {"se"}
    meeting_id = disputes.plan(desk)
    disputes.act(desk, meeting_id, OfficeAction.PUT_AGENDA, items=[{"case_id": case_id}])
    disputes.act(
        desk, meeting_id, OfficeAction.OPEN_MEETING,
        quorum=2, quorum_rule="成员过半数出席", members=disputes.roll(a3="出差"), recusals=[],
    )  # fmt: skip
    disputes.discussed(desk, meeting_id, case_id, ("a2", "a1"))
    cast = disputes.votes({"a1": "uphold", "a2": "uphold"}, (1, 2))
    disputes.act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)
    disputes.act(
        desk, meeting_id, OfficeAction.CLOSE_ITEM,
        case_id=case_id, rulings=disputes.rulings("uphold", (1, 2)),
    )  # fmt: skip
    disputes.act(desk, meeting_id, OfficeAction.CLOSE_MEETING)
    assert lists(desk, case_id) == {"se"}
    disputes.certified(desk, meeting_id)
    assert lists(desk, case_id) == {"se", "a1", "a2"}, "who was absent signs nothing"
    disputes.sign(desk, meeting_id, "a2")
    assert lists(desk, case_id) == {"se", "a1"}
    disputes.sign(desk, meeting_id, "a1")
    assert lists(desk, case_id) == {"se"}
    desk.send("se", case_id, Action.DISCUSS, meeting_id=meeting_id)
    assert lists(desk, case_id) == set()


def test_a_case_taken_back_waits_for_nobody(desk: Desk) -> None:
    case_id = disputes.escalated(desk)
    desk.send("uh", case_id, Action.WITHDRAW_ESCALATION, reason="继续协商")
    assert lists(desk, case_id) == set()
    other = disputes.objected(desk)
    desk.send("uh", other, Action.WITHDRAW, reason="不再办理")
    assert lists(desk, other) == set()
