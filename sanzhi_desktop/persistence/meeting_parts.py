"""Pieces that the effects of a meeting share: its row, its version, names, heads of the agency.

Lives here: building blocks in the language of `writes`. Must not: what one command writes.

Every command first moves the meeting's version on from the one that was seen: whoever comes second
waits for the row, finds it moved and is told so; nothing he meant to write is mixed in.
"""

from sanzhi_desktop.domain.meeting import MeetingFault, MeetingState
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence.writes import Refuse, Run, Steps

MEETING = "office_id = {office} and meeting_id = {p.meeting_id}"
KINDS = frozenset({"meeting"})
THERE = f"select 1 from meeting where {MEETING}"
MINE = f"(select last_command from meeting where {MEETING})"


def of_meeting(column: str) -> str:
    """A column of the meeting in work."""
    return f"(select {column} from meeting where {MEETING})"


def touch(state: MeetingState, *or_: MeetingState) -> Steps:
    """The version moves on, once; the meeting must be in this state, or in one of these."""
    allowed = ", ".join(f"'{s.value}'" for s in (state, *or_))
    return (
        Refuse(f"not exists ({THERE})", MeetingFault.UNKNOWN),
        Run(
            "update meeting set version = version + 1, last_command = {cmd}, updated_at = {now}"
            f" where {MEETING} and version = {{p.seen_version|int}}"
        ),
        Refuse(
            f"{MINE} <> {{cmd}}",
            MeetingFault.STALE,
            {"seen": "{p.seen_version|int}", "current": of_meeting("version")},
        ),
        Refuse(
            f"not exists ({THERE} and state in ({allowed}))",
            MeetingFault.WRONG_STATE,
            {"state": of_meeting("state"), "needed": f"'{state.value}'"},
        ),
    )


def name_of(person: str) -> str:
    """The registered name of a person, or the code."""
    return (
        f"coalesce((select name from person where office_id = {{office}} and person_id = {person}),"
        f" {person})"
    )


_GRANT = (
    "from person_role where office_id = {{office}} and person_id = {person}"
    f" and role = '{Role.AGENCY_HEAD.value}'"
    " and (valid_from is null or valid_from <= {day})"
    " and (valid_to is null or valid_to >= {day})"
)


def head_on(person: str, day: str) -> str:
    """The FROM of the grants that make somebody a head of the agency on a day."""
    return (
        _GRANT.replace("{{office}}", "{office}").replace("{person}", person).replace("{day}", day)
    )


READERS_OF = "(select k.readers from case_ k where k.office_id = {office} and k.case_id = {who})"

# How many members there are, and how many of them came; the first bracket stays open.
COUNT = f"(select count(*) from meeting_member where {MEETING}"
PRESENT = f"{COUNT} and attendance = 'present')"

# A recusal of the register counts also when nobody thought of it at the roll call.
FORGOTTEN = (
    "from meeting_member b join agenda_item a on a.office_id = b.office_id"
    " and a.meeting_id = b.meeting_id join case_ k on k.office_id = a.office_id"
    " and k.case_id = a.case_id join recusal r on r.office_id = b.office_id"
    " and r.person_id = b.person_id and (r.case_id <> '' and r.case_id = k.case_id"
    " or r.party <> '' and r.party = k.party_name or r.unit <> '' and r.unit = k.unit)"
    " where b.office_id = {office} and b.meeting_id = {p.meeting_id}"
    " and b.attendance = 'present' and not exists (select 1 from item_recusal i"
    " where i.office_id = b.office_id and i.meeting_id = b.meeting_id"
    " and i.case_id = a.case_id and i.person_id = b.person_id)"
)
CHAIR_OUT = (
    "from agenda_item a join case_ k on k.office_id = a.office_id and k.case_id = a.case_id"
    " where a.office_id = {office} and a.meeting_id = {p.meeting_id}"
    f" and (replace(k.handler_codes, ',' || {of_meeting('chair')} || ',', '') <> k.handler_codes"
    " or exists (select 1 from item_recusal i where i.office_id = a.office_id"
    " and i.meeting_id = a.meeting_id and i.case_id = a.case_id"
    f" and i.person_id = {of_meeting('chair')}))"
)
