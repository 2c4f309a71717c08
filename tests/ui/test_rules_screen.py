"""The rules in force as they are shown, held against the TOML files they come from."""

import tomllib
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop import resources
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.ui.rules import words
from sanzhi_desktop.ui.rules.words import Standing
from sanzhi_desktop.ui.screens.rules import RulesScreen
from tests.ui.hands import say
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat


@pytest.fixture
def desk(furnished: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, furnished, "shenhe_01", work) as taken:
        yield taken


@pytest.fixture
def screen(desk: Seat) -> RulesScreen:
    made = desk.sit(RulesScreen)
    assert isinstance(made, RulesScreen)
    return made


def shown(screen: RulesScreen) -> list[Rule]:
    return list(screen.model.loaded)


def choose(screen: RulesScreen, key: str) -> Rule:
    rules = shown(screen)
    place = next(n for n, rule in enumerate(rules) if rule.key == key)
    screen.table.setCurrentIndex(screen.model.index(place, 0))
    return rules[place]


def detail(screen: RulesScreen) -> str:
    from sanzhi_desktop.ui.widgets import PlainLabel

    return "\n".join(label.text() for label in screen.detail._card.findChildren(PlainLabel))


def test_every_key_is_there_in_the_order_of_the_key_table(screen: RulesScreen) -> None:
    table = tomllib.loads(resources.path("profiles", "keys.toml").read_text("utf-8"))["keys"]
    found = [rule.key for rule in shown(screen)]
    assert set(found) == set(table)
    assert found == sorted(found, key=list(table).index)


def test_open_rules_are_told_apart_and_counted(screen: RulesScreen) -> None:
    assert screen.page is not None
    wanted = set(screen.page.profile.open_keys())
    screen.standings.setCurrentIndex(screen.standings.findData("any_open"))
    assert {rule.key for rule in shown(screen)} == wanted
    assert f"待定 {len(wanted)} 条" in screen.count.text()
    for n in range(screen.model.rowCount()):
        assert str(screen.model.index(n, 1).data()).startswith("待定")
    screen.standings.setCurrentIndex(screen.standings.findData(Standing.SET.value))
    assert not {rule.key for rule in shown(screen)} & wanted


def test_an_open_rule_names_the_default_that_applies(screen: RulesScreen) -> None:
    rule = choose(screen, "countersign.substitutes")
    assert rule.open
    assert rule.default is not None
    row = shown(screen).index(rule)
    assert screen.model.index(row, 1).data() == "待定（暂按缺省：否）"
    assert "全国缺省" in screen.detail.open_mark.label.text()


def test_source_article_and_quote_are_those_of_the_file(screen: RulesScreen) -> None:
    own = tomllib.loads(resources.path("profiles", "shucheng.toml").read_text("utf-8"))
    written = own["rules"]["gate.requires_review"]
    rule = choose(screen, "gate.requires_review")
    said = detail(screen)
    assert rule.source is not None
    assert rule.source.quote == written["quote"]
    assert f"“{written['quote']}”" in said
    assert rule.source.cited() in said
    screen.detail.copy_quote.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == written["quote"]
    files = [file.read_text("utf-8") for file in resources.path("profiles").glob("*.toml")]
    assert all(any(line in text for text in files) for line in lines)
    screen.detail.copy_all.click()
    copied = QGuiApplication.clipboard().text()
    assert written["quote"] in copied
    assert rule.source.cited() in copied


def test_search_finds_title_source_and_quote(screen: RulesScreen, qtbot: QtBot) -> None:
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.search.setFocus()
    say("行政处罚法 第五十八条")
    found = shown(screen)
    assert "gate.requires_review.penalty" in {rule.key for rule in found}
    for rule in found:
        text = words.citation(rule) + str(rule.also) + rule.why + rule.note
        assert "第五十八条" in text or any(
            "第五十八条" in quoted.source.article for quoted in words.rows(rule)
        )
    screen.search.clear()
    say("没有哪一条会这样写")
    assert screen.body.currentWidget() is screen.empty
    screen.search.clear()
    assert screen.body.currentWidget() is not screen.empty


def test_area_filter_holds_together(screen: RulesScreen) -> None:
    screen.areas.setCurrentIndex(screen.areas.findData("clock"))
    assert shown(screen)
    assert all(rule.key.startswith("clock.") for rule in shown(screen))


def test_list_rules_show_each_row_with_its_own_quote(screen: RulesScreen) -> None:
    choose(screen, "review.dimensions")
    own = tomllib.loads(resources.path("profiles", "shucheng.toml").read_text("utf-8"))
    said = detail(screen)
    for number, row in enumerate(own["rules"]["review.dimensions"]["value"], start=1):
        assert f"{number}. {row['name']}" in said
        assert row["quote"] in said


@pytest.mark.parametrize("profile_id", profiles.shipped_ids())
def test_every_shipped_rule_reads_in_chinese(profile_id: str) -> None:
    for key, rule in profiles.shipped(profile_id).rules.items():
        assert words.area_name(words.area(key)) != f"rule_area.{words.area(key)}"
        said = words.value(rule)
        assert said
        assert "{" not in said
        assert words.citation(rule).startswith(rule.title)


def test_names_and_model(screen: RulesScreen, qtmodeltester: ModelTester) -> None:
    assert nameless(screen) == []
    qtmodeltester.check(screen.model, force_py=True)  # type: ignore[no-untyped-call]
