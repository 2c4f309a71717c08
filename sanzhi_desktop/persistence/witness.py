"""What a root from outside says about the history, and handing roots out to be such a witness.

Lives here: a root as printed on a paper or given by a file. Must not: keeping and checking the
checkpoints of the database itself (`checkpoints`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.audit import GENESIS, Break, Checkpoint, Head, PrintedRoot
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import checkpoints, tables
from sanzhi_desktop.persistence.embedded_writing import writing
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.reader import DatabaseReader
from sanzhi_desktop.persistence.snapshot import reading

FORMAT = "sanzhi-checkpoints-1"


@dataclass(frozen=True, slots=True)
class Witness:
    """What a root from outside says: it holds, or these chains were rewritten, or nobody knows.

    `last` is the newest checkpoint asked about, as far as it is known; None where it was never
    kept, or is that of this moment.
    """

    holds: bool
    known: bool
    breaks: tuple[Break, ...] = ()
    last: Checkpoint | None = None


def record(reader: DatabaseReader) -> str:
    """Keeps a checkpoint in a transaction of its own and returns its root. Raises DomainError."""
    if reader.engine.dialect.name == "postgresql":
        try:
            with reader.engine.begin() as server:
                asked = server.exec_driver_sql(
                    "select api.checkpoint(%s::integer)", (reader.office_id,)
                )
                return str(asked.scalar_one())
        except sa.exc.DBAPIError as error:
            raise named_by_engine(error) from error
    moment = reader.clock() if reader.clock is not None else datetime.now(UTC)
    with writing(reader.engine) as db:
        return checkpoints.keep(db, reader.office_id, moment)


def ask(reader: DatabaseReader, told: str | PrintedRoot) -> Witness:
    """Compares the history with a root known from elsewhere, whole or as a list prints it. The
    chains themselves were checked."""
    with reading(reader.engine) as db:
        c = tables.checkpoint.c
        query = sa.select(c.n).where(c.office_id == reader.office_id)
        if isinstance(told, str):
            query = query.where(c.root == told)
        else:
            begins = sa.func.substr(c.root, 1, len(told.begin)) == told.begin
            query = query.where(c.n == told.n, begins)
        n = db.execute(query.order_by(c.n).limit(1)).scalar_one_or_none()
        if n is None:
            now = checkpoints.root_now(db, reader.office_id) == told
            return Witness(holds=now, known=now)
        listed = [one for one in checkpoints.kept(db, reader.office_id) if one.n <= n]
        wrong = list(checkpoints.not_adding_up(listed))
        found = wrong or list(checkpoints.contradicted(db, reader.office_id, last=n))
    return Witness(holds=not found, known=True, breaks=tuple(found), last=listed[-1])


# ------------------------------------------------------------------ handing out


def exported(reader: DatabaseReader) -> dict[str, Any]:
    """Every checkpoint with its leaves, for whoever is to hold them: the upper office, a safe."""
    office = reader.office()
    with reading(reader.engine) as db:
        listed = [_plain(one) for one in checkpoints.kept(db, reader.office_id)]
    return {
        "format": FORMAT,
        "office": {"office_id": office.office_id, "code": office.code, "name": office.name},
        "root": listed[-1]["root"] if listed else GENESIS,
        "checkpoints": listed,
    }


def _plain(one: Checkpoint) -> dict[str, Any]:
    return {
        "n": one.n,
        "previous": one.previous,
        "root": one.root,
        "made_at": one.made_at,
        "leaves": [[head.case_id, head.seq, head.hash] for head in one.heads],
    }


def from_export(text: str, *, path: str) -> tuple[str, list[Checkpoint]]:
    """The office's code and the checkpoints of an exported file.

    Raises DomainError for a file that is no such export or does not add up by itself.
    """
    try:
        told: Any = json.loads(text)
        listed = [_checkpoint(one) for one in told["checkpoints"] if told["format"] == FORMAT]
        code = str(told["office"]["code"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DomainError(PersistenceFault.BAD_CHECKPOINT_FILE, path=path) from error
    if not listed or list(checkpoints.not_adding_up(listed)):
        raise DomainError(PersistenceFault.BAD_CHECKPOINT_FILE, path=path)
    return code, listed


def _checkpoint(told: Mapping[str, Any]) -> Checkpoint:
    heads = tuple(Head(str(c), int(seq), str(digest)) for c, seq, digest in told["leaves"])
    return Checkpoint(
        int(told["n"]), str(told["previous"]), str(told["root"]), heads, str(told["made_at"])
    )


def compare(reader: DatabaseReader, listed: Iterable[Checkpoint]) -> Witness:
    """Compares the history with checkpoints that were handed out and add up by themselves."""
    wanted: dict[str, dict[int, str]] = {}
    last: Checkpoint | None = None
    for one in listed:
        last = one
        for head in one.heads:
            wanted.setdefault(head.case_id, {})[head.seq] = head.hash
    a = tables.audit.c
    query = sa.select(a.case_id, a.seq, a.hash).where(a.office_id == reader.office_id)
    other: dict[str, int] = {}
    with reading(reader.engine) as db:
        for row in db.execute(query, execution_options={"yield_per": 5000}):
            places = wanted.get(row.case_id)
            digest = places.pop(row.seq, None) if places else None
            if digest is not None and digest != row.hash:
                other[row.case_id] = min(row.seq, other.get(row.case_id, row.seq))
    found = [Break(case_id, seq, "rewritten") for case_id, seq in other.items()]
    found.extend(
        Break(case_id, min(places), "deleted")
        for case_id, places in wanted.items()
        if places and case_id not in other
    )
    breaks = tuple(sorted(found, key=_by_case))
    return Witness(holds=not found, known=True, breaks=breaks, last=last)


def _by_case(one: Break) -> tuple[str, int]:
    return one.case_id, one.seq
