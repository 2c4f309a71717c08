"""A real desk in a process of its own that types into a dialog and is killed there.

    python -m tests.ui.killed_dialog FOLDER ENDS PERSON CASE WHAT WHEN

WHAT is the action of a step, or `recusal` or `meeting`. WHEN says how it ends: `typed` waits to be
killed from outside after it printed a line; `sent` kills itself as soon as the database has the
command and before anybody heard of it; `sending` just before the database gets it.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit

from sanzhi_desktop import app as desk_app
from sanzhi_desktop import compose
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.sqlite_gateway import SqliteGateway
from sanzhi_desktop.ui import steps
from sanzhi_desktop.ui.kept_dialog import KeptDialog
from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
from sanzhi_desktop.ui.shell import Shell
from sanzhi_desktop.ui.window import DeskWindow
from tests.ui.hands import say
from tests.ui.office import ClockedEntry, Furnished

TYPED = "䶮某的陈述与现场笔录一致，请再核对"


def make(shell: Shell, case_id: str, what: str) -> QDialog:
    """The dialog, as its screen makes it."""
    desk = shell.desk
    if what == "recusal":
        from sanzhi_desktop.ui.people.person_dialogs import RecusalDialog
        from sanzhi_desktop.ui.people.register import read_register

        return RecusalDialog(desk, read_register(desk.session, desk.work), shell)
    if what == "meeting":
        from sanzhi_desktop.ui.meeting.planning import PlanDialog

        return PlanDialog(desk, None, shell)
    case = desk.session.reader.case(case_id)
    made = steps.make(Action(what), desk, case, shell)
    assert isinstance(made, QDialog)
    return made


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(when: str) -> None:
    """The next command is this process's last."""
    for name in ("send", "send_office"):
        real = getattr(SqliteGateway, name)

        def last(
            self: SqliteGateway, command: Any, real: Callable[[SqliteGateway, Any], Any] = real
        ) -> None:
            if when == "sent":
                real(self, command)
            _die()

        setattr(SqliteGateway, name, last)


def _fill(dialog: Any) -> None:
    """Types into every field of lines, and what the dialog cannot do without."""
    for editor in dialog.findChildren(QPlainTextEdit):
        editor.setFocus()
        say(TYPED)
    form = dialog.form.fields
    if "unit" in form and "from" in form:
        form["unit"].editor.setEditText("执法一科")
    if "place" in form:
        for key, text in (("place", "三楼会议室"), ("begins", "09:30")):
            editor = form[key].editor
            assert isinstance(editor, QLineEdit)
            editor.setFocus()
            editor.setText(text)
        dialog.chair.setCurrentIndex(1)


def main(folder: Path, ends: datetime, person: str, case_id: str, what: str, when: str) -> int:
    app = desk_app.prepare(["sanzhi"])
    office = Furnished(folder, {}, ends)
    home = folder / "desk"
    work = compose.work(bundled_fonts=True)
    window = DeskWindow(
        lambda: ClockedEntry(office, work, lambda: ends),
        settings=DeskSettings(Folders(home, home)),
        sample=True,
    )
    wait = QTimer(window)

    def entered(shell: object) -> None:
        assert isinstance(shell, Shell)
        dialog: Any = make(shell, case_id, what)
        assert isinstance(dialog, KeptDialog)
        dialog.open()

        def ready() -> None:
            if not dialog.filled:
                return
            wait.stop()
            _fill(dialog)
            if when == "typed":
                print("typed", flush=True)
                return
            _arm(when)
            dialog.ok.click()

        wait.timeout.connect(ready)
        wait.start(10)

    window.entered.connect(entered)
    window.started.connect(lambda: window._log_in(person, ""))
    window.show()
    return app.exec()


if __name__ == "__main__":
    QApplication.setDesktopSettingsAware(False)
    place, at, *rest = sys.argv[1:]
    sys.exit(main(Path(place), datetime.fromisoformat(at), *rest))
