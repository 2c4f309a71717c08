"""Which schema this program speaks, and the shipped DDL files.

Lives here: the revision and the reading of `sql/<dialect>/*.sql`. Must not: running migrations
(`migrations`), opening a database (`engine`). Nothing heavy is imported: every start passes here.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

REVISION = "0001"  # revisions are numbered, so that newer and older can be told apart
TABLE = "schema_revision"
MARK = (
    f"CREATE TABLE {TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
    f"INSERT INTO {TABLE} (version_num) VALUES ('{REVISION}')",
)

SQL = Path(__file__).parent / "sql"
FILES = {
    "sqlite": ("tables.sql", "walls.sql"),
    "postgresql": (
        "tables.sql",
        "walls.sql",
        "walls_across.sql",
        "functions.sql",
        "rights.sql",
    ),
}
BEFORE = "owner.sql"  # what a superuser of a server runs before anything else
SPREAD = "citus"  # the folder of what is said differently over several servers
SPREAD_FUNCTIONS = "3_functions.sql"
ACROSS = "walls_across.sql"  # left out where one database is spread over several servers


def ddl(dialect: str, *, spread: bool = False) -> tuple[str, ...]:
    """The texts of the DDL files of one dialect, in the order in which they run.

    `spread`: for a database over several servers, see `sql/citus/README.md`.
    """
    names = (name for name in FILES[dialect] if not (spread and name == ACROSS))
    return tuple(_place(dialect, name, spread=spread).read_text("utf-8") for name in names)


def _place(dialect: str, name: str, *, spread: bool) -> Path:
    """The file of a dialect, or the overlay's own in its place."""
    if spread and name == "functions.sql":
        return SQL / SPREAD / SPREAD_FUNCTIONS
    return SQL / dialect / name


def statements(text: str) -> Iterator[str]:
    """The statements of a SQLite script, one at a time; trigger bodies stay whole."""
    pending = ""
    for line in text.splitlines(keepends=True):
        pending += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if pending.strip():
        yield pending.strip()
