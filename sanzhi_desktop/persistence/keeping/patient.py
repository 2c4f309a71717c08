"""Connections for work that reads a whole database: they wait as long as it takes.

Lives here: the engine without the time limits of a desk. Must not: any work.
"""

from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.persistence import server
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.places import Target

_DAY = 24 * 3600.0


def engine(where: Target, *, user: str = "", password: str | None = None) -> sa.Engine:
    """Like `server.engine`; no statement and no silence is too long."""
    made = server.engine(
        where, user=user, password=password, patience=Patience(reconnect=0, answer=_DAY)
    )

    def unhurried(db: Any, _record: Any) -> None:
        db.execute("set statement_timeout = 0")
        db.execute("set idle_in_transaction_session_timeout = 0")
        db.commit()

    sa.event.listen(made, "connect", unhurried)
    return made
