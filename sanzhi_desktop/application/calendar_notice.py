"""Taking in a year's holiday arrangement: which open deadlines move by it, and moving them.

A due date is computed from events and the calendar in force; the date in the lists is a copy. So
publishing is one command of the office, and every case whose date moves gets a logged step of
its own. What was interrupted half-way is found again by `moves`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.commands import (
    Changed,
    Command,
    OfficeAction,
    OfficeCommand,
    new_id,
)
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import CaseEvents, CaseRow, ListQuery, ListScope
from sanzhi_desktop.application.rulebook import (
    RuleBook,
    office_calendar,
    review_rule,
)
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.clock import DeadlineRule
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.workdays import Arrangement, Calendar
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, WorkflowFault

PAGE = 500
_STATES = tuple(t.source for t in TRANSITIONS if t.action is Action.MOVE_DUE and t.source)
Report = Callable[[int, int], None]  # how many of how many


class NoticeFault(Code):
    """Why an arrangement is not published."""

    SAME = "notice.same"
    EDITION_IN_FORCE = "notice.edition_in_force"


@dataclass(frozen=True, slots=True)
class DueMove:
    """An open deadline whose last day differs from the one in the lists."""

    case_id: str
    version: int
    name: str
    party_name: str
    was: date | None
    becomes: date | None


@dataclass(frozen=True, slots=True)
class NoticePreview:
    """What publishing would do; nothing is changed. `days`: worked instead of off or back."""

    arrangement: Arrangement
    replaces: Arrangement | None
    days: tuple[date, ...]
    moves: tuple[DueMove, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. `left`: cases that somebody else was changing; they stay marked."""

    changed: Changed
    moved: tuple[DueMove, ...]
    left: tuple[DueMove, ...]


def preview(session: Session, book: RuleBook, arrangement: Arrangement) -> NoticePreview:
    """Which days and which open deadlines change by an arrangement.

    Raises DomainError: it says what is in force already, or something else under the same
    edition.
    """
    running = office_calendar(book, session.reader)
    before = _replaced(running, arrangement)
    coming = running.including(arrangement)
    days = changed_days(running, coming, arrangement.year)
    found = moves(session, book, coming, since=days[0]) if days else ()
    return NoticePreview(arrangement, before, days, found)


def _replaced(running: Calendar, arrangement: Arrangement) -> Arrangement | None:
    """What the arrangement takes the place of."""
    before = next((a for a in running.arrangements if a.year == arrangement.year), None)
    if before == arrangement:
        raise DomainError(NoticeFault.SAME, year=arrangement.year, edition=arrangement.edition)
    if before is not None and before.edition == arrangement.edition:
        raise DomainError(
            NoticeFault.EDITION_IN_FORCE, year=arrangement.year, edition=arrangement.edition
        )
    return before


def changed_days(old: Calendar, new: Calendar, year: int) -> tuple[date, ...]:
    """The days of a year, and of the December before it, that are worked in one calendar only."""
    first = date(year - 1, 12, 1)
    count = (date(year, 12, 31) - first).days + 1
    days = (first + timedelta(days=n) for n in range(count))
    return tuple(day for day in days if old.is_working(day) != new.is_working(day))


def moves(
    session: Session, book: RuleBook, calendar: Calendar, *, since: date | None = None
) -> tuple[DueMove, ...]:
    """Running reviews whose last day in the lists is not the one this calendar gives.

    `since`: the first day on which the calendar changed; what is due before it cannot move.
    """
    now = session.gateway.now()
    rows = [
        row
        for row in _running(session)
        if since is None or row.due_on is None or row.due_on >= since
    ]
    cases = {case.case_id: case for case in session.reader.clock_events([r.case_id for r in rows])}
    rules: dict[tuple[str, str, Kind], DeadlineRule | None] = {}
    found: list[DueMove] = []
    for row in rows:
        case = cases.get(row.case_id)
        if case is None:  # closed since the list was read
            continue
        key = (case.profile_id, case.profile_edition, case.kind)
        if key not in rules:
            rules[key] = _rule_of(session, book, case)
        strip = stepping.strip_of(case.round, case.events, rules[key], calendar, now=now)
        if strip is not None and strip.due != row.due_on:
            move = DueMove(
                row.case_id, case.version, row.name, row.party_name, row.due_on, strip.due
            )
            found.append(move)
    return tuple(found)


def _rule_of(session: Session, book: RuleBook, case: CaseEvents) -> DeadlineRule | None:
    applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
    profile = book.applied(applied) if applied else book.profile(case.profile_id)
    return review_rule(profile, case.kind)


def _running(session: Session) -> Iterator[CaseRow]:
    offset = 0
    while True:
        query = ListQuery(scope=ListScope.OPEN, states=_STATES, limit=PAGE, offset=offset)
        rows = session.reader.worklist(query)
        yield from rows
        if len(rows) < PAGE:
            return
        offset += PAGE


def publish(
    session: Session, book: RuleBook, arrangement: Arrangement, *, report: Report | None = None
) -> Published:
    """Publishes an arrangement and moves every open deadline by it, one logged step each.

    Raises DomainError as `preview` does, and when the person may not publish.
    """
    running = office_calendar(book, session.reader)
    _replaced(running, arrangement)
    days = changed_days(running, running.including(arrangement), arrangement.year)
    changed = session.gateway.send_office(
        OfficeCommand(
            command_id=new_id(),
            office_id=session.actor.office_id,
            action=OfficeAction.PUBLISH_CALENDAR,
            payload={
                "year": arrangement.year,
                "edition": arrangement.edition,
                "number": arrangement.number,
                "arrangement": book.notice_text(arrangement),
            },
        )
    )
    if not days:
        return Published(changed, (), ())
    done = settle(session, book, arrangement, since=days[0], report=report)
    return replace(done, changed=changed)


def settle(
    session: Session,
    book: RuleBook,
    arrangement: Arrangement,
    *,
    since: date | None = None,
    report: Report | None = None,
) -> Published:
    """Moves what the calendar in force moves, under a published arrangement: all of it after
    publishing, the rest when that was interrupted. Raises DomainError when it is not published."""
    found = moves(session, book, office_calendar(book, session.reader), since=since)
    moved: list[DueMove] = []
    left: list[DueMove] = []
    for place, move in enumerate(found, start=1):
        (moved if _move(session, move, arrangement) else left).append(move)
        if report is not None:
            report(place, len(found))
    return Published(Changed(kinds=frozenset({"case"})), tuple(moved), tuple(left))


def _move(session: Session, move: DueMove, arrangement: Arrangement) -> bool:
    """One case's step; False when the case was changed meanwhile. Hundreds may follow each other,
    and the gateway checks each: the case is not read once more before."""
    words = f"{arrangement.title}（{arrangement.number}，版本 {arrangement.edition}）"
    try:
        session.gateway.send(
            Command(
                command_id=new_id(),
                office_id=session.actor.office_id,
                case_id=move.case_id,
                seen_version=move.version,
                action=Action.MOVE_DUE,
                reason=f"{words}：期限届满日由{_iso(move.was)}调整为{_iso(move.becomes)}",
                payload={
                    "year": arrangement.year,
                    "edition": arrangement.edition,
                    "due_from": move.was.isoformat() if move.was else None,
                    "due_on": move.becomes.isoformat() if move.becomes else None,
                },
            )
        )
    except DomainError as error:
        if error.code not in (CaseFault.STALE, WorkflowFault.NO_TRANSITION):
            raise
        return False
    return True


def _iso(day: date | None) -> str:
    return day.isoformat() if day else "未定"
