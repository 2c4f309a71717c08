"""What asking an expert writes: the register, the question, the advice, and the clock.

Lives here: guards and writes in the language of `writes`. Must not: any way from advice to an
opinion; advice is a paper of the case and nothing more.
"""

from collections.abc import Mapping

from sanzhi_desktop.domain.dispute import ExpertFault
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.dispute_effects import files
from sanzhi_desktop.persistence.effect_parts import HERE, THIS_ROUND, clock, insert
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

_EXPERT = "office_id = {office} and expert_id = {p.expert_id}"
_NAME = {"name": f"(select name from expert where {_EXPERT})"}
_CLASH = (
    "(case when person_id <> ''"
    " and replace({c.handler_codes}, ',' || person_id || ',', '') <> {c.handler_codes}"
    " then '本案承办人' when unit <> '' and unit = {c.unit} then unit"
    " when replace(conflicts, '\n' || {c.party_name} || '\n', '') <> conflicts"
    " then {c.party_name} else '' end)"
)

PUT_EXPERT = Effect(
    steps=(
        Refuse("trim({p.name}) = ''", ExpertFault.NAME_MISSING),
        Refuse("{p.valid_to|date} < {p.valid_from|date}", ExpertFault.TERM_ORDER,
               {"name": "{p.name}"}),
        insert(
            "expert",
            {
                "expert_id": "{p.expert_id}",
                "name": "{p.name}",
                "kind": "{p.kind}",
                "speciality": "{p.speciality}",
                "unit": "{p.unit}",
                "person_id": "{p.person_id}",
                "valid_from": "{p.valid_from|date}",
                "valid_to": "{p.valid_to|date}",
                "conflicts": "{p.conflicts}",
                "active": "{p.active|flag_on}",
            },
            after="on conflict (office_id, expert_id) do update set "
            + ", ".join(
                f"{c} = excluded.{c}"
                for c in ("name", "kind", "speciality", "unit", "person_id", "valid_from",
                          "valid_to", "conflicts", "active")
            ),
        ),
    ),
    kinds=frozenset({"experts"}),
)  # fmt: skip

_REQUEST = f"{HERE} and request_id = {{p.request_id}}"
_OPEN = "answered_at is null and withdrawn_at is null"
STILL_OPEN = Refuse(
    f"exists (select 1 from expert_request where {THIS_ROUND} and {_OPEN})",
    ExpertFault.STILL_OPEN,
    {"name": f"(select min(expert_name) from expert_request where {THIS_ROUND} and {_OPEN})"},
)
# The clock stops with the first question of a round and runs on with the last answer.
_ALONE = (
    "{c.state} = 'reviewing' and not exists (select 1 from expert_request"
    f" where {THIS_ROUND} and {_OPEN} and request_id <> {{p.request_id}})"
)

ASK_EXPERT = Effect(
    steps=(
        Refuse(f"not exists (select 1 from expert where {_EXPERT})", ExpertFault.UNKNOWN),
        Refuse(
            f"not exists (select 1 from expert where {_EXPERT} and active = 1"
            " and (valid_from is null or valid_from <= {today})"
            " and (valid_to is null or valid_to >= {today}))",
            ExpertFault.OUT_OF_TERM,
            {**_NAME, "date": "{today}"},
        ),
        Refuse(
            f"exists (select 1 from expert where {_EXPERT} and {_CLASH} <> '')",
            ExpertFault.CONFLICT,
            {**_NAME, "conflict": f"(select {_CLASH} from expert where {_EXPERT})"},
        ),
        Refuse("trim({p.question}) = ''", ExpertFault.QUESTION_MISSING),
        clock("suspend", when=_ALONE, cause="'expert'"),
        insert(
            "expert_request",
            {
                "case_id": "{case}",
                "request_id": "{p.request_id}",
                "round": "{round}",
                "expert_id": "{p.expert_id}",
                "expert_name": _NAME["name"],
                "expert_kind": f"(select kind from expert where {_EXPERT})",
                "question": "{p.question}",
                "asked_by": "{me}",
                "asked_at": "{now}",
            },
        ),
        Each(
            "materials",
            (
                Refuse(
                    f"not exists (select 1 from material where {HERE}"
                    " and material_id = {i.material_id})",
                    ExpertFault.MATERIAL_UNKNOWN,
                ),
                insert(
                    "expert_material",
                    {
                        "case_id": "{case}",
                        "request_id": "{p.request_id}",
                        "material_id": "{i.material_id}",
                        "name": f"(select name from material where {HERE}"
                        " and material_id = {i.material_id})",
                        "sha256": f"(select sha256 from material where {HERE}"
                        " and material_id = {i.material_id})",
                    },
                ),
            ),
        ),
    ),
)

_NOT_OPEN = Refuse(
    f"not exists (select 1 from expert_request where {_REQUEST} and {_OPEN})",
    ExpertFault.NOT_OPEN,
)
_RESUME = clock(
    "resume",
    when=f"{_ALONE} and exists (select 1 from expert_request where {_REQUEST}"
    " and round = {round})",
    cause="'expert'",
)

EXPERT_ANSWER = Effect(
    steps=(
        _NOT_OPEN,
        Refuse("trim({p.answer}) = ''", ExpertFault.ANSWER_MISSING),
        Run(
            "update expert_request set answer = {p.answer}, answered_at = {now},"
            f" recorded_by = {{me}} where {_REQUEST}"
        ),
        files("{p.request_id}"),
        _RESUME,
    ),
)

EXPERT_WITHDRAW = Effect(
    steps=(
        _NOT_OPEN,
        Run(
            "update expert_request set withdrawn_at = {now}, withdrawn_because = {reason}"
            f" where {_REQUEST}"
        ),
        _RESUME,
    ),
)

EFFECTS: Mapping[Action, Effect] = {
    Action.ASK_EXPERT: ASK_EXPERT,
    Action.EXPERT_ANSWER: EXPERT_ANSWER,
    Action.EXPERT_WITHDRAW: EXPERT_WITHDRAW,
}
