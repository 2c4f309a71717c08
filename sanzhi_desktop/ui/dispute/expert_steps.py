"""专家咨询、论证: asking, recording the advice, taking the question back."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from sanzhi_desktop.application import expertise
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.dispute import ExpertRequest
from sanzhi_desktop.resources.sentences import sentence
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.base import DisputeStep
from sanzhi_desktop.ui.dispute.view import DisputeView
from sanzhi_desktop.ui.entries import keep
from sanzhi_desktop.ui.forms import lines, text_of
from sanzhi_desktop.ui.names import name
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import PlainLabel


class AskExpertStep(DisputeStep):
    """咨询专家: a question to one expert, with the materials he is given."""

    def build(self) -> None:
        self.name_it(
            self.tr("咨询专家"),
            self.tr("专家意见供审核参考，不是审核意见。只有规则写明的，咨询期间才不计入审核期限。"),
            self.tr("发出咨询(&O)"),
        )
        self.setMinimumWidth(640)
        self.expert = QComboBox()
        self.form.add("expert_id", self.tr("专家(&P)"), self.expert)
        self.form.add("question", self.tr("问题(&Q)"), lines(4))
        self.body.addWidget(PlainLabel(self.tr("提供的材料"), role="muted"))
        self.ticks: dict[str, QCheckBox] = {}
        for material in self.case.materials:
            tick = QCheckBox(material.name)
            keep(tick, f"{material.material_id}.tick")
            self.ticks[material.material_id] = tick
            self.body.addWidget(tick)
        self.closed = PlainLabel(role="muted").wrapped()
        self.body.addWidget(self.closed)
        session, case = self.session, self.case
        self.read(lambda: expertise.experts_for(session, case), self._fill)

    def _fill(self, rows: object) -> None:
        why: list[str] = []
        for expert, fault in rows:  # type: ignore[attr-defined]
            if fault is None:
                words = f"{expert.name}（{name(expert.kind)}　{expert.speciality}）"
                self.expert.addItem(words, expert.expert_id)
            else:
                why.append(sentence(fault.code.value, **fault.facts))
        self.closed.setText("\n".join(why))
        if not self.expert.count():
            words = self.tr(
                "没有可以咨询的专家。请由管理员在“人员与证书”的“专家”中登记，再来咨询。"
            )
            self.refusal.show_text(words, Tone.WARN)
            self.ok.setEnabled(False)
            self.ok.setToolTip(words)

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        expert_id, question = text_of(self.expert), self.form.fields["question"].text.strip()
        released = [m for m, tick in self.ticks.items() if tick.isChecked()]
        return lambda: expertise.ask_expert(
            session,
            book,
            case_id=case.case_id,
            seen_version=case.version,
            expert_id=expert_id,
            question=question,
            materials=released,
        )


class _OnRequest(DisputeStep):
    def __init__(
        self, desk: Desk, view: DisputeView, request: ExpertRequest, parent: QWidget
    ) -> None:
        self.request = request
        super().__init__(desk, view, parent)

    def place(self) -> Sequence[str]:
        return *super().place(), self.request.request_id


class AdviceStep(_OnRequest):
    """登记专家意见."""

    def build(self) -> None:
        self.name_it(
            self.tr("登记专家意见"),
            self.tr("写明{0}的意见，可以附上书面意见。").format(self.request.expert_name),
            self.tr("登记(&O)"),
        )
        self.form.add("answer", self.tr("意见(&T)"), lines(6))
        self.files = self.file_picker()
        self.body.addWidget(self.files)

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        request, answer = self.request.request_id, self.form.fields["answer"].text.strip()
        files = self.files.attachments()
        return lambda: expertise.record_advice(
            session,
            book,
            case_id=case.case_id,
            seen_version=case.version,
            request_id=request,
            answer=answer,
            files=files,
        )


class WithdrawRequestStep(_OnRequest):
    """收回咨询, with the reason."""

    def build(self) -> None:
        self.name_it(
            self.tr("收回咨询"),
            self.tr("收回后审核期限继续计算，理由记入办理记录。"),
            self.tr("收回(&O)"),
        )
        self.beware()
        self.add_reason(self.tr("理由(&R)"))

    def work(self) -> Callable[[], Changed]:
        session, book, case = self.session, self.desk.work.book, self.case
        request, reason = self.request.request_id, self.form.fields["reason"].text.strip()
        return lambda: expertise.withdraw_request(
            session,
            book,
            case_id=case.case_id,
            seen_version=case.version,
            request_id=request,
            reason=reason,
        )
