"""Verbs of office life around a case: 查收, 撤回, 催办, 加签.

Each is one command with its own line in the history. None of them signs, and none lets a
signature be left out because the same person agreed before.
"""

from datetime import date

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.office_life import OfficeLifeFault
from sanzhi_desktop.domain.workflow import STEPS_BACK, Action, State, why_not


def step_back_of(case: Case) -> Action | None:
    """The 撤回 that leads back to where the case was last sent from; None where there is none."""
    targets = {
        (State.SUBMITTED, State.DRAFT): Action.RECALL,
        (State.SUBMITTED, State.CORRECTION): Action.RECALL_CORRECTION,
        (State.SUBMITTED, State.RESPONDING): Action.RECALL_AGAIN,
        (State.SIGNING, State.REVIEWING): Action.RECALL_OPINION,
    }
    return targets.get((case.state, case.sent_from)) if case.sent_from else None


def note_opened(session: Session, case: Case) -> Changed | None:
    """Records that the receiving side opened the case; None when that is not to be recorded.

    From then on the sender cannot take the step back.
    """
    if why_not(stepping.position(case), Action.OPEN, session.actor) is not None:
        return None
    if any(o.person_id == session.actor.person_id for o in case.openings):
        return None
    return stepping.send(
        session, case_id=case.case_id, seen_version=case.version, action=Action.OPEN
    )


def step_back(
    session: Session, *, case_id: str, seen_version: int, action: Action, command_id: str = ""
) -> Changed:
    """撤回: takes the last step back. Raises DomainError when somebody has opened the case."""
    if action not in STEPS_BACK:
        raise ValueError(action)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=action,
        command_id=command_id,
    )


def remind(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    person_id: str,
    text: str,
    until: date | None,
    command_id: str = "",
) -> Changed:
    """催办: a line to somebody of the office about this case, with the day it is asked for."""
    _check(session, person_id=person_id, text=text, until=until)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.REMIND,
        payload={
            "person_id": person_id,
            "text": text.strip(),
            "until": until.isoformat() if until else "",
        },
        command_id=command_id,
    )


def ask_opinion(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    person_id: str,
    question: str,
    until: date | None,
    command_id: str = "",
) -> Changed:
    """加签: asks a colleague for one more opinion; the case stays where it is."""
    _check(session, person_id=person_id, text=question, until=until)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ASK_OPINION,
        payload={
            "person_id": person_id,
            "question": question.strip(),
            "until": until.isoformat() if until else "",
        },
        command_id=command_id,
    )


def give_opinion(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    request_id: str,
    opinion: str,
    command_id: str = "",
) -> Changed:
    """Answers a 加签. It is shown to the reviewer and the head and signs nothing."""
    if not opinion.strip():
        raise DomainError(OfficeLifeFault.TEXT_MISSING)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.GIVE_OPINION,
        payload={"request_id": request_id, "opinion": opinion.strip()},
        command_id=command_id,
    )


def _check(session: Session, *, person_id: str, text: str, until: date | None) -> None:
    if not person_id:
        raise DomainError(OfficeLifeFault.PERSON_MISSING)
    if not text.strip():
        raise DomainError(OfficeLifeFault.TEXT_MISSING)
    if until is not None and until < stepping.today(session):
        raise DomainError(OfficeLifeFault.UNTIL_PAST)
