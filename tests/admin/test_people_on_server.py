"""`sanzhi user` and passwords on a real server: nobody is half registered, or told twice."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.app.server_entry import ServerEntry
from sanzhi_desktop.application.link import LinkState
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence import logins
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.cluster import OWNER_PASSWORD, Cluster
from tests.persistence.desk import ADMIN
from tests.persistence.offices import PASSWORD

pytestmark = pytest.mark.postgres
NEW = "another password of the tests"
Cap = pytest.CaptureFixture[str]
Says = Callable[..., str]
Enter = Callable[[str, str], ServerEntry]


@pytest.fixture
def told(
    cluster: Cluster,
    server_database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Cap,
) -> Says:
    """Runs `sanzhi user …` as the administrator; what it said."""

    def run(*arguments: str, code: int = 0) -> str:
        with monkeypatch.context() as patch:
            patch.setenv("PGPASSWORD", PASSWORD)
            patch.setenv("SANZHI_NEW_PASSWORD", NEW)
            url = cluster.url(server_database, ADMIN)
            assert main(["user", *arguments, "--db", url]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return run


@pytest.fixture
def enter(cluster: Cluster, server_database: str, tmp_path: Path) -> Iterator[Enter]:
    """Somebody's own way in, as a desk has it."""
    made: list[ServerEntry] = []

    def one(who: str, password: str) -> ServerEntry:
        entry = ServerEntry(cluster.url(server_database), "x", files=tmp_path / "files")
        made.append(entry)
        entry.log_in(who, password)
        return entry

    yield one
    for entry in made:
        entry.leave()


def refused(enter: Enter, who: str, password: str) -> bool:
    with pytest.raises(DomainError) as caught:
        enter(who, password)
    return caught.value.code is PersistenceFault.LOG_IN_REFUSED


def by_dba(enter: Enter) -> bool:
    opened = enter(ADMIN, PASSWORD)._opened
    assert opened is not None
    return logins.made_by_dba(opened.engine)


def test_a_log_in_of_somebody_else_leaves_nothing_behind(
    cluster: Cluster,
    told: Says,
    enter: Enter,
) -> None:
    with cluster.connect() as owner:
        owner.execute("create role zabbix")
    if by_dba(enter):
        assert "请数据库管理员先" in told(
            "add", "wang3", "--name", "王某", "--role", "reviewer", code=2
        )
    else:
        assert "别的用途" in told("add", "zabbix", "--name", "某", "--role", "clerk", code=2)
        assert "别的用途" in told("add", "sanzhi_x", "--name", "某", "--role", "clerk", code=2)
    listed = told("list")
    assert not any(code in listed for code in ("zabbix", "sanzhi_x", "wang3"))
    with cluster.connect() as owner:
        held = owner.execute(
            "select count(*) from pg_auth_members where member = 'zabbix'::regrole"
        ).fetchone()
    assert held == (0,)


def test_the_head_of_a_new_unit_leaves_nothing_half_registered(
    cluster: Cluster, told: Says, enter: Enter
) -> None:
    """Before PostgreSQL 16 the role of the unit's readers is made by the server's administrator."""
    add = ("add", "zhao5", "--name", "赵某", "--role", "unit_head", "--unit", "执法十七科")
    if not by_dba(enter):
        told(*add)
        return
    with cluster.connect() as owner:
        owner.execute(f"create role zhao5 login password '{NEW}'")
    said = told(*add, code=2)
    assert "zhao5" not in told("list")
    made = said[said.index("CREATE ROLE ") : said.index(" 然后")]
    with cluster.connect() as owner:
        for statement in filter(None, made.split(";")):
            owner.execute(statement)
    told(*add)
    assert "赵某" in told("list")


def test_roles_are_named_as_people_say_them_and_an_acting_one_needs_its_basis(
    cluster: Cluster,
    told: Says,
    enter: Enter,
) -> None:
    if by_dba(enter):
        with cluster.connect() as owner:
            owner.execute(f"create role wang4 login password '{NEW}'")
    said = told("add", "wang4", "--name", "王某", "--role", "审核人，审核分派人")
    assert "审核人、审核分派人" in said
    session = enter("wang4", NEW)._opened
    assert session is not None
    assert session.session("wang4").actor.roles == {Role.REVIEWER, Role.LEAD}
    period = ["role", "wang4", "--role", "head", "--from", "2026-01-01", "--to", "2026-01-31"]
    assert "依据文件" in told(*period, code=2)
    assert "示发〔2026〕1号" in told(*period, "--basis", "示发〔2026〕1号")
    closed = told("disable", "wang4")
    assert "停用" in told("password", "wang4", code=2)
    if by_dba(enter):  # the log-in itself is the server administrator's; it leads nowhere
        assert "ALTER ROLE wang4 NOLOGIN" in closed
        with pytest.raises(DomainError):
            enter("wang4", NEW)
    else:
        assert refused(enter, "wang4", NEW)


def test_everybody_changes_his_own_password_against_the_old_one(enter: Enter) -> None:
    entry = enter("r1", PASSWORD)
    opened = entry._opened
    assert opened is not None
    session = opened.session("r1")
    with pytest.raises(DomainError) as caught:
        entry.set_password(session, person_id="r1", password=NEW, old="not the old one")
    assert caught.value.code is PersistenceFault.LOG_IN_REFUSED
    before = len(enter(ADMIN, PASSWORD)._opened.reader().history(""))  # type: ignore[union-attr]
    entry.set_password(session, person_id="r1", password=NEW, old=PASSWORD)
    told = enter(ADMIN, PASSWORD)._opened.reader().history("")[before:]  # type: ignore[union-attr]
    expected = [] if by_dba(enter) else [("set_password", "r1", "r1")]
    assert [(e.action, e.actor, e.detail["person_id"]) for e in told] == expected
    assert NEW not in str(told)
    opened.engine.dispose()  # what is connected from now on knows the new one
    assert "r1" in session.reader.people()
    assert session.link is not None
    assert session.link.beat("").state is LinkState.ONLINE
    assert refused(enter, "r1", PASSWORD)
    enter("r1", NEW)


def test_an_administrator_resets_and_nobody_else(enter: Enter) -> None:
    clerk = enter("ck", PASSWORD)
    opened = clerk._opened
    assert opened is not None
    with pytest.raises(DomainError):
        clerk.set_password(opened.session("ck"), person_id="h1", password=NEW, old=None)
    entry = enter(ADMIN, PASSWORD)
    opened = entry._opened
    assert opened is not None
    session = opened.session(ADMIN)
    if by_dba(enter):
        with pytest.raises(DomainError) as caught:
            entry.set_password(session, person_id="h1", password=NEW, old=None)
        assert caught.value.code is PersistenceFault.PASSWORD_BY_DBA
        enter("h1", PASSWORD)
        return
    entry.set_password(session, person_id="h1", password=NEW, old=None)
    assert refused(enter, "h1", PASSWORD)
    enter("h1", NEW)
    assert session.reader.history("")[-1].action == "set_password"


def test_init_makes_the_database_that_is_missing(
    cluster: Cluster,
    server_template: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Cap,
) -> None:
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", NEW)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    wanted = ["--office", "41", "--name", "某局", "--admin", "adm41", "--db"]
    assert main(["db", "init", *wanted, cluster.url("not_there", "ck")]) == 2
    assert "超级用户" in capsys.readouterr().err
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    with cluster.connect() as owner:
        if owner.info.server_version < 160000:
            owner.execute(f"create role adm41 login password '{NEW}'")
            monkeypatch.delenv("SANZHI_NEW_PASSWORD")  # it would not be used there: not asked for
    assert main(["db", "init", *wanted, cluster.url("not_there")]) == 0, capsys.readouterr().err
    monkeypatch.setenv("PGPASSWORD", NEW)
    assert main(["db", "check", "--db", cluster.url("not_there", "adm41")]) == 0
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    assert main(["db", "init", *wanted, cluster.url("not_there")]) == 2, "nothing is built over"
    with cluster.connect() as owner:
        owner.execute("drop database not_there with (force)")
