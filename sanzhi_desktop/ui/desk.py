"""What every screen is given: the session, the lanes, and the ways out."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import Office
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.door import DraftKey, Entry
from sanzhi_desktop.ui.drafts import Drafts, Journal
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
