"""Earlier decisions that rest on the same provisions, with what they share said openly.

No score: a decision is shown because it names the same articles, and those are shown beside it.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from sanzhi_desktop.application.queries import SimilarRow
from sanzhi_desktop.domain.case import Case
from sanzhi_desktop.domain.submission_json import submission_from_json
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.stored_json import read_object

LOOKED_AT = 300  # the newest decisions of the kind; parsing them takes some milliseconds
SHOWN = 5


def similar_decisions(db: sa.Connection, case: Case) -> Sequence[SimilarRow]:
    """Those with the most provisions in common first, among them the newest."""
    mine = {*case.submission.violated_provisions, *case.submission.penalty_basis}
    if not mine:
        return ()
    k, d = tables.case_.c, tables.decision.c
    query = (
        sa.select(k.case_id, k.submission, d.number, d.decided_on)
        .join(tables.decision, (d.office_id == k.office_id) & (d.case_id == k.case_id))
        .where(
            k.office_id == case.office_id,
            k.kind == case.submission.kind.value,
            k.case_id != case.case_id,
        )
        .order_by(d.decided_on.desc())
        .limit(LOOKED_AT)
    )
    found = []
    for row in db.execute(query):
        other = submission_from_json(read_object(row.submission))
        shared = mine & {*other.violated_provisions, *other.penalty_basis}
        if shared:
            found.append(
                SimilarRow(
                    case_id=row.case_id,
                    name=other.name,
                    party_name=other.party.name,
                    number=row.number,
                    decided_on=row.decided_on,
                    amount_fen=other.amount_fen,
                    tier=other.discretion_tier,
                    shared=tuple(sorted(shared)),
                )
            )
    found.sort(key=lambda s: -len(s.shared))  # stable: among equals the newest stays first
    return tuple(found[:SHOWN])
