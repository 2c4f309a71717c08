"""The overlay for several servers, applied to a database of one server.

What it says differently is ordinary PostgreSQL, so it can run here; the calls that really spread
(`create_distributed_…`) cannot, and nothing here stands in for them.
"""

from typing import Any

from sanzhi_desktop.persistence.distributing import statements
from sanzhi_desktop.persistence.revision import SPREAD, SQL
from sanzhi_desktop.persistence.rights import OWNER

HERE = ("1_bare.sql", "3_functions.sql", "5_keys.sql", "6_triggers.sql")


def apply(db: Any, *, names: tuple[str, ...] = HERE) -> int:
    """Runs these files as the owner; returns how many statements they have."""
    count = 0
    db.execute(f"set role {OWNER}")
    db.execute("set search_path = app")
    for name in names:
        for statement in statements((SQL / SPREAD / name).read_text("utf-8")):
            db.execute(statement)
            count += 1
    db.execute("reset role")
    db.execute("reset search_path")
    return count
