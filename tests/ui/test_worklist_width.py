"""The work list in narrow windows, and with the large letters that make any window narrow."""

import pytest
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.ui.screens.worklist import WorklistScreen
from tests.ui.office import Furnished
from tests.ui.seat import seat


@pytest.mark.parametrize("width", [930, 1100, 1700])
def test_nothing_scrolls_sideways(
    qtbot: QtBot, furnished: Furnished, work: Work, width: int
) -> None:
    with seat(qtbot, furnished, "guzhang_01", work) as taken:
        screen = taken.sit(WorklistScreen)
        screen.resize(width, 600)
        view = screen.table.viewport()
        qtbot.waitUntil(lambda: abs(view.width() - width) < 60)
        qtbot.waitUntil(lambda: screen.table.horizontalScrollBar().maximum() == 0)
        keys = [column.key for column in screen.model.columns]
        assert screen.table.columnWidth(keys.index("name")) >= 150
        assert screen.table.columnWidth(keys.index("number")) >= 100


def test_the_search_box_is_whole_on_a_screen_of_800(
    qtbot: QtBot, furnished: Furnished, work: Work
) -> None:
    """What the rail leaves of 800 pixels."""
    with seat(qtbot, furnished, "guzhang_01", work) as taken:
        screen = taken.sit(WorklistScreen)
        screen.resize(618, 560)
        qtbot.waitUntil(lambda: screen.width() <= 618)
        for part in (screen.search, screen.states, *screen.scopes.values()):
            assert part.geometry().right() <= screen.width() - 12
            assert part.width() >= part.minimumSizeHint().width()
        assert screen.search.width() >= 110
