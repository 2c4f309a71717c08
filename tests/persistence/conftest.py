"""One server per worker, one database per test from a template; the embedded twin beside it.

Without PostgreSQL binaries the server's half is skipped, each test by name, unless
SANZHI_REQUIRE_POSTGRES demands it.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import (
    Opened,
    create_embedded,
    create_shared,
    open_embedded,
    open_shared,
)
from tests.persistence.cluster import OWNER_PASSWORD, Cluster, binaries, running
from tests.persistence.desk import ADMIN, PEOPLE, START, Desk, Sessions, Ticking, put_people

PASSWORD = "a password of the tests"
OFFICE = NewOffice(code="7", name="示例单位", series="示法审", profile_id="shucheng")
ADMINISTRATOR = Person(ADMIN, "管理员")
_NEXT = itertools.count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if binaries() is None:
        if os.environ.get("SANZHI_REQUIRE_POSTGRES"):
            pytest.fail("PostgreSQL binaries are required and none were found")
        pytest.skip("no PostgreSQL binaries: the server's half of the contract was NOT tested")
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def server_template(cluster: Cluster) -> str:
    """A database with the office and everybody in it; logins are real and cluster-wide."""
    with cluster.connect() as owner:
        owner.execute("create database template_office")
    create_shared(
        cluster.url("template_office"),
        OFFICE,
        admin=ADMINISTRATOR,
        password=PASSWORD,
        owner_password=OWNER_PASSWORD,
    )
    with cluster.connect("template_office") as owner:
        for code in PEOPLE:
            owner.execute(f"create role {code} login password '{PASSWORD}' in role sanzhi_officer")
        owner.execute("create role outsider login password 'outsider password'")
    opened = shared(cluster, "template_office", ADMIN)
    put_people(opened.session(ADMIN).gateway, opened.office_id)
    opened.close()
    return "template_office"


def shared(cluster: Cluster, database: str, who: str) -> Opened:
    return open_shared(cluster.url(database, who), files=Path("unused"), password=PASSWORD)


@pytest.fixture
def server_database(cluster: Cluster, server_template: str) -> Iterator[str]:
    name = f"test_{next(_NEXT)}"
    with cluster.connect() as owner:
        owner.execute(f"create database {name} template {server_template} strategy file_copy")
    yield name
    with cluster.connect() as owner:
        owner.execute(f"drop database {name} with (force)")


@pytest.fixture
def server_desk(cluster: Cluster, server_database: str) -> Iterator[Desk]:
    opened: list[Opened] = []

    def session(who: str) -> Session:
        opened.append(shared(cluster, server_database, who))
        return opened[-1].session(who)

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
def embedded_desk(embedded_path: Path) -> Iterator[Desk]:
    opened = open_embedded(embedded_path, clock=Ticking(START + timedelta(hours=6)))
    yield Desk(opened.office_id, Sessions(opened.session))
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest) -> Desk:
    """The same office on both databases: the contract holds on each."""
    name = "embedded_desk" if request.param == "sqlite" else "server_desk"
    made: Desk = request.getfixturevalue(name)
    return made
