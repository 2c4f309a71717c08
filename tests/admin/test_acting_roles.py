"""Acting roles on the command line: entered, corrected, withdrawn, and seen before they begin."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.office import with_acting, without_acting
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person, Role, RoleGrant
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import create_embedded
from sanzhi_desktop.persistence.writes import SHANGHAI

Run = Callable[..., tuple[int, str]]
TODAY = datetime.now(UTC).astimezone(SHANGHAI).date()
PAPER = "示发〔2026〕1号"


def on(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """One verb over people of an office with a lead; its exit code and what it said."""
    file = tmp_path / "a.db"
    create_embedded(file, NewOffice(), admin=Person("admin", "管"), password="adminpass1").close()
    monkeypatch.setenv("SANZHI_NEW_PASSWORD", "first password")

    def verb(*words: str) -> tuple[int, str]:
        code = main(["user", *words, "--db", str(file)])
        told = capsys.readouterr()
        return code, told.out + told.err

    add = ("add", "li1", "--name", "李某", "--role", "lead", "--qualification", "A1")
    assert verb(*add)[0] == 0
    return verb


def acting(start: int, end: int, *more: str) -> list[str]:
    return [
        "role", "li1", "--role", "head", "--from", on(start), "--to", on(end), "--basis", PAPER,
        *more,
    ]  # fmt: skip


def grants(run: Run) -> list[tuple[str, str | None, str | None]]:
    people = json.loads(run("list", "--json")[1])["people"]
    (li,) = (p for p in people if p["code"] == "li1")
    return [(g["role"], g["valid_from"], g["valid_to"]) for g in li["grants"]]


def test_an_acting_role_has_an_end(run: Run) -> None:
    code, said = run("role", "li1", "--role", "head", "--from", on(9), "--basis", PAPER)
    assert code == 2
    assert "截止日期" in said
    assert grants(run) == [("lead", None, None)]


def test_a_coming_role_is_seen_and_a_second_period_is_not_put_beside_it(run: Run) -> None:
    assert run(*acting(9, 40))[0] == 0
    assert f"{on(9)}至{on(40)}" in run("list")[1]
    code, said = run(*acting(10, 40))
    assert code == 2
    assert on(9) in said
    assert "--replace" in said
    assert run(*acting(9, 40))[0] == 0, "the same again is the same"
    assert run(*acting(41, 50))[0] == 0, "what follows it is another one"
    assert len(grants(run)) == 3


def test_a_wrong_period_is_put_right_and_nothing_else_changes(run: Run) -> None:
    run(*acting(-400, -390))
    run(*acting(9, 400))
    assert run(*acting(9, 40, "--replace"))[0] == 0
    ended = ("head", on(-400), on(-390))
    assert grants(run) == [("lead", None, None), ended, ("head", on(9), on(40))]
    code, said = run("role", "li1", "--role", "head", "--replace")
    assert code == 2
    assert "截止日期" in said


def test_a_period_is_withdrawn_and_nothing_else_is(run: Run) -> None:
    run(*acting(9, 40))
    assert run("role", "li1", "--role", "head", "--withdraw")[0] == 0
    assert grants(run) == [("lead", None, None)]
    assert run("role", "li1", "--role", "head", "--withdraw")[0] == 2
    run(*acting(-5, 40))
    assert run("role", "li1", "--role", "head", "--withdraw")[0] == 0
    assert grants(run) == [("lead", None, None), ("head", on(-5), on(-1))], "it was in force"
    run(*acting(0, 40))
    assert run("role", "li1", "--role", "head", "--withdraw")[0] == 0
    assert grants(run)[1:] == [("head", on(-5), on(-1))], "one that begins today never was"


DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 20))
PERIODS = st.builds(
    lambda role, days: RoleGrant(role, min(days), max(days), PAPER),
    st.sampled_from([Role.HEAD, Role.LEAD]),
    st.tuples(DAYS, DAYS),
)


def days_of(grant: RoleGrant) -> set[date]:
    span = (date(2026, 1, 1) + timedelta(days=n) for n in range(60))
    return {day for day in span if grant.holds_on(day)}


@given(PERIODS, PERIODS, DAYS, st.booleans())
def test_periods_of_one_role_never_share_a_day(
    held: RoleGrant, new: RoleGrant, today: date, instead: bool
) -> None:
    shared = held.role is new.role and bool(days_of(held) & days_of(new))
    assert held.meets(new) == new.meets(held) == shared
    forever = RoleGrant(Role.HEAD)
    assert not forever.meets(new)
    gone = instead and held.role is new.role and not held.ended(today)
    if shared and not gone and held != new:
        with pytest.raises(DomainError) as caught:
            with_acting([forever, held], [new], today=today, instead=instead)
        assert caught.value.code is PeopleFault.ACTING_OVERLAPS
        return
    found = with_acting([forever, held], [new], today=today, instead=instead)
    assert forever in found
    assert new in found
    assert (held in found) == (held == new or not gone)


@given(PERIODS, DAYS)
def test_who_withdraws_takes_back_nothing_that_was(held: RoleGrant, today: date) -> None:
    if held.ended(today):
        with pytest.raises(DomainError) as caught:
            without_acting([held], [held.role], today=today)
        assert caught.value.code is PeopleFault.NOT_ACTING
        return
    found = without_acting([held], [held.role], today=today)
    left = {day for grant in found for day in days_of(grant)}
    assert left == {day for day in days_of(held) if day < today}
