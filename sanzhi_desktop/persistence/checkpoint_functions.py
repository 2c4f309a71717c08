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


def _now(definer: str) -> str:
    return f"""create function api.chain_root(p_office integer) returns text
language plpgsql stable {definer} as $$
declare {_OWN};
begin
  {_MEMBER}
  select l.n, l.root into v_n, v_previous from app.last_root(p_office) l;
  select array_agg(h.case_id), array_agg(h.seq), array_agg(h.hash)
    into v_chains, v_seqs, v_hashes
    from audit_head h where h.office_id = p_office and h.moved = 1;
  return app.root_over(v_previous, v_chains, v_seqs, v_hashes);
end $$;"""


def _keep(definer: str) -> str:
    """A chain that a command is just moving is left to the next checkpoint: nobody waits."""
    return f"""create function api.checkpoint(p_office integer) returns text
language plpgsql {definer} as $$
declare {_OWN}; v_root text; v_now timestamptz := clock_timestamp();
begin
  {_MEMBER}
  perform 1 from office where office_id = p_office for no key update;
  select l.n, l.root into v_n, v_previous from app.last_root(p_office) l;
  select array_agg(h.case_id), array_agg(h.seq), array_agg(h.hash)
    into v_chains, v_seqs, v_hashes
    from (select case_id, seq, hash from audit_head
      where office_id = p_office and moved = 1 order by case_id for update skip locked) h;
  if v_chains is null then return v_previous; end if;
  v_root := app.root_over(v_previous, v_chains, v_seqs, v_hashes);
  insert into checkpoint (office_id, n, previous, root, leaves, made_at)
  values (p_office, v_n + 1, v_previous, v_root, array_length(v_chains, 1), v_now);
  insert into checkpoint_leaf (office_id, n, chain, seq, hash)
  select p_office, v_n + 1, h.chain, h.seq, h.hash
    from unnest(v_chains, v_seqs, v_hashes) h(chain, seq, hash);
  update audit_head set moved = 0 where office_id = p_office and case_id = any (v_chains);
  return v_root;
end $$;"""


def checkpoint_functions(definer: str) -> str:
    """CREATE FUNCTION of everything a checkpoint needs; `definer` is how `api` functions run."""
    return "\n\n".join((_MERKLE, _ROOT, _LAST, _now(definer), _keep(definer)))
