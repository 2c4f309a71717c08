"""The clocks of a case on screen and the extension of a review, over the real sample office."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop import resources
from sanzhi_desktop.application import intake, ruleset
from sanzhi_desktop.application.deadlines import ClockKind
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import sample
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.compose.sample import SampleKeys
from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.clock import DeadlineRule
from sanzhi_desktop.domain.deadline import compute
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.resources import calendars
from sanzhi_desktop.ui.clocks.day_grid import DayGrid, boxes_of
from sanzhi_desktop.ui.clocks.extend_case_step import ExtendCaseStep
from sanzhi_desktop.ui.clocks.extend_step import ExtendStep
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screens.case import CaseScreen
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat, type_chinese

PEOPLE = sample.office_data()


def person(role: Role) -> str:
    return PEOPLE.holder(role).person_id


@pytest.fixture
def lead(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, person(Role.LEAD), work) as taken:
        yield taken


def open_case(taken: Seat, case_id: str) -> CaseScreen:
    screen = taken.sit(CaseScreen, case_id=case_id)
    assert isinstance(screen, CaseScreen)
    screen.tabs.setCurrentWidget(screen.clocks)
    return screen


def test_the_tab_lists_the_clocks_and_shows_every_day(
    lead: Seat, qtmodeltester: ModelTester
) -> None:
    screen = open_case(lead, lead.furnished.cases["reviewing"])
    panel = screen.clocks
    qtmodeltester.check(panel.model)  # type: ignore[no-untyped-call]
    assert panel.model.index(0, 0).data() == "审核期限"
    assert panel.model.index(0, 1).data() == "5个工作日"
    assert panel.heading.text().endswith("（原则上）")
    assert panel.model.index(0, 2).data() == "2026-09-24"
    boxes = panel.grid.boxes
    assert [box.mark for box in boxes if box.mark] == ["起算日", "届满日"]
    sunday = next(box for box in boxes if box.day == date(2026, 9, 20))
    assert "调休上班" in sunday.words()
    assert "第1日" in sunday.words()
    assert "2026年9月24日届满" in panel.basis.text()
    assert "舒应急〔2019〕85号" in panel.basis.text()
    assert "原则上" in panel.note.label.text()
    assert "2026.1" in panel.calendar.text()
    assert nameless(panel) == []


def test_a_clock_that_has_no_days_says_why(lead: Seat) -> None:
    panel = open_case(lead, lead.furnished.cases["reviewing"]).clocks
    kinds = [clock.kind for clock in panel.page.clocks] if panel.page else []
    panel.table.setCurrentIndex(panel.model.index(kinds.index(ClockKind.SERVICE), 0))
    assert panel.empty.isVisible()
    assert not panel.grid.isVisible()
    assert not panel.print.isEnabled()


def test_the_strip_is_laid_out_to_print(lead: Seat) -> None:
    panel = open_case(lead, lead.furnished.cases["reviewing"]).clocks
    panel.print.click()
    dialog = lead.dialog(PaperDialog, panel)
    assert dialog.windowTitle().startswith("审核期限推算表")
    assert dialog.panel.view.page_count >= 1
    dialog.reject()


def test_arrow_keys_walk_over_the_days(qtbot: QtBot) -> None:
    rule = DeadlineRule("review.limit", "审核期限", 5, Unit.WORKING_DAY, "某办法")
    start = datetime(2026, 9, 18, 2, tzinfo=UTC)
    strip = compute(
        rule, [ClockEvent(1, 1, rule.start, start)], calendar=calendars.shipped(), now=start
    )
    grid = DayGrid()
    qtbot.addWidget(grid)
    grid.show_strip(strip, date(2026, 9, 18))
    grid.show()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.accessibleDescription() == "2026-09-20 周日：计入，调休上班（第1日）"
    QTest.keyClick(grid, Qt.Key.Key_Down)
    box = grid.current()
    assert box is not None
    assert box.day == date(2026, 9, 20), "there is no week below; the day stays"
    assert [b.day for b in grid.boxes] == [date(2026, 9, 18) + timedelta(days=n) for n in range(7)]


def test_in_a_small_window_the_list_stands_above_the_days(lead: Seat) -> None:
    screen = open_case(lead, lead.furnished.cases["reviewing"])
    split = screen.clocks.split
    letter = screen.fontMetrics().horizontalAdvance("字")
    screen.resize(letter * 70, 720)
    lead.qtbot.waitUntil(lambda: split.orientation() == Qt.Orientation.Vertical)
    screen.resize(letter * 90, 720)
    lead.qtbot.waitUntil(lambda: split.orientation() == Qt.Orientation.Horizontal)


def test_days_before_an_event_are_numbered_from_the_event(lead: Seat) -> None:
    panel = open_case(lead, lead.furnished.cases["reviewing"]).clocks
    assert panel.page is not None
    notice = next(c for c in panel.page.clocks if c.kind is ClockKind.HEARING_NOTICE)
    assert notice.strip is not None
    boxes = boxes_of(notice.strip)
    assert [box.mark for box in (boxes[0], boxes[-1])] == ["最迟", "听证日"]
    assert [box.number for box in boxes if box.number] == [7, 6, 5, 4, 3, 2, 1]


def test_suspension_and_extension_stand_on_their_days() -> None:
    rule = DeadlineRule(
        "review.limit", "审核期限", 5, Unit.WORKING_DAY, "某办法", causes={"correction": "补正期间"}
    )

    def event(seq: int, name: str, day: int, **more: object) -> ClockEvent:
        moment = datetime(2026, 9, day, 2, tzinfo=UTC)
        return ClockEvent(1, seq, name, moment, **more)  # type: ignore[arg-type]

    events = [
        event(1, rule.start, 18),
        event(2, "suspend", 21, cause="correction"),
        event(3, "resume", 22, cause="correction"),
        event(4, "extend", 23, number=2, unit="working_day", approver="局长"),
    ]
    strip = compute(rule, events, calendar=calendars.shipped(), now=events[-1].at)
    boxes = {box.day: box for box in boxes_of(strip)}
    assert boxes[date(2026, 9, 21)].words() == "2026-09-21 周一：不计入，补正期间"
    assert boxes[date(2026, 9, 23)].mark == "批准延长2个工作日"
    assert boxes[date(2026, 9, 29)].number == 5
    assert strip.due is not None
    assert boxes[strip.due].number == 7
    assert boxes[strip.due].due


def test_without_a_rule_nothing_can_be_extended(lead: Seat) -> None:
    screen = open_case(lead, lead.furnished.cases["reviewing"])
    screen.take(Action.EXTEND)
    dialog = lead.dialog(ExtendStep, screen)
    assert "没有规定审核期限可以延长" in dialog.refusal.label.text()
    assert not dialog.ok.isEnabled()
    assert not dialog.form.isEnabled()
    dialog.reject()


@pytest.fixture
def extendable(lead: Seat, work: Work) -> str:
    """A case under an edition whose rules provide for three more working days."""
    opened = lead.entry._open()
    admin = opened.session(person(Role.ADMIN))
    own = ruleset.current(admin.reader).set(
        "review.extension",
        {
            "value": 3,
            "unit": "working_day",
            "approver": "分管负责人",
            "before_end": True,
            "document": "样例法审〔2026〕1号",
            "article": "第十条",
            "quote": "经分管负责人批准，可以延长三个工作日",
        },
    )
    ruleset.publish(admin, work.book, own, edition="2026-02", effective_from=date(2026, 9, 1))
    here = admin.reader.office()
    profile = work.book.applied(admin.reader.profile_applied(here.profile_id, "2026-02"))
    nobody = SampleKeys(None, {})  # type: ignore[arg-type]  # nobody signs here
    made = Journey(PEOPLE, nobody, work, profile, ReplayClock(lead.now), opened.session)
    source = resources.path("samples", "penalty.txt")
    made.register(made.complete(work.reader.read(source)), source)
    made.confirm()
    made.accept()
    return made.case_id


def test_an_extension_within_the_rule_moves_the_last_day(lead: Seat, extendable: str) -> None:
    screen = open_case(lead, extendable)
    assert screen.clocks.model.index(0, 2).data() == "2026-09-24"
    screen.take(Action.EXTEND)
    dialog = lead.dialog(ExtendStep, screen)
    assert "还可以延长3个工作日" in dialog.allowed.label.text()
    assert "分管负责人" in dialog.allowed.label.text()
    fields = dialog.form.fields
    QTest.keyClicks(fields["number"].editor, "4")
    assert "超过了可以延长的3个工作日" in fields["number"].fault.text()
    fields["number"].editor.clear()
    QTest.keyClicks(fields["number"].editor, "3")
    assert fields["number"].fault.text() == ""
    assert dialog.outcome.text() == "延长后届满日：2026-09-30"
    type_chinese(fields["reason"].editor, "案情复杂")
    dialog.ok.click()
    assert "请填写批准人" in fields["approver"].fault.text()
    type_chinese(fields["approver"].editor, "某分管负责人")
    with lead.qtbot.waitSignal(dialog.accepted, timeout=10_000):
        dialog.ok.click()
    lead.idle()
    assert screen.clocks.model.index(0, 2).data() == "2026-09-30"
    assert "经某分管负责人批准延长3个工作日" in screen.clocks.basis.text()
    (due,) = lead.sql("select due_on from case_ where case_id = ?", extendable)
    assert due == ("2026-09-30",)


@pytest.fixture
def handler(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, person(Role.HANDLER), work) as taken:
        yield taken


def market_case(taken: Seat, work: Work) -> str:
    """A case of a sector whose own rule lets its period be extended."""
    source = resources.path("samples", "penalty.txt")
    read = work.reader.read(source).submission
    ready = replace(read, sector="market", filing_date=date(2026, 8, 3), unit="执法大队")
    return intake.register(
        taken.desk.session, submission=ready.confirmed(*ready.provenance), materials=()
    ).case_id


def test_the_period_of_the_case_is_extended_by_its_rule(
    handler: Seat, work: Work, tmp_path: Path
) -> None:
    case_id = market_case(handler, work)
    screen = open_case(handler, case_id)
    panel = screen.clocks
    assert [panel.model.index(n, 0).data() for n in range(2)] == ["审核期限", "办理期限"]
    assert panel.model.index(1, 2).data() == "2026-11-02"  # 1 November is a Sunday
    screen.take(Action.EXTEND_CASE)
    dialog = handler.dialog(ExtendCaseStep, screen)
    assert "可以延长30日" in dialog.allowed.label.text()
    assert "市场监督管理" in dialog.allowed.label.text()
    fields = dialog.form.fields
    QTest.keyClicks(fields["number"].editor, "31")
    QTest.keyClicks(fields["approved_on"].editor, "2026-09-18")
    assert "超过了可以延长的30日" in fields["number"].fault.text()
    fields["number"].editor.clear()
    QTest.keyClicks(fields["number"].editor, "30")
    assert dialog.outcome.text() == "延长后办理期限届满日：2026-12-01"
    dialog.ok.click()
    assert "请填写批准人" in fields["approver"].fault.text()
    type_chinese(fields["approver"].editor, "某局长")
    type_chinese(fields["paper"].editor, "延长办案期限审批表〔2026〕3号")
    type_chinese(fields["reason"].editor, "案情复杂")
    wrong = tmp_path / "scan.pdf"
    wrong.write_bytes(b"not a scan")
    dialog.file.take(wrong)
    dialog.ok.click()
    handler.idle()
    assert "不是 PDF" in dialog.refusal.label.text()
    wrong.write_bytes(b"%PDF-1.4 scan")
    before = handler.desk.session.reader.case(case_id).version
    with handler.qtbot.waitSignal(dialog.accepted, timeout=10_000):
        dialog.ok.click()
    handler.idle()
    assert panel.model.index(1, 2).data() == "2026-12-01"
    panel.table.setCurrentIndex(panel.model.index(1, 0))
    assert "经某局长批准延长30日" in panel.basis.text()
    assert handler.desk.session.reader.case(case_id).version == before
    (kept,) = handler.sql("select kind from document where case_id = ?", case_id)
    assert kept == ("case_extension",)


def test_without_a_sector_the_statute_allows_no_extension(handler: Seat) -> None:
    screen = open_case(handler, handler.furnished.cases["reviewing"])
    screen.take(Action.EXTEND_CASE)
    dialog = handler.dialog(ExtendCaseStep, screen)
    assert "没有规定办理期限可以延长" in dialog.refusal.label.text()
    assert "行政处罚法" in dialog.refusal.label.text()
    assert not dialog.ok.isEnabled()
    dialog.reject()
