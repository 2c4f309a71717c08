"""Models over frozen rows, tried by Qt's own model tester, in Python and in C++."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop.ui import theme
from sanzhi_desktop.ui.checklist_view import ChecklistModel
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.paged import KEPT_PAGES, PAGE, PagedModel
from sanzhi_desktop.ui.tables import ROW, Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from tests.ui.conftest import idle

COLUMNS: list[Column[int]] = [
    Column("n", "数", str, right=True),
    Column("even", "偶", lambda n: "<b>是</b>" if n % 2 == 0 else "", tone=lambda n: Tone.DANGER),
]


@dataclass
class Numbers:
    """A source that counts its calls."""

    size: int
    asked: list[tuple[int, int]] = field(default_factory=list)

    def first(self, limit: int) -> Sequence[int]:
        return range(min(limit, self.size))

    def keys(self) -> Sequence[int]:
        return range(self.size)

    def rows(self, keys: Sequence[Any]) -> Sequence[int | None]:
        self.asked.append((keys[0], len(keys)))
        return list(keys)

    def key(self, row: int) -> int:
        return row


def both(tester: ModelTester, model: QAbstractItemModel) -> None:
    tester.check(model)  # type: ignore[no-untyped-call]
    tester.check(model, force_py=True)  # type: ignore[no-untyped-call]


def test_row_model(qtmodeltester: ModelTester) -> None:
    model = RowModel(COLUMNS)
    both(qtmodeltester, model)
    model.replace([1, 2, 3])
    both(qtmodeltester, model)
    index = model.index(1, 1)
    assert index.data(ROW) == 2
    assert index.data() == "<b>是</b>"  # shown as it is: the view draws plain text
    assert "<" not in index.data(Qt.ItemDataRole.ToolTipRole)  # a tool tip would take it for markup
    assert model.flags(QModelIndex()) == Qt.ItemFlag.NoItemFlags
    assert model.headerData(0, Qt.Orientation.Horizontal) == "数"
    assert model.row(3) is None


def test_checklist_model(qtmodeltester: ModelTester) -> None:
    both(qtmodeltester, ChecklistModel())


def test_short_list_is_there_at_once(qtbot: QtBot, jobs: Jobs, qtmodeltester: ModelTester) -> None:
    model = PagedModel(COLUMNS, jobs)
    source = Numbers(7)
    with qtbot.waitSignal(model.counted) as told:
        model.show_source(source)
    assert told.args == [7]
    assert model.rowCount() == 7
    assert source.asked == []
    both(qtmodeltester, model)


def test_long_list_has_a_true_length_and_fetches_what_is_looked_at(
    qtbot: QtBot, jobs: Jobs
) -> None:
    model = PagedModel(COLUMNS, jobs)
    source = Numbers(100_000)
    with qtbot.waitSignal(model.counted) as told:
        model.show_source(source)
    assert told.args == [100_000]
    assert model.rowCount() == 100_000
    last = model.index(99_999, 0)
    assert last.data() == "…"
    qtbot.waitUntil(lambda: last.data() == "99999")
    assert source.asked == [(99_800, PAGE)]


def test_paged_model(qtbot: QtBot, jobs: Jobs, qtmodeltester: ModelTester) -> None:
    model = PagedModel(COLUMNS, jobs)
    with qtbot.waitSignal(model.counted):
        model.show_source(Numbers(PAGE * 2 + 5))
    both(qtmodeltester, model)
    idle(qtbot, jobs)
    both(qtmodeltester, model)


def test_keeps_no_more_pages_than_it_may(qtbot: QtBot, jobs: Jobs) -> None:
    model = PagedModel(COLUMNS, jobs)
    with qtbot.waitSignal(model.counted):
        model.show_source(Numbers(PAGE * (KEPT_PAGES + 20)))
    for page in range(1, KEPT_PAGES + 10):
        model.row(page * PAGE)
    idle(qtbot, jobs)
    assert len(model._pages) == KEPT_PAGES
    assert model.row(PAGE) is None  # the first page fetched has gone and is asked for again
    qtbot.waitUntil(lambda: model.row(PAGE) == PAGE)


def test_an_older_answer_does_not_overwrite_a_newer_list(qtbot: QtBot, jobs: Jobs) -> None:
    model = PagedModel(COLUMNS, jobs)
    model.show_source(Numbers(1000))
    model.show_source(Numbers(3))
    idle(qtbot, jobs)
    assert model.rowCount() == 3


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_opens_the_row(qtbot: QtBot, key: Qt.Key) -> None:
    model = RowModel(COLUMNS)
    table = Table("数表")
    qtbot.addWidget(table)
    table.use(model)
    opened: list[object] = []
    table.opened.connect(opened.append)
    model.replace([5, 6, 7])
    table.show()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, key)
    assert opened == [6]
    assert table.current_row() == 6
    assert table.accessibleName() == "数表"


def test_the_selected_row_keeps_the_colour_of_its_meaning(
    qtbot: QtBot, dressed: QApplication
) -> None:
    table = Table("核对")
    model: RowModel[str] = RowModel(
        [Column("a", "结论", lambda r: r, 200, tone=lambda _: Tone.DANGER)], table
    )
    table.use(model)
    qtbot.addWidget(table)
    table.resize(300, 120)
    table.show()
    model.replace(["不符合"])
    table.setCurrentIndex(model.index(0, 0))
    assert table.selectionModel().isRowSelected(0)
    picture = table.viewport().grab().toImage()
    box = table.visualRect(model.index(0, 0))
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(box.left() + 1, box.right())
        for y in range(box.top() + 1, box.bottom())
    }
    assert theme.current().accent_soft in seen
    assert theme.current().danger in seen


def test_columns_give_way_before_the_table_scrolls_sideways(qtbot: QtBot) -> None:
    columns: list[Column[int]] = [
        Column("a", "甲", str, 200),
        Column("b", "乙", str, 100),
        Column("c", "丙", str, 150),
    ]
    table = Table("表")
    model = RowModel(columns, table)
    table.use(model)
    model.replace([1, 2])
    table.give_way(a=80, c=90)
    qtbot.addWidget(table)
    whole = sum(table.columnWidth(n) for n in range(2))
    scale = whole / 300
    table.resize(int(700 * scale), 200)
    table.show()
    assert table.columnWidth(0) == int(200 * scale)
    table.resize(int(380 * scale), 200)
    qtbot.waitUntil(lambda: table.columnWidth(0) < int(200 * scale))
    assert table.columnWidth(1) == int(100 * scale)
    assert not table.horizontalScrollBar().isVisible()
    assert table.columnWidth(2) >= int(90 * scale) - 1
    table.resize(int(700 * scale), 200)
    qtbot.waitUntil(lambda: table.columnWidth(0) == int(200 * scale))
    table.setColumnWidth(0, 333)  # by hand: it stays
    table.resize(int(380 * scale), 200)
    qtbot.waitUntil(lambda: table.viewport().width() < int(400 * scale))
    assert table.columnWidth(0) == 333


@dataclass
class Cases(Numbers):
    """A list that others write while it is looked at: keys are the numbers themselves."""

    listed: list[int] = field(default_factory=list)
    looks: int = 0

    def first(self, limit: int) -> Sequence[int]:
        return self.listed[:limit]

    def keys(self) -> Sequence[int]:
        self.looks += 1
        return list(self.listed)

    def rows(self, keys: Sequence[Any]) -> Sequence[int | None]:
        known = set(self.listed)
        return [key if key in known else None for key in keys]

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None  # type: ignore[assignment]


def shown_table(qtbot: QtBot, jobs: Jobs, source: Numbers) -> tuple[Table, PagedModel[int]]:
    model = PagedModel(COLUMNS, jobs)
    table = Table("长表")
    qtbot.addWidget(table)
    table.use(model)
    table.resize(400, 300)
    table.show()
    with qtbot.waitSignal(model.counted):
        model.show_source(source)
    return table, model


def test_the_end_of_a_long_list_is_one_key_away(qtbot: QtBot, jobs: Jobs) -> None:
    table, _model = shown_table(qtbot, jobs, Cases(0, listed=list(range(50_000))))
    QTest.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert table.currentIndex().row() == 49_999
    qtbot.waitUntil(lambda: table.current_row() == 49_999)
    QTest.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert table.current_row() == 0


def test_a_list_that_others_change_keeps_its_place(qtbot: QtBot, jobs: Jobs) -> None:
    source = Cases(0, listed=list(range(0, 20_000, 2)))
    table, model = shown_table(qtbot, jobs, source)
    model._rest_until = 0.0
    table.setCurrentIndex(model.index(5_000, 0))
    table.scrollTo(model.index(5_000, 0), Table.ScrollHint.PositionAtCenter)
    qtbot.waitUntil(lambda: table.current_row() == 10_000)
    stood = table.rowViewportPosition(5_000)
    assert 0 < stood < table.viewport().height()
    source.listed = sorted([*source.listed, 1, 3, 5])  # three new ones in front of it
    with qtbot.waitSignal(model.counted) as told:
        model.show_source(source)
    assert told.args == [10_003]
    assert table.currentIndex().row() == 5_003
    assert table.rowViewportPosition(5_003) == stood
    qtbot.waitUntil(lambda: table.current_row() == 10_000)
    assert not table.selectionModel().isRowSelected(5_000)
    source.listed.remove(10_000)  # the row itself has left the list
    model._rest_until = 0.0
    with qtbot.waitSignal(model.counted):
        model.show_source(source)
    assert table.currentIndex().row() == 5_003, "what stands in its place"
    qtbot.waitUntil(lambda: table.current_row() == 10_002)


def test_a_short_list_keeps_its_place_as_well(qtbot: QtBot, jobs: Jobs) -> None:
    source = Cases(0, listed=[1, 2, 3])
    table, model = shown_table(qtbot, jobs, source)
    table.setCurrentIndex(model.index(1, 0))
    source.listed = [0, 1, 2, 3]
    with qtbot.waitSignal(model.counted):
        model.show_source(source)
    assert table.current_row() == 2
    with qtbot.waitSignal(model.counted):
        model.show_source(Cases(0, listed=[7, 2]))
    assert table.current_row() == 7, "another list begins at its beginning"


def test_what_took_long_is_not_read_again_at_once(qtbot: QtBot, jobs: Jobs) -> None:
    source = Cases(0, listed=list(range(1_000)))
    _table, model = shown_table(qtbot, jobs, source)
    assert source.looks == 1
    model._rest_until = time.monotonic() + 60
    source.listed[0] = -1  # no longer there under its key
    model.show_source(source)
    idle(qtbot, jobs)
    assert source.looks == 1
    assert model.row(0) is None, "but the page that is looked at is"
    assert model._later.isActive(), "and the whole list later"
    assert model.rowCount() == 1_000
    model._later.stop()
