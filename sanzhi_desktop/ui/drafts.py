"""What is typed is kept on this PC until the database has it: the journal of drafts.

One SQLite file, one row per form, sealed with AES-GCM. The key that seals is random and is
itself sealed with a key derived from the log-in password, so that no secret lies in a file.
Everything that touches the file runs in the local lane.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from PySide6.QtCore import QObject, Signal

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.settings import room
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Jobs, Lane

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keyring (
    person TEXT PRIMARY KEY, salt BLOB NOT NULL, nonce BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS draft (
    person TEXT NOT NULL, key TEXT NOT NULL, saved_at TEXT NOT NULL,
    nonce BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (person, key));
"""
WAITING = "waiting"  # no form: the saves that wait for a file to be chosen again
_SHELF = "#"  # follows the person where rows are kept that an earlier password sealed


@dataclass(frozen=True, slots=True)
class Draft:
    """One form as it was when it was last touched. `key` is "screen:case id"."""

    key: str
    saved_at: datetime
    title: str
    version: int
    values: Mapping[str, Any]


class Journal:
    """The file. One instance lives in one thread; `person` names whose drafts it holds."""

    def __init__(self, file: Path, person: str, password: str, *, shelf: str = "") -> None:
        """Opens or begins the journal, or one of its shelves. Raises DomainError: wrong password,
        unreadable file."""
        self._file = file
        self._person = person
        self._owner = person + shelf
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._key = self._unlock(password)
        except (OSError, sqlite3.DatabaseError) as error:
            raise self._told(DeskFault.DRAFT_UNREADABLE, DeskFault.NO_ROOM, error) from error

    def _told(self, code: DeskFault, no_room: DeskFault, error: Exception) -> DomainError:
        """A full disk is nobody's mistake and passes when room is made."""
        facts = {"file": str(self._file), "reason": str(error)}
        return DomainError(no_room if room.full(error, self._file) else code, **facts)

    def _unlock(self, password: str) -> bytes:
        row = self._db.execute(
            "SELECT salt, nonce, sealed FROM keyring WHERE person = ?", (self._owner,)
        ).fetchone()
        if row is None:
            key = os.urandom(32)
            self._lock(key, password)
            return key
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt, nonce, sealed = row
        try:
            return AESGCM(_derive(password, salt)).decrypt(nonce, sealed, self._person.encode())
        except InvalidTag:
            raise DomainError(DeskFault.DRAFT_WRONG_PASSWORD) from None

    def _lock(self, key: bytes, password: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        salt, nonce = os.urandom(16), os.urandom(12)
        sealed = AESGCM(_derive(password, salt)).encrypt(nonce, key, self._person.encode())
        self._db.execute(
            "INSERT OR REPLACE INTO keyring VALUES (?, ?, ?, ?)",
            (self._owner, salt, nonce, sealed),
        )

    def change_password(self, password: str) -> None:
        """Keeps the drafts readable under a new log-in password."""
        self._lock(self._key, password)

    def put(self, key: str, *, title: str, version: int, values: Mapping[str, Any]) -> None:
        """Keeps a form, in place of what was kept of it before. Raises DomainError."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        body = json.dumps(
            {"title": title, "version": version, "values": dict(values)}, ensure_ascii=False
        ).encode()
        nonce = os.urandom(12)
        sealed = AESGCM(self._key).encrypt(nonce, body, self._bound(key))
        self._write(
            "INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?)",
            (self._owner, key, datetime.now(UTC).isoformat(), nonce, sealed),
        )

    def drop(self, key: str) -> None:
        """Forgets a form: the database has it, or nobody wants it. Raises DomainError."""
        self._write("DELETE FROM draft WHERE person = ? AND key = ?", (self._owner, key))

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        try:
            self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise self._told(DeskFault.DRAFT_NOT_KEPT, DeskFault.DISK_FULL, error) from error

    def all(self) -> Sequence[Draft]:
        """All drafts of the person, the latest first. Rows that were tampered with are left out."""
        return [draft for draft in self._rows() if draft.key != WAITING]

    def waiting(self) -> list[Mapping[str, Any]]:
        """The saves that wait for files, as the connection told them."""
        rows = [draft for draft in self._rows() if draft.key == WAITING]
        return [part for row in rows for part in row.values["parts"]]

    def _rows(self) -> Sequence[Draft]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        found = []
        for key, saved_at, nonce, sealed in self._db.execute(
            "SELECT key, saved_at, nonce, sealed FROM draft WHERE person = ?"
            " ORDER BY saved_at DESC",
            (self._owner,),
        ).fetchall():
            try:
                body = json.loads(AESGCM(self._key).decrypt(nonce, sealed, self._bound(key)))
            except InvalidTag:
                continue
            found.append(
                Draft(
                    key,
                    datetime.fromisoformat(saved_at),
                    body["title"],
                    body["version"],
                    body["values"],
                )
            )
        return found

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _bound(self, key: str) -> bytes:
        """Binds a sealed row to its place: rows cannot be swapped between forms or people."""
        return f"{self._person}\0{key}".encode()


def open_journal(file: Path, person: str, password: str) -> Journal:
    """The journal of a log-in. What another password sealed is shelved first, never lost.

    Raises DomainError when the file cannot be read.
    """
    try:
        return Journal(file, person, password)
    except DomainError as error:
        if error.code is not DeskFault.DRAFT_WRONG_PASSWORD:
            raise
    _shelve(file, person)
    return Journal(file, person, password)


def _shelve(file: Path, person: str) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        shelf = f"{_SHELF}{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        for table in ("draft", "keyring"):
            db.execute(
                f"UPDATE {table} SET person = ? WHERE person = ?",  # noqa: S608 - both are ours
                (person + shelf, person),
            )


def shelves(file: Path, person: str) -> list[str]:
    """The shelves of a person that hold drafts, the oldest first."""
    with closing(sqlite3.connect(file)) as db:
        start = person + _SHELF
        rows = db.execute(
            "SELECT DISTINCT person FROM draft WHERE substr(person, 1, ?) = ? ORDER BY person",
            (len(start), start),
        ).fetchall()
    return [owner[len(person) :] for (owner,) in rows]


def recover(file: Path, person: str, old_password: str, journal: Journal) -> int:
    """Brings what the old password opens over into the journal; how many drafts. What was typed
    since then stays. Raises DomainError when it opens no shelf."""
    known = {draft.key for draft in journal.all()}
    found, opened = 0, False
    for shelf in shelves(file, person):
        try:
            old = Journal(file, person, old_password, shelf=shelf)
        except DomainError:
            continue
        opened = True
        for draft in old.all():
            if draft.key not in known:
                journal.put(
                    draft.key, title=draft.title, version=draft.version, values=draft.values
                )
                found += 1
        waiting = old.waiting()
        if waiting:
            parts = [*journal.waiting(), *waiting]
            journal.put(WAITING, title="", version=0, values={"parts": parts})
            found += 1
        old.close()
        _forget(file, person + shelf)
    if not opened:
        raise DomainError(DeskFault.DRAFT_WRONG_PASSWORD)
    return found


def give_up(file: Path, person: str) -> None:
    """Deletes everything on the person's shelves."""
    for shelf in shelves(file, person):
        _forget(file, person + shelf)


def _forget(file: Path, owner: str) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("DELETE FROM draft WHERE person = ?", (owner,))
        db.execute("DELETE FROM keyring WHERE person = ?", (owner,))


def _derive(password: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=2**14, r=8, p=1).derive(password.encode())


class Drafts(QObject):
    """The journal as screens use it: nothing here waits, the local lane does the work.

    `kept_here` follows when a form lies on the disk, `not_kept` when it could not be written,
    `delivered` when the database has acknowledged it.
    """

    kept_here = Signal(str)
    not_kept = Signal(str)
    delivered = Signal(str)

    def __init__(self, jobs: Jobs, journal: Journal | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._journal = journal
        self._told_not_kept = False
        # A form may be kept from two lanes: what was asked later stands, whoever writes last.
        self._order = count()
        self._latest: dict[str, int] = {}
        self._lock = Lock()

    @property
    def keeps(self) -> bool:
        """Whether there is a journal at all."""
        return self._journal is not None

    def use(self, journal: Journal) -> None:
        """Goes on with another journal: the same drafts under a new password."""
        self._journal = journal

    def keep(self, key: str, *, title: str, version: int, values: Mapping[str, Any]) -> None:
        """Keeps a form now."""
        journal = self._journal
        if journal is not None:
            turn = next(self._order)
            self._jobs.run(
                Lane.LOCAL,
                self,
                lambda: self._in_turn(
                    key,
                    turn,
                    lambda: journal.put(key, title=title, version=version, values=values),
                ),
                done=lambda _: self._kept(key),
                failed=lambda error: self._not_kept(key, error),
            )

    def keep_now(self, key: str, *, title: str, version: int, values: Mapping[str, Any]) -> None:
        """Keeps a form before a command goes out; in the lane that sends it. Where it cannot be
        kept, the form's own next try says so."""
        journal = self._journal
        if journal is not None:
            turn = next(self._order)
            with suppress(DomainError):
                self._in_turn(
                    key,
                    turn,
                    lambda: journal.put(key, title=title, version=version, values=values),
                )

    def drop_now(self, key: str) -> None:
        """Forgets a form that the database has; in the lane that sent it."""
        journal = self._journal
        if journal is not None:
            turn = next(self._order)
            with suppress(DomainError):
                self._in_turn(key, turn, lambda: journal.drop(key))

    def _in_turn(self, key: str, turn: int, write: Callable[[], None]) -> None:
        with self._lock:
            if self._latest.get(key, -1) < turn:
                write()
                self._latest[key] = turn

    def _kept(self, key: str) -> None:
        self._told_not_kept = False
        self.kept_here.emit(key)

    def _not_kept(self, key: str, error: BaseException) -> None:
        """Said in full once; after that the status line says it until there is room again."""
        self.not_kept.emit(key)
        if not self._told_not_kept:
            self._told_not_kept = True
            self._jobs.failed.emit(self, error)

    def drop(self, key: str) -> None:
        """Forgets a form."""
        journal = self._journal
        if journal is not None:
            turn = next(self._order)
            self._jobs.run(
                Lane.LOCAL,
                self,
                lambda: self._in_turn(key, turn, lambda: journal.drop(key)),
                failed=lambda error: self._not_kept(key, error),
            )

    def recover(
        self,
        owner: QObject,
        place: tuple[Path, str],
        old_password: str,
        *,
        done: Callable[[int], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Takes over what an earlier password sealed; `place` is the file and the person."""
        journal = self._journal
        if journal is not None:
            file, person = place
            self._jobs.run(
                Lane.LOCAL,
                owner,
                lambda: recover(file, person, old_password, journal),
                done=done,
                failed=failed,
            )

    def read(self, owner: QObject, done: Callable[[Sequence[Draft]], None]) -> None:
        """Reads all drafts of the person."""
        journal = self._journal
        if journal is not None:
            self._jobs.run(Lane.LOCAL, owner, journal.all, done=done)

    def read_waiting(self, owner: QObject, done: Callable[[Any], None]) -> None:
        """Reads the saves that wait for files."""
        journal = self._journal
        if journal is not None:
            self._jobs.run(Lane.LOCAL, owner, journal.waiting, done=done)
