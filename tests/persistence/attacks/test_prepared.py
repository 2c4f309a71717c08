"""A transaction that somebody prepares and leaves: it holds what it wrote, has no session that
could be ended, and no server that allows it is opened."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.open import create_shared, open_shared
from tests.persistence.cluster import OWNER_PASSWORD, Cluster, binaries, running
from tests.persistence.desk import ADMIN
from tests.persistence.offices import ADMINISTRATOR, OFFICE, PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

DATABASE = "office"
PERSON = json.dumps({"person_id": "zz", "name": "某", "unit": "", "active": True})
PUT = "select api.act_office(7, %s, 'put_person', %s)"
LOOK = "select app.end_idle(7, clock_timestamp() + interval '1 hour')"


@pytest.fixture(scope="module")
def allowing() -> Iterator[Cluster]:
    """A server with one office whose administrator later allows prepared transactions."""
    if binaries() is None:
        pytest.skip("no PostgreSQL binaries")
    with running() as cluster:
        with cluster.connect() as owner:
            if owner.info.server_version < 160000:
                pytest.skip("log-ins are the server administrator's there")
            owner.execute(f"create database {DATABASE}")
        create_shared(cluster.url(DATABASE), OFFICE, admin=ADMINISTRATOR, password=PASSWORD,
                      owner_password=OWNER_PASSWORD)  # fmt: skip
        yield cluster


def opens(cluster: Cluster) -> None:
    open_shared(
        cluster.url(DATABASE, ADMIN), files=Path("unused"), password=PASSWORD, office="7"
    ).close()


def test_a_server_where_transactions_outlive_their_session_is_not_opened(
    allowing: Cluster,
) -> None:
    opens(allowing)
    with allowing.connect() as owner:
        owner.execute("alter system set max_prepared_transactions = 4")
    allowing.halt()
    allowing.again()
    with allowing.connect(DATABASE, ADMIN, PASSWORD) as gone:
        gone.execute("begin")
        gone.execute(PUT, (new_id(), PERSON))
        gone.execute("prepare transaction 'left'")
    with (
        allowing.connect(DATABASE, ADMIN, PASSWORD) as other,
        pytest.raises(psycopg.errors.LockNotAvailable),
    ):
        other.execute(PUT, (new_id(), PERSON))

    with pytest.raises(DomainError) as caught:
        opens(allowing)
    assert caught.value.code is PersistenceFault.PREPARED_TRANSACTIONS
    assert caught.value.facts == {"found": 4}

    with allowing.connect(DATABASE) as owner:
        owner.execute("set role sanzhi_owner")
        owner.execute("set search_path = app")
        owner.execute(LOOK)
        owner.execute("reset role")
        owner.execute("rollback prepared 'left'")
        owner.execute("alter system reset max_prepared_transactions")
        owner.execute("checkpoint")  # else the next start would prepare it once more
    told = (allowing.home / "log").read_text("utf-8", "replace")
    assert f"a prepared transaction of {ADMIN} holds the office up" in told
    allowing.halt()
    allowing.again()
    opens(allowing)
