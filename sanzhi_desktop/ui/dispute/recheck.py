"""复审: asked by the unit's head where a step of the rules says so; another reviewer takes it."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox

from sanzhi_desktop.application import objection
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.dispute import DisputeFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action, State
from sanzhi_desktop.ui.dispute.base import DisputeStep
from sanzhi_desktop.ui.dispute.view import DisputeView


def provided(view: DisputeView) -> bool:
    """Whether the rules of the case know a review of the review."""
    return view.case.state is State.RESPONDING and any(
        step.id == objection.RECHECK for step in view.page.profile.dispute_route()
    )


def closed(view: DisputeView) -> DomainError | None:
    """Why it cannot be asked for now, or None."""
    found = view.closed(Action.CONFIRM)
    if found is not None:
        return found
    if view.dispute.objection(view.case.round) is None:
        return DomainError(DisputeFault.NO_OBJECTION)
    waiting = [
        p.number
        for p in view.case.problems
        if p.round == view.case.round and not p.response.strip()
    ]
    return DomainError(CaseFault.RESPONSE_MISSING, number=waiting[0]) if waiting else None


class RecheckStep(DisputeStep):
    """申请复审, with the unit's declaration as at every submission."""

    def build(self) -> None:
        self.name_it(
            self.tr("申请复审"),
            self.tr("本案以“复审”再次送审，由原审核人以外的审核人办理，期限重新计算。"),
            self.tr("申请复审(&O)"),
        )
        self.declared = QCheckBox(self.tr("本机构对送审材料的真实性、准确性、完整性负责(&D)"))
        self.form.add("declared", self.tr("声明"), self.declared)

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        if not self.declared.isChecked():
            raise DomainError(CaseFault.NOT_DECLARED)
        return lambda: objection.ask_recheck(
            session, book, case_id=case.case_id, seen_version=case.version
        )
