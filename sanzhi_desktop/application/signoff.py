"""Sign-off: the head reads, sends back, extends, or takes the number and signs.

Nothing legal happens inside a transaction across a passphrase prompt: one command reserves the
number, the paper is filled and signed with no transaction open, a second command records it and
compares the case version and the hash of what was certified.
"""

from dataclasses import dataclass, field

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import OpinionPress, Reader, Session
from sanzhi_desktop.application.review import check_recusal
from sanzhi_desktop.application.signing import (
    AskSecret,
    PaperRecord,
    RegisteredSigner,
    SigningKey,
    Verdict,
    VerifyFault,
)
from sanzhi_desktop.domain.case import Case, CaseFault, Round
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Role
from sanzhi_desktop.domain.workflow import Action


@dataclass(frozen=True, slots=True)
class Issued:
    """What issuing gave: the change, the number and the paper as stored."""

    changed: Changed
    number: str
    paper: StoredPaper = field(repr=False)
    verdict: Verdict | None = None


def send_back(
    session: Session, *, case_id: str, seen_version: int, reason: str, command_id: str = ""
) -> Changed:
    """Back to the reviewer with reasons; the certified paper is void, its number stays reserved."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.SEND_BACK,
        reason=reason,
        command_id=command_id,
    )


def record_of(reader: Reader, *, sha256: str | None) -> PaperRecord:
    """What the verifier needs from the database: stored hash, registered signers, roots."""
    people = reader.people()
    signers = tuple(
        RegisteredSigner(
            fingerprint=row.fingerprint,
            name=people[row.person_id].name,
            roles=frozenset(g.role.value for g in people[row.person_id].roles),
            revoked=row.revoked,
        )
        for row in reader.certificates()
        if row.person_id in people
    )
    return PaperRecord(
        sha256=sha256,
        signers=signers,
        roots=tuple(pem.encode("ascii") for pem in reader.roots()),
    )


def check_signer(case: Case, actor_id: str) -> str:
    """The reason printed when signer and reviewer are one person, else "".

    Raises DomainError: the signer handles the case (行政处罚法 art. 58: 审核与承办相分离), or is
    its reviewer without a reason given on the opinion, or is another person though the opinion
    says one; and never when the opinion overrides a failed veto, which takes two people.
    """
    if actor_id in {h.person_id for h in case.submission.handlers}:
        raise DomainError(PeopleFault.HANDLING)
    current = _running(case)
    reason = str(current.opinion.get("same_person_reason", "")).strip()
    if actor_id != case.reviewer:
        if reason:
            raise DomainError(CaseFault.SAME_PERSON_OTHER)
        return ""
    if not reason:
        raise DomainError(CaseFault.SAME_PERSON_REASON)
    passes = current.outcome is not None and current.outcome.passes
    if passes and str(current.opinion.get("override_reason", "")).strip():
        raise DomainError(CaseFault.OVERRIDE_BY_TWO)
    return reason


def _running(case: Case) -> Round:
    if case.current is None or case.current.outcome is None:
        raise DomainError(CaseFault.NUMBER_NOT_RESERVED)
    return case.current


def reserve(session: Session, *, case_id: str, seen_version: int, command_id: str = "") -> Changed:
    """Takes 文号 and 成文日期 for this round; asking again gives the same number with the day of
    asking, and in another year another number."""
    day = stepping.today(session)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.RESERVE,
        payload={"year": day.year, "dated": day.isoformat()},
        command_id=command_id,
    )


def issue(
    session: Session,
    press: OpinionPress,
    *,
    case_id: str,
    seen_version: int,
    key: SigningKey,
    ask: AskSecret,
) -> Issued:
    """Reserves the number, fills, signs, verifies and records the opinion.

    Raises DomainError before anything is recorded: wrong passphrase (the number stays reserved),
    a changed case, a paper that does not verify.
    """
    case = session.reader.case(case_id)
    if case.version != seen_version:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=case.version)
    check_signer(case, session.actor.person_id)
    check_recusal(session, case)
    current = _running(case)
    # A number may have waited since another day: the opinion bears the day it is signed.
    if not current.number or current.dated != stepping.today(session):
        reserved = reserve(session, case_id=case_id, seen_version=case.version)
        case = session.reader.case(case_id)
        if case.version != reserved.version:
            raise DomainError(CaseFault.STALE, seen=reserved.version, current=case.version)
        current = _running(case)
    if current.dated is None or not current.number or current.outcome is None:
        raise DomainError(CaseFault.NUMBER_NOT_RESERVED)
    certified = session.reader.document(current.certified_sha256)
    filled = press.fill(
        certified, number=current.number, dated=current.dated, signer=session.actor.name
    )
    seals = session.reader.seals()
    signed = press.sign(
        filled,
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
        seal=seals[0] if seals else None,
        number=current.number,
    )
    verdict = press.verify(signed, record=record_of(session.reader, sha256=None))
    _demand_valid(verdict)
    _demand_own_keys(session.reader, verdict, Reviewer=case.reviewer, Head=session.actor.person_id)
    paper = StoredPaper("opinion", signed)
    changed = stepping.send(
        session,
        case_id=case_id,
        seen_version=case.version,
        action=Action.ISSUE_PASS if current.outcome.passes else Action.ISSUE_RETURN,
        payload={
            "document": paper.as_payload(),
            "certified_sha256": current.certified_sha256,
        },
    )
    return Issued(changed, current.number, paper, verdict)


def _demand_valid(verdict: Verdict) -> None:
    """A paper that our own verifier refuses is never recorded as issued."""
    if verdict.valid:
        return
    codes = [f.code for f in verdict.faults] + [
        f.code for s in verdict.signatures for f in s.faults
    ]
    raise DomainError(CaseFault.NOT_VERIFIED, faults=codes)


def _demand_own_keys(reader: Reader, verdict: Verdict, **expected: str) -> None:
    """Each signature must be made with the very person's certificate: two people may share a
    name, and then name and role agree with somebody else's key."""
    owners = {row.fingerprint: row.person_id for row in reader.certificates()}
    for signature in verdict.signatures:
        if owners.get(signature.fingerprint) != expected.get(signature.field):
            raise DomainError(CaseFault.NOT_VERIFIED, faults=[VerifyFault.NOT_REGISTERED])


def may_sign(session: Session) -> bool:
    """Whether the person at work holds the head's role."""
    return Role.HEAD in session.actor.roles
