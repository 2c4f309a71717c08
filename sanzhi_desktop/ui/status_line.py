"""The line at the bottom: what was just done, whether what was typed is safe, and the connection.

The words 已保存到本机 and 已送达 appear only after the disk or the database has said so.
"""

from datetime import datetime

from PySide6.QtWidgets import QFrame, QHBoxLayout

from sanzhi_desktop.application.link import LinkState
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.names import SHANGHAI, name
from sanzhi_desktop.ui.tag_mark import TagSign
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge, PlainLabel

_TONES = {
    LinkState.ONLINE: Tone.OK,
    LinkState.RECONNECTING: Tone.WARN,
    LinkState.READ_ONLY: Tone.NEUTRAL,
    LinkState.REFUSED: Tone.DANGER,
}


class StatusLine(QFrame):
    """Belongs to the shell of one desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("strip", True)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 3, 12, 3)
        line.setSpacing(14)
        self._word = PlainLabel(role="muted")
        self.safe = PlainLabel(role="muted")
        self.safe.setAccessibleName(self.tr("保存状态"))
        self.busy = PlainLabel(role="muted")
        self.link = Badge()
        line.addWidget(self._word, 1)
        self.tags = TagSign()
        for part in (self.busy, self.tags, self.safe, self.link):
            line.addWidget(part)
        self.on_server = desk.session.link is not None
        self.show_link(LinkState.ONLINE)
        desk.jobs.busy.connect(self._show_busy)
        desk.drafts.kept_here.connect(lambda _: self._say(self.tr("已保存到本机")))
        desk.drafts.not_kept.connect(lambda _: self._say(self.tr("未能保存到本机")))
        desk.drafts.delivered.connect(lambda _: self._say(self.tr("已送达")))

    def tell(self, text: str) -> None:
        """A word on what was just done."""
        self._word.setText(text)

    def show_link(self, state: LinkState) -> None:
        """The connection; a database on this PC has none to lose."""
        if not self.on_server and state is LinkState.ONLINE:
            self.link.show_as(self.tr("本机"), Tone.NEUTRAL)
        else:
            self.link.show_as(name(state), _TONES[state])

    def _show_busy(self, waiting: int) -> None:
        self.busy.setText(self.tr("正在处理…") if waiting else "")

    def _say(self, words: str) -> None:
        self.safe.setText(f"{words} {datetime.now(SHANGHAI):%H:%M:%S}")
