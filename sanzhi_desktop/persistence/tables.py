"""The tables: one schema for SQLite and PostgreSQL.

Lives here: the tables of the office, its people, keys, rules and history; those of a case stand in
`case_tables` and are named here as well, so that this module is the whole schema. Must not:
triggers and functions (`walls`, `functions`), or what a command writes.
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence.blob_tables import blob, blob_chunk, blob_proof, file_store
from sanzhi_desktop.persistence.case_tables import (
    answer,
    case_,
    clearance,
    clock_event,
    counter,
    decision,
    document,
    material,
    number,
    problem,
    problem_mark,
    round_,
)
from sanzhi_desktop.persistence.columns import (
    an_object,
    at,
    day,
    flag,
    key,
    metadata,
    one_of,
    table,
    text,
    to,
    whole,
)
from sanzhi_desktop.persistence.dispute_tables import (
    consultation,
    consultation_entry,
    consultation_point,
    dispute_file,
    escalation,
    escalation_point,
    expert,
    expert_material,
    expert_request,
    late_leave,
    objection,
    objection_point,
    record_edition,
)
from sanzhi_desktop.persistence.meeting_tables import (
    agenda_item,
    dispute_result,
    item_recusal,
    meeting,
    meeting_member,
    minutes,
    recusal_correction,
    roll_correction,
    ruling,
    speech,
    vote,
    vote_correction,
)
from sanzhi_desktop.persistence.office_life_tables import opening, reminder, second_opinion
from sanzhi_desktop.persistence.presence_table import presence
from sanzhi_desktop.persistence.tag_tables import history_seal, history_tag
from sanzhi_desktop.persistence.transfer_tables import (
    transfer,
    transfer_event,
    transfer_member,
    transfer_number,
)

__all__ = [
    "account",
    "agenda_item",
    "answer",
    "audit",
    "audit_head",
    "blob",
    "blob_chunk",
    "blob_proof",
    "calendar",
    "case_",
    "certificate",
    "checkpoint",
    "checkpoint_leaf",
    "clearance",
    "clock_event",
    "consultation",
    "consultation_entry",
    "consultation_point",
    "counter",
    "decision",
    "dispute_file",
    "dispute_result",
    "document",
    "escalation",
    "escalation_point",
    "expert",
    "expert_material",
    "expert_request",
    "file_store",
    "history_seal",
    "history_tag",
    "irregularity",
    "item_recusal",
    "late_leave",
    "material",
    "meeting",
    "meeting_member",
    "metadata",
    "minutes",
    "number",
    "objection",
    "objection_point",
    "office",
    "opening",
    "person",
    "person_role",
    "presence",
    "problem",
    "problem_mark",
    "profile_edition",
    "record_edition",
    "recusal",
    "recusal_correction",
    "reminder",
    "roll_correction",
    "root_certificate",
    "round_",
    "ruling",
    "seal",
    "second_opinion",
    "speech",
    "transfer",
    "transfer_event",
    "transfer_member",
    "transfer_number",
    "unit",
    "vote",
    "vote_correction",
]

office = table(
    "office",
    key("code"),
    key("name"),
    key("series"),
    key("profile_id"),
    text("profile_edition"),
    flag("sample"),
    at("created_at", nullable=False),
    text("moved_to"),  # where the office is now; from then on nothing is written here
    key=(),
)

unit = table("unit", key("name"), key=("name",))

person = table(
    "person",
    key("person_id"),
    key("name"),
    text("sort_key"),
    text("unit"),
    text("enforcement_certificate"),
    day("certificate_valid_to"),
    text("legal_qualification"),
    day("first_review_on"),
    flag("active", 1),
    sa.CheckConstraint("person_id = lower(person_id) and person_id <> ''", name="person_id"),
    to("office"),
    key=("person_id",),
)

person_role = table(
    "person_role",
    key("person_id"),
    whole("seq", None),
    key("role"),
    day("valid_from"),
    day("valid_to"),
    text("basis"),
    one_of("role", Role),
    sa.CheckConstraint("valid_from <= valid_to", name="period"),  # an open end fits everything
    sa.CheckConstraint("valid_to is null or trim(basis) <> ''", name="basis"),
    to("person", "person_id"),
    key=("person_id", "seq"),
)

account = table(
    "account",
    key("person_id"),
    key("argon2"),
    at("changed_at", nullable=False),
    to("person", "person_id"),
    key=("person_id",),
)

recusal = table(
    "recusal",
    key("recusal_id"),
    key("person_id"),
    text("unit"),
    text("party"),
    text("case_id"),
    text("reason"),
    sa.CheckConstraint("unit <> '' or party <> '' or case_id <> ''", name="covers_something"),
    to("person", "person_id"),
    key=("recusal_id",),
)

certificate = table(
    "certificate",
    key("fingerprint"),
    key("person_id"),
    key("source"),
    key("pem"),
    text("serial"),
    at("not_before", nullable=False),
    at("not_after", nullable=False),
    flag("revoked"),
    text("revoked_reason"),
    to("person", "person_id"),
    key=("fingerprint",),
)

root_certificate = table(
    "root_certificate", key("fingerprint"), key("pem"), text("name"), key=("fingerprint",)
)

seal = table(
    "seal",
    key("seal_id"),
    key("name"),
    text("custodian"),
    sa.Column("image", sa.LargeBinary, nullable=False),
    text("media"),
    key=("seal_id",),
)

profile_edition = table(
    "profile_edition",
    key("profile_id"),
    key("edition"),
    key("applied"),
    day("effective_from"),
    text("published_by"),
    at("published_at", nullable=False),
    text("clears"),  # ',permit,…,': kinds in which the meeting's decision opens the gate
    an_object("applied"),
    # 行政处罚法 art. 58: no rule of any layer lets it do so for a penalty.
    sa.CheckConstraint("replace(clears, ',penalty,', '') = clears", name="never_for_a_penalty"),
    key=("profile_id", "edition"),
)

# A holiday arrangement that the office brought in; of two editions of a year the later one counts.
calendar = table(
    "calendar",
    whole("year", None),
    key("edition"),
    key("number"),
    key("arrangement"),
    text("published_by"),
    at("published_at", nullable=False),
    key=("year", "edition"),
)

irregularity = table(
    "irregularity",
    key("irregularity_id"),
    text("case_id"),
    text("agency"),
    text("decision_number"),
    day("decided_on"),
    text("content"),
    text("note"),
    text("recorded_by"),
    at("recorded_at", nullable=False),
    key=("irregularity_id",),
)

# `entry` is the truth. Beside it stands what an entry is found by: its place, the client-made id of
# the command, so that a repeat gets the answer of the first time, and the moment.
audit = table(
    "audit",
    text("case_id"),
    whole("seq", None),
    key("command_id"),
    at("at", nullable=False),
    key("hash"),
    key("entry"),  # last, for it is long
    key=("case_id", "seq"),
)
sa.Index("ux_audit_command", audit.c.office_id, audit.c.command_id, unique=True)
sa.Index("ix_audit_at", audit.c.office_id, audit.c.at)

# The end of a chain, which is what every command on a case moves and locks: narrow, so that an
# answer saved leaves the wide row of the case alone. `version` is the case's own; the one in the
# case's row says which version wrote that row. `moved` is 1 where a checkpoint has to look; whether
# one holds this end is told by its leaves.
audit_head = table(
    "audit_head",
    text("case_id"),
    whole("seq", None),
    key("hash"),
    whole("version"),
    whole("moved", 1),
    key=("case_id",),
)
_moved = sa.text("moved = 1")
sa.Index(
    "ix_audit_head__moved",
    audit_head.c.office_id,
    audit_head.c.case_id,
    sqlite_where=_moved,
    postgresql_where=_moved,
)

# A root as it was printed or handed out; its leaves are the chains that moved since the one before.
checkpoint = table(
    "checkpoint",
    whole("n", None),
    key("previous"),
    key("root"),
    whole("leaves", None),
    at("made_at", nullable=False),
    key=("n",),
)
checkpoint_leaf = table(
    "checkpoint_leaf",
    whole("n", None),
    text("chain"),  # the case's id; '' is the office's own chain
    whole("seq", None),
    key("hash"),
    to("checkpoint", "n"),
    key=("n", "chain"),
)
sa.Index(
    "ix_checkpoint_leaf__end",
    checkpoint_leaf.c.office_id,
    checkpoint_leaf.c.chain,
    checkpoint_leaf.c.seq,
)
