"""What each action on a case writes: one table for the SQLite executor and for the functions
generated for PostgreSQL.

Lives here: guards and writes of every `Action`, in the language of `writes`. Must not: who may
act from which state (that is `domain.workflow`), or what every command does (the frame).
"""

from collections.abc import Mapping
from dataclasses import replace

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.domain.people import QUALIFICATION_SINCE, PeopleFault, Role
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import (
    aftermath_effects,
    dispute_effects,
    escalation_effects,
    expert_effects,
    intake_effects,
    office_life_effects,
    opinion_effects,
    transfer_beside_effects,
)
from sanzhi_desktop.persistence.effect_parts import (
    CLOSE_CLEARANCE,
    HERE,
    MY_NAME,
    STOP,
    THIS_ROUND,
    clock,
    document,
    findable,
    insert,
    recused,
    round_is,
)
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.transfer_effects import TRANSFER_EFFECTS
from sanzhi_desktop.persistence.writes import Each, Effect, Moves, Refuse, Run, Steps

_REVIEWER = "office_id = {office} and person_id = {p.reviewer}"
_NAME = {"name": f"coalesce((select name from person where {_REVIEWER}), {{p.reviewer}})"}
_ASSIGN = Effect(
    steps=(
        Refuse(
            f"not exists (select 1 from person where {_REVIEWER} and active = 1)",
            PeopleFault.INACTIVE,
            _NAME,
        ),
        Refuse(
            f"not exists (select 1 from person_role where {_REVIEWER}"
            f" and role = '{Role.REVIEWER.value}'"
            " and (valid_from is null or valid_from <= {today})"
            " and (valid_to is null or valid_to >= {today}))",
            PeopleFault.NOT_REVIEWER,
            _NAME,
        ),
        Refuse(
            "replace({c.handler_codes}, ',' || {p.reviewer} || ',', '') <> {c.handler_codes}",
            PeopleFault.HANDLING,
            _NAME,
        ),
        Refuse(recused("{p.reviewer}"), PeopleFault.RECUSED, _NAME),
        # 复审: a review of the review by the same person would be none.
        Refuse(
            round_is("reason = 'review_of_review'")
            + f" and exists (select 1 from round where {HERE} and round = {{round}} - 1"
            " and reviewer = {p.reviewer})",
            DisputeFault.SAME_REVIEWER,
            _NAME,
        ),
        Refuse(
            f"exists (select 1 from person where {_REVIEWER} and trim(legal_qualification) = ''"
            " and (first_review_on is null"
            f" or first_review_on >= '{QUALIFICATION_SINCE.isoformat()}'))",
            PeopleFault.UNQUALIFIED,
            _NAME,
        ),
        Run(f"update round set reviewer = {{p.reviewer}} where {THIS_ROUND}"),
        opinion_effects.ITEMS,
    ),
    case={"reviewer": "{p.reviewer}"},
)

_EXTEND = Effect(
    steps=(clock("extend", number="{p.number|int}", unit="{p.unit}", approver="{p.approver}"),),
)

# The due date itself travels as `due_on`, which the frame writes; here stands what allows it.
_MOVE_DUE = Effect(
    steps=(
        Refuse(
            "not exists (select 1 from calendar where office_id = {office}"
            " and year = {p.year|int} and edition = {p.edition})",
            PersistenceFault.CALENDAR_UNKNOWN,
            {"year": "{p.year|int}", "edition": "{p.edition}"},
        ),
    ),
)

_ANSWERED = {
    "answer": "{i.answer}",
    "note": "{i.note}",
    "evidence": "{i.evidence}",
    "answered_by": "{me}",
    "answered_at": "{now}",
}
# An item is answered once and then changed again and again: first asked as what it mostly is.
_ANSWER = Effect(
    steps=(
        Each(
            "answers",
            (
                Run(
                    f"update answer set {', '.join(f'{c} = {v}' for c, v in _ANSWERED.items())}"
                    f" where {THIS_ROUND} and item_id = {{i.item_id}}"
                ),
                replace(
                    insert(
                        "answer",
                        {
                            "case_id": "{case}",
                            "round": "{round}",
                            "item_id": "{i.item_id}",
                            **_ANSWERED,
                        },
                    ),
                    instead=True,
                ),
            ),
        ),
    ),
    moves=Moves.VERSION,
)

_DRAFT_OPINION = Effect(
    steps=(Run(f"update round set opinion = {{p.opinion|json}} where {THIS_ROUND}"),),
    moves=Moves.VERSION,
)

_NEXT_PROBLEM = (
    f"(select coalesce(max(number), 0) from problem where {HERE} and round <> {{round}})"
    " + 1 + {index}"
)

_MARK = insert(
    "problem_mark",
    {
        "case_id": "{case}",
        "round": "{round}",
        "number": "{i.number|int}",
        "solved": "{i.solved|flag}",
        "note": "{i.note}",
        "marked_by": "{me}",
        "marked_at": "{now}",
    },
)
_UNMARKED = (
    "from problem p where p.office_id = {office} and p.case_id = {case} and p.round < {round}"
    " and not exists (select 1 from problem_mark m where m.office_id = p.office_id"
    " and m.case_id = p.case_id and m.round = {round} and m.number = p.number)"
)

_CERTIFY = Effect(
    steps=(
        Refuse("{p.outcome} = ''", PersistenceFault.OUTCOME_MISMATCH),
        expert_effects.STILL_OPEN,
        # A recusal may come after the case was assigned.
        Refuse(recused("{me}"), PeopleFault.RECUSED, MY_NAME),
        *opinion_effects.READY,
        Refuse("{p.materials_digest} <> {digest}", PersistenceFault.MATERIALS_DIFFER),
        *document("opinion_certified", required=True),
        # Certified again after it was sent back: this round's own problems are written anew.
        Run(f"delete from problem_mark where {THIS_ROUND}"),
        Run(f"delete from problem where {THIS_ROUND}"),
        Each("earlier", (_MARK,)),
        Refuse(
            f"exists (select 1 {_UNMARKED})",
            DisputeFault.EARLIER_UNMARKED,
            {"number": f"(select min(p.number) {_UNMARKED})"},
        ),
        Each(
            "problems",
            (
                *opinion_effects.WHOLE,
                Refuse(
                    f"{{i.number|int}} <> {_NEXT_PROBLEM}",
                    PersistenceFault.PROBLEM_NUMBERS,
                    {"number": "{i.number|int}", "expected": _NEXT_PROBLEM},
                ),
                insert(
                    "problem",
                    {
                        "case_id": "{case}",
                        "number": "{i.number|int}",
                        "round": "{round}",
                        "item_id": "{i.item_id}",
                        "dimension": "{i.dimension}",
                        "finding": "{i.finding}",
                        "basis": "{i.basis}",
                        "evidence": "{i.evidence}",
                        "suggestion": "{i.suggestion}",
                    },
                ),
            ),
        ),
        opinion_effects.NAMED,
        Run(
            "update round set opinion = {p.opinion|json}, outcome = {p.outcome|null},"
            " materials_digest = {p.materials_digest},"
            " same_person_reason = {p.opinion.same_person_reason},"
            " override_reason = {p.opinion.override_reason},"
            " certified_sha256 = {p.document.sha256}, certified_at = {now}, sent_back = ''"
            f" where {THIS_ROUND}"
        ),
    ),
    case={"sent_from": "{c.state}", "sent_version": "{c.version} + 1"},
)

_SEND_BACK = Effect(
    steps=(
        Run(
            "update round set sent_back = {reason}, certified_sha256 = '', certified_at = null"
            f" where {THIS_ROUND}"
        ),
    ),
)

_LIVE_NUMBER = f"from number where {THIS_ROUND} and status <> 'void'"
_SERIES = "(select series from office where office_id = {office})"
_COUNTER = f"office_id = {{office}} and series = {_SERIES} and year = {{p.year|int}}"

_RESERVE = Effect(
    steps=(
        Refuse(
            "coalesce({p.year|int}, 0) < 1949"
            " or substr(cast({p.dated|date} as text), 1, 4) <> cast({p.year|int} as text)"
            " or {p.dated} = ''",
            PersistenceFault.YEAR_MISMATCH,
            {"year": "{p.year}", "dated": "{p.dated}"},
        ),
        # A number kept over the turn of the year would contradict the date beside it.
        Run(
            "update number set status = 'void', void_reason = '跨年度未签发，另取新号',"
            f" voided_at = {{now}} where {THIS_ROUND} and status = 'reserved'"
            " and year <> {p.year|int}"
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
            f" and not exists (select 1 {_LIVE_NUMBER})"
        ),
        Run(
            "insert into number (office_id, series, year, no, label, case_id, round, status,"
            " reserved_by, reserved_at, readers)"
            " select k.office_id, k.series, k.year, k.last_no,"
            " k.series || '〔' || cast(k.year as text) || '〕' || cast(k.last_no as text) || '号',"
            " {case}, {round}, 'reserved', {me}, {now}, {readers} from counter k"
            f" where k.office_id = {{office}} and k.series = {_SERIES} and k.year = {{p.year|int}}"
            f" and not exists (select 1 {_LIVE_NUMBER})"
        ),
        Run(
            f"update round set number = (select label {_LIVE_NUMBER}), dated = {{p.dated|date}}"
            f" where {THIS_ROUND}"
        ),
    ),
    case=findable(f"(select replace(replace(lower(label), '〔', ''), '〕', '') {_LIVE_NUMBER})"),
)


def _issue(outcome: str) -> Steps:
    return (
        Refuse(round_is("number = ''"), CaseFault.NUMBER_NOT_RESERVED),
        Refuse(round_is(outcome), PersistenceFault.OUTCOME_MISMATCH),
        Refuse(
            round_is("certified_sha256 <> {p.certified_sha256} or certified_sha256 = ''"),
            CaseFault.SIGNED_OTHER,
        ),
        Refuse(
            "replace({c.handler_codes}, ',' || {me} || ',', '') <> {c.handler_codes}",
            PeopleFault.HANDLING,
            MY_NAME,
        ),
        Refuse(recused("{me}"), PeopleFault.RECUSED, MY_NAME),
        # The reason is the one that the certified paper prints, never another one.
        Refuse(
            "{me} = {c.reviewer} and " + round_is("trim(same_person_reason) = ''"),
            CaseFault.SAME_PERSON_REASON,
        ),
        Refuse(
            "{me} = {c.reviewer} and "
            + round_is("outcome = 'AGREE' and trim(override_reason) <> ''"),
            CaseFault.OVERRIDE_BY_TWO,
        ),
        Refuse(
            "{me} <> {c.reviewer} and " + round_is("trim(same_person_reason) <> ''"),
            CaseFault.SAME_PERSON_OTHER,
        ),
        *document("opinion", required=True),
        Run(
            "update round set issued = 1, issued_at = {now}, issued_sha256 = {p.document.sha256},"
            f" signer = {{me}} where {THIS_ROUND}"
        ),
        Run(f"update number set status = 'issued' where {THIS_ROUND} and status = 'reserved'"),
        clock("stop"),
    )


_ISSUE_PASS = Effect(
    steps=(
        *_issue("coalesce(outcome, '') <> 'AGREE'"),
        Run(
            "insert into clearance (office_id, clearance_id, case_id, round, origin, outcome,"
            " issued, kind, party_name, party_number, amount_fen, materials_digest, opened_at,"
            " readers)"
            " select office_id, {cmd}, case_id, round, 'opinion', outcome, issued, kind,"
            " party_name, party_number, amount_fen, materials_digest, {now}, {readers} from round"
            f" where {THIS_ROUND}"
        ),
    ),
)
_ISSUE_RETURN = Effect(steps=_issue("coalesce(outcome, 'AGREE') = 'AGREE'"))

_VOID = "update number set status = 'void', void_reason = {reason}, voided_at = {now}"
_WITHDRAW = Effect(
    steps=(
        Run(
            f"update round set number = '', dated = null where {THIS_ROUND} and issued = 0",
        ),
        Run(f"{_VOID} where {HERE} and status = 'reserved'"),
        CLOSE_CLEARANCE,
        STOP,
    ),
)

EFFECTS: Mapping[Action, Effect] = {
    Action.REGISTER: intake_effects.REGISTER,
    Action.EDIT: intake_effects.EDIT,
    Action.CONFIRM: intake_effects.CONFIRM,
    Action.ASK_CORRECTION: intake_effects.ASK_CORRECTION,
    Action.ACCEPT: intake_effects.ACCEPT,
    Action.RETURN: intake_effects.RETURN,
    Action.NOT_NEEDED: intake_effects.NOT_NEEDED,
    Action.ASSIGN: _ASSIGN,
    Action.REASSIGN: _ASSIGN,
    Action.EXTEND: _EXTEND,
    Action.EXTEND_CASE: intake_effects.EXTEND_CASE,
    Action.MOVE_DUE: _MOVE_DUE,
    Action.ANSWER: _ANSWER,
    Action.DRAFT_OPINION: _DRAFT_OPINION,
    Action.CERTIFY: _CERTIFY,
    Action.SEND_BACK: _SEND_BACK,
    Action.RESERVE: _RESERVE,
    Action.ISSUE_PASS: _ISSUE_PASS,
    Action.ISSUE_RETURN: _ISSUE_RETURN,
    Action.RESPOND: aftermath_effects.RESPOND,
    Action.NEW_ROUND: Effect(steps=(CLOSE_CLEARANCE,)),
    Action.MATERIALS_CHANGED: Effect(steps=(CLOSE_CLEARANCE,)),
    Action.REGISTER_DECISION: aftermath_effects.REGISTER_DECISION,
    Action.ADOPT: aftermath_effects.ADOPT,
    Action.WITHDRAW: _WITHDRAW,
    **TRANSFER_EFFECTS,
    **transfer_beside_effects.EFFECTS,
    Action.OPEN: office_life_effects.OPEN,
    Action.RECALL: office_life_effects.RECALL,
    Action.RECALL_CORRECTION: office_life_effects.RECALL_CORRECTION,
    Action.RECALL_AGAIN: office_life_effects.RECALL_AGAIN,
    Action.RECALL_OPINION: office_life_effects.RECALL_OPINION,
    Action.REMIND: office_life_effects.REMIND,
    Action.ASK_OPINION: office_life_effects.ASK_OPINION,
    Action.GIVE_OPINION: office_life_effects.GIVE_OPINION,
    **dispute_effects.EFFECTS,
    **escalation_effects.EFFECTS,
    **expert_effects.EFFECTS,
}
