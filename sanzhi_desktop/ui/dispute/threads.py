"""Cards of what runs beside the points: consultations with their entries, questions to experts."""

from collections.abc import Callable

from sanzhi_desktop.application.consultation import side_of
from sanzhi_desktop.domain.dispute import Consultation, ExpertRequest
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.dispute.point_card import files_words
from sanzhi_desktop.ui.dispute.view import DisputeView
from sanzhi_desktop.ui.names import moment, name
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row

Open = Callable[[Action, object], None]


class ConsultationCard(Card):
    """One consultation: its entries in order, and what may be done with it now."""

    def __init__(self, desk: Desk, view: DisputeView, talk: Consultation, take: Open) -> None:
        numbers = "、".join(str(p.number) for p in talk.points)
        state = "进行中" if talk.is_open else "已结束"
        super().__init__(f"协商沟通（问题 {numbers}）　{state}")
        page = view.page
        opened = f"{page.name_of(talk.opened_by)}于 {moment(talk.opened_at)} 开始"
        self.body.addWidget(PlainLabel(opened, role="muted"))
        for entry in talk.entries:
            who = f"{name(entry.side)}　{page.name_of(entry.author)}　{moment(entry.at)}"
            head = PlainLabel(f"问题 {entry.number}　{who}", role="muted")
            self.body.addWidget(head)
            self.body.addWidget(PlainLabel(entry.text).wrapped().selectable())
            if entry.files:
                self.body.addWidget(PlainLabel(files_words(entry.files), role="muted").wrapped())
        if talk.proposed_side is not None:
            self._proposal(view, talk)
        if talk in view.talks and talk.is_open and view.closed(Action.SAY) is None:
            self._steps(desk, view, talk, take)

    def _proposal(self, view: DisputeView, talk: Consultation) -> None:
        who = view.page.name_of(talk.proposed_by)
        words = "协商结果" if talk.closed_at else f"{who}提出的结果，等待对方确认"
        self.body.addWidget(PlainLabel(words, role="heading"))
        for point in talk.points:
            said = name(point.agreement) if point.agreement else "未提出"
            note = f"。{point.note}" if point.note else ""
            text = PlainLabel(f"问题 {point.number}：{said}{note}").wrapped()
            self.body.addWidget(text)

    def _steps(self, desk: Desk, view: DisputeView, talk: Consultation, take: Open) -> None:
        other = talk.proposed_side is not None and (
            side_of(desk.session, view.case) is not talk.proposed_side
        )
        made = [
            button("发言…", lambda: take(Action.SAY, talk), kind="small"),
            button("提出结果…", lambda: take(Action.PROPOSE_RESULT, talk), kind="small"),
        ]
        if other:
            made.append(
                button("确认结果…", lambda: take(Action.CLOSE_CONSULTATION, talk), kind="small")
            )
        self.body.addLayout(row(*made, None))


class RequestCard(Card):
    """One question to an expert with its answer."""

    def __init__(self, view: DisputeView, request: ExpertRequest, take: Open) -> None:
        super().__init__(f"专家咨询：{request.expert_name}（{name(request.expert_kind)}）")
        page = view.page
        asked = f"{page.name_of(request.asked_by)}于 {moment(request.asked_at)} 提出"
        self.body.addWidget(PlainLabel(asked, role="muted"))
        self.body.addWidget(PlainLabel(request.question).wrapped().selectable())
        if request.materials:
            given = "提供的材料：" + "、".join(m.name for m in request.materials)
            self.body.addWidget(PlainLabel(given, role="muted").wrapped())
        if request.answered_at is not None:
            words = f"意见（{moment(request.answered_at)}）：{request.answer}"
            self.body.addWidget(PlainLabel(words).wrapped().selectable())
            if request.files:
                self.body.addWidget(PlainLabel(files_words(request.files), role="muted").wrapped())
        elif request.withdrawn_at is not None:
            words = f"已收回：{request.withdrawn_because}"
            self.body.addWidget(PlainLabel(words, role="muted").wrapped())
        elif page.why_not(Action.EXPERT_ANSWER) is None:
            self.body.addLayout(
                row(
                    button("登记意见…", lambda: take(Action.EXPERT_ANSWER, request), kind="small"),
                    button("收回…", lambda: take(Action.EXPERT_WITHDRAW, request), kind="small"),
                    None,
                )
            )
