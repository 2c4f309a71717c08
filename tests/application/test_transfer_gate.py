"""A suspected crime beside the gate: due, unsent, sent; the gate's own answer stays underneath."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sanzhi_desktop.application.transfer_gate import due, suspected, with_transfer
from sanzhi_desktop.domain.case import AnswerRow, Case, ProblemRow, Round, RoundReason, Submission
from sanzhi_desktop.domain.gate import GateAnswer, GateCode, GateReason
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome
from sanzhi_desktop.domain.transfer import (
    CRIME_ITEM,
    Transfer,
    TransferDestination,
    TransferStage,
)
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.resources import checklists, profiles

NOW = datetime(2026, 9, 18, tzinfo=UTC)
PASSED = GateAnswer(True, (GateReason(GateCode.PASSED, None),))
ISSUED = Round(1, RoundReason.FIRST, outcome=Outcome.TRANSFER_CRIME, issued_at=NOW)
PROBLEM = ProblemRow(1, 1, CRIME_ITEM, Dimension.TRANSFER, "达到", "法", "页", "移送")


def case(**more: object) -> Case:
    made = Case("c", 1, 1, State.RESPONDING, 1, Submission(), "h1", "r1", NOW, NOW, "shucheng", "1")
    return replace(made, **more)  # type: ignore[arg-type]


def transfer(stage: TransferStage) -> Transfer:
    return Transfer(1, stage, TransferDestination.POLICE, (), ())


def answered(found: Case) -> GateAnswer:
    return with_transfer(PASSED, found, profiles.shipped("shucheng"))


def test_the_crime_item_is_what_the_checklist_calls_so() -> None:
    item = checklists.shipped().item(CRIME_ITEM)
    assert item.outcomes == (Outcome.TRANSFER_CRIME,)
    assert item.reasoned
    assert item.kinds == {Kind.PENALTY}
    assert item.weight.value == "VETO"


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (case(), False),
        (case(rounds=(ISSUED,)), True),
        (case(rounds=(replace(ISSUED, issued_at=None),)), False),
        (case(rounds=(replace(ISSUED, outcome=Outcome.PROBLEM),), problems=(PROBLEM,)), True),
        (case(problems=(PROBLEM,)), False),
        (case(answers=(AnswerRow(CRIME_ITEM, Answer.FAILS),)), True),
        (case(answers=(AnswerRow(CRIME_ITEM, Answer.CONFORMS, "未达到"),)), False),
    ],
)
def test_when_a_crime_is_suspected(found: Case, wanted: bool) -> None:
    assert suspected(found) is due(found) is wanted
    codes = [reason.code for reason in answered(found).why]
    assert (GateCode.TRANSFER_DUE in codes) is wanted
    assert answered(found).open, "only a transfer that was begun shuts it"


@pytest.mark.parametrize("stage", list(TransferStage))
def test_it_is_shut_until_the_case_was_sent(stage: TransferStage) -> None:
    answer = answered(case(transfers=(transfer(stage),)))
    codes = [reason.code for reason in answer.why]
    unsent = stage in (
        TransferStage.OPENED,
        TransferStage.REPORTED,
        TransferStage.APPROVED,
        TransferStage.SIGNED,
    )
    assert answer.open is not unsent
    if unsent:
        assert codes == [GateCode.TRANSFER_UNSENT, GateCode.PASSED], "the decisive one first"
    elif stage.ended:
        assert codes == [GateCode.PASSED]
    else:
        assert codes == [GateCode.PASSED, GateCode.TRANSFER_OPEN]
    source = answer.why[0 if unsent else -1].source
    if not stage.ended:
        assert source is not None
        assert source.article == "第十一条"


def test_a_permit_is_no_penalty() -> None:
    found = case(
        submission=Submission(kind=Kind.PERMIT), transfers=(transfer(TransferStage.OPENED),)
    )
    assert answered(found) == PASSED
