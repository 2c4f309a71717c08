"""A second server that follows the first one by streaming replication, and can be promoted."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.persistence.cluster import (
    NOBODY,
    OWNER,
    OWNER_PASSWORD,
    Cluster,
    _free_port,
    _pg_ctl,
    _runs_as,
)


@dataclass(frozen=True)
class Standby(Cluster):
    """A server in recovery until it is promoted."""

    def promote(self) -> None:
        """Takes the primary's place; waits until it can be written."""
        _pg_ctl(self.bin, self.home, "-w", "-t", "60", "promote")

    def catch_up(self, primary: Cluster) -> None:
        """Waits until everything that the primary wrote can be read here."""
        with primary.connect() as owner:
            (there,) = owner.execute("select pg_current_wal_flush_lsn()").fetchone()
        until = time.monotonic() + 30
        with self.connect() as reader:
            asked = "select pg_last_wal_replay_lsn() >= %s::pg_lsn, pg_sleep(0.02)"
            while not reader.execute(asked, (there,)).fetchone()[0]:
                assert time.monotonic() < until, "the standby does not follow"


@contextmanager
def standby_of(primary: Cluster) -> Iterator[Standby]:
    """Copies a running server and starts the copy as its standby; thrown away after."""
    home = Path(tempfile.mkdtemp(prefix="szpg"))
    try:
        (home / "owner").write_text(str(os.getpid()), "utf-8")
        if _runs_as():
            os.chown(home, NOBODY, NOBODY)
        exe = ".exe" if os.name == "nt" else ""
        call: list[str | Path] = [
            primary.bin / f"pg_basebackup{exe}", "-D", home / "data", "-R", "-X", "stream",
            "-c", "fast", "--no-sync", "-h", "127.0.0.1", "-p", str(primary.port), "-U", OWNER,
        ]  # fmt: skip
        done = subprocess.run(
            call, cwd=home, env={**os.environ, "PGPASSWORD": OWNER_PASSWORD},
            capture_output=True, text=True, check=False, **_runs_as(),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        made = Standby(_free_port(), primary.bin, home)
        made.again()
        try:
            yield made
        finally:
            made.halt()
    finally:
        shutil.rmtree(home, ignore_errors=True)
