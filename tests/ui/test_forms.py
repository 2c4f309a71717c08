"""Fields: buddies, faults in place, dates as people type them, the mark of what was read."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.forms import Form, combo, lines, parse_day, parse_yuan
from tests.ui.hands import say


@pytest.mark.parametrize(
    "text",
    ["2026-09-18", "2026.9.18", "2026/9/18", "2026年9月18日", "20260918", " 2026-9-18 "],
)
def test_reads_dates_as_people_type_them(text: str) -> None:
    assert parse_day(text) == date(2026, 9, 18)


@pytest.mark.parametrize("text", ["2026-02-30", "9月18日", "明天", "2026", "2026-09", "1-2-3-4"])
def test_does_not_guess_a_date(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        parse_day(text)
    assert caught.value.code is DeskFault.DATE_UNREADABLE


def test_an_empty_date_is_none() -> None:
    assert parse_day("  ") is None


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("", 0),
        ("50000", 5_000_000),
        ("50,000.50", 5_000_050),
        ("5万元", 5_000_000),
        ("伍万元整", 5_000_000),
        ("0", 0),
    ],
)
def test_reads_amounts_as_people_type_them(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["大约五万", "1.234", "五万左右元"])
def test_does_not_guess_an_amount(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        parse_yuan(text)
    assert caught.value.code is CaseFault.AMOUNT_WRONG


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    made = Form()
    made.add("name", "案由(&N)", QLineEdit())
    made.add("facts", "认定的事实", lines(3))
    made.add("kind", "执法类别", combo(Kind))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def test_labels_are_buddies_and_names_are_spoken(form: Form) -> None:
    buddies = {label.buddy() for label in form.findChildren(QLabel)} - {None}
    assert buddies == {field.editor for field in form.fields.values()}
    assert [f.editor.accessibleName() for f in form.fields.values()] == [
        "案由",
        "认定的事实",
        "执法类别",
    ]


def test_a_fault_stands_beneath_its_field_and_is_spoken(form: Form) -> None:
    field = form.fields["name"]
    field.error("请填写案由。")
    assert field.fault.isVisible()
    assert field.editor.accessibleDescription() == "请填写案由。"
    assert field.editor.property("wrong") is True
    form.clear_errors()
    assert not field.fault.isVisible()
    assert field.editor.property("wrong") is False


def waiting(form: Form) -> list[str]:
    return [key for key, field in form.fields.items() if field.open]


def test_what_was_read_waits_for_a_person(qtbot: QtBot, form: Form) -> None:
    field = form.fields["name"]
    field.set_text("无证经营兽药案")
    field.provenance("第3段", confirmed=False)
    assert waiting(form) == ["name"]
    assert "第3段" in field.mark.text()
    assert "待确认" in field.mark.text()
    with qtbot.waitSignal(form.confirmed) as told:
        field.editor.setFocus()
        QTest.keyClick(field.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert told.args == ["name"]
    assert waiting(form) == []
    assert "已确认" in field.mark.text()
    assert not field.confirm_button.isVisible()


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_is_typed_over_was_read_nowhere(form: Form, confirmed: bool) -> None:
    field = form.fields["facts"]
    field.set_text("读出的事实")
    field.provenance("第5段", confirmed=confirmed)
    field.editor.setFocus()
    say("，经查属实")
    assert not field.open
    assert field.mark.text() == "已改为手工填写"
    assert not field.confirm_button.isVisible()
    assert field.editor.property("unconfirmed") is False


def test_a_long_value_is_shown_from_its_beginning(form: Form) -> None:
    form.put({"name": "未按规定对从业人员进行安全生产教育和培训" * 6})
    editor = form.fields["name"].editor
    assert isinstance(editor, QLineEdit)
    assert editor.cursorPosition() == 0


def test_filling_by_program_confirms_nothing_and_says_nothing(qtbot: QtBot, form: Form) -> None:
    changed: list[str] = []
    form.changed.connect(changed.append)
    form.fields["name"].provenance("第1段", confirmed=False)
    form.put({"name": "甲案", "kind": Kind.PERMIT.value})
    assert changed == []
    assert form.fields["name"].open
    assert form.values() == {"name": "甲案", "facts": "", "kind": "permit"}
    form.fields["name"].editor.setFocus()
    say("乙")
    assert changed == ["name"]


def test_tab_leaves_a_text_field(qtbot: QtBot, form: Form) -> None:
    facts = form.fields["facts"].editor
    facts.setFocus()
    QTest.keyClick(facts, Qt.Key.Key_Tab)
    assert form.fields["kind"].editor.hasFocus()


def test_a_date_field_says_its_fault_in_place(form: Form) -> None:
    form.fields["name"].set_text("后天")
    with pytest.raises(DomainError):
        form.day("name")
    assert "2026-09-18" in form.fields["name"].fault.text()
