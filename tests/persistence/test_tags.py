"""Keyed tags: what a forger without the key cannot do, and what honest work never trips over."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.application.tagging import Tagging, TagLack, TagMark
from sanzhi_desktop.domain import history_tag as rule
from sanzhi_desktop.domain.audit import GENESIS, Head, checkpoint_root, entry_text, link_hash
from sanzhi_desktop.domain.history_tag import TagReport, TagState
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import history_key, key_store, tags
from sanzhi_desktop.persistence.embedded_writing import looking, write_link
from sanzhi_desktop.persistence.keeping import backup
from sanzhi_desktop.persistence.keeping.backup import EmbeddedKeeper
from sanzhi_desktop.persistence.open import Opened, open_embedded
from tests.persistence.desk import ADMIN, START, Desk, Sessions, Ticking
from tests.persistence.stores import RealStore, use, use_none

ROOT = Path(__file__).resolve().parents[2]
PHRASE = "a passphrase of the tests"
Cap = pytest.CaptureFixture[str]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> RealStore:
    return use(monkeypatch, RealStore())


@pytest.fixture
def tagged(store: RealStore, embedded_path: Path) -> Path:
    """An office that began its tags when it was founded, as the first run does."""
    opened = open_embedded(embedded_path, clock=Ticking(START))
    assert opened.begin_tags() is not None
    opened.close()
    return embedded_path


def at(path: Path) -> Desk:
    opened = open_embedded(path, clock=Ticking(START))
    return Desk(opened.office_id, Sessions(opened.session))


def told(path: Path) -> TagReport:
    opened = open_embedded(path)
    try:
        return opened.reader().history_tags()
    finally:
        opened.close()


def forge(path: Path, change: Callable[[sqlite3.Connection], None]) -> None:
    """What the owner of the file can do: the triggers away, his change, heads and checkpoints made
    to fit it again, the triggers back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        walls = db.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in walls:
            db.execute(f"drop trigger {name}")
        change(db)
        _checkpoints(db)
        for _, text in walls:
            db.execute(text)


def _checkpoints(db: sqlite3.Connection) -> None:
    previous = GENESIS
    for (n,) in db.execute("select n from checkpoint order by n").fetchall():
        db.execute(
            "delete from checkpoint_leaf where n = ? and not exists (select 1 from audit a"
            " where a.case_id = chain and a.seq = checkpoint_leaf.seq)", (n,)
        )  # fmt: skip
        rows = db.execute(
            "select l.chain, l.seq, a.hash from checkpoint_leaf l join audit a"
            " on a.case_id = l.chain and a.seq = l.seq where l.n = ?", (n,)
        ).fetchall()  # fmt: skip
        for chain, _, digest in rows:
            db.execute("update checkpoint_leaf set hash = ? where n = ? and chain = ?",
                       (digest, n, chain))  # fmt: skip
        root = checkpoint_root(previous, [Head(*row) for row in rows])
        db.execute("update checkpoint set previous = ?, root = ?, leaves = ? where n = ?",
                   (previous, root, len(rows), n))  # fmt: skip
        previous = root


def rewrite(db: sqlite3.Connection, case_id: str) -> None:
    previous = GENESIS
    rows = db.execute("select seq, entry from audit where case_id = ? order by seq", (case_id,))
    for seq, entry in rows.fetchall():
        text = entry_text(json.loads(entry) | ({"actor": "forged"} if seq == 2 else {}))
        previous = link_hash(previous, text)
        db.execute("update audit set entry = ?, hash = ? where case_id = ? and seq = ?",
                   (text, previous, case_id, seq))  # fmt: skip
    db.execute("update audit_head set hash = ? where case_id = ?", (previous, case_id))


def cut(db: sqlite3.Connection, case_id: str) -> None:
    """The last entry away, with everything that tells of it: the case stands as before."""
    (last,) = db.execute("select max(seq) from audit where case_id = ?", (case_id,)).fetchone()
    db.execute("delete from audit where case_id = ? and seq = ?", (case_id, last))
    digest, entry = db.execute("select hash, entry from audit where case_id = ? and seq = ?",
                               (case_id, last - 1)).fetchone()  # fmt: skip
    before = json.loads(entry)
    db.execute("update audit_head set seq = ?, hash = ?, version = ? where case_id = ?",
               (last - 1, digest, before["version"], case_id))  # fmt: skip
    db.execute("update case_ set state = ?, version = ? where case_id = ?",
               (before["state"], before["version"], case_id))  # fmt: skip


def remove(db: sqlite3.Connection, case_id: str) -> None:
    """The whole case away, its tag too."""
    db.execute("pragma foreign_keys = off")
    for (table,) in db.execute(
        "select m.name from sqlite_master m join pragma_table_info(m.name) c"
        " where m.type = 'table' and c.name = 'case_id'"
    ).fetchall():
        db.execute(f"delete from {table} where case_id = ?", (case_id,))
    db.execute("delete from history_tag where chain = ?", (case_id,))


def untag(db: sqlite3.Connection, case_id: str) -> None:
    """Rewritten, and the tag taken away, as if nobody had ever had the key."""
    rewrite(db, case_id)
    db.execute("delete from history_tag where chain = ?", (case_id,))


def untag_all(db: sqlite3.Connection, case_id: str) -> None:
    rewrite(db, case_id)
    db.execute("delete from history_tag")
    db.execute("delete from history_seal")


def bring_back(db: sqlite3.Connection, case_id: str) -> None:
    """The case cut to an older end, with the tag that it truly had then."""
    tag = db.execute(
        "select seq, tag from spare.history_tag where chain = ?", (case_id,)
    ).fetchone()
    while db.execute("select max(seq) from audit where case_id = ?",
                     (case_id,)).fetchone()[0] > tag[0]:  # fmt: skip
        cut(db, case_id)
    db.execute("update history_tag set seq = ?, tag = ? where chain = ?", (*tag, case_id))


FORGERIES = [
    (rewrite, "tag", True),
    (cut, "tag", True),
    (bring_back, "seal", False),
    (remove, "seal", False),
    (untag, "seal", True),
    (untag_all, "tags_gone", False),
]


@pytest.mark.parametrize(("change", "what", "named"), FORGERIES)
def test_a_forger_without_the_key_is_found_without_any_printed_root(
    tagged: Path,
    tmp_path: Path,
    capsys: Cap,
    change: Callable[[sqlite3.Connection, str], None],
    what: str,
    named: bool,
) -> None:
    desk = at(tagged)
    other, case_id = desk.signing(), desk.reviewing()
    desk.gateway("ld").checkpoint(7)
    spare = tmp_path / "copy.db"
    with closing(sqlite3.connect(tagged)) as db, closing(sqlite3.connect(spare)) as copy:
        db.backup(copy)
    desk.send("r1", case_id, Action.ANSWER, answers=[{"item_id": "A01", "answer": "CONFORMS"}])
    desk.gateway("ld").checkpoint(7)
    assert main(["audit", "verify", "--db", str(tagged), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tags"]["state"] == "verified"

    def deed(db: sqlite3.Connection) -> None:
        db.execute("attach ? as spare", (str(spare),))
        change(db, case_id)

    forge(tagged, deed)
    reader = at(tagged).sessions["au"].reader
    assert reader.verify_chains() == (), "everything inside agrees with itself"
    assert main(["audit", "verify", "--db", str(tagged), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["valid"], answer["tags"]["state"]) == (False, "wrong")
    # That the rows are not of this history is said beside it; he could write them anew as well.
    faults = [fault for fault in answer["faults"] if "table" not in fault]
    assert {fault["what"] for fault in faults} == {what}
    said = {f["case_id"] for f in faults} | {
        u["case_id"] for u in answer["tags"]["untagged"]
    }
    assert (case_id in said) is named
    assert other not in said


def test_going_on_with_the_work_does_not_cover_a_forgery(tagged: Path) -> None:
    desk = at(tagged)
    forged, honest = desk.signing(), desk.signing()
    forge(tagged, lambda db: rewrite(db, forged))
    again = at(tagged)
    again.reserve(forged)
    again.reserve(honest)
    again.register()
    report = told(tagged)
    assert report.state is TagState.WRONG
    assert [(b.case_id, b.what) for b in report.faults] == [(forged, "tag")]


def test_entries_that_somebody_adds_past_the_program_are_named(tagged: Path) -> None:
    desk = at(tagged)
    case_id = desk.signing()

    def add(db: sqlite3.Connection) -> None:
        seq, previous = db.execute("select seq, hash from audit_head where case_id = ?",
                                   (case_id,)).fetchone()  # fmt: skip
        last = json.loads(db.execute("select entry from audit where case_id = ? and seq = ?",
                                     (case_id, seq)).fetchone()[0])  # fmt: skip
        text = entry_text(last | {"seq": seq + 1, "actor": "forged", "command": "forged"})
        digest = link_hash(previous, text)
        db.execute("insert into audit (office_id, case_id, seq, command_id, at, entry, hash)"
                   " values (7, ?, ?, 'forged', ?, ?, ?)",
                   (case_id, seq + 1, last["at"], text, digest))  # fmt: skip
        db.execute("update audit_head set seq = seq + 1, hash = ? where case_id = ?",
                   (digest, case_id))  # fmt: skip

    forge(tagged, add)
    assert at(tagged).sessions["au"].reader.verify_chains() == ()
    report = told(tagged)
    assert report.state is TagState.MISSING
    (found,) = report.untagged
    assert (found.case_id, found.first, found.last) == (case_id, found.last, found.last)


def test_a_file_without_the_key_opens_works_and_says_so(
    tagged: Path, store: RealStore, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    case_id = at(tagged).signing()
    name = told(tagged).key_id
    use(monkeypatch, RealStore())  # another PC
    desk = at(tagged)
    desk.reserve(case_id)
    new = desk.register()
    assert told(tagged) == TagReport(TagState.NO_KEY, name)
    assert main(["audit", "verify", "--db", str(tagged)]) == 0
    assert f"钥匙 {name} 不在本机" in capsys.readouterr().out
    use_none(monkeypatch)
    assert told(tagged) == TagReport(TagState.NO_STORE, name)
    assert main(["audit", "verify", "--db", str(tagged)]) == 0
    assert "本机没有系统凭据库，无法核对" in capsys.readouterr().out
    use(monkeypatch, store)  # and back again
    report = told(tagged)
    assert report.state is TagState.MISSING
    assert {(u.case_id, u.last - u.first) for u in report.untagged} == {(case_id, 0), (new, 0)}
    assert (
        main(["audit", "tag", "begin", "--db", str(tagged), "--reason", "另一台电脑上的记录属实"])
        == 0
    )
    assert told(tagged).state is TagState.VERIFIED
    entry = at(tagged).sessions["au"].reader.history("")[-1]
    assert entry.action == "tag_history"
    assert {row[0] for row in entry.detail["taken_in"]} == {case_id, new}


def tagging(opened: Opened, who: str = "h1") -> Tagging:
    made = opened.session(who).tagging
    assert made is not None
    return made


def test_what_was_written_while_the_store_was_locked_is_said_and_tagged_when_it_answers(
    tagged: Path, store: RealStore, capsys: Cap
) -> None:
    case_id = at(tagged).signing()
    store.locked = True
    opened = open_embedded(tagged, clock=Ticking(START))
    desk, mark = Desk(opened.office_id, Sessions(opened.session)), tagging(opened)
    assert mark.look() == TagMark(0, TagLack.LEFT), "nothing lacks anything yet"
    desk.reserve(case_id)
    desk.register("new")
    desk.office(ADMIN, OfficeAction.PUT_PERSON, person_id="neu", name="新", active=True)
    assert mark.look() == TagMark(3, TagLack.SILENT)
    asked = store.asked
    desk.register("more")
    assert mark.look() == TagMark(4, TagLack.SILENT)
    assert store.asked == asked, "nobody is asked again and again"
    assert mark.again() == TagMark(4, TagLack.SILENT)
    assert store.asked == asked + 1
    store.locked = False
    assert mark.look() == TagMark(4, TagLack.SILENT)
    assert mark.again() == TagMark(0, TagLack.LEFT)
    report = told(tagged)
    assert (report.state, report.late) == (TagState.VERIFIED, 4)
    entry = desk.sessions["au"].reader.history("")[-1]
    assert (entry.action, entry.actor, entry.detail["via"]) == ("tag_history", "h1", "store_back")
    assert [row[0] for row in entry.detail["taken_in"]] == sorted(["", case_id, "more", "new"])
    desk.register("after")
    assert told(tagged).state is TagState.VERIFIED
    assert mark.look() == TagMark()
    opened.close()
    for verb in (["audit", "tag", "check"], ["audit", "verify"]):
        assert main([*verb, "--db", str(tagged)]) == 0
        assert "4 条是保存以后补上的标记，只证明补上以后没有改动" in capsys.readouterr().out
    forge(tagged, lambda db: rewrite(db, case_id))
    assert told(tagged).state is TagState.WRONG


def test_a_save_never_makes_a_locked_store_ask_its_user(
    tagged: Path, store: RealStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_embedded(tagged, clock=Ticking(START))
    desk, mark = Desk(opened.office_id, Sessions(opened.session)), tagging(opened)
    asked = store.asked
    monkeypatch.setattr(history_key, "AGAIN", 0.0)
    monkeypatch.setattr(key_store, "locked", lambda: True)
    desk.register("new")
    assert mark.look() == TagMark(1, TagLack.SILENT)
    assert store.asked == asked
    # Where nobody knows whether it is locked, it is asked once; then when the person wants it.
    monkeypatch.setattr(key_store, "locked", lambda: None)
    assert mark.look().entries == 1
    assert store.asked == asked
    assert mark.again().entries == 0, "the store itself asked him, and he let it open"
    opened.close()
    assert told(tagged).state is TagState.VERIFIED


def test_the_store_is_asked_again_by_itself_after_a_while(
    tagged: Path, store: RealStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_embedded(tagged, clock=Ticking(START))
    desk, mark = Desk(opened.office_id, Sessions(opened.session)), tagging(opened)
    store.locked = True
    desk.register("new")
    assert mark.look().entries == 1
    store.locked = False
    monkeypatch.setattr(history_key, "AGAIN", 0.0)
    with monkeypatch.context() as lock:
        lock.setattr(key_store, "locked", lambda: True)
        assert mark.look() == TagMark(1, TagLack.SILENT), "it would show its user a window"
    assert mark.look() == TagMark(0, TagLack.LEFT)
    assert told(tagged).state is TagState.VERIFIED
    opened.close()


def foreign_entry(db: sqlite3.Connection, case_id: str) -> None:
    """What somebody writes past the program at the end of a chain."""
    asked = "select seq, entry, hash from audit where case_id = ? order by seq desc"
    seq, last, previous = db.execute(asked, (case_id,)).fetchone()
    text = entry_text(json.loads(last) | {"seq": seq + 1, "actor": "forged", "command": "x"})
    write_link(db, text, link_hash(previous, text), version=seq + 1)


def altered_entry(db: sqlite3.Connection, case_id: str) -> None:
    """The last entry with another actor, its hash made to fit."""
    asked = "select seq, entry from audit where case_id = ? order by seq desc"
    seq, last = db.execute(asked, (case_id,)).fetchone()
    (previous,) = db.execute(
        "select hash from audit where case_id = ? and seq = ?", (case_id, seq - 1)
    ).fetchone()
    text = entry_text(json.loads(last) | {"actor": "forged"})
    digest = link_hash(previous, text)
    db.execute("update audit set entry = ?, hash = ? where case_id = ? and seq = ?",
               (text, digest, case_id, seq))  # fmt: skip
    db.execute("update audit_head set hash = ? where case_id = ?", (digest, case_id))


@pytest.mark.parametrize("deed", [foreign_entry, altered_entry])
def test_what_somebody_else_wrote_meanwhile_is_not_vouched_for(
    tagged: Path, store: RealStore, deed: Callable[[sqlite3.Connection, str], None]
) -> None:
    case_id, other = at(tagged).signing(), at(tagged).signing()
    store.locked = True
    opened = open_embedded(tagged, clock=Ticking(START))
    desk, mark = Desk(opened.office_id, Sessions(opened.session)), tagging(opened)
    desk.reserve(case_id)
    desk.reserve(other)
    forge(tagged, lambda db: deed(db, case_id))
    store.locked = False
    left = mark.again()
    assert left.why is TagLack.LEFT
    assert left.entries == (2 if deed is foreign_entry else 1)
    report = told(tagged)
    assert report.state is TagState.MISSING
    assert {one.case_id for one in report.untagged} == {case_id}
    assert report.late == 1, "the other chain stands as it was written"
    opened.close()


def test_after_a_restart_nobody_vouches_and_the_mark_stays(tagged: Path, store: RealStore) -> None:
    store.locked = True
    at(tagged).register("new")
    store.locked = False
    opened = open_embedded(tagged, clock=Ticking(START))
    assert tagging(opened).look() == TagMark(1, TagLack.LEFT)
    assert tagging(opened).again() == TagMark(1, TagLack.LEFT)
    assert main(["audit", "tag", "begin", "--db", str(tagged), "--reason", "属实"]) == 0
    assert tagging(opened).look() == TagMark(0, TagLack.LEFT)
    assert told(tagged).late == 1
    opened.close()


def test_a_pc_without_the_key_says_so_and_goes_on_when_it_comes(
    tagged: Path, store: RealStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = use(monkeypatch, RealStore())
    opened = open_embedded(tagged, clock=Ticking(START))
    desk, mark = Desk(opened.office_id, Sessions(opened.session)), tagging(opened)
    desk.register("new")
    assert mark.look() == TagMark(1, TagLack.NO_KEY)
    other.kept.update(store.kept)
    assert mark.again() == TagMark(0, TagLack.LEFT)
    assert told(tagged).state is TagState.VERIFIED
    use_none(monkeypatch)
    again = open_embedded(tagged, clock=Ticking(START))
    Desk(again.office_id, Sessions(again.session)).register("newer")
    assert tagging(again).look() == TagMark(1, TagLack.SILENT)
    opened.close()
    again.close()


def test_an_office_without_tags_remembers_nothing(embedded_path: Path, store: RealStore) -> None:
    opened = open_embedded(embedded_path, clock=Ticking(START))
    Desk(opened.office_id, Sessions(opened.session)).register()
    assert tagging(opened).look() == TagMark()
    assert opened.late is not None
    assert not opened.late._runs
    assert store.asked == 0
    opened.close()


def test_an_office_without_a_store_is_as_it_was(
    embedded_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    use_none(monkeypatch)
    opened = open_embedded(embedded_path)
    assert opened.begin_tags() is None
    opened.close()
    at(embedded_path).signing()
    assert told(embedded_path) == TagReport(TagState.NO_STORE)
    assert main(["audit", "verify", "--db", str(embedded_path)]) == 0
    assert "本机没有系统凭据库，钥匙没有安全的地方可放" in capsys.readouterr().out
    assert main(["audit", "tag", "begin", "--db", str(embedded_path)]) == 2
    assert "系统凭据库" in capsys.readouterr().err


def test_tags_begin_late_over_everything_that_is_there(
    embedded_path: Path, store: RealStore, capsys: Cap
) -> None:
    case_id = at(embedded_path).signing()
    assert told(embedded_path) == TagReport(TagState.NONE)
    assert main(["audit", "tag", "begin", "--db", str(embedded_path)]) == 0
    assert told(embedded_path).state is TagState.VERIFIED
    at(embedded_path).reserve(case_id)
    assert told(embedded_path).state is TagState.VERIFIED
    capsys.readouterr()
    assert main(["audit", "tag", "begin", "--db", str(embedded_path)]) == 2
    assert "不用再加" in capsys.readouterr().err
    forge(embedded_path, lambda db: rewrite(db, case_id))
    assert main(["audit", "tag", "begin", "--db", str(embedded_path)]) == 2, "nothing is covered"
    assert told(embedded_path).state is TagState.WRONG


def test_a_lost_key_is_given_up_with_a_reason_that_stays(
    tagged: Path, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    old = told(tagged).key_id
    use(monkeypatch, RealStore())
    begin = ["audit", "tag", "begin", "--db", str(tagged)]
    assert main(begin) == 2
    assert old in capsys.readouterr().err
    assert main([*begin, "--new-key"]) == 2
    assert main([*begin, "--new-key", "--reason", "电脑损坏，钥匙没有另存"]) == 0
    report = told(tagged)
    assert (report.state, report.key_id == old) == (TagState.VERIFIED, False)
    entry = at(tagged).sessions["au"].reader.history("")[-1]
    assert (entry.detail["replaced"], entry.reason) == (old, "电脑损坏，钥匙没有另存")


def test_the_key_is_carried_to_another_pc(
    tagged: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Cap
) -> None:
    monkeypatch.setenv("SANZHI_KEY_PASSPHRASE", PHRASE)
    file = tmp_path / "key.json"
    carry = ["audit", "tag", "carry", "--db", str(tagged), str(file)]
    take = ["audit", "tag", "take", "--db", str(tagged), str(file)]
    assert main(carry) == 0
    use(monkeypatch, RealStore())
    assert told(tagged).state is TagState.NO_KEY
    monkeypatch.setenv("SANZHI_KEY_PASSPHRASE", "another passphrase")
    assert main(take) == 2
    assert "口令不对" in capsys.readouterr().err
    monkeypatch.setenv("SANZHI_KEY_PASSPHRASE", PHRASE)
    assert main(take) == 0
    at(tagged).register()
    assert told(tagged).state is TagState.VERIFIED
    sealed = json.loads(file.read_text("utf-8"))
    for change in ({"office": "别处"}, {"n": 2}, {"key_id": "0" * 16}, {"format": "x"}):
        file.write_text(json.dumps({**sealed, **change}), "utf-8")
        assert main(take) == 2, change
    for text in ("", "[]", "{}", '{"sealed": 1}'):
        file.write_text(text, "utf-8")
        assert main(take) == 2, text
    monkeypatch.setenv("SANZHI_KEY_PASSPHRASE", "short")
    assert main(carry) == 2


def test_the_key_is_in_no_file_no_log_and_no_repr(
    tagged: Path, store: RealStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    monkeypatch.setenv("SANZHI_KEY_PASSPHRASE", PHRASE)
    name = told(tagged).key_id
    key = history_key.held(name)
    assert key is not None
    assert store.kept[history_key.SERVICE, name]
    at(tagged).signing()
    assert main(["audit", "tag", "carry", "--db", str(tagged), str(tmp_path / "key.json")]) == 0
    assert main(["audit", "verify", "--db", str(tagged)]) == 0
    assert main(["export", "--db", str(tagged), "--to", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    texts = [said.out.encode(), said.err.encode()]
    texts += [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()]
    opened = open_embedded(tagged)
    gateway = opened.session("h1").gateway
    gateway.checkpoint(7)
    texts.append(repr(gateway).encode())
    opened.close()
    forms = (key, key.hex().encode(), store.kept[history_key.SERVICE, name].encode())
    assert not [t[:80] for t in texts for form in forms if form in t]


@pytest.mark.parametrize("killed", ["write_link", "tags.follow"])
def test_a_writer_killed_before_or_after_the_tag_raises_no_alarm(
    tagged: Path, store: RealStore, killed: str
) -> None:
    """Entry and tag are of one transaction: neither is there without the other."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "import keyring, keyring.backend\n"
        "from sanzhi_desktop.persistence import key_store, sqlite_gateway\n"
        "from sanzhi_desktop.persistence.open import open_embedded\n"
        "from tests.persistence import stores\n"
        "from tests.persistence.desk import Desk\n"
        "made = stores.RealStore()\n"
        "made.kept[sys.argv[2], sys.argv[3]] = os.environ['KEPT']\n"
        "keyring.get_keyring = lambda: made\n"
        "key_store._REAL = (stores.RealStore.__module__ + '.',)\n"
        "opened = open_embedded(Path(sys.argv[1]))\n"
        "desk = Desk(opened.office_id, {'h1': opened.session('h1')})\n"
        "desk.register('whole')\n"
        f"true = sqlite_gateway.{killed}\n"
        "def killed(*a, **k):\n"
        "    true(*a, **k)\n"
        "    os._exit(9)\n"
        f"sqlite_gateway.{killed} = killed\n"
        "desk.register('half')\n"
    )
    name = told(tagged).key_id
    ended = subprocess.run(
        [sys.executable, "-c", script, tagged, history_key.SERVICE, name],
        cwd=ROOT, check=False, env={**os.environ, "KEPT": store.kept[history_key.SERVICE, name]},
    )  # fmt: skip
    assert ended.returncode == 9
    assert told(tagged).state is TagState.VERIFIED
    names = {c for (c,) in sqlite3.connect(tagged).execute("select case_id from case_")}
    assert ("whole" in names, "half" in names) == (True, False)


def test_backup_and_restore_keep_the_tags(tagged: Path, tmp_path: Path) -> None:
    desk = at(tagged)
    desk.signing()
    keeper = EmbeddedKeeper(tagged, Ticking(START))
    made = keeper.backup(tmp_path / "kept", keep=3, report=lambda _s, _t, _w: None)
    assert (made.good, made.why) == (True, "")
    desk.register()
    back = tmp_path / "back" / "office.db"
    backup.restore_embedded(made.path, back, report=lambda _s, _t, _w: None)
    assert told(back).state is TagState.VERIFIED
    at(back).signing()  # both go on, each by itself
    desk.register()
    assert (told(back).state, told(tagged).state) == (TagState.VERIFIED, TagState.VERIFIED)


def test_a_new_office_in_the_place_of_an_old_one_is_no_alarm(
    tagged: Path, embedded_template: Path
) -> None:
    tagged.write_bytes(embedded_template.read_bytes())
    assert told(tagged).state is TagState.WRONG, "the file that stood here had tags"
    opened = open_embedded(tagged)
    opened.begin_tags()
    opened.close()
    assert told(tagged).state is TagState.VERIFIED


def test_triggers_refuse_what_tags_never_do(tagged: Path) -> None:
    at(tagged).signing()
    with closing(sqlite3.connect(tagged, isolation_level=None)) as db:
        for statement in (
            "delete from history_tag",
            "delete from history_seal",
            "update history_tag set seq = 1 where chain <> ''",
            "update history_tag set chain = 'x' where chain = ''",
            "insert or replace into history_tag select * from history_tag",
            "insert or replace into history_seal select * from history_seal",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="SZ-HISTORY"):
                db.execute(statement)
    assert told(tagged).state is TagState.VERIFIED


def test_an_administrator_s_work_is_tagged_too(tagged: Path) -> None:
    at(tagged).office(ADMIN, OfficeAction.PUT_PERSON, person_id="neu", name="新", active=True)
    with looking(open_embedded(tagged).engine) as db:
        seq = db.execute("select seq from history_tag where chain = ''").fetchone()[0]
        assert tags.key_name(db, 7) == told(tagged).key_id
        assert (seq,) == db.execute("select seq from audit_head where case_id = ''").fetchone()
    assert told(tagged).state is TagState.VERIFIED


HEADS = st.builds(
    Head, st.text("abc0-", max_size=4), st.integers(1, 9), st.text("0123456789abcdef", min_size=4)
)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 9), HEADS, HEADS)
def test_a_tag_fits_its_own_end_alone(key: bytes, office: int, head: Head, other: Head) -> None:
    made = rule.tag(key, office, head)
    assert rule.fits(key, office, head, made)
    assert rule.fits(key, office, other, made) is (other == head)
    assert not rule.fits(key, office + 1, head, made)
    assert not rule.fits(hashlib.sha256(key).digest(), office, head, made)
    assert not rule.fits(key, office, head._replace(hash=head.hash + "0"), made)


@given(
    st.binary(min_size=32, max_size=32),
    st.lists(HEADS, unique=True, max_size=6),
    st.binary(min_size=16, max_size=16),
)
def test_the_seal_opens_to_the_sum(key: bytes, heads: list[Head], nonce: bytes) -> None:
    total = sum(rule.weight(key, 7, head) for head in heads) % 2**256
    seal = rule.sealed(key, 7, total, nonce)
    assert rule.opened(key, 7, seal, nonce) == total
    assert heads == [] or seal != rule.sealed(key, 7, total - rule.weight(key, 7, heads[0]), nonce)
