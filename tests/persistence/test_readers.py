"""Who reads a case on a server, and how that follows the case and the register of people."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import logins
from sanzhi_desktop.persistence.rights import SEE_ALL, of_case
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ALL, PEOPLE, Desk, submission
from tests.persistence.offices import PASSWORD

CHECKS_READERS = True  # after every command on the server

pytestmark = pytest.mark.postgres
WIDE = {who for who, (_, roles) in PEOPLE.items() if set(roles) & set(SEE_ALL)} | {"adm"}


def readers(desk: Desk, case_id: str) -> set[str]:
    """Everybody whose own session finds the case."""
    found = set()
    for who in ALL:
        with suppress(DomainError):
            assert desk.sessions[who].reader.case(case_id).case_id == case_id
            found.add(who)
    return found - WIDE


def test_the_readers_follow_the_case(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    desk = server_desk
    case_id = desk.register()
    assert readers(desk, case_id) == {"h1", "h2", "uh"}
    other = [{"person_id": "h2", "name": "乙承办", "certificate": "Z-2"}]
    desk.send("h1", case_id, Action.EDIT, submission=submission(handlers=other))
    assert readers(desk, case_id) == {"h1", "h2", "uh"}, "whoever registered it goes on reading"
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r1")
    assert readers(desk, case_id) == {"h1", "h2", "uh", "r1"}
    desk.send("ld", case_id, Action.REASSIGN, reviewer="r2", reason="回避")
    assert readers(desk, case_id) == {"h1", "h2", "uh", "r2"}, "he reviewed nothing of it"
    with cluster.connect(server_database, "r1", PASSWORD) as r1:
        for table in of_case():
            assert r1.execute(f"select count(*) from app.{table}").fetchone() == (0,), table
    desk.send(
        "r2", case_id, Action.ASK_OPINION, person_id="r1", question="裁量是否适当？", until=""
    )
    assert readers(desk, case_id) == {"h1", "h2", "uh", "r1", "r2"}


def test_whoever_certified_a_round_reads_on(server_desk: Desk) -> None:
    desk = server_desk
    case_id = desk.responding()
    answers = [{"number": n, "response": "已改"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=answers)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="again")
    assert "r1" in readers(desk, case_id)
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")
    assert {"r1", "r2"} <= readers(desk, case_id)


def test_a_unit_head_reads_his_own_unit(server_desk: Desk) -> None:
    desk = server_desk
    case_id = desk.confirmed()
    person = {"person_id": "uh", "name": "丙机构", "active": True}
    desk.office("adm", OfficeAction.PUT_PERSON, **person, unit="执法二科")
    assert "uh" not in readers(desk, case_id)
    desk.office("adm", OfficeAction.PUT_PERSON, **person, unit="执法一科")
    assert "uh" in readers(desk, case_id)


def test_roles_given_and_taken_are_read_at_once(server_desk: Desk) -> None:
    desk = server_desk
    case_id = desk.confirmed()

    def give(*grants: dict[str, Any]) -> None:
        desk.office("adm", OfficeAction.SET_ROLES, person_id="r2", grants=list(grants))

    reviewer = {"role": Role.REVIEWER.value}
    assert "r2" not in readers(desk, case_id)
    give(reviewer, {"role": Role.HEAD.value})
    assert "r2" in readers(desk, case_id)
    give(reviewer)
    assert "r2" not in readers(desk, case_id)


def test_an_acting_role_ends_when_the_next_desk_is_opened(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    """Writing asks the register by its dates; the roles that serve reading follow at a log-in."""
    desk = server_desk
    case_id = desk.confirmed()
    now = desk.sessions["adm"].gateway.now()
    today, tomorrow = now.date().isoformat(), (now + timedelta(days=2)).date().isoformat()
    acting = {"role": "head", "valid_from": today, "valid_to": tomorrow, "basis": "法办〔2026〕1号"}
    grants = [{"role": "reviewer"}, acting]
    desk.office("adm", OfficeAction.SET_ROLES, person_id="r2", grants=grants)
    assert "r2" in readers(desk, case_id)
    with cluster.connect(server_database) as owner:  # the days pass
        owner.execute("update app.person_role set valid_from = '2020-01-01',"
                      " valid_to = '2020-01-31' where person_id = 'r2'"
                      " and valid_to is not null")  # fmt: skip
    assert "r2" in readers(desk, case_id)
    logins.enter(desk.sessions["h1"].reader.engine, 7)  # type: ignore[attr-defined]
    assert "r2" not in readers(desk, case_id)


def test_a_leaver_gets_in_no_more(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    import psycopg

    desk = server_desk
    case_id = desk.reviewing("r2")
    with cluster.connect(server_database, "r2", PASSWORD) as r2:
        ask = "select count(*) from app.case_ where case_id = %s"
        assert r2.execute(ask, (case_id,)).fetchone() == (1,)
        gone = {"person_id": "r2", "name": "庚审核", "unit": "法制科", "active": False}
        desk.office("adm", OfficeAction.PUT_PERSON, **gone)
        assert r2.execute(ask, (case_id,)).fetchone() == (0,), "his open session sees nothing"
    with cluster.connect() as owner:
        own_log_ins = owner.info.server_version >= 160000
    if own_log_ins:
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            cluster.connect(server_database, "r2", PASSWORD)


def test_the_team_of_a_transfer_reads_the_case(server_desk: Desk) -> None:
    desk = server_desk
    _put_handler(desk, "h5")
    case_id = desk.confirmed()
    team = [{"person_id": "h1"}, {"person_id": "h5"}]
    desk.send(
        "uh",
        case_id,
        Action.OPEN_TRANSFER,
        reason="涉嫌犯罪",
        at="2026-01-05T01:00:00+00:00",
        choice="",
        detail={},
        destination="police",
        opened_on="2026-01-05",
        team=team,
    )
    row = desk.sessions["adm"].reader.engine  # type: ignore[attr-defined]
    with row.connect() as db:
        kept = db.exec_driver_sql(
            "select readers from app.case_ where case_id = %s", (case_id,)
        ).scalar_one()
    assert ",h1,h2,h5," in kept


def _put_handler(desk: Desk, code: str) -> None:
    person = {"person_id": code, "name": f"人{code}", "unit": "执法一科",
              "enforcement_certificate": f"Z-{code}", "active": True}  # fmt: skip
    desk.office("adm", OfficeAction.PUT_PERSON, **person)
    desk.office("adm", OfficeAction.SET_ROLES, person_id=code, grants=[{"role": "handler"}])
