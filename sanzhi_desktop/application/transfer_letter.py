"""The letter of a transfer (移送书): its own number, one signature, recorded as it was verified.

Nothing legal happens inside a transaction across a passphrase prompt: see `signoff`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import SealRow
from sanzhi_desktop.application.review import check_recusal
from sanzhi_desktop.application.signing import AskSecret, PaperRecord, SigningKey, Verdict
from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.application.transfer import Step, attachment_rules, demand, send_step
from sanzhi_desktop.domain.case import Case, CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import (
    Attachment,
    Transfer,
    TransferChoice,
    TransferDestination,
    TransferFault,
    check_step,
    current,
)
from sanzhi_desktop.domain.transfer_paper import TransferPaper
from sanzhi_desktop.domain.workdays import SHANGHAI, local_date
from sanzhi_desktop.domain.workflow import Action


class TransferPress(Protocol):
    """Makes the letter (移送书): laid out with empty number and date, filled, signed once."""

    def lay_out_transfer(self, paper: TransferPaper) -> bytes: ...
    def fill(self, pdf: bytes, *, number: str, dated: date, signer: str) -> bytes: ...
    def sign_transfer(
        self,
        pdf: bytes,
        *,
        key: SigningKey,
        ask: AskSecret,
        name: str,
        at: datetime,
        seal: SealRow | None,
    ) -> bytes: ...
    def verify(self, pdf: bytes, *, record: PaperRecord) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """What issuing gave."""

    changed: Changed
    number: str
    paper: StoredPaper = field(repr=False)
    verdict: Verdict


def paper_of(session: Session, case: Case, profile: Profile, *, addressee: str) -> TransferPaper:
    """The letter as it will print, before number and date."""
    transfer = current(case.transfers)
    if transfer is None or not transfer.attachments:
        raise DomainError(TransferFault.NOT_PREPARED)
    people = session.reader.people()
    decided = transfer.last(Action.DECIDE_TRANSFER, TransferChoice.APPROVED)
    reported = transfer.last(Action.REPORT_TRANSFER)
    given = {a.code: a for a in transfer.attachments}
    submission = case.submission
    office = session.reader.office()
    approver = people.get(decided.recorded_by) if decided else None
    return TransferPaper(
        agency=submission.agency or office.name,
        addressee=addressee,
        case_name=submission.name,
        file_number=submission.file_number,
        party=submission.party.name,
        party_number=submission.party.number,
        party_address=submission.party.address,
        representative=submission.party.legal_representative,
        filing_date=submission.filing_date,
        offence=transfer.told(Action.REPORT_TRANSFER, "offence"),
        facts=transfer.told(Action.REPORT_TRANSFER, "facts"),
        circumstances=transfer.told(Action.REPORT_TRANSFER, "circumstances"),
        amount_fen=int(reported.detail.get("amount_fen") or 0) if reported else 0,
        approver=approver.name if approver else "",
        approved=decided.at.astimezone(SHANGHAI) if decided else None,
        team=transfer.team,
        attachments=tuple(
            given.get(rule.code, Attachment(rule.code, rule.name))
            for rule in attachment_rules(profile)
        ),
        supervisory=transfer.destination is TransferDestination.SUPERVISORY,
        mark="样例" if office.sample else "",
    )


def issue(
    session: Session,
    press: TransferPress,
    *,
    case_id: str,
    seen_version: int,
    profile: Profile,
    addressee: str,
    key: SigningKey,
    ask: AskSecret,
) -> Letter:
    """Takes the letter's own number, fills, signs, verifies and records it.

    Raises DomainError before anything is recorded: nothing prepared, a wrong passphrase (the
    number stays reserved), a letter that does not verify.
    """
    demand(organ=addressee)
    case = session.reader.case(case_id)
    if case.version != seen_version:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=case.version)
    check_recusal(session, case)
    case, transfer, dated = _numbered(session, case)
    paper = paper_of(session, case, profile, addressee=addressee.strip())
    filled = press.fill(
        press.lay_out_transfer(paper),
        number=transfer.number,
        dated=dated,
        signer=session.actor.name,
    )
    # The seal is pressed on it only when it is the agency's own.
    seal = next((s for s in session.reader.seals() if s.name == paper.agency), None)
    name, now = session.actor.name, session.gateway.now()
    signed = press.sign_transfer(filled, key=key, ask=ask, name=name, at=now, seal=seal)
    verdict = press.verify(signed, record=record_of(session.reader, sha256=None))
    owners = {row.fingerprint: row.person_id for row in session.reader.certificates()}
    mine = [owners.get(s.fingerprint) == session.actor.person_id for s in verdict.signatures]
    if not verdict.valid or not all(mine):
        raise DomainError(TransferFault.LETTER_NOT_VERIFIED)
    stored = StoredPaper("transfer", signed)
    changed = send_step(
        session,
        # To the minute, as every step: the delivery that follows is told to the minute too.
        Step(case_id, case.version, session.gateway.now().replace(second=0, microsecond=0)),
        Action.ISSUE_TRANSFER,
        detail={"number": transfer.number, "organ": addressee.strip()},
        more={"document": stored.as_payload()},
    )
    return Letter(changed, transfer.number, stored, verdict)


def _numbered(session: Session, case: Case) -> tuple[Case, Transfer, date]:
    """The case with a number for its letter and the day of today, reserved when it had none."""
    transfer, now = current(case.transfers), session.gateway.now()
    check_step(transfer, Action.ISSUE_TRANSFER, choice="", at=now, now=now)
    if transfer is None or not transfer.attachments:
        raise DomainError(TransferFault.NOT_PREPARED)
    day = local_date(now)
    if not transfer.number or transfer.dated != day:
        reserved = send_step(
            session,
            Step(case.case_id, case.version, now),
            Action.RESERVE_TRANSFER,
            more={"year": day.year, "dated": day.isoformat()},
        )
        case = session.reader.case(case.case_id)
        if case.version != reserved.version:
            raise DomainError(CaseFault.STALE, seen=reserved.version, current=case.version)
        transfer = current(case.transfers)
    if transfer is None or transfer.dated is None or not transfer.number:
        raise DomainError(TransferFault.NUMBER_FIRST)
    return case, transfer, transfer.dated
