"""The same from a plain `sqlite3` in the hands of whoever can write the file.

Triggers refuse what is forbidden. The file's owner may drop them, and nothing can stop that: then
the history and a root that was printed before say what happened, and to which case.
"""

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.audit import GENESIS, Head, PrintedRoot, checkpoint_root
from sanzhi_desktop.domain.workflow import Action
from tests.persistence.desk import Desk
from tests.persistence.stores import RealStore, use

MESSAGE = re.compile(r"SZ-[A-Z]+ |CHECK constraint failed")
T = "'2026-09-28T00:00:00.000000Z'"

# Of the case {open} (in review) and the case {done} (decided).
STATEMENTS = (
    "update case_ set state = 'passed', version = version + 1 where case_id = '{open}'",
    "update case_ set state = 'decided', version = version + 1 where case_id = '{open}'",
    "update case_ set state = 'signing' where case_id = '{open}'",
    "update case_ set state = 'draft', version = version + 1 where case_id = '{done}'",
    "update case_ set state = 'nonsense', version = version + 1 where case_id = '{open}'",
    "update case_ set version = 1 where case_id = '{open}'",
    "update case_ set version = version + 9 where case_id = '{open}'",
    "update case_ set reviewer = 'h1', version = version + 1 where case_id = '{open}'",
    "update case_ set registered_by = 'x', version = version + 1 where case_id = '{open}'",
    "update case_ set case_id = 'x', version = version + 1 where case_id = '{open}'",
    "update case_ set office_id = 8, version = version + 1 where case_id = '{open}'",
    "delete from case_ where case_id = '{open}'",
    "insert or replace into case_ select * from case_ where case_id = '{open}'",
    (
        "update or replace case_ set case_id = '{done}', version = version + 1"
        " where case_id = '{open}'"
    ),
    (
        "insert into case_ (office_id, case_id, version, state, submission, kind, registered_at,"
        f" updated_at) values (7, 'new', 1, 'decided', '', 'penalty', {T}, {T})"
    ),
    "update round set issued = 1 where case_id = '{open}'",
    "update round set signer = 'h1' where case_id = '{open}'",
    "update round set reviewer = 'h2' where case_id = '{open}'",
    "update round set outcome = 'PROBLEM' where case_id = '{done}'",
    "update round set opinion = '' where case_id = '{done}'",
    "update round set number = '示法审〔2026〕99号' where case_id = '{done}'",
    "update round set issued = 0 where case_id = '{done}'",
    "update round set round = 2 where case_id = '{done}'",
    "delete from round where case_id = '{done}'",
    "insert or replace into round select * from round where case_id = '{done}'",
    (
        "insert into round (office_id, case_id, round, reason, submission, kind, issued, signer,"
        " outcome, number, dated, certified_sha256, issued_sha256, issued_at) values"
        " (7, '{open}', 2, 'again', '', 'penalty', 1, 'hd', 'AGREE', 'x', '2026-09-28', 'a', 'b',"
        f" {T})"
    ),
    "update answer set answer = 'CONFORMS' where case_id = '{done}'",
    "delete from answer where case_id = '{done}'",
    (
        "insert into answer (office_id, case_id, round, item_id, answer, answered_at)"
        f" values (7, '{{done}}', 1, 'A99', 'CONFORMS', {T})"
    ),
    "insert into problem (office_id, case_id, number, round) values (7, '{done}', 99, 1)",
    (
        "insert into clearance (office_id, clearance_id, case_id, round, origin, open, outcome,"
        " issued,"
        f" kind, opened_at) values (7, 'x', '{{open}}', 1, 'opinion', 1, 'AGREE', 1, 'penalty',"
        f" {T})"
    ),
    (
        "insert into clearance (office_id, clearance_id, case_id, round, origin, open, outcome,"
        " issued,"
        f" kind, opened_at) values (7, 'x', '{{open}}', 1, 'nobody', 1, 'AGREE', 1, 'penalty', {T})"
    ),
    "update clearance set amount_fen = 1 where case_id = '{done}'",
    "update clearance set case_id = '{open}' where case_id = '{done}'",
    "delete from clearance where case_id = '{done}'",
    (
        "insert into decision (office_id, case_id, clearance_id, kind, number, decided_on,"
        f" registered_at) values (7, '{{open}}', 'x', 'penalty', '1', '2026-09-28', {T})"
    ),
    (
        "insert into decision (office_id, case_id, clearance_id, kind, number, decided_on,"
        " registered_at) select office_id, '{open}', clearance_id, kind, number, decided_on,"
        " registered_at from decision where case_id = '{done}'"
    ),
    "update decision set amount_fen = amount_fen + 1 where case_id = '{done}'",
    "update decision set case_id = '{open}' where case_id = '{done}'",
    "delete from decision where case_id = '{done}'",
    "insert or replace into decision select * from decision where case_id = '{done}'",
    "update audit set entry = '{{}}' where case_id = '{done}'",
    "update audit set hash = '0' where case_id = '{done}'",
    "update audit set seq = seq + 100 where case_id = '{done}'",
    "delete from audit where case_id = '{done}'",
    "delete from audit",
    (
        "insert or replace into audit"
        " select office_id, case_id, seq, command_id, at, hash, '{{}}' from audit"
        " where case_id = '{done}'"
    ),
    "update audit_head set hash = '0' where case_id = '{done}'",
    "update audit_head set seq = 1 where case_id = '{done}'",
    "delete from audit_head where case_id = '{done}'",
    "update document set content = x'00' where case_id = '{done}'",
    "delete from document where case_id = '{done}'",
    "insert or replace into document select * from document where case_id = '{done}'",
    "update audit set command_id = 'x'",
    # through the other key, to another place
    (
        "insert or replace into audit"
        " select office_id, case_id, seq + 99, command_id, at, hash, '{{}}' from audit"
        " where case_id = '{done}'"
    ),
    "update number set no = 99",
    "update number set status = 'reserved'",
    "update number set case_id = '{open}'",
    "delete from number",
    "update counter set last_no = 99",
    "update counter set last_no = last_no - 1",
    "delete from counter",
    (
        "insert into number (office_id, series, year, no, label, case_id, round, status,"
        " reserved_at)"
        f" values (7, '示法审', 2026, 50, 'x', '{{open}}', 1, 'reserved', {T})"
    ),
    "update clock_event set at = '2099-01-01T00:00:00.000000Z' where event = 'start_receipt'",
    "update clock_event set event = 'stop' where case_id = '{open}'",
    "delete from clock_event where case_id = '{open}'",
    "update person set person_id = 'x' where person_id = 'hd'",
    "delete from person where person_id = 'hd'",
    "delete from office",
    "update profile_edition set applied = '{{}}'",
    "delete from profile_edition",
)


@pytest.fixture
def prepared(embedded_desk: Desk, embedded_path: Path) -> tuple[Path, dict[str, str]]:
    desk = embedded_desk
    edition = {"profile_id": "own", "edition": "1", "applied": {"id": "own"}}
    desk.office("adm", OfficeAction.PUBLISH_PROFILE, **edition)
    names = {"open": desk.reviewing(), "done": desk.reviewing()}
    for case_id in names.values():
        answers = [{"item_id": "A01", "answer": "CONFORMS"}]
        desk.send("r1", case_id, Action.ANSWER, answers=answers)
    desk.certify(names["done"])
    desk.reserve(names["done"])
    desk.issue(names["done"])
    desk.decide(names["done"])
    for session in embedded_desk.sessions.values():
        session.reader.engine.dispose()  # type: ignore[attr-defined]
    return embedded_path, names


def _hash(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


def test_triggers_refuse_a_plain_sqlite3(
    prepared: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    path, names = prepared
    assert len(set(STATEMENTS)) >= 65
    copy = tmp_path / "attacked.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    before = _hash(copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        wrong = []
        for statement in STATEMENTS:
            try:
                changed = db.execute(statement.format(**names)).rowcount
            except sqlite3.Error as error:
                if MESSAGE.search(str(error)) is None:
                    wrong.append((statement, str(error)))
            else:
                wrong.append((statement, f"{changed} rows"))
    assert not wrong, "\n".join(map(str, wrong))
    assert _hash(copy) == before


def _without_walls(db: sqlite3.Connection) -> None:
    for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        db.execute(f"drop trigger {name}")


def _walls(db: sqlite3.Connection) -> list[str]:
    return [row[0] for row in db.execute("select sql from sqlite_master where type = 'trigger'")]


def _rewritten(
    db: sqlite3.Connection, case_id: str, said: Callable[[dict[str, object]], None]
) -> None:
    """Every entry changed and every hash made anew, so that the chain by itself is whole."""
    rows = db.execute("select seq, entry from audit where case_id = ? order by seq", (case_id,))
    previous = "0" * 64
    for seq, entry in rows.fetchall():
        told = json.loads(entry)
        said(told)
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256((previous + text).encode()).hexdigest()
        db.execute("update audit set entry = ?, hash = ? where case_id = ? and seq = ?",
                   (text, previous, case_id, seq))  # fmt: skip
    db.execute("update audit_head set hash = ? where case_id = ?", (previous, case_id))


def _decide_unreviewed(db: sqlite3.Connection, names: dict[str, str]) -> None:
    db.execute("pragma foreign_keys = off")
    db.execute("update case_ set state = 'decided' where case_id = ?", (names["open"],))


def _turn_the_opinion(db: sqlite3.Connection, names: dict[str, str]) -> None:
    db.execute("update document set content = x'00' where case_id = ?", (names["done"],))


def _forget_an_entry(db: sqlite3.Connection, names: dict[str, str]) -> None:
    db.execute("delete from audit where case_id = ? and seq = 3", (names["done"],))


def _cut_the_end_off(db: sqlite3.Connection, names: dict[str, str]) -> None:
    last = "(select max(seq) from audit where case_id = :c)"
    db.execute(f"delete from audit where case_id = :c and seq = {last}", {"c": names["done"]})
    db.execute(f"update audit_head set seq = {last}, hash = (select hash from audit where"
               f" case_id = :c and seq = {last}) where case_id = :c",
               {"c": names["done"]})  # fmt: skip


def _make_oneself_head(db: sqlite3.Connection, _names: dict[str, str]) -> None:
    db.execute("update person_role set role = 'head' where person_id = 'h1'")


def _rewrite_it_all(db: sqlite3.Connection, names: dict[str, str]) -> None:
    def other(told: dict[str, object]) -> None:
        if told["actor"] == "hd":
            told["actor"] = "rh"

    _rewritten(db, names["done"], other)
    for table, column in (
        ("round", "signer"),
        ("document", "stored_by"),
        ("number", "reserved_by"),
    ):
        db.execute(f"update {table} set {column} = 'rh' where {column} = 'hd'")


DEEDS = (_decide_unreviewed, _turn_the_opinion, _forget_an_entry, _cut_the_end_off,
         _make_oneself_head, _rewrite_it_all)  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS, ids=lambda d: d.__name__.strip("_"))
def test_an_owner_who_drops_the_triggers_is_found(
    prepared: tuple[Path, dict[str, str]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    deed: Callable[[sqlite3.Connection, dict[str, str]], None],
) -> None:
    """He even puts the triggers back; the root that was printed before knows better."""
    path, names = prepared
    copy = tmp_path / "rewritten.db"
    assert main(["audit", "root", "--db", str(path), "--json"]) == 0
    root = json.loads(capsys.readouterr().out)["root"]
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    assert main(["audit", "verify", "--db", str(copy), "--root", root]) == 0
    with closing(sqlite3.connect(copy)) as db:
        (n,) = db.execute("select n from checkpoint where root = ?", (root,)).fetchone()
    foot = f"历史检查点 {PrintedRoot(n, root).code()}（2026-11-22 14:03）"
    assert main(["audit", "verify", "--db", str(copy), "--printed", foot]) == 0
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        kept = _walls(db)
        _without_walls(db)
        deed(db, names)
        for text in kept:
            db.execute(text)
    capsys.readouterr()
    assert main(["audit", "verify", "--db", str(copy), "--root", root, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["valid"] is False
    assert main(["audit", "verify", "--db", str(copy), "--printed", foot, "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == told, "what a list prints says as much"
    hit = (
        ""
        if deed is _make_oneself_head
        else names["open" if deed is _decide_unreviewed else "done"]
    )
    assert hit in {fault["case_id"] for fault in told["faults"]}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda d: d.__name__.strip("_"))
@pytest.mark.tampers
def test_he_is_found_by_the_keyed_tag_where_nothing_was_ever_printed(
    prepared: tuple[Path, dict[str, str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[[sqlite3.Connection, dict[str, str]], None],
) -> None:
    """He writes the checkpoints anew as well and puts the triggers back; he has not the key."""
    path, names = prepared
    use(monkeypatch, RealStore())
    assert main(["audit", "tag", "begin", "--db", str(path)]) == 0
    assert main(["audit", "root", "--db", str(path)]) == 0
    assert main(["audit", "verify", "--db", str(path)]) == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        kept = _walls(db)
        _without_walls(db)
        deed(db, names)
        _new_checkpoints(db)
        for text in kept:
            db.execute(text)
    capsys.readouterr()
    assert main(["audit", "verify", "--db", str(path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    whose = names["open" if deed is _decide_unreviewed else "done"]
    hit = "" if deed is _make_oneself_head else whose
    assert hit in {fault["case_id"] for fault in told["faults"]}
    changed_end = deed in (_cut_the_end_off, _rewrite_it_all)  # the chain itself tells the rest
    assert told["tags"]["state"] == ("wrong" if changed_end else "verified")
    if deed is _rewrite_it_all:
        assert {fault["what"] for fault in told["faults"]} == {"tag"}, "nothing else sees it"


def _new_checkpoints(db: sqlite3.Connection) -> None:
    """One checkpoint over the chains as they end now, as if it had always been so."""
    db.execute("pragma foreign_keys = off")
    db.execute("delete from checkpoint_leaf")
    db.execute("delete from checkpoint where n > 1")
    heads = [Head(*row) for row in db.execute("select case_id, seq, hash from audit_head")]
    db.executemany("insert into checkpoint_leaf (office_id, n, chain, seq, hash)"
                   " values (7, 1, ?, ?, ?)", [(h.case_id, h.seq, h.hash) for h in heads]
    )  # fmt: skip
    db.execute("update checkpoint set previous = ?, root = ?, leaves = ?",
               (GENESIS, checkpoint_root(GENESIS, heads), len(heads)))  # fmt: skip


# Copies of rows of the decided case: with the other case in its place, or an invented one.
FORGED = {
    "case": (
        "insert into case_ (office_id, case_id, version, state, submission, kind, registered_at,"
        " updated_at) select office_id, :forged, version, state, submission, kind, registered_at,"
        " updated_at from case_ where case_id = :done"
    ),
    "clearance": (
        "insert into clearance (office_id, clearance_id, case_id, round, origin, outcome, kind,"
        " party_name, party_number, amount_fen, opened_at) select office_id, 'forged', :open,"
        " round, origin, outcome, kind, party_name, party_number, amount_fen, opened_at"
        " from clearance"
    ),
    "decision": (
        "insert into decision (office_id, case_id, clearance_id, kind, party_name, party_number,"
        " amount_fen, number, decided_on, registered_at) select office_id, :open, 'forged', kind,"
        " party_name, party_number, amount_fen, number, decided_on, registered_at from decision"
    ),
}
# Of each: what he does, whose case it is ("" for the office), and the table that is named. The
# history stays as it was, so that every hash, tag and root holds.
ROW_DEEDS: dict[str, tuple[str, str, str]] = {
    "what was decided": (
        "update decision set content = '罚款一元', amount_fen = 100 where case_id = :done",
        "done", "decision",
    ),
    "the number of the decision": (
        "update decision set number = '伪〔2026〕1号' where case_id = :done", "done", "decision",
    ),
    "a decision for a case in review": (FORGED["decision"], "open", "decision"),
    "a clearance for a case in review": (FORGED["clearance"], "open", "clearance"),
    "the opinion": (
        "update round set opinion = replace(opinion, '理由', '改了') where case_id = :done",
        "done", "round",
    ),
    "its number": (
        "update round set number = '示法审〔2026〕99号' where case_id = :done", "done", "round",
    ),
    "its outcome": ("update round set outcome = 'PROBLEM' where case_id = :done", "done", "round"),
    "who signed it": ("update round set signer = 'rh' where case_id = :done", "done", "round"),
    "who reviewed it": ("update round set reviewer = 'rh' where case_id = :done", "done", "round"),
    "the paper that was issued": (
        "update round set issued_sha256 = certified_sha256 where case_id = :done", "done", "round",
    ),
    "an answer": ("update answer set answer = 'FAILS' where case_id = :done", "done", "answer"),
    "no answers": ("delete from answer where case_id = :done", "done", "answer"),
    "another file": (
        "update material set sha256 = '0' || substr(sha256, 2) where case_id = :done",
        "done", "material",
    ),
    "a number in the register": (
        "update number set label = '示法审〔2026〕77号' where case_id = :done", "done", "number",
    ),
    "whom it is about": (
        "update case_ set submission = replace(submission, '示例甲', '别的') where case_id = :done",
        "done", "case_",
    ),
    "the reviewer": ("update case_ set reviewer = 'rh' where case_id = :open", "open", "case_"),
    "the due date": (
        "update case_ set due_on = '2030-01-01' where case_id = :open", "open", "case_",
    ),
    "the rules": ("update profile_edition set applied = '{}'", "", "profile_edition"),
    "no clock": ("delete from clock_event where case_id = :open", "open", "clock_event"),
    "a clock set back": (
        "update clock_event set at = '2020-01-01T00:00:00.000000Z' where case_id = :open",
        "open", "clock_event",
    ),
    "a name": ("update person set name = '假名' where person_id = 'hd'", "", "person"),
    "a person brought in": (
        "insert into person (office_id, person_id, name) values (7, 'nn', '某')", "", "person",
    ),
    "a case brought in": (FORGED["case"], "forged", "case_"),
    "numbers used twice": ("update counter set last_no = 0", "", "counter"),
}  # fmt: skip


def test_rows_that_no_command_wrote_are_found(
    prepared: tuple[Path, dict[str, str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """History, tags and root all hold; the rows are not what the history says."""
    path, names = prepared
    names |= {"forged": "forged"}
    use(monkeypatch, RealStore())
    assert main(["audit", "tag", "begin", "--db", str(path)]) == 0
    assert main(["audit", "root", "--db", str(path)]) == 0
    root = capsys.readouterr().out.split()[-1]
    assert main(["audit", "verify", "--db", str(path), "--root", root]) == 0
    assert "逐行相符" in capsys.readouterr().out
    for place, (name, (statement, whose, table)) in enumerate(ROW_DEEDS.items()):
        copy = tmp_path / f"{place}.db"
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            kept = _walls(db)
            _without_walls(db)
            db.execute("pragma foreign_keys = off")
            assert db.execute(statement, names).rowcount > 0, name
            for text in kept:
                db.execute(text)
        verify = ["audit", "verify", "--db", str(copy), "--root", root, "--json"]
        assert main(verify) == 1, name
        told = json.loads(capsys.readouterr().out)
        said = told["valid"], told["root_holds"], told["tags"]["state"], told["rows"]
        assert said == (False, True, "verified", {"fit": False}), name
        hit = {(f["case_id"], f["table"]) for f in told["faults"] if "table" in f}
        assert hit == {(names.get(whose, ""), table)}, name
    assert main(["db", "check", "--db", str(copy)]) == 1
    assert "sanzhi audit verify" in capsys.readouterr().err


@pytest.mark.tampers
def test_the_rows_may_be_left_out_and_that_is_said(
    prepared: tuple[Path, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, names = prepared
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        kept = _walls(db)
        _without_walls(db)
        db.execute("update answer set answer = 'FAILS'")
        for text in kept:
            db.execute(text)
    verify = ["audit", "verify", "--db", str(path)]
    assert main([*verify, "--chains-only"]) == 0
    assert "没有与办理记录核对" in capsys.readouterr().out
    assert main(["db", "check", "--db", str(path), "--chains-only"]) == 0
    capsys.readouterr()
    assert main(verify) == 1
    said = capsys.readouterr()
    assert f"案件 {names['done']} 某某公司未按规定处置废物案：审核表答复有 1 行" in said.err
    assert "各表数据不可信" in said.out


def test_a_dropped_trigger_is_seen_before_work_begins(
    prepared: tuple[Path, dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = prepared
    copy = tmp_path / "open.db"
    shutil.copyfile(path, copy)
    with closing(sqlite3.connect(copy)) as db:
        db.execute("drop trigger wall_decision_insert_gate")
    assert main(["db", "check", "--db", str(copy)]) == 2
    assert "wall_decision_insert_gate" in capsys.readouterr().err
