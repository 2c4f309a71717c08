"""Transfer of a suspected crime: one use case per step, checked before the database checks again.

Lives here: what each step of `domain.transfer` needs from the rules and from the register. Must
not: the clocks of a transfer (`transfer_clocks`), the letter (`transfer_letter`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.review import check_recusal
from sanzhi_desktop.domain.case import Case, CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Actor, PeopleFault, Person, Recusal, Role, is_recused
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import (
    Attachment,
    AttachmentRule,
    Transfer,
    TransferChoice,
    TransferDestination,
    TransferFault,
    check_attachments,
    check_step,
    check_team,
    current,
)
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action


def attachment_rules(profile: Profile) -> tuple[AttachmentRule, ...]:
    """The attachments the rules ask for (移送规定 art. 6), the letter among them."""
    rows: Sequence[Mapping[str, Any]] = profile.rule("transfer.materials").in_force().value or ()
    return tuple(
        AttachmentRule(str(r["id"]), str(r["name"]), r.get("when") == "if_any") for r in rows
    )


def least_team(profile: Profile) -> int:
    """How many officers the special team has at the least (移送规定 art. 5)."""
    return int(profile.rule("transfer.team").in_force().value or 2)


def team_candidates(session: Session, case: Case) -> Sequence[tuple[Person, PeopleFault | None]]:
    """Everybody who enforces, with the reason why he cannot be in the team, or None."""
    recused = recused_in(session, case)
    day = stepping.today(session)
    found = []
    for person in session.reader.people().values():
        if not any(g.role is Role.HANDLER for g in person.roles) or not person.active:
            continue
        until = person.certificate_valid_to
        fault: PeopleFault | None = None
        if not person.enforcement_certificate.strip():
            fault = PeopleFault.HANDLER_NO_CERTIFICATE
        elif until is not None and until < day:
            fault = PeopleFault.HANDLER_CERTIFICATE_EXPIRED
        elif person.person_id in recused:
            fault = PeopleFault.RECUSED
        found.append((person, fault))
    return found


def recused_in(session: Session, case: Case) -> frozenset[str]:
    """Whoever a recusal (回避) keeps out of this case."""
    recusals = [
        Recusal(r.person_id, r.unit, r.party, r.case_id, r.reason)
        for r in session.reader.recusals()
    ]
    submission = case.submission
    return frozenset(
        person_id
        for person_id in session.reader.people()
        if is_recused(
            person_id,
            unit=submission.unit,
            party=submission.party.name,
            case_id=case.case_id,
            recusals=recusals,
        )
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What every step says: which case as it was seen, and when it happened (aware)."""

    case_id: str
    seen_version: int
    at: datetime
    command_id: str = ""


def send_step(
    session: Session,
    step: Step,
    action: Action,
    *,
    choice: str = "",
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Changed:
    """Checks the step against the table of transfers and sends it; a repeat is left to the
    gateway, which alone can tell it from a second step."""
    case = session.reader.case(step.case_id)
    if case.version == step.seen_version:
        row = check_step(
            current(case.transfers),
            action,
            choice=choice,
            at=step.at,
            now=session.gateway.now(),
        )
        check_recusal(session, case)
        if row.moves:
            check_member(session.actor, current(case.transfers), action)
    return stepping.send(
        session,
        case_id=step.case_id,
        seen_version=step.seen_version,
        action=action,
        reason=reason,
        payload={
            "at": step.at.isoformat(),
            "choice": str(choice),
            "detail": dict(detail or {}),
            **(more or {}),
        },
        command_id=step.command_id,
    )


def check_member(me: Actor, transfer: Transfer | None, action: Action) -> None:
    """A handler acts as a member of the team, others by their own role.

    Raises DomainError(NOT_IN_TEAM).
    """
    roles = next(t.roles for t in TRANSITIONS if t.action is action)
    if transfer is None or not transfer.open or Role.HANDLER not in roles:
        return
    if (roles - {Role.HANDLER}) & me.roles:
        return
    if me.person_id not in {m.person_id for m in transfer.team}:
        raise DomainError(TransferFault.NOT_IN_TEAM, name=me.name)


def demand(**fields: str) -> None:
    """Raises DomainError(FIELD_MISSING) for the first empty field of a transfer."""
    for name, value in fields.items():
        if not value.strip():
            raise DomainError(CaseFault.FIELD_MISSING, field=f"transfer.{name}")


def open_transfer(
    session: Session,
    step: Step,
    *,
    profile: Profile,
    team: Iterable[str],
    grounds: str,
    destination: TransferDestination = TransferDestination.POLICE,
) -> Changed:
    """Names the special team (art. 5: 立即指定). Raises DomainError: too few, not of the register,
    recused, no certificate, one is open already."""
    case = session.reader.case(step.case_id)
    people = session.reader.people()
    wanted = list(dict.fromkeys(team))
    for person_id in wanted:
        if person_id not in people:
            raise DomainError(PeopleFault.INACTIVE, name=person_id)
    members = check_team(
        [people[p] for p in wanted],
        recused=recused_in(session, case),
        least=least_team(profile),
        day=stepping.today(session),
    )
    return send_step(
        session,
        step,
        Action.OPEN_TRANSFER,
        reason=grounds,
        more={
            "destination": destination.value,
            "opened_on": local_date(step.at).isoformat(),
            "team": [{"person_id": m.person_id} for m in members],
        },
    )


@dataclass(frozen=True, slots=True)
class Report:
    """The written report to the chief (正职负责人). Money in fen."""

    facts: str
    offence: str
    circumstances: str
    reported_to: str
    amount_fen: int = 0


def report(session: Session, step: Step, *, content: Report) -> Changed:
    """The team's verified facts and its written report; the 3 days of approval begin."""
    demand(
        facts=content.facts,
        offence=content.offence,
        circumstances=content.circumstances,
        reported_to=content.reported_to,
    )
    return send_step(
        session,
        step,
        Action.REPORT_TRANSFER,
        detail={
            "facts": content.facts,
            "offence": content.offence,
            "circumstances": content.circumstances,
            "reported_to": content.reported_to,
            "amount_fen": content.amount_fen,
        },
    )


def decide(session: Session, step: Step, *, approved: bool, reason: str = "") -> Changed:
    """The chief approves or not, with reasons for "not" (art. 5); the 24 hours begin."""
    case = session.reader.case(step.case_id)
    transfer = current(case.transfers)
    if transfer is not None and session.actor.person_id in {m.person_id for m in transfer.team}:
        raise DomainError(TransferFault.APPROVER_IN_TEAM, name=session.actor.name)
    check_recusal(session, case)
    if not approved and not reason.strip():
        raise DomainError(TransferFault.REASON_MISSING)
    choice = TransferChoice.APPROVED if approved else TransferChoice.REFUSED
    return send_step(session, step, Action.DECIDE_TRANSFER, choice=choice, reason=reason)


def prepare(
    session: Session, step: Step, *, profile: Profile, attachments: Iterable[Attachment]
) -> Changed:
    """The attachments of art. 6, each with file or pages or the reason why there is none."""
    kept = check_attachments(attachment_rules(profile), attachments)
    case = session.reader.case(step.case_id)
    check_member(session.actor, current(case.transfers), Action.PREPARE_TRANSFER)
    return send_step(
        session,
        step,
        Action.PREPARE_TRANSFER,
        more={
            "attachments": [
                {
                    "code": a.code,
                    "name": a.name,
                    "pages": a.pages,
                    "sha256": a.sha256,
                    "file_name": a.file_name,
                    "waived": a.waived,
                }
                for a in kept
            ]
        },
    )


def deliver(session: Session, step: Step, *, organ: str, way: str) -> Changed:
    """Handed to the organ (art. 5: within 24 hours of approval); to the minute."""
    demand(organ=organ, way=way)
    return send_step(session, step, Action.DELIVER_TRANSFER, detail={"organ": organ, "way": way})


@dataclass(frozen=True, slots=True)
class PaperIn:
    """A paper that came back (回执、通知书), kept as a file by the SHA-256 of its bytes."""

    sha256: str
    file_name: str


def _of(paper: PaperIn | None) -> dict[str, str]:
    return {} if paper is None else {"sha256": paper.sha256, "file_name": paper.file_name}


def receipt(
    session: Session, step: Step, *, signed_by: str, paper: PaperIn | None = None
) -> Changed:
    """The organ signed the receipt of the letter (art. 7): who, when, the paper."""
    demand(signed_by=signed_by)
    return send_step(
        session,
        step,
        Action.RECEIPT_TRANSFER,
        detail={"signed_by": signed_by, **_of(paper)},
    )


@dataclass(frozen=True, slots=True)
class PoliceAnswer:
    """The written answer: filed, not filed with reasons, or sent on to another organ."""

    choice: TransferChoice
    number: str
    organ: str = ""
    forwarded_to: str = ""
    paper: PaperIn | None = None


def police_answer(
    session: Session, step: Step, *, answer: PoliceAnswer, reason: str = ""
) -> Changed:
    """Records the answer (arts. 7 to 9). `step.at` is when the notice was received."""
    demand(number=answer.number)
    if answer.choice is TransferChoice.FORWARDED:
        demand(forwarded_to=answer.forwarded_to)
    if answer.choice is TransferChoice.NOT_FILED:
        demand(reason=reason)
    return send_step(
        session,
        step,
        Action.POLICE_ANSWER,
        choice=answer.choice,
        reason=reason,
        detail={
            "number": answer.number,
            "organ": answer.organ,
            "forwarded_to": answer.forwarded_to,
            **_of(answer.paper),
        },
    )


def object_to(
    session: Session, step: Step, *, choice: TransferChoice, organ: str, reason: str
) -> Changed:
    """复议 at the same police, or a suggestion to the procuratorate (art. 9)."""
    demand(organ=organ)
    return send_step(
        session,
        step,
        Action.OBJECT_TRANSFER,
        choice=choice,
        reason=reason,
        detail={"organ": organ},
    )


def hand_over(session: Session, step: Step, *, items: str, received_by: str) -> Changed:
    """Items and material to the police after filing (art. 12: within 3 days)."""
    demand(items=items, received_by=received_by)
    return send_step(
        session, step, Action.HAND_OVER, detail={"items": items, "received_by": received_by}
    )


def close(session: Session, step: Step, *, reason: str) -> Changed:
    """No further objection; the case is dealt with by administrative law (art. 10)."""
    return send_step(session, step, Action.CLOSE_TRANSFER, reason=reason)
