"""Entries written while the key store did not answer: remembered, and tagged when it does.

Lives here: what this program wrote without the key, and taking it in. Must not: what a tag is, or
tagging what somebody else wrote; that is for an administrator (`tags.begin`).

A program that wrote entries knows their hashes. When the key is there again, and the chain stands
as this program left it and carried a tag before, its end is tagged, and the history tells which
entries that were. After a restart nobody knows any more who wrote them.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from sanzhi_desktop.application.tagging import TagLack, TagMark
from sanzhi_desktop.domain.audit import Head
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.history_tag import Untagged
from sanzhi_desktop.persistence import tags
from sanzhi_desktop.persistence.embedded_writing import looking, writing
from sanzhi_desktop.persistence.history_key import HistoryKeys

if TYPE_CHECKING:
    from sqlalchemy import Engine

VIA = "store_back"  # how the entry of the history says that it was this
VIA_DESK = "desk"  # and that an administrator took in what was left
_END = "select seq, hash from audit_head where office_id = ? and case_id = ?"
_BETWEEN = (
    "select seq, hash from audit where office_id = ? and case_id = ? and seq between ? and ?"
    " order by seq"
)
_LACKING = (
    "select coalesce(sum(h.seq - coalesce(t.seq, 0)), 0) from audit_head h"
    " left join history_tag t on t.office_id = h.office_id and t.chain = h.case_id"
    " where h.office_id = ? and (t.seq is null or t.seq < h.seq)"
)


@dataclass(frozen=True, slots=True)
class _Run:
    """Entries of one chain that this program wrote without the key, one after the other."""

    before: Head | None  # the end that carries a tag; None where the chain began
    written: tuple[Head, ...]


class LateTags:
    """Belongs to one open database; shared by its sessions."""

    def __init__(self) -> None:
        self._keys = HistoryKeys()
        self._runs: dict[str, _Run] = {}
        self._lock = Lock()
        self._count = True  # whether to look into the database
        self._tagged = False  # whether the office has tags at all

    def __repr__(self) -> str:
        return f"LateTags({self._keys!r})"

    def key(self, engine: "Engine", office_id: int) -> bytes | None:
        """The key of the office's tags, asked for before the database is locked. No save waits for
        a person who is asked for a password: see `again`."""
        with looking(engine) as db:
            name = tags.key_name(db, office_id)
        self._tagged = bool(name)
        return self._keys.of(name) if name else None

    def wrote(self, before: Head | None, now: Head) -> None:
        """An entry stands in the database, and nothing tagged it."""
        if not self._tagged:
            return
        with self._lock:
            self._count = True
            run = self._runs.get(now.case_id)
            if run is None:
                self._runs[now.case_id] = _Run(before, (now,))
            elif before == run.written[-1]:
                self._runs[now.case_id] = _Run(run.before, (*run.written, now))
            else:  # somebody else wrote in between: this is not ours to vouch for
                del self._runs[now.case_id]

    def look(
        self,
        engine: "Engine",
        office_id: int,
        *,
        actor: str,
        now: Callable[[], datetime],
        anyway: bool = False,
    ) -> TagMark:
        """What carries no tag; what can be tagged now is. `anyway`: the store may ask its user."""
        if not self._count:
            return TagMark()
        with looking(engine) as db:
            name = tags.key_name(db, office_id)
        if not name:
            self._count = False
            return TagMark()
        key = self._keys.of(name, anyway=anyway)
        with self._lock:
            if key is not None and self._runs:
                with suppress(DomainError), writing(engine) as db:  # another moment, then
                    self._take_in(db, office_id, key, actor=actor, at=now())
                    self._runs.clear()
        with looking(engine) as db:
            (lacking,) = db.execute(_LACKING, (office_id,)).fetchone()
        self._count = lacking > 0
        if key is not None or not self._runs:
            return TagMark(lacking, TagLack.LEFT)
        return TagMark(lacking, TagLack.SILENT if self._keys.silent else TagLack.NO_KEY)

    def forget(self) -> None:
        """Everything carries a tag by now."""
        with self._lock:
            self._runs.clear()
            self._count = True

    def _take_in(
        self, db: sqlite3.Connection, office_id: int, key: bytes, *, actor: str, at: datetime
    ) -> None:
        taken = []
        for chain, run in sorted(self._runs.items()):
            stood = _stands(db, office_id, chain, run)
            if stood and tags.follow(db, office_id, key, before=run.before, now=run.written[-1]):
                taken.append(Untagged(chain, run.written[0].seq, run.written[-1].seq))
        if taken:
            tags.tell(db, office_id, key, tags.Wish(actor, at, "", VIA), tuple(taken))


def _stands(db: sqlite3.Connection, office_id: int, chain: str, run: _Run) -> bool:
    """Whether a chain still ends with exactly what was written."""
    last = run.written[-1]
    if db.execute(_END, (office_id, chain)).fetchone() != (last.seq, last.hash):
        return False
    found = db.execute(_BETWEEN, (office_id, chain, run.written[0].seq, last.seq)).fetchall()
    return found == [(head.seq, head.hash) for head in run.written]


@dataclass(frozen=True, slots=True)
class DeskTags:
    """`Tagging` of one session."""

    late: LateTags
    engine: "Engine"
    office_id: int
    person_id: str
    now: Callable[[], datetime]

    def look(self) -> TagMark:
        """Bothers nobody."""
        return self._look(anyway=False)

    def again(self) -> TagMark:
        """The key store may ask its user."""
        return self._look(anyway=True)

    def take_in(self, reason: str, seen: Sequence[Untagged]) -> None:
        """Tags what was left, which the history tells with its reason."""
        wish = tags.Wish(self.person_id, self.now(), reason, VIA_DESK)
        tags.begin(self.engine, self.office_id, wish, seen=seen)
        self.late.forget()

    def _look(self, *, anyway: bool) -> TagMark:
        return self.late.look(
            self.engine, self.office_id, actor=self.person_id, now=self.now, anyway=anyway
        )
