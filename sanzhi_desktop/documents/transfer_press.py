"""The press of the letter of a transfer: laid out empty, filled, signed once and locked by that."""

import json
from dataclasses import asdict
from datetime import date, datetime

from sanzhi_desktop.application.queries import SealRow
from sanzhi_desktop.application.signing import (
    AskSecret,
    PaperRecord,
    SignatureField,
    SigningKey,
    Verdict,
)
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.transfer_paper import TransferPaper

KIND = "transfer"
# One signature both certifies and locks: there is nobody after the head.
SIGNER = SignatureField("Head", Role.HEAD.value, "sig:Head")


class LetterPress:
    """`TransferPress` over one set of fonts."""

    def __init__(self, faces: FaceSet) -> None:
        self._faces = faces

    def lay_out_transfer(self, paper: TransferPaper) -> bytes:
        """The letter as PDF/A-2b with its empty fields. Raises DomainError when a character
        cannot be printed."""
        from sanzhi_desktop.documents.content.transfer import transfer_document
        from sanzhi_desktop.documents.paper_mark import content_hash
        from sanzhi_desktop.documents.pdfa import prepare
        from sanzhi_desktop.documents.typeset import lay_out

        plain = json.loads(json.dumps(asdict(paper), default=str))
        return prepare(
            lay_out(transfer_document(paper), self._faces),
            kind=KIND,
            required_fields=(SIGNER,),
            content_hash=content_hash(plain),
        )

    def fill(self, pdf: bytes, *, number: str, dated: date, signer: str) -> bytes:
        """文号, 成文日期 and the signer's printed name into their fields."""
        from sanzhi_desktop.documents.fields import fill
        from sanzhi_desktop.documents.press import dated_text

        values = {"number": number, "date": dated_text(dated), "signer": signer}
        return fill(pdf, values, faces=self._faces)

    def sign_transfer(
        self,
        pdf: bytes,
        *,
        key: SigningKey,
        ask: AskSecret,
        name: str,
        at: datetime,
        seal: SealRow | None,
    ) -> bytes:
        """The one signature, with the agency's seal where there is one."""
        from sanzhi_desktop.documents.looks import SealLook
        from sanzhi_desktop.documents.seal import stored_seal
        from sanzhi_desktop.documents.signing import Signing, parts_of, sign

        look = SealLook(
            parts_of(pdf, SIGNER.name), stored_seal(seal.image, seal.media) if seal else None
        )
        with key.unlock(ask) as opened:
            return sign(pdf, opened, Signing(SIGNER.name, name, "签发移送书", at), look)

    def verify(self, pdf: bytes, *, record: PaperRecord) -> Verdict:
        """The strict verdict against the office's own roots and register."""
        from sanzhi_desktop.documents.verify import verify

        return verify(pdf, trust=record.roots, officers=record.signers, stored_sha256=record.sha256)
