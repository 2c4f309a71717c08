"""The system libraries that Qt expects: found, installed (root), fetched (not root) or named.

Without root the Debian packages are unpacked into the virtual environment and used through
LD_LIBRARY_PATH; nothing outside it changes.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from installers.console import Step, run, say
from installers.environment import ROOT, Environment

DESK = (
    "libglib2.0-0", "libgl1", "libegl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1",
    "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0",
    "libxcb-render-util0", "libxcb-shape0", "libxcb-xkb1", "libxkbcommon-x11-0",
)  # fmt: skip
FONTS = ("fonts-wqy-microhei",)
# Independent witnesses that tests question when they are there.
WITNESSES = ("qpdf", "poppler-utils", "sqlite3", "zbar-tools", "softhsm2")

_UNKNOWN = re.compile(r"(?:locate package |Package ')([^\s']+)")
_PROBE = """
import ctypes, pathlib
from PySide6 import QtCore, QtGui, QtWidgets, QtPrintSupport, QtSvg, QtNetwork
plugins = pathlib.Path(QtCore.QLibraryInfo.path(QtCore.QLibraryInfo.LibraryPath.PluginsPath))
for name in ("libqoffscreen.so", "libqxcb.so"):
    ctypes.CDLL(str(plugins / "platforms" / name))
"""
_SCREEN = """
import sys
from PySide6.QtGui import QGuiApplication
sys.exit(0 if QGuiApplication([]).primaryScreen() else 1)
"""


@dataclass(frozen=True, slots=True)
class Libraries:
    """How to start a Qt program here: extra variables, and whether it can start at all."""

    usable: bool
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}


def ensure(environment: Environment, *, witnesses: bool = False) -> Libraries:
    """Makes Qt startable, by the first way that works. Never raises: the rest works without Qt."""
    if not sys.platform.startswith("linux"):
        return Libraries(usable=True)
    packages = (*DESK, *FONTS, *(WITNESSES if witnesses else ()))
    ready = _starts(environment, _unpacked_variables(environment))
    if ready is not None and not (witnesses and _worth_fetching(environment, ready)):
        return ready
    if shutil.which("apt-get") is None:
        return _named(environment)
    if os.geteuid() == 0:
        with Step("安装 Qt 需要的系统库"):
            _install_as_root(environment, packages)
    else:
        with Step("取得 Qt 需要的系统库（无需管理员权限，只放在 .venv 内）"):
            _unpack_without_root(environment, packages)
    return _starts(environment, _unpacked_variables(environment)) or _named(environment)


def has_screen(environment: Environment, libraries: Libraries) -> bool:
    """True when a window can really be opened, not merely when a variable says so."""
    unwanted = os.environ.get("SANZHI_NO_SCREEN") or os.environ.get("QT_QPA_PLATFORM") in {
        "offscreen",
        "minimal",
    }
    if unwanted or not libraries.usable:
        return False
    if not sys.platform.startswith("linux"):
        return True
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return _python(environment, _SCREEN, libraries.variables)


def _starts(environment: Environment, variables: dict[str, str]) -> Libraries | None:
    if not _python(environment, _PROBE, variables):
        return None
    if variables:
        _wrap_command(environment, variables)
    return Libraries(usable=True, variables=variables)


def _worth_fetching(environment: Environment, libraries: Libraries) -> bool:
    """True once for each set of missing witnesses: what cannot be had is not asked for again."""
    path = libraries.environment().get("PATH")
    programs = ("qpdf", "pdfsig", "sqlite3", "zbarimg", "softhsm2-util")
    missing = " ".join(name for name in programs if shutil.which(name, path=path) is None)
    tried = environment.folder / "witnesses-tried.txt"
    if not missing or (tried.exists() and tried.read_text("utf-8") == missing):
        return False
    tried.write_text(missing, "utf-8")
    return True


def _python(environment: Environment, code: str, variables: dict[str, str]) -> bool:
    try:
        done = subprocess.run(
            [str(environment.python), "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **variables},
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _named(environment: Environment) -> Libraries:
    """The one line to run, for the system at hand."""
    if shutil.which("dnf"):
        line = (
            "sudo dnf install glib2 libglvnd-egl libglvnd-glx libxkbcommon-x11 dbus-libs "
            "fontconfig xcb-util-cursor xcb-util-wm xcb-util-image xcb-util-keysyms "
            "xcb-util-renderutil"
        )
    elif shutil.which("pacman"):
        line = "sudo pacman -S glib2 libglvnd libxkbcommon-x11 dbus fontconfig xcb-util-cursor"
    elif shutil.which("zypper"):
        line = "sudo zypper install libglib-2_0-0 libglvnd libxkbcommon-x11-0 libxcb-cursor0"
    else:
        line = f"sudo apt-get install -y --no-install-recommends {' '.join((*DESK, *FONTS))}"
    say("缺少打开窗口需要的系统库（命令行不受影响）。请运行下面这一行后重试：")
    say(f"  {line}")
    say(f"  记录：{environment.log}")
    return Libraries(usable=False)


def _install_as_root(environment: Environment, packages: Sequence[str]) -> None:
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [
        *("apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "-q"),
        *("--no-install-recommends", *packages),
    ]
    if run(command, log=environment.log, environment=variables):
        return
    run(["apt-get", "-q", "update"], log=environment.log, environment=variables)
    if run(command, log=environment.log, environment=variables):
        return
    # One package that this release lacks must not keep the others away.
    for package in packages:
        one = [*command[: -len(packages)], package]
        run(one, log=environment.log, environment=variables)


# ------------------------------------------------------------------ without root


def _unpack_without_root(environment: Environment, packages: Sequence[str]) -> None:
    """Downloads what apt would install (its own signature checks apply) and unpacks it."""
    folder = environment.folder / "lib-system"
    options = _private_apt(environment)
    run(["apt-get", *options, "-q", "update"], log=environment.log)
    wanted = _closure(environment, options, packages)
    archives = environment.folder / "downloads" / "debs"
    archives.mkdir(parents=True, exist_ok=True)
    if not wanted or not run(
        ["apt-get", *options, "-q", "download", *wanted], log=environment.log, folder=archives
    ):
        return
    for archive in sorted(archives.glob("*.deb")):
        run(["dpkg-deb", "-x", archive, folder], log=environment.log)
    _write_font_configuration(folder)
    shutil.rmtree(archives, ignore_errors=True)


def _private_apt(environment: Environment) -> list[str]:
    """apt with package lists of our own, since /var/lib/apt belongs to root."""
    state = environment.folder / "downloads" / "apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State": state,
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": state / "cache",
        "Debug::NoLocking": "1",
        "APT::Install-Recommends": "0",
        "APT::Update::Post-Invoke": "",
        "APT::Update::Post-Invoke-Success": "",
        "DPkg::Post-Invoke": "",
    }
    return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]


def _closure(environment: Environment, options: list[str], packages: Sequence[str]) -> list[str]:
    """What would have to be installed for these packages, as apt itself works it out."""
    known = list(packages)
    for _ in range(2):
        done = subprocess.run(
            ["apt-get", *options, "-s", "-q", "install", *known],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
        with environment.log.open("a", encoding="utf-8") as log:
            log.write(done.stdout + done.stderr)
        unknown = set(_UNKNOWN.findall(done.stderr))
        if not unknown:
            break
        known = [name for name in known if name not in unknown]
    # Inst libgl1 (1.6.0-1 Debian:12/stable [amd64])
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("Inst ")]
    return [f"{words[1]}={words[2].lstrip('(')}" for words in lines if words[2].startswith("(")]


def _unpacked_variables(environment: Environment) -> dict[str, str]:
    """The variables under which the unpacked packages are found; empty if there are none."""
    folder = environment.folder / "lib-system"
    if not (folder / "fonts.conf").exists():
        return {}
    libraries = sorted({str(file.parent) for file in folder.glob("**/lib/*-linux-gnu*/*.so*")})
    variables = {
        "LD_LIBRARY_PATH": _joined(libraries, "LD_LIBRARY_PATH"),
        "PATH": _joined([str(folder / "usr" / "bin")], "PATH", last=True),
    }
    if not Path("/usr/share/X11/xkb").exists():
        variables["XKB_CONFIG_ROOT"] = str(folder / "usr" / "share" / "X11" / "xkb")
    if not Path("/etc/fonts/fonts.conf").exists():
        variables["FONTCONFIG_FILE"] = str(folder / "fonts.conf")
    # zbarimg reads pictures through ImageMagick, which looks for its readers by absolute path.
    for name, pattern in {
        "MAGICK_CODER_MODULE_PATH": "usr/lib/*/ImageMagick-*/modules-*/coders",
        "MAGICK_CONFIGURE_PATH": "etc/ImageMagick-*",
    }.items():
        for found in folder.glob(pattern):
            variables[name] = str(found)
    return variables


def _joined(folders: list[str], variable: str, *, last: bool = False) -> str:
    present = [os.environ[variable]] if os.environ.get(variable) else []
    return ":".join([*present, *folders] if last else [*folders, *present])


def _write_font_configuration(folder: Path) -> None:
    """Fonts of the packages, of the system, of the person and of the program."""
    places = (
        folder / "usr" / "share" / "fonts", Path("/usr/share/fonts"), ROOT / "resources" / "fonts",
    )  # fmt: skip
    listed = "".join(f"<dir>{escape(str(place))}</dir>" for place in places)
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f'<fontconfig>{listed}<dir prefix="xdg">fonts</dir>'
        f"<cachedir>{escape(str(folder / 'font-cache'))}</cachedir></fontconfig>\n"
    )
    (folder / "fonts.conf").write_text(text, "utf-8")


def _wrap_command(environment: Environment, variables: dict[str, str]) -> None:
    """`.venv/bin/sanzhi` must find the unpacked libraries later too, started by hand."""
    exports = "".join(
        f"export {name}={shlex.quote(value)}\n"
        for name, value in variables.items()
        if name != "PATH"
    )
    program = shlex.quote(str(environment.python))
    text = f'#!/bin/sh\n{exports}exec {program} -m sanzhi_desktop "$@"\n'
    if environment.sanzhi.read_text("utf-8") != text:
        environment.sanzhi.write_text(text, "utf-8")
        environment.sanzhi.chmod(0o755)
