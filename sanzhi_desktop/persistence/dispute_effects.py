"""What the steps of a disagreement write: consultation and objection.

Lives here: their guards and writes, in the language of `writes`. Must not: experts
(`expert_effects`), record and result (`escalation_effects`), or who may act from which state
(`domain.workflow`).
"""

from collections.abc import Mapping

from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.domain.people import PeopleFault, Role
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.effect_parts import (
    HERE,
    MY_NAME,
    THIS_ROUND,
    insert,
    recused,
)
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run, Steps

STANDING = f"select 1 from escalation where {THIS_ROUND} and withdrawn_at is null"
RESULT = f"select 1 from dispute_result where {THIS_ROUND}"
_PENDING = f"exists ({STANDING}) and not exists ({RESULT})"
# Between 提请 and the meeting's result nothing of the dispute, and nothing of the case, moves.
NOT_PENDING = Refuse(_PENDING, DisputeFault.PENDING)

_UNIT = (
    "({c.registered_by} = {me}"
    " or replace({c.handler_codes}, ',' || {me} || ',', '') <> {c.handler_codes}"
    " or {me} <> {c.reviewer} and exists (select 1 from person_role where office_id = {office}"
    f" and person_id = {{me}} and role = '{Role.UNIT_HEAD.value}'"
    " and (valid_from is null or valid_from <= {today})"
    " and (valid_to is null or valid_to >= {today})))"
)
_SIDE = f"(case when {_UNIT} then 'unit' else 'review' end)"

_CONSULTATION = f"{HERE} and consultation_id = {{p.consultation_id}}"
_POINT = f"{_CONSULTATION} and number = {{i.number|int}}"
_NUMBER = {"number": "{i.number|int}"}


def _problem_here(number: str) -> Refuse:
    return Refuse(
        f"not exists (select 1 from problem where {THIS_ROUND} and number = {number})",
        DisputeFault.POINT_UNKNOWN,
        {"number": number},
    )


_OPEN_CONSULTATION: Steps = (
    Refuse(
        f"not exists (select 1 from consultation where {_CONSULTATION})",
        DisputeFault.CONSULTATION_UNKNOWN,
    ),
    Refuse(
        f"exists (select 1 from consultation where {_CONSULTATION}"
        " and (closed_at is not null or round <> {round}))",
        DisputeFault.CONSULTATION_CLOSED,
    ),
)


def files(owner: str, *, number: bool = False) -> Each:
    """The attachments of a payload; `number`: each names the point it belongs to."""
    place = {"case_id": "{case}", "owner_id": f"{owner} || {{i.number}}" if number else owner}
    return Each(
        "files",
        (
            insert(
                "dispute_file",
                {
                    **place,
                    "place": "{index}",
                    "sha256": "{i.sha256}",
                    "name": "{i.name}",
                    "size": "{i.size|int}",
                },
            ),
        ),
    )


OPEN_CONSULTATION = Effect(
    steps=(
        NOT_PENDING,
        insert(
            "consultation",
            {
                "case_id": "{case}",
                "consultation_id": "{p.consultation_id}",
                "round": "{round}",
                "opened_by": "{me}",
                "opened_side": _SIDE,
                "opened_at": "{now}",
            },
        ),
        Each(
            "points",
            (
                _problem_here("{i.number|int}"),
                insert(
                    "consultation_point",
                    {
                        "case_id": "{case}",
                        "consultation_id": "{p.consultation_id}",
                        "number": "{i.number|int}",
                    },
                ),
            ),
        ),
        Refuse(
            f"not exists (select 1 from consultation_point where {_CONSULTATION})",
            DisputeFault.POINTS_MISSING,
        ),
    ),
)

SAY = Effect(
    steps=(
        NOT_PENDING,
        *_OPEN_CONSULTATION,
        Refuse("trim({p.text}) = ''", DisputeFault.TEXT_MISSING),
        Refuse(
            f"not exists (select 1 from consultation_point where {_CONSULTATION}"
            " and number = {p.number|int})",
            DisputeFault.POINT_UNKNOWN,
            {"number": "{p.number|int}"},
        ),
        insert(
            "consultation_entry",
            {
                "case_id": "{case}",
                "entry_id": "{p.entry_id}",
                "consultation_id": "{p.consultation_id}",
                "number": "{p.number|int}",
                "side": _SIDE,
                "author": "{me}",
                "said_at": "{now}",
                "text": "{p.text}",
            },
        ),
        files("{p.entry_id}"),
    ),
)

_AGREED = f"select 1 from consultation_point where {_CONSULTATION} and agreement <> 'open'"

PROPOSE_RESULT = Effect(
    steps=(
        NOT_PENDING,
        *_OPEN_CONSULTATION,
        Each(
            "points",
            (
                Refuse(
                    f"not exists (select 1 from consultation_point where {_POINT})",
                    DisputeFault.POINT_UNKNOWN,
                    _NUMBER,
                ),
                Refuse(
                    "{i.agreement} <> 'open' and trim({i.note}) = ''",
                    DisputeFault.NOTE_MISSING,
                    _NUMBER,
                ),
                Run(
                    "update consultation_point set agreement = {i.agreement|null},"
                    f" note = {{i.note}} where {_POINT}"
                ),
            ),
        ),
        Refuse(
            f"exists (select 1 from consultation_point where {_CONSULTATION}"
            " and agreement is null)",
            DisputeFault.POINTS_MISSING,
        ),
        Run(
            f"update consultation set proposed_by = {{me}}, proposed_side = {_SIDE},"
            f" proposed_at = {{now}} where {_CONSULTATION}"
        ),
        # An agreement takes both sides; that there is none, either side may say.
        Run(
            "update consultation set closed_by = {me}, closed_at = {now}"
            f" where {_CONSULTATION} and not exists ({_AGREED})"
        ),
    ),
)

CLOSE_CONSULTATION = Effect(
    steps=(
        NOT_PENDING,
        *_OPEN_CONSULTATION,
        Refuse(
            f"exists (select 1 from consultation where {_CONSULTATION} and proposed_at is null)",
            DisputeFault.NOT_PROPOSED,
        ),
        Refuse(
            f"exists (select 1 from consultation where {_CONSULTATION}"
            f" and proposed_side = {_SIDE})",
            DisputeFault.OWN_PROPOSAL,
        ),
        Run(
            f"update consultation set closed_by = {{me}}, closed_at = {{now}} where {_CONSULTATION}"
        ),
    ),
)

OBJECTED = f"select 1 from objection where {THIS_ROUND}"
_OBJECTION_POINT = f"{THIS_ROUND} and number = {{i.number|int}}"

ALLOW_LATE = Effect(
    steps=(
        Refuse(f"exists ({OBJECTED})", DisputeFault.ALREADY_OBJECTED),
        insert(
            "late_leave",
            {
                "case_id": "{case}",
                "round": "{round}",
                "given_by": "{me}",
                "given_at": "{now}",
                "reason": "{reason}",
            },
            when=f"not exists (select 1 from late_leave where {THIS_ROUND})",
        ),
    ),
)

OBJECT = Effect(
    steps=(
        NOT_PENDING,
        Refuse(f"exists ({OBJECTED})", DisputeFault.ALREADY_OBJECTED),
        insert(
            "objection",
            {"case_id": "{case}", "round": "{round}", "raised_by": "{me}", "raised_at": "{now}"},
        ),
        Each(
            "points",
            (
                _problem_here("{i.number|int}"),
                Refuse("trim({i.reasons}) = ''", DisputeFault.REASONS_MISSING, _NUMBER),
                insert(
                    "objection_point",
                    {
                        "case_id": "{case}",
                        "round": "{round}",
                        "number": "{i.number|int}",
                        "reasons": "{i.reasons}",
                        "basis": "{i.basis}",
                        "evidence": "{i.evidence}",
                    },
                ),
            ),
        ),
        Refuse(
            f"not exists (select 1 from objection_point where {THIS_ROUND})",
            DisputeFault.POINTS_MISSING,
        ),
        files("'objection-' || cast({round} as text) || '-'", number=True),
    ),
)

_UNREPLIED = f"select 1 from objection_point where {THIS_ROUND} and stance is null"

REPLY_OBJECTION = Effect(
    steps=(
        NOT_PENDING,
        Refuse(f"not exists ({OBJECTED})", DisputeFault.NO_OBJECTION),
        Refuse(f"exists ({OBJECTED} and replied_at is not null)", DisputeFault.ALREADY_REPLIED),
        Refuse(recused("{me}"), PeopleFault.RECUSED, MY_NAME),
        Each(
            "points",
            (
                Refuse(
                    f"not exists (select 1 from objection_point where {_OBJECTION_POINT})",
                    DisputeFault.POINT_UNKNOWN,
                    _NUMBER,
                ),
                Refuse("trim({i.reply}) = ''", DisputeFault.REPLY_MISSING, _NUMBER),
                Run(
                    "update objection_point set stance = {i.stance|null}, reply = {i.reply}"
                    f" where {_OBJECTION_POINT}"
                ),
            ),
        ),
        Refuse(
            f"exists ({_UNREPLIED})",
            DisputeFault.REPLY_MISSING,
            {
                "number": "(select min(number) from objection_point"
                f" where {THIS_ROUND} and stance is null)"
            },
        ),
        Run(f"update objection set replied_by = {{me}}, replied_at = {{now}} where {THIS_ROUND}"),
    ),
)

EFFECTS: Mapping[Action, Effect] = {
    Action.OPEN_CONSULTATION: OPEN_CONSULTATION,
    Action.SAY: SAY,
    Action.PROPOSE_RESULT: PROPOSE_RESULT,
    Action.CLOSE_CONSULTATION: CLOSE_CONSULTATION,
    Action.ALLOW_LATE: ALLOW_LATE,
    Action.OBJECT: OBJECT,
    Action.REPLY_OBJECTION: REPLY_OBJECTION,
}
