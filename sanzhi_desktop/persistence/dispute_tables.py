"""The tables of a disagreement: consultation, experts, objection, two-sided record, escalation.

Lives here: columns, keys and CHECKs. Must not: the meeting (`meeting_tables`), triggers
(`dispute_walls`), or what a command writes (`dispute_effects`).
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.dispute import Agreement, ExpertKind, Side, Stance
from sanzhi_desktop.persistence.columns import (
    at,
    day,
    flag,
    key,
    one_of,
    table,
    text,
    to,
    whole,
)

consultation = table(
    "consultation",
    key("case_id"),
    key("consultation_id"),
    whole("round", None),
    key("opened_by"),
    key("opened_side"),
    at("opened_at", nullable=False),
    text("proposed_by"),
    text("proposed_side"),
    at("proposed_at"),
    text("closed_by"),
    at("closed_at"),
    one_of("opened_side", Side),
    sa.CheckConstraint("(closed_at is null) = (closed_by = '')", name="closed_whole"),
    to("round", "case_id", "round"),
    key=("case_id", "consultation_id"),
)

consultation_point = table(
    "consultation_point",
    key("case_id"),
    key("consultation_id"),
    whole("number", None),
    sa.Column("agreement", sa.Text),
    text("note"),
    one_of("agreement", Agreement),
    to("consultation", "case_id", "consultation_id"),
    to("problem", "case_id", "number"),
    key=("case_id", "consultation_id", "number"),
)

consultation_entry = table(
    "consultation_entry",
    key("case_id"),
    key("entry_id"),
    key("consultation_id"),
    whole("number", None),
    key("side"),
    key("author"),
    at("said_at", nullable=False),
    key("text"),
    one_of("side", Side),
    sa.CheckConstraint("trim(text) <> ''", name="text"),
    to("consultation_point", "case_id", "consultation_id", "number"),
    key=("case_id", "entry_id"),
)
sa.Index(
    None,
    consultation_entry.c.office_id,
    consultation_entry.c.case_id,
    consultation_entry.c.consultation_id,
)

# A file added to an entry, an objection to one problem, or an expert's advice.
dispute_file = table(
    "dispute_file",
    key("case_id"),
    key("owner_id"),
    whole("place", None),
    key("sha256"),
    key("name"),
    sa.Column("size", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.CheckConstraint("length(sha256) = 64", name="sha256"),
    to("case_", "case_id"),
    key=("case_id", "owner_id", "place"),
)

expert = table(
    "expert",
    key("expert_id"),
    key("name"),
    key("kind"),
    text("speciality"),
    text("unit"),
    text("person_id"),
    day("valid_from"),
    day("valid_to"),
    text("conflicts"),
    flag("active", 1),
    one_of("kind", ExpertKind),
    sa.CheckConstraint("trim(name) <> ''", name="name"),
    to("office"),
    key=("expert_id",),
)

expert_request = table(
    "expert_request",
    key("case_id"),
    key("request_id"),
    whole("round", None),
    key("expert_id"),
    key("expert_name"),
    key("expert_kind"),
    key("question"),
    key("asked_by"),
    at("asked_at", nullable=False),
    text("answer"),
    at("answered_at"),
    text("recorded_by"),
    at("withdrawn_at"),
    text("withdrawn_because"),
    sa.CheckConstraint("trim(question) <> ''", name="question"),
    sa.CheckConstraint("(answered_at is null) = (trim(answer) = '')", name="answered_whole"),
    sa.CheckConstraint("answered_at is null or withdrawn_at is null", name="ended_once"),
    to("round", "case_id", "round"),
    to("expert", "expert_id"),
    key=("case_id", "request_id"),
)

expert_material = table(
    "expert_material",
    key("case_id"),
    key("request_id"),
    key("material_id"),
    key("name"),
    text("sha256"),
    to("expert_request", "case_id", "request_id"),
    key=("case_id", "request_id", "material_id"),
)

late_leave = table(
    "late_leave",
    key("case_id"),
    whole("round", None),
    key("given_by"),
    at("given_at", nullable=False),
    key("reason"),
    to("round", "case_id", "round"),
    key=("case_id", "round"),
)

objection = table(
    "objection",
    key("case_id"),
    whole("round", None),
    key("raised_by"),
    at("raised_at", nullable=False),
    text("replied_by"),
    at("replied_at"),
    to("round", "case_id", "round"),
    key=("case_id", "round"),
)

objection_point = table(
    "objection_point",
    key("case_id"),
    whole("round", None),
    whole("number", None),
    key("reasons"),
    text("basis"),
    text("evidence"),
    sa.Column("stance", sa.Text),
    text("reply"),
    one_of("stance", Stance),
    sa.CheckConstraint("trim(reasons) <> ''", name="reasons"),
    sa.CheckConstraint("(stance is null) = (trim(reply) = '')", name="replied_whole"),
    to("objection", "case_id", "round"),
    to("problem", "case_id", "number"),
    key=("case_id", "round", "number"),
)

record_edition = table(
    "record_edition",
    key("case_id"),
    whole("round", None),
    whole("edition", None),
    key("content"),
    key("content_sha256"),
    key("prepared_sha256"),
    key("frozen_by"),
    at("frozen_at", nullable=False),
    text("certified_sha256"),
    text("certified_by"),
    at("certified_at"),
    text("signed_sha256"),
    text("signed_by"),
    at("signed_at"),
    flag("complete"),
    sa.CheckConstraint(
        "complete = 0 or certified_sha256 <> '' and signed_sha256 <> ''"
        " and certified_at is not null and signed_at is not null and certified_by <> signed_by",
        name="both_signed",
    ),
    sa.UniqueConstraint(
        "office_id", "case_id", "round", "edition", "complete", name="uq_record_edition_complete"
    ),
    to("objection", "case_id", "round"),
    key=("case_id", "round", "edition"),
)

escalation = table(
    "escalation",
    key("case_id"),
    whole("round", None),
    whole("place", None),
    whole("edition", None),
    flag("complete", 1),
    key("escalated_by"),
    at("escalated_at", nullable=False),
    sa.Column("escalated_on", sa.Date, nullable=False),
    text("reason"),
    at("withdrawn_at"),
    sa.CheckConstraint("complete = 1", name="record_complete"),
    # Only a record that both sides signed leads to a meeting.
    to("record_edition", "case_id", "round", "edition", "complete"),
    key=("case_id", "round", "place"),
)
_standing = sa.text("withdrawn_at is null")
sa.Index(
    "uq_escalation_standing",
    escalation.c.office_id,
    escalation.c.case_id,
    escalation.c.round,
    unique=True,
    sqlite_where=_standing,
    postgresql_where=_standing,
)

escalation_point = table(
    "escalation_point",
    key("case_id"),
    whole("round", None),
    whole("place", None),
    whole("number", None),
    to("escalation", "case_id", "round", "place"),
    to("objection_point", "case_id", "round", "number"),
    key=("case_id", "round", "place", "number"),
)
