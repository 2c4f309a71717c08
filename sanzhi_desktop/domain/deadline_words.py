"""The words of a deadline: the one paragraph printed on the opinion and on the strip.

Must not: computing anything; the strip comes from `domain.deadline`.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from sanzhi_desktop.domain.clock import (
    START_ACCEPTANCE,
    START_FILING,
    START_RECEIPT,
    DeadlineStrip,
)
from sanzhi_desktop.domain.workdays import MAKEUP, WEEKEND, DayStep

_DAY = timedelta(days=1)


_STARTS = {
    START_RECEIPT: "收到送审材料之日",
    START_ACCEPTANCE: "受理之日",
    START_FILING: "立案之日",
    "start_notice": "告知之日",
    "start_decision": "作出决定之日",
    "before_hearing": "举行听证之日",
}


def basis_paragraph(strip: DeadlineStrip) -> str:
    """One printed paragraph: the period, its source, its working and the holiday notices."""
    rule = strip.rule
    limit = f"{rule.name}{rule.number}{rule.unit.chinese}{'（原则上）' if rule.soft else ''}"
    parts = [f"{limit}，依据：{rule.source}。"]
    if strip.start is None:
        return parts[0] + "尚未起算。"
    backwards = strip.due is not None and strip.due < strip.start
    way = "向前推算" if backwards else "起算"
    parts.append(f"自{_STARTS.get(rule.start, '起算之日')}{_chinese(strip.start)}{way}")
    if strip.due_at is None:
        parts.append("，当日不计入")
    parts += [
        f"；{_chinese(e.decided_on)}经{e.approver}批准延长{e.number}{e.unit.chinese}"
        for e in strip.extensions
    ]
    left_out = _grouped(d for d in strip.days if not d.counted and d.reason != WEEKEND)
    if left_out:
        parts.append("；不计入：" + "，".join(left_out))
    makeup = [_chinese(d.date) for d in strip.days if d.counted and d.reason == MAKEUP]
    if makeup:
        parts.append("；调休上班计入：" + "、".join(makeup))
    if strip.due_at is not None:
        parts.append(f"；{_chinese(strip.due_at.date())}{strip.due_at:%H:%M}届满。")
    elif backwards and strip.due is not None:
        parts.append(f"；最迟应在{_chinese(strip.due)}办理{'（暂定）' if strip.provisional else ''}。")
    elif strip.due is not None:
        parts.append(f"；{_chinese(strip.due)}届满{'（暂定）' if strip.provisional else ''}。")
    else:
        parts.append("；现已中止计时。")
    if strip.notices:
        parts.append("节假日安排：" + "、".join(strip.notices) + "。")
    return "".join(parts)


def _grouped(days: Iterable[DayStep]) -> list[str]:
    """Runs of days with one reason as 国庆节（2026年10月1日至2026年10月7日）."""
    runs: list[tuple[str, date, date]] = []
    for step in days:
        if runs and runs[-1][0] == step.reason and runs[-1][2] + _DAY == step.date:
            runs[-1] = (step.reason, runs[-1][1], step.date)
        else:
            runs.append((step.reason, step.date, step.date))
    return [
        f"{why}（{_chinese(a)}" + (f"至{_chinese(b)}" if b != a else "") + "）"
        for why, a, b in runs
    ]


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
