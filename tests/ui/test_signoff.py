"""The head's screen: everything on one page, sends back with reasons, sees what changed."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.case import Party, Submission
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.screens.review import ReviewScreen
from sanzhi_desktop.ui.screens.signoff import SignoffScreen, changes_since
from sanzhi_desktop.ui.steps.submitting import SendBackStep
from sanzhi_desktop.ui.widgets import PlainLabel
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished


def test_shows_who_what_and_the_paper_as_it_will_print(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell = enter("guzhang_01")
    shell.show_screen("signoff", office.cases["signing"])
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, SignoffScreen)
    case = shell.desk.session.reader.case(office.cases["signing"])
    words = "\n".join(label.text() for label in screen.findChildren(PlainLabel))
    for part in (
        case.submission.party.name,
        case.submission.proposed_decision,
        "周样五",
        "同意",
        "2026年9月24日届满",
    ):
        assert part in words
    qtbot.waitUntil(lambda: screen.paper.view.page_count > 0)
    current = case.current
    assert current is not None
    stored = shell.desk.session.reader.document(current.certified_sha256)
    assert screen.paper.view.data == stored
    assert "2026年9月20日" in screen.strip.accessibleDescription()


def test_sends_back_with_a_reason_that_the_reviewer_reads(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    case_id = office.cases["signing"]
    shell = enter("guzhang_01")
    shell.show_screen("signoff", case_id)
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, SignoffScreen)
    screen._step(Action.SEND_BACK)
    dialog = screen.findChild(SendBackStep)
    assert dialog is not None
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert "理由" in dialog.refusal.label.text()
    dialog.form.fields["reason"].set_text("请补充裁量依据的说明")
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert shell.desk.session.reader.case(case_id).state is State.REVIEWING
    assert not isinstance(shell.front, SignoffScreen)  # the case has left this step
    shell = enter("shenhe_01")
    shell.show_screen("review", case_id)
    idle(qtbot, shell.desk.jobs)
    reviewing = shell.front
    assert isinstance(reviewing, ReviewScreen)
    assert "请补充裁量依据的说明" in reviewing.banner.label.text()


def test_says_what_changed_since_the_last_round() -> None:
    before = Submission(name="甲案", facts="旧事实", amount_fen=100_00, party=Party(name="甲公司"))
    now = replace(
        before,
        facts="新事实",
        amount_fen=90_00,
        party=Party(name="乙公司"),
        penalty_basis=("某条",),
    )
    assert changes_since(before, before) == []
    found = {label: (old, new) for label, old, new in changes_since(before, now)}
    assert found == {
        "认定的事实": ("旧事实", "新事实"),
        "金额": ("100元", "90元"),
        "处理依据": ("", "某条"),
        "当事人": ("甲公司", "乙公司"),
    }
