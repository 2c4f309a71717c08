"""Steps after the opinion: answers to problems, the decision made, what was adopted."""

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from sanzhi_desktop.application import aftermath
from sanzhi_desktop.application.aftermath import AdoptionNote, DecisionMade
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import Adoption, CaseFault, ProblemRow
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import Form, combo, lines, parse_yuan, text_of
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.widgets import Card, PlainLabel, column, scrolled


def problem_words(problem: ProblemRow) -> str:
    """One problem as the unit reads it."""
    parts = [problem.finding]
    if problem.basis:
        parts.append(f"依据：{problem.basis}")
    if problem.evidence:
        parts.append(f"见：{problem.evidence}")
    if problem.suggestion:
        parts.append(f"建议：{problem.suggestion}")
    return "\n".join(parts)


class _ProblemsStep(StepDialog):
    """One card for each problem."""

    def problems(self) -> list[ProblemRow]:
        """The problems this step is about."""
        raise NotImplementedError

    def add_cards(self) -> dict[int, Form]:
        """One form per problem, in a scrolling page."""
        self.setMinimumSize(720, 560)
        self.form.hide()
        page = QWidget()
        self.forms: dict[int, Form] = {}
        cards: list[QWidget | None] = []
        for problem in self.problems():
            about = self.tr("第 {0} 个问题").format(problem.number)
            card = Card(about)
            card.body.addWidget(PlainLabel(problem_words(problem)).wrapped())
            form = Form()
            keep(form, str(problem.number), about)
            card.body.addWidget(form)
            self.forms[problem.number] = form
            cards.append(card)
        page.setLayout(column(*cards, None))
        self.body.addWidget(scrolled(page), 1)
        return self.forms


class RespondStep(_ProblemsStep):
    """逐条答复问题."""

    def problems(self) -> list[ProblemRow]:
        return [p for p in self.case.problems if p.round == self.case.round]

    def build(self) -> None:
        self.name_it(
            self.tr("逐条答复问题"),
            self.tr("每个问题都要答复：怎样改的，或者为什么不改。答复会随下一轮送审提交。"),
            self.tr("保存答复(&O)"),
        )
        forms = self.add_cards()
        for problem in self.problems():
            field = forms[problem.number].add("response", self.tr("答复"), lines(3))
            field.editor.setAccessibleName(self.tr("对第{0}个问题的答复").format(problem.number))
            field.set_text(problem.response)

    def work(self) -> Callable[[], Changed]:
        answers = [(n, form.fields["response"].text.strip()) for n, form in self.forms.items()]
        session, case = self.session, self.case
        return lambda: aftermath.respond(
            session, case_id=case.case_id, seen_version=case.version, responses=answers
        )


class AdoptStep(_ProblemsStep):
    """反馈采纳情况."""

    def problems(self) -> list[ProblemRow]:
        return list(self.case.problems)

    def build(self) -> None:
        self.name_it(
            self.tr("反馈采纳情况"),
            self.tr("逐条说明各轮审核提出的问题在决定中的采纳情况；没有全部采纳的写明理由。"),
            self.tr("保存(&O)"),
        )
        forms = self.add_cards()
        self.choices: dict[int, QComboBox] = {}
        for problem in self.problems():
            chosen = combo(Adoption)
            form = forms[problem.number]
            form.add("adoption", self.tr("采纳"), chosen)
            chosen.setAccessibleName(self.tr("第{0}个问题的采纳情况").format(problem.number))
            if problem.adoption:
                form.fields["adoption"].set_text(problem.adoption.value)
            reason = form.add("reason", self.tr("理由"), QLineEdit())
            reason.editor.setAccessibleName(self.tr("第{0}个问题的理由").format(problem.number))
            reason.set_text(problem.adoption_reason)
            self.choices[problem.number] = chosen

    def work(self) -> Callable[[], Changed]:
        notes = [
            AdoptionNote(
                number,
                Adoption(text_of(self.choices[number])),
                form.fields["reason"].text.strip(),
            )
            for number, form in self.forms.items()
        ]
        session, case = self.session, self.case
        return lambda: aftermath.adopt(
            session, case_id=case.case_id, seen_version=case.version, adoptions=notes
        )


class DecisionStep(StepDialog):
    """登记决定: kind, party and amount stand as they were cleared."""

    def build(self) -> None:
        self.name_it(
            self.tr("登记决定"),
            self.tr("按实际作出的决定填写。种类、当事人、金额与审核通过的内容不一致的，不能登记。"),
            self.tr("登记(&O)"),
        )
        self.setMinimumWidth(640)
        form = self.form
        form.add("number", self.tr("决定文号(&N)"), QLineEdit())
        form.add(
            "decided_on", self.tr("决定日期(&D)"), QLineEdit(), hint=self.tr("例如 2026-09-28")
        )
        form.add("content", self.tr("决定内容(&C)"), lines(4))
        self.kind = combo(Kind)
        form.add("kind", self.tr("执法类别(&K)"), self.kind)
        form.add("party_name", self.tr("当事人(&P)"), QLineEdit())
        form.add("party_number", self.tr("证件号码(&I)"), QLineEdit())
        form.add("amount", self.tr("金额（元）(&A)"), QLineEdit())
        submission = self.case.submission
        form.put(
            {
                "content": submission.proposed_decision,
                "kind": submission.kind.value,
                "party_name": submission.party.name,
                "party_number": submission.party.number,
                "amount": str(money.yuan_number(submission.amount_fen)),
            }
        )

    def work(self) -> Callable[[], Changed]:
        form = self.form
        form.clear_errors()
        decided_on = form.day("decided_on")
        if decided_on is None:
            form.fields["decided_on"].error(self.tr("请填写。"))
            raise DomainError(CaseFault.FIELD_MISSING, field="decision.decided_on")
        values = form.values()
        decision = DecisionMade(
            number=values["number"].strip(),
            decided_on=decided_on,
            content=values["content"].strip(),
            kind=Kind(values["kind"]),
            party_name=values["party_name"].strip(),
            party_number=values["party_number"].strip(),
            amount_fen=parse_yuan(values["amount"]),
        )
        session, case = self.session, self.case
        return lambda: aftermath.register_decision(
            session, case_id=case.case_id, seen_version=case.version, decision=decision
        )
