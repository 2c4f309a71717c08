"""The beat of one desk: asks the server every few seconds on a connection of its own.

Lives here: the question and what its answer means. Must not: waiting out a break; whoever beats
wants to know it at once.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

import sqlalchemy as sa

from sanzhi_desktop.application.link import Beat, LinkFault, LinkState, passing
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import server
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.places import Target
from sanzhi_desktop.persistence.revision import REVISION

SILENCE = 6.0  # seconds without an answer to a beat after which a line counts as frozen

_BEAT = "select api.beat(%s::integer, %s, %s)"


@dataclass(slots=True)
class _Memory:
    """Which case was open at the last beat that the server heard."""

    case_id: str = ""
    closed: bool = False
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The `Link` of a server. `pulse` has its own impatient connection; `patience` is that of
    the connections that work."""

    pulse: sa.Engine
    pulse_patience: Patience
    patience: Patience
    office_id: int
    _memory: _Memory = field(default_factory=_Memory)

    def beat(self, case_id: str) -> Beat:
        """One look at the server; a frozen line frees everybody who waits on one."""
        with self._memory.lock:
            if self._memory.closed:
                return Beat(LinkState.RECONNECTING)
            left = self._memory.case_id if self._memory.case_id != case_id else ""
            began = time.monotonic()
            try:
                answer = self._ask(case_id, left)
            except DomainError as error:
                if passing(error):
                    self.patience.give_up()
                return Beat(LinkState.RECONNECTING, fault=error)
            self._memory.case_id = case_id
        if time.monotonic() - began >= self.pulse_patience.answer:
            self.patience.give_up()  # this line was frozen and made anew; the others are as well
        self.patience.established()
        return answer

    def _ask(self, case_id: str, left: str) -> Beat:
        try:
            with self.pulse.connect() as db:
                told = db.exec_driver_sql(_BEAT, (self.office_id, case_id, left)).scalar_one()
                db.commit()
        except sa.exc.DBAPIError as error:
            raise named_by_engine(error) from error
        state, fault = LinkState.ONLINE, None
        if told["revision"] != REVISION:
            fault = DomainError(LinkFault.REVISION_MOVED, found=told["revision"], expected=REVISION)
        elif told["still"]:
            fault = DomainError(LinkFault.STANDBY)
        if fault is not None:
            state = LinkState.READ_ONLY
        return Beat(
            state,
            news=told["news"],
            present=tuple(told["present"]),
            fault=fault,
            at=datetime.fromisoformat(told["at"]).astimezone(UTC),
        )

    def close(self) -> None:
        """Frees whoever still waits for the server; does not wait itself."""
        self.patience.close()
        self.pulse_patience.close()

    def dispose(self) -> None:
        """Gives the connection back, after a beat that is still under way."""
        with self._memory.lock:
            self._memory.closed = True
            self.pulse.dispose()


def desk_link(
    where: Target, user: str, password: str | None, *, office_id: int, patience: Patience
) -> Heartbeat:
    """The heartbeat of somebody who has just logged in."""
    own = Patience(reconnect=0, answer=min(SILENCE, patience.answer))
    pulse = server.engine(where, user=user, password=password, patience=own, most=1)
    return Heartbeat(pulse, own, patience, office_id)
