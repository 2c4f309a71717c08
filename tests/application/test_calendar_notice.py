"""A holiday arrangement comes in: what moves is shown first, then moved, each as a logged step."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from sanzhi_desktop import compose, resources
from sanzhi_desktop.application import calendar_notice, stepping
from sanzhi_desktop.application.calendar_notice import NoticeFault
from sanzhi_desktop.application.ports import Reader, Session
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.application.rulebook import office_calendar
from sanzhi_desktop.compose import offices, sample
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workdays import Arrangement
from sanzhi_desktop.domain.workflow import Action, WorkflowFault
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.open import Opened
from sanzhi_desktop.resources import calendars
from sanzhi_desktop.resources.rulebook import ShippedBook

BOOK = ShippedBook()
# An invented arrangement of 2027: New Year's Day until the 3rd, made up for on Sunday the 10th.
NOTICE = """类别,节日,开始,结束
年份,2027
文号,示例通知〔2026〕1号
成文日期,2026-11-04
放假,元旦,2027-01-01,2027-01-03
上班,元旦,2027-01-10
放假,春节,2027-02-05,2027-02-11
"""


@dataclass
class House:
    """A sample office whose cases were received at the end of December."""

    opened: Opened
    clock: ReplayClock
    journey: Journey
    cases: dict[str, str]

    def session(self, role: Role) -> Session:
        return self.opened.session(self.journey.office.holder(role).person_id)

    def due(self, name: str) -> date | None:
        rows = self.session(Role.LEAD).reader.worklist(ListQuery(scope=ListScope.ALL))
        return next(row.due_on for row in rows if row.case_id == self.cases[name])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    work = compose.work(bundled_fonts=True)
    clock = ReplayClock(datetime(2026, 12, 10, 1, tzinfo=UTC))
    opened, keys = offices.found_sample(
        tmp_path / "office.db", work, profile_id="shucheng", clock=clock
    )
    source = resources.path("samples", "penalty.txt")
    profile = sample.sample_profile("shucheng")
    cases: dict[str, str] = {}

    def bring(name: str, *, accept: bool) -> Journey:
        made = Journey(sample.office_data(), keys, work, profile, clock, opened.session)
        made.register(made.complete(work.reader.read(source)), source)
        made.confirm()
        if accept:
            made.accept()
        cases[name] = made.case_id
        return made

    bring("early", accept=True)
    clock.advance(days=19)
    journey = bring("accepted", accept=True)
    bring("submitted", accept=False)
    yield House(opened, clock, journey, cases)
    opened.close()


@pytest.fixture
def notice(tmp_path: Path) -> Arrangement:
    file = tmp_path / "2027.csv"
    file.write_text(NOTICE, "utf-8")
    return BOOK.read_notice(file)


def test_a_preview_shows_what_moves_and_changes_nothing(house: House, notice: Arrangement) -> None:
    admin = house.session(Role.ADMIN)
    found = calendar_notice.preview(admin, BOOK, notice)
    assert {m.case_id for m in found.moves} == {house.cases["accepted"], house.cases["submitted"]}
    assert {(m.was, m.becomes) for m in found.moves} == {(date(2027, 1, 5), date(2027, 1, 6))}
    assert found.replaces is None
    # Weekdays off, and the Sunday that is worked; weekends that were off anyway do not count.
    assert [d.isoformat() for d in found.days] == [
        "2027-01-01", "2027-01-10", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10",
        "2027-02-11",
    ]  # fmt: skip
    assert house.due("accepted") == date(2027, 1, 5)
    assert admin.reader.calendars() == ()


def test_publishing_moves_the_open_deadlines_as_logged_steps(
    house: House, notice: Arrangement
) -> None:
    admin = house.session(Role.ADMIN)
    told: list[tuple[int, int]] = []
    done = calendar_notice.publish(
        admin, BOOK, notice, report=lambda step, total: told.append((step, total))
    )
    assert [m.case_id for m in done.left] == []
    assert told == [(1, 2), (2, 2)]
    assert house.due("accepted") == house.due("submitted") == date(2027, 1, 6)
    assert house.due("early") == date(2026, 12, 17)
    last = admin.reader.history(house.cases["accepted"])[-1]
    assert last.action == "move_due"
    assert "2027-01-05调整为2027-01-06" in last.reason
    assert "示例通知〔2026〕1号" in last.reason
    assert admin.reader.history(house.cases["early"])[-1].action == "accept"
    assert admin.reader.history("")[-1].action == "publish_calendar"
    assert admin.reader.verify_chains() == ()
    # From now on every clock of the office counts by it, and nothing is provisional any more.
    calendar = office_calendar(BOOK, admin.reader)
    assert calendar.knows(2027)
    assert calendar.due(date(2026, 12, 29), 5) == date(2027, 1, 6)
    assert calendars.shipped().due(date(2026, 12, 29), 5) == date(2027, 1, 5)
    assert calendar_notice.moves(admin, BOOK, calendar) == ()


def test_the_same_again_and_another_under_its_edition_are_refused(
    house: House, notice: Arrangement
) -> None:
    admin = house.session(Role.ADMIN)
    calendar_notice.publish(admin, BOOK, notice)
    for text, code in (
        (NOTICE, NoticeFault.SAME),
        (NOTICE.replace("2027-01-10", "2027-01-09"), NoticeFault.EDITION_IN_FORCE),
    ):
        with pytest.raises(DomainError) as caught:
            calendar_notice.publish(admin, BOOK, calendars.parse(text, file="2027.csv"))
        assert caught.value.code is code
    corrected = NOTICE.replace("2027-01-01,2027-01-03", "2027-01-01") + "版本,2027.2\n"
    done = calendar_notice.publish(admin, BOOK, calendars.parse(corrected, file="2027.csv"))
    assert done.moved == (), "the days off at the weekend moved nothing"
    assert [c.edition for c in admin.reader.calendars()] == ["2027.1", "2027.2"]


def test_a_case_that_somebody_changes_meanwhile_is_left_and_settled_later(
    house: House, notice: Arrangement
) -> None:
    admin, clerk = house.session(Role.ADMIN), house.session(Role.CLERK)

    def accept(step: int, _total: int) -> None:
        """Somebody accepts the second case after the list of moves was made."""
        if step == 1:
            case = clerk.reader.case(house.cases["submitted"])
            stepping.send(
                clerk,
                case_id=case.case_id,
                seen_version=case.version,
                action=Action.ASK_CORRECTION,
                reason="缺材料",
                payload={"missing": ["证据"]},
            )

    order = [m.case_id for m in calendar_notice.preview(admin, BOOK, notice).moves]
    assert order[1] == house.cases["submitted"]
    done = calendar_notice.publish(admin, BOOK, notice, report=accept)
    assert [m.case_id for m in done.moved] == [house.cases["accepted"]]
    assert [m.case_id for m in done.left] == [house.cases["submitted"]]
    again = calendar_notice.settle(admin, BOOK, notice)
    assert (again.moved, again.left) == ((), ()), "a suspended clock has no last day to move"


def test_only_the_administrator_publishes(house: House, notice: Arrangement) -> None:
    for role in (Role.LEAD, Role.CLERK):
        with pytest.raises(DomainError) as caught:
            calendar_notice.publish(house.session(role), BOOK, notice)
        assert caught.value.code is PersistenceFault.NOT_ALLOWED
    lead = house.session(Role.LEAD)
    seen = lead.reader.case(house.cases["early"]).version
    with pytest.raises(DomainError) as step:
        stepping.send(
            lead,
            case_id=house.cases["early"],
            seen_version=seen,
            action=Action.MOVE_DUE,
            reason="x",
        )
    assert step.value.code is WorkflowFault.NOT_YOUR_ROLE
    assert house.session(Role.LEAD).reader.calendars() == ()


class Counting:
    """A reader that counts what is asked of it."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.asked[name] += 1
        return getattr(self.reader, name)


def test_many_open_cases_are_read_at_once(house: House, notice: Arrangement) -> None:
    """As many reads for a hundred cases as for three: none of them is read alone."""
    admin = house.session(Role.ADMIN)
    reader = Counting(admin.reader)
    watched = replace(admin, reader=cast("Reader", reader))
    assert len(calendar_notice.preview(watched, BOOK, notice).moves) == 2
    assert reader.asked["case"] == 0
    assert reader.asked["clock_events"] == 1
    assert reader.asked["profile_applied"] == 1


def test_the_events_of_many_cases_are_those_of_each(house: House) -> None:
    reader = house.session(Role.ADMIN).reader
    wanted = [*house.cases.values(), "no-such-case"]
    found = {one.case_id: one for one in reader.clock_events(wanted)}
    assert set(found) == set(house.cases.values())
    for case_id, one in found.items():
        case = reader.case(case_id)
        assert one.events == case.clock
        assert (one.version, one.round, one.kind) == (
            case.version,
            case.round,
            case.submission.kind,
        )
        assert (one.profile_id, one.profile_edition) == (case.profile_id, case.profile_edition)
