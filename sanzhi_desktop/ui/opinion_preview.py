"""The real pages of the opinion as the draft stands now, laid out off the GUI thread."""

from sanzhi_desktop.application import review
from sanzhi_desktop.domain.opinion import OpinionPaper
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.paper_panel import PaperPanel
from sanzhi_desktop.ui.review_state import ReviewState


class OpinionPreview(PaperPanel):
    """Shows what would be signed: the same pages, still without number, date and signatures."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, empty=self.tr("切换到本页时生成意见书预览"))
        self._work = desk.work

    def show_state(self, state: ReviewState) -> None:
        """Lays the draft out anew."""
        session, book, now = self._desk.session, self._work.book, state.desk
        self.clear(self.tr("正在排版…"))
        self._desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: review.paper_of(session, book, now),
            done=self._lay_out,
            failed=self._no_paper,
            key="paper",
        )

    def _lay_out(self, paper: OpinionPaper) -> None:
        press = self._work.press
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: press.lay_out(paper),
            done=lambda pdf: self.show_paper(
                pdf,
                self.tr("法制审核意见书（草稿）.pdf"),
                docx=lambda: press.editable_copy(paper, number="", dated=None),
            ),
            failed=self._no_paper,
            key="lay out",
        )

    def _no_paper(self, error: BaseException) -> None:
        self.clear(self.tr("不能生成预览"), self._desk.problems.text(error))
