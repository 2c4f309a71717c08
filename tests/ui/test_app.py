"""The program as a process: it starts, is alone, hands over to itself, and ends clean."""

import os
import subprocess
import sys
from pathlib import Path

RUN = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sanzhi_desktop import app

running = app.prepare(["sanzhi"])
timer = QTimer()

def look():
    window = next((w for w in QApplication.topLevelWidgets() if hasattr(w, "jobs")), None)
    if window is not None and not window.jobs.waiting():
        timer.stop()
        print("ready", flush=True)
        if sys.argv[1] == "wait":
            sys.stdin.readline()
        window.close()

timer.timeout.connect(look)
timer.start(20)
sys.exit(app.main(sys.argv[2:]))
"""


def start(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "SANZHI_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_starts_and_ends_clean(tmp_path: Path) -> None:
    with start(tmp_path / "home", "go") as desk:
        out, err = desk.communicate(timeout=60)
    assert desk.returncode == 0, err
    assert "ready" in out
    assert "Traceback" not in err
    assert "open and will be closed" not in err
    assert (tmp_path / "home" / "desk.ini").exists()


def test_a_second_start_hands_over_and_leaves(tmp_path: Path) -> None:
    with start(tmp_path / "home", "wait") as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == "ready"
        # The first one waits in its own event handler: the lock alone must keep the second out.
        with start(tmp_path / "home", "go") as second:
            _, err = second.communicate(timeout=60)
        assert second.returncode in {0, 2}, err
        assert first.poll() is None
        first.communicate("go\n", timeout=60)
    assert first.returncode == 0
