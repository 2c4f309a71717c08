"""What every screen is given: the session, the lanes, and the ways out."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import Office
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.door import DraftKey, Entry
from sanzhi_desktop.ui.drafts import Drafts, Journal, open_journal, shelves
from sanzhi_desktop.ui.errors import Problems
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.settings_file import DeskSettings


@dataclass(frozen=True, slots=True)
class Opened:
    """What the database lane brings back from a log-in. `shelved`: drafts of the person wait under
    an old password."""

    session: Session
    office: Office
    work: Work
    journal: Journal
    draft_key: DraftKey
    notices: tuple[str, ...] = ()
    shelved: bool = False


def open_desk(entry: Entry, drafts: Path, person_id: str, password: str) -> Opened:
    """In the database lane: the session, and everything else the desk is given. `drafts` is the
    file of the journal. Raises DomainError."""
    session = entry.log_in(person_id, password)
    key = entry.draft_key(person_id, password)
    return Opened(
        session,
        session.reader.office(),
        entry.work(),
        open_journal(drafts, key.person, key.secret),
        key,
        notices=tuple(entry.notices()),
        shelved=bool(shelves(drafts, key.person)),
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
    )
    desk.drafts.setParent(desk)
    return desk
