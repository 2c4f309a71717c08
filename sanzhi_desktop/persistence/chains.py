"""Checking every history chain of an office against its head, its case and its last entry.

Lives here: reading chains and comparing them with the rows they explain: cases, stored papers,
the roles of people. Must not: the hashing itself (`domain.audit`) or checkpoints.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.domain.audit import Break, Head, Walked, digests, walk
from sanzhi_desktop.persistence.tables import audit, audit_head, case_, document, person_role

_BATCH = 5000
_CHAINS_AT_ONCE = 500
# The order of the parts is that of the key; were it another, the slow way would decide.
_WHOLE_SQLITE = (
    "select case_id, count(*), min(seq), max(seq), cast(group_concat(entry, char(0)) as blob),"
    " cast(group_concat(hash, '') as blob)"
    " from audit where office_id = ? and case_id <> '' group by case_id"
)
_WHOLE_POSTGRESQL = (
    "select case_id, count(*), min(seq), max(seq),"
    " string_agg(convert_to(entry, 'UTF8'), '\\x00'::bytea order by seq),"
    " convert_to(string_agg(hash, '' order by seq), 'UTF8')"
    " from audit where office_id = %s and case_id <> '' group by case_id"
)


def heads(db: sa.Connection, office_id: int) -> list[Head]:
    """The ends of all chains, as the database keeps them."""
    h = audit_head.c
    query = sa.select(h.case_id, h.seq, h.hash).where(h.office_id == office_id)
    return [Head(row.case_id, row.seq, row.hash) for row in db.execute(query)]


def sees_all(db: sa.Connection, office_id: int) -> bool:
    """Whether whoever is logged in reads the whole office; otherwise only his own cases' chains."""
    if db.dialect.name != "postgresql":
        return True
    values = (f"sz_o{office_id}_all",)
    return bool(db.exec_driver_sql(_SEES_ALL, values).scalar_one())


_SEES_ALL = (
    "select rolsuper or coalesce(pg_has_role(oid, to_regrole(%s), 'member'), false)"
    " from pg_roles where rolname = session_user"
)


def breaks(db: sa.Connection, office_id: int, *, report: Report | None = None) -> list[Break]:
    """The first break of each chain that has one, by case; the connection shows one snapshot.

    Somebody who reads only his own cases has only those checked. `report` hears of entries, done
    and all, and may raise to stop.
    """
    k = case_.c
    ends = {head.case_id: head for head in heads(db, office_id)}
    total, done = sum(head.seq for head in ends.values()), 0
    asked = sa.select(k.case_id, k.version, k.state).where(k.office_id == office_id)
    cases = {case_id: (version, state) for case_id, version, state in db.execute(asked)}
    found: list[Break] = []
    for place, walked in enumerate(_chains(db, office_id), start=1):
        done += walked.length
        if report is not None and place % _CHAINS_AT_ONCE == 0:
            report(done, total, "")
        broken = walked.against(ends.pop(walked.case_id, None))
        if broken is None and walked.case_id:
            broken = _against_case(walked, cases.get(walked.case_id))
        cases.pop(walked.case_id, None)
        found.extend([broken] if broken else [])
    found.extend(Break(case_id, 1, "deleted") for case_id in {*ends, *cases})
    found.extend(_papers(db, office_id))
    if sees_all(db, office_id):
        found.extend(_roles(db, office_id))
    return sorted(found, key=lambda b: (b.case_id, b.seq))


def _chains(db: sa.Connection, office_id: int) -> Iterator[Walked]:
    """Every chain of the office. A case's chain comes as one row, for a row per entry would cost
    more than its hash; whatever is not plainly right then is gone through entry by entry. The
    office's own chain may be long and is gone through so from the beginning."""
    yield from walk(_entries(db, office_id, ""))
    for case_id, count, first, last, texts, hashes in _whole(db, office_id):
        entries = texts.split(b"\0")
        made = digests(entries)
        # The places differ by the key, so that so many from the first to the last are all of them.
        if first == 1 and count == last == len(made) and b"".join(made) == hashes:
            yield Walked(case_id, last, made[-1].decode(), entries[-1], None)
        else:
            yield from walk(_entries(db, office_id, case_id))


def _whole(db: sa.Connection, office_id: int) -> Iterator[tuple[str, int, int, int, bytes, bytes]]:
    """Each case's chain as (case, count, first and last place, entries, hashes), by the
    driver's own cursor."""
    raw: Any = db.connection.driver_connection
    if db.dialect.name == "postgresql":
        with raw.cursor(name="chains", binary=True) as cursor:
            cursor.itersize = _CHAINS_AT_ONCE
            yield from cursor.execute(_WHOLE_POSTGRESQL, (office_id,))
        return
    yield from raw.execute(_WHOLE_SQLITE, (office_id,))


def _entries(
    db: sa.Connection, office_id: int, case_id: str
) -> Iterator[tuple[str, int, bytes, str]]:
    a = audit.c
    query = sa.select(a.case_id, a.seq, a.entry, a.hash).where(
        a.office_id == office_id, a.case_id == case_id
    )
    for row in db.execute(query.order_by(a.seq), execution_options={"yield_per": _BATCH}):
        yield row.case_id, row.seq, row.entry.encode(), row.hash


def _against_case(walked: Walked, case: tuple[int, str] | None) -> Break | None:
    """The last entry says the version and the state in which it left the case."""
    if case is None:
        return Break(walked.case_id, walked.length, "deleted")
    version, state = case
    # How the canonical text of SQLite ends; what ends otherwise is read.
    if walked.entry.endswith(b'"state":"%b","version":%d}' % (state.encode(), version)):
        return None
    last = json.loads(walked.entry)
    if version > last.get("version", 0):
        return Break(walked.case_id, walked.length + 1, "truncated")
    if last.get("version") != version or last.get("state") != state:
        return Break(walked.case_id, walked.length, "row")
    return None


def _papers(db: sa.Connection, office_id: int) -> list[Break]:
    """Stored papers whose bytes no longer have their hash."""
    d = document.c
    mine = d.office_id == office_id
    if db.dialect.name == "postgresql":
        digest = sa.func.encode(sa.func.sha256(d.content), "hex")
        query = sa.select(d.case_id).where(mine, digest != d.sha256)
        return [Break(row.case_id, 0, "paper") for row in db.execute(query)]
    stream = db.execute(
        sa.select(d.case_id, d.sha256, d.content).where(mine), execution_options={"yield_per": 20}
    )
    return [
        Break(row.case_id, 0, "paper")
        for row in stream
        if hashlib.sha256(row.content).hexdigest() != row.sha256
    ]


def _grant(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    begin, end = row.get("valid_from"), row.get("valid_to")
    return str(row["role"]), str(begin or ""), str(end or ""), str(row.get("basis") or "")


def _roles(db: sa.Connection, office_id: int) -> list[Break]:
    """People whose roles are not those that the office's history gave them last."""
    given: dict[str, tuple[int, list[tuple[str, str, str, str]]]] = {}
    a, r = audit.c, person_role.c
    entries = sa.select(a.seq, a.entry).where(a.office_id == office_id, a.case_id == "")
    for row in db.execute(entries.order_by(a.seq), execution_options={"yield_per": _BATCH}):
        try:
            told = json.loads(row.entry)
            if told["action"] in ("found", "set_roles") and "grants" in told["payload"]:
                grants = sorted(_grant(g) for g in told["payload"]["grants"])
                given[told["payload"]["person_id"]] = row.seq, grants
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # an entry that cannot be read was edited, which its hash has shown already
    held: dict[str, list[tuple[str, str, str, str]]] = {}
    grants_now = sa.select(person_role).where(r.office_id == office_id)
    for found in db.execute(grants_now).mappings():
        held.setdefault(found["person_id"], []).append(_grant(dict(found)))
    return [
        Break("", given.get(person, (0, []))[0], "roles")
        for person in sorted(given.keys() | held.keys())
        if given.get(person, (0, []))[1] != sorted(held.get(person, []))
    ]
