"""The ports of a running office beside the database: rules, papers, keys, reading.

`compose` fills `Work`; the desk and the command line are given it whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.application.catalogue import CatalogueSheets
from sanzhi_desktop.application.ports import OpinionPress
from sanzhi_desktop.application.rulebook import RuleBook
from sanzhi_desktop.application.signing import (
    AskSecret,
    AwaitedSignature,
    Certificate,
    PaperRecord,
    SigningKey,
    Verdict,
)
from sanzhi_desktop.application.transfer_letter import TransferPress
from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.dispute_papers import (
    DisagreementPaper,
    MinutesPaper,
    ResponsibilityPaper,
)
from sanzhi_desktop.domain.papers import (
    CorrectionPaper,
    NumbersPaper,
    ReturnPaper,
    StripPaper,
    SubmissionPaper,
)


@dataclass(frozen=True, slots=True)
class Prefill:
    """What could be read out of a submission: values with provenance, and marks on fields.

    `marks` are (field of the submission or "file", Chinese sentence).
    """

    submission: Submission
    marks: tuple[tuple[str, str], ...]
    text: str = field(repr=False)
    decision_date: date | None = None


class SubmissionReader(Protocol):
    """Reads a decision or submission; a person confirms every value."""

    def read(self, path: Path) -> Prefill:
        """Raises DomainError(ReadFault) for a file that cannot be read."""
        ...


class SheetPress(Protocol):
    """Prints the papers that nobody signs with a key: 送审表, 补正通知书, 退回函, 期限推算表."""

    def submission(self, paper: SubmissionPaper) -> bytes: ...
    def correction(self, paper: CorrectionPaper) -> bytes: ...
    def returned(self, paper: ReturnPaper) -> bytes: ...
    def strip(self, paper: StripPaper) -> bytes: ...
    def numbers(self, paper: NumbersPaper) -> bytes: ...
    def numbers_workbook(self, paper: NumbersPaper) -> bytes:
        """The register of numbers as .xlsx."""
        ...



DisputePaper = DisagreementPaper | MinutesPaper | ResponsibilityPaper


class SignedPapers(Protocol):
    """Papers that any number of people sign with their own keys, one signature at a time.

    The first field of a paper certifies it, the last locks it, those between come in any order.
    """

    def prepare(self, paper: DisputePaper) -> bytes:
        """The PDF/A-2b with empty places. Raises DomainError for an unprintable character."""
        ...

    def sign(
        self,
        pdf: bytes,
        *,
        field: str,
        key: SigningKey,
        ask: AskSecret,
        name: str,
        at: datetime,
        reason: str,
    ) -> bytes:
        """One more signature; the bytes given are a prefix of those returned.

        Raises DomainError: not that person's place, out of turn, signed already, wrong secret.
        """
        ...

    def awaited(self, pdf: bytes) -> Sequence[AwaitedSignature]:
        """Every place to sign, in the order of signing, and which may be signed now."""
        ...

    def verify(self, pdf: bytes, *, record: PaperRecord) -> Verdict:
        """What the verifier says of the paper."""
        ...

    def editable_copy(self, paper: DisputePaper) -> bytes:
        """The same content as .docx, marked as a copy."""
        ...


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it was made or read: the certificate and, for an own file, its bytes."""

    certificate: Certificate
    pem: str
    p12: bytes = field(repr=False)


class KeyDesk(Protocol):
    """Keys, certificates and seals: made, read and found; no secret is ever kept."""

    def key(self, p12: bytes, *, label: str) -> SigningKey:
        """A key out of a P12 file; its passphrase is asked for at signing."""
        ...

    def inspect(self, p12: bytes, *, passphrase: str) -> NewKey:
        """Certificate of an own P12. Raises DomainError: wrong passphrase, no key, SM2."""
        ...

    def read_certificate(self, data: bytes) -> Certificate:
        """A certificate alone, PEM or DER. Raises DomainError when it is none, or SM2."""
        ...

    def token_certificates(self, driver: Path) -> Sequence[tuple[str, Certificate]]:
        """(token label, certificate) of every signing certificate on connected tokens."""
        ...

    def token_key(self, driver: Path, *, token: str, fingerprint: str) -> SigningKey:
        """A key on a PKCS#11 token; its PIN is asked for at signing."""
        ...

    def make_ca(self, *, name: str, organisation: str, passphrase: str, now: datetime) -> NewKey:
        """The office's own root; its file stays with the administrator."""
        ...

    def issue(
        self,
        ca: bytes,
        *,
        ca_passphrase: str,
        name: str,
        organisation: str,
        person_id: str,
        passphrase: str,
        now: datetime,
    ) -> NewKey:
        """A person's certificate and key from the office's root."""
        ...

    def make_seal(self, name: str, *, note: str = "") -> tuple[bytes, str]:
        """A drawn seal for a sample office: (image, media type)."""
        ...

    def import_seal(self, data: bytes) -> tuple[bytes, str]:
        """The office's seal image checked and cleaned: (image, media type)."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """Everything a running office works with beside its database."""

    book: RuleBook
    press: OpinionPress
    sheets: SheetPress
    keys: KeyDesk
    reader: SubmissionReader
    catalogues: CatalogueSheets
    papers: SignedPapers
    letters: TransferPress
