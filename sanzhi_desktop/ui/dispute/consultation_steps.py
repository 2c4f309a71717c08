"""协商沟通: opening it, speaking to one problem, stating what came of it, confirming that."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from sanzhi_desktop.application import consultation
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.dispute import Agreement, Consultation, ConsultedPoint, DisputeFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.base import DisputeStep
from sanzhi_desktop.ui.dispute.view import DisputeView
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import Form, combo, lines, text_of
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.widgets import Card, PlainLabel, column, scrolled


class OpenConsultationStep(DisputeStep):
    """开始协商 on one or more problems."""

    def build(self) -> None:
        self.name_it(
            self.tr("开始协商"),
            self.tr("勾选要协商的问题。双方的发言按问题记录，只能增加，不能修改或者删除。"),
            self.tr("开始协商(&O)"),
        )
        self.form.hide()
        self.ticks: dict[int, QCheckBox] = {}
        self.setMinimumSize(640, 420)
        cards: list[QWidget | None] = []
        for problem in self.problems():
            tick = QCheckBox(self.tr("协商第 {0} 个问题").format(problem.number))
            tick.setChecked(True)
            keep(tick, f"{problem.number}.tick")
            self.ticks[problem.number] = tick
            card = Card()
            card.body.addWidget(tick)
            card.body.addWidget(PlainLabel(problem.finding).wrapped())
            cards.append(card)
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)

    def work(self) -> Callable[[], Changed]:
        session, case = self.session, self.case
        numbers = [n for n, tick in self.ticks.items() if tick.isChecked()]
        return lambda: consultation.open_consultation(
            session, case_id=case.case_id, seen_version=case.version, numbers=numbers
        )


class _OnConsultation(DisputeStep):
    def __init__(self, desk: Desk, view: DisputeView, talk: Consultation, parent: QWidget) -> None:
        self.talk = talk
        super().__init__(desk, view, parent)

    def place(self) -> Sequence[str]:
        return *super().place(), self.talk.consultation_id

    def renew(self, found: Any) -> str:
        here = self.talk.consultation_id
        talks = (t for t in found.talks if t.consultation_id == here)
        self.talk = next(talks, self.talk)
        return super().renew(found)


class SayStep(_OnConsultation):
    """发言: one entry to the thread of one problem."""

    def build(self) -> None:
        self.name_it(
            self.tr("协商发言"),
            self.tr("发言记入所选的问题，发出后不能修改。"),
            self.tr("发言(&O)"),
        )
        self.number = QComboBox()
        for point in self.talk.points:
            words = self.tr("第 {0} 个问题").format(point.number)
            self.number.addItem(words, str(point.number))
        self.form.add("number", self.tr("问题(&P)"), self.number)
        self.form.add("text", self.tr("内容(&T)"), lines(5))
        self.files = self.file_picker()
        self.body.addWidget(self.files)

    def work(self) -> Callable[[], Changed]:
        session, case, talk = self.session, self.case, self.talk
        text, number = self.form.fields["text"].text.strip(), int(text_of(self.number))
        files = self.files.attachments()
        return lambda: consultation.say(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            consultation_id=talk.consultation_id,
            number=number,
            text=text,
            files=files,
        )


class ProposeStep(_OnConsultation):
    """提出协商结果: agreed or not, point by point."""

    def build(self) -> None:
        self.name_it(
            self.tr("提出协商结果"),
            self.tr(
                "达成一致的，写明一致的内容，由对方确认后生效；全部未达成一致的，协商随即结束。"
            ),
            self.tr("提出结果(&O)"),
        )
        self.setMinimumSize(640, 480)
        self.form.hide()
        self.choices: dict[int, QComboBox] = {}
        self.forms: dict[int, Form] = {}
        cards: list[QWidget | None] = []
        for point in self.talk.points:
            card = Card(self.tr("第 {0} 个问题").format(point.number))
            form = Form()
            keep(form, str(point.number), self.tr("第 {0} 个问题").format(point.number))
            choice = combo(Agreement)
            choice.setCurrentIndex(choice.findData(Agreement.OPEN.value))
            form.add("agreement", self.tr("结果"), choice)
            form.add("note", self.tr("一致的内容"), lines(2))
            card.body.addWidget(form)
            self.choices[point.number], self.forms[point.number] = choice, form
            cards.append(card)
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)

    def work(self) -> Callable[[], Changed]:
        session, case, talk = self.session, self.case, self.talk
        points = [
            ConsultedPoint(n, Agreement(text_of(self.choices[n])), form.values()["note"].strip())
            for n, form in self.forms.items()
        ]
        return lambda: consultation.propose_result(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            consultation_id=talk.consultation_id,
            points=points,
        )


class ConfirmResultStep(_OnConsultation):
    """确认协商结果 that the other side proposed."""

    def build(self) -> None:
        self.name_it(
            self.tr("确认协商结果"),
            self.tr("确认后协商结束，结果印入双方意见对照表。不同意的，请取消并继续发言。"),
            self.tr("确认结果(&O)"),
        )
        self.form.hide()
        for point in self.talk.points:
            if point.agreement is None:
                raise DomainError(DisputeFault.NOT_PROPOSED)
            words = self.tr("第 {0} 个问题：{1}").format(point.number, name(point.agreement))
            if point.note:
                words += "\n" + point.note
            self.body.addWidget(PlainLabel(words).wrapped())

    def work(self) -> Callable[[], Changed]:
        session, case, talk = self.session, self.case, self.talk
        return lambda: consultation.close_consultation(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            consultation_id=talk.consultation_id,
        )
