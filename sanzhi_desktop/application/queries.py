"""Frozen read models: what screens and the command line are shown. Reading never writes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.workflow import State


@dataclass(frozen=True, slots=True)
class Office:
    """One review body (法制审核机构) with its number series and rule profile."""

    office_id: int
    code: str
    name: str
    series: str  # 机关代字, e.g. 舒法审
    profile_id: str
    profile_edition: str
    sample: bool = False
    moved_to: str = ""  # host:port/database that the office went to; this one is closed then


class ListScope(StrEnum):
    """Which cases a work list shows."""

    MINE = "mine"  # waits for me
    OPEN = "open"  # every open case I may see
    DONE = "done"  # decided, returned, withdrawn
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A work list request. `text` searches name, party, numbers; order by due date first."""

    scope: ListScope = ListScope.MINE
    text: str = ""
    states: tuple[State, ...] = ()
    order: str = "due"  # due | received | name | party
    descending: bool = False
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a work list."""

    case_id: str
    version: int
    state: State
    round: int
    name: str
    kind: Kind
    party_name: str
    unit: str
    reviewer: str
    reviewer_name: str
    received_at: datetime | None
    due_on: date | None
    outcome: Outcome | None
    number: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One entry of a case's history: who did what, when."""

    seq: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    reason: str
    detail: dict[str, Any]
    hash: str
    command_id: str = ""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A registered certificate of a person."""

    fingerprint: str
    person_id: str
    source: str  # p12 | pkcs11 | office_ca
    pem: str
    serial: str
    not_before: datetime
    not_after: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class SealRow:
    """The office's seal image and who keeps it."""

    seal_id: str
    name: str
    custodian: str
    image: bytes
    media: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A stored paper; its bytes are read on their own by hash."""

    sha256: str
    case_id: str
    round: int
    kind: str  # opinion_certified | opinion | correction | submission | return
    size: int
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A holiday arrangement that the office brought in, as JSON text."""

    year: int
    edition: str
    number: str
    arrangement: str
    published_by: str
    published_at: datetime


class NumberStatus(StrEnum):
    """Where a 文号 stands."""

    RESERVED = "reserved"
    ISSUED = "issued"
    VOID = "void"
    MISSING = "missing"  # 缺号: the counter gave it and no row holds it


class NumberKind(StrEnum):
    """What paper a series numbers."""

    OPINION = "opinion"  # 法制审核意见书
    TRANSFER = "transfer"  # 涉嫌犯罪案件移送书


@dataclass(frozen=True, slots=True)
class CounterRow:
    """How far a series has come in a year."""

    series: str
    year: int
    last_no: int


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One 文号 of a series; a voided one stays with its reason and is never given again."""

    series: str
    year: int
    no: int
    label: str
    case_id: str
    case_name: str
    round: int
    status: NumberStatus
    reserved_by: str
    reserved_at: datetime
    void_reason: str
    kind: NumberKind = NumberKind.OPINION


@dataclass(frozen=True, slots=True)
class EditionRow:
    """A published edition of the office's rules. `effective_from` may lie after publication."""

    profile_id: str
    edition: str
    effective_from: date | None
    published_by: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class CaseEvents:
    """The clock events of one case, and what its rules are chosen by."""

    case_id: str
    version: int
    round: int
    kind: Kind
    profile_id: str
    profile_edition: str
    events: tuple[ClockEvent, ...]


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """An earlier decision of the office that rests on the same provisions. Money in fen."""

    case_id: str
    name: str
    party_name: str
    number: str
    decided_on: date
    amount_fen: int
    tier: str
    shared: tuple[str, ...]  # the provisions that both name: why it is shown


@dataclass(frozen=True, slots=True)
class IrregularityRow:
    """应审未审: a decision an agency made although the gate was shut."""

    irregularity_id: str
    case_id: str
    agency: str
    decision_number: str
    decided_on: date | None
    content: str
    note: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RecusalRow:
    """A registered recusal."""

    recusal_id: str
    person_id: str
    unit: str
    party: str
    case_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that the database keeps: its number in the office, its root (hex), its time."""

    n: int
    root: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where a history chain breaks, and how."""

    case_id: str
    seq: int
    what: str  # edited | deleted | reordered | truncated | head


@dataclass(frozen=True, slots=True)
class RowFault:
    """Rows of one table that are not what the history says, all in the same way; or, with its
    place `seq`, an entry that cannot be carried out again (`impossible`), or beside which something
    else stands than in it (`beside`)."""

    case_id: str  # "" where the table names no case
    table: str
    how: str  # changed | added | deleted | beside | impossible
    columns: tuple[str, ...] = ()  # those that differ
    key: tuple[str, ...] = ()  # of the first row, without the office
    rows: int = 1
    seq: int = 0
