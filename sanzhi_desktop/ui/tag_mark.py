"""The sign that entries of the history carry no keyed tag (防伪标记): a word on the status line, and
the sentence with the way out for who presses it. Nothing here stops anybody's work."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from sanzhi_desktop.application.tagging import TagLack, TagMark
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PressButton, button, reveal


class TagSign(PressButton):
    """On the status line; hidden where every entry has its tag."""

    def __init__(self) -> None:
        super().__init__("")
        self.setAutoDefault(False)
        self.setProperty("kind", "small")
        self.setAccessibleName(self.tr("缺少防伪标记"))
        self.hide()

    def show_mark(self, mark: TagMark) -> None:
        """How many entries lack one."""
        if mark.entries:
            words = _words(mark)
            self.setText(self.tr("{0} 条无防伪标记").format(mark.entries))
            self.setToolTip(words)
            self.setAccessibleDescription(words)
        reveal(self, on=bool(mark.entries))


class TagBanner(Banner):
    """The sentence and the way out. `looked`: the key store was asked again."""

    looked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._mark = TagMark()
        self.again: QPushButton = button(self.tr("再试一次"), self._again, kind="small")
        self.add_button(self.again)
        self.take_in: QPushButton = button(self.tr("查明后补上…"), self._take_in, kind="small")
        self.add_button(self.take_in)
        self.add_button(button(self.tr("知道了"), lambda: self.show_text(""), kind="small"))

    def show_mark(self, mark: TagMark) -> None:
        """Keeps to what is true while the sentence is open; goes when all is well."""
        self._mark = mark
        if self.label.text():
            self._say()

    def turn(self) -> None:
        """Opens the sentence, or puts it away."""
        if self.label.text():
            self.show_text("")
        else:
            self._say()

    def _say(self) -> None:
        words = _words(self._mark) if self._mark.entries else ""
        if words != self.label.text():
            self.show_text(words, Tone.WARN)
        left = self._mark.why is TagLack.LEFT and Role.ADMIN in self._desk.roles
        self.take_in.setVisible(left)
        self.again.setVisible(self._mark.why is not TagLack.LEFT)

    def _take_in(self) -> None:
        from sanzhi_desktop.ui.tag_taking import TakeIn

        dialog = TakeIn(self._desk, self.window())
        dialog.taken.connect(self.looked.emit)
        dialog.open()

    def _again(self) -> None:
        tagging = self._desk.session.tagging
        if tagging is not None:
            self._desk.jobs.run(Lane.DATABASE, self, tagging.again, done=self.looked.emit)


def _words(mark: TagMark) -> str:
    return sentence(mark.why.value, entries=mark.entries)
