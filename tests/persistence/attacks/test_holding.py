"""Transactions that members leave open: a checkpoint and the announcing of a file hold nobody up,
and what is written beside an open checkpoint is in the next one. Whoever had to wait here would be
refused after two seconds, for what he would wait for does not end."""

import json
import threading
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.audit import Head, checkpoint_root
from sanzhi_desktop.domain.case import CaseFault
from tests.persistence.attacks.test_idle_attacks import as_
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

CHECKPOINT = "select api.checkpoint(7)"
ACT = "select api.act(7, %s, %s, %s, 'answer', '', %s)"
OFFICE = "select api.act_office(7, %s, 'put_person', %s)"
ANSWERS = json.dumps({"answers": [{"item_id": "C01", "answer": "CONFORMS", "note": ""}]})
LEAVES = "select chain, seq, hash from app.checkpoint_leaf where n = %s"
WAITING = (
    "select 1 from pg_stat_activity where datname = %s and usename = 'r1'"
    " and wait_event_type = 'Lock'"
)
MOVED = "select case_id from app.audit_head where moved = 1 order by case_id"


def save(connection: psycopg.Connection[Any], desk: Desk, case_id: str) -> None:
    connection.execute(ACT, (new_id(), case_id, desk.version(case_id), ANSWERS))


def root(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(CHECKPOINT).fetchone()
    assert row is not None
    return str(row[0])


def leaves(owner: psycopg.Connection[Any], n: int) -> set[Head]:
    return {Head(*row) for row in owner.execute(LEAVES, (n,)).fetchall()}


def ends(owner: psycopg.Connection[Any]) -> set[Head]:
    rows = owner.execute("select case_id, seq, hash from app.audit_head where office_id = 7")
    return {Head(*row) for row in rows.fetchall()}


@pytest.mark.parametrize("holder", ["h1", "r2", "au"])
def test_whoever_leaves_a_checkpoint_open_holds_no_case_of_others(
    cluster: Cluster, server_database: str, server_desk: Desk, holder: str
) -> None:
    cases = [server_desk.reviewing("r1"), server_desk.reviewing("r1")]
    with (
        as_(cluster, server_database, holder) as held,
        as_(cluster, server_database, "r1") as r1,
        as_(cluster, server_database, ADMIN) as admin,
    ):
        held.execute("begin")
        first = root(held)
        for case_id in cases:
            save(r1, server_desk, case_id)
        person = {"person_id": "zz", "name": "某", "unit": "", "active": True}
        admin.execute(OFFICE, (new_id(), json.dumps(person)))
        held.execute("commit")
        assert root(admin) != first
    auditor = server_desk.sessions["au"].reader
    assert auditor.verify_chains() == ()


def test_what_is_saved_beside_an_open_checkpoint_is_in_the_next_one(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id, other = server_desk.reviewing("r1"), server_desk.reviewing("r2")
    with (
        as_(cluster, server_database, "ld") as lead,
        as_(cluster, server_database, "h1") as handler,
        as_(cluster, server_database, "r1") as r1,
        as_(cluster, server_database, "r2") as r2,
        cluster.connect(server_database) as owner,
    ):
        at_first = ends(owner)
        r1.execute("begin")
        save(r1, server_desk, case_id)  # is not there for anybody until it is committed
        first = root(lead)
        assert leaves(owner, 1) == at_first
        r1.execute("commit")

        handler.execute("begin")
        second = root(handler)
        save(r2, server_desk, other)
        handler.execute("commit")
        after = {head.case_id: head for head in ends(owner)}
        assert leaves(owner, 2) == {after[case_id]}
        assert second == checkpoint_root(first, leaves(owner, 2))

        third = root(lead)
        assert leaves(owner, 3) == {after[other]}
        assert third == checkpoint_root(second, leaves(owner, 3))
        assert root(handler) == root(lead) == third, "nothing moved since"
        assert owner.execute(MOVED).fetchall() == [], "whoever works on every case tidies up"


def test_where_a_mark_stays_no_leaf_is_made_twice(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    mine, other = server_desk.reviewing("r1"), server_desk.reviewing("r2")
    with (
        as_(cluster, server_database, "r1") as r1,
        as_(cluster, server_database, "au") as auditor,
        cluster.connect(server_database) as owner,
    ):
        first = root(r1)
        assert [row[0] for row in owner.execute(MOVED).fetchall()] == sorted(["", mine, other])
        assert root(r1) == root(auditor) == first
        shown = r1.execute("select api.chain_root(7)").fetchone()
        assert shown == (first,)
        save(r1, server_desk, mine)
        second = root(auditor)
        assert second == checkpoint_root(first, leaves(owner, 2))
        assert {head.case_id for head in leaves(owner, 2)} == {mine}
        assert server_desk.sessions["au"].reader.chain_root() == second


def test_a_checkpoint_beside_one_that_does_not_end_is_the_one_of_before(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    with (
        as_(cluster, server_database, "h1") as held,
        as_(cluster, server_database, "r1") as r1,
        cluster.connect(server_database) as owner,
    ):
        first = root(r1)
        save(r1, server_desk, case_id)
        held.execute("begin")
        second = root(held)
        assert second != first
        owner.execute("alter function api.checkpoint(integer) set lock_timeout = '50ms'")
        assert root(r1) == first
        save(r1, server_desk, case_id)
        held.execute("rollback")
        third = root(r1)
        assert third == checkpoint_root(first, leaves(owner, 2))
        assert {head.case_id for head in leaves(owner, 2)} == {case_id}


def test_whoever_leaves_a_file_announced_lets_others_announce_theirs(
    cluster: Cluster, server_database: str
) -> None:
    ask = "select api.begin_file(7, %s, 5)"
    with as_(cluster, server_database, "h1") as held, as_(cluster, server_database, "r1") as r1:
        held.execute("begin")
        held.execute(ask, ("a" * 64,))
        told = r1.execute(ask, ("b" * 64,)).fetchone()
        assert told is not None
        assert told[0]["have"] == []


def test_a_file_announced_by_two_at_once_is_one_file(
    cluster: Cluster, server_database: str
) -> None:
    ask = "select api.begin_file(7, %s, 5)"
    told: list[Any] = []

    def second() -> None:
        with as_(cluster, server_database, "r1") as r1:
            told.append(r1.execute(ask, ("a" * 64,)).fetchone())

    with as_(cluster, server_database, "h1") as first, cluster.connect() as owner:
        first.execute("begin")
        answered = first.execute(ask, ("a" * 64,)).fetchone()
        waiting = threading.Thread(target=second)
        waiting.start()
        while not owner.execute(WAITING, (server_database,)).fetchone():
            pass
        first.execute("commit")
        waiting.join()
    assert told == [answered]


def test_a_wait_tells_nobody_that_a_case_he_does_not_see_is_being_worked_on(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    version = server_desk.version(case_id)
    with (
        as_(cluster, server_database, "r1") as held,
        as_(cluster, server_database, "r2") as other,
        as_(cluster, server_database, "h1") as handler,
    ):
        held.execute("begin")
        save(held, server_desk, case_id)
        told = []
        for name in (case_id, new_id()):
            with pytest.raises(psycopg.Error) as caught:
                other.execute(ACT, (new_id(), name, version, ANSWERS))
            told.append((caught.value.sqlstate, caught.value.diag.message_primary))
        assert told == [("SZ001", CaseFault.NOT_FOUND.value)] * 2
        with pytest.raises(psycopg.errors.LockNotAvailable):
            handler.execute(ACT, (new_id(), case_id, version, ANSWERS))


def test_whoever_sees_the_case_waits_for_his_turn_and_is_told(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    seen = server_desk.version(case_id)
    told: list[str] = []

    def second() -> None:
        with as_(cluster, server_database, "r1") as again:
            try:
                again.execute(ACT, (new_id(), case_id, seen, ANSWERS))
            except psycopg.Error as error:
                told.append(error.diag.message_primary or "")

    with as_(cluster, server_database, "r1") as first, cluster.connect() as owner:
        first.execute("begin")
        save(first, server_desk, case_id)
        waiting = threading.Thread(target=second)
        waiting.start()
        while not owner.execute(WAITING, (server_database,)).fetchone():
            pass
        first.execute("commit")
        waiting.join()
    assert told == [CaseFault.STALE.value]
