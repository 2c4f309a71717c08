"""Whatever a test does to the server of the run, the next one finds it as it was."""

import psycopg
import pytest

from tests.persistence.cluster import Cluster
from tests.persistence.kept import Facts, Keeper, LeftChangedError
from tests.persistence.offices import PASSWORD, TEMPLATE, copied

pytestmark = pytest.mark.postgres

# What somebody's test might do, in an order that makes each harder to undo.
_MESS = (
    "create database left_over",
    "create role stranger login password 'x' connection limit 3",
    "create role deputy createrole",
    "create role guest login",
    "grant stranger to deputy with admin option",
    "set role deputy; grant stranger to guest; reset role",
    "grant pg_read_all_data to guest",
    "grant create on database postgres to guest",
    "grant sz_o7_all to stranger with admin option",
    "set role stranger; grant sz_o7_all to guest; reset role",
    "alter role r1 nologin",
    "alter role r1 connection limit 1 valid until '2020-01-01'",
    "alter role r1 password 'another'",
    "alter role r1 set work_mem = '64kB'",
    'alter role r1 set search_path = app, "$user"',
    "alter role r1 in database postgres set statement_timeout = '1s'",
    "alter role r2 reset all",
    "alter role hd superuser bypassrls",
    "alter role ld rename to once_ld",
    "drop role outsider",
    "alter role sanzhi_owner login",
    "grant sanzhi_owner to guest",
    "revoke sz_o7_reviewer from r2 cascade",
    "alter database postgres set work_mem = '1MB'",
    "alter system set log_min_messages = 'error'",
    "alter system reset fsync",
)


def _mess(cluster: Cluster) -> None:
    for statements in _MESS:
        with cluster.connect() as owner:
            for statement in statements.split("; "):
                owner.execute(statement)


def _fails_in_a_mess(keeper: Keeper, before: Facts) -> None:
    _mess(keeper.cluster)
    messed = set(_seen(keeper.facts())) ^ set(_seen(before))
    assert len(messed) > len(_MESS)
    raise ZeroDivisionError


def _restarts(cluster: Cluster) -> None:
    cluster.halt()
    cluster.again()


def _seen(facts: Facts) -> list[str]:
    """What stands there, by the words of the server's own tools, without numbers."""
    return sorted(
        f"{kind} {key} "
        + str({k: v for k, v in row.items() if k not in {"oid", "roleid", "member", "grantor"}})
        if isinstance(row, dict)
        else f"{kind} {key} {row}"
        for kind, rows in facts.items()
        for key, row in rows.items()
    )


@pytest.fixture
def keeper(cluster: Cluster, shared_server: Keeper) -> Keeper:
    assert cluster is shared_server.cluster
    return shared_server


def test_whatever_a_test_does_to_the_server_is_put_back(keeper: Keeper) -> None:
    before = keeper.facts()
    with pytest.raises(ZeroDivisionError), keeper.kept():
        _fails_in_a_mess(keeper, before)
    assert _seen(keeper.facts()) == _seen(before)
    with copied(keeper.cluster, "as_before") as name:
        for who in ("r1", "ld", "hd"):
            keeper.cluster.connect(name, who, PASSWORD).close()
        with keeper.cluster.connect() as owner:
            (fsync,) = owner.execute("show fsync").fetchone()
    assert fsync == "off"


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_next_test_finds_nothing_of_this_one(cluster: Cluster, time: str) -> None:
    with cluster.connect() as owner:
        made = "select 1 from pg_roles where rolname in ('left_over', 'r2') and rolconnlimit = 4"
        assert not owner.execute(made).fetchone(), time
        owner.execute("create role left_over connection limit 4")
        owner.execute("alter role r2 connection limit 4")
        owner.execute("create database left_over owner left_over")


def test_what_a_module_made_outlives_its_tests(keeper: Keeper) -> None:
    with keeper.kept():
        with keeper.cluster.connect() as owner:
            owner.execute("create role of_a_module login")
        with keeper.kept(), keeper.cluster.connect() as owner:
            owner.execute("create role of_a_test in role of_a_module")
        assert {"of_a_module"} == keeper.facts()["role"].keys() & {"of_a_module", "of_a_test"}
    assert "of_a_module" not in keeper.facts()["role"]


def test_what_nobody_can_put_back_is_told_at_once(keeper: Keeper) -> None:
    with keeper.cluster.connect() as owner:
        with pytest.raises(LeftChangedError, match="objects in postgres"), keeper.kept():
            owner.execute("create table left_over (x int)")
        owner.execute("drop table left_over")
        with pytest.raises(LeftChangedError, match="database template_office"), keeper.kept():
            owner.execute(f"alter database {TEMPLATE} connection limit 5")
        owner.execute(f"alter database {TEMPLATE} connection limit -1")


def test_nobody_changes_the_template(keeper: Keeper) -> None:
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        keeper.cluster.connect(TEMPLATE)


@pytest.mark.usefixtures("own_server")
def test_a_server_of_its_own_is_there_again(cluster: Cluster, own_server: Keeper) -> None:
    assert cluster is own_server.cluster
    with own_server.kept():
        with cluster.connect() as owner:
            owner.execute("create role left_over")
        cluster.halt()
    with cluster.connect() as owner:
        assert not owner.execute("select 1 from pg_roles where rolname = 'left_over'").fetchone()
    strict = Keeper(cluster, restarts=False)
    with pytest.raises(LeftChangedError, match="start since"), strict.kept():
        _restarts(cluster)
    with pytest.raises(LeftChangedError, match="is away"), strict.kept():
        cluster.halt()
    cluster.again()
    strict.close()
