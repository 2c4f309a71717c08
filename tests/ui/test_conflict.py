"""Three texts decide what is asked; nobody's text is lost."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import draft_merge
from sanzhi_desktop.application.drafting import Draft
from sanzhi_desktop.domain.opinion import Dimension, Outcome, Problem
from sanzhi_desktop.ui.conflict import ConflictDialog, Difference, compare
from tests.ui.hands import press

_TEXTS = st.fixed_dictionaries({key: st.sampled_from("甲乙丙") for key in "abcd"})


@given(base=_TEXTS, mine=_TEXTS, theirs=_TEXTS)
def test_what_is_asked_and_what_is_taken_over(
    base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> None:
    found = {d.key: d for d in compare(base, mine, theirs, {key: key for key in "abcd"})}
    for key in "abcd":
        here, there = mine[key] != base[key], theirs[key] != base[key]
        if mine[key] == theirs[key] or not there:
            assert key not in found
        else:
            assert found[key].asked == here
    saved = {key: theirs[key] if key in found and not found[key].asked else mine[key]
             for key in "abcd"}  # fmt: skip
    for key in "abcd":  # what one side alone changed is never lost
        if theirs[key] == base[key]:
            assert saved[key] == mine[key]
        elif mine[key] == base[key]:
            assert saved[key] == theirs[key]


def test_each_line_may_change_sides_by_key(qtbot: QtBot, dressed: QApplication) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    dialog = ConflictDialog(
        [Difference("a", "甲", "这边", "那边"), Difference("b", "乙", "旧", "新", asked=False)],
        owner,
    )
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.table.hasFocus)
    assert dialog.from_there == {"b"}
    press(Qt.Key.Key_Space)
    assert dialog.from_there == {"a", "b"}
    assert dialog.table.model().index(0, 3).data() == "他人的"
    press(Qt.Key.Key_Space)
    assert dialog.from_there == {"b"}
    heard: list[str] = []
    dialog.accepted.connect(lambda: heard.append("accepted"))
    dialog.all_theirs.connect(lambda: heard.append("theirs"))
    press(Qt.Key.Key_Escape)
    assert heard == []


def _problem(item_id: str, finding: str, number: int = 1) -> Problem:
    return Problem(number, item_id, Dimension.EVIDENCE, finding, "依据", "", "建议")


def test_a_part_of_an_opinion_moves_with_its_mark() -> None:
    mine = Draft(problems=(_problem("C11", "我的", 3),)).edit(opening="我的开头")
    theirs = Draft(
        outcome=Outcome.CORRECT,
        dimensions={Dimension.EVIDENCE: "他们的段落"},
        problems=(_problem("C11", "他们的", 1),),
        edited=frozenset({"dimension.EVIDENCE", "problem.C11", "outcome"}),
    )
    merged = mine
    for key in sorted(theirs.edited):
        merged = draft_merge.with_part(merged, key, theirs)
    assert merged.edited == theirs.edited | {"opening"}
    assert (merged.opening, merged.outcome) == ("我的开头", Outcome.CORRECT)
    assert merged.dimensions[Dimension.EVIDENCE] == "他们的段落"
    # The number of a problem is the office's own affair: it is never taken from a draft.
    assert (merged.problems[0].finding, merged.problems[0].number) == ("他们的", 3)
    back = draft_merge.with_part(merged, "opening", theirs)
    assert "opening" not in back.edited
    assert draft_merge.parts(theirs)["problem.C11"] == "他们的\n依据\n建议"
