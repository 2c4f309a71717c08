"""The functions of PostgreSQL, generated from the workflow table and the effects.

Lives here: which there are, in their order, and how they run. Must not: what they do (`frames`,
`inner_functions` and their neighbours), who owns and reads what (`rights`), or rules of its own.

Identity is `session_user`, the person's own login, and nothing a client can set. Nobody has a
right to write a table; only these functions, running as the owner, write.
"""

from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.beat_functions import beat_functions
from sanzhi_desktop.persistence.blobs import functions as files
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.checkpoint_functions import checkpoint_functions
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.finding import finding_functions
from sanzhi_desktop.persistence.frames import frames
from sanzhi_desktop.persistence.inner_functions import DATES, FRESH, SAFE, inner
from sanzhi_desktop.persistence.materials_digest import digest_function
from sanzhi_desktop.persistence.members import member_functions
from sanzhi_desktop.persistence.office_effects import EMBEDDED_ONLY, OFFICE_EFFECTS
from sanzhi_desktop.persistence.papers_reader import paper_function
from sanzhi_desktop.persistence.rights import READS
from sanzhi_desktop.persistence.server_tables import KEPT
from sanzhi_desktop.persistence.submission_shape import submission_function
from sanzhi_desktop.persistence.told_history import told_functions
from sanzhi_desktop.persistence.writes import Effect, Moves, Refuse

SCHEMAS = "set local search_path = app;\n\n"

# Milliseconds: a unit would be read anew on every call.
_WAITS = f"security definer {SAFE} set lock_timeout = '2000'"
_DEFINER = f"{_WAITS} {DATES}"
# Every statement of a command asks by a key. Without statistics, on the first day of an office,
# the planner prefers bitmaps, which visit every dead version of a row that is saved often; and a
# plan made for an empty table would be kept when the table has grown.
_BY_KEY = (
    f"{_WAITS} set enable_bitmapscan = 'off' set enable_seqscan = 'off'"
    " set plan_cache_mode = 'force_generic_plan'"
)


def functions() -> str:
    """CREATE FUNCTION of everything that writes."""
    parts = [_REFUSE, _READINGS, submission_function(SAFE), digest_function(SAFE), READS, KEPT]
    parts.extend(
        inner(f"do_{a.value}", e, moves=a is not Action.REGISTER and e.moves is Moves.ROW)
        for a, e in EFFECTS.items()
        if e.moves is not Moves.VERSION
    )
    parts.extend(
        inner(f"do_{a.value}", _REFUSED if a in EMBEDDED_ONLY else e, moves=False)
        for a, e in OFFICE_EFFECTS.items()
    )
    parts.append(member_functions(_DEFINER))
    parts.append(files.functions(safe=SAFE, definer=_DEFINER, fresh=FRESH))
    parts.extend((frames(_DEFINER, _BY_KEY), checkpoint_functions(_DEFINER)))
    parts.append(told_functions(_DEFINER))
    parts.append(finding_functions(SAFE, _DEFINER))
    parts.append(paper_function(_DEFINER))
    parts.extend((beat_functions(SAFE, _DEFINER), _NOW))
    return "\n\n".join(parts) + "\n"


_REFUSED = Effect(steps=(Refuse("true", PersistenceFault.PASSWORD_BY_SERVER),))

_REFUSE = """create function app.refuse(p_code text, p_facts jsonb) returns void
language plpgsql as $$
begin
  raise exception using message = p_code, detail = p_facts::text, errcode = 'SZ001';
end $$;"""

# As strict as Python's own reading: PostgreSQL would take 'today' or '22.9.26' as a date.
_READINGS = """create function app.day(p_text text) returns date
language plpgsql immutable as $$
begin
  if p_text is null or p_text = '' then return null; end if;
  if p_text !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
    raise exception using message = 'not a date: ' || p_text, errcode = '22007';
  end if;
  return p_text::date;
end $$;

create function app.instant(p_text text) returns timestamptz
language plpgsql stable as $$
begin
  if p_text is null or p_text = '' then return null; end if;
  if p_text !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$' then
    raise exception using message = 'not an instant: ' || p_text, errcode = '22007';
  end if;
  return p_text::timestamptz;
end $$;"""

_NOW = """create function api.now() returns timestamptz language sql volatile
set search_path = pg_catalog, pg_temp as $$ select clock_timestamp() $$;"""
