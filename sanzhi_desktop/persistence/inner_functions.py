"""The inner functions of PostgreSQL: what each action writes, out of the effects.

Lives here: how steps become statements, and the function around them. Must not: what all commands
have in common (`frames`), or rules of its own; a guard is said once, in the effects.
"""

from collections.abc import Mapping

from sanzhi_desktop.persistence.blobs import functions as files
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run, postgresql

SAFE = "set search_path = pg_catalog, app, pg_temp"
# First wherever a role lets somebody write or grants what he reads: in an old snapshot he would
# still have what was taken from him since.
FRESH = f"""if current_setting('transaction_isolation') <> 'read committed' then
    perform app.refuse('{PersistenceFault.OLD_SNAPSHOT}', jsonb_build_object());
  end if;"""
# How days and moments are read and written, whatever the session says.
DATES = "set timezone = 'UTC' set datestyle = 'ISO, YMD'"
_INNER = (
    "p_office integer, p_cmd text, p_case text, p_reason text, p_payload jsonb, c app.case_,"
    " v_me text, v_now timestamptz, v_today date, v_target text, v_readers text"
)
PASSED = (
    "p_office, p_cmd, p_case, p_reason, p_payload, c, v_me, v_now, v_today, v_target, v_readers"
)


def inner(name: str, effect: Effect, *, moves: bool) -> str:
    """CREATE FUNCTION of what one action writes; `moves` where it ends with the case's own row."""
    body = [files.SERVER_STEPS[name]] if name in files.SERVER_STEPS else []
    written = steps(effect)
    if files.NAMING.search(written):
        body.append(files.DEMAND_READABLE)
    body.append(written)
    if moves:
        body.append(_move(effect.case))
    text = "\n".join(body)
    return f"""create function app.{name}({_INNER})
returns void language plpgsql {SAFE} {DATES} as $$
#variable_conflict use_column
declare v_items jsonb; v_item jsonb;
begin
{text}
end $$;"""


def steps(effect: Effect) -> str:
    """The steps of an effect as statements, over the variables of the function they stand in."""
    return "\n".join(_step(part) for part in effect.steps)


def _step(part: Run | Refuse | Each) -> str:
    if isinstance(part, Each):
        each = "\n".join(_step(step) for step in part.steps)
        return (
            f"  v_items := coalesce(nullif(p_payload -> '{part.items}', 'null'), '[]');\n"
            "  for v_index in 0 .. jsonb_array_length(v_items) - 1 loop\n"
            "  v_item := v_items -> v_index;\n"
            f"{each}\n  end loop;"
        )
    if isinstance(part, Refuse):
        facts = ", ".join(f"'{name}', {postgresql(sql)}" for name, sql in part.facts.items())
        return (
            f"  if {postgresql(part.when)} then\n"
            f"    perform app.refuse('{part.code}', jsonb_build_object({facts}));\n  end if;"
        )
    statement = postgresql(part.sql)
    if part.instead:
        return f"  if not found then\n    {statement};\n  end if;"
    if part.when:
        return f"  if {postgresql(part.when)} then\n    {statement};\n  end if;"
    return f"  {statement};"


def _move(columns: Mapping[str, str]) -> str:
    due = postgresql("{p.due_on|date}")
    sets = {
        "version": "c.version + 1",
        "state": "v_target",
        "updated_at": "v_now",
        "due_on": f"case when p_payload ? 'due_on' then {due} else due_on end",
        **{column: postgresql(value) for column, value in columns.items()},
    }
    listed = ",\n    ".join(f"{column} = {value}" for column, value in sets.items())
    return f"  update case_ set {listed}\n   where office_id = p_office and case_id = p_case;"
