"""The files of `sql/citus`: what spreads a built database over several servers.

Lives here: the SQL, generated from tables, walls and functions, so that nothing can be forgotten.
Must not: running it (`distributing`), or looking at the result (`cluster_check`).

Each file may be run again: what is done already is passed by.
"""

import re
from collections.abc import Iterator

import sqlalchemy as sa

from sanzhi_desktop.persistence import functions, rights, spreading, wall_sql
from sanzhi_desktop.persistence.other_servers import PREPARE, SEAL
from sanzhi_desktop.persistence.revision import SPREAD_FUNCTIONS as OWN
from sanzhi_desktop.persistence.revision import TABLE
from sanzhi_desktop.persistence.rights import OFFICERS, OWNER
from sanzhi_desktop.persistence.server_tables import server_metadata
from sanzhi_desktop.persistence.tables import metadata

FIRST = "office"  # the table that all others stay together with
# These run where the desk is connected: they make roles and log-ins (`act_office`, `login`,
# `enter`), or speak of the server they run on (`beat`); a set of rows is never sent on anyway.
STAY = frozenset({"act_office", "login", "enter", "beat"})

_FUNCTION = re.compile(r"^create (?:or replace )?function (\w+)\.(\w+)\(([^()]*)\)"
                       r"(?:\s*returns (\w+))?",
                       re.MULTILINE)  # fmt: skip
_TRIGGER = re.compile(r"^create trigger (\w+) .*? on app\.(\w+)\s.*?;$", re.DOTALL | re.MULTILINE)


def texts() -> dict[str, str]:
    """The files by name; the numbers are the order in which they run."""
    return {
        PREPARE: prepared(),
        "1_bare.sql": bare(),
        "2_tables.sql": "\n\n".join(_tables()) + "\n",
        OWN: spreading.spread(functions.functions()),
        "4_everywhere.sql": "\n".join(_everywhere()) + "\n",
        "5_keys.sql": "\n\n".join((*_indexes(), *_keys())) + "\n",
        "6_triggers.sql": "\n\n".join(_triggers()) + "\n",
        "7_delegate.sql": "\n".join(_delegated()) + "\n",
        SEAL: workers(),
    }


def spread_tables() -> tuple[str, ...]:
    """Every table that is spread, the one first that the others stay with."""
    rest = sorted(name for name in metadata.tables if name not in (FIRST, TABLE))
    return (FIRST, *rest)


def prepared() -> str:
    """What each server is told before anything is spread, the first and the others; may be run
    again.

    Tables may have triggers. What the owner sets for a new log-in is passed on as the owner, but
    not the right to set it. A log-in may have sixteen connections on each server; a question over
    all offices would open as many at once.
    """
    return f"""do $prepare$
begin
  perform set_config('citus.enable_ddl_propagation', 'off', true);
  execute format('alter database %I set citus.enable_unsafe_triggers = on', current_database());
  execute format('alter database %I set citus.max_adaptive_executor_pool_size = 1',
    current_database());
  if to_regrole('{OWNER}') is not null then
    grant set on parameter temp_file_limit to {OWNER};
  end if;
end $prepare$;
"""


def bare() -> str:
    """Takes off foreign keys, triggers and the indexes over functions: a table is spread without
    them. Nobody writes meanwhile but through functions, and no desk passes the start-up check."""
    across = re.findall(r"create function app\.(\w+)\(\)", wall_sql.postgresql_across())
    named = [text.split()[2] for text in spreading.indexes(functions.functions())]
    dropped = "\n".join(
        (
            *(f"drop function if exists app.{name}();" for name in across),
            *(f"drop index if exists app.{name};" for name in named),
        )
    )
    return f"""do $$
declare v_table text; v_name text;
begin
  for v_table, v_name in select c.relname, o.conname from pg_constraint o
     join pg_class c on c.oid = o.conrelid
    where o.connamespace = 'app'::regnamespace and o.contype = 'f' loop
    execute format('alter table app.%I drop constraint %I', v_table, v_name);
  end loop;
  for v_table, v_name in select c.relname, t.tgname from pg_trigger t
     join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'app'::regnamespace and not t.tgisinternal loop
    execute format('drop trigger %I on app.%I', v_name, v_table);
  end loop;
end $$;

{dropped}
"""


def _tables() -> Iterator[str]:
    """One statement for each table, each in a transaction of its own: all in one would need more
    locks than a server has."""
    yield _unless_spread(TABLE, f"create_reference_table('app.{TABLE}')")
    for name in spread_tables():
        together = "" if name == FIRST else f", colocate_with => 'app.{FIRST}'"
        yield _unless_spread(name, f"create_distributed_table('app.{name}', 'office_id'{together})")


def _unless_spread(name: str, call: str) -> str:
    return f"""do $$ begin
  if not exists (select 1 from pg_dist_partition where logicalrelid = 'app.{name}'::regclass) then
    perform {call};
    perform truncate_local_data_after_distributing_table('app.{name}');
  end if;
end $$;"""


def _everywhere() -> Iterator[str]:
    """Every function on every server, those of the triggers too."""
    text = f"{wall_sql.postgresql()}\n{spreading.spread(functions.functions())}"
    for schema, name, arguments, _ in _FUNCTION.findall(text):
        if schema == "app":
            yield f"select create_distributed_function('{_signature(schema, name, arguments)}');"
    for schema, name, arguments, _ in _FUNCTION.findall(text):
        if schema == "api":
            yield f"select create_distributed_function('{_signature(schema, name, arguments)}');"


def sent_on() -> frozenset[str]:
    """The doors that a call goes through on the server that holds the office."""
    return frozenset(f"api.{name}" for name, _ in _doors())


def _doors() -> Iterator[tuple[str, str]]:
    for schema, name, arguments, returns in _FUNCTION.findall(functions.functions()):
        alone = name in STAY or returns == "table"
        if schema == "api" and arguments.startswith("p_office") and not alone:
            yield name, arguments


def _delegated() -> Iterator[str]:
    for name, arguments in _doors():
        yield (
            f"select create_distributed_function('{_signature('api', name, arguments)}',"
            f" 'p_office', colocate_with => 'app.{FIRST}');"
        )


def _signature(schema: str, name: str, arguments: str) -> str:
    kinds = (
        part.split(None, 1)[1]
        for part in arguments.split(",")
        if not part.strip().startswith("out ")
    )
    listed = ", ".join(" ".join(kind.split()) for kind in kinds) if arguments.strip() else ""
    return f"{schema}.{name}({listed})"


def _indexes() -> Iterator[str]:
    """Indexes over functions, made once these stand on every server."""
    for text in spreading.indexes(functions.functions()):
        yield text.replace("create index ", "create index if not exists ", 1)


def _keys() -> Iterator[str]:
    """The foreign keys, put back where they are missing."""
    for table in server_metadata().sorted_tables:
        keys = (k for k in table.constraints if isinstance(k, sa.ForeignKeyConstraint))
        for key in sorted(keys, key=lambda k: str(k.name)):
            yield f"""do $$ begin
  if not exists (select 1 from pg_constraint where conrelid = 'app.{table.name}'::regclass
      and conname = '{key.name}') then
    alter table app.{table.name} add constraint {key.name} {_key(key)};
  end if;
end $$;"""


def _key(key: sa.ForeignKeyConstraint) -> str:
    own = ", ".join(element.parent.name for element in key.elements)
    aim = ", ".join(element.column.name for element in key.elements)
    text = f"foreign key ({own})\n      references app.{key.referred_table.name} ({aim})"
    for word, action in (("update", key.onupdate), ("delete", key.ondelete)):
        text += f" on {word} {action.lower()}" if action else ""
    text += " deferrable" if key.deferrable else ""
    return text + (f" initially {key.initially.lower()}" if key.initially else "")


def _triggers() -> Iterator[str]:
    """The walls that see their own row alone, put back where they are missing."""
    for found in _TRIGGER.finditer(wall_sql.postgresql()):
        yield f"""do $$ begin
  if not exists (select 1 from pg_trigger where tgrelid = 'app.{found[2]}'::regclass
      and tgname = '{found[1]}') then
    {found[0]}
  end if;
end $$;"""


def workers() -> str:
    """What a superuser runs on each of the other servers: the doors that stand by themselves on
    every server are shut there too, and the owner is in charge of roles as on the first. One
    statement, which is not passed on."""
    listed = ", ".join(f"app.{name}" for name in rights.READING)
    return f"""do $seal$
declare v_role name; v_member name; v_by name;
begin
  perform set_config('citus.enable_ddl_propagation', 'off', true);
  execute $doors${rights.database()}$doors$;
  -- No desk gets that far, and Citus does not pass a right on a database on to people of later.
  execute format('grant connect on database %I to public', current_database());
  execute $rights$
    grant set on parameter temp_file_limit to {OWNER};
    revoke all on schema app, api from public;
    grant usage on schema app, api to public;
    revoke all on all functions in schema app, api from public;
    grant execute on all functions in schema api to public;
    grant execute on function {listed} to public
  $rights$;
  -- Who is in charge of a role, and in whose name somebody was let into it, is not passed on by
  -- every Citus (nor to a server that is added later); then a right that is taken away would stay.
  for v_role in select rolname from pg_roles where rolname ~ '^sz_o[0-9]' loop
    execute format('grant %I to {OWNER} with admin option', v_role);
  end loop;
  for v_role, v_member, v_by in select r.rolname, p.rolname, g.rolname from pg_auth_members m
     join pg_roles r on r.oid = m.roleid join pg_roles p on p.oid = m.member
     join pg_roles g on g.oid = m.grantor
    where r.rolname ~ '^sz_o[0-9]' and p.rolname !~ '^(sz_o|sanzhi_)' and not p.rolsuper
      and g.rolname <> '{OWNER}' loop
    execute format('grant %I to %I granted by {OWNER}', v_role, v_member);
    execute format('revoke %I from %I granted by %I', v_role, v_member, v_by);
  end loop;
  for v_member in select rolname from pg_roles
    where rolname !~ '^(sz_o|sanzhi_)' and not rolsuper
      and pg_has_role(oid, '{OFFICERS}', 'member') loop
    execute format('grant %I to {OWNER} with admin true, inherit false, set false', v_member);
  end loop;
end $seal$;
"""
