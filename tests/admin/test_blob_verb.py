"""`sanzhi blob` on a sample office: what is damaged is named, and the gate is shut on demand."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from sanzhi_desktop import compose
from sanzhi_desktop.admin.main import main
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.persistence.open import open_embedded
from tests.ui.office import furnish

Cap = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    made = furnish(
        tmp_path_factory.mktemp("office") / "sample",
        compose.work(bundled_fonts=True),
        stages=("passed",),
    )
    return made.folder, made.cases["passed"]


@pytest.fixture
def office(furnished: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    folder, case_id = furnished
    copy = tmp_path / "office"
    shutil.copytree(folder, copy)
    return copy / offices.SAMPLE_DATABASE, case_id


def asked(capsys: Cap, *arguments: object, code: int = 0) -> dict[str, object]:
    assert main(["blob", *map(str, arguments), "--json"]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def stored(db: Path) -> list[Path]:
    return sorted(p for p in db.with_name(f"{db.name}.files").glob("??/*") if p.is_file())


def test_an_intact_office_is_sound(office: tuple[Path, str], capsys: Cap) -> None:
    db, _ = office
    told = asked(capsys, "check", "--db", db)
    assert told["sound"] is True
    assert told["checked"] == len(stored(db)) > 3
    assert told["size"] == sum(p.stat().st_size for p in stored(db))
    assert told["faults"] == []
    assert main(["blob", "check", "--db", str(db)]) == 0
    assert "附件完好。" in capsys.readouterr().out


def test_changed_and_missing_files_are_named_with_case_and_material(
    office: tuple[Path, str], capsys: Cap
) -> None:
    db, case_id = office
    changed, missing, *_ = stored(db)
    changed.chmod(0o600)
    changed.write_bytes(changed.read_bytes() + b"X")
    missing.unlink()
    told = asked(capsys, "check", "--db", db, code=1)
    assert told["sound"] is False
    faults = told["faults"]
    assert isinstance(faults, list)
    assert {(f["state"], f["sha256"]) for f in faults} == {
        ("changed", changed.name),
        ("missing", missing.name),
    }
    case = open_embedded(db).session("chengban_01").reader.case(case_id)
    names = {m.sha256: m.name for m in case.materials}
    for found in faults:
        assert found["case_id"] == case_id
        assert found["case"] == case.submission.name
        assert found["material"] in names.values()
    assert case.state is State.PASSED, "looking changes nothing"
    assert main(["blob", "check", "--db", str(db)]) == 1
    shown = capsys.readouterr()
    assert "材料已变" in shown.err
    assert case.submission.name in shown.err


def test_the_gate_is_shut_when_that_is_asked_for(office: tuple[Path, str], capsys: Cap) -> None:
    db, case_id = office
    first = stored(db)[0]
    first.chmod(0o600)
    first.write_bytes(b"something else")
    told = asked(capsys, "check", "--shut-gate", "--db", db, code=1)
    assert told["gates_shut"] == [case_id]
    opened = open_embedded(db)
    case = opened.reader().case(case_id)
    assert case.state is State.RESPONDING
    assert case.clearance is not None
    assert not case.clearance.open
    last = opened.reader().history(case_id)[-1]
    assert last.action == "materials_changed"
    assert last.reason.startswith("材料已变：")
    opened.close()
    assert main(["audit", "verify", "--db", str(db)]) == 0
    capsys.readouterr()
    assert asked(capsys, "check", "--shut-gate", "--db", db, code=1)["gates_shut"] == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the oracle is openssl")
def test_sm3_of_every_file(office: tuple[Path, str], capsys: Cap) -> None:
    db, _ = office
    told = asked(capsys, "check", "--sm3", "--db", db)
    found = told["sm3"]
    assert isinstance(found, dict)
    assert set(found) == {p.name for p in stored(db)}
    for path in stored(db):
        oracle = subprocess.run(
            ["openssl", "dgst", "-sm3", "-r", path], capture_output=True, text=True, check=True
        ).stdout.split()[0]
        assert found[path.name] == oracle
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def test_the_setting_is_shown_changed_and_refused(office: tuple[Path, str], capsys: Cap) -> None:
    db, _ = office
    assert asked(capsys, "store", "--db", db) == {
        "kind": "folder",
        "endpoint": "",
        "bucket": "",
        "region": "",
        "file_limit": 0,
        "quota": 0,
        "sm3": False,
        "elsewhere": [],
    }
    told = asked(capsys, "store", "--file-limit", 50, "--quota", 1000, "--db", db)
    assert (told["file_limit"], told["quota"], told["sm3"]) == (50 << 20, 1000 << 20, False)
    assert main(["blob", "store", "--sm3", "on", "--db", str(db)]) == 2, "nothing would keep them"
    assert "不能同时保存 SM3" in capsys.readouterr().err
    moved = ["--moved-from", "https://a", "b"]
    assert main(["blob", "store", *moved, "--db", str(db)]) == 2
    assert "没有存在对象存储里" in capsys.readouterr().err
    assert asked(capsys, "store", "--db", db)["sm3"] is False
    assert main(["blob", "store", "--database", "--db", str(db)]) == 2
    assert "单机使用" in capsys.readouterr().err
    assert (
        main(["blob", "store", "--objects", "https://a:b@x", "--bucket", "b", "--db", str(db)]) == 2
    )
    assert "不能写密码" in capsys.readouterr().err
    assert main(["blob", "key", "--db", str(db)]) == 2
    assert "不需要访问密钥" in capsys.readouterr().err


def test_checking_the_database_of_one_pc_misses_its_files(
    office: tuple[Path, str], capsys: Cap
) -> None:
    db, case_id = office
    assert main(["db", "check", "--db", str(db)]) == 0
    capsys.readouterr()
    lost = stored(db)
    shutil.rmtree(db.with_name(f"{db.name}.files"))
    assert main(["db", "check", "--db", str(db)]) == 1
    shown = capsys.readouterr()
    assert "附件 0 个" in shown.out
    assert all(path.name in shown.err for path in lost)
    assert f"案件 {case_id}" in shown.err
    assert main(["db", "check", "--db", str(db), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["files_missing"]) == (False, [p.name for p in lost])
