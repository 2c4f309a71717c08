"""Signing: what use cases say to the signing side, and what a verification answers.

Codes, frozen records and ports only; no PDF, no cryptography. `documents` implements them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.workdays import local_date

WARN_DAYS = 30  # a certificate is warned of this many days before its last day


class KeyFault(Code):
    """Why a key, a certificate or a seal cannot be used."""

    PASSPHRASE = "key.passphrase"
    CANCELLED = "key.cancelled"
    UNREADABLE = "key.unreadable"
    NO_KEY = "key.no_key"
    SM2 = "key.sm2"
    ALGORITHM = "key.algorithm"
    EXPIRED = "key.expired"
    NOT_YET = "key.not_yet"
    USAGE = "key.usage"
    WRONG_PERSON = "key.wrong_person"
    WEAK_PASSPHRASE = "key.weak_passphrase"
    NAME_MISSING = "key.name_missing"
    NOT_CA = "key.not_ca"
    CERTIFICATE_UNREADABLE = "key.certificate_unreadable"
    TOKEN_DRIVER = "key.token_driver"
    TOKEN_ABSENT = "key.token_absent"
    TOKEN_PIN = "key.token_pin"
    TOKEN_LOCKED = "key.token_locked"
    TOKEN_EMPTY = "key.token_empty"
    TOKEN_FAILED = "key.token_failed"
    SEAL_UNREADABLE = "seal.unreadable"
    SEAL_TOO_LARGE = "seal.too_large"
    SEAL_TOO_SMALL = "seal.too_small"
    SEAL_BLANK = "seal.blank"
    SEAL_PAGES = "seal.pages"
    SEAL_NAME = "seal.name"


class PaperFault(Code):
    """Why a paper cannot be prepared, filled or signed."""

    NOT_OURS = "paper.not_ours"
    NOT_PDFA = "paper.not_pdfa"
    PLACE_MISSING = "paper.place_missing"
    FIELD_UNKNOWN = "paper.field_unknown"
    FILLED = "paper.filled"
    UNFILLED = "paper.unfilled"
    EMPTY_VALUE = "paper.empty_value"
    ORDER = "paper.order"
    SIGNED = "paper.signed"
    SIGNER = "paper.signer"
    HASH = "paper.hash"
    TOO_WIDE = "paper.too_wide"


class VerifyFault(Code):
    """What a verification finds wrong with a paper as a whole or with one signature."""

    UNREADABLE = "verify.unreadable"
    NOT_OURS = "verify.not_ours"
    MARK_CHANGED = "verify.mark_changed"
    FIELDS_TOO_FEW = "verify.fields_too_few"
    MISSING = "verify.missing"
    EXTRA = "verify.extra"
    WRONG_SIGNER = "verify.wrong_signer"
    BROKEN = "verify.broken"
    NOT_INTACT = "verify.not_intact"
    UNTRUSTED = "verify.untrusted"
    NO_TRUST = "verify.no_trust"
    CHANGED = "verify.changed"
    NOT_CERTIFYING = "verify.not_certifying"
    CHANGED_AFTER = "verify.changed_after"
    NAME_DIFFERS = "verify.name_differs"
    NOT_REGISTERED = "verify.not_registered"
    REVOKED = "verify.revoked"
    ROLE = "verify.role"
    FUTURE = "verify.future"
    NO_TIME = "verify.no_time"
    UNFILLED = "verify.unfilled"
    RECORD = "verify.record"
    FORBIDDEN = "verify.forbidden"
    TOO_LARGE = "verify.too_large"
    CHANGED_PAGES = "verify.changed_pages"
    CHANGED_PAGE = "verify.changed_page"
    CHANGED_NOTES = "verify.changed_notes"
    CHANGED_VALUE = "verify.changed_value"
    CHANGED_CATALOGUE = "verify.changed_catalogue"
    CHANGED_INSIDE = "verify.changed_inside"


class RecordState(StrEnum):
    """How a paper compares with what the database stored."""

    MATCH = "match"
    MISMATCH = "mismatch"
    ABSENT = "absent"


class Term(StrEnum):
    """Where a certificate stands in its life."""

    NOT_YET = "not_yet"
    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person's certificate says. `serial` and `fingerprint` (SHA-256) are lower-case hex."""

    name: str
    organisation: str
    issuer: str
    serial: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    algorithm: str  # e.g. "EC-256", "RSA-3072"
    signs: bool  # may make signatures by its key usage
    der: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Expiry:
    """Days until a certificate's last day (negative: that long ago) and what to make of it."""

    term: Term
    days: int


def expiry(certificate: Certificate, today: date, *, warn_days: int = WARN_DAYS) -> Expiry:
    """Where the certificate stands on a day; `EXPIRING` from `warn_days` before its last day."""
    days = (local_date(certificate.not_after) - today).days
    if local_date(certificate.not_before) > today:
        return Expiry(Term.NOT_YET, days)
    if days < 0:
        return Expiry(Term.EXPIRED, days)
    return Expiry(Term.EXPIRING if days <= warn_days else Term.VALID, days)


AskSecret = Callable[[str], str | None]
"""Asks a person for the passphrase or PIN of the key it is told; None means: cancelled."""


class OpenKey(Protocol):
    """A key that has been unlocked and signs until its context ends."""

    @property
    def certificate(self) -> Certificate: ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Further certificates (DER) that lead to the root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Signature over SHA-256 of the data: PKCS#1 v1.5 for RSA, DER of (r, s) for EC."""
        ...


class SigningKey(Protocol):
    """A person's key where it lives: a P12 file, a token, a seal service."""

    @property
    def label(self) -> str:
        """What the person is told when asked for the secret."""
        ...

    def unlock(self, ask: AskSecret) -> AbstractContextManager[OpenKey]:
        """Opens the key. Raises DomainError: wrong secret, cancelled, absent, unsupported."""
        ...


class Look(Protocol):
    """What a field or signature shows, drawn as one page of the given size in points."""

    def draw(self, width: float, height: float) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SignatureField:
    """A signature that a paper requires. `role` is a role code; `place` the key of its place."""

    name: str  # e.g. "Reviewer", "Head"
    role: str
    place: str  # e.g. "sig:Head"
    with_qr: bool = False  # the QR's place belongs to this signature's appearance
    signer: str = ""  # who alone may sign here, by registered name; empty: whoever holds the role


@dataclass(frozen=True, slots=True)
class AwaitedSignature:
    """A place to sign on a prepared paper. `due`: nothing else has to be signed before it."""

    field: str
    role: str
    signer: str  # registered name; empty: whoever holds the role
    signed: bool
    due: bool


@dataclass(frozen=True, slots=True)
class RegisteredSigner:
    """A registered certificate with its person, as the verifier compares it."""

    fingerprint: str
    name: str
    roles: frozenset[str]
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """What the database knows about a paper: the stored hash and the registered signers."""

    sha256: str | None
    signers: tuple[RegisteredSigner, ...]
    roots: tuple[bytes, ...] = ()  # trusted roots of the office, PEM


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault with the facts its sentence needs."""

    code: VerifyFault
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature as found. `time` is the claim of the signer's own computer."""

    field: str
    name: str
    role: str
    time: datetime | None
    intact: bool
    trusted: bool
    issuer: str = ""
    fingerprint: str = ""
    faults: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a verification; valid only when nothing at all is wrong."""

    valid: bool
    document: str  # kind of paper, "" when the file is no paper of ours
    signatures: tuple[SignatureReport, ...]
    missing: tuple[str, ...]  # names of required signature fields without a signature
    changes: tuple[Finding, ...]  # what was changed after a signature though it must not be
    record: RecordState
    faults: tuple[Finding, ...]
    values: Mapping[str, str]  # what stands in the form fields: number, date
    content_hash: str
    sha256: str


# What each kind of paper must carry, in the order of signing, whatever its own mark says. Minutes
# are signed by as many members as were present: see `fields_fit`.
REQUIRED: Mapping[str, Collection[str]] = {
    "opinion": ("Reviewer", "Head"),
    "record": ("Handler", "Reviewer"),
    "minutes": ("Recorder", "Chair"),
    "transfer": ("Head",),
    "responsibility": ("Head",),
}
MEMBER = "Member"  # with a number from 1: a member present, in minutes


def fields_fit(kind: str, names: Sequence[str]) -> bool:
    """Whether signature fields, in signing order, are exactly those that a kind of paper has.

    Minutes: the recorder, at least one member besides the chair (one head alone discusses nothing
    collectively), the chair.
    """
    wanted = REQUIRED.get(kind)
    if wanted is None:
        return True
    if kind == "minutes":
        members = [f"{MEMBER}{place}" for place in range(1, max(2, len(names) - 1))]
        wanted = ("Recorder", *members, "Chair")
    return tuple(names) == tuple(wanted)
