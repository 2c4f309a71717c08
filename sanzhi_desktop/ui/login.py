"""Who is working, and where: place, code and password, or a click on a sample office.

Imported before the first paint: nothing heavy may be imported here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, clear, reveal, row

if TYPE_CHECKING:
    from sanzhi_desktop.ui.door import Choice, Door, Remembering


class LoginScreen(QWidget):
    """Asks who is working. `wanted` carries code and password; the password stays nowhere."""

    wanted = Signal(str, str)
    place_chosen = Signal(str)  # key of a place
    servers_asked = Signal()
    first_run_asked = Signal()
    code_entered = Signal(str)  # whether the key store knows this person may be asked now

    def __init__(self, *, last_person: str = "", sample: bool = False) -> None:
        super().__init__()
        self._sample = sample
        self._remembering = ""  # of whom the tick speaks
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        card = QFrame()
        card.setProperty("card", True)
        card.setMinimumWidth(520 if sample else 440)
        card.setMaximumWidth(720 if sample else 480)
        self._lines = QVBoxLayout(card)
        self._lines.setContentsMargins(32, 26, 32, 28)
        self._lines.setSpacing(10)
        self._lines.addWidget(PlainLabel(self.tr("三制法审"), role="brand"))
        self.office = PlainLabel(self.tr("重大执法决定法制审核工作台"), role="muted").wrapped()
        self._lines.addWidget(self.office)
        self.fault = Banner()
        self._lines.addWidget(self.fault)
        self.code = QLineEdit(last_person)
        self.password = QLineEdit()
        self.place = QComboBox()
        self.remember = QCheckBox(self.tr("记住密码（由操作系统的密钥库保管）(&R)"))
        self.enter = button(self.tr("登录(&L)"), self._submit, kind="primary")
        self.people = QGridLayout()
        self.people.setSpacing(8)
        self.people.setColumnStretch(0, 1)
        self.people.setColumnStretch(1, 1)
        if sample:
            self._build_sample()
        else:
            self._build_fields()
        outer.addLayout(row(None, card, None))  # not by alignment: that breaks wrapped lines
        outer.addStretch(3)

    def _build_fields(self) -> None:
        self._place_label = PlainLabel(self.tr("登录到(&W)"), role="muted")
        self._place_label.setBuddy(self.place)
        self.place.setAccessibleName(self.tr("登录到"))
        self.place.activated.connect(
            lambda _: self.place_chosen.emit(str(self.place.currentData() or ""))
        )
        for part in (self._place_label, self.place):
            part.hide()
            self._lines.addWidget(part)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        for label, editor in (
            (self.tr("人员代码(&U)"), self.code),
            (self.tr("密码(&P)"), self.password),
        ):
            caption = PlainLabel(label, role="muted")
            caption.setBuddy(editor)
            editor.setAccessibleName(label.split("(")[0])
            editor.returnPressed.connect(self._submit)
            self._lines.addWidget(caption)
            self._lines.addWidget(editor)
        self.code.editingFinished.connect(lambda: self.code_entered.emit(self.code.text().strip()))
        self.remember.hide()
        self._lines.addWidget(self.remember)
        self._lines.addSpacing(6)
        self._lines.addWidget(self.enter)
        self.servers = button(self.tr("服务器设置(&S)…"), self.servers_asked.emit, kind="link")
        self.first_run = button(
            self.tr("在本机建立单位(&B)…"), self.first_run_asked.emit, kind="link"
        )
        self.first_run.hide()
        self._lines.addLayout(row(self.servers, None, self.first_run))

    def _build_sample(self) -> None:
        self._lines.addWidget(
            PlainLabel(
                self.tr("这是虚构的样例单位，不需要密码。请点选一个人，以他的岗位进入："),
            ).wrapped()
        )
        self.waiting = PlainLabel(
            self.tr("正在准备样例单位。第一次要生成证书和案件，请稍候…"), role="muted"
        )
        self._lines.addWidget(self.waiting)
        self._lines.addLayout(self.people)

    def show_door(self, door: "Door") -> None:
        """What the database said about itself, after the first paint."""
        words = "\n".join(part for part in (door.office, door.place) if part)
        self.office.setText(words or self.tr("重大执法决定法制审核工作台"))
        if self._sample:
            self.waiting.hide()
            self._show_people(door.choices)
            return
        self._show_places(door)
        self._remembering = ""
        self.fault.show_text(door.fault, Tone.DANGER)
        self.code_entered.emit(self.code.text().strip())

    def _show_places(self, door: "Door") -> None:
        self.place.clear()
        for place in door.places:
            self.place.addItem(place.title, place.key)
        self.place.setCurrentIndex(max(0, self.place.findData(door.chosen)))
        several = len(door.places) > 1
        reveal(self._place_label, on=several)
        reveal(self.place, on=several)
        local = any(not place.key for place in door.places)
        reveal(self.first_run, on=bool(door.places) and not local)
        reveal(self.servers, on=bool(door.places))

    def show_remembering(self, told: "Remembering") -> None:
        """Whether the key store of the system keeps the password of whoever is named."""
        reveal(self.remember, on=told.possible)
        person = self.code.text().strip()
        if person != self._remembering:  # asked again for the same person, a tick stays
            self._remembering = person
            self.remember.setChecked(told.possible and told.kept)
        kept = self.tr("已由密钥库保管，不必填写") if told.kept else ""
        self.password.setPlaceholderText(kept)

    def _show_people(self, choices: "Sequence[Choice]") -> None:
        clear(self.people)
        for place, choice in enumerate(choices):
            made = self._person(choice, place + 1)
            self.people.addWidget(made, place // 2, place % 2)
            if place == 0:
                made.setFocus()

    def _person(self, choice: "Choice", number: int) -> QPushButton:
        from sanzhi_desktop.ui.names import name

        roles = "、".join(name(r) for r in choice.roles)
        key = f"(&{number})" if number < 10 else ""
        made = QPushButton(f"{choice.name}{key}\n{roles}")
        made.setToolTip(choice.unit)
        made.setAccessibleName(f"{choice.name}，{roles}")
        made.setAutoDefault(True)
        made.clicked.connect(lambda: self.wanted.emit(choice.person_id, ""))
        return made

    def ready(self) -> None:
        """The window is there: the cursor goes where typing begins."""
        if not self._sample:
            (self.password if self.code.text() else self.code).setFocus()

    def busy(self, *, on: bool) -> None:
        """While the log-in is being checked."""
        for child in self.findChildren(QPushButton):
            child.setEnabled(not on)
        self.enter.setText(self.tr("正在登录…") if on else self.tr("登录(&L)"))

    def refuse(self, text: str) -> None:
        """The log-in was refused: why; what was typed stays, the password is selected."""
        self.busy(on=False)
        self.fault.show_text(text, Tone.DANGER)
        if self._sample:
            self.waiting.hide()
        else:
            self.password.setFocus()
            self.password.selectAll()

    def _submit(self) -> None:
        code = self.code.text().strip()
        if not code:
            self.refuse(self.tr("请填写人员代码。"))
            self.code.setFocus()
            return
        self.fault.show_text("")
        self.wanted.emit(code, self.password.text())
