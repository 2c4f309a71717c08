"""The history screen over real cases: events, verdicts, chains, and what tampering looks like."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import ChainFault, DocumentRow
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices
from sanzhi_desktop.resources.sentences import table
from sanzhi_desktop.ui.history.words import chain_told
from sanzhi_desktop.ui.screens import for_roles
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.screens.history import HistoryScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.theme import Tone
from tests.ui.hands import ALT, press, say
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat

AUDITOR, REVIEWER = "guanli_01", "shenhe_01"


@pytest.fixture
def desk(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, AUDITOR, work) as taken:
        yield taken


def tamper(taken: Seat, table_name: str, statement: str, *values: Any) -> None:
    """Somebody with the file in hands takes the walls down and changes a row."""
    file = taken.furnished.folder / offices.SAMPLE_DATABASE
    with sqlite3.connect(file) as db:
        walls = db.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = ?", (table_name,)
        ).fetchall()
        for (wall,) in walls:
            db.execute(f'drop trigger "{wall}"')
        changed = db.execute(statement, values).rowcount
    db.close()
    assert walls
    assert changed == 1


def choose_paper(taken: Seat, screen: Any, kind: str) -> DocumentRow:
    model = screen.papers.model
    place = next(n for n in range(model.rowCount()) if model.row(n).kind == kind)
    screen.tabs.setCurrentIndex(1)
    screen.papers.table.setCurrentIndex(model.index(place, 0))
    taken.idle()
    found = model.row(place)
    assert isinstance(found, DocumentRow)
    return found


def test_events_are_told_in_beijing_time_with_their_facts(desk: Seat) -> None:
    case_id = desk.furnished.cases["passed"]
    screen = desk.sit(HistoryScreen, case_id=case_id)
    model = screen.events.model
    stored = desk.sql("select count(*) from audit where case_id = ?", case_id)[0][0]
    assert model.rowCount() == stored == 8
    said = [model.index(n, 3).data() for n in range(8)]
    assert said[0] == "登记送审"
    assert said[-1] == "签发（同意）"
    utc = desk.sql("select entry from audit where case_id = ? and seq = 4", case_id)[0][0]
    assert '"shenhe_01"' in utc
    screen.events.table.setCurrentIndex(model.index(3, 0))
    words = screen.events.words.text()
    assert "审核人：周样五（shenhe_01）" in words
    hour = model.index(3, 1).data()
    assert hour.startswith("2026-09-18 1")  # the office works in the morning, UTC is night
    assert model.row(3).hash in words.replace(" ", "")


def test_a_valid_opinion_is_told_as_valid_and_its_pages_are_shown(desk: Seat) -> None:
    screen = desk.sit(HistoryScreen, case_id=desk.furnished.cases["passed"])
    chosen = choose_paper(desk, screen, "opinion")
    assert screen.papers.answer.label.text().startswith("有效")
    assert screen.papers.answer.property("tone") == Tone.OK.value
    said = screen.papers.words.text()
    assert "审核人周样五：有效" in said
    assert "签发人郑样七：有效" in said
    assert "与数据库留存的原件一致" in said
    assert screen.papers.hash.text() == chosen.sha256
    assert screen.papers.panel.view.page_count > 3


def test_an_opinion_that_waits_for_the_head_is_no_false_alarm(desk: Seat) -> None:
    screen = desk.sit(HistoryScreen, case_id=desk.furnished.cases["signing"])
    choose_paper(desk, screen, "opinion_certified")
    assert "尚待签发" in screen.papers.answer.label.text()
    assert screen.papers.answer.property("tone") == Tone.WARN.value


def test_a_changed_opinion_is_told_as_invalid(desk: Seat) -> None:
    case_id = desk.furnished.cases["passed"]
    query = "select sha256, content from document where case_id = ? and kind = 'opinion'"
    sha256, content = desk.sql(query, case_id)[0]
    place = content.index(b"/Type") + 700
    changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    tamper(desk, "document", "update document set content = ? where sha256 = ?", changed, sha256)
    screen = desk.sit(HistoryScreen, case_id=case_id)
    choose_paper(desk, screen, "opinion")
    assert screen.papers.answer.label.text().startswith("无效")
    assert screen.papers.answer.property("tone") == Tone.DANGER.value
    assert "与数据库留存的原件不一致" in screen.papers.words.text()


def test_chain_check_tells_intact_and_edited_apart(desk: Seat) -> None:
    case_id = desk.furnished.cases["passed"]
    screen = desk.sit(HistoryScreen, case_id=case_id)
    screen.events.check.click()
    desk.idle()
    assert screen.events.answer.label.text().startswith("办理记录完整")
    assert desk.desk.session.reader.chain_root() in screen.events.root.text().replace(" ", "")
    tamper(
        desk,
        "audit",
        "update audit set entry = replace(entry, 'shenhe_01', 'shenhe_02')"
        " where case_id = ? and seq = 4",
        case_id,
    )
    screen.events.check.click()
    desk.idle()
    told = screen.events.answer.label.text()
    assert screen.events.answer.property("tone") == Tone.DANGER.value
    assert "第 4 条的内容被改动" in told
    screen._show_case(desk.furnished.cases["signing"])
    desk.idle()
    assert screen.events.answer.isHidden()  # an answer never stays beside another case
    screen.events.check.click()
    desk.idle()
    assert screen.events.answer.label.text().startswith("办理记录完整")


def test_every_kind_of_break_has_its_words() -> None:
    for what in ("edited", "deleted", "reordered", "truncated", "head"):
        told = chain_told([ChainFault("c", 7, what)], None)
        assert told.tone is Tone.DANGER
        assert "第 7 条" in told.lines[0]
        assert f"chain.{what}" in table()


def test_search_by_keyboard_finds_and_opens(desk: Seat, qtbot: QtBot) -> None:
    screen = desk.sit(HistoryScreen)
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    assert screen.body.currentWidget() is screen.empty
    qtbot.waitUntil(screen.search.hasFocus)
    say("没有这样的当事人")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 0 and "没有符合" in screen.none.text())
    screen.search.clear()
    say("恒信机械")
    qtbot.waitUntil(lambda: screen.model.rowCount() == len(desk.furnished.cases))
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(screen.table.hasFocus)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.page is not None)
    first = screen.page.case_id
    press(Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: screen.page.case_id != first)
    desk.idle()


def test_news_from_elsewhere_move_nothing_under_the_eye(desk: Seat, qtbot: QtBot) -> None:
    case_id = desk.furnished.cases["submitted"]
    screen = desk.sit(HistoryScreen, case_id=case_id)
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.table.setFocus()
    screen.events.table.setCurrentIndex(screen.events.model.index(1, 0))
    assert screen.table.current_row().case_id == case_id
    assert screen.table.currentIndex().row() > 0
    desk.jobs.changed.emit(Changed(kinds=frozenset({"case"})))
    desk.idle()
    assert screen.page.case_id == case_id
    assert screen.table.current_row().case_id == case_id
    assert screen.events.table.currentIndex().row() == 1
    assert screen.table.hasFocus()


def test_no_number_is_cut_off_in_the_list(desk: Seat, qtbot: QtBot) -> None:
    screen = desk.sit(HistoryScreen)
    keys = [column.key for column in screen.model.columns]
    for width in (1000, 1300):
        screen.resize(width, 700)
        qtbot.waitUntil(lambda: screen.table.horizontalScrollBar().maximum() == 0)
        room = screen.table.columnWidth(keys.index("number"))
        shown = [r.number for r in screen.model.loaded if r.number]
        assert shown
        letters = screen.table.fontMetrics()
        assert all(letters.horizontalAdvance(n) + 8 <= room for n in shown)


def test_the_office_has_a_history_too(desk: Seat) -> None:
    screen = desk.sit(HistoryScreen)
    screen.office.click()
    desk.idle()
    model = screen.events.model
    said = {model.index(n, 3).data() for n in range(model.rowCount())}
    assert {"登记人员", "设定岗位", "登记证书", "登记印章", "登记信任根"} <= said
    assert not screen.tabs.isTabVisible(1)
    for n in range(model.rowCount()):
        screen.events.table.setCurrentIndex(model.index(n, 0))
        assert "BEGIN CERTIFICATE" not in screen.events.words.text()


def test_who_has_nothing_to_do_with_the_office_is_not_shown_its_history(
    enter: Callable[[str], Shell],
) -> None:
    shell = enter(REVIEWER)
    screen = shell.show_screen("history")
    assert isinstance(screen, HistoryScreen)
    assert screen.office.isHidden()


def test_going_to_the_case_itself(desk: Seat) -> None:
    case_id = desk.furnished.cases["passed"]
    screen = desk.sit(HistoryScreen, case_id=case_id)
    gone: list[tuple[str, object]] = []
    desk.desk.go.connect(lambda key, case: gone.append((key, case)))
    screen.open.click()
    assert gone == [("case", case_id)]


def test_names_and_models(desk: Seat, qtmodeltester: ModelTester) -> None:
    screen = desk.sit(HistoryScreen, case_id=desk.furnished.cases["passed"])
    assert nameless(screen) == []
    for model in (screen.model, screen.events.model, screen.papers.model):
        qtmodeltester.check(model, force_py=True)  # type: ignore[no-untyped-call]


def test_a_case_leads_to_its_history_and_back(
    enter: Callable[[str], Shell], office: Furnished, qtbot: QtBot
) -> None:
    shell = enter(AUDITOR)
    case_id = office.cases["passed"]
    case = shell.show_screen("case", case_id)
    assert isinstance(case, CaseScreen)
    case.whole_history.click()
    qtbot.waitUntil(lambda: isinstance(shell.front, HistoryScreen))
    history = shell.front
    assert isinstance(history, HistoryScreen)
    qtbot.waitUntil(lambda: history.page is not None and history.page.case_id == case_id)
    qtbot.waitUntil(lambda: history.table.current_row() is not None)
    qtbot.waitUntil(lambda: history.table.current_row().case_id == case_id)
    history.open.click()
    assert shell.front is case
    qtbot.waitUntil(lambda: not shell.desk.jobs._waiting)


def test_the_rail_opens_every_screen_by_its_key(
    enter: Callable[[str], Shell], qtbot: QtBot
) -> None:
    shell = enter(AUDITOR)
    shell.window().activateWindow()
    qtbot.waitUntil(shell.window().isActiveWindow)
    for place, spec in enumerate(for_roles(shell.desk.roles), start=1):
        QTest.keyClick(shell.window(), Qt.Key(ord(str(place % 10))), ALT)
        wanted = spec.name
        qtbot.waitUntil(lambda: type(shell.front).__name__ == wanted)  # noqa: B023 - waits here
        qtbot.waitUntil(lambda: not shell.desk.jobs._waiting, timeout=20_000)
