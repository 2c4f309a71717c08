"""Pieces of effects that several actions share: inserting, the clock, papers, closing the gate.

Lives here: building blocks in the language of `writes`. Must not: what one action writes.
"""

from collections.abc import Mapping

from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.folding import BETWEEN
from sanzhi_desktop.persistence.sights import Sight, sight
from sanzhi_desktop.persistence.writes import Refuse, Run, Steps

HERE = "office_id = {office} and case_id = {case}"
THIS_ROUND = f"{HERE} and round = {{round}}"
MY_NAME = {"name": "(select name from person where office_id = {office} and person_id = {me})"}


def findable(number: str) -> Mapping[str, str]:
    """The case's columns by which it is found under a number, given as an expression of folded
    text; the same number twice stands there once."""
    added = f"'{BETWEEN}' || {number}"
    return {c: f"replace({c}, {added}, '') || {added}" for c in ("numbers", "finder")}


def recused(person: str) -> str:
    """Whether a recusal (回避) of the person covers this case."""
    return (
        f"exists (select 1 from recusal where office_id = {{office}} and person_id = {person}"
        " and ((case_id <> '' and case_id = {case}) or (party <> '' and party = {c.party_name})"
        " or (unit <> '' and unit = {c.unit})))"
    )


def round_is(condition: str) -> str:
    """Whether something holds of the running round."""
    return f"exists (select 1 from round where {THIS_ROUND} and ({condition}))"


def with_readers(table: str, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values with the people who may read the row, where the table keeps them."""
    seen = sight(table, values)
    return {"readers": "{readers}", **values} if seen is Sight.CASE else values


def insert(table: str, values: Mapping[str, str], *, after: str = "", when: str = "") -> Run:
    """An INSERT with the office in front; `after` may hold an ON CONFLICT clause.

    A row of a case carries the people who may read it.
    """
    values = with_readers(table, values)
    columns = ", ".join(("office_id", *values))
    listed = ", ".join(("{office}", *values.values()))
    return Run(f"insert into {table} ({columns}) values ({listed}) {after}".strip(), when)


def clock(event: str, *, when: str = "", round_: str = "{round}", **more: str) -> Run:
    """Appends one event to the review clock of the case."""
    given = {"cause": "''", "number": "0", "unit": "''", "approver": "''", "reason": "{reason}"}
    named = {"round": round_, "event": f"'{event}'", "at": "{now}", **given, **more}
    values = {**named, "readers": "{readers}"}
    columns = ", ".join(("office_id", "case_id", "seq", *values))
    listed = ", ".join(("{office}", "{case}", "coalesce(max(seq), 0) + 1", *values.values()))
    return Run(
        f"insert into clock_event ({columns}) select {listed} from clock_event where {HERE}", when
    )


NOT_A_PDF = Refuse("{p.document|has} and {p.document.pdf|is_pdf} = 0", PersistenceFault.NOT_A_PDF)


def document(kind: str, *, required: bool, round_: str = "{round}") -> Steps:
    """Stores a paper by its hash; the hash is computed again by the database."""
    digest = Refuse(
        "{p.document|has} and coalesce({p.document.pdf|digest}, '') <> {p.document.sha256}",
        PersistenceFault.DIGEST_MISMATCH,
    )
    store = insert(
        "document",
        {
            "case_id": "{case}",
            "sha256": "{p.document.sha256}",
            "round": round_,
            "kind": f"'{kind}'",
            "size": "length({p.document.pdf|bytes})",
            "content": "{p.document.pdf|bytes}",
            "stored_by": "{me}",
            "stored_at": "{now}",
        },
        when="{p.document|has} and not exists (select 1 from document"
        f" where {HERE} and sha256 = {{p.document.sha256}})",
    )
    missing = Refuse("not {p.document|has}", PersistenceFault.DOCUMENT_MISSING)
    return (missing, digest, NOT_A_PDF, store) if required else (digest, NOT_A_PDF, store)


CLOSE_CLEARANCE = Run(
    "update clearance set open = 0, closed_at = {now}, closed_because = {reason}"
    f" where {HERE} and open = 1"
)

STOP = clock(
    "stop",
    when="{c.state} in ('submitted', 'correction', 'accepted', 'reviewing', 'signing')",
)
