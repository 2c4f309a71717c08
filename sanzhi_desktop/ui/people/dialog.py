"""What every dialog of the register is: a form, faults beside the fields, two lanes, one command.

Slow work with keys and files (`prepare`) runs in the document lane; its result is sent as one
command in the database lane (`send`). What was typed stays until the command has been accepted.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.link import passing
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.forms import parse_day
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.people.register import Register
from sanzhi_desktop.ui.sending import SendingDialog
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import PlainLabel, button, row, scrolled

SHORTEST_PASSPHRASE = 8


class RegisterDialog(SendingDialog):
    """Subclasses build the form, check it, and give the work. `done_with` follows success."""

    done_with = Signal(object)
    # Codes of refusals that belong to one field: shown beneath it.
    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, desk: Desk, register: Register, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self.register = register
        self.setMinimumWidth(600)
        self.explanation = PlainLabel(role="muted").wrapped()
        self.ok = button(self.tr("确定(&O)"), self.submit, kind="primary", tip="Ctrl+S")
        self.ok.setDefault(True)
        # Not the button's own shortcut: that one is lost when the word on it changes.
        by_key = QShortcut(QKeySequence("Ctrl+S"), self)
        by_key.activated.connect(self.ok.click)
        self.cancel = button(self.tr("取消"), self.reject)
        self.cancel.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        self.body.addWidget(self.form)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(self.explanation)
        outer.addWidget(self.kept)
        outer.addWidget(self.refusal)
        outer.addLayout(self.body, 1)
        outer.addLayout(row(None, self.cancel, self.ok))
        self._word = ""
        self.values: dict[str, str] = {}
        self.prepared: Any = None
        self.build()
        if self.focusWidget() is None and self.form.fields:
            self._first_open().setFocus()
        self.begin()

    # ----- what subclasses say

    def about(self) -> str:
        """Whose or what entry it is; "" for a new one."""
        return ""

    def place(self) -> Sequence[str]:
        return "people", self.about()

    def faults(self) -> dict[str, str]:
        """Faults of the form itself, by field; a fault of no field stands under ""."""
        return {}

    def prepare(self) -> Callable[[], Any] | None:
        """Work on keys and files that comes before the command, or None."""
        return None

    def send(self) -> Callable[[], Changed]:
        """The command; `values` and `prepared` hold what it needs."""
        raise NotImplementedError

    def undo(self) -> None:
        """Takes back what `prepare` left on this PC when the command was refused."""

    # ----- what they are given

    def name_it(self, title: str, explanation: str = "", ok: str = "") -> None:
        """Title, what it does, and the word on the button."""
        self.setWindowTitle(title)
        self.explanation.setText(explanation)
        self.explanation.setVisible(bool(explanation))
        if ok:
            self.ok.setText(ok)

    def add_secret(self, key: str, label: str, *, hint: str = "") -> QLineEdit:
        """A field that hides what is typed."""
        made = QLineEdit()
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        self.form.add(key, label, made, hint=hint)
        return made

    def add_file(self, key: str, label: str, kinds: str, *, new: str = "") -> QLineEdit:
        """A file to be read, or to be written where `new` names it."""
        made = QLineEdit()
        beside: QPushButton = button(
            self.tr("选择…"), lambda: self._choose(made, kinds, new), kind="small"
        )
        beside.setAccessibleName(self.tr("选择{0}").format(label.split("(&", maxsplit=1)[0]))
        self.form.add(key, label, made, beside=beside)
        return made

    def scroll_body(self) -> None:
        """Lets a long form scroll on small screens."""
        self.body.removeWidget(self.form)
        self.body.addWidget(scrolled(self.form))

    def _choose(self, editor: QLineEdit, kinds: str, new: str) -> None:
        start = editor.text().strip() or (str(self.desk.settings.papers / new) if new else "")
        dialog = QFileDialog(self, self.windowTitle(), start, kinds)
        if new:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            # Key files are never overwritten, so there is nothing to confirm.
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
            dialog.selectFile(Path(start).name)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(editor.setText)
        dialog.open()

    def _first_open(self) -> QWidget:
        """The first field that is still to be filled."""
        editors = [field.editor for field in self.form.fields.values()]
        empty = [e for e in editors if isinstance(e, QLineEdit) and not e.text()]
        return (empty or editors)[0]

    # ----- the way through the lanes

    def submit(self) -> None:
        """Checks the form, prepares, sends."""
        self.refusal.show_text("")
        self.form.clear_errors()
        self.values = self.form.values()
        if self.outgoing.unanswered is not None:
            self._settle()
            return
        self.prepared = None
        found = self.faults()
        for key, text in found.items():
            self._tell(key, text)
        if found:
            first = next(iter(found))
            if first in self.form.fields:
                self.form.fields[first].editor.setFocus()
            return
        self.busy(on=True)
        work = self.prepare()
        if work is None:
            self._send(None)
            return
        self.desk.jobs.run(Lane.DOCUMENTS, self, work, done=self._send, failed=self.refuse)

    def busy(self, *, on: bool) -> None:
        """While the lanes work."""
        if on and not self._word:
            self._word = self.ok.text()
        self.ok.setEnabled(not on)
        self.ok.setText(self.tr("正在办理…") if on else self._word or self.ok.text())
        if not on:
            self._word = ""

    def refuse(self, error: BaseException) -> None:
        """Shows why not, beside the field where it belongs; what was typed stays."""
        self.busy(on=False)
        key = self.places.get(error.code.value, "") if isinstance(error, DomainError) else ""
        self._tell(key, self.desk.problems.text(error))
        if key in self.form.fields:
            self.form.fields[key].editor.setFocus()

    def _tell(self, key: str, text: str) -> None:
        if key in self.form.fields:
            self.form.fields[key].error(text)
        else:
            self.refusal.show_text(text, Tone.DANGER)

    def _settle(self) -> None:
        """What has no answer goes out again as it was; what it was made from may be gone."""

        def nothing() -> Changed:
            raise DomainError(DeskFault.NOT_SAVED)

        self.busy(on=True)
        self.write(nothing if self.prepared is None else self.send(), self._done)

    def _send(self, prepared: Any) -> None:
        self.prepared = prepared
        self.write(self.send(), self._done)

    def failed(self, error: BaseException) -> None:
        if not passing(error):
            self.undo()
        super().failed(error)

    def send_now(self) -> None:
        self.submit()

    def _done(self, _answer: Changed) -> None:
        self.desk.told.emit(self.tr("已办理：{0}").format(self.windowTitle()))
        self.done_with.emit(self.prepared)
        self.accept()


def passphrase_faults(
    values: dict[str, str], key: str, again: str, *, short: str, differ: str
) -> dict[str, str]:
    """Faults of a new secret that is typed twice."""
    if len(values[key]) < SHORTEST_PASSPHRASE:
        return {key: short}
    if values[key] != values[again]:
        return {again: differ}
    return {}


def is_day(text: str) -> bool:
    """Whether a date field holds a date or nothing."""
    try:
        parse_day(text)
    except DomainError:
        return False
    return True
