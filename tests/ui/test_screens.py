"""Every screen of the list opens, on an empty and a full office, and can be spoken and tabbed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.workflow import TRANSITIONS, Action
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.office_life.menu import MoreButton
from sanzhi_desktop.ui.screens import SCREENS, by_key, for_roles
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.steps.irregularity import IrregularityDialog
from sanzhi_desktop.ui.widgets import PlainLabel
from tests.ui.conftest import Enter, idle
from tests.ui.office import Furnished

PLAIN = [spec.key for spec in SCREENS if not spec.case]
CASES = [
    ("intake", "draft", "chengban_01"),
    ("review", "reviewing", "shenhe_01"),
    ("signoff", "signing", "guzhang_01"),
    *(("case", stage, "guzhang_01") for stage in ("submitted", "accepted", "passed", "responding")),
]


def unnamed(root: QWidget) -> list[str]:
    """Widgets that take the focus and say nothing of themselves."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        inner = widget.objectName().startswith("qt_") or widget.focusProxy() is not None
        if not takes or inner or not widget.isVisibleTo(root):
            continue
        words = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        labels = {label.buddy() for label in root.findChildren(QLabel)}
        if not words and widget not in labels and not _part_of_named(widget):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def _part_of_named(widget: QWidget) -> bool:
    """The line edit inside a combo box, the bar of a tab widget whose tabs are spoken."""
    parent = widget.parentWidget()
    return type(widget).__name__ in {"QTabBar", "QTabWidget"} or (
        parent is not None and bool(parent.accessibleName())
    )


def test_the_walk_finds_a_silent_field(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    silent = QLineEdit(page)
    silent.setPlaceholderText("只有占位文字")
    page.show()
    assert unnamed(page) == ["QLineEdit in QWidget"]
    silent.setAccessibleName("案由")
    assert unnamed(page) == []


def check(qtbot: QtBot, shell: Shell, screen: QWidget) -> None:
    assert unnamed(screen) == []
    others = [
        w
        for w in QApplication.topLevelWidgets()
        if w.isVisible() and w is not shell.window() and w.windowType() is Qt.WindowType.Window
    ]
    assert others == [], "a part was shown before it had its place"
    assert shell.window().windowTitle().endswith("三制法审")


@pytest.mark.parametrize("key", PLAIN)
def test_opens_for_everybody_who_may(qtbot: QtBot, enter: Enter, key: str) -> None:
    spec = by_key(key)
    for person in ("guanli_01", "guzhang_01"):
        shell = enter(person)
        if spec.open_to(shell.desk.roles):
            shell.show_screen(key)
            idle(qtbot, shell.desk.jobs)
            assert shell.front is not None
            check(qtbot, shell, shell.front)


@pytest.mark.parametrize(("key", "stage", "person"), CASES)
def test_opens_on_a_case(
    qtbot: QtBot, enter: Enter, office: Furnished, key: str, stage: str, person: str
) -> None:
    shell = enter(person)
    shell.show_screen(key, office.cases[stage])
    idle(qtbot, shell.desk.jobs)
    assert shell.front is not None
    check(qtbot, shell, shell.front)
    labels = shell.front.findChildren(PlainLabel)
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)


def test_the_rail_is_the_list(enter: Enter) -> None:
    shell = enter("guanli_01")
    texts = [b.text() for b in shell.rail.findChildren(QAbstractButton) if b.isCheckable()]
    assert texts == [spec.title for spec in for_roles(shell.desk.roles)]
    assert len({spec.key for spec in SCREENS}) == len(SCREENS)


@pytest.mark.parametrize("action", list(steps.ASKED), ids=str)
def test_every_step_has_a_dialog_that_speaks_and_refuses_in_place(
    qtbot: QtBot, enter: Enter, office: Furnished, action: Action
) -> None:
    sources = [str(t.source) for t in TRANSITIONS if t.action is action]
    stage = next((s for s in sources if s in office.cases), "responding")
    # Somebody without the role: what the dialog sends is refused, and said in the dialog.
    shell = enter("juzhang_01")
    shell.show_screen("case", office.cases[stage])
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, CaseScreen)
    assert screen.page is not None
    dialog = steps.make(action, shell.desk, screen.page.case, screen)
    dialog.open()
    idle(qtbot, shell.desk.jobs)
    assert unnamed(dialog) == []
    before = screen.page.case.version
    for field in dialog.form.fields.values():
        field.set_text("理由" if field.key == "reason" else field.text)
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    assert dialog.isVisible()
    assert dialog.refusal.label.text()
    assert shell.desk.session.reader.case(office.cases[stage]).version == before
    dialog.reject()


def test_a_closed_action_says_why(qtbot: QtBot, enter: Enter, office: Furnished) -> None:
    shell = enter("juzhang_01")
    shell.show_screen("case", office.cases["submitted"])
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, CaseScreen)
    places = [screen.action_bar.itemAt(n) for n in range(screen.action_bar.count())]
    buttons = [w for p in places if p and isinstance(w := p.widget(), QAbstractButton)]
    assert {b.text() for b in buttons} >= {"受理", "通知补正"}
    steps = [b for b in buttons if not isinstance(b, MoreButton)]
    assert not any(b.isEnabled() for b in steps)
    assert all("岗位" in b.toolTip() for b in steps)


def test_records_a_decision_that_skipped_review(
    qtbot: QtBot, enter: Enter, office: Furnished
) -> None:
    shell = enter("neiqin_01")
    dialog = IrregularityDialog(shell.desk, shell)
    dialog.open()
    idle(qtbot, shell.desk.jobs)
    assert unnamed(dialog) == []
    dialog.form.put({"agency": "示例县应急管理局", "decided_on": "昨天"})
    dialog.ok.click()
    assert "2026-09-18" in dialog.form.fields["decided_on"].fault.text()
    dialog.form.put(
        {"decided_on": "2026-09-01", "number": "示应急罚〔2026〕9号", "note": "抽查发现"}
    )
    dialog.ok.click()
    idle(qtbot, shell.desk.jobs)
    (row,) = shell.desk.session.reader.irregularities()
    assert (row.agency, row.decision_number) == ("示例县应急管理局", "示应急罚〔2026〕9号")
    assert dialog.model.rowCount() == 1
    assert dialog.form.fields["agency"].text == ""
    dialog.reject()
