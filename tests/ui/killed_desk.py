"""A real desk in a process of its own that types and saves without a pause until it is killed.

    python -m tests.ui.killed_desk HOME PERSON PASSWORD

Signs in at the server that HOME knows, waits for a line on its standard input, then types into the
submission. Each line it prints is what stands in the field, after the moment it was typed there.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from sanzhi_desktop import app as desk_app
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.settings_file import Folders
from sanzhi_desktop.ui.shell import Shell
from tests.ui.hands import say

LETTERS = "当事人未经许可从事经营活动事实清楚证据确凿"
KEY_MS, SAVE_EVERY = 12, 25


class Typist:
    """Types a letter at every turn and asks for a save at every twenty-fifth."""

    def __init__(self, screen: IntakeScreen) -> None:
        self._screen = screen
        self._count = 0
        self._timer = QTimer(screen)
        self._timer.timeout.connect(self._key)
        name = screen.body.form.fields["name"]
        name.set_text("某公司无证经营案")
        self._facts = screen.body.form.fields["facts"]

    def begin(self) -> None:
        sys.stdin.readline()
        self._timer.start(KEY_MS)

    def _key(self) -> None:
        self._facts.editor.setFocus()
        say(LETTERS[self._count % len(LETTERS)])
        self._count += 1
        sys.stdout.write(f"{time.monotonic()} {self._facts.text}\n")
        sys.stdout.flush()
        if self._count % SAVE_EVERY == 0:
            self._screen.save_now()


def main(home: Path, person: str, password: str) -> int:
    app = desk_app.prepare(["sanzhi"])
    window = desk_app.make_window(Folders(home, home))
    kept: list[Typist] = []

    def entered(shell: object) -> None:
        assert isinstance(shell, Shell)
        screen = shell.show_screen("intake")
        assert isinstance(screen, IntakeScreen)
        wait = QTimer(window)

        def ready() -> None:
            if screen.page is not None:
                wait.stop()
                kept.append(Typist(screen))
                print("ready", flush=True)
                QTimer.singleShot(0, kept[0].begin)

        wait.timeout.connect(ready)
        wait.start(10)

    window.entered.connect(entered)
    window.started.connect(lambda: window._log_in(person, password))
    window.show()
    return app.exec()


if __name__ == "__main__":
    QApplication.setDesktopSettingsAware(False)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
