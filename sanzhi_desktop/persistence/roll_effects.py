"""What putting the roll call and the recusals right writes, before the minutes are certified.

Lives here: guards and writes in the language of `writes`. Must not: the roll call itself
(`meeting_effects`), or votes (`discussion_effects`).

What follows from the wrong entry must still hold: nobody who spoke or voted is put outside, nobody
comes in after the chair spoke last, the quorum stays. Otherwise the case is taken off first.
"""

from collections.abc import Mapping

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.meeting import MeetingFault, MeetingState
from sanzhi_desktop.persistence.effect_parts import insert
from sanzhi_desktop.persistence.meeting_parts import (
    CHAIR_OUT,
    COUNT,
    FORGOTTEN,
    KINDS,
    MEETING,
    PRESENT,
    READERS_OF,
    name_of,
    of_meeting,
    touch,
)
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

_MEMBER = f"from meeting_member where {MEETING} and person_id = {{i.person_id}}"
_ITEM = f"from agenda_item where {MEETING} and case_id = {{i.case_id}}"
_RECUSED = (
    f"from item_recusal where {MEETING} and case_id = {{i.case_id}}"
    " and person_id = {i.person_id}"
)
_OUT = "{i.recused|flag} = 1"
_NAMED = {"name": name_of("{i.person_id}")}
_NOT_MEMBER = Refuse(f"not exists (select 1 {_MEMBER})", MeetingFault.NOT_MEMBER, _NAMED)
_VERSION = of_meeting("version")

_LIVE = (
    "from agenda_item a join case_ k on k.office_id = a.office_id and k.case_id = a.case_id"
    " join meeting_member b on b.office_id = a.office_id and b.meeting_id = a.meeting_id"
    " where a.office_id = {office} and a.meeting_id = {p.meeting_id} and a.state <> 'dropped'"
)
_HAS_VOICE = (
    "(b.attendance = 'present'"
    " and replace(k.handler_codes, ',' || b.person_id || ',', '') = k.handler_codes"
    " and not exists (select 1 from item_recusal i where i.office_id = a.office_id"
    " and i.meeting_id = a.meeting_id and i.case_id = a.case_id and i.person_id = b.person_id))"
)
_SAME = "s.office_id = a.office_id and s.meeting_id = a.meeting_id and s.case_id = a.case_id"


def _spoke(person: str) -> str:
    return (
        f"exists (select 1 from speech s where {_SAME} and s.kind = 'opinion'"
        f" and s.person_id = {person})"
    )


_VOTED = f"exists (select 1 from vote s where {_SAME} and s.person_id = b.person_id)"
_TOOK_PART = f"{_LIVE} and not {_HAS_VOICE} and ({_spoke('b.person_id')} or {_VOTED})"
_MISSED = (
    f"{_LIVE} and {_HAS_VOICE} and {_spoke(of_meeting('chair'))} and not {_spoke('b.person_id')}"
)


def _found(rest: str) -> Mapping[str, str]:
    return {
        "name": name_of(f"(select min(b.person_id) {rest})"),
        "case": f"(select min(k.name) {rest})",
    }


CORRECT_ROLL = Effect(
    steps=(
        *touch(MeetingState.OPEN, MeetingState.CLOSED),
        Refuse("trim({p.reason}) = ''", MeetingFault.CORRECTION_REASON),
        Each(
            "members",
            (
                _NOT_MEMBER,
                Refuse(
                    "{i.attendance} = 'absent' and trim({i.reason}) = ''",
                    MeetingFault.ABSENCE_REASON,
                    _NAMED,
                ),
                Refuse(
                    f"exists (select 1 {_MEMBER} and attendance = {{i.attendance}}"
                    " and absence_reason = (case when {i.attendance} = 'absent' then {i.reason}"
                    " else '' end))",
                    MeetingFault.NOTHING_CORRECTED,
                ),
                insert(
                    "roll_correction",
                    {
                        "meeting_id": "{p.meeting_id}",
                        "version": _VERSION,
                        "person_id": "{i.person_id}",
                        "was": f"(select attendance {_MEMBER})",
                        "was_because": f"(select absence_reason {_MEMBER})",
                        "attendance": "{i.attendance}",
                        "absence_reason": "(case when {i.attendance} = 'absent' then {i.reason}"
                        " else '' end)",
                        "reason": "{p.reason}",
                        "made_by": "{me}",
                        "made_at": "{now}",
                    },
                ),
                Run(
                    "update meeting_member set attendance = {i.attendance},"
                    " absence_reason = case when {i.attendance} = 'absent' then {i.reason}"
                    f" else '' end where {MEETING} and person_id = {{i.person_id}}"
                ),
            ),
        ),
        Each(
            "recusals",
            (
                _NOT_MEMBER,
                Refuse(f"not exists (select 1 {_ITEM})", MeetingFault.ITEM_UNKNOWN),
                Refuse(
                    f"exists (select 1 {_ITEM} and state = 'dropped')", MeetingFault.ITEM_CLOSED
                ),
                Refuse(f"{_OUT} and trim({{i.reason}}) = ''", MeetingFault.RECUSAL_REASON),
                Refuse(
                    f"{_OUT} and exists (select 1 {_RECUSED} and reason = {{i.reason}})"
                    f" or not {_OUT} and not exists (select 1 {_RECUSED})",
                    MeetingFault.NOTHING_CORRECTED,
                ),
                insert(
                    "recusal_correction",
                    {
                        "case_id": "{i.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "version": _VERSION,
                        "person_id": "{i.person_id}",
                        "recusal": f"(case when {_OUT} then {{i.reason}} else '' end)",
                        "reason": "{p.reason}",
                        "made_by": "{me}",
                        "made_at": "{now}",
                        "readers": READERS_OF.replace("{who}", "{i.case_id}"),
                    },
                ),
                Run(f"delete {_RECUSED}"),
                insert(
                    "item_recusal",
                    {
                        "case_id": "{i.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "person_id": "{i.person_id}",
                        "reason": "{i.reason}",
                        "readers": READERS_OF.replace("{who}", "{i.case_id}"),
                    },
                    when=_OUT,
                ),
            ),
        ),
        Refuse(
            " and ".join(
                f"not exists (select 1 from {table} where {MEETING} and version = {_VERSION})"
                for table in ("roll_correction", "recusal_correction")
            ),
            MeetingFault.NOTHING_CORRECTED,
        ),
        Refuse(
            f"not exists (select 1 from meeting_member where {MEETING}"
            f" and person_id = {of_meeting('chair')} and attendance = 'present')",
            MeetingFault.CHAIR_ABSENT,
        ),
        Refuse(
            f"2 * {PRESENT} <= {COUNT}) or {PRESENT} < {of_meeting('quorum')}",
            MeetingFault.QUORUM_LOST,
            {
                "present": PRESENT,
                "members": f"{COUNT})",
                "needed": f"(case when {of_meeting('quorum')} > {COUNT}) / 2 + 1"
                f" then {of_meeting('quorum')} else {COUNT}) / 2 + 1 end)",
            },
        ),
        Refuse(
            f"exists (select 1 {FORGOTTEN})",
            MeetingFault.RECUSED,
            {"name": name_of(f"(select min(b.person_id) {FORGOTTEN})")},
        ),
        Refuse(
            f"exists (select 1 {CHAIR_OUT})",
            MeetingFault.CHAIR_RECUSED,
            {"case": f"(select min(k.name) {CHAIR_OUT})"},
        ),
        Refuse(f"exists (select 1 {_TOOK_PART})", MeetingFault.TOOK_PART, _found(_TOOK_PART)),
        Refuse(f"exists (select 1 {_MISSED})", MeetingFault.MISSED_OUT, _found(_MISSED)),
    ),
    kinds=KINDS,
)

EFFECTS: Mapping[OfficeAction, Effect] = {OfficeAction.CORRECT_ROLL: CORRECT_ROLL}
