"""The gate explains itself on the screen: every reason with its article, open or shut."""

import pytest
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.gate import gate
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.ui.gate_card import GateCard
from sanzhi_desktop.ui.widgets import PlainLabel


def shown(card: GateCard) -> str:
    return "\n".join(label.text() for label in card.findChildren(PlainLabel))


@pytest.mark.parametrize("profile", ["shucheng", "zhengzhou", "tianxin", "yueyanglou", "haimen"])
def test_a_failed_penalty_review_is_shut_by_the_statute(qtbot: QtBot, profile: str) -> None:
    answer = gate(profiles.shipped(profile), Kind.PENALTY, reviewed=True, passed=False)
    card = GateCard(answer, decided=False)
    qtbot.addWidget(card)
    text = shown(card)
    assert "不得作出决定" in text
    assert "未通过" in text
    assert "…" not in text


def test_a_pass_opens_it_and_says_why(qtbot: QtBot) -> None:
    answer = gate(profiles.shipped("shucheng"), Kind.PENALTY, reviewed=True, passed=True)
    card = GateCard(answer, decided=False)
    qtbot.addWidget(card)
    assert "可以作出决定" in shown(card)
    assert "《行政处罚法》第五十八条" in shown(card)


def test_once_decided_nothing_may_be_decided_any_more(qtbot: QtBot) -> None:
    answer = gate(profiles.shipped("shucheng"), Kind.PENALTY, reviewed=True, passed=True)
    card = GateCard(answer, decided=True)
    qtbot.addWidget(card)
    assert "已经作出决定" in shown(card)
    assert "可以作出决定" not in shown(card)
    assert "《行政处罚法》第五十八条" in shown(card)
