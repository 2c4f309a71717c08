"""What the running answers say about the problems of earlier rounds, before anything is signed.

Lives here: the marks as they stand, their words and their list. Must not: deciding a mark (that is
`application.problem_matrix`, out of the answer to the problem's own check item).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from sanzhi_desktop.application.problem_matrix import marks_of
from sanzhi_desktop.domain.case import ProblemRow
from sanzhi_desktop.ui.review_state import ReviewState
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge, Card, PlainLabel, button, column, row, scrolled

_SHOWN = 4  # problems in sight in the prompt; more are scrolled to


@dataclass(frozen=True, slots=True)
class EarlierMark:
    """One earlier problem. `solved` None: its check item has no answer yet."""

    problem: ProblemRow
    solved: bool | None
    note: str

    @property
    def words(self) -> str:
        """What the paper will say."""
        translate = QCoreApplication.translate
        if self.solved is None:
            return translate("marks", "待填")
        return translate("marks", "已解决") if self.solved else translate("marks", "未解决")

    @property
    def tone(self) -> Tone:
        """The colour of the word."""
        if self.solved is None:
            return Tone.WARN
        return Tone.OK if self.solved else Tone.DANGER


def earlier_marks(state: ReviewState) -> tuple[EarlierMark, ...]:
    """Every problem of an earlier round as the answers stand now, sent or not."""
    answers, asked = state.desk.findings.answers, {item.id for item in state.items}
    problems = {p.number: p for p in state.desk.case.problems}
    found = []
    for mark in marks_of(state.desk.case, answers):
        problem = problems[mark.number]
        open_ = problem.item_id in asked and problem.item_id not in answers
        found.append(EarlierMark(problem, None if open_ else mark.solved, mark.note))
    return tuple(found)


def summary(marks: Sequence[EarlierMark]) -> str:
    """The foot's words: how many there are and how they stand; "" in a first round."""
    if not marks:
        return ""
    translate = QCoreApplication.translate
    counts = [
        (translate("marks", "已解决"), sum(m.solved is True for m in marks)),
        (translate("marks", "未解决"), sum(m.solved is False for m in marks)),
        (translate("marks", "待填"), sum(m.solved is None for m in marks)),
    ]
    listed = "、".join(f"{word} {count}" for word, count in counts if count)
    return translate("marks", "以前的问题：{0}").format(listed)


def problem_line(mark: EarlierMark) -> str:
    """One problem: number, round, finding, what the unit answered."""
    translate = QCoreApplication.translate
    problem = mark.problem
    head = translate("marks", "问题 {0}（第 {1} 轮，检查项 {2}）：{3}").format(
        problem.number, problem.round, problem.item_id, problem.finding
    )
    if not problem.response:
        return head
    return head + "\n" + translate("marks", "承办机构答复：{0}").format(problem.response)


def mark_line(mark: EarlierMark) -> str:
    """One problem with the note on it, as the paper will print them."""
    translate = QCoreApplication.translate
    parts = [problem_line(mark)]
    if mark.note and mark.solved is not None:
        parts.append(translate("marks", "本轮认定：{0}").format(mark.note))
    return "\n".join(parts)


def marks_list(marks: Sequence[EarlierMark]) -> QScrollArea:
    """The problems one beneath the other, each with its mark; scrolled when there are many."""
    cards: list[QWidget | None] = []
    for mark in marks:
        card = Card()
        badge = Badge(mark.words, mark.tone)
        text = PlainLabel(mark_line(mark)).wrapped().selectable()
        line = row(badge, text)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        cards.append(card)
    page = QWidget()
    page.setLayout(column(*cards, None))
    area = scrolled(page)
    lines = page.fontMetrics().lineSpacing()
    area.setMinimumHeight(min(len(marks), _SHOWN) * (lines * 3 + 28))
    area.setAccessibleName(QCoreApplication.translate("marks", "以前的问题"))
    return area


class MarksDialog(QDialog):
    """The list by itself, opened from the foot of the review."""

    def __init__(self, marks: Sequence[EarlierMark], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("以前的问题"))
        self.setMinimumSize(680, 420)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        words = self.tr(
            "每个问题是否解决，由它的检查项在本轮的答案得出：不符合为未解决，其他为已解决。"
            "签名后随意见印出。要改，请改该检查项的答案和说明。"
        )
        outer.addWidget(PlainLabel(words, role="muted").wrapped())
        outer.addWidget(marks_list(marks), 1)
        close = button(self.tr("关闭"), self.accept, kind="primary")
        close.setDefault(True)
        outer.addLayout(row(None, close))
