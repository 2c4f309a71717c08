"""What every step dialog is: an explanation, a form, a refusal shown in place, two buttons."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row


class StepDialog(QDialog):
    """One step of a case. Subclasses fill `body` and give the command in `work`."""

    def __init__(self, desk: Desk, case: Case, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.case = case
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(540)
        self.form = Form()
        self.refusal = Banner()
        self.explanation = PlainLabel(role="muted").wrapped()
        self.ok = button(self.tr("确定(&O)"), self._submit, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        case_name = PlainLabel(case.submission.name, role="heading").wrapped()
        outer.addWidget(case_name)
        outer.addWidget(self.explanation)
        outer.addWidget(self.refusal)
        outer.addLayout(self.body, 1)
        self.body.addWidget(self.form)
        outer.addLayout(row(None, self.cancel, self.ok))
        self.build()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        first = next((f.editor for f in self.form.fields.values()), None)
        last = self.ok if self.ok.isDefault() else self.cancel
        (first if first is not None and first.isVisible() else last).setFocus()

    def build(self) -> None:
        """Fills the form."""
        raise NotImplementedError

    def work(self) -> Callable[[], Changed]:
        """The command, with everything read from the widgets; it runs in the database lane.

        Raises DomainError for what the form itself can refuse.
        """
        raise NotImplementedError

    def name_it(self, title: str, explanation: str, ok: str = "") -> None:
        """Title, what the step does, and the word on the button."""
        self.setWindowTitle(title)
        self.explanation.setText(explanation)
        if ok:
            self.ok.setText(ok)

    def beware(self) -> None:
        """The step withdraws, ends or fixes something: Enter alone never takes it."""
        self.ok.setDefault(False)

    def add_reason(self, label: str, *, hint: str = "") -> None:
        """A text field `reason`."""
        self.form.add("reason", label, lines(3), hint=hint)

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
