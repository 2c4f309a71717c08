"""Finding cases by what somebody typed: names, parties, numbers, in any width and with any bracket.

Lives here: the text of a case that is searched, its index, and the question which cases have it.
Must not: the order and the columns of a list (`worklist`).

A case keeps its searched text in `finder`, folded (`folding`). On a server an index over its
characters and pairs of characters finds it, behind a function: an index is of no use to a
condition that row security must not trust with hidden rows, so the function asks as the owner and
hands out what the person may see. On one PC a narrow index is read from end to end. Where more
than `MOST` cases have the text, it is faster to go along the list and look at each.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.persistence.case_tables import case_
from sanzhi_desktop.persistence.folding import fold_function, words

Columns = Any  # of the table `case_`, or of a subquery of it
MOST = 5000
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

create index ix_case__pinyin on app.case_ (office_id, sort_key text_pattern_ops);

{_FOUND.replace("%DEFINER%", definer)}"""


# One who belongs to none of this is answered like one who may see nothing.
_FOUND = """create function api.found(p_office integer, p_words text[], p_pinyin text,
  p_most integer)
returns text[] language plpgsql %DEFINER% set enable_seqscan = 'off' set work_mem = '32MB' as $$
declare v_me text := session_user; v_words text[]; v_grams text[]; v_ids text[]; v_all boolean;
begin
  perform 1 from person where office_id = p_office and person_id = v_me and active = 1;
  if not found then return '{}'; end if;
  v_words := array(select f from unnest(p_words) as w(t), app.fold(t) as f where f <> '');
  if cardinality(v_words) = 0 then return null; end if;
  -- A word of several characters is looked up by its pairs alone.
  v_grams := array(select g from unnest(v_words) as w(t), unnest(app.grams(p_office, t)) as g
    where length(t) = 1 or length(g) = length(p_office::text) + 3);
  v_words := array(select '%' || t || '%' from unnest(v_words) as w(t));
  v_all := pg_has_role(v_me::name, to_regrole('sz_o' || p_office || '_all'), 'member');
  v_ids := array(
    select case_id from case_
     where office_id = p_office and app.grams(office_id, finder) @> v_grams
       and finder like all (v_words) and (v_all or app.sees(p_office, readers, v_me))
     limit p_most + 1);
  if p_pinyin <> '' then
    v_ids := array(select unnest(v_ids) union select case_id from (select case_id from case_
      where office_id = p_office and sort_key ~>=~ p_pinyin and sort_key ~<~ (p_pinyin || '{')
        and (v_all or app.sees(p_office, readers, v_me)) limit p_most + 1) s);
  end if;
  if cardinality(v_ids) > p_most then return null; end if;
  return v_ids;
end $$;"""


def found(db: sa.Connection, office_id: int, text: str) -> Sequence[str] | None:
    """The cases that have a text; None when it says nothing, or more than `MOST` have it."""
    looked_for = words(text)
    if not looked_for:
        return None
    if db.dialect.name == "postgresql":
        call = "select api.found(%s::integer, %s::text[], %s, %s)"
        values = (office_id, list(looked_for), pinyin(text), MOST)
        told: list[str] | None = db.exec_driver_sql(call, values).scalar_one()
        return told
    k = case_.c
    mine = sa.select(k.case_id).where(k.office_id == office_id)
    narrow = mine.with_hint(case_, "INDEXED BY ix_case__finder", "sqlite")
    parts = [narrow.where(*_has_all(looked_for, k)).limit(MOST + 1)]
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
