"""The offices that tests work in, for every test of the tree: one on a server, one in a file.

One server for the whole run, with one office on it as a template; one database per test. A run of
several workers has one server for each, because log-ins belong to the whole server and tests change
them; after each test the server is put back as it was (`kept`). A test that ends, restarts or
promotes a server asks for `own_server`, and then everything here stands on that one.

Without PostgreSQL binaries the server's half is skipped, each test by name, unless
SANZHI_REQUIRE_POSTGRES demands it.
"""

import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence import logins, server
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import (
    Opened,
    create_embedded,
    create_shared,
    open_embedded,
    open_shared,
)
from sanzhi_desktop.persistence.places import target
from tests.persistence.cluster import OWNER_PASSWORD, Cluster, binaries, running
from tests.persistence.desk import ADMIN, ALL, PEOPLE, START, Desk, Sessions, Ticking, put_people
from tests.persistence.kept import Keeper
from tests.persistence.readers_check import checked

PASSWORD = "a password of the tests"
OFFICE = NewOffice(code="7", name="示例单位", series="示法审", profile_id="shucheng")
ADMINISTRATOR = Person(ADMIN, "管理员")
TEMPLATE = "template_office"
_NEXT = itertools.count()
# What the DBA of a server before PostgreSQL 16 makes for the unit of `desk.PEOPLE`'s unit head.
UNIT_ROLES = tuple(
    "sz_o7_u" + hashlib.sha256(unit.encode()).hexdigest()[:12]
    for unit in ("执法一科", "执法二科", "执法九科")
)


@contextmanager
def _served(*, restarts: bool) -> Iterator[Keeper]:
    if binaries() is None:
        if os.environ.get("SANZHI_REQUIRE_POSTGRES"):
            pytest.fail("PostgreSQL binaries are required and none were found")
        pytest.skip("no PostgreSQL binaries: the server's half of the contract was NOT tested")
    with running() as started:
        _make_template(started)
        keeper = Keeper(started, restarts=restarts)
        yield keeper
        keeper.close()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Keeper]:
    """The server of the run. A module builds on it within `shared_server.kept()` or `copied`."""
    with _served(restarts=False) as served:
        yield served


@pytest.fixture(scope="module")
def own_server() -> Iterator[Keeper]:
    """For tests that end, restart or promote their server: one for those of a file."""
    with _served(restarts=True) as served:
        yield served


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The server under the test: the run's, or its own; afterwards it stands as before."""
    own = "own_server" in request.fixturenames
    keeper: Keeper = request.getfixturevalue("own_server" if own else "shared_server")
    with keeper.kept():
        yield keeper.cluster


@pytest.fixture(scope="session")
def server_template() -> str:
    """The database with the office and everybody in it; log-ins are real and cluster-wide."""
    return TEMPLATE


def _make_template(cluster: Cluster) -> None:
    with cluster.connect() as owner:
        owner.execute(f"create database {TEMPLATE}")
        old = owner.info.server_version < 160000
        for code in ALL if old else ():  # there the server's own administrator makes log-ins
            owner.execute(f"create role {code} login password '{PASSWORD}'")
        owner.execute("create role outsider login password 'outsider password'")
        if old:
            for tag in UNIT_ROLES:
                owner.execute(f"create role {tag}")
    create_shared(
        cluster.url(TEMPLATE),
        OFFICE,
        admin=ADMINISTRATOR,
        password=PASSWORD,
        owner_password=OWNER_PASSWORD,
    )
    with cluster.connect(TEMPLATE) as owner:
        for tag in UNIT_ROLES if old else ():
            owner.execute(f"grant sz_o{OFFICE.code} to {tag}")
            owner.execute(f"grant {tag} to sanzhi_owner with admin option")
    opened = shared(cluster, TEMPLATE, ADMIN)
    put_people(opened.session(ADMIN).gateway, opened.office_id)
    for code in PEOPLE:
        logins.set_password(opened.engine, opened.office_id, code, PASSWORD)
    opened.close()
    with cluster.connect(TEMPLATE) as owner:
        as_on_first_day(owner)
    with cluster.connect() as owner:  # so nothing that a test does can change it
        owner.execute(f"alter database {TEMPLATE} allow_connections false")


def shared(cluster: Cluster, database: str, who: str) -> Opened:
    return open_shared(cluster.url(database, who), files=Path("unused"), password=PASSWORD)


def come_in(cluster: Cluster, database: str, who: str) -> Opened:
    """As `shared`, into a database whose walls somebody's desk has just looked at."""
    where = target(cluster.url(database, who))
    engine = server.engine(where, password=PASSWORD)
    try:
        logins.enter(engine, int(OFFICE.code))
    except DomainError:
        engine.dispose()
        raise
    return Opened(engine, int(OFFICE.code), Path("unused"), None)


def as_on_first_day(owner: Any) -> None:
    """Everybody has the roles that the register gives him on the tests' first day.

    As the owner, whose functions could not take away what a superuser granted.
    """
    owner.execute("set role sanzhi_owner")
    for code in ALL:
        owner.execute("select app.sync_member(%s, %s, %s)", (int(OFFICE.code), code, START.date()))
    owner.execute("reset role")


@contextmanager
def copied(cluster: Cluster, name: str, template: str = TEMPLATE) -> Iterator[str]:
    """A database of its own from the template."""
    with cluster.connect() as owner:
        owner.execute(f"create database {name} template {template} strategy file_copy")
    try:
        yield name
    finally:
        with cluster.connect() as owner:
            owner.execute(f"drop database {name} with (force)")


@pytest.fixture
def server_database(cluster: Cluster, server_template: str) -> Iterator[str]:
    with copied(cluster, f"test_{next(_NEXT)}", server_template) as name:
        yield name


@pytest.fixture
def server_desk(
    cluster: Cluster, server_database: str, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """`CHECKS_READERS = True` in a module: who reads a row is computed anew after each command."""
    opened: list[Opened] = []

    def session(who: str) -> Session:
        way = come_in if opened else shared  # the walls are the same for everybody
        opened.append(way(cluster, server_database, who))
        return opened[-1].session(who)

    if getattr(request.module, "CHECKS_READERS", False):
        with cluster.connect(server_database) as owner:
            yield Desk(int(OFFICE.code), Sessions(checked(session, owner)))
    else:
        yield Desk(int(OFFICE.code), Sessions(session))
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def embedded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "office.db"
    opened = create_embedded(path, OFFICE, admin=ADMINISTRATOR, clock=Ticking())
    put_people(opened.session(ADMIN).gateway, opened.office_id)
    opened.close()
    return path


@pytest.fixture
def embedded_path(embedded_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "office.db"
    shutil.copyfile(embedded_template, path)
    return path


@pytest.fixture
def embedded_desk(embedded_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """At the end of every test its rows follow from its history, unless it `tampers`."""
    opened = open_embedded(embedded_path, clock=Ticking(START + timedelta(hours=6)))
    yield Desk(opened.office_id, Sessions(opened.session))
    differ = () if request.node.get_closest_marker("tampers") else opened.reader().verify_rows()
    opened.close()
    assert differ == ()
