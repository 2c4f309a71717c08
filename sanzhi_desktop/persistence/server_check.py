"""The start-up check of a server: everything that keeps the law is as shipped.

Lives here: what stands in the catalogue (functions, triggers, constraints, policies, rights, the
owner) against what the shipped DDL makes. Must not: changing anything.
"""

import re
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.engine import compare
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.revision import TABLE, ddl
from sanzhi_desktop.persistence.rights import OFFICERS, OWNER, READING, hidden, policies

# One question, because every desk asks it at every start.
QUESTION = f"""
with ours as (select oid, nspname from pg_namespace where nspname in ('app', 'api')),
  tables as (select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner
    from pg_class c join ours n on n.oid = c.relnamespace where c.relkind in ('r', 'p'))
select 'function ' || n.nspname || '.' || p.proname,
       case when p.prosecdef then 'definer ' else '' end
         || lower(coalesce(array_to_string(p.proconfig, ' '), '')) || ' ' || p.prosrc
  from pg_proc p join ours n on n.oid = p.pronamespace
union all
select 'trigger ' || c.relname || '.' || t.tgname, t.tgenabled::text || ' '
         || pg_get_triggerdef(t.oid)
  from pg_trigger t join tables c on c.oid = t.tgrelid where not t.tgisinternal
union all
select 'constraint ' || c.relname || '.' || o.conname,
       case when o.convalidated then '' else 'not valid' end
  from pg_constraint o join tables c on c.oid = o.conrelid
 where o.contype in ('c', 'f', 'p', 'u') and c.relname <> '{TABLE}'
union all
select 'policy ' || c.relname || '.' || p.polname, p.polcmd::text || ' '
         || p.polpermissive::text || ' ' || p.polroles::regrole[]::text || ' '
         || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
         || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
  from pg_policy p join tables c on c.oid = p.polrelid
union all
select 'rows ' || relname, relrowsecurity::text || relforcerowsecurity::text from tables
union all
select 'right ' || what || ' ' || name || ' ' || privilege_type,
       case grantee when 0 then 'public' else pg_get_userbyid(grantee) end || ' '
         || is_grantable::text
  from (select 'table' as what, relname::text as name, coalesce(relacl, acldefault('r', relowner))
      as acl, relowner as owner from tables
    union all select 'column', c.relname || '.' || a.attname, a.attacl, c.relowner
      from pg_attribute a join tables c on c.oid = a.attrelid where a.attacl is not null
    union all select 'function', n.nspname || '.' || p.proname,
      coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
      from pg_proc p join ours n on n.oid = p.pronamespace
    union all select 'schema', s.nspname, coalesce(s.nspacl, acldefault('n', s.nspowner)),
      s.nspowner from pg_namespace s join ours n on n.oid = s.oid) o,
    lateral aclexplode(o.acl) x where x.grantee <> o.owner
union all
select 'owner of ' || what, pg_get_userbyid(owner) from (
  select 'table ' || relname as what, relowner as owner from tables
  union all select 'function ' || n.nspname || '.' || p.proname, p.proowner
    from pg_proc p join ours n on n.oid = p.pronamespace
  union all select 'schema ' || n.nspname, s.nspowner
    from pg_namespace s join ours n on n.oid = s.oid) o
 where pg_get_userbyid(owner) <> '{OWNER}'
union all
select 'role ' || rolname, rolcanlogin::text || rolsuper::text || rolbypassrls::text
         || rolreplication::text
  from pg_roles where rolname in ('{OWNER}', '{OFFICERS}')
union all
select 'member of {OWNER} ' || r.rolname, '' from pg_auth_members m join pg_roles r
    on r.oid = m.member where m.roleid = to_regrole('{OWNER}') and not r.rolsuper
union all
select 'log-in ' || rolname, 'above the rules' from pg_roles
 where (rolbypassrls or rolreplication) and not rolsuper
   and pg_has_role(oid, '{OFFICERS}', 'member')
"""

_FUNCTION = re.compile(
    r"^create (?:or replace )?function (\w+\.\w+)\((.*?)\$\$(.*?)\$\$;", re.DOTALL | re.MULTILINE
)
_SETTING = re.compile(r"set (\w+) = (.*?)(?= set \w+ = | as |\s*$)", re.DOTALL)
_TRIGGER = re.compile(r"^create trigger (\w+) .*?;$", re.MULTILINE | re.DOTALL)
_ON_TABLE = re.compile(r" on app\.(\w+)\s")
_TABLE = re.compile(r"^CREATE TABLE (\w+) \((.*?)^\);", re.DOTALL | re.MULTILINE)
_CONSTRAINT = re.compile(r"CONSTRAINT \"?(\w+)\"?")
_NOISE = re.compile(r"::\w+|[()\s\"]|app\.")


def check(db: sa.Connection, *, beside: bool = False) -> None:
    """Raises DomainError naming the first thing that is missing, changed or foreign.

    `beside`: a database that stands on a server of a cluster without being part of it.
    """
    rows: Any = db.exec_driver_sql(QUESTION.replace("%", "%%"))
    made = {name: plain(name, text) for name, text in rows}
    if not (beside or clustered(db)):
        _demand_no_prepared(db)
        return compare(made, shipped())
    wanted = shipped(spread=True) if spread(db) else shipped()
    return compare(made, wanted | {f"role {OWNER}": _MAY_LOG_IN})


def _demand_no_prepared(db: sa.Connection) -> None:
    """A transaction that somebody prepared holds his cases when his session is gone, and only he or
    a superuser ends it, by hand. A cluster needs them for itself; there the watch tells of them."""
    found = int(db.exec_driver_sql("show max_prepared_transactions").scalar_one())
    if found:
        raise DomainError(PersistenceFault.PREPARED_TRANSACTIONS, found=found)


def clustered(db: sa.Connection) -> bool:
    """Whether the database can be spread over several servers."""
    return bool(db.exec_driver_sql(_CLUSTERED).scalar_one())


def spread(db: sa.Connection) -> bool:
    """Whether a database is spread over several servers, at least in part."""
    return clustered(db) and bool(db.exec_driver_sql(_SPREAD).scalar_one())


_CLUSTERED = "select exists (select 1 from pg_extension where extname = 'citus')"
_SPREAD = (
    "select exists (select 1 from pg_catalog.pg_dist_partition"
    " where logicalrelid = to_regclass('app.case_'))"
)
# Over several servers the first connects to the others as the owner; nobody else may there.
_MAY_LOG_IN = "truefalsefalsefalse"


def plain(name: str, text: str) -> str:
    """Free of what the server writes in its own way: casts, brackets, spaces."""
    if name.startswith(("trigger ", "policy ")):
        return _NOISE.sub("", text.lower())
    return " ".join(text.split())


def shipped(*, spread: bool = False) -> dict[str, str]:
    """Every function, trigger, constraint, policy and right, as the shipped DDL makes it."""
    text = "\n".join(ddl("postgresql", spread=spread))
    made: dict[str, str] = {}
    for name, head, body in _FUNCTION.findall(text):
        definer = "definer " if "security definer" in head else ""
        settings = " ".join(
            f"{key}={value.strip().replace(chr(39), '').lower()}"
            for key, value in _SETTING.findall(head.split("\n")[-1])
        )
        made[f"function {name}"] = " ".join(f"{definer}{settings} {body}".split())
        if name.startswith("api."):
            made[f"right function {name} EXECUTE"] = "public false"
    for found in _TRIGGER.finditer(text):
        table = _ON_TABLE.search(found[0])
        label = f"trigger {table[1] if table else ''}.{found[1]}"
        made[label] = plain(label, f"O {found[0][:-1]}")
    for table_name, inside in _TABLE.findall(text):
        names = _CONSTRAINT.findall(inside)
        made |= {f"constraint {table_name}.{name}": "" for name in names}
    return made | _rights()


def _rights() -> dict[str, str]:
    made = {f"rows {name}": "truefalse" for name in (*policies(), *hidden())}
    for table, condition in policies().items():
        label = f"policy {table}.seen"
        made[label] = plain(label, f"r true {{-}} {condition}")
        made[f"right table {table} SELECT"] = "public false"
    made |= {f"right function app.{name} EXECUTE": "public false" for name in READING}
    made |= {f"right schema {name} USAGE": "public false" for name in ("app", "api")}
    made |= {f"role {OWNER}": "falsefalsefalsefalse"}
    made |= {f"role {OFFICERS}": "falsefalsefalsefalse"}
    return made
