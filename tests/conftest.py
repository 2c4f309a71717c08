"""What every test may rely on: no screen, no network time, the same random examples each run.

Fixtures of one layer live in that layer's own conftest.py, not here.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Whole ways through the program, and the keeping of whole databases: left out by `--fast`.
LONG = {
    "attacks", "blobs", "keeping", "test_meeting_contract", "test_transfer", "test_transferring",
    "test_whole_case", "test_paper_desk", "test_offices", "test_calendar_notice", "admin",
    "test_rounds", "test_odd_payloads", "test_row_check", "test_tags",
}  # fmt: skip
QUICK_SCREENS = {"test_forms", "test_tables", "test_widgets", "test_intake", "test_signoff"}
ROOT = Path(__file__).resolve().parents[1]

# Offices on a server and in a file, for whoever asks for one; nothing starts before that.
pytest_plugins = ["tests.persistence.offices"]

# Before anything imports Qt; a developer who wants to watch sets QT_QPA_PLATFORM=xcb.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A keyring of the machine must never be asked by a test.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# derandomize: a red run is red again on the next machine; deadline: two busy cores are no bug.
settings.register_profile(
    "suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks benchmarks by their folder and keeps each file on one worker.

    Runs with `-n 2 --dist loadgroup`: a file's module fixtures are then built once. A test may
    name its own `xdist_group` to stand alone.
    """
    for item in items:
        if "benchmarks" in item.path.parts:
            item.add_marker(pytest.mark.benchmark)
        on_server = item.get_closest_marker("postgres") is not None or "server_desk" in getattr(
            item, "fixturenames", ()
        )
        on_screen = "ui" in item.path.parts and item.path.stem not in QUICK_SCREENS
        if on_server or on_screen or LONG & set(item.path.parts) or item.path.stem in LONG:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))
