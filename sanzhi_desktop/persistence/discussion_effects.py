"""What is said and decided on one case in an open meeting: speeches, votes, rulings.

Lives here: guards and writes in the language of `writes`. Must not: planning, opening and ending
the meeting, or its minutes (`meeting_effects`).
"""

from collections.abc import Mapping

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.meeting import MeetingFault, MeetingState
from sanzhi_desktop.persistence.effect_parts import insert
from sanzhi_desktop.persistence.meeting_parts import (
    KINDS,
    MEETING,
    READERS_OF,
    name_of,
    of_meeting,
    touch,
)
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run, Steps

_ITEM = f"{MEETING} and case_id = {{p.case_id}}"
_READERS = READERS_OF.replace("{who}", "{p.case_id}")
_HANDLERS = "(select handler_codes from case_ where office_id = {office} and case_id = {p.case_id})"
_CHAIR = of_meeting("chair")

_ITEM_UNKNOWN = Refuse(
    f"not exists (select 1 from agenda_item where {_ITEM})", MeetingFault.ITEM_UNKNOWN
)
_ON_ITEM: Steps = (
    *touch(MeetingState.OPEN),
    _ITEM_UNKNOWN,
    Refuse(
        f"not exists (select 1 from agenda_item where {_ITEM} and state = 'waiting')",
        MeetingFault.ITEM_CLOSED,
    ),
)


def _handles(person: str) -> str:
    return f"replace({_HANDLERS}, ',' || {person} || ',', '') <> {_HANDLERS}"


def _recused(person: str) -> str:
    return f"exists (select 1 from item_recusal where {_ITEM} and person_id = {person})"


# Present, not recused, not handling the case: who has a voice and a vote in it.
_ELIGIBLE = (
    "from meeting_member b where b.office_id = {office} and b.meeting_id = {p.meeting_id}"
    f" and b.attendance = 'present' and not ({_handles('b.person_id')})"
    f" and not {_recused('b.person_id')}"
)
_SILENT = (
    f"{_ELIGIBLE} and not exists (select 1 from speech s where s.office_id = b.office_id"
    " and s.meeting_id = b.meeting_id and s.case_id = {p.case_id} and s.kind = 'opinion'"
    " and s.person_id = b.person_id)"
)


def _may(person: str, *, when: str = "") -> Steps:
    """Refusals of somebody who has no voice and vote in the case."""
    only = f"{when} and " if when else ""
    named = {"name": name_of(person)}
    return (
        Refuse(f"{only}({_handles(person)})", MeetingFault.HANDLER, named),
        Refuse(
            f"{only}not exists (select 1 from meeting_member where {MEETING}"
            f" and person_id = {person} and attendance = 'present')",
            MeetingFault.NOT_PRESENT,
            named,
        ),
        Refuse(f"{only}{_recused(person)}", MeetingFault.RECUSED, named),
    )


_OPINION = "{p.kind} = 'opinion'"
_SPOKEN = f"select 1 from speech where {_ITEM} and kind = 'opinion'"
_OTHERS = f"{_SILENT} and b.person_id <> {{p.person_id}}"

SPEAK = Effect(
    steps=(
        *_ON_ITEM,
        Refuse("trim({p.text}) = ''", MeetingFault.TEXT_MISSING),
        Refuse(
            f"{{p.kind}} = 'report' and not ({_handles('{p.person_id}')})"
            " and not exists (select 1 from round r where r.office_id = {office}"
            " and r.case_id = {p.case_id} and r.reviewer = {p.person_id})",
            MeetingFault.REPORTER_UNFIT,
            {"name": name_of("{p.person_id}")},
        ),
        *_may("{p.person_id}", when=_OPINION),
        Refuse(
            f"{_OPINION} and not exists (select 1 from speech where {_ITEM} and kind = 'report')",
            MeetingFault.REPORT_MISSING,
        ),
        Refuse(
            f"{_OPINION} and exists ({_SPOKEN} and person_id = {{p.person_id}})",
            MeetingFault.SPOKEN,
            {"name": name_of("{p.person_id}")},
        ),
        # 主要负责人末位发言: nobody speaks after the head, and he only after all others.
        Refuse(
            f"exists ({_SPOKEN} and person_id = {_CHAIR})",
            MeetingFault.CHAIR_SPOKE,
        ),
        Refuse(
            f"{_OPINION} and {{p.person_id}} = {_CHAIR} and exists (select 1 {_OTHERS})",
            MeetingFault.CHAIR_LAST,
            {"names": name_of(f"(select min(b.person_id) {_OTHERS})")},
        ),
        insert(
            "speech",
            {
                "case_id": "{p.case_id}",
                "meeting_id": "{p.meeting_id}",
                "seq": f"coalesce((select max(seq) from speech where {_ITEM}), 0) + 1",
                "kind": "{p.kind}",
                "person_id": "{p.person_id}",
                "text": "{p.text}",
                "said_at": "{now}",
                "readers": _READERS,
            },
        ),
    ),
    kinds=KINDS,
)

_ALL_SPOKE = Refuse(
    f"exists (select 1 {_SILENT})",
    MeetingFault.NOT_ALL_SPOKEN,
    {"names": name_of(f"(select min(b.person_id) {_SILENT})")},
)
_POINTS = (
    "from agenda_item a join escalation_point x on x.office_id = a.office_id"
    " and x.case_id = a.case_id and x.round = a.round and x.place = a.escalation"
    " where a.office_id = {office} and a.meeting_id = {p.meeting_id}"
    " and a.case_id = {p.case_id}"
)
_POINT_UNKNOWN = Refuse(
    f"not exists (select 1 {_POINTS} and x.number = {{i.number|int}})",
    MeetingFault.POINT_UNKNOWN,
    {"number": "{i.number|int}"},
)
_CAST = f"from vote where {_ITEM} and number = {{i.number|int}}"
# What counts of each vote: its latest correction, else what was recorded first.
_COUNTS = (
    "coalesce((select x.choice from vote_correction x where x.office_id = vote.office_id"
    " and x.meeting_id = vote.meeting_id and x.case_id = vote.case_id"
    " and x.number = vote.number and x.person_id = vote.person_id"
    " order by x.place desc limit 1), vote.choice)"
)

VOTE = Effect(
    steps=(
        *_ON_ITEM,
        _ALL_SPOKE,
        Each(
            "votes",
            (
                _POINT_UNKNOWN,
                *(s for s in _may("{i.person_id}") if isinstance(s, Refuse)),
                Refuse(
                    f"exists (select 1 {_CAST} and person_id = {{i.person_id}})",
                    MeetingFault.VOTED,
                    {"name": name_of("{i.person_id}"), "number": "{i.number|int}"},
                ),
                insert(
                    "vote",
                    {
                        "case_id": "{p.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "number": "{i.number|int}",
                        "person_id": "{i.person_id}",
                        "choice": "{i.choice}",
                        "cast_at": "{now}",
                        "readers": _READERS,
                    },
                ),
            ),
        ),
    ),
    kinds=KINDS,
)

_UNVOTED = (
    "from agenda_item a join escalation_point x on x.office_id = a.office_id"
    " and x.case_id = a.case_id and x.round = a.round and x.place = a.escalation"
    " join meeting_member b on b.office_id = a.office_id and b.meeting_id = a.meeting_id"
    " where a.office_id = {office} and a.meeting_id = {p.meeting_id}"
    " and a.case_id = {p.case_id} and b.attendance = 'present'"
    f" and not ({_handles('b.person_id')}) and not {_recused('b.person_id')}"
    " and not exists (select 1 from vote v where v.office_id = a.office_id"
    " and v.meeting_id = a.meeting_id and v.case_id = a.case_id and v.number = x.number"
    " and v.person_id = b.person_id)"
)
_UNRULED = (
    f"{_POINTS} and not exists (select 1 from ruling g where g.office_id = a.office_id"
    " and g.meeting_id = a.meeting_id and g.case_id = a.case_id and g.number = x.number)"
)

CLOSE_ITEM = Effect(
    steps=(
        *_ON_ITEM,
        _ALL_SPOKE,
        Refuse(
            f"exists (select 1 {_UNVOTED})",
            MeetingFault.VOTES_MISSING,
            {
                "number": f"(select min(x.number) {_UNVOTED})",
                "name": name_of(f"(select min(b.person_id) {_UNVOTED})"),
            },
        ),
        Each(
            "rulings",
            (
                _POINT_UNKNOWN,
                Refuse(
                    "{i.ruling} = 'other' and trim({i.content}) = ''",
                    MeetingFault.CONTENT_MISSING,
                    {"number": "{i.number|int}"},
                ),
                # Where the head decides against the votes, the minutes say why.
                Refuse(
                    f"2 * (select count(*) {_CAST} and {_COUNTS} = {{i.ruling}})"
                    f" <= (select count(*) {_CAST}) and trim({{i.against_votes}}) = ''",
                    MeetingFault.AGAINST_VOTES,
                    {"number": "{i.number|int}"},
                ),
                insert(
                    "ruling",
                    {
                        "case_id": "{p.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "number": "{i.number|int}",
                        "ruling": "{i.ruling}",
                        "content": "{i.content}",
                        "permits": "(case when {i.ruling} = 'uphold' then 0"
                        " when {i.ruling} = 'adopt' then 1 else {i.permits|flag} end)",
                        "against_votes": "{i.against_votes}",
                        "readers": _READERS,
                    },
                ),
            ),
        ),
        Refuse(
            f"exists (select 1 {_UNRULED})",
            MeetingFault.RULING_MISSING,
            {"number": f"(select min(x.number) {_UNRULED})"},
        ),
        Run(f"update agenda_item set state = 'closed', closed_at = {{now}} where {_ITEM}"),
    ),
    kinds=KINDS,
)

_LATEST = f"coalesce((select max(place) from vote_correction where {_ITEM}), 0)"

CORRECT_VOTE = Effect(
    steps=(
        *touch(MeetingState.OPEN, MeetingState.CLOSED),
        _ITEM_UNKNOWN,
        Refuse(
            f"not exists (select 1 from agenda_item where {_ITEM} and state = 'waiting')",
            MeetingFault.VOTE_DECIDED,
        ),
        Refuse("trim({p.reason}) = ''", MeetingFault.CORRECTION_REASON),
        Each(
            "votes",
            (
                Refuse(
                    f"not exists (select 1 {_CAST} and person_id = {{i.person_id}})",
                    MeetingFault.NOT_VOTED,
                    {"name": name_of("{i.person_id}"), "number": "{i.number|int}"},
                ),
                Refuse(
                    f"exists (select 1 {_CAST} and person_id = {{i.person_id}}"
                    f" and {_COUNTS} = {{i.choice}})",
                    MeetingFault.NOTHING_CORRECTED,
                ),
                insert(
                    "vote_correction",
                    {
                        "case_id": "{p.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "place": f"{_LATEST} + 1",
                        "number": "{i.number|int}",
                        "person_id": "{i.person_id}",
                        "was": f"(select {_COUNTS} {_CAST} and person_id = {{i.person_id}})",
                        "choice": "{i.choice}",
                        "reason": "{p.reason}",
                        "made_by": "{me}",
                        "made_at": "{now}",
                        "readers": _READERS,
                    },
                ),
            ),
        ),
        Refuse(
            "not exists (select 1 from vote_correction where office_id = {office}"
            " and meeting_id = {p.meeting_id} and case_id = {p.case_id} and made_at = {now})",
            MeetingFault.NOTHING_CORRECTED,
        ),
    ),
    kinds=KINDS,
)

# Also of a case that was decided, as long as nobody signed the minutes: what was recorded wrongly
# and can no longer be put right is discussed again in another meeting.
DROP_ITEM = Effect(
    steps=(
        *touch(MeetingState.OPEN, MeetingState.CLOSED),
        _ITEM_UNKNOWN,
        Refuse(
            f"exists (select 1 from agenda_item where {_ITEM} and state = 'dropped')",
            MeetingFault.ITEM_CLOSED,
        ),
        Refuse(
            "trim({p.reason}) = ''",
            MeetingFault.FIELD_MISSING,
            {"field": "'meeting.reason'"},
        ),
        Run(
            "update agenda_item set state = 'dropped', dropped_because = {p.reason},"
            f" closed_at = {{now}} where {_ITEM}"
        ),
    ),
    kinds=KINDS,
)

EFFECTS: Mapping[OfficeAction, Effect] = {
    OfficeAction.SPEAK: SPEAK,
    OfficeAction.VOTE: VOTE,
    OfficeAction.CORRECT_VOTE: CORRECT_VOTE,
    OfficeAction.CLOSE_ITEM: CLOSE_ITEM,
    OfficeAction.DROP_ITEM: DROP_ITEM,
}
