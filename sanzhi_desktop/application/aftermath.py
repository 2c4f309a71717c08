"""After the opinion: answers, new rounds, the decision made, its adoption, irregularities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.attachments import demand_intact
from sanzhi_desktop.application.commands import (
    Changed,
    OfficeAction,
    OfficeCommand,
    new_id,
)
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import Adoption, Case, CaseFault, Clearance, RoundReason
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.workflow import Action


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The decision as the agency made it, fed back by the unit. Money in fen."""

    number: str
    decided_on: date
    content: str
    kind: Kind
    party_name: str
    party_number: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class AdoptionNote:
    """What became of one numbered problem in the decision."""

    number: int
    adoption: Adoption
    reason: str = ""


def respond(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    responses: Sequence[tuple[int, str]],
    command_id: str = "",
) -> Changed:
    """Saves the undertaking unit's answers, problem by problem."""
    for number, text in responses:
        if not text.strip():
            raise DomainError(CaseFault.RESPONSE_MISSING, number=number)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.RESPOND,
        payload={"responses": [{"number": n, "response": t} for n, t in responses]},
        command_id=command_id,
    )


def new_round(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    round_reason: RoundReason,
    reason: str,
    command_id: str = "",
) -> Changed:
    """Shuts the gate again and opens another round: after a hearing, changed materials, 复审."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.NEW_ROUND,
        reason=reason,
        payload={"round_reason": round_reason.value},
        command_id=command_id,
    )


def difference(clearance: Clearance, decision: DecisionMade) -> tuple[str, str, str] | None:
    """The first of kind, party and amount in which a decision differs from what was cleared:
    (field, cleared, given), or None."""
    pairs = (
        ("kind", clearance.kind.chinese, decision.kind.chinese),
        ("party.name", clearance.party_name, decision.party_name),
        ("party.number", clearance.party_number, decision.party_number),
        ("amount_fen", f"{clearance.amount_fen / 100:.2f}", f"{decision.amount_fen / 100:.2f}"),
    )
    return next((pair for pair in pairs if pair[1] != pair[2]), None)


def check_gate(case: Case, decision: DecisionMade) -> None:
    """行政处罚法 art. 58 in words, before the database says the same.

    Raises DomainError: GATE_SHUT without an open clearance, DIFFERS_FROM_CLEARED otherwise.
    """
    if case.clearance is None or not case.clearance.open:
        raise DomainError(CaseFault.GATE_SHUT)
    found = difference(case.clearance, decision)
    if found is not None:
        field, cleared, given = found
        raise DomainError(CaseFault.DIFFERS_FROM_CLEARED, field=field, cleared=cleared, given=given)


def register_decision(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    decision: DecisionMade,
    command_id: str = "",
) -> Changed:
    """Registers the decision actually made. The database's gate has the last word."""
    if not decision.number.strip():
        raise DomainError(CaseFault.FIELD_MISSING, field="decision.number")
    if not decision.content.strip():
        raise DomainError(CaseFault.FIELD_MISSING, field="decision.content")
    case = session.reader.case(case_id)
    check_gate(case, decision)
    current = case.current
    if current is not None and current.dated is not None and decision.decided_on < current.dated:
        raise DomainError(
            CaseFault.DATE_ORDER,
            first="opinion.dated",
            second="decision.decided_on",
            earlier=current.dated.isoformat(),
            later=decision.decided_on.isoformat(),
        )
    stepping.check_past(
        decision.decided_on, today=stepping.today(session), field="decision.decided_on"
    )
    demand_intact(session, case)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.REGISTER_DECISION,
        payload={
            "number": decision.number,
            "decided_on": decision.decided_on.isoformat(),
            "content": decision.content,
            "kind": decision.kind.value,
            "party_name": decision.party_name,
            "party_number": decision.party_number,
            "amount_fen": decision.amount_fen,
        },
        command_id=command_id,
    )


def adopt(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    adoptions: Sequence[AdoptionNote],
    command_id: str = "",
) -> Changed:
    """States adoption per problem over all rounds; anything but full adoption needs its reason."""
    for note in adoptions:
        if note.adoption is not Adoption.FULL and not note.reason.strip():
            raise DomainError(CaseFault.ADOPTION_REASON, number=note.number)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ADOPT,
        payload={
            "adoptions": [
                {"number": a.number, "adoption": a.adoption.value, "reason": a.reason}
                for a in adoptions
            ]
        },
        command_id=command_id,
    )


def record_irregularity(
    session: Session,
    *,
    agency: str,
    decision_number: str,
    decided_on: date | None,
    content: str,
    note: str,
    case_id: str = "",
    command_id: str = "",
) -> Changed:
    """Records a decision made although the gate was shut (应审未审); never as a decision."""
    if not agency.strip():
        raise DomainError(CaseFault.FIELD_MISSING, field="agency")
    if not decision_number.strip():
        raise DomainError(CaseFault.FIELD_MISSING, field="decision.number")
    stepping.check_past(decided_on, today=stepping.today(session), field="decision.decided_on")
    return session.gateway.send_office(
        OfficeCommand(
            command_id=command_id or new_id(),
            office_id=session.actor.office_id,
            action=OfficeAction.RECORD_IRREGULARITY,
            payload={
                "irregularity_id": new_id(),
                "case_id": case_id,
                "agency": agency,
                "decision_number": decision_number,
                "decided_on": decided_on.isoformat() if decided_on else None,
                "content": content,
                "note": note,
            },
        )
    )
