"""The functions of PostgreSQL that keep a checkpoint: the server computes the root itself.

Lives here: the Merkle root in SQL, exactly as `domain.audit` has it, and the two functions that a
desk may call. Must not: commands (`functions`) or the checking of a known root (`checkpoints`).

Any member may ask for a checkpoint, in a transaction that he then leaves open. So it takes no lock
that a save would wait for: which chains moved is told by the leaves (a chain moved when no leaf
names its end), and `audit_head.moved` only says where to look. That mark is taken off only where
the caller could hold the case by a step of his own; for anybody else it stays, and the chain is
looked at once more next time.
"""

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.workflow import TRANSITIONS, State, Who
from sanzhi_desktop.persistence.rights import SEE_ALL

_SAFE = "set search_path = pg_catalog, app, pg_temp"

# Pairs are joined by a grouped aggregate: picking members of a long array one by one is quadratic.
_MERKLE = f"""create function app.merkle(p_leaves bytea[]) returns bytea
language plpgsql immutable {_SAFE} as $$
declare v_level bytea[] := p_leaves;
begin
  if v_level is null then return sha256(''::bytea); end if;
  while array_length(v_level, 1) > 1 loop
    select array_agg(t.node order by t.place) into v_level from (
      select (u.n - 1) / 2 as place, case when count(*) = 2
        then sha256('\\x01'::bytea || string_agg(u.node, ''::bytea order by u.n))
        else string_agg(u.node, ''::bytea) end as node
        from unnest(v_level) with ordinality as u(node, n) group by 1) t;
  end loop;
  return v_level[1];
end $$;"""

# Columns, not rows: over several servers the row of a table is another type on each of them.
_ROOT = f"""create function app.root_over(p_previous text, p_chains text[], p_seqs integer[],
  p_hashes text[])
returns text language sql stable {_SAFE} as $$
  select case when p_chains is null then p_previous else encode(sha256('\\x02'::bytea
    || decode(p_previous, 'hex') || app.merkle((
      select array_agg(sha256(decode('00', 'hex')
          || convert_to(h.chain || '|' || h.seq || '|' || h.hash, 'UTF8'))
        order by h.chain collate "C")
      from unnest(p_chains, p_seqs, p_hashes) h(chain, seq, hash)))), 'hex') end
$$;"""

_LAST = f"""create function app.last_root(p_office integer, out n integer, out root text)
language plpgsql stable {_SAFE} as $$
begin
  select c.n, c.root into n, root from checkpoint c where c.office_id = p_office
   order by c.n desc limit 1;
  if not found then n := 0; root := repeat('0', 64); end if;
end $$;"""

_MEMBER = (
    "perform 1 from person\n"
    "   where office_id = p_office and person_id = v_me and active = 1;\n"
    f"  if not found then perform app.refuse('{CaseFault.NOT_FOUND}', '{{}}'); end if;"
)


# Taken once: inside a statement the log-in would be asked for on the server that holds the row.
_OWN = (
    "v_me text := session_user; v_n integer; v_previous text;\n"
    "  v_chains text[]; v_seqs integer[]; v_hashes text[]"
)

_AT_ONCE = 10_000  # marks taken off by one checkpoint: what it holds, it holds for moments
_LEAF = "l.office_id = p_office and l.chain = h.case_id and l.seq = h.seq"

# No lock: the ends as they are committed. One that is just being moved is left to the next time.
_MOVED = f"""select l.n, l.root into v_n, v_previous from app.last_root(p_office) l;
  select array_agg(h.case_id), array_agg(h.seq), array_agg(h.hash)
    into v_chains, v_seqs, v_hashes
    from audit_head h left join checkpoint_leaf l on {_LEAF}
   where h.office_id = p_office and h.moved = 1 and l.chain is null;"""

# Roles that have a step on any case at any time, once it is no draft any more.
_STAGES = {t.source for t in TRANSITIONS if t.source not in (None, State.DRAFT)}
_WORKING = ", ".join(
    f"'{role.value}'"
    for role in SEE_ALL
    if {t.source for t in TRANSITIONS if role in t.roles and t.who is Who.ANYONE} >= _STAGES
)


def _now(definer: str) -> str:
    return f"""create function api.chain_root(p_office integer) returns text
language plpgsql stable {definer} as $$
declare {_OWN};
begin
  {_MEMBER}
  {_MOVED}
  return app.root_over(v_previous, v_chains, v_seqs, v_hashes);
end $$;"""


def _keep(definer: str) -> str:
    """Who comes second makes one more, over what moved since; who would wait long for a first one
    that does not end is told the root of before."""
    return f"""create function api.checkpoint(p_office integer) returns text
language plpgsql {definer} as $$
declare {_OWN}; v_root text; v_now timestamptz := clock_timestamp();
  v_today date := (clock_timestamp() at time zone 'Asia/Shanghai')::date;
begin
  {_MEMBER}
  loop
    {_MOVED.replace(chr(10), chr(10) + "  ")}
    v_root := app.root_over(v_previous, v_chains, v_seqs, v_hashes);
    exit when v_chains is null;
    begin
      insert into checkpoint (office_id, n, previous, root, leaves, made_at)
      values (p_office, v_n + 1, v_previous, v_root, array_length(v_chains, 1), v_now)
      on conflict (office_id, n) do nothing;
    exception when lock_not_available then
      return v_previous;
    end;
    if found then
      insert into checkpoint_leaf (office_id, n, chain, seq, hash)
      select p_office, v_n + 1, h.chain, h.seq, h.hash
        from unnest(v_chains, v_seqs, v_hashes) h(chain, seq, hash);
      exit;
    end if;
  end loop;
  if app.roles(p_office, v_me, v_today) && array[{_WORKING}] then
    select array_agg(m.case_id) into v_chains from (
      select h.case_id from audit_head h join checkpoint_leaf l on {_LEAF}
        left join case_ k on k.office_id = p_office and k.case_id = h.case_id
       where h.office_id = p_office and h.moved = 1
         and coalesce(k.state, '') <> '{State.DRAFT}'
       order by h.case_id limit {_AT_ONCE} for update of h skip locked) m;
    update audit_head set moved = 0 where office_id = p_office and case_id = any (v_chains);
  end if;
  return v_root;
end $$;"""


def checkpoint_functions(definer: str) -> str:
    """CREATE FUNCTION of everything a checkpoint needs; `definer` is how `api` functions run."""
    return "\n\n".join((_MERKLE, _ROOT, _LAST, _now(definer), _keep(definer)))
