"""The tables: one schema for SQLite and PostgreSQL.

Lives here: columns, keys, CHECKs and indexes. Every key and index begins with the office.
Must not: triggers and functions (`walls`, `functions`), or what a command writes (`effects`).

Flags are small integers so that one SQL text serves both databases; instants are UTC by
`Instant`; money is integer fen; identifiers are text made by the client.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import State

STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite would drop the offset of a datetime, so it is ISO text there."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """timestamptz on PostgreSQL, text on SQLite."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """Refuses a naive datetime: nobody could say which moment it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.strftime(STAMP)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            moment: datetime = value
            return moment.astimezone(UTC)
        return datetime.strptime(value, STAMP).replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''"), **more)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _int(name: str, default: int | None = 0) -> sa.Column[int]:
    shown = None if default is None else sa.text(str(default))
    return sa.Column(name, sa.Integer, nullable=False, server_default=shown)


def _flag(name: str, default: int = 0) -> sa.Column[int]:
    check = sa.CheckConstraint(f"{name} in (0, 1)", name=name)
    return sa.Column(
        name, sa.SmallInteger, check, nullable=False, server_default=sa.text(str(default))
    )


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date)


def _at(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, Instant, nullable=nullable)


def _fen(name: str) -> sa.Column[int]:
    # INTEGER on SQLite holds 64 bits as well.
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))


def _one_of(column: str, values: Any) -> sa.CheckConstraint:
    listed = ", ".join(f"'{v.value}'" for v in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def _table(name: str, *parts: Any, key: tuple[str, ...]) -> sa.Table:
    office = sa.Column("office_id", sa.Integer, nullable=False)
    return sa.Table(name, metadata, office, *parts, sa.PrimaryKeyConstraint("office_id", *key))


def _to(table: str, *columns: str, target: tuple[str, ...] = ()) -> sa.ForeignKeyConstraint:
    aims = [f"{table}.{c}" for c in ("office_id", *(target or columns))]
    return sa.ForeignKeyConstraint(["office_id", *columns], aims)


def _not_handler(column: str) -> sa.CheckConstraint:
    """Separation of duties: no handler reviews or signs (handler_codes is ',a,b,')."""
    inside = f"replace(handler_codes, ',' || {column} || ',', '') = handler_codes"
    return sa.CheckConstraint(f"{column} = '' or {inside}", name=f"{column}_not_handler")


office = _table(
    "office",
    _key("code"),
    _key("name"),
    _key("series"),
    _key("profile_id"),
    _text("profile_edition"),
    _flag("sample"),
    _at("created_at", nullable=False),
    key=(),
)

unit = _table("unit", _key("name"), key=("name",))

person = _table(
    "person",
    _key("person_id"),
    _key("name"),
    _text("sort_key"),
    _text("unit"),
    _text("enforcement_certificate"),
    _day("certificate_valid_to"),
    _text("legal_qualification"),
    _day("first_review_on"),
    _flag("active", 1),
    sa.CheckConstraint("person_id = lower(person_id) and person_id <> ''", name="person_id"),
    _to("office"),
    key=("person_id",),
)

person_role = _table(
    "person_role",
    _key("person_id"),
    _int("seq", None),
    _key("role"),
    _day("valid_from"),
    _day("valid_to"),
    _text("basis"),
    _one_of("role", Role),
    _to("person", "person_id"),
    key=("person_id", "seq"),
)

account = _table(
    "account",
    _key("person_id"),
    _key("argon2"),
    _at("changed_at", nullable=False),
    _to("person", "person_id"),
    key=("person_id",),
)

recusal = _table(
    "recusal",
    _key("recusal_id"),
    _key("person_id"),
    _text("unit"),
    _text("party"),
    _text("case_id"),
    _text("reason"),
    sa.CheckConstraint("unit <> '' or party <> '' or case_id <> ''", name="covers_something"),
    _to("person", "person_id"),
    key=("recusal_id",),
)

certificate = _table(
    "certificate",
    _key("fingerprint"),
    _key("person_id"),
    _key("source"),
    _key("pem"),
    _text("serial"),
    _at("not_before", nullable=False),
    _at("not_after", nullable=False),
    _flag("revoked"),
    _text("revoked_reason"),
    _to("person", "person_id"),
    key=("fingerprint",),
)

root_certificate = _table(
    "root_certificate", _key("fingerprint"), _key("pem"), _text("name"), key=("fingerprint",)
)

seal = _table(
    "seal",
    _key("seal_id"),
    _key("name"),
    _text("custodian"),
    sa.Column("image", sa.LargeBinary, nullable=False),
    _text("media"),
    key=("seal_id",),
)

profile_edition = _table(
    "profile_edition",
    _key("profile_id"),
    _key("edition"),
    _key("applied"),
    _day("effective_from"),
    _text("published_by"),
    _at("published_at", nullable=False),
    key=("profile_id", "edition"),
)

case_ = _table(
    "case_",
    _key("case_id"),
    _int("version", None),
    _key("state"),
    _int("round"),
    _key("submission"),
    _text("name"),
    _text("sort_key"),
    _key("kind"),
    _text("party_name"),
    _text("party_number"),
    _fen("amount_fen"),
    _text("unit"),
    _text("agency"),
    _text("file_number"),
    _text("handler_codes"),
    _text("reviewer"),
    _text("registered_by"),
    _at("registered_at", nullable=False),
    _at("received_at"),
    _at("accepted_at"),
    _day("due_on"),
    _text("profile_id"),
    _text("profile_edition"),
    _text("scope"),
    _at("updated_at", nullable=False),
    _one_of("state", State),
    sa.CheckConstraint("version >= 1 and round >= 0", name="counts"),
    _not_handler("reviewer"),
    _to("office"),
    key=("case_id",),
)
sa.Index(None, case_.c.office_id, case_.c.state, case_.c.due_on, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.reviewer, case_.c.state)
sa.Index(None, case_.c.office_id, case_.c.due_on, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.received_at, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.sort_key, case_.c.case_id)
sa.Index(None, case_.c.office_id, case_.c.party_number)

# What the gate compares: the same columns lead from the round over the clearance to the decision.
CLEARED = ("kind", "party_name", "party_number", "amount_fen")

round_ = _table(
    "round",
    _key("case_id"),
    _int("round", None),
    _key("reason"),
    _key("submission"),
    _key("kind"),
    _text("party_name"),
    _text("party_number"),
    _fen("amount_fen"),
    _text("handler_codes"),
    _text("submitted_by"),
    _at("submitted_at"),
    _flag("declared"),
    _text("reviewer"),
    sa.Column("outcome", sa.Text),
    _text("opinion"),
    _text("materials_digest"),
    _text("certified_sha256"),
    _at("certified_at"),
    _text("sent_back"),
    _text("number"),
    _day("dated"),
    _flag("issued"),
    _text("signer"),
    _text("same_person_reason"),
    _text("issued_sha256"),
    _at("issued_at"),
    _one_of("outcome", Outcome),
    _not_handler("reviewer"),
    _not_handler("signer"),
    sa.CheckConstraint(
        "signer = '' or signer <> reviewer or trim(same_person_reason) <> ''",
        name="signer_not_reviewer",
    ),
    sa.CheckConstraint(
        "issued = 0 or (signer <> '' and outcome is not null and number <> '' and dated is not null"
        " and certified_sha256 <> '' and issued_sha256 <> '' and issued_at is not null)",
        name="issued_complete",
    ),
    sa.UniqueConstraint(
        "office_id", "case_id", "round", "outcome", "issued", *CLEARED, name="uq_round_cleared"
    ),
    _to("case_", "case_id"),
    key=("case_id", "round"),
)

material = _table(
    "material",
    _key("case_id"),
    _key("material_id"),
    _int("place", None),
    _text("code"),
    _text("name"),
    sa.Column("pages", sa.Integer),
    _flag("original", 1),
    _text("sha256"),
    sa.Column("size", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    _text("file_name"),
    _to("case_", "case_id"),
    key=("case_id", "material_id"),
)

answer = _table(
    "answer",
    _key("case_id"),
    _int("round", None),
    _key("item_id"),
    _key("answer"),
    _text("note"),
    _text("evidence"),
    _text("answered_by"),
    _at("answered_at", nullable=False),
    sa.CheckConstraint("answer in ('CONFORMS', 'MINOR', 'FAILS', 'NOT_APPLICABLE')", name="answer"),
    _to("round", "case_id", "round"),
    key=("case_id", "round", "item_id"),
)

problem = _table(
    "problem",
    _key("case_id"),
    _int("number", None),
    _int("round", None),
    _text("item_id"),
    _text("dimension"),
    _text("finding"),
    _text("basis"),
    _text("evidence"),
    _text("suggestion"),
    _text("response"),
    _text("responded_by"),
    sa.Column("adoption", sa.Text),
    _text("adoption_reason"),
    sa.CheckConstraint("adoption in ('full', 'partly', 'not')", name="adoption"),
    _to("round", "case_id", "round"),
    key=("case_id", "number"),
)

clearance = _table(
    "clearance",
    _key("clearance_id"),
    _key("case_id"),
    _int("round", None),
    _key("origin"),
    _flag("open", 1),
    _key("outcome"),
    _flag("issued", 1),
    _key("kind"),
    _text("party_name"),
    _text("party_number"),
    _fen("amount_fen"),
    _text("materials_digest"),
    _at("opened_at", nullable=False),
    _at("closed_at"),
    _text("closed_because"),
    # A collective decision becomes an origin of its own together with the table it points at.
    sa.CheckConstraint(
        "origin = 'opinion' and outcome = 'AGREE' and issued = 1", name="from_passing_opinion"
    ),
    sa.UniqueConstraint("office_id", "case_id", "round", "origin"),
    sa.UniqueConstraint(
        "office_id", "case_id", "clearance_id", "open", *CLEARED, name="uq_clearance_cleared"
    ),
    _to("round", "case_id", "round", "outcome", "issued", *CLEARED),
    key=("clearance_id",),
)

decision = _table(
    "decision",
    _key("case_id"),
    _key("clearance_id"),
    _flag("open", 1),
    _key("kind"),
    _text("party_name"),
    _text("party_number"),
    _fen("amount_fen"),
    _key("number"),
    sa.Column("decided_on", sa.Date, nullable=False),
    _text("content"),
    _text("registered_by"),
    _at("registered_at", nullable=False),
    sa.CheckConstraint("open = 1", name="gate_open"),
    _to("clearance", "case_id", "clearance_id", "open", *CLEARED),
    key=("case_id",),
)

irregularity = _table(
    "irregularity",
    _key("irregularity_id"),
    _text("case_id"),
    _text("agency"),
    _text("decision_number"),
    _day("decided_on"),
    _text("content"),
    _text("note"),
    _text("recorded_by"),
    _at("recorded_at", nullable=False),
    key=("irregularity_id",),
)

clock_event = _table(
    "clock_event",
    _key("case_id"),
    _int("seq", None),
    _int("round", None),
    _key("event"),
    _at("at", nullable=False),
    _text("cause"),
    _int("number"),
    _text("unit"),
    _text("approver"),
    _text("reason"),
    sa.CheckConstraint(
        "event in ('start_receipt', 'start_acceptance', 'suspend', 'resume', 'extend', 'stop')",
        name="event",
    ),
    _to("case_", "case_id"),
    key=("case_id", "seq"),
)

counter = _table(
    "counter", _key("series"), _int("year", None), _int("last_no", None), key=("series", "year")
)

number = _table(
    "number",
    _key("series"),
    _int("year", None),
    _int("no", None),
    _key("label"),
    _key("case_id"),
    _int("round", None),
    _key("status"),
    _text("reserved_by"),
    _at("reserved_at", nullable=False),
    _text("void_reason"),
    _at("voided_at"),
    sa.CheckConstraint("status in ('reserved', 'issued', 'void')", name="status"),
    sa.CheckConstraint("status <> 'void' or trim(void_reason) <> ''", name="void_reason"),
    sa.UniqueConstraint("office_id", "label"),
    _to("round", "case_id", "round"),
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

document = _table(
    "document",
    _key("case_id"),
    _key("sha256"),
    _int("round"),
    _key("kind"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    _text("stored_by"),
    _at("stored_at", nullable=False),
    _to("case_", "case_id"),
    key=("case_id", "sha256"),
)
sa.Index(None, document.c.office_id, document.c.sha256)

# `entry` is the truth; nothing is derived into columns that could say something else.
audit = _table(
    "audit",
    _text("case_id"),
    _int("seq", None),
    _key("entry"),
    _key("hash"),
    key=("case_id", "seq"),
)

audit_head = _table(
    "audit_head", _text("case_id"), _int("seq", None), _key("hash"), key=("case_id",)
)

# A root as it was printed or handed out, with the heads that changed since the one before.
checkpoint = _table(
    "checkpoint",
    _int("n", None),
    _key("root"),
    _key("heads"),
    _at("made_at", nullable=False),
    key=("n",),
)

command = _table(
    "command",
    _key("command_id"),
    _text("case_id"),
    _key("actor"),
    _key("action"),
    _at("at", nullable=False),
    _key("result"),
    key=("command_id",),
)

revision = sa.Table(
    "schema_revision", metadata, sa.Column("version_num", sa.Text, primary_key=True)
)
