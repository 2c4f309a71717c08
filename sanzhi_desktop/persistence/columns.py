"""Kinds of columns, keys and checks of which the tables are made.

Lives here: types and naming. Must not: a table. Flags are small integers so that one SQL text
serves both databases; instants are UTC by `Instant`; money is integer fen; identifiers are text
made by the client.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from sanzhi_desktop.persistence.sights import Sight, sight
from sanzhi_desktop.persistence.writes import STAMP


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
        return datetime.fromisoformat(value)  # ends in Z; several times as fast as strptime


READERS = "readers"
SIGHT = "sight"  # where a table's `info` keeps its kind

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, **more: Any) -> sa.Column[str]:
    """Text, never null."""
    return sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''"), **more)


def key(name: str) -> sa.Column[str]:
    """Text that must be given."""
    return sa.Column(name, sa.Text, nullable=False)


def whole(name: str, default: int | None = 0) -> sa.Column[int]:
    """An integer, never null."""
    shown = None if default is None else sa.text(str(default))
    return sa.Column(name, sa.Integer, nullable=False, server_default=shown)


def flag(name: str, default: int = 0) -> sa.Column[int]:
    """0 or 1."""
    check = sa.CheckConstraint(f"{name} in (0, 1)", name=name)
    return sa.Column(
        name, sa.SmallInteger, check, nullable=False, server_default=sa.text(str(default))
    )


def day(name: str) -> sa.Column[Any]:
    """A date or nothing."""
    return sa.Column(name, sa.Date)


def at(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    """A moment."""
    return sa.Column(name, Instant, nullable=nullable)


def fen(name: str) -> sa.Column[int]:
    """Money in fen."""
    # INTEGER on SQLite holds 64 bits as well.
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))


def one_of(column: str, values: Any) -> sa.CheckConstraint:
    """A CHECK that only known codes stand in a column."""
    listed = ", ".join(f"'{v.value}'" for v in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def made_id(column: str) -> sa.CheckConstraint:
    """A CHECK that an id which a client made is one word: it stands in names of files and in lines
    of text."""
    letters = "0123456789abcdefghijklmnopqrstuvwxyz_-"
    word = f"ltrim(lower({column}), '{letters}') = '' and length({column}) between 1 and 64"
    return sa.CheckConstraint(word, name=f"{column}_word")


def an_object(column: str) -> sa.CheckConstraint:
    """A CHECK that JSON kept as text is an object: whoever reads it asks it for its names."""
    return sa.CheckConstraint(f"{column} like '{{%'", name=f"{column}_object")


def table(name: str, *parts: Any, key: tuple[str, ...]) -> sa.Table:
    """A table whose key begins with the office; `readers` is added where a case is named."""
    office = sa.Column("office_id", sa.Integer, nullable=False, autoincrement=False)
    seen = sight(name, [part.name for part in parts if isinstance(part, sa.Column)])
    # ',#unit,code,code,': kept by the functions of a server; on one PC it stays empty.
    readers = [text(READERS)] if seen is Sight.CASE else []
    return sa.Table(
        name,
        metadata,
        office,
        *parts,
        *readers,
        sa.PrimaryKeyConstraint("office_id", *key),
        info={SIGHT: seen},
    )


def to(table: str, *columns: str, target: tuple[str, ...] = ()) -> sa.ForeignKeyConstraint:
    """A foreign key within the office."""
    aims = [f"{table}.{c}" for c in ("office_id", *(target or columns))]
    return sa.ForeignKeyConstraint(["office_id", *columns], aims)


def not_handler(column: str) -> sa.CheckConstraint:
    """Separation of duties: no handler reviews or signs (handler_codes is ',a,b,')."""
    inside = f"replace(handler_codes, ',' || {column} || ',', '') = handler_codes"
    return sa.CheckConstraint(f"{column} = '' or {inside}", name=f"{column}_not_handler")
