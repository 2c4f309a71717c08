"""Ports: what the use cases need from the outside, as protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.application.commands import Changed, Command, OfficeCommand
from sanzhi_desktop.application.queries import (
    CalendarRow,
    CaseRow,
    CertificateRow,
    ChainFault,
    DocumentRow,
    HistoryRow,
    IrregularityRow,
    ListQuery,
    Office,
    RecusalRow,
    SealRow,
)
from sanzhi_desktop.application.signing import AskSecret, PaperRecord, SigningKey, Verdict
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.opinion import OpinionPaper
from sanzhi_desktop.domain.people import Actor, Person


class Gateway(Protocol):
    """The single door for writing. Raises DomainError for every refusal it can name:
    a wrong step, a stale version, a shut gate, a duplicate; known trouble (server away, disk
    full) as `PersistenceFault`."""

    def send(self, command: Command) -> Changed:
        """Carries out one command on one case in one transaction."""
        ...

    def send_office(self, command: OfficeCommand) -> Changed:
        """Carries out one command on the office."""
        ...

    def now(self) -> datetime:
        """The database's clock, timezone-aware (UTC)."""
        ...


class Reader(Protocol):
    """Repositories: they only read, and return frozen values."""

    def office(self) -> Office: ...
    def actor(self) -> Actor: ...
    def worklist(self, query: ListQuery) -> Sequence[CaseRow]: ...
    def count(self, query: ListQuery) -> int: ...
    def case(self, case_id: str) -> Case: ...
    def history(self, case_id: str) -> Sequence[HistoryRow]: ...
    def people(self) -> Mapping[str, Person]: ...
    def recusals(self) -> Sequence[RecusalRow]: ...
    def certificates(self) -> Sequence[CertificateRow]: ...
    def roots(self) -> Sequence[str]: ...
    def seals(self) -> Sequence[SealRow]: ...
    def documents(self, case_id: str) -> Sequence[DocumentRow]: ...
    def document(self, sha256: str) -> bytes: ...
    def has_document(self, sha256: str) -> DocumentRow | None: ...
    def calendars(self) -> Sequence[CalendarRow]: ...
    def issued_under(self, number: str) -> str | None:
        """SHA-256 of the opinion issued under a 文号; None when there is none."""
        ...

    def irregularities(self) -> Sequence[IrregularityRow]: ...
    def profile_applied(self, profile_id: str, edition: str) -> Mapping[str, object]: ...
    def last_event(self) -> int:
        """A number that moves whenever anything was written: the cheap "anything new?"."""
        ...

    def verify_chains(self) -> Sequence[ChainFault]: ...
    def chain_root(self) -> str:
        """Merkle root (hex) over the heads of all chains of the office."""
        ...


class OpinionPress(Protocol):
    """Makes the opinion's paper. The order is that of the signing decision: laid out with empty
    number and date, certified by the reviewer, numbered, signed by the head with the seal."""

    def lay_out(self, paper: OpinionPaper) -> bytes:
        """The PDF/A-2b with its empty fields. Raises DomainError for an unprintable character."""
        ...

    def certify(
        self, pdf: bytes, *, key: SigningKey, ask: AskSecret, name: str, at: datetime
    ) -> bytes:
        """The reviewer's certifying signature."""
        ...

    def fill(self, pdf: bytes, *, number: str, dated: date, signer: str) -> bytes:
        """Writes 文号, 成文日期 and the signer's name into their fields."""
        ...

    def sign(
        self,
        pdf: bytes,
        *,
        key: SigningKey,
        ask: AskSecret,
        name: str,
        at: datetime,
        seal: SealRow | None,
        number: str,
    ) -> bytes:
        """The head's signature with seal and QR; it locks the paper."""
        ...

    def verify(self, pdf: bytes, *, record: PaperRecord) -> Verdict:
        """What the verifier says of the paper."""
        ...

    def editable_copy(self, paper: OpinionPaper, *, number: str, dated: date | None) -> bytes:
        """The same content as .docx, marked as a copy."""
        ...


class FileStore(Protocol):
    """Attachments by the SHA-256 of their bytes; never overwritten."""

    def put(self, source: Path) -> tuple[str, int]:
        """Copies a file in; returns (sha256 hex, size). Raises DomainError when unreadable."""
        ...

    def path(self, sha256: str) -> Path:
        """A read-only file with these bytes. Raises DomainError when changed or missing."""
        ...


class Accounts(Protocol):
    """Embedded log-in: local accounts with argon2 hashes."""

    def log_in(self, person_id: str, password: str) -> Actor:
        """The actor, or DomainError when code or password is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """One person at work on one office: what every use case is given."""

    gateway: Gateway
    reader: Reader
    files: FileStore
    actor: Actor
