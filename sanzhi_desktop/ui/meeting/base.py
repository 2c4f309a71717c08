"""What the dialogs of a meeting share: an explanation, a form, a refusal in place, one command."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Meeting
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row


class MeetingDialog(QDialog):
    """One command on a meeting; `meeting` is None for a new one."""

    def __init__(self, desk: Desk, meeting: Meeting | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.meeting = meeting
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(600)
        self.form = Form()
        self.refusal = Banner()
        self.explanation = PlainLabel(role="muted").wrapped()
        self.ok = button(self.tr("确定(&O)"), self._submit, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.body.addWidget(self.form)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(self.explanation)
        outer.addWidget(self.refusal)
        outer.addLayout(self.body, 1)
        outer.addLayout(row(None, self.cancel, self.ok))
        self.build()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.first().setFocus()

    def first(self) -> QWidget:
        """Where the keyboard begins: the form's first field, else the button."""
        editor = next((f.editor for f in self.form.fields.values()), None)
        return editor if editor is not None and editor.isVisible() else self.ok

    def build(self) -> None:
        """Fills the form."""
        raise NotImplementedError

    def work(self) -> Callable[[], Changed]:
        """The command, with everything read from the widgets. Raises DomainError."""
        raise NotImplementedError

    @property
    def here(self) -> Meeting:
        """The meeting that stands already."""
        if self.meeting is None:
            raise ValueError("a new meeting has no record yet")
        return self.meeting

    def name_it(self, title: str, explanation: str, ok: str) -> None:
        """Title, what the step does, and the word on the button."""
        self.setWindowTitle(title)
        self.explanation.setText(explanation)
        self.ok.setText(ok)

    def read(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Reads what the form needs; the button waits for it."""
        self.ok.setEnabled(False)

        def arrived(value: Any) -> None:
            self.ok.setEnabled(True)
            done(value)

        self.desk.jobs.run(Lane.DATABASE, self, work, done=arrived, failed=self.refuse)

    def refuse(self, error: BaseException) -> None:
        """Shows why not; what was typed stays."""
        self.ok.setEnabled(True)
        self.refusal.show_text(self.desk.problems.text(error), Tone.DANGER)
        named = str(error.facts.get("field", "")) if isinstance(error, DomainError) else ""
        field = self.form.fields.get(named.removeprefix("meeting."))
        if field is not None:
            field.editor.setFocus()

    def _submit(self) -> None:
        self.refusal.show_text("")
        try:
            work = self.work()
        except DomainError as error:
            self.refuse(error)
            return
        self.ok.setEnabled(False)
        self.desk.jobs.write(self, work, done=self._done, failed=self.refuse)

    def _done(self, _answer: Changed) -> None:
        self.desk.told.emit(self.tr("已办理：{0}").format(self.windowTitle()))
        self.accept()
