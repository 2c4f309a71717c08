"""The steps of a case as people take them in their dialogs, against the real database."""

from typing import Any

import pypdfium2
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sanzhi_desktop.application import aftermath, intake
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import (
    Adoption,
    Case,
    Party,
    PartyType,
    RoundReason,
    Submission,
)
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.steps.aftermath import AdoptStep, DecisionStep, RespondStep
from sanzhi_desktop.ui.steps.assigning import AssignStep
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.steps.outside import NotNeededStep, ReturnStep
from sanzhi_desktop.ui.steps.receiving import AcceptStep, CorrectionStep
from sanzhi_desktop.ui.steps.submitting import ConfirmStep, NewRoundStep, WithdrawStep
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished


class Step:
    """One dialog, opened from the case as a person opens it."""

    def __init__(self, qtbot: QtBot, shell: Shell, case_id: str, action: Action) -> None:
        self.qtbot = qtbot
        self.shell = shell
        self.case_id = case_id
        shell.show_screen("case", case_id)
        idle(qtbot, shell.desk.jobs)
        screen = shell.front
        assert isinstance(screen, CaseScreen)
        screen.take(action)
        idle(qtbot, shell.desk.jobs)
        dialogs = [d for d in screen.findChildren(StepDialog) if d.isVisible()]
        assert len(dialogs) == 1
        self.dialog: Any = dialogs[0]

    @property
    def session(self) -> Session:
        return self.shell.desk.session

    def case(self) -> Case:
        return self.session.reader.case(self.case_id)

    def fill(self, **texts: str) -> None:
        self.dialog.form.put(texts)

    def take(self) -> str:
        """Takes the step; the refusal shown in the dialog, or nothing when it was done."""
        self.dialog.ok.click()
        idle(self.qtbot, self.shell.desk.jobs)
        if not isValid(self.dialog) or not self.dialog.isVisible():
            return ""
        return str(self.dialog.refusal.label.text())


def confirming(step: Step) -> QPushButton:
    """The button of the case screen that submits."""
    screen = step.shell.front
    assert isinstance(screen, CaseScreen)
    buttons = screen.findChildren(QPushButton)
    return next(b for b in buttons if b.text() == name(Action.CONFIRM))


def test_declares_before_it_submits(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    step = Step(qtbot, enter("dadui_01"), office.cases["draft"], Action.CONFIRM)
    assert isinstance(step.dialog, ConfirmStep)
    assert "真实性" in step.take()
    step.dialog.declared.setChecked(True)
    assert step.take() == ""
    assert step.case().state is State.SUBMITTED
    assert step.case().current is not None


def test_accepts_with_the_scope_said(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    step = Step(qtbot, enter("neiqin_01"), office.cases["submitted"], Action.ACCEPT)
    assert isinstance(step.dialog, AcceptStep)
    assert "法制审核" in step.dialog.finding.label.text()
    step.fill(received_on="2027-01-01")
    assert "2027-01-01" in step.take()
    step.fill(received_on="")
    assert step.take() == ""
    assert step.case().state is State.ACCEPTED


def test_a_correction_notice_is_made_and_stored(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    step = Step(qtbot, enter("neiqin_01"), office.cases["submitted"], Action.ASK_CORRECTION)
    assert isinstance(step.dialog, CorrectionStep)
    step.fill(missing="现场照片的拍摄说明\n听证笔录签名页", reason="材料内容不全", due="2026-09-25")
    assert step.take() == ""
    assert step.case().state is State.CORRECTION
    (paper,) = step.session.reader.documents(step.case_id)
    assert paper.kind == "correction"
    text = "".join(
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(step.session.reader.document(paper.sha256))
    )
    assert "现场照片的拍摄说明" in text
    assert "样例" in text


def read_paper(step: Step, sha256: str) -> str:
    return "".join(
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(step.session.reader.document(sha256))
    )


def test_returns_what_is_outside_the_scope(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    step = Step(qtbot, enter("neiqin_01"), office.cases["submitted"], Action.RETURN)
    assert isinstance(step.dialog, ReturnStep)
    table = step.dialog.criteria
    listed = [cell.text() for row in range(table.rowCount()) if (cell := table.item(row, 0))]
    assert len(listed) >= 5
    assert "理由" in step.take()
    assert step.dialog.form.fields["reason"].fault.text()
    step.fill(reason="简易程序，不属于审核范围")
    assert step.take() == ""
    assert step.case().state is State.RETURNED
    (paper,) = step.session.reader.documents(step.case_id)
    assert paper.kind == "return"
    text = read_paper(step, paper.sha256).replace("\r\n", "")
    assert "不属于法制审核范围告知书" in text
    assert "简易程序，不属于审核范围" in text
    assert "点选确认（样例单位不设密码）" in text
    assert step.session.actor.name in text
    assert all(name[:12] in text for name in listed)
    entry = step.session.reader.history(step.case_id)[-1]
    assert entry.detail["confirmed"] == {"by": "sample"}
    assert len(entry.detail["scope"]["examined"]) == len(listed)


def test_a_registered_matter_is_confirmed_as_needing_no_review(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    """The rules speak: a case that meets a criterion cannot be confirmed away, a small one can."""
    shell = enter("dadui_01")
    step = Step(qtbot, shell, office.cases["draft"], Action.NOT_NEEDED)
    assert isinstance(step.dialog, NotNeededStep)
    assert not step.dialog.ok.isEnabled()
    assert "应当进行法制审核" in step.dialog.refusal.label.text()
    step.dialog.reject()
    handler = enter("chengban_01")
    small = Submission(
        kind=Kind.PENALTY,
        procedure=Procedure.SUMMARY,
        name="当场处罚某小店案",
        unit=step.case().submission.unit,
        party=Party(type=PartyType.PERSON, name="某甲"),
        penalty_kinds=("警告",),
    )
    made = intake.register(handler.desk.session, submission=small, materials=())
    step = Step(qtbot, enter("dadui_01"), made.case_id, Action.NOT_NEEDED)
    assert step.take() == ""
    assert step.case().state is State.NOT_NEEDED
    (paper,) = step.session.reader.documents(made.case_id)
    assert paper.kind == "not_needed"
    assert "不需要法制审核确认书" in read_paper(step, paper.sha256)
    screen = step.shell.front
    assert isinstance(screen, CaseScreen)
    shown = " ".join(label.text() for label in screen.findChildren(QLabel))
    assert "样例单位不设密码" in shown


def test_only_those_who_may_are_assigned(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    step = Step(qtbot, enter("guzhang_01"), office.cases["accepted"], Action.ASSIGN)
    assert isinstance(step.dialog, AssignStep)
    table = step.dialog.table
    rows: list[Any] = [step.dialog.model.row(n) for n in range(table.model().rowCount())]
    unqualified = next(n for n, row in enumerate(rows) if row[0].person_id == "shenhe_02")
    table.setCurrentIndex(table.model().index(unqualified, 0))
    assert "法律职业资格" in table.model().index(unqualified, 2).data()
    assert "法律职业资格" in step.take()
    handlers = {h.person_id for h in step.case().submission.handlers}
    said = [
        table.model().index(n, 2).data() for n, r in enumerate(rows) if r[0].person_id in handlers
    ]
    assert said
    assert all("承办" in words for words in said)
    table.setCurrentIndex(table.model().index(0, 0))
    assert step.take() == ""
    assert step.case().reviewer == "shenhe_01"


def test_answers_every_problem_and_submits_again(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    case_id = office.cases["responding"]
    step = Step(qtbot, enter("dadui_01"), case_id, Action.CONFIRM)
    step.dialog.declared.setChecked(True)
    assert "尚未答复" in step.take()
    closed = confirming(step)
    assert not closed.isEnabled()
    assert "尚未答复" in closed.toolTip()
    assert closed.property("kind") != "primary"
    step.dialog.reject()
    step = Step(qtbot, enter("chengban_01"), case_id, Action.RESPOND)
    assert isinstance(step.dialog, RespondStep)
    numbers = list(step.dialog.forms)
    assert len(numbers) >= 2
    assert f"第{numbers[0]}个问题" in step.take()
    for number, form in step.dialog.forms.items():
        form.put({"response": f"已按第{number}条意见改正"})
    assert step.take() == ""
    step = Step(qtbot, enter("dadui_01"), case_id, Action.CONFIRM)
    assert confirming(step).isEnabled()
    assert confirming(step).property("kind") == "primary"
    step.dialog.declared.setChecked(True)
    assert step.take() == ""
    case = step.case()
    assert (case.state, case.round) == (State.SUBMITTED, 2)
    assert [p.response for p in case.problems] == [f"已按第{n}条意见改正" for n in numbers]


def test_a_decision_must_be_what_was_cleared(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    case_id = office.cases["passed"]
    step = Step(qtbot, enter("chengban_01"), case_id, Action.REGISTER_DECISION)
    assert isinstance(step.dialog, DecisionStep)
    cleared = step.dialog.form.fields["amount"].text
    step.take()
    assert step.dialog.form.fields["decided_on"].fault.text()
    step.fill(decided_on="2026-09-18", number="示应急罚〔2026〕1号", amount="1")
    refused = step.take()
    assert "金额" in refused
    assert step.case().state is State.PASSED
    step.fill(amount=cleared)
    assert step.take() == ""
    case = step.case()
    assert case.state is State.DECIDED
    assert case.decision is not None
    assert case.decision.number == "示应急罚〔2026〕1号"


def test_the_gate_is_shut_by_its_article(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    """The dialog opened on a case that has meanwhile lost its clearance."""
    case_id = office.cases["passed"]
    shell = enter("chengban_01")
    step = Step(qtbot, shell, case_id, Action.REGISTER_DECISION)
    step.fill(decided_on="2026-09-18", number="示应急罚〔2026〕1号")
    aftermath.new_round(
        shell.desk.session,
        case_id=case_id,
        seen_version=step.case().version,
        round_reason=RoundReason.AFTER_HEARING,
        reason="听证后变更",
    )
    assert "第五十八条" in step.take()
    assert step.case().decision is None


def test_a_new_round_shuts_the_gate(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    step = Step(qtbot, enter("chengban_01"), office.cases["passed"], Action.NEW_ROUND)
    assert isinstance(step.dialog, NewRoundStep)
    put_text(step.dialog.why, "materials_changed")
    assert "理由" in step.take()
    step.fill(reason="补充了鉴定意见")
    assert step.take() == ""
    case = step.case()
    assert case.state is State.RESPONDING
    assert case.clearance is None or not case.clearance.open


def test_adoption_is_stated_per_problem(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    case_id = office.cases["passed"]
    shell = enter("chengban_01")
    step = Step(qtbot, shell, case_id, Action.REGISTER_DECISION)
    step.fill(decided_on="2026-09-18", number="示应急罚〔2026〕1号")
    assert step.take() == ""
    step = Step(qtbot, shell, case_id, Action.ADOPT)
    assert isinstance(step.dialog, AdoptStep)
    assert step.dialog.forms == {}  # an opinion that agreed has no problems
    assert step.take() == ""
    assert all(p.adoption is not Adoption.NOT for p in step.case().problems)


@pytest.mark.parametrize("stage", ["submitted", "reviewing", "signing", "responding"])
def test_the_unit_withdraws_with_a_reason(
    qtbot: QtBot, enter: Enter, office: Furnished, stage: str
) -> None:
    step = Step(qtbot, enter("dadui_01"), office.cases[stage], Action.WITHDRAW)
    assert isinstance(step.dialog, WithdrawStep)
    assert "理由" in step.take()
    assert step.case().state is not State.WITHDRAWN
    step.fill(reason="当事人已死亡，终止办理")
    assert step.take() == ""
    assert step.case().state is State.WITHDRAWN
