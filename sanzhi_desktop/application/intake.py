"""Intake: the submission (送审表) from its draft to acceptance, correction or return."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed, Command, new_id
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain import catalogue, identifiers
from sanzhi_desktop.domain.case import (
    Case,
    CaseFault,
    Material,
    PartyType,
    RoundReason,
    Submission,
    check_submission,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.identifiers import IdCheck
from sanzhi_desktop.domain.kinds import Procedure
from sanzhi_desktop.domain.people import PeopleFault, check_handlers
from sanzhi_desktop.domain.profile import MaterialRule, Profile
from sanzhi_desktop.domain.submission_json import submission_to_json
from sanzhi_desktop.domain.workdays import Calendar
from sanzhi_desktop.domain.workflow import Action, Position, State, step


def missing_materials(
    profile: Profile, submission: Submission, materials: Sequence[Material]
) -> tuple[MaterialRule, ...]:
    """Listed materials that are neither present nor waived with a reason."""
    given = {m.code for m in materials if m.sha256 or m.pages or m.waived.strip()}
    return tuple(
        rule
        for rule in asked_materials(profile, submission)
        if demanded(rule, submission) and rule.id not in given
    )


DEPARTMENT_OPINION = "department_opinion"


def asked_materials(profile: Profile, submission: Submission) -> tuple[MaterialRule, ...]:
    """The list of the catalogue item that is named, else the profile's. Where a decision passes two
    review bodies (本级政府的决定), the department's own opinion must come with it; the rule of the
    tiers is its source."""
    listed = catalogue.own_materials(profile, submission) or profile.materials(submission.kind)
    rule = profile.rule("reviewer.tiers").in_force()
    for row in profile.rows("reviewer.tiers"):
        if row.get("decider") == submission.decider and len(row.get("bodies", ())) > 1:
            opinion = MaterialRule(
                DEPARTMENT_OPINION, "承办部门的法制审核意见书", "always", rule.row_source(row)
            )
            return (*listed, opinion)
    return listed


def demanded(rule: MaterialRule, submission: Submission) -> bool:
    """Whether a listed material must be there; `if_any` ones are asked for, not demanded."""
    if rule.when == "hearing":
        return submission.procedure is Procedure.HEARING or submission.hearing_date is not None
    return rule.when == "always"


def check_party_number(submission: Submission) -> None:
    """Refuses a number with a wrong check digit unless a reason is given for taking it.

    Published documents really do carry wrong codes; the reason stays on the case.
    Raises DomainError(PARTY_NUMBER_WRONG).
    """
    party = submission.party
    if not party.number or party.number_override.strip():
        return
    check = (
        identifiers.check_resident_id(party.number)
        if party.type is PartyType.PERSON
        else identifiers.check_party_id(party.number)
    )
    if check is not IdCheck.VALID:
        raise DomainError(CaseFault.PARTY_NUMBER_WRONG, check=check.value, number=party.number)


def _content(
    submission: Submission, materials: Sequence[Material], due_on: date | None = None
) -> dict[str, Any]:
    return {
        "submission": submission_to_json(submission),
        "materials": [asdict(m) for m in materials],
        "due_on": due_on.isoformat() if due_on else None,
    }


def register(
    session: Session,
    *,
    submission: Submission,
    materials: Sequence[Material],
    case_id: str = "",
    command_id: str = "",
) -> Changed:
    """Opens a case as a draft under the office's current profile edition."""
    check_party_number(submission)
    step(Position(None), Action.REGISTER, session.actor)
    office = session.reader.office()
    payload = _content(submission, materials)
    payload["unit"] = submission.unit
    payload["profile_id"] = office.profile_id
    payload["profile_edition"] = office.profile_edition
    return session.gateway.send(
        Command(
            command_id=command_id or new_id(),
            office_id=office.office_id,
            case_id=case_id or new_id(),
            seen_version=0,
            action=Action.REGISTER,
            payload=payload,
        )
    )


def edit(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    submission: Submission,
    materials: Sequence[Material],
    command_id: str = "",
) -> Changed:
    """Saves the draft submission. Incomplete is allowed, a wrong party number is not."""
    check_party_number(submission)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.EDIT,
        payload=_content(submission, materials),
        command_id=command_id,
    )


def confirm(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    declared: bool,
    calendar: Calendar,
    profile: Profile,
    round_reason: RoundReason | None = None,
    command_id: str = "",
) -> Changed:
    """The unit's head submits, declaring 真实性、准确性、完整性 (国办发〔2018〕118号 (十四)).

    Raises DomainError: not declared, a field missing or unconfirmed,
    handlers outside the register or without valid certificates, an earlier problem without an
    answer.
    """
    case = session.reader.case(case_id)
    if not declared:
        raise DomainError(CaseFault.NOT_DECLARED)
    check_submission(case.submission)
    people = session.reader.people()
    today = stepping.today(session)
    for named in case.submission.handlers:
        if named.person_id not in people:
            raise DomainError(PeopleFault.UNKNOWN, person=named.person_id or named.name)
    check_handlers([people[h.person_id] for h in case.submission.handlers], today)
    _check_answered(case)
    payload: dict[str, Any] = {
        "declared": True,
        "round_reason": (round_reason or next_round_reason(session, case)).value,
        "due_on": stepping.due_text(
            stepping.deadline_after(
                case, profile, calendar, event="confirm", at=session.gateway.now()
            )
        ),
    }
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.CONFIRM,
        payload=payload,
        command_id=command_id,
    )


def next_round_reason(session: Session, case: Case) -> RoundReason:
    """Why the round that is confirmed now takes place; one opened after a pass said so then."""
    if case.state is State.DRAFT:
        return RoundReason.FIRST
    current = case.current
    if case.state is State.CORRECTION and current is not None:
        return current.reason
    if current is not None and current.outcome is not None and current.outcome.passes:
        changed = RoundReason.MATERIALS_CHANGED.value
        opened = [
            changed if row.action == Action.MATERIALS_CHANGED else row.detail.get("round_reason")
            for row in session.reader.history(case.case_id)
            if row.action in {Action.NEW_ROUND, Action.MATERIALS_CHANGED}
        ]
        if opened and opened[-1]:
            return RoundReason(opened[-1])
    if session.reader.dispute(case.case_id).result(case.round) is not None:
        return RoundReason.AFTER_MEETING
    if case.submission.hearing_date is not None and (
        current is None
        or current.submission is None
        or current.submission.hearing_date != case.submission.hearing_date
    ):
        return RoundReason.AFTER_HEARING
    return RoundReason.AGAIN


def _check_answered(case: Case) -> None:
    """The undertaking unit answers each problem of the last opinion before it resubmits."""
    if case.state is not State.RESPONDING:
        return
    for problem in case.problems:
        if problem.round == case.round and not problem.response.strip():
            raise DomainError(CaseFault.RESPONSE_MISSING, number=problem.number)


def ask_correction(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    reason: str,
    missing: Sequence[str],
    profile: Profile,
    calendar: Calendar,
    paper: StoredPaper | None = None,
    command_id: str = "",
) -> Changed:
    """Sends the submission back for missing material (退回补正); the review clock stops where
    a rule says so, and then the list shows no due date."""
    case = session.reader.case(case_id)
    strip = stepping.deadline_after(
        case, profile, calendar, event="ask_correction", at=session.gateway.now()
    )
    payload: dict[str, Any] = {"missing": list(missing), "due_on": stepping.due_text(strip)}
    if paper is not None:
        payload["document"] = paper.as_payload()
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ASK_CORRECTION,
        reason=reason,
        payload=payload,
        command_id=command_id,
    )


def accept(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    profile: Profile,
    calendar: Calendar,
    scope: Mapping[str, Any],
    received_on: date | None = None,
    command_id: str = "",
) -> Changed:
    """Accepts (受理). `received_on` moves the receipt to the day the paper really came.

    Raises DomainError(MATERIALS_MISSING) while a required material is neither there nor waived,
    and for a receipt in the future.
    """
    case = session.reader.case(case_id)
    missing = missing_materials(profile, case.submission, case.materials)
    if missing:
        raise DomainError(
            CaseFault.MATERIALS_MISSING, missing="、".join(rule.name for rule in missing)
        )
    stepping.check_past(received_on, today=stepping.today(session), field="received_on")
    payload = {
        "scope": dict(scope),
        "received_on": received_on.isoformat() if received_on else None,
        "due_on": stepping.due_text(
            stepping.deadline_after(
                case,
                profile,
                calendar,
                event="accept",
                at=session.gateway.now(),
                received_on=received_on,
            )
        ),
    }
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ACCEPT,
        payload=payload,
        command_id=command_id,
    )


def withdraw(
    session: Session, *, case_id: str, seen_version: int, reason: str, command_id: str = ""
) -> Changed:
    """The unit ends the review before the opinion, or gives the case up after one (撤回)."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.WITHDRAW,
        reason=reason,
        command_id=command_id,
    )
