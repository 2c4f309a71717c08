"""Checking the history of an office against the time of hashing its entries alone."""

import gc
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from sanzhi_desktop.domain.audit import GENESIS, entry_text, link_hash
from sanzhi_desktop.persistence import checkpoints
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.chains import breaks
from sanzhi_desktop.persistence.snapshot import reading
from tests.persistence.desk import START

# Bytes of note in the entries of one reviewed case, as measured on a real flow: registered with its
# submission, answered at once and then item by item, drafted, certified, issued.
SIZES = (4900, 0, 260, 0, 5500, *([110] * 12), 1360, 0, 160)
CASES, ENTRIES = 5_000, len(SIZES)  # both sides grow by the entry: 10^6 entries say the same
LIMIT = 3.0


NOTE = "经查阅案卷，当事人违法事实清楚，证据确凿，程序合法。" * 80


def _command(case_id: str, seq: int) -> str:
    return f"019a2011-389e-7c8a-{seq:04d}-{case_id[-12:]}"


def _action(case: int, seq: int) -> str:
    """Registered, answered, issued; every tenth case stands in the middle of its answers."""
    if seq == 1:
        return "register"
    return "issue_pass" if seq == ENTRIES and case % 10 else "answer"


def _entry(case_id: str, seq: int) -> str:
    return entry_text(
        {
            "action": _action(int(case_id[-12:]), seq),
            "actor": "r1",
            "at": "2026-09-18T01:30:00.000000Z",
            "case": case_id,
            "command": _command(case_id, seq),
            "number": "",
            "office": 1,
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


def _fill(path: Path) -> list[list[bytes]]:
    """Writes the chains and returns what is to be hashed."""
    chains: list[list[bytes]] = []
    rows, heads, cases = [], [], []
    for n in range(CASES):
        case_id, previous = f"019a2011-0000-7c8a-82ab-{n:012d}", GENESIS
        chains.append([])
        for seq in range(1, ENTRIES + 1):
            entry = _entry(case_id, seq)
            chains[-1].append(entry.encode())
            previous = link_hash(previous, entry)
            rows.append((case_id, seq, _command(case_id, seq), previous, entry))
        heads.append((case_id, ENTRIES, previous, ENTRIES))
        cases.append((case_id, ENTRIES if n % 10 else 1))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for (name,) in db.execute("select name from sqlite_master where type='trigger'").fetchall():
            db.execute(f"drop trigger {name}")
        db.execute("begin")
        db.executemany("insert into audit (office_id, case_id, seq, command_id, at, hash, entry)"
                       " values (1, ?, ?, ?, '2026-09-18T01:30:00.000000Z', ?, ?)",
                       rows)  # fmt: skip
        db.executemany("insert into audit_head (office_id, case_id, seq, hash, version)"
                       " values (1, ?, ?, ?, ?)", heads)  # fmt: skip
        db.executemany(
            "insert into case_ (office_id, case_id, version, state, submission, kind,"
            " registered_at, updated_at) values (1, ?, ?, 'reviewing', '{}', 'penalty',"
            " '2026-09-18T01:30:00.000000Z', '2026-09-18T01:30:00.000000Z')",
            cases,
        )
        checkpoints.keep(db, 1, START)
        db.execute("commit")
    return chains


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@pytest.mark.benchmark
def test_checking_a_history_against_hashing_it(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    embedded.create_file(path)
    chains = _fill(path)
    made = embedded.engine(path)

    def bare() -> None:
        sha256 = hashlib.sha256
        for chain in chains:
            previous = GENESIS.encode()
            for entry in chain:
                previous = sha256(previous + entry).hexdigest().encode()

    def check(db: sa.Connection) -> list[object]:
        return [*breaks(db, 1), *checkpoints.breaks(db, 1)]

    with reading(made) as db:
        assert check(db) == []
        pairs = [(_seconds(lambda: check(db)), _seconds(bare)) for _ in range(5)]
    ratio = min(a for a, _ in pairs) / min(b for _, b in pairs)
    per = min(a for a, _ in pairs) / (CASES * ENTRIES) * 1e6
    print(f"checking / hashing: {ratio:.2f} (limit {LIMIT}), {per:.2f} s per million entries")
    assert ratio <= LIMIT
    with closing(sqlite3.connect(path)) as db_, db_:  # the check that was timed does see
        entry = json.loads(chains[77][3])
        db_.execute("update audit set entry = ? where case_id = ? and seq = 4",
                    (entry_text(entry | {"actor": "x"}), entry["case"]))  # fmt: skip
    with reading(made) as db:
        assert [b.case_id for b in breaks(db, 1)] == [entry["case"]]
    made.dispose()
