"""The register of every series: filters, gaps, the paper and the sheet that leave the program."""

import sqlite3
from pathlib import Path

import openpyxl
import pypdfium2
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.numbers_register import narrowed, with_gaps
from sanzhi_desktop.application.queries import (
    CounterRow,
    NumberKind,
    NumberRow,
    NumberStatus,
)
from sanzhi_desktop.compose import offices
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screens.numbers import NumbersScreen
from tests.ui.conftest import Enter, idle
from tests.ui.office import START, Furnished

SERIES, LETTERS = "示法审", "示法审移"


def row(no: int, series: str = SERIES, year: int = 2026) -> NumberRow:
    return NumberRow(
        series, year, no, f"{series}〔{year}〕{no}号", "c", "案", 1, NumberStatus.ISSUED, "hd",
        START, "",
    )  # fmt: skip


def test_a_number_that_the_counter_gave_and_nobody_holds_is_missing() -> None:
    rows = [row(1), row(4), row(1, year=2025)]
    counters = [CounterRow(SERIES, 2026, 4), CounterRow(SERIES, 2025, 1)]
    found = with_gaps(rows, counters)
    assert [(r.year, r.no, r.status) for r in found] == [
        (2026, 4, NumberStatus.ISSUED),
        (2026, 3, NumberStatus.MISSING),
        (2026, 2, NumberStatus.MISSING),
        (2026, 1, NumberStatus.ISSUED),
        (2025, 1, NumberStatus.ISSUED),
    ]
    assert with_gaps(found, counters) == found
    assert {r.no for r in narrowed(found, year=2026, status=NumberStatus.MISSING)} == {2, 3}
    assert narrowed(found, series="elsewhere") == ()


def screen_of(qtbot: QtBot, enter: Enter) -> NumbersScreen:
    shell = enter("guzhang_01")
    shell.show_screen("numbers", "")
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, NumbersScreen)
    return screen


def shown(screen: NumbersScreen) -> list[str]:
    found = (screen.model.row(n) for n in range(screen.model.rowCount()))
    return [r.label for r in found if r]


def test_every_series_is_listed_filtered_and_exported(
    qtbot: QtBot, enter: Enter, office: Furnished, tmp_path: Path
) -> None:
    plant(office)
    screen = screen_of(qtbot, enter)
    labels = shown(screen)
    letter = f"{LETTERS}〔2026〕2号"
    gap = f"{LETTERS}〔2026〕1号"
    assert {letter, gap} < set(labels)
    assert gap in screen.gaps.label.text()
    put_text(screen.series, LETTERS)
    assert shown(screen) == [letter, gap]
    put_text(screen.status, NumberStatus.MISSING.value)
    assert shown(screen) == [gap]
    screen.table.selectRow(0)
    assert not screen.void.isEnabled()
    put_text(screen.status, NumberStatus.VOID.value)
    assert screen.body.currentWidget() is screen.none
    assert not screen.excel.isEnabled()
    put_text(screen.status, "")
    target = tmp_path / "文号.xlsx"
    screen.write_excel(target)
    idle(qtbot, screen.desk.jobs)
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    cells = [[c.value for c in line] for line in sheet.iter_rows(min_row=3)]
    assert cells[0][:3] == ["文号", "文书", "状态"]
    assert [line[0] for line in cells[1:3]] == [letter, gap]
    assert cells[1][1:3] == ["移送书", "已取号"]
    assert cells[2][2] == "缺号"
    assert str(cells[3][0]).startswith("历史检查点")
    screen.print.click()
    idle(qtbot, screen.desk.jobs)
    (dialog,) = [d for d in screen.findChildren(QDialog) if d.isVisible()]
    assert isinstance(dialog, PaperDialog)
    paper = tmp_path / "文号.pdf"
    dialog.panel.save_copy(paper)
    idle(qtbot, screen.desk.jobs)
    text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(paper))
    assert "文号登记簿" in text
    assert "历史检查点" in text
    dialog.accept()


def plant(office: Furnished) -> None:
    """A transfer whose letter took number 2, and a counter that came to 2: number 1 is gone."""
    case_id = office.cases["passed"]
    with sqlite3.connect(office.folder / offices.SAMPLE_DATABASE) as db:
        db.execute(
            "insert into transfer (office_id, case_id, no, stage, ended, destination, opened_on,"
            " last_at) select office_id, case_id, 1, 'opened', 0, 'police', '2026-09-18', ?"
            " from case_ where case_id = ?",
            (f"{START:%Y-%m-%dT%H:%M:%S.%fZ}", case_id),
        )
        (office_id,) = db.execute("select office_id from office").fetchone()
        db.execute("insert into counter values (?, ?, 2026, 0)", (office_id, LETTERS))
        for _ in range(2):
            db.execute("update counter set last_no = last_no + 1 where series = ?", (LETTERS,))
        db.execute(
            "insert into transfer_number (office_id, series, year, no, label, case_id,"
            " transfer_no, status, reserved_by, reserved_at)"
            " values (?, ?, 2026, 2, ?, ?, 1, 'reserved', 'guzhang_01', ?)",
            (
                office_id,
                LETTERS,
                f"{LETTERS}〔2026〕2号",
                case_id,
                f"{START:%Y-%m-%dT%H:%M:%S.%fZ}",
            ),
        )


def test_kinds_have_their_own_words() -> None:
    assert row(1).kind is NumberKind.OPINION
