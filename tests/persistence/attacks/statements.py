"""What somebody with his own log-in and a database tool may try, as data.

`{mine}` is the case of h1 and r1, `{theirs}` one of h9 and r2 in the same office, `{foreign}` one
of another office, `{passed}` and `{decided}` further cases of h1 and r1, `{me}` the log-in. Every
statement is tried as every person of `by`; it must be refused with one of the states, or answer
exactly what is written, and then the reason why that is harmless stands beside it.
"""

from dataclasses import dataclass

STRANGER = "outsider"  # a log-in of the server that is nobody's here
NARROW = ("h1", "h9", "uh", "r1", "r2")  # people of their own cases
WIDE = ("ck", "ld", "hd", "rh", "sc", "ah", "au", "adm")
OTHER = ("hd8", "adm8")  # people of another office on the same server
OFFICE = (*NARROW, *WIDE)
ALL = (STRANGER, *OFFICE, *OTHER)

DENIED = ("42501",)
OURS = ("SZ001",)  # a code of ours with its sentence
EITHER = ("42501", "SZ001")


@dataclass(frozen=True)
class Attack:
    """One statement, who tries it, and what must come of it."""

    sql: str
    refused: tuple[str, ...] = DENIED
    by: tuple[str, ...] = ALL
    answer: object = None  # of the first column of the first row, when it is not refused
    why: str = ""  # why the answer is harmless

    @property
    def harmless(self) -> bool:
        return bool(self.why)


def shown(sql: str, answer: object, why: str, by: tuple[str, ...] = OFFICE) -> Attack:
    return Attack(sql, (), by, answer, why)


def _act(case: str, action: str, payload: str = "{{}}", seen: str = "") -> str:
    version = seen or f"coalesce((select version from app.case_ where case_id = '{case}'), 1)"
    return (
        f"select api.act(7, gen_random_uuid()::text, '{case}', {version}, '{action}',"
        f" '理由', '{payload}')"
    )


def _office(action: str, payload: str, office: int = 7) -> str:
    return f"select api.act_office({office}, gen_random_uuid()::text, '{action}', '{payload}')"


def _without(*people: str, among: tuple[str, ...] = ALL) -> tuple[str, ...]:
    return tuple(p for p in among if p not in people)


# Steps that are not somebody's, or not open; each goes through the one door there is.
STEPS = (
    Attack(_act("{mine}", "issue_pass"), EITHER),
    Attack(_act("{mine}", "issue_return"), EITHER),
    Attack(_act("{mine}", "register_decision"), EITHER),
    Attack(_act("{mine}", "confirm", '{{"declared": true}}'), EITHER),
    Attack(_act("{mine}", "accept"), EITHER),
    Attack(_act("{mine}", "reserve", '{{"year": 2026, "dated": "2026-09-22"}}'), EITHER),
    Attack(_act("{mine}", "adopt"), EITHER),
    Attack(_act("{mine}", "respond"), EITHER),
    Attack(_act("{mine}", "new_round"), EITHER),
    Attack(_act("{mine}", "edit"), EITHER),
    Attack(_act("{mine}", "register"), EITHER),
    Attack(_act("{mine}", "certify", '{{"outcome": "AGREE"}}'), EITHER),
    Attack(_act("{mine}", "certify"), EITHER),
    Attack(_act("{mine}", "no_such_action"), EITHER),
    Attack(_act("{mine}", "assign", '{{"reviewer": "{me}"}}'), EITHER),
    Attack(_act("{mine}", "reassign", '{{"reviewer": "h1"}}'), EITHER),
    Attack(_act("{mine}", "reassign", '{{"reviewer": "r2"}}'), EITHER, _without("ld")),
    Attack(_act("{mine}", "answer", '{{"answers": []}}'), EITHER, _without("r1")),
    Attack(_act("{mine}", "draft_opinion"), EITHER, _without("r1")),
    Attack(_act("{mine}", "withdraw"), EITHER, _without("uh")),
    Attack(_act("{mine}", "extend"), EITHER, _without("ld", "hd", "rh")),
    Attack(_act("{mine}", "move_due"), EITHER),
    Attack(_act("{mine}", "answer", seen="999"), EITHER),
    Attack(_act("{mine}", "answer", seen="0"), EITHER),
    Attack(_act("{passed}", "issue_pass"), EITHER),
    Attack(_act("{passed}", "certify"), EITHER),
    Attack(_act("{passed}", "edit"), EITHER),
    Attack(_act("{passed}", "withdraw"), EITHER),
    Attack(_act("{passed}", "register_decision", '{{"amount_fen": 1}}'), EITHER),
    Attack(_act("{decided}", "register_decision"), EITHER),
    Attack(_act("{decided}", "new_round"), EITHER),
    Attack(_act("{decided}", "withdraw"), EITHER),
    Attack(_act("{decided}", "issue_pass"), EITHER),
    *(  # beside a transfer that is not there; nobody has one to put right
        Attack(_act(case, "change_transfer_team", payload), EITHER)
        for case in ("{mine}", "{decided}", "{foreign}")
        for payload in (
            "{{}}",
            '{{"at": "2026-09-20T02:00:00Z", "team": [{{"person_id": "{me}"}}], "detail": {{}}}}',
        )
    ),
    *(
        Attack(_act(case, "correct_transfer", payload), EITHER)
        for case in ("{mine}", "{decided}", "{foreign}")
        for payload in (
            "{{}}",
            '{{"no": 1, "seq": 1, "at": "2026-09-20T02:00:00Z", "opened_on": "2026-09-20"}}',
        )
    ),
    Attack(_act("{theirs}", "answer", '{{"answers": []}}', seen="5"), EITHER, _without("r2")),
    Attack(_act("{theirs}", "edit", seen="5"), EITHER),
    Attack(_act("{theirs}", "issue_pass", seen="5"), EITHER),
    Attack(_act("{foreign}", "answer", seen="1"), EITHER),
    Attack(_act("{foreign}", "confirm", seen="1"), EITHER),
    Attack(
        "select api.act(8, gen_random_uuid()::text, '{foreign}', 1, 'confirm', '', '{{}}')", EITHER
    ),
    Attack(
        "select api.act(8, gen_random_uuid()::text, '{mine}', 1, 'confirm', '', '{{}}')", EITHER
    ),
    Attack(
        "select api.act(99, gen_random_uuid()::text, '{mine}', 1, 'confirm', '', '{{}}')", EITHER
    ),
    Attack("select api.act(7, null, '{mine}', 1, 'confirm', '', '{{}}')", EITHER, OTHER),
    Attack("select api.act(null, null, null, null, null, null, null)", EITHER),
    Attack(
        "select api.act(7, '{command}', '{mine}', 1, 'answer', '', '{{}}')", EITHER, _without("adm")
    ),  # a command of somebody else's
)

# The register, keys and rules of the office.
REGISTER = (
    Attack(_office("put_person", '{{"person_id": "x1", "name": "某"}}'), EITHER, _without("adm")),
    Attack(
        _office("set_roles", '{{"person_id": "{me}", "grants": [{{"role": "head"}}]}}'),
        EITHER,
        _without("adm"),
    ),
    Attack(_office("set_roles", '{{"person_id": "adm", "grants": []}}'), EITHER),
    Attack(_office("put_person", '{{"person_id": "adm", "name": "x", "active": false}}'), EITHER),
    Attack(_office("set_password", '{{"person_id": "{me}", "argon2": "x"}}'), EITHER),
    Attack(_office("put_seal", '{{"seal_id": "s", "name": "章"}}'), EITHER, _without("adm")),
    Attack(_office("put_root", '{{"fingerprint": "f", "pem": "p"}}'), EITHER, _without("adm")),
    Attack(
        _office("put_certificate", '{{"person_id": "hd", "fingerprint": "f"}}'),
        EITHER,
        _without("adm", "hd"),
    ),
    Attack(_office("revoke_certificate", '{{"fingerprint": "f"}}'), EITHER),
    Attack(_office("publish_profile", '{{"profile_id": "p"}}'), EITHER, _without("adm")),
    Attack(_office("publish_calendar", '{{"year": 2027}}'), EITHER, _without("adm")),
    Attack(
        _office("void_number", '{{"series": "示法审", "year": 2026, "no": 1, "reason": "x"}}'),
        EITHER,
    ),  # issued numbers are nobody's to void
    Attack(_office("drop_recusal", '{{"recusal_id": "x"}}'), EITHER),
    *(  # no meeting, no vote, nobody on a roll: neither a stranger's hand nor the secretary's own
        Attack(_office("correct_vote", payload, office), EITHER)
        for office in (7, 8)
        for payload in (
            "{{}}",
            (
                '{{"meeting_id": "x", "version": 1, "case_id": "{mine}", "reason": "记错", "votes":'
                ' [{{"number": 1, "person_id": "{me}", "choice": "adopt"}}]}}'
            ),
        )
    ),
    *(
        Attack(_office("correct_roll", payload, office), EITHER)
        for office in (7, 8)
        for payload in (
            "{{}}",
            (
                '{{"meeting_id": "x", "version": 1, "reason": "记错", "recusals": [], "members":'
                ' [{{"person_id": "{me}", "attendance": "present", "reason": ""}}]}}'
            ),
        )
    ),
    Attack(_office("no_such_action", "{{}}"), EITHER),
    Attack(_office("put_person", '{{"person_id": "x1"}}', 8), EITHER, _without("adm8")),
    Attack(_office("put_person", '{{"person_id": "x1"}}', 99), EITHER),
    Attack(
        "select api.login(7, gen_random_uuid()::text, 'hd', '{verifier}')",
        EITHER,
        _without("adm", "hd"),  # his own is his to change
    ),
    Attack("select api.login(7, gen_random_uuid()::text, 'nobody9', '{verifier}')", EITHER),
    Attack("select api.login(8, gen_random_uuid()::text, 'hd', '{verifier}')", EITHER),
    Attack(
        "select api.login(7, gen_random_uuid()::text, 'hd', 'plain password')", (*EITHER, "22023")
    ),
    Attack(
        "select api.login(7, gen_random_uuid()::text, 'hd', 'md5aaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
        (*EITHER, "22023"),
    ),
)

# Reading: row by row, whatever is asked.
_COUNT = "select count(*) from app."
READING = (
    *(Attack(f"select * from app.{t}") for t in ("account", "presence", "blob_chunk")),
    *(Attack(f"select app.at_desk({pid}, now())") for pid in ("1", "pg_backend_pid()")),
    shown(_COUNT + "case_", 0, "a log-in that is nobody's here sees nothing", (STRANGER,)),
    shown(
        _COUNT + "case_ where case_id = '{theirs}'", 0, "rows of others are not there", ("h1", "r1")
    ),
    shown(
        _COUNT + "case_ where case_id = '{mine}'", 0, "rows of others are not there", ("h9", "r2")
    ),
    shown(_COUNT + "case_ where office_id = 8", 0, "rows of other offices are not there"),
    shown(_COUNT + "case_ where office_id = 7", 0, "rows of other offices are not there", OTHER),
    *(
        shown(
            _COUNT + f"{t} where case_id = '{{theirs}}'",
            0,
            "the parts of a case go with it",
            ("h1", "r1"),
        )
        for t in (
            "round",
            "material",
            "answer",
            "problem",
            "clock_event",
            "number",
            "document",
            "audit",
            "audit_head",
            "clearance",
            "decision",
            "vote_correction",
        )
    ),
    *(
        shown(_COUNT + f"{t} where office_id = 7", 0, "nothing of another office is there", OTHER)
        for t in (
            "office",
            "person",
            "person_role",
            "unit",
            "recusal",
            "certificate",
            "seal",
            "root_certificate",
            "profile_edition",
            "calendar",
            "irregularity",
            "audit",
            "counter",
            "checkpoint",
            "vote_correction",
            "roll_correction",
            "recusal_correction",
        )
    ),
    shown(
        _COUNT + "audit where case_id = ''", 0, "the office's own history is not a case's", NARROW
    ),
    shown(
        "select count(*) from app.case_ where case_id = '{theirs}'"
        " and 1 / (amount_fen - amount_fen) = 1",
        0,
        "a condition that would fail is not tried on rows that are not there",
        ("h1", "r1"),
    ),
    shown(
        "select count(*) from app.case_ where case_id = '{theirs}' and submission::xml is null",
        0,
        "a cast that would quote the text is not tried either",
        ("h1", "r1"),
    ),
    shown(
        "select count(*) from app.case_ k right join (select '{theirs}' as id) x"
        " on k.case_id = x.id where k.name is not null",
        0,
        "nor through a join",
        ("h1", "r1"),
    ),
    shown(
        "with c as (select * from app.case_) select count(*) from c where case_id = '{theirs}'",
        0,
        "nor through a common table expression",
        ("h1", "r1"),
    ),
    shown(
        "select count(*) from app.case_ tablesample system (100) where case_id = '{theirs}'",
        0,
        "nor through a sample",
        ("h1", "r1"),
    ),
    Attack("set row_security = off; select count(*) from app.case_"),
    Attack("select * from only pg_catalog.pg_authid"),
    Attack("select * from pg_catalog.pg_shadow"),
    Attack("select * from pg_catalog.pg_statistic"),
    Attack("select * from pg_catalog.pg_hba_file_rules"),
    Attack("select * from pg_catalog.pg_subscription"),
    shown(
        "select count(*) from pg_stats where schemaname = 'app'",
        0,
        "statistics of tables with row security are hidden",
    ),
    shown(
        "select count(*) from pg_stat_activity where usename <> session_user and query not in"
        " ('', '<insufficient privilege>')",
        0,
        "other people's statements are hidden",
    ),
    Attack("select pg_catalog.pg_current_logfile()"),
    Attack("select lo_get(1)"),
)

# Becoming somebody else.
ROLES = (
    *(
        Attack(f"set role {r}")
        for r in (
            "sanzhi_owner",
            "postgres",
            "pg_read_all_data",
            "pg_execute_server_program",
            "pg_write_all_data",
        )
    ),
    Attack("set role sz_o7_lead", by=_without("ld")),
    Attack("set role sz_o7_all", by=(STRANGER, *NARROW, *OTHER)),
    Attack("set role sz_o8", by=(STRANGER, *OFFICE)),
    Attack("set role hd", by=_without("hd")),
    Attack("set session authorization sanzhi_owner"),
    Attack("set session authorization hd", by=_without("hd")),
    Attack("set session authorization postgres"),
    *(
        Attack(f"grant {r} to {{me}}")
        for r in (
            "sanzhi_owner",
            "sanzhi_officer",
            "sz_o7",
            "sz_o7_all",
            "sz_o7_head",
            "sz_o8",
            "sz_o8_all",
            "hd",
            "postgres",
            "pg_read_all_data",
            "pg_read_server_files",
            "pg_execute_server_program",
            "pg_signal_backend",
        )
    ),
    Attack("revoke sz_o7 from hd"),
    Attack("grant sz_o7_lead to sz_o7_handler"),
    Attack("create role intruder"),
    Attack("create role intruder superuser"),
    Attack("create user intruder in role sz_o7_all"),
    Attack("drop role hd"),
    Attack("alter role hd password 'x'", by=_without("hd")),
    Attack("alter role {me} superuser"),
    Attack("alter role {me} createrole"),
    Attack("alter role {me} bypassrls"),
    Attack("alter role {me} replication"),
    Attack("alter role {me} connection limit -1"),
    Attack("alter role {me} valid until 'infinity'"),
    Attack("alter role {me} rename to intruder", ("42501", "0A000")),
    Attack("alter role {me} set temp_file_limit = -1"),
    Attack("alter role {me} set session_replication_role = replica"),
    Attack("alter role sanzhi_owner login"),
    Attack("alter role sanzhi_owner password 'x'"),
    Attack("alter role sz_o7_all login"),
    Attack("comment on role hd is 'sanzhi office 8'", by=_without("hd")),
    Attack("reassign owned by sanzhi_owner to {me}"),
    Attack("drop owned by sanzhi_owner"),
    shown(
        "select session_user::text from (select set_config('role', 'none', false)) x",
        "{me}",
        "who acts is the log-in, which nothing can change",
    ),
    shown(
        "select set_config('app.office', '8', false) is not null and not exists"
        " (select 1 from app.case_ where office_id = 8)",
        True,
        "a setting of the client's own is looked at by nothing",
    ),
    shown(
        "select count(*) from pg_roles where rolname ~ '^sz_o'  having count(*) > 20",
        ...,
        "names of roles are codes and name no person",
        ("h1",),
    ),
)

# Taking the place of what the functions call, or taking away what refuses.
SHADOWS = (
    Attack("create table public.case_ (x int)"),
    Attack("create table app.mine (x int)"),
    Attack("create table api.mine (x int)"),
    Attack("create temp table case_ (x int)"),
    Attack("create temp view person as select 1"),
    Attack("create schema mine"),
    Attack("create schema authorization {me}"),
    Attack("create view public.v as select 1"),
    Attack("create function public.f() returns int language sql as 'select 1'"),
    Attack("create function pg_temp.f() returns int language sql as 'select 1'"),
    Attack("create function api.f() returns int language sql as 'select 1'"),
    Attack("create function app.sees(int, text, text) returns bool language sql as 'select true'"),
    Attack(
        "create or replace function app.sees(int, text, text) returns bool language sql"
        " as 'select true'"
    ),
    Attack(
        "create or replace function api.now() returns timestamptz language sql"
        " as 'select null::timestamptz'"
    ),
    Attack("create operator public.= (leftarg = text, rightarg = text, function = texteq)"),
    Attack("create cast (text as int) with inout"),
    Attack("create type public.t as (x int)"),
    Attack("create domain public.d as int"),
    Attack("create sequence public.s"),
    Attack("create extension pg_trgm"),
    Attack("create extension dblink"),
    Attack("create language plperl", ("42501", "0A000", "58P01")),
    Attack("create event trigger e on ddl_command_start execute function app.wall_truncate()"),
    Attack("create publication p for all tables"),
    Attack("create foreign data wrapper w"),
    Attack("create server s foreign data wrapper postgres_fdw", ("42501", "42704")),
    Attack("create tablespace t location '/tmp'"),
    Attack("create database d"),
    Attack("create collation public.c (locale = 'C')"),
    Attack("create access method m type table handler heap_tableam_handler"),
    Attack("do $$ begin perform 1; end $$"),
    Attack("load 'auto_explain'"),
    Attack("set session_replication_role = replica"),
    Attack("set session_preload_libraries = 'x'"),
    Attack("alter table app.case_ disable trigger all"),
    Attack("alter table app.case_ disable row level security"),
    Attack("alter table app.case_ owner to {me}"),
    Attack("alter table app.case_ add column x int"),
    Attack("alter table app.decision drop constraint fk_decision_clearance"),
    Attack("alter table app.case_ rename to x"),
    Attack("alter table app.case_ set schema public"),
    Attack("alter table app.case_ replica identity full"),
    Attack("alter table app.audit alter column entry set default 'x'"),
    Attack("drop trigger wall_decision_insert_gate on app.decision"),
    Attack("drop policy seen on app.case_"),
    Attack("alter policy seen on app.case_ using (true)"),
    Attack("create policy mine on app.case_ using (true)"),
    Attack("create rule r as on insert to app.audit do instead nothing"),
    Attack("create trigger t before insert on app.audit execute function app.wall_truncate()"),
    Attack("create index on app.case_ (name)"),
    Attack("create statistics s on name, kind from app.case_"),
    Attack("drop table app.audit"),
    Attack("drop schema app cascade"),
    Attack("drop function api.now()"),
    *(
        shown(
            f"drop owned by {r}",
            None,
            "whoever is a member may say so: nothing is granted to a group, so nothing is lost",
            who,
        )
        for r, who in (("sanzhi_officer", OFFICE), ("sz_o7", OFFICE), ("sz_o7_all", WIDE))
    ),
    Attack("drop owned by sz_o8", by=OFFICE),
    Attack("drop owned by sz_o7_all", by=(*NARROW, *OTHER)),
    shown("reassign owned by sanzhi_officer to sanzhi_officer", None, "a group owns nothing"),
    Attack("alter function api.now() owner to {me}"),
    Attack("alter function api.now() security invoker"),
    Attack("alter function api.now() set search_path = public"),
    Attack("alter schema app rename to x"),
    Attack("alter schema api owner to {me}"),
    Attack("alter default privileges for role sanzhi_owner grant all on tables to public"),
    shown(
        "grant all on app.case_ to {me}", None, "only a warning, but there is no right to pass on"
    ),
    Attack("grant execute on function app.refuse(text, jsonb) to {me}"),
    Attack("alter database template_office owner to {me}"),
    Attack("alter database template_office set row_security = off"),
    Attack("drop database template_office"),
    Attack("alter system set log_statement = 'none'"),
    Attack("comment on table app.case_ is 'x'"),
    Attack("security label on table app.case_ is 'x'", ("42501", "22023")),
    Attack("reindex table app.case_"),
    Attack("cluster app.case_ using pk_case_"),
    Attack("refresh materialized view app.case_", ("42501", "0A000", "42809")),
    Attack("set search_path = public; select * from case_", ("42P01",), OFFICE),
    shown(
        "select set_config('search_path', 'pg_temp, public', false) is not null"
        " and api.now() is not null",
        True,
        "every function brings its own search path",
    ),
)

# The server's files and other people's sessions.
SERVER = (
    Attack("copy app.case_ to program 'cat'"),
    Attack("copy app.case_ to '/tmp/x'"),
    Attack("copy app.case_ from '/tmp/x'"),
    Attack("copy (select 1) to program 'id'"),
    Attack("copy app.audit from stdin"),
    Attack("select pg_read_file('/etc/passwd')"),
    Attack("select pg_read_binary_file('PG_VERSION')"),
    Attack("select pg_ls_dir('.')"),
    Attack("select pg_stat_file('.')"),
    Attack("select pg_ls_logdir()"),
    Attack("select lo_import('/etc/passwd')"),
    Attack("select lo_export(1, '/tmp/x')"),
    Attack("select pg_reload_conf()"),
    Attack("select pg_rotate_logfile()"),
    Attack("select pg_switch_wal()"),
    Attack("select pg_create_restore_point('x')"),
    Attack("select pg_promote()"),
    Attack("select pg_stat_reset()"),
    Attack("select pg_terminate_backend({victim})"),
    Attack("select pg_cancel_backend({victim})"),
    Attack("select pg_log_backend_memory_contexts({victim})"),
    Attack("select pg_export_snapshot() from pg_create_physical_replication_slot('x')"),
    Attack("checkpoint"),
)

# Holding what others need.
_LOCK = "begin; lock table app.case_ in {} mode"
HOLDING = (
    *(
        Attack(_LOCK.format(mode))
        for mode in (
            "row share",
            "row exclusive",
            "share update exclusive",
            "share",
            "share row exclusive",
            "exclusive",
            "access exclusive",
        )
    ),
    shown(
        "begin; lock table app.case_ in access share mode",
        None,
        "as much as any reader holds: it"
        " waits for nobody, and nobody but a change of the schema waits for it",
    ),
    Attack("select 1 from app.case_ for update"),
    Attack("select 1 from app.case_ for no key update"),
    Attack("select 1 from app.case_ for share"),
    Attack("select 1 from app.case_ for key share"),
    Attack("select 1 from app.counter for update"),
    Attack("select pg_advisory_lock(1)"),
    Attack("select pg_try_advisory_lock(1)"),
    Attack("select pg_advisory_xact_lock(1)"),
    Attack("select pg_advisory_lock_shared(1, 2)"),
    Attack("select lo_create(0)"),
    Attack("select lo_creat(-1)"),
    Attack("select lo_from_bytea(0, 'x')"),
    Attack("select lo_put(1, 0, 'x')"),
    Attack("select lo_unlink(1)"),
    Attack("select lowrite(1, 'x')"),
    Attack("create temp table t as select generate_series(1, 10)"),
    Attack("create temp sequence s"),
    Attack("declare c cursor with hold for select 1; create temp table t (x int)", ("42501",)),
    Attack("set temp_file_limit = -1"),
    Attack("set deadlock_timeout = '1h'"),
    Attack("set log_min_messages = 'panic'"),
)

# What the program gives every log-in that it makes; before 16 the server's administrator does.
LIMITS = (
    shown(
        "select current_setting('temp_file_limit')",
        "512MB",
        "sorting on disk is limited, and the limit is not the client's to lift",
    ),
    shown(
        "select current_setting('idle_in_transaction_session_timeout')",
        "1min",
        "a client may lift this for itself: then writers on that case are told after two seconds,"
        " and everybody else goes on",
    ),
    shown(
        "select (select rolconnlimit from pg_roles where rolname = session_user)",
        16,
        "sixteen connections of one person are all he gets",
    ),
)

# Forged messages: there is no right on them, so nothing listens.
MESSAGES = (
    shown(
        "select count(pg_notify('sanzhi', 'case {mine} decided'))",
        1,
        "anybody may send anything on any channel: nothing trusts a message, lists ask the"
        " database itself",
    ),
    shown("select count(*) from pg_listening_channels()", 0, "and nothing of ours listens"),
)

EXPLICIT = (
    *STEPS,
    *REGISTER,
    *READING,
    *ROLES,
    *SHADOWS,
    *SERVER,
    *HOLDING,
    *MESSAGES,
)
