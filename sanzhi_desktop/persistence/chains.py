"""Checking every history chain of an office against its head, its case and its last entry.

Lives here: reading chains and comparing them with the rows they explain. Must not: the hashing
itself (`domain.audit`) or checkpoints.
"""

import json
from collections.abc import Sequence
from itertools import groupby

import sqlalchemy as sa

from sanzhi_desktop.domain.audit import Break, Head, Link, check_chain
from sanzhi_desktop.persistence.tables import audit, audit_head, case_

_BATCH = 5000


def heads(db: sa.Connection, office_id: int) -> list[Head]:
    """The ends of all chains, as the database keeps them."""
    h = audit_head.c
    query = sa.select(h.case_id, h.seq, h.hash).where(h.office_id == office_id)
    return [Head(row.case_id, row.seq, row.hash) for row in db.execute(query)]


def breaks(db: sa.Connection, office_id: int) -> list[Break]:
    """The first break of each chain that has one, by case; the connection shows one snapshot."""
    a, k = audit.c, case_.c
    ends = {head.case_id: head for head in heads(db, office_id)}
    rows = db.execute(sa.select(k.case_id, k.version, k.state).where(k.office_id == office_id))
    cases = {row.case_id: (row.version, row.state) for row in rows}
    links = (
        sa.select(a.case_id, a.seq, a.entry, a.hash)
        .where(a.office_id == office_id)
        .order_by(a.case_id, a.seq)
    )
    found: list[Break] = []
    stream = db.execution_options(yield_per=_BATCH).execute(links)
    for case_id, group in groupby(stream, key=lambda row: str(row.case_id)):
        chain = [Link(case_id, row.seq, row.entry, row.hash) for row in group]
        broken = check_chain(chain, ends.pop(case_id, None))
        if broken is None and case_id:
            broken = _against_case(chain, cases.get(case_id))
        cases.pop(case_id, None)
        found.extend([broken] if broken else [])
    found.extend(Break(case_id, 1, "deleted") for case_id in {*ends, *cases})
    return sorted(found, key=lambda b: (b.case_id, b.seq))


def _against_case(chain: Sequence[Link], case: tuple[int, str] | None) -> Break | None:
    """Each command adds one version and one entry, and the last entry says the state."""
    last = chain[-1]
    if case is None:
        return Break(last.case_id, last.seq, "deleted")
    version, state = case
    if version > len(chain):
        return Break(last.case_id, last.seq + 1, "truncated")
    if version < len(chain) or json.loads(last.entry).get("state") != state:
        return Break(last.case_id, last.seq, "row")
    return None
