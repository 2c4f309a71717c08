"""专家咨询、论证: the register of experts, questions, advice. Advice is never an opinion."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed, OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.consultation import files_payload
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import (
    RuleBook,
    office_calendar,
    profile_of,
    review_rule,
)
from sanzhi_desktop.domain.case import Case, ClockEvent
from sanzhi_desktop.domain.deadline import RESUME, SUSPEND, compute
from sanzhi_desktop.domain.dispute import Attachment, Expert, ExpertFault
from sanzhi_desktop.domain.dispute_rules import check_expert
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action, State

CAUSE = "expert"  # the cause of suspension that a rule must name


def put_expert(session: Session, *, expert: Expert, command_id: str = "") -> Changed:
    """Registers an expert or writes over his entry. Raises DomainError naming the field."""
    if not expert.name.strip():
        raise DomainError(ExpertFault.NAME_MISSING)
    if expert.valid_from and expert.valid_to and expert.valid_to < expert.valid_from:
        raise DomainError(ExpertFault.TERM_ORDER, name=expert.name)
    conflicts = [c.strip() for c in expert.conflicts if c.strip()]
    return session.gateway.send_office(
        OfficeCommand(
            command_id=command_id or new_id(),
            office_id=session.actor.office_id,
            action=OfficeAction.PUT_EXPERT,
            payload={
                "expert_id": expert.expert_id or new_id(),
                "name": expert.name.strip(),
                "kind": expert.kind.value,
                "speciality": expert.speciality,
                "unit": expert.unit,
                "person_id": expert.person_id,
                "valid_from": expert.valid_from.isoformat() if expert.valid_from else None,
                "valid_to": expert.valid_to.isoformat() if expert.valid_to else None,
                "conflicts": "".join(f"\n{c}" for c in conflicts) + "\n" if conflicts else "",
                "active": expert.active,
            },
        )
    )


def experts_for(session: Session, case: Case) -> Sequence[tuple[Expert, DomainError | None]]:
    """Every expert with the reason why he cannot be asked about a case, or None."""
    found: list[tuple[Expert, DomainError | None]] = []
    for expert in session.reader.experts():
        try:
            _check(session, case, expert)
        except DomainError as error:
            found.append((expert, error))
        else:
            found.append((expert, None))
    return sorted(found, key=lambda row: (row[1] is not None, row[0].name))


def _check(session: Session, case: Case, expert: Expert) -> None:
    check_expert(
        expert,
        party=case.submission.party.name,
        unit=case.submission.unit,
        handlers=[h.person_id for h in case.submission.handlers],
        day=stepping.today(session),
    )


def ask_expert(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    expert_id: str,
    question: str,
    materials: Sequence[str] = (),
    command_id: str = "",
) -> Changed:
    """Puts a question to an expert and releases materials (by their ids) to him.

    The review clock stops only where the rule of the review limit names the cause.
    Raises DomainError: unknown, out of term, in conflict, no question.
    """
    if not question.strip():
        raise DomainError(ExpertFault.QUESTION_MISSING)
    case = session.reader.case(case_id)
    expert = next((e for e in session.reader.experts() if e.expert_id == expert_id), None)
    if expert is None:
        raise DomainError(ExpertFault.UNKNOWN)
    _check(session, case, expert)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ASK_EXPERT,
        payload={
            "request_id": new_id(),
            "expert_id": expert_id,
            "question": question,
            "materials": [{"material_id": m} for m in materials],
            **_due(session, book, case, SUSPEND),
        },
        command_id=command_id,
    )


def record_advice(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    request_id: str,
    answer: str,
    files: Sequence[Attachment] = (),
    command_id: str = "",
) -> Changed:
    """Records the advice received, in words or as an attached paper, or both."""
    if not answer.strip():
        raise DomainError(ExpertFault.ANSWER_MISSING)
    for file in files:
        session.files.path(file.sha256)
    case = session.reader.case(case_id)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.EXPERT_ANSWER,
        payload={
            "request_id": request_id,
            "answer": answer,
            "files": files_payload(files),
            **_due(session, book, case, RESUME, closing=request_id),
        },
        command_id=command_id,
    )


def withdraw_request(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    request_id: str,
    reason: str,
    command_id: str = "",
) -> Changed:
    """Takes a question back, with the reason; the clock runs on."""
    case = session.reader.case(case_id)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.EXPERT_WITHDRAW,
        reason=reason,
        payload={"request_id": request_id, **_due(session, book, case, RESUME, closing=request_id)},
        command_id=command_id,
    )


def _due(
    session: Session, book: RuleBook, case: Case, event: str, *, closing: str = ""
) -> Mapping[str, Any]:
    """The list's cached last day as it will be; nothing where the review clock does not run."""
    if case.state is not State.REVIEWING:
        return {}
    requests = session.reader.dispute(case.case_id).requests
    others = [r for r in requests if r.is_open and r.round == case.round]
    if closing and closing not in {r.request_id for r in others}:
        return {}  # asked in an earlier round, whose clock has stopped
    if any(r.request_id != closing for r in others):
        return {}
    applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
    rule = review_rule(profile_of(book, case, applied), case.submission.kind)
    if rule is None:
        return {}
    now = session.gateway.now().astimezone(UTC)
    events = [e for e in case.clock if e.round == case.round]
    last = max((e.seq for e in events), default=0)
    events.append(ClockEvent(case.round, last + 1, event, now, cause=CAUSE))
    strip = compute(rule, events, calendar=office_calendar(book, session.reader), now=now)
    return {"due_on": stepping.due_text(strip)}
