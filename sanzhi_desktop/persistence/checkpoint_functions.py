"""The functions of PostgreSQL that keep a checkpoint: the server computes the root itself.

Lives here: the Merkle root in SQL, exactly as `domain.audit` has it, and the two functions that a
desk may call. Must not: commands (`functions`) or the checking of a known root (`checkpoints`).
"""

from sanzhi_desktop.domain.case import CaseFault

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

_ROOT = f"""create function app.root_over(p_previous text, p_heads app.audit_head[]) returns text
language sql stable {_SAFE} as $$
  select case when p_heads is null then p_previous else encode(sha256('\\x02'::bytea
    || decode(p_previous, 'hex') || app.merkle((
      select array_agg(sha256('\\x00'::bytea
          || convert_to(h.case_id || '|' || h.seq || '|' || h.hash, 'UTF8'))
        order by h.case_id collate "C")
      from unnest(p_heads) h))), 'hex') end
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
    "   where office_id = p_office and person_id = session_user and active = 1;\n"
    f"  if not found then perform app.refuse('{CaseFault.NOT_FOUND}', '{{}}'); end if;"
)


def _now(definer: str) -> str:
    return f"""create function api.chain_root(p_office integer) returns text
language plpgsql stable {definer} as $$
declare v_last record; v_heads app.audit_head[];
begin
  {_MEMBER}
  select * into v_last from app.last_root(p_office);
  select array_agg(h) into v_heads from audit_head h where office_id = p_office and seq <> noted;
  return app.root_over(v_last.root, v_heads);
end $$;"""


def _keep(definer: str) -> str:
    """A chain that a command is just moving is left to the next checkpoint: nobody waits."""
    return f"""create function api.checkpoint(p_office integer) returns text
language plpgsql {definer} as $$
declare v_last record; v_heads app.audit_head[]; v_root text;
begin
  {_MEMBER}
  perform 1 from office where office_id = p_office for no key update;
  select * into v_last from app.last_root(p_office);
  select array_agg(h) into v_heads from (select * from audit_head
    where office_id = p_office and seq <> noted order by case_id for update skip locked) h;
  if v_heads is null then return v_last.root; end if;
  v_root := app.root_over(v_last.root, v_heads);
  insert into checkpoint (office_id, n, previous, root, leaves, made_at)
  values (p_office, v_last.n + 1, v_last.root, v_root, array_length(v_heads, 1), clock_timestamp());
  insert into checkpoint_leaf (office_id, n, chain, seq, hash)
  select p_office, v_last.n + 1, h.case_id, h.seq, h.hash from unnest(v_heads) h;
  update audit_head a set noted = h.seq from unnest(v_heads) h
   where a.office_id = p_office and a.case_id = h.case_id;
  return v_root;
end $$;"""


def checkpoint_functions(definer: str) -> str:
    """CREATE FUNCTION of everything a checkpoint needs; `definer` is how `api` functions run."""
    return "\n\n".join((_MERKLE, _ROOT, _LAST, _now(definer), _keep(definer)))
