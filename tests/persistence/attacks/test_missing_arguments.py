"""A function called past every desk without one of its arguments: nothing is skipped by that, and
no entry of the history becomes unreadable."""

import json
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import WorkflowFault
from sanzhi_desktop.persistence.errors import named_postgresql
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk
from tests.persistence.offices import PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

ACT = "select api.act(%s, %s, %s, %s, %s, %s, %s)"
ACT_OFFICE = "select api.act_office(%s, %s, %s, %s)"
ANSWERS = {"answers": [{"item_id": "C01", "answer": "CONFORMS", "note": "", "evidence": ""}]}
NAMES = ("office", "command", "case", "seen", "action", "reason", "payload")
# Whether it goes through all the same: an answer needs no reason, and of nothing it writes nothing.
HARMLESS = {("answer", "reason"), ("answer", "payload")}


def call(cluster: Cluster, database: str, who: str, sql: str, values: list[Any]) -> str:
    """The code that the call was refused with, "" when it went through."""
    with cluster.connect(database, who, PASSWORD) as asked:
        try:
            asked.execute(sql, values)
        except psycopg.Error as error:
            refused: DomainError = named_postgresql(error)
            return refused.code.value
    return ""


def readable(cluster: Cluster, database: str, desk: Desk) -> None:
    with cluster.connect(database) as owner:
        # The founding was written by the program, not by the server's functions.
        odd = (
            "select entry from app.audit where entry::jsonb ->> 'action' <> 'found'"
            " and entry <> entry::jsonb::text"
        )
        assert owner.execute(odd).fetchall() == []
    assert desk.sessions["au"].reader.verify_chains() == ()


@pytest.mark.parametrize("missing", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize(("who", "action"), [("r1", "answer"), ("ld", "reassign")])
def test_a_command_without_one_argument(
    cluster: Cluster, server_database: str, server_desk: Desk,
    who: str, action: str, missing: int,
) -> None:  # fmt: skip
    case_id = server_desk.reviewing("r1")
    before = server_desk.version(case_id)
    payload = json.dumps(ANSWERS if action == "answer" else {"reviewer": "r2"})
    values: list[Any] = [7, new_id(), case_id, before, action, "病假", payload]
    values[missing] = None
    told = call(cluster, server_database, who, ACT, values)
    assert bool(told) is ((action, NAMES[missing]) not in HARMLESS)
    assert server_desk.version(case_id) == before + (not told)
    if (action, NAMES[missing]) == ("reassign", "reason"):
        assert told == WorkflowFault.REASON_MISSING.value
    readable(cluster, server_database, server_desk)


@pytest.mark.parametrize("missing", range(4), ids=("office", "command", "action", "payload"))
def test_a_command_on_the_office_without_one_argument(
    cluster: Cluster, server_database: str, server_desk: Desk, missing: int
) -> None:
    person = json.dumps({"person_id": "zz", "name": "某", "active": True})
    values: list[Any] = [7, new_id(), "put_person", person]
    values[missing] = None
    assert call(cluster, server_database, ADMIN, ACT_OFFICE, values)
    readable(cluster, server_database, server_desk)
