"""What row security lets through sideways: EXPLAIN, order, statistics, pages read. A colleague and
another office ask for what a case says; no answer depends on it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.columns import SIGHT
from sanzhi_desktop.persistence.revision import TABLE as REFERENCE
from sanzhi_desktop.persistence.server_tables import plain, server_metadata, without_statistics
from sanzhi_desktop.persistence.sights import Sight
from sanzhi_desktop.persistence.tables import metadata
from tests.persistence.attacks.conftest import Attacked
from tests.persistence.desk import MATERIALS, submission

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

COMPANY, NUMBER = "示例丙有限公司", "91110000MA03TEST0Z"
# A colleague who sees neither case, and the head of another office.
CURIOUS = ("h9", "hd8")
PLANS = (
    "",
    (
        "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off;"
        " set enable_incremental_sort = off"
    ),
    "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_seqscan = off",
    "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off",
    "set cpu_operator_cost = 0",
)
# What may differ between two runs of one and the same question.
NOISE = re.compile(r"Time|Memory|Temp|Buckets|Batches|Disk|Cache|Heap Fetches|Triggers")
LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b", re.DOTALL)
# Comparisons with a real and an invented value must look alike.
ASKED = ("{c} = %(v)s", "{c} <> %(v)s", "{c} >= %(v)s", "{c} < %(v)s", "{c} in (%(v)s, %(v)s)")
PATTERNS = ("{c} ~>=~ %(v)s", "{c} ~<~ %(v)s", "{c} like %(v)s")


@pytest.fixture(scope="module")
def analysed(attacked: Attacked) -> Attacked:
    """With cases of another company, and as on any day after the first."""
    desk = attacked.desk
    for turn in range(12):  # enough for an estimate to show them
        told = submission(
            name=f"{COMPANY}超标排放案",
            file_number=f"示环立〔2026〕8{turn}号",
            party={"type": "organisation", "name": COMPANY, "number": NUMBER},
            amount_fen=34_567_00,
        )
        desk.send("h1", new_id(), Action.REGISTER, seen=0, submission=told,
                  materials=MATERIALS, unit="执法一科", profile_id="shucheng",
                  profile_edition="2026-1")  # fmt: skip
    attacked.owner().execute("analyze")
    return attacked


def shape(plan: Any) -> Any:
    """A plan without the question itself and what is never the same twice."""
    if isinstance(plan, list):
        return [shape(part) for part in plan]
    if isinstance(plan, Mapping):
        return {
            key: LITERAL.sub("…", part) if isinstance(part, str) else shape(part)
            for key, part in plan.items()
            if not NOISE.search(key)
        }
    return plan


def told(connection: psycopg.Connection[Any], question: str, value: Any) -> str:
    """Everything that EXPLAIN says, with values blotted out."""
    found = []
    for how in ("analyze, buffers, timing off", "costs"):
        row = connection.execute(
            f"explain ({how}, format json) {question}".encode(), {"v": value}, prepare=False
        ).fetchone()
        assert row is not None
        plan = dict(row[0][0])
        plan.pop("Planning", None)
        found.append(shape(plan))
    return json.dumps(found, ensure_ascii=False)


def fresh(attacked: Attacked, who: str, plans: str) -> psycopg.Connection[Any]:
    """A session that has looked nothing up yet: what it then reads would tell what it looked up."""
    if who in attacked.open:
        attacked.open.pop(who).close()
    made = attacked.as_(who)
    if plans:
        made.execute(plans.encode())
    return made


def content() -> Iterator[tuple[str, str]]:
    """Every column of text or money that says something, of tables with rows of cases."""
    for name, table in sorted(metadata.tables.items()):
        if table.info[SIGHT] in (Sight.CASE, Sight.HISTORY):
            yield from ((name, c.name) for c in table.columns if not plain(c))


def values(attacked: Attacked, who: str) -> Iterator[tuple[str, str, Any, Any]]:
    """Each such column with a value of rows that somebody does not see, and one of no row."""
    for table, column in content():
        ask = (
            f"select distinct {column} from app.{table}"
            f" where office_id = 7 and {column} is not null"
        )
        there = {row[0] for row in attacked.owner().execute(ask.encode())}
        own = {row[0] for row in attacked.as_(who).execute(ask.encode())}
        for real in sorted(there - own - {"", 0}, key=str)[:1]:
            if isinstance(real, bytes):
                break
            invented = real + 1 if isinstance(real, int) else _beside(str(real))
            assert invented not in there
            yield table, column, real, invented


def alike(ask: Callable[[Any], str], real: Any, invented: Any) -> bool:
    """Whether both are answered alike; thrice, because somebody else may have moved a page."""
    return any(ask(real) == ask(invented) for _ in range(3))


def at_first(attacked: Attacked, question: str, value: Any) -> str:
    """Told in a session that has looked nothing up yet."""
    return told(fresh(attacked, "h9", ""), question, value)


@pytest.mark.parametrize("who", CURIOUS)
@pytest.mark.parametrize("plans", PLANS, ids=lambda p: p[:40] or "as planned")
def test_no_question_tells_what_a_case_says(analysed: Attacked, who: str, plans: str) -> None:
    asked = 0
    listed = list(values(analysed, who))
    connection = fresh(analysed, who, plans)
    for table, column, real, invented in listed:
        patterns = ASKED if plans or isinstance(real, int) else ASKED + PATTERNS
        for pattern in patterns[: 3 if plans else None]:
            where = pattern.format(c=column)
            question = f"select 1 from app.{table} where office_id = 7 and {where}"
            assert alike(partial(told, connection, question), real, invented), question
            asked += 1
    assert asked > 150


def test_no_page_read_for_a_policy_tells_that_a_row_was_there(analysed: Attacked) -> None:
    """A session that has looked nothing up yet reads pages when the policy is asked: were the
    condition asked first, the number of pages would say whether it was true of a hidden row."""
    asked = 0
    for table, column, real, invented in list(values(analysed, "h9")):
        for where in (f"{column} = %(v)s", f"{column} >= %(v)s"):
            question = f"select 1 from app.{table} where office_id = 7 and {where}"
            assert alike(partial(at_first, analysed, question), real, invented), question
            asked += 1
    assert asked > 100


def _beside(text: str) -> str:
    """As long as the text, and in order just before it."""
    last = text[-1]
    return text[:-1] + chr(ord(last) - 1)


def test_the_same_questions_find_what_an_index_or_statistics_would_tell(analysed: Attacked) -> None:
    """So that the tests above are known to look: each guard is taken away once."""
    owner = analysed.owner()
    question = "select 1 from app.case_ where office_id = 7 and party_number = %(v)s"

    def differs() -> bool:
        connection = fresh(analysed, "h9", PLANS[1])
        return not alike(partial(told, connection, question), NUMBER, _beside(NUMBER))

    assert not differs()
    owner.execute("create index told on app.case_ (office_id, party_number)")
    assert differs()
    owner.execute("drop index app.told")
    owner.execute("alter table app.case_ alter column party_number set statistics 100")
    owner.execute("analyze app.case_")
    assert differs()
    owner.execute("alter table app.case_ alter column party_number set statistics 0")
    owner.execute("delete from pg_statistic where starelid = 'app.case_'::regclass")
    owner.execute("analyze app.case_")
    assert not differs()
    owner.execute("alter function app.reads_case cost 100")
    assert not alike(partial(at_first, analysed, question), NUMBER, _beside(NUMBER))
    owner.execute("alter function app.reads_case cost 0.0001")


@pytest.mark.parametrize("who", [*CURIOUS, "ld"])
def test_what_the_functions_find_content_by_is_nobodys_to_ask(analysed: Attacked, who: str) -> None:
    connection = analysed.as_(who)
    for asked in (
        "where app.kept(party_number) >= 'x'",
        "order by office_id, app.kept(party_name) limit 1",
        "where app.grams(office_id, finder) @> array['7:公']",
    ):
        for how in ("", "analyze"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"explain {how} select 1 from app.case_ {asked}".encode())


_COLUMNS = """select t.relname, x.indexrelid::regclass::text, a.attname, a.atttypid::regtype::text,
    pg_get_indexdef(x.indexrelid, k.place::integer, true), k.place, x.indnkeyatts, x.indisunique
  from pg_index x join pg_class t on t.oid = x.indrelid
  cross join unnest(x.indkey) with ordinality k(number, place)
  left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number and k.number > 0
 where t.relnamespace = 'app'::regnamespace and has_table_privilege('public', t.oid, 'select')"""


def test_no_index_that_a_member_can_use_holds_content(analysed: Attacked) -> None:
    """Columns as they are only with a reason in `PLAIN`; else a list as the last of a unique key,
    or what a member may not call."""
    rows = analysed.owner().execute(_COLUMNS).fetchall()
    assert len(rows) > 150
    for table, index, column, kind, text, place, width, unique in rows:
        if table == REFERENCE:
            continue
        if column is None:
            by_date = re.fullmatch(r"\((due_on|received_at) IS NULL\)", text)
            assert by_date or text.startswith(("app.kept(", "app.grams(")), (index, text)
        elif kind == "text[]":
            assert (place, unique) == (width, True), index
        else:
            assert plain(metadata.tables[table].c[column]), (index, column)


def test_a_server_keeps_no_statistics_of_content(analysed: Attacked) -> None:
    owner = analysed.owner()
    silent = set(without_statistics(server_metadata()))
    assert {("case_", "name"), ("case_", "readers"), ("audit", "entry"), ("round", "cleared_as"),
            ("decision", "amount_fen")} <= silent  # fmt: skip
    kept = owner.execute(
        "select c.relname, a.attname from pg_statistic s join pg_class c on c.oid = s.starelid"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = s.staattnum"
        " where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'"
    ).fetchall()
    assert len(kept) > 30
    assert [row for row in kept if tuple(row) in silent] == []
    assert owner.execute("select count(*) from pg_statistic_ext").fetchone() == (0,)
    for who in CURIOUS:  # and what there is of ids and states is shown to nobody
        seen = analysed.as_(who).execute("select tablename from pg_stats where schemaname = 'app'")
        assert seen.fetchall() == []


def test_the_ends_of_chains_are_told_to_auditors_alone(analysed: Attacked) -> None:
    """A checkpoint names every case and how far its history had come."""
    analysed.as_("r1").execute("select api.checkpoint(7)")
    ask = "select count(*) from app.checkpoint_leaf"
    others = (*CURIOUS, "h1", "ck")
    assert [analysed.as_(who).execute(ask).fetchone() for who in others] == [(0,)] * 4
    told_all = analysed.owner().execute(ask).fetchone()
    assert told_all
    assert told_all[0] > 3
