"""The check on the history screen: tags told beside the chains, progress, and stopping."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.audit import Break, read_printed
from sanzhi_desktop.domain.history_tag import TagReport, TagState, Untagged
from sanzhi_desktop.persistence import chains
from sanzhi_desktop.persistence.open import open_embedded
from sanzhi_desktop.resources.sentences import table
from sanzhi_desktop.ui.history.words import tags_told
from sanzhi_desktop.ui.screens.history import HistoryScreen
from sanzhi_desktop.ui.theme import Tone
from tests.persistence.stores import RealStore, use
from tests.ui.office import Furnished
from tests.ui.seat import Seat, seat

AUDITOR = "guanli_01"


@pytest.fixture
def desk(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, AUDITOR, work) as taken:
        yield taken


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> RealStore:
    return use(monkeypatch, RealStore())


def begin(taken: Seat) -> None:
    opened = open_embedded(taken.furnished.folder / offices.SAMPLE_DATABASE)
    opened.begin_tags()
    opened.close()


def test_tags_are_told_beside_the_chains(desk: Seat, store: RealStore) -> None:
    case_id = desk.furnished.cases["passed"]
    screen = desk.sit(HistoryScreen, case_id=case_id)
    screen.events.check.click()
    desk.idle()
    assert screen.events.answer.label.text().startswith("办理记录完整")
    assert screen.events.tags.label.text().startswith("防伪标记：没有启用")
    assert screen.events.tags.property("tone") == Tone.NEUTRAL.value
    begin(desk)
    screen.events.check.click()
    desk.idle()
    assert screen.events.tags.label.text().startswith("防伪标记：已核对")
    assert screen.events.tags.property("tone") == Tone.OK.value
    printed = read_printed(screen.events.root.text().splitlines()[-1])
    kept = desk.desk.session.reader.checkpoint("")
    assert kept is not None
    assert printed is not None
    assert (printed.n, printed.begin) == (kept.n, kept.root[:32])
    store.kept.clear()
    screen.events.check.click()
    desk.idle()
    assert "不在本机，无法核对" in screen.events.tags.label.text()
    screen._show_case(desk.furnished.cases["signing"])
    desk.idle()
    assert screen.events.tags.isHidden()


def test_a_long_check_shows_how_far_it_is_and_can_be_stopped(
    desk: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "_CHAINS_AT_ONCE", 1)
    screen = desk.sit(HistoryScreen, case_id=desk.furnished.cases["passed"])
    events = screen.events
    seen: list[tuple[int, int]] = []
    events.bar.valueChanged.connect(lambda value: seen.append((value, events.bar.maximum())))
    events.check.click()
    desk.idle()
    entries = desk.sql("select sum(seq) from audit_head")[0][0]
    assert seen[-1] == (entries, entries)
    assert seen == sorted(seen)
    assert events.bar.isHidden()
    assert events.stop.isHidden()
    events.check.click()
    assert not events.check.isEnabled()
    events._stop()
    desk.idle()
    assert events.check.isEnabled()
    assert events.answer.label.text() == "查验已停止，没有结论。"
    assert events.bar.isHidden()
    events.check.click()
    desk.idle()
    assert events.answer.label.text().startswith("办理记录完整")


@pytest.mark.parametrize("state", list(TagState))
def test_every_state_has_its_words(state: TagState) -> None:
    assert f"tag.{state.value}" in table()
    report = TagReport(state, "k1", 3, (Untagged("c", 2, 4), Untagged("d", 1, 1)))
    told = tags_told(report, "c")
    assert told.headline.startswith("防伪标记")
    assert told.lines == ("案件 c：第 2 至 4 条没有防伪标记。",)
    assert len(tags_told(report, None).lines) == 2
    wrong = tags_told(replace(report, untagged=(), faults=(Break("", 0, "seal"),)), "c")
    assert wrong.lines[0].startswith("单位事务：防伪标记的总数不符")
