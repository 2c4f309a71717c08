"""异议、答复异议、提请集体讨论: the written steps of the two sides."""

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from sanzhi_desktop.application import objection
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.dispute import DisputeFault, ObjectionPoint, Stance
from sanzhi_desktop.domain.dispute_rules import unsettled
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.ui.dispute.base import DisputeStep, FilePicker
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import Form, combo, lines, text_of
from sanzhi_desktop.ui.widgets import PlainLabel, column, scrolled


class ObjectStep(DisputeStep):
    """提出异议: problem by problem, reasons and basis."""

    def build(self) -> None:
        self.name_it(
            self.tr("提出异议"),
            self.tr(
                "勾选有异议的问题，逐条写明理由和依据。每轮审核只提一次，提出后不能修改；"
                "没有勾选的问题视为没有异议。"
            ),
            self.tr("提出异议(&O)"),
        )
        self.setMinimumSize(760, 620)
        self.form.hide()
        self.ticks: dict[int, QCheckBox] = {}
        self.forms: dict[int, Form] = {}
        self.files: dict[int, FilePicker] = {}
        cards: list[QWidget | None] = []
        for problem in self.problems():
            card = self.problem_card(problem)
            tick = QCheckBox(self.tr("对第 {0} 个问题有异议").format(problem.number))
            form = Form()
            about = self.tr("第 {0} 个问题").format(problem.number)
            keep(form, str(problem.number), about)
            keep(tick, f"{problem.number}.tick")
            form.add("reasons", self.tr("异议理由"), lines(3))
            form.add(
                "basis", self.tr("依据"), lines(1), hint=self.tr("法律、法规、规章的名称和条款")
            )
            form.add(
                "evidence", self.tr("证据"), lines(1), hint=self.tr("材料名称和页码，可以留空")
            )
            files = self.file_picker(f"{problem.number}.files")
            for part in (form, files):
                part.setVisible(False)
                tick.toggled.connect(part.setVisible)
            for text in (tick, form, files):
                card.body.addWidget(text)
            n = problem.number
            self.ticks[n], self.forms[n], self.files[n] = tick, form, files
            cards.append(card)
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        chosen = [n for n, tick in self.ticks.items() if tick.isChecked()]
        if not chosen:
            raise DomainError(DisputeFault.POINTS_MISSING)
        values = {n: self.forms[n].values() for n in chosen}
        files = {n: self.files[n].attachments() for n in chosen}

        def send() -> Changed:
            points = [
                ObjectionPoint(
                    number=n,
                    reasons=v["reasons"].strip(),
                    basis=v["basis"].strip(),
                    evidence=v["evidence"].strip(),
                    files=files[n],
                )
                for n, v in values.items()
            ]
            return objection.object_to(
                session, book, case_id=case.case_id, seen_version=case.version, points=points
            )

        return send


class ReplyStep(DisputeStep):
    """答复异议: the reviewer maintains or accepts, with reasons."""

    def build(self) -> None:
        self.name_it(
            self.tr("答复异议"),
            self.tr("逐条选择维持审核意见或者接受异议，并写明理由。答复后不能修改。"),
            self.tr("答复(&O)"),
        )
        self.setMinimumSize(760, 620)
        self.form.hide()
        raised = self.view.dispute.objection(self.case.round)
        texts = {p.number: p for p in self.problems()}
        self.forms: dict[int, Form] = {}
        self.stances: dict[int, QComboBox] = {}
        cards: list[QWidget | None] = []
        for point in raised.points if raised else ():
            card = self.problem_card(texts[point.number])
            words = self.tr("承办机构异议：{0}").format(point.reasons)
            if point.basis:
                words += "\n" + self.tr("依据：{0}").format(point.basis)
            card.body.addWidget(PlainLabel(words, role="accent").wrapped().selectable())
            form = Form()
            keep(form, str(point.number), self.tr("第 {0} 个问题").format(point.number))
            stance = combo(Stance)
            form.add("stance", self.tr("答复"), stance)
            form.add("reply", self.tr("理由"), lines(3))
            card.body.addWidget(form)
            self.forms[point.number], self.stances[point.number] = form, stance
            cards.append(card)
        page = QWidget()
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)

    def work(self) -> Callable[[], Changed]:
        session, case = self.session, self.case
        points = [
            (n, Stance(text_of(self.stances[n])), form.values()["reply"].strip())
            for n, form in self.forms.items()
        ]
        return lambda: objection.reply(
            session, case_id=case.case_id, seen_version=case.version, points=points
        )


class _ReasonedStep(DisputeStep):
    """A step that needs one written reason."""

    def reason(self) -> str:
        """What was typed."""
        return self.form.fields["reason"].text.strip()


class AllowLateStep(_ReasonedStep):
    """准许逾期异议."""

    def build(self) -> None:
        self.name_it(
            self.tr("准许逾期提出异议"),
            self.tr("提出异议的期限已过时，由审核机构写明理由准许。理由印入双方意见对照表。"),
            self.tr("准许(&O)"),
        )
        self.add_reason(self.tr("理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, case, reason = self.session, self.case, self.reason()
        return lambda: objection.allow_late(
            session, case_id=case.case_id, seen_version=case.version, reason=reason
        )


class EscalateStep(_ReasonedStep):
    """提请集体讨论: what is still unsettled goes to the meeting with the signed record."""

    def build(self) -> None:
        points = unsettled(self.view.dispute, self.case.round)
        named = "、".join(str(n) for n in points)
        meeting = str(self.view.page.profile.rule("meeting.name").in_force().value or "")
        self.name_it(
            self.tr("提请集体讨论"),
            self.tr("仍未达成一致的第 {0} 个问题连同双方签名的意见对照表一并提请{1}。").format(
                named, meeting
            ),
            self.tr("提请(&O)"),
        )
        self.add_reason(self.tr("提请理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        reason = self.reason()
        return lambda: objection.escalate(
            session, book, case_id=case.case_id, seen_version=case.version, reason=reason
        )


class WithdrawEscalationStep(_ReasonedStep):
    """撤回提请: while the case stands on no agenda."""

    def build(self) -> None:
        self.name_it(
            self.tr("撤回提请"),
            self.tr("本案尚未列入议程。撤回后可以继续协商，或者另行提请。"),
            self.tr("撤回(&O)"),
        )
        self.beware()
        self.add_reason(self.tr("理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, case, reason = self.session, self.case, self.reason()
        return lambda: objection.withdraw_escalation(
            session, case_id=case.case_id, seen_version=case.version, reason=reason
        )
