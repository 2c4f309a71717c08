"""The functions called past every desk: without one of the arguments, with JSON that no desk
writes, from an old snapshot. Nothing is skipped, and nobody is kept from reading the history."""

import hashlib
import json
import threading
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action, WorkflowFault
from sanzhi_desktop.persistence.errors import named_postgresql
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, FILE, MATERIALS, Desk, submission
from tests.persistence.offices import PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

ACT = "select api.act(%s, %s, %s, %s, %s, %s, %s)"
ACT_OFFICE = "select api.act_office(%s, %s, %s, %s)"
ANSWERS = {"answers": [{"item_id": "C01", "answer": "CONFORMS", "note": "", "evidence": ""}]}
WAITING = (
    "select 1 from pg_stat_activity where datname = %s and usename = 'h1'"
    " and wait_event_type = 'Lock'"
)
NAMES = ("office", "command", "case", "seen", "action", "reason", "payload")
# Whether it goes through all the same: an answer needs no reason, and of nothing it writes nothing.
HARMLESS = {("answer", "reason"), ("answer", "payload")}


def call(cluster: Cluster, database: str, who: str, sql: str, values: list[Any]) -> str:
    """The code that the call was refused with, "" when it went through."""
    with cluster.connect(database, who, PASSWORD) as asked:
        try:
            asked.execute(sql, values)
        except psycopg.Error as error:
            refused: DomainError = named_postgresql(error)
            return refused.code.value
    return ""


def readable(cluster: Cluster, database: str, desk: Desk) -> None:
    with cluster.connect(database) as owner:
        # The founding was written by the program, not by the server's functions.
        odd = (
            "select entry from app.audit where entry::jsonb ->> 'action' <> 'found'"
            " and entry <> entry::jsonb::text"
        )
        assert owner.execute(odd).fetchall() == []
    assert desk.sessions["au"].reader.verify_chains() == ()


@pytest.mark.parametrize("missing", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize(("who", "action"), [("r1", "answer"), ("ld", "reassign")])
def test_a_command_without_one_argument(
    cluster: Cluster, server_database: str, server_desk: Desk,
    who: str, action: str, missing: int,
) -> None:  # fmt: skip
    case_id = server_desk.reviewing("r1")
    before = server_desk.version(case_id)
    payload = json.dumps(ANSWERS if action == "answer" else {"reviewer": "r2"})
    values: list[Any] = [7, new_id(), case_id, before, action, "病假", payload]
    values[missing] = None
    told = call(cluster, server_database, who, ACT, values)
    assert bool(told) is ((action, NAMES[missing]) not in HARMLESS)
    assert server_desk.version(case_id) == before + (not told)
    if (action, NAMES[missing]) == ("reassign", "reason"):
        assert told == WorkflowFault.REASON_MISSING.value
    readable(cluster, server_database, server_desk)


@pytest.mark.parametrize("missing", range(4), ids=("office", "command", "action", "payload"))
def test_a_command_on_the_office_without_one_argument(
    cluster: Cluster, server_database: str, server_desk: Desk, missing: int
) -> None:
    person = json.dumps({"person_id": "zz", "name": "某", "active": True})
    values: list[Any] = [7, new_id(), "put_person", person]
    values[missing] = None
    assert call(cluster, server_database, ADMIN, ACT_OFFICE, values)
    readable(cluster, server_database, server_desk)


DEEP = '{"x": %s}' % ("[" * 1500 + "]" * 1500)


@pytest.mark.parametrize(
    "payload", ['{"opinion": {"x": 1e5000}}', DEEP, "[]", '{"opinion": {"a": [1, null]}}']
)
def test_json_that_no_desk_writes_stops_nobody_from_reading(
    cluster: Cluster, server_database: str, server_desk: Desk, payload: str
) -> None:
    case_id = server_desk.reviewing("r1")
    version = server_desk.version(case_id)
    values: list[Any] = [7, new_id(), case_id, version, "draft_opinion", "", payload]
    assert call(cluster, server_database, "r1", ACT, values) == ""
    for who in ("au", "ld", "r1"):
        reader = server_desk.sessions[who].reader
        assert reader.case(case_id).version == version + 1
        assert reader.history(case_id)[-1].action == "draft_opinion"
    assert server_desk.sessions["au"].reader.verify_chains() == ()
    answers = [{"item_id": "C01", "answer": "CONFORMS"}]
    assert server_desk.send("r1", case_id, Action.ANSWER, answers=answers).version == version + 2


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_nothing_is_written_from_an_old_snapshot(
    cluster: Cluster, server_database: str, server_desk: Desk, level: str
) -> None:
    """Somebody who lost his role since would still have it there."""
    case_id = server_desk.reviewing("r1")
    version = server_desk.version(case_id)
    person = json.dumps({"person_id": "zz", "name": "某", "active": True})
    for who, sql, values in (
        ("r1", ACT, [7, new_id(), case_id, version, "answer", "", json.dumps(ANSWERS)]),
        (ADMIN, ACT_OFFICE, [7, new_id(), "put_person", person]),
        ("r1", "select api.enter(%s)", [7]),  # brings back what he may read
        (ADMIN, "select api.login(%s, %s, %s, %s)", [7, new_id(), "r1", "SCRAM-SHA-256$"]),
    ):
        with cluster.connect(server_database, who, PASSWORD) as asked:
            asked.execute(f"begin isolation level {level}")
            asked.execute("select count(*) from app.case_")
            with pytest.raises(psycopg.Error) as caught:
                asked.execute(sql, values)
        assert named_postgresql(caught.value).code is PersistenceFault.OLD_SNAPSHOT
    assert server_desk.version(case_id) == version


SHA256 = hashlib.sha256(FILE).hexdigest()
UPLOAD: tuple[tuple[str, list[Any]], ...] = (
    ("select api.begin_file(7, %s, %s)", [SHA256, len(FILE)]),
    ("select api.put_chunk(7, %s, 0, %s, %s)", [SHA256, FILE, SHA256]),
    ("select api.complete_file(7, %s, '')", [SHA256]),
)
STORED = "select (select count(*) from app.blob), (select count(*) from app.blob_chunk)"


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_whoever_left_stores_no_file_from_a_snapshot_of_before(
    cluster: Cluster, server_database: str, server_desk: Desk, level: str, begun: bool
) -> None:
    with (
        cluster.connect(server_database, "h1", PASSWORD) as asked,
        cluster.connect(server_database) as owner,
    ):
        if begun:  # the file was announced while he still worked here
            asked.execute(*UPLOAD[0])
            asked.commit()
        before = owner.execute(STORED).fetchone()
        asked.execute(f"begin isolation level {level}")
        asked.execute("select count(*) from app.case_")
        server_desk.office(
            ADMIN, OfficeAction.PUT_PERSON, person_id="h1", name="甲承办", active=False
        )
        for sql, values in UPLOAD:
            asked.execute("savepoint s")
            with pytest.raises(psycopg.Error) as caught:
                asked.execute(sql, values)
            assert named_postgresql(caught.value).code is PersistenceFault.OLD_SNAPSHOT
            asked.execute("rollback to s")
        asked.commit()
        assert owner.execute(STORED).fetchone() == before
        for sql, values in UPLOAD:  # and with today's eyes he is nobody
            with pytest.raises(psycopg.Error) as caught:
                asked.execute(sql, values)
            assert named_postgresql(caught.value).code is CaseFault.NOT_FOUND
            asked.rollback()
        assert owner.execute(STORED).fetchone() == before


def test_a_file_may_be_stored_within_one_transaction_that_sees_what_others_do(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    with cluster.connect(server_database, "h1", PASSWORD) as asked:
        asked.execute("begin isolation level read committed")
        told = [asked.execute(sql, values).fetchone() for sql, values in UPLOAD]
        asked.commit()
    assert told[2] == (True,)
    assert server_desk.sessions["h1"].files.path(SHA256).read_bytes() == FILE


def test_a_registration_sent_again_before_it_ended_is_answered_as_one(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id, command = new_id(), new_id()
    server_desk.store_file()
    payload = {"submission": submission(), "materials": MATERIALS, "unit": "执法一科",
               "profile_id": "shucheng", "profile_edition": "2026-1"}  # fmt: skip
    values: list[Any] = [7, command, case_id, 0, "register", "", json.dumps(payload)]
    answered: list[Any] = []

    def again() -> None:
        with cluster.connect(server_database, "h1", PASSWORD) as second:
            answered.append(second.execute(ACT, values).fetchone())

    with cluster.connect(server_database, "h1", PASSWORD) as first, cluster.connect() as owner:
        first.execute("begin")
        first.execute(ACT, values)
        waiting = threading.Thread(target=again)
        waiting.start()
        while not owner.execute(WAITING, (server_database,)).fetchone():
            pass
        first.execute("commit")
        waiting.join()
    ((told,),) = answered
    assert (told["case_id"], told["version"], told["replayed"]) == (case_id, 1, True)
