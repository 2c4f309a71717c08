"""Checking the history of an office against the time of hashing its entries alone."""

import gc
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sanzhi_desktop.domain.audit import GENESIS, entry_text, link_hash
from sanzhi_desktop.persistence import checkpoints, server
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.chains import breaks, sees_all
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.persistence.snapshot import reading
from tests.persistence.cluster import Cluster
from tests.persistence.desk import START, Desk
from tests.persistence.offices import PASSWORD

# Bytes of note in the entries of one reviewed case, as measured on a real flow: registered with its
# submission, answered at once and then item by item, drafted, certified, issued.
SIZES = (4900, 0, 260, 0, 5500, *([110] * 12), 1360, 0, 160)
CASES, ENTRIES = 5_000, len(SIZES)  # both sides grow by the entry: 10^6 entries say the same
LIMIT = 3.0
OFFICE = 7  # of the server's desk

NOTE = "经查阅案卷，当事人违法事实清楚，证据确凿，程序合法。" * 80


def _command(case_id: str, seq: int) -> str:
    return f"019a2011-389e-7c8a-{seq:04d}-{case_id[-12:]}"


def _action(case: int, seq: int) -> str:
    """Registered, answered, issued; every tenth case stands in the middle of its answers."""
    if seq == 1:
        return "register"
    return "issue_pass" if seq == ENTRIES and case % 10 else "answer"


def _entry(case_id: str, seq: int, *, office: int) -> str:
    return entry_text(
        {
            "action": _action(int(case_id[-12:]), seq),
            "actor": "r1",
            "at": "2026-09-18T01:30:00.000000Z",
            "case": case_id,
            "command": _command(case_id, seq),
            "number": "",
            "office": office,
            "payload": {
                "answers": [
                    {"item_id": "C11", "answer": "CONFORMS", "note": NOTE[: SIZES[seq - 1] // 3]}
                ]
            },
            "reason": "",
            "seq": seq,
            "state": "reviewing",
            "version": seq,
        }
    )


@dataclass
class History:
    """Rows of the history of many cases, and what is to be hashed of it."""

    rows: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    heads: list[tuple[str, int, str, int]] = field(default_factory=list)
    cases: list[tuple[str, int]] = field(default_factory=list)
    chains: list[list[bytes]] = field(default_factory=list)

    def hash(self) -> None:
        """What the check is measured against."""
        sha256 = hashlib.sha256
        for chain in self.chains:
            previous = GENESIS.encode()
            for entry in chain:
                previous = sha256(previous + entry).hexdigest().encode()


def _history(*, office: int) -> History:
    made = History()
    for n in range(CASES):
        case_id, previous = f"019a2011-0000-7c8a-82ab-{n:012d}", GENESIS
        made.chains.append([])
        for seq in range(1, ENTRIES + 1):
            entry = _entry(case_id, seq, office=office)
            made.chains[-1].append(entry.encode())
            previous = link_hash(previous, entry)
            made.rows.append((case_id, seq, _command(case_id, seq), previous, entry))
        made.heads.append((case_id, ENTRIES, previous, ENTRIES))
        made.cases.append((case_id, ENTRIES if n % 10 else 1))
    return made


def _fill(path: Path, made: History) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for (name,) in db.execute("select name from sqlite_master where type='trigger'").fetchall():
            db.execute(f"drop trigger {name}")
        db.execute("begin")
        db.executemany("insert into audit (office_id, case_id, seq, command_id, at, hash, entry)"
                       " values (1, ?, ?, ?, '2026-09-18T01:30:00.000000Z', ?, ?)",
                       made.rows)  # fmt: skip
        db.executemany("insert into audit_head (office_id, case_id, seq, hash, version)"
                       " values (1, ?, ?, ?, ?)", made.heads)  # fmt: skip
        db.executemany(
            "insert into case_ (office_id, case_id, version, state, submission, kind,"
            " registered_at, updated_at) values (1, ?, ?, 'reviewing', '{}', 'penalty',"
            " '2026-09-18T01:30:00.000000Z', '2026-09-18T01:30:00.000000Z')",
            made.cases,
        )
        checkpoints.keep(db, 1, START)
        db.execute("commit")


def _fill_server(cluster: Cluster, database: str, made: History) -> None:
    """As a superuser, whom no trigger and no right stops."""
    at = "2026-09-18T01:30:00Z"
    with cluster.connect(database) as owner, owner.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        for columns, rows in (
            ("audit (case_id, seq, command_id, hash, entry, at",
             [(*row, at) for row in made.rows]),
            ("audit_head (case_id, seq, hash, version", made.heads),
            ("case_ (case_id, version, state, submission, kind, registered_at, updated_at",
             [(*row, "reviewing", "{}", "penalty", at, at) for row in made.cases]),
        ):  # fmt: skip
            with cursor.copy(f"copy app.{columns}, office_id) from stdin") as copy:
                for row in rows:
                    copy.write_row([*row, OFFICE])
    with cluster.connect(database) as owner:
        owner.execute("vacuum (analyze)")  # as autovacuum does within a minute


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _ratio(check: Callable[[], object], made: History, what: str) -> float:
    pairs = [(_seconds(check), _seconds(made.hash)) for _ in range(5)]
    ratio = min(a for a, _ in pairs) / min(b for _, b in pairs)
    per = min(a for a, _ in pairs) / (CASES * ENTRIES) * 1e6
    print(f"{what}: {ratio:.2f} x hashing (limit {LIMIT}), {per:.2f} s per million entries")
    return ratio


@pytest.mark.benchmark
def test_checking_a_history_against_hashing_it(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    embedded.create_file(path)
    made = _history(office=1)
    _fill(path, made)
    engine = embedded.engine(path)

    with reading(engine) as db:

        def check() -> list[object]:
            return [*breaks(db, 1), *checkpoints.breaks(db, 1)]

        assert check() == []
        assert _ratio(check, made, "on one PC") <= LIMIT
    with closing(sqlite3.connect(path)) as db_, db_:  # the check that was timed does see
        entry = json.loads(made.chains[77][3])
        db_.execute("update audit set entry = ? where case_id = ? and seq = 4",
                    (entry_text(entry | {"actor": "x"}), entry["case"]))  # fmt: skip
    with reading(engine) as db:
        assert [b.case_id for b in breaks(db, 1)] == [entry["case"]]
    engine.dispose()


@pytest.mark.benchmark
@pytest.mark.postgres
def test_checking_the_history_of_a_server_against_hashing_it(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    """By an auditor's own log-in, over the connection of a desk."""
    made = _history(office=OFFICE)
    _fill_server(cluster, server_database, made)
    engine = server.engine(target(cluster.url(server_database, "au")), password=PASSWORD)
    with reading(engine) as db:
        assert sees_all(db, OFFICE)

        def check() -> list[object]:
            return [*breaks(db, OFFICE), *checkpoints.breaks(db, OFFICE)]

        assert check() == []
        assert _ratio(check, made, "on a server") <= LIMIT
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")
        entry = json.loads(made.chains[77][3])
        owner.execute("update app.audit set entry = %s where case_id = %s and seq = 4",
                      (entry_text(entry | {"actor": "x"}), entry["case"]))  # fmt: skip
    with reading(engine) as db:
        assert [b.case_id for b in breaks(db, OFFICE)] == [entry["case"]]
    engine.dispose()
