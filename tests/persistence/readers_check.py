"""After every command on a server: who reads a row, as it is stored and as it is computed anew.

A command computes the readers of its case only where it may change them; that decision is made by
looking at the text of its statements. Here it is held against the truth, for the case and for
every row that names it, after each command of whatever walk a test takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from sanzhi_desktop.application.commands import Changed, Command, OfficeCommand
from sanzhi_desktop.application.ports import Gateway, Session
from sanzhi_desktop.persistence.rights import of_case

_ROWS = " union all ".join(
    f"select '{table}' as of, case_id, readers from app.{table}"
    " where office_id = %(office)s and {which}"
    for table in of_case()
)
_STALE = (
    "select distinct x.of, x.case_id, x.readers, app.readers(%(office)s, x.case_id) as now"
    " from ({rows}) x where x.case_id <> '' and exists (select 1 from app.case_ k"
    " where k.office_id = %(office)s and k.case_id = x.case_id)"
    " and x.readers is distinct from app.readers(%(office)s, x.case_id)"
)
# Computed once for all rows of the case, because this is asked after every single command.
OF_ONE = (
    "with now as materialized (select app.readers(%(office)s, %(case)s) as readers)"
    " select distinct x.of, x.case_id, x.readers, now.readers from ("
    + _ROWS.format(which="case_id = %(case)s")
    + ") x, now where now.readers is not null and x.readers is distinct from now.readers"
)
OF_ALL = _STALE.format(rows=_ROWS.format(which="case_id <> ''"))


@dataclass(frozen=True, slots=True)
class CheckedGateway:
    """A gateway that looks at the readers after each of its commands, as the server's superuser."""

    inner: Gateway
    owner: psycopg.Connection[Any]

    def send(self, command: Command) -> Changed:
        done = self.inner.send(command)
        self._check(OF_ONE, str(command.action), command.office_id, command.case_id)
        return done

    def send_office(self, command: OfficeCommand) -> Changed:
        done = self.inner.send_office(command)
        self._check(OF_ALL, str(command.action), command.office_id, "")
        return done

    def checkpoint(self, office_id: int) -> str:
        return self.inner.checkpoint(office_id)

    def now(self) -> datetime:
        return self.inner.now()

    def _check(self, query: str, action: str, office_id: int, case_id: str) -> None:
        values = {"office": office_id, "case": case_id}
        stale = self.owner.execute(query, values, prepare=True).fetchall()
        assert not stale, f"after {action}, (table, case, stored, true): {stale}"


def checked(
    opener: Callable[[str], Session], owner: psycopg.Connection[Any]
) -> Callable[[str], Session]:
    """Sessions whose commands are looked after."""

    def session(who: str) -> Session:
        made = opener(who)
        return replace(made, gateway=CheckedGateway(made.gateway, owner))

    return session
