"""The history of one case as its people are told of it; the table itself is read by auditors alone.

Lives here: the function they ask on a server, reading its answer, checking that one chain; and the
function that hands whole chains to auditors. Must not: checking a whole office (`chains`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from sanzhi_desktop.domain.audit import Break, walk
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.persistence import chains
from sanzhi_desktop.persistence.tables import audit, audit_head, case_

# Whoever sees a case is told of its history, as of everything else in it; of the office's own
# business whoever keeps it. What somebody may not see is answered like what is not there.
_DOOR = """create function api.history(p_office integer, p_case text)
returns table (seq integer, hash text, entry text) language plpgsql %DEFINER% as $$
declare v_me text := session_user; v_readers text; v_told boolean;
begin
  perform 1 from person p where p.office_id = p_office and p.person_id = v_me and p.active = 1;
  if not found then return; end if;
  if p_case = '' then
    v_told := pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_%KEEPER%'), 'member');
  else
    select k.readers into v_readers from case_ k
     where k.office_id = p_office and k.case_id = p_case;
    v_told := v_readers is not null and app.sees(p_office, v_readers, v_me);
  end if;
  if v_told then
    return query select a.seq, a.hash, a.entry from audit a
      where a.office_id = p_office and a.case_id = p_case order by a.seq;
  end if;
end $$;"""

# What auditors read anyway, without asking for every row whether they may: the chains after a case,
# each in one piece, for a row per entry would cost more than its hash. What nobody writes in a
# lifetime is left out of the pieces, so that they stay small: it is read entry by entry. All of it
# along the key, for sorting costs as much again.
_CHAINS = """create function api.chains(p_office integer, p_after text, p_most integer)
returns table (case_id text, length bigint, first integer, last integer, texts bytea, hashes bytea,
  head integer, digest text, standing text, version integer, state text, written integer)
language plpgsql %DEFINER%%ALONG% as $$
#variable_conflict use_column
declare v_me text := session_user; v_last text; v_reads boolean; v_more boolean;
begin
  v_reads := pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_%AUDITOR%'), 'member');
  if not coalesce(v_reads, false) then
    perform 1 from pg_roles where rolname = v_me::name and rolsuper;
    if not found then return; end if;
  end if;
  loop
    select h.case_id into v_last from audit_head h
     where h.office_id = p_office and h.case_id > p_after
     order by h.case_id offset greatest(p_most, 1) - 1 limit 1;
    v_more := v_last is not null;
    if not v_more then  -- whatever is left, also what no head knows of
      select max(a.case_id) into v_last from audit a where a.office_id = p_office;
    end if;
    return query select w.*, h.seq, h.hash, k.case_id, h.version, k.state, k.version
      from (select a.case_id, count(*) as length, min(a.seq) as first, max(a.seq) as last,
          string_agg(textsend(a.entry), decode('00', 'hex') order by a.seq)
            filter (where a.seq <= %MANY% and octet_length(a.entry) <= %BIG%),
          textsend(string_agg(a.hash, '' order by a.seq))
        from audit a where a.office_id = p_office and a.case_id > p_after
          and a.case_id <= v_last group by a.case_id) w
      left join audit_head h on h.office_id = p_office and h.case_id = w.case_id
      left join case_ k on k.office_id = p_office and k.case_id = w.case_id
      order by w.case_id;
    exit when found or not v_more;  -- none is left of these, but more may follow
    p_after := v_last;
  end loop;
end $$;"""
_ALONG = (
    " set enable_bitmapscan = 'off' set enable_seqscan = 'off' set enable_sort = 'off'"
    " set plan_cache_mode = 'force_generic_plan'"
)
_MANY, _BIG = 512, 65536  # entries of a chain, bytes of an entry


def told_functions(definer: str) -> str:
    """CREATE FUNCTION of these; `definer` is how `api` functions run."""
    text = f"{_DOOR}\n\n{_CHAINS}".replace("%DEFINER%", definer)
    for mark, value in {
        "%KEEPER%": Role.ADMIN.value,
        "%AUDITOR%": Role.AUDITOR.value,
        "%ALONG%": _ALONG,
        "%MANY%": str(_MANY),
        "%BIG%": str(_BIG),
    }.items():
        text = text.replace(mark, value)
    return text


class Entry(NamedTuple):
    """An entry of a chain, with the hash that stands beside it."""

    seq: int
    hash: str
    entry: str


def entries(db: sa.Connection, office_id: int, case_id: str) -> Sequence[Entry]:
    """A chain from its beginning, as far as whoever is logged in is told of it."""
    if not chains.sees_all(db, office_id):
        asked = sa.text("select seq, hash, entry from api.history(:office, :case)")
        return [Entry(*row) for row in db.execute(asked, {"office": office_id, "case": case_id})]
    a = audit.c
    query = sa.select(a.seq, a.hash, a.entry).where(a.office_id == office_id, a.case_id == case_id)
    return [Entry(*row) for row in db.execute(query.order_by(a.seq))]


def broken(db: sa.Connection, office_id: int, case_id: str) -> Break | None:
    """The first break of one chain, by itself and against what stands beside it."""
    told = entries(db, office_id, case_id)
    links = [(case_id, one.seq, one.entry.encode(), one.hash) for one in told]
    end = chains.head(db, office_id, case_id)
    h, k = audit_head.c, case_.c
    its = sa.and_(h.office_id == k.office_id, h.case_id == k.case_id)
    beside = sa.select(k.case_id, h.version, k.state, k.version).select_from(
        case_.outerjoin(audit_head, its)
    )
    case = db.execute(beside.where(k.office_id == office_id, k.case_id == case_id)).one_or_none()
    if not links:
        return Break(case_id, 1, "deleted") if end or case else None
    if not case_id:
        return next(walked.against(end) for walked in walk(links))
    whole = chains.Chain(
        case_id, len(links), links[0][1], links[-1][1],
        b"\0".join(text for _, _, text, _ in links), "".join(one.hash for one in told).encode(),
        end and end.seq, end and end.hash, *(case or (None, None, "", 0)),
    )  # fmt: skip
    papers = chains.papers_changed(db, office_id, case_id=case_id)
    return chains.one_broken(whole, links) or next(iter(papers), None)
