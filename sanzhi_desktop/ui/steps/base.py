"""What every step dialog is: an explanation, a form, a refusal shown in place, two buttons."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import HistoryRow
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import lines
from sanzhi_desktop.ui.names import moment, named
from sanzhi_desktop.ui.sending import SendingDialog
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class StepDialog(SendingDialog):
    """One step of a case. Subclasses fill `body` and give the command in `work`."""

    def __init__(self, desk: Desk, case: Case, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self.case = case
        self.setMinimumWidth(540)
        self.explanation = PlainLabel(role="muted").wrapped()
        self.ok = button(self.tr("确定(&O)"), self.send_now, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        case_name = PlainLabel(case.submission.name, role="heading").wrapped()
        outer.addWidget(case_name)
        outer.addWidget(self.explanation)
        outer.addWidget(self.kept)
        outer.addWidget(self.refusal)
        outer.addLayout(self.body, 1)
        self.body.addWidget(self.form)
        outer.addLayout(row(None, self.cancel, self.ok))
        self.build()
        self.begin()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        first = next((f.editor for f in self.form.fields.values()), None)
        last = self.ok if self.ok.isDefault() else self.cancel
        (first if first is not None and first.isVisible() else last).setFocus()

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

    def place(self) -> Sequence[str]:
        return "case", self.case.case_id

    def version(self) -> int:
        return self.case.version

    def newer(self) -> Callable[[], Any]:
        reader, case_id = self.session.reader, self.case.case_id
        return lambda: (reader.case(case_id), reader.history(case_id))

    def renew(self, found: Any) -> str:
        case: Case = found[0]
        history: Sequence[HistoryRow] = found[1]
        said = since(history, case.version - self.case.version)
        self.case = case
        return said

    def send_now(self) -> None:
        self.refusal.show_text("")
        try:
            work = self.work()
        except DomainError as error:
            self.refuse(error)
            return
        self.write(work, self._done)

    def _done(self, _answer: Changed) -> None:
        self.desk.told.emit(self.tr("已办理：{0}").format(self.windowTitle()))
        self.accept()


def since(history: Sequence[HistoryRow], count: int) -> str:
    """Who did what in the last entries of a case's history."""
    latest = sorted(history, key=lambda h: h.seq)[-count:] if count > 0 else []
    said = (
        f"{h.actor_name or h.actor}已{named('action', h.action)}（{moment(h.at)}）" for h in latest
    )
    return "，".join(said) + "。" if latest else "他人已先更新本案。"
