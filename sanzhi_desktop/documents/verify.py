"""Verification of a signed paper: everything it must carry, and nothing besides.

Offline and strict: only the given roots count, every exception means invalid, the required
signatures are those of the paper's own mark and of its kind, nothing may follow the last one.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sanzhi_desktop.application.signing import (
    REQUIRED,
    Finding,
    RecordState,
    RegisteredSigner,
    SignatureReport,
    Verdict,
    VerifyFault,
    fields_fit,
)
from sanzhi_desktop.documents.differences import differences
from sanzhi_desktop.documents.fields import entry, form_fields, is_signature, read_mark, text_values
from sanzhi_desktop.documents.keys import is_named
from sanzhi_desktop.documents.paper_mark import PaperMark
from sanzhi_desktop.documents.pdfa import SIGNER, TEXT_FIELDS
from sanzhi_desktop.documents.signature_check import Checked, check
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.pdf_utils.generic import DictionaryObject
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

MAX_BYTES = 200_000_000
_CLOCK_SLACK = timedelta(days=1)
# Entries that make a viewer act or redraw; our papers have none, whoever signed them.
_FORBIDDEN = ("/OpenAction", "/AA", "/URI", "/Collection")
_FORBIDDEN_NAMES = ("/JavaScript", "/EmbeddedFiles")
_FORBIDDEN_FORM = ("/XFA", "/CO")


def verify(
    pdf: bytes,
    *,
    trust: Iterable[bytes],
    officers: Iterable[RegisteredSigner] | None = None,
    stored_sha256: str | None = None,
    now: datetime | None = None,
) -> Verdict:
    """The verdict on a paper. Never raises for what stands in the file.

    `trust`: root certificates (PEM or DER), the only ones that count. `officers`: the register of
    certificates; None when there is none at hand, then names come from the certificates alone.
    `stored_sha256`: hash of the stored paper, None when there is no record. `now`: against
    signatures from the future. Raises DomainError for unreadable roots only.
    """
    roots = [root for data in trust for root in _roots(data)]
    digest = hashlib.sha256(pdf).hexdigest()
    record = _record(digest, stored_sha256)
    try:
        verdict = _judge(pdf, roots, _Register.of(officers, record), now)
    except Exception as error:  # noqa: BLE001 — whatever a broken file raises means: invalid
        facts = {"detail": f"{type(error).__name__}: {error}"[:200]}
        verdict = _nothing(Finding(VerifyFault.UNREADABLE, facts))
    faults = verdict.faults
    if record is RecordState.MISMATCH:
        faults += (Finding(VerifyFault.RECORD),)
    valid = (
        bool(verdict.signatures)
        and not faults
        and not verdict.missing
        and not verdict.changes
        and not any(report.faults for report in verdict.signatures)
    )
    return replace(verdict, valid=valid, faults=faults, record=record, sha256=digest)


def content_named(pdf: bytes) -> str:
    """The hash of its content as a paper names it, whether it is true or not; "" when none is."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        return read_mark(PdfFileReader(io.BytesIO(pdf), strict=True).root).content_hash
    except (DomainError, PdfError, ValueError):
        return ""


def _roots(data: bytes) -> "list[x509.Certificate]":
    from asn1crypto import x509

    from sanzhi_desktop.documents.keys import read_certificates

    return [x509.Certificate.load(root.der) for root in read_certificates(data)]


def _record(digest: str, stored: str | None) -> RecordState:
    if stored is None:
        return RecordState.ABSENT
    return RecordState.MATCH if stored.lower() == digest else RecordState.MISMATCH


def _nothing(*faults: Finding) -> Verdict:
    return Verdict(False, "", (), (), (), RecordState.ABSENT, faults, {}, "", "")


def _judge(
    pdf: bytes,
    roots: "Sequence[x509.Certificate]",
    register: "_Register | None",
    now: datetime | None,
) -> Verdict:
    from pyhanko.pdf_utils.reader import PdfFileReader

    if len(pdf) > MAX_BYTES:
        return _nothing(Finding(VerifyFault.TOO_LARGE))
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    embedded = list(reader.embedded_signatures)
    try:
        mark = read_mark(reader.root)
    except DomainError:
        return replace(
            _nothing(Finding(VerifyFault.NOT_OURS)),
            signatures=tuple(_report(pdf, e, roots, None)[0] for e in embedded),
        )
    roles = {field.name: field.role for field in mark.fields}
    signers = {field.name: field.signer for field in mark.fields}
    reports, checks = [], {}
    for signature in embedded:
        report, checked = _report(pdf, signature, roots, roles.get(signature.field_name))
        if checked is not None:
            checks[report.field] = checked
            report = _with_person(report, checked, register, now)
            report = _in_own_field(report, signers.get(report.field, ""))
        reports.append(report)
    faults = [*_mark_faults(reader, mark, checks, reports), *_form_faults(reader.root, mark)]
    if not roots:
        faults.append(Finding(VerifyFault.NO_TRUST))
    signed = {report.field for report in reports}
    required = dict.fromkeys([*roles, *REQUIRED.get(mark.kind, ())])
    values = text_values(reader.root)
    faults += _printed_name(values, reports, mark)
    return Verdict(
        valid=False,
        document=mark.kind,
        signatures=tuple(reports),
        missing=tuple(name for name in required if name not in signed),
        changes=_changes(reader, mark, checks),
        record=RecordState.ABSENT,
        faults=tuple(faults),
        values={"number": mark.number} | values if mark.number else values,
        content_hash=mark.content_hash,
        sha256="",
    )


def _report(
    pdf: bytes,
    signature: "EmbeddedPdfSignature",
    roots: "Sequence[x509.Certificate]",
    role: str | None,
) -> tuple[SignatureReport, Checked | None]:
    name = str(signature.field_name)
    claimed = str(entry(signature.sig_object, "/Name"))
    try:
        checked = check(pdf, signature, roots)
    except Exception as error:  # noqa: BLE001 — whatever a broken signature raises means: invalid
        finding = Finding(VerifyFault.BROKEN, {"detail": type(error).__name__})
        return SignatureReport(
            name, claimed, role or "", None, False, False, "", "", (finding,)
        ), None
    faults = []
    if not checked.intact:
        faults.append(Finding(VerifyFault.NOT_INTACT))
    if not checked.changes_allowed:
        faults.append(Finding(VerifyFault.CHANGED))
    if roots and checked.intact and not checked.trusted:
        faults.append(Finding(VerifyFault.UNTRUSTED, {"issuer": checked.certificate.issuer}))
    if checked.time is None:
        faults.append(Finding(VerifyFault.NO_TIME))
    named = is_named(checked.certificate, claimed)
    if claimed and not named:
        facts = {"claimed": claimed, "name": checked.certificate.name}
        faults.append(Finding(VerifyFault.NAME_DIFFERS, facts))
    report = SignatureReport(
        field=name,
        name=claimed if named else checked.certificate.name,
        role=role or "",
        time=checked.time,
        intact=checked.intact and checked.changes_allowed,
        trusted=checked.trusted,
        issuer=checked.certificate.issuer,
        fingerprint=checked.certificate.fingerprint,
        faults=tuple(faults),
    )
    return report, checked


@dataclass(frozen=True, slots=True)
class _Register:
    """The registered certificates; `settled`: the paper is the very one that was stored.

    Roles and revocations are those of today. They do not undo a paper that the database checked
    and stored when they were others: people leave and keys are replaced.
    """

    signers: Mapping[str, RegisteredSigner]
    settled: bool

    @classmethod
    def of(
        cls, officers: Iterable[RegisteredSigner] | None, record: RecordState
    ) -> "_Register | None":
        if officers is None:
            return None
        return cls({o.fingerprint.lower(): o for o in officers}, record is RecordState.MATCH)

    def faults(self, report: SignatureReport) -> list[Finding]:
        """Same certificate, same name; in force and in the field's role unless settled."""
        officer = self.signers.get(report.fingerprint)
        if officer is None:
            return [Finding(VerifyFault.NOT_REGISTERED, {"name": report.name})]
        if officer.name != report.name:
            facts = {"claimed": report.name, "name": officer.name}
            return [Finding(VerifyFault.NAME_DIFFERS, facts)]
        if self.settled:
            return []
        if officer.revoked:
            return [Finding(VerifyFault.REVOKED, {"name": report.name})]
        if report.role not in officer.roles:
            return [Finding(VerifyFault.ROLE, {"name": report.name, "role": report.role})]
        return []


def _with_person(
    report: SignatureReport,
    checked: Checked,
    register: _Register | None,
    now: datetime | None,
) -> SignatureReport:
    """The report compared with the register and with the clock."""
    faults = [] if register is None else register.faults(report)
    trusted = report.trusted and not faults
    if now is not None and checked.time is not None and checked.time > now + _CLOCK_SLACK:
        faults.append(Finding(VerifyFault.FUTURE))
    return replace(report, trusted=trusted, faults=report.faults + tuple(faults))


def _in_own_field(report: SignatureReport, expected: str) -> SignatureReport:
    """The report with a fault when the field was another person's to sign."""
    if expected in ("", report.name):
        return report
    facts = {"field": report.field, "expected": expected, "name": report.name}
    wrong = Finding(VerifyFault.WRONG_SIGNER, facts)
    return replace(report, faults=(*report.faults, wrong))


def _mark_faults(
    reader: "PdfFileReader",
    mark: PaperMark,
    checks: dict[str, Checked],
    reports: Sequence[SignatureReport],
) -> Iterable[Finding]:
    """The mark stands in what the first signature covers; first certifies, last locks all."""
    if not reports:
        return
    if not fields_fit(mark.kind, [field.name for field in mark.fields]):
        yield Finding(VerifyFault.FIELDS_TOO_FEW, {"kind": mark.kind})
    for checked in checks.values():
        try:
            signed = read_mark(reader.get_historical_resolver(checked.revision).root)
        except DomainError:
            signed = None
        if signed != mark:
            yield Finding(VerifyFault.MARK_CHANGED)
            break
    first, last = checks.get(mark.fields[0].name), checks.get(mark.fields[-1].name)
    if first is not None and not first.certifies:
        yield Finding(VerifyFault.NOT_CERTIFYING, {"field": mark.fields[0].name})
    if last is not None and not (last.untouched and last.locks_all):
        yield Finding(VerifyFault.CHANGED_AFTER, {"field": mark.fields[-1].name})


def _form_faults(root: "DictionaryObject", mark: PaperMark) -> Iterable[Finding]:
    """The form holds the required signatures and the known texts, filled, and no more."""
    expected = {field.name for field in mark.fields}
    complete = True
    for name, field, _ in form_fields(root):
        if is_signature(field):
            if name not in expected:
                yield Finding(VerifyFault.EXTRA, {"field": name})
            complete = complete and "/V" in field
        elif name not in TEXT_FIELDS:
            yield Finding(VerifyFault.EXTRA, {"field": name})
    if complete:
        for name, value in text_values(root).items():
            if not value:
                yield Finding(VerifyFault.UNFILLED, {"field": name})
    form, names = entry(root, "/AcroForm", {}), entry(root, "/Names", {})
    entries = [key for key in _FORBIDDEN if key in root]
    entries += [key for key in _FORBIDDEN_NAMES if key in names]
    entries += [key for key in _FORBIDDEN_FORM if key in form]
    if bool(entry(form, "/NeedAppearances", False)):
        entries.append("/NeedAppearances")
    for key in entries:
        yield Finding(VerifyFault.FORBIDDEN, {"entry": key.lstrip("/")})


def _printed_name(
    values: Mapping[str, str], reports: Sequence[SignatureReport], mark: PaperMark
) -> Iterator[Finding]:
    """The name printed as the signer's is that of the last signature."""
    printed = values.get(SIGNER, "")
    for report in reports:
        if report.field == mark.fields[-1].name and printed and printed != report.name:
            facts = {"claimed": printed, "name": report.name}
            yield Finding(VerifyFault.NAME_DIFFERS, facts)


def _changes(
    reader: "PdfFileReader", mark: PaperMark, checks: dict[str, Checked]
) -> tuple[Finding, ...]:
    """What was changed after the last signature that still held, when something was."""
    last = checks.get(mark.fields[-1].name)
    broken = [c.revision for c in checks.values() if not c.changes_allowed]
    if last is not None and not last.untouched:
        broken.append(last.revision)
    return differences(reader, max(broken)) if broken else ()
