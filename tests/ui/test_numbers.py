"""文号登记: what was taken, and the voiding of a number with its reason."""

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import signoff
from sanzhi_desktop.application.queries import NumberStatus
from sanzhi_desktop.ui.forms import put_text
from sanzhi_desktop.ui.screens.numbers import NumbersScreen, VoidDialog
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished


def test_a_reserved_number_is_voided_with_its_reason(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell = enter("guzhang_01")
    session, case_id = shell.desk.session, office.cases["signing"]
    version = session.reader.case(case_id).version
    taken = signoff.reserve(session, case_id=case_id, seen_version=version).number
    shell.show_screen("numbers", "")
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, NumbersScreen)
    labels = [row.label for row in session.reader.numbers()]
    assert labels[0] == taken
    issued = [n for n, r in enumerate(session.reader.numbers()) if r.status is NumberStatus.ISSUED]
    screen.table.selectRow(issued[0])
    assert not screen.void.isEnabled()
    screen.table.selectRow(0)
    assert screen.void.isEnabled()
    screen.void.click()
    (dialog,) = [d for d in screen.findChildren(VoidDialog) if d.isVisible()]
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert "理由" in dialog.refusal.label.text()
    put_text(dialog.form.fields["reason"].editor, "重复取号")
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    row = session.reader.numbers()[0]
    assert (row.label, row.status, row.void_reason) == (taken, NumberStatus.VOID, "重复取号")
    case = session.reader.case(case_id)
    again = signoff.reserve(session, case_id=case_id, seen_version=case.version).number
    assert again not in labels


def test_who_does_not_sign_voids_nothing(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    assert office.cases
    shell = enter("neiqin_01")
    shell.show_screen("numbers", "")
    idle(qtbot, shell.desk.jobs)
    assert shell.front is not None
    shown = [b.text() for b in shell.front.findChildren(QPushButton) if b.isVisible()]
    assert not any("作废" in text for text in shown)
