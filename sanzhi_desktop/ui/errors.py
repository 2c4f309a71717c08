"""One way to show a failure: known trouble as its sentence, our own bug as a number.

A bug is written to the log once with its traceback; the program lives on. Text is shown plain.
"""

import logging
import sys
import threading
import traceback
from datetime import datetime
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    QUrl,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

from sanzhi_desktop.application.link import passing
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain, sentence
from sanzhi_desktop.ui import logs
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.names import SHANGHAI

_log = logging.getLogger(__name__)
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Problems(QObject):
    """Shows failures, one box at a time. `told` repeats each text for the status line; `away`
    follows every error that only means that the server cannot be reached for now."""

    told = Signal(str)
    away = Signal(object)
    _elsewhere = Signal(object)  # an error that another thread's hook caught

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: dict[str, str] = {}
        self._waiting: list[tuple[QWidget | None, str, bool]] = []
        self._box: QMessageBox | None = None
        self._elsewhere.connect(self._report_hooked, Qt.ConnectionType.QueuedConnection)

    def report(self, owner: object, error: BaseException) -> None:
        """Tells the person at the desk what happened; `owner` decides over which window."""
        window = owner.window() if isinstance(owner, QWidget) else None
        if passing(error):
            # A screen reads again by itself when the server is back; a dialog waits for an answer.
            self.away.emit(error)
            if not isinstance(window, QDialog):
                self.told.emit(self.words(error))
                return
        if isinstance(error, DomainError):
            _log.info("refused: %s", error.code)
            self._tell(window, explain(error), bug=False)
            return
        number, is_new = self._number(error)
        if is_new:
            self._tell(window, sentence(DeskFault.UNEXPECTED.value, number=number), bug=True)

    def text(self, error: BaseException) -> str:
        """The same words, for a screen that shows them in place."""
        if passing(error):
            self.away.emit(error)
        return self.words(error)

    def words(self, error: BaseException) -> str:
        """The words alone."""
        if isinstance(error, DomainError):
            return explain(error)
        return sentence(DeskFault.UNEXPECTED.value, number=self._number(error)[0])

    def install_hooks(self) -> None:
        """Catches what nobody else caught: slots, timers, paint events, plain threads, Qt."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        qInstallMessageHandler(_qt_message)

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        error.__traceback__ = trace
        self._elsewhere.emit(error)

    def _report_hooked(self, error: BaseException) -> None:
        self.report(QApplication.activeWindow(), error)

    def _number(self, error: BaseException) -> tuple[str, bool]:
        """A number for the log; the same fault gets the same number and is logged once."""
        import hashlib  # loads OpenSSL; most starts see no bug

        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{f.filename}:{f.name}:{f.lineno}" for f in frames]
        mark = hashlib.sha256("\n".join([type(error).__name__, *places]).encode()).hexdigest()[:4]
        if mark in self._seen:
            return self._seen[mark], False
        number = f"{datetime.now(SHANGHAI):%m%d-%H%M%S}-{mark}"
        self._seen[mark] = number
        _log.error("unexpected error %s", number, exc_info=error)
        return number, True

    def _tell(self, window: QWidget | None, text: str, *, bug: bool) -> None:
        self.told.emit(text)
        self._show(window, text, bug=bug)

    def _show(self, window: QWidget | None, text: str, *, bug: bool) -> None:
        if self._box is not None:
            if (window, text, bug) not in self._waiting and self._box.text() != text:
                self._waiting.append((window, text, bug))
            return
        box = QMessageBox(window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Warning if bug else QMessageBox.Icon.Information)
        box.setWindowTitle(self.tr("程序出错") if bug else self.tr("提示"))
        box.setText(text)
        box.addButton(self.tr("知道了"), QMessageBox.ButtonRole.AcceptRole)
        if bug and logs.folder() is not None:
            button = box.addButton(self.tr("打开日志文件夹"), QMessageBox.ButtonRole.HelpRole)
            button.clicked.connect(_open_logs)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._closed)
        self._box = box
        box.open()

    def _closed(self) -> None:
        self._box = None
        if self._waiting:
            window, text, bug = self._waiting.pop(0)
            self._show(window, text, bug=bug)


def _open_logs() -> None:
    folder = logs.folder()
    if folder is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(
        _QT_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "qt", text
    )
