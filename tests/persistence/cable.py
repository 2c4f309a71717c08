"""A line between a desk and its server that tests cut, mend, freeze, and lose answers on.

Lives here: a TCP relay in one thread. Must not: knowing anything of PostgreSQL's protocol.
"""

import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

_AT_ONCE = 1 << 16


class Way(StrEnum):
    """Which way bytes go."""

    UP = "up"  # from the desk to the server
    DOWN = "down"


Change = Callable[[Way, bytes], bytes]


@dataclass(eq=False)
class _Line:
    desk: socket.socket
    server: socket.socket
    still: bool = False  # bytes are neither read nor sent; nobody is told
    gone: bool = False

    @property
    def stopped(self) -> bool:
        return self.still or self.gone


@dataclass
class _Plan:
    way: Way
    left: int
    then: Callable[[], None]


class Cable:
    """The relay to a port of this machine. Its methods may be called from any thread."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.change: Change = lambda _way, data: data
        self.carried = dict.fromkeys(Way, 0)
        self._lines: list[_Line] = []
        self._plan: _Plan | None = None
        self._cut = self._ended = False
        self._lock = threading.RLock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._bell, self._rung = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Nothing gets through any more, and neither end hears of it."""
        self._cut = True
        self.freeze()

    def freeze(self) -> None:
        """As a firewall that forgets its lines: those there are lead nowhere, new ones work."""
        self._mark("still")

    def drop(self) -> None:
        """Both ends are told that the line is gone."""
        self._mark("gone")

    def mend(self) -> None:
        """Lines go on; what a plan cut off half-way is lost, as its sender will find out."""
        with self._lock:
            self._cut = False
            for line in self._lines:
                line.still = False
        self._bell.send(b"!")

    def after(self, way: Way, size: int, then: Callable[[], None]) -> None:
        """Lets so many more bytes through that way, then does something before the next one."""
        with self._lock:
            self._plan = _Plan(way, size, then)

    @property
    def waiting(self) -> bool:
        """Whether a plan has not come to pass yet."""
        return self._plan is not None

    def forget(self) -> None:
        """No plan any more."""
        with self._lock:
            self._plan = None

    def close(self) -> None:
        """Ends the relay and every line."""
        self._ended = True
        with suppress(OSError):  # it may have seen that already
            self._bell.send(b"!")
        self._thread.join(10)

    def _mark(self, what: str) -> None:
        with self._lock:
            for line in self._lines:
                setattr(line, what, True)
        self._bell.send(b"!")

    def _run(self) -> None:
        while not self._ended:
            with selectors.DefaultSelector() as eyes:
                eyes.register(self._rung, selectors.EVENT_READ)
                self._watch(eyes)
                for key, _ in eyes.select(1.0):
                    if key.fileobj is self._rung:
                        self._rung.recv(_AT_ONCE)
                    elif key.fileobj is self._door:
                        self._begin()
                    else:
                        self._carry(*key.data)
        for line in self._lines:
            _end(line)
        for end in (self._door, self._bell, self._rung):
            end.close()

    def _watch(self, eyes: selectors.BaseSelector) -> None:
        with self._lock:
            for line in [line for line in self._lines if line.gone]:
                self._lines.remove(line)
                _end(line)
            if not self._cut:
                eyes.register(self._door, selectors.EVENT_READ)
            for line in self._lines:
                if not line.still:
                    eyes.register(line.desk, selectors.EVENT_READ, (line, Way.UP))
                    eyes.register(line.server, selectors.EVENT_READ, (line, Way.DOWN))

    def _begin(self) -> None:
        desk, _ = self._door.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:  # nobody there: as the server's own machine would say it
            desk.close()
            return
        for end in (desk, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._lines.append(_Line(desk, server))

    def _carry(self, line: _Line, way: Way) -> None:
        source, sink = (line.desk, line.server) if way is Way.UP else (line.server, line.desk)
        if line.stopped:
            return
        try:
            data = self.change(way, source.recv(_AT_ONCE))
            if not data:
                line.gone = True
                return
            first, then = self._planned(way, len(data))
            self.carried[way] += first  # first: whoever gets the bytes may look
            sink.sendall(data[:first])
            if then is not None:
                then()
            if first < len(data) and not line.stopped:
                sink.sendall(data[first:])
        except OSError:
            line.gone = True

    def _planned(self, way: Way, size: int) -> tuple[int, Callable[[], None] | None]:
        with self._lock:
            plan = self._plan
            if plan is None or plan.way is not way:
                return size, None
            if size <= plan.left:
                plan.left -= size
                return size, None
            self._plan = None
            return plan.left, plan.then


def _end(line: _Line) -> None:
    for end in (line.desk, line.server):
        with suppress(OSError):
            end.close()


@contextmanager
def cable(target: int) -> Iterator[Cable]:
    """A line to a port of this machine; it lasts as long as the block."""
    made = Cable(target)
    try:
        yield made
    finally:
        made.close()
