"""What is asked before settings of a server are lost: edits that were not saved, a server that is
taken off the list."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from sanzhi_desktop.ui.widgets import PlainLabel, button, row


class Question(QDialog):
    """One question with its answers; leaving it otherwise answers nothing."""

    def __init__(self, parent: QWidget, title: str, words: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 18, 20, 16)
        lines.setSpacing(14)
        lines.addWidget(PlainLabel(words).wrapped())
        self._foot = row(None)
        lines.addLayout(self._foot)

    def offer(self, text: str, then: Callable[[], object] | None, *, kind: str = "") -> QPushButton:
        """One more answer, and what follows it; nothing where `then` is None. The primary one is
        what a key pressed in haste gives."""

        def answered() -> None:
            self.accept()
            if then is not None:
                then()

        made = button(text, answered, kind=kind)
        self._foot.addWidget(made)
        if kind == "primary":
            made.setFocus()
        return made
