"""A person who holds a case by a transaction that he leaves open: his session is ended by the other
desks' beats; and nobody can turn that against a session of his choice."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.persistence.watch_functions import HOLDING, IDLE, LONGEST, watch_functions
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.offices import PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

BEAT = "select api.beat(7, '', '')"
HOLD = "select api.act(7, %s, %s, %s, 'answer', '', %s)"
# Every command takes the case's row or the head of its history.
HELD = (
    "select 1 from app.case_ k join app.audit_head h on h.office_id = k.office_id"
    " and h.case_id = k.case_id where k.case_id = %s for update skip locked"
)
ANSWERS = json.dumps(
    {"answers": [{"item_id": "X01", "answer": "CONFORMS", "note": "held", "evidence": ""}]}
)


def as_(cluster: Cluster, database: str, who: str) -> psycopg.Connection[Any]:
    made: psycopg.Connection[Any] = cluster.connect(database, who, PASSWORD)
    return made


def hurry(cluster: Cluster, database: str) -> None:
    """The shipped function with other spans: a test does not wait for a quarter of a minute."""
    spans = {HOLDING: "0.2 seconds", IDLE: "0.6 seconds", LONGEST: "0.9 seconds"}
    text = watch_functions("set search_path = pg_catalog, app, pg_temp")
    text = re.sub("|".join(spans), lambda found: spans[found[0]], text)
    with cluster.connect(database) as owner:
        owner.execute("set role sanzhi_owner")
        owner.execute(text.replace("create function", "create or replace function", 1))


@contextmanager
def held(cluster: Cluster, database: str, desk: Desk, case_id: str) -> Iterator[Any]:
    """r1 holds his case: an answer without a commit, and no time-out of his own."""
    with as_(cluster, database, "r1") as holder:
        holder.execute("set idle_in_transaction_session_timeout = 0")
        holder.execute("begin")
        holder.execute(HOLD, (new_id(), case_id, desk.version(case_id), ANSWERS))
        yield holder


def locked(cluster: Cluster, database: str, case_id: str) -> bool:
    """Whether somebody holds the row of the case."""
    with cluster.connect(database) as owner:
        found = owner.execute(HELD, (case_id,))
        return found.fetchone() is None


def beat_until_free(cluster: Cluster, database: str, case_id: str, who: str) -> None:
    """Another desk beats; each beat is a desk's first, so that each looks."""
    freed = threading.Event()
    for _ in range(200):
        with as_(cluster, database, who) as other:
            other.execute(BEAT)
        if not locked(cluster, database, case_id):
            return
        freed.wait(0.05)
    pytest.fail("the case is still held")


def test_a_case_held_by_an_idle_transaction_is_freed_by_another_desk(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    version = server_desk.version(case_id)
    auditor = server_desk.sessions["au"]  # the check at the start would find the other spans
    hurry(cluster, server_database)
    with held(cluster, server_database, server_desk, case_id) as holder:
        assert locked(cluster, server_database, case_id)
        beat_until_free(cluster, server_database, case_id, "r2")
        with pytest.raises(psycopg.OperationalError):
            holder.execute("select 1")
    assert server_desk.version(case_id) == version, "what was not committed is taken back"
    assert not server_desk.case(case_id).answers
    assert not auditor.reader.verify_chains()


@pytest.mark.skipif(shutil.which("psql") is None, reason="no psql")
def test_psql_in_the_hands_of_an_officer(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    hurry(cluster, server_database)
    version = server_desk.version(case_id)
    call = f"select api.act(7, '{new_id()}', '{case_id}', {version}, 'answer', '', '{ANSWERS}');\n"
    psql = subprocess.Popen(
        ["psql", "-X", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "r1", server_database],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PGPASSWORD": PASSWORD},
    )  # fmt: skip
    assert psql.stdin is not None
    assert psql.stdout is not None
    psql.stdin.write(f"set idle_in_transaction_session_timeout = 0;\nbegin;\n{call}\\echo held\n")
    psql.stdin.flush()
    said = list(iter(psql.stdout.readline, "held\n"))
    assert any("version" in line for line in said), said
    assert locked(cluster, server_database, case_id)
    beat_until_free(cluster, server_database, case_id, "h1")
    rest, _ = psql.communicate("commit;\n", timeout=20)
    assert "terminating connection" in rest
    assert server_desk.version(case_id) == version


def test_one_who_stays_busy_in_his_transaction_is_ended_as_well(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    """Neither a question now and then nor one that never ends keeps a case."""
    case_id = server_desk.reviewing("r1")
    hurry(cluster, server_database)
    with held(cluster, server_database, server_desk, case_id) as holder:
        trouble: list[str] = []

        def dawdle() -> None:
            try:
                holder.execute("set statement_timeout = 0")
                holder.execute("select pg_sleep(600)")
            except psycopg.Error as error:
                trouble.append(str(error))

        asleep = threading.Thread(target=dawdle)
        asleep.start()
        beat_until_free(cluster, server_database, case_id, "au")
        asleep.join(20)
        assert not asleep.is_alive()
        assert "terminating" in trouble[0]


def ended_for(cluster: Cluster, database: str, office: int, later: str) -> None:
    """What the shipped function would end so much later, carried out now."""
    with cluster.connect(database) as owner:
        owner.execute("set role sanzhi_owner")
        owner.execute("set search_path = app")
        owner.execute("select app.end_idle(%s, clock_timestamp() + %s::interval)", (office, later))


def alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def test_who_is_ended_and_who_is_not(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    with (
        held(cluster, server_database, server_desk, case_id) as holding,
        as_(cluster, server_database, "r2") as reading,
        as_(cluster, server_database, "hd") as resting,
        cluster.connect(server_database) as keeper,
        cluster.connect("postgres") as elsewhere,
    ):
        for one in (reading, keeper, elsewhere):
            one.execute("begin")
            one.execute("select 1")
        keeper.execute("create table public.kept (n int)")  # a superuser's, with a number
        resting.execute("select 1")
        ended_for(cluster, server_database, 7, "14 seconds")
        assert alive(holding), "nobody is ended before his time"
        ended_for(cluster, server_database, 8, "1 day")
        assert alive(holding), "another office ends nobody of this one"
        ended_for(cluster, server_database, 7, "16 seconds")
        assert not alive(holding)
        assert alive(reading), "one who only reads holds up nobody, for a minute"
        ended_for(cluster, server_database, 7, "61 seconds")
        assert not alive(reading)
        assert alive(resting), "idle without a transaction is how a desk waits"
        ended_for(cluster, server_database, 7, "1 day")
        assert alive(resting)
        assert alive(keeper)
        assert alive(elsewhere)
        keeper.execute("rollback")


def test_nobody_aims_it(cluster: Cluster, server_database: str, server_desk: Desk) -> None:
    case_id = server_desk.reviewing("r1")
    with (
        held(cluster, server_database, server_desk, case_id) as holding,
        as_(cluster, server_database, "h1") as attacker,
    ):
        pid = holding.info.backend_pid
        for sql in (
            f"select pg_terminate_backend({pid})",
            f"select pg_cancel_backend({pid})",
            "select app.end_idle(7, clock_timestamp() + interval '1 day')",
            "set role pg_signal_backend",
            "set role sanzhi_owner",
            "grant pg_signal_backend to h1",
            "grant sanzhi_owner to h1",
        ):
            with pytest.raises(psycopg.Error) as caught:
                attacker.execute(sql)
            assert caught.value.sqlstate in {"42501", "0LP01"}, (sql, caught.value)
        # What a session can set moves neither the clock nor the spans.
        attacker.execute("set sanzhi.looked = ''")
        attacker.execute("set timezone = 'Pacific/Kiritimati'")
        for _ in range(3):
            attacker.execute("set sanzhi.looked = ''")
            attacker.execute(BEAT)
        attacker.execute("set sanzhi.looked = '9'")
        attacker.execute(BEAT)
        assert alive(holding)
        told = attacker.execute(
            "select state, query from pg_stat_activity where pid = %s", (pid,)
        ).fetchone()
        assert told == (None, "<insufficient privilege>"), "what others do is not for his eyes"
        holding.execute("rollback")


def test_a_beat_looks_only_now_and_then(cluster: Cluster, server_database: str) -> None:
    with as_(cluster, server_database, "r2") as desk:
        ask = "select current_setting('sanzhi.looked', true)"
        desk.execute(BEAT)
        first = desk.execute(ask).fetchone()
        desk.execute(BEAT)
        assert first is not None
        assert first[0]
        assert desk.execute(ask).fetchone() == first
        desk.execute("select set_config('sanzhi.looked', '2020-01-01 00:00:00+00', false)")
        desk.execute(BEAT)
        again = desk.execute(ask).fetchone()
        assert again is not None
        assert again[0] > first[0]
