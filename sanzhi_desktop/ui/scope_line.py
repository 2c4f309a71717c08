"""Whether a submission has to be reviewed, said while it is being filled in."""

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import assess
from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.ui.widgets import PlainLabel


class ScopeLine(PlainLabel):
    """One line with the answer; the whole of it in the tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(role="muted", parent=parent)
        self.setWordWrap(True)

    def say(self, submission: Submission, profile: Profile) -> None:
        """Works the answer out anew; it costs less than a key stroke."""
        answer = assess.scope_of(submission, profile)
        if not answer.needs_review:
            self.setText(
                self.tr(
                    "按所填内容，本事项不属于应当审核的情形；"
                    "确认后由承办机构负责人登记为不需要审核。"
                )
            )
            self.setToolTip("")
            return
        first = answer.because[0]
        more = self.tr("等 {0} 项").format(len(answer.because)) if len(answer.because) > 1 else ""
        by = "、".join(answer.reviewers)
        self.setText(
            self.tr("应当审核：{0}（{1}）{2}；审核机构：{3}").format(
                first.name, first.source.cited(), more, by
            )
        )
        self.setToolTip("\n".join(f"{b.name}（{b.source.cited()}）" for b in answer.because))
