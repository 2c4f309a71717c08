"""The rules at hand: profiles, checklist, calendar and wording behind one port, and what the
clock needs of them. Values come from data; nothing here knows a place."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sanzhi_desktop.application.ports import Reader
from sanzhi_desktop.application.wording import Wording
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.checklist import Checklist
from sanzhi_desktop.domain.deadline import START_ACCEPTANCE, START_RECEIPT, DeadlineRule
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Rule
from sanzhi_desktop.domain.workdays import Arrangement, Calendar, Unit

# What stops a clock, in the words of the deadline strip; which of them a rule names is data.
CAUSES: Mapping[str, str] = {
    "correction": "补正期间",
    "expert": "专家咨询、论证期间",
    "appraisal": "鉴定期间",
    "hearing": "听证期间",
    "testing": "检测期间",
    "inspection": "检验期间",
    "quarantine": "检疫期间",
    "announcement": "公告期间",
    "suspension": "中止期间",
    "rights_holder_identification": "权利人辨认、鉴别期间",
    "refund_order": "责令退还多收价款期间",
}


class RuleBook(Protocol):
    """Where use cases get rules from."""

    def profile(self, profile_id: str) -> Profile:
        """The shipped or published profile in its newest edition."""
        ...

    def applied(self, applied: Mapping[str, Any]) -> Profile:
        """The profile as a case keeps it."""
        ...

    def checklist(self) -> Checklist:
        """All checklist items."""
        ...

    def calendar(self, published: Sequence[str] = ()) -> Calendar:
        """The shipped working-day calendar, with the arrangements an office published over it."""
        ...

    def read_notice(self, path: Path) -> Arrangement:
        """A year's holiday arrangement from a file. Raises DomainError: file, line, reason."""
        ...

    def notice_from_library(self, year: int) -> Arrangement:
        """The arrangement as the installed holiday library has it. Raises DomainError."""
        ...

    def notice_text(self, arrangement: Arrangement) -> str:
        """The arrangement as text that `calendar` takes."""
        ...

    def wording(self) -> Wording:
        """The words of the opinion."""
        ...

    def profiles(self) -> Sequence[tuple[str, str]]:
        """(id, name) of every profile an office may choose."""
        ...

    def with_office(
        self, base_id: str, layer: Mapping[str, Any], *, imported: Sequence[str] = ()
    ) -> Profile:
        """A shipped profile, or the imported files, with an office's own layer on top. Raises
        DomainError with the first fault of the layer: file, line, reason, remedy."""
        ...

    def imported(self, texts: Sequence[str]) -> Profile:
        """The profile of a jurisdiction's files, the lowest first, over the shipped layers."""
        ...

    def changes(self, left: Profile, right: Profile) -> Sequence["RuleChange"]:
        """The rules in which two profiles differ, in the order of the key table."""
        ...


class RuleChange(Protocol):
    """A rule that two profiles hold differently."""

    @property
    def key(self) -> str: ...
    @property
    def left(self) -> Rule: ...
    @property
    def right(self) -> Rule: ...


def review_rule(profile: Profile, kind: Kind) -> DeadlineRule | None:
    """The review clock of a profile for one kind of enforcement; None while its limit is open.

    A profile that says nothing of suspension still stops the clock for a correction it ordered
    itself only when a rule says so: silence stops nothing.
    """
    limit = profile.review_limit(kind)
    if limit is None or limit.value is None:
        return None
    source = limit.source.cited() if limit.source else ""
    start = START_ACCEPTANCE if profile.review_start(kind) == "acceptance" else START_RECEIPT
    paused = profile.for_kind("review.suspend", kind).value or ()
    causes = {row["id"]: row.get("name", "") for row in paused}
    return DeadlineRule(
        key=limit.key,
        name="审核期限",
        number=limit.value,
        unit=Unit(limit.unit),
        source=source,
        start=start,
        rolls=limit.rolls,
        soft=limit.soft,
        causes={cause: name or CAUSES.get(cause, cause) for cause, name in causes.items()},
    )


def profile_of(book: RuleBook, case: Case, applied: Mapping[str, Any]) -> Profile:
    """The profile a case is reviewed under: the edition as applied, never today's."""
    return book.applied(applied) if applied else book.profile(case.profile_id)


def office_calendar(book: RuleBook, reader: Reader) -> Calendar:
    """The calendar in force for an office: shipped, with the arrangements it published itself."""
    return book.calendar([row.arrangement for row in reader.calendars()])
