"""Dialogs of a transfer after its receipt: the answer, objections, handing over, the end."""

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QLineEdit

from sanzhi_desktop.application import transfer
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.transfer import PoliceAnswer
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.transfer import TransferChoice, TransferFault, current, rows_for
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.forms import combo, lines, text_of
from sanzhi_desktop.ui.transfer.base import TransferStep


class _ChoosingStep(TransferStep):
    """A step with a choice among what is possible now."""

    choice: QComboBox

    def chosen(self) -> TransferChoice:
        """What is chosen. Raises DomainError when nothing is possible any more."""
        code = text_of(self.choice)
        if not code:
            raise DomainError(TransferFault.NOT_OPEN)
        return TransferChoice(code)


class PoliceAnswerStep(_ChoosingStep):
    """登记立案答复: only the answers that are possible now."""

    def fields(self) -> None:
        self.when = self.tr("收到通知的时间(&T)")
        self.name_it(
            self.tr("登记立案答复"),
            self.tr("按收到的书面通知填写。对不予立案有异议的，期限从收到通知之日起计算。"),
            self.tr("登记(&O)"),
        )
        found = current(self.case.transfers)
        rows = rows_for(found, Action.POLICE_ANSWER)
        self.choice = combo(TransferChoice(row.choice) for row in rows)
        self.form.add("choice", self.tr("答复(&D)"), self.choice)
        self.form.add("number", self.tr("通知书文号(&N)"), QLineEdit())
        self.form.add("organ", self.tr("答复机关(&A)"), QLineEdit())
        self.form.add("forwarded_to", self.tr("转送至(&G)"), QLineEdit())
        self.form.add("reason", self.tr("不予立案的理由(&R)"), lines(3))
        self.add_paper("paper", self.tr("通知书（扫描件）(&F)"))
        if found is not None:
            self.form.put({"organ": found.told(Action.DELIVER_TRANSFER, "organ")})
        self.choice.currentIndexChanged.connect(lambda _: self._show_rows())
        self._show_rows()

    def _show_rows(self) -> None:
        chosen = text_of(self.choice)
        self.form.show_row("forwarded_to", on=chosen == TransferChoice.FORWARDED)
        self.form.show_row("reason", on=chosen == TransferChoice.NOT_FILED)

    def work(self) -> Callable[[], Changed]:
        step, session = self.step(), self.session
        choice = self.chosen()
        refused = choice is TransferChoice.NOT_FILED
        sent_on = choice is TransferChoice.FORWARDED
        answer = PoliceAnswer(
            choice=choice,
            number=self.text("number"),
            organ=self.text("organ"),
            forwarded_to=self.text("forwarded_to") if sent_on else "",
            paper=self.papers.get("paper"),
        )
        reason = self.text("reason") if refused else ""
        return lambda: transfer.police_answer(session, step, answer=answer, reason=reason)


class ObjectTransferStep(_ChoosingStep):
    """提出异议: 复议, or a suggestion to the procuratorate."""

    def fields(self) -> None:
        self.when = self.tr("提出时间(&T)")
        self.name_it(
            self.tr("提出异议"),
            self.tr("可以提请作出决定的公安机关复议，也可以建议人民检察院依法进行立案监督。"),
            self.tr("登记(&O)"),
        )
        rows = rows_for(current(self.case.transfers), Action.OBJECT_TRANSFER)
        self.choice = combo(TransferChoice(row.choice) for row in rows)
        self.form.add("choice", self.tr("方式(&D)"), self.choice)
        self.form.add("organ", self.tr("提交给（机关）(&A)"), QLineEdit())
        self.add_reason(self.tr("理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        step, session = self.step(), self.session
        choice = self.chosen()
        organ, reason = self.text("organ"), self.text("reason")
        return lambda: transfer.object_to(session, step, choice=choice, organ=organ, reason=reason)


class HandOverStep(TransferStep):
    """登记移交: items and material after filing."""

    def fields(self) -> None:
        self.when = self.tr("移交时间(&T)")
        self.name_it(
            self.tr("登记移交"),
            self.tr("将涉案物品以及与案件有关的其他材料移交公安机关，并办结交接手续。"),
            self.tr("登记(&O)"),
        )
        self.form.add(
            "items", self.tr("移交的物品和材料(&I)"), lines(4), hint=self.tr("一行一项，写明数量")
        )
        self.form.add("received_by", self.tr("接收人(&P)"), QLineEdit())

    def work(self) -> Callable[[], Changed]:
        step, session = self.step(), self.session
        items, received_by = self.text("items"), self.text("received_by")
        return lambda: transfer.hand_over(session, step, items=items, received_by=received_by)


class CloseTransferStep(TransferStep):
    """不再提出异议."""

    def fields(self) -> None:
        self.when = self.tr("决定时间(&T)")
        self.name_it(
            self.tr("不再提出异议"),
            self.tr("公安机关不予立案、本机关不再提出异议的，移送结束，案件依法作出行政处理。"),
            self.tr("结束移送(&O)"),
        )
        self.beware()
        self.add_reason(self.tr("理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        step, session, reason = self.step(), self.session, self.text("reason")
        return lambda: transfer.close(session, step, reason=reason)
