"""The repository: reads frozen values for both databases.

Lives here: queries. Must not: writing anything, or keeping rows alive after the call.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application import editions
from sanzhi_desktop.application.queries import (
    CalendarRow,
    CaseEvents,
    CaseRow,
    CertificateRow,
    ChainFault,
    DocumentRow,
    EditionRow,
    HistoryRow,
    IrregularityRow,
    ListQuery,
    NumberRow,
    Office,
    RecusalRow,
    SealRow,
    SimilarRow,
)
from sanzhi_desktop.domain.audit import Head
from sanzhi_desktop.domain.case import Case, CaseFault
from sanzhi_desktop.domain.dispute import Dispute, Expert
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import FileUse, StoreSettings
from sanzhi_desktop.domain.meeting import Meeting, MeetingRow, WaitingCase
from sanzhi_desktop.domain.people import Actor, Person
from sanzhi_desktop.persistence import (
    blob_reader,
    chains,
    checkpoints,
    dispute_reader,
    mapping,
    meeting_reader,
    rules_reader,
    tables,
    worklist,
)
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.similar import similar_decisions
from sanzhi_desktop.persistence.transfer_reader import letter_under, transfers_of
from sanzhi_desktop.persistence.writes import SHANGHAI


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One snapshot; driver errors come out as codes."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


@dataclass(frozen=True, slots=True)
class DatabaseReader:
    """Reads one office as one person."""

    engine: sa.Engine
    office_id: int
    person_id: str
    clock: Callable[[], datetime] | None = None

    def _now(self) -> datetime:
        return self.clock() if self.clock is not None else datetime.now(UTC)

    def _today(self) -> date:
        return self._now().astimezone(SHANGHAI).date()

    def _all(self, table: sa.Table, *conditions: Any, order: Sequence[Any] = ()) -> list[Any]:
        query = sa.select(table).where(table.c.office_id == self.office_id, *conditions)
        with reading(self.engine) as db:
            return list(db.execute(query.order_by(*order)).mappings())

    def office(self) -> Office:
        """The office. Raises DomainError when the database has none of this number."""
        found = self._all(tables.office)
        if not found:
            raise DomainError(PersistenceFault.NOT_INITIALISED, found="", expected="", where="")
        row = found[0]
        last = (row["profile_id"], row["profile_edition"])
        running = editions.in_force(self.editions(), self._now(), last=last)
        return Office(
            office_id=row["office_id"],
            code=row["code"],
            name=row["name"],
            series=row["series"],
            profile_id=running.profile_id if running else row["profile_id"],
            profile_edition=running.edition if running else row["profile_edition"],
            sample=bool(row["sample"]),
        )

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
            found = db.execute(worklist.rows(query, actor, unit=unit)).mappings()
            return tuple(mapping.case_row(row) for row in found)

    def count(self, query: ListQuery) -> int:
        """How many lines the list has."""
        actor, unit = self._me()
        with reading(self.engine) as db:
            return int(db.execute(worklist.count(query, actor, unit=unit)).scalar_one())

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
        found = self._all(tables.audit, tables.audit.c.case_id == case_id, order=["seq"])
        return tuple(mapping.history_row(link, names) for link in found)

    def people(self) -> Mapping[str, Person]:
        """The register, in the order of names."""
        grants: dict[str, list[Any]] = {}
        with reading(self.engine) as db:
            for grant in db.execute(
                sa.select(tables.person_role)
                .where(tables.person_role.c.office_id == self.office_id)
                .order_by("person_id", "seq")
            ).mappings():
                grants.setdefault(grant["person_id"], []).append(grant)
            rows = db.execute(
                sa.select(tables.person)
                .where(tables.person.c.office_id == self.office_id)
                .order_by("sort_key", "person_id")
            ).mappings()
            return {r["person_id"]: mapping.person(r, grants.get(r["person_id"], ())) for r in rows}

    def recusals(self) -> Sequence[RecusalRow]:
        """Registered recusals."""
        return tuple(
            RecusalRow(**_without_office(row))
            for row in self._all(tables.recusal, order=["recusal_id"])
        )

    def certificates(self) -> Sequence[CertificateRow]:
        """Registered certificates, revoked ones too."""
        return tuple(
            CertificateRow(
                fingerprint=row["fingerprint"],
                person_id=row["person_id"],
                source=row["source"],
                pem=row["pem"],
                serial=row["serial"],
                not_before=row["not_before"],
                not_after=row["not_after"],
                revoked=bool(row["revoked"]),
            )
            for row in self._all(tables.certificate, order=["person_id", "not_before"])
        )

    def roots(self) -> Sequence[str]:
        """The trusted roots as PEM."""
        return tuple(r["pem"] for r in self._all(tables.root_certificate, order=["fingerprint"]))

    def seals(self) -> Sequence[SealRow]:
        """The office's seal images."""
        return tuple(
            SealRow(**{**_without_office(row), "image": bytes(row["image"])})
            for row in self._all(tables.seal, order=["seal_id"])
        )

    def documents(self, case_id: str) -> Sequence[DocumentRow]:
        """The papers of a case, oldest first; without their bytes."""
        return self._papers(tables.document.c.case_id == case_id)

    def has_document(self, sha256: str) -> DocumentRow | None:
        """The paper with this hash, if the office stored it."""
        return next(iter(self._papers(tables.document.c.sha256 == sha256)), None)

    def _papers(self, condition: sa.ColumnElement[bool]) -> tuple[DocumentRow, ...]:
        d = tables.document.c
        columns = (d.sha256, d.case_id, d.round, d.kind, d.size, d.stored_at)
        query = sa.select(*columns).where(d.office_id == self.office_id, condition)
        with reading(self.engine) as db:
            found = db.execute(query.order_by(d.stored_at, d.kind)).mappings()
            return tuple(DocumentRow(**row) for row in found)

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
        d = tables.document.c
        query = sa.select(d.content).where(d.office_id == self.office_id, d.sha256 == sha256)
        with reading(self.engine) as db:
            content = db.execute(query.limit(1)).scalar_one_or_none()
        if content is None:
            raise DomainError(PersistenceFault.NO_SUCH_ROW)
        return bytes(content)

    def numbers(self) -> Sequence[NumberRow]:
        """Every 文号 of the office, the newest first."""
        n, k = tables.number.c, tables.case_.c
        query = (
            sa.select(tables.number, k.name)
            .join(tables.case_, (k.office_id == n.office_id) & (k.case_id == n.case_id))
            .where(n.office_id == self.office_id)
            .order_by(n.year.desc(), n.series, n.no.desc())
        )
        with reading(self.engine) as db:
            return tuple(mapping.number_row(row) for row in db.execute(query).mappings())

    def similar(self, case: Case) -> Sequence[SimilarRow]:
        """Earlier decisions of the same kind on the same provisions, the closest first."""
        with reading(self.engine) as db:
            return similar_decisions(db, case)

    def dispute(self, case_id: str) -> Dispute:
        """The disagreements of a case: consultation, advice, objection, record, result."""
        with reading(self.engine) as db:
            return dispute_reader.dispute(db, self.office_id, case_id)

    def experts(self) -> Sequence[Expert]:
        """The register of experts."""
        with reading(self.engine) as db:
            return dispute_reader.experts(db, self.office_id)

    def meetings(self) -> Sequence[MeetingRow]:
        """Every meeting, the latest day first."""
        with reading(self.engine) as db:
            return meeting_reader.meetings(db, self.office_id)

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

    def irregularities(self) -> Sequence[IrregularityRow]:
        """应审未审, newest first."""
        found = self._all(tables.irregularity, order=[sa.desc("recorded_at")])
        return tuple(IrregularityRow(**_without_office(row)) for row in found)

    def calendars(self) -> Sequence[CalendarRow]:
        """The holiday arrangements that the office published, oldest first."""
        found = self._all(tables.calendar, order=["published_at", "year", "edition"])
        return tuple(CalendarRow(**_without_office(row)) for row in found)

    def editions(self) -> Sequence[EditionRow]:
        """The published editions of the office's rules, those to come as well."""
        with reading(self.engine) as db:
            return rules_reader.editions_of(db, self.office_id)

    def clock_events(self, case_ids: Sequence[str]) -> Sequence[CaseEvents]:
        """The clock events of many cases at once."""
        with reading(self.engine) as db:
            return rules_reader.events_of(db, self.office_id, case_ids)

    def profile_applied(self, profile_id: str, edition: str) -> Mapping[str, object]:
        """A published profile edition, as applied. Raises DomainError when never published."""
        import json

        p = tables.profile_edition.c
        found = self._all(tables.profile_edition, p.profile_id == profile_id, p.edition == edition)
        if not found:
            raise DomainError(PersistenceFault.NO_SUCH_ROW)
        applied: Mapping[str, object] = json.loads(found[0]["applied"])
        return applied

    def last_event(self) -> int:
        """A number that moves whenever anything was written."""
        if self.engine.dialect.name == "postgresql":
            # Every finished transaction moves the snapshot; no counter that all would wait for.
            query = "select hashtextextended(pg_current_snapshot()::text, 0)"
        else:
            query = "select coalesce(max(rowid), 0) from command"
        with reading(self.engine) as db:
            return int(db.execute(sa.text(query)).scalar_one())

    def file_store(self) -> StoreSettings:
        """Where the office keeps its attachments."""
        with reading(self.engine) as db:
            return blob_reader.file_store_of(db, self.office_id)

    def files_used(self) -> Sequence[FileUse]:
        """Every file that a material of the office's cases stands on."""
        with reading(self.engine) as db:
            return blob_reader.files_used(self.engine, db, self.office_id)

    def verify_chains(self) -> Sequence[ChainFault]:
        """The first break of every chain of the office that has one."""
        with reading(self.engine) as db:
            found = chains.breaks(db, self.office_id)
            told = {b.case_id for b in found}
            part = not chains.sees_all(db, self.office_id)
            kept = checkpoints.breaks(db, self.office_id, part=part)
        found.extend(b for b in kept if b.case_id not in told)
        return tuple(ChainFault(b.case_id, b.seq, b.what) for b in found)

    def heads(self) -> Sequence[Head]:
        """The ends of all chains."""
        with reading(self.engine) as db:
            return chains.heads(db, self.office_id)

    def chain_root(self) -> str:
        """The root (hex) that a checkpoint made now would have."""
        with reading(self.engine) as db:
            return checkpoints.root_now(db, self.office_id)


def _without_office(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "office_id"}
