"""The room's wall: one case at a time, large, without anything that can be changed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.ui.meeting.item_page import ItemPage
from sanzhi_desktop.ui.meeting.view import MeetingView
from sanzhi_desktop.ui.widgets import PlainLabel, scrolled

ENLARGED = 1.6


class Projector(QDialog):
    """Full screen; ← → turn the cases, Escape ends."""

    def __init__(self, view: MeetingView, case_id: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("投影"))
        self.view = view
        self._at = next((n for n, i in enumerate(view.meeting.items) if i.case_id == case_id), 0)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(32, 20, 32, 20)
        self._foot = PlainLabel(role="muted")
        self._page: QWidget | None = None
        self.show_view(view)

    def show_view(self, view: MeetingView) -> None:
        """The same case as it now stands."""
        self.view = view
        items = view.meeting.items
        if self._page is not None:
            self._outer.removeWidget(self._page)
            self._page.deleteLater()
        self._outer.removeWidget(self._foot)
        content = ItemPage(view, items[self._at])
        for label in content.findChildren(PlainLabel):
            label.ensurePolished()
            font = QFont(label.font())
            font.setPointSizeF(font.pointSizeF() * ENLARGED)
            label.setStyleSheet(f"font-size: {font.pointSizeF():.1f}pt")
        self._page = scrolled(content)
        self._outer.addWidget(self._page, 1)
        self._foot.setText(
            self.tr("{0}　{1}/{2}　← → 换案件，Esc 结束投影").format(
                view.meeting.name, self._at + 1, len(items)
            )
        )
        self._outer.addWidget(self._foot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turn = {Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Left: -1,
                Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()), 0)  # fmt: skip
        if turn:
            self._at = (self._at + turn) % len(self.view.meeting.items)
            self.show_view(self.view)
            event.accept()
            return
        super().keyPressEvent(event)
