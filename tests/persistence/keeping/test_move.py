"""An office goes from one PC to a server: every row, hash and file arrives, or nothing happened."""

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.admin import move as move_verb
from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.commands import OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence import logins
from sanzhi_desktop.persistence.blobs import credentials
from sanzhi_desktop.persistence.files import FolderStore
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.keeping import carry, carry_files
from sanzhi_desktop.persistence.keeping.closing import Order
from sanzhi_desktop.persistence.keeping.move import Moved
from sanzhi_desktop.persistence.open import (
    Opened,
    create_embedded,
    files_folder,
    open_embedded,
    open_shared,
)
from sanzhi_desktop.persistence.places import target
from tests.persistence.blobs import s3_server
from tests.persistence.cluster import OWNER_PASSWORD, Cluster
from tests.persistence.desk import ADMIN, START, Desk, Sessions, Ticking, put_people

pytestmark = pytest.mark.postgres

# A server of its own office number: log-ins and office roles are the whole server's.
NUMBER = 61
PEOPLE = ("h1", "h2", "uh", "ck", "ld", "r1", "r2", "hd", "rh", "au", ADMIN)
TOLD = r"^  {code}  {name}  ([a-hjkmnp-z2-9]{{5}}(?:-[a-hjkmnp-z2-9]{{5}}){{2}})\r?$"


def psql(cluster: Cluster, database: str, query: str) -> str:
    done = subprocess.run(
        ["psql", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "postgres", "-d", database,
         "-At", "-c", query],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PGPASSWORD": OWNER_PASSWORD},
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """The terminal in front of whoever moves the office."""
    made = io.StringIO()
    monkeypatch.setattr(move_verb, "terminal", lambda: made)
    return made


def told(text: str, code: str = "zoe", name: str = "新来") -> str:
    found: list[str] = re.findall(TOLD.format(code=code, name=name), text, re.MULTILINE)
    (password,) = found
    return password


@pytest.fixture
def place(cluster: Cluster, server_template: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database. The template comes first: its log-ins are there already."""
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    monkeypatch.delenv("SANZHI_NEW_PASSWORD", raising=False)
    with cluster.connect() as owner:
        owner.execute("create database moved_here template template0")
    yield "moved_here"
    with cluster.connect() as owner:
        owner.execute("drop database moved_here with (force)")
        for (name,) in owner.execute(
            f"select rolname from pg_roles where rolname ~ '^sz_o{NUMBER}(_|$)'"
            " or rolname in ('abe', 'yan', 'zoe')"
        ).fetchall():
            owner.execute(f"drop role {name}")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An office with cases at several stages, one person whom no server knows, and a file."""
    path = tmp_path / "pc.db"
    office = NewOffice(code=str(NUMBER), name="搬家局", series="搬法审", profile_id="shucheng")
    opened = create_embedded(path, office, admin=Person(ADMIN, "管理员"), clock=Ticking(START))
    put_people(opened.session(ADMIN).gateway, opened.office_id)
    desk = Desk(opened.office_id, Sessions(opened.session))
    desk.decided()
    desk.responding()
    desk.signing()
    desk.register()
    newcomer(opened, "zoe", "新来")
    opened.close()
    return path


def newcomer(opened: Opened, code: str, name: str, role: str = "reviewer") -> None:
    """Somebody whom no server knows."""
    for action, payload in (
        (OfficeAction.PUT_PERSON, {"person_id": code, "name": name, "active": True}),
        (OfficeAction.SET_ROLES, {"person_id": code, "grants": [{"role": role}]}),
    ):
        command = OfficeCommand(new_id(), NUMBER, action, payload)
        opened.session(ADMIN).gateway.send_office(command)


def verb(cluster: Cluster, source: Path, place: str) -> list[str]:
    return ["move", "--from", f"sqlite:///{source}", "--to", cluster.url(place), "--same-people"]


def last(path: Path) -> tuple[str, str]:
    with closing(sqlite3.connect(path)) as db:
        entry: tuple[str, str] = db.execute(
            "select json_extract(entry, '$.action'), hash from audit where case_id = ''"
            " order by seq desc limit 1"
        ).fetchone()
        return entry


def test_everything_arrives_and_both_sides_say_so(
    cluster: Cluster, source: Path, place: str, tmp_path: Path, capsys: Any, screen: io.StringIO
) -> None:
    assert main(verb(cluster, source, place)) == 0, capsys.readouterr().err
    with closing(sqlite3.connect(source)) as db:
        mine = db.execute("select case_id, seq, entry, hash from audit").fetchall()
        numbers = db.execute("select label, status from number").fetchall()
        papers = db.execute("select sha256 from document").fetchall()
        moved_to = db.execute("select moved_to from office").fetchone()[0]
    assert moved_to == f"127.0.0.1:{cluster.port}/moved_here"
    with cluster.connect(place) as owner:
        owner.execute("set search_path = app")
        theirs = owner.execute("select case_id, seq, entry, hash from audit").fetchall()
        assert set(mine) < set(theirs)
        (extra,) = set(theirs) - set(mine)
        assert '"action":"move_in"' in extra[2]
        assert last(source)[0] == "move_out"
        assert owner.execute("select label, status from number").fetchall() == numbers
        there = owner.execute("select sha256, encode(sha256(content), 'hex') from document")
        assert {a for a, b in there.fetchall() if a == b} == {p for (p,) in papers}
        assert owner.execute("select count(*) from account").fetchone() == (0,)
        assert owner.execute("select count(*) from case_ where readers = ''").fetchone() == (0,)
    assert main(["audit", "verify", "--db", cluster.url(place)]) == 0
    assert main(["audit", "verify", "--db", str(source)]) == 0
    root = next(
        line.split()[1] for line in capsys.readouterr().out.splitlines() if "检查点 " in line
    )
    assert main(["audit", "verify", "--db", cluster.url(place), "--root", root]) == 0
    opened = open_shared(
        cluster.url(place, "zoe"),
        files=tmp_path / "f",
        password=told(screen.getvalue()),
        office=str(NUMBER),
    )
    assert opened.session("zoe").reader.office().name == "搬家局"
    opened.close()


def test_people_work_on_at_the_new_place_and_nobody_at_the_old_one(
    cluster: Cluster, source: Path, place: str, tmp_path: Path, capsys: Any, screen: io.StringIO
) -> None:
    assert main(verb(cluster, source, place)) == 0, capsys.readouterr().err
    opened = open_embedded(source, clock=Ticking(START + timedelta(days=1)))
    desk = Desk(NUMBER, Sessions(opened.session))
    case_id = next(
        row for (row,) in sqlite3.connect(source).execute(
            "select case_id from case_ where state = 'signing'")
    )  # fmt: skip
    with pytest.raises(DomainError) as refused:
        desk.reserve(case_id)
    assert refused.value.code is KeepingFault.MOVED_ELSEWHERE
    assert refused.value.facts["where"] == f"127.0.0.1:{cluster.port}/moved_here"
    with pytest.raises(DomainError):
        desk.register()
    with pytest.raises(DomainError):
        desk.office(ADMIN, OfficeAction.PUT_PERSON, person_id="y1", name="某", active=True)
    assert desk.case(case_id).version == 5, "reading goes on"
    opened.close()
    with closing(sqlite3.connect(source)) as db:
        for change in (
            (
                "insert into audit (office_id, case_id, seq, command_id, at, entry, hash)"
                " values (61, '', 99, '', '', '', '')"
            ),
            "update office set moved_to = ''",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="SZ-MOVED"):
                db.execute(change)

    def session(who: str) -> Any:
        shared = open_shared(
            cluster.url(place, who), files=tmp_path / "f", office=str(NUMBER),
            password=told(screen.getvalue()) if who == "zoe" else "a password of the tests",
        )  # fmt: skip
        closing_all.append(shared)
        return shared.session(who)

    closing_all: list[Any] = []
    there = Desk(NUMBER, Sessions(session))
    assert there.reserve(case_id) == "搬法审〔2026〕3号", "the numbers go on"
    material = there.case(case_id).materials[0]
    assert there.sessions["hd"].files.path(material.sha256).stat().st_size == material.size
    assert session("au").reader.verify_chains() == ()
    with pytest.raises(DomainError):
        session("zoe").reader.case(case_id)  # a reviewer of other cases
    for one in closing_all:
        one.close()


def test_a_second_move_is_refused(
    cluster: Cluster, source: Path, place: str, capsys: Any, tmp_path: Path, screen: io.StringIO
) -> None:
    other = tmp_path / "copy.db"
    with closing(sqlite3.connect(source)) as a, closing(sqlite3.connect(other)) as b:
        a.backup(b)
    assert main(verb(cluster, source, place)) == 0, capsys.readouterr().err
    assert main(verb(cluster, source, place)) == 2
    assert "已经搬到" in capsys.readouterr().err
    again = create_embedded(
        tmp_path / "namesake.db",
        NewOffice(code=str(NUMBER), name="另一个局", profile_id="shucheng"),
        admin=Person("q1", "管理员"),
    )
    again.close()
    assert main(verb(cluster, tmp_path / "namesake.db", place)) == 2
    assert f"代码为 {NUMBER} 的单位" in capsys.readouterr().err


def test_a_move_that_died_before_it_marked_the_source_is_finished(
    cluster: Cluster, source: Path, place: str, capsys: Any, tmp_path: Path, screen: io.StringIO
) -> None:
    as_it_was = tmp_path / "before.db"
    with closing(sqlite3.connect(source)) as a, closing(sqlite3.connect(as_it_was)) as b:
        a.backup(b)
    worked_on = tmp_path / "worked_on.db"
    with closing(sqlite3.connect(source)) as a, closing(sqlite3.connect(worked_on)) as b:
        a.backup(b)
    assert main(verb(cluster, source, place)) == 0, capsys.readouterr().err
    assert main(verb(cluster, as_it_was, place)) == 0, capsys.readouterr().err
    shown = capsys.readouterr().out
    assert "补记" in shown
    assert "sanzhi user password" in shown, "whoever was never told his password gets another"
    assert last(as_it_was) == last(source)
    assert main(["audit", "verify", "--db", str(as_it_was)]) == 0
    opened = open_embedded(worked_on, clock=Ticking(START + timedelta(days=1)))
    Desk(NUMBER, Sessions(opened.session)).register()
    opened.close()
    assert main(verb(cluster, worked_on, place)) == 2, "two histories: a person decides"
    assert last(worked_on)[0] != "move_out"


def unchanged(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return "\n".join(db.iterdump())


WRONG = ("row", "broken", "file", "lost", "logins", "password", "unseen", "rights")


@pytest.mark.parametrize("way", WRONG)
def test_what_goes_wrong_leaves_both_sides_as_they_were(
    cluster: Cluster, source: Path, place: str, capsys: Any, way: str,
    monkeypatch: pytest.MonkeyPatch, screen: io.StringIO,
) -> None:  # fmt: skip
    arguments = verb(cluster, source, place)
    words = {
        "row": "核对不一致",
        "broken": "audit verify",
        "file": "内容已变",
        "lost": "从备份恢复附件文件夹",
        "logins": "--same-people",
        "password": "密码太短",
        "unseen": "SANZHI_NEW_PASSWORD",
        "rights": "超级用户",
    }
    if way == "row":
        real, seen = carry.embedded_rows, []

        def forged(db: Any, table: Any, office_id: int) -> Any:
            rows = list(real(db, table, office_id))
            yield from (rows[:-1] if table.name in seen and table.name == "number" else rows)
            seen.append(table.name)

        monkeypatch.setattr(carry, "embedded_rows", forged)
    elif way == "broken":
        with closing(sqlite3.connect(source)) as db, db:
            (text,) = db.execute(
                "select sql from sqlite_master where name = 'wall_audit_update_history'"
            ).fetchone()
            db.execute("drop trigger wall_audit_update_history")
            db.execute("update audit set entry = replace(entry, 'confirm', 'accept')")
            db.execute(text)
    elif way == "file":
        file = next(p for p in source.with_name("pc.db.files").rglob("*") if p.is_file())
        file.chmod(0o644)
        file.write_bytes(b"other bytes")
    elif way == "lost":
        shutil.rmtree(files_folder(source))
    elif way == "logins":
        arguments.remove("--same-people")
    elif way == "password":
        monkeypatch.setenv("SANZHI_NEW_PASSWORD", "short")
    elif way == "unseen":  # nobody would ever read what is made
        monkeypatch.setattr(move_verb, "terminal", lambda: None)
    else:
        with cluster.connect() as owner:
            owner.execute("create role weak login createdb password 'a password of the tests'")
        monkeypatch.setenv("PGPASSWORD", "a password of the tests")
        arguments = [a.replace("postgres@", "weak@") for a in arguments]
    before = unchanged(source)
    try:
        assert main(arguments) == 2
        assert words[way] in capsys.readouterr().err
    finally:
        if way == "rights":
            with cluster.connect() as owner:
                owner.execute("drop role weak")
    assert screen.getvalue() == ""
    assert unchanged(source) == before
    assert psql(cluster, place, "select count(*) from pg_namespace where nspname = 'app'") == "0"
    with cluster.connect() as owner:
        made = owner.execute(f"select count(*) from pg_roles where rolname ~ '^sz_o{NUMBER}'")
        assert made.fetchone() == (0,)


def on_files(cluster: Cluster, place: str) -> list[tuple[Any, ...]]:
    with cluster.connect(place) as owner:
        found: list[tuple[Any, ...]] = owner.execute(
            "select sha256, size, place, endpoint, bucket, (select count(*) from app.blob_chunk c"
            " where c.sha256 = b.sha256) from app.blob b order by size"
        ).fetchall()
        return found


def arrived(cluster: Cluster, place: str) -> dict[str, Any]:
    text = psql(cluster, place, "select entry from app.audit where case_id = '' order by seq desc"
                                " limit 1")  # fmt: skip
    payload: dict[str, Any] = json.loads(text)["payload"]
    return payload


def material_of(source: Path) -> tuple[str, str, str]:
    """Hash, case and name of a material that stands on a file."""
    with closing(sqlite3.connect(source)) as db:
        row: tuple[str, str, str] = db.execute(
            "select sha256, k.name, m.name from material m join case_ k using (office_id, case_id)"
            " where sha256 <> '' order by m.case_id, m.place"
        ).fetchone()
        return row


def test_a_lost_file_is_named_and_its_loss_is_carried_only_when_accepted(
    cluster: Cluster, source: Path, place: str, capsys: Any, screen: io.StringIO
) -> None:
    sha256, case, material = material_of(source)
    (files_folder(source) / sha256[:2] / sha256).unlink()
    assert main(verb(cluster, source, place)) == 2
    shown = capsys.readouterr().err
    assert [word in shown for word in (case, material, sha256, "--lost-files")] == [True] * 4
    assert main([*verb(cluster, source, place), "--lost-files"]) == 0, capsys.readouterr().err
    shown = capsys.readouterr().out
    assert [word in shown for word in (case, material, sha256)] == [True] * 3
    assert on_files(cluster, place) == []
    told = arrived(cluster, place)["lost"]
    assert {one["sha256"] for one in told} == {sha256}
    assert all(one["case"] and one["name"] for one in told)
    assert main(["audit", "verify", "--db", cluster.url(place)]) == 0


def test_a_file_that_nothing_ever_named_stays(
    cluster: Cluster, source: Path, place: str, tmp_path: Path, capsys: Any, screen: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sha256 = material_of(source)[0]
    size = (files_folder(source) / sha256[:2] / sha256).stat().st_size
    monkeypatch.setattr(carry_files, "LARGEST_IN_DATABASE", size)
    (tmp_path / "x").write_bytes(b"y" * (size + 1))  # too large, and nobody's
    FolderStore(files_folder(source)).put(tmp_path / "x")
    assert main(verb(cluster, source, place)) == 0, capsys.readouterr().err
    assert "另有 1 个文件从来没有案件使用" in capsys.readouterr().out
    assert [row[:3] for row in on_files(cluster, place)] == [(sha256, size, "database")]
    assert "lost" not in arrived(cluster, place)


def test_a_file_too_large_for_the_database_goes_to_an_object_store(
    cluster: Cluster, source: Path, place: str, capsys: Any, screen: io.StringIO,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    sha256, case, material = material_of(source)
    monkeypatch.setattr(carry_files, "LARGEST_IN_DATABASE", 3)
    assert main(verb(cluster, source, place)) == 2
    shown = capsys.readouterr().err
    assert [word in shown for word in (case, material, "--objects", "--bucket")] == [True] * 4
    with s3_server.running() as service:
        monkeypatch.setenv(credentials.KEY_ID, s3_server.KEY_ID)
        monkeypatch.setenv(credentials.SECRET, s3_server.SECRET)
        service.client.create_bucket(Bucket="office")
        to = ["--objects", service.url, "--bucket"]
        assert main([*verb(cluster, source, place), *to, "no-such-bucket"]) == 2
        assert "no-such-bucket" in capsys.readouterr().err
        assert last(source)[0] != "move_out"
        done = main([*verb(cluster, source, place), *to, "office"])
        assert done == 0, capsys.readouterr().err
        (row,) = on_files(cluster, place)
        assert (row[0], *row[2:]) == (sha256, "objects", service.url, "office", 0)
        shared = open_shared(
            cluster.url(place, ADMIN), files=tmp_path / "f", office=str(NUMBER),
            password="a password of the tests",
        )  # fmt: skip
        try:
            there = shared.session(ADMIN).files
            original = (files_folder(source) / sha256[:2] / sha256).read_bytes()
            assert there.path(sha256).read_bytes() == original
        finally:
            shared.close()


def logs_in(cluster: Cluster, database: str, code: str, password: str) -> bool:
    try:
        cluster.connect(database, code, password).close()
    except psycopg.OperationalError:
        return False
    return True


def test_everybody_gets_a_password_of_his_own_which_stands_on_the_terminal_alone(
    cluster: Cluster, source: Path, place: str, tmp_path: Path
) -> None:
    """The real command, its standard output in a file and its messages on a terminal."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are Unix's")
    opened = open_embedded(source, clock=Ticking(START + timedelta(days=1)))
    newcomer(opened, "yan", "另一位")
    opened.close()
    printed = tmp_path / "printed.txt"
    ours, theirs = pty.openpty()
    with printed.open("wb") as out:
        done = subprocess.Popen(
            [sys.executable, "-m", "sanzhi_desktop", *verb(cluster, source, place)],
            stdin=subprocess.DEVNULL, stdout=out, stderr=theirs,
            env={**os.environ, "SANZHI_HOME": str(tmp_path / "home")},
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how Linux says that the other side is closed
            pass
        os.close(ours)
    text = shown.decode("utf-8")
    assert done.wait() == 0, text
    passwords = {"zoe": told(text), "yan": told(text, "yan", "另一位")}
    assert len(set(passwords.values())) == 2
    for code, password in passwords.items():
        assert logs_in(cluster, place, code, password)
        assert not logs_in(cluster, place, "yan" if code == "zoe" else "zoe", password)
        for file in (p for p in tmp_path.rglob("*") if p.is_file()):
            assert password.encode() not in file.read_bytes(), file
        assert password.encode() not in (cluster.home / "log").read_bytes()
    assert "h1" not in re.findall(r"^  (\w+)  ", text, re.MULTILINE), "he keeps his own"
    assert "清屏" in text


def test_without_a_terminal_the_chosen_password_is_that_of_one_administrator(
    cluster: Cluster, source: Path, place: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_embedded(source, clock=Ticking(START + timedelta(days=1)))
    newcomer(opened, "abe", "另一位管理员", "admin")
    opened.close()
    made: list[str] = []
    real = logins.random_password

    def remembered() -> str:
        made.append(real())
        return made[-1]

    monkeypatch.setattr(logins, "random_password", remembered)
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "of the administrator")
    assert main(verb(cluster, source, place)) == 0
    shown = capsys.readouterr()
    assert "还不能登录：zoe。" in shown.out
    assert "sanzhi user password" in shown.out
    assert len(made) == 2
    assert not [one for one in made if one in shown.out + shown.err]
    assert logs_in(cluster, place, "abe", "of the administrator")
    assert not logs_in(cluster, place, "zoe", "of the administrator"), "it is one person's"
    assert any(logs_in(cluster, place, "zoe", one) for one in made)
    assert logs_in(cluster, place, ADMIN, "a password of the tests"), "he had one already"


def test_no_password_of_a_move_is_in_a_repr(tmp_path: Path) -> None:
    where = target("postgresql+psycopg://postgres@server/office")
    order = Order(tmp_path, where, "", "s3cret-a", "s3cret-b", same_people=False, now=START)
    done = Moved("局", 1, 1, 0, "", {"zoe": "新来"}, {"zoe": "s3cret-c"})
    assert "s3cret" not in f"{order!r} {done!r}"


def test_a_password_that_is_read_out_has_no_letters_that_look_alike() -> None:
    made = [logins.random_password() for _ in range(200)]
    assert len(set(made)) == 200
    assert not set("".join(made)) & set("0o1liIOL")
    for one in made:
        logins.check(one)


def test_only_from_a_pc_to_a_server(cluster: Cluster, source: Path, capsys: Any) -> None:
    there = cluster.url("postgres")
    assert main(["move", "--from", there, "--to", str(source)]) == 2
    assert main(["move", "--from", str(source), "--to", str(source)]) == 2
    assert "--from" in capsys.readouterr().err
