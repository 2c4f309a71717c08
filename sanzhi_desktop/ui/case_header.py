"""The strip over every case screen: what, who, where it stands, until when."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout

from sanzhi_desktop.domain.deadline import DeadlineStrip
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.badges import DueBadge, OutcomeBadge
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Badge, PlainLabel, button, reveal, row

_STATE_TONES = {
    State.PASSED: Tone.OK,
    State.DECIDED: Tone.OK,
    State.CORRECTION: Tone.WARN,
    State.RESPONDING: Tone.WARN,
    State.RETURNED: Tone.NEUTRAL,
    State.NOT_NEEDED: Tone.NEUTRAL,
    State.WITHDRAWN: Tone.NEUTRAL,
}


class CaseHeader(QFrame):
    """Shows a CasePage; `back` returns to the work list."""

    def __init__(self) -> None:
        super().__init__()
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 4)
        lines.setSpacing(5)
        self.back = button(self.tr("返回"), icon="back", kind="small", shortcut="Alt+Left")
        self.name = PlainLabel(role="title").wrapped()
        self.state = Badge()
        self.outcome = OutcomeBadge()
        self.due = DueBadge()
        self.round = Badge()
        top = row(self.back, self.name, self.state, self.round, self.outcome, self.due, spacing=10)
        top.setStretch(1, 1)
        lines.addLayout(top)
        self.who = PlainLabel(role="muted").wrapped()
        lines.addWidget(self.who)
        self.present = PlainLabel(role="mark").wrapped()
        self.present.hide()
        lines.addWidget(self.present)

    def show_present(self, names: Sequence[str]) -> None:
        """Who else has the case open at this moment."""
        words = self.tr("{0} 也打开了本案。同时修改的，后保存的人会看到两边的不同。")
        self.present.setText(words.format("、".join(names)) if names else "")
        reveal(self.present, on=bool(names))

    def show_new(self, text: str) -> None:
        """Nothing is registered yet."""
        self.show_present(())
        self.name.setText(text)
        self.who.setText("")
        for badge in (self.state, self.round, self.outcome, self.due):
            badge.show_as("", Tone.NEUTRAL)

    def show_page(self, page: CasePage) -> None:
        """Fills the strip."""
        case = page.case
        submission = case.submission
        self.name.setText(submission.name or self.tr("（未填案由）"))
        self.state.show_as(name(case.state), _STATE_TONES.get(case.state, Tone.INFO))
        self.round.show_as(
            self.tr("第 {0} 轮").format(case.round) if case.round > 1 else "", Tone.NEUTRAL
        )
        self.outcome.show_outcome(case.current.outcome if case.current else None)
        self._show_due(page)
        reviewer = page.name_of(case.reviewer) if case.reviewer else self.tr("未分派")
        parts = [
            self.tr("当事人：{0}").format(submission.party.name or self.tr("未填")),
            self.tr("类别：{0}").format(submission.kind.chinese),
            self.tr("承办机构：{0}").format(submission.unit or self.tr("未填")),
            self.tr("审核人：{0}").format(reviewer),
        ]
        if submission.file_number:
            parts.append(self.tr("案号：{0}").format(submission.file_number))
        if case.current and case.current.number:
            parts.append(self.tr("文号：{0}").format(case.current.number))
        self.who.setText("　".join(parts))

    def _show_due(self, page: CasePage) -> None:
        strip: DeadlineStrip | None = page.strip
        if strip is None or strip.due is None or page.case.state not in _RUNNING:
            self.due.show_as(
                self.tr("未设审核期限") if strip is None and page.case.state in _RUNNING else "",
                Tone.NEUTRAL,
            )
            self.due.setToolTip("")
            return
        self.due.show_due(strip.due, page.today, provisional=strip.provisional)
        # Plain text, broken by Qt: markup cannot come in through the name of a rule.
        self.due.setToolTip(basis_paragraph(strip).replace("<", "‹"))


_RUNNING = (State.SUBMITTED, State.ACCEPTED, State.REVIEWING, State.SIGNING)
