"""Signing a prepared paper (PAdES, incremental): the reviewer certifies, later signers approve.

Order: the first required signature certifies (form filling stays allowed), the text fields are
filled, the last one locks every field. Keys come in opened (`OpenKey`); looks are drawn elsewhere.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import (
    AwaitedSignature,
    KeyFault,
    Look,
    OpenKey,
    PaperFault,
)
from sanzhi_desktop.documents import fields
from sanzhi_desktop.documents.keys import check_usable, is_named
from sanzhi_desktop.documents.paper_mark import Box, PaperMark
from sanzhi_desktop.documents.pdfa import SIGNER
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.layout import BoxConstraints
    from pyhanko.pdf_utils.writer import BasePdfFileWriter
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko.stamp.base import BaseStampStyle

DIGEST = "sha256"


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs what: the field, the person's name as registered, the reason, the moment."""

    field: str
    name: str
    reason: str
    time: datetime


def sign(pdf: bytes, key: OpenKey, signing: Signing, look: Look) -> bytes:
    """The paper with one more signature; the bytes given are a prefix of the bytes returned.

    The first required field is signed as a certification that still allows filling the form (or
    nothing, when it is the only one). Raises DomainError before anything is made: not our paper,
    wrong order, already signed, fields still empty, a certificate of somebody else or out of term.
    """
    if signing.time.tzinfo is None:
        raise ValueError("the time of signing needs a time zone")
    _check_person(key, signing)
    writer = fields.appending(pdf)
    mark = fields.read_mark(writer.root)
    signed = fields.signed_names(writer.root)
    _check_place(mark, signed, signing)
    last = signing.field == mark.fields[-1].name
    values = fields.text_values(writer.root)
    if last and not all(values.values()):
        empty = next(name for name, value in values.items() if not value)
        raise DomainError(PaperFault.UNFILLED, field=empty)
    printed = values.get(SIGNER, signing.name)
    if last and printed != signing.name:
        raise DomainError(KeyFault.WRONG_PERSON, name=printed, holder=signing.name)
    return _append(writer, key, signing, look, certify=not signed, only=len(mark.fields) == 1)


def check_turn(pdf: bytes, signing: Signing) -> None:
    """Raises DomainError when that person may not sign there now; what `sign` would say."""
    root = fields.appending(pdf).root
    _check_place(fields.read_mark(root), fields.signed_names(root), signing)


def awaited(pdf: bytes) -> tuple[AwaitedSignature, ...]:
    """Every signature that the paper requires, in its order. Raises DomainError: not ours."""
    root = fields.appending(pdf).root
    mark = fields.read_mark(root)
    signed = fields.signed_names(root)
    return tuple(
        AwaitedSignature(
            field=field.name,
            role=field.role,
            signer=field.signer,
            signed=field.name in signed,
            due=field.name not in signed and not _out_of_turn(mark, signed, field.name),
        )
        for field in mark.fields
    )


def parts_of(pdf: bytes, field: str) -> Mapping[str, Box]:
    """Boxes inside a signature's widget, as the paper's mark remembers them ("mark", "qr")."""
    mark = fields.read_mark(fields.appending(pdf).root)
    for entry in mark.fields:
        if entry.name == field:
            return entry.parts
    raise DomainError(PaperFault.FIELD_UNKNOWN, field=field)


def _check_person(key: OpenKey, signing: Signing) -> None:
    certificate = key.certificate
    if not is_named(certificate, signing.name):
        raise DomainError(KeyFault.WRONG_PERSON, name=signing.name, holder=certificate.name)
    check_usable(certificate, signing.time)


def _check_place(mark: PaperMark, signed: list[str], signing: Signing) -> None:
    _check_order(mark, signed, signing.field)
    for field in mark.fields:
        if field.name == signing.field and field.signer not in ("", signing.name):
            raise DomainError(PaperFault.SIGNER, field=field.name, name=field.signer)


def _check_order(mark: PaperMark, signed: list[str], field: str) -> None:
    names = [entry.name for entry in mark.fields]
    if field not in names:
        raise DomainError(PaperFault.FIELD_UNKNOWN, field=field)
    if field in signed:
        raise DomainError(PaperFault.SIGNED, field=field)
    if _out_of_turn(mark, signed, field):
        first = next(name for name in names if name not in signed)
        raise DomainError(PaperFault.ORDER, field=field, first=first)


def _out_of_turn(mark: PaperMark, signed: list[str], field: str) -> bool:
    """The first one certifies and the last one locks; between them the order is free."""
    names = [entry.name for entry in mark.fields]
    waiting = [name for name in names if name not in signed]
    return (not signed and field != names[0]) or (field == names[-1] and len(waiting) > 1)


def _append(
    writer: "IncrementalPdfFileWriter",
    key: OpenKey,
    signing: Signing,
    look: Look,
    *,
    certify: bool,
    only: bool,
) -> bytes:
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

    class Timed(PdfSigner):  # the moment is the caller's, not the clock of the library
        def init_signing_session(self, *args: Any, **options: Any) -> Any:
            session = super().init_signing_session(*args, **options)
            session.system_time = signing.time
            return session

    meta = PdfSignatureMetadata(
        field_name=signing.field,
        md_algorithm=DIGEST,
        name=signing.name,
        reason=signing.reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=MDPPerm.NO_CHANGES if only else MDPPerm.FILL_FORMS,
    )
    out = Timed(meta, _port_signer(key), stamp_style=_stamp(look)).sign_pdf(
        writer, existing_fields_only=True, appearance_text_params={}
    )
    return bytes(out.getbuffer()) if isinstance(out, io.BytesIO) else bytes(out.read())


def _port_signer(key: OpenKey) -> "Signer":
    from asn1crypto import x509
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    chain = SimpleCertificateStore()
    chain.register_multiple(x509.Certificate.load(der) for der in key.chain)

    class PortSigner(Signer):
        async def async_sign_raw(
            self, data: bytes, digest_algorithm: str, dry_run: bool = False
        ) -> bytes:
            if digest_algorithm != DIGEST:
                raise DomainError(KeyFault.ALGORITHM, algorithm=digest_algorithm)
            return bytes(_longest(key)) if dry_run else key.sign(data)

    return PortSigner(
        signing_cert=x509.Certificate.load(key.certificate.der),
        cert_registry=chain,
        # The verifier brings its own roots; a root inside the file proves nothing.
        embed_roots=False,
    )


def _longest(key: OpenKey) -> int:
    """Room for the longest signature the key can make, without asking a token for one."""
    family, bits = key.certificate.algorithm.split("-")
    size = (int(bits) + 7) // 8
    return size if family == "RSA" else 2 * size + 16


def _stamp(look: Look) -> "BaseStampStyle":
    from pyhanko.stamp.base import BaseStamp, BaseStampStyle

    class Drawn(BaseStamp):  # the drawn page is the appearance itself, at its own size
        def register(self) -> Any:
            writer, box = self._ensure_writer, self.box
            return fields.import_look(writer, look.draw(float(box.width), float(box.height)))

    class DrawnStyle(BaseStampStyle):
        def create_stamp(
            self,
            writer: "BasePdfFileWriter",
            box: "BoxConstraints",
            text_params: dict[str, Any],  # noqa: ARG002
        ) -> BaseStamp:
            return Drawn(writer, self, box)

    return DrawnStyle()
