"""What certifying and signing the minutes of a meeting write.

Lives here: their guards and writes, in the language of `writes`. Must not: anything that changes
what the minutes say; the walls refuse it from the first signature on.
"""

from collections.abc import Mapping

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.meeting import MeetingFault, MeetingState
from sanzhi_desktop.persistence.effect_parts import NOT_A_PDF, insert
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.meeting_parts import (
    KINDS,
    MEETING,
    MINE,
    THERE,
    head_on,
    name_of,
    of_meeting,
    touch,
)
from sanzhi_desktop.persistence.writes import Effect, Refuse, Run, Steps

_STORE: Steps = (
    Refuse("not {p.document|has}", PersistenceFault.DOCUMENT_MISSING),
    Refuse(
        "coalesce({p.document.pdf|digest}, '') <> {p.document.sha256}",
        PersistenceFault.DIGEST_MISMATCH,
    ),
    NOT_A_PDF,
    insert(
        "minutes",
        {
            "meeting_id": "{p.meeting_id}",
            "place": f"coalesce((select max(place) from minutes where {MEETING}), 0) + 1",
            "sha256": "{p.document.sha256}",
            "content": "{p.document.pdf|bytes}",
            "signed_by": "{me}",
            "signed_at": "{now}",
        },
    ),
)

CERTIFY_MINUTES = Effect(
    steps=(
        *touch(MeetingState.CLOSED),
        Refuse(f"{of_meeting('recorder')} <> {{me}}", MeetingFault.NOT_RECORDER),
        *_STORE,
        Run(
            f"update meeting set state = '{MeetingState.SIGNING.value}', content = {{p.content}},"
            f" minutes_sha256 = {{p.document.sha256}} where {MEETING}"
        ),
    ),
    kinds=KINDS,
)

_ME = f"from meeting_member where {MEETING} and person_id = {{me}}"
_CHAIR = of_meeting("chair")

SIGN_MINUTES = Effect(
    steps=(
        Refuse(f"not exists ({THERE})", MeetingFault.UNKNOWN),
        # Two who sign at once: the second waits for the row and finds other minutes than he read.
        Run(
            "update meeting set version = version + 1, last_command = {cmd}, updated_at = {now}"
            f" where {MEETING} and state = 'signing' and minutes_sha256 = {{p.seen_sha256}}"
        ),
        Refuse(
            f"not exists ({THERE} and state = 'signing')",
            MeetingFault.WRONG_STATE,
            {"state": of_meeting("state"), "needed": "'signing'"},
        ),
        Refuse(f"{MINE} <> {{cmd}}", MeetingFault.SIGNED_MEANWHILE),
        Refuse(f"not exists (select 1 {_ME} and attendance = 'present')", MeetingFault.NOT_SIGNER),
        Refuse(f"exists (select 1 {_ME} and signed_at is not null)", MeetingFault.SIGNED_ALREADY),
        # An acting head signs within his period, or within another one that covers today.
        Refuse(
            f"exists (select 1 {_ME} and valid_to is not null and valid_to < {{today}})"
            f" and not exists (select 1 {head_on('{me}', '{today}')})",
            MeetingFault.ACTING_ENDED,
            {"name": name_of("{me}"), "date": f"(select cast(valid_to as text) {_ME})"},
        ),
        Refuse(
            f"{_CHAIR} = {{me}} and exists (select 1 from meeting_member where {MEETING}"
            " and attendance = 'present' and signed_at is null and person_id <> {me})",
            MeetingFault.CHAIR_SIGNS_LAST,
        ),
        *_STORE,
        Run(
            f"update meeting_member set signed_at = {{now}} where {MEETING} and person_id = {{me}}"
        ),
        Run(
            "update meeting set minutes_sha256 = {p.document.sha256},"
            f" state = case when chair = {{me}} then '{MeetingState.SIGNED.value}' else state end,"
            f" signed = case when chair = {{me}} then 1 else 0 end where {MEETING}"
        ),
    ),
    kinds=frozenset({"meeting", "case"}),
)

EFFECTS: Mapping[OfficeAction, Effect] = {
    OfficeAction.CERTIFY_MINUTES: CERTIFY_MINUTES,
    OfficeAction.SIGN_MINUTES: SIGN_MINUTES,
}
