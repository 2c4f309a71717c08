"""The line under which the desk says how it stands to its server, and asks for lost files.

Where a server that took over lacks files that were stored on the one of before, and they cannot be
read again by themselves, the person chooses them here; what stands on them goes out by itself.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from sanzhi_desktop.application.link import LinkState
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row

if TYPE_CHECKING:
    from sanzhi_desktop.ui.materials_upload import Uploads


class LinkBanner(Banner):
    """Belongs to the shell of one desk; `soon` asks for another beat."""

    def __init__(self, desk: Desk, soon: Callable[[], None]) -> None:
        super().__init__()
        self._desk = desk
        self._soon = soon
        self._here = False  # what was typed last lies on this PC's disk
        drafts = desk.drafts
        for told, here in ((drafts.kept_here, True), (drafts.not_kept, False)):
            told.connect(lambda _, here=here: self._kept(here=here))
        drafts.delivered.connect(lambda _: self._kept(here=False))
        self._state: LinkState = LinkState.ONLINE
        self._why = ""
        self.uploads: Uploads | None = None
        self.choose = button(self.tr("重新选择文件…"), self._ask, kind="primary")
        self.choose.hide()
        self.add_button(self.choose)
        self.no_more = button(self.tr("文件找不到了…"), self._ask_to_give_up)
        self.no_more.hide()
        self.add_button(self.no_more)

    def show_link(self, state: LinkState, why: str) -> None:
        """The state of the connection, in words; nothing where all is well."""
        self._state, self._why = state, why
        words = why
        if state is LinkState.RECONNECTING:
            kept = self.tr("您填写的内容已保存到本机。") if self._here else ""
            words = self.tr("{0}正在自动重连。{1}").format(why, kept)
        if words != self.label.text() or not words:
            self.show_text(words, Tone.WARN)

    def _kept(self, *, here: bool) -> None:
        """Only what lies on the disk is said to lie there."""
        self._here = here
        if self._state is LinkState.RECONNECTING:
            self.show_link(self._state, self._why)

    def show_wanted(self, wanted: bool) -> None:
        """Whether there are files to be chosen again."""
        self.choose.setVisible(wanted)
        self.no_more.setVisible(wanted)

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("选择原来的文件"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.store)
        dialog.open()

    def _ask_to_give_up(self) -> None:
        dialog = GiveUpSaves(self.window())
        dialog.accepted.connect(self._give_up)
        dialog.open()

    def _give_up(self) -> None:
        link = self._desk.session.link
        if link is not None:
            self._desk.jobs.run(Lane.LINK, self, link.give_up_waiting, done=lambda _: self._soon())

    def store(self, files: list[str]) -> None:
        """Stores them; the next beat says what is still wanted."""
        if self.uploads is None:  # on few days in a year
            from sanzhi_desktop.ui.materials_upload import Uploads

            self.uploads = Uploads(self._desk, self)
            self.add_beside(self.uploads)
        for file in files:
            self.uploads.begin(Path(file), lambda _: self._soon())


class GiveUpSaves(QDialog):
    """Asked first, because what waits is then gone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("不再等待这些文件"))
        lines = QVBoxLayout(self)
        lines.addWidget(
            PlainLabel(
                self.tr(
                    "文件确实找不到了，才放弃：引用它们、还没有送出的保存就此作废，不能找回，"
                    "随后告诉您是哪些时间的，请另取材料重新办理。"
                    "文件以后可能找到的，先不放弃：退出登录也不会丢，下次登录再请您选择。"
                )
            ).wrapped()
        )
        self.give_up = button(self.tr("放弃这些保存(&D)"), self.accept, kind="danger")
        self.give_up.setAutoDefault(False)
        self.later = button(self.tr("继续等待(&N)"), self.reject, kind="primary")
        self.later.setDefault(True)
        lines.addLayout(row(self.give_up, None, self.later))
