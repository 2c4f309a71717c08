"""What planning, opening, ending and cancelling a meeting write.

Lives here: their guards and writes, in the language of `writes`. Must not: what is said and
decided on one case (`discussion_effects`), the minutes (`minutes_effects`).
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
    THERE,
    head_on,
    name_of,
    of_meeting,
    touch,
)
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

_HELD = "{p.held_on|date}"
_MEMBER_GRANT = head_on("{i.person_id}", _HELD)
_PLAN = {
    "name": "{p.name}",
    "place": "{p.place}",
    "held_on": _HELD,
    "begins": "{p.begins}",
    "chair": "{p.chair}",
    "recorder": "{p.recorder}",
}
_LATER = (
    "select 1 from agenda_item a join escalation e on e.office_id = a.office_id"
    " and e.case_id = a.case_id and e.round = a.round and e.place = a.escalation"
    " where a.office_id = {office} and a.meeting_id = {p.meeting_id} and e.escalated_on >"
)

PUT_MEETING = Effect(
    steps=(
        *(
            Refuse(
                f"trim({{p.{field}}}) = ''",
                MeetingFault.FIELD_MISSING,
                {"field": f"'meeting.{field}'"},
            )
            for field in ("name", "place", "held_on", "begins", "chair", "recorder")
        ),
        insert(
            "meeting",
            {
                "meeting_id": "{p.meeting_id}",
                "version": "0",
                "state": f"'{MeetingState.PLANNED.value}'",
                **_PLAN,
                "made_by": "{me}",
                "updated_at": "{now}",
            },
            when=f"{{p.seen_version|int}} = 0 and not exists ({THERE})",
        ),
        *touch(MeetingState.PLANNED),
        Run(
            "update meeting set "
            + ", ".join(f"{column} = {value}" for column, value in _PLAN.items())
            + f" where {MEETING}"
        ),
        Run(f"delete from meeting_member where {MEETING}"),
        Each(
            "members",
            (
                Refuse(
                    f"exists (select 1 from meeting_member where {MEETING}"
                    " and person_id = {i.person_id})",
                    MeetingFault.MEMBER_TWICE,
                    {"name": name_of("{i.person_id}")},
                ),
                Refuse(
                    "trim({i.post}) = ''",
                    MeetingFault.FIELD_MISSING,
                    {"field": "'meeting.post'"},
                ),
                Refuse(
                    f"not exists (select 1 {_MEMBER_GRANT}) or not exists (select 1 from person"
                    " where office_id = {office} and person_id = {i.person_id} and active = 1)",
                    MeetingFault.NOT_HEAD,
                    {"name": name_of("{i.person_id}"), "date": "{p.held_on}"},
                ),
                insert(
                    "meeting_member",
                    {
                        "meeting_id": "{p.meeting_id}",
                        "person_id": "{i.person_id}",
                        "place": "{index}",
                        "post": "{i.post}",
                        **{
                            column: f"(select {column} {_MEMBER_GRANT} order by seq limit 1)"
                            for column in ("basis", "valid_from", "valid_to")
                        },
                        "attendance": "'expected'",
                    },
                ),
            ),
        ),
        Refuse(
            f"(select count(*) from meeting_member where {MEETING}) < 2",
            MeetingFault.MEMBERS_TOO_FEW,
            {"count": f"(select count(*) from meeting_member where {MEETING})"},
        ),
        Refuse(
            f"not exists (select 1 from meeting_member where {MEETING}"
            " and person_id = {p.chair})",
            MeetingFault.CHAIR_NOT_MEMBER,
        ),
        Refuse(
            f"exists (select 1 from meeting_member where {MEETING} and person_id = {{p.recorder}})"
            " or not exists (select 1 from person_role where office_id = {office}"
            " and person_id = {p.recorder} and role = 'secretary'"
            f" and (valid_from is null or valid_from <= {_HELD})"
            f" and (valid_to is null or valid_to >= {_HELD}))",
            MeetingFault.RECORDER_UNFIT,
            {"name": name_of("{p.recorder}")},
        ),
        Refuse(
            f"exists ({_LATER} {_HELD})",
            MeetingFault.BEFORE_ESCALATION,
            {"date": "{p.held_on}", "case": "''"},
        ),
    ),
    kinds=KINDS,
)

_CASE = "k.office_id = {office} and k.case_id = {i.case_id}"
_ESCALATED = (
    "from case_ k join escalation e on e.office_id = k.office_id and e.case_id = k.case_id"
    f" and e.round = k.round where {_CASE} and k.state = 'responding' and e.withdrawn_at is null"
    " and not exists (select 1 from dispute_result d where d.office_id = k.office_id"
    " and d.case_id = k.case_id and d.round = k.round)"
)
_CASE_NAME = {"case": f"coalesce((select k.name from case_ k where {_CASE}), '')"}

PUT_AGENDA = Effect(
    steps=(
        *touch(MeetingState.PLANNED),
        Run(f"delete from agenda_item where {MEETING}"),
        Each(
            "items",
            (
                Refuse(
                    f"not exists (select 1 {_ESCALATED})",
                    MeetingFault.CASE_NOT_ESCALATED,
                    _CASE_NAME,
                ),
                Refuse(
                    f"exists (select 1 from agenda_item where {MEETING}"
                    " and case_id = {i.case_id})",
                    MeetingFault.CASE_TWICE,
                    _CASE_NAME,
                ),
                Refuse(
                    "exists (select 1 from agenda_item a join meeting m"
                    " on m.office_id = a.office_id and m.meeting_id = a.meeting_id"
                    " where a.office_id = {office} and a.case_id = {i.case_id}"
                    f" and a.round = (select k.round from case_ k where {_CASE})"
                    " and a.state <> 'dropped' and m.state <> 'cancelled')",
                    MeetingFault.ON_OTHER_AGENDA,
                    _CASE_NAME,
                ),
                Refuse(
                    f"exists (select 1 {_ESCALATED} and e.escalated_on > {of_meeting('held_on')})",
                    MeetingFault.BEFORE_ESCALATION,
                    {**_CASE_NAME, "date": of_meeting("cast(held_on as text)")},
                ),
                insert(
                    "agenda_item",
                    {
                        "case_id": "{i.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "place": "{index}",
                        "round": f"(select e.round {_ESCALATED})",
                        "escalation": f"(select e.place {_ESCALATED})",
                        "state": "'waiting'",
                        "readers": READERS_OF.replace("{who}", "{i.case_id}"),
                    },
                ),
            ),
        ),
    ),
    kinds=KINDS,
)

_UNNAMED = f"from meeting_member where {MEETING} and attendance = 'expected'"


def _first_name(rest: str) -> str:
    return name_of(f"(select min(person_id) {rest})")


_GONE = (
    "from agenda_item a where a.office_id = {office} and a.meeting_id = {p.meeting_id}"
    " and not exists (select 1 from case_ k join escalation e on e.office_id = k.office_id"
    " and e.case_id = k.case_id and e.round = k.round and e.withdrawn_at is null"
    " where k.office_id = a.office_id and k.case_id = a.case_id and k.state = 'responding'"
    " and k.round = a.round)"
)
_NO_HEAD = (
    f"from meeting_member b where b.{MEETING.replace(' and ', ' and b.')} and not exists (select 1 "
    + head_on("b.person_id", of_meeting("held_on"))
    + ")"
)

OPEN_MEETING = Effect(
    steps=(
        *touch(MeetingState.PLANNED),
        Refuse(
            f"{of_meeting('held_on')} > {{today}}",
            MeetingFault.IN_FUTURE,
            {"date": of_meeting("cast(held_on as text)"), "today": "{today}"},
        ),
        Refuse(
            f"not exists (select 1 from agenda_item where {MEETING})", MeetingFault.AGENDA_EMPTY
        ),
        Refuse(
            f"exists (select 1 {_GONE})",
            MeetingFault.CASE_NOT_ESCALATED,
            {
                "case": "coalesce((select k.name from case_ k where k.office_id = {office}"
                f" and k.case_id = (select min(a.case_id) {_GONE})), '')"
            },
        ),
        Refuse(
            f"exists (select 1 {_NO_HEAD})",
            MeetingFault.NOT_HEAD,
            {
                "name": _first_name(_NO_HEAD).replace("min(person_id)", "min(b.person_id)"),
                "date": of_meeting("cast(held_on as text)"),
            },
        ),
        Each(
            "members",
            (
                Refuse(
                    "{i.attendance} = 'absent' and trim({i.reason}) = ''",
                    MeetingFault.ABSENCE_REASON,
                    {"name": name_of("{i.person_id}")},
                ),
                Run(
                    "update meeting_member set attendance = {i.attendance},"
                    " absence_reason = case when {i.attendance} = 'absent' then {i.reason}"
                    f" else '' end where {MEETING} and person_id = {{i.person_id}}"
                ),
            ),
        ),
        Refuse(
            f"exists (select 1 {_UNNAMED})",
            MeetingFault.ATTENDANCE_MISSING,
            {"name": _first_name(_UNNAMED)},
        ),
        Refuse(
            f"not exists (select 1 from meeting_member where {MEETING}"
            f" and person_id = {of_meeting('chair')} and attendance = 'present')",
            MeetingFault.CHAIR_ABSENT,
        ),
        # More than half at the least, whatever the client says the office's rule is.
        Refuse(
            f"2 * {PRESENT} <= {COUNT}) or {PRESENT} < {{p.quorum|int}}",
            MeetingFault.NO_QUORUM,
            {
                "present": PRESENT,
                "members": f"{COUNT})",
                "needed": f"(case when {{p.quorum|int}} > {COUNT}) / 2 + 1 then {{p.quorum|int}}"
                f" else {COUNT}) / 2 + 1 end)",
            },
        ),
        Each(
            "recusals",
            (
                Refuse("trim({i.reason}) = ''", MeetingFault.RECUSAL_REASON),
                Refuse(
                    f"not exists (select 1 from agenda_item where {MEETING}"
                    " and case_id = {i.case_id})",
                    MeetingFault.ITEM_UNKNOWN,
                ),
                insert(
                    "item_recusal",
                    {
                        "case_id": "{i.case_id}",
                        "meeting_id": "{p.meeting_id}",
                        "person_id": "{i.person_id}",
                        "reason": "{i.reason}",
                        "readers": READERS_OF.replace("{who}", "{i.case_id}"),
                    },
                ),
            ),
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
        Run(
            f"update meeting set state = '{MeetingState.OPEN.value}', opened_at = {{now}},"
            f" quorum = {{p.quorum|int}}, quorum_rule = {{p.quorum_rule}} where {MEETING}"
        ),
    ),
    kinds=KINDS,
)

CLOSE_MEETING = Effect(
    steps=(
        *touch(MeetingState.OPEN),
        Refuse(
            f"exists (select 1 from agenda_item where {MEETING} and state = 'waiting')",
            MeetingFault.ITEMS_OPEN,
        ),
        Run(
            f"update meeting set state = '{MeetingState.CLOSED.value}', closed_at = {{now}}"
            f" where {MEETING}"
        ),
    ),
    kinds=KINDS,
)

CANCEL_MEETING = Effect(
    steps=(
        *touch(MeetingState.PLANNED),
        Refuse(
            "trim({p.reason}) = ''",
            MeetingFault.FIELD_MISSING,
            {"field": "'meeting.reason'"},
        ),
        Run(
            f"update meeting set state = '{MeetingState.CANCELLED.value}',"
            f" cancelled_because = {{p.reason}} where {MEETING}"
        ),
    ),
    kinds=KINDS,
)

EFFECTS: Mapping[OfficeAction, Effect] = {
    OfficeAction.PUT_MEETING: PUT_MEETING,
    OfficeAction.PUT_AGENDA: PUT_AGENDA,
    OfficeAction.OPEN_MEETING: OPEN_MEETING,
    OfficeAction.CLOSE_MEETING: CLOSE_MEETING,
    OfficeAction.CANCEL_MEETING: CANCEL_MEETING,
}
