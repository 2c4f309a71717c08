"""What the register of people keeps, on both databases and past every desk: a code stays its
person's, an acting role has its period the right way round and the paper it rests on."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, Desk

LEFT = {"person_id": "tmp1", "name": "张某", "unit": "法制科"}
ODD_GRANTS = [
    ("'2026-03-02', '2026-03-01', '示发〔2026〕1号'", "period"),
    ("'2026-03-01', '2026-03-02', ''", "basis"),
    ("null, '2026-03-02', '  '", "basis"),
]
GRANT = (
    "insert into person_role (office_id, person_id, seq, role, valid_from, valid_to, basis)"
    " values (7, 'r1', 9, 'head', {})"
)


def put(desk: Desk, **person: Any) -> None:
    desk.office(ADMIN, OfficeAction.PUT_PERSON, **person)


def refused(desk: Desk, action: OfficeAction, **payload: Any) -> DomainError:
    before = desk.sessions[ADMIN].reader.people()
    with pytest.raises(DomainError) as caught:
        desk.office(ADMIN, action, **payload)
    assert desk.sessions[ADMIN].reader.people() == before
    return caught.value


def test_the_code_of_somebody_who_left_is_nobody_elses(desk: Desk) -> None:
    put(desk, **LEFT, active=True)
    put(desk, **LEFT, active=False)
    for active in (True, False):  # nor is he renamed first and called back then
        other = LEFT | {"name": "李某", "active": active}
        error = refused(desk, OfficeAction.PUT_PERSON, **other)
        assert error.code is PeopleFault.CODE_TAKEN
        assert error.facts["person"] == "tmp1"
    put(desk, **LEFT, active=True)
    put(desk, **LEFT | {"name": "张某某"}, active=True)  # a name was misspelt
    assert desk.sessions[ADMIN].reader.people()["tmp1"].name == "张某某"


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        ({"valid_from": "2026-03-02", "valid_to": "2026-03-01", "basis": "函"},
         PeopleFault.ACTING_PERIOD),
        ({"valid_from": "2026-03-01", "valid_to": "2026-03-02"}, PeopleFault.ACTING_BASIS),
        ({"valid_to": "2026-03-02", "basis": " "}, PeopleFault.ACTING_BASIS),
    ],
)  # fmt: skip
def test_an_acting_role_has_a_period_and_a_paper(
    desk: Desk, grant: dict[str, Any], code: PeopleFault
) -> None:
    grants = [{"role": "reviewer"}, {"role": "head", **grant}]
    error = refused(desk, OfficeAction.SET_ROLES, person_id="r1", grants=grants)
    assert error.code is code
    assert error.facts["role"] == "head"


def test_open_ends_and_single_days_fit(desk: Desk) -> None:
    for dates in (
        {"valid_from": "2026-03-01"},
        {"valid_to": "2026-03-01", "basis": "函"},
        {"valid_from": "2026-03-01", "valid_to": "2026-03-01", "basis": "函"},
    ):
        desk.office(ADMIN, OfficeAction.SET_ROLES, person_id="r1",
                    grants=[{"role": "head", **dates}])  # fmt: skip


@pytest.mark.parametrize(("values", "check"), ODD_GRANTS)
def test_the_table_of_a_file_says_the_same(
    embedded_desk: Desk, embedded_path: Path, values: str, check: str
) -> None:
    assert embedded_desk.sessions[ADMIN].reader.people()["r1"].active
    with (
        closing(sqlite3.connect(embedded_path)) as db,
        pytest.raises(sqlite3.IntegrityError, match=f"ck_person_role_{check}"),
    ):
        db.execute(GRANT.format(values))


@pytest.mark.postgres
@pytest.mark.parametrize(("values", "check"), ODD_GRANTS)
@pytest.mark.usefixtures("server_desk")
def test_the_table_of_a_server_says_the_same(
    cluster: Cluster, server_database: str, values: str, check: str
) -> None:
    with cluster.connect(server_database) as owner:
        owner.execute("set search_path = app")
        with pytest.raises(psycopg.errors.CheckViolation, match=f"ck_person_role_{check}"):
            owner.execute(GRANT.format(values))
