"""The beat of one desk: asks the server every few seconds on a connection of its own.

Lives here: the question and what its answer means. Must not: waiting out a break; whoever beats
wants to know it at once.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import psycopg
import sqlalchemy as sa

from sanzhi_desktop.application.link import Beat, LinkFault, LinkState, passing
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import server
from sanzhi_desktop.persistence.errors import named_by_engine, named_postgresql
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.lately import Lately
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.postgresql_gateway import CALLS, line_of
from sanzhi_desktop.persistence.revision import REVISION
from sanzhi_desktop.persistence.waiting_saves import plain, read

SILENCE = 6.0  # seconds without an answer to a beat after which a line counts as frozen
# Seconds by the clock on the wall without a beat that was heard: the PC was asleep, during which
# the clock that counts time-outs may stand still. What was connected before is not waited for.
ASLEEP = 60.0

# Only a server that answered so many seconds ago is told that the desk is left.
_FRESH = 10.0

_BEAT = "select api.beat(%s::integer, %s, %s)"


@dataclass(slots=True)
class _Memory:
    """What the last beat that the server heard found: the case open here, the state, and when."""

    case_id: str = ""
    state: LinkState = LinkState.ONLINE
    heard: float = 0.0
    closed: bool = False
    looked: bool = False  # whether it was asked what of earlier days is there
    missing: tuple[datetime, ...] = ()
    refused: DomainError | None = None  # what the desk gives is not taken any more
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The `Link` of a server. `pulse` has its own impatient connection; `patience` is that of
    the connections that work."""

    pulse: sa.Engine
    pulse_patience: Patience
    patience: Patience
    office_id: int
    lately: Lately = field(default_factory=Lately)
    several: bool = False  # whether there is more than one address
    wall: Callable[[], float] = time.time
    _memory: _Memory = field(default_factory=_Memory)

    def beat(self, case_id: str) -> Beat:
        """One look at the server; a frozen line frees everybody who waits on one."""
        with self._memory.lock:
            if self._memory.closed:
                return Beat(LinkState.RECONNECTING)
            if self._memory.refused is not None:
                return Beat(LinkState.REFUSED, fault=self._memory.refused)
            left = self._memory.case_id if self._memory.case_id != case_id else ""
            if self._memory.heard and self.wall() - self._memory.heard > ASLEEP:
                self._begin_anew()
            began = time.monotonic()
            try:
                answer = self._ask(case_id, left)
            except DomainError as error:
                return self._without(error)
            self._memory.case_id, self._memory.heard = case_id, self.wall()
            before, self._memory.state = self._memory.state, answer.state
            if answer.state is LinkState.READ_ONLY and (self.several or _behind(answer)):
                self.pulse.dispose()  # the next beat looks for the primary on all addresses
            elif answer.state is LinkState.ONLINE and before is not LinkState.ONLINE:
                self.patience.renew()  # work may still be connected to the standby
        if time.monotonic() - began >= self.pulse_patience.answer:
            self.patience.give_up()  # this line was frozen and made anew; the others are as well
        self.patience.established()
        return answer

    def _without(self, error: DomainError) -> Beat:
        """A beat that got no answer. Where the server refuses what the desk gives, it is not asked
        again with the same: servers shut out whoever tries too often."""
        self._memory.state = LinkState.RECONNECTING
        if error.code is PersistenceFault.LOG_IN_REFUSED:
            self._memory.state = LinkState.REFUSED
            self._memory.refused = DomainError(LinkFault.PASSWORD_CHANGED)
            return Beat(LinkState.REFUSED, fault=self._memory.refused)
        if passing(error):
            self.patience.give_up()
        return Beat(self._memory.state, fault=error)

    def _begin_anew(self) -> None:
        self.pulse.dispose()
        self.patience.renew()
        self.patience.give_up()

    def _ask(self, case_id: str, left: str) -> Beat:
        try:
            at_once = self.pulse.execution_options(isolation_level="AUTOCOMMIT")
            with at_once.connect() as db:
                told = db.exec_driver_sql(_BEAT, (self.office_id, case_id, left)).scalar_one()
                line: Any = db.connection.driver_connection
                if not told["still"] and not line.identity.timeline:  # it was promoted just now
                    line.look(self.pulse_patience)
                active = told.get("active", True)
                if active and not told["still"] and not line.overtaken:
                    self._settle(db)
        except sa.exc.DBAPIError as error:
            raise named_by_engine(error) from error
        except psycopg.Error as error:
            raise named_postgresql(error) from error
        state, fault = LinkState.ONLINE, None
        if not active:
            return Beat(LinkState.REFUSED, fault=DomainError(LinkFault.DISABLED))
        if told["revision"] != REVISION:
            fault = DomainError(LinkFault.REVISION_MOVED, found=told["revision"], expected=REVISION)
        elif line.overtaken:
            facts = {"host": line.info.host, "port": line.info.port}
            fault = DomainError(LinkFault.OVERTAKEN, **facts)
        elif told["still"]:
            fault = DomainError(LinkFault.STANDBY)
        if fault is not None:
            state = LinkState.READ_ONLY
        else:
            fault = _lost(self.lately, self._memory.missing)
        return Beat(
            state,
            news=told["news"],
            present=tuple(told["present"]),
            fault=fault,
            at=datetime.fromisoformat(told["at"]).astimezone(UTC),
        )

    @property
    def resending(self) -> bool:
        """Whether files go out again to a server that took over: that may take a while."""
        return self.lately.resending

    @property
    def waiting(self) -> Sequence[Mapping[str, Any]]:
        """The saves that wait for files, as JSON values."""
        return [plain(one) for one in self.lately.waits()]

    def take_back(self, kept: Sequence[Mapping[str, Any]]) -> None:
        """What waited when the person logged out: it goes out with the next call."""
        self.lately.take_back(read(kept, calls=CALLS))

    def give_up_waiting(self) -> None:
        """The files are gone for good, and the saves with them."""
        self.lately.give_up()

    def _settle(self, db: sa.Connection) -> None:
        line = line_of(db, self.office_id)
        if not self._memory.looked:
            self._memory.missing = tuple(one.at for one in self.lately.missing(line))
            self._memory.looked = True
        self.lately.settle(line)

    def go_on_with(self, password: str) -> None:
        """The person's password was changed: connections that are still to be made use it."""
        self.patience.password = self.pulse_patience.password = password
        self._memory.refused = None

    def close(self) -> None:
        """Frees whoever still waits for the server; does not wait itself."""
        self.patience.close()
        self.pulse_patience.close()

    def dispose(self) -> None:
        """Gives the connection back, after a beat that is still under way, and takes the person
        off the case that was open here: whoever logs in next at this PC is not him."""
        with self._memory.lock:
            known = self._memory.state is LinkState.ONLINE and not self._memory.closed
            self._memory.closed = True
            if known and self._memory.case_id and self.wall() - self._memory.heard < _FRESH:
                with suppress(DomainError):  # then the hint goes by itself within a minute
                    self._ask("", self._memory.case_id)
            self.pulse.dispose()


def _behind(answer: Beat) -> bool:
    return answer.fault is not None and answer.fault.code is LinkFault.OVERTAKEN


def _lost(lately: Lately, missing: Sequence[datetime]) -> DomainError | None:
    """What was delivered and is not there: first what the person can mend by himself."""
    if lately.wanted:
        names = "、".join(lately.wanted)
        return DomainError(LinkFault.FILES_LOST, names=names, count=lately.waiting)
    if lately.lost:
        return DomainError(LinkFault.WRITES_LOST, count=len(lately.lost), times=_times(lately.lost))
    if missing:
        return DomainError(LinkFault.SAVES_MISSING, count=len(missing), times=_times(missing))
    return None


def _times(moments: Sequence[datetime]) -> str:
    return "、".join(dict.fromkeys(f"{at.astimezone():%m-%d %H:%M}" for at in sorted(moments)))


def desk_link(
    where: Target, user: str, password: str | None, *, office_id: int, patience: Patience
) -> Heartbeat:
    """The heartbeat of somebody who has just logged in."""
    own = Patience(reconnect=0, answer=min(SILENCE, patience.answer), beside=patience)
    pulse = server.engine(where, user=user, password=password, patience=own, most=1)
    hosts = where.host or dict(where.options).get("host", "")
    lately = Lately(known=patience.known, who=f"{office_id}/{user or where.user}")
    return Heartbeat(pulse, own, patience, office_id, lately, several="," in hosts)
