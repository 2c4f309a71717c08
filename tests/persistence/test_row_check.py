"""An embedded office's rows and its history: what the one says follows from the other, cell by
cell, for everything that the program can do."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.application.queries import RowFault
from sanzhi_desktop.domain.audit import entry_text, link_hash
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence import kinds, row_check, tables
from sanzhi_desktop.persistence.chains import breaks
from sanzhi_desktop.persistence.open import open_embedded
from sanzhi_desktop.persistence.replay import Replay
from sanzhi_desktop.persistence.snapshot import reading
from tests.persistence import disputes
from tests.persistence.desk import START, Desk, Sessions, Ticking
from tests.persistence.test_transfer import TO_RECEIVED, Moving

RULES = {"profile_id": "own", "edition": "1", "applied": {"id": "own", "b": 1, "a": [2]}}
SEAL = {"seal_id": "s1", "name": "章", "custodian": "ck", "image": "AAEC", "media": "image/png"}
CERTIFICATE = {
    "fingerprint": "f" * 64, "person_id": "r1", "source": "p12", "pem": "PEM", "serial": "1",
    "not_before": "2026-01-01T00:00:00+08:00", "not_after": "2029-01-01T00:00:00+08:00",
}  # fmt: skip
# Nothing of the flows below leaves a row there; the contract suite does.
WITHOUT_ROWS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rich:
    """The file of an office that left a row in nearly every table, with two of its cases."""

    path: Path
    decided: str
    reviewing: str


def _of_the_office(desk: Desk) -> None:
    desk.office("adm", OfficeAction.PUBLISH_PROFILE, **RULES)
    desk.office("adm", OfficeAction.PUT_SEAL, **SEAL)
    desk.office("adm", OfficeAction.PUT_ROOT, fingerprint="1", pem="PEM", name="CA")
    desk.office("adm", OfficeAction.PUT_CERTIFICATE, **CERTIFICATE)
    desk.office("adm", OfficeAction.REVOKE_CERTIFICATE, fingerprint="f" * 64, reason="遗失")
    desk.office("adm", OfficeAction.SET_PASSWORD, person_id="r2", argon2="$argon2id$")
    desk.office("adm", OfficeAction.ADD_RECUSAL, recusal_id=new_id(), person_id="r2", unit="二科",
                reason="原任职单位")  # fmt: skip
    desk.office("adm", OfficeAction.PUBLISH_CALENDAR, year=2027, edition="2027.1", number="1 号",
                arrangement='{"b": 1, "a": 2}')  # fmt: skip
    desk.office("ck", OfficeAction.RECORD_IRREGULARITY, irregularity_id=new_id(), case_id="",
                agency="示例局", decision_number="9", decided_on="2026-09-01", content="罚款",
                note="未送审")  # fmt: skip


def _flows(desk: Desk) -> tuple[str, str]:
    """Everything once: decided, given back, moved to the police, argued out in a meeting."""
    _of_the_office(desk)
    reviewing, decided = desk.reviewing(), desk.decided()
    desk.send("ck", desk.confirmed(), Action.OPEN)
    answers = [{"item_id": f"A0{n}", "answer": "MINOR", "note": "一"} for n in (1, 2)]
    desk.send("r1", reviewing, Action.ANSWER, answers=answers)
    desk.send("r1", reviewing, Action.DRAFT_OPINION, opinion={"reasons": "理由", "opening": "一"})
    desk.send("ld", reviewing, Action.REMIND, person_id="r1", text="请抓紧", until="2099-01-01")
    desk.send("r1", reviewing, Action.ASK_OPINION, person_id="r2", question="适当？", until="")
    desk.send("ld", reviewing, Action.EXTEND, reason="复杂", number=3, unit="working_days",
              approver="hd")  # fmt: skip
    other = desk.signing()
    desk.reserve(other)
    desk.send("uh", other, Action.WITHDRAW, reason="撤回")
    moving = Moving(desk).through(*TO_RECEIVED)
    moving.take(
        Action.CHANGE_TRANSFER_TEAM, who="ld", team=[{"person_id": c} for c in ("h1", "r2")]
    )
    disputes.everything(desk)
    return reviewing, decided


@pytest.fixture(scope="module")
def rich(embedded_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Rich:
    path = tmp_path_factory.mktemp("rich") / "office.db"
    shutil.copyfile(embedded_template, path)
    opened = open_embedded(path, clock=Ticking(START + timedelta(hours=6)))
    reviewing, decided = _flows(Desk(opened.office_id, Sessions(opened.session)))
    opened.session("ld").gateway.checkpoint(7)
    opened.close()
    return Rich(path, decided, reviewing)


@pytest.fixture
def copy(rich: Rich, tmp_path: Path) -> Path:
    path = tmp_path / "copy.db"
    with closing(sqlite3.connect(rich.path)) as one, closing(sqlite3.connect(path)) as other:
        one.backup(other)
    return path


@pytest.fixture
def raw(copy: Path) -> Iterator[sqlite3.Connection]:
    """Whoever owns the file: no trigger, no key and no CHECK in his way."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        _open_gates(db)
        yield db


def _open_gates(db: sqlite3.Connection) -> None:
    for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        db.execute(f"drop trigger {name}")
    db.execute("pragma foreign_keys = off")
    db.execute("pragma ignore_check_constraints = on")


def found(path: Path) -> list[RowFault]:
    made = embedded.engine(path)
    with reading(made) as db:
        told = row_check.faults(db, 7)
    made.dispose()
    return told


def whole(path: Path) -> bool:
    """Whether the chains by themselves add up."""
    made = embedded.engine(path)
    with reading(made) as db:
        told = breaks(db, 7)
    made.dispose()
    return not told


def test_what_everything_leaves_behind_follows_from_the_history(rich: Rich) -> None:
    assert found(rich.path) == []
    with closing(sqlite3.connect(rich.path)) as db:
        empty = {t.name for t in tables.metadata.sorted_tables
                 if not db.execute(f"select 1 from {t.name}").fetchone()}  # fmt: skip
    assert empty - set(row_check.NOT_COMPARED) == WITHOUT_ROWS


def test_every_cell_of_every_table_is_compared(raw: sqlite3.Connection) -> None:
    """One column at a time of a row of each table says something else."""
    listed = [t for t in tables.metadata.sorted_tables if t.name not in row_check.NOT_COMPARED]
    columns = {t.name: [c.name for c in t.columns if c.name != "office_id"] for t in listed}
    missed: list[tuple[str, str]] = []
    with closing(_replayed(raw)) as replay:
        for place in range(max(map(len, columns.values()))):
            now = {table: names[place] for table, names in columns.items() if place < len(names)}
            raw.execute("begin")
            for table, column in now.items():
                raw.execute(f"update {table} set {column} = 'elsewhere' where rowid ="
                            f" (select max(rowid) from {table})")  # fmt: skip
            told = {fault.table for fault in row_check.differences(replay, raw)}
            missed.extend((table, column) for table, column in now.items() if table not in told)
            raw.execute("rollback")
    # The PC's own password alone may be another: everything else is told from the history.
    assert missed == [("account", "argon2")]
    assert sum(map(len, columns.values())) > 400


def test_every_row_taken_away_or_added_is_told(raw: sqlite3.Connection) -> None:
    with closing(_replayed(raw)) as replay:
        for table in tables.metadata.sorted_tables:
            if table.name in row_check.NOT_COMPARED:
                continue
            for how, statement in _taken_and_added(table, raw):
                raw.execute("begin")
                raw.execute(statement)
                told = {(f.table, f.how) for f in row_check.differences(replay, raw)}
                assert (table.name, how) in told, statement
                raw.execute("rollback")


def _taken_and_added(table: sa.Table, db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    name, last = table.name, f"where rowid = (select max(rowid) from {table.name})"
    yield "deleted", f"delete from {name} {last}"
    columns = [row[1] for row in db.execute(f"pragma table_info({name})")]
    unique: list[Any] = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    unique += [index for index in table.indexes if index.unique]
    other = {c.name for one in (table.primary_key, *unique) for c in one.columns} - {"office_id"}
    if len(table.primary_key) > 1:  # else there is one row for an office
        values = [f"'zz-' || {c}" if c in other else c for c in columns]
        listed = f"{', '.join(values)} from {name} {last}"
        yield "added", f"insert into {name} ({', '.join(columns)}) select {listed}"


def _replayed(raw: sqlite3.Connection) -> Replay:
    replay = Replay(7)
    for (entry,) in raw.execute("select entry from audit order by rowid"):
        replay.again(json.loads(entry))
    return replay


# ------------------------------------------------------------------ what an entry says


def _append(db: sqlite3.Connection, case_id: str, **said: object) -> None:
    """An entry at the end of a chain, whole by itself."""
    seq, digest, entry, version = db.execute(
        "select a.seq, a.hash, a.entry, h.version from audit a join audit_head h"
        " on h.case_id = a.case_id and h.seq = a.seq where a.case_id = ?", (case_id,)
    ).fetchone()  # fmt: skip
    told = json.loads(entry) | {"seq": seq + 1, "command": new_id(), "version": version + 1, **said}
    text = entry_text(told)
    made = link_hash(digest, text)
    db.execute("insert into audit (office_id, case_id, seq, command_id, at, hash, entry) values"
               " (7, ?, ?, ?, ?, ?, ?)",
               (case_id, seq + 1, told["command"], told["at"], made, text))  # fmt: skip
    db.execute("update audit_head set seq = ?, hash = ?, version = ? where case_id = ?",
               (seq + 1, made, version + 1, case_id))  # fmt: skip
    db.execute("update case_ set version = ?, state = ? where case_id = ?",
               (version + 1, told["state"], case_id))  # fmt: skip


def test_a_history_made_up_past_the_gate_is_not_carried_out(
    raw: sqlite3.Connection, copy: Path, rich: Rich
) -> None:
    """A decision registered for a case in review: every hash fits, and the rows too."""
    payload = {"number": "1", "decided_on": "2026-09-28", "content": "罚款", "kind": "penalty",
               "party_name": "示例甲有限公司", "party_number": "91110000MA01TEST0X",
               "amount_fen": 1_200_000_00}  # fmt: skip
    _append(raw, rich.reviewing, action="register_decision", actor="h1", state="decided",
            payload=payload)  # fmt: skip
    raw.execute("insert into decision select office_id, ?, clearance_id, open, kind, party_name,"
                " party_number, amount_fen, number, decided_on, content, registered_by,"
                " registered_at, readers from decision", (rich.reviewing,))  # fmt: skip
    assert whole(copy)
    assert [(f.case_id, f.how) for f in found(copy)] == [(rich.reviewing, "impossible")]


def test_a_clearance_that_history_never_opened_opens_no_gate(
    raw: sqlite3.Connection, copy: Path, rich: Rich
) -> None:
    """The same out of the right state: the tables' own keys refuse it."""
    _append(raw, rich.reviewing, action="certify", actor="r1", state="passed", payload={})
    assert whole(copy)
    assert [(f.case_id, f.how) for f in found(copy)] == [(rich.reviewing, "impossible")]


@pytest.mark.parametrize("column", ["at", "command_id"])
def test_what_stands_beside_an_entry_is_read_from_it(
    raw: sqlite3.Connection, copy: Path, rich: Rich, column: str
) -> None:
    raw.execute(f"update audit set {column} = '2020-01-01T00:00:00.000000Z' where case_id = ?"
                " and seq = 2", (rich.decided,))  # fmt: skip
    assert whole(copy), "no chain looks there"
    assert [(f.case_id, f.how, f.seq) for f in found(copy)] == [(rich.decided, "beside", 2)]


def test_rows_that_differ_alike_are_told_once(
    raw: sqlite3.Connection, copy: Path, rich: Rich
) -> None:
    raw.execute("update answer set note = '改' where case_id = ?", (rich.reviewing,))
    told = RowFault(rich.reviewing, "answer", "changed", ("note",), (rich.reviewing, "1", "A01"), 2)
    assert found(copy) == [told]


def test_a_json_value_in_another_order_of_its_keys_is_the_same(
    raw: sqlite3.Connection, copy: Path
) -> None:
    raw.execute("""update profile_edition set applied = '{"a":[2], "id":"own","b":1}'""")
    assert found(copy) == []
    raw.execute("""update profile_edition set applied = '{"a":[2.0], "id":"own","b":1}'""")
    assert [f.columns for f in found(copy)] == [("applied",)]


def test_a_file_that_was_packed_anew_is_the_same(raw: sqlite3.Connection, copy: Path) -> None:
    raw.execute("vacuum")
    assert found(copy) == []


def test_an_office_that_moved_away_says_so_in_its_history(
    raw: sqlite3.Connection, copy: Path
) -> None:
    _append(raw, "", action="move_out", version=0, payload={"to": "db.example:5432/sanzhi"})
    raw.execute("update audit_head set version = 0 where case_id = ''")
    assert [f.columns for f in found(copy)] == [("moved_to",)]
    raw.execute("update office set moved_to = 'db.example:5432/sanzhi'")
    assert found(copy) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("audit", "case_id", "x'ff00'"), ("audit", "hash", "x'ff00'"),
        ("audit", "entry", "x'ff00'"),
        ("audit_head", "seq", "'abc'"), ("audit_head", "version", "'abc'"),
        ("case_", "version", "'abc'"), ("case_", "state", "x'ff00'"), ("document", "content", "7"),
        ("checkpoint", "n", "'abc'"), ("checkpoint", "made_at", "'yesterday'"),
        ("person_role", "valid_from", "'yesterday'"), ("person_role", "valid_to", "'2026-02-30'"),
    ],
)  # fmt: skip
def test_a_value_that_no_program_writes_stops_no_check(
    raw: sqlite3.Connection, copy: Path, table: str, column: str, value: str
) -> None:
    """SQLite takes text for a number; whoever owns the file learns nothing by it."""
    made = embedded.engine(copy)
    with reading(made) as db:
        assert kinds.wrong(db, 7) == []
    raw.execute(f"update {table} set {column} = {value} where rowid ="
                f" (select max(rowid) from {table})")  # fmt: skip
    with reading(made) as db:
        assert "kind" in {one.what for one in kinds.wrong(db, 7)}
        assert {one.what for one in kinds.breaks(db, 7)} == {"kind"}
        row_check.faults(db, 7)
    made.dispose()


def test_it_tells_how_far_it_is_and_may_be_stopped(copy: Path) -> None:
    seen: list[tuple[int, int]] = []

    def report(done: int, total: int, _what: str) -> None:
        seen.append((done, total))
        raise InterruptedError

    made = embedded.engine(copy)
    with reading(made) as db, pytest.raises(InterruptedError):
        row_check.faults(db, 7, report=report)
    made.dispose()
    [(done, total)] = seen
    assert 0 < done < total
