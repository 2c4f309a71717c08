"""The virtual environment: built once, locked, resumed after an interruption, quick when whole.

Standard library only, since this is what runs before anything is installed.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from installers import pip_wheel
from installers.console import SetupError, Step, run, say, tail

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
_STAMP = "sanzhi-setup.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the virtual environment lies and how its programs are called."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.programs / ("python.exe" if os.name == "nt" else "python")

    @property
    def sanzhi(self) -> Path:
        return self.programs / ("sanzhi.exe" if os.name == "nt" else "sanzhi")

    @property
    def log(self) -> Path:
        return self.folder / "setup.log"


def prepare(*, development: bool) -> Environment:
    """Makes `.venv` whole: environment, pip, locked dependencies, the program's own command."""
    if sys.version_info < OLDEST:
        raise SetupError(
            f"需要 Python {OLDEST[0]}.{OLDEST[1]} 或更新版本，现在是 {sys.version.split()[0]}。"
            "请安装后用新的 python3 重新运行同一命令。"
        )
    environment = Environment(ROOT / ".venv")
    wanted = _wanted(development=development)
    if _is_whole(environment, wanted):
        say("运行环境已就绪")
        return environment
    _build(environment)
    with Step("安装已锁定版本的依赖"):
        _install_locked(environment, development=development)
    _install_program(environment)
    _write_stamp(environment, wanted)
    return environment


def _wanted(*, development: bool) -> dict[str, str]:
    """What the environment must have been built from; a change anywhere means: build again."""
    names = ["requirements.txt", "requirements-dev.txt"] if development else ["requirements.txt"]
    digests = {name: _digest(ROOT / "installers" / name) for name in names}
    return {**digests, "pyproject.toml": _digest(ROOT / "pyproject.toml"), "root": str(ROOT)}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _is_whole(environment: Environment, wanted: dict[str, str]) -> bool:
    stamp = environment.folder / _STAMP
    try:
        found = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    if not all(found.get(key) == value for key, value in wanted.items()):
        return False
    return environment.sanzhi.exists() and _runs(environment, "-c", "pass")


def _write_stamp(environment: Environment, wanted: dict[str, str]) -> None:
    (environment.folder / _STAMP).write_text(json.dumps(wanted, indent=1), "utf-8")


def _runs(environment: Environment, *arguments: str) -> bool:
    try:
        done = subprocess.run(
            [str(environment.python), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _build(environment: Environment) -> None:
    """An environment with a working pip. What is there already is kept."""
    (environment.folder / _STAMP).unlink(missing_ok=True)
    if not _runs(environment, "-c", "pass"):
        with Step("建立运行环境 .venv"):
            _make_bare(environment)
    if not _runs(environment, "-m", "pip", "--version"):
        with Step("准备 pip"):
            _install_pip(environment)


def _make_bare(environment: Environment) -> None:
    folder = environment.folder
    if folder.exists():
        if any(folder.iterdir()) and not _is_ours(folder):
            raise SetupError(f"{folder} 已存在但不是运行环境，请先移走它，再重新运行同一命令。")
        shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
    except OSError as error:
        raise SetupError(
            f"不能在 {folder.parent} 中写入（{error.strerror}）。"
            "请把程序目录复制到自己可写的位置后重新运行。"
        ) from error
    # Without pip: Debian's python3 has no ensurepip, and a half-made environment would stay.
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    if not run(command, log=environment.log) or not _runs(environment, "-c", "pass"):
        raise SetupError(f"建立运行环境失败：\n{tail(environment.log)}")


def _is_ours(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists() or (folder / "setup.log").exists()


def _install_pip(environment: Environment) -> None:
    has_own = importlib.util.find_spec("ensurepip") is not None
    if has_own and run([environment.python, "-m", "ensurepip"], log=environment.log):
        return
    wheel = pip_wheel.fetch(environment.folder / "downloads")
    variables = {**os.environ, "PYTHONPATH": str(wheel), "PIP_REQUIRE_HASHES": "0"}
    python = str(environment.python)
    command = [python, "-m", "pip", "install", "--no-index", "--no-deps", str(wheel)]
    if not run(command, log=environment.log, environment=variables):
        raise SetupError(f"安装 pip 失败：\n{tail(environment.log)}")


def _install_locked(environment: Environment, *, development: bool) -> None:
    lock = ROOT / "installers" / ("requirements-dev.txt" if development else "requirements.txt")
    command = [
        *_pip(environment),
        "--require-hashes",
        "--only-binary=:all:",
        "--requirement",
        str(lock),
    ]
    # A package that was cut off half-way counts as installed for pip: then all are laid anew,
    # out of pip's own cache.
    unfinished = environment.folder / "installing"
    if unfinished.exists():
        command.append("--force-reinstall")
    unfinished.touch()
    if run(command, log=environment.log) or run(command, log=environment.log):
        unfinished.unlink()
        return
    raise SetupError(
        "安装依赖失败。请检查网络（可设置 PIP_INDEX_URL 使用镜像），再运行同一命令，会接着已下载的部分继续。"
        f"\n完整记录：{environment.log}\n{tail(environment.log)}"
    )


def _pip(environment: Environment) -> list[str]:
    return [
        str(environment.python),
        *("-m", "pip", "--disable-pip-version-check", "--no-input"),
        *("install", "--progress-bar", "off", "--retries", "5"),
    ]


def _install_program(environment: Environment) -> None:
    """The program from this folder, so that `.venv/bin/sanzhi` runs what lies here."""
    with Step("安装 sanzhi 命令"):
        command = [*_pip(environment), "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
        if not run(command, log=environment.log) or not environment.sanzhi.exists():
            raise SetupError(f"安装 sanzhi 命令失败：\n{tail(environment.log)}")
        _point_by_relative_path(environment)


def _point_by_relative_path(environment: Environment) -> None:
    """Rewrites the path file relative to itself, in plain ASCII.

    Python 3.11 reads .pth files in the system's code page: an absolute path with Chinese
    folders would be lost on Windows.
    """
    for site in environment.folder.glob("[Ll]ib*/**/site-packages"):
        for file in site.glob("*sanzhi_desktop*.pth"):
            file.write_text(os.path.relpath(ROOT, site), "ascii")
