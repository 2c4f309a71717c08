"""Long lists and the search through them: by ids and by an index, against counting and scanning.

Ratios within one run, on both databases. The first figures are what a list did before: the page
at the far end by OFFSET, a text by LIKE over the columns of every case.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.people import Actor
from sanzhi_desktop.persistence import worklist, worklist_reader
from sanzhi_desktop.persistence.columns import READERS
from sanzhi_desktop.persistence.folding import BETWEEN, fold
from sanzhi_desktop.persistence.reader import DatabaseReader
from sanzhi_desktop.persistence.tables import case_
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk

EMBEDDED_CASES, SERVER_CASES = 30_000, 10_000
ROUNDS = 5
RARE = "欧阳"  # one case in a thousand
COLUMNS = [
    "office_id",
    "case_id",
    "version",
    "state",
    "round",
    "submission",
    "name",
    "sort_key",
    "finder",
    "kind",
    "party_name",
    "party_number",
    "unit",
    "file_number",
    "handler_codes",
    "reviewer",
    "registered_by",
    "registered_at",
    "received_at",
    "due_on",
    "updated_at",
    "readers",
]


def cases(number: int) -> Iterator[Mapping[str, Any]]:
    """Closed cases of an invented office."""
    dice = random.Random(7)
    begin = datetime(2016, 1, 4, 1, tzinfo=UTC)
    for n in range(number):
        at = begin + timedelta(hours=n)
        who = RARE if n % 1000 == 500 else dice.choice("王李张刘陈杨黄赵周吴") + dice.choice("伟芳")
        party = f"{dice.choice(['历下', '市中', '槐荫', '天桥'])}{who}商贸有限公司"
        name = f"{party}未按规定处置废物案"
        number_ = "".join(dice.choice("0123456789ABCDEF") for _ in range(18))
        file_number = f"示环立〔{at.year}〕{n}号"
        yield {
            "office_id": 7, "case_id": f"{n:08x}-0000-7000-8000-{dice.getrandbits(48):012x}",
            "version": 9, "state": "returned", "round": 0, "submission": "{}" + " " * 1500,
            "name": name, "sort_key": f"{n:08}", "kind": "penalty", "party_name": party,
            "finder": BETWEEN.join(map(fold, (name, party, number_, file_number))),
            "party_number": number_, "unit": "执法一科", "file_number": file_number,
            "handler_codes": ",h1,", "reviewer": "r1", "registered_by": "h1", "registered_at": at,
            "received_at": at, "due_on": date(2016, 2, 1) + timedelta(days=n // 9),
            "updated_at": at, READERS: ",#000000000000,h1,r1,",
        }  # fmt: skip


def fill_embedded(path: Path) -> None:
    triggers: list[tuple[str, str]]
    with sqlite3.connect(path) as db:
        triggers = db.execute(
            "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'case_'"
        ).fetchall()
        for name, _ in triggers:
            db.execute(f'drop trigger "{name}"')
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as made:
        made.execute(sa.insert(case_), [dict(row) for row in cases(EMBEDDED_CASES)])
    engine.dispose()
    with sqlite3.connect(path) as db:
        for _, sql in triggers:
            db.execute(sql)
        db.execute("analyze")


def fill_server(server: Cluster, database: str) -> None:
    with server.connect(database) as owner:
        owner.execute("set session_replication_role = replica")
        with (
            owner.cursor() as cursor,
            cursor.copy(f"copy app.case_ ({', '.join(COLUMNS)}) from stdin") as copy,
        ):
            for row in cases(SERVER_CASES):
                copy.write_row([row[column] for column in COLUMNS])
        owner.execute("vacuum (analyze) app.case_")


@contextmanager
def reading(reader: DatabaseReader) -> Iterator[sa.Connection]:
    with reader.engine.connect() as db:
        yield db


def best(work: Callable[[], object]) -> float:
    """The shortest of some turns, in seconds."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def scan(reader: DatabaseReader, text: str) -> list[str]:
    """The way it was: every case looked at, in four columns."""
    k = case_.c
    columns = (k.name, k.party_name, k.party_number, k.file_number)
    query = (
        sa.select(k.case_id)
        .where(k.office_id == 7, sa.or_(*(c.contains(text, autoescape=True) for c in columns)))
        .order_by(k.due_on, k.case_id)
        .limit(200)
    )
    with reading(reader) as db:
        return list(db.execute(query).scalars())


def by_offset(reader: DatabaseReader, actor: Actor, offset: int) -> list[str]:
    far = ListQuery(ListScope.ALL, order="due", limit=100, offset=offset)
    asked = worklist.rows(far, actor, unit="")
    with reading(reader) as db:
        return [row["case_id"] for row in db.execute(asked).mappings()]


def compare(label: str, reader: DatabaseReader, size: int, *, page: float, search: float) -> None:
    query, actor = ListQuery(scope=ListScope.ALL, order="due"), reader.actor()
    keys = reader.worklist_keys(query)
    assert len(keys) == size
    last = [row.case_id for row in reader.worklist_rows(keys[-100:]) if row is not None]
    assert last == by_offset(reader, actor, size - 100) == list(keys[-100:])
    far = best(lambda: by_offset(reader, actor, size - 100))
    near = best(lambda: reader.worklist_rows(keys[-100:]))
    wanted = ListQuery(scope=ListScope.ALL, text=RARE)
    assert {row.case_id for row in reader.worklist(wanted)} == set(scan(reader, RARE))
    scanned = best(lambda: scan(reader, RARE))

    def search_for() -> None:
        with reading(reader) as db:
            worklist_reader.first_lines(db, wanted, actor, unit="")

    found = best(search_for)
    everything = best(lambda: reader.worklist_keys(query))
    print(
        f"{label}, {size} cases: last page {near * 1000:.1f} ms, by offset {far * 1000:.1f}"
        f" ({far / near:.1f} ×); rare word {found * 1000:.1f} ms, scanned {scanned * 1000:.1f}"
        f" ({scanned / found:.1f} ×); all ids {everything * 1000:.0f} ms"
    )
    assert far / near >= page
    assert scanned / found >= search


def reader_of(desk: Desk, who: str) -> DatabaseReader:
    found = desk.sessions[who].reader
    assert isinstance(found, DatabaseReader)
    return found


@pytest.mark.tampers
def test_one_pc(embedded_path: Path, embedded_desk: Desk) -> None:
    fill_embedded(embedded_path)
    compare("one PC", reader_of(embedded_desk, "ld"), EMBEDDED_CASES, page=3, search=1.5)


@pytest.mark.postgres
def test_a_server(
    cluster: Cluster,
    server_database: str,
    server_desk: Desk,
) -> None:
    fill_server(cluster, server_database)
    for who in ("ld", "r1"):  # who sees everything, and whose rows are looked at one by one
        compare(f"a server as {who}", reader_of(server_desk, who), SERVER_CASES, page=3, search=1.5)
