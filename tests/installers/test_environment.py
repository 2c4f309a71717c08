"""The virtual environment: when it counts as whole, and that it works in a Chinese folder."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from installers import environment
from installers.console import SetupError
from installers.environment import Environment


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in a folder with Chinese, a space and a quote, with its bare environment."""
    root = tmp_path / "三制 法审's"
    (root / "installers").mkdir(parents=True)
    (root / "planted_module.py").write_text("ANSWER = 42\n", "utf-8")
    for name in ("pyproject.toml", "installers/requirements.txt"):
        (root / name).write_text("first\n", "utf-8")
    (root / "installers" / "requirements-dev.txt").write_text("second\n", "utf-8")
    venv.create(root / ".venv", with_pip=False)
    monkeypatch.setattr(environment, "ROOT", root)
    return root


def whole(root: Path) -> Environment:
    place = Environment(root / ".venv")
    place.sanzhi.write_text("", "utf-8")
    environment._write_stamp(place, environment._wanted(development=True))
    return place


def test_a_finished_environment_is_left_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole(project)
    assert environment.prepare(development=True).folder == project / ".venv"
    assert environment.prepare(development=False).folder == project / ".venv"
    assert "已就绪" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    ["pyproject.toml", "installers/requirements.txt", "installers/requirements-dev.txt"],
)
def test_a_changed_lock_makes_it_unfinished(project: Path, changed: str) -> None:
    place = whole(project)
    (project / changed).write_text("changed\n", "utf-8")
    assert not environment._is_whole(place, environment._wanted(development=True))


def test_a_moved_or_broken_environment_is_unfinished(project: Path) -> None:
    place = whole(project)
    wanted = environment._wanted(development=False)
    assert environment._is_whole(place, wanted)
    assert not environment._is_whole(place, {**wanted, "root": "/elsewhere"})
    place.python.unlink()
    assert not environment._is_whole(place, wanted)


def test_an_interrupted_environment_is_built_again(project: Path) -> None:
    place = Environment(project / ".venv")
    place.python.unlink()
    environment._make_bare(place)
    done = subprocess.run([str(place.python), "-c", "print(6 * 7)"], capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout.strip() == "42"


@pytest.mark.skipif(os.name == "nt", reason="the recording Python is a shell script")
def test_an_installation_cut_off_half_way_is_laid_anew(project: Path) -> None:
    """pip takes a package whose files are half there for installed; so nothing is taken."""
    place = Environment(project / ".venv")
    record = project / "asked.txt"
    place.python.unlink()
    for code, options in ((1, ["plain", "plain"]), (0, ["--force-reinstall"]), (0, ["plain"])):
        record.write_text("", "utf-8")
        place.python.write_text(
            f'#!/bin/sh\nfor last; do :; done\necho "$last" >> "{record}"\nexit {code}\n', "utf-8"
        )
        place.python.chmod(0o755)
        if code:
            with pytest.raises(SetupError, match="PIP_INDEX_URL"):
                environment._install_locked(place, development=False)
        else:
            environment._install_locked(place, development=False)
        asked = record.read_text("utf-8").splitlines()
        assert [a if a.startswith("--") else "plain" for a in asked] == options


def test_a_folder_that_is_not_ours_is_not_deleted(project: Path) -> None:
    folder = project / "papers"
    folder.mkdir()
    (folder / "deed.txt").write_text("keep me", "utf-8")
    with pytest.raises(SetupError, match="移走"):
        environment._make_bare(Environment(folder))
    assert (folder / "deed.txt").read_text("utf-8") == "keep me"


def test_the_program_is_found_by_a_path_in_plain_ascii(project: Path) -> None:
    place = Environment(project / ".venv")
    site = next(place.folder.glob("[Ll]ib*/**/site-packages"))
    (site / "_sanzhi_desktop.pth").write_text(str(project), "utf-8")
    environment._point_by_relative_path(place)
    assert (site / "_sanzhi_desktop.pth").read_bytes().isascii()
    done = subprocess.run(
        [str(place.python), "-c", "import planted_module; print(planted_module.ANSWER)"],
        cwd="/", env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "42"


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "OLDEST", (sys.version_info[0], sys.version_info[1] + 1))
    with pytest.raises(SetupError, match=r"需要 Python"):
        environment.prepare(development=False)
