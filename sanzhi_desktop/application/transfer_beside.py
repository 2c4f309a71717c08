"""Beside the steps of a transfer: another team, and putting a recorded event right.

Lives here: the two use cases. Must not: the steps themselves (`application.transfer`), or what may
be put right (`domain.transfer_beside`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.review import check_recusal
from sanzhi_desktop.application.transfer import Step, least_team, recused_in
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import (
    Transfer,
    TransferEvent,
    TransferFault,
    check_team,
    current,
)
from sanzhi_desktop.domain.transfer_beside import CORRECTABLE, check_correction
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action

_PAPER = ("sha256", "file_name")


def change_team(
    session: Session, step: Step, *, profile: Profile, team: Iterable[str], reason: str
) -> Changed:
    """Another special team (移送规定 art. 5) while the transfer is open. Who leaves reads the case
    no longer, unless he is concerned with it otherwise; who comes does.

    Raises DomainError: no transfer is open, nothing changes, too few, not of the register, recused,
    no certificate, the one who decided on the transfer.
    """
    case = session.reader.case(step.case_id)
    people = session.reader.people()
    found = current(case.transfers)
    if found is None or not found.open:
        raise DomainError(TransferFault.NOT_OPEN)
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
    before = {m.person_id: m.name for m in found.team}
    after = {m.person_id: m.name for m in members}
    if before.keys() == after.keys():
        raise DomainError(TransferFault.TEAM_SAME)
    check_recusal(session, case)
    if step.at > session.gateway.now():
        raise DomainError(TransferFault.IN_FUTURE)
    return stepping.send(
        session,
        case_id=step.case_id,
        seen_version=step.seen_version,
        action=Action.CHANGE_TRANSFER_TEAM,
        reason=reason,
        payload={
            "at": step.at.isoformat(),
            "choice": "",
            "detail": {
                "left": "、".join(n for p, n in before.items() if p not in after),
                "joined": "、".join(n for p, n in after.items() if p not in before),
            },
            "team": [{"person_id": p} for p in after],
        },
        command_id=step.command_id,
    )


def correctable(transfer: Transfer | None) -> tuple[TransferEvent, ...]:
    """The events that may be put right, the latest first."""
    events = transfer.events if transfer is not None else ()
    return tuple(e for e in reversed(events) if e.action in CORRECTABLE)


def correct_event(
    session: Session,
    step: Step,
    *,
    seq: int,
    said: str,
    detail: Mapping[str, Any],
    why: str,
) -> Changed:
    """Puts an event of the current transfer right: its moment (`step.at`), its reason (`said`) and
    its texts; the first entry stays, and every period is counted anew from what counts now.

    Raises DomainError: signed or decided, somebody else's, out of order, nothing differs.
    """
    case = session.reader.case(step.case_id)
    found = current(case.transfers)
    if found is None:
        raise DomainError(TransferFault.NOT_OPEN)
    check_recusal(session, case)
    event = check_correction(found, seq, session.actor, at=step.at, now=session.gateway.now())
    now = {**event.detail, **{k: v for k, v in detail.items() if k not in _PAPER}}
    if (_minute(event.at), event.reason, dict(event.detail)) == (_minute(step.at), said, now):
        raise DomainError(TransferFault.NOTHING_CORRECTED)
    return stepping.send(
        session,
        case_id=step.case_id,
        seen_version=step.seen_version,
        action=Action.CORRECT_TRANSFER,
        reason=why,
        payload={
            "no": found.no,
            "seq": seq,
            "at": step.at.isoformat(),
            "opened_on": local_date(step.at).isoformat(),
            "detail": {"detail": now, "reason": said},
        },
        command_id=step.command_id,
    )


def _minute(at: datetime) -> datetime:
    """What people type is to the minute."""
    return at.replace(second=0, microsecond=0)
