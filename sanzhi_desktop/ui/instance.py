"""One running desk per person and folder: a second start brings the first one to the front."""

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket


class OneInstance(QObject):
    """Holds the lock. `asked` carries what a second start was called with."""

    asked = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "desk.lock"
        self._held: IO[bytes] | None = None
        self._folder = folder
        self._server: QLocalServer | None = None
        self._callers: list[QLocalSocket] = []

    def first(self) -> bool:
        """Whether this is the only desk. The system itself frees the lock of a killed one."""
        if self._held is None:
            handle = self._file.open("a+b")
            if not _lock(handle):
                handle.close()
                return False
            self._held = handle
        return True

    def release(self) -> None:
        """Lets another desk begin."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def hand_over(self, words: str) -> bool:
        """Tells the first desk to come to the front; whether it heard."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(_server_name(self._folder))
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
        name = _server_name(self._folder)
        QLocalServer.removeServer(name)
        server.listen(name)
        server.newConnection.connect(self._connected)
        self._server = server

    def _connected(self) -> None:
        if self._server is not None:
            socket = self._server.nextPendingConnection()
            socket.readyRead.connect(self._read)
            self._callers.append(socket)

    def _read(self) -> None:
        for socket in self._callers:
            words = bytes(socket.readAll().data()).decode()
            if words:
                self.asked.emit(words)
        self._callers = [s for s in self._callers if s.state() is s.LocalSocketState.ConnectedState]


def _lock(handle: IO[bytes]) -> bool:
    """Takes the file for this process alone; False when another one has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _server_name(folder: Path) -> str:
    """A name of its own for each folder; short, because socket paths are."""
    from hashlib import sha256

    return f"sanzhi-{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
