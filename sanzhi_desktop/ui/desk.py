"""What every screen is given: the session, the lanes, and the ways out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import Office
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.door import DraftKey, Entry
from sanzhi_desktop.ui.drafts import WAITING, Drafts, Journal, open_journal, shelves
from sanzhi_desktop.ui.errors import Problems
from sanzhi_desktop.ui.jobs import Jobs, Lane
from sanzhi_desktop.ui.settings_file import DeskSettings


@dataclass(frozen=True, slots=True)
class Opened:
    """What the database lane brings back from a log-in. `shelved`: drafts of the person wait under
    an old password; `waiting`: the saves that waited for files when he logged out."""

    session: Session
    office: Office
    work: Work
    journal: Journal
    draft_key: DraftKey
    notices: tuple[str, ...] = ()
    shelved: bool = False
    waiting: tuple[Mapping[str, Any], ...] = ()


def open_desk(entry: Entry, drafts: Path, person_id: str, password: str) -> Opened:
    """In the database lane: the session, and everything else the desk is given. `drafts` is the
    file of the journal. Raises DomainError."""
    session = entry.log_in(person_id, password)
    key = entry.draft_key(person_id, password)
    journal = open_journal(drafts, key.person, key.secret)
    waiting = tuple(journal.waiting()) if session.link is not None else ()
    if session.link is not None and waiting:
        session.link.take_back(waiting)
    return Opened(
        session,
        session.reader.office(),
        entry.work(),
        journal,
        key,
        notices=tuple(entry.notices()),
        shelved=bool(shelves(drafts, key.person)),
        waiting=waiting,
    )


class Desk(QObject):
    """One signed-in person at one desk."""

    go = Signal(str, object)  # screen key, case id or None
    told = Signal(str)  # a word for the status line
    link_back = Signal()  # the server can be reached again: what could not be sent may be sent

    def __init__(
        self,
        *,
        session: Session,
        office: Office,
        jobs: Jobs,
        problems: Problems,
        drafts: Drafts,
        settings: DeskSettings,
        work: Work,
        entry: Entry,
        draft_key: DraftKey | None = None,
        waiting: Sequence[Mapping[str, Any]] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.office = office
        self.jobs = jobs
        self.problems = problems
        self.drafts = drafts
        self.settings = settings
        self.work = work
        self.entry = entry
        self.draft_key = draft_key
        self._waiting = list(waiting)  # as the journal has it
        drafts.not_kept.connect(self._not_kept)

    def keep_waiting(self) -> None:
        """The saves that wait for files lie sealed on this PC until they are sent: whoever logs
        out, or whose PC breaks down, loses none of them."""
        link = self.session.link
        waiting = list(link.waiting) if link is not None else []
        if waiting != self._waiting:
            self._waiting = waiting
            if waiting:
                self.drafts.keep(WAITING, title="", version=0, values={"parts": waiting})
            else:
                self.drafts.drop(WAITING)

    def recovered(self) -> None:
        """What an earlier password sealed lies in the journal now; saves among it go out."""
        self.drafts.read_waiting(self, self._take_back)

    def _take_back(self, waiting: list[Mapping[str, Any]]) -> None:
        link = self.session.link
        if link is not None and waiting != self._waiting:
            self._waiting = waiting
            self.jobs.run(Lane.LINK, self, lambda: link.take_back(waiting))

    def _not_kept(self, key: str) -> None:
        if key == WAITING:  # tried again with the next beat
            self._waiting = []

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of the person at the desk."""
        return self.session.actor.roles


def desk_of(
    opened: Opened, entry: Entry, *, jobs: Jobs, problems: Problems, settings: DeskSettings
) -> Desk:
    """The desk of the person who has just logged in; the drafts belong to it."""
    desk = Desk(
        session=opened.session,
        office=opened.office,
        jobs=jobs,
        problems=problems,
        drafts=Drafts(jobs, opened.journal),
        settings=settings,
        work=opened.work,
        entry=entry,
        draft_key=opened.draft_key,
        waiting=opened.waiting,
    )
    desk.drafts.setParent(desk)
    return desk
