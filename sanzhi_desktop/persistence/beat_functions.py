"""The function a desk calls every few seconds: is the server there, may it be written, did anything
change, and who else has the open case in front of him.

Lives here: `api.beat`. Must not: anything that belongs to a history; a beat is no event.
"""

from sanzhi_desktop.persistence.revision import TABLE
from sanzhi_desktop.persistence.watch_functions import LOOK, watch_functions

EXPIRES = "60 seconds"
_AGAIN = "20 seconds"  # a row is written anew only when it is older: a beat is a read, mostly
# Whoever looks may have seen an entry before an earlier one was committed; so the number moves
# with the entries of the last moments, not with the last entry alone.
_LATE = "20 seconds"
_OWN = "(pid = v_mine or since is null)"  # he may have it open at another desk still


# A desk that dies leaves its row behind; its session ends with it, at once where the program was
# killed, and when the server has found the line dead where the PC lost its power. Only this
# function is told of a session, by a number that no caller names. Where the owner may not see when
# a session began, the row counts until it expires.
_AT_DESK = """create function app.at_desk(p_pid integer, p_since timestamptz) returns boolean
language plpgsql %SAFE% as $$
declare v_began timestamptz;
begin
  if p_since is null then return true; end if;
  select a.backend_start into v_began from pg_stat_get_activity(p_pid) a;
  return coalesce(v_began = p_since, false);
end $$;"""


_COME = """      -- He had the case open in a session that has ended: from now on in this one.
      select pid, since into v_pid, v_since from presence
       where office_id = p_office and case_id = p_case and person_id = v_me;
      if found then v_gone := not app.at_desk(v_pid, v_since); end if;
      select backend_start into v_begun from pg_stat_get_activity(v_mine);
      insert into presence (office_id, case_id, person_id, seen_at, pid, since)
      values (p_office, p_case, v_me, v_now, v_mine, v_begun)
      on conflict (office_id, case_id, person_id) do update
         set seen_at = excluded.seen_at, pid = excluded.pid, since = excluded.since
       where presence.seen_at < v_stale or v_gone;"""
_OTHERS = f"""    for v_who, v_pid, v_since in select person_id, pid, since from presence
      where office_id = p_office and case_id = p_case and person_id <> v_me
       and seen_at >= v_now - interval '{EXPIRES}' order by person_id loop
      -- A standby knows nothing of the sessions of its primary.
      if v_still or app.at_desk(v_pid, v_since) then
        v_present := v_present || to_jsonb(v_who);
      end if;
    end loop;"""


def beat_functions(safe: str, definer: str) -> str:
    """CREATE FUNCTION of `api.beat` and what it calls; `definer` is the clause of all functions
    of the owner, `safe` that of the inner ones."""
    return f"""{watch_functions(safe)}

{_AT_DESK.replace("%SAFE%", safe)}

create function api.beat(p_office integer, p_case text, p_left text)
returns jsonb language plpgsql {definer} as $$
declare
  v_me text := session_user; v_now timestamptz := clock_timestamp();
  v_mine integer := pg_backend_pid();
  v_still boolean := pg_is_in_recovery() or current_setting('transaction_read_only') = 'on';
  v_revision text; v_last timestamptz; v_count bigint; v_sees boolean;
  v_present jsonb := '[]'; v_stale timestamptz := v_now - interval '{_AGAIN}';
  v_who text; v_pid integer; v_since timestamptz; v_begun timestamptz; v_gone boolean := false;
begin
  select version_num into v_revision from {TABLE};
  perform 1 from person
   where office_id = p_office and person_id = v_me and active = 1;
  if not found then
    return jsonb_build_object('news', 0, 'present', v_present, 'still', v_still,
      'revision', v_revision, 'at', v_now, 'active', false);
  end if;
  if not v_still then
{LOOK}
  end if;
  select max(at) into v_last from audit where office_id = p_office;
  select count(*) into v_count from audit
   where office_id = p_office and at >= v_last - interval '{_LATE}';
  select true into v_sees from case_
   where office_id = p_office and case_id = p_case
     and app.sees(p_office, readers, v_me);
  if v_sees then
    if not v_still then
      delete from presence where office_id = p_office and person_id = v_me
        and (case_id = p_left and {_OWN} or seen_at < v_now - interval '{EXPIRES}');
{_COME}
    end if;
{_OTHERS}
  elsif p_left <> '' and not v_still then
    delete from presence where office_id = p_office and person_id = v_me and case_id = p_left
      and {_OWN};
  end if;
  return jsonb_build_object('present', v_present, 'still', v_still, 'revision', v_revision,
    'at', v_now, 'news', hashtextextended(coalesce(v_last::text, '') || ' ' || v_count, 0));
end $$;"""
