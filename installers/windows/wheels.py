"""The locked dependencies as Windows wheels, fetched on any system by pip and checked by hash."""

import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from installers.console import SetupError, run, tail

# pip judges `; sys_platform == "win32"` by the machine it runs on, so the markers are judged here.
WINDOWS: Mapping[str, str] = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.9",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_release": "10",
    "platform_system": "Windows",
    "platform_version": "10.0",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "win32",
    "extra": "",
}
# Needed to build the package, not to run it.
BUILD_ONLY = {"hatchling", "pathspec", "pluggy", "trove-classifiers"}


def entries(lock: str) -> Iterator[str]:
    """The lock's logical lines: one requirement with its hashes each."""
    joined = lock.replace("\\\n", " ")
    return (line.strip() for line in joined.splitlines() if line and not line.startswith("#"))


def for_windows(lock: str) -> list[str]:
    """The requirements that apply on Windows, without their markers, hashes kept."""
    from packaging.requirements import Requirement

    kept = []
    for line in entries(lock):
        words = line.split(" --hash=")
        requirement = Requirement(words[0].strip())
        if requirement.name in BUILD_ONLY:
            continue
        if requirement.marker is None or requirement.marker.evaluate(dict(WINDOWS)):
            hashes = "".join(f" --hash={word.strip()}" for word in words[1:])
            kept.append(f"{requirement.name}{requirement.specifier}{hashes}")
    return kept


def fetch(lock: Path, folder: Path, log: Path) -> list[Path]:
    """Downloads every wheel into `folder` (kept for the next build) and returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    lines = for_windows(lock.read_text("utf-8"))
    wanted.write_text("\n".join(lines) + "\n", "utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input"),
        *("--progress-bar", "off", "--no-deps", "--require-hashes", "--only-binary=:all:"),
        *("--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp"),
        *("--find-links", str(folder), "--dest", str(folder), "--requirement", str(wanted)),
    ]
    if not run(command, log=log):
        raise SetupError(f"下载 Windows 依赖失败：\n{tail(log)}")
    wanted_now = {tuple(line.split(" ")[0].split("==")) for line in lines}
    wheels = [wheel for wheel in sorted(folder.glob("*.whl")) if _identity(wheel) in wanted_now]
    if len(wheels) != len(lines):
        raise SetupError(f"Windows 依赖不齐：需要 {len(lines)} 个，找到 {len(wheels)} 个")
    return wheels


def _identity(wheel: Path) -> tuple[str, str]:
    from packaging.utils import parse_wheel_filename

    name, version, _, _ = parse_wheel_filename(wheel.name)
    return str(name), str(version)


def unpack(wheel: Path, site: Path) -> None:
    """Lays a wheel out as an installer would, without its scripts."""
    data = f"{'-'.join(wheel.name.split('-')[:2])}.data/"
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inner = name
            if name.startswith(data):
                kind, _, inner = name.removeprefix(data).partition("/")
                if kind not in {"purelib", "platlib"}:
                    continue
            if inner.endswith("/"):
                continue
            target = site / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
