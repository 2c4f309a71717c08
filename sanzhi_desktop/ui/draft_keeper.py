"""When a form is kept in the journal of drafts: soon after a keystroke, and until it is delivered.

Must not: the file itself (`ui.drafts`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

from sanzhi_desktop.ui.drafts import Drafts

SAVE_AFTER_MS = 400


class DraftKeeper(QObject):
    """Keeps one form: within half a second of a keystroke, and until it is acknowledged."""

    def __init__(
        self,
        drafts: Drafts,
        state: Callable[[], tuple[str, str, int, Mapping[str, Any]]],
        parent: QObject,
    ) -> None:
        """`state` gives key, title, version seen and values of the form as it stands."""
        super().__init__(parent)
        self._drafts = drafts
        self._state = state
        self._touches = 0
        self._sent = 0
        self._acknowledged = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)

    @property
    def dirty(self) -> bool:
        """Whether something was typed that the database does not have."""
        return self._touches > self._acknowledged

    def touched(self) -> None:
        """Something was typed."""
        self._touches += 1
        # Not restarted by each key: somebody who types without a pause is kept as well.
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Keeps the form now: before a save, and when the screen is left."""
        self._timer.stop()
        if self.dirty:
            key, title, version, values = self._state()
            self._drafts.keep(key, title=title, version=version, values=values)

    def sending(self) -> None:
        """A save begins: what is typed from now on is not part of it."""
        self.flush()
        self._sent = self._touches

    def acknowledged(self) -> None:
        """The database has what was sent; what was typed meanwhile stays a draft."""
        self._acknowledged = self._sent
        self._drafts.delivered.emit(self._state()[0])
        if not self.dirty:
            self.discard()

    def discard(self) -> None:
        """Forgets what was typed: it is saved, or the person does not want it."""
        self._timer.stop()
        self._acknowledged = self._touches
        self._drafts.drop(self._state()[0])
