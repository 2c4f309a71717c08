"""The embedded database: making, opening, checking, log-in, many threads, light imports."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import columns, engine, generate, revision, tables
from sanzhi_desktop.persistence.accounts import LocalAccounts
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.open import create_embedded, open_embedded
from tests.persistence.desk import ALL, Desk
from tests.persistence.offices import ADMINISTRATOR, OFFICE

ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_files_are_what_is_generated() -> None:
    for (dialect, name), text in generate.texts().items():
        assert (revision.SQL / dialect / name).read_text("utf-8") == text, (
            f"run python -m sanzhi_desktop.persistence.generate: {dialect}/{name} differs"
        )
    shipped = {(p.parent.name, p.name) for p in revision.SQL.glob("*/*.sql")}
    assert shipped == set(generate.texts())


def test_the_rules_of_the_schema() -> None:
    """Every key, unique constraint, foreign key and index begins with the office."""
    for table in tables.metadata.sorted_tables:
        keys = [list(table.primary_key.columns)]
        keys += [list(i.columns) for i in table.indexes]
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint | sa.ForeignKeyConstraint):
                keys.append(list(constraint.columns))
        for key in keys:
            assert key[0].name == "office_id", (table.name, key)
        for column in table.columns:
            assert not isinstance(column.type, sa.Float | sa.Numeric), column
            assert len(f"{table.name}_{column.name}") < 50


def test_settings_of_every_connection(embedded_path: Path) -> None:
    made = engine.engine(embedded_path)
    with made.connect() as db:
        told = {
            name: db.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    made.dispose()
    assert told == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000,
    }  # fmt: skip


def test_instants_are_utc_and_never_naive(embedded_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        columns.Instant().process_bind_param(datetime(2026, 1, 1), sa.create_engine(  # noqa: DTZ001
            "sqlite://").dialect)  # fmt: skip
    opened = open_embedded(embedded_path)
    case_id = Desk(opened.office_id, {"h1": opened.session("h1"), "ld": opened.session("ld")})
    made = case_id.register()
    opened.close()
    with closing(sqlite3.connect(embedded_path)) as db:
        (text,) = db.execute(
            "select registered_at from case_ where case_id = ?", (made,)
        ).fetchone()
    assert text.endswith("Z")
    assert datetime.fromisoformat(text).tzinfo == UTC


def test_a_database_is_never_made_twice(embedded_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        create_embedded(embedded_path, OFFICE, admin=ADMINISTRATOR)
    assert caught.value.code is PersistenceFault.EXISTS


def test_log_in(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    opened = create_embedded(path, OFFICE, admin=ADMINISTRATOR, password="right password")
    accounts = opened.accounts
    assert isinstance(accounts, LocalAccounts)
    assert accounts.log_in("adm", "right password").name == "管理员"
    for person, password in (("adm", "wrong"), ("adm", ""), ("nobody", "right password")):
        with pytest.raises(DomainError) as caught:
            accounts.log_in(person, password)
        assert caught.value.code is PersistenceFault.LOG_IN_REFUSED
        assert caught.value.facts == {}
    opened.close()
    assert b"right password" not in path.read_bytes()


def test_an_unknown_code_costs_as_much_as_a_wrong_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: both ways hash exactly once with the same parameters."""
    import argon2

    opened = create_embedded(
        tmp_path / "a.db", OFFICE, admin=ADMINISTRATOR, password="right password"
    )
    seen: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, kept: str, password: str) -> bool:
        seen.append(kept.split("$")[3])
        return verify(self, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    assert opened.accounts is not None
    for person in ("adm", "nobody"):
        with pytest.raises(DomainError):
            opened.accounts.log_in(person, "wrong password")
    opened.close()
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_threads_write_one_case_each_and_none_is_lost(embedded_desk: Desk) -> None:
    for who in ALL:
        assert embedded_desk.sessions[who].actor.person_id == who
    case_id = embedded_desk.reviewing()
    start = threading.Barrier(8)

    def save(place: int) -> int:
        start.wait()
        lost = 0
        while True:
            seen = embedded_desk.version(case_id)
            one = [{"item_id": f"A{place:02}", "answer": "CONFORMS"}]
            try:
                embedded_desk.send("r1", case_id, Action.ANSWER, seen=seen, answers=one)
            except DomainError as error:
                if error.code is not CaseFault.STALE:
                    raise
                lost += 1
            else:
                return lost

    before = embedded_desk.version(case_id)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(8)))
    case = embedded_desk.case(case_id)
    assert len(case.answers) == 8
    assert case.version == before + 8


def test_one_command_sent_by_eight_threads_is_carried_out_once(desk: Desk) -> None:
    case_id = desk.reviewing()
    seen = desk.version(case_id)
    assert desk.sessions["r1"].actor.person_id == "r1"
    command = new_id()
    start = threading.Barrier(8)

    def send(_: int) -> bool:
        start.wait()
        one = [{"item_id": "A01", "answer": "CONFORMS"}]
        return desk.send(
            "r1", case_id, Action.ANSWER, seen=seen, command_id=command, answers=one
        ).replayed

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(send, range(8)))
    assert sorted(told) == [False] + [True] * 7
    assert desk.version(case_id) == seen + 1
    assert desk.sessions["ld"].reader.history(case_id)[-1].seq == seen + 1


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


def test_a_database_held_by_somebody_else_is_busy(
    embedded_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    opened = open_embedded(embedded_path)
    desk = Desk(opened.office_id, {"h1": opened.session("h1")})
    with _held(embedded_path), pytest.raises(DomainError) as caught:
        desk.register()
    assert caught.value.code is PersistenceFault.BUSY
    desk.register()
    opened.close()


def test_a_killed_writer_leaves_nothing_half_done(embedded_path: Path) -> None:
    """A process ends in the middle of a command, after some of its writes."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from sanzhi_desktop.persistence import sqlite_gateway\n"
        "from sanzhi_desktop.persistence.open import open_embedded\n"
        "from tests.persistence.desk import Desk\n"
        "opened = open_embedded(Path(sys.argv[1]))\n"
        "desk = Desk(opened.office_id, {'h1': opened.session('h1')})\n"
        "sqlite_gateway.write_link = lambda *a, **k: os._exit(9)\n"
        "desk.register('half')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, embedded_path], cwd=ROOT, check=False)
    assert ended.returncode == 9
    opened = open_embedded(embedded_path)
    reader = opened.reader()
    with pytest.raises(DomainError):
        reader.case("half")
    assert reader.verify_chains() == ()
    opened.close()


def test_opening_loads_neither_the_server_nor_the_migrations(embedded_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "import sanzhi_desktop.persistence.open as o\n"
        "early = {'sqlalchemy', 'psycopg', 'alembic', 'argon2', 'pypinyin'} & set(sys.modules)\n"
        "opened = o.open_embedded(Path(sys.argv[1]))\n"
        "opened.session('h1').reader.people()\n"
        "late = {'psycopg', 'alembic', 'argon2', 'pypinyin', 'keyring'} & set(sys.modules)\n"
        "print(early | late)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, embedded_path],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "set()"


def test_the_migrations_make_the_same_database(tmp_path: Path) -> None:
    from sanzhi_desktop.persistence.migrations import keep_copy, upgrade

    path = tmp_path / "migrated.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma journal_mode=wal")
    made = engine.engine(path)
    assert upgrade(made) == revision.REVISION
    engine.check(path)
    assert upgrade(made) == revision.REVISION, "nothing is missing the second time"
    made.dispose()
    copy = keep_copy(path, "0001")
    engine.check(copy)
