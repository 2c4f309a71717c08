"""What the record, the escalation and the meeting's result write on a case.

Lives here: their guards and writes, in the language of `writes`. Must not: consultation and
objection (`dispute_effects`), the meeting itself (`meeting_effects`).
"""

from collections.abc import Mapping

from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.dispute_effects import (
    NOT_PENDING,
    OBJECTED,
    RESULT,
    STANDING,
)
from sanzhi_desktop.persistence.effect_parts import (
    HERE,
    MY_NAME,
    THIS_ROUND,
    document,
    insert,
    recused,
)
from sanzhi_desktop.persistence.writes import Each, Effect, Moves, Refuse, Run, Steps

_NUMBER = {"number": "{i.number|int}"}
_OBJECTION_POINT = f"{THIS_ROUND} and number = {{i.number|int}}"

_NEWEST = f"(select max(edition) from record_edition where {THIS_ROUND})"
_RECORD = f"select 1 from record_edition where {THIS_ROUND} and edition = {_NEWEST}"
_NO_RECORD = Refuse(f"not exists ({_RECORD})", DisputeFault.NO_RECORD)

_REPLIED: Steps = (
    Refuse(f"not exists ({OBJECTED})", DisputeFault.NO_OBJECTION),
    Refuse(f"exists ({OBJECTED} and replied_at is null)", DisputeFault.NOT_REPLIED),
)

FREEZE_RECORD = Effect(
    steps=(
        NOT_PENDING,
        *_REPLIED,
        *document("record_prepared", required=True),
        insert(
            "record_edition",
            {
                "case_id": "{case}",
                "round": "{round}",
                "edition": f"coalesce({_NEWEST}, 0) + 1",
                "content": "{p.content}",
                "content_sha256": "{p.content|text_digest}",
                "prepared_sha256": "{p.document.sha256}",
                "frozen_by": "{me}",
                "frozen_at": "{now}",
            },
        ),
    ),
)


def _signed(column: str, seen: str) -> Steps:
    return (
        Refuse(f"exists ({_RECORD} and {seen} <> {{p.seen_sha256}})", DisputeFault.RECORD_CHANGED),
        Refuse(recused("{me}"), PeopleFault.RECUSED, MY_NAME),
        *document("record_certified" if column == "certified" else "record", required=True),
        Run(
            f"update record_edition set {column}_sha256 = {{p.document.sha256}},"
            f" {column}_by = {{me}}, {column}_at = {{now}}"
            + (", complete = 1" if column == "signed" else "")
            + f" where {THIS_ROUND} and edition = {_NEWEST}"
        ),
    )


CERTIFY_RECORD = Effect(
    steps=(
        NOT_PENDING,
        _NO_RECORD,
        Refuse(f"exists ({_RECORD} and certified_at is not null)", DisputeFault.RECORD_SIGNED),
        *_signed("certified", "prepared_sha256"),
    ),
)

SIGN_RECORD = Effect(
    steps=(
        NOT_PENDING,
        _NO_RECORD,
        Refuse(f"exists ({_RECORD} and certified_at is null)", DisputeFault.RECORD_NOT_CERTIFIED),
        Refuse(f"exists ({_RECORD} and complete = 1)", DisputeFault.RECORD_SIGNED),
        *_signed("signed", "certified_sha256"),
    ),
)

_FROZEN_AT = f"(select frozen_at from record_edition where {THIS_ROUND} and edition = {_NEWEST})"
_PLACE = f"(select max(place) from escalation where {THIS_ROUND})"

ESCALATE = Effect(
    steps=(
        *_REPLIED,
        Refuse(f"exists ({STANDING})", DisputeFault.ALREADY_ESCALATED),
        Refuse(
            f"exists (select 1 from consultation where {THIS_ROUND} and closed_at is null)",
            DisputeFault.CONSULTATION_OPEN,
        ),
        _NO_RECORD,
        Refuse(f"exists ({_RECORD} and complete = 0)", DisputeFault.RECORD_NOT_SIGNED),
        Refuse(
            f"exists ({OBJECTED} and replied_at > {_FROZEN_AT})"
            f" or exists (select 1 from consultation where {THIS_ROUND}"
            f" and closed_at > {_FROZEN_AT})",
            DisputeFault.RECORD_OUTDATED,
        ),
        insert(
            "escalation",
            {
                "case_id": "{case}",
                "round": "{round}",
                "place": f"coalesce({_PLACE}, 0) + 1",
                "edition": _NEWEST,
                "escalated_by": "{me}",
                "escalated_at": "{now}",
                "escalated_on": "{today}",
                "reason": "{reason}",
            },
        ),
        Each(
            "points",
            (
                Refuse(
                    f"not exists (select 1 from objection_point where {_OBJECTION_POINT}"
                    " and stance = 'maintained')",
                    DisputeFault.POINT_UNKNOWN,
                    _NUMBER,
                ),
                insert(
                    "escalation_point",
                    {
                        "case_id": "{case}",
                        "round": "{round}",
                        "place": _PLACE,
                        "number": "{i.number|int}",
                    },
                ),
            ),
        ),
        Refuse(
            f"not exists (select 1 from escalation_point where {THIS_ROUND} and place = {_PLACE})",
            DisputeFault.NOTHING_OPEN,
        ),
    ),
    kinds=frozenset({"case", "meeting"}),
)

_ON_AGENDA = (
    "select 1 from agenda_item a join meeting m on m.office_id = a.office_id"
    " and m.meeting_id = a.meeting_id where a.office_id = {office} and a.case_id = {case}"
    " and a.round = {round} and a.state <> 'dropped' and m.state <> 'cancelled'"
)

WITHDRAW_ESCALATION = Effect(
    steps=(
        Refuse(f"not exists ({STANDING})", DisputeFault.NOT_ESCALATED),
        Refuse(f"exists ({_ON_AGENDA})", DisputeFault.ON_AGENDA),
        Run(
            "update escalation set withdrawn_at = {now}"
            f" where {THIS_ROUND} and withdrawn_at is null"
        ),
    ),
    kinds=frozenset({"case", "meeting"}),
)

_MEETING = "office_id = {office} and meeting_id = {p.meeting_id}"
_DECIDED = (
    "select 1 from agenda_item a join meeting m on m.office_id = a.office_id"
    " and m.meeting_id = a.meeting_id where a.office_id = {office}"
    " and a.meeting_id = {p.meeting_id} and a.case_id = {case} and a.round = {round}"
    " and a.state = 'closed' and m.signed = 1"
)
# Every problem of the round was decided for the unit or given up by the reviewers; one that the
# unit agreed to treat has to be reviewed again first.
_PERMITS = (
    "not exists (select 1 from problem pr where pr.office_id = {office} and pr.case_id = {case}"
    " and pr.round = {round}"
    " and not exists (select 1 from ruling r where r.office_id = {office}"
    " and r.meeting_id = {p.meeting_id} and r.case_id = {case} and r.number = pr.number"
    " and (r.ruling = 'adopt' or r.permits = 1))"
    " and not exists (select 1 from objection_point o where o.office_id = {office}"
    " and o.case_id = {case} and o.number = pr.number and o.stance = 'accepted')"
    " and not exists (select 1 from consultation_point q join consultation k"
    " on k.office_id = q.office_id and k.case_id = q.case_id"
    " and k.consultation_id = q.consultation_id where q.office_id = {office}"
    " and q.case_id = {case} and q.number = pr.number and q.agreement = 'review_yields'"
    " and k.closed_at is not null))"
)
_KIND = f"(select kind from round where {THIS_ROUND})"
_RULES_CLEAR = (
    "exists (select 1 from profile_edition where office_id = {office}"
    " and profile_id = {c.profile_id} and edition = {c.profile_edition}"
    f" and replace(clears, ',' || {_KIND} || ',', '') <> clears)"
)
_CLEARS = (
    f"({_KIND} <> 'penalty' and {_RULES_CLEAR} and {_PERMITS} and {{c.edited_round}} <> {{round}})"
)
_LATEST = f"(select minutes_sha256 from meeting where {_MEETING})"


def _of_round(column: str) -> str:
    return f"(select {column} from round where {THIS_ROUND})"


_RECORD_RESULT: Steps = (
    Refuse(f"not exists ({STANDING})", DisputeFault.NOT_ESCALATED),
    Refuse(f"exists ({RESULT})", DisputeFault.ALREADY_RECORDED),
    Refuse(f"not exists ({_DECIDED})", DisputeFault.NOT_DECIDED),
    insert(
        "dispute_result",
        {
            "case_id": "{case}",
            "round": "{round}",
            "meeting_id": "{p.meeting_id}",
            "held_on": f"(select held_on from meeting where {_MEETING})",
            "signed": "1",
            "item_state": "'closed'",
            "for_unit": f"(case when {_PERMITS} then 1 else 0 end)",
            "permits": f"(case when {_KIND} <> 'penalty' and {_PERMITS} then 1 else 0 end)",
            "kind": _KIND,
            **{c: _of_round(c) for c in ("party_name", "party_number", "amount_fen")},
            "minutes_sha256": _LATEST,
            "recorded_by": "{me}",
            "recorded_at": "{now}",
        },
    ),
    insert(
        "document",
        {
            "case_id": "{case}",
            "sha256": _LATEST,
            "round": "{round}",
            "kind": "'minutes'",
            "size": "(select length(content) from minutes where office_id = {office}"
            f" and sha256 = {_LATEST})",
            "content": "(select content from minutes where office_id = {office}"
            f" and sha256 = {_LATEST})",
            "stored_by": "{me}",
            "stored_at": "{now}",
        },
        when=f"not exists (select 1 from document where {HERE} and sha256 = {_LATEST})",
    ),
)

DISCUSS = Effect(
    steps=(Refuse(f"exists ({_DECIDED}) and {_CLEARS}", DisputeFault.CLEARS), *_RECORD_RESULT),
    kinds=frozenset({"case", "meeting"}),
)

DISCUSS_CLEAR = Effect(
    steps=(
        Refuse(f"not exists ({STANDING})", DisputeFault.NOT_ESCALATED),
        Refuse(f"not exists ({_DECIDED})", DisputeFault.NOT_DECIDED),
        Refuse("{c.edited_round} = {round}", DisputeFault.CHANGED_SINCE),
        Refuse(f"not {_CLEARS}", DisputeFault.DOES_NOT_CLEAR),
        *_RECORD_RESULT,
        insert(
            "clearance",
            {
                "clearance_id": "{cmd}",
                "case_id": "{case}",
                "round": "{round}",
                "origin": "'collective_decision'",
                **{
                    c: _of_round(c)
                    for c in (
                        "outcome",
                        "issued",
                        "kind",
                        "party_name",
                        "party_number",
                        "amount_fen",
                        "materials_digest",
                    )
                },
                "meeting_id": "{p.meeting_id}",
                "permits": "1",
                "opened_at": "{now}",
            },
        ),
    ),
    kinds=frozenset({"case", "meeting"}),
)

# Generated from the history as it stands; a later one stands beside it.
KEEP_SHEET = Effect(steps=document("responsibility", required=True), moves=Moves.NOTHING)

EFFECTS: Mapping[Action, Effect] = {
    Action.KEEP_SHEET: KEEP_SHEET,
    Action.FREEZE_RECORD: FREEZE_RECORD,
    Action.CERTIFY_RECORD: CERTIFY_RECORD,
    Action.SIGN_RECORD: SIGN_RECORD,
    Action.ESCALATE: ESCALATE,
    Action.WITHDRAW_ESCALATION: WITHDRAW_ESCALATION,
    Action.DISCUSS: DISCUSS,
    Action.DISCUSS_CLEAR: DISCUSS_CLEAR,
}
