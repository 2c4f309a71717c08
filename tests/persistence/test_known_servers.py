"""What a PC remembers of its servers: which is behind, and what was delivered and is missing."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.persistence.known_servers import (
    LONGEST,
    MOST,
    Delivered,
    Identity,
    KnownServers,
)

AT = datetime(2026, 9, 22, 8, 0, tzinfo=UTC)


def save(case_id: str, version: int = 1, *, new: bool = False) -> Delivered:
    return Delivered(case_id, version, AT, new)


def missing(known: KnownServers, versions: dict[str, int], who: str = "7/h1") -> list[str]:
    asked: list[Sequence[str]] = []

    def ask(cases: Sequence[str]) -> dict[str, int]:
        asked.append(cases)
        return versions

    found = known.missing("a", who, ask)
    assert len(asked) <= 1
    return [one.case_id for one in found]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 5)), max_size=12))
def test_a_server_is_behind_when_its_own_data_was_seen_further_on(
    seen: list[tuple[str, int]],
) -> None:
    known, latest = KnownServers(), {"a": 0, "b": 0}
    for system, timeline in seen:
        behind = known.see(Identity(system, timeline))
        assert behind == (latest[system] if timeline < latest[system] else 0)
        latest[system] = max(latest[system], timeline)


def test_it_outlives_the_desk(tmp_path: Path) -> None:
    file = tmp_path / "home" / "known.json"
    KnownServers(file).see(Identity("a", 3))
    assert KnownServers(file).see(Identity("a", 2)) == 3
    assert KnownServers(file).see(Identity("restored elsewhere", 1)) == 0
    assert KnownServers(tmp_path / "another PC").see(Identity("a", 2)) == 0


def test_a_server_that_tells_its_number_to_nobody_is_known_as_long_as_the_desk_runs(
    tmp_path: Path,
) -> None:
    known = KnownServers(tmp_path / "known.json")
    known.see(Identity("", 3))
    assert known.see(Identity("", 2)) == 3
    assert KnownServers(tmp_path / "known.json").see(Identity("", 2)) == 0


@pytest.mark.parametrize(
    "spoilt",
    ["", "{", "[]", '{"servers": []}', '{"servers": {"a": {}}}',
     '{"servers": {"a": {"timeline": "x", "heads": {}}}}',
     '{"servers": {"a": {"timeline": 3, "heads": {"7/h1": {"c": {"version": 1, "at": "?"}}}}}}'],
)  # fmt: skip
def test_a_spoilt_file_counts_as_empty_and_is_written_anew(tmp_path: Path, spoilt: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(spoilt, "utf-8")
    assert KnownServers(file).see(Identity("a", 2)) == 0
    assert KnownServers(file).see(Identity("a", 1)) == 2


@pytest.mark.skipif(os.name == "nt", reason="no such folder there")
def test_a_file_that_cannot_be_written_stops_nobody() -> None:
    known = KnownServers(Path("/proc/known.json"))
    known.see(Identity("a", 2))
    known.delivered("a", "7/h1", save("c"))
    assert known.see(Identity("a", 1)) == 2


def test_what_was_delivered_and_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    known = KnownServers(file)
    known.delivered("a", "7/h1", save("mine", 1, new=True))
    known.delivered("a", "7/h1", save("mine", 2))
    known.delivered("a", "7/h1", save("theirs", 5))
    known.delivered("a", "7/r1", save("another's", 9))
    known.delivered("b", "7/h1", save("elsewhere", 9, new=True))
    again = KnownServers(file)
    assert missing(again, {"mine": 2, "theirs": 5}) == []
    assert missing(again, {"mine": 7, "theirs": 6}) == [], "others went on with it"
    assert missing(again, {"mine": 1, "theirs": 4}) == ["mine", "theirs"]
    assert missing(again, {}) == ["mine"], "who no longer sees a case is told nothing of it"
    told = again.missing("a", "7/h1", lambda _: {"mine": 1, "theirs": 4})
    assert [one.version for one in told] == [2, 5]
    assert told[0].at == AT
    again.forget("a", "7/h1", told)
    assert missing(KnownServers(file), {}) == []
    assert missing(KnownServers(file), {}, "7/r1") == []


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    known = KnownServers(file)
    for n in range(MOST + 5):
        known.delivered("a", "7/h1", Delivered(f"c{n}", 1, AT + timedelta(minutes=n), new=True))
    assert missing(known, {}) == [f"c{n}" for n in range(5, MOST + 5)]
    for n in range(LONGEST + 3):
        known.see(Identity(f"s{n}", 1))
    assert len(json.loads(file.read_text("utf-8"))["servers"]) == LONGEST


def test_no_secret_and_no_name_of_a_case_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    known = KnownServers(file)
    known.see(Identity("a", 1))
    known.delivered("a", "7/h1", save("c", 1))
    told = json.loads(file.read_text("utf-8"))
    assert told["servers"]["a"]["heads"] == {
        "7/h1": {"c": {"version": 1, "at": AT.isoformat(), "new": False}}
    }
    assert set(told["servers"]["a"]) == {"timeline", "heads", "seen"}
