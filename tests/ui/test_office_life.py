"""撤回、催办、加签 as people do them: from the menu, in a dialog, and seen by the other side."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.office_life.menu import MoreButton
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.widgets import PlainLabel
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished
from tests.ui.test_steps import Step


def offered(qtbot: QtBot, shell: Shell, case_id: str) -> dict[str, tuple[bool, str]]:
    """The lines of the menu 更多 with whether they are open and why not."""
    shell.show_screen("case", case_id)
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, CaseScreen)
    more = screen.findChild(MoreButton)
    assert isinstance(more, MoreButton)
    menu = more.menu()
    assert menu is not None
    return {a.text(): (a.isEnabled(), a.toolTip()) for a in menu.actions()}


def test_a_submission_is_taken_back_until_it_was_opened(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    case_id = office.cases["submitted"]
    recall = name(Action.RECALL)
    unit = enter("dadui_01")
    lines = offered(qtbot, unit, case_id)
    assert lines[recall][0]
    assert name(Action.RECALL_AGAIN) not in lines
    clerk = enter("neiqin_01")
    clerk.show_screen("case", case_id)
    idle(qtbot, clerk.desk.jobs)
    unit = enter("dadui_01")
    is_open, why = offered(qtbot, unit, case_id)[recall]
    assert not is_open
    assert "已经打开" in why


def test_takes_a_submission_back_in_the_dialog(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    step = Step(qtbot, enter("dadui_01"), office.cases["submitted"], Action.RECALL)
    assert step.take() == ""
    assert step.case().state is State.DRAFT


def test_a_reminder_reaches_the_case(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    step = Step(qtbot, enter("guzhang_01"), office.cases["reviewing"], Action.REMIND)
    before = step.case()
    assert step.dialog.person.currentData() == before.reviewer
    assert "内容" in step.take()
    step.fill(text="期限将满，请抓紧", until="2020-01-01")
    assert "早于今天" in step.take()
    step.fill(until="2026-09-30")
    assert step.take() == ""
    after = step.case()
    assert (after.version, after.reminders[0].text) == (before.version, "期限将满，请抓紧")
    screen = step.shell.front
    assert isinstance(screen, CaseScreen)
    words = " ".join(label.text() for label in screen.notes.findChildren(PlainLabel))
    assert "期限将满" in words
    assert "2026-09-30" in words


def test_one_more_opinion_is_asked_given_and_seen(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    case_id = office.cases["signing"]
    asked = "shenhe_02"
    step = Step(qtbot, enter("guzhang_01"), case_id, Action.ASK_OPINION)
    handlers = {h.person_id for h in step.case().submission.handlers}
    choices = {step.dialog.person.itemData(n) for n in range(step.dialog.person.count())}
    assert not handlers & choices
    step.dialog.person.setCurrentIndex(step.dialog.person.findData(asked))
    step.fill(text="裁量是否适当？")
    assert step.take() == ""
    colleague = enter(asked)
    waiting = colleague.desk.session.reader.worklist(ListQuery())
    assert case_id in {row.case_id for row in waiting}
    answer = Step(qtbot, colleague, case_id, Action.GIVE_OPINION)
    put_text(answer.dialog.form.fields["text"].editor, "适当，未见偏离基准。")
    assert answer.take() == ""
    waiting = colleague.desk.session.reader.worklist(ListQuery())
    assert case_id not in {row.case_id for row in waiting}
    case = answer.case()
    assert (case.state, case.second_opinions[0].opinion) == (State.SIGNING, "适当，未见偏离基准。")
    assert QApplication.activeModalWidget() is None
