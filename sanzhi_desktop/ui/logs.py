"""The program's own log on this PC: rotating files, and a crash log for faults below Python.

Never written here: what a case contains. Errors carry codes; facts of a case stay out.
"""

import faulthandler
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

CRASH_LOG = "crash.log"
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


def start(where: Path) -> bool:
    """Starts logging into a folder; whether the last run ended in a crash."""
    where.mkdir(parents=True, exist_ok=True)
    crash = where / CRASH_LOG
    crashed = crash.exists() and crash.stat().st_size > 0
    if crashed:
        crash.replace(where / "crash.last.log")
    handler = RotatingFileHandler(
        where / "sanzhi.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Kept open for as long as the process lives: faulthandler writes to it in a dying process.
    faulthandler.enable(crash.open("w", encoding="utf-8"))
    return crashed


def folder() -> Path | None:
    """Where the log files are, or None when logging to files was not started."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, RotatingFileHandler):
            return Path(handler.baseFilename).parent
    return None
