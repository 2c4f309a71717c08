"""The open export: complete, readable without the program, and verified by a bare interpreter."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.domain.audit import GENESIS, entry_text, link_hash
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.blobs import credentials
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk

PASSWORD = "a password of the tests"
NOT_EXPORTED = {
    "account", "presence", "blob", "blob_chunk", "blob_proof", "schema_revision",
    "history_tag", "history_seal",
}  # fmt: skip


def bare(folder: Path, *more: str) -> tuple[int, str]:
    """The verifier in an interpreter that sees neither this program nor any library."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify.py", folder, *more],
        capture_output=True, text=True, check=False, cwd="/", encoding="utf-8",
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def lines(folder: Path, table: str) -> list[dict[str, Any]]:
    text = (folder / "tables" / f"{table}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, embedded_template: Path) -> tuple[Path, Path]:
    """An office with history, and its export."""
    from datetime import timedelta

    from sanzhi_desktop.persistence.open import open_embedded
    from tests.persistence.desk import START, Sessions, Ticking

    folder = tmp_path_factory.mktemp("export")
    path = folder / "office.db"
    shutil.copyfile(embedded_template, path)
    opened = open_embedded(path, clock=Ticking(START + timedelta(hours=6)))
    desk = Desk(opened.office_id, Sessions(opened.session))
    desk.decided()
    desk.gateway("au").checkpoint(7)
    desk.responding()
    looked_at = desk.confirmed()  # whoever looks is in the history; the case stays as it was
    desk.send("ck", looked_at, Action.OPEN)
    opened.close()
    assert main(["export", "--db", str(path), "--to", str(folder / "out")]) == 0
    return path, folder / "out"


@pytest.fixture
def out(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[1], tmp_path / "out"))


def test_the_export_is_whole_and_says_so(made: tuple[Path, Path], capsys: Any) -> None:
    path, out = made
    code, said = bare(out)
    assert (code, "完整" in said) == (0, True), said
    with closing(sqlite3.connect(path)) as db:
        for (table,) in db.execute("select name from sqlite_master where type = 'table'"):
            file = out / "tables" / f"{table}.jsonl"
            if table in NOT_EXPORTED:
                assert not file.exists(), table
            else:
                count = db.execute(f"select count(*) from {table}").fetchone()[0]
                assert len(lines(out, table)) == count, table
        rows = db.execute("select case_id, seq, entry, hash from audit").fetchall()
        roots = [root for (root,) in db.execute("select root from checkpoint order by n")]
        passwords = [hash_ for (hash_,) in db.execute("select argon2 from account")]
        papers = db.execute("select sha256, content from document").fetchall()
    told = {(r["case_id"], r["seq"], r["entry"], r["hash"]) for r in lines(out, "audit")}
    assert told == set(rows)
    for sha256, content in papers:
        assert (out / "papers" / f"{sha256}.pdf").read_bytes() == content
    (file,) = [p for p in (out / "files").rglob("*") if p.is_file()]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == file.name
    everything = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    assert not any(p.encode() in everything for p in passwords)
    assert b"$argon2" not in everything
    for root in roots:
        assert bare(out, root)[0] == 0
    code, said = bare(out, "ab" * 32)
    assert (code, "没有这个检查点" in said) == (1, True)


def again(out: Path, table: str, rows: list[dict[str, Any]]) -> None:
    """Writes a table and everything that the manifest says of it, as a forger would."""
    path = out / "tables" / f"{table}.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    place = out / "manifest.json"
    manifest = json.loads(place.read_text("utf-8"))
    manifest["files"][f"tables/{table}.jsonl"] |= {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": path.stat().st_size,
    }
    place.write_text(json.dumps(manifest), "utf-8")


def edit(out: Path) -> None:
    rows = lines(out, "audit")
    rows[-1]["entry"] = rows[-1]["entry"].replace('"actor":"', '"actor":"x')
    again(out, "audit", rows)


def cut(out: Path) -> None:
    rows = [r for r in lines(out, "audit") if (r["case_id"] != "", r["seq"]) != (True, 3)]
    again(out, "audit", rows)


def truncate(out: Path) -> None:
    rows = lines(out, "audit")
    case = next(r["case_id"] for r in rows if r["case_id"])
    end = max(r["seq"] for r in rows if r["case_id"] == case)
    again(out, "audit", [r for r in rows if (r["case_id"], r["seq"]) != (case, end)])


def rewrite(out: Path) -> None:
    rows = lines(out, "audit")
    case = next(r["case_id"] for r in rows if r["case_id"])
    previous = GENESIS
    for row in rows:
        if row["case_id"] == case:
            told = json.loads(row["entry"])
            if row["seq"] == 2:
                told["actor"] = "forged"
            row["entry"] = entry_text(told)
            previous = row["hash"] = link_hash(previous, row["entry"])
    again(out, "audit", rows)
    heads = lines(out, "audit_head")
    for head in heads:
        if head["case_id"] == case:
            head["hash"] = previous
    again(out, "audit_head", heads)


def state(out: Path) -> None:
    rows = lines(out, "case_")
    rows[0]["state"] = "archived"
    again(out, "case_", rows)


def paper(out: Path) -> None:
    file = next((out / "papers").iterdir())
    file.write_bytes(b"%PDF other")


def attachment(out: Path) -> None:
    file = next(p for p in (out / "files").rglob("*") if p.is_file())
    file.unlink()


def stranger(out: Path) -> None:
    (out / "papers" / "more.txt").write_text("x", "utf-8")


def root(out: Path) -> None:
    rows = lines(out, "checkpoint")
    rows[0]["root"] = "0" * 64
    again(out, "checkpoint", rows)


def manifest_says(out: Path, **changes: Any) -> None:
    place = out / "manifest.json"
    place.write_text(json.dumps(json.loads(place.read_text("utf-8")) | changes), "utf-8")


def other_root(out: Path) -> None:
    manifest_says(out, root="ab" * 32)


def earlier_root(out: Path) -> None:
    manifest_says(out, root=lines(out, "checkpoint")[0]["root"])


def other_office(out: Path) -> None:
    office = json.loads((out / "manifest.json").read_text("utf-8"))["office"]
    manifest_says(out, office=office | {"name": "别的局"})


def another_name_everywhere(out: Path) -> None:
    (office,) = lines(out, "office")
    again(out, "office", [office | {"name": "别的局"}])
    other_office(out)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (other_root, "清单里的检查点"), (earlier_root, "清单里的检查点"),
        (other_office, "清单里的单位"), (another_name_everywhere, "办理记录的第一条"),
        (edit, "断裂"), (cut, "断裂"), (truncate, "链尾"), (rewrite, "被改写"), (state, "状态"),
        (paper, "内容已变"), (attachment, "缺少附件"), (stranger, "清单外"), (root, "检查点"),
    ],
)  # fmt: skip
def test_the_verifier_finds(out: Path, change: Callable[[Path], None], word: str) -> None:
    change(out)
    code, said = bare(out)
    assert (code, word in said) == (1, True), said


def test_the_verifier_does_not_vouch_for_the_day(out: Path) -> None:
    manifest_says(out, made_at="2020-01-01T00:00:00.000000+00:00")
    code, said = bare(out)
    (line,) = [line for line in said.splitlines() if "2020" in line]
    assert (code, "无从核对" in line) == (0, True)


def test_a_folder_that_is_no_export_is_no_traceback(out: Path) -> None:
    (out / "manifest.json").write_text("[]", "utf-8")
    code, said = bare(out)
    assert (code, "读不懂" in said) == (1, True)


def test_nothing_is_written_over(made: tuple[Path, Path], capsys: Any) -> None:
    path, out = made
    assert main(["export", "--db", str(path), "--to", str(out)]) == 2
    assert "空文件夹" in capsys.readouterr().err
    assert bare(out)[0] == 0


def test_a_lost_attachment_is_named(made: tuple[Path, Path], tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "alone.db"  # without its folder of attachments
    with closing(sqlite3.connect(made[0])) as a, closing(sqlite3.connect(path)) as b:
        a.backup(b)
    (lost,) = {row["sha256"] for row in lines(made[1], "material")} - {""}
    assert main(["export", "--db", str(path), "--to", str(tmp_path / "out"), "--json"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["missing"] == [lost]
    assert lost in shown.err
    code, said = bare(tmp_path / "out")
    assert (code, lost in said) == (1, True)


@pytest.mark.postgres
def test_an_auditor_exports_a_servers_office_and_a_reviewer_does_not(
    cluster: Cluster, server_desk: Desk, server_database: str, tmp_path: Path, capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    server_desk.decided()
    server_desk.signing()
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    there = ["export", "--db", cluster.url(server_database, "r1"), "--to", str(tmp_path / "no")]
    assert main(there) == 2
    assert "审计" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
    out = tmp_path / "out"
    mine = ["export", "--db", cluster.url(server_database, "au"), "--to", str(out), "--json"]
    assert main(mine) == 0, capsys.readouterr().err
    told = json.loads(capsys.readouterr().out)
    assert told["missing"] == []
    code, said = bare(out, told["root"])
    assert code == 0, said
    with cluster.connect(server_database) as owner:
        count = owner.execute("select count(*) from app.audit").fetchone()
    assert count == (len(lines(out, "audit")),)
    assert [p.name for p in (out / "files").rglob("*") if p.is_file()] != []


@pytest.mark.postgres
def test_what_cannot_be_asked_for_is_not_called_lost(
    cluster: Cluster, server_desk: Desk, server_database: str, tmp_path: Path, capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Without the key of the object store nobody knows what is there."""
    server_desk.signing()
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")
        owner.execute("update app.blob set place = 'objects', bucket = 'office',"
                      " endpoint = 'http://127.0.0.1:9'")  # fmt: skip
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.delenv(credentials.KEY_ID, raising=False)
    out = tmp_path / "out"
    mine = ["export", "--db", cluster.url(server_database, "au"), "--to", str(out)]
    assert main(mine) == 2
    assert credentials.KEY_ID in capsys.readouterr().err
    assert not out.exists()
    monkeypatch.setenv(credentials.KEY_ID, "k")
    monkeypatch.setenv(credentials.SECRET, "s")
    assert main(mine) == 2, "nor when the store is away"
    assert "127.0.0.1:9" in capsys.readouterr().err
    assert not out.exists()
