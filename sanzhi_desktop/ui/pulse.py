"""The pulse of a signed-in desk: every few seconds one cheap question to the database.

Is it there, may it be written, did others change something, who else has this case open. On a
server the question runs in a lane of its own, so that it is answered while work waits.
"""

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from sanzhi_desktop.application.link import Beat, LinkFault, LinkState
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.tagging import TagMark
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane

BEAT_MS = 3_000
# Seconds by the clock on the wall after which the last answer says nothing any more: the PC slept,
# or a beat hangs for longer than all its time-outs.
STALE = 25.0
_CUT_OFF = frozenset({LinkState.RECONNECTING, LinkState.REFUSED})
CLOCKS_APART = 300  # seconds between this PC's clock and the server's that are said aloud


def _local(session: Session) -> Beat:
    """One look at the database of this PC."""
    mark = session.tagging.look() if session.tagging is not None else TagMark()
    return Beat(LinkState.ONLINE, session.reader.last_event(), untagged=mark)


class Pulse(QObject):
    """`linked`: state and why; `news`: others wrote something; `present`: case id and names of
    those who have it open as well; `back`: what could not be saved can be saved again; `wanted`:
    whether files have to be chosen again."""

    linked = Signal(object, str)
    news = Signal()
    present = Signal(str, object)
    back = Signal()
    wanted = Signal(bool)
    tagged = Signal(object)  # the TagMark of a database on this PC

    def __init__(
        self, desk: Desk, parent: QObject, *, wall: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wall = wall
        self._at = wall()
        self._case: Callable[[], str] = str
        self._last: int | None = None
        self._state = LinkState.ONLINE
        self._asking = False
        self._names: Mapping[str, str] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.beat)
        desk.problems.away.connect(self._away)
        self.back.connect(desk.link_back)

    @property
    def state(self) -> LinkState:
        """As the last beat found it."""
        return self._state

    def start(self, case: Callable[[], str]) -> None:
        """Begins; `case` says which case is open at this desk."""
        self._case = case
        self._timer.start()
        self._read_names()

    def stop(self) -> None:
        """The desk is left."""
        if self._timer.isActive():
            self._timer.stop()
            self._desk.problems.away.disconnect(self._away)

    def soon(self) -> None:
        """Asks before the next turn: another case was opened, or something was written."""
        session = self._desk.session
        if self._timer.isActive() and (session.link or session.tagging) is not None:
            QTimer.singleShot(0, self, self.beat)

    def beat(self) -> None:
        """Asks once, unless the last question is still open."""
        link = self._desk.session.link
        if link is not None and link.resending:
            self._show(LinkState.RECONNECTING, sentence(LinkFault.RESENDING.value))
        elif link is not None and self._state is not LinkState.RECONNECTING and self._stale():
            self._show(LinkState.RECONNECTING, sentence(LinkFault.ASLEEP.value))
        if self._asking:
            return
        self._asking = True
        session, case_id = self._desk.session, self._case()
        if link is not None:
            lane, ask = Lane.LINK, lambda: link.beat(case_id)
        else:
            lane, ask = Lane.DATABASE, lambda: _local(session)
        self._desk.jobs.run(
            lane, self, ask, done=lambda found: self._heard(case_id, found), failed=self._failed
        )

    def _clocks_apart(self, found: Beat) -> str:
        """A clock that is set wrong while somebody works: signatures take their time from it."""
        if found.at is None:
            return ""
        apart = round(abs(self._wall() - found.at.timestamp()))
        shown = f"{found.at.astimezone():%Y-%m-%d %H:%M}"
        facts = {"minutes": apart // 60, "server": shown}
        return sentence(LinkFault.CLOCK_APART.value, **facts) if apart >= CLOCKS_APART else ""

    def _stale(self) -> bool:
        return not 0 <= self._wall() - self._at <= STALE

    def _failed(self, error: BaseException) -> None:
        self._asking = False
        self._show(LinkState.RECONNECTING, self._desk.problems.text(error))

    def _heard(self, case_id: str, found: Beat) -> None:
        self._asking = False
        self._at = self._wall()
        why = self._desk.problems.words(found.fault) if found.fault is not None else ""
        was = self._state
        self._show(found.state, why or self._clocks_apart(found))
        lost = found.fault is not None and found.fault.code is LinkFault.FILES_LOST
        self.wanted.emit(lost)
        self.tagged.emit(found.untagged)
        if found.state in _CUT_OFF:
            return
        if was is not LinkState.ONLINE and found.state is LinkState.ONLINE:
            self.back.emit()
        if was in _CUT_OFF or self._last not in {None, found.news}:
            self.news.emit()
            self._read_names()
        self._last = found.news
        self.present.emit(case_id, [self._names.get(p, p) for p in found.present])

    def _show(self, state: LinkState, why: str) -> None:
        self._state = state
        self.linked.emit(state, why)

    def _away(self, error: BaseException) -> None:
        """Work met a server that is away or only read: said at once, and looked at."""
        if self._state is LinkState.ONLINE:
            still = isinstance(error, DomainError) and error.code is LinkFault.READ_ONLY
            state = LinkState.READ_ONLY if still else LinkState.RECONNECTING
            self._show(state, self._desk.problems.words(error))
            self.beat()

    def _read_names(self) -> None:
        reader = self._desk.session.reader
        if self._desk.session.link is not None:
            self._desk.jobs.run(
                Lane.DATABASE,
                self,
                lambda: {p.person_id: p.name for p in reader.people().values()},
                done=self._know,
                failed=lambda _: None,
                key="names",
            )

    def _know(self, names: Mapping[str, str]) -> None:
        self._names = names
