"""Tampering with a stored history: found, named by case, and found by a stranger's script too."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.domain.audit import GENESIS, entry_text, link_hash
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import checkpoints
from sanzhi_desktop.persistence.reader import DatabaseReader
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk

Run = Callable[..., Any]


def independent_check(path: Path) -> list[tuple[str, int]]:
    """What a stranger writes with the description alone: sqlite3 and hashlib, nothing of ours."""
    broken, previous, before = [], "0" * 64, None
    with closing(sqlite3.connect(path)) as db:
        for case, seq, entry, digest in db.execute(
            "select case_id, seq, entry, hash from audit order by office_id, case_id, seq"
        ):
            previous = previous if case == before else "0" * 64
            if hashlib.sha256((previous + entry).encode("utf-8")).hexdigest() != digest:
                broken.append((case, seq))
            previous, before = digest, case
    return broken


def without_walls(db: sqlite3.Connection) -> None:
    """What the owner of a file can always do."""
    for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        db.execute(f"drop trigger {name}")


def rewrite(run: Run, case_id: str, mark: str) -> None:
    """Changes the second entry and computes everything after it again: chain and head agree."""
    rows = run(f"select seq, entry from audit where case_id = '{case_id}' order by seq").fetchall()
    previous = GENESIS
    for seq, entry in rows:
        told = json.loads(entry)
        if seq == 2:
            told["actor"] = "forged"
        text = entry_text(told)
        previous = link_hash(previous, text)
        run(
            f"update audit set entry = {mark}, hash = {mark} where case_id = {mark}"
            f" and seq = {mark}",
            (text, previous, case_id, seq),
        )
    run(f"update audit_head set hash = {mark} where case_id = {mark}", (previous, case_id))


def edit(run: Run, case_id: str) -> None:
    run(
        "update audit set entry = replace(entry, 'confirm', 'accept')"
        f" where case_id = '{case_id}' and seq = 2"
    )


def delete(run: Run, case_id: str) -> None:
    run(f"delete from audit where case_id = '{case_id}' and seq = 2")


def delete_all(run: Run, case_id: str) -> None:
    run(f"delete from audit where case_id = '{case_id}'")
    run(f"delete from audit_head where case_id = '{case_id}'")


def reorder(run: Run, case_id: str) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        run(f"update audit set seq = {new} where case_id = '{case_id}' and seq = {old}")


def truncate(run: Run, case_id: str) -> None:
    run(f"delete from audit where case_id = '{case_id}' and seq = 5")
    run(
        "update audit_head set seq = 4, hash = (select hash from audit where"
        f" audit.case_id = audit_head.case_id and audit.seq = 4) where case_id = '{case_id}'"
    )


def set_state(run: Run, case_id: str) -> None:
    run(f"update case_ set state = 'passed' where case_id = '{case_id}'")


def change_paper(run: Run, case_id: str) -> None:
    run(
        "update document set content = (select content from document d where"
        f" d.case_id <> '{case_id}' limit 1) where case_id = '{case_id}'"
    )


WAYS = [
    (change_paper, "paper", 0),
    (set_state, "row", 5),
    (edit, "edited", 2),
    (delete, "deleted", 2),
    (delete_all, "deleted", 1),
    (reorder, "reordered", 2),
    (truncate, "truncated", 5),
]


@pytest.mark.parametrize(("tamper", "what", "seq"), WAYS)
def test_tampering_is_found_and_the_case_is_named(
    embedded_desk: Desk,
    embedded_path: Path,
    tamper: Callable[[Run, str], None],
    what: str,
    seq: int,
) -> None:
    embedded_desk.passed()
    case_id = embedded_desk.signing()
    reader = embedded_desk.sessions["au"].reader
    assert reader.verify_chains() == ()
    assert independent_check(embedded_path) == []
    with closing(sqlite3.connect(embedded_path, isolation_level=None)) as db:
        without_walls(db)
        tamper(db.execute, case_id)
    assert [(f.case_id, f.seq, f.what) for f in reader.verify_chains()] == [(case_id, seq, what)]
    if what in ("edited", "reordered"):
        assert independent_check(embedded_path)[0] == (case_id, seq)


@pytest.mark.postgres
@pytest.mark.parametrize(("tamper", "what", "seq"), WAYS)
def test_tampering_by_a_superuser_is_found(
    server_desk: Desk,
    cluster: Cluster,
    server_database: str,
    tamper: Callable[[Run, str], None],
    what: str,
    seq: int,
) -> None:
    server_desk.signing()
    case_id = server_desk.signing()
    reader = server_desk.sessions["au"].reader
    assert reader.verify_chains() == ()
    with cluster.connect(server_database) as owner:
        owner.execute("set search_path = app")
        owner.execute("set session_replication_role = replica")
        tamper(owner.execute, case_id)
    assert [(f.case_id, f.seq, f.what) for f in reader.verify_chains()] == [(case_id, seq, what)]


def test_a_role_taken_past_the_program_is_found(desk: Desk, request: pytest.FixtureRequest) -> None:
    reader = desk.sessions["au"].reader
    given = "insert into person_role (office_id, person_id, seq, role) values (7, 'ck', 9, 'head')"
    _tamper(request, lambda run, _: run(given))
    found = reader.verify_chains()
    assert [(f.case_id, f.what) for f in found] == [("", "roles")]
    _tamper(request, lambda run, _: run("delete from person_role where seq = 9"))
    assert reader.verify_chains() == ()
    _tamper(request, lambda run, _: run("delete from person_role where person_id = 'adm'"))
    assert [f.what for f in reader.verify_chains()] == ["roles"]


def _database_reader(desk: Desk, who: str = "au") -> DatabaseReader:
    reader = desk.sessions[who].reader
    assert isinstance(reader, DatabaseReader)
    return reader


def _tamper(request: pytest.FixtureRequest, change: Callable[[Run, str], None]) -> None:
    if request.node.callspec.params["desk"] == "sqlite":
        path = request.getfixturevalue("embedded_path")
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            without_walls(db)
            change(db.execute, "?")
    else:
        started: Cluster = request.getfixturevalue("cluster")
        with started.connect(request.getfixturevalue("server_database")) as owner:
            owner.execute("set search_path = app")
            owner.execute("set session_replication_role = replica")
            change(owner.execute, "%s")


def test_a_consistent_rewrite_is_found_against_a_root(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    kept, forged = desk.signing(), desk.signing()
    reader = _database_reader(desk)
    root = checkpoints.record(reader)
    assert checkpoints.record(reader) == root, "the same root is kept once"
    desk.passed()  # chains grow, new ones come: the old root must still be told
    desk.reserve(kept)
    assert checkpoints.ask(reader, root).holds
    _tamper(request, lambda run, mark: rewrite(run, forged, mark))
    assert reader.verify_chains() == (), "the chains alone agree with themselves"
    told = checkpoints.ask(reader, root)
    assert not told.holds
    assert [(b.case_id, b.what) for b in told.breaks] == [(forged, "rewritten")]


def test_leaves_that_do_not_hash_to_the_root_are_not_believed(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    case_id = desk.signing()
    reader = _database_reader(desk)
    root = checkpoints.record(reader)
    desk.reserve(case_id)
    _tamper(request, lambda run, _: run("update checkpoint set heads = '[]'"))
    assert not checkpoints.ask(reader, root).holds


def test_a_root_named_on_a_paper_is_recognised_later(embedded_desk: Desk) -> None:
    desk = embedded_desk
    case_id = desk.reviewing()
    reader = _database_reader(desk)
    root = reader.chain_root()
    desk.confirmed()  # somebody else works between reading the root and signing
    desk.send("r1", case_id, Action.DRAFT_OPINION, opinion={"audit_root": root})
    desk.passed()
    told = checkpoints.ask(reader, root)
    assert (told.holds, told.known) == (True, False)
    assert not checkpoints.ask(reader, "0" * 64).holds
