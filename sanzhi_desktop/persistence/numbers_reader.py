"""Reads the numbers (文号) of every series, and how far each series has come.

Lives here: queries. Must not: saying what is a gap (`application.numbers_register`).
"""

import sqlalchemy as sa

from sanzhi_desktop.application.queries import CounterRow, NumberKind, NumberRow, NumberStatus
from sanzhi_desktop.persistence.case_tables import case_, counter, number
from sanzhi_desktop.persistence.transfer_tables import transfer_number


def numbers(db: sa.Connection, office_id: int) -> tuple[NumberRow, ...]:
    """Every number of every series, the newest year first, each series downward."""
    found = [
        *_of(db, office_id, number, number.c.round, NumberKind.OPINION),
        *_of(db, office_id, transfer_number, transfer_number.c.transfer_no, NumberKind.TRANSFER),
    ]
    return tuple(sorted(found, key=lambda r: (-r.year, r.series, -r.no)))


def _of(
    db: sa.Connection, office_id: int, table: sa.Table, place: sa.Column[int], kind: NumberKind
) -> list[NumberRow]:
    n, k = table.c, case_.c
    query = (
        sa.select(table, k.name, place.label("place"))
        .join(case_, (k.office_id == n.office_id) & (k.case_id == n.case_id))
        .where(n.office_id == office_id)
    )
    return [
        NumberRow(
            series=row["series"],
            year=row["year"],
            no=row["no"],
            label=row["label"],
            case_id=row["case_id"],
            case_name=row["name"],
            round=row["place"],
            status=NumberStatus(row["status"]),
            reserved_by=row["reserved_by"],
            reserved_at=row["reserved_at"],
            void_reason=row["void_reason"],
            kind=kind,
        )
        for row in db.execute(query).mappings()
    ]


def counters(db: sa.Connection, office_id: int) -> tuple[CounterRow, ...]:
    """How far each series has come in each year."""
    query = (
        sa.select(counter.c.series, counter.c.year, counter.c.last_no)
        .where(counter.c.office_id == office_id)
        .order_by(counter.c.year.desc(), counter.c.series)
    )
    return tuple(CounterRow(row.series, row.year, row.last_no) for row in db.execute(query))
