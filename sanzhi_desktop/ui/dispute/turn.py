"""Whose turn it is in a disagreement, in one sentence. Must not: widgets, or deciding anything."""

from sanzhi_desktop.domain.dispute import Consultation, Side
from sanzhi_desktop.domain.dispute_rules import unsettled
from sanzhi_desktop.domain.meeting import MeetingState
from sanzhi_desktop.domain.meeting_rules import waiting_signers
from sanzhi_desktop.domain.workflow import State
from sanzhi_desktop.ui.dispute.view import DisputeView

_AGAIN = "承办机构逐条答复问题后再次送审，由法制审核机构重新出具意见。"


def whose_turn(view: DisputeView) -> str:
    """What the disagreement waits for now; "" outside of it."""
    if view.case.state is not State.RESPONDING:
        return ""
    if view.result is not None:
        return f"{view.result.meeting_name}已作出决定，逐条结果见各问题。下一步：{_AGAIN}"
    if view.pending:
        return _in_the_meeting(view)
    return _between_the_sides(view)


def _between_the_sides(view: DisputeView) -> str:
    objection = view.dispute.objection(view.case.round)
    if objection is None:
        return (
            "承办机构同意审核意见的，逐条答复问题后再次送审；"
            "不同意的，由承办人或者承办机构负责人提出异议，也可以先发起协商沟通。"
        )
    if objection.replied_at is None:
        return f"等待审核人{view.page.name_of(view.case.reviewer)}答复异议。"
    for talk in view.talks:
        if talk.is_open:
            return _in_the_talk(view, talk)
    if not unsettled(view.dispute, view.case.round):
        return f"异议已经逐条解决。下一步：{_AGAIN}"
    if view.consults_first:
        return "双方仍有分歧。按规则先协商：由任一方发起协商沟通。"
    return _on_the_record(view)


def _in_the_talk(view: DisputeView, talk: Consultation) -> str:
    if talk.proposed_side is None:
        return "正在协商：双方发言后，由一方在协商沟通中提出结果。"
    review = view.page.name_of(view.case.reviewer)
    other = "承办机构" if talk.proposed_side is Side.REVIEW else f"审核人{review}"
    return f"{view.page.name_of(talk.proposed_by)}提出了协商结果，等待{other}确认。"


def _on_the_record(view: DisputeView) -> str:
    record = view.dispute.record(view.case.round)
    meeting = str(view.page.profile.rule("meeting.name").in_force().value or "集体讨论")
    if record is None:
        return "双方仍有分歧。下一步：制作双方意见对照表，由承办人、审核人先后签名。"
    if view.outdated:
        return "对照表制作之后又有答复或者协商结果。下一步：重新制作一版，由双方签名。"
    if record.certified_at is None:
        handlers = "、".join(h.name for h in view.case.submission.handlers)
        return f"等待承办人在对照表上签名（{handlers}）。"
    if not record.complete:
        return f"等待审核人{view.page.name_of(view.case.reviewer)}在对照表上签名。"
    return f"对照表双方已签名。下一步：由承办机构负责人或者分派人提请{meeting}。"


def _in_the_meeting(view: DisputeView) -> str:
    meeting = view.meeting
    if meeting is None:
        return "已提请集体讨论，等待会议秘书安排会议、列入议程。"
    called = f"{meeting.name}（{meeting.held_on.isoformat()}）"
    if meeting.state is MeetingState.PLANNED:
        return f"已列入{called}的议程，等待开会。"
    if meeting.state is MeetingState.OPEN:
        return f"{called}正在进行。"
    if meeting.state is MeetingState.CLOSED:
        recorder = view.page.name_of(meeting.recorder)
        return f"{called}已散会，等待记录人{recorder}制作笔录并签名。"
    if meeting.state is MeetingState.SIGNING:
        names = "、".join(view.page.name_of(c) for c in waiting_signers(meeting))
        return f"{called}的笔录等待签名：{names}。"
    return f"{called}的笔录已全部签名，等待会议秘书把结果送回本案。"
