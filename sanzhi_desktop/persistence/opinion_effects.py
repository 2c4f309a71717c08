"""What an opinion must contain before it is certified, as far as rows can tell.

Lives here: the guards of certifying, in the language of `writes`; they repeat
`application.review.check_ready` and `application.drafting.check_draft` with the same codes. Which
items a round asks and which of them are vetoes is a matter of the rules: whoever assigns the
reviewer hands both in, and they stand with the round, out of the reviewer's reach. Must not: know
an item.
"""

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.persistence.effect_parts import THIS_ROUND
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.writes import Refuse, Run, Steps

# With the assignment: ',A01,A02,'. Not handed in, nothing is known of them.
ITEMS = Run(
    f"update round set items = {{p.items|listed}}, vetoes = {{p.vetoes|listed}} where {THIS_ROUND}"
)


def _named(column: str) -> str:
    """Whether a list of the round names the item of an answer."""
    return f"replace(r.{column}, ',' || a.item_id || ',', ',') <> r.{column}"


_OF_ROUND = "a.office_id = r.office_id and a.case_id = r.case_id and a.round = r.round"
_MINE = "r.office_id = {office} and r.case_id = {case} and r.round = {round}"
_OPEN = (
    "(select length(r.items) - length(replace(r.items, ',', '')) - 1"
    f" - (select count(*) from answer a where {_OF_ROUND} and {_named('items')})"
    f" from round r where {_MINE})"
)
_FAILED = (
    "from answer a, round r where a.office_id = {office} and a.case_id = {case}"
    f" and a.round = {{round}} and {_MINE} and a.answer = 'FAILS' and {_named('vetoes')}"
)
_BARE = (
    f"from answer where {THIS_ROUND} and answer = 'FAILS'"
    " and (trim(note) = '' or trim(evidence) = '')"
)

READY: Steps = (
    Refuse(f"{_OPEN} > 0", PersistenceFault.ITEMS_UNANSWERED, {"count": _OPEN}),
    Refuse(
        f"exists (select 1 {_BARE})",
        CaseFault.ANSWERS_UNEXPLAINED,
        {"count": f"(select count(*) {_BARE})", "items": f"(select min(item_id) {_BARE})"},
    ),
    Refuse(
        "{p.outcome} = 'AGREE' and trim({p.opinion.override_reason}) = ''"
        f" and exists (select 1 {_FAILED})",
        CaseFault.OUTCOME_RULED_OUT,
        {"items": f"(select min(a.item_id) {_FAILED})", "outcome": "'同意'"},
    ),
    Refuse("trim({p.opinion.reasons}) = ''", CaseFault.REASONS_MISSING),
    Refuse(
        "{p.outcome} in ('TRANSFER_ADMIN', 'TRANSFER_CRIME')"
        " and trim({p.opinion.transfer_to}) = ''",
        CaseFault.FIELD_MISSING,
        {"field": "'opinion.transfer_to'"},
    ),
)

# Of each problem, in the list of the command.
WHOLE = tuple(
    Refuse(
        f"trim({{i.{part}}}) = ''",
        CaseFault.PROBLEM_INCOMPLETE,
        {"number": "{i.number|int}", "field": f"'problem.{part}'"},
    )
    for part in ("finding", "basis", "evidence", "suggestion")
)
# When the problems of the round are written.
NAMED = Refuse(
    f"{{p.outcome}} <> 'AGREE' and not exists (select 1 from problem where {THIS_ROUND})",
    CaseFault.PROBLEMS_NONE,
    {"outcome": "{p.outcome}"},
)
