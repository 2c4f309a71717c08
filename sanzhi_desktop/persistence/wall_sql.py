"""The walls as triggers of each database.

Lives here: how a wall becomes SQL. Must not: what a wall refuses (`walls`).
"""

import re
from collections.abc import Iterator, Sequence

from sanzhi_desktop.persistence.columns import READERS
from sanzhi_desktop.persistence.server_tables import lists
from sanzhi_desktop.persistence.tables import metadata
from sanzhi_desktop.persistence.walls import (
    EMBEDDED_WALLS,
    FOLLOWS,
    HISTORY,
    KEPT,
    KEYS,
    NEVER_DELETED,
    WALLS,
    Wall,
)

_DIFFERS = re.compile(r"\{differs ([^}]+)\}")


def _condition(text: str, unequal: str) -> str:
    return _DIFFERS.sub(
        lambda m: "(" + " or ".join(f"OLD.{c} {unequal} NEW.{c}" for c in m[1].split()) + ")", text
    )


def sqlite() -> str:
    """The triggers of SQLite, one statement each."""
    parts = []
    for wall in (*WALLS, *EMBEDDED_WALLS, *_replacing()):
        condition = _condition(wall.when, "is not")
        when = f"\nwhen {condition}" if condition else ""
        parts.append(
            f"create trigger wall_{wall.table}_{wall.event}_{wall.name}\n"
            f"before {wall.event} on {wall.table} for each row{when}\n"
            f"begin select raise(abort, '{wall.message}'); end;"
        )
    parts.extend(
        f"create trigger wall_{f.table}_{f.event}_{f.name}\n"
        f"after {f.event} on {f.table} for each row\n"
        f"begin {f.statement.replace('{now}', _SQLITE_NOW)}; end;"
        for f in FOLLOWS
    )
    return "\n\n".join(parts) + "\n"


_SQLITE_NOW = "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'"


def _replacing() -> tuple[Wall, ...]:
    return tuple(
        Wall(
            table,
            "insert",
            "replace",
            f"exists (select 1 from {table} t where "
            + " and ".join(f"t.{column} = NEW.{column}" for column in key)
            + ")",
            HISTORY,
        )
        for table, key in KEYS.items()
    )


def elsewhere(wall: Wall) -> bool:
    """Whether a wall of a server looks at other rows than the one that is being written."""
    return " from " in (wall.server or wall.when)


def postgresql() -> str:
    """The triggers of PostgreSQL that see nothing but the row."""
    parts = _triggers([wall for wall in WALLS if not elsewhere(wall)])
    parts.append(_function("wall_truncate", f"raise exception using message = '{HISTORY}',"
                           " errcode = 'SZ002';"))  # fmt: skip
    parts.extend(
        f"create trigger wall_{table}_truncate before truncate on app.{table}\n"
        "for each statement execute function app.wall_truncate();"
        for table in sorted({*KEYS, *KEPT, *NEVER_DELETED, "answer"})
    )
    parts.extend(_lists())
    return "\n\n".join(parts) + "\n"


def _lists() -> Iterator[str]:
    """What stands for content in the keys of a server is what the content is, whoever writes."""
    for table, column, parts in lists():
        made = ", ".join(f"NEW.{part}::text" for part in parts)
        for event in ("insert", "update"):
            yield _function(f"wall_{table}_{event}_{column}", f"NEW.{column} := array[{made}];")
            only = (*parts, column) if event == "update" else ()
            yield _trigger("before", event, table, column, only=only)


def postgresql_across() -> str:
    """The triggers that look at other rows: the gate in words beside its foreign key, and more.

    A file of its own, because a database spread over several servers does without them.
    """
    parts = _triggers([wall for wall in WALLS if elsewhere(wall)])
    for follow in FOLLOWS:
        name = f"wall_{follow.table}_{follow.event}_{follow.name}"
        parts.append(_function(name, follow.statement.replace("{now}", "clock_timestamp()") + ";"))
        parts.append(_trigger("after", follow.event, follow.table, follow.name))
    return "\n\n".join(parts) + "\n"


def _triggers(walls: Sequence[Wall]) -> list[str]:
    parts = [_function(f"wall_{w.table}_{w.event}_{w.name}", _raise(w)) for w in walls]
    parts.extend(_trigger("before", w.event, w.table, w.name, only=_only(w)) for w in walls)
    return parts


def _only(wall: Wall) -> tuple[str, ...]:
    """The columns without which a wall has nothing to refuse, where it names nothing else."""
    found = _DIFFERS.fullmatch(wall.server or wall.when)
    return tuple(found[1].split()) if found and wall.event == "update" else ()


def _raise(wall: Wall) -> str:
    refuse = f"raise exception using message = '{wall.message}', errcode = 'SZ002';"
    condition = _condition(wall.server or wall.when, "is distinct from")
    if not condition:
        return refuse
    asked = f"if {condition} then\n    {refuse}\n  end if;"
    return f"if {wall.guard} then\n  {asked}\n  end if;" if wall.guard else asked


def _function(name: str, body: str) -> str:
    return (
        f"create function app.{name}() returns trigger language plpgsql\n"
        f"set search_path = pg_catalog, app, pg_temp as $$\nbegin\n  {body}\n"
        "  if tg_op = 'DELETE' then return old; end if;\n  return new;\nend $$;"
    )


def _trigger(moment: str, event: str, table: str, name: str, *, only: tuple[str, ...] = ()) -> str:
    full = f"wall_{table}_{event}_{name}"
    columns = metadata.tables[table].c
    if event == "update" and READERS in columns:  # who may read a row is not part of what it says
        only = only or tuple(c.name for c in columns if c.name != READERS)
    if only:
        event += f" of {', '.join(only)}"
    return (
        f"create trigger {full} {moment} {event} on app.{table}\n"
        f"for each row execute function app.{full}();"
    )
