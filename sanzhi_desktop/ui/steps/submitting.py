"""Steps of the undertaking unit and of the head that need little more than a reason."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox

from sanzhi_desktop.application import aftermath, intake, signoff
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.rulebook import office_calendar, profile_of
from sanzhi_desktop.domain.case import RoundReason
from sanzhi_desktop.ui.forms import combo, text_of
from sanzhi_desktop.ui.steps.base import StepDialog


class ConfirmStep(StepDialog):
    """承办机构负责人确认送审，并声明真实性、准确性、完整性."""

    def build(self) -> None:
        self.name_it(
            self.tr("确认送审"),
            self.tr("确认后案件送法制审核机构，审核期限开始计算。"),
            self.tr("确认送审(&O)"),
        )
        self.declared = QCheckBox(
            self.tr(
                "本机构对送审材料的真实性、准确性、完整性，以及执法的事实、证据、\n法律适用、程序的合法性负责(&D)"
            )
        )
        self.form.add("declared", self.tr("声明"), self.declared)

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        declared = self.declared.isChecked()

        def send() -> Changed:
            applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
            return intake.confirm(
                session,
                case_id=case.case_id,
                seen_version=case.version,
                declared=declared,
                calendar=office_calendar(book, session.reader),
                profile=profile_of(book, case, applied),
            )

        return send


class _ReasonStep(StepDialog):
    """A step that needs a written reason."""

    def reason(self) -> str:
        """What was typed."""
        return self.form.fields["reason"].text.strip()


class SendBackStep(_ReasonStep):
    """签发人退回审核人修改."""

    def build(self) -> None:
        self.name_it(
            self.tr("退回审核人修改"),
            self.tr("审核人会看到退回的理由。审核人的签名随之失效，修改后重新签名。"),
            self.tr("退回(&O)"),
        )
        self.beware()
        self.add_reason(self.tr("退回理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, case, reason = self.session, self.case, self.reason()
        return lambda: signoff.send_back(
            session, case_id=case.case_id, seen_version=case.version, reason=reason
        )


class WithdrawStep(_ReasonStep):
    """承办机构撤回（终止）."""

    def build(self) -> None:
        self.name_it(
            self.tr("撤回（终止）"),
            self.tr("撤回后本案不再审核，已取的文号作废并保留理由。撤回不能恢复。"),
            self.tr("撤回(&O)"),
        )
        self.ok.setProperty("kind", "danger")
        self.beware()
        self.add_reason(self.tr("撤回理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, case, reason = self.session, self.case, self.reason()
        return lambda: intake.withdraw(
            session, case_id=case.case_id, seen_version=case.version, reason=reason
        )


class NewRoundStep(_ReasonStep):
    """听证后、材料变化等，重新送审."""

    def build(self) -> None:
        self.name_it(
            self.tr("重新送审"),
            self.tr("重新送审后，原审核意见不再作为作出决定的依据，须等新一轮审核通过。"),
            self.tr("重新送审(&O)"),
        )
        self.why = combo(r for r in RoundReason if r is not RoundReason.FIRST)
        self.form.add("round_reason", self.tr("情形(&K)"), self.why)
        self.add_reason(self.tr("说明(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, case, reason = self.session, self.case, self.reason()
        why = RoundReason(text_of(self.why))
        return lambda: aftermath.new_round(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            round_reason=why,
            reason=reason,
        )
