"""Every stored file that an office names: what an export, a backup, a move or a check must find.

Lives here: the one list of places where the hash of a file may stand. Must not: the bytes.

A row that is replaced leaves its hash in the history alone: what an earlier round was signed on is
evidence like what stands in the rows today. The server says the same in SQL (`api.file_uses`),
because whoever keeps the files there need not read the cases.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.files import FileUse
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.stored_json import read_entry

Ask = Callable[[str], Iterable[Sequence[Any]]]  # SQL without parameters → rows

_BATCH = 500
TRANSFER_FILE = "涉嫌犯罪移送材料"  # named in JSON beside the case, without a row of its own
NAMED = '"sha256": ?"([0-9a-f]{64})"'
HASH = re.compile("[0-9a-f]{64}")
# Where an entry names files in rows that a later command replaces. What names them for good (an
# objection, a reply, an event) is found in its row.
REPLACED: Mapping[Action, str] = {
    Action.REGISTER: "materials",
    Action.EDIT: "materials",
    Action.PREPARE_TRANSFER: "attachments",
}

REPLACING = f'"action": ?"({"|".join(REPLACED)})"'
_REPLACING = re.compile(REPLACING)

_ROWS = tuple(
    f"select case_id, sha256, name, {now} from {table} where office_id = {{office}}"
    f" and sha256 <> '' order by {order}"
    for table, now, order in (
        ("material", 1, "case_id, place"),
        ("dispute_file", 1, "case_id, owner_id, place"),
        ("expert_material", 0, "case_id, request_id, material_id"),
    )
)
_TEXTS = tuple(
    f"select case_id, {column} from {table} where office_id = {{office}} order by {order}"
    for table, column, order in (
        ("transfer", "attachments", "case_id, no"),
        ("transfer_event", "detail", "case_id, no, seq"),
    )
)
_ENTRIES = (
    "select case_id, entry from audit where office_id = {office} and case_id <> ''"
    " and entry like '%\"sha256\"%' order by case_id, seq"
)


def named_files(ask: Ask, office_id: int) -> tuple[FileUse, ...]:
    """Every file that a row or the history of this office names, once per case, by case; what a
    row names today first. `ask` sees every row of the office, in one snapshot."""
    office = int(office_id)
    names = {row[0]: str(row[1]) for row in ask(
        f"select case_id, name from case_ where office_id = {office}")}  # fmt: skip
    return once(
        FileUse(sha256, case_id, names.get(case_id, ""), name, bool(now))
        for case_id, sha256, name, now in chain(_in_rows(ask, office), _in_history(ask, office))
    )


def once(uses: Iterable[FileUse]) -> tuple[FileUse, ...]:
    """Each file of a case once, by case; a use of today tells of it before one of the past. What
    is no hash is no file, whatever a log-in of a server wrote there."""
    found: dict[tuple[str, str], FileUse] = {}
    for use in uses:
        if not HASH.fullmatch(use.sha256):
            continue
        kept = found.setdefault((use.case_id, use.sha256), use)
        if use.now and not kept.now:
            found[use.case_id, use.sha256] = use
    return tuple(sorted(found.values(), key=lambda use: (use.case_id, not use.now)))


def asking(db: sa.Connection) -> Ask:
    """Asking through an engine's connection, a few rows at a time."""
    return lambda sql: db.execute(sa.text(sql), execution_options={"yield_per": _BATCH})


def _in_rows(ask: Ask, office: int) -> Iterator[tuple[str, str, str, int]]:
    for rows in _ROWS:
        for case_id, sha256, name, now in ask(rows.format(office=office)):
            yield case_id, sha256, name, now
    for texts in _TEXTS:
        for case_id, text in ask(texts.format(office=office)):
            for sha256 in re.findall(NAMED, text):
                yield case_id, sha256, TRANSFER_FILE, 1


def _in_history(ask: Ask, office: int) -> Iterator[tuple[str, str, str, int]]:
    for case_id, entry in ask(_ENTRIES.format(office=office)):
        for sha256, name in in_entry(entry):
            yield case_id, sha256, name, 0


def in_entry(entry: str) -> Iterator[tuple[str, str]]:
    """The files (hash, name) that an entry of the history put into rows that may be replaced."""
    if not _REPLACING.search(entry):
        return  # reading all of them would take as long as checking the history
    try:
        told = read_entry(entry)
    except ValueError:
        return  # no desk wrote that; checking the chains says so
    place = REPLACED.get(told.get("action", ""))
    if place is None:
        return
    payload = told.get("payload")
    if not payload:  # nested too deep to be read; no evidence is lost by that
        yield from ((sha256, "") for sha256 in re.findall(NAMED, entry))
        return
    listed = payload.get(place) if isinstance(payload, dict) else None
    for one in listed if isinstance(listed, list) else ():
        sha256 = one.get("sha256") if isinstance(one, dict) else None
        if isinstance(sha256, str) and HASH.fullmatch(sha256):
            yield sha256, str(one.get("name") or "")
