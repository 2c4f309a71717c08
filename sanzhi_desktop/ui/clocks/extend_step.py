"""延长审核期限: what the rule allows, and the new last day while the number is typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QComboBox, QLineEdit

from sanzhi_desktop.application import extension
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.extension import ExtensionOffer
from sanzhi_desktop.application.rulebook import office_calendar, profile_of
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import Calendar, Unit
from sanzhi_desktop.ui.forms import text_of
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the dialog counts with."""

    profile: Profile
    calendar: Calendar
    now: datetime
    offer: ExtensionOffer


class ExtendStep(StepDialog):
    """Not allowed: the reason stands there and nothing can be sent."""

    terms: _Terms | None = None

    def build(self) -> None:
        self.name_it(
            self.tr("延长审核期限"),
            self.tr("应当在期限届满前由有权的人批准，并如实写明。"),
            self.tr("延长(&O)"),
        )
        self.allowed = Banner()
        self.body.insertWidget(0, self.allowed)
        self.form.add("number", self.tr("延长(&N)"), QLineEdit(), hint=self.tr("例如 3"))
        self.unit = QComboBox()
        self.form.add("unit", self.tr("单位(&U)"), self.unit)
        self.form.add("approver", self.tr("批准人(&P)"), QLineEdit())
        self.add_reason(self.tr("理由(&R)"))
        self.outcome = PlainLabel(self._empty(), role="muted").wrapped()
        self.body.addWidget(self.outcome)
        self.form.changed.connect(lambda _: self._foresee())
        session, book, case = self.session, self.desk.work.book, self.case

        def work() -> _Terms:
            applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
            profile = profile_of(book, case, applied)
            calendar, now = office_calendar(book, session.reader), session.gateway.now()
            allowed = extension.offer(case, profile, calendar, now=now)
            return _Terms(profile, calendar, now, allowed)

        self.read(work, self._show)

    def refuse(self, error: BaseException) -> None:
        """Before the terms are known a refusal is final: nothing may be extended."""
        super().refuse(error)
        if self.terms is None:
            self.form.setEnabled(False)
            self.ok.setEnabled(False)
            self.cancel.setFocus()

    def _show(self, terms: _Terms) -> None:
        self.terms = terms
        offer = terms.offer
        units = [offer.unit] if offer.unit is not None else [Unit.WORKING_DAY, Unit.CALENDAR_DAY]
        for unit in units:
            self.unit.addItem(unit.chinese, unit.value)
        parts = []
        if offer.strip.due is not None:
            parts.append(self.tr("现届满日 {0}。").format(offer.strip.due.isoformat()))
        if offer.number is not None and offer.unit is not None:
            words = self.tr("按{0}，还可以延长{1}{2}。")
            parts.append(words.format(offer.source, offer.number, offer.unit.chinese))
        else:
            parts.append(self.tr("{0}没有规定延长多少，由批准人决定。").format(offer.source))
        if offer.approver:
            parts.append(self.tr("批准人：{0}。").format(offer.approver))
        if offer.quote:
            parts.append(f"“{offer.quote}”")
        self.allowed.show_text("".join(parts), Tone.INFO)
        self.form.fields["number"].editor.setFocus()

    def _foresee(self) -> None:
        """The last day as it would be; a fault stands beneath the number."""
        number = self._number()
        if self.terms is None or number is None:
            self.outcome.setText(self._empty())
            return
        try:
            strip = extension.extended(
                self.case,
                self.terms.profile,
                self.terms.calendar,
                number=number,
                unit=Unit(text_of(self.unit)),
                approver=self.form.fields["approver"].text.strip() or "—",
                now=self.terms.now,
            )
        except DomainError as error:
            self.outcome.setText(self._empty())
            self.form.fields["number"].error(self.desk.problems.text(error))
            return
        self.form.fields["number"].error("")
        if strip.due is not None:
            mark = self.tr("（暂定）") if strip.provisional else ""
            self.outcome.setText(
                self.tr("延长后届满日：{0}{1}").format(strip.due.isoformat(), mark)
            )

    def _empty(self) -> str:
        return self.tr("填写延长的天数后，这里显示延长后的届满日。")

    def _number(self) -> int | None:
        text = self.form.fields["number"].text.strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None

    def work(self) -> Callable[[], Changed]:
        fields = self.form.fields
        number = self._number()
        if number is None:
            fields["number"].error(self.tr("请填写数字。"))
            raise DomainError(CaseFault.FIELD_MISSING, field=self.tr("延长"))
        approver, reason = fields["approver"].text.strip(), fields["reason"].text.strip()
        if not approver:
            fields["approver"].error(self.tr("请填写批准人。"))
            raise DomainError(CaseFault.FIELD_MISSING, field=self.tr("批准人"))
        session, book, case = self.session, self.desk.work.book, self.case
        unit = Unit(text_of(self.unit))
        return lambda: extension.extend(
            session,
            book,
            case_id=case.case_id,
            seen_version=case.version,
            number=number,
            unit=unit,
            approver=approver,
            reason=reason,
        )
