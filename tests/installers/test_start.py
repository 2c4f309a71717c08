"""The two commands themselves: what they start, and how their exit code comes about."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installers import environment, start, system_libraries
from installers import test as checks
from installers.console import SetupError
from installers.environment import Environment
from installers.system_libraries import Libraries

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name == "nt", reason="the recorded command is a shell script")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A finished environment whose `sanzhi` writes down how it was called and ends with 7."""
    made = Environment(tmp_path / ".venv")
    made.programs.mkdir(parents=True)
    made.sanzhi.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/called"\nexit 7\n', "utf-8")
    made.sanzhi.chmod(0o755)
    monkeypatch.setattr(environment, "prepare", lambda **_: made)
    monkeypatch.setattr(system_libraries, "ensure", lambda *_, **__: Libraries(usable=True))
    return made


@posix
@pytest.mark.parametrize(
    ("screen", "called"),
    [(True, f"--sample {ROOT / 'sample'}"), (False, f"demo --out {ROOT / 'demo'}")],
)
def test_opens_the_desk_or_shows_the_job(
    place: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: bool, called: str
) -> None:
    monkeypatch.setattr(system_libraries, "has_screen", lambda *_: screen)
    assert start.main() == 7
    assert (tmp_path / "called").read_text("utf-8").strip() == called


def test_a_set_up_that_failed_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> Environment:
        raise SetupError("磁盘已满。")

    monkeypatch.setattr(environment, "prepare", fail)
    assert start.main() == 2
    assert checks.main([]) == 2
    assert capsys.readouterr().out.count("磁盘已满。") == 2


def test_an_interrupted_set_up_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(**_: object) -> Environment:
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "prepare", interrupt)
    assert start.main() == 130
    assert "再次运行同一命令" in capsys.readouterr().out


@posix
@pytest.mark.parametrize(("failing", "code"), [(None, 0), ("mypy", 1), ("pytest", 1)])
def test_one_failed_check_fails_the_command(
    place: Environment, failing: str | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m NAME` and `lint-imports` stood in for by scripts that fail when told to."""
    for name in ("python", "lint-imports"):
        program = place.programs / name
        program.write_text(f'#!/bin/sh\n[ "$2" != "{failing}" ]\n', "utf-8")
        program.chmod(0o755)
    assert checks.main([]) == code
    assert ("全部检查通过" in capsys.readouterr().out) == (code == 0)


def test_the_scripts_start_on_a_bare_python_and_from_anywhere(tmp_path: Path) -> None:
    """Without site-packages: nothing but the standard library may be imported by the set-up."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import installers.environment, installers.system_libraries, installers.pip_wheel\n"
        "import installers.start, installers.test, installers.windows.build\n"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    command = [sys.executable, str(ROOT / "installers" / "test.py"), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "--fast" in done.stdout
