"""The first rows of a database: the office, its administrator, the first entry of its history.

Lives here: what stands before the first command can be sent. Must not: later changes; those are
commands. Runs as the owner of the tables.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.audit import GENESIS, entry_text, link_hash
from sanzhi_desktop.domain.files import StoreKind, default_settings
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.entry_row import entry_row
from sanzhi_desktop.persistence.prepare import clears, sort_key
from sanzhi_desktop.persistence.writes import stamp


@dataclass(frozen=True, slots=True)
class NewOffice:
    """What must be known to found an office."""

    code: str = "1"
    name: str = "示例单位"
    series: str = "示法审"
    profile_id: str = "shucheng"
    profile_edition: str = ""
    sample: bool = False
    applied: dict[str, Any] = field(default_factory=dict)  # the profile as resolved


def found(
    db: sa.Connection,
    office: NewOffice,
    *,
    admin: Person,
    argon2: str,
    now: datetime,
    number: int | None = None,
) -> int:
    """Writes the office and its first administrator; returns the office's number, which is the one
    that was reserved for it, if any."""
    office_id = number_for(db, office.code) if number is None else number
    told = _told(admin) | {"has_password": bool(argon2)}
    rows(db, office_id, office, admin=admin, sort_key=told["sort_key"], argon2=argon2, now=now)
    _first_entry(db, office_id, office, admin, told=told, now=now)
    return office_id


def rows(
    db: sa.Connection,
    office_id: int,
    office: NewOffice,
    *,
    admin: Person,
    sort_key: str,
    argon2: str,
    now: datetime,
) -> None:
    """What stands there before the first entry, which tells all of it but the password."""
    db.execute(
        sa.insert(tables.office).values(
            office_id=office_id,
            code=office.code,
            name=office.name,
            series=office.series,
            profile_id=office.profile_id,
            profile_edition=office.profile_edition,
            sample=int(office.sample),
            created_at=now,
        )
    )
    if office.applied:
        db.execute(
            sa.insert(tables.profile_edition).values(
                office_id=office_id,
                profile_id=office.profile_id,
                edition=office.profile_edition,
                applied=json.dumps(office.applied, ensure_ascii=False),
                published_by=admin.person_id,
                published_at=now,
                clears=clears(office.applied),
            )
        )
    file_store(db, office_id)
    _administrator(db, office_id, admin, sort_key=sort_key, argon2=argon2, now=now)


_ON_SERVER = "select substr(rolname, 5)::integer from pg_roles where rolname ~ '^sz_o[0-9]{1,9}$'"


def number_for(db: sa.Connection, code: str) -> int:
    """The number that an office of this code gets. On a server a code that is none gets one that no
    office of another database there has."""
    taken = set(db.execute(sa.select(tables.office.c.office_id)).scalars())
    if code.isascii() and code.isdigit() and 0 < int(code) < 2**31 and int(code) not in taken:
        return int(code)
    if db.dialect.name == "postgresql":
        taken |= set(db.exec_driver_sql(_ON_SERVER).scalars())
    return max(taken, default=0) + 1


def _administrator(
    db: sa.Connection,
    office_id: int,
    admin: Person,
    *,
    sort_key: str,
    argon2: str,
    now: datetime,
) -> None:
    key = {"office_id": office_id, "person_id": admin.person_id}
    db.execute(
        sa.insert(tables.person).values(
            **key,
            name=admin.name,
            sort_key=sort_key,
            unit=admin.unit,
            enforcement_certificate=admin.enforcement_certificate,
            certificate_valid_to=admin.certificate_valid_to,
            legal_qualification=admin.legal_qualification,
            first_review_on=admin.first_review_on,
        )
    )
    for seq, role in enumerate(_roles(admin)):
        db.execute(sa.insert(tables.person_role).values(**key, seq=seq, role=role.value))
    if argon2:
        db.execute(sa.insert(tables.account).values(**key, argon2=argon2, changed_at=now))


def file_store(db: sa.Connection, office_id: int) -> None:
    """One PC keeps its files in a folder, desks that share a database keep them in it."""
    shared = db.dialect.name == "postgresql"
    start = default_settings(StoreKind.DATABASE if shared else StoreKind.FOLDER)
    db.execute(
        sa.insert(tables.file_store).values(
            office_id=office_id,
            kind=start.kind.value,
            file_limit=start.file_limit,
            quota=start.quota,
        )
    )


def _roles(admin: Person) -> Sequence[Role]:
    return [grant.role for grant in admin.roles] or [Role.ADMIN]


def _told(admin: Person) -> dict[str, Any]:
    """The administrator's row as the first entry tells it; days as ISO text."""
    return {
        "name": admin.name,
        "sort_key": sort_key(admin.name),
        "unit": admin.unit,
        "enforcement_certificate": admin.enforcement_certificate,
        "certificate_valid_to": str(admin.certificate_valid_to or ""),
        "legal_qualification": admin.legal_qualification,
        "first_review_on": str(admin.first_review_on or ""),
    }


def _first_entry(
    db: sa.Connection,
    office_id: int,
    office: NewOffice,
    admin: Person,
    *,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    entry = entry_text(
        {
            "action": "found",
            "actor": admin.person_id,
            "at": stamp(now),
            "case": "",
            "command": new_id(),
            "number": "",
            "office": office_id,
            "payload": {
                "code": office.code,
                "name": office.name,
                "series": office.series,
                "profile_id": office.profile_id,
                "profile_edition": office.profile_edition,
                "sample": office.sample,
                "person_id": admin.person_id,
                "grants": [{"role": role.value} for role in _roles(admin)],
                "applied": office.applied,
                "admin": dict(told),
            },
            "reason": "",
            "seq": 1,
            "state": "",
            "version": 0,
        }
    )
    digest = link_hash(GENESIS, entry)
    db.execute(sa.insert(tables.audit).values(**entry_row(entry, digest)))
    head = {"office_id": office_id, "case_id": "", "seq": 1, "hash": digest}
    db.execute(sa.insert(tables.audit_head).values(**head))
