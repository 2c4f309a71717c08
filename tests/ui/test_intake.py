"""Intake: what was read is confirmed by a person, wrong numbers are refused while typing."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from sanzhi_desktop import resources
from sanzhi_desktop.application import intake
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.conflict import ConflictDialog
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.shell import Shell
from tests.ui.conftest import Enter, idle
from tests.ui.hands import CONTROL, press, say
from tests.ui.office import Furnished

RIGHT = "91350100M000100Y43"  # the worked example of the standard
WRONG = "91350100M000100Y44"


def opened(qtbot: QtBot, enter: Enter, case_id: str = "") -> tuple[Shell, IntakeScreen]:
    shell = enter("chengban_01")
    shell.show_screen("intake", case_id)
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, IntakeScreen)
    return shell, screen


def drop(screen: IntakeScreen, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    screen.dropEvent(
        QDropEvent(
            QPointF(50, 50),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def test_dropped_files_are_read_and_kept(qtbot: QtBot, enter: Enter) -> None:
    shell, screen = opened(qtbot, enter)
    materials = resources.path("samples", "materials")
    photo = next(p for p in materials.iterdir() if p.suffix == ".png")
    drop(screen, photo, resources.path("samples", "penalty.txt"))
    idle(qtbot, shell.desk.jobs)
    waiting = screen.body.form.unconfirmed()
    assert len(waiting) >= 10
    assert "待确认" in screen.progress.text()
    names = {m.file_name for m in screen.body.given()}
    assert names == {photo.name, "penalty.txt"}
    assert screen.body.form.fields["party.name"].editor.property("unconfirmed") is True
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    case = shell.desk.session.reader.case(screen.case_id)
    assert case.state is State.DRAFT
    assert set(case.submission.unconfirmed()) == set(waiting)
    assert len(case.materials) == 2


def test_every_value_that_reading_brings_waits_for_a_person(qtbot: QtBot, enter: Enter) -> None:
    shell, screen = opened(qtbot, enter)
    form = screen.body.form
    before = {key: field.text for key, field in form.fields.items()}
    screen.read_submission(resources.path("samples", "penalty.txt"))
    idle(qtbot, shell.desk.jobs)
    brought = {key for key, field in form.fields.items() if field.text != before[key]}
    assert "procedure" in brought
    assert brought <= set(form.unconfirmed())
    assert form.fields["procedure"].mark.text().startswith("读自")


def test_an_unreadable_file_says_so_and_loses_nothing(
    qtbot: QtBot, enter: Enter, tmp_path: Path
) -> None:
    shell, screen = opened(qtbot, enter)
    screen.body.form.fields["name"].editor.setFocus()
    say("甲案")
    broken = tmp_path / "坏.docx"
    broken.write_bytes(b"PK\x03\x04 cut off")
    screen.read_submission(broken)
    idle(qtbot, shell.desk.jobs)
    assert screen.banner.isVisible()
    assert screen.banner.label.text()
    assert screen.body.form.fields["name"].text == "甲案"


def test_a_wrong_number_is_refused_while_typing_and_may_be_overridden(
    qtbot: QtBot, enter: Enter
) -> None:
    shell, screen = opened(qtbot, enter)
    fields = screen.body.form.fields
    fields["name"].set_text("甲案")
    number = fields["party.number"]
    number.editor.setFocus()
    for part in (WRONG[:9], WRONG[9:]):
        say(part)
    assert "校验码不符" in number.fault.text()
    assert fields["party.number_override"].editor.isVisible()
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    assert screen.case_id == ""
    assert WRONG in screen.banner.label.text()
    fields["party.number_override"].editor.setFocus()
    say("决定书原文如此")
    assert number.fault.text() == ""
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    saved = shell.desk.session.reader.case(screen.case_id).submission
    assert saved.party.number_override == "决定书原文如此"


def test_a_right_number_is_taken(qtbot: QtBot, enter: Enter) -> None:
    _, screen = opened(qtbot, enter)
    number = screen.body.form.fields["party.number"]
    number.editor.setFocus()
    say(RIGHT)
    assert number.fault.text() == ""
    assert not screen.body.form.fields["party.number_override"].editor.isVisible()


@pytest.mark.parametrize(
    ("key", "text"),
    [("notice_date", "上周三"), ("amount_fen", "大约五万"), ("filing_date", "2026-13-1")],
)
def test_what_nobody_can_read_is_refused_at_its_field(
    qtbot: QtBot, enter: Enter, key: str, text: str
) -> None:
    _, screen = opened(qtbot, enter)
    field = screen.body.form.fields[key]
    field.editor.setFocus()
    say(text)
    assert field.fault.text()
    screen.save_now()
    assert screen.case_id == ""
    assert field.editor.hasFocus()


def test_missing_materials_are_computed_from_the_profile(qtbot: QtBot, enter: Enter) -> None:
    _, screen = opened(qtbot, enter)
    materials = screen.body.materials
    before = materials.missing.text()
    assert "调查终结报告" in before
    names = [materials.model.row(n) for n in range(materials.model.rowCount())]
    place = next(n for n, e in enumerate(names) if e and e.name == "调查终结报告")
    materials.table.setCurrentIndex(materials.model.index(place, 0))
    materials.form.fields["waived"].editor.setFocus()
    say("本案无需")
    assert "调查终结报告" not in materials.missing.text()
    (given,) = screen.body.given()
    assert given.waived == "本案无需"


def test_killed_and_started_again_offers_the_form(qtbot: QtBot, enter: Enter) -> None:
    shell, screen = opened(qtbot, enter)
    screen.body.form.fields["name"].editor.setFocus()
    say("没有保存的案子")
    screen.body.form.fields["notice_date"].editor.setFocus()
    say("半个日")
    qtbot.waitUntil(lambda: not screen.keeper._timer.isActive(), timeout=2000)
    idle(qtbot, shell.desk.jobs)
    shell = enter("chengban_01")
    idle(qtbot, shell.desk.jobs)
    worklist = shell.front
    assert worklist is not None
    banner = worklist.draft_banner  # type: ignore[attr-defined]
    assert "发现未提交的内容" in banner.label.text()
    assert "没有保存的案子" in banner.label.text()
    worklist._take_draft()  # type: ignore[attr-defined]
    idle(qtbot, shell.desk.jobs)
    again = shell.front
    assert isinstance(again, IntakeScreen)
    assert again is not screen
    assert again.body.form.fields["name"].text == "没有保存的案子"
    assert again.body.form.fields["notice_date"].text == "半个日"
    assert "已恢复" in again.banner.label.text()


def test_a_draft_keeps_what_still_waits_for_confirmation(qtbot: QtBot, enter: Enter) -> None:
    """A program that is killed has confirmed nothing, and has not forgotten where it read."""
    shell, screen = opened(qtbot, enter)
    screen.read_submission(resources.path("samples", "penalty.txt"))
    idle(qtbot, shell.desk.jobs)
    form = screen.body.form
    form.fields["party.name"].editor.setFocus()
    press(Qt.Key.Key_Return, CONTROL)
    form.fields["name"].editor.setFocus()
    say("改过的")
    waiting = form.unconfirmed()
    marks = {key: field.mark.text() for key, field in form.fields.items()}
    assert len(waiting) >= 10
    assert "party.name" not in waiting
    qtbot.waitUntil(lambda: not screen.keeper._timer.isActive(), timeout=2000)
    idle(qtbot, shell.desk.jobs)

    shell, again = opened(qtbot, enter)
    assert again is not screen
    form = again.body.form
    assert form.unconfirmed() == waiting
    assert marks.pop("name") == "已改为手工填写"
    assert {key: form.fields[key].mark.text() for key in marks} == marks
    assert "待确认" in again.progress.text()
    assert form.fields["party.name"].mark.text().endswith("已确认")
    again.save_now()
    idle(qtbot, shell.desk.jobs)
    saved = shell.desk.session.reader.case(again.case_id).submission
    assert set(saved.unconfirmed()) == set(waiting)
    assert saved.provenance["party.name"].confirmed
    assert "name" not in saved.provenance
    assert saved.name.startswith("改过的")


def test_a_lost_update_shows_both_sides(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    case_id = office.cases["draft"]
    shell, screen = opened(qtbot, enter, case_id)
    session = shell.desk.session
    case = session.reader.case(case_id)
    from dataclasses import replace

    intake.edit(
        session,
        case_id=case_id,
        seen_version=case.version,
        submission=replace(case.submission, name="那边改的案由"),
        materials=case.materials,
    )
    name = screen.body.form.fields["name"]
    name.set_text("")
    name.editor.setFocus()
    say("这边改的案由")
    screen.save_now()
    qtbot.waitUntil(lambda: screen.findChild(ConflictDialog) is not None)
    dialog = screen.findChild(ConflictDialog)
    assert dialog is not None
    cells = [dialog.table.model().index(0, n).data() for n in range(3)]
    assert cells == ["案由", "这边改的案由", "那边改的案由"]
    dialog.accept()
    idle(qtbot, shell.desk.jobs)
    assert session.reader.case(case_id).submission.name == "这边改的案由"
