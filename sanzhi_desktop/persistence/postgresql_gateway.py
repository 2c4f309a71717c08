"""The single door for writing on a server: every command is one function call.

Lives here: the call and its retry. Must not: any rule; the functions in the database decide.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import Changed, Command, OfficeCommand
from sanzhi_desktop.application.link import LinkFault, passing
from sanzhi_desktop.domain.files import StoreSettings
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.errors import named_by_engine
from sanzhi_desktop.persistence.lately import WHO, Lately, SentFile
from sanzhi_desktop.persistence.office_effects import OFFICE_EFFECTS
from sanzhi_desktop.persistence.prepare import prepared_payload
from sanzhi_desktop.persistence.writes import Effect

_ACT = "select api.act(%s::integer, %s, %s, %s::integer, %s, %s, %s::jsonb)"
_ACT_OFFICE = "select api.act_office(%s::integer, %s, %s, %s::jsonb)"
CALLS = frozenset({_ACT, _ACT_OFFICE})  # what a desk sends, and may send once more
_VERSIONS = "select case_id, version from app.audit_head where office_id = %s and case_id = any(%s)"
# Unique violation, serialisation, deadlock: ask once more with the same command id. Whoever sent
# the same command at the same moment has finished by then and the answer is "replayed".
_AGAIN = frozenset({"23505", "40001", "40P01"})
# A connection that broke in the middle of a call: nobody knows whether the command was carried
# out, so it is sent again under the same id. How long a new connection is waited for is the
# engine's matter (`link.Patience`).
_BREAKS = 3


@dataclass(frozen=True, slots=True)
class PostgresqlGateway:
    """Commands of whoever logged in."""

    engine: sa.Engine
    lately: Lately | None = None  # of a desk

    def now(self) -> datetime:
        """The server's clock."""
        moment: datetime = self._ask("select api.now()", ())
        return moment.astimezone(UTC)

    def send(self, command: Command) -> Changed:
        """Carries out one command on one case."""
        payload = prepared_payload(command.action, command.payload)
        values = (
            command.office_id,
            command.command_id,
            command.case_id,
            command.seen_version,
            command.action.value,
            command.reason,
            json.dumps(payload, ensure_ascii=False),
        )
        return _changed(self._deliver(_ACT, values), EFFECTS[command.action])

    def send_office(self, command: OfficeCommand) -> Changed:
        """Carries out one command on the office."""
        payload = prepared_payload(command.action, command.payload)
        values = (
            command.office_id,
            command.command_id,
            command.action.value,
            json.dumps(payload, ensure_ascii=False),
        )
        return _changed(self._deliver(_ACT_OFFICE, values), OFFICE_EFFECTS[command.action])

    def checkpoint(self, office_id: int) -> str:
        """Keeps a checkpoint over what moved and returns its root."""
        return str(self._ask("select api.checkpoint(%s::integer)", (office_id,)))

    def _deliver(self, sql: str, values: tuple[Any, ...]) -> Any:
        answer = self._ask(sql, values, first=self.lately)
        if self.lately is not None:
            self.lately.keep(sql, values, answer)
        return answer

    def _ask(self, sql: str, values: tuple[Any, ...], *, first: Lately | None = None) -> Any:
        again, breaks = False, 0
        # The call is the whole transaction: a desk that is cut off between the two would hold the
        # case and the number until the server notices.
        at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        while True:
            try:
                with at_once.connect() as db:
                    if first is not None:
                        settle(first, db, values[0])
                    return db.exec_driver_sql(sql, values).scalar_one()
            except sa.exc.DBAPIError as error:
                named = named_by_engine(error)
                moved = named.code is LinkFault.READ_ONLY
                if getattr(error.orig, "sqlstate", None) in _AGAIN and not again:
                    again = True
                elif (moved or passing(named)) and breaks < _BREAKS:
                    breaks += _BREAKS if moved else 1
                    if moved:  # this server became a standby; another address may be the primary
                        self.engine.dispose()
                else:
                    raise named from error


def settle(lately: Lately, db: sa.Connection, office_id: int) -> None:
    """Before a write on a server that may not be the one of before. Raises DBAPIError when the
    line breaks meanwhile."""
    lately.settle(line_of(db, office_id))


def line_of(db: sa.Connection, office_id: int) -> "Line":
    """The server at the other end of a connection, as `lately` asks it."""
    raw: Any = db.connection.driver_connection
    if not raw.server:
        raw.server = str(db.exec_driver_sql(WHO).scalar_one())
    return Line(db, office_id, raw.server, raw.identity.system)


@dataclass(frozen=True, slots=True)
class Line:
    """One connection, on which every call is a transaction of its own. A line that breaks raises
    DBAPIError, everything else that the server says DomainError."""

    db: sa.Connection
    office_id: int
    name: str
    system: str

    def send(self, sql: str, values: tuple[Any, ...]) -> None:
        """Carries out a command."""
        self._ask(sql, values)

    def store(self, file: SentFile) -> None:
        """Stores a file, in the database or in the office's object store."""
        from sanzhi_desktop.persistence.blobs.again import store_again
        from sanzhi_desktop.persistence.blobs.choose import files_over

        store_again(files_over(self, self.office_id, self._file_store), file)

    def versions(self, cases: Sequence[str]) -> Mapping[str, int]:
        """Of the cases that the person sees."""
        found = self._ask(_VERSIONS, (self.office_id, list(cases)))
        return {row.case_id: row.version for row in found}

    def call(self, function: str, *values: Any) -> Any:
        """A function about files."""
        marks = ", ".join(["%s"] * (len(values) + 1))
        asked = f"select api.{function}({marks})"
        return self._ask(asked, (self.office_id, *values)).scalar_one()

    def rows(self, function: str) -> list[Any]:
        """A function about files that returns a table."""
        return list(self._ask(f"select * from api.{function}(%s)", (self.office_id,)))

    def _file_store(self) -> StoreSettings:
        from sanzhi_desktop.persistence.blob_reader import file_store_of

        return file_store_of(self.db, self.office_id)

    def _ask(self, sql: str, values: tuple[Any, ...]) -> sa.CursorResult[Any]:
        try:
            return self.db.exec_driver_sql(sql, values)
        except sa.exc.DBAPIError as error:
            named = named_by_engine(error)
            if passing(named):
                raise
            raise named from error


def _changed(result: Any, effect: Effect) -> Changed:
    return Changed(
        case_id=result["case_id"],
        version=result["version"],
        state=State(result["state"]) if result["state"] else None,
        number=result["number"],
        replayed=bool(result.get("replayed")),
        kinds=effect.kinds or frozenset({"case"}),
    )
