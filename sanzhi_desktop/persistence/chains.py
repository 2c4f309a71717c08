"""Checking every history chain of an office against its head, its case and its last entry.

Lives here: reading chains and comparing them with the rows they explain: cases, stored papers,
the roles of people. Must not: the hashing itself (`domain.audit`) or checkpoints.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.domain.audit import Break, Head, digests, walk
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.stored_json import read_entry
from sanzhi_desktop.persistence.tables import audit, audit_head, case_, document, person_role
from sanzhi_desktop.persistence.writes import Moves

Link = tuple[str, int, bytes, str]  # case, place, canonical text, hash
_BATCH = 5000
_CHAINS_AT_ONCE = 500
_CHAINS_ASKED = 100  # of a server in one call
_WALKED_AT_ONCE = 50  # entries, each of them up to the limit of one
# With each chain comes what it is compared with, so that nothing is held for more than one of them.
# The order of the parts is that of the key; were it another, the slow way would decide.
_WHOLE_SQLITE = (
    "select w.*, h.seq, h.hash, k.case_id, h.version, k.state, k.version from ("
    "select case_id, count(*), min(seq), max(seq), cast(group_concat(entry, x'00') as blob),"
    " cast(group_concat(hash, '') as blob)"
    " from audit where office_id = ?1 and case_id <> '' group by case_id) w"
    " left join audit_head h on h.office_id = ?1 and h.case_id = w.case_id"
    " left join case_ k on k.office_id = ?1 and k.case_id = w.case_id"
)
_WHOLE_POSTGRESQL = "select * from api.chains(%s::integer, %s, %s::integer)"


def heads(db: sa.Connection, office_id: int) -> list[Head]:
    """The ends of all chains, as the database keeps them."""
    h = audit_head.c
    query = sa.select(h.case_id, h.seq, h.hash).where(h.office_id == office_id)
    return [Head(row.case_id, row.seq, row.hash) for row in db.execute(query)]


@dataclass(frozen=True, slots=True)
class Size:
    """How long a history is."""

    chains: int
    entries: int


def size(db: sa.Connection, office_id: int) -> Size:
    """How many chains there are, and how many entries by their kept ends."""
    h = audit_head.c
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(h.seq), 0))
    row = db.execute(query.where(h.office_id == office_id)).one()
    return Size(int(row[0]), int(row[1]))


def sees_all(db: sa.Connection, office_id: int) -> bool:
    """Whether whoever is logged in reads the history: on a server its auditors, and who may all."""
    if db.dialect.name != "postgresql":
        return True
    values = (f"sz_o{office_id}_{Role.AUDITOR.value}",)
    return bool(db.exec_driver_sql(_SEES_ALL, values).scalar_one())


_SEES_ALL = (
    "select rolsuper or coalesce(pg_has_role(oid, to_regrole(%s), 'member'), false)"
    " from pg_roles where rolname = session_user"
)


def breaks(db: sa.Connection, office_id: int, *, report: Report | None = None) -> list[Break]:
    """The first break of each chain that has one, by case; the connection shows one snapshot.

    It is for those who read the whole history (`sees_all`). `report` hears of entries, done and
    all, and may raise to stop.
    """
    total = size(db, office_id)
    found: list[Break] = []
    done = heads_met = cases_met = 0
    # The office's own chain may be long and is gone through entry by entry from the beginning.
    for own in walk(_entries(db, office_id, "")):
        end = head(db, office_id, "")
        done, heads_met = own.length, int(end is not None)
        broken = own.against(end)
        found.extend([broken] if broken else [])
    for place, row in enumerate(_whole(db, office_id), start=1):
        one = Chain._make(row)
        broken = one_broken(one, _entries(db, office_id, one.case_id))
        if broken is not None:
            found.append(broken)
        done += one.length
        heads_met += one.end is not None
        cases_met += one.standing is not None
        if report is not None and place % _CHAINS_AT_ONCE == 0:
            report(done, total.entries, "")
    # Both are of chains that were met: as many as there are means that none is without its chain.
    if heads_met != total.chains or cases_met != _cases(db, office_id):
        found.extend(_without_chain(db, office_id))
    found.extend(papers_changed(db, office_id))
    found.extend(_roles(db, office_id))
    return sorted(found, key=lambda b: (b.case_id, b.seq))


class Chain(NamedTuple):
    """A case's chain in one row, for a row per entry would cost more than its hash; and what stands
    beside it: the kept end, and what the rows say of the case."""

    case_id: str
    length: int
    first: int
    last: int
    texts: bytes | None  # None where a server found it too big for one piece
    hashes: bytes | None
    end: int | None
    digest: str | None
    standing: str | None  # the case's id where its row is there
    version: int | None
    state: str
    written: int  # the version that wrote the case's own row


def one_broken(one: Chain, again: Iterable[Link]) -> Break | None:
    """The first break of a case's chain, by itself and against what stands beside it; `again` are
    its entries one by one, asked for only where something is wrong or too big for one piece."""
    made = digests(one.texts or b"")
    # The places differ by the key, so that so many from the first to the last are all of them; and
    # each is one piece: an entry with a zero byte in it could pass for two.
    whole = one.first == 1 and one.length == one.last == len(made)
    if (whole and b"".join(made) == one.hashes and one.digest and one.end == one.last
            and one.digest.encode() == made[-1]):  # fmt: skip
        texts = one.texts or b""
        return _against_case(one, texts[texts.rfind(b"\0") + 1 :]) or _against_row(one)
    end = None if one.end is None else Head(one.case_id, one.end, one.digest or "")
    last = Last()
    for walked in walk(last.of(again)):
        broken = walked.against(end)
        if broken is not None:
            return broken
    return _against_case(one, last.entry) or _fits(one, last.wrote)


class Last:
    """The last entry of a chain that is gone through, and the last that wrote the case's row."""

    def __init__(self) -> None:
        self.entry = b""
        self.wrote = b""

    def of(self, links: Iterable[Link]) -> Iterator[Link]:
        """The same entries, looked at in passing."""
        for link in links:
            self.entry = link[2]
            if not _leaves_the_row(link[2]):
                self.wrote = link[2]
            yield link


def head(db: sa.Connection, office_id: int, case_id: str) -> Head | None:
    """The kept end of one chain."""
    h = audit_head.c
    query = sa.select(h.seq, h.hash).where(h.office_id == office_id, h.case_id == case_id)
    row = db.execute(query).one_or_none()
    return None if row is None else Head(case_id, row.seq, row.hash)


def _without_chain(db: sa.Connection, office_id: int) -> list[Break]:
    """Kept ends and cases of which no entry is left."""
    a = audit.c
    found: set[str] = set()
    for table in (audit_head, case_):
        its = (a.office_id == table.c.office_id) & (a.case_id == table.c.case_id)
        none = sa.select(table.c.case_id).where(
            table.c.office_id == office_id, ~sa.exists().where(its)
        )
        found.update(db.execute(none).scalars())
    return [Break(case_id, 1, "deleted") for case_id in found]


def _cases(db: sa.Connection, office_id: int) -> int:
    query = sa.select(sa.func.count()).where(case_.c.office_id == office_id)
    return int(db.execute(query).scalar_one())


def _whole(db: sa.Connection, office_id: int) -> Iterator[tuple[Any, ...]]:
    """Each case's chain with what stands beside it, by the driver's own cursor."""
    raw: Any = db.connection.driver_connection
    if db.dialect.name != "postgresql":
        yield from raw.execute(_WHOLE_SQLITE, (office_id,))
        return

    def ask(after: str) -> list[tuple[Any, ...]]:
        with raw.cursor(binary=True) as cursor:
            asked: list[tuple[Any, ...]] = cursor.execute(
                _WHOLE_POSTGRESQL, (office_id, after, _CHAINS_ASKED)
            ).fetchall()
            return asked

    # The server puts the next chains together while these are hashed.
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(ask, "")
        while rows := coming.result():
            coming = ahead.submit(ask, rows[-1][0])
            yield from rows


def _entries(db: sa.Connection, office_id: int, case_id: str) -> Iterator[Link]:
    a = audit.c
    query = sa.select(a.case_id, a.seq, a.entry, a.hash).where(
        a.office_id == office_id, a.case_id == case_id
    )
    for row in db.execute(query.order_by(a.seq), execution_options={"yield_per": _WALKED_AT_ONCE}):
        yield row.case_id, row.seq, row.entry.encode(), row.hash


# Commands that leave the case's row as it was.
_LEAVE_THE_ROW = frozenset(
    action.value.encode() for action, effect in EFFECTS.items() if effect.moves is not Moves.ROW
)
# How such an entry begins in the canonical text of SQLite: one comparison instead of a search.
_LEAVING = tuple(b'{"action":"%b"' % action for action in sorted(_LEAVE_THE_ROW))
# "action" comes before anything that a person typed, in the order of either database.
_ACTION = re.compile(rb'"action": ?"([a-z_]+)"')


# In the order of a server it comes before anything that a person typed, but the case's id; a
# quotation mark in that is written with a backslash before it.
_STATE = re.compile(rb'"state": "([a-z_]*)"')


def _said(entry: bytes) -> dict[str, Any]:
    try:
        return read_entry(entry.decode())
    except ValueError:
        return {}  # what is no JSON fits no case


def _leaves_the_row(entry: bytes) -> bool:
    if entry.startswith(_LEAVING):
        return True
    said = _ACTION.search(entry)
    return said is not None and said[1] in _LEAVE_THE_ROW


def _against_row(one: Chain) -> Break | None:
    """The case's row is of the version of the last command that wrote it."""
    texts = one.texts or b""
    end = len(texts) + 1
    while end:
        begin = texts.rfind(b"\0", 0, end - 1) + 1
        if not texts.startswith(_LEAVING, begin):
            entry = texts[begin : end - 1]
            if not _leaves_the_row(entry):
                return _fits(one, entry)
        end = begin
    return Break(one.case_id, one.last, "row")


def _fits(one: Chain, wrote: bytes) -> Break | None:
    """Only what is needed of an entry is read, because reading it whole costs more than its hash:
    the version, where it stands in the order of either database; what ends otherwise is read."""
    ends = b'"version":%d}' % one.written, b'"version": %d}' % one.written
    if wrote.endswith(ends) or _said(wrote).get("version") == one.written:
        return None
    return Break(one.case_id, one.last, "row")


def _against_case(one: Chain, entry: bytes) -> Break | None:
    """The last entry says the version and the state in which it left the case."""
    if one.standing is None:
        return Break(one.case_id, one.last, "deleted")
    version = one.version or 0
    # How the canonical text of SQLite ends; what ends otherwise is read.
    if entry.endswith(b'"state":"%b","version":%d}' % (one.state.encode(), version)):
        return None
    state = _STATE.search(entry)
    if (
        state is not None
        and state[1] == one.state.encode()
        and entry.endswith(b'"version": %d}' % version)
    ):
        return None
    last = _said(entry)
    if version > last.get("version", 0):
        return Break(one.case_id, one.last + 1, "truncated")
    if last.get("version") != version or last.get("state") != one.state:
        return Break(one.case_id, one.last, "row")
    return None


def papers_changed(db: sa.Connection, office_id: int, *, case_id: str | None = None) -> list[Break]:
    """Stored papers whose bytes no longer have their hash, of the office or of one case."""
    d = document.c
    mine = sa.and_(d.office_id == office_id, sa.true() if case_id is None else d.case_id == case_id)
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
            told = read_entry(row.entry)
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
