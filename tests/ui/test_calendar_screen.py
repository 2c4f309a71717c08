"""The calendar screen: years in force, a notice taken in, deadlines moved before one's eyes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import sample
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.resources import calendars
from sanzhi_desktop.ui.clocks.notice_dialog import NoticeDialog, days_in_words
from sanzhi_desktop.ui.screens.calendar import CalendarScreen
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat

RUNNING = ("submitted", "accepted", "reviewing", "signing")


@pytest.fixture
def admin(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    person = sample.office_data().holder(Role.ADMIN).person_id
    with seat(qtbot, office, person, work) as taken:
        yield taken


@pytest.fixture
def screen(admin: Seat) -> CalendarScreen:
    made = admin.sit(CalendarScreen)
    assert isinstance(made, CalendarScreen)
    return made


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """2026 as it would be had the Sunday of 20 September not been worked."""
    shipped = next(a for a in calendars.shipped().arrangements if a.year == 2026)
    makeup = {d: n for d, n in shipped.makeup.items() if d != date(2026, 9, 20)}
    made = replace(shipped, edition="2026.2", number="示例通知〔2026〕9号", makeup=makeup)
    file = tmp_path / "2026更正.json"
    file.write_text(calendars.to_json(made), "utf-8")
    return file


def test_years_in_force_with_their_notices(
    screen: CalendarScreen, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(screen.model)  # type: ignore[no-untyped-call]
    years = [screen.model.index(n, 0).data() for n in range(screen.model.rowCount())]
    assert years == ["2026", "2025", "2024"]
    assert screen.model.index(0, 2).data() == "国办发明电〔2025〕7号"
    assert screen.model.index(0, 4).data() == "随程序提供"
    assert "9月20日、10月10日上班" in screen.detail.text()
    assert "2027 年的安排尚未导入" in screen.said.label.text()
    assert nameless(screen) == []


def test_the_days_of_an_arrangement_in_words() -> None:
    shipped = next(a for a in calendars.shipped().arrangements if a.year == 2026)
    words = days_in_words(shipped)
    assert "元旦：1月1日至1月3日放假，1月4日上班" in words
    assert "春节：2月15日至2月23日放假，2月14日、2月28日上班" in words


def test_a_notice_is_shown_first_and_then_moves_the_open_deadlines(
    admin: Seat, screen: CalendarScreen, corrected: Path
) -> None:
    screen.take_in(corrected)
    dialog = admin.dialog(NoticeDialog, screen)
    rows = {
        (dialog.model.index(n, 2).data(), dialog.model.index(n, 3).data())
        for n in range(dialog.model.rowCount())
    }
    assert dialog.model.rowCount() == len(RUNNING)
    assert rows == {("2026-09-24", "2026-09-28")}
    assert "4 件在办案件" in dialog.summary.text()
    assert admin.sql("select count(*) from calendar") == [(0,)]
    assert nameless(dialog) == []
    with admin.qtbot.waitSignal(dialog.published, timeout=20_000):
        dialog.publish.click()
    admin.idle()
    cases = [admin.furnished.cases[stage] for stage in RUNNING]
    for case_id in cases:
        assert admin.sql("select due_on from case_ where case_id = ?", case_id) == [("2026-09-28",)]
    passed = admin.furnished.cases["passed"]
    assert admin.sql("select due_on from case_ where case_id = ?", passed) == [("2026-09-24",)]
    assert screen.model.index(0, 1).data() == "2026.2"
    assert "发布" in screen.model.index(0, 4).data()
    assert "9月20日" not in screen.detail.text()
    assert admin.desk.session.reader.verify_chains() == ()


def test_giving_up_changes_nothing(admin: Seat, screen: CalendarScreen, corrected: Path) -> None:
    screen.take_in(corrected)
    dialog = admin.dialog(NoticeDialog, screen)
    dialog.cancel.click()
    admin.idle()
    assert admin.sql("select count(*) from calendar") == [(0,)]
    assert screen.model.index(0, 1).data() == "2026.1"


def test_a_wrong_file_is_refused_with_its_line(
    admin: Seat, screen: CalendarScreen, tmp_path: Path
) -> None:
    file = tmp_path / "坏.csv"
    file.write_text("类别,节日,开始,结束\n年份,2027\n文号,x\n成文日期,2026-11-31\n", "utf-8")
    screen.take_in(file)
    admin.idle()
    assert "第4行" in screen.said.label.text()
    assert "不是有效日期" in screen.said.label.text()


def test_a_year_that_no_library_has_is_said(admin: Seat, screen: CalendarScreen) -> None:
    screen.library.click()
    admin.idle()
    assert "没有2027年的安排" in screen.said.label.text()
    assert admin.sql("select count(*) from calendar") == [(0,)]


def test_what_was_interrupted_is_settled(
    admin: Seat, screen: CalendarScreen, corrected: Path
) -> None:
    screen.check.click()
    admin.idle()
    assert "还没有发布过" in screen.said.label.text()
    screen.take_in(corrected)
    dialog = admin.dialog(NoticeDialog, screen)
    with admin.qtbot.waitSignal(dialog.published, timeout=20_000):
        dialog.publish.click()
    admin.idle()
    screen.check.click()
    admin.idle()
    assert "调整了 0 件" in screen.said.label.text()


def test_others_look_and_do_not_publish(office: Furnished, work: Work, qtbot: QtBot) -> None:
    person = sample.office_data().holder(Role.REVIEWER).person_id
    with seat(qtbot, office, person, work) as taken:
        made = taken.sit(CalendarScreen)
        assert made.model.rowCount() == 3
        for button in (made.bring, made.library, made.check):
            assert not button.isEnabled()
            assert "只有管理员" in button.toolTip()
