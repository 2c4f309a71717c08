"""The tables of collective discussion: meetings, members, agenda, speeches, votes, results.

Lives here: columns, keys and CHECKs. What concerns one case carries its `case_id`. Must not:
triggers (`dispute_walls`), or what a command writes (`meeting_effects`).
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.dispute import Ruling
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.meeting import Attendance, Choice, ItemState, MeetingState
from sanzhi_desktop.persistence.columns import (
    at,
    day,
    fen,
    flag,
    key,
    made_id,
    one_of,
    table,
    text,
    to,
    whole,
)

meeting = table(
    "meeting",
    key("meeting_id"),
    whole("version", None),
    key("state"),
    key("name"),
    key("place"),
    sa.Column("held_on", sa.Date, nullable=False),
    key("begins"),
    key("chair"),
    key("recorder"),
    whole("quorum"),
    text("quorum_rule"),
    at("opened_at"),
    at("closed_at"),
    text("content"),
    text("minutes_sha256"),
    flag("signed"),
    text("cancelled_because"),
    text("made_by"),
    at("updated_at", nullable=False),
    text("last_command"),
    one_of("state", MeetingState),
    sa.CheckConstraint("chair <> recorder", name="recorder_not_chair"),
    sa.CheckConstraint("(signed = 1) = (state = 'signed')", name="signed_state"),
    sa.CheckConstraint(
        "state not in ('signing', 'signed') or minutes_sha256 <> '' and content <> ''",
        name="minutes",
    ),
    sa.UniqueConstraint("office_id", "meeting_id", "held_on", "signed", name="uq_meeting_signed"),
    made_id("meeting_id"),
    to("office"),
    key=("meeting_id",),
)
sa.Index(None, meeting.c.office_id, meeting.c.held_on, meeting.c.meeting_id)

meeting_member = table(
    "meeting_member",
    key("meeting_id"),
    key("person_id"),
    whole("place", None),
    key("post"),
    text("basis"),
    day("valid_from"),
    day("valid_to"),
    key("attendance"),
    text("absence_reason"),
    at("signed_at"),
    one_of("attendance", Attendance),
    sa.CheckConstraint("trim(post) <> ''", name="post"),
    sa.CheckConstraint(
        "attendance <> 'absent' or trim(absence_reason) <> ''", name="absence_reason"
    ),
    sa.CheckConstraint("signed_at is null or attendance = 'present'", name="signed_present"),
    to("meeting", "meeting_id"),
    to("person", "person_id"),
    key=("meeting_id", "person_id"),
)

agenda_item = table(
    "agenda_item",
    key("case_id"),
    key("meeting_id"),
    whole("place", None),
    whole("round", None),
    whole("escalation", None),
    key("state"),
    text("dropped_because"),
    at("closed_at"),
    one_of("state", ItemState),
    to("meeting", "meeting_id"),
    to("escalation", "case_id", "round", "escalation", target=("case_id", "round", "place")),
    sa.UniqueConstraint(
        "office_id", "meeting_id", "case_id", "round", "state", name="uq_agenda_item_state"
    ),
    key=("meeting_id", "case_id"),
)
sa.Index(None, agenda_item.c.office_id, agenda_item.c.case_id)

item_recusal = table(
    "item_recusal",
    key("case_id"),
    key("meeting_id"),
    key("person_id"),
    key("reason"),
    to("agenda_item", "meeting_id", "case_id"),
    to("meeting_member", "meeting_id", "person_id"),
    key=("meeting_id", "case_id", "person_id"),
)

# What was said on a case: reports of people without a vote, then the members' opinions.
speech = table(
    "speech",
    key("case_id"),
    key("meeting_id"),
    whole("seq", None),
    key("kind"),
    key("person_id"),
    key("text"),
    at("said_at", nullable=False),
    sa.CheckConstraint("kind in ('report', 'opinion')", name="kind"),
    sa.CheckConstraint("trim(text) <> ''", name="text"),
    to("agenda_item", "meeting_id", "case_id"),
    to("person", "person_id"),
    key=("meeting_id", "case_id", "seq"),
)
_opinion = sa.text("kind = 'opinion'")
sa.Index(
    "uq_speech_once",
    speech.c.office_id,
    speech.c.meeting_id,
    speech.c.case_id,
    speech.c.person_id,
    unique=True,
    sqlite_where=_opinion,
    postgresql_where=_opinion,
)

vote = table(
    "vote",
    key("case_id"),
    key("meeting_id"),
    whole("number", None),
    key("person_id"),
    key("choice"),
    at("cast_at", nullable=False),
    one_of("choice", Choice),
    to("agenda_item", "meeting_id", "case_id"),
    to("meeting_member", "meeting_id", "person_id"),
    key=("meeting_id", "case_id", "number", "person_id"),
)

ruling = table(
    "ruling",
    key("case_id"),
    key("meeting_id"),
    whole("number", None),
    key("ruling"),
    text("content"),
    flag("permits"),
    text("against_votes"),
    one_of("ruling", Ruling),
    sa.CheckConstraint("ruling <> 'other' or trim(content) <> ''", name="content"),
    sa.CheckConstraint("permits = 0 or ruling <> 'uphold'", name="upheld"),
    to("agenda_item", "meeting_id", "case_id"),
    to("problem", "case_id", "number"),
    key=("meeting_id", "case_id", "number"),
)

# A vote recorded wrongly; the vote itself is never written over, the latest correction counts.
vote_correction = table(
    "vote_correction",
    key("case_id"),
    key("meeting_id"),
    whole("place", None),
    whole("number", None),
    key("person_id"),
    key("was"),
    key("choice"),
    key("reason"),
    key("made_by"),
    at("made_at", nullable=False),
    one_of("choice", Choice),
    sa.CheckConstraint("was <> choice", name="changes"),
    sa.CheckConstraint("trim(reason) <> ''", name="reason"),
    to(
        "vote",
        "meeting_id",
        "case_id",
        "number",
        "person_id",
    ),
    key=("meeting_id", "case_id", "place"),
)

# The roll call and the recusals put right before the minutes; `version` is the meeting's own.
roll_correction = table(
    "roll_correction",
    key("meeting_id"),
    whole("version", None),
    key("person_id"),
    key("was"),
    text("was_because"),
    key("attendance"),
    text("absence_reason"),
    key("reason"),
    key("made_by"),
    at("made_at", nullable=False),
    one_of("attendance", Attendance),
    sa.CheckConstraint("trim(reason) <> ''", name="reason"),
    to("meeting_member", "meeting_id", "person_id"),
    key=("meeting_id", "version", "person_id"),
)

recusal_correction = table(
    "recusal_correction",
    key("case_id"),
    key("meeting_id"),
    whole("version", None),
    key("person_id"),
    text("recusal"),
    key("reason"),
    key("made_by"),
    at("made_at", nullable=False),
    sa.CheckConstraint("trim(reason) <> ''", name="reason"),
    to("agenda_item", "meeting_id", "case_id"),
    to("meeting_member", "meeting_id", "person_id"),
    key=("meeting_id", "version", "case_id", "person_id"),
)

# The minutes with one more signature each time; all are kept, the latest counts.
minutes = table(
    "minutes",
    key("meeting_id"),
    whole("place", None),
    key("sha256"),
    sa.Column("content", sa.LargeBinary, nullable=False),
    key("signed_by"),
    at("signed_at", nullable=False),
    to("meeting", "meeting_id"),
    sa.UniqueConstraint("office_id", "sha256"),
    key=("meeting_id", "place"),
)

# What came back to the case. For a penalty it never permits anything: see the CHECK.
dispute_result = table(
    "dispute_result",
    key("case_id"),
    whole("round", None),
    key("meeting_id"),
    sa.Column("held_on", sa.Date, nullable=False),
    flag("signed", 1),
    key("item_state"),
    flag("for_unit"),
    flag("permits"),
    key("kind"),
    text("party_name"),
    text("party_number"),
    fen("amount_fen"),
    key("minutes_sha256"),
    text("recorded_by"),
    at("recorded_at", nullable=False),
    one_of("kind", Kind),
    sa.CheckConstraint("signed = 1 and item_state = 'closed'", name="signed_and_decided"),
    sa.CheckConstraint(
        "permits = 0 or kind <> 'penalty' and for_unit = 1", name="never_for_a_penalty"
    ),
    to("meeting", "meeting_id", "held_on", "signed"),
    to(
        "agenda_item",
        "meeting_id",
        "case_id",
        "round",
        "item_state",
        target=("meeting_id", "case_id", "round", "state"),
    ),
    to("round", "case_id", "round"),
    sa.UniqueConstraint(
        "office_id",
        "case_id",
        "round",
        "meeting_id",
        "permits",
        "kind",
        "party_name",
        "party_number",
        "amount_fen",
        name="uq_dispute_result_cleared",
    ),
    key=("case_id", "round"),
)
