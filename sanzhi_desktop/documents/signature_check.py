"""One signature of a paper: its bytes, its integrity, its chain to the given roots.

Knows pyHanko's validation; what the paper as a whole must carry is decided in `verify`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sanzhi_desktop.application.signing import Certificate
from sanzhi_desktop.documents.fields import entry
from sanzhi_desktop.documents.keys import describe

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


@dataclass(frozen=True, slots=True)
class Checked:
    """What one signature proves. `untouched`: nothing at all was appended after it."""

    certificate: Certificate
    time: datetime | None
    intact: bool
    changes_allowed: bool
    trusted: bool
    untouched: bool
    certifies: bool
    locks_all: bool
    revision: int


def check(
    pdf: bytes, signature: "EmbeddedPdfSignature", roots: "Sequence[x509.Certificate]"
) -> Checked:
    """Validates one signature against the roots alone, offline, under the strict difference rules.

    The chain is judged at the time that the signer's computer claimed: the paper carries no
    time-stamp of a third party, and a certificate that has expired since does not undo it.
    Raises whatever a broken file makes the libraries raise; the caller counts that as invalid.
    """
    from cryptography import x509 as parsed_x509
    from pyhanko.sign.fields import FieldMDPAction
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    time = signature.self_reported_timestamp
    if time is not None and time.tzinfo is None:
        time = None
    status = validate_pdf_signature(
        signature,
        ValidationContext(
            trust_roots=list(roots),  # never None: that would mean the system's own roots
            moment=time,
            allow_fetching=False,
            revocation_mode="soft-fail",
        ),
        key_usage_settings=KeyUsageConstraints(
            key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
        ),
    )
    coverage = status.coverage
    whole = coverage is SignatureCoverageLevel.ENTIRE_FILE
    lock = signature.fieldmdp
    return Checked(
        certificate=describe(parsed_x509.load_der_x509_certificate(signature.signer_cert.dump())),
        time=time,
        intact=bool(status.intact and status.valid) and _one_gap(pdf, signature),
        changes_allowed=bool(status.docmdp_ok)
        and (whole or coverage is SignatureCoverageLevel.ENTIRE_REVISION),
        trusted=bool(status.trusted and status.seed_value_ok),
        untouched=whole,
        certifies=_certifies(signature),
        locks_all=lock is not None and lock.action is FieldMDPAction.ALL,
        revision=int(signature.signed_revision),
    )


def _certifies(signature: "EmbeddedPdfSignature") -> bool:
    """The catalogue names this very signature as the certification, and it sets a level."""
    permissions = entry(signature.reader.root, "/Perms", {})
    if "/DocMDP" not in permissions:
        return False
    certification = permissions.raw_get("/DocMDP").reference
    own = signature.sig_field.raw_get("/V").reference
    return bool(certification == own) and signature.docmdp_level is not None


def _one_gap(pdf: bytes, signature: "EmbeddedPdfSignature") -> bool:
    """The signed bytes are the file but for one gap, and the gap holds the signature alone."""
    from asn1crypto import parser

    first, length, second, rest = (int(value) for value in signature.byte_range)
    gap, content = pdf[length:second], bytes(signature.pkcs7_content)
    return (
        first == 0
        and 0 < length < second
        and rest > 0
        and second + rest <= len(pdf)
        and gap[:1] + gap[-1:] == b"<>"
        and bytes.fromhex(gap[1:-1].decode("ascii")) == content
        and not any(content[parser.peek(content) :])  # what pads the room is zeros
    )
