"""Progress lines for the set-up and running one command: nothing else, standard library only."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class SetupError(Exception):
    """The set-up cannot go on; the message is a whole Chinese sentence with the next step."""


def prepare_streams() -> None:
    """Keeps a terminal with a narrow code page from stopping the set-up at a Chinese character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", line_buffering=True)


def say(text: str) -> None:
    """One line of progress."""
    print(f"[sanzhi] {text}", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> bool:
    """Runs quietly, its output appended to `log`; true if it ended with 0. Never asks anything."""
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a", encoding="utf-8", errors="replace") as out:
        out.write(f"\n$ {' '.join(words)}\n")
        out.flush()
        try:
            done = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                cwd=folder,
                check=False,
            )
        except OSError as error:
            out.write(f"{error}\n")
            return False
    return done.returncode == 0


def tail(log: Path, lines: int = 12) -> str:
    """The end of a log, for the moment something failed."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-lines:])


class Step:
    """A step with its duration: `with Step("安装依赖"): …`."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = 0.0

    def __enter__(self) -> None:
        self._start = time.monotonic()
        say(f"{self._title} …")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            say(f"{self._title}：用时 {time.monotonic() - self._start:.1f} 秒")
