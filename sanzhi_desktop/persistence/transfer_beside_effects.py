"""What changing the team of a transfer and putting one of its events right write.

Lives here: their guards and writes, in the language of `writes`. Must not: the steps of a transfer
(`transfer_effects`).
"""

from collections.abc import Mapping

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.transfer import TransferFault
from sanzhi_desktop.domain.transfer_beside import CORRECTABLE, CORRECTORS, MOVING
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.effect_parts import HERE, MY_NAME, insert
from sanzhi_desktop.persistence.transfer_effects import (
    IN_TEAM,
    MEMBER,
    MOMENT,
    NOT_OPEN,
    NOT_RECUSED,
    TEAM,
    TOO_FEW,
    record,
)
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

_CHANGE_TEAM = Effect(
    steps=(
        NOT_OPEN,
        NOT_RECUSED,
        *MOMENT,
        # The event stands before the change: the walls let nobody come or go without one.
        record(Action.CHANGE_TRANSFER_TEAM),
        Run(f"update transfer_member set left_at = {{now}} where {IN_TEAM}"),
        Each("team", MEMBER),
        TOO_FEW,
        Refuse(
            f"not exists (select 1 from transfer_member where {TEAM}"
            " and (left_at = {now} or joined_at = {now}))",
            TransferFault.TEAM_SAME,
        ),
    )
)

_TRANSFER = f"{HERE} and no = {{p.no|int}}"
_EVENT = f"from transfer_event where {_TRANSFER} and seq = {{p.seq|int}} and corrects = 0"


def _listed(actions: tuple[Action, ...]) -> str:
    return ", ".join(f"'{a.value}'" for a in actions)


# The moment that counts: of the latest correction, else of the event itself.
_AT = (
    "coalesce((select k.at from transfer_event k where k.office_id = e.office_id"
    " and k.case_id = e.case_id and k.no = e.no and k.corrects = e.seq"
    " order by k.seq desc limit 1), e.at)"
)
_MOVING = (
    "from transfer_event e where e.office_id = {office} and e.case_id = {case}"
    f" and e.no = {{p.no|int}} and e.corrects = 0 and e.action in ({_listed(MOVING)})"
)
_ROLES = ", ".join(f"'{r.value}'" for r in CORRECTORS)

_CORRECT = Effect(
    steps=(
        Refuse(
            f"not exists (select 1 {_EVENT} and action in ({_listed(CORRECTABLE)}))",
            TransferFault.NOT_CORRECTABLE,
        ),
        NOT_RECUSED,
        Refuse(
            f"exists (select 1 {_EVENT} and action = '{Action.DECIDE_TRANSFER.value}'"
            " and recorded_by <> {me})",
            TransferFault.DECIDER_CORRECTS,
        ),
        Refuse(
            f"not exists (select 1 {_EVENT} and recorded_by = {{me}})"
            f" and not exists (select 1 from transfer_member where {_TRANSFER}"
            " and left_at is null and person_id = {me})"
            " and not exists (select 1 from person_role where office_id = {office}"
            f" and person_id = {{me}} and role in ({_ROLES})"
            " and (valid_from is null or valid_from <= {today})"
            " and (valid_to is null or valid_to >= {today}))",
            TransferFault.NOT_IN_TEAM,
            MY_NAME,
        ),
        *MOMENT,
        Refuse(
            "coalesce({p.opened_on|day_start} > {p.at|instant}, true)",
            CaseFault.FIELD_MISSING,
            {"field": "'transfer.at'"},
        ),
        Refuse(
            f"exists (select 1 {_MOVING} and e.seq < {{p.seq|int}} and {_AT} > {{p.at|instant}})"
            f" or exists (select 1 {_MOVING} and e.seq > {{p.seq|int}}"
            f" and {_AT} < {{p.at|instant}})",
            TransferFault.CORRECTION_ORDER,
        ),
        insert(
            "transfer_event",
            {
                "case_id": "{case}",
                "no": "{p.no|int}",
                "seq": f"(select max(seq) + 1 from transfer_event where {_TRANSFER})",
                "action": f"'{Action.CORRECT_TRANSFER.value}'",
                "choice": "''",
                "at": "{p.at|instant}",
                "recorded_at": "{now}",
                "recorded_by": "{me}",
                "reason": "{reason}",
                "detail": "{p.detail|json}",
                "corrects": "{p.seq|int}",
            },
        ),
        # The day of the suspicion moves back only: forward it would open the gate for decisions
        # that were made in between.
        Run(
            f"update transfer set last_at = (select max({_AT}) {_MOVING}),"
            " opened_on = case when {p.seq|int} = 1 and {p.opened_on|date} < opened_on"
            f" then {{p.opened_on|date}} else opened_on end where {_TRANSFER} and ended = 0"
        ),
    )
)

EFFECTS: Mapping[Action, Effect] = {
    Action.CHANGE_TRANSFER_TEAM: _CHANGE_TEAM,
    Action.CORRECT_TRANSFER: _CORRECT,
}
