"""What a desk reads is not refused by a database over several servers either.

Every method of the reader is called on an office with cases, as one who sees all and as one who
sees his own; what PostgreSQL is then asked is looked at with the rules for the functions. The one
question over all offices is asked when a desk opens. Never run on a cluster here.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.reader import DatabaseReader
from tests.persistence import spread_rules as rules
from tests.persistence import spreading
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk

pytestmark = pytest.mark.postgres

# Which office somebody works in is not known before it is asked; a join, so that it can be.
OVER_ALL = "FROM office LEFT OUTER JOIN person"
_ORDERS = ("due", "received", "name", "party")
LISTS = [
    *(ListQuery(scope=scope, order=order, descending=order != "due")
      for scope in ListScope for order in _ORDERS),
    *(ListQuery(scope=scope, text=text, states=(State.PASSED, State.SIGNING))
      for scope in ListScope for text in ("", "示例", "shi")),
    ListQuery(limit=1, offset=1, descending=True),
]  # fmt: skip


@contextmanager
def asked() -> Iterator[dict[str, Any]]:
    """Every statement with the values it came with first."""
    found: dict[str, Any] = {}

    def note(conn: Any, _c: Any, statement: str, values: Any, _x: Any, _many: bool) -> None:
        if conn.dialect.name == "postgresql":
            found.setdefault(statement, values)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def read_everything(desk: Desk, who: str, case_id: str) -> set[str]:
    """Calls every method; one that wants what is not known here fails the test."""
    reader: Any = desk.sessions[who].reader
    case = desk.sessions["ld"].reader.case(case_id)
    papers = [row.sha256 for row in desk.sessions["ld"].reader.documents(case_id)]
    known = {
        "case_id": [case_id], "case_ids": [[case_id]], "case": [case], "query": LISTS,
        "sha256": [*papers, "0" * 64], "content_sha256": ["0" * 64], "root": ["0" * 64],
        "number": ["示法审〔2026〕1号"], "meeting_id": [case_id], "profile_id": ["shucheng"],
        "edition": [""], "report": [None], "kind": ["opinion"],
    }  # fmt: skip
    called = set()
    for name, method in inspect.getmembers(DatabaseReader, inspect.isfunction):
        if name.startswith("_"):
            continue
        wanted = list(inspect.signature(method).parameters)[1:]
        for values in zip(*(known[one] for one in wanted), strict=False) if wanted else [()]:
            with suppress(DomainError):
                getattr(reader, name)(**dict(zip(wanted, values, strict=True)))
        called.add(name)
    return called


def test_what_desks_read_names_one_office_and_nothing_that_is_refused(
    cluster: Cluster, server_database: str, server_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asked() as found:
        passed = server_desk.passed()
        server_desk.signing()
        assert {"case", "worklist", "history"} <= read_everything(server_desk, "ld", passed)
        read_everything(server_desk, "h1", passed)
        read_everything(server_desk, "au", passed)
    names_office = rules._names_office
    monkeypatch.setattr(
        rules, "_names_office", lambda tree: tree.kind == "CONST" or names_office(tree)
    )
    looked_at, broken = 0, []
    with cluster.connect(server_database) as owner:
        owner.execute("create schema lint")
        owner.execute("set search_path = pg_catalog, app")
        typed = psycopg.ClientCursor(owner)

        def ask(sql: str) -> spreading.Rows:
            made = owner.execute(sql)
            return list(made.fetchall()) if made.description else []

        known = spreading.catalogue(ask)
        inside = frozenset(name for name in known.names.values() if name.startswith("app."))
        for text, values in found.items():
            if not text.lstrip().lower().startswith(("select", "with")) or OVER_ALL in text:
                continue
            whole = typed.mogrify(text, values) if values else text
            (statement,) = spreading.parsed(ask, "a desk", [whole], {"unused": "integer"})
            looked_at += bool(rules.tables(statement.query, known))
            broken += [(wrong, whole) for wrong in rules.refused(statement, known, inside)]
    assert broken == []
    assert looked_at > 60
    assert sum(OVER_ALL in text for text in found) == 1
