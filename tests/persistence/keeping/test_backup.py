"""Backups of both databases: good only when restored and checked; no good one is pushed out."""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.commands import OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import logins
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.files import FolderStore
from sanzhi_desktop.persistence.keeping import backup, folder, folder_lock
from sanzhi_desktop.persistence.keeping.backup import EmbeddedKeeper
from sanzhi_desktop.persistence.keeping.folder import Manifest
from sanzhi_desktop.persistence.open import files_folder, open_embedded
from tests.persistence.cluster import OWNER_PASSWORD, Cluster, running
from tests.persistence.desk import START, Desk, Ticking
from tests.persistence.offices import PASSWORD, shared

HERE = Path(__file__)
DATABASES = (("sqlite", "/a.db"), ("sqlite", "/b.db"), ("postgresql", "db:5432/a"))


def quiet(_step: int, _total: int, _text: str) -> None:
    """Nobody watches."""


def without_walls(path: Path, *changes: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        found = db.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in found:
            db.execute(f"drop trigger {name}")
        for change in changes:
            db.execute(change)
        for _, text in found:
            db.execute(text)


@pytest.fixture
def office(embedded_desk: Desk, embedded_path: Path) -> Path:
    """An office with two cases and the one attachment that both name."""
    embedded_desk.passed()
    embedded_desk.signing()
    return embedded_path


@pytest.fixture
def keeper(office: Path) -> EmbeddedKeeper:
    return EmbeddedKeeper(office, Ticking(START))


def test_a_backup_proves_itself_and_comes_back(
    keeper: EmbeddedKeeper, tmp_path: Path, office: Path
) -> None:
    steps: list[str] = []
    made = keeper.backup(tmp_path / "kept", keep=3, report=lambda _s, _t, text: steps.append(text))
    assert (made.good, made.why, made.cases, made.files) == (True, "", 2, 1)
    assert {"复制数据库", "试恢复并验证"} <= set(steps)
    assert sorted(p.name for p in (tmp_path / "kept").iterdir()) == [
        "files", made.path.name, made.path.with_suffix(".json").name
    ]  # fmt: skip
    target = tmp_path / "back" / "office.db"
    backup.restore_embedded(made.path, target, report=quiet)
    dumps = [
        subprocess.run(["sqlite3", p, ".dump"], capture_output=True, check=True).stdout
        for p in (office, target)
    ]
    assert dumps[0] == dumps[1]
    opened = open_embedded(target)
    session = opened.session("au")
    assert session.reader.verify_chains() == ()
    (file,) = [p for p in opened.files.rglob("*") if p.is_file()]
    assert hashlib.sha256(session.files.path(file.name).read_bytes()).hexdigest() == file.name
    opened.close()


def test_the_remains_of_a_killed_backup_are_taken_away(
    keeper: EmbeddedKeeper, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    for name, age in ((".making-old", timedelta(days=2)), (".making-new", timedelta(hours=1))):
        (kept / name).mkdir(parents=True)
        (kept / name / "office.db").write_bytes(b"half")
        at = (START - age).timestamp()
        os.utime(kept / name, (at, at))
    keeper.backup(kept, keep=1, report=quiet)
    assert [p.name for p in kept.glob(".making-*")] == [".making-new"]


def test_others_go_on_working_while_a_copy_is_made(
    keeper: EmbeddedKeeper, embedded_desk: Desk, tmp_path: Path
) -> None:
    def work(_step: int, _total: int, text: str) -> None:
        if text == "复制数据库":
            embedded_desk.register()

    made = keeper.backup(tmp_path / "kept", keep=3, report=work)
    assert (made.good, made.cases) == (True, 2), "the copy is of the moment when it began"


def test_what_is_stopped_leaves_nothing_behind(keeper: EmbeddedKeeper, tmp_path: Path) -> None:
    class Stopped(Exception):  # noqa: N818 - not an error
        pass

    for word in ("复制数据库", "附件 1 / 1", "试恢复并验证", "恢复数据库"):

        def stop(_step: int, _total: int, text: str, word: str = word) -> None:
            if text == word:
                raise Stopped

        with pytest.raises(Stopped):
            keeper.backup(tmp_path / "kept", keep=3, report=stop)
        assert [p.name for p in (tmp_path / "kept").iterdir() if p.name != "files"] == []
        assert keeper.backups(tmp_path / "kept") == []


TAMPERED = [
    ("update audit set entry = replace(entry, 'confirm', 'accept')", "断裂"),
    ("update checkpoint set root = previous", "断裂"),
    ("update material set sha256 = '" + "a" * 64 + "' where sha256 <> ''", "断裂"),
    ("insert into person_role (office_id, person_id, seq, role) values (7, 'ck', 9, 'head')",
     "断裂"),
    ("drop trigger wall_decision_insert_gate", "缺少"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "why"), TAMPERED)
@pytest.mark.tampers
def test_a_source_that_was_tampered_with_is_kept_but_never_called_good(
    keeper: EmbeddedKeeper, embedded_desk: Desk, tmp_path: Path, change: str, why: str,
    capsys: Any,
) -> None:  # fmt: skip
    embedded_desk.gateway("au").checkpoint(7)
    good = keeper.backup(tmp_path / "kept", keep=1, report=quiet)
    assert good.good
    if change.startswith("drop"):
        with closing(sqlite3.connect(keeper.database)) as db:
            db.execute(change)
    else:
        without_walls(keeper.database, change)
    for _ in range(2):
        bad = keeper.backup(tmp_path / "kept", keep=1, report=quiet)
        assert not bad.good
        assert why in bad.why
    back = ["restore", str(bad.path), "--db", str(tmp_path / "bad.db")]
    assert main(back) == 1, "evidence can be put back"
    assert why in capsys.readouterr().err
    listed = keeper.backups(tmp_path / "kept")
    assert [(row.path, row.good) for row in listed] == [(bad.path, False), (good.path, True)]
    assert good.path.is_file()
    assert backup.restore_embedded(good.path, tmp_path / "again.db", report=quiet).good


def test_an_attachment_that_changed_is_noticed(keeper: EmbeddedKeeper, tmp_path: Path) -> None:
    (file,) = [p for p in files_folder(keeper.database).rglob("*") if p.is_file()]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1] + b"T")
    made = keeper.backup(tmp_path / "kept", keep=1, report=quiet)
    assert (made.good, file.name in made.why) == (False, True)


def test_attachments_stand_once_and_go_with_the_last_backup_that_names_them(
    keeper: EmbeddedKeeper, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    first = keeper.backup(kept, keep=1, report=quiet)
    strange = tmp_path / "x"
    strange.write_bytes(b"nobody's")
    sha256, _ = FolderStore(files_folder(keeper.database)).put(strange)
    second = keeper.backup(kept, keep=1, report=quiet)
    assert not first.path.exists()
    assert second.files == 2
    shutil.rmtree(files_folder(keeper.database) / sha256[:2])
    assert keeper.backup(kept, keep=1, report=quiet).good
    assert len([p for p in (kept / "files").rglob("*") if p.is_file()]) == 1


def test_a_backup_inside_the_attachments_is_refused(keeper: EmbeddedKeeper) -> None:
    with pytest.raises(DomainError) as refused:
        keeper.backup(files_folder(keeper.database) / "kept", keep=1, report=quiet)
    assert refused.value.code is KeepingFault.INSIDE_ITSELF


def manifest(moment: datetime, *, good: bool, source: str = "", kind: str = "sqlite") -> Manifest:
    return Manifest(
        kind=kind, made_at=moment.isoformat(), program="", revision="", source=source,
        sha256="", size=HERE.stat().st_size, offices=(), counts={}, files=(),
        verified_at="x" if good else "",
    )  # fmt: skip


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(DATABASES)), max_size=30), st.integers(1, 5)
)
def test_no_order_of_good_and_bad_pushes_out_the_last_good_one(
    made: list[tuple[bool, tuple[str, str]]], keep: int
) -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    rows = [  # this very file stands for the data of all: it is there, and of the right size
        (HERE, manifest(at - timedelta(days=n), good=good, kind=kind, source=source))
        for n, (good, (kind, source)) in enumerate(made)
    ]
    gone = folder.to_evict(rows, keep)
    for good in (True, False):
        for kind, source in DATABASES:
            wanted = (good, kind, source)
            all_ = [o for o in rows if (o[1].good, o[1].kind, o[1].source) == wanted]
            left = [one for one in all_ if one not in gone]
            assert left == all_[:keep], "the newest of each kind and of each database stay"


def test_whoever_made_it_a_servers_backups_are_one_series() -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    rows = [
        (HERE, manifest(at, good=True, kind="postgresql", source=f"{who}db:5432/office"))
        for who in ("postgres@", "dba@", "")
    ]
    assert folder.to_evict(rows, 1) == rows[1:]


def test_backups_of_two_databases_in_one_folder_do_not_touch_each_other(
    keeper: EmbeddedKeeper, tmp_path: Path
) -> None:
    kept, other = tmp_path / "kept", tmp_path / "other" / "office.db"
    first = keeper.backup(kept, keep=1, report=quiet)
    backup.restore_embedded(first.path, other, report=quiet)
    without_walls(other, "delete from material")
    shutil.rmtree(files_folder(other))
    copy = EmbeddedKeeper(other, Ticking(START))
    for _ in range(2):
        newest = copy.backup(kept, keep=1, report=quiet)
    assert [row.path for row in keeper.backups(kept)] == [first.path]
    assert [row.path for row in copy.backups(kept)] == [newest.path]
    assert backup.restore_embedded(first.path, tmp_path / "again.db", report=quiet).good


def test_a_second_backup_waits_for_the_first(keeper: EmbeddedKeeper, tmp_path: Path) -> None:
    """Else its rotation takes away the attachments that the first has only just copied."""
    kept = tmp_path / "kept"
    waits = threading.Event()
    made: list[str] = []
    threads: list[threading.Thread] = []

    def second() -> None:
        def report(_step: int, _total: int, text: str) -> None:
            if text.startswith("等待"):
                waits.set()

        made.append(EmbeddedKeeper(keeper.database, keeper.clock).backup(
            kept, keep=1, report=report).path.name)  # fmt: skip

    def first(_step: int, _total: int, text: str) -> None:
        if text == "试恢复并验证" and not threads:
            threads.append(threading.Thread(target=second))
            threads[0].start()
            assert waits.wait(30), "the second backup began beside the first"
            assert [p.name for p in kept.glob("sanzhi-*")] == []

    done = keeper.backup(kept, keep=1, report=first)
    threads[0].join(30)
    assert [row.path.name for row in keeper.backups(kept)] == made != [done.path.name]
    assert sorted(p.name for p in kept.iterdir() if p.suffix == "") == ["files"], "no lock is left"
    (left,) = keeper.backups(kept)
    assert backup.restore_embedded(left.path, tmp_path / "again.db", report=quiet).good


def test_a_backup_that_never_ends_is_told(
    keeper: EmbeddedKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "PATIENCE", 0.0)
    kept = tmp_path / "kept"
    kept.mkdir()
    with folder_lock.held(kept, report=quiet) as alone:
        assert alone
        found = refused(lambda: keeper.backup(kept, keep=1, report=quiet))
    assert found.code is KeepingFault.BUSY
    assert keeper.backup(kept, keep=1, report=quiet).good


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_where_no_locks_are_known_no_attachment_is_swept(
    keeper: EmbeddedKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_handle: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    kept = tmp_path / "kept"
    monkeypatch.setattr(folder_lock, "_lock", unknown)
    for content in (b"one", b"two"):
        (tmp_path / "x").write_bytes(content)
        sha256, _ = FolderStore(files_folder(keeper.database)).put(tmp_path / "x")
        made = keeper.backup(kept, keep=1, report=quiet)
        shutil.rmtree(files_folder(keeper.database) / sha256[:2])
    assert (made.good, len(keeper.backups(kept))) == (True, 1)
    assert len([p for p in (kept / "files").rglob("*") if p.is_file()]) == 3
    monkeypatch.undo()
    keeper.backup(kept, keep=1, report=quiet)
    assert len([p for p in (kept / "files").rglob("*") if p.is_file()]) == 1


def refused(call: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value


def test_a_backup_that_was_damaged_is_not_put_back(keeper: EmbeddedKeeper, tmp_path: Path) -> None:
    made = keeper.backup(tmp_path / "kept", keep=1, report=quiet)
    target = tmp_path / "back.db"
    content = made.path.read_bytes()
    made.path.write_bytes(content[:5000] + b"X" + content[5001:])
    back = lambda: backup.restore_embedded(made.path, target, report=quiet)  # noqa: E731
    assert refused(back).code is KeepingFault.DAMAGED
    made.path.write_bytes(content)
    (file,) = [p for p in (tmp_path / "kept" / "files").rglob("*") if p.is_file()]
    file.chmod(0o644)
    file.write_bytes(b"other")
    assert refused(back).code is KeepingFault.DAMAGED
    assert not target.exists()
    assert not files_folder(target).exists()
    made.path.unlink()
    assert refused(back).code is KeepingFault.DAMAGED
    assert not keeper.backups(tmp_path / "kept")[0].good
    made.path.with_suffix(".json").write_text("{}", "utf-8")
    assert refused(back).code is KeepingFault.NOT_A_BACKUP


def test_backups_may_lie_where_a_database_may_not(keeper: EmbeddedKeeper, tmp_path: Path) -> None:
    """On another PC, in the folder of a cloud: there a copy is safest, as long as nobody opens it
    there."""
    kept = tmp_path / "我的坚果云" / "备份"
    made = keeper.backup(kept, keep=1, report=quiet)
    assert (made.good, made.why) == (True, "")
    assert backup.restore_embedded(made.path, tmp_path / "again.db", report=quiet).good
    onto = tmp_path / "我的坚果云" / "again.db"
    found = refused(lambda: backup.restore_embedded(made.path, onto, report=quiet))
    assert found.code is PersistenceFault.SYNCED_FOLDER
    assert not onto.exists()


def test_an_office_gets_out_of_a_mirrored_folder(
    keeper: EmbeddedKeeper, tmp_path: Path, capsys: Any
) -> None:
    """The way that the sentence names."""
    unsafe = tmp_path / "OneDrive - 某局" / "office.db"
    unsafe.parent.mkdir()
    with closing(sqlite3.connect(keeper.database)) as a, closing(sqlite3.connect(unsafe)) as b:
        a.backup(b)
    shutil.copytree(files_folder(keeper.database), files_folder(unsafe))
    assert main(["db", "check", "--db", str(unsafe)]) == 2
    shown = capsys.readouterr().err
    assert ("sanzhi backup" in shown, "sanzhi restore" in shown) == (True, True)
    kept, safe = str(tmp_path / "kept"), str(tmp_path / "safe.db")
    assert main(["backup", "--db", str(unsafe), "--to", kept, "--json"]) == 0
    file = json.loads(capsys.readouterr().out)["file"]
    assert main(["restore", file, "--db", safe]) == 0
    assert main(["db", "check", "--db", safe]) == 0, capsys.readouterr().err


def test_nothing_is_written_over(keeper: EmbeddedKeeper, tmp_path: Path, office: Path) -> None:
    made = keeper.backup(tmp_path / "kept", keep=1, report=quiet)
    before = office.read_bytes()
    found = refused(lambda: backup.restore_embedded(made.path, office, report=quiet))
    assert found.code is KeepingFault.TARGET_NOT_EMPTY
    assert office.read_bytes() == before


def test_a_copy_of_a_newer_program_is_not_put_back(keeper: EmbeddedKeeper, tmp_path: Path) -> None:
    made = keeper.backup(tmp_path / "kept", keep=1, report=quiet)
    data, told = folder.read_manifest(made.path)
    folder.write_manifest(data, replace(told, revision="9999"))
    found = refused(lambda: backup.restore_embedded(data, tmp_path / "back.db", report=quiet))
    assert found.code == "persistence.database_newer"


_SMALL_DISK = """
import resource, sys
from sanzhi_desktop.admin.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
def test_a_full_disk_says_so_and_leaves_the_older_backup(
    keeper: EmbeddedKeeper, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    older = keeper.backup(kept, keep=1, report=quiet)
    done = subprocess.run(
        [sys.executable, "-c", _SMALL_DISK, "backup", "--db", keeper.database, "--to", kept,
         "--keep", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "磁盘已满" in done.stderr) == (2, True), done.stderr
    assert sorted(p.name for p in kept.iterdir()) == sorted(
        ["files", older.path.name, older.path.with_suffix(".json").name]
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
@pytest.mark.parametrize("verb", ["restore", "export"])
def test_a_full_disk_leaves_nothing_half_done(
    keeper: EmbeddedKeeper, tmp_path: Path, verb: str
) -> None:
    kept, there = keeper.backup(tmp_path / "kept", keep=1, report=quiet), tmp_path / "there"
    verbs: dict[str, list[str | Path]] = {
        "restore": ["restore", kept.path, "--db", there / "office.db"],
        "export": ["export", "--db", keeper.database, "--to", there],
    }
    arguments = verbs[verb]
    small = _SMALL_DISK.replace("200_000, 200_000", "9_000, 9_000")
    done = subprocess.run(
        [sys.executable, "-c", small, *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "磁盘已满" in done.stderr) == (2, True), done.stderr
    assert not there.exists() or list(there.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("update schema_revision set version_num = '9999'", "请升级本程序"),
        ("update schema_revision set version_num = '0000'", "sanzhi db upgrade"),
        ("drop table schema_revision", "sanzhi db init"),
        ("", "不是本程序的数据库"),
    ],
)
@pytest.mark.tampers
def test_a_database_of_another_program_is_named(
    keeper: EmbeddedKeeper, tmp_path: Path, capsys: Any, change: str, words: str
) -> None:
    if change:
        without_walls(keeper.database, change)
    else:
        keeper.database.write_bytes(b"no database at all" * 1000)
    for verb in ("backup", "export"):
        assert main([verb, "--db", str(keeper.database), "--to", str(tmp_path / verb)]) == 2
        assert words in capsys.readouterr().err
        assert not (tmp_path / verb).exists()


@pytest.mark.tampers
def test_the_verbs(keeper: EmbeddedKeeper, tmp_path: Path, capsys: Any) -> None:
    kept, target = tmp_path / "kept", tmp_path / "back.db"
    made = ["backup", "--db", str(keeper.database), "--to", str(kept), "--json"]
    assert main(made) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["cases"], told["files"]) == (True, 2, 1)
    assert main(["restore", told["file"], "--db", f"sqlite:///{target}"]) == 0
    assert "案件 2 件" in capsys.readouterr().out
    assert main(["audit", "verify", "--db", str(target)]) == 0
    assert main(["restore", told["file"], "--db", str(target)]) == 2
    assert "不会覆盖" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "no.db"), "--db", str(tmp_path / "y.db")]) == 2
    assert main(["backup", "--db", str(tmp_path / "no.db"), "--to", str(kept)]) == 2
    without_walls(keeper.database, "update person_role set role = 'head' where role = 'clerk'")
    capsys.readouterr()
    assert main(made) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], "断裂" in told["why"]) == (False, True)


# ------------------------------------------------------------------ the server


@pytest.fixture
def arguments(
    cluster: Cluster, server_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    return ["backup", "--db", cluster.url(server_database), "--to", str(tmp_path / "kept"),
            "--pg-bin", str(cluster.bin), "--json"]  # fmt: skip


def psql(cluster: Cluster, database: str, query: str) -> str:
    done = subprocess.run(
        ["psql", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "postgres", "-d", database,
         "-At", "-c", query],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PGPASSWORD": OWNER_PASSWORD},
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.postgres
def test_a_dump_proves_itself_and_comes_back(
    cluster: Cluster, server_desk: Desk, server_database: str, arguments: list[str], capsys: Any
) -> None:
    server_desk.passed()
    server_desk.gateway("au").checkpoint(7)
    held = psql(cluster, server_database, "select count(*) from app.blob where complete = 1")
    assert int(held) > 0
    assert main(arguments) == 0, capsys.readouterr().err
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["cases"]) == (True, 1)
    assert (told["files"], told["files_in_database"]) == (0, int(held))
    assert psql(cluster, "postgres", "select count(*) from pg_database"
                                     " where datname like 'sanzhi_check%'") == "0"  # fmt: skip
    with cluster.connect() as owner:
        owner.execute("create database came_back template template0")
    try:
        back = ["restore", told["file"], "--db", cluster.url("came_back"),
                "--pg-bin", str(cluster.bin)]  # fmt: skip
        assert main(back) == 0, capsys.readouterr().err
        assert f"附件在库内 {held} 个。" in capsys.readouterr().out
        rows = "select string_agg(a::text, '|' order by case_id, seq) from app.audit a"
        assert psql(cluster, "came_back", rows) == psql(cluster, server_database, rows) != ""
        assert main(["audit", "verify", "--db", cluster.url("came_back")]) == 0
        assert main(back) == 2
        assert "不会覆盖" in capsys.readouterr().err
        embedded = ["restore", told["file"], "--db", str(Path(told["file"]).parent / "x.db")]
        assert main(embedded) == 2
        assert "sanzhi move" in capsys.readouterr().err
    finally:
        with cluster.connect() as owner:
            owner.execute("drop database came_back with (force)")


@pytest.mark.postgres
def test_an_office_goes_on_on_another_server(
    cluster: Cluster, server_desk: Desk, arguments: list[str], capsys: Any
) -> None:
    """The owner may make log-ins there, people come in with new passwords, roles are taken away."""
    case_id = server_desk.passed()
    assert main(arguments) == 0, capsys.readouterr().err
    kept = json.loads(capsys.readouterr().out)["file"]
    with running() as other:
        with other.connect() as owner:
            owner.execute("create database anew template template0")
        back = ["restore", kept, "--db", other.url("anew"), "--pg-bin", str(cluster.bin)]
        assert main(back) == 0, capsys.readouterr().err
        capsys.readouterr()
        asked = "select has_database_privilege('public', 'anew', 'connect')"
        assert psql(other, "anew", asked) == "f"
        with other.connect("anew") as owner:
            by_dba = owner.info.server_version < 160000  # where he alone sets passwords
            for code in ("adm", "r1") if by_dba else ("adm",):
                owner.execute(f"alter role {code} login password '{PASSWORD}'")
        opened = shared(other, "anew", "adm")
        try:
            if not by_dba:
                logins.set_password(opened.engine, opened.office_id, "r1", PASSWORD)
            opened.session("adm").gateway.send_office(
                OfficeCommand(
                    new_id(), 7, OfficeAction.SET_ROLES, {"person_id": "r1", "grants": []}
                )
            )
        finally:
            opened.close()
        with other.connect("anew", "r1", PASSWORD) as r1:
            held = "select count(*) from pg_auth_members m join pg_roles g on g.oid = m.roleid"
            left = r1.execute(
                held + " where m.member = 'r1'::regrole and g.rolname = 'sz_o7_reviewer'"
            ).fetchone()
            assert left == (0,)
            seen = r1.execute("select count(*) from app.case_ where case_id = %s", (case_id,))
            assert seen.fetchone() == (1,)  # his own case, as its reviewer


@pytest.mark.postgres
def test_a_dump_of_a_tampered_history_is_not_good(
    cluster: Cluster, server_desk: Desk, server_database: str, arguments: list[str], capsys: Any
) -> None:
    case_id = server_desk.register()
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")
        owner.execute("update app.audit set entry = replace(entry, 'register', 'confirm')"
                      f" where case_id = '{case_id}'")  # fmt: skip
    assert main(arguments) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], case_id in told["why"]) == (False, True)


DAMAGE = [
    "update app.blob_chunk set data = set_byte(data, 0, (get_byte(data, 0) + 1) % 256)",
    "delete from app.blob_chunk",
    "truncate app.blob cascade",
]


@pytest.mark.postgres
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_dump_without_the_bytes_of_an_attachment_is_not_good(
    cluster: Cluster, server_desk: Desk, server_database: str, arguments: list[str], capsys: Any,
    damage: str,
) -> None:  # fmt: skip
    server_desk.passed()
    with cluster.connect(server_database) as owner:
        (lost,) = owner.execute("select sha256 from app.blob").fetchone() or ("",)
        owner.execute("set session_replication_role = replica")  # past the walls
        owner.execute(damage.encode())
    assert main(arguments) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], lost in told["why"], "附件" in told["why"]) == (False, True, True)


BROKEN = [
    ("delete from app.blob", "pg_restore", 2),  # its chunks point at nothing
    ("drop trigger wall_decision_insert_gate on app.decision", "wall_decision_insert_gate", 1),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("damage", "word", "back"), BROKEN)
def test_a_damaged_database_is_kept_and_never_called_good(
    cluster: Cluster, server_desk: Desk, server_database: str, arguments: list[str], capsys: Any,
    damage: str, word: str, back: int,
) -> None:  # fmt: skip
    server_desk.passed()
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")  # past the walls
        owner.execute(damage.encode())
    assert main(arguments) == 1, capsys.readouterr().err
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], word in told["why"]) == (False, True), told["why"]
    assert Path(told["file"]).is_file()
    with cluster.connect() as owner:
        owner.execute("create database came_back template template0")
    there = cluster.url("came_back")
    try:
        assert main(["restore", told["file"], "--db", there, "--pg-bin", str(cluster.bin)]) == back
        assert word in capsys.readouterr().err
    finally:
        with cluster.connect() as owner:
            owner.execute("drop database came_back with (force)")


def forged(data: str, **changes: Any) -> None:
    place = Path(data).with_suffix(".json")
    place.write_text(json.dumps({**json.loads(place.read_text("utf-8")), **changes}), "utf-8")


def roles_and_tables(cluster: Cluster, database: str) -> tuple[str, str]:
    return (
        psql(cluster, database, "select string_agg(rolname, ' ' order by 1) from pg_roles"),
        psql(cluster, database, "select count(*) from pg_class c join pg_namespace n on n.oid ="
             " c.relnamespace where nspname in ('app', 'api')"),
    )  # fmt: skip


@pytest.mark.postgres
def test_a_server_looks_at_what_it_was_given_back(
    cluster: Cluster, server_desk: Desk, server_database: str, arguments: list[str], capsys: Any
) -> None:
    """Evidence that was tampered with comes back and is told so; called good it does not."""
    case_id = server_desk.passed()
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")
        owner.execute("update app.audit set entry = replace(entry, 'register', 'confirm')"
                      f" where case_id = '{case_id}'")  # fmt: skip
    assert main(arguments) == 1
    kept = json.loads(capsys.readouterr().out)["file"]
    with running() as other:
        with other.connect() as owner:
            owner.execute("create database anew template template0")
        empty = roles_and_tables(other, "anew")
        back = ["restore", kept, "--db", other.url("anew"), "--pg-bin", str(cluster.bin)]
        forged(kept, verified_at="2026-11-22T10:00:00+00:00", why_not="")
        for _ in range(2):  # what stays would be refused as a database that is not empty
            assert main(back) == 2
            shown = capsys.readouterr()
            assert ("已不完整" in shown.err, case_id in shown.err) == (True, True), shown.err
            assert "已恢复" not in shown.out
        roles, tables = roles_and_tables(other, "anew")
        left = {role for role in roles.split() if not role.startswith("sanzhi_")}
        assert left <= set(empty[0].split()), "no log-in and no group of an office stays"
        assert tables == "0"
        forged(kept, verified_at="", why_not="断裂")
        assert main(back) == 1
        shown = capsys.readouterr()
        assert ("已恢复" in shown.out, case_id in shown.err) == (True, True)
        assert "都与备份时一致" not in shown.out


@pytest.mark.postgres
def test_who_does_not_see_everything_makes_no_backup(
    cluster: Cluster, server_database: str, arguments: list[str], capsys: Any,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("PGPASSWORD", "a password of the tests")
    as_admin = [a.replace("postgres@", "adm@") for a in arguments]
    assert main(as_admin) == 2
    assert "看不到全部数据" in capsys.readouterr().err
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.postgres
@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_no_secret_stands_on_the_command_line_and_old_programs_are_named(
    cluster: Cluster, server_database: str, arguments: list[str], capsys: Any, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    arguments[arguments.index("--pg-bin") + 1] = str(tools)
    assert main(arguments) == 2
    assert "SANZHI_PG_BIN" in capsys.readouterr().err, "no such program"
    for name in ("pg_dump", "pg_restore"):
        script = tools / name
        script.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n", "utf-8")
        script.chmod(0o755)
    assert main(arguments) == 2
    shown = capsys.readouterr().err
    assert ("9" in shown, "不能比服务器旧" in shown) == (True, True)
    for name in ("pg_dump", "pg_restore"):
        (tools / name).write_text(
            f'#!/bin/sh\necho "$0 $@" >> {tmp_path}/said\nexec {cluster.bin}/{name} "$@"\n', "utf-8"
        )
    assert main(arguments) == 0, capsys.readouterr().err
    said = (tmp_path / "said").read_text("utf-8")
    assert "--snapshot=" in said
    assert OWNER_PASSWORD not in said
