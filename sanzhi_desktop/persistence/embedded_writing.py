"""Writing the embedded database: one transaction, and one entry at the end of a chain.

Lives here: what every writer on one PC needs. Must not: the frame around commands
(`sqlite_gateway`), or what an entry says.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from sanzhi_desktop.persistence.entry_row import entry_row
from sanzhi_desktop.persistence.errors import named
from sanzhi_desktop.persistence.writes import stamp

if TYPE_CHECKING:
    from sqlalchemy import Engine


@contextmanager
def writing(engine: "Engine") -> Iterator[sqlite3.Connection]:
    """One BEGIN IMMEDIATE: a deferred one could not wait when it turns to writing."""
    try:
        pooled = engine.raw_connection()
        try:
            db = cast("sqlite3.Connection", pooled.driver_connection)
            db.execute("begin immediate")
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")
        finally:
            pooled.close()
    except sqlite3.Error as error:
        raise named(error) from error


@contextmanager
def looking(engine: "Engine") -> Iterator[sqlite3.Connection]:
    """A connection for a question or two, without a transaction."""
    try:
        pooled = engine.raw_connection()
        try:
            yield cast("sqlite3.Connection", pooled.driver_connection)
        finally:
            pooled.close()
    except sqlite3.Error as error:
        raise named(error) from error


def write_link(db: sqlite3.Connection, entry: str, digest: str, *, version: int = 0) -> None:
    """Appends one entry to its chain and moves its head; `version` is the case's from now on."""
    row = entry_row(entry, digest)
    values = {**row, "at": stamp(row["at"]), "version": version}
    db.execute(
        "insert into audit (office_id, case_id, seq, command_id, at, hash, entry)"
        " values (:office_id, :case_id, :seq, :command_id, :at, :hash, :entry)",
        values,
    )
    db.execute(
        "insert into audit_head (office_id, case_id, seq, hash, version)"
        " values (:office_id, :case_id, :seq, :hash, :version)"
        if row["seq"] == 1
        else "update audit_head set seq = :seq, hash = :hash, version = :version, moved = 1"
        " where office_id = :office_id and case_id = :case_id",
        values,
    )
