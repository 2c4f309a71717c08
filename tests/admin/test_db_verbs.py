"""`sanzhi db`, `sanzhi user`, `sanzhi audit` on the embedded database, through the real frame."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.persistence.open import open_embedded
from sanzhi_desktop.persistence.revision import REVISION

Cap = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("founded") / "office.db"
    made = ["db", "init", "--db", str(path), "--office", "12", "--name", "示例局"]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANZHI_NEW_PASSWORD", "first password")
        assert main([*made, "--profile", "tianxin", "--series", "示环法审"]) == 0
    return path


@pytest.fixture
def db(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "first password")
    return Path(shutil.copyfile(founded, tmp_path / "office.db"))


def told(capsys: Cap, *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    shown = capsys.readouterr()
    return shown.out if code < 2 else shown.err


def test_init_makes_the_office_and_its_administrator(db: Path) -> None:
    opened = open_embedded(db)
    assert opened.accounts is not None
    assert opened.accounts.log_in("admin", "first password").office_id == 12
    office = opened.reader().office()
    assert (office.code, office.name, office.series) == ("12", "示例局", "示环法审")
    assert office.profile_id == "tianxin"
    assert opened.reader().profile_applied("tianxin", office.profile_edition)
    opened.close()


def test_init_never_writes_over_a_database(db: Path, capsys: Cap) -> None:
    before = db.read_bytes()
    assert "已经存在" in told(capsys, "db", "init", "--db", str(db), code=2)
    assert db.read_bytes() == before


def test_init_leaves_nothing_behind_when_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    path = tmp_path / "new.db"
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "short")
    assert "至少需要" in told(capsys, "db", "init", "--db", str(path), code=2)
    monkeypatch.delenv("SANZHI_NEW_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert "SANZHI_NEW_PASSWORD" in told(capsys, "db", "init", "--db", str(path), code=2)
    told(capsys, "db", "init", "--db", str(path), "--profile", "atlantis", code=2)
    assert not path.exists()


def test_check_and_upgrade_of_a_sound_database(db: Path, capsys: Cap) -> None:
    assert "历史记录链完整" in told(capsys, "db", "check", "--db", f"sqlite:///{db}")
    assert "已是最新" in told(capsys, "db", "upgrade", "--db", str(db))


def test_check_as_json(db: Path, capsys: Cap) -> None:
    found = json.loads(told(capsys, "db", "check", "--db", str(db), "--json"))
    assert found["valid"] is True
    assert found["revision"] == REVISION
    assert found["chains"] == {"complete": True, "faults": []}
    with closing(sqlite3.connect(db)) as file:
        (kept,) = file.execute("select entry from audit where case_id = '' and seq = 1")
        code = file.execute("select code from office").fetchone()[0]
        triggers = [
            row[0]
            for row in file.execute(
                "select sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'"
            )
        ]
        names = [
            row[0]
            for row in file.execute(
                "select name from sqlite_master where type = 'trigger' and tbl_name = 'audit'"
            )
        ]
        for name in names:
            file.execute(f"drop trigger {name}")
        file.execute(
            "update audit set entry = ? where case_id = '' and seq = 1",
            (kept[0].replace("admin", "nobody"),),
        )
        for sql in triggers:
            file.execute(sql)
        file.commit()
    assert found["office"]["code"] == code
    broken = json.loads(told(capsys, "db", "check", "--db", str(db), "--json", code=1))
    assert broken["valid"] is False
    assert ("", 1) in {(f["case"], f["seq"]) for f in broken["chains"]["faults"]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("drop trigger wall_decision_insert_gate", "wall_decision_insert_gate”缺少"),
        ("drop index ix_case__due", "缺少"),
        ("create trigger extra after insert on case_ begin select 1; end", "extra”多出"),
        ("update schema_revision set version_num = '0999'", "0999"),
        ("update schema_revision set version_num = '0000'", "sanzhi db upgrade"),
        ("delete from schema_revision", "sanzhi db init"),
    ],
)
def test_a_database_that_is_not_ours_is_refused(
    db: Path, capsys: Cap, change: str, says: str
) -> None:
    with closing(sqlite3.connect(db)) as file:
        file.execute(change)
        file.commit()
    assert says in told(capsys, "db", "check", "--db", str(db), code=2)


def test_a_file_that_is_no_database_and_one_that_is_missing(tmp_path: Path, capsys: Cap) -> None:
    (tmp_path / "x.db").write_text("这不是数据库" * 200, "utf-8")
    assert "不是本程序的数据库" in told(
        capsys, "db", "check", "--db", str(tmp_path / "x.db"), code=2
    )
    assert "找不到" in told(capsys, "db", "check", "--db", str(tmp_path / "y.db"), code=2)


def test_a_password_in_a_url_is_refused_and_not_repeated(capsys: Cap) -> None:
    url = "postgresql+psycopg://adm:hunter2secret@db.example/office"
    said = told(capsys, "db", "check", "--db", url, code=2)
    assert "密码" in said
    assert "hunter2secret" not in said


def test_a_url_that_names_nobody_says_so(capsys: Cap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name libpq takes that of whoever runs the PC, and the server blames a password."""
    monkeypatch.setenv("PGPASSWORD", "whatever it is")
    for variable in ("PGUSER", "PGSERVICE"):
        monkeypatch.delenv(variable, raising=False)
    for verb in (["db", "check"], ["db", "init", "--office", "5"], ["audit", "verify"]):
        said = told(capsys, *verb, "--db", "postgresql+psycopg://127.0.0.1:9/office", code=2)
        assert "没有写用哪个人员代码登录" in said
        assert "127.0.0.1:9/office" in said
    monkeypatch.setenv("PGUSER", "somebody")
    said = told(capsys, "db", "check", "--db", "postgresql+psycopg://127.0.0.1:9/office", code=2)
    assert "人员代码登录" not in said


def test_people_are_added_changed_and_disabled(db: Path, capsys: Cap) -> None:
    told(
        capsys, "user", "add", "zhang1", "--name", "张某", "--role", "reviewer,head", "--office",
        "12", "--unit", "法制科", "--qualification", "A1", "--first-review", "2020-01-02",
        "--db", str(db),
    )  # fmt: skip
    told(
        capsys, "user", "role", "zhang1", "--role", "lead", "--from", "2000-01-01", "--to",
        "2000-12-31", "--basis", "示发〔2000〕1号", "--db", str(db),
    )  # fmt: skip
    listed = json.loads(told(capsys, "user", "list", "--json", "--db", str(db)))["people"]
    zhang = next(p for p in listed if p["code"] == "zhang1")
    assert zhang["roles"] == ["reviewer", "head"], "an acting role of the past is not held today"
    assert zhang["grants"][-1] == {
        "role": "lead", "valid_from": "2000-01-01", "valid_to": "2000-12-31",
        "basis": "示发〔2000〕1号",
    }  # fmt: skip
    opened = open_embedded(db)
    assert opened.accounts is not None
    assert opened.accounts.log_in("zhang1", "first password").name == "张某"
    assert opened.reader().people()["zhang1"].legal_qualification == "A1"
    told(capsys, "user", "disable", "zhang1", "--db", str(db))
    assert "不正确" in _log_in_refusal(opened)
    again = ["user", "add", "zhang1", "--name", "别人", "--role", "clerk", "--db", str(db)]
    assert "zhang1" in told(capsys, *again, code=2), "a code is never used again"
    history = opened.reader().history("")
    assert {h.detail.get("via") for h in history[1:]} == {"command_line"}
    assert not any("argon2" in json.dumps(h.detail) for h in history)
    opened.close()


def _log_in_refusal(opened: object) -> str:
    from sanzhi_desktop.domain.errors import DomainError
    from sanzhi_desktop.persistence.open import Opened
    from sanzhi_desktop.resources.sentences import explain

    assert isinstance(opened, Opened)
    assert opened.accounts is not None
    with pytest.raises(DomainError) as caught:
        opened.accounts.log_in("zhang1", "first password")
    return explain(caught.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "r2", "--name", "某", "--role", "king"], "king"),
        (["add", "R2", "--name", "某", "--role", "head"], "R2"),
        (["add", "admin", "--name", "某", "--role", "head"], "admin"),
        (["add", "r2", "--name", "某", "--role", "head", "--office", "99"], "99"),
        (["role", "nobody", "--role", "head"], "nobody"),
        (["disable", "nobody"], "nobody"),
        (["disable", "admin"], "管理员"),
        (["role", "admin", "--role", "clerk"], "管理员"),
    ],
)
def test_what_cannot_be_is_said(db: Path, capsys: Cap, arguments: list[str], says: str) -> None:
    assert says in told(capsys, "user", *arguments, "--db", str(db), code=2)
    people = json.loads(told(capsys, "user", "list", "--json", "--db", str(db)))["people"]
    assert [(p["code"], p["active"], p["roles"]) for p in people] == [("admin", True, ["admin"])]


def test_a_password_is_reset(db: Path, capsys: Cap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "second password")
    told(capsys, "user", "password", "admin", "--db", str(db))
    opened = open_embedded(db)
    assert opened.accounts is not None
    assert opened.accounts.log_in("ADMIN ", "second password").person_id == "admin"
    opened.close()


def test_audit_verify_and_root(db: Path, capsys: Cap) -> None:
    root = told(capsys, "audit", "root", "--db", str(db)).strip()
    told(capsys, "user", "add", "r1", "--name", "某", "--role", "head", "--db", str(db))
    sound = json.loads(told(capsys, "audit", "verify", "--root", root, "--json", "--db", str(db)))
    assert (sound["valid"], sound["root_holds"], sound["chains"], sound["faults"]) == (
        True, True, 1, [],
    )  # fmt: skip
    assert sound["root"] != root
    lost = told(capsys, "audit", "verify", "--root", "0" * 64, "--json", "--db", str(db), code=1)
    assert json.loads(lost)["root_holds"] is False
    assert "64" in told(capsys, "audit", "verify", "--root", "xyz", "--db", str(db), code=2)
    with closing(sqlite3.connect(db)) as file:
        kept = file.execute(
            "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'"
        ).fetchall()
        for name, _ in kept:
            file.execute(f"drop trigger {name}")
        file.execute("update audit set entry = replace(entry, '示例局', '别的局') where seq = 1")
        for _, sql in kept:  # put back, as somebody would who does not want to be noticed
            file.execute(sql)
        file.commit()
    broken = json.loads(told(capsys, "audit", "verify", "--json", "--db", str(db), code=1))
    assert [(f["case_id"], f["seq"], f["what"]) for f in broken["faults"]] == [
        ("", 1, "edited"), ("", 0, "row_changed"),
    ]  # fmt: skip


def test_verbs_without_db_use_the_users_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Cap
) -> None:
    monkeypatch.setenv("SANZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "first password")
    assert main(["db", "init"]) == 0
    capsys.readouterr()
    assert (tmp_path / "home" / "sanzhi.db").is_file()
    assert "示例单位" in told(capsys, "db", "check")
