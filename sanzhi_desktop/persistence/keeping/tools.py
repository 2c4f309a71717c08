"""PostgreSQL's own programs: found, compared with the server, called without a secret in sight.

Lives here: pg_dump and pg_restore as processes. Must not: what is made of a dump.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sanzhi_desktop.application.keeping import KeepingFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.places import Target

FOLDER = "SANZHI_PG_BIN"  # names the folder when they are not on PATH, or too old there
_VERSION = re.compile(r"\) (\d+)")
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the programs are looked for, and what they are told besides their arguments."""

    folder: Path | None = None
    password: str | None = None

    def path(self, tool: str, *, server: int) -> str:
        """The program, not older than the server. Raises DomainError naming both versions."""
        named = self.folder or (Path(os.environ[FOLDER]) if os.environ.get(FOLDER) else None)
        found = shutil.which(tool, path=str(named) if named else None)
        if found is None:
            raise DomainError(KeepingFault.TOOL_MISSING, tool=tool, variable=FOLDER, server=server)
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
        version = _VERSION.search(said.stdout)
        if version is None or int(version[1]) < server:
            raise DomainError(
                KeepingFault.TOOL_TOO_OLD,
                tool=tool,
                path=found,
                found=version[1] if version else said.stdout.strip(),
                expected=server,
                variable=FOLDER,
            )
        return found

    def run(self, tool: str, arguments: Sequence[str], *, alive: Callable[[], None]) -> None:
        """Runs a program to its end; `alive` is called now and then and may raise to stop it.

        Raises DomainError with what the program said.
        """
        with subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
        ) as process:
            try:
                while True:
                    alive()
                    try:
                        _, told = process.communicate(timeout=_LOOK)
                        break
                    except subprocess.TimeoutExpired:
                        continue
            except BaseException:
                process.terminate()
                raise
        if process.returncode:
            lines = [line for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
            message = "；".join(lines[:3])
            full = "No space left" in message or "File too large" in message
            raise DomainError(
                KeepingFault.DISK_FULL if full else KeepingFault.TOOL_FAILED,
                tool=tool,
                path=arguments[-1],
                message=message or f"exit {process.returncode}",
            )

    def _environment(self) -> Mapping[str, str]:
        mine = {"LC_ALL": "C"}
        if self.password is not None:
            mine["PGPASSWORD"] = self.password
        return {**os.environ, **mine}


def connection(where: Target, *, database: str = "", settings: str = "") -> str:
    """libpq's own words for a database, with settings of the session; no secret is among them."""
    parts = {
        "host": where.host or "localhost",
        "port": str(where.port or 5432),
        "dbname": database or where.database,
        "user": where.user,
        **dict(where.options),
        "application_name": "sanzhi backup",
    }
    if settings:
        parts["options"] = f"{parts.get('options', '')} {settings}".strip()
    return " ".join(f"{name}={_quoted(value)}" for name, value in parts.items() if value)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
