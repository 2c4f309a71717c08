"""The reviewer's screen: keys, saving, the grown text, lost updates, and nothing typed is lost."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import review
from sanzhi_desktop.domain.case import AnswerRow
from sanzhi_desktop.domain.opinion import Answer, Outcome
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.screens.review import ReviewScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from tests.ui.conftest import Enter, idle
from tests.ui.hands import press, say
from tests.ui.office import Furnished

REVIEWER = "shenhe_01"


def opened(qtbot: QtBot, enter: Enter, office: Furnished) -> tuple[Shell, ReviewScreen]:
    shell = enter(REVIEWER)
    shell.show_screen("review", office.cases["reviewing"])
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, ReviewScreen)
    assert screen.state is not None
    return shell, screen


def saved(shell: Shell, office: Furnished) -> dict[str, AnswerRow]:
    case = shell.desk.session.reader.case(office.cases["reviewing"])
    return {row.item_id: row for row in case.answers}


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        (Qt.Key.Key_1, Answer.CONFORMS),
        (Qt.Key.Key_2, Answer.MINOR),
        (Qt.Key.Key_3, Answer.FAILS),
        (Qt.Key.Key_4, Answer.NOT_APPLICABLE),
    ],
)
def test_one_key_for_each_answer(
    qtbot: QtBot, enter: Enter, office: Furnished, key: Qt.Key, answer: Answer
) -> None:
    shell, screen = opened(qtbot, enter, office)
    item = screen.table.item
    assert item is not None
    assert screen.table.hasFocus()
    press(key)
    assert screen.state is not None
    row = screen.state.row(item.id)
    assert row is not None
    assert row.answer is answer
    if answer is Answer.FAILS:
        assert screen.item.note.hasFocus()  # the problem has to be said
        assert row.note == item.finding
    else:
        assert screen.table.item is not item  # on to the next open one
    qtbot.waitUntil(lambda: item.id in saved(shell, office), timeout=5000)
    assert saved(shell, office)[item.id].answer is answer


def test_vetoes_stand_first_within_their_head(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    _, screen = opened(qtbot, enter, office)
    weights: dict[object, list[str]] = {}
    for line in screen.table.checklist.lines:
        if line.item is not None:
            weights.setdefault(line.dimension, []).append(line.item.weight.value)
    order = ["VETO", "SERIOUS", "FORMAL"]
    assert len(weights) >= 6
    for found in weights.values():
        assert found == sorted(found, key=order.index)
    assert "VETO" in {w for found in weights.values() for w in found}


def test_what_blocks_is_always_in_sight(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    _, screen = opened(qtbot, enter, office)
    state = screen.state
    assert state is not None
    total = state.desk.progress.total
    assert f"已填 0/{total}" in screen.foot.blockers.text()
    assert not screen.foot.sign.isEnabled()
    for item in state.items:
        state.answer(item.id, Answer.CONFORMS)
    screen._show_all()
    assert "问题缺说明或证据 1" in screen.foot.blockers.text(), "no crime: that needs its reason"
    assert "G01" in screen.foot.sign.toolTip()
    state.remark("G01", note="金额未达到追诉标准", evidence="")
    screen._show_all()
    assert "可以签名" in screen.foot.blockers.text()
    assert screen.foot.sign.isEnabled()
    first = state.items[0]
    screen._answer(first, Answer.FAILS)
    assert "问题缺说明或证据 1" in screen.foot.blockers.text()
    assert not screen.foot.sign.isEnabled()


def _outcome(state: ReviewState) -> Outcome:
    return state.draft.outcome


def test_the_opinion_grows_and_stays_as_edited(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell, screen = opened(qtbot, enter, office)
    state = screen.state
    assert state is not None
    for item in state.items:
        state.answer(item.id, Answer.CONFORMS)
    failed = next(i for i in state.items if i.dimension.value == "PROCEDURE")
    screen.table.go_to(screen.table.checklist.place_of(failed.id))
    press(Qt.Key.Key_3)
    screen.item.evidence.setFocus()
    say("案卷第7页")
    screen._show_tab(1)
    editor = screen.editor
    assert _outcome(state) is not Outcome.AGREE
    assert [p.item_id for p in state.draft.problems] == [failed.id]
    assert state.draft.problems[0].evidence == "案卷第7页"
    editor.form.fields["reasons"].editor.setFocus()
    press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    say("另需说明程序瑕疵。")
    grown = state.draft.opening
    state.answer(failed.id, Answer.CONFORMS)
    assert _outcome(state) is Outcome.AGREE
    assert state.draft.opening != grown  # not edited: follows the answers
    assert "另需说明程序瑕疵。" in state.draft.reasons  # edited: stays
    editor._grow_again("reasons")
    assert "另需说明程序瑕疵。" not in state.draft.reasons
    screen.saver.send_all()
    idle(qtbot, shell.desk.jobs)
    current = shell.desk.session.reader.case(office.cases["reviewing"]).current
    assert current is not None
    assert current.opinion["outcome"] == "AGREE"


def test_evidence_typed_in_the_opinion_is_the_evidence_of_the_item(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell, screen = opened(qtbot, enter, office)
    state = screen.state
    assert state is not None
    for item in state.items:
        state.answer(item.id, Answer.CONFORMS)
    state.remark("G01", note="金额未达到追诉标准", evidence="")
    failed = next(i for i in state.items if i.dimension.value == "PROCEDURE")
    screen.table.go_to(screen.table.checklist.place_of(failed.id))
    press(Qt.Key.Key_3)
    assert "问题缺说明或证据 1" in screen.foot.blockers.text()
    screen._show_tab(1)
    form = screen.editor._problem_forms[failed.id]
    evidence = form.fields["evidence"]
    assert evidence.fault.text()
    evidence.editor.setFocus()
    say("案卷第9页")
    assert not evidence.fault.text()
    assert "可以签名" in screen.foot.blockers.text()
    assert screen.foot.sign.isEnabled()
    assert screen.item.evidence.text() == "案卷第9页"
    assert not state.draft.edited, "the evidence alone is no text of the opinion"
    qtbot.waitUntil(
        lambda: (
            (row := saved(shell, office).get(failed.id)) is not None and row.evidence == "案卷第9页"
        ),
        timeout=5000,
    )
    # The other way round, also beside a suggestion written by hand.
    form.fields["suggestion"].editor.setFocus()
    say("三日内补正。")
    screen._show_tab(0)
    screen.item.evidence.setFocus()
    press(Qt.Key.Key_End)
    say("至第12页")
    screen._show_tab(1)
    assert evidence.text == "案卷第9页至第12页"
    assert "三日内补正。" in form.fields["suggestion"].text
    screen.saver.send_all()
    idle(qtbot, shell.desk.jobs)
    current = shell.desk.session.reader.case(office.cases["reviewing"]).current
    assert current is not None
    (kept,) = current.opinion["problems"]
    assert (kept["evidence"], "三日内补正。" in kept["suggestion"]) == ("案卷第9页至第12页", True)
    assert saved(shell, office)[failed.id].evidence == "案卷第9页至第12页"


def test_the_preview_is_the_real_paper(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    shell, screen = opened(qtbot, enter, office)
    screen._show_tab(2)
    idle(qtbot, shell.desk.jobs)
    qtbot.waitUntil(lambda: screen.preview.view.page_count > 0, timeout=10_000)
    assert screen.preview.view.data.startswith(b"%PDF")


def test_killed_and_started_again_offers_what_was_typed(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    _, screen = opened(qtbot, enter, office)
    state = screen.state
    assert state is not None
    screen.saver._later.setInterval(10**6)  # the server never hears of it
    item = state.items[3]
    screen._answer(item, Answer.MINOR)
    screen._remark(item, "页码涂改未盖章", "案卷第3页")
    screen.editor._state = state
    state.write("closing", "请于三日内回复。")
    screen.saver.touched()
    qtbot.waitUntil(lambda: not screen.saver._timer.isActive(), timeout=2000)
    idle(qtbot, screen.desk.jobs)
    # Killed: nothing is sent, nothing says good-bye.
    screen.saver.state = None
    shell, again = opened(qtbot, enter, office)
    idle(qtbot, shell.desk.jobs)
    assert again is not screen
    assert again.state is not None
    row = again.state.row(item.id)
    assert row == AnswerRow(item.id, Answer.MINOR, "页码涂改未盖章", "案卷第3页")
    assert again.state.draft.closing == "请于三日内回复。"
    assert "已恢复" in again.banner.label.text()
    again.saver.send_all()
    idle(qtbot, shell.desk.jobs)
    assert saved(shell, office)[item.id].note == "页码涂改未盖章"
    found: list[object] = []
    shell.desk.drafts.read(shell, lambda drafts: found.append(list(drafts)))
    qtbot.waitUntil(lambda: bool(found))
    assert found == [[]]


def test_the_loser_of_a_lost_update_keeps_the_text(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell, screen = opened(qtbot, enter, office)
    state = screen.state
    assert state is not None
    screen.saver._later.setInterval(10**6)
    item = state.items[0]
    case_id = office.cases["reviewing"]
    # The same person at another desk saves first.
    review.answer(
        shell.desk.session,
        case_id=case_id,
        seen_version=state.version,
        answers=[AnswerRow(item.id, Answer.MINOR, "那边写的", "")],
    )
    screen._answer(item, Answer.CONFORMS)
    screen.saver.send_all()
    qtbot.waitUntil(lambda: screen.findChild(ConflictDialog) is not None)
    dialog = screen.findChild(ConflictDialog)
    assert dialog is not None
    row = dialog.table.model().index(0, 0)
    assert row.data() == item.id
    assert "那边写的" in dialog.table.model().index(0, 2).data()
    dialog.accept()
    assert screen.state is not None
    kept = screen.state.row(item.id)
    assert kept is not None
    assert kept.answer is Answer.CONFORMS
    screen.saver.send_all()
    idle(qtbot, shell.desk.jobs)
    assert saved(shell, office)[item.id].answer is Answer.CONFORMS


def test_a_wrong_passphrase_costs_nothing(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    shell, screen = opened(qtbot, enter, office)
    state = screen.state
    assert state is not None
    for item in state.items:
        state.answer(item.id, Answer.CONFORMS)
    state.remark("G01", note="金额未达到追诉标准", evidence="")
    screen._show_all()
    screen.foot.sign.click()
    qtbot.waitUntil(lambda: screen.findChild(SigningPrompt) is not None, timeout=10_000)
    prompt = screen.findChild(SigningPrompt)
    assert prompt is not None
    idle(qtbot, shell.desk.jobs)
    right = prompt.secret.text()
    prompt.secret.setText("猜一个")
    prompt.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert prompt.isVisible()
    assert prompt.form.fields["secret"].fault.text()
    reader = shell.desk.session.reader
    assert reader.case(office.cases["reviewing"]).state is State.REVIEWING
    assert reader.documents(office.cases["reviewing"]) in ([], ())
    prompt.secret.setText(right)
    prompt.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert reader.case(office.cases["reviewing"]).state is State.SIGNING
