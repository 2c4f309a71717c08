"""What the steps of a transfer of a suspected crime write (涉嫌犯罪移送).

Lives here: their guards and writes, in the language of `writes`, made from the table of
`domain.transfer`. Must not: a second copy of that table, or who holds which role.
"""

from collections.abc import Mapping

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.people import PeopleFault, Role
from sanzhi_desktop.domain.transfer import (
    STEPS,
    TRANSFER_ACTIONS,
    TransferFault,
    TransferStage,
    TransferStep,
)
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action
from sanzhi_desktop.persistence.effect_parts import HERE, MY_NAME, document, insert, recused
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run, Steps

_OPEN = f"{HERE} and ended = 0"
_STAGE = f"(select stage from transfer where {_OPEN})"
_NO = f"(select no from transfer where {_OPEN})"
TEAM = f"office_id = {{office}} and case_id = {{case}} and no = {_NO}"
IN_TEAM = f"{TEAM} and left_at is null"


def _transfer_is(condition: str) -> str:
    return f"exists (select 1 from transfer where {_OPEN} and ({condition}))"


def _holds(row: TransferStep) -> str:
    """Whether a row of the table is the one taken; the stage is that of the open transfer."""
    held = f"stage = '{row.stage}' and {{p.choice}} = '{row.choice}'"
    return held + (f" and destination = '{row.destination}'" if row.destination else "")


def _may(rows: tuple[TransferStep, ...]) -> Refuse:
    return Refuse(
        f"not exists (select 1 from transfer where {_OPEN} and ("
        + " or ".join(f"({_holds(row)})" for row in rows)
        + "))",
        TransferFault.STEP,
        {"action": f"'{rows[0].action.value}'", "stage": f"coalesce({_STAGE}, '')"},
    )


NOT_OPEN = Refuse(f"not exists (select 1 from transfer where {_OPEN})", TransferFault.NOT_OPEN)
NOT_RECUSED = Refuse(recused("{me}"), PeopleFault.RECUSED, MY_NAME)
MOMENT: Steps = (
    Refuse("{p.at|instant} is null", CaseFault.FIELD_MISSING, {"field": "'transfer.at'"}),
    Refuse("{p.at|instant} > {now}", TransferFault.IN_FUTURE),
)
_IN_ORDER = Refuse(_transfer_is("last_at > {p.at|instant}"), TransferFault.TIME_ORDER)


def _roles(action: Action) -> frozenset[Role]:
    return next(t.roles for t in TRANSITIONS if t.action is action)


def _by_the_team(action: Action) -> Refuse:
    """A handler acts on a transfer as a member of its team; others by their own role."""
    others = sorted(r.value for r in _roles(action) - {Role.HANDLER})
    by_role = "".join(
        " and not exists (select 1 from person_role where office_id = {office}"
        f" and person_id = {{me}} and role = '{role}'"
        " and (valid_from is null or valid_from <= {today})"
        " and (valid_to is null or valid_to >= {today}))"
        for role in others
    )
    return Refuse(
        f"not exists (select 1 from transfer_member where {IN_TEAM} and person_id = {{me}})"
        + by_role,
        TransferFault.NOT_IN_TEAM,
        MY_NAME,
    )


_EVENT: Mapping[str, str] = {
    "case_id": "{case}",
    "no": _NO,
    "seq": f"(select coalesce(max(seq), 0) + 1 from transfer_event where {TEAM})",
    "choice": "{p.choice}",
    "at": "{p.at|instant}",
    "recorded_at": "{now}",
    "recorded_by": "{me}",
    "reason": "{reason}",
    "detail": "{p.detail|json}",
}


def record(action: Action) -> Run:
    """The event of a step, with its own moment and what was stated."""
    return insert("transfer_event", {**_EVENT, "action": f"'{action.value}'"})


def _step(action: Action, *more: Refuse | Run) -> Effect:
    """One step: stage, moment and further guards, the event, then the stage it leads to.

    The event is written first: once the stage has ended there is no open transfer to write to.
    """
    rows = tuple(row for row in STEPS if row.action is action)
    guards: list[Refuse | Run] = [NOT_OPEN, _may(rows), NOT_RECUSED]
    if rows[0].moves:
        guards += [step for step in (*MOMENT, _IN_ORDER) if not isinstance(step, Each)]
    if Role.HANDLER in _roles(action):
        guards.append(_by_the_team(action))
    targets = " ".join(f"when {_holds(row)} then '{row.target}'" for row in rows)
    ended = ", ".join(f"'{s.value}'" for s in TransferStage if s.ended)
    moved = f"update transfer set stage = case {targets} end"
    moved += f", ended = case when case {targets} end in ({ended}) then 1 else 0 end"
    moved += ", last_at = {p.at|instant}" if rows[0].moves else ""
    writes = (record(action), Run(f"{moved} where {_OPEN}")) if rows[0].moves else ()
    return Effect(steps=(*guards, *more, *writes))


def _officer(condition: str) -> str:
    return (
        "not exists (select 1 from person where office_id = {office}"
        f" and person_id = {{i.person_id}} and {condition})"
    )


_HIS_NAME = {
    "name": "coalesce((select name from person where office_id = {office}"
    " and person_id = {i.person_id}), {i.person_id})"
}
_FIRST = next(row.target for row in STEPS if row.stage is None)

MEMBER: tuple[Refuse | Run, ...] = (
    Refuse(_officer("active = 1"), PeopleFault.INACTIVE, _HIS_NAME),
    Refuse(
        _officer("trim(enforcement_certificate) <> ''"),
        PeopleFault.HANDLER_NO_CERTIFICATE,
        _HIS_NAME,
    ),
    Refuse(
        _officer("(certificate_valid_to is null or certificate_valid_to >= {today})"),
        PeopleFault.HANDLER_CERTIFICATE_EXPIRED,
        {
            **_HIS_NAME,
            "date": "(select cast(certificate_valid_to as text) from person"
            " where office_id = {office} and person_id = {i.person_id})",
        },
    ),
    Refuse(recused("{i.person_id}"), PeopleFault.RECUSED, _HIS_NAME),
    # Who decided on the transfer is not in its team, neither then nor later.
    Refuse(
        f"exists (select 1 from transfer_event where {TEAM}"
        f" and action = '{Action.DECIDE_TRANSFER.value}' and recorded_by = {{i.person_id}})",
        TransferFault.APPROVER_IN_TEAM,
        _HIS_NAME,
    ),
    Run(
        "update transfer_member set left_at = null,"
        " joined_at = case when left_at = {now} then joined_at else {now} end"
        f" where {TEAM} and person_id = {{i.person_id}} and left_at is not null"
    ),
    insert(
        "transfer_member",
        {
            "case_id": "{case}",
            "no": _NO,
            "person_id": "{i.person_id}",
            "place": f"(select count(*) from transfer_member where {TEAM})",
            "name": _HIS_NAME["name"],
            "certificate": "(select enforcement_certificate from person"
            " where office_id = {office} and person_id = {i.person_id})",
            "joined_at": "{now}",
        },
        when=f"not exists (select 1 from transfer_member where {TEAM}"
        " and person_id = {i.person_id})",
    ),
)
TOO_FEW = Refuse(
    f"(select count(*) from transfer_member where {IN_TEAM}) < 2",
    TransferFault.TEAM_TOO_FEW,
    {"count": f"(select count(*) from transfer_member where {IN_TEAM})", "least": "2"},
)

_OPENED = Effect(
    steps=(
        Refuse(f"exists (select 1 from transfer where {_OPEN})", TransferFault.OPEN_ALREADY),
        NOT_RECUSED,
        *MOMENT,
        # An earlier day only shuts the gate for longer; a later one would open it.
        Refuse(
            "coalesce({p.opened_on|day_start} > {p.at|instant}, true)",
            CaseFault.FIELD_MISSING,
            {"field": "'transfer.at'"},
        ),
        insert(
            "transfer",
            {
                "case_id": "{case}",
                "no": f"(select coalesce(max(no), 0) + 1 from transfer where {HERE})",
                "stage": f"'{_FIRST}'",
                "destination": "{p.destination}",
                "opened_on": "{p.opened_on|date}",
                "last_at": "{p.at|instant}",
            },
        ),
        Each("team", MEMBER),
        TOO_FEW,
        record(Action.OPEN_TRANSFER),
    ),
)

_DECIDED = _step(
    Action.DECIDE_TRANSFER,
    Refuse(
        f"exists (select 1 from transfer_member where {TEAM} and person_id = {{me}})",
        TransferFault.APPROVER_IN_TEAM,
        MY_NAME,
    ),
    Refuse("{p.choice} = 'refused' and trim({reason}) = ''", TransferFault.REASON_MISSING),
)

_PREPARED = _step(
    Action.PREPARE_TRANSFER,
    Run(f"update transfer set attachments = {{p.attachments|json}} where {_OPEN}"),
)

_SERIES = "(select series || '移' from office where office_id = {office})"
_COUNTER = f"office_id = {{office}} and series = {_SERIES} and year = {{p.year|int}}"
_OWN = f"{HERE} and transfer_no = {_NO} and status <> 'void'"

_RESERVED = _step(
    Action.RESERVE_TRANSFER,
    Refuse(_transfer_is("attachments = ''"), TransferFault.NOT_PREPARED),
    Refuse(
        "coalesce({p.year|int}, 0) < 1949"
        " or substr(cast({p.dated|date} as text), 1, 4) <> cast({p.year|int} as text)"
        " or {p.dated} = ''",
        PersistenceFault.YEAR_MISMATCH,
        {"year": "{p.year}", "dated": "{p.dated}"},
    ),
    Run(
        "update transfer_number set status = 'void', void_reason = '跨年度未签发，另取新号',"
        f" voided_at = {{now}} where {_OWN} and status = 'reserved' and year <> {{p.year|int}}"
    ),
    # The counter row is the last thing taken that other cases wait for.
    Run(
        "insert into counter (office_id, series, year, last_no)"
        f" select {{office}}, {_SERIES}, {{p.year|int}}, 0"
        f" where not exists (select 1 from counter where {_COUNTER})"
        " on conflict (office_id, series, year) do nothing"
    ),
    Run(
        f"update counter set last_no = last_no + 1 where {_COUNTER}"
        f" and not exists (select 1 from transfer_number where {_OWN})"
    ),
    insert(
        "transfer_number",
        {
            "series": _SERIES,
            "year": "{p.year|int}",
            "no": f"(select last_no from counter where {_COUNTER})",
            "label": f"{_SERIES} || '〔' || cast({{p.year|int}} as text) || '〕' ||"
            f" cast((select last_no from counter where {_COUNTER}) as text) || '号'",
            "case_id": "{case}",
            "transfer_no": _NO,
            "status": "'reserved'",
            "reserved_by": "{me}",
            "reserved_at": "{now}",
        },
        when=f"not exists (select 1 from transfer_number where {_OWN})",
    ),
    Run(
        f"update transfer set number = (select label from transfer_number where {_OWN}),"
        f" dated = {{p.dated|date}} where {_OPEN}"
    ),
)

_ISSUED = _step(
    Action.ISSUE_TRANSFER,
    Refuse(_transfer_is("attachments = ''"), TransferFault.NOT_PREPARED),
    Refuse(_transfer_is("number = '' or dated is null"), TransferFault.NUMBER_FIRST),
    *(step for step in document("transfer", required=True) if not isinstance(step, Each)),
    Run(f"update transfer set letter_sha256 = {{p.document.sha256}} where {_OPEN}"),
    Run(f"update transfer_number set status = 'issued' where {_OWN} and status = 'reserved'"),
)

TRANSFER_EFFECTS: Mapping[Action, Effect] = {
    **{action: _step(action) for action in TRANSFER_ACTIONS if action is not Action.OPEN_TRANSFER},
    Action.OPEN_TRANSFER: _OPENED,
    Action.DECIDE_TRANSFER: _DECIDED,
    Action.PREPARE_TRANSFER: _PREPARED,
    Action.RESERVE_TRANSFER: _RESERVED,
    Action.ISSUE_TRANSFER: _ISSUED,
}

# Art. 11: no penalty in place of a transfer. A decision that is older than the suspicion stands.
NO_SUBSTITUTE = Refuse(
    "{c.kind} = 'penalty' and "
    + _transfer_is(
        "stage in ("
        + ", ".join(f"'{s.value}'" for s in TransferStage if not s.sent)
        + ") and opened_on <= {p.decided_on|date}"
    ),
    TransferFault.NO_SUBSTITUTE,
)
