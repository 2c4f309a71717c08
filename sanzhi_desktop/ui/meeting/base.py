"""What the dialogs of a meeting share: an explanation, a form, a refusal in place, one command."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sanzhi_desktop.application.commands import Changed, OfficeAction
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import Meeting
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.sending import SendingDialog
from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class MeetingDialog(SendingDialog):
    """One command on a meeting; `meeting` is None for a new one."""

    def __init__(self, desk: Desk, meeting: Meeting | None, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self.meeting = meeting
        self.setMinimumWidth(600)
        self.explanation = PlainLabel(role="muted").wrapped()
        self.ok = button(self.tr("确定(&O)"), self.send_now, kind="primary", shortcut="Ctrl+S")
        self.ok.setDefault(True)
        self.cancel = button(self.tr("取消"), self.reject)
        self.body.addWidget(self.form)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(self.explanation)
        outer.addWidget(self.kept)
        outer.addWidget(self.refusal)
        outer.addLayout(self.body, 1)
        outer.addLayout(row(None, self.cancel, self.ok))
        self.build()
        self.begin()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.first().setFocus()

    def first(self) -> QWidget:
        """Where the keyboard begins: the form's first field, else the button."""
        editor = next((f.editor for f in self.form.fields.values()), None)
        return editor if editor is not None and editor.isVisible() else self.ok

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

    def place(self) -> Sequence[str]:
        return ("meeting", self.meeting.meeting_id) if self.meeting else ("meetings", "")

    def version(self) -> int:
        return self.meeting.version if self.meeting else 0

    def newer(self) -> Callable[[], Meeting] | None:
        """The meeting as it stands; also one that this dialog made without hearing of it."""
        reader, settled = self.session.reader, self.outgoing.settled
        if self.meeting is not None:
            meeting_id = self.meeting.meeting_id
        elif settled is not None and settled.command.action is OfficeAction.PUT_MEETING:
            meeting_id = str(settled.command.payload["meeting_id"])
        else:
            return None
        return lambda: reader.meeting(meeting_id)

    def renew(self, found: Meeting) -> str:
        self.meeting = found
        return self.tr("他人已先更新本次会议。")

    def refuse(self, error: BaseException) -> None:
        """Shows why not, at its field; what was typed stays."""
        super().refuse(error)
        named = str(error.facts.get("field", "")) if isinstance(error, DomainError) else ""
        field = self.form.fields.get(named.removeprefix("meeting."))
        if field is not None:
            field.editor.setFocus()

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
