"""The settings of servers as a dialog at the door, before anybody is signed in."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sanzhi_desktop.settings.servers import ServerList
from sanzhi_desktop.ui.connection.page import ConnectionPage
from sanzhi_desktop.ui.door import Entry
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.widgets import button, row


class ConnectionDialog(QDialog):
    """`chosen` names the server to log in to when the dialog was left with 完成."""

    chosen = Signal(str)

    def __init__(
        self, servers: ServerList, jobs: Jobs, entry: Entry, parent: QWidget, *, person: str = ""
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("服务器设置"))
        self.resize(880, 620)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(20, 18, 20, 16)
        lines.setSpacing(10)
        self.page = ConnectionPage(servers, jobs, entry, person=person)
        self.page.saved.connect(self._saved)
        lines.addWidget(self.page, 1)
        self._last = ""
        lines.addLayout(row(None, button(self.tr("关闭(&Q)"), self.accept)))

    def _saved(self, name: str) -> None:
        self._last = name

    def done(self, result: int) -> None:
        self.page.leave_form(lambda: self._leave(result))

    def _leave(self, result: int) -> None:
        if self._last:
            self.chosen.emit(self._last)
        super().done(result)
