"""Values of a kind that no program writes: text in a column of numbers, a moment that is none.

Lives here: naming them. SQLite keeps any value in any column, and whoever owns the file could put
one where the checks of the history would stumble over it instead of telling what was done.
Must not: what values of the right kind say (`chains`, `row_check`).
"""

from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.keeping import Report
from sanzhi_desktop.domain.audit import Break
from sanzhi_desktop.persistence import chains, checkpoints, tables
from sanzhi_desktop.persistence.columns import Instant

_STUMBLES = (TypeError, AttributeError, ValueError, KeyError)
_CASE = "case when typeof(case_id) = 'text' then case_id else hex(case_id) end"
_MOMENT = (
    "typeof({c}) = 'text' and strftime('%Y-%m-%dT%H:%M:%S', {c}, '+0 days') = substr({c}, 1, 19)"
    " and substr({c}, 20) glob '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'"
)


def breaks(db: sa.Connection, office_id: int, *, report: Report | None = None) -> list[Break]:
    """Every break of chains and checkpoints; where the check stumbles over values of a wrong kind,
    those instead. `report` as in `chains.breaks`."""
    try:
        found = chains.breaks(db, office_id, report=report)
        told = {one.case_id for one in found}
        kept = checkpoints.breaks(db, office_id)
        return [*found, *(one for one in kept if one.case_id not in told)]
    except _STUMBLES:
        if db.dialect.name != "sqlite":
            raise
        named = wrong(db, office_id)
        if not named:
            raise
        return named


def wrong(db: sa.Connection, office_id: int) -> list[Break]:
    """The cases and tables of an embedded office in which a value is of no kind that fits."""
    raw: Any = db.connection.driver_connection
    found: list[Break] = []
    for table in tables.metadata.sorted_tables:
        fits = " and ".join(f"coalesce({_fits(column)}, 0)" for column in table.columns)
        case = _CASE if "case_id" in table.columns else "''"
        asked = f"select distinct {case} from {table.name}"
        rows = raw.execute(f"{asked} where office_id = ? and not ({fits})", (office_id,))
        found.extend(Break(case_id, 0, "kind") for (case_id,) in rows)
    return sorted(set(found), key=lambda one: one.case_id)


def _fits(column: "sa.Column[Any]") -> str:
    kind, c = column.type, f'"{column.name}"'
    if isinstance(kind, Instant):
        fits = _MOMENT.format(c=c)
    elif isinstance(kind, sa.Date):
        fits = f"typeof({c}) = 'text' and date({c}, '+0 days') = {c}"
    elif isinstance(kind, sa.LargeBinary):
        fits = f"typeof({c}) = 'blob'"
    else:
        fits = f"typeof({c}) = '{'integer' if isinstance(kind, sa.Integer) else 'text'}'"
    return f"({c} is null or {fits})" if column.nullable else f"({fits})"
