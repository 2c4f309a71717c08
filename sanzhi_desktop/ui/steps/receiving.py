"""Steps of the clerk when a submission arrives: accept, ask for a correction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QLineEdit

from sanzhi_desktop.application import assess, intake, stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.rulebook import office_calendar, profile_of
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.papers import CorrectionItem, CorrectionPaper
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.scope import ScopeAnswer
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.ui.forms import lines
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the program works out about a submission that arrived."""

    profile: Profile
    scope: ScopeAnswer
    missing: tuple[str, ...]
    today: date
    submitted: date


class ArrivalStep(StepDialog):
    """Reads rules, scope and missing materials first."""

    arrival: Arrival | None = None

    def start(self) -> None:
        """Asks for what the program works out."""
        session, book, case = self.session, self.desk.work.book, self.case

        def work() -> Arrival:
            applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
            profile = profile_of(book, case, applied)
            missing = intake.missing_materials(profile, case.submission, case.materials)
            today = stepping.today(session)
            return Arrival(
                profile,
                assess.scope_of(case.submission, profile),
                tuple(rule.name for rule in missing),
                today,
                local_date(case.received_at) if case.received_at else today,
            )

        self.finding = Banner()
        self.body.insertWidget(0, self.finding)
        self.read(work, self._arrived)

    def _arrived(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.tell(arrival)

    def tell(self, arrival: Arrival) -> None:
        """Shows what was worked out."""

    def known(self) -> Arrival:
        """What was worked out; until it is there, the step cannot be taken."""
        if self.arrival is None:
            raise DomainError(CaseFault.NOT_FOUND)
        return self.arrival

    def mark(self) -> str:
        """样例 on the papers of a sample office."""
        return self.tr("样例") if self.desk.office.sample else ""


def scope_words(answer: ScopeAnswer) -> str:
    """The scope answer in one sentence."""
    if not answer.needs_review:
        return "按所填内容，本案不属于应当进行法制审核的情形。"
    because = "；".join(f"{b.name}（{b.source.cited()}）" for b in answer.because[:3])
    return f"应当进行法制审核：{because}"


class AcceptStep(ArrivalStep):
    """受理."""

    def build(self) -> None:
        self.name_it(
            self.tr("受理"), self.tr("核对送审材料齐全后受理，案件转分派。"), self.tr("受理(&O)")
        )
        self.form.add(
            "received_on",
            self.tr("实际收到日期(&D)"),
            QLineEdit(),
            hint=self.tr("纸质材料先到的才填，例如 2026-09-18"),
        )
        self.start()

    def tell(self, arrival: Arrival) -> None:
        if arrival.missing:
            self.finding.show_text(
                self.tr("还缺：{0}。请发补正通知，或者由承办机构注明免交理由。").format(
                    "、".join(arrival.missing)
                ),
                Tone.DANGER,
            )
            return
        tone = Tone.OK if arrival.scope.needs_review else Tone.WARN
        self.finding.show_text(scope_words(arrival.scope), tone)

    def work(self) -> Callable[[], Changed]:
        received = self.form.day("received_on")
        session, book, case, arrival = (
            self.session,
            self.desk.work.book,
            self.case,
            self.known(),
        )
        return lambda: intake.accept(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            profile=arrival.profile,
            calendar=office_calendar(book, session.reader),
            scope=assess.scope_as_json(arrival.scope),
            received_on=received,
        )


class CorrectionStep(ArrivalStep):
    """通知补正: the notice is made from what is missing."""

    def build(self) -> None:
        self.name_it(
            self.tr("通知补正"),
            self.tr("生成补正通知书并退回承办机构，补正期间按规则停止计算审核期限。"),
            self.tr("发出补正通知(&O)"),
        )
        self.form.add("missing", self.tr("需要补正的内容(&M)"), lines(5), hint=self.tr("一行一项"))
        self.add_reason(self.tr("说明(&R)"))
        self.form.add(
            "due", self.tr("补正期限届满日(&D)"), QLineEdit(), hint=self.tr("没有规定的可以不填")
        )
        self.start()

    def tell(self, arrival: Arrival) -> None:
        field = self.form.fields["missing"]
        if not field.text.strip():
            field.set_text("\n".join(arrival.missing))
        if not arrival.missing:
            self.finding.show_text(
                self.tr("按材料清单没有缺项；如内容不符合要求，请逐行写明。"), Tone.INFO
            )
        reason = self.form.fields["reason"]
        if not reason.text.strip() and arrival.missing:
            reason.set_text(self.tr("送审材料不齐全"))

    def work(self) -> Callable[[], Changed]:
        due = self.form.day("due")
        missing = [m.strip() for m in self.form.fields["missing"].text.splitlines() if m.strip()]
        reason = self.form.fields["reason"].text.strip()
        session, book, sheets, case, arrival = (
            self.session,
            self.desk.work.book,
            self.desk.work.sheets,
            self.case,
            self.known(),
        )
        paper = CorrectionPaper(
            office=self.desk.office.name,
            addressee=case.submission.unit,
            case_name=case.submission.name,
            submitted=arrival.submitted,
            items=tuple(CorrectionItem(m) for m in missing),
            due=due,
            dated=arrival.today,
            mark=self.mark(),
        )
        return lambda: intake.ask_correction(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            reason=reason,
            missing=missing,
            profile=arrival.profile,
            calendar=office_calendar(book, session.reader),
            paper=StoredPaper("correction", sheets.correction(paper)),
        )
