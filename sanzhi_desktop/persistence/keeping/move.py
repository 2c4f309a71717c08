"""Moving an office from one PC to a server: everything arrives, or nothing has happened.

Lives here: the order of the steps. Must not: how rows and files are carried (`carry`,
`carry_files`).

The source is locked for writing from the first step. Its history ends with the entry `move_out`
and the new place; the server's goes on with `move_in`. The server commits first: should the PC
die before it has marked itself, the next run finds the entry on the server and marks it then.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.audit import link_hash
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import FileUse
from sanzhi_desktop.persistence import checkpoints, logins, server, server_check, tables
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.chains import breaks
from sanzhi_desktop.persistence.embedded_writing import writing
from sanzhi_desktop.persistence.founding import file_store
from sanzhi_desktop.persistence.keeping import carry, carry_files, closing, patient
from sanzhi_desktop.persistence.keeping.carry_files import Luggage
from sanzhi_desktop.persistence.keeping.closing import Order
from sanzhi_desktop.persistence.keeping.survey import broken
from sanzhi_desktop.persistence.rights import of_case
from sanzhi_desktop.persistence.spread_faults import SpreadFault
from sanzhi_desktop.persistence.writes import SHANGHAI


@dataclass(frozen=True, slots=True)
class Moved:
    """What was carried. `passwords`: of the log-ins that were made, by code; nobody else knows
    them. `finished`: an earlier move had arrived, and the source was marked now. `unused`: files
    that nothing ever named, and that stayed."""

    office: str
    rows: int
    cases: int
    files: int
    root: str
    people: Mapping[str, str]  # names by code, of everybody who is active
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    finished: bool = False
    lost: Sequence[FileUse] = ()
    unused: int = 0


def move(order: Order, *, report: Report) -> Moved:
    """Carries the one office of a file to a server. Raises DomainError; then nothing changed."""
    if order.admin_password:
        logins.check(order.admin_password)
    embedded.check(order.source)
    source = embedded.engine(order.source)
    target = patient.engine(order.where, user=order.user, password=order.password)
    target = target.execution_options(isolation_level="REPEATABLE READ")
    try:
        office = _office(source)
        _refuse_broken(source, office["office_id"], order)
        _refuse_weak(target, order)
        if server.revision_of(target):
            server.check(target, order.where)
        with writing(source) as db:
            found = _there(target, office)
            if found:
                return _finish(db, target, office, order, report=report)
            _refuse_spread(target, order)
            return _carry(db, target, office, order, report=report)
    finally:
        source.dispose()
        target.dispose()


# ------------------------------------------------------------------ refusing


def _office(source: sa.Engine) -> Mapping[str, Any]:
    with source.connect() as db:
        row = db.execute(sa.select(tables.office)).mappings().one()
    if row["moved_to"]:
        raise DomainError(KeepingFault.MOVED_ELSEWHERE, office=row["name"], where=row["moved_to"])
    return dict(row)


def _refuse_broken(source: sa.Engine, office_id: int, order: Order) -> None:
    found = broken(source, [office_id])
    if found:
        raise DomainError(
            KeepingFault.HISTORY_BROKEN,
            where=str(order.source),
            case_id=found[0].case_id or "单位",
        )


def _refuse_weak(target: sa.Engine, order: Order) -> None:
    server.logged_in(target)
    with target.connect() as db:
        query = "select rolsuper from pg_roles where rolname = current_user"
        if not db.exec_driver_sql(query).scalar_one():
            raise DomainError(KeepingFault.RIGHTS_TO_MOVE, where=order.where.shown())


def _refuse_spread(target: sa.Engine, order: Order) -> None:
    """Rows are carried with the walls put aside, which one server does for itself alone."""
    with target.connect() as db:
        if server_check.spread(db):
            raise DomainError(SpreadFault.MOVE_IN, where=order.where.shown())


def _there(target: sa.Engine, office: Mapping[str, Any]) -> bool:
    """Whether the server has this very office already. Raises DomainError for another one that
    has its code or its number."""
    if not server.revision_of(target):
        return False
    o = tables.office.c
    with target.connect() as db:
        for row in db.execute(sa.select(o.office_id, o.code, o.name, o.created_at)):
            if (row.office_id, row.code, row.created_at) == (
                office["office_id"], office["code"], office["created_at"]
            ):  # fmt: skip
                return True
            if row.code == office["code"]:
                raise DomainError(KeepingFault.OFFICE_THERE, office=row.code, name=row.name)
            if row.office_id == office["office_id"]:
                raise DomainError(KeepingFault.NUMBER_THERE, number=row.office_id, name=row.name)
    return False


# ------------------------------------------------------------------ carrying


def _carry(
    source: sqlite3.Connection,
    target: sa.Engine,
    office: Mapping[str, Any],
    order: Order,
    *,
    report: Report,
) -> Moved:
    office_id = office["office_id"]
    people = _people(source, office_id)
    admin = next(iter(people))
    luggage = carry_files.pack(source, office_id, order, report=report)
    with server.as_owner(target) as db:
        if not _built(db):
            server.build(db)
        there = _refuse_logins(db, people, order)
        server.make_office_roles(db, office_id)
        server.run(db, "reset role")
        server.run(db, "set local session_replication_role = replica")
        root = checkpoints.keep(source, office_id, order.now)
        closing.close(source, office_id, admin, order, root=root)
        rows = carry.copy(source, db, office_id, report=report)
        _readers(db, office_id)
        file_store(db, office_id)
        carry_files.put(db, office_id, order, luggage, by=admin, report=report)
        carry.compare(source, db, office_id, report=report)
        closing.arrive(db, office_id, admin, order, told=_told(root, rows, luggage))
        _refuse_breaks(db, office_id)
        server.run(db, "set local session_replication_role = origin")
        server.run(db, server.BECOME)
        made = _make_logins(db, office_id, people, order, there=there)
    cases = source.execute("select count(*) from case_").fetchone()[0]
    return Moved(office["name"], rows, cases, len(luggage.files), root, people, made,
                 lost=luggage.lost, unused=luggage.unused)  # fmt: skip


def _told(root: str, rows: int, luggage: Luggage) -> dict[str, Any]:
    """What the first entry at the new place says; a loss that was accepted stands there."""
    lost = [
        {"case": use.case_id, "name": use.material, "sha256": use.sha256} for use in luggage.lost
    ]
    return {"root": root, "rows": rows} | ({"lost": lost} if lost else {})


def _built(db: sa.Connection) -> bool:
    query = "select to_regclass('app.office') is not null"
    return bool(db.exec_driver_sql(query).scalar_one())


def _people(source: sqlite3.Connection, office_id: int) -> dict[str, str]:
    """Everybody who is active, an administrator first: in his name the office is moved."""
    rows = source.execute(
        "select p.person_id, p.name from person p where p.office_id = ? and p.active = 1 order by"
        " not exists (select 1 from person_role r where r.office_id = p.office_id"
        " and r.person_id = p.person_id and r.role = 'admin'), p.person_id",
        (office_id,),
    )
    return dict(rows.fetchall())


def _refuse_logins(db: sa.Connection, people: Mapping[str, str], order: Order) -> set[str]:
    query = sa.text("select rolname from pg_roles where rolname = any(:people)")
    there = {row[0] for row in db.execute(query, {"people": list(people)})}
    if there and not order.same_people:
        raise DomainError(KeepingFault.LOGINS_THERE, people="、".join(sorted(there)))
    return there


def _refuse_breaks(db: sa.Connection, office_id: int) -> None:
    found = [*breaks(db, office_id), *checkpoints.breaks(db, office_id)]
    if found:
        what = f"案件 {found[0].case_id} 第 {found[0].seq} 条断裂"
        raise DomainError(KeepingFault.DIFFERS, table="audit", what=what)


def _readers(db: sa.Connection, office_id: int) -> None:
    """Who may read each row: the file had no need of it, the server has."""
    db.exec_driver_sql(
        "update app.case_ set readers = app.readers(office_id, case_id) where office_id = %s",
        (office_id,),
    )
    for name in of_case():
        if name != "case_":
            db.exec_driver_sql(
                f"update app.{name} t set readers = k.readers from app.case_ k"
                " where t.office_id = %s and k.office_id = t.office_id and k.case_id = t.case_id",
                (office_id,),
            )


def _make_logins(
    db: sa.Connection,
    office_id: int,
    people: Mapping[str, str],
    order: Order,
    *,
    there: set[str],
) -> dict[str, str]:
    """People become log-ins of the server, each with a password of his own; one that is there
    already keeps his. Returns the new ones, without that which the administrator chose."""
    today = order.now.astimezone(SHANGHAI).date()
    made = {person: logins.random_password() for person in people if person not in there}
    admin = next(iter(people))
    chosen = {admin: order.admin_password} if order.admin_password and admin in made else {}
    for person, password in (made | chosen).items():
        db.exec_driver_sql(
            "select app.make_login(%s::integer, %s, %s, %s::date)",
            (office_id, person, logins.scram(db, person, password), today),
        )
    for person in there:
        db.exec_driver_sql(
            "select app.sync_member(%s::integer, %s, %s::date)", (office_id, person, today)
        )
    return {person: password for person, password in made.items() if person not in chosen}


# ------------------------------------------------------------------ after a crash


def _finish(
    source: sqlite3.Connection,
    target: sa.Engine,
    office: Mapping[str, Any],
    order: Order,
    *,
    report: Report,
) -> Moved:
    """The office arrived, and the PC died before it could mark itself. Raises DomainError when
    the source went on working after that: then there are two histories, and a person decides."""
    office_id = office["office_id"]
    seq, previous = closing.head(source, office_id)
    a = tables.audit.c
    query = sa.select(a.entry, a.hash).where(
        a.office_id == office_id, a.case_id == "", a.seq == seq + 1
    )
    with target.connect() as db:
        row = db.execute(query).one_or_none()
        fits = row is not None and link_hash(previous, row.entry) == row.hash
        out = row is not None and json.loads(row.entry)["action"] == closing.OUT
        if row is None or not fits or not out or closing.went_on(source, db, office_id):
            raise DomainError(KeepingFault.OFFICE_THERE, office=office["code"], name=office["name"])
    root = str(json.loads(row.entry)["payload"]["root"])
    checkpoints.keep(source, office_id, order.now)
    report(1, 1, "补记搬出")
    closing.append(source, office_id, order, seq=seq + 1, entry=row.entry, previous=previous)
    cases = source.execute("select count(*) from case_").fetchone()[0]
    return Moved(office["name"], 0, cases, 0, root, {}, finished=True)
