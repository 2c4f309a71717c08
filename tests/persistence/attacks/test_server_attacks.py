"""Every forbidden statement as every person, through the driver and through psql: refused, or
harmless for the reason written beside it; and afterwards nothing in the database has changed."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import logins
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.rights import READING
from sanzhi_desktop.persistence.tables import metadata
from tests.persistence.attacks.conftest import DATABASE, Attacked
from tests.persistence.attacks.statements import (
    ALL,
    DENIED,
    EXPLICIT,
    LIMITS,
    OFFICE,
    STRANGER,
    Attack,
)
from tests.persistence.offices import PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

TABLES = sorted(metadata.tables)


def _dml() -> Iterator[Attack]:
    """Each way of writing each table; one column is enough, for there is no right on any."""
    for table in TABLES:
        yield Attack(f"insert into app.{table} default values")
        yield Attack(f"insert into app.{table} (office_id) values (7)")
        yield Attack(f"update app.{table} set office_id = office_id")
        yield Attack(f"delete from app.{table}")
        yield Attack(f"truncate app.{table}")
        yield Attack(f"truncate app.{table} cascade")
        yield Attack(f"merge into app.{table} t using (select 7 as n) s on t.office_id = s.n"
                     " when matched then delete")  # fmt: skip
        yield Attack(f"copy app.{table} (office_id) from stdin")


def _inner(attacked: Attacked) -> Iterator[Attack]:
    """Each function that is not a door, called directly."""
    rows = attacked.owner().execute(
        "select p.oid::regproc::text, (select string_agg('null::' || t::regtype::text, ', ')"
        " from unnest(p.proargtypes) t) from pg_proc p"
        " where pronamespace = 'app'::regnamespace and prorettype <> 'trigger'::regtype"
        f" and proname not in {READING}"  # a policy asks them, of rows that are there
    )
    for name, arguments in rows:
        yield Attack(f"select {name}({arguments or ''})")


def _filled(attacked: Attacked, sql: str, who: str) -> str:
    _facts(attacked)
    return sql.format(**attacked.names, me=who)


def _facts(attacked: Attacked) -> None:
    if "command" not in attacked.names:
        ask = (
            "select command_id from app.audit"
            " where office_id = 7 and entry::jsonb ->> 'actor' = 'adm' limit 1"
        )
        row = attacked.owner().execute(ask).fetchone()
        attacked.names["command"] = str(row[0]) if row else ""
        attacked.names["victim"] = str(attacked.owner().info.backend_pid)
        raw = attacked.owner().pgconn
        attacked.names["verifier"] = raw.encrypt_password(
            b"stolen password", b"hd", b"scram-sha-256"
        ).decode()


_LISTED = "select md5(string_agg(t::text, '|' order by t::text)) from {} t"
_STATE = (
    _LISTED.format("app.{}"),
    *(
        _LISTED.format(f"(select {columns} from {catalogue})")
        for columns, catalogue in (
            (
                (
                    "rolname, rolsuper, rolcreaterole, rolcanlogin, rolbypassrls, rolconnlimit,"
                    " rolpassword"
                ),
                "pg_authid",
            ),
            ("roleid, member, admin_option", "pg_auth_members"),
            ("oid, proname, prosrc, proowner, proacl, proconfig", "pg_proc"),
            (
                "oid, relname, relowner, relacl, relrowsecurity",
                (
                    "pg_class where relkind in ('r', 'v', 'S', 'm', 'i')"
                    " and relnamespace <> 'pg_toast'::regnamespace"
                ),
            ),
            ("*", "pg_policy"),
            ("oid, tgname, tgenabled", "pg_trigger"),
            ("*", "pg_db_role_setting"),
            ("oid, nspname, nspowner, nspacl", "pg_namespace"),
            ("datname, datacl", "pg_database"),
        )
    ),
    "select count(*) from pg_largeobject_metadata",
    "select count(*) from pg_locks where locktype = 'advisory'",
)


def one(connection: psycopg.Connection[Any], question: str) -> Any:
    """The first value of the first row."""
    row = connection.execute(question).fetchone()
    return row[0] if row else None


def fingerprint(attacked: Attacked) -> dict[str, Any]:
    """Everything that an attack might have changed: rows, roles, functions, rights, settings."""
    tables, *rest = _STATE
    questions = [tables.format(name) for name in TABLES] + rest
    owner = attacked.owner()
    return {q: owner.execute(q).fetchone() for q in questions}


def outcome(connection: psycopg.Connection[Any], sql: str) -> tuple[str, Any]:
    """The state of the refusal, or "" and the first value of the answer."""
    try:
        with connection.cursor() as cursor:
            if sql.startswith("copy") and sql.endswith("stdin"):
                with cursor.copy(sql) as copy:
                    copy.write("7\n")
                return "", None
            cursor.execute(sql)
            while cursor.nextset():
                pass
            row = cursor.fetchone() if cursor.description else None
            return "", row[0] if row else None
    except psycopg.Error as error:
        return error.sqlstate or "closed", None
    finally:
        connection.rollback()
        connection.execute("reset all")
        connection.execute("reset role")


def failures(
    attacked: Attacked, attacks: Iterable[Attack], people: Iterable[str] = ALL
) -> list[str]:
    """What went otherwise than written, for every person who tries."""
    found = []
    for attack in attacks:
        for who in (p for p in attack.by if p in people):
            sql = _filled(attacked, attack.sql, who)
            state, answer = outcome(attacked.as_(who), sql)
            if attack.harmless:
                expected = who if attack.answer == "{me}" else attack.answer
                fine = state == "" and (expected is ... or answer == expected)
            else:
                fine = state in attack.refused or (who == STRANGER and state == "42501")
            if not fine:
                found.append(f"{who}: {sql[:150]} -> {state or answer!r}")
    return found


@pytest.fixture(autouse=True)
def unchanged(attacked: Attacked) -> Iterator[None]:
    """After a whole list of attacks everything stands as before."""
    _facts(attacked)
    for who in ALL:
        attacked.as_(who)
    attacked.may_change = frozenset()
    before = fingerprint(attacked)
    yield
    after = fingerprint(attacked)
    questions = {q for q, v in after.items() if before[q] != v}
    assert questions <= {_STATE[0].format(table) for table in attacked.may_change}


def test_there_are_enough_attacks() -> None:
    statements = {attack.sql for attack in (*EXPLICIT, *_dml())}
    assert len(EXPLICIT) >= 200
    assert len(statements) >= 500
    assert all(attack.why or attack.refused for attack in EXPLICIT)


def test_nobody_writes_a_table(attacked: Attacked) -> None:
    assert failures(attacked, _dml()) == []


def test_nobody_calls_what_is_no_door(attacked: Attacked) -> None:
    inner = list(_inner(attacked))
    assert len(inner) > 40
    assert failures(attacked, inner) == []


def test_the_list_is_refused_or_harmless(attacked: Attacked) -> None:
    wrong = failures(attacked, EXPLICIT)
    assert not wrong, "\n".join(["", *wrong])


# Every door, `now` apart, with values of the right shape.
_DOORS = (
    "select p.proname, (select string_agg(t::regtype::text, ',' order by n)"
    " from unnest(p.proargtypes) with ordinality as a(t, n)), p.proargnames[1:p.pronargs]"
    " from pg_proc p where pronamespace = 'api'::regnamespace and p.proname <> 'now' order by 1"
)
_PLAUSIBLE = {"p_office": None, "p_case": None, "p_cmd": "gen_random_uuid()::text",
              "p_seen": "1", "p_action": "'confirm'", "p_reason": "''", "p_payload": "'{}'",
              "p_person": "'hd'", "p_sha256": f"'{'a' * 64}'", "p_left": "''", "p_n": "1",
              "p_size": "1"}  # fmt: skip


def _answers(
    attacked: Attacked, who: str, office: int, case: str, *, cases_only: bool = False
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, types, names in attacked.owner().execute(_DOORS).fetchall():
        if cases_only and "p_case" not in names:
            continue
        values = []
        for kind, argument in zip(types.split(","), names, strict=True):
            given = _PLAUSIBLE.get(argument, "null")
            if argument == "p_office":
                given = str(office)
            elif argument in ("p_case", "p_left"):
                given = f"'{case}'"
            values.append(f"({given})::{kind}")
        call = f"select * from api.{name}({', '.join(values)})"
        try:
            row = attacked.as_(who).execute(call).fetchone()
            made[name] = _without_time(row)
        except psycopg.Error as error:
            made[name] = (error.sqlstate, error.diag.message_primary, error.diag.message_detail)
        attacked.as_(who).rollback()
    return made


def _without_time(row: Any) -> str:
    return re.sub(r"'at': '[^']*'", "", str(row))


def test_no_answer_tells_a_real_office_or_case_from_an_invented_one(attacked: Attacked) -> None:
    real, invented = attacked.names["foreign"], new_id()
    for who in ("h1", "r2", "adm", "hd", STRANGER):
        first = _answers(attacked, who, 8, real)
        assert first == _answers(attacked, who, 8, invented), who
        assert first == _answers(attacked, who, 4711, invented), who
        if who != STRANGER:
            assert len(first) > 10


@pytest.mark.parametrize(("who", "case"), [("h1", "theirs"), ("r1", "theirs"), ("r2", "mine")])
def test_no_answer_tells_a_colleagues_case_from_an_invented_one(
    attacked: Attacked, who: str, case: str
) -> None:
    real = _answers(attacked, who, 7, attacked.names[case], cases_only=True)
    assert real == _answers(attacked, who, 7, new_id(), cases_only=True)
    assert real["act"][1] == "case.not_found"


@pytest.fixture
def own_log_ins(attacked: Attacked) -> None:
    """From 16 on the program makes the log-ins; before, the server's administrator does."""
    if attacked.owner().info.server_version < 160000:
        pytest.skip("log-ins and their limits are the server administrator's there")


@pytest.mark.usefixtures("own_log_ins")
def test_every_log_in_has_its_limits(attacked: Attacked) -> None:
    assert failures(attacked, LIMITS) == []


@pytest.mark.usefixtures("own_log_ins")
def test_an_administrator_does_not_reach_another_offices_people(attacked: Attacked) -> None:
    """He may register their code and give it roles in his own office; their log-in stays theirs."""
    eight, before = attacked.eight, fingerprint(attacked)
    codes = ("hd", "postgres", "sanzhi_owner", "sz_o7_all", "pg_monitor")
    for code in codes:
        payload = {"person_id": code, "name": code, "unit": "", "active": True}
        eight.office("adm8", OfficeAction.PUT_PERSON, **payload)
        engine: Any = eight.sessions["adm8"].reader
        with pytest.raises(DomainError) as caught:
            logins.set_password(engine.engine, 8, code, "stolen password")
        assert caught.value.code is PersistenceFault.LOGIN_TAKEN, code
        eight.office("adm8", OfficeAction.PUT_PERSON, **payload | {"active": False})
    roles = next(q for q in before if "pg_authid" in q)
    members = next(q for q in before if "pg_auth_members" in q)
    after = fingerprint(attacked)
    assert (after[roles], after[members]) == (before[roles], before[members])
    attacked.cluster.connect(DATABASE, "hd", PASSWORD).close()
    attacked.may_change = frozenset({"person", "audit", "audit_head"})


@pytest.mark.usefixtures("own_log_ins")
def test_connections_of_one_person_end_somewhere(attacked: Attacked) -> None:
    held: list[Any] = []  # beside the one that everybody has here
    try:
        held.extend(attacked.cluster.connect(DATABASE, "ah", PASSWORD) for _ in range(15))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            attacked.cluster.connect(DATABASE, "ah", PASSWORD)
    finally:
        for one in held:
            one.close()


def test_a_held_case_stops_nobody_else(attacked: Attacked) -> None:
    """h1 leaves a transaction open on his case: others are told soon, other cases go on."""
    holder = attacked.cluster.connect(DATABASE, "hd", PASSWORD)
    holder.autocommit = False
    try:
        mine, other = attacked.names["mine"], attacked.names["theirs"]
        ask = "select api.act(7, %s, %s, %s, 'remind', '', %s)"
        payload = '{"person_id": "r1", "text": "请尽快办理"}'
        version = attacked.desk.version(mine)
        holder.execute(ask, (new_id(), mine, version, payload))
        blocked = attacked.as_("ld")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            blocked.execute(ask, (new_id(), mine, version, payload))
        blocked.rollback()
        blocked.autocommit = False
        blocked.execute(ask, (new_id(), other, attacked.desk.version(other), payload))
        blocked.rollback()
    finally:
        attacked.as_("ld").autocommit = True
        holder.rollback()
        holder.close()


@pytest.mark.usefixtures("own_log_ins")
def test_sorting_cannot_fill_the_disk(attacked: Attacked) -> None:
    """The limit is the server's; here it is made small, because half a gigabyte takes its time."""
    attacked.owner().execute("alter role sc set temp_file_limit = '1MB'")
    try:
        with attacked.cluster.connect(DATABASE, "sc", PASSWORD) as sc:
            sc.execute("set work_mem = '64kB'")
            with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
                sc.execute("select count(*) from (select g, repeat('x', 100) as t"
                           " from generate_series(1, 60000) g order by 2, 1) s")  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                sc.execute("set temp_file_limit = -1")
    finally:
        attacked.owner().execute("alter role sc set temp_file_limit = '512MB'")


# Refused inside a transaction whoever asks; so each of these is tried outside of one.
_ALONE = re.compile(
    r"(create|drop|alter) (database|tablespace|system|subscription)|vacuum|reindex|cluster\b"
)


def _script(statements: Iterable[str]) -> Iterator[str]:
    """What psql reads: each statement in a transaction of its own, behind its number."""
    yield "\\set VERBOSITY sqlstate\n"
    for n, sql in enumerate(statements):
        data = "7\n\\.\n" if sql.endswith(" from stdin") else ""
        said = f"{sql};\n{data}"
        yield f"\\echo @{n}\n" + (said if _ALONE.match(sql) else f"begin;\n{said}rollback;\n")


def _through_psql(attacked: Attacked, who: str, statements: list[str]) -> list[str]:
    """The states that psql reports, one per statement; "" where it was carried out."""
    psql = next(attacked.cluster.bin.glob("psql*"), None) or shutil.which("psql")
    if psql is None:
        pytest.skip("no psql")
    password = "outsider password" if who == STRANGER else PASSWORD
    done = subprocess.run(
        [Path(psql), "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(attacked.cluster.port),
         "-U", who, "-d", DATABASE, "-f", "-"],
        input="".join(_script(statements)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={"PGPASSWORD": password, "PATH": "/usr/bin:/bin"}, check=False,
    )  # fmt: skip
    parts = re.split(r"^@\d+$", done.stdout, flags=re.MULTILINE)[1:]
    states = [re.search(r"ERROR:\s+(\w{5})", part) for part in parts]
    return [state[1] if state else "" for state in states]


@pytest.mark.parametrize("who", ALL)
def test_the_same_through_psql(attacked: Attacked, who: str) -> None:
    """Every statement that is refused to him, in one psql that reads them all."""
    forbidden = [
        attack
        for attack in (*EXPLICIT, *_dml(), *_inner(attacked), *LIMITS)
        if who in attack.by and not attack.harmless
    ]
    states = _through_psql(attacked, who, [_filled(attacked, a.sql, who) for a in forbidden])
    assert len(states) == len(forbidden) > 500
    wrong = [
        (attack.sql, state)
        for attack, state in zip(forbidden, states, strict=True)
        if state not in attack.refused and not (who == STRANGER and state in DENIED)
    ]
    assert wrong == []


def test_own_rows_are_there(attacked: Attacked) -> None:
    """The refusals above are not those of a database that shows nobody anything."""
    seen = {who: one(attacked.as_(who), "select count(*) from app.case_") for who in OFFICE}
    assert seen == {"h1": 3, "uh": 3, "r1": 3, "h9": 1, "r2": 1} | dict.fromkeys(
        ("ck", "ld", "hd", "rh", "sc", "ah", "au", "adm"), 4
    )


def test_rows_of_a_case_carry_the_cases_readers(attacked: Attacked) -> None:
    from sanzhi_desktop.persistence.rights import of_case

    owner = attacked.owner()
    for table in set(of_case()) - {"case_"}:
        wrong = owner.execute(
            f"select t.case_id, t.readers, k.readers from app.{table} t join app.case_ k"
            " on k.office_id = t.office_id and k.case_id = t.case_id where t.readers <> k.readers"
        ).fetchall()
        assert wrong == [], table
    mine = attacked.names["mine"]
    readers = one(owner, f"select readers from app.case_ where case_id = '{mine}'")
    tag = hashlib.sha256("执法一科".encode()).hexdigest()[:12]
    assert readers == f",#{tag},h1,h2,r1,"
