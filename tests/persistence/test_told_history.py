"""Who is told of a history on a server: auditors of all of it, a case's people of their case."""

import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk
from tests.persistence.offices import PASSWORD

pytestmark = pytest.mark.postgres
# The registering handler, the reviewer, the clerk and the lead, who see every case, and who has
# nothing to do with it.
SEE_IT = ("h1", "r1", "ck", "ld", "hd", ADMIN)
DO_NOT = ("r2",)


def rows(cluster: Cluster, database: str, who: str, asked: str) -> list[tuple[object, ...]]:
    with cluster.connect(database, who, PASSWORD) as db:
        told: list[tuple[object, ...]] = db.execute(asked).fetchall()
        return told


def test_auditors_read_the_history_and_nobody_else(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    for who in (*SEE_IT, *DO_NOT, "se", "uh"):
        assert rows(cluster, server_database, who, "select entry from app.audit") == [], who
    with cluster.connect(server_database) as owner:
        every = owner.execute("select count(*) from app.audit").fetchall()
    assert rows(cluster, server_database, "au", "select count(*) from app.audit") == every
    assert server_desk.sessions["au"].reader.history(case_id)


@pytest.mark.parametrize("who", SEE_IT)
def test_who_sees_a_case_is_told_of_its_history(server_desk: Desk, who: str) -> None:
    case_id = server_desk.reviewing("r1")
    reader = server_desk.sessions[who].reader
    assert reader.history(case_id) == server_desk.sessions["au"].reader.history(case_id)
    assert [row.action for row in reader.history(case_id)][:2] == ["register", "confirm"]
    assert bool(reader.history("")) is (who == ADMIN)
    assert reader.verify_chains(case_id=case_id) == ()
    with pytest.raises(DomainError) as caught:
        reader.verify_chains()
    assert caught.value.code is PersistenceFault.HISTORY_BY_AUDITOR


@pytest.mark.parametrize("who", DO_NOT)
def test_who_does_not_see_a_case_learns_nothing_of_its_history(
    server_desk: Desk, who: str
) -> None:
    case_id = server_desk.reviewing("r1")
    reader = server_desk.sessions[who].reader
    assert reader.history(case_id) == reader.history("no such case") == ()
    assert reader.verify_chains(case_id=case_id) == ()


def test_who_was_dismissed_is_told_of_nothing(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing("r1")
    asked = f"select seq from api.history(7, '{case_id}')"
    with cluster.connect(server_database, "r1", PASSWORD) as open_still:
        assert open_still.execute(asked).fetchall()
        with cluster.connect(server_database) as owner:
            owner.execute("update app.person set active = 0 where person_id = 'r1'")
        assert open_still.execute(asked).fetchall() == []


def test_a_chain_too_big_for_one_piece_is_gone_through_as_well(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    """What an officer writes may be long; nobody is kept from checking by it."""
    small, big = server_desk.reviewing("r1"), server_desk.reviewing("r1")
    server_desk.send("r1", big, Action.DRAFT_OPINION, opinion={"opening": "长" * 50_000})
    server_desk.send("r1", big, Action.ANSWER, answers=[])
    reader = server_desk.sessions["au"].reader
    with cluster.connect(server_database, "au", PASSWORD) as auditor:
        told = auditor.execute("select case_id, length, texts from api.chains(7, '', 100)")
        pieces = {case_id: (length, bytes(texts)) for case_id, length, texts in told}
    assert [pieces[case][1].count(b"\0") + 1 - pieces[case][0] for case in (small, big)] == [0, -1]
    assert reader.verify_chains() == ()
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = 'replica'")
        owner.execute(
            "update app.audit set entry = replace(entry, '长长', '短') where case_id = %s", (big,)
        )
    assert [(f.case_id, f.what) for f in reader.verify_chains()] == [(big, "edited")]


@pytest.mark.parametrize("who", ["r1", "ld", ADMIN, "h2"])
def test_whole_chains_are_handed_to_auditors_alone(
    cluster: Cluster, server_database: str, server_desk: Desk, who: str
) -> None:
    server_desk.reviewing("r1")
    asked = "select case_id from api.chains(7, '', 100)"
    assert rows(cluster, server_database, who, asked) == []
    assert len(rows(cluster, server_database, "au", asked)) == 1
