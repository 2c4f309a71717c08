"""双方意见对照表: frozen from the record, certified by a handler, signed by the reviewer.

Nothing legal happens inside a transaction across a passphrase prompt: the paper is prepared and
kept first, each signature is made with no transaction open and recorded against the hash of what
was signed.
"""

import json
from dataclasses import asdict, dataclass, field, replace

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.dispute_papers import disagreement_paper
from sanzhi_desktop.application.papers import StoredPaper, canonical
from sanzhi_desktop.application.ports import Reader, Session
from sanzhi_desktop.application.rulebook import RuleBook
from sanzhi_desktop.application.signing import (
    AskSecret,
    PaperRecord,
    SigningKey,
    Verdict,
    VerifyFault,
)
from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.application.work import SignedPapers
from sanzhi_desktop.domain.case import Case, CaseFault
from sanzhi_desktop.domain.dispute import DisputeFault, RecordEdition
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.workflow import Action


@dataclass(frozen=True, slots=True)
class Signed:
    """What one signature gave: the change and the paper as it now stands."""

    changed: Changed
    paper: StoredPaper = field(repr=False)


def freeze(
    session: Session,
    book: RuleBook,
    papers: SignedPapers,
    *,
    case_id: str,
    seen_version: int,
    handler: str = "",
) -> Changed:
    """Freezes what stands there now as a new edition and prepares its paper; signatures of an
    earlier edition stay with it.

    `handler`: who of the unit will sign; by default who is at work, or the first handler.
    Raises DomainError: no objection, not yet replied to, stale.
    """
    case = session.reader.case(case_id)
    if case.version != seen_version:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=case.version)
    codes = [h.person_id for h in case.submission.handlers]
    if handler and handler not in codes:
        raise DomainError(PeopleFault.UNKNOWN, person=handler)
    me = session.actor.person_id
    signer = handler or (me if me in codes else codes[0])
    paper = replace(
        disagreement_paper(session, book, case, handler=signer),
        checkpoint=checkpoint_line(session),
    )
    content = canonical(asdict(paper))
    pdf = StoredPaper("record_prepared", papers.prepare(paper))
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.FREEZE_RECORD,
        payload={
            "content": content,
            "content_sha256": StoredPaper("", content.encode("utf-8")).sha256,
            "document": pdf.as_payload(),
        },
    )


def certify(
    session: Session,
    papers: SignedPapers,
    *,
    case_id: str,
    seen_version: int,
    key: SigningKey,
    ask: AskSecret,
) -> Signed:
    """The handler's certifying signature on the newest edition."""
    case, record = _newest(session, case_id, seen_version)
    if record.certified_at is not None:
        raise DomainError(DisputeFault.RECORD_SIGNED)
    signed = papers.sign(
        session.reader.document(record.prepared_sha256),
        field="Handler",
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
        reason="承办机构意见",
    )
    demand_owner(session.reader, papers.verify(signed, record=_record(session)), "Handler", session)
    return _send(session, case, Action.CERTIFY_RECORD, record.prepared_sha256, signed)


def sign(
    session: Session,
    papers: SignedPapers,
    *,
    case_id: str,
    seen_version: int,
    key: SigningKey,
    ask: AskSecret,
) -> Signed:
    """The reviewer's signature; it locks the paper, which must verify whole."""
    case, record = _newest(session, case_id, seen_version)
    if record.certified_at is None:
        raise DomainError(DisputeFault.RECORD_NOT_CERTIFIED)
    if record.complete:
        raise DomainError(DisputeFault.RECORD_SIGNED)
    signed = papers.sign(
        session.reader.document(record.certified_sha256),
        field="Reviewer",
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
        reason="法制审核意见",
    )
    verdict = papers.verify(signed, record=_record(session))
    demand_valid(verdict)
    demand_owner(session.reader, verdict, "Reviewer", session)
    return _send(session, case, Action.SIGN_RECORD, record.certified_sha256, signed)


def editable_copy(
    session: Session, book: RuleBook, papers: SignedPapers, *, case_id: str, record: RecordEdition
) -> bytes:
    """The frozen content as .docx, marked as a copy.

    Raises DomainError(RECORD_OUTDATED) when what stands there now is no longer what was frozen.
    """
    case = session.reader.case(case_id)
    line = json.loads(record.content).get("checkpoint", "")
    for handler in case.submission.handlers:
        now = disagreement_paper(session, book, case, handler=handler.person_id)
        paper = replace(now, checkpoint=line)
        if canonical(asdict(paper)) == record.content:
            return papers.editable_copy(paper)
    raise DomainError(DisputeFault.RECORD_OUTDATED)


def _newest(session: Session, case_id: str, seen_version: int) -> tuple[Case, RecordEdition]:
    case = session.reader.case(case_id)
    if case.version != seen_version:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=case.version)
    record = session.reader.dispute(case_id).record(case.round)
    if record is None:
        raise DomainError(DisputeFault.NO_RECORD)
    return case, record


def _record(session: Session) -> PaperRecord:
    return record_of(session.reader, sha256=None)


def _send(session: Session, case: Case, action: Action, seen: str, signed: bytes) -> Signed:
    kind = "record_certified" if action is Action.CERTIFY_RECORD else "record"
    paper = StoredPaper(kind, signed)
    changed = stepping.send(
        session,
        case_id=case.case_id,
        seen_version=case.version,
        action=action,
        payload={"seen_sha256": seen, "document": paper.as_payload()},
    )
    return Signed(changed, paper)


def demand_valid(verdict: Verdict) -> None:
    """A paper that our own verifier refuses is never recorded as signed. Raises DomainError."""
    if verdict.valid:
        return
    codes = [f.code for f in verdict.faults] + [
        f.code for s in verdict.signatures for f in s.faults
    ]
    raise DomainError(CaseFault.NOT_VERIFIED, faults=codes)


def demand_owner(reader: Reader, verdict: Verdict, field: str, session: Session) -> None:
    """The signature just made must be by the signer's own registered certificate, untouched by
    faults: two people may share a name. Raises DomainError."""
    owners = {row.fingerprint: row.person_id for row in reader.certificates()}
    made = next((s for s in verdict.signatures if s.field == field), None)
    if made is None or owners.get(made.fingerprint) != session.actor.person_id:
        raise DomainError(CaseFault.NOT_VERIFIED, faults=[VerifyFault.NOT_REGISTERED])
    if made.faults or not made.intact:
        raise DomainError(CaseFault.NOT_VERIFIED, faults=[f.code for f in made.faults])
