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


def touch(state: MeetingState) -> Steps:
    """The version moves on, once; the meeting must be in this state."""
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
            f"not exists ({THERE} and state = '{state.value}')",
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
