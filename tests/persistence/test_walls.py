"""The second wall: what the tables refuse to a plain `sqlite3` or `psql` in the owner's hands.

Foreign keys are off in the plain SQLite connection, none of our functions are registered, and the
server's statements run as the owner of every table. Each refusal must be the wall's own sentence.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State
from sanzhi_desktop.persistence import dispute_walls, walls
from tests.persistence import disputes
from tests.persistence.cluster import OWNER, OWNER_PASSWORD, Cluster
from tests.persistence.desk import Desk, problem

_DECISION = (
    "insert into decision (office_id, case_id, clearance_id, open, kind, party_name, party_number,"
    " amount_fen, number, decided_on, content, registered_by, registered_at) values"
    " (7, '{case}', {clearance}, 1, 'penalty', '示例甲有限公司', '91110000MA01TEST0X', {amount},"
    " '示罚1', '2026-09-28', '', 'h1', '2026-09-28T00:00:00.000000Z')"
)
_OWN = "coalesce((select clearance_id from clearance where case_id = '{case}'), 'none')"
_CLEARANCE = (
    "insert into clearance (office_id, clearance_id, case_id, round, origin, open, outcome, issued,"
    " kind, party_name, party_number, amount_fen, opened_at) values (7, 'forged', '{case}', 1,"
    " 'opinion', 1, 'AGREE', 1, 'penalty', '示例甲有限公司', '91110000MA01TEST0X', 120000000,"
    " '2026-09-28T00:00:00.000000Z')"
)
_CASE = "update case_ set version = version + 1, {set} where case_id = '{case}'"
_ROUND = "update round set {set} where case_id = '{case}' and round = 1"


def decide(clearance: str = _OWN, amount: str = "120000000") -> str:
    return _DECISION.replace("{clearance}", clearance).replace("{amount}", amount)


def case(change: str) -> str:
    return _CASE.replace("{set}", change)


def in_round(change: str) -> str:
    return _ROUND.replace("{set}", change)


_BORN_PASSED = (
    "insert into case_ (office_id, case_id, version, state, submission, kind, registered_at,"
    " updated_at) values (7, 'forged', 1, 'passed', '', 'penalty',"
    " '2026-09-28T00:00:00.000000Z', '2026-09-28T00:00:00.000000Z')"
)
_LATER_START = (
    "update clock_event set at = '2099-01-01T00:00:00.000000Z'"
    " where case_id = '{case}' and event = 'start_receipt'"
)
_INVENTED_NUMBER = (
    "insert into number (office_id, series, year, no, label, case_id, round, status,"
    " reserved_at) values (7, '示法审', 2026, 99, 'x', '{case}', 1, 'reserved',"
    " '2026-09-28T00:00:00.000000Z')"
)

# state of the case, statement, what the refusal says
FORBIDDEN: tuple[tuple[str, str, str], ...] = (
    # the gate
    ("submitted", decide(), walls.GATE),
    ("failed", decide(), walls.GATE),
    ("closed", decide(), walls.GATE),
    ("passed", decide(amount="120000001"), walls.GATE_DIFFERS),
    ("passed", decide(clearance="'forged'"), walls.GATE_DIFFERS),
    ("submitted", case("state = 'decided'"), walls.GATE),
    ("passed", case("state = 'decided'"), walls.GATE),
    ("signing", case("state = 'passed'"), walls.GATE),
    ("failed_signing", case("state = 'passed'"), walls.GATE),
    ("submitted", _CLEARANCE, walls.CLEARANCE),
    ("failed", _CLEARANCE, walls.CLEARANCE),
    ("signing", _CLEARANCE, walls.CLEARANCE),
    ("closed", "update clearance set open = 1 where case_id = '{case}'", walls.CLEARANCE),
    ("passed", "update clearance set amount_fen = 1 where case_id = '{case}'", walls.CLEARANCE),
    ("closed", "delete from clearance where case_id = '{case}'", walls.HISTORY),
    # steps
    ("submitted", case("state = 'reviewing'"), walls.STEP),
    ("submitted", case("state = 'passed'"), walls.GATE),
    ("reviewing", case("state = 'passed'"), walls.GATE),
    ("decided", case("state = 'passed'"), walls.STEP),
    ("decided", case("state = 'draft'"), walls.STEP),
    ("submitted", case("registered_by = 'x'"), walls.STEP),
    ("submitted", "update case_ set state = 'accepted' where case_id = '{case}'", walls.VERSION),
    ("submitted", "update case_ set version = 1 where case_id = '{case}'", walls.VERSION),
    ("submitted", "delete from case_ where case_id = '{case}'", walls.HISTORY),
    (
        "submitted",
        _BORN_PASSED,
        walls.STEP,
    ),
    # separation of duties
    ("reviewing", case("reviewer = 'h1'"), walls.DUTY),
    ("reviewing", in_round("reviewer = 'h2'"), walls.DUTY),
    ("signing", in_round("signer = 'h1'"), walls.DUTY),
    ("signing", in_round("signer = reviewer, same_person_reason = ' '"), walls.DUTY),
    (
        "signing",
        in_round("signer = reviewer, same_person_reason = '仅一人', override_reason = '另有依据'"),
        walls.DUTY,
    ),
    # issued opinions
    ("reviewing", in_round("issued = 1"), walls.ISSUED),
    ("signing", in_round("issued = 1, outcome = 'PROBLEM'"), walls.ISSUED),
    ("failed", in_round("outcome = 'AGREE'"), walls.ISSUED),
    ("failed", in_round("opinion = '{}'"), walls.ISSUED),
    ("failed", in_round("issued = 0"), walls.ISSUED),
    ("passed", in_round("signer = 'r2'"), walls.ISSUED),
    ("passed", "delete from round where case_id = '{case}'", walls.HISTORY),
    ("failed", "update answer set answer = 'CONFORMS' where case_id = '{case}'", walls.ISSUED),
    ("failed", "delete from answer where case_id = '{case}'", walls.ISSUED),
    ("failed", "update problem set finding = '' where case_id = '{case}'", walls.ISSUED),
    ("failed", "delete from problem where case_id = '{case}'", walls.ISSUED),
    # history
    ("decided", "update audit set entry = '{}' where case_id = '{case}'", walls.HISTORY),
    ("decided", "delete from audit where case_id = '{case}'", walls.HISTORY),
    ("decided", "update audit_head set hash = '0' where case_id = '{case}'", walls.HISTORY),
    ("decided", "delete from audit_head where case_id = '{case}'", walls.HISTORY),
    ("decided", "update document set size = 0 where case_id = '{case}'", walls.HISTORY),
    ("decided", "delete from document where case_id = '{case}'", walls.HISTORY),
    ("decided", "update decision set amount_fen = 1 where case_id = '{case}'", walls.HISTORY),
    ("decided", "delete from decision where case_id = '{case}'", walls.HISTORY),
    ("decided", "update audit set command_id = 'x' where case_id = '{case}'", walls.HISTORY),
    ("decided", "update clock_event set event = 'stop' where case_id = '{case}'", walls.CLOCK),
    (
        "decided",
        _LATER_START,
        walls.CLOCK,
    ),
    ("decided", "delete from clock_event where case_id = '{case}'", walls.HISTORY),
    ("decided", "update person set person_id = 'h9' where person_id = 'h1'", walls.HISTORY),
    ("decided", "delete from person where person_id = 'au'", walls.HISTORY),
    # numbers
    ("void", "update number set status = 'reserved' where case_id = '{case}'", walls.NUMBER),
    ("void", "update number set status = 'issued' where case_id = '{case}'", walls.NUMBER),
    ("void", "update number set void_reason = 'x' where case_id = '{case}'", walls.NUMBER),
    ("void", "delete from number where case_id = '{case}'", walls.HISTORY),
    ("passed", "update number set status = 'void' where case_id = '{case}'", walls.NUMBER),
    ("passed", "update counter set last_no = last_no - 1", walls.NUMBER),
    ("passed", "update counter set last_no = last_no + 2", walls.NUMBER),
    ("passed", "delete from counter", walls.HISTORY),
    (
        "signing",
        _INVENTED_NUMBER,
        walls.NUMBER,
    ),
)


def _cases(desk: Desk) -> dict[str, str]:
    """A case in each place that the statements aim at."""
    made = {
        "submitted": desk.confirmed(),
        "reviewing": desk.reviewing(),
        "signing": desk.signing(),
        "failed_signing": desk.signing(outcome="PROBLEM", problems=[problem(1)]),
        "passed": desk.passed(),
        "decided": desk.decided(),
        "closed": desk.passed(),
        "void": desk.signing(),
        "failed": desk.reviewing(),
    }
    desk.send("h1", made["closed"], Action.NEW_ROUND, reason="材料变化", round_reason="again")
    desk.reserve(made["void"])
    desk.send("uh", made["void"], Action.WITHDRAW, reason="撤回")
    answers = [{"item_id": "A01", "answer": "FAILS", "note": "不符", "evidence": "卷一"}]
    desk.send("r1", made["failed"], Action.ANSWER, answers=answers)
    desk.certify(made["failed"], outcome="NOT_PASS", problems=[problem(1)])
    desk.reserve(made["failed"])
    desk.issue(made["failed"], action=Action.ISSUE_RETURN)
    return made


def _try_all(cases: dict[str, str], run: Callable[[str], str]) -> None:
    wrong = []
    for state, statement, expected in FORBIDDEN:
        said = run(statement.replace("{case}", cases[state]))
        if expected not in said:
            wrong.append((state, statement, said))
    assert not wrong


def _plain(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    assert db.execute("pragma foreign_keys").fetchone() == (0,), "off, as in other tools"
    return db


def _with(statement: str, other: str) -> str:
    verb, _, rest = statement.partition(" ")
    return statement if verb == "delete" else f"{verb} {other} {rest}"


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 program on this machine")
def test_the_sqlite3_program_is_refused_by_the_gate(
    embedded_desk: Desk, embedded_path: Path
) -> None:
    case_id = embedded_desk.confirmed()
    answer = subprocess.run(
        ["sqlite3", embedded_path, decide().replace("{case}", case_id)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert answer.returncode != 0
    assert "行政处罚法第五十八条" in answer.stderr


def test_plain_sqlite_is_refused(embedded_desk: Desk, embedded_path: Path) -> None:
    cases = _cases(embedded_desk)
    with closing(_plain(embedded_path)) as db:

        def run(statement: str) -> str:
            try:
                changed = db.execute(statement).rowcount
            except sqlite3.IntegrityError as error:
                return str(error)
            return f"allowed, {changed} rows"

        _try_all(cases, run)
        # Nor do SQLite's own ways of looking away help.
        for other in ("or ignore", "or replace", "or fail", "or rollback"):

            def disguised(statement: str, other: str = other) -> str:
                return run(_with(statement, other))

            _try_all(cases, disguised)
        before = db.execute("select case_id, seq, hash from audit order by 1, 2").fetchall()
    assert embedded_desk.sessions["au"].reader.verify_chains() == ()
    assert len(before) > 60


# With the key store that they need: in `test_tags`.
TAGS = {"history_tag", "history_seal"}


@pytest.mark.parametrize("table", sorted(walls.KEYS.keys() - TAGS))
def test_replacing_a_row_is_refused(embedded_desk: Desk, embedded_path: Path, table: str) -> None:
    """INSERT OR REPLACE deletes the old row without asking a delete trigger."""
    _fill(embedded_desk, table)
    with closing(_plain(embedded_path)) as db:
        cursor = db.execute(f"select * from {table} limit 1")
        row = cursor.fetchone()
        assert row is not None
        marks = ", ".join("?" * len(row))
        with pytest.raises(sqlite3.IntegrityError, match="SZ-"):
            db.execute(f"insert or replace into {table} values ({marks})", row)


def _fill(desk: Desk, table: str) -> None:
    from sanzhi_desktop.application.commands import OfficeAction

    if table in dispute_walls.KEYS:
        disputes.everything(desk)
        return
    if table in {"irregularity", "profile_edition", "certificate", "checkpoint", "checkpoint_leaf",
                 "calendar"}:  # fmt: skip
        desk.office("ck", OfficeAction.RECORD_IRREGULARITY, irregularity_id="i", content="x")
        desk.office("adm", OfficeAction.PUBLISH_PROFILE, profile_id="p", edition="1", applied={})
        desk.office(
            "adm", OfficeAction.PUT_CERTIFICATE, fingerprint="f", person_id="r1", source="p12",
            pem="P", not_before="2026-01-01T00:00:00Z", not_after="2027-01-01T00:00:00Z",
        )  # fmt: skip
        notice = {"year": 2027, "edition": "2027.1", "number": "n", "arrangement": "{}"}
        desk.office("adm", OfficeAction.PUBLISH_CALENDAR, **notice)
        desk.gateway("adm").checkpoint(desk.office_id)
    elif table.startswith("transfer"):
        from tests.persistence.test_transfer import TO_DELIVERED, Moving

        Moving(desk).through(*TO_DELIVERED)
    elif table == "problem":
        desk.responding()
    elif table in {"opening", "reminder", "second_opinion"}:
        asked: dict[str, Any] = {"person_id": "r2", "until": ""}
        case_id = desk.signing()
        desk.send("hd", case_id, Action.OPEN)
        desk.send("hd", case_id, Action.REMIND, text="请抓紧", **asked)
        desk.send("hd", case_id, Action.ASK_OPINION, question="？", **asked)
    else:
        desk.decided()


@pytest.mark.postgres
def test_the_owner_of_the_server_is_refused(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    import psycopg

    cases = _cases(server_desk)
    with cluster.connect(server_database) as owner:
        owner.execute("set search_path = app")

        def run(statement: str) -> str:
            try:
                return f"allowed, {owner.execute(statement).rowcount} rows"
            except psycopg.Error as error:
                return f"{error.sqlstate} {error}"

        _try_all(cases, run)
        for table in ("audit", "decision", "case_", "round", "number", "document"):
            assert walls.HISTORY in run(f"truncate {table} cascade")
        # The gate's foreign key stands by itself, with what fills its list and nothing else.
        owner.execute("alter table decision disable trigger user")
        owner.execute("alter table decision enable trigger wall_decision_insert_cleared")
        assert "fk_decision_clearance" in run(decide().replace("{case}", cases["submitted"]))


@pytest.mark.postgres
def test_psql_is_refused_by_the_gate(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    case_id = server_desk.confirmed()
    psql = next(cluster.bin.glob("psql*"), Path("psql"))
    answer = subprocess.run(
        [psql, "-h", "127.0.0.1", "-p", str(cluster.port), "-U", OWNER, "-d", server_database,
         "-X", "-c", "set search_path = app; " + decide().replace("{case}", case_id)],
        env={"PGPASSWORD": OWNER_PASSWORD, "PGCLIENTENCODING": "UTF8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert answer.returncode != 0
    assert "行政处罚法第五十八条" in answer.stderr


@pytest.mark.postgres
def test_an_officer_may_write_no_table(
    server_desk: Desk, cluster: Cluster, server_database: str
) -> None:
    import psycopg

    from sanzhi_desktop.persistence.tables import metadata
    from tests.persistence.offices import PASSWORD

    case_id = server_desk.confirmed()
    with cluster.connect(server_database, "hd", PASSWORD) as officer:
        for table in metadata.sorted_tables:
            first = next(iter(table.columns)).name
            for statement in (
                f"insert into app.{table.name} default values",
                f"update app.{table.name} set {first} = {first}",
                f"delete from app.{table.name}",
                f"truncate app.{table.name}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    officer.execute(statement)
        for call in ("app.refuse('x', '{}')", "app.roles(7, 'hd', current_date)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                officer.execute(f"select {call}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            officer.execute("select argon2 from app.account")
        # Claiming to be somebody else changes nothing: the identity is the log-in.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            officer.execute("set session authorization ck")
        with pytest.raises(psycopg.DatabaseError, match=r"workflow\.not_your_role"):
            officer.execute(f"select api.act(7, 'c1', '{case_id}', 2, 'accept', '', '{{}}')")
    # A log-in that is nobody's here sees no row, even where somebody let it in by mistake.
    with cluster.connect(server_database, "outsider", "outsider password") as stranger:
        assert stranger.execute("select * from app.case_").fetchall() == []


@pytest.mark.tampers
def test_changed_materials_shut_the_gate(desk: Desk, request: pytest.FixtureRequest) -> None:
    """Also when they are changed past the program."""
    case_id = desk.passed()
    change = f"update material set name = '换过的材料' where case_id = '{case_id}'"
    _as_owner(request, change)
    case = desk.case(case_id)
    assert case.clearance is not None
    assert not case.clearance.open
    with pytest.raises(DomainError) as caught:
        desk.decide(case_id)
    assert caught.value.code is CaseFault.GATE_SHUT


def _as_owner(request: pytest.FixtureRequest, statement: str) -> None:
    callspec: Any = request.node.callspec
    if callspec.params["desk"] == "sqlite":
        with closing(_plain(request.getfixturevalue("embedded_path"))) as db:
            db.execute(statement)
    else:
        started: Cluster = request.getfixturevalue("cluster")
        with started.connect(request.getfixturevalue("server_database")) as owner:
            owner.execute("set search_path = app")
            owner.execute(statement)


@pytest.mark.tampers
def test_every_pair_of_states_outside_the_table_is_refused(
    embedded_desk: Desk, embedded_path: Path
) -> None:
    """The transition trigger is the workflow table, no more and no less."""
    allowed = {(t.source, t.target) for t in TRANSITIONS}
    case_id = embedded_desk.passed()
    with closing(_plain(embedded_path)) as db:
        triggers = db.execute(
            "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'case_'"
        ).fetchall()
        for name, _ in triggers:
            db.execute(f"drop trigger {name}")
        step = next(sql for name, sql in triggers if name.endswith("_update_step"))
        refused = set()
        for source in State:
            for target in State:
                db.execute("update case_ set state = ? where case_id = ?", (source, case_id))
                db.execute(step)
                try:
                    db.execute("update case_ set state = ? where case_id = ?", (target, case_id))
                except sqlite3.IntegrityError as error:
                    refused.add((source, target, str(error)))
                db.execute("drop trigger wall_case__update_step")
    every = {(a, b) for a in State for b in State}
    # Towards "decided" without a decision the gate's own trigger answers instead.
    bare = {(a, State.DECIDED) for a in State if a is not State.DECIDED}
    assert refused == {(*pair, walls.STEP) for pair in every - allowed - bare}
