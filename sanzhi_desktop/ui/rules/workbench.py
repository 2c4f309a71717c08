"""The office's own rules while an administrator works on them: one bench for all screens.

Lives here: what is published, what is being changed, its check and its local draft. Must not:
widgets. Nothing is published here; that is the dialog `publish`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from sanzhi_desktop.application import editions, ruleset
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import EditionRow
from sanzhi_desktop.application.ruleset import OwnRules
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.profile import Profile, ProfileFault
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.resources.profiles.parse import RawProfile, parse_profile
from sanzhi_desktop.resources.profiles.write import as_toml
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.draft_keeper import DraftKeeper
from sanzhi_desktop.ui.drafts import Draft
from sanzhi_desktop.ui.jobs import Lane

DRAFT = "own_rules"  # key of the local draft
WORKING = "未发布"  # the edition while it is worked on


class OwnRulesFault(Code):
    """What cannot be taken while the office's own rules are edited."""

    NUMBER_WRONG = "own_rules.number_wrong"
    ROW_INCOMPLETE = "own_rules.row_incomplete"
    REFUSED = "own_rules.refused"
    DRAFT_LOST = "own_rules.draft_lost"
    NOT_SAVED = "own_rules.not_saved"


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What is published: the office's layer, the document it stands on, the profile in force."""

    own: OwnRules
    founding: Profile
    running: Profile
    office: str
    coming: tuple[tuple[EditionRow, OwnRules], ...] = ()


def read_own(session: Session, work: Work) -> OwnPage:
    """In the database lane."""
    office = session.reader.office()
    applied = session.reader.profile_applied(office.profile_id, office.profile_edition)
    running = work.book.applied(applied) if applied else work.book.profile(office.profile_id)
    own = ruleset.current(session.reader)
    today = local_date(session.gateway.now())
    coming = tuple(
        (edition, ruleset.of_edition(session.reader, edition.profile_id, edition.edition))
        for edition in editions.coming(session.reader.editions(), today)
    )
    return OwnPage(own, ruleset.founding(work.book, own), running, office.name, coming)


class Workbench(QObject):
    """`changed` follows every change of what is being worked on."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.page: OwnPage | None = None
        self.own = OwnRules("", "", {}, {})
        self.profile: Profile | None = None  # as it would be
        self._keeper = DraftKeeper(desk.drafts, self._draft, self)
        self._asked = False

    @staticmethod
    def of(desk: Desk) -> "Workbench":
        """The one bench of a desk."""
        found = desk.findChild(Workbench)
        return found if found is not None else Workbench(desk)

    @property
    def dirty(self) -> bool:
        """Whether something was changed and not published."""
        return self.page is not None and self.own != self.page.own

    def load(self) -> None:
        """Reads what is published; what is being worked on stays."""
        session, work = self.desk.session, self.desk.work
        self.desk.jobs.run(
            Lane.DATABASE, self, lambda: read_own(session, work), done=self._loaded, key="own"
        )

    def change(
        self,
        owner: QObject,
        own: OwnRules,
        *,
        done: Callable[[], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Takes over a change when the whole stays a valid profile; else tells why not."""

        def taken(profile: Profile) -> None:
            self._take(own, profile)
            self._keeper.touched()
            if done is not None:
                done()

        def refused(error: BaseException) -> None:
            if failed is not None:
                failed(_in_words(error))
            else:
                self.desk.problems.report(owner, _in_words(error))

        work = self.desk.work
        self.desk.jobs.run(
            Lane.DOCUMENTS, owner, lambda: resolved(work, own), done=taken, failed=refused
        )

    def discard(self) -> None:
        """Back to what is published."""
        if self.page is not None:
            self._keeper.discard()
            self._take(self.page.own, self.page.running)

    def published(self) -> None:
        """What was worked on is published now."""
        self._keeper.discard()
        self.page = None
        self.load()

    def _loaded(self, page: OwnPage) -> None:
        untouched = self.page is None or self.own == self.page.own
        self.page = page
        if untouched:
            self._take(page.own, page.running)
        else:
            self.changed.emit()
        if not self._asked:
            self._asked = True
            self.desk.drafts.read(self, self._restore)

    def _take(self, own: OwnRules, profile: Profile) -> None:
        self.own, self.profile = own, profile
        self.changed.emit()

    def _draft(self) -> tuple[str, str, int, dict[str, Any]]:
        layer = as_toml(self.own.tables(edition=WORKING, effective_from=None))
        values = {"layer": layer, "imported": list(self.own.imported)}
        return DRAFT, self.tr("本单位规则（未发布）"), 0, values

    def _restore(self, drafts: Sequence[Draft]) -> None:
        kept = next((one for one in drafts if one.key == DRAFT), None)
        if kept is None or self.dirty:
            return
        own = from_toml(str(kept.values["layer"]), tuple(kept.values.get("imported", ())))
        if own is None:
            self.desk.drafts.drop(DRAFT)
            return

        def lost(error: BaseException) -> None:
            self.desk.drafts.drop(DRAFT)
            reason = self.desk.problems.text(error)
            self.desk.problems.report(self, DomainError(OwnRulesFault.DRAFT_LOST, reason=reason))

        self.change(self, own, failed=lost)


def resolved(work: Work, own: OwnRules) -> Profile:
    """The profile as it would be. Raises DomainError with the first fault."""
    tables = own.tables(edition=WORKING, effective_from=None)
    return work.book.with_office(own.founding, tables, imported=own.imported)


def from_toml(text: str, imported: tuple[str, ...]) -> OwnRules | None:
    """The office's layer out of the text that `as_toml` wrote; None when it is none."""
    raw = parse_profile(text, "own.toml")
    if not isinstance(raw, RawProfile):
        return None
    data = raw.data
    return OwnRules(
        str(data.get("extends", "")),
        str(data.get("name", "")),
        dict(data.get("documents", {})),
        dict(data.get("rules", {})),
        imported,
    )


def _in_words(error: BaseException) -> BaseException:
    """A refused layer without the line of a file nobody has seen."""
    if isinstance(error, DomainError) and error.code is ProfileFault.REFUSED:
        reason, remedy = error.facts.get("reason", ""), error.facts.get("remedy", "")
        return DomainError(OwnRulesFault.REFUSED, reason=reason, remedy=remedy)
    return error
