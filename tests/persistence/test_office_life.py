"""撤回、催办、加签 on both databases: who, when, and that none of them moves or signs anything."""

from typing import Any

import pytest

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.office_life import OfficeLifeFault
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault
from tests.persistence.desk import Desk
from tests.persistence.test_contract import refused

CHECKS_READERS = True  # after every command on the server

FIRST: dict[str, Any] = {"declared": True, "round_reason": "first"}


def test_a_submission_nobody_opened_is_taken_back_and_sent_again(desk: Desk) -> None:
    case_id = desk.confirmed()
    desk.send("uh", case_id, Action.RECALL)
    case = desk.case(case_id)
    assert (case.state, case.round, case.received_at) == (State.DRAFT, 0, None)
    desk.send("uh", case_id, Action.CONFIRM, **FIRST)
    case = desk.case(case_id)
    assert (case.state, case.round) == (State.SUBMITTED, 1)
    assert [e.event for e in case.clock] == ["start_receipt", "recall", "start_receipt"]
    assert len(case.rounds) == 1
    actions = [h.action for h in desk.sessions["ld"].reader.history(case_id)]
    assert actions == ["register", "confirm", "recall", "confirm"]


def test_once_opened_it_cannot_be_taken_back(desk: Desk) -> None:
    case_id = desk.confirmed()
    before = desk.case(case_id).version
    desk.send("ck", case_id, Action.OPEN)
    case = desk.case(case_id)
    assert case.version == before  # looking disturbs nobody
    assert [o.person_id for o in case.openings] == ["ck"]
    error = refused(OfficeLifeFault.OPENED, lambda: desk.send("uh", case_id, Action.RECALL))
    assert error.facts["name"] == "丁内勤"
    assert desk.case(case_id).state is State.SUBMITTED


def test_an_opening_of_an_earlier_sending_does_not_count(desk: Desk) -> None:
    case_id = desk.confirmed()
    desk.send("ck", case_id, Action.OPEN)
    desk.send("ck", case_id, Action.ASK_CORRECTION, reason="缺证据", missing=["询问笔录"])
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    refused(OfficeLifeFault.NOT_SENT_FROM, lambda: desk.send("uh", case_id, Action.RECALL))
    desk.send("uh", case_id, Action.RECALL_CORRECTION)
    case = desk.case(case_id)
    assert (case.state, case.round) == (State.CORRECTION, 1)
    assert [e.event for e in case.clock] == ["start_receipt", "suspend", "resume", "suspend"]
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    assert desk.case(case_id).state is State.SUBMITTED


def test_a_later_round_goes_back_to_the_answers(desk: Desk) -> None:
    case_id = desk.responding()
    answers = [{"number": n, "response": "已改"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=answers)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    assert desk.case(case_id).round == 2
    desk.send("uh", case_id, Action.RECALL_AGAIN)
    case = desk.case(case_id)
    assert (case.state, case.round) == (State.RESPONDING, 1)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    assert (desk.case(case_id).state, desk.case(case_id).round) == (State.SUBMITTED, 2)


def test_a_reviewer_takes_back_what_the_head_has_not_seen(desk: Desk) -> None:
    case_id = desk.signing()
    refused(WorkflowFault.NOT_YOUR_ROLE, lambda: desk.send("hd", case_id, Action.RECALL_OPINION))
    desk.send("r1", case_id, Action.RECALL_OPINION)
    case = desk.case(case_id)
    assert case.state is State.REVIEWING
    assert case.current is not None
    assert case.current.certified_sha256 == ""
    desk.certify(case_id)
    desk.send("hd", case_id, Action.OPEN)
    refused(OfficeLifeFault.OPENED, lambda: desk.send("r1", case_id, Action.RECALL_OPINION))


def test_a_reminder_is_kept_and_moves_nothing(desk: Desk) -> None:
    case_id = desk.reviewing()
    before = desk.case(case_id).version
    sent: dict[str, Any] = {"person_id": "r1", "text": "期限将满，请抓紧", "until": "2099-09-23"}
    command = new_id()
    first = desk.send("ld", case_id, Action.REMIND, command_id=command, **sent)
    again = desk.send("ld", case_id, Action.REMIND, command_id=command, **sent)
    assert (first.version, again.replayed) == (before, True)
    case = desk.case(case_id)
    assert case.version == before
    assert [(r.sender, r.addressee, r.text) for r in case.reminders] == [
        ("ld", "r1", "期限将满，请抓紧")
    ]
    assert desk.sessions["au"].reader.verify_chains() == ()  # an entry that moved no version
    desk.send("r1", case_id, Action.ANSWER, seen=before, answers=[])  # no conflict
    refused(
        OfficeLifeFault.TEXT_MISSING,
        lambda: desk.send("ld", case_id, Action.REMIND, **(sent | {"text": " "})),
    )
    refused(
        OfficeLifeFault.UNTIL_PAST,
        lambda: desk.send("ld", case_id, Action.REMIND, **(sent | {"until": "2020-01-01"})),
    )
    refused(
        PeopleFault.INACTIVE,
        lambda: desk.send("ld", case_id, Action.REMIND, **(sent | {"person_id": "nobody"})),
    )


def test_one_more_opinion_is_asked_and_given_once(desk: Desk) -> None:
    case_id = desk.signing()
    before = desk.case(case_id).version
    asked: dict[str, Any] = {"person_id": "r2", "question": "裁量是否适当？", "until": ""}
    request = new_id()
    desk.send("hd", case_id, Action.ASK_OPINION, command_id=request, **asked)
    refused(
        OfficeLifeFault.ALREADY_ASKED, lambda: desk.send("hd", case_id, Action.ASK_OPINION, **asked)
    )
    refused(
        OfficeLifeFault.ASKED_HANDLER,
        lambda: desk.send("hd", case_id, Action.ASK_OPINION, **(asked | {"person_id": "h1"})),
    )
    refused(
        OfficeLifeFault.ASKED_SELF,
        lambda: desk.send("hd", case_id, Action.ASK_OPINION, **(asked | {"person_id": "hd"})),
    )
    given: dict[str, Any] = {"request_id": request, "opinion": "适当。"}
    refused(
        OfficeLifeFault.NOT_ASKED, lambda: desk.send("rh", case_id, Action.GIVE_OPINION, **given)
    )
    desk.send("r2", case_id, Action.GIVE_OPINION, **given)
    refused(
        OfficeLifeFault.NOT_ASKED, lambda: desk.send("r2", case_id, Action.GIVE_OPINION, **given)
    )
    case = desk.case(case_id)
    assert (case.version, case.state) == (before, State.SIGNING)
    assert [(o.asked_by, o.asked_of, o.opinion) for o in case.second_opinions] == [
        ("hd", "r2", "适当。")
    ]


def test_agreeing_before_never_spares_a_signature(desk: Desk) -> None:
    """The head agreed in a 加签 while the case was reviewed; the opinion still needs the head."""
    case_id = desk.reviewing()
    request = new_id()
    desk.send(
        "r1",
        case_id,
        Action.ASK_OPINION,
        command_id=request,
        person_id="hd",
        question="？",
        until="",
    )
    desk.send("hd", case_id, Action.GIVE_OPINION, request_id=request, opinion="同意")
    desk.certify(case_id)
    with pytest.raises(DomainError) as caught:
        desk.decide(case_id)
    assert caught.value.code in {WorkflowFault.NO_TRANSITION, CaseFault.GATE_SHUT}
    case = desk.case(case_id)
    assert case.current is not None
    assert (case.state, case.current.signer, case.clearance) == (State.SIGNING, "", None)
