"""What the meeting's decision does, under the rules of two places and for two kinds of case: on
the screens from the objection to the registered decision."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop import resources
from sanzhi_desktop.application import discussion
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices, sample
from sanzhi_desktop.compose.disputing import Disagreement
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.domain.dispute import Ruling
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.meeting import Choice
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.review_marks import MarksDialog
from sanzhi_desktop.ui.screens.meetings import MeetingsScreen
from sanzhi_desktop.ui.screens.review import ReviewScreen
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from tests.ui import dispute_room as dr
from tests.ui.conftest import Enter, idle
from tests.ui.dispute_room import Room
from tests.ui.office import START, Furnished
from tests.ui.test_steps import Step

SOURCE = ("samples", "penalty.txt")
GOVERNMENT = "行政执法机关负责人集体讨论"


@dataclass(frozen=True, slots=True)
class Way:
    """An office whose case came back with problems; `journey` goes on where screens are not the
    matter of the test."""

    furnished: Furnished
    journey: Journey


@pytest.fixture
def way(request: pytest.FixtureRequest, tmp_path: Path, work: Work) -> Iterator[Way]:
    """`request.param`: the rules and the kind of case."""
    profile_id, kind = request.param
    folder = tmp_path / "sample"
    (folder / offices.KEYS).mkdir(parents=True)
    clock = ReplayClock(START)
    opened, keys = offices.found_sample(
        folder / offices.SAMPLE_DATABASE, work, profile_id=profile_id, clock=clock
    )
    for person_id, made in keys.of.items():
        offices.sample_key(folder, person_id).write_bytes(made.p12)
    profile = sample.sample_profile(profile_id)
    journey = Journey(sample.office_data(), keys, work, profile, clock, opened.session)
    source = resources.path(*SOURCE)
    submission = replace(journey.complete(work.reader.read(source)), kind=kind)
    journey.register(submission, source)
    journey.confirm()
    _review(journey, "correct")
    yield Way(Furnished(folder, {"responding": journey.case_id}, clock()), journey)
    opened.close()


def _review(journey: Journey, wanted: str) -> None:
    """From the acceptance to the issued opinion."""
    prefill = journey.work.reader.read(resources.path(*SOURCE))
    for step in (
        journey.accept,
        journey.assign,
        lambda: journey.answer(wanted, prefill),
        lambda: journey.certify(journey.draft(wanted)[1]),
        journey.issue,
    ):
        journey.clock.advance(minutes=5)
        step()


@pytest.fixture
def office(way: Way) -> Furnished:
    return way.furnished


@pytest.fixture
def clock(way: Way) -> Callable[[], datetime]:
    return way.journey.clock


def rules(profile_id: str, kind: Kind) -> pytest.MarkDecorator:
    """The office under these rules with a case of this kind."""
    return pytest.mark.parametrize(
        "way", [(profile_id, kind)], indirect=True, ids=[f"{profile_id}-{kind.value}"]
    )


def words_of(room: Room) -> str:
    """Everything that the tab of the disagreement says to whoever sits at the desk."""
    page = room.page()
    room.idle()
    return " ".join(label.text() for label in page.findChildren(QLabel))


def settle(room: Room, way: Way, ruling: Ruling) -> None:
    """From the objection to the result that came back; each sees in between whose turn it is."""
    clock = way.journey.clock
    numbers = dr.object_to(room, basis_wanted=room.meeting_name != GOVERNMENT)
    assert "等待审核人周样五答复异议" in words_of(room)
    clock.advance(minutes=5)
    dr.reply_and_talk(room, numbers)
    assert "制作双方意见对照表" in words_of(room)
    clock.advance(minutes=5)
    dr.record_and_escalate(room)
    assert "等待会议秘书安排会议" in words_of(room)
    clock.advance(minutes=5)
    dr.plan_meeting(room)
    assert f"{room.meeting_name}（2026-09-18）正在进行" in words_of(room)
    dr.discuss(room, numbers, ruling)
    dr.sign_minutes(room)
    room.sit(dr.SECRETARY)
    assert "等待会议秘书把结果送回本案" in words_of(room)
    room.press(room.meeting(), "送回本案")


def decide(qtbot: QtBot, enter: Enter, case_id: str) -> None:
    """The unit registers the decision as it was cleared."""
    step = Step(qtbot, enter(dr.HANDLER), case_id, Action.REGISTER_DECISION)
    step.fill(decided_on="2026-09-18", number="示应急〔2026〕1号")
    assert step.take() == ""
    assert step.case().state is State.DECIDED


@rules("shucheng", Kind.PENALTY)
@pytest.mark.parametrize("ruling", [Ruling.ADOPT, Ruling.UPHOLD])
def test_after_a_meeting_a_penalty_is_reviewed_again(
    qtbot: QtBot, enter: Enter, way: Way, ruling: Ruling
) -> None:
    case_id = way.journey.case_id
    room = Room(qtbot, enter, case_id)
    settle(room, way, ruling)
    case = room.case()
    assert (case.state, case.clearance) == (State.RESPONDING, None)
    for who in (dr.UNIT, dr.REVIEWER):
        room.sit(who)
        said = words_of(room)
        assert "局长办公会已作出决定" in said
        assert "再次送审" in said
    if ruling is Ruling.UPHOLD:
        assert "维持审核意见" in said
        return
    respond(qtbot, enter, case_id)
    way.journey.clock.advance(minutes=5)
    _review(way.journey, "agree")
    room.sit(dr.REVIEWER)
    case = room.case()
    assert case.state is State.PASSED
    assert case.clearance is not None
    assert case.clearance.origin == "opinion"
    decide(qtbot, enter, case_id)


def respond(qtbot: QtBot, enter: Enter, case_id: str) -> None:
    """Every problem answered, then submitted again."""
    step = Step(qtbot, enter(dr.HANDLER), case_id, Action.RESPOND)
    for number, form in step.dialog.forms.items():
        form.put({"response": f"已按会议决定处理第{number}个问题"})
    assert step.take() == ""
    step = Step(qtbot, enter(dr.UNIT), case_id, Action.CONFIRM)
    step.dialog.declared.setChecked(True)
    assert step.take() == ""


@rules("shucheng", Kind.PENALTY)
def test_the_reviewer_sees_how_earlier_problems_are_marked_before_he_signs(
    qtbot: QtBot, enter: Enter, way: Way
) -> None:
    case_id, journey = way.journey.case_id, way.journey
    respond(qtbot, enter, case_id)
    for step in (journey.accept, journey.assign):
        journey.clock.advance(minutes=5)
        step()
    shell = enter(dr.REVIEWER)
    shell.show_screen("review", case_id)
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, ReviewScreen)
    assert screen.state is not None
    raised = {p.number: p.item_id for p in screen.state.desk.case.problems}
    count = len(raised)
    assert f"以前的问题：待填 {count}" in screen.foot.blockers.text()
    first = min(raised)
    screen.table.go_to(screen.table.checklist.place_of(raised[first]))
    assert f"【待填】问题 {first}（第 1 轮" in screen.item.earlier.text()
    assert "已按会议决定处理" in screen.item.earlier.text()
    item = screen.table.item
    assert item is not None
    screen.item.answered.emit(item, Answer.FAILS)
    assert "【未解决】" in screen.item.earlier.text()
    assert "未解决 1" in screen.foot.blockers.text()
    screen.item.answered.emit(item, Answer.CONFORMS)
    assert "【已解决】" in screen.item.earlier.text()
    screen.foot.earlier.click()
    (dialog,) = [d for d in screen.findChildren(MarksDialog) if d.isVisible()]
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert words.count("已解决") == 1
    assert words.count("待填") == count - 1
    dialog.accept()
    screen._ask_signature()
    (prompt,) = [d for d in screen.findChildren(SigningPrompt) if d.isVisible()]
    shown = " ".join(label.text() for label in prompt.findChildren(QLabel))
    assert "印入意见" in shown
    assert all(f"问题 {number}（" in shown for number in raised)


@rules("zhengzhou", Kind.PENALTY)
def test_no_meeting_opens_the_gate_for_a_penalty_anywhere(
    qtbot: QtBot, enter: Enter, way: Way
) -> None:
    room = Room(qtbot, enter, way.journey.case_id, meeting_name=GOVERNMENT)
    settle(room, way, Ruling.ADOPT)
    case = room.case()
    assert (case.state, case.clearance) == (State.RESPONDING, None)
    room.sit(dr.UNIT)
    assert "第五十八条" in words_of(room)


@rules("zhengzhou", Kind.PERMIT)
def test_for_a_permit_the_meeting_itself_opens_it_where_the_rules_say_so(
    qtbot: QtBot, enter: Enter, way: Way
) -> None:
    case_id = way.journey.case_id
    room = Room(qtbot, enter, case_id, meeting_name=GOVERNMENT)
    settle(room, way, Ruling.ADOPT)
    case = room.case()
    assert case.state is State.PASSED
    assert case.clearance is not None
    assert case.clearance.origin == "collective_decision"
    room.sit(dr.UNIT)
    assert "可以作出决定" in words_of(room)
    decide(qtbot, enter, case_id)


def escalated(way: Way) -> None:
    """To the meeting without the screens."""
    side = Disagreement(way.journey)
    way.journey.clock.advance(minutes=5)
    side.object(lambda _: None)
    side.consult(lambda _: None)
    side.record()
    side.escalate()


@rules("shucheng", Kind.PENALTY)
def test_what_a_meeting_refuses_is_said_and_nothing_typed_is_lost(
    qtbot: QtBot, enter: Enter, way: Way
) -> None:
    escalated(way)
    room = Room(qtbot, enter, way.journey.case_id)
    room.sit(dr.SECRETARY)
    room.shell.show_screen("meetings", "")
    room.idle()
    screen = room.shell.front
    assert isinstance(screen, MeetingsScreen)
    screen.plan.click()
    dialog = room.dialog(screen)
    dialog.form.put({"place": "三楼会议室", "begins": "09:30", "held_on": "昨天"})
    put_text(dialog.chair, dr.CHAIR)
    assert "日期" in room.done(dialog)
    dialog.form.put({"held_on": "2026-09-17"})
    assert room.done(dialog) == ""
    (row,) = room.shell.desk.session.reader.meetings()
    room.meeting_id = row.meeting_id
    dialog = room.press(room.meeting(), "议程")
    assert "早于案件的提请日期" in room.done(dialog)
    dialog.reject()
    dialog = room.press(room.meeting(), "修改安排")
    assert dialog.chair.currentData() == dr.CHAIR
    dialog.form.put({"held_on": "2026-09-18"})
    assert room.done(dialog) == ""
    assert room.done(room.press(room.meeting(), "议程")) == ""
    dialog = room.press(room.meeting(), "点名开会")
    for at in (0, 1):
        dialog.members.item(at, 0).setCheckState(Qt.CheckState.Unchecked)
    assert "缺席的原因" in room.done(dialog)
    for at in (0, 1):
        dialog.members.item(at, 3).setText("出差")
    refused = room.done(dialog)
    assert "未达到2人" in refused
    assert dialog.members.item(1, 3).text() == "出差"
    dialog.members.item(0, 0).setCheckState(Qt.CheckState.Checked)
    dialog.members.item(0, 3).setText("")
    assert room.done(dialog) == ""


@rules("shucheng", Kind.PENALTY)
def test_the_slower_of_two_secretaries_keeps_his_words(
    qtbot: QtBot, enter: Enter, way: Way
) -> None:
    escalated(way)
    room = Room(qtbot, enter, way.journey.case_id)
    dr.plan_meeting(room)
    dialog = room.press(room.meeting(), "汇报")
    dialog.form.put({"text": "本案事实清楚"})
    other = way.journey.session(Role.SECRETARY)
    discussion.report(
        other,
        meeting_id=room.meeting_id,
        seen_version=other.reader.meeting(room.meeting_id).version,
        case_id=room.case_id,
        person_id=dr.REVIEWER,
        text="维持审核意见",
    )
    assert "他人已先更新" in room.done(dialog)
    assert dialog.form.values()["text"] == "本案事实清楚"
    room.idle()
    assert room.done(dialog) == "", "pressed again, both are recorded"
    (item,) = other.reader.meeting(room.meeting_id).items
    assert {r.text for r in item.reports} == {"维持审核意见", "本案事实清楚"}


@rules("shucheng", Kind.PENALTY)
def test_what_was_entered_wrongly_in_a_meeting_is_put_right(
    qtbot: QtBot, enter: Enter, way: Way
) -> None:
    escalated(way)
    room = Room(qtbot, enter, way.journey.case_id)
    dr.plan_meeting(room)
    assert button_of(room, "更正表决").toolTip() == "还没有表决。"
    put_roll_right(room)
    vote_and_put_right(room)
    room.press(room.meeting(), "散会")
    dialog = room.press(room.meeting(), "退出议程")
    assert "撤销本次会议" in dialog.explanation.text()
    dialog.reject()
    dr.sign_minutes(room, members=dr.MEMBERS[1:])
    reader = room.shell.desk.session.reader
    found = reader.meeting(room.meeting_id)
    text = text_of_pdf(reader.meeting_document(found.minutes_sha256))
    assert "更正为“采纳承办意见”" in text
    assert "看错了行" in text
    assert "更正为缺席（临时有会）" in text


def put_roll_right(room: Room) -> None:
    """The first vice head was called as present and was not there."""
    dialog = room.press(room.meeting(), "更正点名")
    assert "更正的理由" in room.done(dialog)
    dialog.why.put({"reason": "签到表核对"})
    assert "没有改动" in room.done(dialog)
    at = next(
        n
        for n in range(dialog.members.rowCount())
        if dialog.members.item(n, 0).data(Qt.ItemDataRole.UserRole) == dr.MEMBERS[0]
    )
    dialog.members.item(at, 0).setCheckState(Qt.CheckState.Unchecked)
    assert "缺席的原因" in room.done(dialog)
    dialog.members.item(at, 3).setText("临时有会")
    assert room.done(dialog) == ""
    assert "更正为缺席（临时有会）" in room.meeting().who.text()


def vote_and_put_right(room: Room) -> None:
    """All vote for the review; one vote was meant for the unit."""
    dr.report_and_speak(room, {dr.CHAIR, dr.MEMBERS[1]})
    dialog = room.press(room.meeting(), "表决")
    for box in dialog.choices.values():
        put_text(box, Choice.UPHOLD.value)
    assert room.done(dialog) == ""
    dialog = room.press(room.meeting(), "更正表决")
    dialog.why.put({"reason": "看错了行"})
    assert "没有改动" in room.done(dialog)
    put_text(next(iter(dialog.table.choices.values())), Choice.ADOPT.value)
    assert room.done(dialog) == ""
    screen = room.meeting()
    said = " ".join(label.text() for label in screen.findChildren(QLabel))
    assert "原记录为“维持审核意见”，更正为“采纳承办意见”" in said
    dialog = room.press(screen, "决定")
    dialog.forms[min(dialog.forms)].put({"against_votes": "主要负责人综合各方意见决定"})
    assert room.done(dialog) == ""
    assert not [
        b for b in room.meeting().findChildren(QPushButton) if b.text().startswith("更正表决")
    ]


def button_of(room: Room, text: str) -> QPushButton:
    """A button of the meeting's screen by the beginning of its caption."""
    made = room.meeting().findChildren(QPushButton)
    return next(b for b in made if b.isVisible() and b.text().startswith(text))


def text_of_pdf(pdf: bytes) -> str:
    """The words of a paper as another program reads them."""
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r\n", "").replace("\n", "")
