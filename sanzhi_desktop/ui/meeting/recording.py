"""In the meeting: what was reported, said, voted and decided on one case."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from sanzhi_desktop.application import discussion
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.dispute import RuledPoint, Ruling
from sanzhi_desktop.domain.meeting import AgendaItem, Choice, ItemState, Meeting
from sanzhi_desktop.domain.meeting_rules import eligible, next_speakers, tally
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import Form, combo, lines, text_of
from sanzhi_desktop.ui.meeting.base import MeetingDialog
from sanzhi_desktop.ui.meeting.vote_grid import VoteGrid
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, column, row, scrolled


class OnItem(MeetingDialog):
    """A step on one case of the agenda."""

    def __init__(
        self,
        desk: Desk,
        meeting: Meeting,
        item: AgendaItem,
        reporters: dict[str, str],
        parent: QWidget,
    ) -> None:
        """`reporters`: code and name of those who may report: the handlers and the reviewer."""
        self.item = item
        self.reporters = reporters
        super().__init__(desk, meeting, parent)

    def place(self) -> Sequence[str]:
        return *super().place(), self.item.case_id

    def renew(self, found: Meeting) -> str:
        self.item = found.item(self.item.case_id)
        return super().renew(found)


class ReportDialog(OnItem):
    """汇报: a handler or the reviewer, without a vote."""

    def build(self) -> None:
        self.name_it(
            self.tr("记录汇报"),
            self.tr("承办人和审核人只汇报，不参加表决。"),
            self.tr("记录(&O)"),
        )
        self.person = QComboBox()
        for code, words in self.reporters.items():
            self.person.addItem(words, code)
        self.form.add("person", self.tr("汇报人(&P)"), self.person)
        self.form.add("text", self.tr("汇报内容(&T)"), lines(6))

    def work(self) -> Callable[[], Changed]:
        session, here, item = self.session, self.here, self.item
        person, text = text_of(self.person), self.form.fields["text"].text.strip()
        return lambda: discussion.report(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            case_id=item.case_id,
            person_id=person,
            text=text,
        )


class SpeechDialog(OnItem):
    """发言: each member once, in the order spoken, the chair last."""

    def build(self) -> None:
        self.name_it(
            self.tr("记录发言"),
            self.tr("按发言的先后逐人记录，原话记入；主持人最后发言。"),
            self.tr("记录(&O)"),
        )
        self.person = QComboBox()
        for member in next_speakers(self.here, self.item):
            self.person.addItem(f"{member.name}（{member.post}）", member.person_id)
        self.form.add("person", self.tr("发言人(&P)"), self.person)
        self.form.add("text", self.tr("发言内容(&T)"), lines(6))

    def work(self) -> Callable[[], Changed]:
        session, here, item = self.session, self.here, self.item
        person, text = text_of(self.person), self.form.fields["text"].text.strip()
        return lambda: discussion.speak(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            case_id=item.case_id,
            person_id=person,
            text=text,
        )


class VoteDialog(OnItem):
    """表决: every member on every point."""

    def build(self) -> None:
        self.name_it(
            self.tr("表决"),
            self.tr("逐人逐个问题选择；回避的成员和承办人没有表决权，不在表中。"),
            self.tr("记录表决(&O)"),
        )
        self.setMinimumSize(960, 460)
        self.form.hide()
        cast = {(v.number, v.person_id): name(v.choice) for v in self.item.votes}
        members = eligible(self.here, self.item)
        self.table = VoteGrid(members, self.item.points, fixed=cast, preset={})
        self.table.setAccessibleName(self.tr("表决"))
        self.choices = self.table.choices
        self.body.addWidget(self.table, 1)
        self.all = combo(Choice, first=self.tr("未表决"))
        self.all.setAccessibleName(self.tr("全体一致"))
        fill = button(self.tr("填入全表(&F)"), self._fill_all, kind="small")
        words = PlainLabel(self.tr("表决一致时可以先填全表，再逐格更改："), role="muted")
        self.body.addLayout(row(words, self.all, fill, None))

    def first(self) -> QWidget:
        return next(iter(self.choices.values()), self.ok)

    def _fill_all(self) -> None:
        for box in self.choices.values():
            box.setCurrentIndex(self.all.currentIndex())

    def work(self) -> Callable[[], Changed]:
        session, here, item = self.session, self.here, self.item
        votes = self.table.votes()
        return lambda: discussion.vote(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            case_id=item.case_id,
            votes=votes,
        )


class RulingDialog(OnItem):
    """作出决定: point by point, with the votes beside it."""

    def build(self) -> None:
        self.name_it(
            self.tr("作出决定"),
            self.tr(
                "逐个问题作出决定。选“其他”的写明内容；与多数表决不一致的，写明负责人的理由。"
                "少数意见按原话保留在笔录中。"
            ),
            self.tr("作出决定(&O)"),
        )
        self.setMinimumSize(720, 560)
        self.form.hide()
        self.forms: dict[int, Form] = {}
        self.rulings: dict[int, QComboBox] = {}
        cards: list[QWidget | None] = []
        for number in self.item.points:
            card = Card(self.tr("问题 {0}").format(number))
            votes = tally(self.item, number)
            words = "　".join(f"{name(choice)} {count} 票" for choice, count in votes.most_common())
            card.body.addWidget(PlainLabel(self.tr("表决：{0}").format(words), role="muted"))
            form = Form()
            keep(form, str(number), self.tr("问题 {0}").format(number))
            ruling = combo(Ruling)
            if votes:
                leading = votes.most_common(1)[0][0].value
                ruling.setCurrentIndex(max(0, ruling.findData(leading)))
            form.add("ruling", self.tr("决定"), ruling)
            form.add("content", self.tr("内容"), lines(2), hint=self.tr("选“其他”时必填"))
            permits = combo((), first=self.tr("不允许按拟作决定办理"))
            permits.addItem(self.tr("允许按拟作决定办理"), "1")
            form.add("permits", self.tr("“其他”的效果"), permits)
            form.add(
                "against_votes",
                self.tr("与表决不一致的理由"),
                QLineEdit(),
                hint=self.tr("与多数一致时留空"),
            )
            form.show_row("permits", on=False)
            ruling.currentIndexChanged.connect(
                lambda _, f=form, r=ruling: f.show_row(
                    "permits", on=r.currentData() == Ruling.OTHER.value
                )
            )
            card.body.addWidget(form)
            self.forms[number], self.rulings[number] = form, ruling
            cards.append(card)
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)

    def first(self) -> QWidget:
        return next(iter(self.rulings.values()))

    def work(self) -> Callable[[], Changed]:
        session, here, item = self.session, self.here, self.item
        rulings = []
        for number, form in self.forms.items():
            values = form.values()
            ruling = Ruling(text_of(self.rulings[number]))
            rulings.append(
                RuledPoint(
                    number,
                    ruling,
                    values["content"].strip(),
                    permits=ruling is Ruling.OTHER and values["permits"] == "1",
                    against_votes=values["against_votes"].strip(),
                )
            )
        return lambda: discussion.close_item(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            case_id=item.case_id,
            rulings=rulings,
        )


class DropDialog(OnItem):
    """退出议程: undecided, with the reason."""

    def build(self) -> None:
        self.name_it(
            self.tr("退出议程"),
            self.tr("本次会议不作决定。案件仍处于提请状态，等待下一次会议。")
            if self.item.state is ItemState.WAITING
            else self.tr(
                "撤销本次会议对这个案件的决定：发言、表决和决定的记录保留，不再有效，"
                "退出的理由写入笔录；案件等待下一次会议重新讨论。"
            ),
            self.tr("退出议程(&O)"),
        )
        self.ok.setDefault(False)  # Enter alone never takes it
        self.form.add("reason", self.tr("理由(&R)"), lines(3))

    def work(self) -> Callable[[], Changed]:
        session, here, item = self.session, self.here, self.item
        reason = self.form.fields["reason"].text.strip()
        return lambda: discussion.drop_item(
            session,
            meeting_id=here.meeting_id,
            seen_version=here.version,
            case_id=item.case_id,
            reason=reason,
        )
