"""The program's own sources as the tests about code read them: files, syntax trees, modules."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "sanzhi_desktop"


@cache
def production() -> tuple[Path, ...]:
    return tuple(sorted((*PACKAGE.rglob("*.py"), *(ROOT / "installers").rglob("*.py"))))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def nodes(file: Path, *kinds: type[ast.AST]) -> Iterator[Any]:
    return (node for node in ast.walk(tree(file)) if isinstance(node, kinds))


@cache
def tracked() -> tuple[Path, ...]:
    """What is committed; without git (an unpacked archive) whatever is not generated."""
    git = shutil.which("git")
    command = [str(git), "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, check=False) if git else None
    if listed is not None and listed.returncode == 0:
        files = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
        return tuple(file for file in files if file.is_file())
    generated = {".venv", ".git", "build", "dist", "demo", "sample", "__pycache__"}
    return tuple(
        file
        for file in ROOT.rglob("*")
        if file.is_file() and not generated & set(file.relative_to(ROOT).parts)
    )


def python(code: str, *, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def modules(*packages: str) -> list[str]:
    """Dotted names of every module below these packages or files that exist."""
    found = []
    for package in packages:
        place = PACKAGE / package
        files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
        for file in files:
            if file.is_file() and "versions" not in file.parts and "env.py" not in file.name:
                dotted = ".".join(file.relative_to(ROOT).with_suffix("").parts)
                found.append(dotted.removesuffix(".__init__"))
    return sorted(found)
