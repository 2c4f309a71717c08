"""Another team and corrected events of a transfer, the same on both databases."""

import sqlite3
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application import transfer_beside
from sanzhi_desktop.application.transfer import Step
from sanzhi_desktop.application.transfer_clocks import transfer_clocks
from sanzhi_desktop.domain.deadline import DeadlineStrip
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault
from sanzhi_desktop.domain.transfer import TransferFault
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action, WorkflowFault
from tests.persistence.desk import Desk
from tests.persistence.test_contract import refused
from tests.persistence.test_transfer import TO_RECEIVED, Moving

CHECKS_READERS = True  # after every command on the server


def team(moving: Moving, *codes: str, who: str = "ld", **changes: Any) -> None:
    members = [{"person_id": c} for c in codes]
    moving.take(Action.CHANGE_TRANSFER_TEAM, who=who, **({"team": members} | changes))


def codes(moving: Moving) -> list[str]:
    return [m.person_id for m in moving.now.team]


def test_the_team_changes_with_a_reason_and_the_readers_follow(desk: Desk) -> None:
    moving = Moving(desk).through((Action.REPORT_TRANSFER, ""))
    reader = desk.sessions["r2"].reader
    outside = "r2" in codes(moving)
    assert not outside
    refused(WorkflowFault.REASON_MISSING, lambda: team(moving, "h1", "r2", reason=" "))
    refused(TransferFault.TEAM_SAME, lambda: team(moving, "h2", "h1"))
    refused(TransferFault.TEAM_TOO_FEW, lambda: team(moving, "h1"))
    refused(PeopleFault.INACTIVE, lambda: team(moving, "h1", "nobody"))
    refused(WorkflowFault.NOT_YOUR_ROLE, lambda: team(moving, "h1", "r2", who="h1"))
    team(moving, "h1", "r2", who="uh")
    assert codes(moving) == ["h1", "r2"]
    assert [m.person_id for m in moving.now.former] == ["h2"]
    assert reader.case(moving.case_id).case_id == moving.case_id
    last = moving.now.events[-1]
    assert (last.action, last.reason, last.recorded_by) == (
        Action.CHANGE_TRANSFER_TEAM, "理由", "uh",
    )  # fmt: skip
    moving.take(Action.DECIDE_TRANSFER, "approved")
    refused(TransferFault.APPROVER_IN_TEAM, lambda: team(moving, "h1", "ah"))
    refused(TransferFault.NOT_IN_TEAM, lambda: moving.take(Action.PREPARE_TRANSFER, who="h2"))
    team(moving, "h2", "r2")  # he who left comes back, another goes
    assert set(codes(moving)) == {"h2", "r2"}
    moving.take(Action.PREPARE_TRANSFER, who="h2")
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_an_ended_transfer_keeps_its_team(desk: Desk) -> None:
    moving = Moving(desk).through((Action.REPORT_TRANSFER, ""), (Action.DECIDE_TRANSFER, "refused"))
    refused(TransferFault.NOT_OPEN, lambda: team(moving, "h1", "r2"))


def put_right(
    moving: Moving, seq: int, at: datetime, *, who: str = "h1", why: str = "录入有误", **detail: str
) -> None:
    """As the use case sends it, without its checks."""
    moving.desk.send(
        who,
        moving.case_id,
        Action.CORRECT_TRANSFER,
        reason=why,
        no=moving.now.no,
        seq=seq,
        at=at.isoformat(),
        opened_on=local_date(at).isoformat(),
        detail={"detail": detail, "reason": "理由"},
    )


def test_an_event_is_put_right_beside_the_first_entry(desk: Desk) -> None:
    moving = Moving(desk).through(*TO_RECEIVED)
    first = {e.action: e for e in moving.now.events}
    delivered, receipt = first[Action.DELIVER_TRANSFER], first[Action.RECEIPT_TRANSFER]
    half = timedelta(minutes=30)
    for seq, at, who, code in (
        (delivered.seq, delivered.at, "r1", WorkflowFault.NOT_YOUR_ROLE),
        (99, delivered.at, "h1", TransferFault.NOT_CORRECTABLE),
        (first[Action.ISSUE_TRANSFER].seq, delivered.at, "h1", TransferFault.NOT_CORRECTABLE),
        (first[Action.DECIDE_TRANSFER].seq, delivered.at, "h1", TransferFault.DECIDER_CORRECTS),
        (delivered.seq, receipt.at + half, "h1", TransferFault.CORRECTION_ORDER),
        (
            delivered.seq,
            first[Action.ISSUE_TRANSFER].at - half,
            "h1",
            TransferFault.CORRECTION_ORDER,
        ),
        (receipt.seq, moving.at + timedelta(days=9999), "h1", TransferFault.IN_FUTURE),
    ):
        refused(code, partial(put_right, moving, seq, at, who=who))
    put_right(moving, delivered.seq, delivered.at - half, organ="某公安局")
    put_right(moving, delivered.seq, delivered.at - half / 2, organ="某公安分局", why="再次核对")
    now = next(e for e in moving.now.events if e.seq == delivered.seq)
    assert (now.at, now.detail["organ"]) == (delivered.at - half / 2, "某公安分局")
    assert [(c.was_at, c.why, c.made_by) for c in now.corrections] == [
        (delivered.at, "录入有误", "h1"),
        (delivered.at - half, "再次核对", "h1"),
    ]
    assert len(moving.now.events) == len(first)
    # The latest moment moves back as well: what follows may stand where it belongs.
    put_right(moving, receipt.seq, receipt.at - half / 2)
    moving.at = receipt.at - timedelta(hours=1) - half / 3
    moving.take(Action.POLICE_ANSWER, "filed")
    moving.take(Action.HAND_OVER)
    ended = next(e for e in moving.now.events if e.action is Action.HAND_OVER)
    put_right(moving, ended.seq, ended.at - timedelta(minutes=5))
    assert desk.sessions["au"].reader.verify_chains() == ()


def test_the_day_of_the_suspicion_moves_back_only(embedded_desk: Desk, embedded_path: Path) -> None:
    moving = Moving(embedded_desk)
    moving.take(Action.OPEN_TRANSFER)
    opening = moving.now.events[0]

    def opened_on() -> str:
        with sqlite3.connect(embedded_path) as db:
            return str(db.execute("select opened_on from transfer").fetchone()[0])

    assert opened_on() == "2026-01-05"
    put_right(moving, 1, opening.at - timedelta(days=1), who="uh")
    assert opened_on() == "2026-01-04"
    put_right(moving, 1, opening.at, who="uh")
    assert opened_on() == "2026-01-04"


def test_the_periods_are_counted_anew(embedded_desk: Desk) -> None:
    from sanzhi_desktop.compose import work

    desk = embedded_desk
    moving = Moving(desk).through((Action.REPORT_TRANSFER, ""))
    book = work(bundled_fonts=True).book
    profile, calendar = book.profile("shucheng"), book.calendar(())

    def due() -> DeadlineStrip:
        found = transfer_clocks((moving.now,), profile, calendar, now=desk.gateway("h1").now())
        strip = found[0].strip
        assert strip is not None
        return strip

    before = due()
    session = desk.sessions["h1"]
    event = moving.now.events[-1]
    step = partial(Step, moving.case_id)
    same = step(desk.version(moving.case_id), event.at)
    with pytest.raises(DomainError) as caught:
        transfer_beside.correct_event(
            session, same, seq=event.seq, said=event.reason, detail={}, why="没有变化"
        )
    assert caught.value.code is TransferFault.NOTHING_CORRECTED
    later = step(desk.version(moving.case_id), event.at + timedelta(days=2))
    transfer_beside.correct_event(
        session, later, seq=event.seq, said=event.reason, detail={"facts": "更正"}, why="日期写错"
    )
    after = due()
    assert before.start is not None
    assert after.start == before.start + timedelta(days=2)
    assert after.due is not None
    assert before.due is not None
    assert after.due > before.due
    assert moving.now.told(Action.REPORT_TRANSFER, "facts") == "更正"


@pytest.mark.parametrize(
    "statement",
    [
        "update transfer_member set left_at = null",
        "update transfer_member set left_at = joined_at where person_id = 'h1'",
        "delete from transfer_member",
        (
            "insert into transfer_member (office_id, case_id, no, person_id, place, name,"
            " certificate, joined_at, readers) select office_id, case_id, no, 'ck', 9, 'x', 'x',"
            " joined_at, readers from transfer_member limit 1"
        ),
        "update transfer set last_at = '2020-01-01T00:00:00.000000Z'",
        "update transfer set opened_on = '2026-01-01'",
        "update transfer_event set at = '2020-01-01T00:00:00.000000Z'",
        "delete from transfer_event where corrects > 0",
    ],
)
def test_the_tables_refuse_it_without_an_entry(
    embedded_desk: Desk, embedded_path: Path, statement: str
) -> None:
    moving = Moving(embedded_desk).through((Action.REPORT_TRANSFER, ""))
    event = moving.now.events[-1]
    put_right(moving, event.seq, event.at)
    team(moving, "h1", "r2")
    moving.take(Action.DECIDE_TRANSFER, "approved")
    with sqlite3.connect(embedded_path) as db, pytest.raises(sqlite3.IntegrityError) as caught:
        db.execute(statement)
    assert "SZ-" in str(caught.value)
