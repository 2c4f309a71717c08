"""What this desk delivered in the last minutes: sent once more when another server took over.

With asynchronous replication a promoted standby may lack what the primary had acknowledged. Every
command is recognised by its id and every file by its hash, so that sending it again repairs what
was lost and changes nothing else. A file is read again where the person chose it; where it is not
as it was any more he is asked for it, and what stands on it waits, also for his next log-in. Lives
here: remembering, and when to send. Must not: connections (`postgresql_gateway`).
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.persistence.known_servers import Delivered, KnownServers
from sanzhi_desktop.persistence.waiting_saves import Sent, Waiting

KEPT = 600.0  # seconds; a standby that is further behind is no standby to promote
MOST = 64_000_000  # characters of all commands together; of older ones only the version is known

# Who the server is: one that was restarted, or stands at the same address, is another one.
WHO = "select pg_postmaster_start_time()::text"


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file that was stored, and where it was read from."""

    sha256: str
    size: int
    source: Path
    at: datetime
    until: float


class Server(Protocol):
    """The server that a call is about to be sent to. What a method raises beside DomainError means
    that the line broke, and everything begins anew with the next call."""

    @property
    def name(self) -> str:
        """Another one after every start."""
        ...

    @property
    def system(self) -> str:
        """Whose data it has."""
        ...

    def send(self, sql: str, values: tuple[Any, ...]) -> None:
        """Raises DomainError where the server refuses."""
        ...

    def store(self, file: SentFile) -> None:
        """Sends what the server has not got of it. Raises DomainError: it cannot be read as it
        was, or the store refuses."""
        ...

    def versions(self, cases: Sequence[str]) -> Mapping[str, int]:
        """Of the cases that the person sees."""
        ...


@dataclass(frozen=True, slots=True)
class _Found:
    """What sending again brought to light."""

    lost: list[datetime] = field(default_factory=list)
    wanted: dict[str, str] = field(default_factory=dict)
    waiting: list[Sent] = field(default_factory=list)


class Lately:
    """Belongs to one log-in; used by the lane that works and the one that beats."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        known: KnownServers | None = None,
        who: str = "",
    ) -> None:
        """`known`: where this PC notes what was delivered, for a desk that is started anew; `who`
        names office and person there."""
        self._clock = clock
        self._known = known
        self._who = who
        self._sent: deque[Sent | SentFile] = deque()
        self._size = 0
        self._server = ""
        self._system = ""
        self._lock = Lock()
        self._more = False
        self._found = _Found()
        self._back: tuple[Waiting, ...] = ()
        self.resending = False

    @property
    def lost(self) -> Sequence[datetime]:
        """When that was delivered which the new server refuses."""
        return tuple(self._found.lost)

    @property
    def wanted(self) -> Sequence[str]:
        """The names of the files that the new server lacks and that cannot be read again."""
        return tuple(dict.fromkeys(self._found.wanted.values()))

    @property
    def waiting(self) -> int:
        """How many saves wait for these files."""
        return len(self._found.waiting)

    def waits(self) -> tuple[Waiting, ...]:
        """What waits for files, also what was taken back and met no server yet. From any thread:
        who waits for the lock waits for files to be sent."""
        found = self._found
        mine = Waiting(self._system, dict(found.wanted), tuple(found.waiting))
        return (*self._back, mine) if mine.saves and mine.system else self._back

    def take_back(self, kept: Sequence[Waiting]) -> None:
        """What waited at an earlier log-in goes out to the server it was for, and waits on where a
        file is still missing."""
        with self._lock:
            self._back = tuple(kept)

    def give_up(self) -> None:
        """The person has not got the files any more: what waits for them is lost."""
        with self._lock:
            gone = self._found.waiting
            if self._known is not None:
                told = [Delivered(s.case_id, s.version, s.at, new=False) for s in gone]
                self._known.forget(self._system, self._who, told)
            self._found = _Found(lost=[*self._found.lost, *(one.at for one in gone)])

    def keep(self, sql: str, values: tuple[Any, ...], answer: Mapping[str, Any]) -> None:
        """The server has acknowledged a call."""
        case_id, version, at = str(answer["case_id"]), int(answer["version"]), datetime.now(UTC)
        with self._lock:
            made = Sent(sql, values, case_id, version, at, self._clock() + KEPT)
            self._sent.append(made)
            self._size += made.size
            self._forget_old()
        if self._known is not None and case_id:
            save = Delivered(case_id, version, at, new=version == 1)
            self._known.delivered(self._system, self._who, save)

    def keep_file(self, sha256: str, size: int, source: Path) -> None:
        """The store has acknowledged a file."""
        with self._lock:
            until = self._clock() + KEPT
            self._sent.append(SentFile(sha256, size, source, datetime.now(UTC), until))
            self._found.wanted.pop(sha256, None)
            self._more = True
            self._forget_old()

    def settle(self, server: Server) -> None:
        """Before anything else is sent to a server: if it is not the one that acknowledged, what
        was acknowledged goes out again, in its order. Whatever is not a refusal gets out, and the
        next call begins anew."""
        with self._lock:
            if self._server not in {"", server.name}:
                self._forget_old()
                self._again(server, [*self._found.waiting, *self._sent])
            elif self._found.waiting and self._more:
                self._again(server, self._found.waiting)
            for part in [one for one in self._back if one.system == server.system]:
                known = [one.values for one in self._found.waiting]
                more = [one for one in part.saves if one.values not in known]
                self._again(server, [*self._found.waiting, *more], asked=part.wanted)
                self._back = tuple(one for one in self._back if one is not part)
            self._server, self._system = server.name, server.system
            self._more = False

    def _again(
        self,
        server: Server,
        queue: Sequence[Sent | SentFile],
        *,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        """`asked`: files that were asked for at an earlier log-in; only while saves wait."""
        self.resending = any(isinstance(one, SentFile) for one in queue)
        wanted = {**(asked or {}), **self._found.wanted}
        found = _Found(lost=list(self._found.lost), wanted=wanted)
        try:
            for one in queue:
                if isinstance(one, SentFile):
                    _store_again(server, one, found)
                elif one.values:
                    _send_again(server, one, found)
            _look_for(server, queue, found)
        finally:
            self.resending = False
        if not found.waiting:
            for sha256 in {"", *(asked or {})}:
                found.wanted.pop(sha256, None)
        self._found = found
        waits = {id(one) for one in found.waiting}
        self._sent = deque(one for one in self._sent if id(one) not in waits)
        self._size = sum(one.size for one in self._sent if isinstance(one, Sent))

    def missing(self, server: Server) -> tuple[Delivered, ...]:
        """What this PC delivered to that server at earlier log-ins and is not there. Told once."""
        if self._known is None:
            return ()
        mine = [one for one in self.waits() if one.system == server.system]
        waiting = {save.case_id for one in mine for save in one.saves}  # not missing yet
        missing = self._known.missing(server.system, self._who, server.versions)
        found = tuple(one for one in missing if one.case_id not in waiting)
        if found:
            self._known.forget(server.system, self._who, found)
        return found

    def _forget_old(self) -> None:
        now = self._clock()
        while self._sent and self._sent[0].until < now:
            gone = self._sent.popleft()
            self._size -= gone.size if isinstance(gone, Sent) else 0
        for place, one in enumerate(self._sent):
            if self._size <= MOST:
                break
            if isinstance(one, Sent):
                self._size -= one.size
                self._sent[place] = replace(one, values=())


def _store_again(server: Server, file: SentFile, found: _Found) -> None:
    try:
        server.store(file)
    except DomainError:
        found.wanted[file.sha256] = file.source.name
    else:
        found.wanted.pop(file.sha256, None)


def _send_again(server: Server, call: Sent, found: _Found) -> None:
    """A case whose one save waits for a file waits with all that came after it."""
    if call.case_id and any(one.case_id == call.case_id for one in found.waiting):
        found.waiting.append(call)
        return
    try:
        server.send(call.sql, call.values)
    except DomainError as error:
        if error.code is not AttachmentFault.NOT_STORED:
            found.lost.append(call.at)
            return
        found.waiting.append(call)
        if not found.wanted:  # the material's own name, where the file is not known
            found.wanted[""] = str(error.facts.get("name", ""))


def _look_for(server: Server, queue: Sequence[Sent | SentFile], found: _Found) -> None:
    """What there was no room to keep cannot be sent again; whether it is missing can be seen."""
    bare = [one for one in queue if isinstance(one, Sent) and not one.values and one.case_id]
    if bare:
        there = server.versions(tuple(dict.fromkeys(one.case_id for one in bare)))
        found.lost.extend(one.at for one in bare if there.get(one.case_id, 0) < one.version)
