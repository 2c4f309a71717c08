"""Payloads that no desk writes, tried beside every command of a flow and taken back again.

`Trying` stands in front of a gateway: before it passes a command on, it sends each variant of the
payload inside a transaction that is rolled back, and where one was taken, lets everything be read
that it may have changed, in that same transaction.
"""

import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import Changed, Command, OfficeCommand, new_id
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.office_effects import OFFICE_EFFECTS
from sanzhi_desktop.persistence.reader import DatabaseReader
from sanzhi_desktop.persistence.sqlite_gateway import SqliteGateway
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, prepared

VALUES: tuple[Any, ...] = (
    None,
    "",
    7,
    -1.5,
    10**30,
    "odd",
    "2026-02-30",
    True,
    [],
    [7],
    {},
    {"a": 1},
)
# How many of them for each place of a payload; 12 tries all of them, which takes minutes.
EACH = int(os.environ.get("SANZHI_ODD_VALUES", "1"))
# What reading odd values may end in; anything else ends the test itself.
STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, sqlite3.Error)
Path = tuple[str | int, ...]
Sent = Command | OfficeCommand


def _texts(effect: Effect) -> Iterator[tuple[str, str]]:
    for step in effect.steps:
        inner, items = (step.steps, step.items) if isinstance(step, Each) else ((step,), "")
        for one in inner:
            facts = one.facts.values() if isinstance(one, Refuse) else (one.sql,)
            yield from ((text, items) for text in (one.when, *facts))
    yield from ((text, "") for text in effect.case.values())


def read_by(effect: Effect) -> set[Path]:
    """The places of a payload that an effect reads."""
    found: set[Path] = set()
    for text, items in _texts(effect):
        for _, where in prepared(text)[1] if text else ():
            if where.source == "p":
                found.add(where.path)
            elif where.source == "i":
                found.add((items, 0, *where.path))
        if items:
            found.add((items,))
    return found


def _inside(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, Mapping):
        for name in value:
            yield from _inside(value[name], (*path, name))
    elif isinstance(value, list) and value:
        yield (*path, 0)
        yield from _inside(value[0], (*path, 0))


def _put(value: Any, path: Path, made: Any) -> Any:
    if not path:
        return made
    first, *rest = path
    if isinstance(first, int):
        several = list(value) if isinstance(value, list) and value else [{}]
        return [_put(several[0], tuple(rest), made), *several[1:]]
    if isinstance(value, list):
        return value
    held = dict(value) if isinstance(value, Mapping) else {}
    held[first] = _put(held.get(first), tuple(rest), made)
    return held


def _some(place: str) -> list[Any]:
    """Other ones for each place, the same ones in every run."""
    turn = zlib.crc32(place.encode())
    return [VALUES[(turn + 5 * n) % len(VALUES)] for n in range(min(EACH, len(VALUES)))]


def variants(command: Sent) -> Iterator[tuple[Path, Any, dict[str, Any]]]:
    """Every place of the payload with odd values, one at a time."""
    table: Mapping[Any, Effect] = EFFECTS if isinstance(command, Command) else OFFICE_EFFECTS
    places = {*_inside(command.payload), *read_by(table[command.action])}
    plain = json.loads(json.dumps(command.payload))
    for path in sorted(places, key=str):
        if path[-1] in ("pdf", "image", "argon2"):
            continue
        for value in _some(f"{command.action} {path}"):
            yield path, value, _put(plain, path, value)


class _Quiet:
    """A connection of SQLite whose transaction is somebody else's."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def execute(self, sql: str, *values: Any) -> Any:
        if sql not in ("begin immediate", "commit", "rollback"):
            return self.raw.execute(sql, *values)
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


class InOne:
    """Looks like an engine; everything happens in the one transaction of a connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect

    def execution_options(self, **_: Any) -> "InOne":
        return self

    def connect(self) -> Any:
        return nullcontext(self.connection)

    def raw_connection(self) -> Any:
        raw = self.connection.connection.driver_connection
        return SimpleNamespace(driver_connection=_Quiet(raw), close=lambda: None)


ACT = "select api.act(%s, %s, %s, %s, %s, %s, %s)"
ACT_OFFICE = "select api.act_office(%s, %s, %s, %s)"


def _past_the_desk(connection: sa.Connection, command: Sent) -> None:
    payload = json.dumps(command.payload, ensure_ascii=False)
    values: tuple[Any, ...]
    if isinstance(command, Command):
        sql, values = ACT, (
            command.office_id, command.command_id, command.case_id, command.seen_version,
            command.action.value, command.reason, payload,
        )  # fmt: skip
    else:
        sql, values = ACT_OFFICE, (
            command.office_id, command.command_id, command.action.value, payload,
        )  # fmt: skip
    try:
        connection.exec_driver_sql(sql, values)
    except sa.exc.DBAPIError as error:
        raise named_by_engine(error) from error


@dataclass
class Tried:
    """What came of the variants, over all commands of a flow."""

    refused: int = 0
    taken: int = 0
    unread: list[str] = field(default_factory=list)  # taken, and then something was not readable
    raised: list[str] = field(default_factory=list)  # neither taken nor refused in words
    actions: set[str] = field(default_factory=set)


@dataclass
class Trying:
    """A gateway that tries every odd payload before it sends the right one, once an action."""

    session: Session
    tried: Tried
    read: Callable[[DatabaseReader, Sent], None]

    def send(self, command: Command) -> Changed:
        self._try(command)
        return self.session.gateway.send(command)

    def send_office(self, command: OfficeCommand) -> Changed:
        self._try(command)
        return self.session.gateway.send_office(command)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session.gateway, name)

    def _try(self, command: Sent) -> None:
        reader = self.session.reader
        if command.action.value in self.tried.actions or not isinstance(reader, DatabaseReader):
            return
        self.tried.actions.add(command.action.value)
        engine = reader.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="READ COMMITTED")
        with engine.connect() as connection, connection.begin() as all_of_it:
            one: Any = InOne(connection)  # what a reader and a gateway ask of an engine
            inside = replace(reader, engine=one)
            for path, value, payload in variants(command):
                odd = replace(command, command_id=new_id(), payload=payload)
                connection.exec_driver_sql("savepoint odd")
                self._one(connection, one, inside, odd, f"{odd.action} {path} {value!r}")
                connection.exec_driver_sql("rollback to savepoint odd")
            all_of_it.rollback()

    def _one(
        self, connection: sa.Connection, one: Any, reader: DatabaseReader, odd: Sent, said: str
    ) -> None:
        gateway = self.session.gateway
        try:
            if not isinstance(gateway, SqliteGateway):
                _past_the_desk(connection, odd)
            elif isinstance(odd, Command):
                replace(gateway, engine=one).send(odd)
            else:
                replace(gateway, engine=one).send_office(odd)
        except DomainError:
            self.tried.refused += 1
        except STUMBLES as error:
            self.tried.raised.append(f"{said}: {error!r}")
        else:
            self.tried.taken += 1
            try:
                self.read(reader, odd)
            except (*STUMBLES, DomainError) as error:
                self.tried.unread.append(f"{said}: {error!r}")
