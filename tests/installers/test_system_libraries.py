"""Libraries for Qt without root: what is unpacked is used, by hand too, and never asked twice."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from installers import system_libraries
from installers.environment import Environment
from installers.system_libraries import Libraries

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows needs no system libraries")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="for Linux only")
debian = pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt-get")


@pytest.fixture
def place(tmp_path: Path) -> Environment:
    environment = Environment(tmp_path / "三制 法审's & <案>" / ".venv")
    venv.create(environment.folder, with_pip=False)
    environment.sanzhi.write_text("#!/bin/sh\n", "utf-8")
    return environment


def unpack_something(place: Environment) -> Path:
    folder = place.folder / "lib-system"
    libraries = folder / "usr" / "lib" / "x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    (libraries / "libplanted.so.1").write_bytes(b"")
    system_libraries._write_font_configuration(folder)
    return libraries


@linux
def test_nothing_unpacked_changes_nothing(place: Environment) -> None:
    assert system_libraries._unpacked_variables(place) == {}


@linux
def test_unpacked_libraries_come_first_and_programs_last(
    place: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = unpack_something(place)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/already/there")
    variables = system_libraries._unpacked_variables(place)
    assert variables["LD_LIBRARY_PATH"] == f"{libraries}:/already/there"
    assert variables["PATH"].endswith(f":{place.folder}/lib-system/usr/bin")


@linux
def test_the_command_finds_the_libraries_when_started_by_hand(place: Environment) -> None:
    libraries = unpack_something(place)
    module = next(place.folder.glob("lib/*/site-packages")) / "sanzhi_desktop"
    module.mkdir()
    (module / "__main__.py").write_text(
        "import os, sys; print(os.environ['LD_LIBRARY_PATH']); print(sys.argv[1:])", "utf-8"
    )
    system_libraries._wrap_command(place, {"LD_LIBRARY_PATH": str(libraries), "PATH": "/gone"})
    clean = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    done = subprocess.run([str(place.sanzhi), "read", "决定 书.docx"], env=clean, cwd="/",
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.splitlines() == [str(libraries), "['read', '决定 书.docx']"]


@linux
def test_font_configuration_is_well_formed(place: Environment) -> None:
    from xml.etree import ElementTree as ET

    unpack_something(place)
    parsed = ET.parse(place.folder / "lib-system" / "fonts.conf")
    folders = [node.text for node in parsed.findall("dir")]
    assert str(place.folder / "lib-system" / "usr" / "share" / "fonts") in folders


def test_what_cannot_be_had_is_asked_for_once(
    place: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    libraries = Libraries(usable=True)
    assert system_libraries._worth_fetching(place, libraries)
    assert not system_libraries._worth_fetching(place, libraries)


@linux
@debian
def test_apt_works_out_the_packages_without_root_and_skips_unknown_ones(
    place: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Against the real apt with a package index of our own: nothing is downloaded."""
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "Packages").write_text(
        "Package: sanzhi-planted\nVersion: 1.2-3\nArchitecture: all\nMaintainer: x\n"
        "Depends: sanzhi-needed\nFilename: ./p.deb\nSize: 1\nSHA256: " + "0" * 64 + "\n\n"
        "Package: sanzhi-needed\nVersion: 4:5\nArchitecture: all\nMaintainer: x\n"
        "Filename: ./n.deb\nSize: 1\nSHA256: " + "0" * 64 + "\n\n",
        "utf-8",
    )
    sources = tmp_path / "sources.list"
    sources.write_text(f"deb [trusted=yes] file:{archive} ./\n", "utf-8")
    options = [
        *system_libraries._private_apt(place),
        *("-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=-"),
        *("-o", "APT::Sandbox::User="),
    ]
    updated = subprocess.run(["apt-get", *options, "-q", "update"], capture_output=True, text=True,
                             check=False)  # fmt: skip
    assert updated.returncode == 0, updated.stderr
    found = system_libraries._closure(
        place, options, ["sanzhi-planted", "sanzhi-nobody-has-this"]
    )
    assert sorted(found) == ["sanzhi-needed=4:5", "sanzhi-planted=1.2-3"]
