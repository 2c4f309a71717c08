"""The frames of PostgreSQL: what every command on a case and on the office has in common.

Lives here: who asks, the lock, the version seen, the step, the entry in the history, the answer
kept for a repeat. Must not: what a single action writes (`inner_functions`), or who owns and reads
what (`rights`).
"""

import json
import re
from collections.abc import Sequence

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.audit import ENTRY_LIMIT, GENESIS
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.workflow import SPEAKERS, TRANSITIONS, Action, Who, WorkflowFault
from sanzhi_desktop.persistence.case_effects import EFFECTS
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.inner_functions import FRESH, PASSED, SAFE, steps
from sanzhi_desktop.persistence.members import SEES
from sanzhi_desktop.persistence.office_effects import OFFICE_EFFECTS, OFFICE_ROLES, OWN
from sanzhi_desktop.persistence.writes import Each, Effect, Moves, Refuse, Run


def frames(definer: str, by_key: str) -> str:
    """CREATE FUNCTION of the frames; what they call of each other comes first."""
    return "\n\n".join((_ROLES, _REPLAYED, _FINISH, _act(by_key), _act_office(definer)))


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


# Whether this very command was carried out before, in this very place: then that answer again, as
# the entry of the command holds it. Somebody who is no active member learns nothing: every case is
# unknown to him.
_REPLAYED = f"""create function app.replayed(p_office integer, p_cmd text, p_case text, v_me text)
returns jsonb language plpgsql {SAFE} as $$
declare v_entry jsonb;
begin
  select a.entry::jsonb into v_entry
    from person p left join audit a on a.office_id = p_office and a.command_id = p_cmd
   where p.office_id = p_office and p.person_id = v_me and p.active = 1;
  if not found then {_refuse(CaseFault.NOT_FOUND)} end if;
  if v_entry ->> 'actor' <> v_me or v_entry ->> 'case' <> p_case then
    {_refuse(PersistenceFault.COMMAND_TAKEN)}
  end if;
  if v_entry is null then return null; end if;
  return jsonb_build_object('case_id', p_case, 'version', v_entry -> 'version',
    'state', v_entry -> 'state', 'number', v_entry -> 'number', 'replayed', true);
end $$;"""


# Without the bytes of papers and without secrets (`domain.audit.left_out`).
_KEPT = "coalesce((p_payload #- '{document,pdf}') - '{image,argon2}'::text[], 'null')"


def _entry() -> str:
    """The canonical text of an entry, in the order and with the blanks that jsonb has: the shorter
    key first, then by its letters. What a person may have typed is quoted by the database."""
    values = {
        "at": """"%s" to_char(v_now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
        "seq": "%s v_seq + 1",
        "case": "%s to_json(p_case)",
        "actor": "%s to_json(v_me)",
        "state": '"%s" v_target',
        "action": '"%s" p_action',
        "number": "%s to_json(v_number)",
        "office": "%s p_office",
        "reason": "%s to_json(coalesce(p_reason, ''))",
        "command": "%s to_json(p_cmd)",
        "payload": f"%s {_KEPT}",
        "version": "%s v_version",
    }
    text = ", ".join(f'"{key}": {value.partition(" ")[0]}' for key, value in values.items())
    listed = ",\n    ".join(value.partition(" ")[2] for value in values.values())
    return f"format('{{{text}}}',\n    {listed})"


# In megabytes, as the sentence has it.
_WEIGHT = f"""'size', (octet_length(v_entry) / 1048576.0)::numeric(9, 1),
      'limit', {ENTRY_LIMIT // 2**20}"""
# How every command ends: the entry, which is also the answer kept for a repeat, and its place in
# the chain; said once for the frames below. Whoever comes here holds the head of the chain, so that
# nothing moves between reading its end and adding to it. The entry is put together as text,
# for building it as JSON costs as much as a statement.
_LINK = f"""v_entry := {_entry()};
  if octet_length(v_entry) > {ENTRY_LIMIT} then
    {_refuse(PersistenceFault.ENTRY_TOO_LARGE, _WEIGHT)}
  end if;
  v_hash := encode(sha256(convert_to(v_previous || v_entry, 'UTF8')), 'hex');
  update audit_head set seq = v_seq + 1, version = v_version, moved = 1, hash = v_hash
   where office_id = p_office and case_id = p_case;
  insert into audit (office_id, case_id, seq, command_id, at, hash, entry)
  values (p_office, p_case, v_seq + 1, p_cmd, v_now, v_hash, v_entry);
  return format('{{"case_id": %s, "version": %s, "state": "%s", "number": %s}}',
    to_json(p_case), v_version, v_target, to_json(v_number))::jsonb;"""

# A command on the office stands in the office's own chain, which is there from the founding.
_FINISH = f"""create function app.finish(p_office integer, p_cmd text, p_action text, p_reason text,
  p_payload jsonb, v_me text, v_now timestamptz)
returns jsonb language plpgsql {SAFE} as $$
declare
  p_case constant text := ''; v_number constant text := '';
  v_target constant text := ''; v_version constant integer := 0;
  v_seq integer; v_previous text; v_entry text; v_hash text;
begin
  select seq, hash into strict v_seq, v_previous from audit_head
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


_OFTEN = {action: effect for action, effect in EFFECTS.items() if effect.moves is Moves.VERSION}


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


# Whether the person at work is not the one whom the step belongs to.
_NOT_HIS = f"""t ->> 2 = '{Who.REVIEWER}' and c.reviewer <> v_me
    or t ->> 2 = '{Who.HANDLER}' and {_NOT_HANDLER}
    or t ->> 2 = '{Who.SIDES}' and c.reviewer <> v_me and {_NOT_HANDLER} and not {_SPEAKS}"""


def _listed(*moves: Moves) -> str:
    return ", ".join(f"'{action.value}'" for action, e in EFFECTS.items() if e.moves in moves)


_LOCKED = """select seq, hash, version into v_seq, v_previous, v_current
    from audit_head where office_id = p_office and case_id = p_case for update"""


def _standing() -> str:
    """Who asks, and where the case stands, locked. One table after the other, each by its key and
    with the columns that every step needs: joining them costs more than beginning three statements,
    and a whole row more than a few of its values."""
    mine = "select role from person_role where " + _IN_FORCE.format(person="v_me", today="v_today")
    return f"""select array({mine})
    into v_roles
    from person where office_id = p_office and person_id = v_me and active = 1;
  -- Somebody who is no active member learns nothing: every case is unknown to him.
  if not found then {_refuse(CaseFault.NOT_FOUND)} end if;
  -- The head of the chain locks the case: it is narrow, and every command moves it. When somebody
  -- is just moving it, only those who see the case wait: else a wait would tell that there is one.
  {_LOCKED} skip locked;
  if v_seq is null then
    perform 1 from case_ where office_id = p_office and case_id = p_case
       and app.sees(p_office, readers, v_me);
    if found then
      {_LOCKED};
    end if;
  end if;
  select state, round, reviewer, readers into v_state, v_round, v_reviewer, v_readers
    from case_ where office_id = p_office and case_id = p_case;"""


def _plain() -> str:
    """Whether what is saved often is plainly in order, in as few words as that can be said: each
    word of a condition costs whenever it is asked. Whatever is not so plain is asked all of it.
    That his command was not carried out before is told by the version that he saw."""
    rows = {
        (t.source, t.target, t.roles, t.who, t.needs_reason)
        for t in TRANSITIONS
        if t.action in _OFTEN
    }
    ((source, target, roles, who, needs_reason),) = rows
    (role,) = roles
    if source is None or target is not source or who is not Who.REVIEWER or needs_reason:
        raise ValueError(f"not plain: {rows}")
    return (
        f"p_action in ({_listed(Moves.VERSION)}) and v_current = p_seen"
        f" and v_state = '{source.value}' and v_reviewer = v_me and '{role.value}' = any(v_roles)"
    )


def _allowed() -> str:
    """Whether the case is there for whoever asks, as he saw it, and the step is one, and his."""
    wrong = (
        "'action', p_action, 'state', coalesce(c.state, ''), 'reviewer', coalesce(c.reviewer, '')"
    )
    return f"""select * into c from case_ where office_id = p_office and case_id = p_case;
    c.version := v_current;
    -- Somebody may have carried out this very command while we waited for the row; then
    -- the case is no longer as it was seen, unless the action leaves the version alone.
    if v_current is distinct from p_seen or p_action in ({_listed(Moves.NOTHING)}) then
      v_result := app.replayed(p_office, p_cmd, p_case, v_me);
      if v_result is not null then return v_result; end if;
    end if;
    if p_action = '{Action.REGISTER}' then
      if c.case_id is not null then {_refuse(PersistenceFault.CASE_EXISTS)} end if;
    -- What somebody may not see is not there: no answer tells that case from an invented one.
    -- Nor is a case whose chain has lost its head: nothing could be added to its history.
    elsif c.case_id is null or v_seq is null or not {SEES} then
      {_refuse(CaseFault.NOT_FOUND)}
    elsif v_current is distinct from p_seen then
      {_refuse(CaseFault.STALE, "'seen', p_seen, 'current', v_current")}
    end if;
    t := {_transition("coalesce(c.state, '') || '>' || p_action")};
    if t is null then {_refuse(WorkflowFault.NO_TRANSITION, wrong)} end if;
    if not t -> 1 ?| v_roles then {_refuse(WorkflowFault.NOT_YOUR_ROLE, wrong)} end if;
    if {_NOT_HIS} then
      {_refuse(WorkflowFault.NOT_YOUR_CASE, wrong)}
    end if;
    if t -> 3 = 'true' and coalesce(trim(p_reason), '') = '' then
      {_refuse(WorkflowFault.REASON_MISSING, "'action', p_action")}
    end if;
    v_target := t ->> 0;
    v_readers := coalesce(c.readers, '');"""


# A new case's chain begins with a head that has no entry yet; of two that begin it at once the
# second waits here.
_BEGUN = f"""if p_action = '{Action.REGISTER}' then
    insert into audit_head (office_id, case_id, seq, hash, readers)
    values (p_office, p_case, 0, '{GENESIS}', '') on conflict do nothing;
    select seq, hash, version into v_seq, v_previous, v_current
      from audit_head where office_id = p_office and case_id = p_case for update;
    if v_seq > 0 then  -- perhaps by this very command, which had not ended when it was asked for
      v_result := app.replayed(p_office, p_cmd, p_case, v_me);
      if v_result is not null then return v_result; end if;
      {_refuse(PersistenceFault.CASE_EXISTS)}
    end if;
  end if;"""


def _narrow(text: str) -> str:
    """Statements over what is known of the case without its whole row."""
    text = text.replace("c.round", "v_round")
    if re.search(r"\bc\.", text):
        raise ValueError(f"needs the whole case: {text}")
    return text


def _step() -> str:
    """What the action writes. What is saved many times a day stands here itself and needs the
    narrow part of the case only: calling a function costs as much as one of its statements."""
    often = "\n".join(
        f"  {'els' if place else ''}if p_action = '{action}' then\n{_narrow(steps(effect))}"
        for place, (action, effect) in enumerate(_OFTEN.items())
    )
    moving = ", ".join(f"'{a.value}'" for a, e in EFFECTS.items() if moves_readers(e))
    return f"""v_version := v_current + 1;
{often}
  else
    v_today := (v_now at time zone 'Asia/Shanghai')::date;
    {_BEGUN}
  case p_action
{_dispatch([action for action in EFFECTS if action not in _OFTEN])}
  end case;
    if p_action in ({moving}) then
      perform app.keep_readers(p_office, p_case, v_readers);
    end if;
    v_version := v_current + case when p_action in ({_listed(Moves.NOTHING)}) then 0 else 1 end;
    select coalesce(min(r.number), '') into v_number from case_ k join round r
        on r.office_id = k.office_id and r.case_id = k.case_id and r.round = k.round
     where k.office_id = p_office and k.case_id = p_case;
  end if;"""


def _act(by_key: str) -> str:
    return f"""create function api.act(p_office integer, p_cmd text, p_case text, p_seen integer,
  p_action text, p_reason text, p_payload jsonb)
returns jsonb language plpgsql {by_key} as $$
#variable_conflict use_column
declare
  v_me text := session_user; v_now timestamptz; v_items jsonb; v_item jsonb;
  v_today date := (clock_timestamp() at time zone 'Asia/Shanghai')::date;
  v_roles text[]; t jsonb; v_target text; v_number text := ''; v_version integer;
  v_seq integer; v_previous text; v_current integer; v_entry text; v_hash text; v_result jsonb;
  v_state text; v_round integer; v_reviewer text; v_readers text; c app.case_;
begin
  {FRESH}
  {_standing()}
  if {_plain()} then
    v_target := v_state;
  else
    {_allowed()}
  end if;
  v_now := clock_timestamp();
  {_step()}
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
  {FRESH}
  v_result := app.replayed(p_office, p_cmd, p_case, v_me);
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
