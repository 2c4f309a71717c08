"""The overlay for several servers, applied to a database of one server.

What it says differently is ordinary PostgreSQL, so it can run here; the calls that really spread
(`create_distributed_…`) cannot, and nothing here stands in for them.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sanzhi_desktop.persistence.distributing import statements
from sanzhi_desktop.persistence.revision import SPREAD, SQL
from sanzhi_desktop.persistence.rights import OWNER
from tests.persistence import spread_rules as rules

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]

HERE = ("1_bare.sql", "3_functions.sql", "5_keys.sql", "6_triggers.sql")


def apply(db: Any, *, names: tuple[str, ...] = HERE) -> int:
    """Runs these files as the owner; returns how many statements they have."""
    count = 0
    db.execute(f"set role {OWNER}")
    db.execute("set search_path = app")
    for name in names:
        for statement in statements((SQL / SPREAD / name).read_text("utf-8")):
            db.execute(statement)
            count += 1
    db.execute("reset role")
    db.execute("reset search_path")
    return count


FUNCTIONS = """select n.nspname || '.' || p.proname, p.prosrc, l.lanname,
    coalesce((select jsonb_object_agg(a.name, a.type::regtype::text)
      from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames)
        as a(type, name)), '{}'::jsonb)
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
 where n.nspname in ('app', 'api') and p.prorettype <> 'trigger'::regtype"""


def catalogue(ask: Ask) -> rules.Catalogue:
    kinds = ask("select oid::bigint, typoutput::oid::bigint, typinput::oid::bigint from pg_type")
    return rules.Catalogue(
        volatility=dict(ask("select oid::bigint, provolatile::text from pg_proc")),
        names=dict(
            ask(
                "select p.oid::bigint, case nspname when 'pg_catalog' then '' else nspname || '.'"
                " end || proname from pg_proc p join pg_namespace n on n.oid = pronamespace"
                f" where nspname in ('app', 'api') or proname = any (array{list(rules.HERE)})"
            )
        ),
        rows=frozenset(
            oid
            for (oid,) in ask(
                "select t.oid::bigint from pg_type t left join pg_type e on e.oid = t.typelem"
                " and t.typcategory = 'A' where t.typtype = 'c' or e.typtype = 'c'"
                " or t.oid in ('record'::regtype, 'record[]'::regtype)"
            )
        ),
        output={oid: out for oid, out, _ in kinds},
        input={oid: into for oid, _, into in kinds},
        offices=dict(
            ask(
                "select attrelid::bigint, attnum::integer from pg_attribute a join pg_class c on"
                " c.oid = attrelid where c.relnamespace = 'app'::regnamespace and relkind = 'r'"
                " and attname = 'office_id'"
            )
        ),
        own=frozenset(
            oid
            for (oid,) in ask(
                "select oid::bigint from pg_class where relkind in ('r', 'v')"
                " and relnamespace = 'pg_catalog'::regnamespace"
            )
        ),
    )


def parsed(
    ask: Ask, function: str, texts: list[str], arguments: dict[str, str]
) -> list[rules.Statement]:
    """The statements as PostgreSQL reads them, with these variables around."""
    if not texts:
        return []
    listed = ", ".join(f"{name} {kind}" for name, kind in arguments.items())
    body = "".join(f"{text};\n" for text in texts)
    ask(
        f"create or replace function lint.s({listed}) returns void language sql"
        f" set search_path = pg_catalog, app begin atomic\n{body}end"
    )
    ((printed,),) = ask(
        "select prosqlbody::text from pg_proc where pronamespace = 'lint'::regnamespace"
    )
    ask("drop function lint.s")
    (queries,) = rules.read(printed)
    return [rules.Statement(function, *pair) for pair in zip(texts, queries, strict=True)]


def all_parsed(ask: Ask, rows: Rows) -> Iterator[rules.Statement]:
    for name, body, language, arguments in rows:
        known = {**arguments, **rules.variables(body)}
        texts = rules.statements(body) if language == "plpgsql" else [body.strip().rstrip(";")]
        yield from parsed(ask, name, list(texts), known)


def reads(found: list[rules.Statement], known: rules.Catalogue) -> frozenset[str]:
    """Functions that touch tables, themselves or through others."""
    reading = {s.function for s in found if rules.tables(s.query, known)}
    called = calls(found, known)
    while more := {name for name, inner in called.items() if inner & reading} - reading:
        reading |= more
    return frozenset(reading)


def calls(found: list[rules.Statement], known: rules.Catalogue) -> dict[str, set[str]]:
    made: dict[str, set[str]] = {}
    for statement in found:
        called = {known.names.get(n.number("funcid"), "") for n in rules.walk(statement.query)}
        made.setdefault(statement.function, set()).update(called)
    return made
