"""What a suspected crime does to the gate: no penalty in place of a transfer (移送规定 art. 11).

Lives here: whether a crime is suspected, and the sentence beside the gate's own. Must not: holding
the gate, which is the database's (`register_decision` is refused until the case was sent).
"""

from dataclasses import replace

from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.gate import GateAnswer, GateCode, GateReason
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Answer, Outcome
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import CRIME_ITEM, Transfer, current


def suspected(case: Case) -> bool:
    """Whether the review says that a crime is suspected: an issued opinion that proposes the
    transfer or names it as a problem, or the crime item of the running round answered so."""
    issued = {r.round for r in case.rounds if r.issued_at is not None}
    return (
        any(r.round in issued and r.outcome is Outcome.TRANSFER_CRIME for r in case.rounds)
        or any(p.round in issued and p.item_id == CRIME_ITEM for p in case.problems)
        or any(a.item_id == CRIME_ITEM and a.answer is Answer.FAILS for a in case.answers)
    )


def due(case: Case) -> bool:
    """A crime is suspected and nobody has begun to transfer it."""
    return suspected(case) and not case.transfers


def with_transfer(answer: GateAnswer, case: Case, profile: Profile) -> GateAnswer:
    """The gate's answer with what a transfer adds. Before the case was sent it shuts the gate for
    a penalty; afterwards it warns. Decisions older than the suspicion are not touched by it."""
    found = current(case.transfers)
    if case.submission.kind is not Kind.PENALTY or "transfer.no_substitute" not in profile.rules:
        return answer
    rule = profile.rules["transfer.no_substitute"].in_force()
    source = rule.source
    facts = {
        "cited": source.cited() if source else rule.title,
        "quote": source.quote if source else "",
    }
    if found is not None and found.open:
        code = GateCode.TRANSFER_OPEN if found.stage.sent else GateCode.TRANSFER_UNSENT
        reason = GateReason(code, source, facts | {"stage": found.stage.value})
        shuts = blocks_penalty(found)
    elif due(case):
        reason, shuts = GateReason(GateCode.TRANSFER_DUE, source, facts), False
    else:
        return answer
    why = (reason, *answer.why) if shuts else (*answer.why, reason)
    return replace(answer, open=answer.open and not shuts, why=why)


def blocks_penalty(transfer: Transfer | None) -> bool:
    """Art. 11: until the case has been sent, no penalty in its place."""
    return transfer is not None and transfer.open and not transfer.stage.sent
