"""Giving their keyed tag to entries that were left without one: an administrator, from his desk.

Lives here: what he is shown, and who may do it. Must not: tags (`domain.history_tag`), or entries
that tag themselves when the key store answers (`application.tagging`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import HistoryRow
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.history_tag import TagReport, Untagged
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import WorkflowFault

SHOWN = 200  # entries that are read for a person to look through


@dataclass(frozen=True, slots=True)
class LeftEntry:
    """One entry without a tag; `case` is the name of its case, "" in the office's own history."""

    case: str
    row: HistoryRow


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What the check says, and the first of the entries that lack a tag; `count` is all of them."""

    report: TagReport
    entries: tuple[LeftEntry, ...]
    count: int
    people: Mapping[str, Person]


def left_over(session: Session) -> LeftOver:
    """What lacks a tag, as who wrote it says, for a person to find out whether it is true."""
    report = session.reader.history_tags()
    entries: list[LeftEntry] = []
    for chain in report.untagged:
        if len(entries) >= SHOWN:
            break
        name = session.reader.case(chain.case_id).submission.name if chain.case_id else ""
        rows = session.reader.history(chain.case_id)
        entries += [LeftEntry(name, r) for r in rows if chain.first <= r.seq <= chain.last]
    count = sum(chain.last - chain.first + 1 for chain in report.untagged)
    return LeftOver(report, tuple(entries[:SHOWN]), count, session.reader.people())


def take_in(session: Session, *, reason: str, seen: Sequence[Untagged]) -> None:
    """Tags what the administrator was shown. Raises DomainError: another role, no reason, other
    entries lack a tag by now; or key store, history or tags stand against it."""
    actor = session.reader.people().get(session.actor.person_id)
    if actor is None or not actor.has(Role.ADMIN, local_date(session.gateway.now())):
        raise DomainError(WorkflowFault.NOT_YOUR_ROLE, action="office")
    if not reason.strip():
        raise DomainError(CaseFault.FIELD_MISSING, field="查明的情况")
    if session.tagging is not None:
        session.tagging.take_in(reason.strip(), seen)
