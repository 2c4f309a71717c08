"""The rules of a disagreement: what is unsettled, what was given up, what opens the gate.

Lives here: pure rules over `domain.dispute`. Must not: values, the meeting's own rules
(`domain.meeting_rules`), reading or writing. The database asks the same again.
"""

from collections.abc import Iterable
from datetime import date

from sanzhi_desktop.domain.dispute import (
    Agreement,
    Dispute,
    Expert,
    ExpertFault,
    RuledPoint,
    Ruling,
    Stance,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind


def unsettled(dispute: Dispute, round_: int) -> tuple[int, ...]:
    """Problems on which the sides still differ: objected to, maintained by the reviewer (or not
    yet answered), and not agreed in a closed consultation."""
    objection = dispute.objection(round_)
    if objection is None:
        return ()
    agreed = dispute.agreed(round_)
    return tuple(
        p.number
        for p in objection.points
        if p.stance is not Stance.ACCEPTED
        and (p.number not in agreed or agreed[p.number].agreement is Agreement.OPEN)
    )


def yielded(dispute: Dispute, round_: int) -> frozenset[int]:
    """Problems that the reviewers gave up: by accepting the objection or in a consultation."""
    objection = dispute.objection(round_)
    accepted = {
        p.number for p in (objection.points if objection else ()) if p.stance is Stance.ACCEPTED
    }
    agreed = dispute.agreed(round_)
    return frozenset(
        accepted | {n for n, p in agreed.items() if p.agreement is Agreement.REVIEW_YIELDS}
    )


def permits(
    rulings: Iterable[RuledPoint], *, problems: Iterable[int], given_up: Iterable[int]
) -> bool:
    """Whether a meeting's rulings let the decision stand as proposed.

    Every problem of the round must be decided for the unit or have been given up by the
    reviewers; one that the unit agreed to treat has to be reviewed again first.
    """
    for_unit = {r.number for r in rulings if r.ruling is Ruling.ADOPT or r.permits}
    return set(problems) <= for_unit | set(given_up)


def check_expert(
    expert: Expert, *, party: str, unit: str, handlers: Iterable[str], day: date
) -> None:
    """Raises DomainError: outside his term, or in conflict with the party, the undertaking unit
    or as a handler of the case."""
    if not expert.serves_on(day):
        raise DomainError(ExpertFault.OUT_OF_TERM, name=expert.name, date=day.isoformat())
    clash = ""
    if expert.person_id and expert.person_id in set(handlers):
        clash = "本案承办人"
    elif expert.unit and expert.unit == unit:
        clash = unit
    elif party in expert.conflicts:
        clash = party
    if clash:
        raise DomainError(ExpertFault.CONFLICT, name=expert.name, conflict=clash)


def clears(kind: Kind, *, profile_clears: bool, result_permits: bool) -> bool:
    """Whether a meeting's result opens the gate by itself: never for a penalty (行政处罚法
    art. 58), for other kinds where the rules let it and the result permits the decision."""
    return kind is not Kind.PENALTY and profile_clears and result_permits
