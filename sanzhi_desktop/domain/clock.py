"""What a deadline clock is made of: its rule, its faults and notes, and the strip it yields.

Values only; `domain.deadline` computes days, `domain.hour_clock` hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.workdays import DayStep, Unit

START_RECEIPT = "start_receipt"  # 收到之日
START_ACCEPTANCE = "start_acceptance"  # 受理之日
START_FILING = "start_filing"  # 立案之日, of the statutory clock
SUSPEND = "suspend"
RESUME = "resume"
EXTEND = "extend"
EXTEND_CASE = "extend_case"  # of the case's statutory period; the review clock passes it by
STOP = "stop"
RECALL = "recall"  # 撤回送审: what ran before counts for nothing


class ClockFault(Code):
    """Events that contradict each other or come too late."""

    EXTENSION_LATE = "clock.extension_late"
    EXTENSION_APPROVER = "clock.extension_approver"
    ALREADY_SUSPENDED = "clock.already_suspended"
    NOT_SUSPENDED = "clock.not_suspended"
    STOPPED = "clock.stopped"
    UNKNOWN_EVENT = "clock.unknown_event"


class ClockNote(Code):
    """What a person should know beside the due date."""

    SOFT = "clock.soft"
    PROVISIONAL = "clock.provisional"
    MAY_SHIFT = "clock.may_shift"
    CAUSE_NOT_NAMED = "clock.cause_not_named"
    OUTLASTS_STATUTE = "clock.outlasts_statute"
    LATE = "clock.late"


class ClockState(StrEnum):
    """Where a clock stands on the day of asking."""

    NOT_STARTED = "not_started"  # 未起算
    RUNNING = "running"  # 计时中
    SUSPENDED = "suspended"  # 已中止计时
    OVERDUE = "overdue"  # 已超期
    STOPPED = "stopped"  # 已停止


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """The plain values of one rule. `source` is printed as it stands.

    `start` names the event that starts the clock. `causes`: the suspensions that the governing
    rule names, code → words for the strip (补正期间); others do not stop this clock. `rolls`:
    a last day off moves to the next working day. `soft`: 原则上.
    """

    key: str
    name: str
    number: int
    unit: Unit
    source: str
    start: str = START_RECEIPT
    rolls: bool = False
    soft: bool = False
    causes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A warning as code and facts; the sentence is made at the edge."""

    code: ClockNote
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension that was granted in time."""

    number: int
    unit: Unit
    approver: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class DeadlineStrip:
    """A deadline with its working. `used` and `remaining` count in the rule's unit (days for
    months and years); `remaining` 0 means due today, negative means overdue by so much. `due` is
    None before the start and while suspended."""

    rule: DeadlineRule
    state: ClockState
    calendar: str
    start: date | None = None
    due: date | None = None
    due_at: datetime | None = None
    used: int = 0
    remaining: int = 0
    days: tuple[DayStep, ...] = ()
    provisional: bool = False
    stopped_on: date | None = None
    notes: tuple[Note, ...] = ()
    extensions: tuple[Extension, ...] = ()
    notices: tuple[str, ...] = ()  # numbers of the holiday notices that the days rest on

    @property
    def late(self) -> bool:
        """Stopped after the due date, or running past it."""
        return any(note.code is ClockNote.LATE for note in self.notes)
