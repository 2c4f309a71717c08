"""Sentences about a meeting: who sits, who is missing, whose signature is awaited."""

from sanzhi_desktop.application.minutes_corrections import of_roll
from sanzhi_desktop.domain.meeting import MeetingState
from sanzhi_desktop.domain.meeting_rules import waiting_signers
from sanzhi_desktop.ui.meeting.view import MeetingView


def meeting_words(view: MeetingView) -> str:
    """Everything under the meeting's name."""
    meeting = view.meeting
    parts = [
        f"{meeting.held_on.isoformat()} {meeting.begins}　{meeting.place}",
        f"主持人：{view.name_of(meeting.chair)}　记录人：{view.name_of(meeting.recorder)}",
    ]
    members = []
    for m in meeting.members:
        absent = f"，缺席：{m.absence_reason}" if m.absence_reason else ""
        members.append(f"{m.name}（{m.post}{absent}）")
    parts.append("成员：" + "、".join(members))
    if meeting.quorum:
        parts.append(
            f"应到 {len(meeting.members)} 人，实到 {len(meeting.present)} 人，"
            f"法定 {meeting.quorum} 人。{meeting.quorum_rule}"
        )
    if meeting.state is MeetingState.SIGNING:
        parts.append("待签名：" + "、".join(view.name_of(c) for c in waiting_signers(meeting)))
    parts.extend(f"更正点名：{words}" for words in of_roll(meeting, view.people))
    if meeting.cancelled_because:
        parts.append(f"取消理由：{meeting.cancelled_because}")
    return "\n".join(parts)


def not_my_turn(view: MeetingView) -> str:
    """Why the person at the desk cannot sign the minutes now; "" when it is his turn."""
    waiting = waiting_signers(view.meeting)
    if view.me not in waiting:
        return "您不在待签名的成员中。"
    if view.me == view.meeting.chair and len(waiting) > 1:
        return "主持人最后签名。"
    return ""
