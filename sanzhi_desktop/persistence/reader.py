"""The repository: reads frozen values for both databases.

Lives here: queries. Must not: writing anything, or keeping rows alive after the call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.application.queries import (
    CaseEvents,
    CaseRow,
    ChainFault,
    DocumentRow,
    HistoryRow,
    KeptCheckpoint,
    ListQuery,
    RowFault,
    SimilarRow,
)
from sanzhi_desktop.domain.case import Case, CaseFault
from sanzhi_desktop.domain.dispute import Dispute
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import FileUse
from sanzhi_desktop.domain.history_tag import TagReport
from sanzhi_desktop.domain.meeting import Meeting, MeetingRow, WaitingCase
from sanzhi_desktop.domain.people import Actor
from sanzhi_desktop.persistence import (
    blob_reader,
    chains,
    checkpoints,
    dispute_reader,
    kinds,
    mapping,
    meeting_reader,
    papers_reader,
    rules_reader,
    tables,
    tags,
    told_history,
    worklist_reader,
)
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.office_reader import OfficeReader
from sanzhi_desktop.persistence.similar import similar_decisions
from sanzhi_desktop.persistence.snapshot import reading
from sanzhi_desktop.persistence.transfer_reader import letter_under, transfers_of


@dataclass(frozen=True, slots=True)
class DatabaseReader(OfficeReader):
    """Reads one office as one person, its cases included."""

    def actor(self) -> Actor:
        """Who is at work, with the roles in force today."""
        found = self.people().get(self.person_id)
        if found is None or not found.active:
            raise DomainError(PersistenceFault.LOG_IN_REFUSED)
        today = self._today()
        held = frozenset(g.role for g in found.roles if g.holds_on(today))
        return Actor(found.person_id, found.name, self.office_id, held)

    def worklist(self, query: ListQuery) -> Sequence[CaseRow]:
        """The lines of a work list."""
        actor, unit = self._me()
        with reading(self.engine) as db:
            return worklist_reader.first_lines(db, query, actor, unit=unit)

    def worklist_keys(self, query: ListQuery) -> Sequence[str]:
        """The ids of every case of a work list, in its order; without limit and offset."""
        actor, unit = self._me()
        with reading(self.engine) as db:
            return worklist_reader.all_keys(db, query, actor, unit=unit)

    def worklist_rows(self, case_ids: Sequence[str]) -> Sequence[CaseRow | None]:
        """The lines of these cases as they stand now; None for one that is not to be seen."""
        with reading(self.engine) as db:
            return worklist_reader.lines_of(db, self.office_id, case_ids)

    def _me(self) -> tuple[Actor, str]:
        people = self.people()
        return self.actor(), people[self.person_id].unit if self.person_id in people else ""

    def case(self, case_id: str) -> Case:
        """A whole case in one snapshot. Raises DomainError(CaseFault.NOT_FOUND)."""
        orders: Mapping[str, tuple[sa.Table, str]] = {
            "material": (tables.material, "place"),
            "round": (tables.round_, "round"),
            "problem": (tables.problem, "number"),
            "clock_event": (tables.clock_event, "seq"),
            "clearance": (tables.clearance, "round"),
            "decision": (tables.decision, "case_id"),
            "dispute_result": (tables.dispute_result, "round"),
            "problem_mark": (tables.problem_mark, "round"),
            "opening": (tables.opening, "version"),
            "reminder": (tables.reminder, "sent_at"),
            "second_opinion": (tables.second_opinion, "asked_at"),
        }
        with reading(self.engine) as db:
            row = db.execute(self._of(tables.case_, case_id)).mappings().one_or_none()
            if row is None:
                raise DomainError(CaseFault.NOT_FOUND)
            parts: dict[str, Sequence[Any]] = {
                name: list(db.execute(self._of(table, case_id).order_by(order)).mappings())
                for name, (table, order) in orders.items()
            }
            heads = self._of(tables.audit_head, case_id)
            parts["audit_head"] = list(db.execute(heads).mappings())
            answers = self._of(tables.answer, case_id).where(tables.answer.c.round == row["round"])
            parts["answer"] = list(db.execute(answers.order_by("item_id")).mappings())
            transfers = transfers_of(db, self.office_id, case_id)
        return replace(mapping.case(row, parts), transfers=transfers)

    def _of(self, table: sa.Table, case_id: str) -> sa.Select[Any]:
        return sa.select(table).where(
            table.c.office_id == self.office_id, table.c.case_id == case_id
        )

    def case_names(self, case_ids: Sequence[str]) -> Mapping[str, str]:
        """The names of some cases, as far as they still stand there."""
        k = tables.case_.c
        query = sa.select(k.case_id, k.name).where(
            k.office_id == self.office_id, k.case_id.in_(case_ids)
        )
        with reading(self.engine) as db:
            return {row.case_id: row.name for row in db.execute(query)}

    def history(self, case_id: str) -> Sequence[HistoryRow]:
        """The history of a case; '' is the office's own."""
        names = {p.person_id: p.name for p in self.people().values()}
        with reading(self.engine) as db:
            found = told_history.entries(db, self.office_id, case_id)
        return tuple(mapping.history_row(link, names) for link in found)

    def documents(self, case_id: str) -> Sequence[DocumentRow]:
        """The papers of a case, oldest first; without their bytes."""
        with reading(self.engine) as db:
            return papers_reader.papers(db, self.office_id, tables.document.c.case_id == case_id)

    def has_document(self, sha256: str) -> DocumentRow | None:
        """The paper with this hash, if the office stored it."""
        with reading(self.engine) as db:
            held = papers_reader.with_hash(db, self.office_id, sha256)
            return next(iter(papers_reader.papers(db, self.office_id, held)), None)

    def stored_of_content(self, content_sha256: str) -> str | None:
        """SHA-256 of the stored record or minutes whose content has this hash, if there are any."""
        with reading(self.engine) as db:
            return papers_reader.stored_of_content(db, self.office_id, content_sha256)

    def kept_of_kind(self, kind: str) -> Sequence[str]:
        """SHA-256 of every stored paper of a kind, the latest first."""
        with reading(self.engine) as db:
            return papers_reader.kept_of_kind(db, self.office_id, kind)

    def issued_under(self, number: str) -> str | None:
        """SHA-256 of the opinion issued under a 文号; None when there is none."""
        r = tables.round_.c
        query = sa.select(r.issued_sha256).where(
            r.office_id == self.office_id, r.number == number, r.issued_sha256 != ""
        )
        if not number:
            return None
        with reading(self.engine) as db:
            found: str | None = db.execute(query).scalar_one_or_none()
            return found or letter_under(db, self.office_id, number)

    def document(self, sha256: str) -> bytes:
        """The stored bytes. Raises DomainError when there is no such paper."""
        with reading(self.engine) as db:
            return papers_reader.content(db, self.office_id, sha256)

    def similar(self, case: Case) -> Sequence[SimilarRow]:
        """Earlier decisions of the same kind on the same provisions, the closest first."""
        with reading(self.engine) as db:
            return similar_decisions(db, case)

    def dispute(self, case_id: str) -> Dispute:
        """The disagreements of a case: consultation, advice, objection, record, result."""
        with reading(self.engine) as db:
            return dispute_reader.dispute(db, self.office_id, case_id)

    def meetings(self) -> Sequence[MeetingRow]:
        """Every meeting: those that wait for me first, then the latest day."""
        with reading(self.engine) as db:
            return meeting_reader.meetings(db, self.office_id, self.person_id)

    def last_posts(self) -> Mapping[str, str]:
        """The post each member sat for in his latest meeting, by code."""
        with reading(self.engine) as db:
            return meeting_reader.last_posts(db, self.office_id)

    def meeting(self, meeting_id: str) -> Meeting:
        """One meeting whole. Raises DomainError(MeetingFault.UNKNOWN)."""
        with reading(self.engine) as db:
            return meeting_reader.meeting(db, self.office_id, meeting_id)

    def waiting_cases(self) -> Sequence[WaitingCase]:
        """Escalated cases that no meeting has decided."""
        with reading(self.engine) as db:
            return meeting_reader.waiting(db, self.office_id)

    def meeting_document(self, sha256: str) -> bytes:
        """The minutes with so many signatures as they had under this hash."""
        with reading(self.engine) as db:
            return meeting_reader.document(db, self.office_id, sha256)

    def clock_events(self, case_ids: Sequence[str]) -> Sequence[CaseEvents]:
        """The clock events of many cases at once."""
        with reading(self.engine) as db:
            return rules_reader.events_of(db, self.office_id, case_ids)

    def files_used(self) -> Sequence[FileUse]:
        """Every file that a material of the office's cases stands on."""
        with reading(self.engine) as db:
            return blob_reader.files_used(self.engine, db, self.office_id)

    def verify_chains(
        self, report: Report | None = None, *, case_id: str | None = None
    ) -> Sequence[ChainFault]:
        """The first break of every chain of the office that has one. `report` hears of entries,
        done and all, and may raise to stop.

        Who does not read the history has only the chain of `case_id` checked, as he is told of it.
        Raises DomainError when he names none.
        """
        with reading(self.engine) as db:
            if chains.sees_all(db, self.office_id):
                found = kinds.breaks(db, self.office_id, report=report)
            elif case_id is None:
                raise DomainError(PersistenceFault.HISTORY_BY_AUDITOR)
            else:
                one = told_history.broken(db, self.office_id, case_id)
                found = [] if one is None else [one]
        return tuple(ChainFault(b.case_id, b.seq, b.what) for b in found)

    def verify_rows(self, report: Report | None = None) -> Sequence[RowFault] | None:
        """Rows that are not what the history writes when it is carried out again; None on a server,
        where nobody can write one. `report` as above."""
        if self.engine.dialect.name != "sqlite":
            return None
        from sanzhi_desktop.persistence import row_check

        with reading(self.engine) as db:
            return tuple(row_check.faults(db, self.office_id, report=report))

    def history_size(self) -> chains.Size:
        """How many chains and entries the history has."""
        with reading(self.engine) as db:
            return chains.size(db, self.office_id)

    def history_tags(self) -> TagReport:
        """What the keyed tags say: on one PC, with its key."""
        return tags.check(self.engine, self.office_id)

    def checkpoint(self, root: str) -> KeptCheckpoint | None:
        """The kept checkpoint of a root; the newest for ""; None when there is none."""
        with reading(self.engine) as db:
            return checkpoints.known(db, self.office_id, root)

    def chain_root(self) -> str:
        """The root (hex) that a checkpoint made now would have."""
        with reading(self.engine) as db:
            return checkpoints.root_now(db, self.office_id)
