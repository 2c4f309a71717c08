"""What every dialog that sends a command is: what is typed is kept, what is sent is sent once.

A command without an answer goes out again under its own id. Where somebody else was first, the
dialog reads again and shows both sides. Fields and command are the subclasses'.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.link import passing
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.meeting import MeetingFault
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.kept_dialog import KeptDialog
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import clear

_OVERTAKEN = frozenset({CaseFault.STALE, MeetingFault.STALE, DeskFault.EARLIER_SAVED})


class SendingDialog(KeptDialog):
    """`session` notes what goes out: every command of a dialog goes through it."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self._words = ""  # why there was no answer
        desk.link_back.connect(self._again)
        desk.drafts.kept_here.connect(self._kept_here)

    @property
    def session(self) -> Session:
        """The session with a gateway that notes each command before it goes out."""
        return self.outgoing.session

    def build(self) -> None:
        """Fills `body`; called again for a newer state."""
        raise NotImplementedError

    def newer(self) -> Callable[[], Any] | None:
        """Reads the state anew, in the database lane; None where nothing is compared."""
        return None

    def renew(self, found: Any) -> str:
        """Takes what `newer` read for the state seen; who did what since then, in words."""
        raise NotImplementedError

    def write(self, work: Callable[[], Changed], done: Callable[[Changed], None]) -> None:
        """Sends the command, once."""
        self.touch_if_changed()
        self.keeper.sending()
        self.note_draft()
        self.on_its_way = True
        self.ok.setEnabled(False)
        key, drafts = self.key(), self.desk.drafts
        carried = self.outgoing.carry(self.typed(), work)

        def send() -> Changed:
            answer = carried()
            drafts.drop_now(key)  # also when the dialog was closed meanwhile
            return answer

        self.desk.jobs.write(self, send, done=partial(self.answered, done), failed=self.failed)

    def answered(self, done: Callable[[Changed], None], answer: Changed) -> None:
        """The database has it."""
        self.on_its_way = False
        self.desk.drafts.delivered.emit(self.key())
        self.keeper.discard()
        done(answer)

    def failed(self, error: BaseException) -> None:
        """No answer, or a refusal."""
        self.on_its_way = False
        self.refuse(error)
        self.keeper.touched()  # the journal still says that it is on its way
        if passing(error):
            self._words = self.refusal.label.text()
            self.keeper.flush()
        elif isinstance(error, DomainError) and error.code in _OVERTAKEN:
            self._read_again(error)
        elif self.typed() == self.base:
            self.keeper.discard()

    def _kept_here(self, key: str) -> None:
        """Only what lies on the disk is said to lie there."""
        if not self._words or self.on_its_way or key != self.key():
            return
        said = self.tr("{0}您填写的内容已保存到本机。").format(self._words)
        if self.outgoing.goes_again:
            said += self.tr("不关闭本页的，恢复连接后自动再送；不会重复办理。")
        self._words = ""
        self.refusal.show_text(said, Tone.DANGER)

    def _again(self) -> None:
        """The server is back: what has no answer goes out again."""
        if not self.on_its_way and self.filled and self.outgoing.again():
            self.send_now()

    def _read_again(self, error: DomainError) -> None:
        read = self.newer()
        if read is None:
            return
        base, settled, own = self.base, self.outgoing.settled, ""
        if error.code is DeskFault.EARLIER_SAVED and settled is not None:
            base = {k: str(v) for k, v in settled.content.items()}
            own = self.refusal.label.text()
        self.ok.setEnabled(False)
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            read,
            done=partial(self._renewed, base, own),
            failed=self.refuse,
        )

    def _renewed(self, base: Mapping[str, str], own: str, found: Any) -> None:
        """Builds anew from the state as it is; what was typed comes back into it. `own`: what is
        said where nobody else was first."""
        self.fill_again(base)
        said = self.renew(found)
        clear(self.body)
        self.form = Form()
        self.body.addWidget(self.form)
        self.ok.setEnabled(True)
        words = self.tr("{0}本页已按最新内容更新，您填写的内容都在；请核对后再提交。")
        self.refusal.show_text(own or words.format(said), Tone.WARN)
        try:
            self.build()
        except DomainError as error:
            self.refuse(error)
        self.fill_in()
