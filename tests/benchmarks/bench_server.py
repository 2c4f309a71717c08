"""A server at work: fifty desks at once, and what the law in the database costs in speed.

Ratios within one run, measured in turns; pgbench asks as the person's own login.
"""

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from sanzhi_desktop.application.commands import Command, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.open import open_shared
from tests.persistence.cluster import OWNER, OWNER_PASSWORD, Cluster
from tests.persistence.desk import Desk
from tests.persistence.offices import PASSWORD

pytestmark = pytest.mark.postgres
DESKS = 50
CASES = 10
SECONDS = 4.0
ROUNDS = 3
SAVE_ROUNDS = 5  # a single one lies a tenth beside the next
TURN = 2  # seconds of one pgbench run
SAVING = 8  # desks that save at the same time
REVIEWERS = ("r1", "r2", "rh")


def answers(items: range, note: str) -> dict[str, Any]:
    return {
        "answers": [
            {"item_id": f"X{n:02}", "answer": "CONFORMS", "note": note, "evidence": ""}
            for n in items
        ]
    }


# ---------------------------------------------------------------- fifty desks


@dataclass
class Simulated:
    """One desk: it answers an item of its own, on cases that other desks have open as well."""

    number: int
    session: Session
    office_id: int
    cases: list[str]
    acknowledged: dict[str, str] = field(default_factory=dict)
    saves: int = 0
    conflicts: int = 0
    trouble: list[BaseException] = field(default_factory=list)

    def work(self, until: float) -> None:
        seen: dict[str, int] = {}
        turn = self.number
        try:
            while time.monotonic() < until:
                turn += 1
                case_id = self.cases[turn % len(self.cases)]
                note = f"{self.number}-{turn}"
                if case_id not in seen:
                    seen[case_id] = self.session.reader.case(case_id).version
                try:
                    answer = self.session.gateway.send(
                        Command(new_id(), self.office_id, case_id, seen[case_id], Action.ANSWER,
                                payload=answers(range(self.number, self.number + 1), note))
                    )  # fmt: skip
                except DomainError as error:
                    if error.code is not CaseFault.STALE:
                        raise
                    self.conflicts += 1
                    del seen[case_id]
                    continue
                seen[case_id] = answer.version
                self.acknowledged[case_id] = note
                self.saves += 1
        except BaseException as error:  # noqa: BLE001 - told by the test, in its own thread
            self.trouble.append(error)


def test_fifty_desks_lose_nothing(
    cluster: Cluster,
    server_database: str,
    server_desk: Desk,
) -> None:
    cases = {who: [server_desk.reviewing(who) for _ in range(CASES)] for who in REVIEWERS}
    before = {c: server_desk.version(c) for listed in cases.values() for c in listed}
    with cluster.connect() as owner:
        for who in REVIEWERS:
            owner.execute(f"alter role {who} connection limit {DESKS}")
        deadlocks = _deadlocks(owner, server_database)
    opened = []
    desks = []
    for number in range(DESKS):
        who = REVIEWERS[number % len(REVIEWERS)]
        one = open_shared(
            cluster.url(server_database, who), files=Path("unused"), password=PASSWORD
        )
        opened.append(one)
        desks.append(Simulated(number, one.session(who), one.office_id, cases[who]))
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=d.work, args=(until,)) for d in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in opened:
        one.close()
    assert not [d.trouble for d in desks if d.trouble]
    saves = sum(d.saves for d in desks)
    conflicts = sum(d.conflicts for d in desks)
    moved = sum(server_desk.version(c) - v for c, v in before.items())
    print(f"50 desks: {saves} saves, {conflicts} conflicts met, {moved} versions")
    assert saves >= DESKS
    assert moved == saves
    for case_id in before:
        kept = {a.item_id: a.note for a in server_desk.case(case_id).answers}
        for desk in desks:
            if case_id in desk.acknowledged:
                assert kept[f"X{desk.number:02}"] == desk.acknowledged[case_id]
    with cluster.connect() as owner:
        assert _deadlocks(owner, server_database) == deadlocks
    assert not server_desk.sessions["au"].reader.verify_chains()


def _deadlocks(owner: object, database: str) -> int:
    query = "select deadlocks from pg_stat_database where datname = %s"
    found = owner.execute(query, (database,)).fetchone()  # type: ignore[attr-defined]
    return int(found[0])


# ---------------------------------------------------------------- twenty at once


def test_twenty_answers_in_one_call(server_desk: Desk) -> None:
    case_id = server_desk.reviewing("r1")
    gateway = server_desk.gateway("r1")
    version = server_desk.version(case_id)

    def send(items: range) -> None:
        nonlocal version
        payload = answers(items, new_id())
        command = Command(
            new_id(), server_desk.office_id, case_id, version, Action.ANSWER, payload=payload
        )
        version = gateway.send(command).version

    ratios = []
    for _ in range(ROUNDS):
        single = _seconds([range(n, n + 1) for n in range(20)], send)
        together = _seconds([range(20)] * 3, send) / 3
        ratios.append(single / together)
    print(f"20 answers in one call: {median(ratios):.1f} times as many a second")
    assert median(ratios) >= 3


def _seconds(calls: list[range], send: Callable[[range], None]) -> float:
    began = time.perf_counter()
    for items in calls:
        send(items)
    return time.perf_counter() - began


# ---------------------------------------------------------------- pgbench


@dataclass(frozen=True)
class Bench:
    """pgbench on one database."""

    cluster: Cluster
    database: str
    folder: Path

    def rate(self, script: str, user: str, *, desks: int = 1) -> float:
        """Transactions a second of a script, as somebody, at so many desks at once."""
        file = self.folder / "script.sql"
        file.write_text(script, "utf-8")
        password = OWNER_PASSWORD if user == OWNER else PASSWORD
        told = subprocess.run(
            [self.cluster.bin / "pgbench", "-n", "-M", "prepared", "-T", str(TURN), "-D", "v=0",
             "-c", str(desks), "-f", file,
             "-h", "127.0.0.1", "-p", str(self.cluster.port), "-U", user, self.database],
            env={"PGPASSWORD": password, "PATH": ""},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        found = re.search(r"tps = ([0-9.]+)", told.stdout)
        assert found, told.stdout + told.stderr
        assert "aborted" not in told.stderr, told.stderr
        return float(found[1])

    def settle(self) -> None:
        """What autovacuum does within a minute: statistics, so that no plan is made without."""
        with self.cluster.connect(self.database) as owner:
            owner.execute("vacuum (analyze)")


@pytest.fixture
def bench(
    cluster: Cluster,
    server_database: str,
    tmp_path: Path,
) -> Bench:
    if not (cluster.bin / "pgbench").exists():
        pytest.skip("no pgbench beside these PostgreSQL binaries")
    return Bench(cluster, server_database, tmp_path)


# The payload goes as JSON text, as every desk sends it.
_THROUGH_FUNCTION = """\
\\if :v = 0
select version as v from app.audit_head
 where office_id = 7 and case_id = 'bench-' || :client_id \\gset
\\endif
select (api.act(7, 'b-' || :client_id || '-' || :v, 'bench-' || :client_id, :v, 'answer', '',
  ('{"answers": [{"item_id": "X00", "answer": "CONFORMS", "note": "note ' || :v
    || '", "evidence": ""}]}')::jsonb) ->> 'version')::int as v \\gset
"""
_PLAIN = """\
update app.answer set note = 'note ' || :v, answered_at = clock_timestamp()
 where office_id = 7 and case_id = 'plain-' || :client_id and round = 1 and item_id = 'X00';
"""
_READ = """\
begin;
select * from app.case_ where office_id = 7 and case_id = 'bench';
select * from app.answer where office_id = 7 and case_id = 'bench' and round = 1;
end;
"""


def prepared(desk: Desk, name: str, items: int) -> int:
    """A case of that id under review by r1, with answers; its version."""
    desk.register(name)
    desk.send("uh", name, Action.CONFIRM, declared=True, round_reason="first")
    desk.send("ck", name, Action.ACCEPT, scope={"needs_review": True}, due_on="2026-09-24")
    desk.send("ld", name, Action.ASSIGN, reviewer="r1")
    return desk.send("r1", name, Action.ANSWER, **answers(range(items), "first")).version


@pytest.fixture
def durable(cluster: Cluster) -> Iterator[None]:
    """Commits wait for the disk, as they do in every office."""
    cluster.durable(True)
    yield
    cluster.durable(False)


@pytest.mark.usefixtures("durable")
def test_one_answer_through_the_function(bench: Bench, server_desk: Desk) -> None:
    for number in range(SAVING):
        prepared(server_desk, f"bench-{number}", 20)
        prepared(server_desk, f"plain-{number}", 20)
    bench.settle()
    ratios = []
    for _ in range(SAVE_ROUNDS):
        plain = bench.rate(_PLAIN, OWNER, desks=SAVING)
        through = bench.rate(_THROUGH_FUNCTION, "r1", desks=SAVING)
        ratios.append(through / plain)
        print(f"one answer: {through:.0f} through the function, {plain:.0f} as a plain update")
    assert median(ratios) >= 0.45


def test_reading_a_case_under_row_security(bench: Bench, server_desk: Desk) -> None:
    prepared(server_desk, "bench", 20)
    bench.settle()
    ratios = []
    for _ in range(ROUNDS):
        without = bench.rate(_READ, OWNER)
        under = bench.rate(_READ, "r1")
        ratios.append(under / without)
        print(f"reading a case: {under:.0f} under row security, {without:.0f} without")
    assert median(ratios) >= 0.85
