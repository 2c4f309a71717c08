"""One server per file (roles are the whole server's), one database per test from a template; the
embedded twin beside it.

Without PostgreSQL binaries the server's half is skipped, each test by name, unless
SANZHI_REQUIRE_POSTGRES demands it.
"""

import hashlib
import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence import logins
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import (
    Opened,
    create_embedded,
    create_shared,
    open_embedded,
    open_shared,
)
from tests.persistence.cluster import OWNER_PASSWORD, Cluster, binaries, running
from tests.persistence.desk import ADMIN, ALL, PEOPLE, START, Desk, Sessions, Ticking, put_people
from tests.persistence.readers_check import checked

PASSWORD = "a password of the tests"
OFFICE = NewOffice(code="7", name="示例单位", series="示法审", profile_id="shucheng")
ADMINISTRATOR = Person(ADMIN, "管理员")
_NEXT = itertools.count()
# What the DBA of a server before PostgreSQL 16 makes for the unit of `desk.PEOPLE`'s unit head.
UNIT_ROLES = tuple(
    "sz_o7_u" + hashlib.sha256(unit.encode()).hexdigest()[:12] for unit in ("执法一科", "执法二科", "执法九科")
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if binaries() is None:
        if os.environ.get("SANZHI_REQUIRE_POSTGRES"):
            pytest.fail("PostgreSQL binaries are required and none were found")
        pytest.skip("no PostgreSQL binaries: the server's half of the contract was NOT tested")
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def server_template(cluster: Cluster) -> str:
    """A database with the office and everybody in it; logins are real and cluster-wide."""
    with cluster.connect() as owner:
        owner.execute("create database template_office")
        old = owner.info.server_version < 160000
        for code in ALL if old else ():  # there the server's own administrator makes log-ins
            owner.execute(f"create role {code} login password '{PASSWORD}'")
        owner.execute("create role outsider login password 'outsider password'")
        if old:
            for tag in UNIT_ROLES:
                owner.execute(f"create role {tag}")
    create_shared(
        cluster.url("template_office"),
        OFFICE,
        admin=ADMINISTRATOR,
        password=PASSWORD,
        owner_password=OWNER_PASSWORD,
    )
    with cluster.connect("template_office") as owner:
        for tag in UNIT_ROLES if owner.info.server_version < 160000 else ():
            owner.execute(f"grant sz_o{OFFICE.code} to {tag}")
            owner.execute(f"grant {tag} to sanzhi_owner with admin option")
    opened = shared(cluster, "template_office", ADMIN)
    put_people(opened.session(ADMIN).gateway, opened.office_id)
    for code in PEOPLE:
        logins.set_password(opened.engine, opened.office_id, code, PASSWORD)
    opened.close()
    return "template_office"


def shared(cluster: Cluster, database: str, who: str) -> Opened:
    return open_shared(cluster.url(database, who), files=Path("unused"), password=PASSWORD)


def restore_people(owner: Any) -> None:
    """Log-ins and roles belong to the whole server: what an earlier test did to them is undone.

    As the owner, whose functions could not take away what a superuser granted.
    """
    for code in ALL:
        owner.execute(f"alter role {code} login")
    owner.execute("set role sanzhi_owner")
    for code in ALL:
        owner.execute("select app.sync_member(%s, %s, %s)", (int(OFFICE.code), code, START.date()))
    owner.execute("reset role")


@pytest.fixture
def server_database(cluster: Cluster, server_template: str) -> Iterator[str]:
    name = f"test_{next(_NEXT)}"
    with cluster.connect() as owner:
        owner.execute(f"create database {name} template {server_template} strategy file_copy")
    with cluster.connect(name) as owner:
        restore_people(owner)
    yield name
    with cluster.connect() as owner:
        owner.execute(f"drop database {name} with (force)")


@pytest.fixture
def server_desk(
    cluster: Cluster, server_database: str, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    """`CHECKS_READERS = True` in a module: who reads a row is computed anew after each command."""
    opened: list[Opened] = []

    def session(who: str) -> Session:
        opened.append(shared(cluster, server_database, who))
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
