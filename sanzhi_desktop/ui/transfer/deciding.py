"""Dialogs of a transfer up to its approval: the team, the report, the chief's decision."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QListWidgetItem

from sanzhi_desktop.application import transfer
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.rulebook import profile_of
from sanzhi_desktop.application.transfer import Report
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person, Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.transfer import (
    TransferChoice,
    TransferDestination,
    TransferFault,
    current,
)
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.resources.sentences import explain
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import combo, lines, parse_yuan, text_of
from sanzhi_desktop.ui.names import moment
from sanzhi_desktop.ui.transfer.base import TransferStep
from sanzhi_desktop.ui.widgets import Card, PlainLabel, scrolled


class OpenTransferStep(TransferStep):
    """指定专案组."""

    def fields(self) -> None:
        self.when = self.tr("指定时间(&T)")
        self.name_it(
            self.tr("指定专案组"),
            self.tr("指定2名以上执法人员组成专案组，核实情况后提出移送的书面报告。"),
            self.tr("指定(&O)"),
        )
        self.destination = combo(TransferDestination)
        self.form.add("destination", self.tr("移送至(&D)"), self.destination)
        self.form.add("reason", self.tr("涉嫌犯罪的线索和依据(&R)"), lines(3))
        self.add_team({h.person_id for h in self.case.submission.handlers})

    def add_team(self, wanted: set[str]) -> None:
        """The list of officers to tick, these ticked."""
        self.team = QListWidget()
        self.team.setAccessibleName(self.tr("专案组成员，空格键选择"))
        keep(self.team, "team", self.tr("专案组成员"))
        self.team.setMaximumHeight(self.fontMetrics().height() * 9)
        self.team.itemChanged.connect(lambda _item: self._team_changed())
        caption = PlainLabel(self.tr("专案组成员（空格键选择）(&M)"))
        caption.setBuddy(self.team)
        self.team_fault = PlainLabel(role="error").wrapped()
        self.team_fault.hide()
        for part in (caption, self.team, self.team_fault):
            self.body.addWidget(part)
        self._wanted = wanted
        self.profile: Profile | None = None

    def look_up(self) -> tuple[Profile, Sequence[tuple[Person, PeopleFault | None]]]:
        session, book, case = self.session, self.desk.work.book, self.case
        applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
        profile = profile_of(book, case, applied)
        return profile, transfer.team_candidates(session, case)

    def looked_up(self, found: Any) -> None:
        self.profile, candidates = found
        self.team.blockSignals(True)
        for person, fault in candidates:
            words = f"{person.name}　{person.unit}　{person.enforcement_certificate}"
            if fault is not None:
                until = person.certificate_valid_to
                why = DomainError(fault, name=person.name, date=until.isoformat() if until else "")
                words += f"　（{explain(why)}）"
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, person.person_id)
            flags = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsEnabled if fault is None else flags)
            on = fault is None and person.person_id in self._wanted
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.team.addItem(item)
        self.team.blockSignals(False)

    def chosen(self) -> list[str]:
        """Codes of the people ticked."""
        items = (self.team.item(n) for n in range(self.team.count()))
        return [
            str(i.data(Qt.ItemDataRole.UserRole))
            for i in items
            if i.checkState() is Qt.CheckState.Checked
        ]

    def _team_changed(self) -> None:
        self.team_fault.hide()

    def work(self) -> Callable[[], Changed]:
        step, profile, team = self.step(), self.profile, self.chosen()
        if profile is None:
            raise DomainError(CaseFault.NOT_FOUND)
        session, grounds = self.session, self.text("reason")
        destination = TransferDestination(text_of(self.destination))
        return lambda: transfer.open_transfer(
            session, step, profile=profile, team=team, grounds=grounds, destination=destination
        )

    def refuse(self, error: BaseException) -> None:
        super().refuse(error)
        if isinstance(error, DomainError) and error.code is TransferFault.TEAM_TOO_FEW:
            self.team_fault.setText(explain(error))
            self.team_fault.show()
            self.team.setFocus()


class ReportTransferStep(TransferStep):
    """提出移送的书面报告."""

    def fields(self) -> None:
        self.when = self.tr("报告送达时间(&T)")
        self.name_it(
            self.tr("提出移送报告"),
            self.tr("填写核实的情况和报告送到正职负责人手中的时间，审批期限从接到报告之日起计算。"),
            self.tr("登记报告(&O)"),
        )
        submission = self.case.submission
        self.form.add("facts", self.tr("核实的事实(&F)"), lines(4))
        self.form.add("offence", self.tr("涉嫌的罪名(&C)"), QLineEdit())
        self.form.add("circumstances", self.tr("金额、情节、后果(&Q)"), lines(2))
        self.form.add(
            "amount", self.tr("涉案金额（元）(&A)"), QLineEdit(), hint=self.tr("没有的不填")
        )
        self.heads = QComboBox()
        self.heads.setEditable(True)  # the one who stands in for the chief may not be registered
        self.form.add("reported_to", self.tr("报告送给（正职负责人）(&P)"), self.heads)
        self.form.put({"facts": submission.facts})

    def look_up(self) -> list[str]:
        session = self.session
        return [
            p.name
            for p in session.reader.people().values()
            if p.active and any(g.role is Role.AGENCY_HEAD for g in p.roles)
        ]

    def looked_up(self, found: Any) -> None:
        field = self.form.fields["reported_to"]
        typed = field.text.strip()
        self.heads.addItems(found)
        field.set_text(typed or (found[0] if len(found) == 1 else ""))

    def work(self) -> Callable[[], Changed]:
        step, session = self.step(), self.session
        try:
            amount = parse_yuan(self.text("amount"))
        except DomainError:
            self.form.fields["amount"].error(self.tr("金额认不出来，请填写数字，例如 328890.50。"))
            raise
        content = Report(
            facts=self.text("facts"),
            offence=self.text("offence"),
            circumstances=self.text("circumstances"),
            reported_to=self.text("reported_to"),
            amount_fen=amount,
        )
        return lambda: transfer.report(session, step, content=content)


class DecideTransferStep(TransferStep):
    """正职负责人审批: the report stands above the choice."""

    def fields(self) -> None:
        self.when = self.tr("审批时间(&T)")
        self.name_it(
            self.tr("审批移送"),
            self.tr("批准的，应当在24小时内送达；不批准的，应当将理由记录在案。"),
            self.tr("确定(&O)"),
        )
        found = current(self.case.transfers)
        event = found.last(Action.REPORT_TRANSFER) if found else None
        if found is not None and event is not None:
            self.body.insertWidget(0, scrolled(self._report(found.told, event.at)), 1)
            self.setMinimumHeight(self.fontMetrics().lineSpacing() * 26)
        self.choice = combo((TransferChoice.APPROVED, TransferChoice.REFUSED))
        self.form.add("choice", self.tr("决定(&D)"), self.choice)
        self.form.add("reason", self.tr("不批准的理由(&R)"), lines(3))
        self.choice.currentIndexChanged.connect(lambda _: self._show_reason())
        self._show_reason()

    def _report(self, told: Callable[[Action, str], str], at: Any) -> Card:
        card = Card(self.tr("专案组的报告（{0}）").format(moment(at)))
        action = Action.REPORT_TRANSFER
        parts = [
            self.tr("涉嫌的罪名：{0}").format(told(action, "offence")),
            self.tr("核实的事实：{0}").format(told(action, "facts")),
            self.tr("金额、情节、后果：{0}").format(told(action, "circumstances")),
        ]
        amount = int(told(action, "amount_fen") or 0)
        if amount:
            parts.append(self.tr("涉案金额：{0}").format(money.format_yuan(amount)))
        card.body.addWidget(PlainLabel("\n".join(parts)).wrapped().selectable())
        card.body.addStretch(1)
        return card

    def _show_reason(self) -> None:
        self.form.show_row("reason", on=text_of(self.choice) == TransferChoice.REFUSED)

    def work(self) -> Callable[[], Changed]:
        step, session = self.step(), self.session
        approved = text_of(self.choice) == TransferChoice.APPROVED
        reason = "" if approved else self.text("reason")
        return lambda: transfer.decide(session, step, approved=approved, reason=reason)
