"""The functions of PostgreSQL that keep log-ins, roles of the server and the readers of a case.

Lives here: roles per office and unit, membership made from the register of people, log-ins, and
the `readers` column. Must not: what a command writes (`case_effects`), policies (`rights`).

The register (`person`, `person_role`) is the truth; membership of the server's roles follows it
and serves reading only. Writing asks the register itself, with its dates, on every command.
"""

from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.inner_functions import FRESH
from sanzhi_desktop.persistence.rights import OFFICERS, OWNER, SEE_ALL, of_case

_SAFE = "set search_path = pg_catalog, app, pg_temp"
_CODE = "'^[a-z][a-z0-9_]{0,40}$'"
_RESERVED = "'^(pg_|sz_o|sanzhi_|public$|none$)'"
_TAG = "substr(encode(sha256(convert_to({unit}, 'UTF8')), 'hex'), 1, 12)"

# The current reviewer, whoever certified an earlier round, whoever was asked for an opinion, and
# the special team of a transfer.
_READERS = f"""create function app.readers(p_office integer, p_case text) returns text
language sql stable {_SAFE} as $$
  select ',#' || {_TAG.replace("{unit}", "k.unit")} || ','
      || coalesce((select string_agg(distinct p.code || ',', '') from (
        select k.registered_by as code
        union all select unnest(string_to_array(trim(both ',' from k.handler_codes), ','))
        union all select k.reviewer
        union all select r.reviewer from round r where r.office_id = p_office
          and r.case_id = p_case and r.certified_sha256 <> ''
        union all select s.asked_of from second_opinion s where s.office_id = p_office
          and s.case_id = p_case
        union all select m.person_id from transfer_member m where m.office_id = p_office
          and m.case_id = p_case and m.left_at is null) p where p.code <> ''), '')
    from case_ k where k.office_id = p_office and k.case_id = p_case
$$;"""

# The policies' own condition over one row, for the functions: what cannot be seen is not there.
# Whether `v_me` sees a case by its readers: one of its people, or of a group that sees more.
SEES = """coalesce(position(',' || v_me || ',' in c.readers) > 0
    or pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_all'), 'member')
    or pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_u' || substr(c.readers, 3, 12)),
      'member'), false)"""

_SEES = f"""create function app.sees(p_office integer, p_readers text, v_me text) returns boolean
language sql stable {_SAFE} as $$
  select {SEES.replace("c.readers", "p_readers")}
$$;"""


def _keep() -> str:
    updates = "\n".join(
        f"  update {table} set readers = v_readers where office_id = p_office and case_id = p_case;"
        for table in of_case()
    )
    return f"""create function app.keep_readers(p_office integer, p_case text, v_before text)
returns void language plpgsql {_SAFE} as $$
declare v_readers text := app.readers(p_office, p_case);
begin
  if v_readers is null or v_readers = v_before then return; end if;
{updates}
end $$;"""


_MADE_HERE = """create function app.made_here(p_office integer, p_login text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (select 1 from pg_roles where rolname = p_login
    and shobj_description(oid, 'pg_authid') = 'sanzhi office ' || p_office)
$$;"""


def _office_roles() -> str:
    roles = "\n".join(
        f"  execute format('create role %I', v_office || '_{role.value}');\n"
        f"  execute format('grant %I to %I', v_office{suffix}, v_office || '_{role.value}');"
        for role in Role
        for suffix in (" || '_all'" if role in SEE_ALL else "",)
    )
    names = ", ".join(f"'_{name}'" for name in ("all", *(role.value for role in Role)))
    return f"""create function app.make_office_roles(p_office integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare v_office text := 'sz_o' || p_office; v_old text; v_name text; v_of text;
begin
  if to_regrole(v_office) is not null then
    v_of := substring(shobj_description(to_regrole(v_office), 'pg_authid') from '^sanzhi in (.*)$');
    if v_of <> current_database() and exists (select 1 from pg_database where datname = v_of) then
      raise exception using message = '{PersistenceFault.OFFICE_ON_SERVER}', errcode = 'SZ001',
        detail = jsonb_build_object('office', p_office, 'database', v_of)::text;
    end if;
    -- Left over from a database that is gone: nobody of then is somebody now.
    for v_old in select rolname from pg_roles where rolname ~ ('^' || v_office || '(_|$)') loop
      execute format('drop role %I', v_old);
    end loop;
  end if;
  execute format('create role %I', v_office);
  execute format('comment on role %I is %L', v_office, 'sanzhi in ' || current_database());
  execute format('grant {OFFICERS} to %I', v_office);
  execute format('create role %I', v_office || '_all');
  execute format('grant %I to %I', v_office, v_office || '_all');
{roles}
  foreach v_name in array array['', {names}] loop
    execute format('grant %I to {OWNER} with admin option', v_office || v_name);
  end loop;
end $$;"""


# One person's membership, made equal to the register. Grants of somebody else are left alone, and
# so are log-ins that are more than officers.
_SYNC = f"""create function app.sync_member(p_office integer, p_person text, p_today date)
returns void language plpgsql {_SAFE} as $$
declare v_office text := 'sz_o' || p_office; v_active boolean; v_unit text; v_roles text[];
  v_wanted text[] := array[]::text[]; v_held text[]; v_name text; v_login oid;
begin
  if p_person !~ {_CODE} or p_person ~ {_RESERVED} then return; end if;
  select active = 1, unit into v_active, v_unit from person
   where office_id = p_office and person_id = p_person;
  if not coalesce(v_active, false) and app.made_here(p_office, p_person)
     and exists (select 1 from pg_roles where rolname = p_person and rolcanlogin) then
    execute format('alter role %I nologin', p_person);
  end if;
  select oid into v_login from pg_roles where rolname = p_person
     and not (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls);
  if not found or to_regrole(v_office) is null then return; end if;
  if coalesce(v_active, false) then
    v_roles := app.roles(p_office, p_person, p_today);
    if not has_database_privilege(v_login, current_database(), 'connect') then
      execute format('grant connect on database %I to %I', current_database(), p_person);
    end if;
    v_wanted := array[v_office] || array(select v_office || '_' || r from unnest(v_roles) r);
    if '{Role.UNIT_HEAD.value}' = any (v_roles) then
      v_name := v_office || '_u' || {_TAG.replace("{unit}", "v_unit")};
      if to_regrole(v_name) is null then
        if current_setting('server_version_num')::integer < 160000 then
          perform app.refuse('{PersistenceFault.ROLE_BY_DBA}', jsonb_build_object(
            'role', v_name, 'office', v_office, 'unit', v_unit));
        end if;
        execute format('create role %I', v_name);
        execute format('grant %I to %I', v_office, v_name);
      end if;
      v_wanted := v_wanted || v_name;
    end if;
  end if;
  v_held := array(select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.roleid
    where m.member = v_login and r.rolname ~ ('^' || v_office || '(_|$)'));
  foreach v_name in array v_wanted loop
    if v_name <> all (v_held) then execute format('grant %I to %I', v_name, p_person); end if;
  end loop;
  foreach v_name in array v_held loop
    if v_name <> all (v_wanted) then execute format('revoke %I from %I', v_name, p_person); end if;
  end loop;
end $$;"""

# What a log-in may hold of the server, whoever makes it: an office's administrator, or a restore.
LIMITS = {"idle_in_transaction_session_timeout": "60s", "temp_file_limit": "512MB"}
_LIMITS = "\n".join(
    f"    execute format('alter role %I set {name} = %L', p_person, '{value}');"
    for name, value in LIMITS.items()
)

# The verifier is made by whoever types the password; the password itself never travels.
_MAKE_LOGIN = f"""create function app.make_login(p_office integer, p_person text,
  p_verifier text, p_today date)
returns void language plpgsql {_SAFE} as $$
begin
  if coalesce(p_verifier, '') !~ '^SCRAM-SHA-256[$][0-9]+:[^$]+[$][^$]+$'
     or p_person !~ {_CODE} then
    raise exception using message = 'verifier', errcode = '22023';
  end if;
  if p_person ~ {_RESERVED} then
    perform app.refuse('{PersistenceFault.LOGIN_TAKEN}', jsonb_build_object('person', p_person));
  end if;
  if current_setting('server_version_num')::integer < 160000 then
    if to_regrole(p_person) is null then
      perform app.refuse('{PersistenceFault.LOGIN_BY_DBA}', jsonb_build_object('person', p_person));
    end if;
  elsif to_regrole(p_person) is null then
    execute format('create role %I login connection limit 16 password %L', p_person, p_verifier);
    execute format('comment on role %I is %L', p_person, 'sanzhi office ' || p_office);
{_LIMITS}
  elsif app.made_here(p_office, p_person) then
    execute format('alter role %I login password %L', p_person, p_verifier);
  else
    perform app.refuse('{PersistenceFault.LOGIN_TAKEN}', jsonb_build_object('person', p_person));
  end if;
  perform app.sync_member(p_office, p_person, p_today);
end $$;"""


def _login(definer: str) -> str:
    return f"""create function api.login(p_office integer, p_cmd text, p_person text,
  p_verifier text)
returns jsonb language plpgsql {definer} as $$
declare
  v_me text := session_user; v_now timestamptz := clock_timestamp();
  v_today date := (clock_timestamp() at time zone 'Asia/Shanghai')::date; v_result jsonb;
begin
  {FRESH}
  v_result := app.replayed(p_office, p_cmd, '', v_me);
  if v_result is not null then return v_result; end if;
  if p_person is distinct from v_me
     and not '{Role.ADMIN.value}' = any (app.roles(p_office, v_me, v_today)) then
    perform app.refuse('{PersistenceFault.NOT_ALLOWED}', jsonb_build_object('action', 'login'));
  end if;
  perform 1 from person where office_id = p_office and person_id = p_person and active = 1;
  if not found then
    perform app.refuse('{PersistenceFault.NO_SUCH_PERSON}', jsonb_build_object('person', p_person));
  end if;
  perform app.make_login(p_office, p_person, p_verifier, v_today);
  return app.finish(p_office, p_cmd, 'set_password', '',
    jsonb_build_object('person_id', p_person), v_me, v_now);
end $$;"""


# Called when a desk is opened: membership of everybody with a dated role is brought up to today.
def _enter(definer: str) -> str:
    return f"""create function api.enter(p_office integer) returns void
language plpgsql {definer} as $$
declare
  v_me text := session_user; v_person text;
  v_today date := (clock_timestamp() at time zone 'Asia/Shanghai')::date;
begin
  {FRESH}
  perform 1 from person where office_id = p_office and person_id = v_me and active = 1;
  if not found then return; end if;  -- a stranger changes nothing and learns nothing
  for v_person in select person_id from person_role where office_id = p_office
      and (valid_from is not null or valid_to is not null)
    union select v_me order by 1 loop
    perform app.sync_member(p_office, v_person, v_today);
  end loop;
end $$;"""


def member_functions(definer: str) -> str:
    """CREATE FUNCTION of all of these; `definer` is how `api` functions run."""
    return "\n\n".join(
        (
            _READERS,
            _SEES,
            _keep(),
            _MADE_HERE,
            _office_roles(),
            _SYNC,
            _MAKE_LOGIN,
            _login(definer),
            _enter(definer),
        )
    )
