"""Ready to be spread over several servers: nothing the functions do is refused there, and the
overlay names everything once. It is never run on such a cluster here."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import cluster_check, distributing, functions, overlay, server_check
from sanzhi_desktop.persistence.cluster_check import SpreadNote
from sanzhi_desktop.persistence.revision import SPREAD, SQL, TABLE
from sanzhi_desktop.persistence.spread_faults import SpreadFault
from sanzhi_desktop.persistence.spreading import spread
from tests.persistence import spread_rules as rules
from tests.persistence import spreading
from tests.persistence.cluster import OWNER_PASSWORD, Cluster
from tests.persistence.kept import Keeper
from tests.persistence.offices import copied
from tests.persistence.spreading import Ask, Rows

postgres = pytest.mark.postgres

_KEPT = """select c.relname || '.' || o.conname, pg_get_constraintdef(o.oid) from pg_constraint o
    join pg_class c on c.oid = o.conrelid where o.connamespace = 'app'::regnamespace
  union all select c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
   where c.relnamespace = 'app'::regnamespace and not t.tgisinternal
  union all select tablename || '.' || indexname, indexdef from pg_indexes
   where schemaname = 'app'"""


@pytest.fixture(scope="module")
def laid(shared_server: Keeper) -> Iterator[Any]:
    """A copy of the office, in which the overlay is laid."""
    on = shared_server.cluster
    with copied(on, "spread") as name, on.connect(name) as owner:
        yield owner


@pytest.fixture(scope="module")
def before(laid: Any) -> Rows:
    laid.execute("set search_path = ''")
    return list(laid.execute(_KEPT).fetchall())


@pytest.fixture(scope="module")
def ask(laid: Any, before: Rows) -> Ask:
    """The database of the overlay; run twice, as after a failure."""
    assert before
    laid.execute("reset search_path")
    spreading.apply(laid)
    spreading.apply(laid)
    laid.execute("create schema lint")
    laid.execute("set search_path = pg_catalog, app")
    return lambda sql: _rows(laid.execute(sql))


def _rows(cursor: Any) -> Rows:
    return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture(scope="module")
def found(ask: Ask) -> list[rules.Statement]:
    """Every statement of every function of the overlay, parsed by PostgreSQL."""
    return list(spreading.all_parsed(ask, ask(spreading.FUNCTIONS)))


@pytest.fixture(scope="module")
def known(ask: Ask) -> rules.Catalogue:
    return spreading.catalogue(ask)


@postgres
def test_no_statement_is_one_that_is_refused_there(
    found: list[rules.Statement], known: rules.Catalogue
) -> None:
    reads = spreading.reads(found, known)
    assert len(found) > 1500
    assert sum(bool(rules.tables(s.query, known)) for s in found) > 700
    broken = [
        (s.function, wrong, s.text) for s in found for wrong in rules.refused(s, known, reads)
    ]
    assert broken == []


# Each rule broken once on purpose, in the words it is found by.
_BREACHES = (
    ("insert with a subquery", ("insert into unit (office_id, name) values (o, (select max(name)"
     " from unit where office_id = o))")),
    ("insert with a CTE", ("with u as (select name from unit where office_id = o)"
     " insert into unit (office_id, name) select o, u.name from u")),
    ("volatile in update", "update unit set name = random()::text where office_id = o"),
    ("stable over a column in update",
     "update audit set entry = at::text where office_id = o and case_id = t"),
    ("stable in case or coalesce of update",
     "update unit set name = coalesce(now()::text, t) where office_id = o"),
    ("mutable in returning", "update unit set name = t where office_id = o returning now()"),
    ("mutable in on conflict", ("insert into presence (office_id, case_id, person_id, seen_at)"
     " values (o, t, t, now()) on conflict (office_id, case_id, person_id) do update set"
     " seen_at = excluded.seen_at where presence.seen_at < excluded.seen_at - interval '1 day'")),
    ("writing CTE", ("with u as (update unit set name = t where office_id = o returning name)"
     " select name from u")),
    ("log-in, clock or session inside a statement",
     "select name from person where office_id = o and person_id = session_user"),
    ("log-in, clock or session inside a statement",
     "select name from person where office_id = o and certificate_valid_to < clock_timestamp()"),
    ("log-in, clock or session inside a statement",
     "delete from presence where office_id = o and pid = pg_backend_pid()"),
    ("row as a value", "select array_agg(u) from unit u where office_id = o"),
    ("joined with the server's own lists",
     "select name from person join pg_roles on rolname = person_id where office_id = o"),
    ("table without the office", "select name from unit where name = t"),
    ("table without the office", ("select u.name from unit u join person p on p.unit = u.name"
     " where p.office_id = o")),
    ("table without the office", "select name from unit where office_id = o or name = t"),
    ("insert without the office", "insert into unit (office_id, name) values (o + 1, t)"),
    ("empty part in a call",
     "select app.refuse(case when o > 1 then t else 'b' end, '{}'::jsonb)"),
    ("empty part in a call", "select app.refuse((array[t])[o], '{}'::jsonb)"),
    ("nested: app.file_state",
     "select app.file_state(office_id, sha256) from material where office_id = o"),
)  # fmt: skip


@postgres
@pytest.mark.parametrize(("rule", "text"), _BREACHES, ids=[t[:60] for _, t in _BREACHES])
def test_each_rule_finds_what_it_is_for(
    ask: Ask, found: list[rules.Statement], known: rules.Catalogue, rule: str, text: str
) -> None:
    (statement,) = spreading.parsed(ask, "app.tried", [text], {"o": "integer", "t": "text"})
    assert rule in rules.refused(statement, known, spreading.reads(found, known))


@postgres
def test_the_functions_of_one_server_alone_would_not_do(
    ask: Ask, known: rules.Catalogue, cluster: Cluster, server_database: str
) -> None:
    """So that the overlay's own are needed, and the rules are seen at work."""
    with cluster.connect(server_database) as owner:
        rows = [
            row for row in owner.execute(spreading.FUNCTIONS).fetchall() if "transfer" in row[0]
        ]
    wrong = {
        w for one in spreading.all_parsed(ask, rows) for w in rules.refused(one, known, frozenset())
    }
    assert "insert with a subquery" in wrong


@postgres
def test_functions_need_no_plan_made_without_knowing_the_office(
    ask: Ask, known: rules.Catalogue
) -> None:
    """A plan for any office, or an SQL function's, knows no office and so no server."""
    settings = ask("select proname, proconfig::text from pg_proc where pronamespace in"
                   " ('app'::regnamespace, 'api'::regnamespace)")  # fmt: skip
    assert not [name for name, text in settings if "plan_cache_mode" in (text or "")]
    assert "plan_cache_mode" in functions.functions()
    for one in spreading.all_parsed(
        ask, [row for row in ask(spreading.FUNCTIONS) if row[2] == "sql"]
    ):
        assert rules.tables(one.query, known) == [], one.function


@postgres
def test_what_the_overlay_takes_off_it_puts_back(before: Rows, ask: Ask) -> None:
    """All but the triggers that look into other tables."""
    across = (SQL / "postgresql" / "walls_across.sql").read_text("utf-8")
    left_out = set(re.findall(r"create trigger (\w+)", across))
    assert left_out
    wanted = {row for row in before if row[0].split(".")[1] not in left_out}
    ask("set search_path = ''")
    kept = set(ask(_KEPT))
    ask("set search_path = pg_catalog, app")
    assert kept == wanted
    assert len(before) - len(wanted) == len(left_out)


@postgres
def test_the_start_up_check_knows_the_overlay(ask: Ask) -> None:
    made = {n: server_check.plain(n, t) for n, t in ask(server_check.QUESTION.replace("%%", "%"))}
    assert made == {n: made[n] if n.startswith(("constraint ", "log-in ")) else t
                    for n, t in server_check.shipped(spread=True).items()}  # fmt: skip
    assert made != server_check.shipped()


@postgres
def test_every_table_is_spread_once_by_its_office(ask: Ask) -> None:
    text = (SQL / SPREAD / "2_tables.sql").read_text("utf-8")
    live = {name for (name,) in ask("select relname from pg_class where relkind = 'r'"
                                    " and relnamespace = 'app'::regnamespace")}  # fmt: skip
    spread_by = re.findall(r"perform create_distributed_table\('app\.(\w+)', '(\w+)'", text)
    assert sorted(name for name, _ in spread_by) == sorted(live - {TABLE})
    assert {column for _, column in spread_by} == {"office_id"}
    assert re.findall(r"create_reference_table\('app\.(\w+)'\)", text) == [TABLE]
    together = re.findall(r"colocate_with => '([\w.]+)'", text)
    assert together == ["app.office"] * (len(live) - 2)
    assert spread_by[0][0] == "office"  # the others stay with it
    keys = ask("select o.conname, c.relname from pg_constraint o join pg_class c on c.oid ="
               " o.conrelid where o.connamespace = 'app'::regnamespace and o.contype in"
               " ('p', 'u', 'f', 'x') and not (select attnum from pg_attribute where attrelid ="
               " c.oid and attname = 'office_id') = any (o.conkey)")  # fmt: skip
    assert keys == []
    indexes = ask("select indexrelid::regclass from pg_index i join pg_class c on c.oid = indrelid"
                  " where c.relnamespace = 'app'::regnamespace and indisunique and not (select"
                  " attnum from pg_attribute where attrelid = c.oid and attname = 'office_id')"
                  f" = any (indkey) and relname <> '{TABLE}'")  # fmt: skip
    assert indexes == []
    kinds = ask("select distinct format_type(atttypid, -1) from pg_attribute a join pg_class c on"
                " c.oid = attrelid where relkind = 'r' and attname = 'office_id'"
                " and relnamespace = 'app'::regnamespace")  # fmt: skip
    assert kinds == [("integer",)]


@postgres
def test_every_function_stands_everywhere_and_the_right_ones_are_sent_on(
    ask: Ask, found: list[rules.Statement], known: rules.Catalogue
) -> None:
    text = (SQL / SPREAD / "4_everywhere.sql").read_text("utf-8")
    named = re.findall(r"create_distributed_function\('([^']+)'\)", text)
    oids = [ask(f"select '{name}'::regprocedure::oid")[0][0] for name in named]
    live = {oid for (oid,) in ask("select oid from pg_proc where pronamespace in"
                                  " ('app'::regnamespace, 'api'::regnamespace)")}  # fmt: skip
    assert sorted(oids) == sorted(live)
    # What makes roles, or asks about the server it runs on, must stay where the desk is connected.
    own = re.compile(r"\bexecute format|pg_stat_activity|pg_terminate|pg_is_in_recovery")
    stays = {name for name, body, _, _ in ask(spreading.FUNCTIONS) if own.search(body)}
    calls = spreading.calls(found, known)
    while more := {name for name, inner in calls.items() if inner & stays} - stays:
        stays |= more
    doors = {name for (name,) in ask(
        "select 'api.' || proname from pg_proc where pronamespace = 'api'::regnamespace"
        " and proargnames[1] = 'p_office' and not proretset"
    )}  # fmt: skip
    delegated = (SQL / SPREAD / "7_delegate.sql").read_text("utf-8")
    sent = re.findall(r"\('(api\.\w+)\([^']*\)', 'p_office', colocate_with => 'app.office'\)",
                      delegated)  # fmt: skip
    assert sorted(sent) == sorted(doors - stays)
    assert delegated.count("create_distributed_function") == len(sent)
    assert overlay.sent_on() == set(sent)
    assert "api.act" in sent


@postgres
def test_triggers_have_names_that_leave_room_for_the_number_of_a_shard(ask: Ask) -> None:
    names = ask("select tgname from pg_trigger where not tgisinternal union select conname from"
                " pg_constraint where connamespace = 'app'::regnamespace")  # fmt: skip
    assert [name for (name,) in names if len(name) > 63 - len("_102008000")] == []


def test_the_files_are_cut_into_whole_statements() -> None:
    for path in sorted((SQL / SPREAD).glob("*.sql")):
        text = path.read_text("utf-8")
        made = list(distributing.statements(text))
        assert made, path.name
        assert all(one.count("$$") % 2 == 0 and not one.startswith("--") for one in made)
        left = re.sub(r"^--.*$", "", text, flags=re.MULTILINE)
        assert "".join(left.split()) == "".join("".join(f"{one};".split()) for one in made)
    assert len(list(distributing.statements((SQL / SPREAD / "8_workers.sql").read_text()))) == 1


def test_a_value_that_looks_into_tables_is_taken_before_the_row() -> None:
    text = """create function app.f(p_office integer) returns void
language plpgsql set search_path = pg_catalog as $$
begin
  if true then
    insert into unit (office_id, name) values
      (p_office, 'a, (b' || (select max(name) from unit)) on conflict do nothing;
  end if;
end $$;"""
    made = spread(text)
    assert "declare v_taken1 app.unit.name%type;" in made
    assert "v_taken1 := 'a, (b' || (select max(name) from unit);" in made
    assert "(p_office, v_taken1) on conflict do nothing;" in made
    assert spread(text.replace("(select max(name) from unit)", "'c'")).count("taken") == 0


@postgres
def test_a_database_of_one_server_is_refused_and_left_alone(
    cluster: Cluster, server_database: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("PGPASSWORD", OWNER_PASSWORD)
    assert main(["db", "distribute", "--db", cluster.url(server_database)]) == 2
    told = capsys.readouterr()
    assert "没有 Citus 扩展" in told.err
    assert told.out == ""
    with cluster.connect(server_database) as owner:
        assert owner.execute("select rolcanlogin from pg_roles where rolname = 'sanzhi_owner'"
                             ).fetchall() == [(False,)]  # fmt: skip
    assert main(["db", "distribute", "--db", cluster.url("postgres")]) == 2
    assert "没有 Citus 扩展" not in capsys.readouterr().err


def test_a_file_is_refused(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "distribute", "--db", str(tmp_path / "office.db")]) == 2
    assert "单机数据库文件" in capsys.readouterr().err


def test_versions_are_compared_by_number() -> None:
    assert distributing.release("13.0-1") > distributing.OLDEST
    assert distributing.release("12.1-1") >= distributing.OLDEST
    assert distributing.release("9.5-1") < distributing.OLDEST


def test_the_check_names_what_is_not_spread() -> None:
    tables: dict[str, tuple[Any, ...]] = dict.fromkeys(
        overlay.spread_tables(), ("h", 4, "office_id")
    )
    tables[TABLE] = ("n", 2, None)
    assert list(cluster_check.compare_tables(tables, 4)) == []
    tables["case_"] = ("h", 9, "office_id")
    tables["round"] = ("h", 4, "case_id")
    del tables["audit"], tables[TABLE]
    faults = list(cluster_check.compare_tables(tables, 4))
    assert {(f.code, f.facts["table"]) for f in faults} == {
        (SpreadNote.TABLE_LEFT, TABLE), (SpreadNote.TABLE_LEFT, "audit"),
        (SpreadNote.TABLE_APART, "case_"), (SpreadNote.TABLE_APART, "round"),
    }  # fmt: skip
    rows: Rows = [("api.act", True, 0, 4), ("api.beat", True, None, None), ("app.x", True, None, 0)]
    assert list(cluster_check.compare_functions(rows, 4)) == []
    rows = [("api.act", True, None, None), ("app.x", False, None, None)]
    assert [f.code for f in cluster_check.compare_functions(rows, 4)] == [
        SpreadNote.NOT_SENT_ON, SpreadNote.FUNCTION_LEFT
    ]  # fmt: skip
    here = json.dumps(["a login", "a in sz_o7"])
    answers: Rows = [("w1", True, here), ("w2", True, json.dumps(["a login"])), ("w3", False, "-")]
    notes = list(cluster_check.compare_roles(here, answers))
    assert [(f.code, f.facts["node"]) for f in notes] == [
        (SpreadNote.ROLES_DIFFER, "w2"), (SpreadNote.NODE_AWAY, "w3")
    ]  # fmt: skip
    assert notes[0].facts["names"] == "a in sz_o7"


@postgres
def test_the_question_about_roles_can_be_asked_of_any_server(ask: Ask) -> None:
    ((answer,),) = ask(cluster_check.ROLES)
    lines = json.loads(answer)
    assert "sanzhi_owner" in lines
    assert any(line.endswith(" in sz_o7_all") for line in lines)


@pytest.mark.parametrize("code", [*SpreadFault, *SpreadNote])
def test_codes_are_of_the_area(code: Any) -> None:
    assert DomainError(code).code.startswith("spread.")
