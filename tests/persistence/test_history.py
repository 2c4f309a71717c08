"""Tampering with a stored history: found, named by case, and found by a stranger's script too."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.domain.audit import (
    GENESIS,
    Head,
    PrintedRoot,
    checkpoint_root,
    entry_text,
    link_hash,
    read_printed,
)
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import witness
from sanzhi_desktop.persistence.entry_row import entry_row
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.reader import DatabaseReader
from sanzhi_desktop.persistence.writes import stamp
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.offices import shared

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
@pytest.mark.tampers
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
    # The people of the case find it as well, as they are told of its history.
    one = server_desk.sessions["ld"].reader.verify_chains(case_id=case_id)
    assert [(f.case_id, f.seq, f.what) for f in one] == [(case_id, seq, what)]


def test_nothing_is_written_to_a_case_whose_chain_lost_its_head(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    """Else the case would go on and its history would not say so."""
    case_id = desk.reviewing("r1")
    gone = f"delete from audit_head where case_id = '{case_id}'"
    _tamper(request, lambda run, _: run(gone))
    before = desk.case(case_id)
    answer = {"item_id": "X01", "answer": "CONFORMS", "note": "", "evidence": ""}
    with pytest.raises(DomainError) as refused:
        desk.send("r1", case_id, Action.ANSWER, answers=[answer])
    assert refused.value.code is CaseFault.NOT_FOUND
    assert desk.case(case_id) == before


def two_in_one(run: Run, case_id: str) -> None:
    """Two entries in the place of one, with both hashes, so that the pieces add up again."""
    first, second = run(
        f"select entry, hash from audit where case_id = '{case_id}' and seq in (2, 3) order by seq"
    ).fetchall()
    run(
        f"update audit set entry = ?, hash = ? where case_id = '{case_id}' and seq = 2",
        (f"{first[0]}\0{second[0]}", first[1] + second[1]),
    )
    run(f"delete from audit where case_id = '{case_id}' and seq = 3")


def no_number(run: Run, case_id: str) -> None:
    run(f"update audit set seq = 'abc' where case_id = '{case_id}' and seq = 4")


@pytest.mark.parametrize("change", [two_in_one, no_number])
@pytest.mark.tampers
def test_what_only_a_file_can_hold_is_found(
    embedded_desk: Desk, embedded_path: Path, change: Callable[[Run, str], None]
) -> None:
    other, case_id = embedded_desk.signing(), embedded_desk.signing()
    with closing(sqlite3.connect(embedded_path, isolation_level=None)) as db:
        without_walls(db)
        change(db.execute, case_id)
    found = embedded_desk.sessions["au"].reader.verify_chains()
    assert {b.case_id for b in found} == {case_id}
    assert other != case_id


def test_what_was_typed_stands_in_the_entry_as_it_was_typed(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    """Quotes, line breaks, places of a format, what would end a JSON text, a rare character; and
    beside the entry stands what it says."""
    typed = 'a "quoted" \\ 50% %s %1$s\n\t{"x": [1]} \u0001 〔2026〕 \U00020bb7'
    case_id = desk.reviewing("r1")
    answers = [{"item_id": "C01", "answer": "CONFORMS", "note": typed}]
    desk.send("r1", case_id, Action.ANSWER, answers=answers)
    desk.send("ld", case_id, Action.REASSIGN, reviewer="r2", reason=typed)
    reader = desk.sessions["au"].reader
    answered, moved = reader.history(case_id)[-2:]
    assert answered.detail["answers"][0]["note"] == moved.reason == typed
    assert reader.verify_chains() == ()
    found: list[Any] = []

    def look(run: Run, _: str) -> None:
        found.extend(run("select case_id, seq, command_id, at, hash, entry from audit").fetchall())

    _tamper(request, look)
    assert len(found) > 10
    for *columns, at, digest, text in found:
        row = entry_row(text, digest)
        assert columns == [row["case_id"], row["seq"], row["command_id"]]
        assert (stamp(row["at"]) if isinstance(at, str) else row["at"]) == at
        assert (row["hash"], row["entry"]) == (digest, text)
        said = json.loads(text)
        shorter_first = dict(sorted(said.items(), key=lambda pair: (len(pair[0]), pair[0])))
        on_server = json.dumps(shorter_first | {"payload": 0}, ensure_ascii=False)
        before, _, after = on_server.partition('"payload": 0')
        begins = text.startswith(before) and text.endswith(after)
        assert text == entry_text(said) or begins, text


@pytest.mark.tampers
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


def forge_checkpoints(run: Run, office_id: int, mark: str) -> None:
    """Writes every checkpoint again so that it fits the chains as they stand now."""
    previous = GENESIS
    for (n,) in run("select n from checkpoint order by n").fetchall():
        rows = run(
            "select l.chain, l.seq, a.hash from checkpoint_leaf l join audit a on"
            f" a.case_id = l.chain and a.seq = l.seq where l.n = {n}"
        ).fetchall()
        for chain, _, digest in rows:
            run(
                f"update checkpoint_leaf set hash = {mark} where n = {mark} and chain = {mark}",
                (digest, n, chain),
            )
        root = checkpoint_root(previous, [Head(*row) for row in rows])
        run(f"update checkpoint set previous = {mark}, root = {mark} where n = {mark}",
            (previous, root, n))  # fmt: skip
        previous = root


@pytest.mark.tampers
def test_a_consistent_rewrite_contradicts_the_kept_checkpoints(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    kept, forged = desk.signing(), desk.signing()
    reader = _database_reader(desk)
    root = witness.record(reader)
    assert witness.record(reader) == root == reader.chain_root(), "the same root is kept once"
    desk.passed()  # chains grow, new ones come: the old root must still be told
    desk.reserve(kept)
    assert reader.chain_root() != root
    assert witness.record(reader) == reader.chain_root()
    assert witness.ask(reader, root).holds
    assert reader.verify_chains() == ()
    _tamper(request, lambda run, mark: rewrite(run, forged, mark))
    assert [(b.case_id, b.what) for b in reader.verify_chains()] == [(forged, "rewritten")]
    told = witness.ask(reader, root)
    assert not told.holds
    assert [(b.case_id, b.what) for b in told.breaks] == [(forged, "rewritten")]


@pytest.mark.tampers
def test_rewritten_checkpoints_contradict_a_printed_root_and_a_handed_out_file(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    forged = desk.signing()
    reader = _database_reader(desk)
    witness.record(reader)
    desk.reserve(forged)
    printed = witness.record(reader)
    code, listed = witness.from_export(json.dumps(witness.exported(reader)), path="held.json")
    assert (code, [one.root for one in listed][-1]) == ("7", printed)
    said = witness.compare(reader, listed)
    assert (said.holds, said.known, said.breaks) == (True, True, ())

    def all_of_it(run: Run, mark: str) -> None:
        rewrite(run, forged, mark)
        forge_checkpoints(run, 7, mark)

    _tamper(request, all_of_it)
    assert reader.verify_chains() == (), "everything inside agrees with itself"
    told = witness.ask(reader, printed)
    assert (told.holds, told.known) == (False, False)
    told = witness.compare(reader, listed)
    assert [(b.case_id, b.what) for b in told.breaks] == [(forged, "rewritten")]


def test_a_case_taken_out_whole_is_missed_by_the_file(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    gone = desk.register()
    reader = _database_reader(desk)
    witness.record(reader)
    held = witness.from_export(json.dumps(witness.exported(reader)), path="held.json")[1]

    def take(run: Run, mark: str) -> None:
        for table in ("audit", "audit_head", "material", "case_"):
            run(f"delete from {table} where case_id = '{gone}'")
        run(f"delete from checkpoint_leaf where chain = '{gone}'")
        forge_checkpoints(run, 7, mark)

    _tamper(request, take)
    assert reader.verify_chains() == ()
    told = witness.compare(reader, held)
    assert [(b.case_id, b.what) for b in told.breaks] == [(gone, "deleted")]


@pytest.mark.parametrize(
    "change",
    [
        "delete from checkpoint_leaf where chain <> ''",
        "update checkpoint_leaf set seq = 1 where chain <> ''",
        "update checkpoint set previous = root",
    ],
)
def test_leaves_that_do_not_hash_to_the_root_are_not_believed(
    desk: Desk, request: pytest.FixtureRequest, change: str
) -> None:
    case_id = desk.signing()
    reader = _database_reader(desk)
    root = witness.record(reader)
    desk.reserve(case_id)
    _tamper(request, lambda run, _: run(change))
    assert [(b.case_id, b.seq, b.what) for b in reader.verify_chains()] == [("", 1, "checkpoint")]
    assert not witness.ask(reader, root).holds


@pytest.mark.parametrize("cases", [0, 1, 2, 3, 8, 13])
def test_both_databases_and_the_rule_make_the_same_root(desk: Desk, cases: int) -> None:
    for _ in range(cases):
        desk.register()
    reader = _database_reader(desk)
    first = checkpoint_root(GENESIS, reader.heads())
    assert reader.chain_root() == first
    assert desk.gateway("h1").checkpoint(7) == first, "any member may ask for it"
    moved = desk.register()
    head = next(h for h in reader.heads() if h.case_id == moved)
    assert desk.gateway("au").checkpoint(7) == checkpoint_root(first, [head])


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "sanzhi-checkpoints-1", "office": {"code": "7"}}',
     '{"format": "sanzhi-checkpoints-1", "office": {"code": "7"}, "checkpoints": []}'],
)  # fmt: skip
def test_a_file_that_is_no_export_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        witness.from_export(text, path="x.json")
    assert refused.value.code is PersistenceFault.BAD_CHECKPOINT_FILE


def test_an_export_that_was_touched_is_refused(embedded_desk: Desk) -> None:
    embedded_desk.register()
    reader = _database_reader(embedded_desk)
    witness.record(reader)
    told = witness.exported(reader)
    told["checkpoints"][0]["leaves"][0][1] += 1
    with pytest.raises(DomainError) as refused:
        witness.from_export(json.dumps(told), path="x.json")
    assert refused.value.code is PersistenceFault.BAD_CHECKPOINT_FILE


# ------------------------------------------------------------------ the foot line of lists


@pytest.mark.tampers
def test_lists_print_the_checkpoint_that_holds_them(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    case_id = desk.signing()
    reader = _database_reader(desk)
    line = checkpoint_line(desk.sessions["h1"])
    printed = read_printed(line)
    assert printed is not None
    root = reader.chain_root()
    assert (printed.n, printed.begin) == (1, root[:32]), "it holds everything up to now"
    assert line == f"历史检查点 {printed.code()}（{_beijing(reader)}）"
    assert checkpoint_line(desk.sessions["hd"]) == line, "without movement it is the same"
    desk.reserve(case_id)
    later = read_printed(checkpoint_line(desk.sessions["hd"]))
    assert later is not None
    assert later.n == 2
    said = witness.ask(reader, printed)
    assert (said.holds, said.known, said.breaks) == (True, True, ())
    assert not witness.ask(reader, replace(printed, n=2)).known
    assert not witness.ask(reader, replace(printed, begin="0" * 32)).known
    _tamper(request, lambda run, mark: rewrite(run, case_id, mark))
    told = witness.ask(reader, printed)
    assert [(b.case_id, b.what) for b in told.breaks] == [(case_id, "rewritten")]


def _beijing(reader: DatabaseReader) -> str:
    kept = reader.checkpoint("")
    assert kept is not None
    return f"{kept.made_at + timedelta(hours=8):%Y-%m-%d %H:%M}"


def test_an_empty_history_has_no_line(embedded_desk: Desk, embedded_path: Path) -> None:
    """Nothing was ever kept and nothing can be: the paper says nothing, and is printed."""
    with closing(sqlite3.connect(embedded_path, isolation_level=None)) as held:
        held.execute("pragma user_version = 0")
        session = embedded_desk.sessions["h1"]
        asleep = replace(session, gateway=_ReadOnly())  # type: ignore[arg-type]
        assert checkpoint_line(asleep) == ""
        line = checkpoint_line(session)
        assert checkpoint_line(asleep) == line != ""


class _ReadOnly:
    def checkpoint(self, _office_id: int) -> str:
        raise DomainError(PersistenceFault.READ_ONLY, message="")


@pytest.mark.postgres
def test_a_server_that_only_reads_prints_the_last_one(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    server_desk.signing()
    line = checkpoint_line(server_desk.sessions["h1"])
    server_desk.register()
    with cluster.connect() as owner:
        owner.execute(f"alter database {server_database} set default_transaction_read_only = on")
    opened = shared(cluster, server_database, "h2")
    try:
        session = opened.session("h2")
        with pytest.raises(DomainError):
            session.gateway.checkpoint(7)
        assert checkpoint_line(session) == line
    finally:
        opened.close()
    assert witness.ask(_database_reader(server_desk), cast("PrintedRoot", read_printed(line))).holds


ROOTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.integers(1, 10**9 - 1), ROOTS, st.sampled_from(["", "历史检查点 ", "见 "]), st.booleans())
def test_what_is_printed_can_be_read_back(n: int, root: str, before: str, shouted: bool) -> None:
    code = PrintedRoot(n, root).code()
    typed = code.upper().replace("-", "－") if shouted else code.replace("-", " – ", 2)
    found = read_printed(f"{before}{typed}（2026-11-22 14:03）")
    assert found == PrintedRoot(n, root[:32])


@given(st.text("0123456789abcdef -第号", max_size=60))
def test_other_text_is_no_checkpoint(text: str) -> None:
    found = read_printed(text)
    assert found is None or len(found.begin) == 32
