"""Screenshots of the real program on a sample office: `python installers/screenshots.py OUT`.

Draws every screen off screen, in both looks and at the scalings asked for (1 1.5 2 by default):
each scaling is a process of its own, because Qt reads it once. Needs no display.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from sanzhi_desktop.ui.shell import Shell
    from sanzhi_desktop.ui.window import DeskWindow

ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT = 1280, 800
SECONDS = 60


def main() -> int:
    """Draws all, or, called by itself, one scaling."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", nargs="*", default=["1", "1.5", "2"])
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.one:
        draw(given.out, given.one)
        return 0
    for scale in given.scale:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
        command = [sys.executable, str(Path(__file__)), str(given.out), "--one", scale]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
    return 0


def draw(out: Path, scale: str) -> None:
    """One scaling, both looks."""
    sys.path.insert(0, str(ROOT))
    from sanzhi_desktop import app
    from sanzhi_desktop.ui.settings_file import DeskSettings, Folders
    from sanzhi_desktop.ui.theme import Scheme

    program = app.prepare(["sanzhi"])
    for scheme in Scheme:
        folder = Path(tempfile.mkdtemp(prefix="sanzhi-pictures-"))
        home = Folders(folder / "desk", folder / "desk")
        DeskSettings(home).scheme = scheme
        cases = furnish(folder)
        window = app.make_window(home, sample=folder)
        window.resize(WIDTH, HEIGHT)
        window.show()
        Photographer(window, out, f"{scheme.value}-{scale}", cases).take_all()
        window.close()
        program.processEvents()
        shutil.rmtree(folder, ignore_errors=True)


def furnish(folder: Path) -> dict[str, str]:
    """The sample office with one case waiting for each of the main screens."""
    from datetime import UTC, datetime

    from sanzhi_desktop import compose, resources
    from sanzhi_desktop.compose import offices, sample
    from sanzhi_desktop.compose.journey import Journey, ReplayClock

    work = compose.work(bundled_fonts=True)
    (folder / offices.KEYS).mkdir(parents=True)
    profile = sample.sample_profile("shucheng")
    clock = ReplayClock(datetime.now(UTC))
    clock.advance(days=-1)
    database = folder / offices.SAMPLE_DATABASE
    opened, keys = offices.found_sample(database, work, profile_id="shucheng", clock=clock)
    for person_id, made in keys.of.items():
        offices.sample_key(folder, person_id).write_bytes(made.p12)
    source = resources.path("samples", "penalty.txt")
    cases: dict[str, str] = {}
    for number, screen in enumerate(("submitted", "accepted", "review", "signoff", "case")):
        journey = Journey(sample.office_data(), keys, work, profile, clock, opened.session)
        found = work.reader.read(source)
        wanted = "correct" if screen == "case" else "agree"
        journey.register(journey.complete(found), source)
        steps: list[Callable[[], object]] = [journey.confirm, journey.accept, journey.assign]
        for step in steps[: number + 1]:
            clock.advance(minutes=20)
            step()
        if screen in {"signoff", "case"}:
            journey.answer(wanted, found)
            journey.certify(journey.draft(wanted)[1])
        if screen == "case":
            journey.issue()
        cases[screen] = journey.case_id
        clock.advance(minutes=20)
    opened.close()
    return cases


class Photographer:
    """Walks through the desk and keeps what it looks like."""

    def __init__(self, window: "DeskWindow", out: Path, suffix: str, cases: dict[str, str]) -> None:
        self.window = window
        self.out = out
        self.suffix = suffix
        self.cases = cases

    def take_all(self) -> None:
        """Every screen once."""
        self.wait(lambda: hasattr(self.window, "jobs"))
        self.settle()
        self.keep("login")
        self.as_person("chengban_01")
        self.show("intake", "")
        self.read_submission()
        self.keep("intake")
        self.as_person("shenhe_01")
        self.show_all_cases()
        self.keep("worklist")
        self.show("review", self.cases["review"])
        self.keep("review")
        self.tab(1)
        self.keep("opinion")
        self.tab(2)
        self.keep("preview")
        self.as_person("guzhang_01")
        self.show("signoff", self.cases["signoff"])
        self.keep("signoff")
        self.show("case", self.cases["case"])
        self.tab(2)
        self.keep("problems")
        for key in ("history", "rules", "catalogue", "calendar", "preferences"):
            self.show(key, "")
            self.keep(key)
        self.as_person("guanli_01")
        self.show("people", "")
        self.keep("people")

    def as_person(self, person_id: str) -> None:
        """Signs somebody in."""
        from sanzhi_desktop.ui.shell import Shell

        if isinstance(self.window.centralWidget(), Shell):
            self.shell().rail.out.click()
        self.settle()
        login = self.window.centralWidget()
        wanted = getattr(login, "wanted", None)
        if wanted is not None:
            wanted.emit(person_id, "")
        self.wait(lambda: isinstance(self.window.centralWidget(), Shell))
        self.settle()

    def shell(self) -> "Shell":
        """The signed-in desk."""
        from sanzhi_desktop.ui.shell import Shell

        page = self.window.centralWidget()
        if not isinstance(page, Shell):
            raise TypeError("nobody is signed in")
        return page

    def show(self, key: str, case_id: str) -> None:
        """Brings a screen to the front."""
        self.shell().show_screen(key, case_id)
        self.settle()

    def tab(self, number: int) -> None:
        """Another tab of the screen in front."""
        tabs = getattr(self.shell().front, "tabs", None)
        if tabs is not None:
            tabs.setCurrentIndex(number)
        self.settle()

    def read_submission(self) -> None:
        """Reads the bundled submission into the form."""
        from sanzhi_desktop import resources

        read = getattr(self.shell().front, "read_submission", None)
        if read is not None:
            read(resources.path("samples", "penalty.txt"))
        self.settle()

    def show_all_cases(self) -> None:
        """The work list with every case."""
        from sanzhi_desktop.application.queries import ListScope

        scopes = getattr(self.shell().front, "scopes", {})
        scopes[ListScope.ALL].click()
        self.settle()

    def keep(self, name: str) -> None:
        """One picture."""
        shown: QWidget = self.window
        target = self.out / f"{name}-{self.suffix}.png"
        if not shown.grab().save(str(target)):
            raise OSError(f"cannot write {target}")
        print(target)

    def settle(self) -> None:
        """Until the lanes are idle and what they brought is painted."""
        for _ in range(3):
            self.wait(lambda: not self.window.jobs.waiting())
            self.pause(120)

    @staticmethod
    def pause(milliseconds: int) -> None:
        """Lets the program live for a while."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait(self, true: Callable[[], bool]) -> None:
        """Lets the program live until something is so."""
        for _ in range(SECONDS * 50):
            if true():
                return
            self.pause(20)
        raise TimeoutError("the desk did not come to rest")


if __name__ == "__main__":
    sys.exit(main())
