"""The desk of papers that any number of people sign: prepared once, then one signature at a time.

Which content makes which paper, and who must sign it, is one table. The opinion, whose number and
date are filled between its signatures, has its own press (`documents.press`).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sanzhi_desktop.application.signing import (
    AskSecret,
    AwaitedSignature,
    PaperRecord,
    SignatureField,
    SigningKey,
    Verdict,
)
from sanzhi_desktop.application.work import DisputePaper
from sanzhi_desktop.documents.blocks import Document
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.domain.dispute_papers import (
    DisagreementPaper,
    MinutesPaper,
    ResponsibilityPaper,
    Signatory,
    minutes_signatories,
    record_signatories,
    responsibility_signatories,
)
from sanzhi_desktop.domain.workdays import SHANGHAI


@dataclass(frozen=True, slots=True)
class _Kind:
    build: Callable[[Any], Document]
    signers: Callable[[Any], Sequence[tuple[str, Signatory]]]


def _disagreement(paper: DisagreementPaper) -> Document:
    from sanzhi_desktop.documents.content.disagreement import disagreement_document

    return disagreement_document(paper)


def _minutes(paper: MinutesPaper) -> Document:
    from sanzhi_desktop.documents.content.minutes import minutes_document

    return minutes_document(paper)


def _responsibility(paper: ResponsibilityPaper) -> Document:
    from sanzhi_desktop.documents.content.responsibility import responsibility_document

    return responsibility_document(paper)


_KINDS: dict[type, _Kind] = {
    DisagreementPaper: _Kind(_disagreement, record_signatories),
    MinutesPaper: _Kind(_minutes, minutes_signatories),
    ResponsibilityPaper: _Kind(_responsibility, responsibility_signatories),
}


class PaperDesk:
    """`SignedPapers` over one set of fonts."""

    def __init__(self, faces: FaceSet) -> None:
        self._faces = faces

    def prepare(self, paper: DisputePaper) -> bytes:
        """The PDF/A-2b with an empty, named place for each signer, and the mark of its kind."""
        kind = _KINDS[type(paper)]
        fields = [
            SignatureField(field, who.role, f"sig:{field}", signer=who.name)
            for field, who in kind.signers(paper)
        ]
        return self.prepare_document(
            kind.build(paper), fields=fields, content=asdict(paper), number=paper.number
        )

    def prepare_document(
        self,
        document: Document,
        *,
        fields: Sequence[SignatureField],
        content: dict[str, Any],
        number: str = "",
    ) -> bytes:
        """Any document to be signed in the order of `fields`; `content` is what its hash covers."""
        from sanzhi_desktop.documents.paper_mark import content_hash
        from sanzhi_desktop.documents.pdfa import prepare
        from sanzhi_desktop.documents.typeset import lay_out

        return prepare(
            lay_out(document, self._faces),
            kind=document.kind,
            required_fields=fields,
            content_hash=content_hash(_plain(content)),
            number=number,
        )

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
        """One more signature in its own place, which shows when; the name is printed beside it."""
        from sanzhi_desktop.documents.looks import TextLook
        from sanzhi_desktop.documents.signing import Signing, check_turn, sign

        signing = Signing(field, name, reason, at)
        check_turn(pdf, signing)  # before anybody is asked for a secret
        when = at.astimezone(SHANGHAI)
        look = TextLook(("电子签名", f"{when:%Y-%m-%d %H:%M}"), self._faces, size=11.0)
        with key.unlock(ask) as opened:
            return sign(pdf, opened, signing, look)

    def awaited(self, pdf: bytes) -> tuple[AwaitedSignature, ...]:
        """Every place to sign, in the order of the mark, and whether it is signed and may be."""
        from sanzhi_desktop.documents.signing import awaited

        return awaited(pdf)

    def verify(self, pdf: bytes, *, record: PaperRecord) -> Verdict:
        """The strict verdict against the office's own roots and register."""
        from sanzhi_desktop.documents.verify import verify

        return verify(pdf, trust=record.roots, officers=record.signers, stored_sha256=record.sha256)

    def editable_copy(self, paper: DisputePaper) -> bytes:
        """The same content as .docx, marked as a copy."""
        from sanzhi_desktop.documents.docx import write_docx

        return write_docx(_KINDS[type(paper)].build(paper))


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """The content as JSON values, for its hash; a moment in UTC, whatever zone it came in.

    The hash is then that of the canonical text which the database keeps (`application.papers`).
    """
    import json
    from datetime import UTC

    def said(value: object) -> str:
        if isinstance(value, datetime):
            return str(value.astimezone(UTC))
        if isinstance(value, date):
            return str(value)
        raise TypeError(type(value).__name__)

    plain: dict[str, Any] = json.loads(json.dumps(content, default=said))
    return plain
