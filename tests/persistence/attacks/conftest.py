"""One database for all attacks: two offices, people with every role, cases in every hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import logins, server
from sanzhi_desktop.persistence.founding import NewOffice, found
from sanzhi_desktop.persistence.open import Opened, open_shared
from sanzhi_desktop.persistence.places import target
from tests.persistence.cluster import OWNER, OWNER_PASSWORD, Cluster
from tests.persistence.desk import ADMIN, PEOPLE, Desk, Sessions, submission
from tests.persistence.kept import Keeper
from tests.persistence.offices import PASSWORD, copied, shared

EXTRA: dict[str, tuple[Role, str]] = {
    "h9": (Role.HANDLER, "执法九科"),
    "u9": (Role.UNIT_HEAD, "执法九科"),
    "sc": (Role.SECRETARY, "办公室"),
    "ah": (Role.AGENCY_HEAD, "局领导"),
}
EIGHT = NewOffice(code="8", name="第二示例单位", series="第二审", profile_id="shucheng")
DATABASE = "attacked"


@dataclass
class Attacked:
    """The database under attack and everybody's connections to it."""

    cluster: Cluster
    desk: Desk
    eight: Desk
    names: dict[str, str]
    open: dict[str, Any] = field(default_factory=dict)
    may_change: frozenset[str] = frozenset()  # tables that a test itself writes, lawfully

    def as_(self, who: str) -> psycopg.Connection[Any]:
        """A raw connection of one person, with his own password."""
        if who not in self.open or self.open[who].closed:
            password = "outsider password" if who == "outsider" else PASSWORD
            self.open[who] = self.cluster.connect(DATABASE, who, password)
        made: psycopg.Connection[Any] = self.open[who]
        return made

    def owner(self) -> psycopg.Connection[Any]:
        """The server's superuser, who looks whether anything changed."""
        if OWNER not in self.open:
            self.open[OWNER] = self.cluster.connect(DATABASE)
        made: psycopg.Connection[Any] = self.open[OWNER]
        return made


def _people(admin: Session, office_id: int, made: dict[str, tuple[Role, str]]) -> None:
    for code, (role, unit) in made.items():
        for action, payload in (
            (OfficeAction.PUT_PERSON, {"person_id": code, "name": f"人{code}", "unit": unit,
                                       "legal_qualification": "A1", "active": True}),
            (OfficeAction.SET_ROLES, {"person_id": code, "grants": [{"role": role.value}]}),
        ):  # fmt: skip
            admin.gateway.send_office(OfficeCommand(new_id(), office_id, action, payload))


def _log_ins(cluster: Cluster, opened: Opened, codes: tuple[str, ...]) -> None:
    for code in codes:
        with cluster.connect() as owner:
            if owner.info.server_version < 160000:
                owner.execute(f"create role {code} login password '{PASSWORD}'")
        logins.set_password(opened.engine, opened.office_id, code, PASSWORD)


def _second_office(cluster: Cluster) -> int:
    engine = server.engine(target(cluster.url(DATABASE)), password=OWNER_PASSWORD)
    with cluster.connect() as owner:
        if owner.info.server_version < 160000:
            owner.execute(f"create role adm8 login password '{PASSWORD}'")
    with server.as_owner(engine) as db:
        number = found(db, EIGHT, admin=Person("adm8", "第二管理员"), argon2="",
                       now=datetime(2026, 9, 18, tzinfo=UTC))  # fmt: skip
        server.make_office_roles(db, number)
        logins.make_first(db, number, "adm8", PASSWORD)
    engine.dispose()
    return number


def _register(desk: Desk, case_id: str, who: str, unit: str) -> None:
    handlers = [{"person_id": who, "name": f"人{who}", "certificate": "Z-9"}]
    desk.send(
        who,
        case_id,
        Action.REGISTER,
        seen=0,
        submission=submission(unit=unit, handlers=handlers),
        materials=[],
        unit=unit,
        profile_id="shucheng",
        profile_edition="2026-1",
    )


@pytest.fixture(scope="module")
def attacked(shared_server: Keeper) -> Iterator[Attacked]:
    with shared_server.kept(), copied(shared_server.cluster, DATABASE):
        yield from _attacked(shared_server.cluster)


def _attacked(cluster: Cluster) -> Iterator[Attacked]:
    opened: list[Opened] = []

    def session(who: str) -> Session:
        opened.append(shared(cluster, DATABASE, who))
        return opened[-1].session(who)

    def session8(who: str) -> Session:
        opened.append(open_shared(cluster.url(DATABASE, who), files=Path("unused"),
                                  password=PASSWORD, office="8"))  # fmt: skip
        return opened[-1].session(who)

    seven = Desk(7, Sessions(session))
    extra = {code: made for code, made in EXTRA.items() if code not in PEOPLE}
    _people(seven.sessions[ADMIN], 7, extra)
    _log_ins(cluster, opened[0], tuple(extra))
    number = _second_office(cluster)
    eight = Desk(number, Sessions(session8))
    _people(eight.sessions["adm8"], number, {"hd8": (Role.HEAD, "法制科"),
                                             "h8": (Role.HANDLER, "一科")})  # fmt: skip
    _log_ins(cluster, opened[-1], ("hd8", "h8"))
    names = {
        "mine": seven.reviewing("r1"),
        "passed": seven.passed(),
        "decided": seven.decided(),
        "theirs": new_id(),
        "foreign": new_id(),
    }
    _register(seven, names["theirs"], "h9", "执法九科")
    seven.send("u9", names["theirs"], Action.CONFIRM, declared=True, round_reason="first")
    seven.send("ck", names["theirs"], Action.ACCEPT)
    seven.send("ld", names["theirs"], Action.ASSIGN, reviewer="r2")
    _register(eight, names["foreign"], "h8", "一科")
    made = Attacked(cluster, seven, eight, names)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        made.as_("outsider")
    with cluster.connect() as owner:  # and even somebody let in by mistake gets no further
        owner.execute(f"grant connect on database {DATABASE} to outsider")
    yield made
    for connection in made.open.values():
        connection.close()
    for one in opened:
        one.close()
