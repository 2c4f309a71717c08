"""The frames of PostgreSQL: what every command on a case and on the office has in common.

Lives here: who asks, the lock, the version seen, the step, the entry in the history, the answer
kept for a repeat. Must not: what a single action writes (`inner_functions`), or who owns and reads
what (`rights`).
"""

import json
import re
from collections.abc import Sequence

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.audit import GENESIS
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.workflow import SPEAKERS, TRANSITIONS, Action, Who, WorkflowFault
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.inner_functions import PASSED, SAFE, steps
from sanzhi_desktop.persistence.members import SEES
from sanzhi_desktop.persistence.office_effects import OFFICE_EFFECTS, OFFICE_ROLES, OWN
from sanzhi_desktop.persistence.writes import Each, Effect, Moves, Refuse, Run


def frames(definer: str, by_key: str) -> str:
    """CREATE FUNCTION of the frames; what they call of each other comes first."""
    return "\n\n".join((_ROLES, _AGAIN, _REPLAYED, _FINISH, _act(by_key), _act_office(definer)))


_IN_FORCE = """office_id = p_office and person_id = {person}
     and (valid_from is null or valid_from <= {today})
     and (valid_to is null or valid_to >= {today})"""

_ROLES = f"""create function app.roles(p_office integer, p_person text, p_today date)
returns text[] language sql stable {SAFE} as $$
  select coalesce(array_agg(role), '{{}}') from person_role
   where {_IN_FORCE.format(person="p_person", today="p_today")}
$$;"""


def _refuse(code: str, facts: str = "") -> str:
    return f"perform app.refuse('{code}', jsonb_build_object({facts}));"


# The entry of a command holds what it was answered with.
_AGAIN = f"""create function app.again(p_entry jsonb, v_me text)
returns jsonb language plpgsql {SAFE} as $$
begin
  if p_entry ->> 'actor' <> v_me then {_refuse(PersistenceFault.COMMAND_TAKEN)} end if;
  return jsonb_build_object('case_id', p_entry -> 'case', 'version', p_entry -> 'version',
    'state', p_entry -> 'state', 'number', p_entry -> 'number', 'replayed', true);
end $$;"""


def _known(more: str = "", into: str = "") -> str:
    """Who asks, and whether this very command was carried out before: then that answer again.

    Somebody who is no active member learns nothing: every case is unknown to him.
    """
    return f"""select k.entry{more} into v_entry{into}
    from person p left join audit k on k.office_id = p_office and k.command_id = p_cmd
   where p.office_id = p_office and p.person_id = v_me and p.active = 1;
  if not found then {_refuse(CaseFault.NOT_FOUND)} end if;
  if v_entry is not null then return app.again(v_entry::jsonb, v_me); end if;"""


_REPLAYED = f"""create function app.replayed(p_office integer, p_cmd text, v_me text)
returns jsonb language plpgsql {SAFE} as $$
declare v_entry text;
begin
  {_known()}
  return null;
end $$;"""

# How every command ends: the entry, which is also the answer kept for a repeat, and its place in
# the chain; said once for the frames below. Whoever comes here holds the head `h` of the chain, so
# that nothing moves between reading its end and adding to it. Both writes in one statement, for a
# statement costs more to begin than a row to write.
_LINK = """v_entry := jsonb_build_object(
    'action', p_action, 'actor', v_me, 'case', p_case, 'command', p_cmd, 'office', p_office,
    'at', to_char(v_now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'number', v_number, 'reason', p_reason, 'seq', h.seq + 1, 'state', v_state,
    'version', v_version,
    'payload', (p_payload #- '{document,pdf}') - 'image' - 'argon2')::text;
  with head as (
    update audit_head set seq = h.seq + 1, version = v_version, moved = 1,
      hash = encode(sha256(convert_to(h.hash || v_entry, 'UTF8')), 'hex')
     where office_id = p_office and case_id = p_case returning seq, hash
  )
  insert into audit (office_id, case_id, seq, command_id, at, hash, entry, readers)
  select p_office, p_case, head.seq, p_cmd, v_now, head.hash, v_entry, v_readers from head;
  return jsonb_build_object(
    'case_id', p_case, 'version', v_version, 'state', v_state, 'number', v_number);"""

# A command on the office stands in the office's own chain, which is there from the founding.
_FINISH = f"""create function app.finish(p_office integer, p_cmd text, p_action text, p_reason text,
  p_payload jsonb, v_me text, v_now timestamptz)
returns jsonb language plpgsql {SAFE} as $$
declare
  p_case constant text := ''; v_readers constant text := ''; v_number constant text := '';
  v_state constant text := ''; v_version constant integer := 0;
  h app.audit_head; v_entry text;
begin
  select * into strict h from audit_head
   where office_id = p_office and case_id = p_case for update;
  {_LINK}
end $$;"""


def _transition(key: str) -> str:
    """The row of the workflow table under a key, as [target, roles, who, needs a reason].

    One constant, read once for each plan: a list of rows would be gone through on every call.
    """
    rows = {
        f"{t.source.value if t.source else ''}>{t.action.value}": [
            t.target.value, sorted(r.value for r in t.roles), t.who.value, t.needs_reason
        ]
        for t in TRANSITIONS
    }  # fmt: skip
    listed = ",\n  ".join(f"{json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
    return f"'{{\n  {listed}\n  }}'::jsonb -> ({key})"


def _dispatch(actions: Sequence[str]) -> str:
    """One inner function for each action."""
    return "\n".join(
        f"  when '{action}' then perform app.do_{action}({PASSED});" for action in actions
    )


def _dispatch_case() -> str:
    """What is saved many times a day comes first and stands here itself: calling a function costs
    as much as one of its statements."""
    own = {a: e for a, e in EFFECTS.items() if e.moves is Moves.VERSION}
    here = "\n".join(f"  when '{action}' then\n{steps(e)}" for action, e in own.items())
    return here + "\n" + _dispatch([a for a in EFFECTS if a not in own])


_SPEAKERS = ", ".join(f"'{role.value}'" for role in sorted(SPEAKERS))
_SPEAKS = f"v_roles && array[{_SPEAKERS}]"


_NOT_HANDLER = (
    "replace(c.handler_codes, ',' || v_me || ',', '') = c.handler_codes and c.registered_by <> v_me"
)


# What `app.readers` reads. A write of one of these may change who reads the case; whatever writes
# the case itself in a step, or a round in a way not seen through here, counts as well.
_READ = ("unit", "registered_by", "handler_codes", "reviewer")
_WRITES_READ = re.compile(
    r"(insert\s+into|update|delete\s+from)\s+(case_|second_opinion|transfer_member)\b"
    r"|(insert\s+into|delete\s+from)\s+round\b"
    r"|update\s+round\b.*?\b(reviewer|certified_sha256)\b",
    re.DOTALL,
)


def moves_readers(effect: Effect) -> bool:
    """Whether an effect may change who reads the case."""

    def writes(part: Run | Refuse | Each) -> bool:
        if isinstance(part, Each):
            return any(writes(step) for step in part.steps)
        return isinstance(part, Run) and bool(_WRITES_READ.search(part.sql))

    return any(column in effect.case for column in _READ) or any(map(writes, effect.steps))


def _of_whom(wrong: str) -> str:
    """Whether the person at work is the one whom the step belongs to."""
    return f"""  v_who := t ->> 2;
  if v_who = '{Who.REVIEWER}' and c.reviewer <> v_me
     or v_who = '{Who.HANDLER}' and {_NOT_HANDLER}
     or v_who = '{Who.SIDES}' and c.reviewer <> v_me and {_NOT_HANDLER} and not {_SPEAKS} then
    {_refuse(WorkflowFault.NOT_YOUR_CASE, wrong)}
  end if;"""


def _listed(*moves: Moves) -> str:
    return ", ".join(f"'{action.value}'" for action, e in EFFECTS.items() if e.moves in moves)


def _standing() -> str:
    """The case as it stands, locked; and whether it is there for whoever asks, as he saw it."""
    quiet = _listed(Moves.NOTHING)
    return f"""-- The head of the chain locks the case: it is narrow, and every command moves it.
  select * into h from audit_head where office_id = p_office and case_id = p_case for update;
  -- Somebody may have been carrying out this very command while we waited for the row; then the
  -- case is no longer as it was seen, unless the action leaves the version alone.
  if h.version is distinct from p_seen or p_action in ({quiet}) then
    v_result := app.replayed(p_office, p_cmd, v_me);
    if v_result is not null then return v_result; end if;
  end if;
  select * into c from case_ where office_id = p_office and case_id = p_case;
  v_now := clock_timestamp();
  v_today := (v_now at time zone 'Asia/Shanghai')::date;
  if p_action = '{Action.REGISTER}' then
    if c.case_id is not null then {_refuse(PersistenceFault.CASE_EXISTS)} end if;
  -- What somebody may not see is not there: no answer tells that case from an invented one.
  -- Nor is a case whose chain has lost its head: nothing could be added to its history.
  elsif c.case_id is null or h.case_id is null or not {SEES} then
    {_refuse(CaseFault.NOT_FOUND)}
  elsif h.version <> p_seen then
    {_refuse(CaseFault.STALE, "'seen', p_seen, 'current', h.version")}
  end if;
  v_readers := coalesce(c.readers, '');
  c.version := h.version;"""


def _allowed() -> str:
    """Whether the step is one, and his to take."""
    wrong = (
        "'action', p_action, 'state', coalesce(c.state, ''), 'reviewer', coalesce(c.reviewer, '')"
    )
    return f"""t := {_transition("coalesce(c.state, '') || '>' || p_action")};
  if t is null then {_refuse(WorkflowFault.NO_TRANSITION, wrong)} end if;
  if not t -> 1 ?| v_roles then
    {_refuse(WorkflowFault.NOT_YOUR_ROLE, wrong)}
  end if;
{_of_whom(wrong)}
  if t -> 3 = 'true' and trim(p_reason) = '' then
    {_refuse(WorkflowFault.REASON_MISSING, "'action', p_action")}
  end if;
  v_target := t ->> 0;"""


# A new case's chain begins with a head that has no entry yet; of two that begin it at once the
# second waits here.
_BEGUN = f"""if p_action = '{Action.REGISTER}' then
    insert into audit_head (office_id, case_id, seq, hash, readers)
    values (p_office, p_case, 0, '{GENESIS}', '') on conflict do nothing;
    select * into h from audit_head where office_id = p_office and case_id = p_case for update;
    if h.seq > 0 then {_refuse(PersistenceFault.CASE_EXISTS)} end if;
  end if;"""


def _act(by_key: str) -> str:
    mine = "select role from person_role where " + _IN_FORCE.format(person="v_me", today="v_today")
    moving = ", ".join(f"'{a.value}'" for a, e in EFFECTS.items() if moves_readers(e))
    return f"""create function api.act(p_office integer, p_cmd text, p_case text, p_seen integer,
  p_action text, p_reason text, p_payload jsonb)
returns jsonb language plpgsql {by_key} as $$
#variable_conflict use_column
declare
  v_me text := session_user; v_now timestamptz; v_items jsonb; v_item jsonb;
  v_today date := (clock_timestamp() at time zone 'Asia/Shanghai')::date;
  v_roles text[]; t jsonb;
  v_who text; v_target text; v_readers text; h app.audit_head; c app.case_;
  v_version integer; v_state text; v_number text := ''; v_entry text; v_result jsonb;
begin
  {_known(", array(" + mine + ")", ", v_roles")}
  {_standing()}
  {_allowed()}
  {_BEGUN}
  case p_action
{_dispatch_case()}
  end case;
  if p_action in ({moving}) then
    v_readers := app.keep_readers(p_office, p_case, v_readers);
  end if;
  v_state := v_target;
  v_version := h.version + case when p_action in ({_listed(Moves.NOTHING)}) then 0 else 1 end;
  if p_action not in ({_listed(Moves.VERSION)}) then
    select coalesce(min(r.number), '') into v_number from case_ k join round r
        on r.office_id = k.office_id and r.case_id = k.case_id and r.round = k.round
     where k.office_id = p_office and k.case_id = p_case;
  end if;
  {_LINK}
end $$;"""


def _act_office(definer: str) -> str:
    allowed = "\n".join(
        f"    when '{action.value}' then array["
        + ", ".join(f"'{role.value}'" for role in sorted(roles))
        + "]"
        for action, roles in OFFICE_ROLES.items()
    )
    own = ", ".join(f"'{action.value}'" for action in sorted(OWN))
    return f"""create function api.act_office(p_office integer, p_cmd text, p_action text,
  p_payload jsonb)
returns jsonb language plpgsql {definer} as $$
declare
  v_me text := session_user; v_now timestamptz := clock_timestamp();
  v_today date := (clock_timestamp() at time zone 'Asia/Shanghai')::date;
  v_result jsonb; v_target text := ''; v_readers text := ''; p_case text := ''; c app.case_;
  p_reason text := coalesce(p_payload ->> 'reason', '');
begin
  v_result := app.replayed(p_office, p_cmd, v_me);
  if v_result is not null then return v_result; end if;
  if not (p_action in ({own}) and coalesce(p_payload ->> 'person_id', '') = v_me)
     and not coalesce(app.roles(p_office, v_me, v_today) && case p_action
{allowed}
    end, false) then
    {_refuse(PersistenceFault.NOT_ALLOWED, "'action', p_action")}
  end if;
  case p_action
{_dispatch(tuple(OFFICE_EFFECTS))}
  end case;
  if p_action in ('{OfficeAction.PUT_PERSON}', '{OfficeAction.SET_ROLES}') then
    perform app.sync_member(p_office, p_payload ->> 'person_id', v_today);
  end if;
  return app.finish(p_office, p_cmd, p_action, p_reason, p_payload, v_me, v_now);
end $$;"""
