"""A sample office with cases at every stage, and the way into it on a clock that tests move."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sanzhi_desktop import resources
from sanzhi_desktop.app.entries import SampleEntry
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices, sample
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.persistence.open import Opened, open_embedded

START = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)  # 09:00 in Beijing, a Friday
STAGES = ("draft", "submitted", "accepted", "reviewing", "signing", "passed", "responding")


@dataclass(frozen=True, slots=True)
class Furnished:
    """Where the office is, and the case of each stage."""

    folder: Path
    cases: dict[str, str]
    ends: datetime

    def copy_to(self, folder: Path) -> "Furnished":
        """The same office for one test alone."""
        shutil.copytree(self.folder, folder)
        return Furnished(folder, self.cases, self.ends)


def furnish(folder: Path, work: Work, stages: tuple[str, ...] = STAGES) -> Furnished:
    """Founds the sample office and brings one case to each stage."""
    (folder / offices.KEYS).mkdir(parents=True)
    profile = sample.sample_profile("shucheng")
    clock = ReplayClock(START)
    opened, keys = offices.found_sample(
        folder / offices.SAMPLE_DATABASE, work, profile_id="shucheng", clock=clock
    )
    for person_id, made in keys.of.items():
        offices.sample_key(folder, person_id).write_bytes(made.p12)
    cases: dict[str, str] = {}
    for stage in stages:
        journey = Journey(sample.office_data(), keys, work, profile, clock, opened.session)
        _bring(journey, stage)
        cases[stage] = journey.case_id
        clock.advance(minutes=10)
    opened.close()
    return Furnished(folder, cases, clock())


def _bring(journey: Journey, stage: str) -> None:
    source = resources.path("samples", "penalty.txt")
    prefill = journey.work.reader.read(source)
    wanted = "correct" if stage == "responding" else "agree"
    steps: list[Callable[[], object]] = [
        lambda: journey.register(journey.complete(prefill), source),
        journey.confirm,
        journey.accept,
        journey.assign,
        lambda: (
            journey.answer(wanted, prefill),
            journey.certify(journey.draft(wanted)[1]),
        ),
        journey.issue,
    ]
    ends = {s: n for n, s in enumerate(STAGES[:6])}
    for step in steps[: ends.get(stage, 5) + 1]:
        journey.clock.advance(minutes=5)
        step()


class ClockedEntry(SampleEntry):
    """The sample office on a clock of the test's own."""

    def __init__(self, furnished: Furnished, work: Work, clock: Callable[[], datetime]) -> None:
        super().__init__(furnished.folder)
        self._file = furnished.folder / offices.SAMPLE_DATABASE
        self._work = work
        self._clock = clock

    def _open(self) -> Opened:
        if self._opened is None:
            self._opened = open_embedded(self._file, clock=self._clock)
        return self._opened
