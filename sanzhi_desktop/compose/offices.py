"""Opens and founds offices on the embedded database; makes the sample office for the desk."""

import json
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.application.ruleset import OwnRules, as_applied
from sanzhi_desktop.application.work import Prefill, Work
from sanzhi_desktop.compose import sample, transferring
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import (
    Clock,
    Opened,
    create_embedded,
    files_folder,
    open_embedded,
)
from sanzhi_desktop.resources import profiles

SAMPLE_DATABASE = "sample.db"
KEYS = "keys"


def create_office(
    path: Path,
    *,
    code: str,
    name: str,
    series: str,
    profile_id: str,
    admin: Person,
    password: str,
) -> Opened:
    """The first run: a new embedded database with one office and its administrator, whose history
    carries keyed tags where this PC has a key store."""
    profile = profiles.shipped(profile_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = create_embedded(
        path,
        new_office(profile, code=code, name=name, series=series),
        admin=admin,
        password=password,
    )
    opened.begin_tags()
    return opened


def new_office(
    profile: Profile, *, code: str, name: str, series: str, own: OwnRules | None = None
) -> NewOffice:
    """The first rows of an office under a profile, kept as applied; with the rules of the sample
    office the office is marked as one."""
    return NewOffice(
        code=code,
        name=name,
        series=series,
        profile_id=profile.id,
        profile_edition=profile.edition,
        sample=own is not None,
        applied=as_applied(profile, own) if own else json.loads(profile.applied()),
    )


def found_sample(
    path: Path, work: Work, *, profile_id: str, clock: Clock
) -> tuple[Opened, sample.SampleKeys]:
    """A marked sample office with its people, throw-away keys and seal."""
    data = sample.office_data()
    own = sample.sample_rules(profile_id)
    profile = sample.sample_profile(profile_id)
    admin = data.holder(Role.ADMIN)
    opened = create_embedded(
        path,
        new_office(profile, code=data.code, name=data.name, series=data.series, own=own),
        admin=admin,
        clock=clock,
    )
    return opened, sample.furnish(opened.session(admin.person_id), work, sample=data)


def open_sample(folder: Path, work: Work) -> Opened:
    """The sample office in a folder; made with a few cases under way when there is none."""
    path = folder / SAMPLE_DATABASE
    if not path.exists():
        _make_sample(folder, work)
    return open_embedded(path)


def sample_key(folder: Path, person_id: str) -> Path:
    """The throw-away P12 of a sample person; its passphrase is `sample.PASSPHRASE`."""
    return folder / KEYS / f"{person_id}.p12"


def _make_sample(folder: Path, work: Work) -> None:
    """Founds it under another name first, so that a half-made office is never opened."""
    (folder / KEYS).mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{SAMPLE_DATABASE}.new"
    finished = files_folder(folder / SAMPLE_DATABASE)
    for left in [*folder.glob(f"{unfinished.name}*"), finished]:  # of a try that was broken off
        _remove(left)
    profile = sample.sample_profile("shucheng")
    clock = ReplayClock(datetime.now(UTC))
    clock.advance(days=-3)
    opened, keys = found_sample(unfinished, work, profile_id="shucheng", clock=clock)
    for person_id, made in keys.of.items():
        sample_key(folder, person_id).write_bytes(made.p12)
    (folder / KEYS / "ca.pem").write_text(keys.root.pem, "ascii")
    for entry in tomllib.loads(resources.path("samples", "cases.toml").read_text("utf-8"))["case"]:
        journey = Journey(sample.office_data(), keys, work, profile, clock, opened.session)
        _bring(journey, entry)
        clock.advance(minutes=40)
    opened.close()
    files = files_folder(unfinished)
    if files.exists():
        files.rename(finished)
    unfinished.rename(folder / SAMPLE_DATABASE)  # last: with it the office is there


def _remove(left: Path) -> None:
    if left.is_dir():
        for file in left.rglob("*"):
            file.chmod(0o700)  # attachments are read-only, which Windows does not remove
        shutil.rmtree(left)
    else:
        left.unlink(missing_ok=True)


def _bring(journey: Journey, entry: Mapping[str, Any]) -> None:
    """One invented case as far on its way as its entry says."""
    source = resources.path("samples", entry["source"])
    prefill = journey.work.reader.read(source)
    wanted = {"responding": "correct", "transferring": "transfer"}.get(entry["stage"], "agree")
    submission = journey.complete(prefill)
    submission = replace(
        submission,
        name=entry.get("name", submission.name),
        party=replace(submission.party, **entry.get("party", {})),
    )
    steps: dict[str, Callable[[], object]] = {
        "draft": lambda: journey.register(submission, source),
        "submitted": journey.confirm,
        "accepted": journey.accept,
        "reviewing": journey.assign,
        "signing": lambda: _opinion(journey, wanted, prefill),
        "passed": journey.issue,
        "transferring": lambda: transferring.begin(journey),
    }
    last = {"responding": "passed"}.get(entry["stage"], entry["stage"])
    for stage, step in steps.items():
        journey.clock.advance(minutes=5)
        step()
        if stage == last:
            return


def _opinion(journey: Journey, wanted: str, prefill: Prefill) -> None:
    journey.answer(wanted, prefill)
    journey.certify(journey.draft(wanted)[1])
