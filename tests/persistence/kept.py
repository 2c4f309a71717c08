"""A server that is put back as it was: what belongs to the whole server outlives a test's database.

Log-ins, roles, who is in which, their limits and settings, databases, the server's own settings.
What cannot be put back is an error of whoever changed it, told at that test. No fixture here.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.persistence.cluster import OWNER, Cluster

Facts = dict[str, dict[str, Any]]

# Every fact by a name that says where it stands; `postgres` is where tests have nothing to leave.
_FACTS = """select jsonb_build_object(
'role', (select jsonb_object_agg(rolname, to_jsonb(a) || jsonb_build_object('rolvaliduntil',
    coalesce(rolvaliduntil, 'infinity'))) from pg_authid a where rolname !~ '^pg_'),
'member', (select coalesce(jsonb_object_agg(
    format('%s in %s by %s', m.rolname, r.rolname, g.rolname), to_jsonb(x) - 'oid'
        || jsonb_build_object('r', r.rolname, 'm', m.rolname, 'g', g.rolname)), '{}')
    from pg_auth_members x join pg_roles r on r.oid = x.roleid join pg_roles m on m.oid = x.member
    join pg_roles g on g.oid = x.grantor where m.rolname !~ '^pg_'),
'setting', (select coalesce(jsonb_object_agg(format('%s in %s', r.rolname, d.datname),
    jsonb_build_object('r', r.rolname, 'd', d.datname, 'is', s.setconfig)), '{}')
    from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
    left join pg_database d on d.oid = s.setdatabase),
'database', (select jsonb_object_agg(datname, jsonb_build_object('owner', datdba,
    'acl', datacl::text, 'open', datallowconn, 'limit', datconnlimit, 'template', datistemplate))
    from pg_database),
'system', (select coalesce(jsonb_object_agg(name, setting), '{}') from pg_file_settings
    where sourcefile like '%postgresql.auto.conf'),
'other', jsonb_build_object(
    'objects in postgres', (select count(*) from pg_class where oid >= 16384)
        + (select count(*) from pg_proc where oid >= 16384)
        + (select count(*) from pg_namespace where oid >= 16384 and nspname !~ '^pg_'),
    'tablespaces', (select jsonb_agg(spcname order by 1) from pg_tablespace),
    'parameters', (select jsonb_agg(parname || paracl::text order by 1) from pg_parameter_acl),
    'slots', (select jsonb_agg(slot_name order by 1) from pg_replication_slots)),
'start', jsonb_build_object('since', pg_postmaster_start_time()))"""
_LISTS = {"search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"}
_FLAGS = {"rolsuper": "superuser", "rolinherit": "inherit", "rolcreaterole": "createrole",
          "rolcreatedb": "createdb", "rolcanlogin": "login", "rolreplication": "replication",
          "rolbypassrls": "bypassrls"}  # fmt: skip


class LeftChangedError(Exception):
    """A test changed what nobody can put back for it."""


@dataclass
class Keeper:
    """Knows how a server stands, and puts it back."""

    cluster: Cluster
    restarts: bool  # whether a test may end it: only one that has a server of its own
    _open: list[Any] = field(default_factory=list)

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def facts(self) -> Facts:
        """How everything stands that belongs to the whole server."""
        if not self._open:
            self._open.append(self.cluster.connect())
        try:
            (found,) = self._open[0].execute(_FACTS).fetchone()
        except psycopg.OperationalError:
            self.close()
            raise
        made: Facts = found
        return made

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Whatever happens inside, the server stands afterwards as before. Nests."""
        before = self._awake()
        try:
            yield
        finally:
            self.put_back(before)

    def put_back(self, before: Facts) -> None:
        """Raises `LeftChangedError` for what is not put back, by name."""
        now = self._awake()
        if self.restarts:
            before = before | {"start": now["start"]}
        if now == before:
            return
        self._databases(before, now)
        self._system(before, now)
        self._roles(before, now)
        self._members(before, self.facts())
        self._settings(before, self.facts())
        left = list(_differences(before, self.facts()))
        if left:
            raise LeftChangedError("; ".join(left))

    def _awake(self) -> Facts:
        """Starts the server again if a test that owns it left it ended."""
        try:
            return self.facts()
        except psycopg.OperationalError:
            pass
        try:
            return self.facts()  # only the connection was gone
        except psycopg.OperationalError:
            if not self.restarts:
                raise LeftChangedError("the server that all tests share is away") from None
        self.cluster.again()
        return self.facts()

    def _do(self, *statements: str) -> None:
        for statement in statements:
            self._open[0].execute(statement)

    def _databases(self, before: Facts, now: Facts) -> None:
        for name in now["database"].keys() - before["database"].keys():
            self._do(f"drop database {_name(name)} with (force)")

    def _system(self, before: Facts, now: Facts) -> None:
        for name in now["system"].keys() - before["system"].keys():
            self._do(f"alter system reset {_name(name)}")
        for name, value in before["system"].items():
            if now["system"].get(name) != value:
                self._do(f"alter system set {_name(name)} = {_text(value)}")
        if now["system"] != before["system"]:
            self._do("select pg_reload_conf()")

    def _roles(self, before: Facts, now: Facts) -> None:
        wanted, there = before["role"], now["role"]
        by_oid = {row["oid"]: name for name, row in wanted.items()}
        for name in sorted(there.keys() - wanted.keys()):
            own = by_oid.get(there[name]["oid"])
            if own:
                self._do(f"alter role {_name(name)} rename to {_name(own)}")
                there = there | {own: there[name] | {"rolname": own}}
                continue
            self._do(f"drop owned by {_name(name)} cascade")
            for key, row in self.facts()["member"].items():
                if key not in before["member"] and name in (row["g"], row["r"]):
                    self._do(_revoke(row))
            self._do(f"drop role if exists {_name(name)}")
        for name, row in wanted.items():
            if name not in there:
                self._do(f"create role {_name(name)}")
            if there.get(name) != row:
                self._do(f"alter role {_name(name)} {_attributes(row)}")

    def _members(self, before: Facts, now: Facts) -> None:
        wanted, there = before["member"], now["member"]
        changed = [key for key in there if _same(there[key]) != _same(wanted.get(key))]
        for key in changed:
            if key in self.facts()["member"]:  # one may have gone with another
                self._do(_revoke(there[key]))
        there = self.facts()["member"]
        # Whoever grants has the right from somebody: the superuser's own first.
        missing = [row for key, row in wanted.items() if key not in there]
        for row in sorted(missing, key=lambda row: (row["g"] != OWNER, not row["admin_option"])):
            self._do(_grant(row))

    def _settings(self, before: Facts, now: Facts) -> None:
        wanted, there = before["setting"], now["setting"]
        for key in wanted.keys() | there.keys():
            if wanted.get(key) == there.get(key):
                continue
            row = wanted.get(key) or there[key]
            whose = f"role {_name(row['r'])}" if row["r"] else "database"
            within = f" in database {_name(row['d'])}" if row["r"] and row["d"] else ""
            whole = f"alter {whose}{within}" if row["r"] else f"alter database {_name(row['d'])}"
            self._do(f"{whole} reset all")
            for setting in wanted.get(key, {"is": []})["is"]:
                name, _, value = setting.partition("=")
                given = value if name in _LISTS else _text(value)
                self._do(f"{whole} set {name} = {given}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _attributes(row: Mapping[str, Any]) -> str:
    flags = " ".join(f"{'' if row[key] else 'no'}{word}" for key, word in _FLAGS.items())
    password = row["rolpassword"]
    return (
        f"{flags} connection limit {row['rolconnlimit']}"
        f" password {_text(password) if password else 'null'}"
        f" valid until {_text(row['rolvaliduntil'])}"
    )


def _revoke(row: Mapping[str, Any]) -> str:
    by = f" granted by {_name(row['g'])}" if "inherit_option" in row else ""
    return f"revoke {_name(row['r'])} from {_name(row['m'])}{by} cascade"


def _grant(row: Mapping[str, Any]) -> str:
    options = "with admin option" if row["admin_option"] else ""
    if "inherit_option" in row:  # from 16 on
        options = (
            f"with admin {row['admin_option']}, inherit {row['inherit_option']},"
            f" set {row['set_option']}"
        )
    return f"grant {_name(row['r'])} to {_name(row['m'])} {options} granted by {_name(row['g'])}"


def _same(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A membership without the numbers of its roles, which a role that was made again changes."""
    if row is None:
        return None
    return {k: v for k, v in row.items() if k not in {"roleid", "member", "grantor"}}


def _differences(before: Facts, now: Facts) -> Iterator[str]:
    for kind in before:
        for key in sorted(before[kind].keys() | now[kind].keys()):
            was, is_ = before[kind].get(key), now[kind].get(key)
            if kind == "member":
                was, is_ = _same(was), _same(is_)
            if kind == "role" and was and is_:
                was, is_ = ({k: v for k, v in row.items() if k != "oid"} for row in (was, is_))
            if was != is_:
                yield f"{kind} {key}: {_hidden(was)} -> {_hidden(is_)}"


def _hidden(value: Any) -> str:
    return re.sub(r"SCRAM-SHA-256\$[^'\"]*", "SCRAM…", repr(value))
