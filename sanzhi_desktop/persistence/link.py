"""The connection to a server as one desk lives with it: waiting out short breaks, giving up on a
frozen line, and the beat that asks every few seconds whether all is well.

Lives here: patience and states. Must not: SQL of cases, or what an error is called (`errors`).
"""

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.known_servers import Identity, KnownServers

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
LEAST_WAIT = 0.5  # a line that moved bytes within so many seconds is not given up with the others


class Patience:
    """What all connections of one desk share. Used from several threads.

    `reconnect` seconds: how long calls wait for a server that was there before, counted from the
    first that did not find it; whoever comes later is told at once. `answer` seconds: how long a
    statement may go without a byte before its line counts as frozen.
    """

    def __init__(
        self,
        *,
        reconnect: float,
        answer: float,
        beside: "Patience | None" = None,
        known: KnownServers | None = None,
    ) -> None:
        """`beside`: that of the same desk's other connections, which sees the same servers;
        `known`: what this PC knows of them from before."""
        self.reconnect = reconnect
        self.answer = answer
        self.known: KnownServers = beside.known if beside is not None else known or KnownServers()
        self.password: str | None = None  # once changed: what connections made from now on give
        self._woken = threading.Condition()
        self._established = False
        self._closed = False
        self._given_up_at = 0.0
        self._away_since: float | None = None
        self._generation = 0

    @property
    def fresh(self) -> bool:
        """Whether nothing was connected yet."""
        return not self._established

    @property
    def generation(self) -> int:
        """Connections made under an earlier one are not used again."""
        return self._generation

    def established(self) -> None:
        """A connection stands: from now on breaks are waited out, and who waits goes on."""
        with self._woken:
            self._established = True
            self._away_since = None
            self._woken.notify_all()

    def renew(self) -> None:
        """What was connected until now leads to another server, or nowhere: made anew on use."""
        with self._woken:
            self._generation += 1

    def give_up(self) -> None:
        """Frees every thread that waits for an answer and has seen nothing of it lately."""
        self._given_up_at = time.monotonic() - LEAST_WAIT

    def close(self) -> None:
        """Nobody waits any more."""
        with self._woken:
            self._closed = True
            self._woken.notify_all()
        self._given_up_at = time.monotonic()

    def frozen(self, since: float) -> bool:
        """Whether an answer of which nothing was seen since then will not come."""
        return since <= self._given_up_at or time.monotonic() - since > self.answer

    def connect(self, once: Callable[[], Any], passing: Callable[[DomainError], bool]) -> Any:
        """Connects; a server that was there before is given time to come back.

        `once` raises DomainError; `passing` says of which it is worth trying again.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                made = once()
            except DomainError as error:
                if not passing(error):
                    raise
                left = self._until() - time.monotonic()
                if not self._wait(min(pause, left)):
                    raise
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self.established()
                return made

    def _until(self) -> float:
        with self._woken:
            if self._away_since is None:
                self._away_since = time.monotonic()
            return self._away_since + (self.reconnect if self._established else 0.0)

    def _wait(self, seconds: float) -> bool:
        if seconds <= 0 or self._closed:
            return False
        with self._woken:
            self._woken.wait(seconds)
        return not self._closed


# A server that tells its number to nobody is told apart by its timeline alone.
_SYSTEM = "select system_identifier::text from pg_control_system()"
_TIMELINE = """select case when pg_is_in_recovery() then '0'
 else substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) end"""
_ONLY_READ = "set default_transaction_read_only = on"


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that does not hang on a dead line: TCP time-outs do not fire while the other
    side's kernel still acknowledges, and some exist on one system only."""

    patience: Patience | None = None
    generation = 0
    server = ""  # who is at the other end, once somebody asked (`lately`)
    identity = Identity("", 0)  # whose data it has, once somebody asked
    overtaken = False  # another server has taken its place

    @property
    def still(self) -> bool:
        """Whether the server at the other end can only be read, as it said last: a standby, or a
        database that an administrator closed for writing."""
        said = self.pgconn.parameter_status
        return b"on" in {said(b"in_hot_standby"), said(b"default_transaction_read_only")}

    def look(self, patience: Patience) -> None:
        """Asks a server that can be written who it is, and whether this PC has seen it further on:
        then nothing may be written there, and the server itself refuses it on this connection.
        Raises psycopg.Error."""
        before, self.autocommit = self.autocommit, True
        told = self.execute(_TIMELINE).fetchone()
        timeline = int(told[0], 16) if told else 0
        if timeline:
            self.identity = Identity(self._system(), timeline)
            self.overtaken = patience.known.see(self.identity) > 0
        if self.overtaken:
            self.execute(_ONLY_READ)
        self.autocommit = before

    def _system(self) -> str:
        try:
            told = self.execute(_SYSTEM).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            return ""
        return str(told[0]) if told else ""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        if self.patience is not None:
            gen = _watched(gen, self.patience, self)
        return super().wait(gen, interval=interval, timeout=timeout)


def _watched(
    gen: PQGen[Any], patience: Patience, connection: WatchedConnection
) -> Generator[Any, Any, Any]:
    since = time.monotonic()
    try:
        state = next(gen)
        while True:
            ready = yield state
            if ready != Ready.NONE:
                since = time.monotonic()  # a long upload on a slow line is not a frozen one
            elif patience.frozen(since):
                connection.pgconn.finish()
                raise psycopg.OperationalError("no answer on this connection; given up")
            state = gen.send(ready)
    except StopIteration as ended:
        return ended.value
