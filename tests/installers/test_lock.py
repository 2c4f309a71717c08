"""The lock files against pyproject.toml, and what of them goes into the Windows setup."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installers.windows import wheels

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]


def locked(name: str) -> dict[str, Requirement]:
    lines = wheels.entries((ROOT / "installers" / name).read_text("utf-8"))
    found = (Requirement(line.split(" --hash=")[0].strip()) for line in lines)
    return {str(canonicalize_name(one.name)): one for one in found}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", [*PROJECT["project"]["dependencies"], *GROUPS["build"]]),
        ("requirements-dev.txt", [*PROJECT["project"]["dependencies"], *GROUPS["dev"]]),
    ],
)
def test_the_lock_holds_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    versions = locked(lock)
    for text in wanted:
        asked = Requirement(text)
        pinned = versions[str(canonicalize_name(asked.name))]
        version = str(pinned.specifier).removeprefix("==")
        assert asked.specifier.contains(version), f"{text}: {version} is locked"


def test_both_locks_agree() -> None:
    runtime, development = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: str(one) for name, one in runtime.items()}.items() <= {
        name: str(one) for name, one in development.items()
    }.items()


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_version_has_hashes(lock: str) -> None:
    for line in wheels.entries((ROOT / "installers" / lock).read_text("utf-8")):
        assert re.search(r" --hash=sha256:[0-9a-f]{64}", line), line
        assert "==" in line.split(" --hash=")[0]


def test_windows_gets_what_only_windows_needs() -> None:
    names = {line.split("==")[0] for line in for_windows()}
    assert {"tzdata", "pywin32-ctypes", "pyside6-essentials", "psycopg-binary"} <= names
    assert not {"secretstorage", "jeepney", "hatchling", "pytest"} & names


def test_windows_requirements_keep_version_and_hashes_without_markers() -> None:
    assert all(
        re.fullmatch(r"[a-z0-9-]+==\S+( --hash=sha256:[0-9a-f]{64})+", line)
        for line in for_windows()
    )


def for_windows() -> list[str]:
    return wheels.for_windows((ROOT / "installers" / "requirements.txt").read_text("utf-8"))


def test_nothing_linked_in_is_under_the_gpl() -> None:
    """LGPL is used as replaceable files; GPL and AGPL would bind the program itself."""
    bound = []
    for name, requirement in locked("requirements.txt").items():
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        head = metadata.metadata(name)
        expression = (head.get_all("License-Expression") or [""])[0]
        classifiers = [c for c in head.get_all("Classifier") or [] if c.startswith("License")]
        choices = re.split(r" OR ", expression) if expression else classifiers
        if choices and all(re.search(r"(?<!L)GPL|(?<!Lesser )General Public", c) for c in choices):
            bound.append(f"{name}: {expression or classifiers}")
    assert not bound
