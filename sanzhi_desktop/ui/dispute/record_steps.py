"""Fixing the 双方意见对照表: what becomes fixed is shown and asked about first.

Must not: signing it; that is the signing prompt's.
"""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import dispute_record
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.ui.dispute.base import DisputeStep
from sanzhi_desktop.ui.dispute.point_card import PointCard
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, column, scrolled


class FreezeStep(DisputeStep):
    """制作双方意见对照表: an edition can never be changed or taken back, so it is asked first."""

    def build(self) -> None:
        made = [r for r in self.view.dispute.records if r.round == self.case.round]
        edition = max((r.edition for r in made), default=0) + 1
        self.name_it(
            self.tr("制作双方意见对照表"),
            self.tr(
                "下面各问题的审核意见、异议、答复和协商结果，按现在的内容固定为第 {0} 轮第 {1} 版，"
                "供承办人、审核人先后签名。固定后这一版不能修改，也不能收回；"
                "还要补充异议、答复或者协商的，请先取消。"
            ).format(self.case.round, edition),
            self.tr("固定为第 {0} 版(&O)").format(edition),
        )
        self.form.hide()
        self.beware()
        self.earlier = Banner()
        self.body.addWidget(self.earlier)
        if made:
            words = self.tr("已有第 {0} 版，连同其上的签名照样保留；新的一版须由双方重新签名。")
            self.earlier.show_text(words.format(edition - 1), Tone.WARN)
        unit = self.case.submission.unit
        cards = [PointCard(p, self.view.dispute, unit=unit) for p in self.problems()]
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)
        self.setMinimumSize(720, 520)

    def work(self) -> Callable[[], Changed]:
        session, work, case = self.session, self.desk.work, self.case
        return lambda: dispute_record.freeze(
            session,
            work.book,
            work.papers,
            case_id=case.case_id,
            seen_version=case.version,
        )
