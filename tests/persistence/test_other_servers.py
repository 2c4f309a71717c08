"""What a cluster (Citus) needs of the program around the spreading itself: roles on every server,
and a spread database that is backed up, restored, and refused what would harm it.

No cluster runs here. A database is *taken for* one where a test says so (`taken_for_cluster`); what
is then done is done on the one server there is. Must not: stand for a run on a real cluster.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence import cluster_check, logins, other_servers, server, server_check
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.keeping import server_dump
from sanzhi_desktop.persistence.keeping import survey as keeping_survey
from sanzhi_desktop.persistence.keeping.tools import Tools
from sanzhi_desktop.persistence.open import Opened, create_shared
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.persistence.revision import SPREAD, SQL
from sanzhi_desktop.persistence.spread_faults import SpreadFault
from tests.persistence import spreading
from tests.persistence.cluster import OWNER_PASSWORD, Cluster
from tests.persistence.desk import Desk, Sessions
from tests.persistence.offices import PASSWORD, shared

pytestmark = pytest.mark.postgres

NEW = NewOffice(code="9", name="新单位", series="新法审", profile_id="shucheng")
FIRST = Person("adm9", "管理员")
# What Citus puts there; it notes nothing and answers for one other server.
_STUB = """create function pg_catalog.run_command_on_workers(p_text text, out nodename text,
  out nodeport integer, out success boolean, out result text) returns setof record
language plpgsql as $$ begin
  nodename := 'other'; nodeport := 5432; success := p_text !~ 'refused'; result := 'why not';
  return next;
end $$"""


@pytest.fixture
def taken_for_cluster(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Takes databases for clustered, and the spread ones for spread; returns what is sent to the
    other servers from then on."""

    def take(*names: str, spread: tuple[str, ...] = ()) -> list[str]:
        sent: list[str] = []

        def send(_db: sa.Connection, name: str) -> None:
            sent.append(name)

        monkeypatch.setattr(server_check, "clustered", lambda db: db.engine.url.database in names)
        monkeypatch.setattr(server_check, "spread", lambda db: db.engine.url.database in spread)
        monkeypatch.setattr(server, "carry_out", send)
        monkeypatch.setattr(server_dump, "carry_out", send)
        return sent

    return take


@contextmanager
def empty(cluster: Cluster, name: str) -> Iterator[str]:
    with cluster.connect() as owner:
        owner.execute(f"create database {name} template template0")
    try:
        yield name
    finally:
        with cluster.connect() as owner:
            owner.execute(f"drop database {name} with (force)")


@contextmanager
def worked_at(cluster: Cluster, name: str) -> Iterator[Desk]:
    opened: list[Opened] = []

    def session(who: str) -> Session:
        opened.append(shared(cluster, name, who))
        return opened[-1].session(who)

    yield Desk(7, Sessions(session))
    for one in opened:
        one.close()


def seen_by_others(cluster: Cluster, role: str) -> bool:
    with cluster.connect() as other:
        row = other.execute("select to_regrole(%s) is not null", (role,)).fetchone()
        return bool(row and row[0])


def found(cluster: Cluster, name: str) -> int:
    return create_shared(
        cluster.url(name), NEW, admin=FIRST, password=PASSWORD, owner_password=OWNER_PASSWORD
    )


@pytest.mark.parametrize("clustered", [True, False])
def test_the_owner_acts_after_the_roles_are_kept(
    cluster: Cluster,
    taken_for_cluster: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    clustered: bool,
) -> None:
    """On a cluster the owner has connections of its own to the other servers."""
    seen: list[tuple[bool, list[str]]] = []
    make_first = logins.make_first

    with empty(cluster, "fresh") as name:
        sent = taken_for_cluster(*([name] if clustered else []))

        def look(*arguments: Any) -> None:
            seen.append((seen_by_others(cluster, "sz_o9_admin"), list(sent)))
            make_first(*arguments)

        monkeypatch.setattr(logins, "make_first", look)
        assert found(cluster, name) == 9
        assert seen == [(clustered, ["0_servers.sql"] if clustered else [])]
        with cluster.connect(name) as owner:
            rows = owner.execute("select rolcanlogin, rolconfig from pg_roles where rolname ="
                                 " 'adm9'").fetchall()  # fmt: skip
        assert rows[0][0]
        assert any("temp_file_limit" in line for line in rows[0][1])


def test_what_failed_half_way_on_a_cluster_is_tried_again(
    cluster: Cluster, taken_for_cluster: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty(cluster, "fresh") as name:
        taken_for_cluster(name)

        def fail(*_: Any) -> None:
            raise DomainError(SpreadFault.OWNER_REFUSED, node="other", message="no")

        with monkeypatch.context() as once:
            once.setattr(logins, "make_first", fail)
            with pytest.raises(DomainError, match=r"spread\.owner_refused"):
                found(cluster, name)
        with cluster.connect() as owner:  # as on a cluster, where the owner may
            owner.execute("alter role sanzhi_owner login")
        monkeypatch.setattr(server, "run", _keeping_the_log_in(server.run))
        assert found(cluster, name) == 9
        with cluster.connect(name) as owner:
            assert owner.execute("select count(*) from app.office").fetchone() == (1,)


def _keeping_the_log_in(run: Callable[..., None]) -> Callable[..., None]:
    """The SQL asks the catalogue itself whether there is a cluster."""

    def changed(db: sa.Connection, text: str) -> None:
        run(db, text.replace("alter role sanzhi_owner nologin", "alter role sanzhi_owner login"))

    return changed


def test_what_is_sent_to_the_others_is_refused_by_name(
    cluster: Cluster, server_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(other_servers, "SQL", tmp_path)
    (tmp_path / SPREAD).mkdir()
    (tmp_path / SPREAD / "good").write_text("select 1")
    (tmp_path / SPREAD / "bad").write_text("refused")
    made = server.engine(target(cluster.url(server_database)), password=OWNER_PASSWORD)
    with made.connect() as db:
        db.exec_driver_sql(_STUB)
        other_servers.carry_out(db, "good")
        with pytest.raises(DomainError) as caught:
            other_servers.carry_out(db, "bad")
    made.dispose()
    assert caught.value.code is SpreadFault.WORKER_FAILED
    assert caught.value.facts == {"node": "other:5432", "message": "why not"}


# ------------------------------------------------------------------ what each server is told


def _roles(owner: Any) -> set[str]:
    return set(json.loads(owner.execute(cluster_check.ROLES).fetchone()[0]))


def _by_superuser(owner: Any) -> None:
    """As a Citus that passes on neither who granted nor who is in charge leaves a server."""
    pairs = owner.execute(
        "select distinct r.rolname, p.rolname from pg_auth_members m join pg_roles r on r.oid ="
        " m.roleid join pg_roles p on p.oid = m.member where r.rolname ~ '^sz_o7'"
        " and p.rolname !~ '^sanzhi_' and not p.rolsuper"
    ).fetchall()
    assert pairs
    for (role,) in owner.execute("select rolname from pg_roles where rolname ~ '^sz_o7'"):
        owner.execute(f"revoke {role} from sanzhi_owner cascade")
    for role, person in pairs:
        owner.execute(f"grant {role} to {person}")
    for person in {person for _, person in pairs if not person.startswith("sz_")}:
        owner.execute(f"revoke {person} from sanzhi_owner cascade")


def _needs_16(owner: Any) -> None:
    if owner.info.server_version < 160000:
        pytest.skip("a cluster has PostgreSQL 16")


def test_on_the_other_servers_the_owner_is_made_to_be_in_charge(
    cluster: Cluster, server_database: str
) -> None:
    with cluster.connect(server_database) as owner:
        _needs_16(owner)
        before = _roles(owner)
        assert "r1 in sz_o7_reviewer by sanzhi_owner" in before
        assert {"sanzhi_owner in sz_o7_all admin", "sanzhi_owner over r1"} <= before
        _by_superuser(owner)
        assert _roles(owner) != before
        assert "r1 in sz_o7_reviewer" in _roles(owner)
        seal = (SQL / SPREAD / other_servers.SEAL).read_text("utf-8")
        owner.execute(seal)
        assert _roles(owner) == before
        owner.execute(seal)
        assert _roles(owner) == before
        owner.execute("set role sanzhi_owner")
        owner.execute("revoke sz_o7_reviewer from r1")
        owner.execute("reset role")
        assert "r1 in sz_o7_reviewer by sanzhi_owner" not in _roles(owner)
        assert "r1 in sz_o7_reviewer" not in _roles(owner)


def test_each_server_is_told_before_what_a_log_in_is_given(
    cluster: Cluster, server_database: str
) -> None:
    """Citus passes ALTER ROLE … SET on as the owner, and no right on a parameter."""
    asked = "select has_parameter_privilege('sanzhi_owner', 'temp_file_limit', 'set')"
    with cluster.connect(server_database) as owner:
        owner.execute("revoke set on parameter temp_file_limit from sanzhi_owner")
        assert owner.execute(asked).fetchone() == (False,)
        owner.execute((SQL / SPREAD / other_servers.PREPARE).read_text("utf-8"))
        assert owner.execute(asked).fetchone() == (True,)
    with cluster.connect(server_database) as owner:
        assert owner.execute("show citus.enable_unsafe_triggers").fetchone() == ("on",)
        assert owner.execute("show citus.max_adaptive_executor_pool_size").fetchone() == ("1",)


# ------------------------------------------------------------------ keeping a spread database


def at(cluster: Cluster, name: str) -> server_dump.Server:
    tools = Tools(folder=cluster.bin, password=OWNER_PASSWORD)
    return server_dump.Server(target(cluster.url(name)), tools)


@pytest.fixture
def arguments(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    return ["--to", str(tmp_path / "kept"), "--pg-bin", str(cluster.bin), "--json"]


@pytest.fixture
def spread_office(cluster: Cluster, server_desk: Desk, server_database: str) -> str:
    """An office with a case, in the words of several servers; the owner may log in there."""
    server_desk.passed()
    with cluster.connect(server_database) as owner:
        spreading.apply(owner)
        owner.execute("alter role sanzhi_owner login")
    return server_database


def test_a_spread_database_is_backed_up_and_comes_back_as_one_of_one_server(
    cluster: Cluster, spread_office: str, server_desk: Desk, arguments: list[str],
    taken_for_cluster: Callable[..., list[str]], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    taken_for_cluster(spread_office, spread=(spread_office,))
    assert main(["backup", "--db", cluster.url(spread_office), *arguments]) == 0, (
        capsys.readouterr()
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["why"], told["cases"]) == (True, "", 1)
    kept = json.loads(Path(told["file"]).with_suffix(".json").read_text("utf-8"))
    assert kept["spread"] is True
    with empty(cluster, "one_again") as name:
        back = ["restore", told["file"], "--db", cluster.url(name), *arguments[2:4]]
        assert main(back) == 0, capsys.readouterr().err
        made = server.engine(target(cluster.url(name)), password=OWNER_PASSWORD)
        with made.connect() as db:
            server_check.check(db)  # as it was shipped for one server
            walls = db.exec_driver_sql(
                "select count(*) from pg_trigger where tgname = 'wall_case__update_decided'"
            ).scalar_one()
        made.dispose()
        assert walls == 1
        with worked_at(cluster, name) as desk:
            assert desk.case(desk.passed()).state == "passed"
        assert main(["audit", "verify", "--db", cluster.url(name)]) == 0
        capsys.readouterr()
        with cluster.connect(name) as owner:  # and it may be spread again
            spreading.apply(owner)
            asked = server_check.QUESTION.replace("%%", "%")
            rows = {n: server_check.plain(n, t) for n, t in owner.execute(asked).fetchall()}
        wanted = server_check.shipped(spread=True)
        functions = {n for n in wanted if n.startswith(("function ", "trigger "))}
        assert {n: rows.get(n) for n in functions} == {n: wanted[n] for n in functions}


def test_no_column_is_one_that_a_dump_through_the_first_server_would_shift(
    cluster: Cluster, server_database: str
) -> None:
    """COPY of a spread table is SELECT * there (`ProcessCopyStmt`), and pg_dump names the columns
    without the generated ones."""
    asked = """select count(*), count(*) filter (where attgenerated <> '' or attisdropped)
      from pg_attribute where attnum > 0 and attrelid in (select oid from pg_class
        where relnamespace = 'app'::regnamespace and relkind = 'r')"""
    with cluster.connect(server_database) as owner:
        row = owner.execute(asked).fetchone()
    assert row is not None
    assert row[0] > 400
    assert row[1] == 0


def test_a_backup_of_different_moments_says_what_to_do(
    cluster: Cluster, spread_office: str, server_desk: Desk, arguments: list[str],
    taken_for_cluster: Callable[..., list[str]], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A cluster has no snapshot of all servers: what is counted and what is dumped may differ."""
    taken_for_cluster(spread_office, spread=(spread_office,))
    survey = keeping_survey.survey

    def earlier(ask: Any) -> Any:
        held = survey(ask)
        if held.counts["audit"]:
            monkeypatch.setattr(server_dump, "survey", survey)
        return type(held)({**held.counts, "audit": held.counts["audit"] - 1}, held.offices)

    monkeypatch.setattr(server_dump, "survey", earlier)
    assert main(["backup", "--db", cluster.url(spread_office), *arguments]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["verified"]
    assert "数据表 audit" in told["why"]
    assert "没有同一时刻的快照" in told["why"]


def test_a_copy_whose_rows_do_not_fit_together_is_kept_and_not_called_good(
    cluster: Cluster, spread_office: str, arguments: list[str],
    taken_for_cluster: Callable[..., list[str]], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """As when a row was saved between the dumping of its table and of the table it names."""
    taken_for_cluster(spread_office, spread=(spread_office,))
    with cluster.connect(spread_office) as owner:
        owner.execute("set session_replication_role = replica")
        owner.execute("delete from app.case_")
    assert main(["backup", "--db", cluster.url(spread_office), *arguments]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["verified"]
    assert "foreign key" in told["why"]
    assert "没有同一时刻的快照" in told["why"]
    assert "。。" not in told["why"]
    assert Path(told["file"]).is_file()


def test_the_extension_is_neither_in_the_way_nor_restored(
    cluster: Cluster, server_desk: Desk, server_database: str, arguments: list[str],
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """With another extension in Citus' place, which brings a view as Citus does."""
    with cluster.connect(server_database) as owner:
        if not owner.execute("select 1 from pg_available_extensions where name = 'pg_buffercache'"
                             ).fetchall():  # fmt: skip
            pytest.skip("this server comes without extensions")
        owner.execute("create extension pg_buffercache")
    lines = ["3; 3079 16384 EXTENSION - citus ", "4; 0 0 COMMENT - EXTENSION citus_columnar "]
    assert all(server_dump._EXTENSION.search(line) for line in lines)
    pattern = server_dump._EXTENSION.pattern.replace("citus", "pg_buffercache")
    monkeypatch.setattr(server_dump, "_EXTENSION", re.compile(pattern))
    assert main(["backup", "--db", cluster.url(server_database), *arguments]) == 0
    told = json.loads(capsys.readouterr().out)
    asked = "select count(*) from pg_extension where extname = 'pg_buffercache'"
    with empty(cluster, "without") as name:
        back = ["restore", told["file"], "--db", cluster.url(name), *arguments[2:4]]
        assert main(back) == 0, capsys.readouterr().err
        shut = "select has_function_privilege('public', 'pg_catalog.lo_create(oid)', 'execute')"
        with cluster.connect(name) as owner:
            assert owner.execute(asked).fetchone() == (0,)
            assert owner.execute(shut).fetchone() == (False,)
    with empty(cluster, "with_it") as name:
        with cluster.connect(name) as owner:
            owner.execute("create extension pg_buffercache")
        back = ["restore", told["file"], "--db", cluster.url(name), *arguments[2:4]]
        assert main(back) == 0, capsys.readouterr().err
        assert main(back) == 2
        assert "不会覆盖" in capsys.readouterr().err


def test_restored_people_belong_to_their_groups_by_the_owner_on_every_server(
    cluster: Cluster, taken_for_cluster: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GRANTED BY is not passed on by every Citus: the owner grants it itself, and only after the
    roles are kept."""
    roles = [
        {"name": "sz_o8", "login": False, "connections": -1, "comment": "sanzhi in old",
         "member_of": ["sanzhi_officer"]},
        {"name": "sz_o8_all", "login": False, "connections": -1, "comment": "",
         "member_of": ["sz_o8"]},
        {"name": "li8", "login": True, "connections": 16, "comment": "sanzhi office 8",
         "member_of": ["sz_o8_all"]},
    ]  # fmt: skip
    kept: list[bool] = []
    names = server_dump._names

    def watched(*given: str) -> list[Any]:
        if given == ("sz_o8_all", "li8"):
            kept.append(seen_by_others(cluster, "li8"))
        return names(*given)

    monkeypatch.setattr(server_dump, "_names", watched)
    for name, clustered in (("beside", False), ("apart", True)):
        with empty(cluster, name):
            with cluster.connect(name) as owner:
                _needs_16(owner)
            sent = taken_for_cluster(*([name] if clustered else []))
            assert server_dump._make_roles(at(cluster, name), roles) == ["li8"]
            assert sent == (["0_servers.sql"] if clustered else [])
            with cluster.connect(name) as owner:
                told = _roles(owner)
                asked = "select rolconnlimit, rolconfig from pg_roles where rolname = 'li8'"
                most, held = owner.execute(asked).fetchall()[0]
                owner.execute("drop role li8, sz_o8_all, sz_o8")
            assert most == 16
            assert sorted(held) == ["idle_in_transaction_session_timeout=60s",
                                    "temp_file_limit=512MB"]  # fmt: skip
        assert {"li8 in sz_o8_all by sanzhi_owner", "sanzhi_owner over li8"} <= told
        assert "sanzhi_owner in sz_o8_all admin" in told
    assert kept == [False, True]


def test_what_would_harm_a_spread_database_is_refused(
    cluster: Cluster, spread_office: str, embedded_path: Path, monkeypatch: pytest.MonkeyPatch,
    taken_for_cluster: Callable[..., list[str]], capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", PASSWORD)
    where = cluster.url(spread_office)
    taken_for_cluster(spread_office, spread=(spread_office,))
    assert main(["db", "upgrade", "--db", where]) == 0
    assert "已是最新" in capsys.readouterr().out
    with cluster.connect(spread_office) as owner:
        owner.execute("update app.schema_revision set version_num = '0000'")
    assert main(["db", "upgrade", "--db", where]) == 2
    said = capsys.readouterr().err
    assert "分布的数据库不能就地升级" in said
    assert "0000" in said
    with cluster.connect(spread_office) as owner:
        owner.execute("update app.schema_revision set version_num = '0001'")
        owner.execute("update app.office set code = 'other', office_id = office_id")
    monkeypatch.setattr("sanzhi_desktop.persistence.keeping.move._there", lambda *_: False)
    monkeypatch.setattr(server, "check", lambda *_, **__: ())
    assert main(["move", "--from", str(embedded_path), "--to", where]) == 2
    assert "不能直接搬入单位" in capsys.readouterr().err
