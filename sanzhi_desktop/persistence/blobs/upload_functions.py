"""What PostgreSQL does while a file is uploaded: room, chunks, and who has sent all of them.

Lives here: the functions that take bytes. Must not: who may read them (`blobs.functions`).

Knowing a hash is not having the bytes: who may not read a file that is stored already sends it once
more, and each chunk is compared. He is answered as if it were not there.
"""

from sanzhi_desktop.domain.files import MIB, AttachmentFault

CHUNK = 4 * MIB
WHOLE = -1  # in `blob_proof`: the whole file was sent
ANNOUNCED = 20  # files that one person may announce at once without sending any of them

UPLOAD = f"""create function app.file_used(p_office integer) returns bigint
language plpgsql %SAFE% as $$
declare v_stored bigint; v_arrived bigint;
begin
  select coalesce(sum(size), 0) into v_stored from blob
   where office_id = p_office and complete = 1;
  -- What is announced takes no room, what has arrived of it does.
  select coalesce(sum(octet_length(c.data)), 0) into v_arrived from blob b
    join blob_chunk c on c.office_id = p_office and c.sha256 = b.sha256
   where b.office_id = p_office and b.complete = 0;
  return v_stored + v_arrived;
end $$;

create function app.demand_room(p_office integer, p_more bigint, p_file bigint) returns void
language plpgsql %SAFE% as $$
declare v_quota bigint; v_used bigint;
begin
  select quota into v_quota from file_store where office_id = p_office;
  if coalesce(v_quota, 0) = 0 then return; end if;
  v_used := app.file_used(p_office);
  if v_used + p_more > v_quota then
    perform app.refuse('{AttachmentFault.QUOTA}',
      jsonb_build_object('size_mb', round(p_file / {MIB}.0, 1),
        'used_mb', round(v_used / {MIB}.0, 1), 'quota_mb', round(v_quota / {MIB}.0, 1)));
  end if;
end $$;

create function app.forget_announced(p_office integer, v_me text) returns void
language plpgsql %SAFE% as $$
declare v_old text;
begin
  for v_old in select sha256 from blob where office_id = p_office and stored_by = v_me
     and complete = 0 order by begun_at desc offset {ANNOUNCED} - 1 loop
    perform 1 from blob_chunk where office_id = p_office and sha256 = v_old limit 1;
    if not found then
      delete from blob_proof where office_id = p_office and sha256 = v_old;
      delete from blob where office_id = p_office and sha256 = v_old;
    end if;
  end loop;
end $$;

create function api.begin_file(p_office integer, p_sha256 text, p_size bigint)
returns jsonb language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_now timestamptz := clock_timestamp();
  s app.file_store; b app.blob; v_have jsonb; v_readable boolean;
begin
  %FRESH%
  perform app.file_member(p_office, v_me);
  if p_sha256 !~ '^[0-9a-f]{{64}}$' or p_size is null or p_size < 0 then
    perform app.refuse('{AttachmentFault.BAD_CHUNK}', '{{}}');
  end if;
  -- Without a lock, which anybody could leave standing; room is asked for again by each chunk.
  select * into s from file_store where office_id = p_office;
  if not found or s.kind = 'folder' then
    perform app.refuse('{AttachmentFault.STORE_KIND}', '{{}}');
  end if;
  select * into b from blob where office_id = p_office and sha256 = p_sha256;
  if b.sha256 is not null and b.complete = 0 and (b.size <> p_size or b.place <> s.kind
     or s.kind = 'objects' and (b.endpoint <> s.endpoint or b.bucket <> s.bucket)) then
    delete from blob_chunk where office_id = p_office and sha256 = p_sha256;
    delete from blob_proof where office_id = p_office and sha256 = p_sha256;
    delete from blob where office_id = p_office and sha256 = p_sha256;
    b := null;
  end if;
  v_readable := b.complete = 1 and app.file_readable(p_office, p_sha256, v_me);
  select coalesce(jsonb_agg(n order by n), '[]') into v_have from blob_proof
   where office_id = p_office and sha256 = p_sha256 and person_id = v_me and n <> {WHOLE};
  if not coalesce(v_readable, false) and v_have = '[]' then
    if s.file_limit > 0 and p_size > s.file_limit then
      perform app.refuse('{AttachmentFault.TOO_LARGE}',
        jsonb_build_object('size_mb', round(p_size / {MIB}.0, 1),
          'limit_mb', round(s.file_limit / {MIB}.0, 1)));
    end if;
    perform app.demand_room(p_office, p_size, p_size);
  end if;
  if b.sha256 is null then
    perform app.forget_announced(p_office, v_me);
    insert into blob (office_id, sha256, size, chunk_size, place, endpoint, bucket, region,
      complete, stored_by, begun_at)
    values (p_office, p_sha256, p_size, {CHUNK}, s.kind,
      case s.kind when 'objects' then s.endpoint else '' end,
      case s.kind when 'objects' then s.bucket else '' end,
      case s.kind when 'objects' then s.region else '' end, 0, v_me, v_now)
    on conflict (office_id, sha256) do nothing;
    select * into b from blob where office_id = p_office and sha256 = p_sha256;
  elsif b.begun_at < v_now - interval '1 day' then
    -- Somebody is about to use it: it is not abandoned.
    update blob set begun_at = v_now where office_id = p_office and sha256 = p_sha256;
  end if;
  return jsonb_build_object('complete', case when v_readable then 1 else 0 end,
    'chunk_size', b.chunk_size,
    'place', b.place, 'endpoint', b.endpoint, 'bucket', b.bucket, 'region', b.region,
    'sm3', s.sm3, 'have', v_have);
end $$;

create function api.put_chunk(p_office integer, p_sha256 text, p_n integer, p_data bytea,
  p_digest text)
returns void language plpgsql %DEFINER% as $$
declare v_me text := session_user; b app.blob; v_due bigint;
begin
  %FRESH%
  perform app.file_member(p_office, v_me);
  select * into b from blob where office_id = p_office and sha256 = p_sha256 for share;
  if b.sha256 is null or b.place <> 'database' or p_n is null or p_n < 0 or p_data is null
     or encode(sha256(p_data), 'hex') is distinct from p_digest then
    perform app.refuse('{AttachmentFault.BAD_CHUNK}', '{{}}');
  end if;
  if b.complete = 0 then
    v_due := least(b.chunk_size::bigint, b.size - p_n::bigint * b.chunk_size);
    if v_due <= 0 or length(p_data) <> v_due then
      perform app.refuse('{AttachmentFault.BAD_CHUNK}', '{{}}');
    end if;
    perform 1 from blob_chunk where office_id = p_office and sha256 = p_sha256 and n = p_n;
    if not found then
      perform app.demand_room(p_office, v_due, b.size);
      insert into blob_chunk (office_id, sha256, n, data)
      values (p_office, p_sha256, p_n, p_data)
      on conflict (office_id, sha256, n) do nothing;
    end if;
  end if;
  perform 1 from blob_chunk
   where office_id = p_office and sha256 = p_sha256 and n = p_n and data = p_data;
  if found then
    insert into blob_proof (office_id, sha256, person_id, n)
    values (p_office, p_sha256, v_me, p_n)
    on conflict (office_id, sha256, person_id, n) do nothing;
  end if;
end $$;

create function api.complete_file(p_office integer, p_sha256 text, p_sm3 text)
returns boolean language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_now timestamptz := clock_timestamp(); b app.blob;
  v_sent bigint;
begin
  %FRESH%
  perform app.file_member(p_office, v_me);
  select * into b from blob where office_id = p_office and sha256 = p_sha256 for update;
  if b.sha256 is null then perform app.refuse('{AttachmentFault.BAD_CHUNK}', '{{}}'); end if;
  if b.complete = 1 and app.file_readable(p_office, p_sha256, v_me) then return true; end if;
  if b.place = 'database' then
    if b.complete = 0 and app.file_digest(p_office, p_sha256) <> p_sha256 then
      -- Somebody sent other bytes under this hash: begin anew, with nothing of them left.
      delete from blob_chunk where office_id = p_office and sha256 = p_sha256;
      delete from blob_proof where office_id = p_office and sha256 = p_sha256;
      return false;
    end if;
    select count(*) into v_sent from blob_proof
     where office_id = p_office and sha256 = p_sha256 and person_id = v_me and n <> {WHOLE};
    if v_sent * b.chunk_size < b.size then
      delete from blob_proof
       where office_id = p_office and sha256 = p_sha256 and person_id = v_me;
      return false;
    end if;
  elsif b.complete = 0 then
    perform app.demand_room(p_office, b.size, b.size);
  end if;
  if b.complete = 0 then
    update blob set complete = 1, completed_at = v_now, sm3 = p_sm3, stored_by = v_me
     where office_id = p_office and sha256 = p_sha256;
  end if;
  delete from blob_proof where office_id = p_office and sha256 = p_sha256 and person_id = v_me;
  insert into blob_proof (office_id, sha256, person_id, n)
  values (p_office, p_sha256, v_me, {WHOLE});
  return true;
end $$;"""
