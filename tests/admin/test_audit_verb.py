"""`sanzhi audit root --export` and `audit verify --root FILE`: a checkpoint held elsewhere."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.domain.audit import GENESIS, Head, checkpoint_root, entry_text, link_hash
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.domain.workdays import SHANGHAI
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import create_embedded
from tests.persistence.desk import ADMIN, START, Desk, Sessions, Ticking, put_people

Cap = pytest.CaptureFixture[str]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "office.db"
    office = NewOffice(code="31", name="示例局", profile_id="shucheng")
    opened = create_embedded(path, office, admin=Person(ADMIN, "管理员"), clock=Ticking(START))
    put_people(opened.session(ADMIN).gateway, opened.office_id)
    desk = Desk(opened.office_id, Sessions(opened.session))
    desk.signing()
    desk.signing()
    opened.close()
    return path


@pytest.fixture
def held(db: Path, tmp_path: Path, capsys: Cap) -> Path:
    file = tmp_path / "held.json"
    assert main(["audit", "root", "--db", str(db), "--export", str(file)]) == 0
    return file


def forge(db: Path) -> str:
    """Everything that the owner of a file can write again: entries, heads, rows, checkpoints."""
    with closing(sqlite3.connect(db)) as run, run:
        walls = run.execute("select name, sql from sqlite_master where type='trigger'").fetchall()
        for name, _ in walls:
            run.execute(f"drop trigger {name}")
        case = str(run.execute("select case_id from case_ order by 1").fetchone()[0])
        previous = GENESIS
        rows = run.execute("select seq, entry from audit where case_id = ? order by 1", (case,))
        for seq, entry in rows.fetchall():
            text = entry_text(json.loads(entry) | ({"actor": "forged"} if seq == 2 else {}))
            previous = link_hash(previous, text)
            run.execute("update audit set entry = ?, hash = ? where case_id = ? and seq = ?",
                        (text, previous, case, seq))  # fmt: skip
        run.execute("update audit_head set hash = ? where case_id = ?", (previous, case))
        run.execute("update round set submitted_by = 'forged' where case_id = ?", (case,))
        run.execute("update checkpoint_leaf set hash = ? where chain = ?", (previous, case))
        leaves = run.execute("select chain, seq, hash from checkpoint_leaf").fetchall()
        root = checkpoint_root(GENESIS, [Head(*leaf) for leaf in leaves])
        run.execute("update checkpoint set root = ?", (root,))
        for _, text in walls:
            run.execute(text)
    return case


def verify(db: Path, *more: str) -> int:
    return main(["audit", "verify", "--db", str(db), "--json", *more])


def test_a_file_held_elsewhere_names_the_rewritten_case(db: Path, held: Path, capsys: Cap) -> None:
    told = json.loads(held.read_text("utf-8"))
    assert main(["audit", "root", "--db", str(db)]) == 0
    root = capsys.readouterr().out.split()[-1]
    assert (told["root"], told["office"]["code"]) == (root, "31")
    assert verify(db, "--root", str(held)) == 0
    assert verify(db, "--root", root) == 0
    case = forge(db)
    capsys.readouterr()
    assert verify(db) == 0, "inside, everything agrees with itself"
    capsys.readouterr()
    assert verify(db, "--root", str(held)) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [(f["case_id"], f["what"]) for f in answer["faults"]] == [(case, "rewritten")]
    assert (answer["valid"], answer["root_holds"]) == (False, False)
    assert verify(db, "--root", root) == 1
    assert json.loads(capsys.readouterr().out)["root_holds"] is False


def test_later_work_does_not_contradict_an_older_file(db: Path, held: Path, capsys: Cap) -> None:
    from sanzhi_desktop.persistence.open import open_embedded

    opened = open_embedded(db, clock=Ticking(START))
    Desk(opened.office_id, Sessions(opened.session)).register()
    opened.close()
    before = json.loads(held.read_text("utf-8"))["root"]
    assert main(["audit", "root", "--db", str(db)]) == 0
    assert capsys.readouterr().out.split()[-1] != before
    assert verify(db, "--root", str(held)) == 0
    assert verify(db, "--root", before) == 0


def test_a_file_of_another_office_or_of_nothing_is_refused(
    db: Path, held: Path, tmp_path: Path, capsys: Cap
) -> None:
    told = json.loads(held.read_text("utf-8"))
    other = tmp_path / "other.json"
    other.write_text(json.dumps(told | {"office": told["office"] | {"code": "32"}}), "utf-8")
    assert verify(db, "--root", str(other)) == 2
    shown = capsys.readouterr().err
    assert ("32" in shown, "31" in shown) == (True, True)
    told["checkpoints"][0]["leaves"].pop()
    other.write_text(json.dumps(told), "utf-8")
    assert verify(db, "--root", str(other)) == 2
    assert "前后不相接" in capsys.readouterr().err
    other.write_bytes(b"\xff\xfe\x00")
    assert verify(db, "--root", str(other)) == 2
    assert verify(db, "--root", str(tmp_path / "nowhere.json")) == 2
    capsys.readouterr()
    assert main(["audit", "root", "--db", str(db), "--export", str(tmp_path)]) == 2
    assert "写不进去" in capsys.readouterr().err


def test_in_words_it_is_said_whether_the_checkpoint_holds(
    db: Path, held: Path, capsys: Cap
) -> None:
    told = json.loads(held.read_text("utf-8"))
    last = told["checkpoints"][-1]
    at = datetime.fromisoformat(last["made_at"]).astimezone(SHANGHAI)
    which = f"（第 {last['n']} 号，{at:%Y-%m-%d %H:%M} 保存）"
    words = ["audit", "verify", "--db", str(db), "--root"]
    capsys.readouterr()
    for asked in (str(held), told["root"]):
        assert main([*words, asked]) == 0
        assert f"所核检查点：成立{which}" in capsys.readouterr().out
    assert main([*words, "ab" * 32]) == 1
    shown = capsys.readouterr()
    assert "所核检查点：不认得" in shown.err
    assert "成立（" not in shown.out + shown.err
    forge(db)
    assert main([*words, str(held)]) == 1
    assert f"所核检查点：不成立{which}" in capsys.readouterr().err
    assert main([*words, told["root"]]) == 1, "the forger wrote the kept checkpoints anew as well"
    assert "所核检查点：不认得" in capsys.readouterr().err
    assert main(["audit", "verify", "--db", str(db)]) == 0
    assert "所核检查点" not in capsys.readouterr().out
