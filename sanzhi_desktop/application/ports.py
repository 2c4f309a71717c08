"""Ports: what the use cases need from the outside, as protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.application.commands import Changed, Command, OfficeCommand
from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.application.link import Link
from sanzhi_desktop.application.queries import (
    CalendarRow,
    CaseEvents,
    CaseRow,
    CertificateRow,
    ChainFault,
    CounterRow,
    DocumentRow,
    EditionRow,
    HistoryRow,
    IrregularityRow,
    KeptCheckpoint,
    ListQuery,
    NumberRow,
    Office,
    RecusalRow,
    RowFault,
    SealRow,
    SimilarRow,
)
from sanzhi_desktop.application.signing import AskSecret, PaperRecord, SigningKey, Verdict
from sanzhi_desktop.application.tagging import Tagging
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.dispute import Dispute, Expert
from sanzhi_desktop.domain.files import FileState, FileUse, StoredFile, StoreSettings
from sanzhi_desktop.domain.history_tag import TagReport
from sanzhi_desktop.domain.meeting import Meeting, MeetingRow, WaitingCase
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

    def checkpoint(self, office_id: int) -> str:
        """Keeps a checkpoint of the office's history and returns its root (hex), to be printed;
        when nothing moved since the last one, that one's. Any active member may ask for it."""
        ...

    def now(self) -> datetime:
        """The database's clock, timezone-aware (UTC)."""
        ...


class Reader(Protocol):
    """Repositories: they only read, and return frozen values."""

    def office(self) -> Office: ...
    def actor(self) -> Actor: ...
    def worklist(self, query: ListQuery) -> Sequence[CaseRow]: ...
    def worklist_keys(self, query: ListQuery) -> Sequence[str]: ...
    def worklist_rows(self, case_ids: Sequence[str]) -> Sequence[CaseRow | None]: ...
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
    def editions(self) -> Sequence[EditionRow]: ...
    def clock_events(self, case_ids: Sequence[str]) -> Sequence[CaseEvents]: ...
    def stored_of_content(self, content_sha256: str) -> str | None:
        """SHA-256 of the stored record or minutes whose content has this hash, if there are any."""
        ...

    def kept_of_kind(self, kind: str) -> Sequence[str]:
        """SHA-256 of every stored paper of a kind, the latest first."""
        ...

    def issued_under(self, number: str) -> str | None:
        """SHA-256 of the opinion issued under a 文号; None when there is none."""
        ...

    def counters(self) -> Sequence[CounterRow]:
        """How far each series has come in each year."""
        ...

    def numbers(self) -> Sequence[NumberRow]:
        """Every 文号 of the office, the newest first."""
        ...

    def similar(self, case: Case) -> Sequence[SimilarRow]:
        """Earlier decisions of the same kind on the same provisions, the closest first."""
        ...

    def irregularities(self) -> Sequence[IrregularityRow]: ...
    def dispute(self, case_id: str) -> Dispute: ...
    def experts(self) -> Sequence[Expert]: ...
    def meetings(self) -> Sequence[MeetingRow]:
        """Every meeting: those that wait for me first, then the latest day."""
        ...

    def meeting(self, meeting_id: str) -> Meeting: ...
    def last_posts(self) -> Mapping[str, str]:
        """The post each member sat for in his latest meeting, by code."""
        ...

    def waiting_cases(self) -> Sequence[WaitingCase]:
        """Escalated cases that no meeting has decided, in the order of escalation."""
        ...

    def meeting_document(self, sha256: str) -> bytes:
        """The minutes with so many signatures as they had under this hash."""
        ...

    def profile_applied(self, profile_id: str, edition: str) -> Mapping[str, object]: ...
    def file_store(self) -> StoreSettings:
        """Where the office keeps its attachments."""
        ...

    def files_used(self) -> Sequence[FileUse]:
        """Every file that a material of the office's cases stands on."""
        ...

    def last_event(self) -> int:
        """A number that moves whenever anything was written: the cheap "anything new?"."""
        ...

    def verify_chains(
        self, report: Report | None = None, *, case_id: str | None = None
    ) -> Sequence[ChainFault]:
        """The first break of every chain that has one. `report` hears of entries, done and all,
        and may raise to stop.

        Who does not read the history has only the chain of `case_id` checked, as he is told of it.
        Raises DomainError when he names none.
        """
        ...

    def verify_rows(self, report: Report | None = None) -> Sequence[RowFault] | None:
        """Rows that are not what the history writes when it is carried out again; None on a server,
        where nobody can write one. `report` hears of entries, done and all, and may raise."""
        ...

    def history_tags(self) -> TagReport:
        """What the keyed tags of a history say (防伪标记): on one PC, with its key."""
        ...

    def checkpoint(self, root: str) -> KeptCheckpoint | None:
        """The kept checkpoint of a root; the newest for ""; None when there is none."""
        ...

    def chain_root(self) -> str:
        """The root (hex) that a checkpoint made now would have; for looking, not for printing."""
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


class Progress(Protocol):
    """Told how many bytes of how many are done; whatever it raises ends the work."""

    def __call__(self, done: int, total: int) -> None: ...


class FileStore(Protocol):
    """Attachments by the SHA-256 of their bytes; never overwritten."""

    def put(self, source: Path, *, progress: Progress | None = None) -> tuple[str, int]:
        """Copies a file in; returns (sha256 hex, size). Raises DomainError when unreadable, too
        large, or when the office's quota is used up."""
        ...

    def path(self, sha256: str) -> Path:
        """A read-only file with these bytes. Raises DomainError when changed or missing."""
        ...

    def state(self, sha256: str) -> FileState:
        """What a look at the stored bytes finds now. Raises DomainError when the store is away."""
        ...

    def reach(self, settings: StoreSettings) -> None:
        """Whether this PC can write where a setting would keep files. Raises DomainError."""
        ...

    def listing(self) -> Sequence[StoredFile]:
        """Every file in the store's books, unfinished uploads too; for who keeps the files."""
        ...

    def forget(self, file: StoredFile) -> None:
        """Takes the bytes away after the command that freed the file was carried out."""
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
    link: Link | None = None  # the way to a server; None: the database is on this PC
    tagging: Tagging | None = None  # the tags of the history on this PC
