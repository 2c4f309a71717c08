"""The tables of a case: submission, rounds, answers, problems, gate, clock, numbers, papers.

Lives here: columns, keys, CHECKs and indexes. Every key and index begins with the office.
Must not: triggers and functions (`walls`, `functions`), or what a command writes.
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.case import RoundReason
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Dimension, Outcome
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.columns import (
    an_object,
    at,
    day,
    fen,
    flag,
    key,
    made_id,
    not_handler,
    one_of,
    table,
    text,
    to,
    whole,
)

case_ = table(
    "case_",
    key("case_id"),
    whole("version", None),
    key("state"),
    whole("round"),
    key("submission"),
    text("name"),
    text("sort_key"),
    text("finder"),  # what a search looks through, see `finding`
    text("numbers"),  # its last part, which an edited submission leaves alone
    key("kind"),
    text("party_name"),
    text("party_number"),
    fen("amount_fen"),
    text("unit"),
    text("agency"),
    text("file_number"),
    text("handler_codes"),
    text("reviewer"),
    text("registered_by"),
    at("registered_at", nullable=False),
    at("received_at"),
    at("accepted_at"),
    day("due_on"),
    text("profile_id"),
    text("profile_edition"),
    text("scope"),
    text("sent_from"),  # the state out of which it was last sent on, for a step back (撤回)
    whole("sent_version"),  # and the version it had from then on
    whole("edited_round"),  # the round after whose opinion the submission was last edited
    at("updated_at", nullable=False),
    made_id("case_id"),
    one_of("state", State),
    one_of("kind", Kind),
    an_object("submission"),
    sa.CheckConstraint("version >= 1 and round >= 0", name="counts"),
    not_handler("reviewer"),
    to("office"),
    key=("case_id",),
)
sa.Index(None, case_.c.office_id, case_.c.state, case_.c.due_on, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.reviewer, case_.c.state)
sa.Index(None, case_.c.office_id, case_.c.sort_key, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.party_name, case_.c.case_id)
# Exactly the orders of the work lists: cases without the date come last, so a list of many
# thousand cases begins without sorting them.
for _name, _date in (("due", case_.c.due_on), ("received", case_.c.received_at)):
    sa.Index(f"ix_case__{_name}", case_.c.office_id, _date.is_(None), _date, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.party_number)

# What the gate compares: the same columns lead from the round over the clearance to the decision.
CLEARED = ("kind", "party_name", "party_number", "amount_fen")

round_ = table(
    "round",
    key("case_id"),
    whole("round", None),
    key("reason"),
    key("submission"),
    key("kind"),
    text("party_name"),
    text("party_number"),
    fen("amount_fen"),
    text("handler_codes"),
    text("submitted_by"),
    at("submitted_at"),
    flag("declared"),
    text("reviewer"),
    sa.Column("outcome", sa.Text),
    text("items"),  # what the review is to answer, ',A01,A02,', as it was assigned
    text("vetoes"),  # and which of them rule 同意 out where they fail
    text("opinion"),
    text("materials_digest"),
    text("certified_sha256"),
    at("certified_at"),
    text("sent_back"),
    text("number"),
    day("dated"),
    flag("issued"),
    text("signer"),
    text("same_person_reason"),
    text("override_reason"),
    text("issued_sha256"),
    at("issued_at"),
    one_of("reason", RoundReason),
    one_of("outcome", Outcome),
    sa.CheckConstraint("opinion = '' or opinion like '{%'", name="opinion_object"),
    not_handler("reviewer"),
    not_handler("signer"),
    sa.CheckConstraint(
        "signer = '' or signer <> reviewer or trim(same_person_reason) <> ''",
        name="signer_not_reviewer",
    ),
    # 同意 in spite of a failed veto takes two people, whatever reason the one would give.
    sa.CheckConstraint(
        "signer = '' or signer <> reviewer or outcome <> 'AGREE' or trim(override_reason) = ''",
        name="override_by_two",
    ),
    sa.CheckConstraint(
        "issued = 0 or (signer <> '' and outcome is not null and number <> '' and dated is not null"
        " and certified_sha256 <> '' and issued_sha256 <> '' and issued_at is not null)",
        name="issued_complete",
    ),
    sa.UniqueConstraint(
        "office_id", "case_id", "round", "outcome", "issued", *CLEARED, name="uq_round_cleared"
    ),
    to("case_", "case_id"),
    key=("case_id", "round"),
)

material = table(
    "material",
    key("case_id"),
    key("material_id"),
    whole("place", None),
    text("code"),
    text("name"),
    sa.Column("pages", sa.Integer),
    flag("original", 1),
    text("sha256"),
    sa.Column("size", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    text("file_name"),
    text("waived"),
    made_id("material_id"),
    to("case_", "case_id"),
    key=("case_id", "material_id"),
)
sa.Index(None, material.c.office_id, material.c.sha256)

answer = table(
    "answer",
    key("case_id"),
    whole("round", None),
    key("item_id"),
    key("answer"),
    text("note"),
    text("evidence"),
    text("answered_by"),
    at("answered_at", nullable=False),
    sa.CheckConstraint("answer in ('CONFORMS', 'MINOR', 'FAILS', 'NOT_APPLICABLE')", name="answer"),
    to("round", "case_id", "round"),
    key=("case_id", "round", "item_id"),
)

problem = table(
    "problem",
    key("case_id"),
    whole("number", None),
    whole("round", None),
    text("item_id"),
    text("dimension"),
    text("finding"),
    text("basis"),
    text("evidence"),
    text("suggestion"),
    text("response"),
    text("responded_by"),
    sa.Column("adoption", sa.Text),
    text("adoption_reason"),
    one_of("dimension", Dimension),
    sa.CheckConstraint("adoption in ('full', 'partly', 'not')", name="adoption"),
    to("round", "case_id", "round"),
    key=("case_id", "number"),
)

# What the review of a later round found of an earlier problem: nothing falls out between rounds.
problem_mark = table(
    "problem_mark",
    key("case_id"),
    whole("round", None),
    whole("number", None),
    flag("solved"),
    text("note"),
    text("marked_by"),
    at("marked_at", nullable=False),
    to("round", "case_id", "round"),
    to("problem", "case_id", "number"),
    key=("case_id", "round", "number"),
)

clearance = table(
    "clearance",
    key("clearance_id"),
    key("case_id"),
    whole("round", None),
    key("origin"),
    flag("open", 1),
    key("outcome"),
    flag("issued", 1),
    key("kind"),
    text("party_name"),
    text("party_number"),
    fen("amount_fen"),
    text("materials_digest"),
    at("opened_at", nullable=False),
    at("closed_at"),
    text("closed_because"),
    sa.Column("meeting_id", sa.Text),
    sa.Column("permits", sa.SmallInteger),
    # 行政处罚法 art. 58: a meeting never stands in for a passing review of a penalty.
    sa.CheckConstraint(
        "origin = 'opinion' and outcome = 'AGREE' and issued = 1 and meeting_id is null"
        " or origin = 'collective_decision' and outcome <> 'AGREE' and issued = 1"
        " and meeting_id is not null and permits = 1 and kind <> 'penalty'",
        name="origin",
    ),
    sa.UniqueConstraint("office_id", "case_id", "round", "origin"),
    sa.UniqueConstraint(
        "office_id", "case_id", "clearance_id", "open", *CLEARED, name="uq_clearance_cleared"
    ),
    to("round", "case_id", "round", "outcome", "issued", *CLEARED),
    to("dispute_result", "case_id", "round", "meeting_id", "permits", *CLEARED),
    key=("clearance_id",),
)

decision = table(
    "decision",
    key("case_id"),
    key("clearance_id"),
    flag("open", 1),
    key("kind"),
    text("party_name"),
    text("party_number"),
    fen("amount_fen"),
    key("number"),
    sa.Column("decided_on", sa.Date, nullable=False),
    text("content"),
    text("registered_by"),
    at("registered_at", nullable=False),
    sa.CheckConstraint("open = 1", name="gate_open"),
    to("clearance", "case_id", "clearance_id", "open", *CLEARED),
    key=("case_id",),
)

clock_event = table(
    "clock_event",
    key("case_id"),
    whole("seq", None),
    whole("round", None),
    key("event"),
    at("at", nullable=False),
    text("cause"),
    whole("number"),
    text("unit"),
    text("approver"),
    text("reason"),
    sa.CheckConstraint(
        "event in ('start_receipt', 'start_acceptance', 'suspend', 'resume', 'extend', 'stop',"
        " 'recall', 'extend_case')",
        name="event",
    ),
    to("case_", "case_id"),
    key=("case_id", "seq"),
)

counter = table(
    "counter", key("series"), whole("year", None), whole("last_no", None), key=("series", "year")
)

number = table(
    "number",
    key("series"),
    whole("year", None),
    whole("no", None),
    key("label"),
    key("case_id"),
    whole("round", None),
    key("status"),
    text("reserved_by"),
    at("reserved_at", nullable=False),
    text("void_reason"),
    at("voided_at"),
    sa.CheckConstraint("status in ('reserved', 'issued', 'void')", name="status"),
    sa.CheckConstraint("status <> 'void' or trim(void_reason) <> ''", name="void_reason"),
    sa.UniqueConstraint("office_id", "label"),
    to("round", "case_id", "round"),
    key=("series", "year", "no"),
)
_live = sa.text("status <> 'void'")
sa.Index(
    "uq_number_live",
    number.c.office_id,
    number.c.case_id,
    number.c.round,
    unique=True,
    sqlite_where=_live,
    postgresql_where=_live,
)

document = table(
    "document",
    key("case_id"),
    key("sha256"),
    whole("round"),
    key("kind"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    text("stored_by"),
    at("stored_at", nullable=False),
    to("case_", "case_id"),
    key=("case_id", "sha256"),
)
sa.Index(None, document.c.office_id, document.c.sha256)
