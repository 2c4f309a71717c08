"""Putting right what was entered wrongly: votes, the roll call, recusals. The first entry stays."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import meeting_corrections
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.meeting_corrections import RecusalCall
from sanzhi_desktop.domain.meeting_rules import eligible
from sanzhi_desktop.ui.forms import Form, lines
from sanzhi_desktop.ui.meeting.recording import OnItem
from sanzhi_desktop.ui.meeting.roll_call import RollCallDialog
from sanzhi_desktop.ui.meeting.vote_grid import VoteGrid


def _reason(title: str) -> Form:
    form = Form()
    form.add("reason", title, lines(2))
    return form


class CorrectVoteDialog(OnItem):
    """更正表决: other choices for votes that were recorded, with the reason."""

    def build(self) -> None:
        self.name_it(
            self.tr("更正表决"),
            self.tr(
                "只改记错的格，其余不动。原来的表决和更正理由保留，并写入笔录。"
                "作出决定以后不能再更正表决。"
            ),
            self.tr("更正(&O)"),
        )
        self.setMinimumSize(960, 520)
        self.form.hide()
        members, cast = eligible(self.here, self.item), self.item.votes
        preset = {(v.number, v.person_id): v.choice for v in cast}
        blank = {
            (number, m.person_id): self.tr("未表决")
            for number in self.item.points
            for m in members
            if (number, m.person_id) not in preset
        }
        self.table = VoteGrid(members, self.item.points, fixed=blank, preset=preset)
        self.table.setAccessibleName(self.tr("更正表决"))
        self.body.addWidget(self.table, 1)
        self.why = _reason(self.tr("更正理由(&R)"))
        self.body.addWidget(self.why)

    def first(self) -> QWidget:
        return next(iter(self.table.choices.values()), self.ok)

    def work(self) -> Callable[[], Changed]:
        session, here, item = self.session, self.here, self.item
        votes, reason = self.table.votes(), self.why.fields["reason"].text
        return lambda: meeting_corrections.correct_votes(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            case_id=item.case_id,
            votes=votes,
            reason=reason,
        )


class CorrectRollDialog(RollCallDialog):
    """更正点名: the roll call and the recusals as they should have been entered."""

    def build(self) -> None:
        super().build()
        self.name_it(
            self.tr("更正点名和回避"),
            self.tr(
                "改成会上的实际情况，只改记错的。原来的记录和更正理由保留，并写入笔录。"
                "已在案件中发言、表决的成员，须先将该案件退出议程，才能改为缺席或者回避。"
            ),
            self.tr("更正(&O)"),
        )
        self.why = _reason(self.tr("更正理由(&R)"))
        self.body.addWidget(self.why)

    def work(self) -> Callable[[], Changed]:
        session, here = self.session, self.here
        roll, reason = self.roll(), self.why.fields["reason"].text
        recusals = [
            RecusalCall(case_id, person_id, words if ticked else "")
            for case_id, person_id, words, ticked in self.stays_out()
        ]
        return lambda: meeting_corrections.correct_roll(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            roll=roll,
            recusals=recusals,
            reason=reason,
        )
