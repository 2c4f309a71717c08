"""协商沟通: the two sides talk about numbered problems, and what comes of it point by point.

An agreement takes both sides: one proposes, the other confirms. That nothing was agreed may be
stated by either side alone.
"""

from collections.abc import Sequence

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.dispute import (
    Agreement,
    Attachment,
    ConsultedPoint,
    DisputeFault,
    Side,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action


def side_of(session: Session, case: Case) -> Side:
    """The side for which the person at work speaks on a case."""
    me = session.actor.person_id
    if me in {h.person_id for h in case.submission.handlers} or me == case.registered_by:
        return Side.UNIT
    if me != case.reviewer and Role.UNIT_HEAD in session.actor.roles:
        return Side.UNIT
    return Side.REVIEW


def open_consultation(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    numbers: Sequence[int],
    consultation_id: str = "",
    command_id: str = "",
) -> Changed:
    """Opens a consultation on problems of the running round. Raises DomainError without one."""
    if not numbers:
        raise DomainError(DisputeFault.POINTS_MISSING)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.OPEN_CONSULTATION,
        payload={
            "consultation_id": consultation_id or new_id(),
            "points": [{"number": n} for n in dict.fromkeys(numbers)],
        },
        command_id=command_id,
    )


def say(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    consultation_id: str,
    number: int,
    text: str,
    files: Sequence[Attachment] = (),
    command_id: str = "",
) -> Changed:
    """Adds one entry to the thread of one problem; it is never changed afterwards."""
    if not text.strip():
        raise DomainError(DisputeFault.TEXT_MISSING)
    for file in files:
        session.files.path(file.sha256)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.SAY,
        payload={
            "consultation_id": consultation_id,
            "entry_id": new_id(),
            "number": number,
            "text": text,
            "files": files_payload(files),
        },
        command_id=command_id,
    )


def files_payload(files: Sequence[Attachment]) -> list[dict[str, object]]:
    """Attachments as a command carries them."""
    return [{"sha256": f.sha256, "name": f.name, "size": f.size} for f in files]


def propose_result(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    consultation_id: str,
    points: Sequence[ConsultedPoint],
    command_id: str = "",
) -> Changed:
    """States what came out, point by point. With a point agreed it waits for the other side's
    confirmation; with none it closes the consultation at once.

    Raises DomainError: a point without an answer, an agreement that does not say on what.
    """
    for point in points:
        if point.agreement is None:
            raise DomainError(DisputeFault.POINTS_MISSING)
        if point.agreement is not Agreement.OPEN and not point.note.strip():
            raise DomainError(DisputeFault.NOTE_MISSING, number=point.number)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.PROPOSE_RESULT,
        payload={
            "consultation_id": consultation_id,
            "points": [
                {"number": p.number, "agreement": p.agreement or "", "note": p.note} for p in points
            ],
        },
        command_id=command_id,
    )


def close_consultation(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    consultation_id: str,
    command_id: str = "",
) -> Changed:
    """Confirms the result that the other side proposed. The version seen is the proposal seen."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.CLOSE_CONSULTATION,
        payload={"consultation_id": consultation_id},
        command_id=command_id,
    )
