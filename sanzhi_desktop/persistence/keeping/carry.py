"""Carrying the rows of one office from the embedded database to a server, and comparing both sides.

Lives here: rows as values that both databases agree on, copying and comparing table by table. Must
not: what closes the source or opens the target (`move`).
"""

import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import zip_longest
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.columns import READERS
from sanzhi_desktop.persistence.errors import named_postgresql
from sanzhi_desktop.persistence.server import raw_errors
from sanzhi_desktop.persistence.server_tables import lists
from sanzhi_desktop.persistence.tables import metadata

_BATCH = 2000
# Passwords of one PC are no log-ins of a server; who sits at a desk, and where files stand, is
# of each place; the keyed tags are of the PC that has the key.
NOT_CARRIED = frozenset(
    {
        "account",
        "presence",
        "file_store",
        "blob",
        "blob_chunk",
        "blob_proof",
        "history_tag",
        "history_seal",
    }
)
# Columns in which the two sides differ on purpose: who reads a row, where the office went.
OF_EACH_SIDE = frozenset({READERS, "moved_to"})

Row = tuple[Any, ...]


def carried() -> list[sa.Table]:
    """The tables of an office, those that others point at first."""
    return [
        table
        for table in metadata.sorted_tables
        if "office_id" in table.c and table.name not in NOT_CARRIED
    ]


def columns(table: sa.Table) -> list[sa.Column[Any]]:
    """What is carried of a table."""
    return [column for column in table.c if column.name not in OF_EACH_SIDE]


def embedded_rows(db: sqlite3.Connection, table: sa.Table, office_id: int) -> Iterator[Row]:
    """The rows of a table in the order of its key, as the values that a server takes."""
    wanted = columns(table)
    names = ", ".join(f'"{column.name}"' for column in wanted)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    cursor = db.execute(
        f'select {names} from "{table.name}" where office_id = ? order by {order}', (office_id,)
    )
    readings = [_reading(column) for column in wanted]
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            yield tuple(read(value) for read, value in zip(readings, row, strict=True))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _same(value: Any) -> Any:
    return value


def _reading(column: sa.Column[Any]) -> Callable[[Any], Any]:
    dialect = sqlite.dialect()
    found = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return found or _same


def server_rows(db: sa.Connection, table: sa.Table, office_id: int) -> Generator[Row, None, None]:
    """The same of the server, in the same order: text by its bytes."""
    order = [
        sa.collate(column, "C") if isinstance(column.type, sa.Text) else column
        for column in table.primary_key
    ]
    query = sa.select(*columns(table)).where(table.c.office_id == office_id).order_by(*order)
    with db.execute(query, execution_options={"yield_per": _BATCH}) as rows:
        for row in rows:
            yield tuple(row)


def copy(
    source: sqlite3.Connection, target: sa.Connection, office_id: int, *, report: Report
) -> int:
    """Writes every row of the office into the server's tables; returns how many.

    The session must be allowed to write tables, with triggers and foreign keys at rest.
    """
    tables = carried()
    # With the triggers at rest nobody else fills what stands for content in the server's keys.
    listed: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, column, parts in lists():
        listed.setdefault(name, {})[column] = parts
    total = 0
    for step, table in enumerate(tables):
        report(step, len(tables), f"搬运数据表 {table.name}")
        total += _copy_table(source, target, table, office_id, listed.get(table.name, {}))
    return total


def _copy_table(
    source: sqlite3.Connection,
    target: sa.Connection,
    table: sa.Table,
    office_id: int,
    listed: Mapping[str, tuple[str, ...]],
) -> int:
    from psycopg import sql

    raw: Any = target.connection.driver_connection
    names = [column.name for column in columns(table)]
    made = {column: [names.index(part) for part in parts] for column, parts in listed.items()}
    statement = sql.SQL("copy app.{} ({}) from stdin").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, [*names, *made]))
    )
    count = 0
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as stream:
            for row in embedded_rows(source, table, office_id):
                told = ([row[place] for place in places] for places in made.values())
                stream.write_row([*row, *([_text(v) for v in values] for values in told)])
                count += 1
    except raw_errors() as error:
        raise named_postgresql(error) from error
    return count


def compare(
    source: sqlite3.Connection, target: sa.Connection, office_id: int, *, report: Report
) -> None:
    """Reads every row of both sides and raises DomainError naming the first that differs."""
    tables = carried()
    for step, table in enumerate(tables):
        report(step, len(tables), f"核对数据表 {table.name}")
        with closing(server_rows(target, table, office_id)) as there:
            for mine, theirs in zip_longest(embedded_rows(source, table, office_id), there):
                if mine != theirs:
                    what = _difference(table, mine, theirs)
                    raise DomainError(KeepingFault.DIFFERS, table=table.name, what=what)


def _difference(table: sa.Table, mine: Row | None, theirs: Row | None) -> str:
    """Names and keys only: what stands in a row is nobody's business who reads a log."""
    wanted = columns(table)
    shown: Sequence[Any] = mine or theirs or ()
    key = "，".join(
        f"{column.name}={value}"
        for column, value in zip(wanted, shown, strict=True)
        if column.primary_key
    )
    if mine is None or theirs is None:
        return f"{'原库' if mine is None else '服务器'}缺少一行（{key}）"
    names = [
        column.name for column, one, other in zip(wanted, mine, theirs, strict=True) if one != other
    ]
    return f"一行的 {'、'.join(names)} 不同（{key}）"
