"""`db init` on a server, on the administrator's first day: what goes wrong is said before anything
is asked for or made, and nothing half made stays behind."""

from collections.abc import Iterator

import pytest
from psycopg import sql

from sanzhi_desktop.admin import db as db_verb
from sanzhi_desktop.admin.main import main
from tests.persistence.cable import Way, cable
from tests.persistence.cluster import OWNER, OWNER_PASSWORD, Cluster

pytestmark = pytest.mark.postgres
Cap = pytest.CaptureFixture[str]
NEW = "first password 7"
DATABASE = "first_day"


@pytest.fixture
def server(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", NEW)
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    yield cluster
    with cluster.connect() as owner:
        owner.execute(f"drop database if exists {DATABASE} with (force)")


def init(server: Cluster, office: str = "", *, admin: str, port: int = 0) -> int:
    with server.connect() as owner:
        there = owner.execute("select 1 from pg_roles where rolname = %s", (admin,)).fetchone()
        if owner.info.server_version < 160000 and not there:
            owner.execute(sql.SQL("create role {} login").format(sql.Identifier(admin)))
    url = server.url(DATABASE)
    if port:
        url = url.replace(str(server.port), str(port))
    named = ["--office", office] if office else []
    return main(["db", "init", "--db", url, "--admin", admin, *named])


def made(server: Cluster) -> bool:
    with server.connect() as owner:
        asked = "select 1 from pg_database where datname = %s"
        return owner.execute(asked, (DATABASE,)).fetchone() is not None


def offices(server: Cluster) -> list[tuple[int, str]]:
    with server.connect(DATABASE) as owner:
        rows = owner.execute("select office_id, code from app.office order by 1").fetchall()
    return [(int(number), str(code)) for number, code in rows]


@pytest.mark.usefixtures("server_template")
def test_a_second_office_in_the_same_database(server: Cluster, capsys: Cap) -> None:
    assert init(server, "61", admin="adm61") == 0, capsys.readouterr().err
    assert init(server, admin="adm62") == 2, "only where it is wanted"
    assert init(server, "61", admin="adm62") == 2
    assert "代码为“61”的单位" in capsys.readouterr().err
    if not is_old(server):  # where log-ins are the server's administrator's, so is this
        assert init(server, "62", admin="adm61") == 2, "an administrator of one office alone"
    assert offices(server) == [(61, "61")]
    assert init(server, "62", admin="adm62") == 0, capsys.readouterr().err
    assert offices(server) == [(61, "61"), (62, "62")]
    if not is_old(server):
        for office, admin in (("61", "adm61"), ("62", "adm62")):
            url = server.url(DATABASE, admin)
            capsys.readouterr()
            with pytest.MonkeyPatch.context() as own:
                own.setenv("PGPASSWORD", NEW)
                assert main(["db", "check", "--db", url]) == 0
                assert f"单位 {office} " in capsys.readouterr().out
                assert main(["user", "list", "--db", url]) == 0
                assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == [
                    admin
                ]


def is_old(server: Cluster) -> bool:
    with server.connect() as owner:
        return bool(owner.info.server_version < 160000)


@pytest.mark.usefixtures("server_template")
def test_a_code_of_letters_gets_a_number_that_no_office_of_the_server_has(
    server: Cluster, capsys: Cap
) -> None:
    """The template's own office has a number; another database must not take it."""
    with server.connect() as owner:
        asked = "select substr(rolname, 5)::int from pg_roles where rolname ~ '^sz_o[0-9]+$'"
        before = {number for (number,) in owner.execute(asked)}
    assert before
    assert init(server, "abc", admin="admabc") == 0, capsys.readouterr().err
    ((number, code),) = offices(server)
    assert code == "abc"
    assert number not in before


@pytest.mark.usefixtures("server_template")
def test_what_is_refused_leaves_no_database(server: Cluster, capsys: Cap) -> None:
    if is_old(server):
        pytest.skip("log-ins are the server's own administrator's there")
    assert init(server, "63", admin=OWNER) == 2
    assert "登录代码" in capsys.readouterr().err
    assert not made(server)


def test_a_server_too_old_is_told_first(server: Cluster, capsys: Cap) -> None:
    def older(way: Way, data: bytes) -> bytes:
        if way is not Way.DOWN:
            return data
        mark = b"server_version_num"
        for number in (b"150", b"160", b"170", b"180"):
            data = data.replace(number + b"0", b"1400") if mark in data else data
        return data

    with cable(server.port) as line:
        line.change = older
        assert init(server, "64", admin="adm64", port=line.port) == 2
    assert "PostgreSQL 版本是 14" in capsys.readouterr().err
    assert not made(server)


def test_a_wrong_password_is_told_before_a_new_one_is_asked_for(
    server: Cluster, capsys: Cap, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(db_verb, "new_password", asked.append)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert init(server, "65", admin="adm65") == 2
    assert "密码不正确" in capsys.readouterr().err
    assert asked == []
