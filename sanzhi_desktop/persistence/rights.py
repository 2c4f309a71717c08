"""Who owns and who reads what on a server: the owner nobody can be, policies, grants, plugs.

Lives here: the SQL around the tables and functions, generated from the tables' columns. Must not:
what a function checks (`functions`, `members`), or the comparison at start (`server_check`).

A policy sees the row's own columns, `session_user` and role membership, and nothing else: so it
costs little, and the same text holds on a database spread over several servers. What somebody may
learn beside it is a matter of `server_tables`.
"""

from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence.columns import READERS, SIGHT
from sanzhi_desktop.persistence.revision import TABLE
from sanzhi_desktop.persistence.sights import Sight
from sanzhi_desktop.persistence.tables import metadata

OWNER = "sanzhi_owner"  # owns every schema, table and function; nobody logs in as it, or is it
OFFICERS = "sanzhi_officer"  # the group of all offices, for the server's own list of who may log in
# Nothing is granted to a group that people are members of, and no policy names one: whoever is a
# member may `drop owned by` it, which would take policies and rights away from everybody. The
# public, which is no role, may ask; what it is told is a matter of the policies and the functions.

# These see every case of the office: they receive, assign, sign, minute, check; the administrator
# too, because a new holiday arrangement moves the due date of every open case.
SEE_ALL = (
    Role.CLERK,
    Role.LEAD,
    Role.HEAD,
    Role.SECRETARY,
    Role.AGENCY_HEAD,
    Role.AUDITOR,
    Role.ADMIN,
)

_CONDITIONS = {
    Sight.CASE: f"app.reads_case(office_id, {READERS})",
    Sight.OFFICE: "app.reads_office(office_id)",
    Sight.HISTORY: "app.reads_history(office_id)",
}
_IS = """pg_catalog.pg_has_role(session_user,
      pg_catalog.to_regrole('sz_o' operator(pg_catalog.||) p_office::pg_catalog.text{more}),
      'member')"""
_WITH = " operator(pg_catalog.||) {}"
_MEMBER = _IS.format(more="")
_SEES_ALL = _IS.format(more=_WITH.format("'_all'"))
_LEADS = _IS.format(
    more=_WITH.format("'_u'") + _WITH.format("pg_catalog.substr(p_readers, 3, 12)")
)
_AUDITS = _IS.format(more=_WITH.format(f"'_{Role.AUDITOR.value}'"))
_NAMED = """pg_catalog.strpos(p_readers, ',' operator(pg_catalog.||) session_user::pg_catalog.text
      operator(pg_catalog.||) ',') operator(pg_catalog.>) 0"""


def _reads(name: str, more: str, condition: str) -> str:
    return f"""create function app.{name}(p_office integer{more}) returns boolean
language plpgsql stable parallel safe cost 0.0001 as $$
begin
  return {condition};
end $$;"""


# The policies' conditions. Whatever a statement asks that is leakproof and costs less than the
# policy, PostgreSQL asks first, of hidden rows too, and the pages that the policy reads afterwards
# tell the answer (EXPLAIN with BUFFERS). So each is one function that says it costs nothing. Names
# are written out, because a fixed search path would cost more than all the rest.
READS = "\n\n".join(
    (
        _reads("reads_case", ", p_readers text",
               f"{_NAMED}\n    and {_MEMBER}\n    or {_SEES_ALL}\n    or {_LEADS}"),
        _reads("reads_office", "", _MEMBER),
        _reads("reads_history", "", _AUDITS),
    )
)  # fmt: skip
READING = ("reads_case", "reads_office", "reads_history")
# Functions are everybody's when they are made.
SHUT = "revoke all on all functions in schema app from public;\n" + "\n".join(
    f"grant execute on function app.{name} to public;" for name in READING
)


def policies() -> dict[str, str]:
    """The condition under which a row of each table is read, for the tables anybody may read."""
    found = {
        table.name: _CONDITIONS[table.info[SIGHT]]
        for table in metadata.sorted_tables
        if table.info.get(SIGHT) in _CONDITIONS
    }
    return {TABLE: "true", **found}


def hidden() -> tuple[str, ...]:
    """Tables that nobody reads."""
    return tuple(t.name for t in metadata.sorted_tables if t.info.get(SIGHT) is Sight.NOBODY)


def of_case() -> tuple[str, ...]:
    """Tables whose rows carry the people of the case."""
    return tuple(t.name for t in metadata.sorted_tables if t.info.get(SIGHT) is Sight.CASE)


_GRANTS = f"""{SHUT}
revoke all on all functions in schema api from public;
revoke all on schema app from public;
revoke all on schema api from public;
revoke all on all tables in schema app from public;
grant usage on schema app to public;
grant usage on schema api to public;
grant execute on all functions in schema api to public;"""


def rights() -> str:
    """Policies and grants; run last, as the owner, once every table and function is there."""
    parts = [_GRANTS]
    for table, condition in policies().items():
        parts.append(
            f"alter table app.{table} enable row level security;\n"
            f"create policy seen on app.{table} for select using (\n  {condition});\n"
            f"grant select on app.{table} to public;"
        )
    parts.extend(f"alter table app.{table} enable row level security;" for table in hidden())
    return "\n\n".join(parts) + "\n"


def groups() -> str:
    """The owner and the group of officers, with what the server lets them; may be run again."""
    return f"""do $$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    raise exception using message = 'persistence.superuser_needed', detail = '{{}}',
      errcode = 'SZ001';
  end if;
  if to_regrole('{OWNER}') is null then create role {OWNER}; end if;
  if to_regrole('{OFFICERS}') is null then create role {OFFICERS}; end if;
  -- Over several servers the first one connects to the others as the owner, see sql/citus.
  if exists (select 1 from pg_extension where extname = 'citus') then
    alter role {OWNER} login;
  else
    alter role {OWNER} nologin;
  end if;
  alter role {OWNER} nosuperuser nocreatedb noreplication nobypassrls;
  alter role {OFFICERS} nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
  -- Before 16 whoever may make roles may become anybody: there the officers are made by a DBA.
  if current_setting('server_version_num')::integer >= 160000 then
    alter role {OWNER} createrole;
    execute 'grant {OFFICERS} to {OWNER} with admin true, inherit false, set false';
    -- Sessions that hold a case and do nothing are ended by `app.end_idle`, and by nothing else.
    execute 'grant pg_signal_backend, pg_read_all_stats to {OWNER} with inherit true, set false';
  else
    grant {OFFICERS} to {OWNER} with admin option;
    grant pg_signal_backend, pg_read_all_stats to {OWNER};
  end if;
  grant set on parameter temp_file_limit to {OWNER};
end $$;
"""


def owner() -> str:
    """What a superuser does before anything else; may be run again."""
    return f"""{groups()}
create schema if not exists app authorization {OWNER};
create schema if not exists api authorization {OWNER};
alter default privileges for role {OWNER} revoke execute on functions from public;

{database()}"""


def database() -> str:
    """What closes the doors of one database; for a restored or copied one it is run again."""
    return f"""do $$
declare v_name text; v_function regprocedure;
begin
  foreach v_name in array array[current_database()::text, 'postgres', 'template1'] loop
    if exists (select 1 from pg_database where datname = v_name) then
      execute format('revoke connect, temporary, create on database %I from public', v_name);
    end if;
  end loop;
  execute format('grant connect on database %I to {OWNER} with grant option', current_database());
  for v_name in select rolname from pg_roles
    where rolcanlogin and not rolsuper and pg_has_role(oid, '{OFFICERS}', 'member') loop
    execute format('grant connect on database %I to %I', current_database(), v_name);
  end loop;
  if to_regnamespace('public') is not null then
    execute 'revoke create on schema public from public';
  end if;
  execute 'revoke usage on language plpgsql from public';
  execute 'grant usage on language plpgsql to {OWNER}';
  -- Large objects fill the disk without any table right; advisory locks block by a bare number.
  for v_function in select oid::regprocedure from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
      and (proname ~ '^lo_' or proname in ('loread', 'lowrite')
        or proname ~ '^pg_(try_)?advisory_') loop
    execute format('revoke execute on function %s from public', v_function);
  end loop;
end $$;
"""
