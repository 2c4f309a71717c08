"""Three jurisdictions written down as a lawyer would, tried by check, scope and deadline."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.scope import ScopeAnswer, ScopeCase, decide_scope
from sanzhi_desktop.resources import profiles

HERE = Path(__file__).parent / "elsewhere"
FILES = sorted(HERE.glob("*.toml"))
WAN = 10_000 * 100


def sanzhi(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "sanzhi_desktop", *arguments, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_file_is_good_and_marked_as_a_test(file: Path) -> None:
    profile, flaws = profiles.load_file(file)
    assert flaws == ()
    assert profile is not None
    assert "测试" in profile.name


def test_the_command_line_checks_one() -> None:
    code, told = sanzhi("profile", "check", str(HERE / "tiered_fines.toml"))
    assert (code, told["valid"], told["faults"]) == (0, True, [])


def fined(name: str, fen: int, party: PartyType, **more: Any) -> ScopeAnswer:
    profile, _ = profiles.load_file(HERE / f"{name}.toml")
    assert profile is not None
    case = ScopeCase(
        kind=Kind.PENALTY,
        procedure=more.pop("procedure", Procedure.ORDINARY),
        party_type=party,
        amount_fen=fen,
        penalty_kinds=more.pop("penalties", ("罚款",)),
        **more,
    )
    return decide_scope(profile, case)


@pytest.mark.parametrize(
    ("party", "fen", "fired", "reviewers"),
    [
        (PartyType.PERSON, WAN - 1, (), ()),
        (PartyType.PERSON, WAN, ("person",), 1),
        (PartyType.SOLE_TRADER, WAN, ("person",), 1),
        (PartyType.ORGANISATION, 10 * WAN, (), ()),
        (PartyType.ORGANISATION, 10 * WAN + 1, ("organisation",), 1),
        (PartyType.ORGANISATION, 50 * WAN - 1, ("organisation",), 1),
        (PartyType.ORGANISATION, 50 * WAN, ("organisation_large",), ("市司法局",)),
    ],
)
def test_the_edges_of_the_tiers(
    party: PartyType, fen: int, fired: tuple[str, ...], reviewers: Any
) -> None:
    answer = fined("tiered_fines", fen, party)
    assert tuple(b.criterion for b in answer.because) == fired
    if isinstance(reviewers, int):
        assert len(answer.reviewers) == reviewers
        assert "市司法局" not in answer.reviewers
    else:
        assert answer.reviewers == reviewers


def test_the_explanation_says_the_edges_in_full() -> None:
    (because,) = fined("tiered_fines", 20 * WAN, PartyType.ORGANISATION).because
    assert because.name == (
        "对法人或者其他组织罚款超过100000元（不含本数）不满500000元（不含本数）"
    )
    assert because.source.quote.startswith("对法人或者其他组织处以10万元以上（不含本数）")


def test_what_is_also_reported_to_the_superior() -> None:
    answer = fined("tiered_fines", 6 * WAN, PartyType.PERSON, penalties=("没收违法所得",))
    assert answer.reviewers[-1] == "市司法局"
    assert len(answer.reviewers) == 2


def test_every_ordinary_penalty_and_no_summary_one() -> None:
    some = {
        p: fined("ningxia_housing", 100, PartyType.PERSON, procedure=p).needs_review
        for p in Procedure
    }
    assert some == {Procedure.SUMMARY: False, Procedure.ORDINARY: True, Procedure.HEARING: True}


def test_a_decision_of_the_government_goes_through_both_bodies() -> None:
    answer = fined("guangdong", WAN, PartyType.PERSON, decider="government", criteria=("complex",))
    assert answer.reviewers == ("承办部门法制审核机构", "本级司法行政部门")


@pytest.mark.parametrize(
    ("file", "rule", "start", "due", "extended"),
    [
        # Friday 18 September 2026; Sunday 20 is worked, 25 to 27 and 1 to 7 October are off,
        # Saturday 10 October is worked.
        ("guangdong", "review.limit", "2026-09-18", "2026-09-24", "2026-09-30"),
        ("ningxia_housing", "review.limit.penalty", "2026-09-18", "2026-09-29", "2026-10-09"),
        ("ningxia_housing", "review.limit.permit", "2026-09-18", "2026-10-09", "2026-10-13"),
        ("tiered_fines", "review.limit", "2026-09-18", "2026-10-09", "2026-10-13"),
        # nothing is said for penalties alone: the general rule governs them
        ("tiered_fines", "review.limit.penalty", "2026-09-18", "2026-10-09", "2026-10-13"),
        # received on a day off, in the Spring Festival of 2026
        ("guangdong", "review.limit", "2026-02-18", "2026-02-28", "2026-03-04"),
    ],
)
def test_limits_and_their_extensions(
    file: str, rule: str, start: str, due: str, extended: str
) -> None:
    named = ("deadline", "--profile", str(HERE / f"{file}.toml"), "--rule", rule, "--from", start)
    code, told = sanzhi(*named)
    assert (code, told["due"]) == (0, due)
    code, told = sanzhi(*named, "--extended")
    assert (code, told["due"]) == (0, extended)


@pytest.mark.parametrize(("rule", "days"), [("objection.limit", 3), ("objection.reply_limit", 2)])
def test_objection_three_and_reply_two_working_days(rule: str, days: int) -> None:
    chinesecalendar = pytest.importorskip("chinese_calendar")
    start = date(2026, 9, 30)  # the day before the National Day holidays
    code, told = sanzhi(
        *("deadline", "--profile", str(HERE / "ningxia_housing.toml")),
        *("--rule", rule, "--from", start.isoformat()),
    )
    counted = [d for d in told["days"] if d["counted"]]
    assert (code, len(counted)) == (0, days)
    between = [date.fromisoformat(d["date"]) for d in told["days"]]
    assert [d for d in between if chinesecalendar.is_workday(d)] == [
        date.fromisoformat(d["date"]) for d in counted
    ]
