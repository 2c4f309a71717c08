"""Sentences of the minutes about what was put right: 更正表决, 更正点名, 更正回避.

Lives here: words made of what is kept. Must not: putting anything right
(`application.meeting_corrections`).
"""

from collections.abc import Mapping
from datetime import datetime

from sanzhi_desktop.domain.meeting import AgendaItem, Attendance, Choice, Meeting
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.domain.workdays import SHANGHAI

CHOICE_NAMES: Mapping[Choice, str] = {
    Choice.UPHOLD: "维持审核意见",
    Choice.ADOPT: "采纳承办意见",
    Choice.OTHER: "其他意见",
    Choice.ABSTAIN: "弃权",
}
_ATTENDANCE: Mapping[Attendance, str] = {
    Attendance.PRESENT: "出席",
    Attendance.ABSENT: "缺席",
    Attendance.EXPECTED: "未点名",
}


def of_item(item: AgendaItem, people: Mapping[str, Person]) -> tuple[str, ...]:
    """What was put right on one case, in the order made: first votes, then recusals."""
    votes = (
        f"{_name(people, c.person_id)}对问题{c.number}的表决，原记录为“{CHOICE_NAMES[c.was]}”，"
        f"更正为“{CHOICE_NAMES[c.choice]}”。{_why(people, c.reason, c.made_by, c.at)}"
        for c in item.corrections
    )
    recusals = (
        f"{_name(people, c.person_id)}"
        + (f"更正为回避（{_bare(c.recusal)}）。" if c.recusal else "更正为不回避，参加讨论和表决。")
        + _why(people, c.reason, c.made_by, c.at)
        for c in item.recusal_corrections
    )
    return (*votes, *recusals)


def of_roll(meeting: Meeting, people: Mapping[str, Person]) -> tuple[str, ...]:
    """What was put right in the roll call, in the order made."""
    return tuple(
        f"{_name(people, c.person_id)}原点名为{_called(c.was, c.was_because)}，"
        f"更正为{_called(c.attendance, c.absence_reason)}。"
        f"{_why(people, c.reason, c.made_by, c.at)}"
        for c in meeting.corrections
    )


def _called(attendance: Attendance, because: str) -> str:
    return f"{_ATTENDANCE[attendance]}（{_bare(because)}）" if because else _ATTENDANCE[attendance]


def _why(people: Mapping[str, Person], reason: str, by: str, at: datetime) -> str:
    when = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return f"更正理由：{_bare(reason)}（{_name(people, by)}，{when}）"


def _bare(text: str) -> str:
    return text.strip().rstrip("。")


def _name(people: Mapping[str, Person], code: str) -> str:
    return people[code].name if code in people else code
