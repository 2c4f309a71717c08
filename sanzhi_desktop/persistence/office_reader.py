"""Reads what belongs to the office itself: people, keys, numbers, rules, settings.

Must not: cases (`reader`), or writing anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application import editions
from sanzhi_desktop.application.queries import (
    CalendarRow,
    CertificateRow,
    CounterRow,
    EditionRow,
    IrregularityRow,
    NumberRow,
    Office,
    RecusalRow,
    SealRow,
)
from sanzhi_desktop.domain.audit import Head
from sanzhi_desktop.domain.dispute import Expert
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import StoreSettings
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence import (
    blob_reader,
    chains,
    dispute_reader,
    mapping,
    numbers_reader,
    rules_reader,
    tables,
)
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.snapshot import reading
from sanzhi_desktop.persistence.stored_json import read_object
from sanzhi_desktop.persistence.writes import SHANGHAI


@dataclass(frozen=True, slots=True)
class OfficeReader:
    """The office, as one person sees it."""

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
            moved_to=row["moved_to"],
        )

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

    def numbers(self) -> Sequence[NumberRow]:
        """Every 文号 of every series, the newest first."""
        with reading(self.engine) as db:
            return numbers_reader.numbers(db, self.office_id)

    def counters(self) -> Sequence[CounterRow]:
        """How far each series has come in each year."""
        with reading(self.engine) as db:
            return numbers_reader.counters(db, self.office_id)

    def experts(self) -> Sequence[Expert]:
        """The register of experts."""
        with reading(self.engine) as db:
            return dispute_reader.experts(db, self.office_id)

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

    def profile_applied(self, profile_id: str, edition: str) -> Mapping[str, object]:
        """A published profile edition, as applied. Raises DomainError when never published."""
        p = tables.profile_edition.c
        found = self._all(tables.profile_edition, p.profile_id == profile_id, p.edition == edition)
        if not found:
            raise DomainError(PersistenceFault.NO_SUCH_ROW)
        return read_object(found[0]["applied"])

    def file_store(self) -> StoreSettings:
        """Where the office keeps its attachments."""
        with reading(self.engine) as db:
            return blob_reader.file_store_of(db, self.office_id)

    def last_event(self) -> int:
        """A number that moves whenever anything was written."""
        if self.engine.dialect.name == "postgresql":
            # Every finished transaction moves the snapshot; no counter that all would wait for.
            query = "select hashtextextended(pg_current_snapshot()::text, 0)"
        else:
            query = "select coalesce(max(rowid), 0) from audit"
        with reading(self.engine) as db:
            return int(db.execute(sa.text(query)).scalar_one())

    def heads(self) -> Sequence[Head]:
        """The ends of all chains."""
        with reading(self.engine) as db:
            return chains.heads(db, self.office_id)


def _without_office(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "office_id"}
