"""Start until the log-in field takes keys, against a bare PySide6 main window; whole processes.

Both are started alike and end when a key that was sent to a focused field stands in it.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT = 1.6
ROUNDS = 9
ROOT = Path(__file__).resolve().parents[2]

_KEY = """
from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Qt
from PySide6.QtGui import QKeyEvent

def wait_for_key(app, field):
    def knock():
        press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a")
        QCoreApplication.sendEvent(app.focusWidget() or field, press)
        if field.text().endswith("a"):
            app.exit(7)
    timer = QTimer()
    timer.timeout.connect(knock)
    timer.start(1)
    return app.exec()
"""

BARE = (
    """
import os, sys
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
field = QLineEdit()
window.setCentralWidget(field)
window.resize(1280, 800)
window.show()
field.setFocus()
"""
    + _KEY
    + "os._exit(wait_for_key(app, field))\n"
)

OURS = (
    """
import os, sys
from pathlib import Path
from sanzhi_desktop import app as desk
from sanzhi_desktop.ui.instance import OneInstance
from sanzhi_desktop.ui.settings_file import Folders
home = Path(sys.argv[1])
app = desk.prepare(["sanzhi"])
assert OneInstance(home).first()
window = desk.make_window(Folders(config=home, data=home))
window.show()
field = window.centralWidget().code
"""
    + _KEY
    + "os._exit(wait_for_key(app, field))\n"
)


def _start(script: str, home: Path) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "SANZHI_HOME": str(home)}
    command = [sys.executable, "-c", script, str(home)]
    begin = time.perf_counter()
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    seconds = time.perf_counter() - begin
    assert ended.returncode == 7, ended.stderr
    return seconds


@pytest.mark.benchmark
def test_the_log_in_takes_keys_soon(tmp_path: Path) -> None:
    from sanzhi_desktop.compose import offices
    from sanzhi_desktop.domain.people import Person

    home = tmp_path / "home"
    offices.create_office(
        home / "sanzhi.db",
        code="1",
        name="示例单位",
        series="示法审",
        profile_id="shucheng",
        admin=Person("guanli_01", "冯样九"),
        password="十二位以上的口令",
    ).close()
    bare, ours = [], []
    for _ in range(ROUNDS):  # taken in turns, so that a busy neighbour meets both
        bare.append(_start(BARE, home))
        ours.append(_start(OURS, home))
    print(f"\nbare {min(bare):.3f} s, desk {min(ours):.3f} s, ratio {min(ours) / min(bare):.2f}")
    assert min(ours) <= LIMIT * min(bare)


@pytest.mark.benchmark
def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    heavy = {
        "sqlalchemy", "alembic", "psycopg", "reportlab", "pikepdf", "pyhanko", "docx", "openpyxl",
        "cryptography", "argon2", "pypdfium2", "pypinyin", "sqlite3", "PySide6.QtNetwork",
        "PySide6.QtPrintSupport", "hashlib", "socket", "json", "tomllib", "logging.handlers",
        "sanzhi_desktop.domain", "sanzhi_desktop.application", "sanzhi_desktop.persistence",
        "sanzhi_desktop.documents", "sanzhi_desktop.compose", "sanzhi_desktop.app.entries",
        "sanzhi_desktop.settings.servers", "sanzhi_desktop.resources.sentences",
        "sanzhi_desktop.ui.errors", "sanzhi_desktop.ui.jobs",
    }  # fmt: skip
    script = (
        OURS.split("field =", maxsplit=1)[0]
        + "print('\\n'.join(sys.modules)); sys.stdout.flush(); os._exit(0)\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "SANZHI_HOME": str(tmp_path)}
    (tmp_path / "sanzhi.db").touch()
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert heavy.isdisjoint(ended.stdout.split())
