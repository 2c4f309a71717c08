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


def beat_functions(safe: str, definer: str) -> str:
    """CREATE FUNCTION of `api.beat` and what it calls; `definer` is the clause of all functions
    of the owner, `safe` that of the inner ones."""
    return f"""{watch_functions(safe)}

create function api.beat(p_office integer, p_case text, p_left text)
returns jsonb language plpgsql {definer} as $$
declare
  v_me text := session_user; v_now timestamptz := clock_timestamp();
  v_still boolean := pg_is_in_recovery() or current_setting('transaction_read_only') = 'on';
  v_revision text; v_last timestamptz; v_count bigint; v_sees boolean;
  v_present jsonb := '[]'; v_stale timestamptz := v_now - interval '{_AGAIN}';
begin
  select version_num into v_revision from {TABLE};
  perform 1 from person
   where office_id = p_office and person_id = v_me and active = 1;
  if not found then
    return jsonb_build_object('news', 0, 'present', v_present, 'still', v_still,
      'revision', v_revision, 'at', v_now);
  end if;
  if not v_still then
{LOOK}
  end if;
  select max(at) into v_last from command where office_id = p_office;
  select count(*) into v_count from command
   where office_id = p_office and at >= v_last - interval '{_LATE}';
  select true into v_sees from case_
   where office_id = p_office and case_id = p_case
     and app.sees(p_office, readers, v_me);
  if v_sees then
    if not v_still then
      delete from presence where office_id = p_office and person_id = v_me
        and (case_id = p_left or seen_at < v_now - interval '{EXPIRES}');
      insert into presence (office_id, case_id, person_id, seen_at)
      values (p_office, p_case, v_me, v_now)
      on conflict (office_id, case_id, person_id) do update set seen_at = excluded.seen_at
       where presence.seen_at < v_stale;
    end if;
    select coalesce(jsonb_agg(person_id order by person_id), '[]') into v_present from presence
     where office_id = p_office and case_id = p_case and person_id <> v_me
       and seen_at >= v_now - interval '{EXPIRES}';
  elsif p_left <> '' and not v_still then
    delete from presence where office_id = p_office and person_id = v_me and case_id = p_left;
  end if;
  return jsonb_build_object('present', v_present, 'still', v_still, 'revision', v_revision,
    'at', v_now, 'news', hashtextextended(coalesce(v_last::text, '') || ' ' || v_count, 0));
end $$;"""
