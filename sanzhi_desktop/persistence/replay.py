"""The rows of an embedded office against its history: every command is carried out once more on an
empty database, and what stands there then must be what stands here.

Lives here: the replay. Must not: the chains (`chains`), or what a command writes: that is said once
(`case_effects`, `office_effects`), and by this check it is known that the history tells all of it.

Only the writes are carried out again, not what was asked before them: the history says what
happened, and a question that a later version of the program asks must not undo it. The tables'
own walls and keys do hold, so that no history has a decision without a clearance.
"""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, Role, RoleGrant
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence import founding
from sanzhi_desktop.persistence.carrying import Carrier
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.office_effects import OFFICE_EFFECTS
from sanzhi_desktop.persistence.writes import SHANGHAI, Moves, Values

_STATEMENTS = 2000  # prepared ones that are kept; the effects have about a thousand
_STEPS = frozenset((t.source or "", t.action, t.target) for t in TRANSITIONS)
_OFFICE_ACTIONS = frozenset(OfficeAction)


@cache
def _shipped() -> bytes:
    """An empty database with the shipped tables and walls: making one costs more than a copy."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        embedded.build(db)
        return db.serialize()


@cache
def _reading(action: Action) -> str:
    """Reads of a case what carrying out the action needs, for the row is wide."""
    named = set(re.findall(r"\{c\.(\w+)", repr(EFFECTS[action])))
    columns = ", ".join(
        f"k.{name}" for name in sorted(named | {"state", "round"}) if name != "version"
    )
    return (
        f"select {columns}, h.version, h.seq from case_ k join audit_head h"
        " on h.office_id = k.office_id and h.case_id = k.case_id"
        " where k.office_id = :office and k.case_id = :case"
    )


class ImpossibleError(Exception):
    """An entry that cannot be carried out again, and why."""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class Replay:
    """An office written anew from its entries, in a private database that SQLite keeps in memory
    and, where it grows, in a file of its own without a name."""

    def __init__(self, office_id: int) -> None:
        self.office_id = office_id
        self.stopped: set[str] = set()  # cases of which an entry could not be carried out
        self.images: dict[str, str] = {}  # the hash of each seal's image
        self.db = sqlite3.connect("", isolation_level=None, cached_statements=_STATEMENTS)
        with closing(sqlite3.connect(":memory:")) as shape:
            shape.deserialize(_shipped())
            shape.backup(self.db)
        for pragma in ("synchronous=off", "foreign_keys=on"):
            self.db.execute(f"pragma {pragma}")
        self.db.execute("begin")

    def close(self) -> None:
        self.db.close()

    def again(self, said: Mapping[str, Any]) -> None:
        """Carries out what one entry tells. Raises ImpossibleError."""
        action = said["action"]
        try:
            if said["case"]:
                self._on_case(said, Action(action))
            elif action in _OFFICE_ACTIONS:
                self._on_office(said, OfficeAction(action))
            elif action == "found":
                self._found(said)
            elif action == "move_out":
                self.db.execute(
                    "update office set moved_to = ? where office_id = ?",
                    (said["payload"]["to"], self.office_id),
                )
        except (DomainError, sqlite3.Error, KeyError, ValueError, TypeError) as error:
            raise ImpossibleError(str(error)) from error

    def _plain(self, said: Mapping[str, Any]) -> dict[str, Any]:
        moment = datetime.fromisoformat(said["at"])
        return {
            "office": self.office_id,
            "cmd": said["command"],
            "case": said["case"],
            "me": said["actor"],
            "now": said["at"],
            "today": moment.astimezone(SHANGHAI).date().isoformat(),
            "reason": said["reason"],
            "round": 0,
            "readers": "",
            "target": said["state"],
            "index": 0,
        }

    def _on_case(self, said: Mapping[str, Any], action: Action) -> None:
        plain, payload = self._plain(said), _with_what_is_left_out(said["payload"])
        row = self._row(action, plain)
        if (row.get("state", ""), action, said["state"]) not in _STEPS:
            raise ImpossibleError(f"{row.get('state', '')} > {said['state']}")
        effect = EFFECTS[action]
        version = row["version"] + (effect.moves is not Moves.NOTHING) if row else 1
        if (said["version"], said["seq"]) != (version, row.get("seq", 0) + 1):
            raise ImpossibleError(f"version {said['version']} at {said['seq']}, not {version}")
        plain["round"] = row.get("round", 0)
        carrier = Carrier(self.db, plain, refusing=False)
        carrier.carry_out(effect, Values(plain, row, payload))
        if row and effect.moves is Moves.ROW:
            carrier.move(effect, Values(plain, row, payload))
        self.db.execute(
            "insert into audit_head (office_id, case_id, seq, hash, version)"
            " values (:office, :case, 1, '', 1)"
            if said["seq"] == 1
            else "update audit_head set seq = seq + 1, version = :version, moved = 1"
            " where office_id = :office and case_id = :case",
            {**plain, "version": version},
        )

    def _row(self, action: Action, plain: Mapping[str, Any]) -> dict[str, Any]:
        cursor = self.db.execute(_reading(action), plain)
        row = cursor.fetchone()
        return (
            {} if row is None else dict(zip((d[0] for d in cursor.description), row, strict=True))
        )

    def _on_office(self, said: Mapping[str, Any], action: OfficeAction) -> None:
        plain, payload = self._plain(said), _with_what_is_left_out(said["payload"])
        plain["reason"] = str(payload.get("reason", ""))
        carrier = Carrier(self.db, plain, refusing=False)
        carrier.carry_out(OFFICE_EFFECTS[action], Values(plain, {}, payload))
        if action is OfficeAction.PUT_SEAL:
            self.images[payload["seal_id"]] = payload.get("image_sha256", "")

    def _found(self, said: Mapping[str, Any]) -> None:
        told = said["payload"]
        admin = told["admin"]
        person = Person(
            told["person_id"],
            admin["name"],
            unit=admin["unit"],
            enforcement_certificate=admin["enforcement_certificate"],
            certificate_valid_to=_day(admin["certificate_valid_to"]),
            legal_qualification=admin["legal_qualification"],
            first_review_on=_day(admin["first_review_on"]),
            roles=tuple(RoleGrant(Role(g["role"])) for g in told["grants"]),
        )
        office = founding.NewOffice(
            **{n: told[n] for n in ("code", "name", "series", "profile_id", "profile_edition",
                                    "sample", "applied")}
        )  # fmt: skip
        made = sa.create_engine("sqlite://", creator=lambda: self.db, poolclass=StaticPool)
        with made.connect() as db:
            founding.rows(
                db,
                self.office_id,
                office,
                admin=person,
                sort_key=admin["sort_key"],
                argon2="-" if admin["has_password"] else "",
                now=datetime.fromisoformat(said["at"]),
            )
            db.commit()
        self.db.execute("begin")


def _with_what_is_left_out(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The payload with nothing where the history keeps a hash or nothing (`audit.LEFT_OUT`)."""
    made = {"image": "", "argon2": "", **payload}
    document = made.get("document")
    if isinstance(document, Mapping):
        made["document"] = {**document, "pdf": ""}
    return made
