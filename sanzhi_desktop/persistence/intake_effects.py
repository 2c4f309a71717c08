"""What the actions before the review write: registering, confirming, correcting, accepting.

Lives here: their guards and writes, in the language of `writes`. Must not: who may act from
which state (that is `domain.workflow`).
"""

from sanzhi_desktop.application.confirmation import ConfirmationFault
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.case_period import CasePeriodFault
from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.persistence.blob_effects import STORED
from sanzhi_desktop.persistence.dispute_effects import NOT_PENDING
from sanzhi_desktop.persistence.effect_parts import (
    CLOSE_CLEARANCE,
    HERE,
    STOP,
    THIS_ROUND,
    clock,
    document,
    insert,
    round_is,
)
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.folding import BETWEEN
from sanzhi_desktop.persistence.writes import Each, Effect, Moves, Refuse, Run

# The submission's own columns, taken from its JSON by the database, never from the client.
_SUBMISSION = {
    "submission": "{p.submission|submission}",
    "name": "{p.submission.name}",
    "sort_key": "{p.sort_key}",
    "kind": "{p.submission.kind}",
    "party_name": "{p.submission.party.name}",
    "party_number": "{p.submission.party.number}",
    "amount_fen": "{p.submission.amount_fen|int}",
    "agency": "{p.submission.agency}",
    "file_number": "{p.submission.file_number}",
    "handler_codes": "{p.submission.handlers|codes}",
}

_FINDER = f" || '{BETWEEN}' || ".join(
    f"{{p.submission.{part}|fold}}"
    for part in ("name", "party.name", "party.number", "file_number")
)

_MATERIAL = insert(
    "material",
    {
        "case_id": "{case}",
        "material_id": "{i.material_id}",
        "place": "{index}",
        "code": "{i.code}",
        "name": "{i.name}",
        "pages": "{i.pages|int?}",
        "original": "{i.original|flag_on}",
        "sha256": "{i.sha256}",
        "size": "{i.size|int}",
        "file_name": "{i.file_name}",
        "waived": "{i.waived}",
    },
)

REGISTER = Effect(
    steps=(
        Refuse("not {p.submission|has}", PersistenceFault.BAD_PAYLOAD, {"field": "'submission'"}),
        insert(
            "case_",
            {
                "case_id": "{case}",
                "version": "1",
                "state": "{target}",
                "round": "0",
                **_SUBMISSION,
                "finder": _FINDER,
                "unit": "{p.unit}",
                "registered_by": "{me}",
                "registered_at": "{now}",
                "due_on": "{p.due_on|date}",
                "profile_id": "{p.profile_id}",
                "profile_edition": "{p.profile_edition}",
                "updated_at": "{now}",
            },
        ),
        Run(
            "insert into unit (office_id, name) values ({office}, {p.unit})"
            " on conflict (office_id, name) do nothing",
            when="{p.unit} <> ''",
        ),
        Each("materials", (STORED, _MATERIAL)),
    ),
)

EDIT = Effect(
    steps=(
        NOT_PENDING,
        Run(
            "insert into unit (office_id, name) values ({office}, {p.submission.unit})"
            " on conflict (office_id, name) do nothing",
            when="coalesce({p.submission.unit}, '') <> ''",
        ),
        Run(f"delete from material where {HERE}", when="{p.materials|has}"),
        Each("materials", (STORED, _MATERIAL)),
        CLOSE_CLEARANCE,
    ),
    case={
        column: f"case when {{p.submission|has}} then {value} else {column} end"
        for column, value in {
            **_SUBMISSION,
            "finder": f"{_FINDER} || numbers",
            "unit": "{p.submission.unit}",
        }.items()
    }
    | {"edited_round": "case when {c.state} = 'responding' then {round} else edited_round end"},
)

_ROUND_NOW = (
    "(case when {c.state} = 'draft' then 1 when {c.state} = 'responding' then {round} + 1"
    " else {round} end)"
)
_ROUND_COLUMNS = {
    "submission": "{c.submission}",
    "kind": "{c.kind}",
    "party_name": "{c.party_name}",
    "party_number": "{c.party_number}",
    "amount_fen": "{c.amount_fen}",
    "handler_codes": "{c.handler_codes}",
    "submitted_by": "{me}",
    "submitted_at": "{now}",
    "declared": "1",
}

_UNANSWERED = f"{THIS_ROUND} and trim(response) = ''"

CONFIRM = Effect(
    steps=(
        Refuse("{p.declared|flag} = 0", CaseFault.NOT_DECLARED),
        Refuse(f"{{c.state}} = 'responding' and ({NOT_PENDING.when})", DisputeFault.PENDING),
        Refuse(
            "{p.round_reason} = 'review_of_review' and "
            + round_is("outcome <> 'AGREE'")
            + f" and not exists (select 1 from objection where {THIS_ROUND})",
            DisputeFault.NO_OBJECTION,
        ),
        Refuse(
            f"{{c.state}} = 'responding' and exists (select 1 from problem where {_UNANSWERED})",
            CaseFault.RESPONSE_MISSING,
            {"number": f"(select min(number) from problem where {_UNANSWERED})"},
        ),
        insert(
            "round",
            {
                "case_id": "{case}",
                "round": _ROUND_NOW,
                "reason": "{p.round_reason}",
                **_ROUND_COLUMNS,
            },
            when=f"not exists (select 1 from round where {HERE} and round = {_ROUND_NOW})",
        ),
        Run(
            "update round set "
            + ", ".join(f"{column} = {value}" for column, value in _ROUND_COLUMNS.items())
            + f", reason = case when {{c.state}} = 'correction' then reason"
            " else {p.round_reason} end"
            f" where {HERE} and round = {_ROUND_NOW}",
        ),
        clock("start_receipt", when="{c.state} <> 'correction'", round_=_ROUND_NOW),
        clock("resume", when="{c.state} = 'correction'", cause="'correction'"),
    ),
    case={
        "round": _ROUND_NOW,
        "received_at": "case when {c.state} = 'correction' then received_at else {now} end",
        "accepted_at": "null",
        "reviewer": "''",
        "sent_from": "{c.state}",
        "sent_version": "{c.version} + 1",
    },
)

ASK_CORRECTION = Effect(
    steps=(
        *document("correction", required=False),
        clock("suspend", cause="'correction'", number="{p.days.number|int}", unit="{p.days.unit}"),
    ),
)

ACCEPT = Effect(
    steps=(
        Refuse(
            "{p.received_on|day_start} > {c.received_at}",
            PersistenceFault.RECEIVED_LATER,
            {"received_on": "{p.received_on}"},
        ),
        Run(
            "update clock_event set at = {p.received_on|day_start}, cause = 'paper'"
            f" where {THIS_ROUND} and event = 'start_receipt'",
            when="{p.received_on} <> ''",
        ),
        clock("start_acceptance"),
    ),
    case={
        "accepted_at": "{now}",
        "received_at": "coalesce({p.received_on|day_start}, received_at)",
        "scope": "{p.scope|json}",
    },
)

EXTEND_CASE = Effect(
    steps=(
        Refuse(
            "{p.number|int} < 1 or trim({p.approver}) = '' or trim({p.paper}) = ''"
            " or {p.approved_on} = ''",
            CasePeriodFault.INCOMPLETE,
        ),
        Refuse(
            "{p.approved_on|date} > {today}",
            CaseFault.IN_FUTURE,
            {
                "field": "'approved_on'",
                "date": "{p.approved_on}",
                "today": "cast({today} as text)",
            },
        ),
        *document("case_extension", required=False),
        clock(
            "extend_case",
            at="{p.approved_on|day_start}",
            cause="{p.paper}",
            number="{p.number|int}",
            unit="{p.unit}",
            approver="{p.approver}",
        ),
    ),
    moves=Moves.NOTHING,
)

# The database cannot ask for the password again; it refuses a step that says nobody did.
_CONFIRMED = Refuse(
    "{p.confirmed.by} <> 'password' and ({p.confirmed.by} <> 'sample' or not exists"
    " (select 1 from office where office_id = {office} and sample = 1))",
    ConfirmationFault.MISSING,
)
_SCOPE = {"scope": "{p.scope|json}"}

RETURN = Effect(steps=(_CONFIRMED, *document("return", required=True), STOP), case=_SCOPE)
NOT_NEEDED = Effect(steps=(_CONFIRMED, *document("not_needed", required=True)), case=_SCOPE)
