"""What the actions after the opinion write: answers to problems, the decision, its adoption.

Lives here: their guards and writes, in the language of `writes`. Must not: who may act from
which state (that is `domain.workflow`).
"""

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.persistence.effect_parts import HERE, THIS_ROUND, findable, round_is
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.transfer_effects import NO_SUBSTITUTE
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

_PROBLEM = f"{HERE} and number = {{i.number|int}}"


def _per_problem(items: str, scope: str, columns: str, *guards: Refuse) -> Each:
    missing = Refuse(
        f"not exists (select 1 from problem where {_PROBLEM}{scope})",
        PersistenceFault.NO_SUCH_PROBLEM,
        {"number": "{i.number|int}"},
    )
    return Each(items, (missing, *guards, Run(f"update problem set {columns} where {_PROBLEM}")))


RESPOND = Effect(
    steps=(
        _per_problem(
            "responses", " and round = {round}", "response = {i.response}, responded_by = {me}"
        ),
    ),
)
ADOPT = Effect(
    steps=(
        _per_problem(
            "adoptions",
            "",
            "adoption = {i.adoption|null}, adoption_reason = {i.reason}",
            Refuse(
                "{i.adoption} <> 'full' and trim({i.reason}) = ''",
                CaseFault.ADOPTION_REASON,
                {"number": "{i.number|int}"},
            ),
        ),
    ),
)

_OPEN = f"select 1 from clearance where {HERE} and open = 1"
_SAME = (
    " and kind = {p.kind} and party_name = {p.party_name} and party_number = {p.party_number}"
    " and amount_fen = {p.amount_fen|int}"
)


def _first_difference(said: str) -> str:
    """What is said of the first column in which the decision differs from what was cleared."""
    readings = {"kind": "", "party_name": "", "party_number": "", "amount_fen": "|int"}
    cases = " ".join(
        f"when {name} <> {{p.{name}{reading}}} then "
        + said.replace("{name}", name).replace("{reading}", reading)
        for name, reading in readings.items()
    )
    return f"(select case {cases} end from clearance where {HERE} and open = 1)"


_DIFFERENCE = {
    "field": _first_difference("'{name}'"),
    "cleared": _first_difference("cast({name} as text)"),
    "given": _first_difference("cast({p.{name}{reading}} as text)"),
}

REGISTER_DECISION = Effect(
    steps=(
        Refuse(f"not exists ({_OPEN})", CaseFault.GATE_SHUT),
        Refuse(f"not exists ({_OPEN}{_SAME})", CaseFault.DIFFERS_FROM_CLEARED, _DIFFERENCE),
        NO_SUBSTITUTE,
        *(
            Refuse(
                f"trim({{p.{name}}}, ' 　') = ''",
                CaseFault.FIELD_MISSING,
                {"field": f"'decision.{name}'"},
            )
            for name in ("number", "content", "decided_on")
        ),
        Refuse(
            "{p.decided_on|date} > {today}",
            CaseFault.IN_FUTURE,
            {
                "field": "'decision.decided_on'",
                "date": "{p.decided_on}",
                "today": "cast({today} as text)",
            },
        ),
        # Discussion after the decision is none (集体讨论应当在决定之前).
        Refuse(
            f"exists (select 1 from dispute_result where {HERE}"
            " and held_on > {p.decided_on|date})",
            DisputeFault.MEETING_AFTER_DECISION,
            {
                "date": f"(select cast(max(held_on) as text) from dispute_result where {HERE})",
                "decided": "{p.decided_on}",
            },
        ),
        Refuse(
            round_is("dated > {p.decided_on|date}"),
            CaseFault.DATE_ORDER,
            {
                "first": "'opinion.dated'",
                "second": "'decision.decided_on'",
                "earlier": f"(select cast(dated as text) from round where {THIS_ROUND})",
                "later": "{p.decided_on}",
            },
        ),
        Run(
            "insert into decision (office_id, case_id, clearance_id, kind, party_name,"
            " party_number, amount_fen, number, decided_on, content, registered_by, registered_at,"
            " readers)"
            " select office_id, case_id, clearance_id, {p.kind}, {p.party_name}, {p.party_number},"
            " {p.amount_fen|int}, {p.number}, {p.decided_on|date}, {p.content}, {me}, {now},"
            " {readers}"
            f" from clearance where {HERE} and open = 1{_SAME}"
        ),
    ),
    case=findable("{p.number|fold}"),
)
