"""What PostgreSQL does with attachments: taking chunks, handing them out, hashing them again.

Lives here: the functions of the schema `api` about files, and what registering a decision asks
them. Must not: commands on cases (`persistence.functions`).

Nobody may read the tables `blob` and `blob_chunk`: a hash is only learnt from a material one may
see. Nor does a hash that somebody learnt elsewhere make another case's file his own: a step may
name only what he could read before, and a file counts as his when he has sent all of its bytes.
Every chunk is a transaction of its own; the same call again does nothing, so it needs no command
id.
"""

import re
from collections.abc import Mapping

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.blobs.upload_functions import UPLOAD, WHOLE
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.named_files import NAMED, REPLACED, REPLACING, TRANSFER_FILE

# The list of an entry that names files in rows which a later command replaces.
_PLACE = (
    "case v_entry ->> 'action' "
    + " ".join(f"when '{action.value}' then '{place}'" for action, place in REPLACED.items())
    + " end"
)
_KEEPERS = f"array['{Role.ADMIN.value}', '{Role.AUDITOR.value}']"

# What only the server can look at, by the function that writes: asked before it writes anything.
SERVER_STEPS: Mapping[str, str] = {
    f"do_{Action.REGISTER_DECISION}": "  perform app.demand_files(p_office, p_case);",
    f"do_{Action.MATERIALS_CHANGED}": "  perform app.demand_damage(p_office, p_case);",
}
# Every step that names files in rows by which somebody may read them: asked before it writes.
NAMING = re.compile(
    r"insert into (?:material|dispute_file|transfer_event)\b|update transfer set attachments"
)
DEMAND_READABLE = "  perform app.demand_readable(p_office, p_payload, v_me);"


def functions(*, safe: str, definer: str, fresh: str) -> str:
    """CREATE FUNCTION of everything about files; the settings are those of all other functions.
    `fresh` refuses an old snapshot, in which somebody who left would still be a member: asked
    where bytes are written."""
    marks = {"%SAFE%": safe, "%DEFINER%": definer, "%FRESH%": fresh}
    text = f"{_INNER}\n\n{UPLOAD}\n\n{_DOWNLOAD}\n\n{_KEEPING}"
    for mark, words in marks.items():
        text = text.replace(mark, words)
    return text


STORAGE = "alter table app.blob_chunk alter column data set storage external;"

_INNER = f"""create function app.file_member(p_office integer, v_me text) returns void
language plpgsql %SAFE% as $$
begin
  perform 1 from person where office_id = p_office and person_id = v_me and active = 1;
  if not found then perform app.refuse('{CaseFault.NOT_FOUND}', '{{}}'); end if;
end $$;

create function app.keeps_files(p_office integer, v_me text, v_now timestamptz) returns boolean
language plpgsql %SAFE% as $$
begin
  return app.roles(p_office, v_me, (v_now at time zone 'Asia/Shanghai')::date) && {_KEEPERS};
end $$;

create function app.file_keeper(p_office integer, v_me text, v_now timestamptz) returns void
language plpgsql %SAFE% as $$
begin
  perform app.file_member(p_office, v_me);
  if not app.keeps_files(p_office, v_me, v_now) then
    perform app.refuse('{PersistenceFault.NOT_ALLOWED}',
      jsonb_build_object('action', 'blob_check'));
  end if;
end $$;

create function app.file_digest(p_office integer, p_sha256 text) returns text
language sql stable %SAFE% as $$
  select encode(sha256(coalesce(string_agg(data, ''::bytea order by n), ''::bytea)), 'hex')
    from blob_chunk where office_id = p_office and sha256 = p_sha256
$$;

create function app.file_state(p_office integer, p_sha256 text) returns text
language plpgsql %SAFE% as $$
declare b app.blob; v_chunks bigint;
begin
  select * into b from blob
   where office_id = p_office and sha256 = p_sha256 and complete = 1;
  if not found then return 'missing'; end if;
  if b.place <> 'database' then return 'elsewhere'; end if;
  select count(*) into v_chunks from blob_chunk
   where office_id = p_office and sha256 = p_sha256;
  if v_chunks * b.chunk_size < b.size then return 'missing'; end if;
  if app.file_digest(p_office, p_sha256) = p_sha256 then return 'intact'; end if;
  return 'changed';
end $$;

create function app.names_file(p_text text, p_sha256 text) returns boolean
language plpgsql immutable %SAFE% as $$
begin
  return strpos(p_text, '"sha256": "' || p_sha256 || '"') > 0
    or strpos(p_text, '"sha256":"' || p_sha256 || '"') > 0;
end $$;

create index ix_material__sha256 on app.material (office_id, app.kept(sha256));

create function app.file_readable(p_office integer, p_sha256 text, v_me text)
returns boolean language plpgsql %SAFE% as $$
begin
  perform 1 from blob_proof p
   where p.office_id = p_office and p.sha256 = p_sha256 and p.person_id = v_me and p.n = {WHOLE};
  if found then return true; end if;
  perform 1 from material m
   where m.office_id = p_office and app.kept(m.sha256) = p_sha256
     and app.sees(p_office, m.readers, v_me) limit 1;
  if found then return true; end if;
  perform 1 from dispute_file d
   where d.office_id = p_office and d.sha256 = p_sha256
     and app.sees(p_office, d.readers, v_me) limit 1;
  if found then return true; end if;
  perform 1 from transfer t
   where t.office_id = p_office and app.names_file(t.attachments, p_sha256)
     and app.sees(p_office, t.readers, v_me) limit 1;
  if found then return true; end if;
  perform 1 from transfer_event e
   where e.office_id = p_office and app.names_file(e.detail, p_sha256)
     and app.sees(p_office, e.readers, v_me) limit 1;
  return found;
end $$;

-- A step may name a file only who could read it before: by naming it he makes it his own case's. A
-- file that somebody may not see is answered like one that is not there. A paper stands for itself.
create function app.demand_readable(p_office integer, p_payload jsonb, v_me text) returns void
language plpgsql %SAFE% as $$
declare v_file jsonb; v_files jsonb := jsonb_path_query_array(p_payload - 'document',
  'strict $.** ? (exists (@.sha256))');
begin
  for v_index in 0 .. jsonb_array_length(v_files) - 1 loop
    v_file := v_files -> v_index;
    if coalesce(v_file ->> 'sha256', '') <> ''
       and not app.file_readable(p_office, v_file ->> 'sha256', v_me) then
      perform app.refuse('{AttachmentFault.NOT_STORED}',
        jsonb_build_object('name', coalesce(v_file ->> 'name', '')));
    end if;
  end loop;
end $$;

create function app.damaged(p_office integer, p_case text)
returns table (name text, sha256 text, state text) language plpgsql %SAFE% as $$
#variable_conflict use_column
begin
  -- One by one: what looks into tables is not asked inside a statement over tables.
  for name, sha256 in select m.name, m.sha256 from material m
     where m.office_id = p_office and m.case_id = p_case and m.sha256 <> '' order by m.place loop
    state := app.file_state(p_office, sha256);
    if state <> 'intact' then return next; end if;
  end loop;
end $$;

create function app.demand_files(p_office integer, p_case text) returns void
language plpgsql %SAFE% as $$
declare v_changed text; v_missing text;
begin
  select string_agg(name, '、') filter (where state = 'changed'),
         string_agg(name, '、') filter (where state = 'missing')
    into v_changed, v_missing from app.damaged(p_office, p_case);
  if v_changed is not null then
    perform app.refuse('{AttachmentFault.CHANGED}', jsonb_build_object('names', v_changed));
  elsif v_missing is not null then
    perform app.refuse('{AttachmentFault.MISSING}', jsonb_build_object('names', v_missing));
  end if;
end $$;

create function app.demand_damage(p_office integer, p_case text) returns void
language plpgsql %SAFE% as $$
declare v_elsewhere boolean; v_damaged boolean;
begin
  select coalesce(bool_or(state = 'changed'), false), coalesce(bool_or(state = 'elsewhere'), false)
    into v_damaged, v_elsewhere from app.damaged(p_office, p_case);
  -- Bytes elsewhere, outside the database, only whoever sends the command can look at.
  if not v_damaged and not v_elsewhere then
    perform app.refuse('{AttachmentFault.INTACT}', '{{}}');
  end if;
end $$;"""

_DOWNLOAD = """create function api.sm3_wanted(p_office integer)
returns boolean language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_wanted boolean;
begin
  perform app.file_member(p_office, v_me);
  select sm3 = 1 into v_wanted from file_store where office_id = p_office;
  return coalesce(v_wanted, false);
end $$;

create function api.file_info(p_office integer, p_sha256 text)
returns jsonb language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_now timestamptz := clock_timestamp(); v_info jsonb;
begin
  perform app.file_member(p_office, v_me);
  -- Who keeps the files reads also those of earlier rounds, which no row names any more.
  if not app.file_readable(p_office, p_sha256, v_me)
     and not app.keeps_files(p_office, v_me, v_now) then return null; end if;
  select jsonb_build_object('size', size, 'chunk_size', chunk_size, 'place', place,
      'endpoint', endpoint, 'bucket', bucket, 'region', region)
    into v_info from blob
   where office_id = p_office and sha256 = p_sha256 and complete = 1;
  return v_info;
end $$;

create function api.get_chunk(p_office integer, p_sha256 text, p_n integer)
returns bytea language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_now timestamptz := clock_timestamp(); v_data bytea;
begin
  perform app.file_member(p_office, v_me);
  if not app.file_readable(p_office, p_sha256, v_me)
     and not app.keeps_files(p_office, v_me, v_now) then return null; end if;
  select data into v_data from blob_chunk
   where office_id = p_office and sha256 = p_sha256 and n = p_n;
  return v_data;
end $$;

create function api.file_state(p_office integer, p_sha256 text)
returns text language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_now timestamptz := clock_timestamp();
begin
  perform app.file_member(p_office, v_me);
  if not app.file_readable(p_office, p_sha256, v_me) then
    perform app.file_keeper(p_office, v_me, v_now);
  end if;
  return app.file_state(p_office, p_sha256);
end $$;"""

_KEEPING = f"""create function api.file_size(p_office integer, p_sha256 text)
returns jsonb language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_now timestamptz := clock_timestamp(); v_info jsonb;
begin
  perform app.file_member(p_office, v_me);
  if not app.file_readable(p_office, p_sha256, v_me) then
    perform app.file_keeper(p_office, v_me, v_now);
  end if;
  select jsonb_build_object('size', size, 'chunk_size', chunk_size, 'place', place,
      'endpoint', endpoint, 'bucket', bucket, 'region', region) into v_info from blob
   where office_id = p_office and sha256 = p_sha256;
  return v_info;
end $$;

create function api.files(p_office integer)
returns table (sha256 text, sm3 text, size bigint, complete smallint, place text,
  begun_at timestamptz, endpoint text, bucket text, region text)
language plpgsql %DEFINER% as $$
#variable_conflict use_column
declare v_me text := session_user; v_now timestamptz := clock_timestamp();
begin
  perform app.file_keeper(p_office, v_me, v_now);
  return query select b.sha256, b.sm3, b.size, b.complete, b.place, b.begun_at,
    b.endpoint, b.bucket, b.region from blob b
    where b.office_id = p_office order by b.sha256;
end $$;

-- See `persistence.named_files`, which says the same of an office that is on one PC.
create function app.files_in(p_entry text)
returns table (sha256 text, name text) language plpgsql immutable %SAFE% as $$
#variable_conflict use_column
declare v_entry jsonb; v_list jsonb;
begin
  begin
    v_entry := p_entry::jsonb;
  exception when data_exception or program_limit_exceeded then
    -- Of an office that came from one PC, where more is JSON; no evidence is lost by that.
    if p_entry ~ '{REPLACING}' then
      return query select (regexp_matches(p_entry, '{NAMED}', 'g'))[1], '';
    end if;
    return;
  end;
  v_list := v_entry -> 'payload' -> ({_PLACE});
  if jsonb_typeof(v_list) is distinct from 'array' then return; end if;
  return query select f.one ->> 'sha256', coalesce(f.one ->> 'name', '')
    from jsonb_array_elements(v_list) f(one)
   where f.one ->> 'sha256' ~ '^[0-9a-f]{{64}}$';
end $$;

create function api.file_uses(p_office integer)
returns table (sha256 text, case_id text, case_name text, material text, standing boolean)
language plpgsql %DEFINER% as $$
#variable_conflict use_column
declare v_me text := session_user; v_now timestamptz := clock_timestamp(); v_entry text;
begin
  perform app.file_keeper(p_office, v_me, v_now);
  return query select f.sha256, f.case_id, k.name, f.name, f.standing from (
      select m.sha256, m.case_id, m.name, m.place, true as standing from material m
       where m.office_id = p_office and m.sha256 <> ''
      union all select d.sha256, d.case_id, d.name, d.place, true from dispute_file d
       where d.office_id = p_office
      union all select x.sha256, x.case_id, x.name, 0, false from expert_material x
       where x.office_id = p_office and x.sha256 <> ''
      union all select (regexp_matches(t.attachments, '{NAMED}', 'g'))[1], t.case_id,
         '{TRANSFER_FILE}', 0, true from transfer t where t.office_id = p_office
      union all select (regexp_matches(e.detail, '{NAMED}', 'g'))[1], e.case_id,
         '{TRANSFER_FILE}', 0, true from transfer_event e where e.office_id = p_office) f
    join case_ k on k.office_id = p_office and k.case_id = f.case_id
    order by f.case_id, f.place, f.sha256;
  for case_id, case_name, v_entry in select a.case_id, k.name, a.entry from audit a
      join case_ k on k.office_id = p_office and k.case_id = a.case_id
     where a.office_id = p_office and a.case_id <> '' and strpos(a.entry, '"sha256"') > 0
       and a.entry ~ '{REPLACING}'
     order by a.case_id, a.seq loop
    standing := false;
    for sha256, material in select f.sha256, f.name from app.files_in(v_entry) f loop
      return next;
    end loop;
  end loop;
end $$;"""
