"""What PostgreSQL lets everybody change about his own log-in, and what comes of it: the watch ends
a transaction whatever its owner took off himself, and a password changed past the door is the one
change that no history hears of. It gives nobody more than he had."""

import psycopg
import pytest

from sanzhi_desktop.persistence import logins
from tests.persistence.attacks.test_idle_attacks import alive, as_, ended_for
from tests.persistence.attacks.test_idle_attacks import held as holding
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk
from tests.persistence.offices import PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

LIMITS = "select current_setting('idle_in_transaction_session_timeout'), current_setting(%s)"


@pytest.fixture(autouse=True)
def own_log_ins(cluster: Cluster) -> None:
    """From 16 on the program makes the log-ins; before, the server's administrator does."""
    with cluster.connect() as owner:
        if owner.info.server_version < 160000:
            pytest.skip("log-ins and their limits are the server administrator's there")


def test_whoever_takes_his_limits_off_himself_is_ended_all_the_same(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    with as_(cluster, server_database, "r1") as himself:
        himself.execute("alter role r1 reset all")
        himself.execute("alter role r1 set idle_in_transaction_session_timeout = 0")
    with as_(cluster, server_database, "r1") as again:
        # His sorting stays limited: taking that off is not his right, nor is it by RESET ALL.
        assert again.execute(LIMITS, ("temp_file_limit",)).fetchone() == ("0", "512MB")
    with holding(cluster, server_database, server_desk, case_id) as holder:
        ended_for(cluster, server_database, 7, "16 seconds")
        assert not alive(holder)


def test_a_password_changed_past_the_door_is_not_in_the_history_and_gives_nothing(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    auditor = server_desk.sessions["au"].reader
    before = auditor.history("")
    rows = "select count(*) from app.case_"
    with as_(cluster, server_database, "h1") as himself:
        seen = himself.execute(rows).fetchone()
        himself.execute("alter role h1 password 'chosen past the door'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            himself.execute("alter role h2 password 'chosen past the door'")
    assert auditor.history("") == before, "no history hears of it"
    with cluster.connect(server_database, "h1", "chosen past the door") as again:
        assert again.execute(rows).fetchone() == seen, "he is who he was"

    engine = server_desk.sessions[ADMIN].reader.engine  # type: ignore[attr-defined]
    logins.set_password(engine, 7, "h1", PASSWORD)
    as_(cluster, server_database, "h1").close()
    last = auditor.history("")[-1]
    assert (last.action, last.detail["person_id"]) == ("set_password", "h1")
    with pytest.raises(psycopg.OperationalError):
        cluster.connect(server_database, "h1", "chosen past the door")
