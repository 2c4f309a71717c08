"""The press: opinions and sheets behind the ports of `application`.

The order of an opinion is fixed: laid out with empty number and date, certified by the reviewer,
filled, signed by the head with seal and QR.
"""

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
from sanzhi_desktop.documents.blocks import Document
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.domain.opinion import OpinionPaper
from sanzhi_desktop.domain.papers import (
    CorrectionPaper,
    NumbersPaper,
    ReturnPaper,
    StripPaper,
    SubmissionPaper,
)
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workdays import SHANGHAI

REVIEWER = SignatureField("Reviewer", Role.REVIEWER.value, "sig:Reviewer")
HEAD = SignatureField("Head", Role.HEAD.value, "sig:Head", with_qr=True)


def dated_text(day: date) -> str:
    """成文日期 in Arabic numerals without leading zeros (GB/T 9704 7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


class Press:
    """`OpinionPress` and `SheetPress` over one set of fonts."""

    def __init__(self, faces: FaceSet) -> None:
        self._faces = faces

    def lay_out(self, paper: OpinionPaper) -> bytes:
        """The opinion as PDF/A-2b with its empty fields."""
        from sanzhi_desktop.documents.content.opinion import opinion_document
        from sanzhi_desktop.documents.paper_mark import content_hash
        from sanzhi_desktop.documents.pdfa import prepare
        from sanzhi_desktop.documents.typeset import lay_out

        return prepare(
            lay_out(opinion_document(paper), self._faces),
            kind="opinion",
            required_fields=(REVIEWER, HEAD),
            content_hash=content_hash(_plain(paper)),
        )

    def certify(
        self, pdf: bytes, *, key: SigningKey, ask: AskSecret, name: str, at: datetime
    ) -> bytes:
        """The reviewer's certifying signature; the place shows when, the name stands before it."""
        from sanzhi_desktop.documents.looks import TextLook
        from sanzhi_desktop.documents.signing import Signing, sign

        when = at.astimezone(SHANGHAI)
        look = TextLook(("电子签名", f"{when:%Y-%m-%d %H:%M}"), self._faces, size=11.0)
        with key.unlock(ask) as opened:
            return sign(pdf, opened, Signing(REVIEWER.name, name, "法制审核", at), look)

    def fill(self, pdf: bytes, *, number: str, dated: date, signer: str) -> bytes:
        """文号, 成文日期 and the signer's printed name into their fields."""
        from sanzhi_desktop.documents.fields import fill

        values = {"number": number, "date": dated_text(dated), "signer": signer}
        return fill(pdf, values, faces=self._faces)

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
        """The head's signature: seal, and the QR with number and content hash."""
        from sanzhi_desktop.documents.fields import appending, read_mark
        from sanzhi_desktop.documents.looks import SealLook
        from sanzhi_desktop.documents.seal import stored_seal
        from sanzhi_desktop.documents.signing import Signing, parts_of, sign

        mark = read_mark(appending(pdf).root)
        look = SealLook(
            parts_of(pdf, HEAD.name),
            stored_seal(seal.image, seal.media) if seal else None,
            f"{number}\n{mark.content_hash}",
        )
        with key.unlock(ask) as opened:
            return sign(pdf, opened, Signing(HEAD.name, name, "签发", at), look)

    def verify(self, pdf: bytes, *, record: PaperRecord) -> Verdict:
        """The strict verdict against the office's own roots and register."""
        from sanzhi_desktop.documents.verify import verify

        return verify(pdf, trust=record.roots, officers=record.signers, stored_sha256=record.sha256)

    def editable_copy(self, paper: OpinionPaper, *, number: str, dated: date | None) -> bytes:
        """The opinion as .docx, marked as a copy."""
        from sanzhi_desktop.documents.content.opinion import opinion_document
        from sanzhi_desktop.documents.docx import write_docx

        return write_docx(
            opinion_document(paper, number=number, dated=dated_text(dated) if dated else "")
        )

    def submission(self, paper: SubmissionPaper) -> bytes:
        """送审表."""
        from sanzhi_desktop.documents.content.submission import submission_document

        return self._sheet(submission_document(paper))

    def correction(self, paper: CorrectionPaper) -> bytes:
        """补正通知书."""
        from sanzhi_desktop.documents.content.notices import correction_document

        return self._sheet(correction_document(paper))

    def returned(self, paper: ReturnPaper) -> bytes:
        """退回函."""
        from sanzhi_desktop.documents.content.notices import return_document

        return self._sheet(return_document(paper))

    def strip(self, paper: StripPaper) -> bytes:
        """期限推算表."""
        from sanzhi_desktop.documents.content.strip import strip_document

        return self._sheet(strip_document(paper))

    def numbers(self, paper: NumbersPaper) -> bytes:
        """文号登记簿."""
        from sanzhi_desktop.documents.content.numbers import numbers_document

        return self._sheet(numbers_document(paper))

    def numbers_workbook(self, paper: NumbersPaper) -> bytes:
        """文号登记簿 as .xlsx."""
        from sanzhi_desktop.documents.sheets.numbers import numbers_workbook

        return numbers_workbook(paper)

    def _sheet(self, document: Document) -> bytes:
        from sanzhi_desktop.documents.pdfa import to_pdfa
        from sanzhi_desktop.documents.typeset import lay_out

        return to_pdfa(lay_out(document, self._faces).pdf)


def _plain(paper: OpinionPaper) -> dict[str, object]:
    """The paper as JSON values, for its content hash."""
    import json

    plain: dict[str, object] = json.loads(json.dumps(asdict(paper), default=str))
    return plain
