"""The shared database: building, opening, checking, log-ins and people, on a real server."""

from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import revision, server
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.open import open_shared
from sanzhi_desktop.persistence.places import target
from tests.persistence.cluster import OWNER, OWNER_PASSWORD, Cluster
from tests.persistence.desk import Desk
from tests.persistence.offices import PASSWORD, shared

pytestmark = pytest.mark.postgres
Cap = pytest.CaptureFixture[str]


def refusal(cluster: Cluster, database: str, *, user: str, password: str) -> DomainError:
    with pytest.raises(DomainError) as caught:
        open_shared(cluster.url(database, user), files=Path("unused"), password=password)
    return caught.value


def test_wrong_log_ins_are_refused_alike(cluster: Cluster, server_database: str) -> None:
    for user, password in (("hd", "wrong"), ("nobody9", PASSWORD), ("hd", "")):
        error = refusal(cluster, server_database, user=user, password=password or "x")
        assert error.code is PersistenceFault.LOG_IN_REFUSED, error


def test_a_server_that_is_away(cluster: Cluster) -> None:
    where = target("postgresql://hd@127.0.0.1:1/office")
    with pytest.raises(DomainError) as caught:
        server.check(server.engine(where, password="x"), where)
    assert caught.value.code is LinkFault.REFUSED


def test_an_empty_database_and_one_of_another_revision(
    cluster: Cluster, server_database: str
) -> None:
    error = refusal(cluster, "postgres", user=OWNER, password=OWNER_PASSWORD)
    assert error.code is PersistenceFault.NOT_INITIALISED
    with cluster.connect(server_database) as owner:
        owner.execute("update app.schema_revision set version_num = '0999'")
    error = refusal(cluster, server_database, user="hd", password=PASSWORD)
    assert (error.code, error.facts["found"]) == (PersistenceFault.DATABASE_NEWER, "0999")
    assert error.facts["expected"] == revision.REVISION


_EMPTIED = (
    "create or replace function app.wall_audit_update_history() returns trigger"
    " language plpgsql as $$ begin return new; end $$"
)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("drop trigger wall_decision_insert_gate on app.decision", "trigger decision."),
        ("alter table app.decision disable trigger wall_decision_insert_gate", "trigger decision."),
        ("alter table app.decision drop constraint fk_decision_clearance", "constraint decision."),
        (
            _EMPTIED,
            "function app.wall_audit",
        ),
        (
            "create function api.back_door() returns int language sql as 'select 1'",
            "function api.back_door",
        ),
    ],
)
def test_a_changed_wall_is_found_before_work_begins(
    cluster: Cluster, server_database: str, change: str, name: str
) -> None:
    with cluster.connect(server_database) as owner:
        owner.execute(change)
    error = refusal(cluster, server_database, user="hd", password=PASSWORD)
    assert error.code is PersistenceFault.WALL_CHANGED
    assert error.facts["name"].startswith(name)


def test_the_session_is_who_logged_in_whatever_is_asked(
    cluster: Cluster, server_database: str
) -> None:
    opened = shared(cluster, server_database, "r1")
    assert opened.session("adm").actor.person_id == "r1"
    opened.close()


def test_the_verbs_on_a_server(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    with cluster.connect() as owner:
        if owner.info.server_version < 160000:
            pytest.skip("log-ins are made by the server's own administrator there")
        owner.execute("create database verbs")
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", PASSWORD)
    as_owner, as_admin = cluster.url("verbs"), cluster.url("verbs", "boss")
    made = ["--office", "3", "--name", "示例局", "--series", "示法审", "--admin", "boss"]
    assert main(["db", "init", "--db", as_owner, *made]) == 0
    assert main(["db", "init", "--db", as_owner, *made]) == 2
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    people = (("kk1", "handler"), ("kk2", "unit_head,clerk"))
    for code, roles in people:
        add = ["user", "add", code, "--name", f"某{code}", "--role", roles, "--office", "3"]
        assert main([*add, "--db", as_admin]) == 0
    capsys.readouterr()
    assert main(["user", "list", "--db", cluster.url("verbs", "kk1")]) == 0
    assert "某kk2" in capsys.readouterr().out
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "another password")
    assert main(["user", "password", "kk1", "--db", as_admin]) == 0
    assert main(["db", "check", "--db", cluster.url("verbs", "kk1")]) == 2
    monkeypatch.setenv("PGPASSWORD", "another password")
    assert main(["db", "check", "--db", cluster.url("verbs", "kk1")]) == 0
    # Somebody who is no administrator makes no people, neither in the tables nor on the server.
    add = ["user", "add", "kk3", "--name", "某", "--role", "admin"]
    assert main([*add, "--db", cluster.url("verbs", "kk1")]) == 2
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert main(["user", "disable", "kk1", "--db", as_admin]) == 0
    assert main(["user", "list", "--db", cluster.url("verbs", "kk1")]) == 2
    assert main(["audit", "verify", "--db", as_admin]) == 2, "the whole history is the auditor's"
    assert main(["audit", "root", "--db", as_admin]) == 0
    capsys.readouterr()
    capsys.readouterr()
    assert main(["db", "upgrade", "--db", as_admin]) == 2
    assert "超级用户" in capsys.readouterr().err, "the administrator does not own the tables"
    with cluster.connect() as owner:
        assert not owner.execute("select 1 from pg_roles where rolname = 'kk3'").fetchone()
        owner.execute("drop database verbs with (force)")


def test_before_16_the_servers_administrator_makes_the_log_ins(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    with cluster.connect() as owner:
        if owner.info.server_version >= 160000:
            pytest.skip("from 16 on the office's administrator makes them")
        owner.execute("create database old_server")
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", PASSWORD)
    init = ["db", "init", "--db", cluster.url("old_server"), "--office", "4", "--admin", "chief"]
    assert main(init) == 2
    assert "数据库管理员先在服务器上建立登录" in capsys.readouterr().err
    with cluster.connect() as owner:
        owner.execute(f"create role chief login password '{PASSWORD}'")
    assert main(init) == 0
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    as_chief = cluster.url("old_server", "chief")
    assert main(["db", "check", "--db", as_chief]) == 0
    assert "PostgreSQL 15" in capsys.readouterr().err
    add = ["user", "add", "kk4", "--name", "某", "--role", "handler", "--db", as_chief]
    assert main(add) == 2
    assert "kk4" in capsys.readouterr().err
    with cluster.connect() as owner:
        owner.execute("drop database old_server with (force)")


def test_the_migrations_make_the_same_schema(cluster: Cluster) -> None:
    from sanzhi_desktop.persistence.migrations import upgrade

    with cluster.connect() as owner:
        owner.execute("create database migrated")
    where = target(cluster.url("migrated"))
    made = server.engine(where, password=OWNER_PASSWORD)
    assert upgrade(made) == revision.REVISION
    server.check(made, where)
    made.dispose()
    with cluster.connect() as owner:
        owner.execute("drop database migrated with (force)")


def test_office_chains_stand_under_parallel_commands(server_desk: Desk) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from sanzhi_desktop.application.commands import OfficeAction, new_id

    assert server_desk.sessions["ck"].actor.person_id == "ck"

    def record(_: int) -> None:
        server_desk.office(
            "ck", OfficeAction.RECORD_IRREGULARITY, irregularity_id=new_id(), content="x"
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(24)))
    reader = server_desk.sessions["au"].reader
    assert reader.verify_chains() == ()
    assert len(reader.irregularities()) == 24


def test_a_person_is_taken_to_the_office_he_works_in(
    cluster: Cluster, server_database: str
) -> None:
    with cluster.connect(server_database) as owner:
        owner.execute("set search_path = app")
        owner.execute(
            "insert into office (office_id, code, name, series, profile_id, created_at)"
            " values (1, 'first', '别的单位', '别', 'shucheng', now())"
        )
    url = cluster.url(server_database, "r1")
    opened = open_shared(url, files=Path("unused"), password=PASSWORD)
    assert opened.office_id == 7
    opened.close()
    # An office in which somebody does not work is as unknown to him as one that is not there.
    for office in ("first", "none"):
        with pytest.raises(DomainError) as caught:
            open_shared(url, files=Path("unused"), password=PASSWORD, office=office)
        assert caught.value.code is PersistenceFault.NO_SUCH_OFFICE


@pytest.mark.parametrize(
    ("query", "milliseconds"),
    [
        ("", "11000"),
        ("?keepalives_idle=60&keepalives_interval=10&keepalives_count=6", "120000"),
        ("?keepalives_idle=1&keepalives_interval=1&keepalives_count=1", "8000"),
        ("?tcp_user_timeout=3000", "3000"),
    ],
)
def test_what_is_not_acknowledged_is_waited_for_as_long_as_the_keepalives_say(
    cluster: Cluster, query: str, milliseconds: str
) -> None:
    made = server.engine(target(cluster.url("postgres", OWNER) + query), password=OWNER_PASSWORD)
    try:
        with made.connect() as db:
            told = db.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
    finally:
        made.dispose()
    assert told["tcp_user_timeout"] == milliseconds
