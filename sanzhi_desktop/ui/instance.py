"""One running desk per person and folder: a second start brings the first one to the front."""

from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal


class OneInstance(QObject):
    """Holds the lock. `asked` carries what a second start was called with."""

    asked = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = QLockFile(str(folder / "desk.lock"))
        self._lock.setStaleLockTime(0)
        self._name = _server_name(folder)
        self._server: QObject | None = None

    def first(self) -> bool:
        """Whether this is the only desk; a lock left by a killed one is taken over."""
        return self._lock.tryLock(0) or (self._lock.removeStaleLockFile() and self._lock.tryLock(0))

    def hand_over(self, words: str) -> bool:
        """Tells the first desk to come to the front; whether it heard."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(500):
            return False
        socket.write(words.encode())
        heard = socket.waitForBytesWritten(500)
        socket.disconnectFromServer()
        return heard

    def listen(self) -> None:
        """Waits for second starts; called after the first paint."""
        from PySide6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(self._name)
        server.listen(self._name)
        server.newConnection.connect(self._connected)
        self._server = server

    def _connected(self) -> None:
        from PySide6.QtNetwork import QLocalServer

        if isinstance(self._server, QLocalServer):
            socket = self._server.nextPendingConnection()
            socket.readyRead.connect(
                lambda: self.asked.emit(bytes(socket.readAll().data()).decode())
            )
            socket.disconnected.connect(socket.deleteLater)


def _server_name(folder: Path) -> str:
    """A name of its own for each folder; short, because socket paths are."""
    from hashlib import sha256

    return f"sanzhi-{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
