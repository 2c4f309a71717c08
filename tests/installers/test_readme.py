"""What the README tells people to type exists and works as told."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sanzhi_desktop.admin.main import VERBS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
COMMANDS = [shlex.split(line) for line in LINES if line]


def sanzhi(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sanzhi_desktop", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_command_line_is_known() -> None:
    assert len(COMMANDS) > 6
    for program, *words in COMMANDS:
        if program == ".venv/bin/sanzhi":
            assert not words or words[0] in VERBS, words
        else:
            assert program in {"python3", "bash"}
            assert (ROOT / words[0]).is_file(), words


@pytest.mark.parametrize(
    "words",
    [words for program, *words in COMMANDS if program.endswith("sanzhi") and "deadline" in words],
)
def test_the_deadline_of_the_readme_is_worked_out(words: list[str]) -> None:
    done = sanzhi(*words)
    assert done.returncode == 0, done.stderr
    assert "2026-09-" in done.stdout


def test_every_verb_explains_itself_in_chinese() -> None:
    for verb in VERBS:
        done = sanzhi(verb, "--help")
        assert done.returncode == 0, f"{verb}: {done.stderr}"
        assert re.search("[一-鿿]", done.stdout), verb


def test_linked_files_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_version_in_the_readme_is_the_version_of_the_program() -> None:
    from sanzhi_desktop import __version__

    assert f"Sanzhi-Setup-{__version__}.exe" in README
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
