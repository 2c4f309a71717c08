"""Whether a database that is spread over several servers is spread whole.

Lives here: what `sanzhi db check` looks at beyond the start-up check: tables, functions and roles
on every server. Must not: changing anything.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.persistence import overlay, server_check
from sanzhi_desktop.persistence.other_servers import ANSWERS
from sanzhi_desktop.persistence.revision import TABLE
from sanzhi_desktop.persistence.rights import OFFICERS, OWNER


class SpreadNote(Code):
    """What is not as it should be."""

    NOT_SPREAD = "spread.not_spread"
    TABLE_LEFT = "spread.table_left"
    TABLE_APART = "spread.table_apart"
    FUNCTION_LEFT = "spread.function_left"
    NOT_SENT_ON = "spread.not_sent_on"
    NODE_AWAY = "spread.node_away"
    ROLES_DIFFER = "spread.roles_differ"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The servers beside the first one, none while nothing is spread, and what is wrong."""

    servers: int
    notes: tuple[DomainError, ...]


_TABLES = """select c.relname, p.partmethod::text, p.colocationid,
    case when p.partmethod = 'h' then column_to_column_name(p.logicalrelid, p.partkey) end
  from pg_catalog.pg_dist_partition p join pg_class c on c.oid = p.logicalrelid
 where c.relnamespace = 'app'::regnamespace"""
_FUNCTIONS = """select n.nspname || '.' || p.proname, d.objid is not null,
    d.distribution_argument_index, d.colocationid
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  left join pg_catalog.pg_dist_object d
    on d.classid = 'pg_proc'::regclass and d.objid = p.oid
 where n.nspname in ('app', 'api') order by 1"""
# Every role of ours with what it may, who is in which and in whose name, and whom the owner is in
# charge of; the same question on every server.
ROLES = f"""select coalesce(jsonb_agg(t.line order by t.line), '[]')::text from (
  select rolname || case when rolcanlogin then ' login' else '' end as line from pg_roles
   where rolname ~ '^sz_o[0-9]' or rolname in ('{OWNER}', '{OFFICERS}')
  union select p.rolname || case when p.rolcanlogin then ' login' else '' end
    from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles p on p.oid = m.member
   where r.rolname ~ '^sz_o[0-9]' and not p.rolsuper
  union select p.rolname || ' in ' || r.rolname
      || case when bool_or(m.admin_option) then ' admin' else '' end
      || case when p.rolname !~ '^sz_o' and bool_and(g.rolname = '{OWNER}') then ' by {OWNER}'
        else '' end
    from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles p on p.oid = m.member
    join pg_roles g on g.oid = m.grantor
   where r.rolname ~ '^sz_o[0-9]' and not p.rolsuper group by p.rolname, r.rolname
  union select '{OWNER} over ' || r.rolname from pg_auth_members m
    join pg_roles r on r.oid = m.roleid
   where m.member = to_regrole('{OWNER}') and m.admin_option and r.rolname !~ '^(sz_o|sanzhi_|pg_)'
     and pg_has_role(r.oid, to_regrole('{OFFICERS}'), 'member')) t"""


def look(db: sa.Connection) -> Cluster | None:
    """What stands on the servers of a cluster; None when the database is on one server alone."""
    if not server_check.clustered(db):
        return None
    if not server_check.spread(db):
        return Cluster(0, ())
    group, tables = _tables(db)
    answers = [tuple(row) for row in db.exec_driver_sql(ANSWERS, (ROLES,))]
    here = db.exec_driver_sql(ROLES).scalar_one()
    functions = [tuple(row) for row in db.exec_driver_sql(_FUNCTIONS)]
    notes = (*tables, *compare_functions(functions, group), *compare_roles(here, answers))
    return Cluster(len(answers), notes)


def _tables(db: sa.Connection) -> tuple[int, tuple[DomainError, ...]]:
    found = {row[0]: tuple(row[1:]) for row in db.exec_driver_sql(_TABLES)}
    group = found.get(overlay.FIRST, ("", 0, ""))[1]
    return group, tuple(compare_tables(found, group))


def compare_tables(found: dict[str, tuple[Any, ...]], group: int) -> Iterator[DomainError]:
    """Tables that are not spread, or not together with the others."""
    if found.get(TABLE, ("",))[0] != "n":
        yield DomainError(SpreadNote.TABLE_LEFT, table=TABLE)
    for name in overlay.spread_tables():
        if name not in found:
            yield DomainError(SpreadNote.TABLE_LEFT, table=name)
        elif found[name] != ("h", group, "office_id"):
            yield DomainError(SpreadNote.TABLE_APART, table=name)


def compare_functions(rows: list[tuple[Any, ...]], group: int) -> Iterator[DomainError]:
    """Functions that are not on every server, or not sent on to where the office is."""
    sent = overlay.sent_on()
    for name, known, place, together in rows:
        if not known:
            yield DomainError(SpreadNote.FUNCTION_LEFT, function=name)
        elif name in sent and (place, together) != (0, group):
            yield DomainError(SpreadNote.NOT_SENT_ON, function=name)


def compare_roles(here: str, answers: list[tuple[Any, ...]]) -> Iterator[DomainError]:
    """Servers that are away, or whose roles differ."""
    own = set(json.loads(here))
    for node, success, result in answers:
        if not success:
            yield DomainError(SpreadNote.NODE_AWAY, node=node, message=result)
        elif differing := sorted(own ^ set(json.loads(result))):
            yield DomainError(SpreadNote.ROLES_DIFFER, node=node, names="、".join(differing[:10]))
