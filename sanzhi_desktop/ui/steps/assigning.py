"""Steps of the lead: who reviews."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHeaderView

from sanzhi_desktop.application import review
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone

Candidate = tuple[Person, PeopleFault | None]


class AssignStep(StepDialog):
    """分派、转办: everybody is listed; who cannot be chosen stands there with the reason."""

    def build(self) -> None:
        again = self.case.state is State.REVIEWING
        self.name_it(
            self.tr("转办") if again else self.tr("分派审核人"),
            self.tr("不能选的人列出了原因：承办人不得审核，回避和资格按登记计算。"),
            self.tr("转办(&O)") if again else self.tr("分派(&O)"),
        )
        self.setMinimumSize(680, 420)
        self.table = Table(self.tr("审核人"))
        self.model: RowModel[Candidate] = RowModel(
            [
                Column("name", self.tr("姓名"), lambda c: c[0].name, 90),
                Column("unit", self.tr("机构"), lambda c: c[0].unit, 110),
                Column(
                    "why",
                    self.tr("能否分派"),
                    self._why,
                    380,
                    tone=lambda c: Tone.DANGER if c[1] else Tone.OK,
                ),
            ],
            self,
        )
        self.table.use(self.model)
        self.table.setWordWrap(True)
        heights = self.table.verticalHeader()
        heights.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.opened.connect(lambda _: self.ok.click())
        self.body.insertWidget(0, self.table, 1)
        if again:
            self.add_reason(self.tr("转办理由(&R)"))
        session, case = self.session, self.case
        self.read(lambda: review.candidates(session, case), self._show)

    def _why(self, candidate: Candidate) -> str:
        """Every reason, the handler's first: it stands whatever posts he may still be given."""
        person, fault = candidate
        handling = person.person_id in {h.person_id for h in self.case.submission.handlers}
        faults = dict.fromkeys([PeopleFault.HANDLING] if handling else [])
        if fault is not None:
            faults[fault] = None
        words = [sentence(one.value, name=person.name) for one in faults]
        return "".join(words) or self.tr("可以")

    def _show(self, rows: Sequence[Candidate]) -> None:
        self.model.replace(rows)
        self.table.setFocus()

    def work(self) -> Callable[[], Changed]:
        row = self.table.current_row()
        if row is None:
            raise DomainError(CaseFault.FIELD_MISSING, field=self.tr("审核人"))
        person, fault = row
        if fault is not None:
            raise DomainError(fault, name=person.name)
        fields = self.form.fields
        reason = fields["reason"].text.strip() if "reason" in fields else ""
        session, book, case = self.session, self.desk.work.book, self.case
        return lambda: review.assign(
            session,
            book,
            case_id=case.case_id,
            seen_version=case.version,
            reviewer=person.person_id,
            reason=reason,
        )
