"""登记办案期限延长: what the governing rule allows, the approval, the new last day while typing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QLineEdit

from sanzhi_desktop.application import case_period
from sanzhi_desktop.application.case_period import Approval, PeriodOffer
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.rulebook import office_calendar, profile_of
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.case_period import CasePeriodFault
from sanzhi_desktop.domain.clock import ClockFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import Calendar, Unit
from sanzhi_desktop.ui.clocks.approval_file import ApprovalFile, read_pdf
from sanzhi_desktop.ui.forms import text_of
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel

# Which field of the form a refusal belongs to.
_PLACES = {
    ClockFault.EXTENSION_LATE: "approved_on",
    CaseFault.IN_FUTURE: "approved_on",
    CasePeriodFault.INCOMPLETE: "paper",
}


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the dialog counts with."""

    profile: Profile
    calendar: Calendar
    now: datetime
    offer: PeriodOffer


class ExtendCaseStep(StepDialog):
    """Not provided for: the reason stands there and nothing can be sent."""

    terms: _Terms | None = None

    def build(self) -> None:
        self.name_it(
            self.tr("登记办案期限延长"),
            self.tr("办案期限由承办机关按规定批准延长，这里如实登记批准的内容，并推算新的届满日。"),
            self.tr("登记延长(&O)"),
        )
        self.allowed = Banner()
        self.body.insertWidget(0, self.allowed)
        self.form.add("number", self.tr("延长(&N)"), QLineEdit(), hint=self.tr("例如 30"))
        self.unit = QComboBox()
        self.form.add("unit", self.tr("单位(&U)"), self.unit)
        self.form.add("approver", self.tr("批准人(&P)"), QLineEdit())
        self.form.add(
            "approved_on", self.tr("批准日期(&D)"), QLineEdit(), hint=self.tr("例如 2026-09-18")
        )
        self.form.add(
            "paper",
            self.tr("批准文书(&W)"),
            QLineEdit(),
            hint=self.tr("名称和文号，例如：延长办案期限审批表〔2026〕3号"),
        )
        self.add_reason(self.tr("延长理由(&R)"))
        self.file = ApprovalFile(self.desk, self)
        self.body.addWidget(self.file)
        self.outcome = PlainLabel(self._empty(), role="muted").wrapped()
        self.body.addWidget(self.outcome)
        self.form.changed.connect(lambda _: self._foresee())
        session, book, case = self.session, self.desk.work.book, self.case

        def work() -> _Terms:
            applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
            profile = profile_of(book, case, applied)
            calendar, now = office_calendar(book, session.reader), session.gateway.now()
            allowed = case_period.offer(case, profile, calendar, now=now)
            return _Terms(profile, calendar, now, allowed)

        self.read(work, self._show)

    def refuse(self, error: BaseException) -> None:
        """Before the terms are known a refusal is final: nothing may be extended."""
        super().refuse(error)
        if self.terms is None:
            self.form.setEnabled(False)
            self.file.setEnabled(False)
            self.ok.setEnabled(False)
            self.cancel.setFocus()

    def _show(self, terms: _Terms) -> None:
        self.terms = terms
        step, strip = terms.offer.step, terms.offer.strip
        units = [step.unit] if step.unit is not None else [Unit.CALENDAR_DAY, Unit.WORKING_DAY]
        for unit in units:
            self.unit.addItem(unit.chinese, unit.value)
        parts = []
        if strip.due is not None:
            parts.append(self.tr("现届满日 {0}。").format(strip.due.isoformat()))
        times = self.tr("第{0}次延长：").format(terms.offer.place)
        if step.number is not None and step.unit is not None:
            words = self.tr("按{0}，可以延长{1}{2}。").format(
                step.source, step.number, step.unit.chinese
            )
        else:
            words = self.tr("按{0}，{1}。").format(step.source, step.quote)
        parts.append(times + words)
        if step.approver:
            parts.append(self.tr("批准人：{0}。").format(step.approver))
        self.allowed.show_text("".join(parts), Tone.INFO)
        self.form.fields["number"].editor.setFocus()

    def _approval(self) -> Approval | None:
        """What is typed, as far as it can be read; None without a number or a day."""
        fields = self.form.fields
        text = fields["number"].text.strip()
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            return None
        approved = self.form.day("approved_on")
        if approved is None:
            return None
        return Approval(
            int(text),
            Unit(text_of(self.unit)),
            fields["approver"].text.strip(),
            approved,
            fields["paper"].text.strip(),
        )

    def _foresee(self) -> None:
        """The last day as it would be; a fault stands beneath its field."""
        self.outcome.setText(self._empty())
        for key in ("number", "approved_on"):
            self.form.fields[key].error("")
        try:
            approval = self._approval()
        except DomainError as error:
            self.form.fields["approved_on"].error(self.desk.problems.text(error))
            return
        if self.terms is None or approval is None:
            return
        try:
            strip = case_period.extended(
                self.case,
                self.terms.profile,
                self.terms.calendar,
                approval=Approval(
                    approval.number,
                    approval.unit,
                    approval.approver or "—",
                    approval.approved_on,
                    approval.paper or "—",
                ),
                now=self.terms.now,
            )
        except DomainError as error:
            place = next((p for code, p in _PLACES.items() if code is error.code), "number")
            self.form.fields[place].error(self.desk.problems.text(error))
            return
        if strip.due is not None:
            mark = self.tr("（暂定）") if strip.provisional else ""
            self.outcome.setText(
                self.tr("延长后办理期限届满日：{0}{1}").format(strip.due.isoformat(), mark)
            )

    def _empty(self) -> str:
        return self.tr("填写延长的天数和批准日期后，这里显示延长后的届满日。")

    def work(self) -> Callable[[], Changed]:
        fields = self.form.fields
        asked = {
            "number": self.tr("请填写数字。"),
            "approver": self.tr("请填写批准人。"),
            "approved_on": self.tr("请填写批准日期。"),
            "paper": self.tr("请填写批准文书的名称和文号。"),
            "reason": self.tr("请填写理由。"),
        }
        for key, words in asked.items():
            if not fields[key].text.strip():
                fields[key].error(words)
                raise DomainError(CaseFault.FIELD_MISSING, field=fields[key].label.text())
        approval = self._approval()
        if approval is None:
            fields["number"].error(asked["number"])
            raise DomainError(CaseFault.FIELD_MISSING, field=self.tr("延长"))
        session, book, case = self.session, self.desk.work.book, self.case
        reason, chosen = fields["reason"].text.strip(), self.file.path

        def send() -> Changed:
            return case_period.extend(
                session,
                book,
                case_id=case.case_id,
                seen_version=case.version,
                approval=approval,
                reason=reason,
                paper=_paper(chosen),
            )

        return send


def _paper(path: Path | None) -> StoredPaper | None:
    return StoredPaper("case_extension", read_pdf(path)) if path is not None else None
