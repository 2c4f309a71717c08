"""Carrying out what a command writes on the embedded database: the steps of its effect, in order.

Lives here: running steps on a connection. Must not: the frame around a command, its checks and its
entry (`sqlite_gateway`), or what a command writes (`case_effects`, `office_effects`).
"""

import sqlite3
from typing import Any

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault, fault
from sanzhi_desktop.persistence.writes import BAD_VALUE, Each, Effect, Refuse, Run, Values


class Carrier:
    """The steps of one command on one connection, inside the transaction of whoever calls.

    `refusing` is off where history is carried out again: its commands were asked everything when
    they were new, and what is asked later must not undo them.
    """

    def __init__(
        self, db: sqlite3.Connection, plain: dict[str, Any], *, refusing: bool = True
    ) -> None:
        self.db = db
        self.plain = plain  # the values of the command that any step may name
        self._refusing = refusing
        self._touched = 0  # rows, by the statement of a step just before

    def carry_out(self, effect: Effect, values: Values) -> None:
        """Every step of the effect. Raises DomainError where one refuses."""
        for part in effect.steps:
            if not isinstance(part, Each):
                self._do(part, values)
                continue
            items = values.payload.get(part.items) or ()
            if not isinstance(items, list | tuple):
                raise DomainError(PersistenceFault.BAD_PAYLOAD, field=part.items)
            for index, item in enumerate(items):
                self.plain["index"] = index
                inner = Values(self.plain, values.case, values.payload, item)
                for part_step in part.steps:
                    self._do(part_step, inner)

    def move(self, effect: Effect, values: Values) -> None:
        """The one update of the case's own row."""
        columns = {"version": "{c.version} + 1", "state": "{target}", "updated_at": "{now}"}
        if "due_on" in values.payload:
            columns["due_on"] = "{p.due_on|date}"
        sets = ", ".join(f"{c} = {e}" for c, e in {**columns, **effect.case}.items())
        sql = f"update case_ set {sets} where office_id = {{office}} and case_id = {{case}}"
        self.db.execute(*_bound(sql, values))

    def _do(self, part: Run | Refuse, values: Values) -> None:
        if isinstance(part, Refuse) and not self._refusing:
            return
        if part.when and not self._value(part.when, values):
            return
        if isinstance(part, Refuse):
            facts = {name: self._value(sql, values) for name, sql in part.facts.items()}
            raise fault(part.code, facts)
        if part.instead and self._touched:
            return
        self._touched = self.db.execute(*_bound(part.sql, values)).rowcount

    def _value(self, expression: str, values: Values) -> Any:
        return self.db.execute(*_bound(f"select {expression}", values)).fetchone()[0]


def _bound(sql: str, values: Values) -> tuple[str, dict[str, Any]]:
    try:
        return values.bind(sql)
    except BAD_VALUE as error:
        raise DomainError(PersistenceFault.BAD_PAYLOAD, field=str(error)) from error
