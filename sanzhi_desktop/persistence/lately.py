"""What this desk delivered in the last minutes: sent once more when another server took over.

With asynchronous replication a promoted standby may lack what the primary had acknowledged. Every
command is recognised by its id, so that sending it again repairs what was lost and changes nothing
else. Lives here: remembering, and when to send. Must not: connections (`postgresql_gateway`).
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from sanzhi_desktop.domain.errors import DomainError

KEPT = 600.0  # seconds; a standby that is further behind is no standby to promote
MOST = 4_000_000  # characters of all commands together

# Who the server is: one that was restarted, or stands at the same address, is another one.
WHO = "select pg_postmaster_start_time()::text"

Send = Callable[[str, tuple[Any, ...]], Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that was acknowledged."""

    sql: str
    values: tuple[Any, ...]
    at: datetime
    until: float

    @property
    def size(self) -> int:
        return sum(len(str(value)) for value in self.values)


class Lately:
    """Belongs to one log-in; used by the lane that works and the one that beats."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: deque[Sent] = deque()
        self._size = 0
        self._server = ""
        self._lock = Lock()
        self.lost: list[datetime] = []  # when that was delivered which the new server refuses

    def keep(self, sql: str, values: tuple[Any, ...]) -> None:
        """The server has acknowledged a call."""
        with self._lock:
            made = Sent(sql, values, datetime.now(UTC), self._clock() + KEPT)
            self._sent.append(made)
            self._size += made.size
            self._forget_old()

    def settle(self, server: str, send: Send) -> None:
        """Before anything else is sent to a server: if it is not the one that acknowledged, what
        was acknowledged goes out again, in its order. `send` raises DomainError when the server
        refuses; whatever else it raises gets out, and the next call begins anew."""
        with self._lock:
            if self._server not in {"", server}:
                self._forget_old()
                for each in self._sent:
                    try:
                        send(each.sql, each.values)
                    except DomainError:
                        self.lost.append(each.at)
            self._server = server

    def _forget_old(self) -> None:
        now = self._clock()
        while self._sent and (self._sent[0].until < now or self._size > MOST):
            self._size -= self._sent.popleft().size
