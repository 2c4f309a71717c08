"""The tables of the transfer of a suspected crime (涉嫌犯罪移送): transfer, team, events, numbers.

Lives here: columns, keys, CHECKs and indexes. Every key and index begins with the office.
Must not: triggers (`transfer_walls`), or what a command writes (`transfer_effects`).
"""

import sqlalchemy as sa

from sanzhi_desktop.domain.transfer import TransferDestination, TransferStage
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

_ENDED = ", ".join(f"'{s.value}'" for s in TransferStage if s.ended)

transfer = table(
    "transfer",
    key("case_id"),
    whole("no", None),
    key("stage"),
    flag("ended"),
    key("destination"),
    sa.Column("opened_on", sa.Date, nullable=False),
    at("last_at", nullable=False),  # the moment of the last step, which the next may not precede
    text("attachments"),
    text("number"),
    day("dated"),
    text("letter_sha256"),
    sa.CheckConstraint("attachments = '' or attachments like '[%'", name="attachments_list"),
    one_of("stage", TransferStage),
    one_of("destination", TransferDestination),
    sa.CheckConstraint(f"(ended = 1) = (stage in ({_ENDED}))", name="ended_by_stage"),
    to("case_", "case_id"),
    key=("case_id", "no"),
)
_open = sa.text("ended = 0")
sa.Index(
    "uq_transfer_open",
    transfer.c.office_id,
    transfer.c.case_id,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
sa.Index(None, transfer.c.office_id, transfer.c.stage, transfer.c.case_id)

transfer_member = table(
    "transfer_member",
    key("case_id"),
    whole("no", None),
    key("person_id"),
    whole("place", None),
    key("name"),
    key("certificate"),
    at("joined_at", nullable=False),
    at("left_at"),  # who left the team reads the case no longer
    to("transfer", "case_id", "no"),
    key=("case_id", "no", "person_id"),
)

transfer_event = table(
    "transfer_event",
    key("case_id"),
    whole("no", None),
    whole("seq", None),
    key("action"),
    text("choice"),
    at("at", nullable=False),
    at("recorded_at", nullable=False),
    key("recorded_by"),
    text("reason"),
    text("detail"),
    whole("corrects"),  # the event that this one puts right; 0: it is one itself
    sa.CheckConstraint("(corrects > 0) = (action = 'correct_transfer')", name="corrects"),
    sa.CheckConstraint("detail = '' or detail like '{%'", name="detail_object"),
    sa.CheckConstraint("corrects < seq", name="corrects_earlier"),
    to("transfer", "case_id", "no"),
    key=("case_id", "no", "seq"),
)

transfer_number = table(
    "transfer_number",
    key("series"),
    whole("year", None),
    whole("no", None),
    key("label"),
    key("case_id"),
    whole("transfer_no", None),
    key("status"),
    text("reserved_by"),
    at("reserved_at", nullable=False),
    text("void_reason"),
    at("voided_at"),
    sa.CheckConstraint("status in ('reserved', 'issued', 'void')", name="status"),
    sa.CheckConstraint("status <> 'void' or trim(void_reason) <> ''", name="void_reason"),
    sa.UniqueConstraint("office_id", "label"),
    to("transfer", "case_id", "transfer_no", target=("case_id", "no")),
    key=("series", "year", "no"),
)
_live = sa.text("status <> 'void'")
sa.Index(
    "uq_transfer_number_live",
    transfer_number.c.office_id,
    transfer_number.c.case_id,
    transfer_number.c.transfer_no,
    unique=True,
    sqlite_where=_live,
    postgresql_where=_live,
)
