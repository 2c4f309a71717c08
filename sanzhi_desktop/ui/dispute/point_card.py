"""One problem with both sides beside each other, and everything that came of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from sanzhi_desktop.domain.case import ProblemRow
from sanzhi_desktop.domain.dispute import Attachment, Dispute, ObjectionPoint, Ruling
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.steps.aftermath import problem_words
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge, Card, PlainLabel


def files_words(files: tuple[Attachment, ...]) -> str:
    """The names of attached files in one line."""
    return "附件：" + "、".join(f.name for f in files) if files else ""


def objection_words(point: ObjectionPoint) -> str:
    """The unit's objection as the reviewer reads it."""
    parts = [point.reasons]
    if point.basis:
        parts.append(f"依据：{point.basis}")
    if point.evidence:
        parts.append(f"证据：{point.evidence}")
    if point.files:
        parts.append(files_words(point.files))
    return "\n".join(parts)


class PointCard(Card):
    """Left the review body, right the undertaking unit; beneath, agreement and ruling."""

    def __init__(self, problem: ProblemRow, dispute: Dispute, *, unit: str) -> None:
        super().__init__(
            f"问题 {problem.number}（第 {problem.round} 轮，{name(problem.dimension)}）"
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        objection = dispute.objection(problem.round)
        point = (
            next((p for p in objection.points if p.number == problem.number), None)
            if (objection)
            else None
        )
        left = problem_words(problem)
        if point is not None and point.stance is not None:
            left += f"\n\n答复异议：{name(point.stance)}\n{point.reply}"
        if point is not None:
            right = objection_words(point)
        elif problem.response:
            right = f"答复：{problem.response}"
        else:
            right = "没有提出异议" if objection else "尚未提出异议或者答复"
        for at, (title, text) in enumerate((("法制审核机构", left), (unit or "承办机构", right))):
            grid.addWidget(PlainLabel(title, role="muted"), 0, at)
            grid.addWidget(
                PlainLabel(text).wrapped().selectable(), 1, at, Qt.AlignmentFlag.AlignTop
            )
        self._outcome(problem, dispute)

    def _outcome(self, problem: ProblemRow, dispute: Dispute) -> None:
        agreed = dispute.agreed(problem.round).get(problem.number)
        if agreed is not None and agreed.agreement is not None:
            words = f"协商结果：{name(agreed.agreement)}"
            if agreed.note:
                words += f"。{agreed.note}"
            self.body.addWidget(PlainLabel(words, role="accent").wrapped())
        result = dispute.result(problem.round)
        for ruled in result.points if result else ():
            if result is None or ruled.number != problem.number:
                continue
            tone = Tone.WARN if ruled.ruling is Ruling.UPHOLD else Tone.INFO
            self.body.addWidget(Badge(f"{result.meeting_name}：{name(ruled.ruling)}", tone))
            if ruled.content:
                self.body.addWidget(PlainLabel(ruled.content).wrapped().selectable())
