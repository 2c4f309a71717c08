"""The tab 异议与协商: the route by the rules, the open steps, both sides point by point."""

from functools import partial

from PySide6.QtWidgets import QWidget

from sanzhi_desktop.application import dispute_record
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.domain.dispute import Consultation, ExpertRequest, RecordEdition
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.resources.sentences import explain
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute import (
    consultation_steps,
    expert_steps,
    objection_steps,
    recheck,
    record_steps,
)
from sanzhi_desktop.ui.dispute.point_card import PointCard
from sanzhi_desktop.ui.dispute.threads import ConsultationCard, RequestCard
from sanzhi_desktop.ui.dispute.turn import whose_turn
from sanzhi_desktop.ui.dispute.view import DisputeView, read_view
from sanzhi_desktop.ui.gate_card import GateCard
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import moment, name
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.signing_prompt import SigningPrompt
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import (
    Banner,
    Card,
    EmptyState,
    PlainLabel,
    button,
    clear,
    column,
    row,
    scrolled,
)

_DIALOGS = {
    Action.OBJECT: objection_steps.ObjectStep,
    Action.REPLY_OBJECTION: objection_steps.ReplyStep,
    Action.ALLOW_LATE: objection_steps.AllowLateStep,
    Action.ESCALATE: objection_steps.EscalateStep,
    Action.WITHDRAW_ESCALATION: objection_steps.WithdrawEscalationStep,
    Action.OPEN_CONSULTATION: consultation_steps.OpenConsultationStep,
    Action.ASK_EXPERT: expert_steps.AskExpertStep,
}
_ON_TALK = {
    Action.SAY: consultation_steps.SayStep,
    Action.PROPOSE_RESULT: consultation_steps.ProposeStep,
    Action.CLOSE_CONSULTATION: consultation_steps.ConfirmResultStep,
}
_ON_REQUEST = {
    Action.EXPERT_ANSWER: expert_steps.AdviceStep,
    Action.EXPERT_WITHDRAW: expert_steps.WithdrawRequestStep,
}


_MEETS = frozenset(
    {Role.SECRETARY, Role.AGENCY_HEAD, Role.LEAD, Role.HEAD, Role.REVIEWER, Role.AUDITOR}
)


class DisputePanel(QWidget):
    """Shows a case's disagreements; reads them itself when a page comes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.view: DisputeView | None = None
        self.refusal = Banner()
        self._bar = row(None)
        self._lines = column()
        inner = QWidget()
        inner.setLayout(self._lines)
        outer = column(self.refusal)
        outer.addLayout(self._bar)
        outer.addWidget(scrolled(inner), 1)
        self.setLayout(outer)

    def show_page(self, page: CasePage) -> None:
        """Reads the dispute of the case and shows it."""
        session, work = self.desk.session, self.desk.work
        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: read_view(session, work, page),
            done=self.show_view,
            key="view",
        )

    def show_view(self, view: DisputeView) -> None:
        """Fills the tab."""
        self.view = view
        clear(self._bar)
        clear(self._lines)
        self.refusal.show_text("")
        self._show_offers(view)
        if view.is_empty:
            empty = EmptyState("review")
            empty.say(
                self.tr("没有异议和协商"),
                self.tr("审核意见签发、退承办机构处理后，双方在这里协商、提出和答复异议。"),
            )
            self._lines.addWidget(empty)
            return
        self._show_turn(view)
        decided = view.case.decision is not None
        self._lines.addWidget(GateCard(view.page.gate, decided=decided))
        self._show_route(view)
        unit = view.case.submission.unit
        for problem in view.case.problems:
            self._lines.addWidget(PointCard(problem, view.dispute, unit=unit))
        for record in view.dispute.records:
            self._lines.addWidget(self._record_card(view, record))
        self._show_meeting(view)
        for talk in view.dispute.consultations:
            self._lines.addWidget(ConsultationCard(self.desk, view, talk, self.take))
        for request in view.dispute.requests:
            self._lines.addWidget(RequestCard(view, request, self.take))
        self._lines.addStretch(1)

    def _show_offers(self, view: DisputeView) -> None:
        for action, fault in view.offers():
            made = button(name(action), partial(self.take, action))
            made.setEnabled(fault is None)
            if fault is not None:
                made.setToolTip(explain(fault))
            self._bar.addWidget(made)
        if recheck.provided(view):
            asks = button(
                self.tr("申请复审"), lambda: recheck.RecheckStep(self.desk, view, self).open()
            )
            why = recheck.closed(view)
            asks.setEnabled(why is None)
            asks.setToolTip(explain(why) if why is not None else "")
            self._bar.addWidget(asks)
        self._bar.addStretch(1)

    def _show_turn(self, view: DisputeView) -> None:
        words = whose_turn(view)
        if not words:
            return
        card = Card(self.tr("现在轮到谁"))
        card.body.addWidget(PlainLabel(words).wrapped().selectable())
        meeting = view.meeting
        if meeting is not None and self.desk.roles & _MEETS:
            open_it = button(
                self.tr("打开会议(&H)"),
                lambda: self.desk.go.emit("meeting", meeting.meeting_id),
                kind="small",
            )
            card.body.addLayout(row(open_it, None))
        self._lines.addWidget(card)

    def _show_route(self, view: DisputeView) -> None:
        steps = view.page.profile.dispute_route()
        card = Card(self.tr("意见不一致时怎样处理"))
        if not steps:
            words = self.tr(
                "规则没有规定步骤，由本单位在“规则方案”中补充；下列步骤按通常顺序列出。"
            )
            card.body.addWidget(PlainLabel(words, role="muted").wrapped())
        for place, step in enumerate(steps, 1):
            cited = f"（{step.source.cited()}）"
            card.body.addWidget(PlainLabel(f"{place}. {step.name}{cited}").wrapped().selectable())
        self._lines.addWidget(card)

    def _record_card(self, view: DisputeView, record: RecordEdition) -> Card:
        card = Card(
            self.tr("双方意见对照表（第 {0} 轮第 {1} 版）").format(record.round, record.edition)
        )
        page = view.page
        said = [
            self.tr("{0}于 {1} 固定").format(
                page.name_of(record.frozen_by), moment(record.frozen_at)
            )
        ]
        for who, at, words in (
            (record.certified_by, record.certified_at, self.tr("承办机构 {0} 于 {1} 签名")),
            (record.signed_by, record.signed_at, self.tr("审核机构 {0} 于 {1} 签名")),
        ):
            if at is not None:
                said.append(words.format(page.name_of(who), moment(at)))
        card.body.addWidget(PlainLabel("；".join(said), role="muted").wrapped())
        look = button(
            self.tr("查看对照表"), partial(self._preview, record), icon="file", kind="small"
        )
        card.body.addLayout(row(look, None))
        return card

    def _show_meeting(self, view: DisputeView) -> None:
        for sent in view.dispute.escalations:
            card = Card(self.tr("提请集体讨论（第 {0} 轮）").format(sent.round))
            points = "、".join(str(n) for n in sent.points)
            who = view.page.name_of(sent.escalated_by)
            words = self.tr("{0}于 {1} 提请，问题 {2}。{3}").format(
                who, moment(sent.escalated_at), points, sent.reason
            )
            card.body.addWidget(PlainLabel(words).wrapped())
            if sent.withdrawn_at is not None:
                words = self.tr("已于 {0} 撤回提请").format(moment(sent.withdrawn_at))
                card.body.addWidget(PlainLabel(words, role="muted"))
            result = view.dispute.result(sent.round)
            if result is not None and sent.withdrawn_at is None:
                words = self.tr("{0}（{1}）已作出决定，逐条结果见各问题。").format(
                    result.meeting_name, result.held_on.isoformat()
                )
                card.body.addWidget(PlainLabel(words).wrapped())
            self._lines.addWidget(card)

    def take(self, action: Action, on: object = None) -> None:
        """Begins a step in its dialog, or with the signing prompt."""
        view = self.view
        if view is None:
            return
        if isinstance(on, Consultation):
            _ON_TALK[action](self.desk, view, on, self).open()
        elif isinstance(on, ExpertRequest):
            _ON_REQUEST[action](self.desk, view, on, self).open()
        elif action is Action.FREEZE_RECORD:
            record_steps.FreezeStep(self.desk, view, self).open()
        elif action in {Action.CERTIFY_RECORD, Action.SIGN_RECORD}:
            self._sign(view, action)
        else:
            _DIALOGS[action](self.desk, view, self).open()

    def _sign(self, view: DisputeView, action: Action) -> None:
        session, work, case = self.desk.session, self.desk.work, view.case
        signs = dispute_record.certify if action is Action.CERTIFY_RECORD else dispute_record.sign

        def sign(key: SigningKey, ask: AskSecret) -> Changed:
            return signs(
                session,
                work.papers,
                case_id=case.case_id,
                seen_version=case.version,
                key=key,
                ask=ask,
            ).changed

        SigningPrompt(
            self.desk,
            sign,
            title=name(action),
            explanation=self.tr("签名前请先查看对照表。签名后内容不能再改；有变化须固定新的一版。"),
            parent=self,
        ).open()

    def _preview(self, record: RecordEdition) -> None:
        session, work, sha256 = self.desk.session, self.desk.work, record.latest_sha256
        view = self.view
        newest = view is not None and view.dispute.record(view.case.round) is record
        case_id = view.case.case_id if view is not None else ""

        def docx() -> bytes:
            return dispute_record.editable_copy(
                session, work.book, work.papers, case_id=case_id, record=record
            )

        def show(pdf: bytes) -> None:
            title = self.tr("双方意见对照表.pdf")
            PaperDialog(self.desk, pdf, title, self, docx=docx if newest else None).open()

        self.desk.jobs.run(
            Lane.DATABASE,
            self,
            lambda: session.reader.document(sha256),
            done=show,
            failed=self._refuse,
            key="paper",
        )

    def _refuse(self, error: BaseException) -> None:
        self.refusal.show_text(self.desk.problems.text(error), Tone.DANGER)
