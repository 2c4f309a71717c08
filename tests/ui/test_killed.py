"""The program is killed at any instant: what was typed a second before is there again."""

import os
import random
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.settings.servers import ServerList
from sanzhi_desktop.ui.drafts import Journal
from sanzhi_desktop.ui.screens.intake import IntakeScreen
from sanzhi_desktop.ui.settings_file import Folders
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.offices import PASSWORD
from tests.sources import ROOT
from tests.ui.conftest import idle
from tests.ui.test_server_desk import (  # noqa: F401 - fixtures
    Start,
    a_server,
    enter,
    home,
    ruled,
    start,
)

pytestmark = pytest.mark.postgres
# ruff: noqa: F811 - fixtures are named like what they give
TIMES = int(os.environ.get("SANZHI_TEST_TIMES", "3"))  # twenty and more were tried by hand
WITHIN = 1.0  # seconds within which what was typed is safe


@dataclass
class Victim:
    """A desk in its own process."""

    place: Path
    typed: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        environment = {**os.environ, "SANZHI_HOME": str(self.place), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.killed_desk", str(self.place), "h1", PASSWORD],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            env=environment, cwd=ROOT,
        )  # fmt: skip

    def kill_after(self, letters: int) -> None:
        """Lets it type so many letters, and kills it at once."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        guard = threading.Timer(60, self.process.kill)
        guard.start()
        assert self.process.stdout.readline() == "ready\n"
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            at, _, text = line.rstrip("\n").partition(" ")
            self.typed.append((float(at), text))
            if len(self.typed) == letters:
                self.process.kill()
        self.process.wait(10)
        guard.cancel()
        self.process.stdin.close()
        self.process.stdout.close()
        assert len(self.typed) >= letters

    @property
    def safe(self) -> str:
        """What was typed a second before its end, at the latest."""
        last = self.typed[-1][0]
        return max((text for at, text in self.typed if at <= last - WITHIN), key=len, default="")


def drafts(place: Path, database: str) -> list[str]:
    """What the journal on this PC gives back, with the person's password."""
    file = Folders(place, place).drafts
    if not file.exists():
        return []
    with closing(Journal(file, f"h1@{database}/7", PASSWORD)) as journal:
        return [str(d.values["texts"]["facts"]) for d in journal.all()]


def test_nothing_typed_is_lost_when_the_program_is_killed(
    qtbot: QtBot,
    start: Start,
    home: Path,
    tmp_path: Path,
    cluster: Cluster,
    server_database: str,
    ruled: Desk,
) -> None:
    dice = random.Random(20260922)
    known = a_server(cluster, server_database)
    places = [tmp_path / f"desk{n}" for n in range(TIMES - 1)] + [home]
    reader = ruled.sessions["h1"].reader
    known_cases: set[str] = set()
    delivered = 0
    for place in places:
        ServerList(place).keep(known)
        victim = Victim(place)
        victim.kill_after(dice.randrange(100, 300))
        rows = [r for r in reader.worklist(ListQuery()) if r.case_id not in known_cases]
        known_cases |= {r.case_id for r in rows}
        assert len(rows) <= 1  # however often it was sent
        there = [reader.case(r.case_id).submission.facts for r in rows]
        delivered += len(there)
        here = drafts(place, server_database)
        assert victim.safe
        assert any(text.startswith(victim.safe) for text in (*here, *there))
    assert delivered
    # Started again: the screen shows it and says so.
    shell = enter(qtbot, start(), "h1")
    case_id = rows[0].case_id if rows else ""
    shell.show_screen("intake", case_id)
    idle(qtbot, shell.desk.jobs)
    screen = shell.front
    assert isinstance(screen, IntakeScreen)
    assert screen.body.form.fields["facts"].text.startswith(victim.safe)
    assert QApplication.activeModalWidget() is None
    # Saved now, it is one case: an attempt that was on its way is recognised.
    screen.save_now()
    idle(qtbot, shell.desk.jobs)
    mine = [r for r in reader.worklist(ListQuery()) if r.case_id not in known_cases]
    assert len(rows) + len(mine) == 1
    assert victim.safe in reader.case(screen.case_id).submission.facts
