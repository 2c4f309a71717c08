"""The single door for writing on one PC: every command is one BEGIN IMMEDIATE.

Lives here: the frame around each command (membership, replay, version, workflow, audit) for
SQLite. Must not: what an action writes (`case_effects`, `office_effects`) or the walls in the
tables, which hold without this file. The frame of PostgreSQL is generated in `functions`.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.commands import Changed, Command, OfficeCommand
from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.application.ports import FileStore
from sanzhi_desktop.domain.audit import (
    ENTRY_LIMIT,
    GENESIS,
    Head,
    entry_text,
    left_out,
    link_hash,
)
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import AttachmentFault, FileState
from sanzhi_desktop.domain.people import Actor, Role
from sanzhi_desktop.domain.workflow import Action, Position, State, step
from sanzhi_desktop.persistence import checkpoints, tags
from sanzhi_desktop.persistence.carrying import Carrier
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.embedded_writing import write_link, writing
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.late_tags import LateTags
from sanzhi_desktop.persistence.materials_digest import embedded_digest
from sanzhi_desktop.persistence.office_effects import OFFICE_EFFECTS, OFFICE_ROLES, OWN
from sanzhi_desktop.persistence.prepare import prepared_payload
from sanzhi_desktop.persistence.writes import (
    SHANGHAI,
    Effect,
    Moves,
    Values,
    stamp,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

Clock = Callable[[], datetime]
_DAMAGE = (
    (FileState.CHANGED, AttachmentFault.CHANGED),
    (FileState.MISSING, AttachmentFault.MISSING),
)


@dataclass(frozen=True, slots=True)
class SqliteGateway:
    """Commands of one person on the embedded database. `clock` is set for replays only."""

    engine: "Engine"
    person_id: str
    clock: Clock | None = None
    files: FileStore | None = None  # looked at before a decision is registered
    late: LateTags = field(default_factory=LateTags)  # the key of the tags, and what lacks one

    def now(self) -> datetime:
        """The PC's clock, or the replayed one."""
        return self.clock() if self.clock is not None else datetime.now(UTC)

    def send(self, command: Command) -> Changed:
        """Carries out one command on one case."""
        payload = prepared_payload(command.action, command.payload)
        key = self.late.key(self.engine, command.office_id)
        with writing(self.engine) as db:
            frame = self._frame(db, command.office_id, command.command_id, command.case_id, key=key)
            kept = frame.replayed()
            result = kept or frame.case(command, payload, files=self.files)
        self._note(frame)
        return _changed(result, EFFECTS[command.action], replayed=kept is not None)

    def send_office(self, command: OfficeCommand) -> Changed:
        """Carries out one command on the office."""
        payload = prepared_payload(command.action, command.payload)
        key = self.late.key(self.engine, command.office_id)
        with writing(self.engine) as db:
            frame = self._frame(db, command.office_id, command.command_id, "", key=key)
            kept = frame.replayed()
            result = kept or frame.office(command, payload)
        self._note(frame)
        return _changed(result, OFFICE_EFFECTS[command.action], replayed=kept is not None)

    def checkpoint(self, office_id: int) -> str:
        """Keeps a checkpoint over what moved and returns its root."""
        with writing(self.engine) as db:
            return checkpoints.keep(db, office_id, self.now())

    def _note(self, frame: "_Frame") -> None:
        """What was written without a tag is remembered once it stands there."""
        if frame.untagged is not None:
            self.late.wrote(*frame.untagged)

    def _frame(
        self,
        db: sqlite3.Connection,
        office_id: int,
        command_id: str,
        case_id: str,
        *,
        key: bytes | None,
    ) -> "_Frame":
        moment = self.now()
        return _Frame(
            db,
            key=key,
            office_id=office_id,
            command_id=command_id,
            case_id=case_id,
            me=self.person_id,
            moment=moment,
            replayed_clock=self.clock is not None,
        )


def _changed(result: Mapping[str, Any], effect: Effect, *, replayed: bool) -> Changed:
    return Changed(
        case_id=result["case_id"],
        version=result["version"],
        state=State(result["state"]) if result["state"] else None,
        number=result["number"],
        replayed=replayed,
        kinds=effect.kinds or frozenset({"case"}),
    )


class _Frame:
    """The steps that every command has in common, inside one transaction."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        key: bytes | None,
        office_id: int,
        command_id: str,
        case_id: str,
        me: str,
        moment: datetime,
        replayed_clock: bool,
    ) -> None:
        self.db = db
        self._key = key
        self.untagged: tuple[Head | None, Head] | None = None  # what was written without a tag
        self.replayed_clock = replayed_clock
        self.plain: dict[str, Any] = {
            "office": office_id,
            "cmd": command_id,
            "case": case_id,
            "me": me,
            "now": stamp(moment),
            "today": moment.astimezone(SHANGHAI).date().isoformat(),
            "reason": "",
            "round": 0,
            "readers": "",  # who may open the file reads everything in it
            "target": "",
            "index": 0,
        }

    def one(self, sql: str) -> tuple[Any, ...] | None:
        """The first row; the parameters are the plain values."""
        row: tuple[Any, ...] | None = self.db.execute(sql, self.plain).fetchone()
        return row

    def replayed(self) -> dict[str, Any] | None:
        """The kept result when this command was carried out before.

        Somebody who is no active member learns nothing: every case is unknown to him.
        """
        if not self.one(
            "select 1 from person where office_id = :office and person_id = :me and active = 1"
        ):
            raise DomainError(CaseFault.NOT_FOUND)
        row = self.one("select entry from audit where office_id = :office and command_id = :cmd")
        if row is None:
            return None
        said: dict[str, Any] = json.loads(row[0])
        if (said["actor"], said["case"]) != (self.plain["me"], self.plain["case"]):
            raise DomainError(PersistenceFault.COMMAND_TAKEN)
        return _answer(said["case"], said)

    def refuse_moved(self) -> None:
        """Raises DomainError naming the new place of an office that was moved to a server."""
        row = self.one("select name, moved_to from office where office_id = :office")
        if row is not None and row[1]:
            raise DomainError(KeepingFault.MOVED_ELSEWHERE, office=row[0], where=row[1])

    def roles(self) -> frozenset[Role]:
        """Roles in force today."""
        rows = self.db.execute(
            "select role from person_role where office_id = :office and person_id = :me"
            " and (valid_from is null or valid_from <= :today)"
            " and (valid_to is null or valid_to >= :today)",
            self.plain,
        )
        return frozenset(Role(row[0]) for row in rows)

    def case(
        self, command: Command, payload: Mapping[str, Any], *, files: FileStore | None
    ) -> dict[str, Any]:
        """A command on a case, new or existing."""
        self.refuse_moved()
        row = self._locked()
        creates = command.action is Action.REGISTER
        if creates and row:
            raise DomainError(PersistenceFault.CASE_EXISTS)
        if not creates and not row:
            raise DomainError(CaseFault.NOT_FOUND)
        if row and row["version"] != command.seen_version:
            raise DomainError(CaseFault.STALE, seen=command.seen_version, current=row["version"])
        position = Position(
            state=State(row["state"]) if row else None,
            reviewer=row.get("reviewer", ""),
            handlers=tuple(c for c in row.get("handler_codes", "").split(",") if c),
            registered_by=row.get("registered_by", ""),
        )
        me = Actor(self.plain["me"], "", command.office_id, self.roles())
        taken = step(position, command.action, me, reason=command.reason)
        if command.action in (Action.REGISTER_DECISION, Action.MATERIALS_CHANGED):
            self.look(command.action, files)
        self.plain |= {
            "reason": command.reason,
            "round": row.get("round", 0),
            "target": taken.target.value,
        }
        if command.action is Action.CERTIFY:
            digest = embedded_digest(self.db, command.office_id, command.case_id)
            self.plain["digest"] = digest
        effect = EFFECTS[command.action]
        values, carrier = Values(self.plain, row, payload), Carrier(self.db, self.plain)
        carrier.carry_out(effect, values)
        if row and effect.moves is Moves.ROW:
            carrier.move(effect, values)
        result = {
            "case_id": command.case_id,
            "version": command.seen_version + (effect.moves is not Moves.NOTHING) if row else 1,
            "state": taken.target.value,
            "number": "" if effect.moves is Moves.VERSION else self._number(),
        }
        self._finish(command.action.value, payload, result)
        return result

    def look(self, action: Action, files: FileStore | None) -> None:
        """The bytes are beside the database: the gateway looks, as the server's function does."""
        rows = self.db.execute(
            "select name, sha256 from material where office_id = :office and case_id = :case"
            " and sha256 <> '' order by place",
            self.plain,
        ).fetchall()
        found = {sha256: files.state(sha256) for _, sha256 in rows} if files is not None else {}
        if action is Action.MATERIALS_CHANGED:
            if files is not None and FileState.CHANGED not in found.values():
                raise DomainError(AttachmentFault.INTACT)
            return
        for state, code in _DAMAGE:
            names = [name for name, sha256 in rows if found.get(sha256) is state]
            if names:
                raise DomainError(code, names="、".join(names))

    def office(self, command: OfficeCommand, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A command on the office itself."""
        self.refuse_moved()
        own = command.action in OWN and payload.get("person_id") == self.plain["me"]
        if not own and not OFFICE_ROLES[command.action] & self.roles():
            raise DomainError(PersistenceFault.NOT_ALLOWED, action=command.action.value)
        self.plain["reason"] = str(payload.get("reason", ""))
        values = Values(self.plain, {}, payload)
        Carrier(self.db, self.plain).carry_out(OFFICE_EFFECTS[command.action], values)
        result = {"case_id": "", "version": 0, "state": "", "number": ""}
        self._finish(command.action.value, payload, result)
        return result

    def _locked(self) -> dict[str, Any]:
        cursor = self.db.execute(
            "select k.*, h.version from case_ k join audit_head h"
            " on h.office_id = k.office_id and h.case_id = k.case_id"
            " where k.office_id = :office and k.case_id = :case",
            self.plain,
        )
        row = cursor.fetchone()
        # the head's version comes last and is the case's
        return (
            {} if row is None else dict(zip((d[0] for d in cursor.description), row, strict=True))
        )

    def _number(self) -> str:
        row = self.one(
            "select r.number from case_ k join round r on r.office_id = k.office_id"
            " and r.case_id = k.case_id and r.round = k.round"
            " where k.office_id = :office and k.case_id = :case"
        )
        return str(row[0]) if row else ""

    def _finish(self, action: str, payload: Mapping[str, Any], result: dict[str, Any]) -> None:
        """The entry of the history, which is also the answer kept for a repeat."""
        head = self.one(
            "select seq, hash from audit_head where office_id = :office and case_id = :case"
        )
        seq, previous = (head[0] + 1, head[1]) if head else (1, GENESIS)
        plain = self.plain
        entry = {
            "action": action,
            "actor": plain["me"],
            "at": plain["now"],
            "case": plain["case"],
            "command": plain["cmd"],
            "number": result["number"],
            "office": plain["office"],
            "payload": left_out(payload),
            "reason": plain["reason"],
            "seq": seq,
            "state": result["state"],
            "version": result["version"],
        }
        if self.replayed_clock:
            entry["clock"] = "replayed"
        text = entry_text(entry)
        if (size := len(text.encode())) > ENTRY_LIMIT:
            limit = ENTRY_LIMIT // 2**20
            raise DomainError(
                PersistenceFault.ENTRY_TOO_LARGE, size=round(size / 2**20, 1), limit=limit
            )
        digest = link_hash(previous, text)
        write_link(self.db, text, digest, version=result["version"])
        before = Head(plain["case"], seq - 1, previous) if head else None
        now = Head(plain["case"], seq, digest)
        if self._key is None or not tags.follow(
            self.db, plain["office"], self._key, before=before, now=now
        ):
            self.untagged = (before, now)


def _answer(case_id: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a command is answered with, as its entry says it."""
    return {"case_id": case_id, **{name: said[name] for name in ("version", "state", "number")}}
