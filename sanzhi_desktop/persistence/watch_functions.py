"""The function that ends sessions which hold a case and do nothing with it.

Lives here: `app.end_idle`, called by the beat of every desk. Must not: anything a caller could aim
with; nobody names a session, and the rule below alone says whose ends.

A person may set `idle_in_transaction_session_timeout` to 0 in his own session, begin, change a
case and go home: its row stays locked, and with it the case. So the other desks look. Only log-ins
of people of the office asked about, in this database, are ended, and only when they

- stand idle in a transaction that has written (and so holds rows) for `HOLDING`,
- stand idle in any transaction for `IDLE` (it keeps the server from tidying up), or
- have had a transaction that has written open for `LONGEST`, whatever they do in it.

None of it happens to a desk: each of its commands is one call and a commit at once, and its
statements end after half a minute. What was not committed is taken back; nothing legal is lost,
and a command that is sent again is recognised. The owner needs `pg_signal_backend` and
`pg_read_all_stats` for it; he could already give any person of the office another password, so
this adds no power over people, and over other databases of the server it is narrowed by the text
of this function, which the start-up check compares.

A transaction that was prepared (PREPARE TRANSACTION) has no session that could be ended, and no
function can end it. The start-up check refuses a server that allows them; a cluster needs them, so
there each look writes whose it is into the server's log.
"""

HOLDING = "15 seconds"
IDLE = "60 seconds"
LONGEST = "120 seconds"
_AGAIN = "20 seconds"  # a desk looks this often at most; a hundred desks look five times a second

# Noted in the caller's own session: whoever changes it there makes only himself look less often.
LOOK = f"""    if coalesce(current_setting('sanzhi.looked', true), '')
       < (v_now - interval '{_AGAIN}')::text then
      perform set_config('sanzhi.looked', v_now::text, false);
      perform app.end_idle(p_office, v_now);
    end if;"""


def watch_functions(safe: str) -> str:
    """CREATE FUNCTION of `app.end_idle`; `safe` is the search path of all functions."""
    return f"""create function app.end_idle(p_office integer, v_now timestamptz) returns void
language plpgsql {safe} as $$
declare v_pid integer; v_who name;
begin
  if not pg_has_role('pg_signal_backend', 'usage') then return; end if;
  for v_pid, v_who in select a.pid, a.usename from pg_stat_activity a
    where a.datname = current_database() and a.backend_type = 'client backend'
     and a.pid <> pg_backend_pid()
     and (a.state like 'idle in transaction%'
        and a.state_change < v_now - case when a.backend_xid is null then interval '{IDLE}'
          else interval '{HOLDING}' end
      or a.backend_xid is not null and a.xact_start < v_now - interval '{LONGEST}')
     and not (select rolsuper from pg_roles where oid = a.usesysid) loop
    -- Asked for one by one: over several servers a table is not joined with the server's own lists.
    perform 1 from person where office_id = p_office and person_id = v_who::text;
    continue when not found;
    raise log 'sanzhi: transaction of % (process %) ended, it held the office up', v_who, v_pid;
    perform pg_terminate_backend(v_pid);
  end loop;
  for v_who in select p.owner from pg_prepared_xacts p
    where p.database = current_database() and p.prepared < v_now - interval '{HOLDING}' loop
    perform 1 from person where office_id = p_office and person_id = v_who::text;
    continue when not found;
    raise log 'sanzhi: a prepared transaction of % holds the office up; ROLLBACK PREPARED', v_who;
  end loop;
end $$;"""
