"""The foot of the review screen: how far the checklist is and what still blocks the opinion."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QWidget

from sanzhi_desktop.application import review
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.review_marks import earlier_marks, summary
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.widgets import GAP, PlainLabel, button, row


class ReviewFoot(QWidget):
    """Always in sight. Its buttons tell the screen what is wanted."""

    whole_asked = Signal()
    earlier_asked = Signal()
    computed_asked = Signal()
    next_asked = Signal()
    save_asked = Signal()
    sign_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("审核进度"))
        self.progress.setFixedWidth(140)
        self.blockers = PlainLabel().wrapped()
        self.whole = button(self.tr("全案(&Q)"), self.whole_asked.emit)
        self.earlier = button(self.tr("以前的问题(&B)…"), self.earlier_asked.emit)
        self.earlier.hide()
        self.computed = button(self.tr("采用程序核对结果(&U)"), self.computed_asked.emit)
        self.next_open = button(
            self.tr("下一未填项"),
            self.next_asked.emit,
            shortcut="Ctrl+J",
            tip=self.tr("跳到下一未填项"),
        )
        self.save = button(self.tr("保存"), self.save_asked.emit, icon="save", shortcut="Ctrl+S")
        self.sign = button(
            self.tr("签名并报请签发(&S)…"), self.sign_asked.emit, kind="primary", icon="signoff"
        )
        status = row(self.progress, self.blockers)
        status.setStretch(1, 1)
        self._buttons = row(
            None, self.whole, self.earlier, self.computed, self.next_open, self.save, self.sign
        )
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(GAP)
        self._lines.addLayout(status, 1)
        self._lines.addLayout(self._buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two lines where one would squeeze the words."""
        room = self.width() - self._buttons.sizeHint().width()
        narrow = room < self.fontMetrics().horizontalAdvance("字" * 22)
        self._lines.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        super().resizeEvent(event)

    def show_state(self, state: ReviewState) -> None:
        """Counts anew."""
        found = state.desk.progress
        self.progress.setMaximum(max(found.total, 1))
        self.progress.setValue(found.answered)
        parts = [self.tr("已填 {0}/{1}").format(found.answered, found.total)]
        if found.unanswered_vetoes:
            parts.append(self.tr("否决项未填 {0}").format(len(found.unanswered_vetoes)))
        if found.incomplete:
            parts.append(self.tr("问题缺说明或证据 {0}").format(len(found.incomplete)))
        marks = earlier_marks(state)
        if marks:
            parts.append(summary(marks))
        self.earlier.setVisible(bool(marks))
        refusal = self._refusal(state)
        if found.complete:
            parts.append(refusal or self.tr("可以签名"))
        self.blockers.setText("，".join(parts))
        self.sign.setEnabled(not refusal)
        self.sign.setToolTip(refusal)
        self.computed.setEnabled(
            any(not c.partial and state.row(i) is None for i, c in state.computed.items())
        )

    def _refusal(self, state: ReviewState) -> str:
        try:
            review.check_ready(state.desk)
        except DomainError as error:
            return self._desk.problems.text(error)
        return ""
