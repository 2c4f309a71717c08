"""The small dialogs behind the actions of a case, one row of the workflow table each.

`ASKED` is the only list of them; an action without an entry has a screen of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.desk import Desk

_HERE = "sanzhi_desktop.ui.steps"
_TRANSFER = "sanzhi_desktop.ui.transfer"


@dataclass(frozen=True, slots=True)
class StepSpec:
    """Where the dialog of an action lives."""

    module: str
    name: str


ASKED: Mapping[Action, StepSpec] = {
    Action.CONFIRM: StepSpec(f"{_HERE}.submitting", "ConfirmStep"),
    Action.ACCEPT: StepSpec(f"{_HERE}.receiving", "AcceptStep"),
    Action.ASK_CORRECTION: StepSpec(f"{_HERE}.receiving", "CorrectionStep"),
    Action.RETURN: StepSpec(f"{_HERE}.outside", "ReturnStep"),
    Action.NOT_NEEDED: StepSpec(f"{_HERE}.outside", "NotNeededStep"),
    Action.ASSIGN: StepSpec(f"{_HERE}.assigning", "AssignStep"),
    Action.REASSIGN: StepSpec(f"{_HERE}.assigning", "AssignStep"),
    Action.EXTEND: StepSpec("sanzhi_desktop.ui.clocks.extend_step", "ExtendStep"),
    Action.EXTEND_CASE: StepSpec("sanzhi_desktop.ui.clocks.extend_case_step", "ExtendCaseStep"),
    Action.SEND_BACK: StepSpec(f"{_HERE}.submitting", "SendBackStep"),
    Action.WITHDRAW: StepSpec(f"{_HERE}.submitting", "WithdrawStep"),
    Action.NEW_ROUND: StepSpec(f"{_HERE}.submitting", "NewRoundStep"),
    Action.RESPOND: StepSpec(f"{_HERE}.aftermath", "RespondStep"),
    Action.REGISTER_DECISION: StepSpec(f"{_HERE}.aftermath", "DecisionStep"),
    Action.ADOPT: StepSpec(f"{_HERE}.aftermath", "AdoptStep"),
    Action.RECALL: StepSpec(f"{_HERE}.office_life", "StepBackStep"),
    Action.RECALL_CORRECTION: StepSpec(f"{_HERE}.office_life", "StepBackStep"),
    Action.RECALL_AGAIN: StepSpec(f"{_HERE}.office_life", "StepBackStep"),
    Action.RECALL_OPINION: StepSpec(f"{_HERE}.office_life", "StepBackStep"),
    Action.REMIND: StepSpec(f"{_HERE}.office_life", "RemindStep"),
    Action.ASK_OPINION: StepSpec(f"{_HERE}.office_life", "AskOpinionStep"),
    Action.GIVE_OPINION: StepSpec(f"{_HERE}.office_life", "GiveOpinionStep"),
    Action.OPEN_TRANSFER: StepSpec(f"{_TRANSFER}.deciding", "OpenTransferStep"),
    Action.REPORT_TRANSFER: StepSpec(f"{_TRANSFER}.deciding", "ReportTransferStep"),
    Action.DECIDE_TRANSFER: StepSpec(f"{_TRANSFER}.deciding", "DecideTransferStep"),
    Action.PREPARE_TRANSFER: StepSpec(f"{_TRANSFER}.attachments", "PrepareTransferStep"),
    Action.ISSUE_TRANSFER: StepSpec(f"{_TRANSFER}.sending", "IssueTransferStep"),
    Action.DELIVER_TRANSFER: StepSpec(f"{_TRANSFER}.sending", "DeliverTransferStep"),
    Action.RECEIPT_TRANSFER: StepSpec(f"{_TRANSFER}.sending", "ReceiptTransferStep"),
    Action.POLICE_ANSWER: StepSpec(f"{_TRANSFER}.answering", "PoliceAnswerStep"),
    Action.OBJECT_TRANSFER: StepSpec(f"{_TRANSFER}.answering", "ObjectTransferStep"),
    Action.HAND_OVER: StepSpec(f"{_TRANSFER}.answering", "HandOverStep"),
    Action.CLOSE_TRANSFER: StepSpec(f"{_TRANSFER}.answering", "CloseTransferStep"),
    Action.CHANGE_TRANSFER_TEAM: StepSpec(f"{_TRANSFER}.beside", "ChangeTeamStep"),
    Action.CORRECT_TRANSFER: StepSpec(f"{_TRANSFER}.beside", "CorrectEventStep"),
}


def make(action: Action, desk: Desk, case: Case, parent: QWidget) -> Any:
    """The dialog of an action on a case, not yet opened."""
    spec = ASKED[action]
    return getattr(import_module(spec.module), spec.name)(desk, case, parent)
