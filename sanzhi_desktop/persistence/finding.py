"""Finding cases by what somebody typed: names, parties, numbers, in any width and with any bracket.

Lives here: the text of a case that is searched, its index, and the question which cases have it.
Must not: the order and the columns of a list (`worklist`).

A case keeps its searched text in `finder`, folded (`folding`). On a server an index over its
characters and pairs of characters finds it, behind a function: an index is of no use to a
condition that row security must not trust with hidden rows, so the function asks as the owner and
hands out what the person may see, in the order of the list. It does the same without a text for
lists in the order of names: that index is no member's either (`server_tables`). On one PC a narrow
index is read from end to end; where more than `MOST` cases have the text, it is faster to go along
the list.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.persistence.case_tables import case_
from sanzhi_desktop.persistence.folding import fold_function, words

Columns = Any  # of the table `case_`, or of a subquery of it
MOST = 5000
GLANCE = 3000  # cases; where one in fifteen has the text, a page of them is among these
# The orders of the work lists, by name; each is that of an index, see `case_tables`.
ORDERS = {
    "due": "due_on is null, due_on, case_id",
    "due down": "due_on is null, due_on desc, case_id",
    "received": "received_at is null, received_at, case_id",
    "received down": "received_at is null, received_at desc, case_id",
    "name": "app.kept(sort_key), case_id",
    "name down": "app.kept(sort_key) desc, case_id desc",
    "party": "app.kept(party_name), case_id",
    "party down": "app.kept(party_name) desc, case_id desc",
}
NAMED = ("name", "party")  # those that are of what a case says
_PINYIN = re.compile(r"[a-z][a-z ]*")

# A narrow copy of the text: 300 000 cases are read through in some 60 milliseconds.
EMBEDDED_INDEX = "CREATE INDEX ix_case__finder ON case_ (office_id, finder, case_id);"


def finding_functions(safe: str, definer: str) -> str:
    """CREATE FUNCTION of everything that finds, and the indexes it needs."""
    return f"""{fold_function(safe)}

create function app.grams(p_office integer, p_text text) returns text[]
language sql immutable {safe} as $$
  select array(select p_office || ':' || g from string_to_array(p_text, null) as c(l),
      lateral (select a from unnest(l) as u(a)
        union select a || b from unnest(l[:cardinality(l) - 1], l[2:]) as p(a, b)) as t(g))
$$;

create index ix_case__grams on app.case_ using gin (app.grams(office_id, finder))
  with (fastupdate = off);

create index ix_case__pinyin on app.case_ (office_id, app.kept(sort_key) text_pattern_ops);

create index ix_case__name on app.case_ (office_id, app.kept(sort_key), case_id);

create index ix_case__party on app.case_ (office_id, app.kept(party_name), case_id);

{_found(definer)}"""


def _found(definer: str) -> str:
    parts = {"%DEFINER%": definer, "%ORDERS%": _orders(), "%GLANCE%": str(GLANCE)}
    text = _FOUND
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _orders() -> str:
    return " ".join(f"when '{name}' then '{order}'" for name, order in ORDERS.items())


# One who belongs to none of this is answered like one who may see nothing. What very many cases
# have is soon found along the list itself; only what is not goes through the index.
_FOUND = """create function api.found(p_office integer, p_words text[], p_pinyin text,
  p_states text[], p_order text, p_most integer)
returns text[] language plpgsql %DEFINER% set enable_seqscan = 'off' set work_mem = '32MB' as $$
declare v_me text := session_user; v_words text[]; v_grams text[]; v_ids text[]; v_all boolean;
  v_begins text := 'app.kept(sort_key) ~>=~ $3 and app.kept(sort_key) ~<~ ($3 || ''{'')';
  v_seen text;
  v_order text := case p_order %ORDERS% end;
begin
  perform 1 from person where office_id = p_office and person_id = v_me and active = 1;
  if not found or v_order is null then return '{}'; end if;
  if cardinality(p_words) = 0 then  -- the list itself, in an order that no member's question has
    execute 'select array(select case_id from case_ where office_id = $1 and state = any ($2)'
      || ' and ($3 or app.reads_case($1, readers)) order by ' || v_order || ' limit $4)'
      into v_ids using p_office, p_states,
        pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_all'), 'member'), p_most;
    return v_ids;
  end if;
  v_words := array(select f from unnest(p_words) as w(t), app.fold(t) as f where f <> '');
  if cardinality(v_words) = 0 then return '{}'; end if;
  if p_pinyin = '' then v_begins := 'false'; end if;
  v_seen := '(finder like all ($2) or ' || v_begins || ') and ($4 or app.sees($1, readers, $5))';
  -- A word of several characters is looked up by its pairs alone.
  v_grams := array(select g from unnest(v_words) as w(t), unnest(app.grams(p_office, t)) as g
    where length(t) = 1 or length(g) = length(p_office::text) + 3);
  v_words := array(select '%' || t || '%' from unnest(v_words) as w(t));
  v_all := pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_all'), 'member');
  execute 'select array(select case_id from (select * from case_ where office_id = $1'
    || ' and state = any ($6) order by ' || v_order || ' limit %GLANCE%) k where ' || v_seen
    || ' limit $7)' into v_ids
    using p_office, v_words, p_pinyin, v_all, v_me, p_states, p_most;
  if cardinality(v_ids) = p_most then return v_ids; end if;
  execute 'select array(select case_id from case_ where office_id = $1 and state = any ($6)'
    || ' and (app.grams(office_id, finder) @> $8 or office_id = $1 and ' || v_begins || ')'
    || ' and ' || v_seen || ' order by ' || v_order || ' limit $7)' into v_ids
    using p_office, v_words, p_pinyin, v_all, v_me, p_states, p_most, v_grams;
  return v_ids;
end $$;"""


def on_server(
    db: sa.Connection, office_id: int, text: str, *, states: Sequence[str], order: str, most: int
) -> Sequence[str]:
    """The first cases in these states that have a text, in an order of `ORDERS`."""
    call = "select api.found(%s::integer, %s::text[], %s, %s::text[], %s, %s::integer)"
    values = (office_id, list(words(text)), pinyin(text), list(states), order, most)
    told: list[str] = db.exec_driver_sql(call, values).scalar_one()
    return told


def on_this_pc(db: sa.Connection, office_id: int, text: str) -> Sequence[str] | None:
    """The cases that have a text, in no order; None when more than `MOST` have it."""
    k = case_.c
    mine = sa.select(k.case_id).where(k.office_id == office_id)
    narrow = mine.with_hint(case_, "INDEXED BY ix_case__finder", "sqlite")
    parts = [narrow.where(*_has_all(words(text), k)).limit(MOST + 1)]
    if pinyin(text):
        parts.append(mine.where(_begins(pinyin(text), k)).limit(MOST + 1))
    ids = dict.fromkeys(case_id for part in parts for case_id in db.execute(part).scalars())
    return None if len(ids) > MOST else tuple(ids)


def pinyin(text: str) -> str:
    """The text as the beginning of a name in pinyin, or ""."""
    small = " ".join(text.lower().split())
    return small if _PINYIN.fullmatch(small) else ""


def says(text: str, of: Columns) -> sa.ColumnElement[bool]:
    """The condition that a case has the text, for going along a list of these columns."""
    has = sa.and_(sa.true(), *_has_all(words(text), of))
    return sa.or_(has, _begins(pinyin(text), of)) if pinyin(text) else has


def _has_all(looked_for: Sequence[str], of: Columns) -> list[sa.ColumnElement[bool]]:
    return [of.finder.contains(word) for word in looked_for]  # no wildcard is left in a word


def _begins(small: str, of: Columns) -> sa.ColumnElement[bool]:
    return sa.and_(of.sort_key >= small, of.sort_key < small + "{")


def among(dialect: str, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """That the case is one of these: one value, however many they are."""
    if dialect == "postgresql":
        listed: Any = sa.bindparam("ids", list(ids), sa.ARRAY(sa.Text), unique=True)
        return case_.c.case_id == sa.func.any(listed)
    each = sa.func.json_each(sa.bindparam("ids", list(ids), sa.JSON, unique=True))
    return case_.c.case_id.in_(sa.select(sa.column("value")).select_from(each))
