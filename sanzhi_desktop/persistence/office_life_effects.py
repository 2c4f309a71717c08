"""What the verbs of office life write: 查收, 撤回, 催办, 加签.

Lives here: their guards and writes, in the language of `writes`. Must not: who may act from
which state (that is `domain.workflow`).
"""

from sanzhi_desktop.domain.office_life import OfficeLifeFault
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.effect_parts import HERE, THIS_ROUND, clock, insert
from sanzhi_desktop.persistence.writes import Effect, Moves, Refuse, Run

_OPENED = f"from opening where {HERE} and version >= {{c.sent_version}}"
_FIRST_TO_OPEN = (
    "(select coalesce(max(p.name), '') from person p join opening o on o.office_id = p.office_id"
    " and o.person_id = p.person_id where o.office_id = {office} and o.case_id = {case}"
    " and o.version >= {c.sent_version})"
)
_UNOPENED = Refuse(f"exists (select 1 {_OPENED})", OfficeLifeFault.OPENED, {"name": _FIRST_TO_OPEN})


def _sent_from(state: State) -> Refuse:
    return Refuse(
        f"{{c.sent_from}} <> '{state.value}'",
        OfficeLifeFault.NOT_SENT_FROM,
        {"state": "{c.sent_from}"},
    )


OPEN = Effect(
    steps=(
        insert(
            "opening",
            {
                "case_id": "{case}",
                "version": "{c.version}",
                "person_id": "{me}",
                "opened_at": "{now}",
            },
            # Not "on conflict": a wall of SQLite hears every insert over a row that stands.
            when=f"not exists (select 1 from opening where {HERE} and version = {{c.version}}"
            " and person_id = {me})",
        ),
    ),
    moves=Moves.NOTHING,
)

_TAKEN_BACK = {"received_at": "null", "due_on": "null"}
_ROUND_BACK = {**_TAKEN_BACK, "round": "{round} - 1"}
RECALL = Effect(steps=(_UNOPENED, _sent_from(State.DRAFT), clock("recall")), case=_ROUND_BACK)
RECALL_AGAIN = Effect(
    steps=(_UNOPENED, _sent_from(State.RESPONDING), clock("recall")), case=_ROUND_BACK
)
# The correction goes on where it stood: the clock is suspended again from today.
RECALL_CORRECTION = Effect(
    steps=(
        _UNOPENED,
        _sent_from(State.CORRECTION),
        clock("suspend", cause="'correction'"),
    ),
)
RECALL_OPINION = Effect(
    steps=(
        _UNOPENED,
        Run(
            f"update round set certified_sha256 = '', certified_at = null where {THIS_ROUND}",
        ),
    ),
)

_ADDRESSEE = "office_id = {office} and person_id = {p.person_id} and active = 1"
_KNOWN = Refuse(
    f"not exists (select 1 from person where {_ADDRESSEE})",
    PeopleFault.INACTIVE,
    {"name": "{p.person_id}"},
)
_IN_TIME = Refuse("{p.until} <> '' and {p.until|date} < {today}", OfficeLifeFault.UNTIL_PAST)

REMIND = Effect(
    steps=(
        Refuse("trim({p.text}) = ''", OfficeLifeFault.TEXT_MISSING),
        _KNOWN,
        _IN_TIME,
        insert(
            "reminder",
            {
                "case_id": "{case}",
                "reminder_id": "{cmd}",
                "sender": "{me}",
                "addressee": "{p.person_id}",
                "text": "{p.text}",
                "until": "{p.until|date}",
                "sent_at": "{now}",
            },
        ),
    ),
    moves=Moves.NOTHING,
)

ASK_OPINION = Effect(
    steps=(
        Refuse("trim({p.question}) = ''", OfficeLifeFault.TEXT_MISSING),
        _KNOWN,
        _IN_TIME,
        Refuse("{p.person_id} = {me}", OfficeLifeFault.ASKED_SELF),
        # 审核与承办相分离: a handler's further opinion would be the handler reviewing himself.
        Refuse(
            "replace({c.handler_codes}, ',' || {p.person_id} || ',', '') <> {c.handler_codes}",
            OfficeLifeFault.ASKED_HANDLER,
        ),
        Refuse(
            f"exists (select 1 from second_opinion where {HERE} and asked_of = {{p.person_id}}"
            " and given_at is null)",
            OfficeLifeFault.ALREADY_ASKED,
        ),
        insert(
            "second_opinion",
            {
                "case_id": "{case}",
                "request_id": "{cmd}",
                "asked_by": "{me}",
                "asked_of": "{p.person_id}",
                "question": "{p.question}",
                "until": "{p.until|date}",
                "asked_at": "{now}",
            },
        ),
    ),
    moves=Moves.NOTHING,
)

_MINE = f"{HERE} and request_id = {{p.request_id}} and asked_of = {{me}} and given_at is null"
GIVE_OPINION = Effect(
    steps=(
        Refuse("trim({p.opinion}) = ''", OfficeLifeFault.TEXT_MISSING),
        Refuse(
            f"not exists (select 1 from second_opinion where {_MINE})", OfficeLifeFault.NOT_ASKED
        ),
        Run(f"update second_opinion set opinion = {{p.opinion}}, given_at = {{now}} where {_MINE}"),
    ),
    moves=Moves.NOTHING,
)
